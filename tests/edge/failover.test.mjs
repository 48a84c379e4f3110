// Regions as an app uses them, in Node against several servers of this machine that misbehave: where a room ends up, what
// it tells, which servers were sent a token, and what is left afterwards.
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { startScriptable } from '../server/server.mjs';

const KEYS = { apiKey: 'devkey', apiSecret: 'a secret that three servers share' };
let rejoin;
let servers = [];
let rooms = [];
before(async () => {
  rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
});
afterEach(async () => {
  await Promise.all(rooms.map((room) => room.disconnect()));
  await Promise.all(servers.map((server) => server.stop()));
  rooms = [];
  servers = [];
});
after(() => rejoin.setLogLevel('info'));

/** A server for each script. */
async function start(...scripts) {
  const started = await Promise.all(scripts.map((script) => startScriptable({ script, ...KEYS })));
  servers.push(...started);
  return started;
}

function make(options) {
  const room = new rejoin.Room({ webSocket: WebSocket, ...options });
  rooms.push(room);
  return room;
}

const regions = (of) => ({ urls: of.map(({ url }) => url) });
const tokenOf = (server) => server.token({ room: 'r', identity: 'alice' });
const dials = (of) => of.map((server) => server.dials.length);

describe('regions that the app names', () => {
  for (const [what, script] of [
    ['refuses with 503', { upgrade: { status: 503 }, validate: { status: 503 } }],
    ['resets', { upgrade: 'reset', validate: 'reset' }],
    ['pins the token elsewhere', { upgrade: { status: 403 }, validate: { status: 403 } }],
  ]) {
    test(`one that ${what} is left for the next`, async () => {
      const three = await start(script, {}, {});
      const room = make({ regions: regions(three) });
      const changes = [];
      room.on(rejoin.RoomEvent.RegionChanged, (facts) => changes.push(facts));
      await room.connect(three[0].url, tokenOf(three[0]));
      assert.deepEqual(dials(three), [1, 1, 0]);
      assert.deepEqual(changes.map(({ from, to }) => [from.url, to.url]), [[three[0].url, three[1].url]]);
      assert.ok(changes[0].reason.length > 5);
      const whats = room.connectionHistory.map(({ what }) => what);
      assert.deepEqual(whats, ['connect', 'dial', 'failed', 'region', 'dial', 'connected']);
    });
  }

  test('one that stalls gives way to the one whose probe was answered', async () => {
    const three = await start({ upgrade: 'stall' }, {}, {});
    const room = make({ regions: regions(three) });
    await room.connect(three[0].url, tokenOf(three[0]));
    assert.deepEqual(dials(three), [1, 1, 0]);
    assert.deepEqual(three[1].requests.map(({ path }) => path), ['/']);
    assert.equal(three[0].open + three[0].joining, 0, 'the stalled dial was closed');
  });

  // Fault 8: a quota.
  test('a quota is waited for, not carried elsewhere', async () => {
    const busy = { status: 429, headers: { 'retry-after': '1' } };
    const two = await start([{ upgrade: busy, validate: busy }], {});
    const room = make({ regions: regions(two) });
    await room.connect(two[0].url, tokenOf(two[0]));
    assert.deepEqual(dials(two), [2, 0]);
  });

  test('an error names them all and holds no token', async () => {
    const down = { upgrade: { status: 502 }, validate: { status: 502 } };
    const three = await start(down, down, down);
    const room = make({ regions: regions(three) });
    await assert.rejects(room.connect(three[0].url, tokenOf(three[0]), { maxRetries: 0 }), (error) => {
      assert.ok(error instanceof rejoin.ConnectionError);
      for (const { url } of three) assert.match(error.message, new RegExp(`${url} for \\d+ ms: `));
      assert.doesNotMatch(`${error} ${error.stack} ${JSON.stringify(error)}`, /eyJ/);
      return true;
    });
    assert.deepEqual(dials(three), [1, 1, 1]);
  });

  test('a lost session resumes, then rejoins, then moves on', async () => {
    const two = await start([{}, ...Array(9).fill({ upgrade: { status: 503 }, validate: { status: 503 } })], {});
    const room = make({ regions: regions(two), reconnectPolicy: { nextRetryDelayInMs: () => 1 } });
    await room.connect(two[0].url, tokenOf(two[0]));
    const kinds = [];
    room.on('signalReconnecting', ({ kind }) => kinds.push(kind)).on('reconnecting', ({ kind }) => kinds.push(kind));
    const back = new Promise((resolve) => room.once('reconnected', resolve));
    two[0].connections[0].reset();
    await back;
    assert.deepEqual(kinds, ['resume', 'resume', 'full', 'full']);
    assert.deepEqual(dials(two), [4, 1]);
  });

  test('a wrong URL among them is an error that names the option', async () => {
    const room = make({ regions: { urls: ['nonsense'] } });
    await assert.rejects(room.connect('ws://127.0.0.1:1', 'token'), /RoomOptions\.regions\.urls/);
    assert.throws(() => make({ regions: { url: [] } }), /RoomOptions\.regions: unknown option "url": did you mean "urls"\?/);
    assert.throws(() => make({ regions: { urls: 'ws://one' } }), /RoomOptions\.regions\.urls must be a list of texts/);
    for (const host of ['https://rooms.example', 'rooms.example:443', 'rooms.example/rtc', 'a b', '', 'me@rooms.example']) {
      assert.throws(() => make({ regions: { allowedHosts: [host] } }), /RoomOptions\.regions\.allowedHosts must be a list of names of hosts/, host);
    }
    for (const host of ['rooms.example', '.rooms.example', '*.rooms.example', '10.0.0.1', '[::1]', 'localhost']) make({ regions: { allowedHosts: [host] } });
    assert.throws(() => make({ regions: true }), TypeError);
  });
});

// Fault 49: the header as it comes over the wire.
test('a Retry-After is told to the policy if it is one', async () => {
  const [server] = await start({});
  const hours = (n) => new Date(Date.now() + n * 3_600_000).toUTCString();
  for (const [header, least, most] of [['7', 7_000, 7_000], ['99999999999', 1e13, 1e15], [hours(1), 3_500_000, 3_600_000], [hours(-1), 0, 0], ['-1', -1_000, -1_000], ['1.5'], ['1, 2'], ['soon']]) {
    let asked;
    const hint = new Promise((resolve) => (asked = resolve));
    const room = make({ reconnectPolicy: { nextRetryDelayInMs: ({ retryCount, hintMs }) => (retryCount ? (asked(hintMs), null) : 1) } });
    await room.connect(server.url, tokenOf(server));
    server.use({ upgrade: { status: 429 }, validate: { status: 429, headers: { 'retry-after': header } } });
    server.connections.at(-1).reset();
    const hintMs = await hint;
    assert.ok(least === undefined ? hintMs === undefined : hintMs >= least && hintMs <= most, `${header}: ${hintMs}`);
    await room.disconnect();
    server.use({});
  }
});

test('what warms a connection does not wait for a host that says nothing', async () => {
  const silent = net.createServer(() => {});
  await new Promise((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const sockets = new Set();
  silent.on('connection', (socket) => sockets.add(socket));
  await make({}).prepareConnection(`ws://127.0.0.1:${silent.address().port}`, 'token');
  assert.equal(sockets.size, 1);
  for (const socket of sockets) socket.destroy();
  silent.close();
});

describe('a list of regions', () => {
  const list = (of) => of.map(({ url }, n) => ({ region: `region${n}`, url, distance: String(n) }));

  test('is asked for beside the dial, and what it names is used where the app allows it', async () => {
    const [one, two] = await start({ upgrade: { status: 503 }, validate: { status: 503 } }, {});
    one.regions = list([one, two]);
    const room = make({ regions: { endpoint: `${one.url.replace('ws', 'http')}/settings/regions`, allowedHosts: ['127.0.0.1'] } });
    await room.prepareConnection(one.url, tokenOf(one));
    await room.connect(one.url, tokenOf(one));
    assert.deepEqual(dials([one, two]), [1, 1]);
    assert.equal(room.connectionHistory.at(-1).region, 'region1');
  });

  // Fault 17: a list that never comes, two rooms.
  test('is asked for once by several rooms, and none of them waits for it', async () => {
    const [one] = await start({});
    let asked;
    const first = new Promise((resolve) => { asked = resolve; });
    one.regions = () => { asked(); return new Promise(() => {}); };
    const endpoint = `${one.url.replace('ws', 'http')}/settings/regions`;
    const two = [0, 1].map(() => make({ regions: { endpoint } }));
    await Promise.all(two.map((room, n) => room.connect(one.url, one.token({ room: `r${n}`, identity: 'alice' }))));
    await first;
    assert.equal(one.requests.filter(({ path }) => path.endsWith('/regions')).length, 1);
  });

  // Fault 20: a redirect would carry the token to a host that nobody named.
  test('is not followed to another host', async () => {
    const [one, two] = await start({}, {});
    one.regions = { status: 302, headers: { location: `${two.url.replace('ws', 'http')}/settings/regions` } };
    two.regions = list([one, two]);
    const room = make({ regions: { endpoint: `${one.url.replace('ws', 'http')}/settings/regions` } });
    await room.prepareConnection(one.url, tokenOf(one));
    await room.connect(one.url, tokenOf(one));
    assert.deepEqual(two.requests, []);
  });

  // Fault 16: a list without an end.
  test('of 100 MB is not read to its end', async () => {
    const [one] = await start({});
    one.regions = { text: 'x'.repeat(100 << 20), headers: { 'content-type': 'application/json' } };
    const room = make({ regions: { endpoint: `${one.url.replace('ws', 'http')}/settings/regions` } });
    await room.prepareConnection(one.url, tokenOf(one));
    await room.connect(one.url, tokenOf(one));
    assert.equal(room.state, 'connected');
  });

  // Fault 19: whom a list names.
  test('gives no token to hosts that the app does not allow', async () => {
    const [one, two] = await start({ upgrade: { status: 503 }, validate: { status: 503 } }, {});
    one.regions = list([two]);
    const told = [];
    rejoin.setLogExtension((level, message) => level === rejoin.LogLevel.warn && told.push(message));
    const room = make({ regions: { endpoint: `${one.url.replace('ws', 'http')}/settings/regions` } });
    await assert.rejects(room.connect(one.url, tokenOf(one)), rejoin.ConnectionError);
    assert.deepEqual([two.dials.length, two.requests.length], [0, 0]);
    assert.equal(told.filter((line) => line.includes('no token')).length, 1);
  });
});

// Fault 45: a token without TLS.
test('a token travels without TLS to this machine only, unless the app allows it', async () => {
  const error = await make().connect('ws://far.example', 'token').catch((thrown) => thrown);
  assert.deepEqual([error.code, error instanceof rejoin.ConnectionError], ['invalid-argument', true]);
  assert.match(error.message, /allowInsecure/);
  const allowed = make({ allowInsecure: true, webSocket: class { constructor() { throw new Error('dialled'); } } });
  await assert.rejects(allowed.connect('ws://far.example', 'token', { maxRetries: 0 }), (dialled) => dialled.code !== 'invalid-argument');
});
