// One room object and its sessions: connects that follow each other, cross each other, or end; and what is still known
// of a session that is over.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { after, afterEach, before, test } from 'node:test';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { startScriptable } from '../server/server.mjs';

let rejoin;
let server;
let room;
before(async () => {
  rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
  server = await startScriptable();
});
afterEach(async () => {
  await room?.disconnect();
  server.use([]);
  await server.idle();
});
after(() => server?.stop());

const token = (name, more) => server.token({ room: name, identity: 'alice', ...more });
const make = (options) => (room = new rejoin.Room({ webSocket: WebSocket, ...options }));
const cancelled = (error) => error instanceof rejoin.ConnectionError && error.code === 'cancelled';
const person = (identity) => ({ sid: `PA_${identity}`, identity, name: 'Ada', metadata: 'm', state: 'ACTIVE', version: 1, attributes: { seat: '7' }, tracks: [{ sid: 'TR_1', name: 'cam', type: 'VIDEO', source: 'CAMERA', mimeType: 'video/VP8', width: 640, height: 360 }] });
/** Resolves when `identity` has come. */
const comes = (connection, identity) => {
  const come = new Promise((resolve) => room.once('participantConnected', resolve));
  connection.send({ update: { participants: [person(identity)] } });
  return come;
};

test('a connect() after a disconnect() begins anew, whatever was under way', async () => {
  make();
  const first = room.connect(server.url, token('one'));
  const gone = room.disconnect();
  const second = room.connect(server.url, token('two'));
  await assert.rejects(first, cancelled);
  await Promise.all([gone, second]);
  assert.deepEqual([room.state, room.name], ['connected', 'two']);
  const left = room.disconnect();
  await room.connect(server.url, token('three'));
  await left;
  assert.deepEqual([room.state, room.name], ['connected', 'three']);
});

test('a disconnect() in the same breath cancels a connect()', async () => {
  make();
  const connecting = room.connect(server.url, token('same'));
  await room.disconnect();
  await assert.rejects(connecting, cancelled);
  assert.equal(room.state, 'disconnected');
});

test('a connect() while the room reconnects takes its place', async () => {
  make({ reconnectPolicy: { nextRetryDelayInMs: () => 60_000 } });
  await room.connect(server.url, token('lost'));
  const lost = new Promise((resolve) => room.once('signalReconnecting', resolve));
  server.connections.at(-1).close(1012);
  await lost;
  await room.connect(server.url, token('found'));
  assert.deepEqual([room.state, room.name], ['connected', 'found']);
});

// What is told of an end, before the room's state is: connect() within it must not take the room for connected.
let atEnd;
for (const [end, where] of [['the app', 'a plugin that is disposed of'], ['the server', 'a plugin that is disposed of'], ['the server', 'the log']]) {
  test(`a connect() within ${where}, when ${end} ends the session, begins the next`, async () => {
    let again;
    const connect = () => (again ??= room.connect(server.url, token('next')));
    make({ plugins: [{ name: 'p', onLoad() {}, dispose: where === 'the log' ? undefined : connect }] });
    if (where === 'the log') {
      if (!atEnd) rejoin.setLogExtension((_, line) => line.startsWith('the session ended') && atEnd?.());
      atEnd = connect;
    }
    const ready = new Promise((resolve) => room.once('pluginReady', resolve));
    await Promise.all([room.connect(server.url, token('first')), ready]);
    const over = new Promise((resolve) => room.once('disconnected', resolve));
    if (end === 'the app') await room.disconnect();
    else server.connections.at(-1).send({ leave: { action: 'DISCONNECT', reason: 'ROOM_DELETED' } });
    await over;
    await again;
    atEnd = undefined;
    assert.deepEqual([room.state, room.name], ['connected', 'next']);
  });
}

test('the signal of a second connect() gives up that call alone, and is let go of when the room is there', async () => {
  make();
  const reason = new Error('enough');
  const [later, unused] = [new AbortController(), new AbortController()];
  const gaveUp = (error) => cancelled(error) && error.cause === reason;
  const first = room.connect(server.url, token('shared'));
  const calls = [AbortSignal.abort(reason), later.signal].map((signal) => assert.rejects(room.connect(server.url, token('shared'), { signal }), gaveUp));
  const kept = room.connect(server.url, token('shared'), { signal: unused.signal });
  await assert.rejects(room.connect(server.url, token('shared'), { signal: 'no' }), TypeError);
  later.abort(reason);
  await Promise.all([...calls, first, kept]);
  assert.deepEqual([room.state, getEventListeners(unused.signal, 'abort').length], ['connected', 0]);
  await assert.rejects(room.connect(server.url, token('shared'), { signal: later.signal }), gaveUp);
  assert.equal(room.state, 'connected');
});

test('methods that apps hand on are bound', async () => {
  const { connect, disconnect } = make();
  await connect(server.url, token('bound'));
  await disconnect();
  assert.equal(room.state, 'disconnected');
});

test('remoteParticipants is one Map for the life of the room', async () => {
  make();
  const { remoteParticipants } = room;
  for (const name of ['first', 'second']) {
    await room.connect(server.url, token(name));
    const ada = await comes(server.connections.at(-1), `ada ${name}`);
    assert.deepEqual([...remoteParticipants.keys()], [`ada ${name}`]);
    assert.ok(remoteParticipants.get(`ada ${name}`) === ada && room.remoteParticipants === remoteParticipants);
    await room.disconnect();
    assert.deepEqual([remoteParticipants.size, room.getParticipantByIdentity(`ada ${name}`)], [0, undefined]);
  }
  server.use({ crowd: 2 });
  await room.connect(server.url, token('crowd'));
  assert.equal(remoteParticipants.size, 2, 'who was there before, too');
});

test('facts of a session that is over can be read in its last event and after it', async () => {
  make();
  await room.connect(server.url, token('facts'));
  const ada = await comes(server.connections.at(-1), 'ada');
  const [publication] = ada.getTrackPublications();
  const read = () => [room.name, typeof room.serverInfo.version, room.localParticipant.identity, ada.identity, ada.name, ada.metadata, ada.sid, ada.attributes.seat, publication.mimeType, publication.dimensions?.width];
  const before = read();
  assert.deepEqual(before, ['facts', 'string', 'alice', 'ada', 'Ada', 'm', 'PA_ada', '7', 'video/VP8', 640]);
  const last = new Promise((resolve) => room.once('disconnected', () => resolve([read(), ada.trackPublications.size])));
  await room.disconnect();
  assert.deepEqual(await last, [before, 0]);
  assert.deepEqual(read(), before);
});

test('what does not change is the same object at each reading', async () => {
  make();
  await room.connect(server.url, token('same'));
  const ada = await comes(server.connections.at(-1), 'ada');
  const [publication] = ada.getTrackPublications();
  const read = () => [room.serverInfo, room.activeSpeakers, room.localParticipant.permissions, publication.dimensions, publication.trackInfo];
  const before = read();
  assert.ok(read().every((value, n) => value === before[n]));
  const speak = new Promise((resolve) => room.once('activeSpeakersChanged', resolve));
  server.connections.at(-1).send({ speakersChanged: { speakers: [{ sid: 'PA_ada', level: 0.5, active: true }] } });
  assert.ok((await speak) === room.activeSpeakers && room.activeSpeakers[0] === ada);
});

test('a connect that fails tells the reason that livekit-client tells', async () => {
  const reasons = [];
  for (const [url, jwt] of [[server.url, `${token('r')}x`], ['ws://127.0.0.1:9', token('r')]]) {
    make().on('disconnected', (reason) => reasons.push(reason));
    await assert.rejects(room.connect(url, jwt, { maxRetries: 0 }), rejoin.ConnectionError);
  }
  assert.deepEqual(reasons, [rejoin.DisconnectReason.USER_REJECTED, rejoin.DisconnectReason.JOIN_FAILURE]);
});

test('a second session tells only what is new of oneself', async () => {
  make();
  const told = [];
  for (const event of ['participantNameChanged', 'participantMetadataChanged', 'attributesChanged', 'participantPermissionsChanged']) room.localParticipant.on(event, () => told.push(event));
  await room.connect(server.url, token('self', { name: 'Al', attributes: { seat: '1' } }));
  assert.deepEqual(told.splice(0), ['participantNameChanged', 'participantMetadataChanged', 'attributesChanged', 'participantPermissionsChanged']);
  await room.disconnect();
  await room.connect(server.url, token('self', { name: 'Al', attributes: { seat: '2' } }));
  assert.deepEqual(told, ['attributesChanged']);
});

test('listeners of a participant alone are told, too', async () => {
  make();
  await room.connect(server.url, token('lazy'));
  const connection = server.connections.at(-1);
  const ada = await comes(connection, 'ada');
  const muted = new Promise((resolve) => ada.once('trackMuted', resolve));
  connection.send({ update: { participants: [{ ...person('ada'), version: 2, tracks: [{ ...person('ada').tracks[0], muted: true }] }] } });
  assert.equal((await muted).trackSid, 'TR_1');
});

test('who may subscribe is said before the connect and named by identity or sid', async () => {
  make();
  assert.throws(() => room.localParticipant.setTrackSubscriptionPermissions(false, [{ allowAll: true }]), TypeError);
  room.localParticipant.setTrackSubscriptionPermissions(false, [{ participantSid: 'PA_ada', allowAll: true }, { participantIdentity: 'bob', allowedTrackSids: ['TR_2'] }]);
  await room.connect(server.url, token('private'));
  const { value } = await server.connections.at(-1).next('subscriptionPermission');
  const list = value.trackPermissions.map(({ participantSid, participantIdentity, allTracks, trackSids }) => [participantSid, participantIdentity, allTracks, trackSids]);
  assert.deepEqual([value.allParticipants, list], [false, [['PA_ada', '', true, []], ['', 'bob', false, ['TR_2']]]]);
});
