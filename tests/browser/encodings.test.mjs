// What the sender of a camera does: its layers, their sizes and what the app asked of them, in every session. With Rejoin
// on one peer connection and on two; npm livekit-client watches.
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
      const room = stage.roomName('encodings');
      await bob.join({ room, identity: 'bob' });
      await ada.join({ room, identity: 'ada', options: { singlePeerConnection, dynacast: true } });
    });
    afterEach(() => stage.clear());

    const reconnected = async () => {
      const since = await ada.mark();
      await ada.run((client) => client.room.simulateScenario('full-reconnect'));
      await ada.next('reconnected', { since });
    };

    test('layers that are off stay off when something else is published and through a resume', TIMEOUT, async () => {
      await ada.run((client) => client.room.localParticipant.setCameraEnabled(true));
      const active = (client) => client.publication('ada', 'camera').track.sender.getParameters().encodings.map(({ active }) => active).join();
      const stayOff = async (which) => {
        await ada.run((client) => client.room.localParticipant.setMicrophoneEnabled(true));
        await ada.until(`(client) => (${active})(client) === '${which}'`, `${which} beside a microphone`, { ms: 5_000 });
        const since = await ada.mark();
        await ada.run((client) => client.room.simulateScenario('signal-reconnect'));
        await ada.next('reconnected', { since });
        await ada.until(`(client) => (${active})(client) === '${which}'`, `${which} after a resume`, { ms: 5_000 });
      };
      await ada.run((client) => client.publication('ada', 'camera').track.setPublishingQuality(1));
      await stayOff('true,true,false');
      await ada.run(async (client) => {
        await client.room.localParticipant.unpublishTrack(client.publication('ada', 'microphone').track);
        await client.publication('ada', 'camera').track.prioritizePerformance();
      });
      await stayOff('true,false,false');
    });

    test('a camera that is captured in another size is published in that size after a full reconnect', TIMEOUT, async () => {
      await ada.run((client) => client.room.localParticipant.setCameraEnabled(true, { resolution: { width: 320, height: 180 } }));
      await ada.run((client) => client.publication('ada', 'camera').track.restartTrack({ resolution: { width: 1280, height: 720 } }));
      await reconnected();
      const layers = (client) => client.publication('ada', 'camera').track.sender.getParameters().encodings.map(({ rid, scaleResolutionDownBy }) => [rid, scaleResolutionDownBy]);
      assert.deepEqual(await ada.run(layers), [['q', 4], ['h', 2], ['f', 1]]);
      await bob.until((client) => client.publication('ada', 'camera')?.dimensions?.width === 1280, 'the new size');
      // While there is no sender as well.
      const again = await ada.mark();
      await ada.run(async (client) => {
        const smaller = new Promise((resolve, reject) => {
          client.room.once('reconnecting', () => client.publication('ada', 'camera').track.restartTrack({ resolution: { width: 640, height: 360 } }).then(resolve, reject));
        });
        await client.room.simulateScenario('full-reconnect');
        await smaller;
      });
      await ada.next('reconnected', { since: again });
      await ada.run((client) => client.room.simulateScenario('full-reconnect'));
      await bob.until((client) => client.publication('ada', 'camera')?.dimensions?.width === 640, 'the size of now');
      await ada.until((client) => client.room.state === 'connected', 'the room to be back');
      assert.deepEqual(await ada.run(layers), [['q', 2], ['h', 1]]);
    });

    test('a camera that is published while it is muted is sent in all its layers when it is not any more', TIMEOUT, async () => {
      const layers = await ada.run(async ({ room: { localParticipant } }) => {
        const [track] = await localParticipant.createTracks({ video: true });
        await track.mute();
        await localParticipant.publishTrack(track);
        await track.unmute();
        return track.sender.getParameters().encodings.map(({ rid, scaleResolutionDownBy, maxBitrate }) => [rid, scaleResolutionDownBy, maxBitrate]);
      });
      assert.deepEqual(layers, [['q', 4, 160_000], ['h', 2, 450_000], ['f', 1, 1_700_000]]);
      await bob.until((client) => client.publication('ada', 'camera')?.dimensions?.width === 1280, 'the size of the camera');
    });

    test('a camera that was told to spare power does so after a full reconnect', TIMEOUT, async () => {
      await ada.run((client) => client.room.localParticipant.setCameraEnabled(true).then(({ track }) => track.prioritizePerformance()));
      await reconnected();
      await ada.until((client) => client.publication('ada', 'camera').track.sender.getParameters().encodings.map(({ active }) => active).join() === 'true,false,false', 'one layer');
    });

    test('the most quality and what gives way first are asked of the sender of each session', TIMEOUT, async () => {
      const wanted = 'maintain-resolution,true,true,false';
      const asked = (client, wanted) => {
        const { encodings, degradationPreference } = client.publication('ada', 'camera').track.sender.getParameters();
        return [degradationPreference, ...encodings.map(({ active }) => active)].join() === wanted;
      };
      await ada.run(async (client) => {
        const { track } = await client.room.localParticipant.setCameraEnabled(true);
        await track.setPublishingQuality(1);
        await track.setDegradationPreference('maintain-resolution');
      });
      await ada.until(asked, 'what was asked', { arg: wanted });
      await reconnected();
      await ada.until(asked, 'the same of the new sender', { arg: wanted });
      // Whoever watches all of it changes nothing.
      await bob.until(async (client) => (await client.inbound('ada', 'camera'))?.frames > 3, 'frames of the camera');
      await bob.run((client) => client.publication('ada', 'camera').setVideoQuality(2));
      await bob.until(async (client) => (await client.inbound('ada', 'camera'))?.frames > 30, 'more frames');
      assert.equal(await ada.run(`(client, wanted) => (${asked})(client, wanted)`, wanted), true);
    });
  });
}
