// A room in Node, signalling only, against the scriptable server: its objects, its events, its errors.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { startScriptable } from '../server/server.mjs';

let rejoin;
let server;
let rooms = [];
before(async () => {
  rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
  server = await startScriptable();
});
afterEach(async () => {
  await Promise.all(rooms.map((room) => room.disconnect()));
  rooms = [];
  await server.idle();
});
after(() => server?.stop());

let count = 0;
/** A room that is not connected, and the facts to connect it with. */
function make(options) {
  count += 1;
  const room = new rejoin.Room({ webSocket: WebSocket, ...options });
  rooms.push(room);
  const name = `room-${count}`;
  return { room, token: server.token({ room: name, identity: 'alice' }) };
}

/** Connected, with the server's end of the connection. */
async function join(options) {
  const made = make(options);
  await made.room.connect(server.url, made.token);
  return { ...made, connection: server.connections.at(-1) };
}

/** Not `assert.equal`: that prints both, and everything they refer to. */
const same = (a, b) => assert.ok(a === b, 'the same object');
const next = (emitter, event) => new Promise((resolve) => emitter.once(event, (...args) => resolve(args)));
const person = (n, more = {}) => ({ sid: `PA_${n}`, identity: `p${n}`, name: `Person ${n}`, state: 'ACTIVE', version: 1, metadata: 'm', attributes: { n: String(n) }, tracks: [{ sid: `TR_${n}`, name: 'cam', type: 'VIDEO', source: 'CAMERA' }], ...more });
const tell = (connection, ...participants) => connection.send({ update: { participants } });

describe('joining', () => {
  test('events of a connect come in livekit-client’s order', async () => {
    const { room, token } = make();
    const told = [];
    for (const event of ['connectionStateChanged', 'signalConnected', 'connected']) room.on(event, (state) => told.push([event, state, room.state].filter((each) => each !== undefined).join(' ')));
    await room.connect(server.url, token);
    assert.deepEqual(told, ['connectionStateChanged connecting connecting', 'signalConnected connecting', 'connectionStateChanged connected connected', 'connected connected']);
    assert.equal(room.localParticipant.identity, 'alice');
    assert.match(await room.getSid(), /^RM_/);
    assert.equal(typeof room.serverInfo.version, 'string');
  });

  test('connect while connecting is the same promise, while connected it is done', async () => {
    const { room, token } = make();
    const first = room.connect(server.url, token);
    assert.equal(room.connect(server.url, token), first);
    await first;
    await room.connect(server.url, token);
  });

  test('an aborted signal gives up, before and during', async () => {
    const { room, token } = make();
    const controller = new AbortController();
    const connecting = room.connect(server.url, token, { signal: controller.signal });
    controller.abort();
    await assert.rejects(connecting, (error) => error instanceof rejoin.ConnectionError && error.reasonName === 'Cancelled');
    assert.equal(room.state, 'disconnected');
    await assert.rejects(room.connect(server.url, token, { signal: AbortSignal.abort() }), (error) => error.code === 'cancelled');
  });

  for (const event of ['connectionStateChanged', 'signalConnected', 'connected']) {
    test(`a signal that ${event} aborts gives up with its reason, however far the connect has come`, async () => {
      const { room, token } = make();
      const controller = new AbortController();
      const reason = new Error('enough');
      room.once(event, () => controller.abort(reason));
      await assert.rejects(room.connect(server.url, token, { signal: controller.signal }), (error) => error.code === 'cancelled' && error.cause === reason);
      await server.idle();
      assert.equal(room.state, 'disconnected');
    });
  }

  // Faults 9, 44: an error and its stack.
  test('a wrong token is a ConnectionError that says NotAllowed and 401, and holds no token', async () => {
    const { room } = make();
    const wrong = `${server.token({ room: 'r', identity: 'alice' })}x`;
    await assert.rejects(room.connect(server.url, wrong), (error) => {
      assert.ok(error instanceof rejoin.ConnectionError && error instanceof rejoin.LivekitError && error instanceof Error);
      assert.deepEqual([error.name, error.reasonName, error.reason, error.code, error.status, error.retryable], ['ConnectionError', 'NotAllowed', 0, 'not-allowed', 401, false]);
      assert.doesNotMatch(`${error.message}${error.stack}`, /eyJ/);
      return true;
    });
  });

  test('a room that was disconnected can be connected again', async () => {
    const { room, token } = await join();
    const { localParticipant } = room;
    await room.disconnect();
    assert.equal(await room.getSid(), '');
    await room.connect(server.url, token);
    same(room.localParticipant, localParticipant);
    assert.equal(room.state, 'connected');
  });

  test('Symbol.dispose disconnects', async () => {
    const { room } = await join();
    const gone = next(room, 'disconnected');
    room[Symbol.dispose ?? Symbol.for('Symbol.dispose')]();
    assert.deepEqual(await gone, [rejoin.DisconnectReason.CLIENT_INITIATED]);
  });
});

describe('participants', () => {
  test('one participant and one publication are one object each, in maps, lists and events', async () => {
    const { room, connection } = await join();
    const joined = next(room, 'participantConnected');
    tell(connection, person(1));
    const [participant] = await joined;
    assert.ok(participant instanceof rejoin.RemoteParticipant && participant instanceof rejoin.Participant && participant instanceof rejoin.EventEmitter);
    same(room.remoteParticipants.get('p1'), participant);
    same(room.getParticipantByIdentity('p1'), participant);
    const [publication] = participant.getTrackPublications();
    assert.ok(publication instanceof rejoin.RemoteTrackPublication && publication instanceof rejoin.TrackPublication);
    same(participant.videoTrackPublications.get('TR_1'), publication);
    same(participant.getTrackPublication(rejoin.Track.Source.Camera), publication);
    assert.deepEqual([publication.kind, publication.source, publication.trackName, publication.isMuted, publication.isSubscribed], ['video', 'camera', 'cam', false, false]);
    const changed = next(room, 'participantNameChanged');
    tell(connection, person(1, { version: 2, name: 'Other' }));
    const [name, who] = await changed;
    assert.equal(name, 'Other');
    same(who, participant);
    assert.equal(participant.name, 'Other');
  });

  test('maps are kept in step once they were handed out, and are complete when nobody listened', async () => {
    const { room, connection } = await join();
    tell(connection, ...Array.from({ length: 50 }, (_, n) => person(n)));
    const last = next(room, 'participantConnected');
    tell(connection, person(50));
    await last;
    const map = room.remoteParticipants;
    assert.equal(map.size, 51);
    assert.equal(map.get('p7').name, 'Person 7');
    const quiet = next(room, 'activeSpeakersChanged');
    tell(connection, person(51), person(7, { state: 'DISCONNECTED', version: 3 }));
    connection.send({ speakersChanged: { speakers: [{ sid: 'PA_51', active: true, level: 0.5 }] } });
    const [speakers] = await quiet;
    assert.equal(speakers.length, 1);
    same(speakers[0], map.get('p51'));
    same(room.remoteParticipants, map);
    assert.deepEqual([map.size, map.has('p7'), map.has('p51')], [51, false, true]);
    assert.deepEqual([map.get('p51').isSpeaking, map.get('p51').audioLevel], [true, 0.5]);
  });

  test('who leaves is told after the tracks, and keeps the last facts', async () => {
    const { room, connection } = await join();
    const joined = next(room, 'participantConnected');
    tell(connection, person(1));
    const [participant] = await joined;
    const told = [];
    room.on('trackUnpublished', (publication, who) => told.push(['trackUnpublished', publication.source, publication.kind, who === participant]));
    room.on('participantDisconnected', (who, reason) => told.push(['participantDisconnected', who === participant, reason, room.remoteParticipants.size]));
    const gone = next(room, 'participantDisconnected');
    tell(connection, person(1, { state: 'DISCONNECTED', version: 2, disconnectReason: 'CLIENT_INITIATED' }));
    await gone;
    assert.deepEqual(told, [['trackUnpublished', 'camera', 'video', true], ['participantDisconnected', true, 1, 0]]);
    assert.deepEqual([participant.name, participant.sid, participant.metadata, { ...participant.attributes }], ['Person 1', 'PA_1', 'm', { n: '1' }]);
  });

  // Fault 37: as JavaScript sees them.
  test('keys of attributes cannot reach a prototype', async () => {
    const { room, connection } = await join();
    const joined = next(room, 'participantConnected');
    tell(connection, person(1, { attributes: { constructor: 'x', toString: 'y' } }));
    const [{ attributes }] = await joined;
    assert.deepEqual([Object.getPrototypeOf(attributes), Object.keys(attributes).sort()], [Object.prototype, ['constructor', 'toString']]);
    assert.deepEqual([attributes.constructor, attributes.hasOwnProperty('constructor'), {}.constructor], ['x', true, Object]);
  });

  test('mute, metadata, attributes, permissions and quality are told to participant, then room', async () => {
    const { room, connection } = await join();
    const joined = next(room, 'participantConnected');
    tell(connection, person(1));
    const [participant] = await joined;
    const told = [];
    participant.on('trackMuted', (publication) => told.push(['participant', 'muted', publication.isMuted]));
    room.on('trackMuted', (publication, who) => told.push(['room', 'muted', publication.trackSid, who.identity]));
    participant.on('participantMetadataChanged', (previous) => told.push(['participant', previous, participant.metadata]));
    room.on('participantAttributesChanged', (changed) => told.push(['room', { ...changed }]));
    room.on('connectionQualityChanged', (quality, who) => told.push([quality, who.identity]));
    const last = next(room, 'connectionQualityChanged');
    tell(connection, person(1, { version: 2, metadata: 'n', attributes: { n: '', k: 'v' }, tracks: [{ sid: 'TR_1', name: 'cam', type: 'VIDEO', source: 'CAMERA', muted: true }] }));
    connection.send({ connectionQuality: { updates: [{ participantSid: 'PA_1', quality: 'EXCELLENT' }] } });
    await last;
    assert.deepEqual(told.filter(([first]) => first === 'participant').sort(), [['participant', 'm', 'n'], ['participant', 'muted', true]]);
    assert.ok(told.some((each) => each[0] === 'room' && each[1] === 'muted' && each[2] === 'TR_1'));
    assert.deepEqual(told.at(-1), ['excellent', 'p1']);
  });
});

describe('listeners', () => {
  // Fault 39: three listeners of one event.
  test('one that throws, reads everything or disconnects breaks nothing', async () => {
    const { room, token } = make();
    const reported = [];
    globalThis.reportError = (error) => reported.push(error.message);
    try {
      room.on('connected', () => { throw new Error('of the app'); });
      room.on('connected', () => [room.name, room.remoteParticipants.size, room.localParticipant.permissions]);
      const gone = next(room, 'disconnected');
      room.on('connected', () => room.disconnect());
      await room.connect(server.url, token).catch(() => undefined);
      assert.deepEqual(await gone, [1]);
      assert.deepEqual(reported, ['of the app']);
    } finally {
      delete globalThis.reportError;
    }
  });
});

describe('coming back', () => {
  test('a lost socket is told with its facts, attempt by attempt, and people stay the same objects', async () => {
    const asked = [];
    const policy = { nextRetryDelayInMs: (context) => (asked.push(context), 10) };
    const { room, connection } = await join({ reconnectPolicy: policy });
    tell(connection, person(1));
    const [participant] = await next(room, 'participantConnected');
    const told = [];
    for (const event of ['signalReconnecting', 'reconnecting', 'reconnected', 'participantConnected', 'participantDisconnected']) room.on(event, (facts) => told.push([event, facts]));
    const back = next(room, 'reconnected');
    connection.reset();
    await back;
    assert.equal(told[0][0], 'signalReconnecting');
    const { attempt, delayMs, reason, cause, region, kind } = told[0][1];
    assert.deepEqual([attempt, delayMs, kind, typeof reason, typeof region], [1, 10, 'resume', 'string', 'string']);
    assert.ok(['local', 'single', 'remote'].includes(cause));
    assert.deepEqual(told.map(([event]) => event).slice(-1), ['reconnected']);
    assert.ok(!told.some(([event]) => event.startsWith('participant')), 'nobody flickers');
    same(room.remoteParticipants.get('p1'), participant);
    const [context] = asked;
    assert.deepEqual([context.retryCount, context.serverUrl.startsWith('ws'), context.retryReason instanceof Error, context.online, typeof context.sessionDurationMs, context.numParticipants], [0, true, true, true, 'number', 2]);
  });

  test('reconnectNow does not wait for a patient policy', async () => {
    const { room, connection } = await join({ reconnectPolicy: { nextRetryDelayInMs: () => 3_600_000 } });
    const waiting = next(room, 'signalReconnecting');
    const back = next(room, 'reconnected');
    connection.reset();
    await waiting;
    await room.reconnectNow();
    await back;
    assert.equal(room.state, 'connected');
  });

  test('the server ends it for good, with its reason', async () => {
    const { room, connection } = await join();
    const gone = next(room, 'disconnected');
    connection.leave({ action: 'DISCONNECT', reason: 'PARTICIPANT_REMOVED' });
    assert.deepEqual(await gone, [rejoin.DisconnectReason.PARTICIPANT_REMOVED]);
    assert.equal(room.state, 'disconnected');
  });
});

describe('the history of the connection', () => {
  test('is empty before the first connect, as everything else that a room has to tell', () => {
    const { room } = make();
    assert.deepEqual(room.connectionHistory, []);
    assert.deepEqual([room.state, room.name, room.metadata, room.numParticipants, room.numPublishers, room.isRecording], ['disconnected', '', undefined, 0, 0, false]);
    assert.deepEqual([room.remoteParticipants.size, room.activeSpeakers, room.rtt, room.serverInfo, room.creationTime], [0, [], undefined, undefined, undefined]);
    assert.equal(room.getParticipantByIdentity('alice'), undefined);
    const me = room.localParticipant;
    assert.deepEqual([me.identity, me.sid, me.attributes, me.isSpeaking, me.audioLevel, me.connectionQuality], ['', '', {}, false, 0, 'unknown']);
    assert.deepEqual([me.trackPublications.size, me.isCameraEnabled, me.isMicrophoneEnabled, me.isScreenShareEnabled], [0, false, false, false]);
  });

  test('is plain data whose dates go forward and stay as they are', async () => {
    const { room, token } = make();
    await room.connect(server.url, token);
    const [target, watched] = [new EventTarget(), ['addEventListener', 'removeEventListener', 'dispatchEvent']];
    await room.disconnect();
    for (const name of watched) globalThis[name] = target[name].bind(target);
    try {
      await room.connect(server.url, token);
      globalThis.dispatchEvent(new Event('offline'));
      const lost = next(room, 'signalReconnecting');
      server.connections.at(-1).reset();
      const [{ delayMs }] = await lost;
      assert.equal(delayMs, Infinity);
      const first = room.connectionHistory;
      assert.deepEqual(first.at(-1).what, 'waiting');
      assert.deepEqual(JSON.parse(JSON.stringify(first)), first);
      assert.deepEqual(structuredClone(first), first);
      // Some readings lie on both sides of a full millisecond.
      for (let n = 0; n < 3_000; n += 1) assert.deepEqual(room.connectionHistory, first);
      first.forEach(({ at }, n) => assert.ok(n === 0 || at >= first[n - 1].at, JSON.stringify(first)));
    } finally {
      await room.disconnect();
      for (const name of watched) delete globalThis[name];
    }
  });
});

describe('what the local participant asks for', () => {
  test('name, metadata and attributes resolve when the server agrees', async () => {
    const { room, connection } = await join();
    const told = next(room, 'participantMetadataChanged');
    await room.localParticipant.setMetadata('new');
    assert.deepEqual((await connection.next('updateMetadata')).value.metadata, 'new');
    same((await told)[1], room.localParticipant);
    assert.equal(room.localParticipant.metadata, 'new');
    await assert.rejects(room.localParticipant.setMetadata(7), TypeError);
    await assert.rejects(room.localParticipant.setAttributes({ a: 1 }), /attributes\.a must be a text/);
  });

  test('a refusal is a SignalRequestError with the reason', async (t) => {
    server.use({ answers: { updateMetadata: false } });
    t.after(() => server.use({}));
    const { room, connection } = await join();
    await assert.rejects(refused(room, connection), (error) => error instanceof rejoin.SignalRequestError && error.reasonName === 'NOT_ALLOWED' && !error.retryable);
  });

  test('so is a request that the server does not answer, and it may be made again', async (t) => {
    server.use({ answers: { updateMetadata: false } });
    t.after(() => server.use({}));
    const { room } = await join();
    await assert.rejects(room.localParticipant.setName('x'), (error) => error instanceof rejoin.SignalRequestError && error.reason === 'TimeoutError' && error.retryable);
  });

  async function refused(room, connection) {
    const asking = room.localParticipant.setName('x'.repeat(10));
    const { value } = await connection.next('updateMetadata');
    connection.send({ requestResponse: { requestId: value.requestId, reason: 'NOT_ALLOWED', message: 'no' } });
    return asking;
  }

  test('what cannot be published, captured or listed is a rejection with a typed error, also where there is no media', async () => {
    const { room } = make();
    const { localParticipant } = room;
    const { navigator } = globalThis;
    const noMedia = (error) => error instanceof rejoin.DeviceUnsupportedError && error.code === 'unsupported';
    for (const track of [undefined, null, 'x', {}]) await assert.rejects(localParticipant.publishTrack(track), rejoin.TrackInvalidError);
    for (const value of [undefined, {}, { mediaDevices: undefined }]) {
      Object.defineProperty(globalThis, 'navigator', { value, configurable: true, writable: true });
      await assert.rejects(localParticipant.setMicrophoneEnabled(true), noMedia);
      await assert.rejects(localParticipant.enableCameraAndMicrophone(), noMedia);
      await assert.rejects(localParticipant.setScreenShareEnabled(true), noMedia);
      await assert.rejects(rejoin.Room.getLocalDevices('videoinput'), noMedia);
    }
    Object.defineProperty(globalThis, 'navigator', { value: navigator, configurable: true, writable: true });
    await assert.rejects(room.simulateScenario(), (error) => error.code === 'invalid-argument');
  });

  test('on a room that is not connected it rejects with a typed error', async () => {
    const { room } = make();
    for (const call of [() => room.localParticipant.setName('x'), () => room.localParticipant.publishData(new Uint8Array(1), { reliable: true })]) {
      await assert.rejects(call(), (error) => error instanceof rejoin.LivekitError && typeof error.code === 'string');
    }
    await assert.rejects(room.localParticipant.publishData('text'), TypeError);
    await assert.rejects(room.localParticipant.publishData(new Uint8Array(1), { relaible: true }), /did you mean "reliable"/);
    await assert.rejects(room.simulateScenario('no-such-thing'), /no-such-thing/);
  });

  test('what is no argument is a TypeError that names it, and changes nothing', async () => {
    const { room } = make();
    const { localParticipant } = room;
    for (const attributes of [undefined, null, 'ab']) await assert.rejects(localParticipant.setAttributes(attributes), /^TypeError: attributes/);
    assert.throws(() => localParticipant.setTrackSubscriptionPermissions('no'), /^TypeError: .*allParticipantsAllowed/);
    assert.throws(() => localParticipant.setTrackSubscriptionPermissions(false, 5), /^TypeError: .*participantPermissions/);
    assert.throws(() => localParticipant.setTrackSubscriptionPermissions(false, [{ participantIdentity: 'bob', allowedTrackSids: 'TR_1' }]), /^TypeError: .*allowedTrackSids/);
    await assert.rejects(room.switchActiveDevice('audioinput'), /^TypeError: .*deviceId/);
    assert.equal(room.getActiveDevice('audioinput'), 'default');
    await assert.rejects(room.switchActiveDevice('audiooutput', 'x'), (error) => error instanceof rejoin.DeviceUnsupportedError);
    await assert.rejects(rejoin.createLocalTracks({ audio: { foo: 1 } }), /^TypeError: .*audio: unknown option "foo"/);
    await assert.rejects(localParticipant.createTracks({ audoi: true }), /did you mean "audio"/);
    await assert.rejects(rejoin.createLocalScreenTracks({ audio: 'x' }), /^TypeError: .*audio/);
    for (const thrown of [undefined, 'x', 5]) assert.equal(rejoin.MediaDeviceFailure.getFailure(thrown), undefined);
  });

  test('so is a quality, size or frame rate of a video that is none: the server is not asked for it', async () => {
    const { room, connection } = await join();
    tell(connection, person(1));
    await next(room, 'trackPublished');
    const publication = room.getParticipantByIdentity('p1').getTrackPublicationBySid('TR_1');
    for (const quality of [undefined, 'LOW', 3, -1, NaN]) assert.throws(() => publication.setVideoQuality(quality), /^TypeError: setVideoQuality/);
    for (const width of [undefined, '5', -1, NaN, Infinity]) assert.throws(() => publication.setVideoDimensions({ width, height: 1 }), /^TypeError: .*width/);
    assert.throws(() => publication.setVideoFPS('5'), /^TypeError: .*fps/);
    assert.equal(publication.videoQuality, rejoin.VideoQuality.HIGH);
    publication.setVideoQuality(rejoin.VideoQuality.LOW);
    await connection.next('trackSetting');
    assert.equal(connection.requests('trackSetting').length, 1);
  });
});
