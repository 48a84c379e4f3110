// The beginnings and ends of a session on the real server: tracks that are published before it, taken back and published
// again within it, kept after it; data that is sent right before its end.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };

let stage;
before(async () => {
  stage = await openStage();
});
afterEach(() => stage.clear());
after(() => stage?.close());

test('what is published before the connect is there when both are done', TIMEOUT, async () => {
  const [alice, bob] = [await stage.client(SUBJECT), await stage.client(PEER)];
  const room = stage.roomName('early');
  await bob.join({ room, identity: 'bob' });
  await alice.run(
    async (client, { url, token }) => {
      client.create();
      const microphone = client.room.localParticipant.setMicrophoneEnabled(true);
      await Promise.all([microphone, client.room.connect(url, token)]);
    },
    { url: stage.server.url, token: stage.server.token({ room, identity: 'alice' }) },
  );
  await bob.until((client) => client.publication('alice', 'microphone')?.isSubscribed, 'the microphone');
});

test('a camera that is still being opened when the room is left is let go of, and does not appear in the next room', TIMEOUT, async () => {
  const alice = await stage.client(SUBJECT, { fresh: true });
  const [left, next] = [stage.roomName('left'), stage.roomName('next')];
  await alice.join({ room: left, identity: 'alice' });
  const seen = await alice.run(
    async ({ room }, { url, token }) => {
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      let allow;
      const allowed = new Promise((resolve) => (allow = resolve));
      let stream;
      mediaDevices.getUserMedia = async (constraints) => {
        await allowed;
        return (stream = await open(constraints));
      };
      const outcome = room.localParticipant.setCameraEnabled(true).catch((error) => error.name);
      await room.disconnect();
      await room.connect(url, token);
      allow();
      return [await outcome, stream.getTracks()[0].readyState, room.localParticipant.trackPublications.size];
    },
    { url: stage.server.url, token: stage.server.token({ room: next, identity: 'alice' }) },
  );
  assert.deepEqual(seen, ['UnexpectedConnectionState', 'ended', 0]);
});

test('a track that is taken back can be published again at once', TIMEOUT, async () => {
  const [alice, bob] = [await stage.client(SUBJECT), await stage.client(PEER)];
  const room = stage.roomName('again');
  await bob.join({ room, identity: 'bob' });
  await alice.join({ room, identity: 'alice' });
  await alice.publishBoth();
  const sids = new Set();
  for (let round = 0; round < 3; round += 1) {
    // Before the server has seen media of it, it announces no other track of the same id.
    await bob.mediaFlows('alice');
    const sid = await alice.run(async ({ room }) => {
      const { localParticipant } = room;
      const { track } = localParticipant.getTrackPublication('camera');
      await localParticipant.unpublishTrack(track, false);
      return (await localParticipant.publishTrack(track)).trackSid;
    });
    sids.add(sid);
  }
  assert.equal(sids.size, 3);
  await bob.mediaFlows('alice');
});

test('what is muted, unmuted or paused while it is being published is so for the others', TIMEOUT, async () => {
  const [alice, bob] = [await stage.client(SUBJECT), await stage.client(PEER)];
  const room = stage.roomName('meanwhile');
  await bob.join({ room, identity: 'bob' });
  await alice.join({ room, identity: 'alice' });
  await alice.run(async ({ room: { localParticipant } }) => {
    const sources = ['microphone', 'screen_share_audio', 'unknown'];
    const tracks = (await Promise.all(sources.map(() => localParticipant.createTracks({ audio: true })))).flat();
    await tracks[0].mute();
    const published = tracks.map((track, n) => localParticipant.publishTrack(track, { source: sources[n] }));
    // Until then they are described to the server, which answers later.
    await new Promise((resolve) => census.raw.setTimeout(resolve, 0));
    await Promise.all([tracks[0].unmute(), tracks[1].mute(), tracks[2].pauseUpstream(), ...published]);
  });
  const muted = (client) => ['microphone', 'screen_share_audio', 'unknown'].map((source) => client.publication('alice', source)?.isMuted).join();
  await bob.until(`(client) => (${muted})(client) === 'false,true,true'`, 'the first unmuted, the others muted');
});

test('what begins and ends while the connection is away is over when it is back', TIMEOUT, async () => {
  const alice = await stage.client(SUBJECT, { fresh: true });
  const seen = await alice.run(
    async (client, { url, token }) => {
      const room = client.create({ reconnectPolicy: { nextRetryDelayInMs: () => 60_000 } });
      const { localParticipant } = room;
      await room.connect(url, token);
      const taken = [];
      const end = (track) => {
        track.stop();
        track.dispatchEvent(new Event('ended'));
        return track;
      };
      const { mediaDevices } = navigator;
      const open = mediaDevices.getUserMedia.bind(mediaDevices);
      for (const name of ['getUserMedia', 'getDisplayMedia']) {
        mediaDevices[name] = async (constraints) => {
          const stream = await open(constraints);
          taken.push(...stream.getTracks());
          return stream;
        };
      }
      await room.simulateScenario('full-reconnect');
      await client.until(() => room.state === 'reconnecting', 'the loss');
      const begun = Promise.all([localParticipant.setScreenShareEnabled(true), localParticipant.setMicrophoneEnabled(true)]);
      await client.until(() => taken.length === 2, 'two devices');
      await new Promise((resolve) => census.raw.setTimeout(resolve, 100));
      taken.forEach(end);
      await room.reconnectNow();
      await begun;
      await client.until(() => !localParticipant.isScreenShareEnabled && taken.length === 3, 'the sharing to be over, and another microphone');
      const { track } = client.publication('alice', 'microphone');
      await client.until(() => track.sender.track === taken[2], 'the other microphone to be sent');
      return [localParticipant.trackPublications.size, localParticipant.isMicrophoneEnabled, taken[2].readyState];
    },
    { url: stage.server.url, token: stage.server.token({ room: stage.roomName('away'), identity: 'alice' }) },
  );
  assert.deepEqual(seen, [1, true, 'live']);
});

test('what a listener takes back when the room ends holds up neither', TIMEOUT, async () => {
  const alice = await stage.client(SUBJECT);
  await alice.join({ room: stage.roomName('listener'), identity: 'alice' });
  await alice.publishBoth();
  const seen = await alice.run(async ({ room }) => {
    const { localParticipant } = room;
    const taken = [];
    localParticipant.on('localTrackUnpublished', () => {
      for (const { track } of localParticipant.getTrackPublications()) taken.push(localParticipant.unpublishTrack(track));
    });
    await room.disconnect();
    return { state: room.state, taken: (await Promise.allSettled(taken)).map(({ status }) => status) };
  });
  assert.deepEqual(seen, { state: 'disconnected', taken: ['fulfilled'] });
});

for (const [stopLocalTrackOnUnpublish, state] of [[false, 'live'], [true, 'ended']]) {
  test(`an end that the app did not ask for leaves tracks ${state} with stopLocalTrackOnUnpublish ${stopLocalTrackOnUnpublish}`, TIMEOUT, async () => {
    const alice = await stage.client(SUBJECT);
    await alice.join({ room: stage.roomName('kept'), identity: 'alice', options: { stopLocalTrackOnUnpublish } });
    await alice.publishBoth();
    const mark = await alice.mark();
    await alice.run(({ room }) => {
      [window.kept] = room.localParticipant.videoTrackPublications.values();
      window.kept = window.kept.track.mediaStreamTrack;
      return room.simulateScenario('server-leave');
    });
    await alice.next('disconnected', { since: mark });
    assert.equal(await alice.evaluate(() => window.kept.readyState), state);
    await alice.evaluate(() => window.kept.stop());
  });
}

test('what has ended keeps its last facts, and waits for nothing', TIMEOUT, async () => {
  const [alice, bob] = [await stage.client(SUBJECT), await stage.client(PEER)];
  const room = stage.roomName('facts');
  await alice.join({ room, identity: 'alice' });
  await bob.join({ room, identity: 'bob' });
  await bob.publishBoth();
  await alice.until((client) => client.publication('bob', 'camera')?.track, 'the camera');
  await alice.run((client) => (window.bob = client.participant('bob')) && undefined);
  await bob.run((client) => client.room.disconnect());
  await alice.until((client) => !client.room.remoteParticipants.size, 'bob to leave');
  const kept = await alice.run(async ({ room }) => {
    const waited = await Promise.race([window.bob.waitUntilActive().catch((error) => error.message), new Promise((resolve) => setTimeout(resolve, 0, 'for ever'))]);
    const publication = await room.localParticipant.setCameraEnabled(true);
    const facts = () => JSON.stringify([publication.trackInfo?.sid, publication.mimeType, publication.dimensions]);
    const before = facts();
    await room.localParticipant.unpublishTrack(publication.track);
    const same = facts() === before && publication.dimensions.width > 0;
    await room.disconnect();
    return { waited, same, version: typeof room.serverInfo?.version };
  });
  assert.deepEqual(kept, { waited: 'Participant disconnected', same: true, version: 'string' });
});

test('what is asked of a video is told as the server is told it', TIMEOUT, async () => {
  const [alice, bob] = [await stage.client(SUBJECT), await stage.client(PEER)];
  const room = stage.roomName('settings');
  await alice.join({ room, identity: 'alice' });
  await bob.join({ room, identity: 'bob' });
  await bob.publishBoth();
  await alice.until((client) => client.publication('bob', 'camera')?.track, 'the camera');
  const told = await alice.run(async (client) => {
    const publication = client.publication('bob', 'camera');
    const told = [];
    publication.on('updateSettings', ({ trackSids, ...settings }) => told.push([trackSids[0] === publication.trackSid, settings]));
    publication.setVideoQuality(1);
    publication.setVideoDimensions({ width: 100.5, height: 50 });
    publication.setVideoFPS(5);
    return told;
  });
  const settings = { disabled: false, quality: 0, width: 101, height: 50, fps: 0 };
  assert.deepEqual(told, [[true, { ...settings, quality: 1, width: 0, height: 0 }], [true, settings], [true, { ...settings, fps: 5 }]]);
});

for (const singlePeerConnection of [true, false]) {
  test(`data that is sent right before the room is left arrives, on ${singlePeerConnection ? 'one peer connection' : 'two peer connections'}`, TIMEOUT, async () => {
    const [alice, bob] = [await stage.client(SUBJECT), await stage.client(PEER)];
    const room = stage.roomName('bye');
    const [STAYS, MESSAGES] = [8, 10];
    await bob.join({ room, identity: 'bob' });
    await bob.run((client) => {
      client.heard = [];
      client.room.on('dataReceived', (bytes) => client.heard.push(new TextDecoder().decode(bytes).split(' ')[0]));
    });
    const arg = { url: stage.server.url, token: stage.server.token({ room, identity: 'alice' }), singlePeerConnection, MESSAGES };
    for (let stay = 0; stay < STAYS; stay += 1) {
      await alice.run(
        async (_, { url, token, singlePeerConnection, MESSAGES, stay }) => {
          const room = new SDK.Room({ singlePeerConnection });
          await room.connect(url, token);
          const say = (n) => room.localParticipant.publishData(new TextEncoder().encode(`${stay}:${n} ${'x'.repeat(5_000)}`), { reliable: true });
          for (let n = 0; n < MESSAGES; n += 1) await say(n);
          await room.disconnect();
        },
        { ...arg, stay },
      );
    }
    const all = Array.from({ length: STAYS * MESSAGES }, (_, n) => `${Math.floor(n / MESSAGES)}:${n % MESSAGES}`);
    await bob.until((client, all) => all.every((one) => client.heard.includes(one)), 'all of it', { arg: all, ms: 10_000 });
    assert.deepEqual(await bob.run((client) => client.heard), all);
  });
}
