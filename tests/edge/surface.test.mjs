// The JavaScript surface in a host without a browser: names and values beside livekit-client's, options, errors,
// events, policies. What needs a room is in room.test.mjs.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import * as livekit from 'livekit-client';
import { at } from '../../scripts/lib/paths.mjs';

let rejoin;
before(async () => {
  rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
});

describe('names and values', () => {
  const ENUMS = 'RoomEvent ParticipantEvent TrackEvent ConnectionState ConnectionQuality DisconnectReason ConnectionErrorReason DataPacket_Kind Encryption_Type LogLevel ParticipantKind SubscriptionError TrackType VideoQuality'.split(' ');
  const OURS = { RoomEvent: { RegionChanged: 'regionChanged', PluginReady: 'pluginReady', PluginUnavailable: 'pluginUnavailable' } };
  for (const name of ENUMS) {
    test(`${name} is livekit-client's${OURS[name] ? ', and what ours add' : ''}`, () => {
      const plain = (of) => Object.fromEntries(Object.entries(of));
      assert.deepEqual(plain(rejoin[name]), { ...plain(livekit[name]), ...OURS[name] });
    });
  }

  test('Track.Kind, Track.Source and Track.StreamState are statics of Track', () => {
    for (const name of ['Kind', 'Source', 'StreamState']) assert.deepEqual({ ...rejoin.Track[name] }, { ...livekit.Track[name] });
  });

  test('presets have the sizes and bitrates of livekit-client', () => {
    for (const name of ['VideoPresets', 'VideoPresets43', 'ScreenSharePresets', 'AudioPresets']) {
      const plain = (presets) => JSON.parse(JSON.stringify(presets));
      assert.deepEqual(plain(rejoin[name]), plain(livekit[name]), name);
    }
  });

  test('classes stand in the tree of livekit-client', () => {
    const CLASSES = 'LocalParticipant RemoteParticipant LocalTrackPublication RemoteTrackPublication LocalAudioTrack LocalVideoTrack RemoteAudioTrack RemoteVideoTrack ConnectionError SignalRequestError PublishTrackError'.split(' ');
    const ancestors = (SDK, name) => {
      const names = Object.entries(SDK).filter(([, value]) => typeof value === 'function');
      const chain = [];
      for (let one = Object.getPrototypeOf(SDK[name]); one?.prototype; one = Object.getPrototypeOf(one)) chain.push(names.find(([, value]) => value === one)?.[0]);
      return chain.filter((each) => each && each !== 'EventEmitter');
    };
    for (const name of CLASSES) assert.deepEqual(ancestors(rejoin, name), ancestors(livekit, name), name);
  });
});

test('codecs, and what a host without a browser can do, are answered as livekit-client does or with false', () => {
  for (const name of ['audioCodecs', 'videoCodecs']) assert.deepEqual(rejoin[name], livekit[name]);
  const codecs = [...livekit.audioCodecs, ...livekit.videoCodecs, 'VP8', '', undefined, 'toString'];
  for (const name of ['isAudioCodec', 'isVideoCodec', 'isSVCCodec']) assert.deepEqual(codecs.map(rejoin[name]), codecs.map(livekit[name]), name);
  const supported = ['isBrowserSupported', 'supportsAdaptiveStream', 'supportsDynacast', 'supportsAV1', 'supportsVP9', 'supportsH265', 'supportsAudioOutputSelection'];
  assert.deepEqual(supported.filter((name) => rejoin[name]() !== false), []);
  for (const label of ['', ' iPHONE ', 'OBS virtual camera', 'obs virtual camera 2', 'iPad', 'FaceTime']) assert.deepEqual(rejoin.facingModeFromDeviceLabel(label), livekit.facingModeFromDeviceLabel(label), label);
});

describe('the two halves agree', () => {
  const source = (...path) => readFileSync(at('src', ...path), 'utf8');

  test('every kind of event that Rust tells has a handler, and every handler a kind', async () => {
    const { KINDS } = await import(at('src', 'api', 'dispatch.js'));
    const told = source('api', 'dispatch.rs').split('fn facts(')[1].split('\n}\n')[0];
    const kinds = [...told.matchAll(/\(\s*"(\w+)",/g)].map(([, kind]) => kind);
    assert.ok(kinds.length > 30, `${kinds.length} kinds were found`);
    assert.deepEqual([...new Set(kinds)].sort(), [...KINDS].sort());
  });

  test('fields have the same numbers', async () => {
    const fields = await import(at('src', 'api', 'fields.js'));
    const text = source('api', 'fields.rs');
    for (const list of ['PARTICIPANT', 'PUBLICATION', 'ROOM']) {
      const names = [...text.split(`pub const ${list}: &[&str] =`)[1].split('];')[0].matchAll(/"(\w+)"/g)].map(([, name]) => name);
      assert.deepEqual(Object.keys(fields[list]), names, list);
      assert.deepEqual(Object.values(fields[list]), names.map((_, n) => n), list);
    }
  });

  test('what a core can be asked has the same numbers', async () => {
    const asks = await import(at('src', 'api', 'ask.js'));
    const names = source('api', 'ask.rs').split('asks! {')[1].split('}')[0].match(/\w+/g);
    const constant = (name) => name.replace(/\B[A-Z]/g, '_$&').toUpperCase();
    assert.ok(names.length > 20, `${names.length} were found`);
    assert.deepEqual({ ...asks }, Object.fromEntries(names.map((name, n) => [constant(name), n])));
  });

  test('every code of the engine is in the types, and becomes an error that says it', async () => {
    const { failure } = await import(at('src', 'api', 'failure.js'));
    const errors = await import(at('src', 'api', 'errors.js'));
    const rows = [...source('engine', 'error.rs').matchAll(/Code::(\w+) => \("([a-z-]+)", (true|false)\)/g)];
    const typed = [...source('api', 'errors.d.ts').split('export type ErrorCode =')[1].split(';')[0].matchAll(/'([a-z-]+)'/g)].map(([, code]) => code);
    assert.deepEqual(rows.map(([, , code]) => code).sort(), typed.sort());
    for (const [, variant, code, retryable] of rows) {
      const reason = rejoin.ConnectionErrorReason[variant];
      const error = failure(code, 'what happened', retryable === 'true', false, reason, undefined, undefined, undefined);
      assert.ok(error instanceof Error && error instanceof errors.LivekitError, code);
      assert.deepEqual([error.code, error.message, error.retryable], [code, 'what happened', retryable === 'true']);
      if (reason !== undefined) assert.deepEqual([error.name, error.reason, error.reasonName], ['ConnectionError', reason, variant]);
    }
  });
});

describe('options', () => {
  const refused = (make, pattern) => assert.throws(make, (error) => error instanceof TypeError && pattern.test(error.message));

  test('an unknown key is refused and the nearest one named', () => {
    refused(() => new rejoin.Room({ adaptivStream: true }), /RoomOptions: unknown option "adaptivStream": did you mean "adaptiveStream"\?/);
    refused(() => new rejoin.Room({ publishDefaults: { simulcst: true } }), /RoomOptions\.publishDefaults: unknown option "simulcst": did you mean "simulcast"\?/);
    refused(() => new rejoin.Room({ quack: 1 }), /unknown option "quack"$/);
  });

  test('a wrong type is refused with the path of the key', () => {
    refused(() => new rejoin.Room({ dynacast: 'yes' }), /RoomOptions\.dynacast must be true or false/);
    refused(() => new rejoin.Room({ adaptiveStream: { pixelDensity: 'dense' } }), /RoomOptions\.adaptiveStream\.pixelDensity must be/);
    refused(() => new rejoin.Room({ reconnectPolicy: {} }), /RoomOptions\.reconnectPolicy must be an object with nextRetryDelayInMs/);
    refused(() => new rejoin.Room(7), /RoomOptions must be an object/);
  });

  test('a negative, fractional or absurd number is refused', () => {
    for (const value of [-1, 1.5, NaN, Infinity, '5']) refused(() => new rejoin.Room({ idleTimeoutMs: value }), /RoomOptions\.idleTimeoutMs must be a whole number, 0 or more/);
  });

  test('what livekit-client takes is taken', () => {
    const policy = { nextRetryDelayInMs: () => 100 };
    const room = new rejoin.Room({
      adaptiveStream: { pixelDensity: 'screen' }, dynacast: true, reconnectPolicy: policy, disconnectOnPageLeave: false, singlePeerConnection: false,
      publishDefaults: { videoEncoding: rejoin.VideoPresets.h720.encoding, videoSimulcastLayers: [rejoin.VideoPresets.h180], red: false },
      videoCaptureDefaults: { resolution: rejoin.VideoPresets.h540.resolution, facingMode: 'user' }, audioCaptureDefaults: { deviceId: 'x' },
      e2ee: undefined, expSignalLatency: 0,
    });
    assert.equal(room.options.reconnectPolicy, policy);
    assert.equal(room.options.publishDefaults.dtx, true);
  });

  test('a preset is a resolution, a bitrate may be a fraction, and null is none where livekit-client takes it so', () => {
    const { options } = new rejoin.Room({
      videoCaptureDefaults: { resolution: rejoin.VideoPresets.h540 }, publishDefaults: { videoEncoding: { maxBitrate: 1e6 / 7 } },
      adaptiveStream: null, reconnectPolicy: null, audioCaptureDefaults: null,
    });
    assert.deepEqual(options.videoCaptureDefaults.resolution, { width: 960, height: 540, aspectRatio: 16 / 9 });
    assert.equal(options.publishDefaults.videoEncoding.maxBitrate, 1e6 / 7);
    assert.deepEqual([options.adaptiveStream, options.reconnectPolicy], [false, undefined]);
    refused(() => new rejoin.Room({ giveUpAfterMs: null }), /RoomOptions\.giveUpAfterMs must be a whole number/);
  });

  test('a topic that is null is none', async () => {
    const { localParticipant } = new rejoin.Room();
    await assert.rejects(localParticipant.publishData(new Uint8Array(1), { topic: null, destinationIdentities: null }), /not connected/);
  });

  test('devices are the default ones, or those that were chosen, before the room is connected', () => {
    const devices = (options) => ['audioinput', 'videoinput', 'audiooutput'].map((kind) => new rejoin.Room(options).getActiveDevice(kind));
    assert.deepEqual(devices(), ['default', 'default', 'default']);
    const chosen = { audioCaptureDefaults: { deviceId: { exact: 'mic' } }, videoCaptureDefaults: { deviceId: 'camera' }, audioOutput: { deviceId: 'out' } };
    assert.deepEqual(devices(chosen), ['mic', 'camera', 'out']);
  });

  test('end-to-end encryption is refused, not ignored', () => {
    assert.throws(() => new rejoin.Room({ e2ee: { worker: {} } }), (error) => error.code === 'unsupported');
    const room = new rejoin.Room();
    assert.deepEqual([room.isE2EEEnabled, room.localParticipant.isE2EEEnabled], [false, false]);
  });

  test('those of connect are read before anything is dialled', async () => {
    const room = new rejoin.Room();
    await assert.rejects(room.connect('ws://127.0.0.1:1', 'token', { maxRetry: 1 }), /RoomConnectOptions: unknown option "maxRetry": did you mean "maxRetries"/);
    await assert.rejects(room.connect(undefined, 'token'), TypeError);
    const rtcConfig = { get iceServers() { throw new Error('of the app'); } };
    await assert.rejects(room.connect('ws://127.0.0.1:1', 'token', { rtcConfig }), /of the app/);
    assert.equal(room.state, 'disconnected');
  });
});

describe('EventEmitter', () => {
  const told = (work) => {
    const emitter = new rejoin.EventEmitter();
    const heard = [];
    work(emitter, heard);
    return heard;
  };

  test('listeners are called in order, with the object as this, and on returns it', () => {
    const emitter = new rejoin.EventEmitter();
    const heard = [];
    const returned = emitter.on('a', function listener(value) {
      heard.push(['on', value, this === emitter]);
    });
    assert.equal(returned, emitter);
    assert.equal(emitter.once('a', (value) => heard.push(['once', value])).emit('a', 1), true);
    emitter.emit('a', 2);
    assert.deepEqual(heard, [['on', 1, true], ['once', 1], ['on', 2, true]]);
    assert.equal(emitter.emit('b'), false);
  });

  test('off takes away one listener, removeAllListeners all', () => {
    const heard = told((emitter, log) => {
      const listener = () => log.push('twice');
      emitter.on('a', listener).on('a', listener).off('a', listener).emit('a');
      emitter.on('b', () => log.push('b')).removeAllListeners();
      emitter.emit('b');
      assert.equal(emitter.listenerCount('a'), 0);
    });
    assert.deepEqual(heard, ['twice']);
  });

  test('a listener that is prepended is called first, once or each time', () => {
    const heard = told((emitter, log) => {
      emitter.on('a', () => log.push('on')).prependListener('a', () => log.push('first')).prependOnceListener('a', () => log.push('once'));
      emitter.emit('a');
      log.push('|');
      emitter.emit('a');
    });
    assert.deepEqual(heard, ['once', 'first', 'on', '|', 'first', 'on']);
  });

  test('raw listeners are those of once in a function that takes them away, and the limit is remembered', () => {
    const emitter = new rejoin.EventEmitter();
    const heard = [];
    const [always, once] = [() => heard.push('always'), (value) => heard.push(value)];
    const [first, raw] = emitter.on('a', always).once('a', once).rawListeners('a');
    assert.deepEqual([first === always, raw.listener === once, emitter.listeners('a')[1] === once], [true, true, true]);
    raw('once');
    assert.deepEqual([heard, emitter.listenerCount('a')], [['once'], 1]);
    emitter.once('a', once);
    assert.equal(emitter.off('a', emitter.rawListeners('a')[1]).listenerCount('a'), 1);
    assert.deepEqual([emitter.getMaxListeners(), emitter.setMaxListeners(5).getMaxListeners()], [100, 5]);
    assert.equal(new rejoin.EventEmitter().removeAllListeners('a').listenerCount('a'), 0);
  });

  test('Vue and Alpine are told to make no proxy of a room and what it hands out', () => {
    const room = new rejoin.Room();
    assert.deepEqual([room, room.localParticipant].map(({ __v_skip }) => __v_skip), [true, true]);
  });

  test('an aborted signal takes its listener away, and adds none later', () => {
    const heard = told((emitter, log) => {
      const controller = new AbortController();
      emitter.on('a', () => log.push('a'), { signal: controller.signal }).emit('a');
      controller.abort();
      emitter.emit('a');
      emitter.on('a', () => log.push('late'), { signal: controller.signal }).emit('a');
    });
    assert.deepEqual(heard, ['a']);
  });

  // Fault 39: one that throws.
  test('a listener that throws is reported and the others still run', () => {
    const reported = [];
    globalThis.reportError = (error) => reported.push(error.message);
    try {
      const heard = told((emitter, log) => emitter.on('a', () => { throw new Error('of the app'); }).on('a', () => log.push('second')).emit('a'));
      assert.deepEqual([heard, reported], [['second'], ['of the app']]);
    } finally {
      delete globalThis.reportError;
    }
  });

  // Fault 39: one that changes who listens.
  test('what a listener adds or takes away counts from the next event on', () => {
    const heard = told((emitter, log) => {
      const second = () => log.push('second');
      emitter.on('a', () => emitter.off('a', second).on('a', () => log.push('new'))).on('a', second).emit('a');
      log.push('|');
      emitter.emit('a');
    });
    assert.deepEqual(heard, ['second', '|', 'new']);
  });
});

describe('policies by themselves', () => {
  const first = { retryCount: 0, elapsedMs: 0, retryReason: new Error('gone'), serverUrl: 'wss://example.com' };
  const draw = (policy, context, count = 200) => Array.from({ length: count }, () => policy.nextRetryDelayInMs(context));

  test('four fields of the context are enough, and no two clients draw the same', () => {
    const drawn = draw(new rejoin.DefaultReconnectPolicy(), first);
    assert.ok(new Set(drawn).size > 190 && Math.min(...drawn) > 0 && Math.max(...drawn) <= 4_050, `${Math.min(...drawn)} to ${Math.max(...drawn)} ms`);
  });

  test('a local cause in a small room is answered within 250 ms', () => {
    const drawn = draw(new rejoin.DefaultReconnectPolicy(), { ...first, cause: 'local', numParticipants: 10 });
    assert.ok(Math.max(...drawn) <= 250, `${Math.max(...drawn)} ms`);
  });

  test('options reach the policy', () => {
    const drawn = draw(new rejoin.DefaultReconnectPolicy({ strangers: 0, spreadMs: 10 }), { ...first, numParticipants: 1 });
    assert.ok(Math.max(...drawn) <= 10, `${Math.max(...drawn)} ms`);
    assert.throws(() => new rejoin.DefaultReconnectPolicy({ joinPerSecond: 1 }), /did you mean "joinsPerSecond"/);
  });

  test('whatever the options and the context, an answer is a delay that a timer can wait', () => {
    const most = 2 ** 31 - 1;
    for (const [Policy, options] of [
      [rejoin.DefaultReconnectPolicy, { remoteShare: 1e308, strangers: 0 }],
      [rejoin.DefaultReconnectPolicy, { joinsPerSecond: 0, maxFirstWindowMs: 1e308 }],
      [rejoin.DefaultReconnectPolicy, { retryWindowMs: 1e308, maxBackoff: 1e308 }],
      [rejoin.DefaultReconnectPolicy, [1e308, 1e308]],
      [rejoin.ProportionalJitterPolicy, { delaysMs: [1e308, 1e308] }],
    ]) {
      for (const retryCount of [0, 1]) {
        const delay = new Policy(options).nextRetryDelayInMs({ retryCount, elapsedMs: 0, numParticipants: 4e9 });
        assert.ok(delay >= 0 && delay <= most, `${JSON.stringify(options)} ${delay}`);
      }
    }
  });

  test('options with which every retry would come at once are refused, and so is a list with holes', () => {
    const refused = (make, pattern) => assert.throws(make, (error) => error instanceof TypeError && pattern.test(error.message));
    for (const key of ['maxBackoff', 'retryWindowMs']) {
      for (const value of [0, 0.5, -1]) refused(() => new rejoin.DefaultReconnectPolicy({ [key]: value }), new RegExp(`\\.${key} must be a number, 1 or more`));
      assert.doesNotThrow(() => new rejoin.DefaultReconnectPolicy({ [key]: 1 }));
    }
    refused(() => new rejoin.DefaultReconnectPolicy(new Array(3)), /delaysMs must be a list of numbers/);
    refused(() => new rejoin.ProportionalJitterPolicy({ delaysMs: [, 1] }), /delaysMs must be a list of numbers/);
    refused(() => new rejoin.Room({ regions: { urls: [, 'wss://example.com'] } }), /urls must be a list of texts/);
  });

  test('a list that the app changes afterwards is the one that was given', () => {
    for (const make of [(delays) => new rejoin.DefaultReconnectPolicy(delays), (delaysMs) => new rejoin.ProportionalJitterPolicy({ delaysMs })]) {
      const delays = [1000];
      const policy = make(delays);
      delays[0] = 5;
      assert.ok(policy.nextRetryDelayInMs(first) >= 500);
    }
  });

  test('an object is one that has the method, a class with a static one, too', () => {
    class Static { static nextRetryDelayInMs() { return 1; } }
    assert.doesNotThrow(() => new rejoin.Room({ reconnectPolicy: Static }));
    for (const reconnectPolicy of [5, 'x', {}, () => 1, { nextRetryDelayInMs: 1 }]) assert.throws(() => new rejoin.Room({ reconnectPolicy }), /RoomOptions\.reconnectPolicy must be/);
  });

  test('a table has jitter in proportion and ends with null', () => {
    for (const policy of [new rejoin.DefaultReconnectPolicy([1000]), new rejoin.ProportionalJitterPolicy({ delaysMs: [1000], jitter: 0.5 })]) {
      const drawn = draw(policy, first);
      assert.ok(Math.min(...drawn) >= 500 && Math.max(...drawn) <= 1500 && Math.max(...drawn) - Math.min(...drawn) > 500);
      assert.equal(policy.nextRetryDelayInMs({ ...first, retryCount: 1 }), null);
    }
  });

  test('a class derived from ours is asked for its own rule', () => {
    class Patient extends rejoin.DefaultReconnectPolicy {
      nextRetryDelayInMs(context) {
        return (super.nextRetryDelayInMs(context) ?? 0) + 10_000;
      }
    }
    assert.ok(new Patient().nextRetryDelayInMs(first) >= 10_000);
  });
});
