// What an app hands over that cannot be used, and processors that misbehave: told at once, and what flows goes on.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };

let stage;
let ada;
let bob;
before(async () => {
  stage = await openStage();
});
after(() => stage?.close());
beforeEach(async () => {
  [ada, bob] = await Promise.all([stage.client(SUBJECT), stage.client(PEER)]);
  const room = stage.roomName('misuse');
  await bob.join({ room, identity: 'bob' });
  await ada.join({ room, identity: 'ada' });
});
afterEach(() => stage.clear());

test('a processor that cannot be taken away, or is without a promise, holds nothing up', TIMEOUT, async () => {
  await ada.publishBoth();
  const seen = await ada.run(async (client) => {
    const { track } = client.publication('ada', 'camera');
    const processor = (destroy) => ({
      name: 'stubborn',
      async init(options) {
        this.processedTrack = options.track.clone();
      },
      async restart() {},
      destroy,
    });
    const failing = processor(async () => {
      throw new Error('of the processor');
    });
    await track.setProcessor(failing);
    await track.stopProcessor();
    const stopped = [track.getProcessor(), track.sender.track === track.mediaStreamTrack];
    await track.setProcessor(failing);
    const next = processor(() => {});
    await track.setProcessor(next);
    const replaced = [track.getProcessor() === next, track.sender.track === next.processedTrack];
    await client.room.localParticipant.unpublishTrack(track);
    return { stopped, replaced, gone: client.publication('ada', 'camera') };
  });
  assert.deepEqual(seen, { stopped: [undefined, true], replaced: [true, true], gone: undefined });
  await bob.until((client) => client.publication('ada', 'microphone') && !client.publication('ada', 'camera'), 'the camera to go');
});

test('a processor that is set again works again, and one after another is heard until the track is stopped', TIMEOUT, async () => {
  await ada.publishBoth();
  const seen = await ada.run(async (client) => {
    const gain = () => ({
      name: 'gain',
      async init({ audioContext, track }) {
        this.context = audioContext;
        this.out = audioContext.createMediaStreamDestination();
        audioContext.createMediaStreamSource(new MediaStream([track])).connect(this.out);
        [this.processedTrack] = this.out.stream.getTracks();
      },
      async restart() {},
      async destroy() {
        this.out.disconnect();
        this.processedTrack = undefined;
      },
    });
    const { track } = client.publication('ada', 'microphone');
    const works = (one) => [track.getProcessor() === one, Boolean(one.processedTrack) && track.sender.track === one.processedTrack, one.context.state];
    const [first, second] = [gain(), gain()];
    await track.setProcessor(first);
    await track.setProcessor(first);
    const again = works(first);
    await track.setProcessor(second);
    const next = works(second);
    const own = second.context;
    const context = new AudioContext();
    await track.setAudioContext(context);
    const moved = [...works(second), second.context === context, own.state];
    await track.setAudioContext(undefined);
    const back = [...works(second), second.context === context, context.state];
    await client.room.localParticipant.unpublishTrack(track);
    await client.until(() => second.context.state === 'closed', 'the context to be closed');
    await context.close();
    return { again, next, moved, back };
  });
  const running = [true, true, 'running'];
  assert.deepEqual(seen, { again: running, next: running, moved: [...running, true, 'closed'], back: [...running, false, 'running'] });
});

test('media of another kind is refused, and the track goes on as it was', TIMEOUT, async () => {
  await ada.publishBoth();
  const seen = await ada.run(async (client) => {
    const { track } = client.publication('ada', 'camera');
    const before = track.mediaStreamTrack;
    const element = track.attach();
    const refused = [];
    for (const other of [client.publication('ada', 'microphone').track.mediaStreamTrack, undefined]) {
      refused.push(await track.replaceTrack(other).catch((error) => error.name));
    }
    return { refused, same: track.mediaStreamTrack === before, live: before.readyState, shown: element.srcObject?.getTracks()[0] === before };
  });
  assert.deepEqual(seen, { refused: ['TrackInvalidError', 'TrackInvalidError'], same: true, live: 'live', shown: true });
  await bob.mediaFlows('ada');
});

test('what is no media element is refused and not kept', TIMEOUT, async () => {
  const seen = await ada.run(async (client) => {
    await client.room.localParticipant.setCameraEnabled(true);
    const { track } = client.publication('ada', 'camera');
    const refused = ['player', {}, null, document.createElement('div')].map((element) => {
      try {
        return track.attach(element);
      } catch (error) {
        return error.name;
      }
    });
    const kept = track.attachedElements.length;
    await client.room.localParticipant.setCameraEnabled(false);
    await client.room.localParticipant.setCameraEnabled(true);
    return { refused, kept, muted: track.isMuted };
  });
  assert.deepEqual(seen, { refused: ['TypeError', 'TypeError', 'TypeError', 'TypeError'], kept: 0, muted: false });
});

test('a volume out of bounds is refused, and the one before holds', TIMEOUT, async () => {
  await bob.publishBoth();
  await ada.until((client) => client.publication('bob', 'microphone')?.track, 'the microphone');
  const seen = await ada.run((client) => {
    const participant = client.participant('bob');
    const { track } = client.publication('bob', 'microphone');
    track.detach();
    participant.setVolume(0.5);
    const refused = [2, -1, Number.NaN, 'loud', undefined].flatMap((volume) =>
      [participant, track].map((one) => {
        try {
          return one.setVolume(volume);
        } catch (error) {
          return error.name;
        }
      }),
    );
    return { refused: [...new Set(refused)], volumes: [track.getVolume(), participant.getVolume(), track.attach().volume] };
  });
  assert.deepEqual(seen, { refused: ['TypeError'], volumes: [0.5, 0.5, 0.5] });
});

test('an ArrayBuffer is bytes too, as in livekit-client', TIMEOUT, async () => {
  const outcome = await ada.run(({ room }) => room.localParticipant.publishData(new TextEncoder().encode('plain').buffer, { reliable: true }).catch((error) => error.message));
  assert.equal(outcome, undefined);
  await bob.until((client) => client.received.some(({ text }) => text === 'plain'), 'the bytes');
});
