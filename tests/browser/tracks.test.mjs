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
