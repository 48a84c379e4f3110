// Objects live through a full reconnect, so nobody tells an app to set anything again: what it has set, on elements,
// receivers and whatever it made of a track, holds in the next session.
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
      const room = stage.roomName('kept');
      await bob.join({ room, identity: 'bob' });
      await ada.join({ room, identity: 'ada', options: { singlePeerConnection } });
      await bob.publishBoth();
      await ada.mediaFlows('bob');
    });
    afterEach(() => stage.clear());

    const fullReconnect = async () => {
      const since = await ada.mark();
      await ada.run((client) => client.room.simulateScenario('full-reconnect'));
      await ada.next('reconnected', { since });
      await ada.mediaFlows('bob');
    };

    test('an element that the app muted stays silent, one that it did not stays loud, and media is held back as before', TIMEOUT, async () => {
      const before = await ada.run((client) => {
        const [sound, picture] = ['microphone', 'camera'].map((source) => client.publication('bob', source).track);
        const [heard] = sound.attachedElements;
        const unheard = sound.attach(document.createElement('audio'));
        // Sound and picture in one element.
        const both = picture.attach();
        sound.attach(both);
        unheard.muted = both.muted = true;
        sound.setPlayoutDelay(0.25);
        Object.assign(window, { heard, unheard, both, receiver: sound.receiver });
        return [heard, unheard, both].map((element) => element.muted);
      });
      assert.deepEqual(before, [false, true, true]);
      await fullReconnect();
      const after = await ada.run((client) => {
        const sound = client.publication('bob', 'microphone').track;
        const { heard, unheard, both } = window;
        const plays = (element) => element.srcObject.getAudioTracks().includes(sound.mediaStreamTrack);
        return { muted: [heard, unheard, both].map((element) => element.muted), plays: [heard, unheard, both].every(plays), delay: sound.getPlayoutDelay(), other: sound.receiver !== window.receiver };
      });
      assert.deepEqual(after, { muted: [false, true, true], plays: true, delay: 0.25, other: true });
      // Nor does a camera that comes back make the element loud.
      await bob.run((client) => client.room.localParticipant.setCameraEnabled(false));
      await ada.until((client) => client.publication('bob', 'camera').isMuted && window.both.srcObject.getVideoTracks().length === 0, 'the camera to go');
      await bob.run((client) => client.room.localParticipant.setCameraEnabled(true));
      await ada.until(() => window.both.srcObject.getVideoTracks().length === 1, 'the camera to come back');
      assert.equal(await ada.run(() => window.both.muted), true);
    });

    test('a picture that the app paused stays still', TIMEOUT, async () => {
      await ada.run(async (client) => {
        const { track } = client.publication('bob', 'camera');
        const [moving] = track.attachedElements;
        const still = track.attach();
        document.body.append(still);
        const frames = (element) => element.getVideoPlaybackQuality().totalVideoFrames;
        await client.until(() => frames(still) > 2, 'a picture');
        still.pause();
        Object.assign(window, { moving, still, frames });
      });
      await fullReconnect();
      const more = (count) => ada.until((_, more) => window.frames(window.moving) > more, 'pictures', { arg: count });
      const moved = () => ada.run(() => [window.frames(window.moving), window.frames(window.still)]);
      const [begun] = await moved();
      await more(begun + 5);
      const [then, still] = await moved();
      await more(then + 20);
      assert.deepEqual([(await moved())[1], await ada.run(() => window.still.paused)], [still, true]);
    });

    test('who made something of the media is told that it is another, and what listens goes on listening', TIMEOUT, async () => {
      await ada.run(async (client) => {
        const { track } = client.publication('bob', 'microphone');
        const analyser = SDK.createAudioAnalyser(track, { minDecibels: -120, maxDecibels: -30 });
        await analyser.analyser.context.resume();
        const copy = SDK.createAudioAnalyser(track, { cloneTrack: true });
        const restarted = [];
        track.on('restarted', (told) => restarted.push(told === track && told.mediaStreamTrack !== window.first));
        Object.assign(window, { analyser, copy, restarted, first: track.mediaStreamTrack });
      });
      // Fake microphones beep.
      await ada.until(() => window.analyser.calculateVolume() > 0.05, 'a beep');
      await fullReconnect();
      await ada.until(() => window.analyser.calculateVolume() > 0.05, 'a beep of the new session');
      assert.deepEqual(await ada.run(() => window.restarted), [true]);
      const left = await ada.run(async (client) => {
        const { track } = client.publication('bob', 'microphone');
        const listeners = () => track.listenerCount('restarted');
        const before = listeners();
        await Promise.all([window.analyser.cleanup(), window.copy.cleanup()]);
        return [before - listeners(), track.mediaStreamTrack.readyState];
      });
      assert.deepEqual(left, [2, 'live']);
    });
  });
}
