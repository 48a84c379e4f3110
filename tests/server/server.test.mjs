// The scriptable server does what its header says, seen with `ws` as the client.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { SessionDescription } from '@livekit/protocol';
import { startScriptable } from './server.mjs';
import { Client } from './client.mjs';

const begun = [];
async function serve(options) {
  const server = await startScriptable(options);
  begun.push(server);
  return server;
}
after(() => Promise.all(begun.map((server) => server.stop())));

const alice = { room: 'r', identity: 'alice', name: 'Alice' };
const bob = { room: 'r', identity: 'bob' };

test('a happy server joins over v1 with gzip, v1 without, and v0', async () => {
  const server = await serve();
  for (const form of [{ version: 1, gzip: true }, { version: 1, gzip: false }, { version: 0 }]) {
    const client = await Client.join(server, { ...alice, ...form });
    assert.equal(client.first.case, 'join');
    assert.equal(client.first.value.participant.identity, 'alice');
    assert.equal(client.first.value.participant.name, 'Alice');
    assert.deepEqual([client.first.value.pingInterval, client.first.value.pingTimeout], [5, 15]);
    assert.equal(client.first.value.subscriberPrimary, form.version === 0);
    const { dial } = await server.nextConnection();
    assert.equal(dial.compression, form.version === 0 ? null : form.gzip ? 'GZIP' : 'NONE');
    assert.equal(dial.join.clientInfo.protocol, 16);
    client.request({ leave: {} });
    assert.equal((await client.next('leave')).reason, 1);
    assert.equal((await client.closed).code, 1000);
  }
  await server.idle();
  assert.deepEqual(server.room('r').participants, []);
});

test('a join request with a large offer is accepted, compressed or not', async () => {
  const server = await serve();
  const sdp = Array.from({ length: 2000 }, (_, i) => `a=rtpmap:${i} x/90000`).join('\r\n');
  for (const gzip of [true, false]) {
    const client = await Client.join(server, { ...alice, gzip, offer: new SessionDescription({ type: 'offer', sdp, id: 1 }) });
    const { dial } = await server.nextConnection();
    assert.equal(dial.join.publisherOffer.sdp, sdp);
    client.close();
  }
});

test('two clients of a room see each other come, change and go', async () => {
  const server = await serve();
  const a = await Client.join(server, alice);
  const b = await Client.join(server, bob);
  assert.deepEqual(b.first.value.otherParticipants.map((each) => each.identity), ['alice']);
  const seen = await a.update('bob');
  assert.equal(seen.state, 2);
  b.request({ updateMetadata: { requestId: 5, name: 'Bob', metadata: 'm', attributes: { k: 'v' } } });
  const reply = await b.next('requestResponse');
  assert.deepEqual([reply.requestId, reply.reason], [5, 0]);
  const changed = await a.update('bob', (info) => info.attributes.k === 'v');
  assert.deepEqual([changed.name, changed.metadata, changed.version > seen.version], ['Bob', 'm', true]);
  assert.deepEqual(b.cases.slice(-7), ['update', 'refreshToken', 'update', 'refreshToken', 'update', 'refreshToken', 'requestResponse']);
  b.request({ addTrack: { cid: 'c1', name: 'mic', type: 'AUDIO', source: 'MICROPHONE' } });
  const { cid, track } = await b.next('trackPublished');
  assert.equal(cid, 'c1');
  await a.update('bob', (info) => info.tracks.length === 1);
  b.request({ mute: { sid: track.sid, muted: true } });
  await a.update('bob', (info) => info.tracks[0]?.muted);
  b.request({ leave: {} });
  await a.update('bob', (info) => info.state === 3);
  a.close();
  await server.idle();
});

test('metadata without the grant is refused in a request_response', async () => {
  const server = await serve();
  const a = await Client.join(server, { ...alice, grants: { canUpdateOwnMetadata: false } });
  a.request({ updateMetadata: { requestId: 9, name: 'Eve' } });
  const reply = await a.next('requestResponse');
  assert.deepEqual([reply.requestId, reply.reason], [9, 2]);
  a.close();
});

test('pings are answered with what they carried, until the script says otherwise', async () => {
  const server = await serve({ script: { pong: 1 } });
  const a = await Client.join(server, alice);
  a.request({ ping: 1 });
  a.request({ pingReq: { timestamp: 77, rtt: 3 } });
  await a.next('pong');
  assert.equal((await a.next('pongResp')).lastPingTimestamp, 77n);
  a.request({ ping: 2 });
  a.request({ pingReq: { timestamp: 78 } });
  a.request({ updateMetadata: { requestId: 1, name: 'n' } });
  await a.next('requestResponse');
  assert.equal(a.cases.filter((name) => name.startsWith('pong')).length, 2);
  const connection = await server.nextConnection();
  assert.deepEqual(connection.requests(), ['ping', 'pingReq', 'ping', 'pingReq', 'updateMetadata']);
  assert.equal(connection.requests('pingReq')[1].timestamp, 78n);
  a.close();
});

test('a second session of an identity evicts the first', async () => {
  const server = await serve();
  const one = await Client.join(server, alice);
  const two = await Client.join(server, alice);
  const leave = await one.next('leave');
  assert.deepEqual([leave.action, leave.reason], [0, 2]);
  assert.equal((await one.closed).code, 1000);
  assert.notEqual(one.first.value.participant.sid, two.first.value.participant.sid);
  await (await server.nextConnection()).closed;
  assert.equal(server.open, 1);
  two.close();
});

test('a lost socket resumes with reconnect, participants and room; an unknown one is sent to a full reconnect', async () => {
  const server = await serve({ script: (dial) => (dial.reconnect ? { before: [{ mute: { sid: 'TR_x', muted: true } }], resume: { lastMessageSeq: 7 } } : {}) });
  const a = await Client.join(server, alice);
  const { sid } = a.first.value.participant;
  a.terminate();
  await server.idle();
  const again = await Client.join(server, { ...alice, reconnect: true, sid });
  assert.equal(again.first.case, 'mute');
  assert.equal((await again.next('reconnect')).lastMessageSeq, 7);
  assert.equal((await again.next('update')).participants[0].sid, sid);
  await again.next('roomUpdate');
  assert.ok(await again.next('refreshToken'));
  again.request({ leave: {} });
  await again.closed;
  const late = await Client.join(server, { ...alice, reconnect: true, sid });
  assert.equal(late.first.case, 'mute');
  const leave = await late.next('leave');
  assert.deepEqual([leave.action, leave.reason], [2, 6]);
  assert.equal((await late.closed).code, 1000);
});

test('scenarios a client asks for are played as the real server plays them', async () => {
  const server = await serve();
  const play = async (scenario) => {
    const client = await Client.join(server, alice);
    client.request({ simulate: scenario });
    await client.closed;
    const dial = () => Client.join(server, { ...alice, reconnect: true, sid: client.first.value.participant.sid });
    return { client, dial };
  };
  for (const lost of [{ migration: true }, { nodeFailure: true }]) {
    const { client, dial } = await play(lost);
    assert.ok(!client.cases.includes('leave'));
    assert.equal((await dial()).first.value.action, 2);
  }
  for (const [gone, action, reason] of [[{ serverLeave: true }, 0, 3], [{ leaveRequestFullReconnect: true }, 2, 1]]) {
    const leave = await (await play(gone)).client.next('leave');
    assert.deepEqual([leave.action, leave.reason], [action, reason]);
  }
  const closed = await play({ disconnectSignalOnResume: true });
  const first = await closed.dial();
  assert.equal((await first.closed).code, 1000);
  assert.deepEqual(first.cases, ['reconnect', 'update', 'roomUpdate']);
  const second = await closed.dial();
  await second.next('refreshToken');
  second.request({ leave: {} });
  await second.closed;
  const refused = await play({ disconnectSignalOnResumeNoMessages: true });
  await assert.rejects(refused.dial(), { status: 500 });
  const third = await refused.dial();
  assert.equal(third.first.case, 'reconnect');
  third.request({ simulate: { speakerUpdate: 1 } });
  assert.equal((await third.next('speakersChanged')).speakers[0].active, true);
  assert.equal((await third.next('speakersChanged')).speakers[0].active, false);
  third.close();
});

test('a participant whose socket is lost leaves after forgetAfterMs', async () => {
  const server = await serve({ forgetAfterMs: 20 });
  const a = await Client.join(server, alice);
  const b = await Client.join(server, bob);
  a.terminate();
  await b.update('alice', (info) => info.state === 3);
  b.close();
});

test('dials can be refused: reset, status, 404 per version, stalled', async () => {
  const server = await serve({ script: [{ upgrade: 'reset' }, { upgrade: { status: 503, text: 'busy' } }, { v1: false }, { v1: false }, { upgrade: 'stall' }] });
  assert.equal((await Client.dial(server, alice).failed).code, 'ECONNRESET');
  assert.equal((await Client.dial(server, alice).failed).status, 503);
  assert.equal((await Client.dial(server, alice).failed).status, 404);
  const v0 = await Client.join(server, { ...alice, version: 0 });
  v0.close();
  const stalled = Client.dial(server, alice);
  await server.nextDial();
  for (let i = 0; i < 4; i += 1) await server.nextDial();
  assert.equal(server.joining, 1);
  stalled.terminate();
  await server.idle();
  assert.deepEqual(server.dials.map(({ outcome }) => outcome), ['reset', 'refused', 'refused', 'closed', 'stalled']);
});

test('an upgrade can be answered with what is no HTTP', async () => {
  const server = await serve({ script: { upgrade: { raw: 'SSH-2.0-x\r\n' } } });
  assert.equal((await Client.dial(server, alice).failed).code, 'HPE_INVALID_CONSTANT');
  await server.idle();
});

test('a frozen connection answers nothing, not even a close, until it is thawed', async () => {
  const server = await serve({ script: ({ identity }) => (identity === 'alice' ? { then: [{ freeze: true }] } : {}) });
  const a = await Client.join(server, alice);
  const connection = await server.nextConnection();
  await a.next('refreshToken');
  a.request({ ping: 1 });
  a.close();
  const late = await Client.join(server, bob);
  late.close();
  await late.closed;
  assert.deepEqual([connection.requests(), connection.open], [[], true]);
  connection.freeze(false);
  assert.equal((await connection.next('ping')).value, 1n);
  assert.equal((await a.closed).code, 1000);
  await server.idle();
});

test('validate tells the truth about a token, or what the script says', async () => {
  const server = await serve();
  const ask = async (options) => {
    const answer = await fetch(Client.url(server, options).replace(/^ws/, 'http').replace('?', '/validate?'));
    return [answer.status, await answer.text()];
  };
  assert.deepEqual(await ask(alice), [200, 'success']);
  assert.equal((await ask({ ...alice, ttl: -120 }))[0], 401);
  assert.deepEqual(await ask({ ...alice, token: '' }), [401, 'no permissions to access the room']);
  assert.deepEqual(await ask({ ...alice, grants: { roomJoin: false } }), [401, 'permissions denied']);
  assert.equal((await ask({ ...alice, token: server.token({ ...alice, claims: { iss: 'other' } }) }))[1], 'invalid API key: other');
  const tampered = `${server.token(alice).slice(0, -6)}AAAAAA`;
  assert.deepEqual(await ask({ ...alice, token: tampered }), [401, `invalid token: ${tampered}, error: token signature is invalid: signature is invalid`]);
  assert.deepEqual(await ask({ ...alice, token: 'nonsense' }), [401, 'invalid authorization token']);
  assert.deepEqual(await ask({ ...alice, identity: '' }), [400, 'identity cannot be empty']);
  const wrong = Client.dial(server, { ...alice, ttl: -120 });
  assert.equal((await wrong.failed).status, 401);
  server.use({ validate: { status: 429, text: 'slow down', headers: { 'retry-after': '7' } } });
  assert.deepEqual(await ask(alice), [429, 'slow down']);
  server.use({ v1: false, v0: false });
  assert.equal((await ask(alice))[0], 404);
  assert.equal((await ask({ ...alice, version: 0 }))[0], 404);
});

test('first messages can be missing, garbage, wrong or a leave', async () => {
  const server = await serve({
    script: [{ first: 'nothing' }, { first: 'garbage' }, { first: { roomUpdate: { room: { name: 'r' } } } }, { first: { leave: { action: 'DISCONNECT', reason: 'JOIN_FAILURE' } }, then: [{ close: 1000 }] }],
  });
  const quiet = Client.dial(server, alice);
  const first = await server.nextConnection();
  quiet.request({ ping: 1 });
  await first.next('ping');
  assert.deepEqual([quiet.cases, server.joining], [[], 1]);
  quiet.close();
  const garbled = Client.dial(server, alice);
  await garbled.garbled;
  garbled.close();
  const wrong = await Client.join(server, alice);
  assert.equal(wrong.first.case, 'roomUpdate');
  wrong.close();
  const left = await Client.join(server, alice);
  assert.deepEqual([left.first.case, left.first.value.reason], ['leave', 7]);
  assert.equal((await left.closed).code, 1000);
});

test('a joined socket can be closed with a code, reset, ended, silenced, told to leave', async () => {
  const leave = { leave: { action: 'RESUME', reason: 'MIGRATION', regions: { regions: [{ region: 'b', url: 'wss://b', distance: '5' }] } } };
  const server = await serve({
    script: [{ then: [{ close: 1012, reason: 'restart' }] }, { then: [{ reset: true }] }, { then: [{ end: true }] }, { then: [{ after: 'ping' }, { garbage: true }, leave, { silence: true }, leave] }],
  });
  const close = await (await Client.join(server, alice)).closed;
  assert.deepEqual([close.code, close.reason], [1012, 'restart']);
  assert.equal((await (await Client.join(server, alice)).closed).code, 1006);
  assert.equal((await (await Client.join(server, alice)).closed).code, 1006);
  const a = await Client.join(server, alice);
  a.request({ ping: 1 });
  await a.garbled;
  const said = await a.next('leave');
  assert.deepEqual([said.action, said.reason, said.regions.regions[0].distance], [1, 8, 5n]);
  const connection = (await server.nextConnection(), await server.nextConnection(), await server.nextConnection(), await server.nextConnection());
  a.request({ ping: 2 });
  await connection.next('ping');
  assert.equal((await connection.next('ping')).value, 2n);
  assert.equal(a.cases.filter((name) => name === 'leave').length, 1);
  a.close();
});

test('text frames, late frames and messages in the order sent', async () => {
  const server = await serve({ script: { text: true, delayMs: 30, then: [{ mute: { sid: 'a' } }, { mute: { sid: 'b' } }, { close: 1001 }] } });
  const a = await Client.join(server, alice);
  assert.equal((await a.next('mute')).sid, 'a');
  assert.equal((await a.next('mute')).sid, 'b');
  assert.equal((await a.closed).code, 1001);
  assert.ok(a.textFrames > 0);
});

test('answers can be left out, replaced or made', async () => {
  const server = await serve({
    script: { answers: { addTrack: false, updateMetadata: { requestResponse: { requestId: 1, reason: 'LIMIT_EXCEEDED' } }, mute: ({ sid }) => [{ mute: { sid, muted: true } }, { trackUnpublished: { trackSid: sid } }] } },
  });
  const a = await Client.join(server, alice);
  a.request({ addTrack: { cid: 'c' } });
  a.request({ updateMetadata: { requestId: 1 } });
  a.request({ mute: { sid: 'TR_1' } });
  assert.equal((await a.next('requestResponse')).reason, 3);
  assert.equal((await a.next('mute')).sid, 'TR_1');
  assert.equal((await a.next('trackUnpublished')).trackSid, 'TR_1');
  assert.ok(!a.cases.includes('trackPublished'));
  a.close();
});

test('a crowd stands in the join, and overrides of it too', async () => {
  const server = await serve({ script: { crowd: 1000, join: { pingInterval: 1, pingTimeout: 3 } } });
  const a = await Client.join(server, alice);
  assert.equal(a.first.value.otherParticipants.length, 1000);
  assert.equal(a.first.value.pingInterval, 1);
  a.close();
});

test('two joins of one identity at a time are counted as two', async () => {
  const server = await serve({ script: { upgrade: 'stall' } });
  const dials = [Client.dial(server, alice), Client.dial(server, alice), Client.dial(server, bob)];
  for (let i = 0; i < 3; i += 1) await server.nextDial();
  assert.deepEqual([server.mostJoining('alice'), server.mostJoining('bob'), server.mostJoining()], [2, 1, 3]);
  dials.forEach((each) => each.terminate());
  await server.idle();
  server.use({});
  (await Client.join(server, bob)).close();
  await server.idle();
  (await Client.join(server, bob)).close();
  await server.idle();
  assert.equal(server.mostJoining('bob'), 1);
});

test('regions are answered to whoever asks, in a browser too', async () => {
  const server = await serve({ regions: [{ region: 'a', url: 'wss://a', distance: '0' }] });
  const answer = await fetch(`${server.url.replace('ws', 'http')}/settings/regions`, { headers: { origin: 'http://page', authorization: 'Bearer x' } });
  assert.equal(answer.headers.get('access-control-allow-origin'), 'http://page');
  assert.equal((await answer.json()).regions[0].region, 'a');
  server.regions = { status: 500 };
  assert.equal((await fetch(`${server.url.replace('ws', 'http')}/settings/regions`)).status, 500);
});

test('a printed server, dial or error shows no token', async () => {
  const { inspect } = await import('node:util');
  const server = await serve();
  const a = await Client.join(server, alice);
  const connection = await server.nextConnection();
  assert.ok(connection.dial.token.startsWith('eyJ'));
  assert.doesNotMatch(inspect(server.dials, { depth: 8 }), /eyJ/);
  await assert.rejects(connection.next('simulate', { timeoutMs: 1 }), (error) => !error.message.includes('eyJ') && error.message.includes('no request simulate'));
  a.close();
});

test('a script that fails makes stop() fail', async () => {
  const server = await startScriptable({ script: { then: [{ nonsense: 1, more: 2 }] } });
  const a = await Client.join(server, alice);
  assert.equal((await a.closed).code, 1011);
  await assert.rejects(server.stop(), /not a step: nonsense, more/);
});
