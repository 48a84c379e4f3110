// What an app, a polyfill or a test suite puts in the place of the host's own, and what throws then. The engine calls it,
// and an exception that went through it would leave the room as it is for ever.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { startScriptable } from '../server/server.mjs';

const { setTimeout, clearTimeout, console } = globalThis;
const NOWHERE = 'ws://127.0.0.1:1';
const boom = () => {
  throw new Error('of a stand-in');
};
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let rejoin;
let server;
let room;
let restore;
before(async () => {
  rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
  server = await startScriptable();
});
afterEach(async () => {
  restore?.();
  await within(room.disconnect());
  await server.idle();
});
after(() => server?.stop());

/** A room that hangs fails its test instead of the whole file. */
async function within(promise, ms = 6_000) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came of it in ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

/** Until the end of the test; undefined: not there. */
function put(globals) {
  const before = Object.fromEntries(Object.keys(globals).map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]));
  const set = (name, as) => (as ? Object.defineProperty(globalThis, name, as) : delete globalThis[name]);
  for (const [name, value] of Object.entries(globals)) set(name, value && { value, configurable: true, writable: true });
  restore = () => {
    restore = undefined;
    for (const name of Object.keys(before)) set(name, before[name]);
  };
}

const make = (options) => (room = new rejoin.Room({ webSocket: WebSocket, reconnectPolicy: { nextRetryDelayInMs: () => 1 }, ...options }));
const connect = (url = server.url) => within(room.connect(url, server.token({ room: 'r', identity: 'alice' }), { maxRetries: 0 }));

/** Connects, is lost, comes back and leaves. */
async function lives() {
  await connect();
  const back = new Promise((resolve) => room.once('reconnected', resolve));
  server.connections.at(-1).reset();
  await within(back);
  await within(room.disconnect());
  assert.equal(room.state, 'disconnected');
}

/** Fails to connect, and can be used all the same. */
async function fails() {
  await assert.rejects(connect(NOWHERE), (error) => error.code === 'server-unreachable');
  await within(room.disconnect());
}

describe('of the host', () => {
  for (const method of ['info', 'warn', 'error']) {
    test(`a console whose ${method} throws`, async () => {
      put({ console: { ...console, ...quiet, [method]: boom } });
      make({ logConnectionRetries: { warnFromAttempt: 1 } });
      await fails();
      await lives();
    });
  }

  test('a reportError that throws: the other listeners still run', async () => {
    put({ reportError: boom });
    make();
    const heard = [];
    for (const event of ['connected', 'disconnected']) room.on(event, boom).on(event, () => heard.push(event));
    await lives();
    assert.deepEqual(heard, ['connected', 'disconnected']);
  });

  test('a console.error that throws where there is no reportError', async () => {
    put({ console: { ...console, ...quiet, error: boom } });
    make();
    const heard = [];
    room.on('connected', boom).on('connected', () => heard.push('connected'));
    await lives();
    assert.deepEqual(heard, ['connected']);
  });

  test('an addEventListener that throws', async () => {
    put({ addEventListener: boom });
    make();
    await lives();
  });

  test('a BroadcastChannel that throws', async () => {
    put({ location: {}, BroadcastChannel: class { postMessage() { boom(); } close() { boom(); } } });
    make();
    await lives();
  });

  test('no Request, as in jsdom', async () => {
    put({ Request: undefined, console: { ...console, ...quiet } });
    make();
    await fails();
  });

  // Of our own calls only: the server and the socket live on timers, too.
  const ours = () => new Error().stack.includes(at('pkg', 'dist'));
  test('a setTimeout that throws: the room can still be left', async () => {
    put({ setTimeout: (...args) => (ours() ? boom() : setTimeout(...args)) });
    make();
    await connect();
    await within(room.disconnect());
    assert.equal(room.state, 'disconnected');
  });
});

describe('of the app: a webSocket', () => {
  /** A class of sockets with these properties instead of its own. */
  const socket = (own) => class {
    constructor(url) {
      return new Proxy(new WebSocket(url), {
        get(ws, key) {
          const value = Object.hasOwn(own, key) ? own[key](ws) : ws[key];
          return typeof value === 'function' ? value.bind(ws) : value;
        },
        set: (ws, key, value) => Reflect.set(ws, key, value),
      });
    }
  };
  const missing = () => undefined;
  const odd = {
    'whose bufferedAmount throws': { bufferedAmount: boom },
    'whose bufferedAmount is a BigInt': { bufferedAmount: () => 5n },
    'whose readyState throws': { readyState: boom },
    'whose removeEventListener throws': { removeEventListener: () => boom },
    'that has nothing of the three': { bufferedAmount: missing, readyState: missing, removeEventListener: missing },
  };
  for (const [what, own] of Object.entries(odd)) {
    test(what, async () => {
      make({ webSocket: socket(own) });
      await lives();
    });
  }

  test('that ends within send', async () => {
    let ending = false;
    const send = (ws) => {
      if (!ending) return ws.send;
      ending = false;
      return () => ws.emit('close', 1006, Buffer.from(''));
    };
    make({ webSocket: socket({ send }) });
    await connect();
    const back = new Promise((resolve) => room.once('reconnected', resolve));
    ending = true;
    room.localParticipant.setName('Ada').catch(() => undefined);
    await within(back);
    await within(room.disconnect());
  });
});
