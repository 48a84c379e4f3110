// What tracks do besides flowing: cameras that are let go of and come back, devices that change, media that is paused,
// processed, shown or out of sight. With Rejoin on one peer connection and on two; npm livekit-client watches.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };

let stage;
before(async () => {
  stage = await openStage();
});
after(() => stage?.close());

for (const singlePeerConnection of [true, false]) {
  describe(singlePeerConnection ? 'on one peer connection' : 'on two peer connections', () => {
    let ada;
    let bob;

    beforeEach(async () => {
      [ada, bob] = await Promise.all([stage.client(SUBJECT), stage.client(PEER)]);
      const room = stage.roomName('tracks');
      await bob.join({ room, identity: 'bob' });
      await ada.join({ room, identity: 'ada', options: { singlePeerConnection, adaptiveStream: true } });
    });
    afterEach(() => stage.clear());

    test('a muted camera is let go of, comes back, and survives a full reconnect with its new media', TIMEOUT, async () => {
      await ada.publishBoth();
      await bob.mediaFlows('ada');
      const seen = await ada.run(async (client) => {
        const { track } = client.publication('ada', 'camera');
        const first = track.mediaStreamTrack;
        await client.room.localParticipant.setCameraEnabled(false);
        const muted = first.readyState;
        await client.room.localParticipant.setCameraEnabled(true);
        return { muted, sameTrack: client.publication('ada', 'camera').track === track, other: track.mediaStreamTrack !== first, now: track.mediaStreamTrack.readyState };
      });
      assert.deepEqual(seen, { muted: 'ended', sameTrack: true, other: true, now: 'live' });
      await bob.mediaFlows('ada');
      const since = await ada.mark();
      await ada.run((client) => client.room.simulateScenario('full-reconnect'));
      await ada.next('reconnected', { since });
      await bob.mediaFlows('ada');
    });

    test('pausing the upstream shows as muted there and goes on here', TIMEOUT, async () => {
      await ada.publishBoth();
      await bob.mediaFlows('ada');
      const paused = await ada.run(async (client) => {
        const { track } = client.publication('ada', 'camera');
        await track.pauseUpstream();
        return { sends: track.sender.track, here: track.mediaStreamTrack.readyState, muted: track.isMuted };
      });
      assert.deepEqual(paused, { sends: null, here: 'live', muted: false });
      await bob.until((client) => client.publication('ada', 'camera')?.isMuted, 'the camera to look muted');
      await ada.run((client) => client.publication('ada', 'camera').track.resumeUpstream());
      await bob.until((client) => client.publication('ada', 'camera')?.isMuted === false, 'the camera to be back');
      await bob.mediaFlows('ada');
    });

    test('another microphone takes the place of the first, and the first is let go of', TIMEOUT, async () => {
      await ada.publishBoth();
      await bob.mediaFlows('ada');
      const seen = await ada.run(async (client) => {
        const { track } = client.publication('ada', 'microphone');
        const first = track.mediaStreamTrack;
        const devices = await SDK.Room.getLocalDevices('audioinput');
        const other = devices.find(({ deviceId }) => deviceId !== 'default' && deviceId !== first.getSettings().deviceId);
        const moved = await client.room.switchActiveDevice('audioinput', other.deviceId);
        return { moved, first: first.readyState, named: devices.every(({ label }) => label), now: track.mediaStreamTrack.getSettings().deviceId === other.deviceId };
      });
      assert.deepEqual(seen, { moved: true, first: 'ended', named: true, now: true });
      await bob.mediaFlows('ada');
    });

    test('what a processor makes is sent instead, until it is stopped', TIMEOUT, async () => {
      await ada.publishBoth();
      const seen = await ada.run(async (client) => {
        const { track } = client.publication('ada', 'camera');
        const told = [];
        const processor = {
          name: 'copy',
          async init(options) {
            told.push('init', options.kind);
            this.processedTrack = options.track.clone();
          },
          async restart() {},
          async destroy() {
            told.push('destroy');
          },
        };
        await track.setProcessor(processor);
        const during = [track.sender.track === processor.processedTrack, track.mediaStreamTrack === processor.processedTrack];
        await track.stopProcessor();
        return { told, during, after: track.sender.track === track.mediaStreamTrack && track.getProcessor() === undefined };
      });
      assert.deepEqual(seen, { told: ['init', 'video', 'destroy'], during: [true, true], after: true });
      await bob.mediaFlows('ada');
    });

    test('a processor that fails leaves the track as it was, and is told', TIMEOUT, async () => {
      await ada.publishBoth();
      const seen = await ada.run(async (client) => {
        const { track } = client.publication('ada', 'camera');
        const before = track.sender.track;
        const processor = { name: 'broken', init: async () => { throw new Error('no GPU'); }, async restart() {}, async destroy() {} };
        const message = await track.setProcessor(processor).catch((error) => error.message);
        return { message, same: track.sender.track === before, processor: track.getProcessor() };
      });
      assert.deepEqual(seen, { message: 'no GPU', same: true, processor: undefined });
      await bob.mediaFlows('ada');
    });

    test('a processor is told when its track is published and when it is not any more', TIMEOUT, async () => {
      const told = await ada.run(async ({ room }) => {
        const { localParticipant } = room;
        const told = [];
        const processor = (name) => ({
          name,
          async init({ track }) {
            this.processedTrack = track.clone();
          },
          async restart() {},
          async destroy() {
            told.push(`${name} destroyed`);
          },
          async onPublish(published) {
            told.push(`${name} published ${published === room}`);
            throw new Error('of the processor');
          },
          async onUnpublish() {
            told.push(`${name} unpublished`);
          },
        });
        localParticipant.on('localTrackPublished', () => told.push('participant')).on('localTrackUnpublished', () => told.push('gone'));
        room.on('localTrackPublished', () => told.push('room'));
        const { track } = await localParticipant.setCameraEnabled(true, { processor: processor('first') });
        await track.setProcessor(processor('second'));
        await localParticipant.unpublishTrack(track);
        return told;
      });
      const whole = ['participant', 'first published true', 'room', 'first destroyed', 'second published true', 'second unpublished', 'second destroyed', 'gone'];
      assert.deepEqual(told, whole);
    });

    test('a sender is told before its track is published, with statistics that can be read, and an encoder without power', TIMEOUT, async () => {
      const seen = await ada.run(async (client) => {
        const { localParticipant } = client.room;
        const told = [];
        localParticipant.on('localSenderCreated', (sender, track) => told.push(['sender', sender === track.sender])).on('localTrackPublished', () => told.push(['published']));
        const publication = await localParticipant.setCameraEnabled(true);
        const layers = await client.until(async () => {
          const layers = await publication.track.getSenderStats();
          return layers.length === 3 && layers[0].framesSent > 0 && layers;
        }, 'frames in three layers');
        localParticipant.on('localTrackCpuConstrained', (track, of) => told.push(['participant', track === publication.track, of === publication]));
        publication.on('cpuConstrained', (track) => told.push(['publication', track === publication.track]));
        publication.track.on('cpuConstrained', () => told.push(['track']));
        const { getStats } = RTCRtpSender.prototype;
        RTCRtpSender.prototype.getStats = async function constrained() {
          const report = await getStats.call(this);
          return new Map([...report].map(([id, flow]) => [id, { ...flow, qualityLimitationReason: 'cpu' }]));
        };
        await client.until(() => told.length === 5, 'the encoder to be told');
        RTCRtpSender.prototype.getStats = getStats;
        return { told, stats: [layers[0].type, layers[0].frameWidth > 0, layers.length] };
      });
      assert.deepEqual(seen, {
        told: [['sender', true], ['published'], ['participant', true, true], ['publication', true], ['track']],
        stats: ['video', true, 3],
      });
    });

    test('muting a publication resolves with its track, and a microphone that comes back is listened to', TIMEOUT, async () => {
      const seen = await ada.run(async (client) => {
        const publication = await client.room.localParticipant.setMicrophoneEnabled(true, undefined, { stopMicTrackOnMute: true });
        const { track } = publication;
        const muted = (await publication.mute()) === track;
        let listened = 0;
        track.checkForSilence = async () => {
          listened += 1;
          return false;
        };
        return { muted, unmuted: (await publication.unmute()) === track, listened };
      });
      assert.deepEqual(seen, { muted: true, unmuted: true, listened: 1 });
    });

    test('elements can be taken out of the page when their track is gone, and a list of them that was kept stays', TIMEOUT, async () => {
      const shown = (client) =>
        client.run((client) => {
          window.shown = document.createElement('section');
          document.body.append(window.shown);
          client.room.on('trackSubscribed', (track) => {
            track.on('elementDetached', (element) => element.remove());
            window.shown.append(track.attach());
          });
        });
      await shown(ada);
      await bob.publishBoth();
      await ada.until(() => window.shown.children.length === 2, 'two elements');
      await bob.run((client) => client.room.localParticipant.unpublishTrack(client.publication('bob', 'camera').track));
      await ada.until(() => window.shown.children.length === 1, 'one element to go');
      const kept = await ada.run((client) => {
        const { track } = client.publication('bob', 'microphone');
        const { attachedElements } = track;
        const before = attachedElements.length;
        return [track.detach().length === before, attachedElements.length === before, track.attachedElements.length, window.shown.children.length];
      });
      assert.deepEqual(kept, [true, true, 0, 0]);
    });

    test('a camera is sent in three layers, a codec with layers of its own in one stream', TIMEOUT, async () => {
      const layers = (options) =>
        ada.run(async (client, options) => {
          const { track } = await client.room.localParticipant.setCameraEnabled(true, undefined, options);
          return track.sender.getParameters().encodings.map(({ rid = '', maxBitrate, scalabilityMode = '' }) => `${rid} ${maxBitrate} ${scalabilityMode}`.trim());
        }, options);
      assert.deepEqual(await layers(), ['q 160000', 'h 450000', 'f 1700000']);
      await ada.run((client) => client.room.localParticipant.unpublishTrack(client.publication('ada', 'camera').track));
      await bob.until((client) => !client.publication('ada', 'camera'), 'the camera to go');
      assert.deepEqual(await layers({ videoCodec: 'vp9' }), ['1445000 L3T3_KEY']);
      await bob.until(async (client) => (await client.inbound('ada', 'camera'))?.frames > 5, 'frames');
      const codec = await ada.run(async (client) => {
        const report = await client.publication('ada', 'camera').track.getRTCStatsReport();
        const sent = [...report.values()].find(({ type, codecId }) => type === 'outbound-rtp' && codecId);
        return report.get(sent.codecId).mimeType;
      });
      assert.equal(codec, 'video/VP9');
    });

    test('sound of two channels is sent as one, unless an app wants both', TIMEOUT, async () => {
      await ada.run(async ({ room }) => {
        const two = () => new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
        await room.localParticipant.publishTrack(two(), { source: 'microphone' });
        await room.localParticipant.publishTrack(two(), { source: 'screen_share_audio', forceStereo: true });
      });
      const stereo = (client) => ['microphone', 'screen_share_audio'].map((source) => client.publication('ada', source)?.trackInfo.stereo).join();
      await bob.until(`(client) => (${stereo})(client) === 'false,true'`, 'one channel, and two');
    });

    test('a canvas and a camera flow side by side, each under its own source', TIMEOUT, async () => {
      await ada.publishBoth();
      const board = await ada.run(async (client) => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
        const context = canvas.getContext('2d');
        const stream = canvas.captureStream(10);
        const paint = () => {
          if (stream.getVideoTracks()[0].readyState === 'ended') return;
          context.fillStyle = `hsl(${performance.now() % 360} 90% 50%)`;
          context.fillRect(0, 0, 640, 360);
          requestAnimationFrame(paint);
        };
        paint();
        const { trackName, source, dimensions } = await client.room.localParticipant.publishTrack(stream.getVideoTracks()[0], { source: 'screen_share', name: 'board' });
        return { trackName, source, dimensions };
      });
      assert.deepEqual(board, { trackName: 'board', source: 'screen_share', dimensions: { width: 640, height: 360 } });
      await bob.until(async (client) => (await client.inbound('ada', 'screen_share'))?.frames > 3, 'frames of the board');
      await bob.mediaFlows('ada');
    });

    test('a track that is taken back is published anew by a call that follows at once, also right after a full reconnect', TIMEOUT, async () => {
      await ada.publishBoth();
      await bob.mediaFlows('ada');
      const seen = await ada.run(async (client) => {
        const { localParticipant } = client.room;
        const { track } = client.publication('ada', 'camera');
        const twice = async () => {
          const [gone, published] = await Promise.all([localParticipant.unpublishTrack(track, false), localParticipant.publishTrack(track)]);
          return [gone !== published, published.track === track, client.publication('ada', 'camera') === published];
        };
        const first = await twice();
        const then = new Promise((resolve, reject) => client.room.once('reconnected', () => twice().then(resolve, reject)));
        await client.room.simulateScenario('full-reconnect');
        return [...first, ...(await then)];
      });
      assert.deepEqual(seen, Array(6).fill(true));
      await bob.mediaFlows('ada');
    });

    test('adaptive stream: a video that nobody can see says so, and flows again when it is seen', TIMEOUT, async () => {
      await bob.publishBoth();
      await ada.mediaFlows('bob');
      await ada.run((client) => {
        const { track } = client.publication('bob', 'camera');
        window.sights = [];
        track.on('visibilityChanged', (visible) => window.sights.push(visible));
        track.attachedElements[0].style.display = 'none';
      });
      await ada.until(() => window.sights.length === 1, 'the video to be out of sight');
      await ada.run((client) => {
        client.publication('bob', 'camera').track.attachedElements[0].style.display = '';
      });
      await ada.until(() => window.sights.length === 2, 'the video to be seen again');
      assert.deepEqual(await ada.evaluate(() => window.sights), [false, true]);
      await ada.mediaFlows('bob');
    });

    test('adaptive stream: a video that is out of sight stays away after a full reconnect', TIMEOUT, async () => {
      await bob.publishBoth();
      await ada.mediaFlows('bob');
      await ada.run((client) => {
        client.publication('bob', 'camera').track.attachedElements[0].style.display = 'none';
      });
      await ada.until((client) => client.publication('bob', 'camera').isEnabled === false, 'the video to be out of sight');
      const since = await ada.mark();
      await ada.run((client) => client.room.simulateScenario('full-reconnect'));
      await ada.next('reconnected', { since });
      const still = async (client) => {
        const before = await client.inbound('bob', 'camera');
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return (await client.inbound('bob', 'camera'))?.frames === before?.frames;
      };
      await ada.until((client) => client.publication('bob', 'microphone').track?.currentBitrate > 0, 'sound');
      await ada.until(still, 'pictures to stay away');
      await ada.run((client) => {
        client.publication('bob', 'camera').track.attachedElements[0].style.display = '';
      });
      await ada.mediaFlows('bob');
    });

    test('a subscription that ends amid a full reconnect is told, and leaves no track behind', TIMEOUT, async () => {
      await bob.publishBoth();
      await ada.mediaFlows('bob');
      const told = await ada.run(async (client) => {
        const publication = client.publication('bob', 'camera');
        const told = [];
        client.room.on('trackUnsubscribed', (_, of) => told.push(of === publication));
        client.room.on('trackSubscriptionStatusChanged', (of, status) => told.push(status));
        const back = new Promise((resolve) => client.room.once('reconnected', resolve));
        client.room.once('reconnecting', () => {
          publication.setSubscribed(false);
          told.push(publication.isDesired);
        });
        await client.room.simulateScenario('full-reconnect');
        await back;
        return [...told, publication.track === undefined];
      });
      assert.deepEqual(told, ['unsubscribed', false, true, true]);
      // Nor does one come, in this session or the next, while sound does.
      for (const again of [false, true]) {
        const since = await ada.mark();
        if (again) await ada.run((client) => client.room.simulateScenario('full-reconnect'));
        if (again) await ada.next('reconnected', { since });
        const { packets } = await ada.until((client) => client.inbound('bob', 'microphone'), 'the microphone');
        await ada.until(async (client, more) => (await client.inbound('bob', 'microphone'))?.packets > more, 'sound', { arg: again ? 50 : packets + 50 });
        assert.equal(await ada.run((client) => client.publication('bob', 'camera').track), undefined);
        assert.ok(!(await ada.names(['trackSubscribed'], since)).length, 'and none was told');
      }
      await ada.run((client) => client.publication('bob', 'camera').setSubscribed(true));
      await ada.mediaFlows('bob');
    });

    test('bitrates, statistics and volume can be read', TIMEOUT, async () => {
      await Promise.all([ada.publishBoth(), bob.publishBoth()]);
      await ada.mediaFlows('bob');
      await ada.until((client) => ['ada', 'bob'].every((identity) => client.publication(identity, 'camera').track.currentBitrate > 10_000), 'bitrates');
      const seen = await ada.run(async (client) => {
        const sound = client.publication('bob', 'microphone').track;
        sound.setVolume(0.25);
        const { framesDecoded, mimeType } = await client.publication('bob', 'camera').track.getReceiverStats();
        return { decoded: framesDecoded > 0, mimeType, volume: sound.getVolume(), element: sound.attachedElements[0].volume };
      });
      assert.deepEqual(seen, { decoded: true, mimeType: 'video/VP8', volume: 0.25, element: 0.25 });
    });
  });
}

test('a device that is not there is told as livekit-client tells it', TIMEOUT, async () => {
  const page = await stage.client(SUBJECT);
  const failure = await page.evaluate(async () => {
    const missing = Object.assign(new Error('none'), { name: 'NotFoundError' });
    const error = await SDK.createLocalVideoTrack({ deviceId: { exact: 'no such camera' } }).catch((error) => error);
    return [error.name, SDK.MediaDeviceFailure.getFailure(error), SDK.MediaDeviceFailure.getFailure(missing)];
  });
  assert.deepEqual(failure, ['OverconstrainedError', 'Other', 'NotFound']);
  await stage.clear();
});
