// Devices, and what an app is told of them: which one is in use, one that goes away, several that come, a capture that
// fails, a browser that plays nothing yet.
import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { openStage, PEER, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };

let stage;
before(async () => {
  // `gc` in the page: a room that nobody holds is to be collected.
  stage = await openStage({ flags: ['--js-flags=--expose-gc'] });
});
after(() => stage?.close());

describe('in a room', () => {
  let ada;

  // What these tests change in the page belongs to no other.
  beforeEach(async () => {
    ada = await stage.client(SUBJECT, { fresh: true });
    await ada.join({ room: stage.roomName('devices'), identity: 'ada' });
  });
  afterEach(() => stage.clear());

  test('which device is in use is known and told when a track is published, restarted or switched', TIMEOUT, async () => {
    const seen = await ada.run(async (client) => {
      const { room } = client;
      const told = [];
      room.on('activeDeviceChanged', (kind, deviceId) => told.push([kind, deviceId]));
      const before = ['audioinput', 'videoinput', 'audiooutput'].map((kind) => room.getActiveDevice(kind));
      const { track } = await room.localParticipant.setCameraEnabled(true);
      const camera = track.mediaStreamTrack.getSettings().deviceId;
      await client.until(() => told.length === 1, 'the camera to be told');
      const published = [told.pop(), room.getActiveDevice('videoinput')].flat().map((each) => (each === camera ? 'camera' : each));
      await room.localParticipant.setMicrophoneEnabled(true);
      const sound = client.publication('ada', 'microphone').track;
      const [other] = (await SDK.Room.getLocalDevices('audioinput')).filter(({ deviceId }) => !['default', sound.mediaStreamTrack.getSettings().deviceId].includes(deviceId));
      await sound.restartTrack({ deviceId: { exact: other.deviceId } });
      await client.until(() => told.length === 1, 'the microphone to be told');
      const restarted = [told.pop(), room.getActiveDevice('audioinput')].flat().map((each) => (each === other.deviceId ? 'other' : each));
      await room.switchActiveDevice('audioinput', 'default');
      await client.until(() => told.length === 1, 'the default to be told');
      return { before, published, restarted, switched: told };
    });
    assert.deepEqual(seen, {
      before: ['default', 'default', 'default'],
      published: ['videoinput', 'camera', 'camera'],
      restarted: ['audioinput', 'other', 'other'],
      switched: [['audioinput', 'default']],
    });
  });

  test('sharing that is switched on, off and on at once is on', TIMEOUT, async () => {
    const seen = await ada.run(async (client) => {
      const asked = [];
      navigator.mediaDevices.getDisplayMedia = async () => {
        const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 360 });
        canvas.getContext('2d').fillRect(0, 0, 640, 360);
        asked.push(canvas.captureStream(10));
        return asked.at(-1);
      };
      const { localParticipant } = client.room;
      const [first, , last] = await Promise.all([true, false, true].map((on) => localParticipant.setScreenShareEnabled(on)));
      const states = asked.map((stream) => stream.getVideoTracks()[0].readyState);
      const shared = [localParticipant.isScreenShareEnabled, localParticipant.getTrackPublication('screen_share') === last, last !== first];
      await Promise.all([false, true, false].map((on) => localParticipant.setScreenShareEnabled(on)));
      return { states, shared, off: localParticipant.isScreenShareEnabled };
    });
    assert.deepEqual(seen, { states: ['ended', 'live'], shared: [true, true, true], off: false });
  });

  test('a microphone that goes away gives way to the default one', TIMEOUT, async () => {
    const seen = await ada.run(async (client) => {
      const { room } = client;
      const devices = await SDK.Room.getLocalDevices('audioinput');
      const { deviceId } = devices.findLast((device) => device.deviceId !== 'default');
      const { track } = await room.localParticipant.setMicrophoneEnabled(true, { deviceId: { exact: deviceId } });
      await client.until(() => room.getActiveDevice('audioinput') === deviceId, 'the microphone to be told');
      const { mediaDevices } = navigator;
      const capture = mediaDevices.getUserMedia.bind(mediaDevices);
      mediaDevices.getUserMedia = async (asked) => {
        if (asked.audio.deviceId.exact === deviceId) throw new DOMException('gone', 'OverconstrainedError');
        return capture(asked);
      };
      const told = [];
      room.on('activeDeviceChanged', (...facts) => told.push(facts));
      track.mediaStreamTrack.stop();
      track.mediaStreamTrack.dispatchEvent(new Event('ended'));
      await client.until(() => told.length, 'the default to be told');
      return { told, muted: track.isMuted, now: track.mediaStreamTrack.readyState };
    });
    assert.deepEqual(seen, { told: [['audioinput', 'default']], muted: false, now: 'live' });
  });

  test('an output that goes away gives way to the default one, and then the app is told of the change', TIMEOUT, async () => {
    const seen = await ada.run(async (client) => {
      const { room } = client;
      const { mediaDevices } = navigator;
      const enumerate = mediaDevices.enumerateDevices.bind(mediaDevices);
      const outputs = await SDK.Room.getLocalDevices('audiooutput');
      await room.switchActiveDevice('audiooutput', outputs.at(-1).deviceId);
      const told = [];
      room.on('activeDeviceChanged', (...facts) => told.push(facts.join(' '))).on('mediaDevicesChanged', () => told.push('changed'));
      mediaDevices.enumerateDevices = async () => (await enumerate()).filter(({ kind, deviceId }) => kind !== 'audiooutput' || deviceId === 'default');
      mediaDevices.dispatchEvent(new Event('devicechange'));
      await client.until(() => told.includes('changed'), 'the change to be told');
      return { chosen: outputs.length > 1, told, now: room.getActiveDevice('audiooutput') };
    });
    assert.deepEqual(seen, { chosen: true, told: ['audiooutput default', 'changed'], now: 'default' });
  });

  test('where somebody is to be heard holds for what she publishes later, as after a full reconnect of hers', TIMEOUT, async () => {
    const bob = await stage.client(PEER);
    await bob.join({ room: await ada.run(({ room }) => room.name), identity: 'bob' });
    await bob.publishBoth();
    await ada.until((client) => client.publication('bob', 'microphone')?.track, 'the microphone');
    await ada.run(async (client) => {
      const [output] = (await SDK.Room.getLocalDevices('audiooutput')).filter(({ deviceId }) => deviceId !== 'default');
      window.heard = { output: output.deviceId, track: client.publication('bob', 'microphone').track };
      await client.participant('bob').setAudioOutput(output);
    });
    await bob.run(({ room }) => room.simulateScenario('full-reconnect'));
    await ada.until((client) => ![undefined, heard.track].includes(client.publication('bob', 'microphone')?.track), 'another microphone');
    await ada.until((client) => client.publication('bob', 'microphone').track.attachedElements[0].sinkId === heard.output, 'the same output', { ms: 3_000 });
  });

  test('a capture that fails is told to the participant and then to the room; one that was asked for with two devices only rejects', TIMEOUT, async () => {
    const seen = await ada.run(async ({ room }) => {
      const { localParticipant } = room;
      navigator.mediaDevices.getUserMedia = async () => {
        throw new DOMException('no', 'NotAllowedError');
      };
      const told = [];
      room.on('mediaDevicesError', (error, kind) => told.push(`room ${error.name} ${kind}`));
      localParticipant.on('mediaDevicesError', (error, kind) => told.push(`participant ${error.name} ${kind}`));
      const both = await localParticipant.enableCameraAndMicrophone().catch((error) => error.name);
      const quiet = told.length === 0;
      await localParticipant.setCameraEnabled(true).catch(() => undefined);
      return { both, quiet, told, last: localParticipant.lastCameraError.name };
    });
    assert.deepEqual(seen, {
      both: 'NotAllowedError',
      quiet: true,
      told: ['participant NotAllowedError videoinput', 'room NotAllowedError videoinput'],
      last: 'NotAllowedError',
    });
  });

  test('camera and microphone that were captured together have a stream of their own each', TIMEOUT, async () => {
    const seen = await ada.run(async (client) => {
      await client.room.localParticipant.enableCameraAndMicrophone();
      return ['camera', 'microphone'].map((source) => client.publication('ada', source).track.mediaStream.getTracks().map(({ kind }) => kind));
    });
    assert.deepEqual(seen, [['video'], ['audio']]);
  });

  test('sound that is silent is told whatever its source, and pictures are not listened to', TIMEOUT, async () => {
    const silent = await ada.run(async ({ room }) => {
      const told = new Promise((resolve) => {
        room.once('localAudioSilenceDetected', ({ trackName }) => resolve(trackName));
      });
      const [picture] = document.createElement('canvas').captureStream().getTracks();
      const [sound] = new AudioContext().createMediaStreamDestination().stream.getTracks();
      await room.localParticipant.publishTrack(picture, { name: 'picture', source: 'microphone' });
      await room.localParticipant.publishTrack(sound, { name: 'sound' });
      return told;
    });
    assert.equal(silent, 'sound');
  });

  test('a page that captured sound may play it, and a video that does not start is blocked only where that is not allowed', TIMEOUT, async () => {
    const bob = await stage.client(PEER);
    const { name } = await ada.snapshot();
    await bob.join({ room: name, identity: 'bob' });
    await bob.publishBoth();
    await ada.mediaFlows('bob');
    const seen = await ada.run(async ({ room }) => {
      const { play } = HTMLMediaElement.prototype;
      const refuse = (name) => {
        HTMLMediaElement.prototype.play = async () => {
          throw new DOMException('no', name);
        };
      };
      refuse('NotAllowedError');
      const audio = await room.startAudio().catch((error) => error.name);
      const blocked = room.canPlaybackAudio;
      HTMLMediaElement.prototype.play = play;
      const told = [];
      room.localParticipant.on('audioStreamAcquired', () => told.push('acquired'));
      room.on('audioPlaybackChanged', (can) => told.push(can));
      await room.localParticipant.setMicrophoneEnabled(true);
      refuse('AbortError');
      await room.startVideo();
      const aborted = room.canPlaybackVideo;
      refuse('NotAllowedError');
      await room.startVideo();
      return { audio, blocked, told, aborted, refused: room.canPlaybackVideo };
    });
    assert.deepEqual(seen, { audio: 'NotAllowedError', blocked: false, told: ['acquired', true], aborted: true, refused: false });
  });
});

test('devices that come and go are told before and after the room, to whoever listens, and keep no room alive', TIMEOUT, async () => {
  const page = await stage.client(SUBJECT, { fresh: true });
  const seen = await page.run(async (client, { url, token }) => {
    const { mediaDevices } = navigator;
    const watching = () => census.listeners().filter((each) => JSON.stringify(each).includes('devicechange')).length;
    const change = async () => {
      mediaDevices.dispatchEvent(new Event('devicechange'));
      await new Promise((resolve) => setTimeout(resolve, 300));
    };
    let told = 0;
    const count = () => {
      told += 1;
    };
    const counts = [];
    let room = new SDK.Room();
    counts.push(watching());
    room.once('mediaDevicesChanged', count);
    await change();
    counts.push(told, watching());
    await room.connect(url, token);
    counts.push(watching());
    room.on('mediaDevicesChanged', count);
    await change();
    await room.disconnect();
    await change();
    counts.push(told, watching());
    const weak = new WeakRef(room);
    room = undefined;
    for (let round = 0; round < 50 && (weak.deref() || watching()); round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      gc();
    }
    return { counts, kept: weak.deref() !== undefined, left: watching() };
  }, { url: stage.server.url, token: stage.server.token({ room: stage.roomName('devices'), identity: 'ada' }) });
  assert.deepEqual(seen, { counts: [0, 1, 0, 1, 3, 1], kept: false, left: 0 });
  await stage.clear();
});

test('what an app asks of tracks, people and the browser is answered as livekit-client does', TIMEOUT, async () => {
  const answers = async (sdk) => {
    const page = await stage.client(sdk, { fresh: true });
    await page.join({ room: stage.roomName('asked'), identity: 'ada' });
    return page.run(async ({ room }) => {
      const [sound, picture] = await SDK.createLocalTracks({ audio: true, video: true });
      const asked = (names, things) => Object.fromEntries(names.map((name) => [name, things.map((thing) => SDK[name](thing))]));
      const louder = SDK.createAudioAnalyser(sound, { cloneTrack: true, minDecibels: -140, maxDecibels: -10, fftSize: 512 });
      const volume = louder.calculateVolume();
      const { fftSize, minDecibels, maxDecibels, smoothingTimeConstant } = louder.analyser;
      await louder.cleanup();
      await louder.cleanup();
      const camera = (label, facingMode) => ({ label, getSettings: () => (facingMode ? { facingMode } : {}) });
      const cameras = [camera('a camera'), camera('OBS Virtual Camera'), camera("Eve's iPad"), camera('iPhone', 'user'), camera('x', 'sideways'), picture];
      const seen = {
        tracks: asked(['isAudioTrack', 'isVideoTrack', 'isLocalTrack'], [sound, picture, undefined]),
        media: SDK.isLocalTrack(sound.mediaStreamTrack),
        remote: asked(['isRemoteTrack'], [sound, undefined]),
        people: asked(['isLocalParticipant', 'isRemoteParticipant'], [room.localParticipant]),
        browser: ['isBrowserSupported', 'supportsAdaptiveStream', 'supportsDynacast', 'supportsAV1', 'supportsVP9', 'supportsH265', 'supportsAudioOutputSelection'].map((name) => SDK[name]()),
        analyser: { fftSize, minDecibels, maxDecibels, smoothingTimeConstant, volume: volume >= 0 && volume <= 1, context: louder.analyser.context.state, live: sound.mediaStreamTrack.readyState },
        cameras: cameras.map((each) => SDK.facingModeFromLocalTrack(each, { defaultFacingMode: 'left' })),
        plain: SDK.facingModeFromLocalTrack(cameras[0]),
      };
      for (const track of [sound, picture]) track.stop();
      return seen;
    });
  };
  const [ours, theirs] = await Promise.all([answers(SUBJECT), answers(PEER)]);
  assert.deepEqual(ours, theirs);
  await stage.clear();
});

test('a camera that is to cost little in the middle of a full reconnect does so when it is back', TIMEOUT, async () => {
  const ada = await stage.client(SUBJECT, { fresh: true });
  await ada.join({ room: stage.roomName('frugal'), identity: 'ada' });
  const sent = await ada.run(async (client) => {
    const { track } = await client.room.localParticipant.setCameraEnabled(true);
    const { addTransceiver } = RTCPeerConnection.prototype;
    let asked;
    RTCPeerConnection.prototype.addTransceiver = function (...args) {
      if (args[0] === track.mediaStreamTrack) asked = [track.sender, track.prioritizePerformance().then(() => 'done', (error) => error.message)];
      return addTransceiver.apply(this, args);
    };
    const back = new Promise((resolve) => client.room.once('reconnected', resolve));
    await client.room.simulateScenario('full-reconnect');
    await back;
    await client.until(() => asked, 'the new sender');
    const active = () => track.sender.getParameters().encodings.map(({ active, maxFramerate }) => active && maxFramerate).join();
    await client.until(() => active() === '15,false,false', 'one layer', 3_000).catch(() => undefined);
    return [...(await Promise.all(asked)), active()];
  });
  assert.deepEqual(sent, [undefined, 'done', '15,false,false']);
  await stage.clear();
});

test('a camera of a device without power is sent in one small layer, as livekit-client sends it', TIMEOUT, async () => {
  const layers = async (sdk) => {
    const page = await stage.client(sdk, { fresh: true });
    await page.join({ room: stage.roomName('frugal'), identity: 'ada', options: { dynacast: true } });
    return page.run(async ({ room }) => {
      const { track } = await room.localParticipant.setCameraEnabled(true, { resolution: { width: 1280, height: 720 } });
      const refused = await new SDK.LocalVideoTrack(track.mediaStreamTrack).prioritizePerformance().catch((error) => error instanceof Error);
      await track.prioritizePerformance();
      const sent = track.sender.getParameters().encodings.map(({ rid, active, scaleResolutionDownBy, maxFramerate }) => (active ? { rid, scaleResolutionDownBy, maxFramerate } : { rid }));
      await room.disconnect();
      return { refused, sent };
    });
  };
  const [ours, theirs] = await Promise.all([layers(SUBJECT), layers(PEER)]);
  assert.deepEqual(ours, theirs);
  assert.deepEqual(ours, { refused: true, sent: [{ rid: 'q', scaleResolutionDownBy: 2, maxFramerate: 15 }, { rid: 'h' }, { rid: 'f' }] });
  await stage.clear();
});
