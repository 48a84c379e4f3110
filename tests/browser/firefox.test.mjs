// Rejoin in Firefox and npm livekit-client in Chromium, in one room on a real server: what another browser could do
// differently, which is media, data and the way back.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Client } from './lib/client.mjs';
import { startFirefox } from './lib/firefox.mjs';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };

let stage;
let firefox;
before(async () => {
  stage = await openStage();
  firefox = await startFirefox();
});
after(async () => {
  await firefox?.close();
  await stage?.close();
});

for (const singlePeerConnection of [true, false]) {
  describe(singlePeerConnection ? 'on one peer connection' : 'on two peer connections', () => {
    let alice;
    let bob;
    let name;

    before(async () => {
      alice = await Client.open(stage, SUBJECT, await firefox.newPage());
      bob = await stage.client(PEER);
      name = stage.roomName('firefox');
      await bob.join({ room: name, identity: 'bob' });
      await alice.join({ room: name, identity: 'alice', options: { singlePeerConnection, adaptiveStream: true, dynacast: true } });
    });
    after(async () => {
      await alice?.close();
      await stage.clear();
    });

    const bothSee = () => Promise.all([alice.mediaFlows('bob'), bob.mediaFlows('alice')]);

    test('camera and microphone are heard and seen both ways', TIMEOUT, async () => {
      await Promise.all([alice.publishBoth(), bob.publishBoth()]);
      await bothSee();
    });

    test('data goes both ways, reliable and lossy', TIMEOUT, async () => {
      for (const [from, to] of [[alice, bob], [bob, alice]]) {
        for (const reliable of [true, false]) {
          const topic = `${from.identity} ${reliable}`;
          await from.run((client, { topic, reliable }) => client.send('hello', { topic, reliable }), { topic, reliable });
          const kind = await to.until((client, topic) => client.received.find((each) => each.topic === topic), topic, { arg: topic });
          assert.deepEqual([kind.text, kind.kind], ['hello', reliable ? 0 : 1]);
        }
      }
    });

    test('mute and unmute of both are told, and media flows again', TIMEOUT, async () => {
      for (const source of ['Microphone', 'Camera']) {
        const since = await bob.mark();
        await alice.run(({ room }, source) => room.localParticipant[`set${source}Enabled`](false), source);
        await bob.next('trackMuted', { since });
        await alice.run(({ room }, source) => room.localParticipant[`set${source}Enabled`](true), source);
        await bob.next('trackUnmuted', { since });
      }
      await bob.mediaFlows('alice');
    });

    test('tracks of a kind that are published at once are told apart, and so are those published again', TIMEOUT, async () => {
      const shapes = { wide: [320, 180], tall: [180, 320], square: [240, 240] };
      await alice.run(async ({ room, SDK }, shapes) => {
        const { localParticipant } = room;
        const canvases = Object.entries(shapes).map(([name, [width, height]]) => [name, Object.assign(document.createElement('canvas'), { width, height })]);
        let shade = 0;
        const draw = setInterval(() => {
          for (const [, canvas] of canvases) {
            const context = canvas.getContext('2d');
            context.fillStyle = `hsl(${(shade += 10)} 80% 50%)`;
            context.fillRect(0, 0, canvas.width, canvas.height);
          }
        }, 50);
        const publish = async ([name, canvas]) => {
          const [track] = canvas.captureStream().getVideoTracks();
          const { track: local } = await localParticipant.publishTrack(track, { name, source: SDK.Track.Source.Unknown, simulcast: false });
          return local;
        };
        window.shapes = await Promise.all(canvases.map(publish));
        window.stopShapes = async () => {
          clearInterval(draw);
          for (const local of window.shapes) await localParticipant.unpublishTrack(local);
        };
      }, shapes);
      // As they come out at the other end, in shape and not in size.
      const seen = (client, names) => {
        const found = names.map((name) => [...client.participant('alice').trackPublications.values()].find((each) => each.trackName === name));
        return found.every((each) => {
          const element = each?.track && (each.track.attachedElements[0] ?? document.body.appendChild(each.track.attach()));
          // Black pixels that come before a picture: two are Chromium's, eight the server's.
          return element?.videoWidth > 8;
        }) && Object.fromEntries(found.map(({ trackName, track: { attachedElements: [{ videoWidth, videoHeight }] } }) => [trackName, Math.sign(Math.round((videoWidth / videoHeight - 1) * 10))]));
      };
      const expected = { wide: 1, tall: -1, square: 0 };
      assert.deepEqual(await bob.until(seen, 'three pictures', { arg: Object.keys(shapes) }), expected);
      await alice.run(async ({ room: { localParticipant } }) => {
        for (const [n, local] of window.shapes.slice(0, 2).entries()) {
          // At once, twice: the server still knows the first when the second comes.
          for (let times = 0; times <= n; times += 1) {
            localParticipant.unpublishTrack(local, false);
            await localParticipant.publishTrack(local, { name: ['wide', 'tall'][n], simulcast: false });
          }
        }
        await window.shapes[0].mute();
      });
      assert.deepEqual(await bob.until(seen, 'three pictures again', { arg: ['tall', 'square'] }), { tall: -1, square: 0 });
      await bob.until((client) => [...client.participant('alice').trackPublications.values()].find(({ trackName }) => trackName === 'wide')?.isMuted, 'the mute');
      await alice.run(() => window.stopShapes());
      await bob.until((client, names) => ![...client.participant('alice').trackPublications.values()].some(({ trackName }) => names.includes(trackName)), 'them to be gone', { arg: Object.keys(shapes) });
    });

    test('a codec that Firefox sends without layers gives way to one with layers', TIMEOUT, async () => {
      await alice.run(async ({ room: { localParticipant } }) => {
        await localParticipant.setCameraEnabled(false);
        await localParticipant.unpublishTrack(localParticipant.getTrackPublication('camera').track);
        await localParticipant.setCameraEnabled(true, undefined, { videoCodec: 'vp9' });
      });
      await bob.until((client) => client.publication('alice', 'camera')?.mimeType === 'video/VP8' && client.publication('alice', 'camera').simulcasted, 'layers');
      await bob.mediaFlows('alice');
    });

    for (const scenario of ['signal-reconnect', 'full-reconnect', 'migration']) {
      test(`${scenario} ends connected, with media and data both ways`, TIMEOUT, async () => {
        const since = await alice.mark();
        await alice.run(({ room }, scenario) => room.simulateScenario(scenario), scenario);
        // Sessions that are lost within 30 s are failed attempts: each reconnect may take longer than the one before.
        await alice.next('reconnected', { since, ms: 60_000 });
        await bothSee();
        await alice.run((client, topic) => client.send('still here', { topic }), scenario);
        await bob.until((client, topic) => client.received.some((each) => each.topic === topic), 'the message', { arg: scenario });
        assert.equal((await alice.names(['participantDisconnected'], since)).length, 0, 'who stayed does not flicker');
      });
    }

    test('who publishes again, leaves and comes back is heard each time', TIMEOUT, async () => {
      for (let times = 0; times < 5; times += 1) {
        await bob.run(async ({ room: { localParticipant } }) => {
          const { track } = localParticipant.getTrackPublication('microphone');
          await localParticipant.unpublishTrack(track, false);
          await localParticipant.publishTrack(track, { source: 'microphone' });
        });
        await alice.mediaFlows('bob');
        await bob.run(({ room }) => room.disconnect());
        await alice.until((client) => !client.participant('bob'), 'bob to be gone');
        await bob.run(({ room }, { url, token }) => room.connect(url, token), { url: stage.server.url, token: stage.server.token({ room: name, identity: 'bob' }) });
        await bob.publishBoth();
        await alice.mediaFlows('bob');
      }
    });

    test('leaving ends everything', TIMEOUT, async () => {
      await alice.run(({ room }) => room.disconnect());
      await bob.until((client) => !client.participant('alice'), 'alice to be gone');
      // A socket's close has its answer a little later.
      await alice.until(() => Object.values(census.count()).every((count) => count === 0), 'nothing to be alive');
      assert.deepEqual(alice.faults, []);
    });
  });
}
