// Servers that cannot be joined, and calls that make no sense: each ends with a typed error, within the time allowed, and
// leaves nothing behind. The scriptable server plays what a real one cannot be told to do.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import net from 'node:net';
import { startScriptable } from '../server/server.mjs';
import { openStage, SUBJECT } from './lib/stage.mjs';

const TIMEOUT = { timeout: 120_000 };
/** What each connect below is allowed to take, by its own option. */
const BUDGET_MS = 6000;
/** How much later than its budget a connect may settle on a machine under load before the test calls it hung. */
const LOAD_MS = 10_000;

let stage;
before(async () => {
  stage = await openStage({ livekit: false });
});
after(() => stage?.close());

/** Connects once; what came of it and what is left of it in the page. */
async function refused(scene, { url, token }, options = { connectTimeoutMs: BUDGET_MS }) {
  const alice = await scene.client(SUBJECT);
  const told = await alice.run(
    async (client, { url, token, options, ms }) => {
      client.create();
      const { ConnectionError, ConnectionErrorReason } = client.SDK;
      const late = new Promise((resolve) => census.raw.setTimeout(resolve, ms, { name: `not settled after ${ms} ms` }));
      const attempt = (async () => client.room.connect(url, token, options))().then(() => ({ name: 'connected' }), (reason) => reason);
      const error = await Promise.race([attempt, late]);
      const { name, reason, reasonName, code, status, message, retryable } = error;
      return {
        settled: !String(name).startsWith('not settled'),
        typed: error instanceof ConnectionError && error instanceof Error,
        known: typeof reason === 'number' && ConnectionErrorReason[reason] === reasonName,
        name, reason: ConnectionErrorReason[reason], code, status, message, retryable,
        state: client.room.state,
        events: client.names(['connected', 'reconnecting', 'signalReconnecting', 'reconnected']),
      };
    },
    { url, token, options, ms: BUDGET_MS + LOAD_MS },
  );
  assert.ok(told.settled, told.name);
  assert.ok(!/eyJ[\w-]+\./.test(told.message), 'a token in the error');
  assert.ok(told.typed && told.name === 'ConnectionError', `a ConnectionError: ${JSON.stringify(told)}`);
  assert.ok(told.known, `its reason is one of ConnectionErrorReason: ${JSON.stringify(told)}`);
  assert.equal(typeof told.code, 'string');
  assert.ok(told.message, 'a message');
  assert.equal(told.state, 'disconnected');
  assert.deepEqual(told.events, []);
  await alice.until(() => census.liveSockets() === 0, 'the socket to close');
  assert.deepEqual(await alice.census(), { timers: 0, sockets: 0, peers: 0 });
  return told;
}

function setting(t) {
  const scene = stage.scene();
  t.after(() => scene.clear());
  return scene;
}

describe('a server that cannot be joined', { concurrency: 3 }, () => {
  // Which reasons are right, in livekit-client's names; `dials`: how often the server may be dialled at most.
  const SERVERS = {
    'with no signalling endpoint, neither v1 nor v0': { script: { v1: false, v0: false }, reasons: ['ServiceNotFound'], dials: 2 },
    'that knows no v1 and does not want the token on v0': { script: { v1: false, v0: true, upgrade: { status: 401 }, validate: { status: 401, text: 'no' } }, reasons: ['NotAllowed'], status: 401, dials: 2 },
    'that does not want the token': { wrongToken: true, reasons: ['NotAllowed'], status: 401, dials: 1 },
    'that says 403': { script: { upgrade: { status: 403 }, validate: { status: 403, text: 'no' } }, reasons: ['NotAllowed'], status: 403, dials: 1 },
    'that says 403 with the page of a gateway': { script: { upgrade: { status: 403 }, validate: { status: 403, text: `<html>${'x'.repeat(100_000)}` } }, reasons: ['NotAllowed'], status: 403, dials: 1 },
    'that has no such room': { script: { upgrade: { status: 404 }, validate: { status: 404, text: 'requested room does not exist' } }, reasons: ['NotAllowed'], status: 404, dials: 1 },
    'that has no such room, and says it on a long page': { script: { upgrade: { status: 404 }, validate: { status: 404, text: `requested room does not exist${' '.repeat(100_000)}` } }, reasons: ['NotAllowed'], status: 404, dials: 1 },
    'that says 429': { script: { upgrade: { status: 429 }, validate: { status: 429, text: 'quota' } }, reasons: ['ServerUnreachable', 'InternalError', 'NotAllowed'] },
    'that says 500': { script: { upgrade: { status: 500 }, validate: { status: 500, text: 'oh' } }, reasons: ['ServerUnreachable', 'InternalError'] },
    'whose validate never answers': { script: { upgrade: { status: 500 }, validate: 'stall' }, reasons: ['ServerUnreachable', 'InternalError', 'WebSocket', 'Timeout'] },
    'that resets every connection': { script: { upgrade: 'reset', validate: 'reset' }, reasons: ['ServerUnreachable', 'WebSocket'] },
    'that never answers the upgrade': { script: { upgrade: 'stall', validate: 'stall' }, reasons: ['Timeout', 'ServerUnreachable', 'WebSocket'] },
    'that never sends join': { script: { first: 'nothing' }, reasons: ['Timeout', 'WebSocket'] },
    'that sends garbage first': { script: { first: 'garbage' }, reasons: ['InternalError', 'WebSocket'] },
    'that sends another message first': { script: { first: { roomUpdate: { room: { name: 'r' } } } }, reasons: ['InternalError', 'WebSocket', 'Timeout'] },
    'that says leave first': { script: { first: { leave: { action: 'DISCONNECT', reason: 'JOIN_FAILURE' } } }, reasons: ['LeaveRequest'] },
    'that closes before join': { script: { open: (connection) => connection.close(1011) }, reasons: ['WebSocket', 'ServerUnreachable', 'InternalError', 'LeaveRequest'] },
  };

  for (const [title, { script, wrongToken, reasons, status, dials }] of Object.entries(SERVERS)) {
    // Faults 9, 10, 12: servers that cannot be joined, in a browser.
    test(title, TIMEOUT, async (t) => {
      const server = await startScriptable({ script });
      t.after(() => server.stop());
      const token = wrongToken ? server.token({ room: 'r', identity: 'alice', apiSecret: 'x'.repeat(32) }) : server.token({ room: 'r', identity: 'alice' });
      const told = await refused(setting(t), { url: server.url, token });
      t.diagnostic(`${told.reason} (${told.code}${told.status ? `, ${told.status}` : ''}): ${told.message}`);
      assert.ok(reasons.includes(told.reason), `reason ${told.reason} is one of ${reasons.join(', ')}: ${told.message}`);
      if (status) assert.equal(told.status, status);
      await server.idle();
      assert.ok(server.mostJoining('alice') <= 1, 'one join at a time');
      if (dials) assert.ok(server.dials.length <= dials, `${server.dials.length} dials, ${dials} at most`);
    });
  }
});

describe('an address that leads nowhere', { concurrency: 3 }, () => {
  const closedPort = async () => {
    const server = net.createServer();
    await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address();
    await new Promise((resolve) => server.close(resolve));
    return port;
  };
  const ADDRESSES = {
    'of an unknown scheme': { url: () => 'ftp://127.0.0.1:7880' },
    'that is no URL': { url: () => 'not a url' },
    'of a port where nothing listens': { url: async () => `ws://127.0.0.1:${await closedPort()}`, reasons: ['ServerUnreachable', 'WebSocket'] },
    // An address of TEST-NET-1 (RFC 5737): no packet to it is ever answered, though a host may refuse to send one. By wss,
    // because a token over ws to a host that is not this machine is refused before anything is dialled.
    'of a host that cannot be reached': { url: () => 'wss://192.0.2.1:7880', reasons: ['ServerUnreachable', 'Timeout', 'WebSocket'] },
    'of a host that does not exist': { url: () => 'wss://host.invalid', reasons: ['ServerUnreachable', 'Timeout', 'WebSocket'] },
  };

  for (const [title, { url, reasons }] of Object.entries(ADDRESSES)) {
    test(title, TIMEOUT, async (t) => {
      const told = await refused(setting(t), { url: await url(), token: 'header.claims.signature' });
      t.diagnostic(`${told.reason} (${told.code}): ${told.message}`);
      if (reasons) assert.ok(reasons.includes(told.reason), `reason ${told.reason} is one of ${reasons.join(', ')}: ${told.message}`);
    });
  }
});

describe('arguments that make no sense', () => {
  // Each is a call that must throw (or reject with) a TypeError that names the key.
  const CALLS = {
    adaptivStream: ({ SDK }) => new SDK.Room({ adaptivStream: true }),
    adaptiveStream: ({ SDK }) => new SDK.Room({ adaptiveStream: 'yes' }),
    dynacast: ({ SDK }) => new SDK.Room({ dynacast: 1 }),
    stopLocalTrackOnUnpublish: ({ SDK }) => new SDK.Room({ stopLocalTrackOnUnpublish: 'no' }),
    reconnectPolicy: ({ SDK }) => new SDK.Room({ reconnectPolicy: {} }),
    autoSubscrib: ({ SDK, url }) => new SDK.Room().connect(url, 'a.b.c', { autoSubscrib: true }),
    autoSubscribe: ({ SDK, url }) => new SDK.Room().connect(url, 'a.b.c', { autoSubscribe: 1 }),
    maxRetries: ({ SDK, url }) => new SDK.Room().connect(url, 'a.b.c', { maxRetries: -1 }),
    websocketTimeout: ({ SDK, url }) => new SDK.Room().connect(url, 'a.b.c', { websocketTimeout: 1.5 }),
    peerConnectionTimeout: ({ SDK, url }) => new SDK.Room().connect(url, 'a.b.c', { peerConnectionTimeout: 'soon' }),
    url: ({ SDK }) => new SDK.Room().connect(7, 'a.b.c'),
    token: ({ SDK, url }) => new SDK.Room().connect(url, {}),
    reliabel: ({ SDK }) => new SDK.Room().localParticipant.publishData(new Uint8Array(1), { reliabel: true }),
    reliable: ({ SDK }) => new SDK.Room().localParticipant.publishData(new Uint8Array(1), { reliable: 'yes' }),
    topic: ({ SDK }) => new SDK.Room().localParticipant.publishData(new Uint8Array(1), { topic: 7 }),
    burst: ({ SDK }) => new SDK.DefaultReconnectPolicy({ burst: 'many' }),
    joinsPerSecnd: ({ SDK }) => new SDK.DefaultReconnectPolicy({ joinsPerSecnd: 10 }),
  };

  for (const [key, call] of Object.entries(CALLS)) {
    test(`${key}: a TypeError that names it`, TIMEOUT, async (t) => {
      const scene = setting(t);
      const alice = await scene.client(SUBJECT);
      const told = await alice.run(`async ({ SDK }) => {
        const attempt = async () => (${call})({ SDK, url: 'ws://127.0.0.1:9' });
        return attempt().then(() => ({ message: 'it was accepted' }), (error) => ({ typed: error instanceof TypeError, message: error.message }));
      }`);
      assert.ok(told.typed, told.message);
      assert.ok(told.message.includes(key), `"${told.message}" names ${key}`);
      assert.deepEqual(await alice.census(), { timers: 0, sockets: 0, peers: 0 });
    });
  }
});
