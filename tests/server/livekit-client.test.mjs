// npm livekit-client, in Chromium, takes the scriptable server for a LiveKit server: it joins, resumes, restarts, and
// tells refusals apart by its own rules. What it expects is what any client of this protocol may rely on.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { newPage, startBrowser } from '../browser/lib/browser.mjs';
import { startSite } from '../browser/lib/site.mjs';
import { attachPeer } from './peer.mjs';
import { startScriptable } from './server.mjs';
import { answerStubs, stubRtc } from './stub-rtc.mjs';

let site;
let browser;
let page;
let server;
let peer;
let peerPage;

before(async () => {
  [site, browser] = await Promise.all([startSite(), startBrowser()]);
  page = await newPage(browser);
  await page.goto(`${site.origin}/?sdk=livekit`);
});
after(async () => {
  await Promise.all([browser?.close(), site?.stop(), server?.stop()]);
});
beforeEach(async () => {
  await page.evaluate(() => window.client?.room?.disconnect());
  await server?.stop();
  server = await startScriptable();
  await peerPage?.context().close();
  peerPage = await newPage(browser);
  await peerPage.goto(`${site.origin}/`);
  peer = await attachPeer(server, peerPage);
  await page.evaluate(async () => {
    await window.ready;
    window.client = await window.newClient('livekit');
    client.create({ reconnectPolicy: { nextRetryDelayInMs: ({ retryCount }) => (retryCount < 5 ? 10 : null) } });
  });
});

const who = { room: 'r', identity: 'alice' };
const run = (work, arg) => page.evaluate(`(${work})(client, ${JSON.stringify(arg) ?? 'undefined'})`);
const connect = (options = {}) => run((client, { url, jwt, options }) => client.room.connect(url, jwt, options), { url: server.url, jwt: options.token ?? server.token(who), options });
/** How connect() fails: `{ name, reason, status, message }`. Its `reasonName` is not used: connect() leaves the first one it had. */
const failure = (options) =>
  run(
    (client, { url, jwt, options }) =>
      client.room.connect(url, jwt, options).then(
        () => null,
        ({ name, reason, status, message }) => ({ name, reason: client.SDK.ConnectionErrorReason[reason], status, message }),
      ),
    { url: server.url, jwt: options?.token ?? server.token(who), options: { maxRetries: 0, ...options } },
  );
const event = (name) => run((client, name) => client.next(name), name);
const names = (only) => run((client, only) => client.names(only), only);

for (const version of [1, 0]) {
  test(`v${version}: connect resolves, others are seen, requests are answered, disconnect leaves nothing`, async () => {
    if (version === 0) server.use({ v1: false });
    server.room('r').crowd(2, { tracks: 1 });
    await connect();
    const seen = await run((client) => ({ state: client.room.state, others: [...client.room.remoteParticipants.keys()], server: client.room.serverInfo.version }));
    assert.deepEqual(seen, { state: 'connected', others: ['crowd-0', 'crowd-1'], server: '1.13.5' });
    await run(async ({ room: { localParticipant: me } }) => {
      await me.setMetadata('m');
      await me.setName('Al');
      await me.setAttributes({ k: 'v' });
    });
    const { info } = server.room('r').get('alice');
    assert.deepEqual([info.metadata, info.name, info.attributes], ['m', 'Al', { k: 'v' }]);
    server.room('r').change('crowd-0', { name: 'Zed' });
    await event('participantNameChanged');
    server.room('r').setMetadata('room');
    await event('roomMetadataChanged');
    await run((client) => client.room.localParticipant.setMicrophoneEnabled(true));
    assert.equal(info.tracks.length, 1);
    await run((client) => client.room.disconnect());
    await server.idle();
    assert.equal(server.room('r').get('alice'), null);
    assert.equal(await peer.count(), 0);
    assert.deepEqual(server.dials.map((dial) => dial.version), version === 1 ? [1] : [1, 0]);
  });
}

for (const version of [1, 0]) {
  test(`v${version}: data is forwarded between clients, and what arrives can be bent on the way`, async () => {
    if (version === 0) server.use({ v1: false });
    await connect();
    await page.evaluate(
      async ({ url, jwt }) => {
        window.second = await window.newClient('livekit');
        await second.join(url, jwt);
        window.send = (from, text, options) => from.room.localParticipant.publishData(new TextEncoder().encode(text), { reliable: true, ...options });
      },
      { url: server.url, jwt: server.token({ ...who, identity: 'bob' }) },
    );
    const got = (name, texts) => page.evaluate(({ name, texts }) => window[name].until(() => texts.every((each) => window[name].received.some(({ text }) => text === each)), texts.join()), { name, texts });
    const received = (name) => page.evaluate((name) => window[name].received.map(({ text, from }) => [from, text]), name);
    await page.evaluate(() => send(second, 'one'));
    await got('client', ['one']);
    peer.forward = (packet) => [packet, packet];
    await page.evaluate(() => send(second, 'two'));
    await got('client', ['two']);
    peer.forward = () => null;
    await page.evaluate(() => send(second, 'lost'));
    for (let i = 0; i < 3; i += 1) await peer.next('bob');
    peer.forward = (packet) => packet;
    await page.evaluate(() => send(second, 'three', { destinationIdentities: ['alice'] }));
    await page.evaluate(() => send(client, 'back'));
    await got('client', ['three']);
    await got('second', ['back']);
    assert.deepEqual(await received('client'), [['bob', 'one'], ['bob', 'two'], ['bob', 'three']]);
    assert.deepEqual(await received('second'), [['alice', 'back']]);
    assert.deepEqual(peer.received.filter(({ identity }) => identity === 'bob').map(({ packet }) => packet.sequence), [1, 2, 3, 4]);
    assert.equal((await peer.next('alice')).packet.sequence, 1);
    await peer.send('r', 'alice', { user: { payload: Buffer.from('injected').toString('base64') } });
    await got('client', ['injected']);
    const [one] = [await server.nextConnection(), await server.nextConnection()];
    one.reset();
    const resumed = await server.nextConnection();
    assert.equal(resumed.participant.transport.lastSequence, 1);
    await event('reconnected');
    await page.evaluate(() => second.room.disconnect());
  });
}

test('a refused dial is classified by what validate says', async () => {
  const cases = [
    [{ upgrade: { status: 401 }, validate: { status: 401, text: 'no' } }, 'NotAllowed', 401],
    [{ upgrade: { status: 403 }, validate: { status: 403, text: 'pinned' } }, 'NotAllowed', 403],
    [{ upgrade: { status: 404 }, validate: { status: 404, text: 'requested room does not exist' } }, 'NotAllowed', 404],
    [{ upgrade: { status: 500 }, validate: { status: 500 } }, 'WebSocket', undefined],
    [{ upgrade: 'reset', validate: 'reset' }, 'ServerUnreachable', undefined],
  ];
  for (const [script, reason, status] of cases) {
    server.use(script);
    const error = await failure();
    assert.deepEqual([error.name, error.reason, error.status], ['ConnectionError', reason, status], JSON.stringify(script));
  }
  server.use({});
  const error = await failure({ token: server.token({ ...who, ttl: -120 }) });
  assert.deepEqual([error.reason, error.status], ['NotAllowed', 401]);
});

test('a wrong first message, none, and a leave fail the join', async () => {
  server.use({ first: { roomUpdate: { room: {} } } });
  assert.match((await failure()).message, /did not receive join response/);
  server.use({ first: { leave: { action: 'DISCONNECT', reason: 'JOIN_FAILURE' } } });
  assert.equal((await failure()).reason, 'LeaveRequest');
  server.use({ first: 'nothing' });
  assert.equal((await failure({ websocketTimeout: 2000 })).reason, 'Timeout');
});

test('a leave with DISCONNECT ends the session with its reason', async () => {
  await connect();
  const connection = await server.nextConnection();
  connection.leave({ action: 'DISCONNECT', reason: 'PARTICIPANT_REMOVED' });
  await event('disconnected');
  assert.equal(await run((client) => client.events.findLast(({ event }) => event === 'disconnected').args[0]), '4');
  await server.idle();
  assert.equal(server.dials.length, 1);
});

test('a leave with RESUME and a lost socket are resumed with the newest token', async () => {
  await connect();
  const first = await server.nextConnection();
  const { sid } = first.participant.info;
  first.refresh();
  first.leave({ action: 'RESUME', reason: 'MIGRATION' });
  const second = await server.nextConnection();
  assert.deepEqual([second.dial.reconnect, second.dial.sid, second.participant.info.sid], [true, sid, sid]);
  assert.notEqual(second.dial.token, first.dial.token);
  await second.next('syncState');
  await event('reconnected');
  second.reset();
  const third = await server.nextConnection();
  assert.equal(third.dial.reconnect, true);
  await run((client) => client.until(() => client.names(['reconnected']).length === 2, 'reconnected twice'));
  assert.equal(server.mostJoining('alice'), 1);
});

test('a leave with RECONNECT and a refused resume end in a full reconnect', async () => {
  await connect();
  const first = await server.nextConnection();
  first.leave({ action: 'RECONNECT', reason: 'STATE_MISMATCH' });
  const second = await server.nextConnection();
  assert.equal(second.dial.reconnect, false);
  await event('reconnected');
  server.use([{ resume: 'refuse' }]);
  second.reset();
  const refused = await server.nextConnection();
  assert.equal(refused.dial.reconnect, true);
  const third = await server.nextConnection();
  assert.equal(third.dial.reconnect, false);
  await run((client) => client.until(() => client.names(['reconnected']).length === 2, 'reconnected twice'));
});

test('pings that are not answered end in a resume', async () => {
  server.use([{ pong: false, join: { pingInterval: 1, pingTimeout: 2 } }]);
  await connect();
  const first = await server.nextConnection();
  await first.next('pingReq');
  const second = await server.nextConnection();
  assert.equal(second.dial.reconnect, true);
  await event('reconnected');
});

test('a refused request rejects its promise', async () => {
  server.use({ answers: { updateMetadata: ({ requestId }) => ({ requestResponse: { requestId, reason: 'LIMIT_EXCEEDED', message: 'too long' } }) } });
  await connect();
  const error = await run((client) => client.room.localParticipant.setName('x').catch(({ name, message }) => ({ name, message })));
  assert.deepEqual(error, { name: 'SignalRequestError', message: 'too long' });
});

test('garbage after the join is a lost connection, and is resumed', async () => {
  await connect();
  (await server.nextConnection()).garbage();
  const second = await server.nextConnection();
  assert.equal(second.dial.reconnect, true);
  await event('reconnected');
});

test('a second session of the identity ends the first for good', async () => {
  await connect();
  const other = await page.evaluate(
    async ({ url, jwt }) => {
      const second = await window.newClient('livekit');
      await second.join(url, jwt);
      await client.next('disconnected');
      const reason = client.events.findLast(({ event }) => event === 'disconnected').args[0];
      await second.room.disconnect();
      return reason;
    },
    { url: server.url, jwt: server.token(who) },
  );
  assert.equal(other, '2');
  await server.idle();
});

test('a room that moves gives the client a new room and token', async () => {
  await connect();
  const connection = await server.nextConnection();
  const { participant } = connection;
  const jwt = server.token({ room: 'elsewhere', identity: 'alice' });
  connection.send({ roomMoved: { room: { name: 'elsewhere', sid: 'RM_2' }, token: jwt, participant: participant.info.toJson(), otherParticipants: [] } });
  await event('moved');
  assert.equal(await run((client) => client.room.name), 'elsewhere');
});

for (const version of [1, 0]) {
  test(`v${version}: with RTCPeerConnection stubbed, sessions come and go one after the other and leave nothing`, async () => {
    const stubbed = await newPage(browser);
    await stubbed.addInitScript(stubRtc);
    await stubbed.goto(`${site.origin}/?sdk=livekit`);
    if (version === 0) server.use({ v1: false });
    answerStubs(server);
    const open = await stubbed.evaluate(
      async ({ url, jwt }) => {
        await window.ready;
        for (let i = 0; i < 10; i += 1) {
          const each = await window.newClient('livekit');
          await each.join(url, jwt);
          await each.room.localParticipant.publishData(new Uint8Array(3), { reliable: true });
          await each.room.disconnect();
        }
        return RTCPeerConnection.open;
      },
      { url: server.url, jwt: server.token(who) },
    );
    assert.equal(open, 0);
    await server.idle();
    assert.equal(server.dials.filter(({ joinedAt }) => joinedAt !== null).length, 10);
    assert.equal(server.mostJoining('alice'), 1);
    await stubbed.context().close();
  });
}
