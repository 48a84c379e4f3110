// An instance that trapped. The trap is real: the test fills the linear memory of the running instance with nonsense,
// which it gets hold of by watching WebAssembly.instantiate; nothing of the package leads there.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { startScriptable } from '../server/server.mjs';

const KEYS = { apiKey: 'devkey', apiSecret: 'a secret that is long enough to be one' };
const instances = [];
const uncaught = [];
let rejoin;
let server;
before(async () => {
  const { instantiate } = WebAssembly;
  WebAssembly.instantiate = async (...args) => {
    const made = await instantiate.apply(WebAssembly, args);
    instances.push(made.instance ?? made);
    return made;
  };
  process.on('uncaughtException', (error) => uncaught.push(error));
  process.on('unhandledRejection', (error) => uncaught.push(error));
  rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
  rejoin.setLogLevel('silent');
  server = await startScriptable({ script: [{}, { upgrade: 'stall' }], ...KEYS });
});
after(async () => {
  rejoin.setLogLevel('info');
  await server.stop();
});

const token = () => server.token({ room: 'r', identity: 'alice' });
const isPoisoned = (error) => {
  assert.ok(error instanceof rejoin.LivekitError, String(error));
  assert.deepEqual([error.name, error.code, error.retryable], ['LiveKitError', 'poisoned', false]);
  assert.match(error.message, /init\(\)/);
  assert.ok(error.cause instanceof WebAssembly.RuntimeError || error.cause instanceof RangeError, String(error.cause));
  return true;
};
/** Every pointer that is kept anywhere leads out of the memory from now on. */
const poison = ({ exports }) => {
  const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory);
  new Uint8Array(memory.buffer).fill(0xfe);
};

// Fault 40.
describe('after a trap', () => {
  let room;
  let joining;
  let pending;

  // Fault 40: promises that wait when it happens.
  test('what was promised is rejected with the typed error, in every room', async () => {
    room = new rejoin.Room({ webSocket: WebSocket });
    await room.connect(server.url, token());
    joining = new rejoin.Room({ webSocket: WebSocket });
    pending = joining.connect(server.url, token(), { maxRetries: 0 });
    pending.catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(instances.length, 1);
    poison(instances[0]);
    await assert.rejects(room.localParticipant.setName('x'), isPoisoned);
    await assert.rejects(pending, (error) => error.code === 'poisoned');
  });

  // Fault 40: calls that are made afterwards.
  test('later calls are refused with it and enter the instance no more', async () => {
    poison(instances[0]);
    const before = new Uint8Array(instances[0].exports.memory?.buffer ?? new ArrayBuffer(0)).slice(0, 64);
    await assert.rejects(room.reconnectNow(), isPoisoned);
    await assert.rejects(room.disconnect(), isPoisoned);
    assert.throws(() => room.numParticipants, isPoisoned);
    assert.throws(() => new rejoin.Room(), isPoisoned);
    assert.throws(() => new rejoin.DefaultReconnectPolicy().nextRetryDelayInMs({ retryCount: 0, elapsedMs: 0 }), isPoisoned);
    assert.deepEqual(new Uint8Array(instances[0].exports.memory?.buffer ?? new ArrayBuffer(0)).slice(0, 64), before);
  });

  // Fault 40: a new instance.
  test('another init() makes a new instance that works, and the old one stays dead', async () => {
    await rejoin.default();
    await rejoin.default();
    assert.equal(instances.length, 2);
    const fresh = new rejoin.Room({ webSocket: WebSocket });
    await fresh.connect(server.url, token());
    assert.equal(fresh.state, 'connected');
    await assert.rejects(room.disconnect(), isPoisoned);
    assert.equal(fresh.state, 'connected');
    await fresh.disconnect();
  });

  // Fault 40: what the old one left with its host.
  test('timers, sockets and finalizers of the old one reach nobody', async () => {
    for (const connection of server.connections) connection.reset();
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 200));
    // One call of the host may have been the one that trapped; it cannot be anybody's to catch.
    assert.deepEqual(uncaught.filter((error) => error.code !== 'poisoned'), []);
    assert.ok(uncaught.length <= 1, String(uncaught));
  });
});
