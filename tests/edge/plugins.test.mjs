// Plugins as an app writes them: every way to misbehave, and a room that connects all the same.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { startScriptable } from '../server/server.mjs';

let rejoin;
let server;
let room;
const unhandled = [];
const note = (error) => unhandled.push(error);
before(async () => {
  process.on('unhandledRejection', note);
  rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
  server = await startScriptable();
});
afterEach(async () => {
  await room?.disconnect();
  await server.idle();
  // Rejections that nobody handles are told after the microtasks.
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(unhandled, []);
});
after(async () => {
  process.off('unhandledRejection', note);
  await server?.stop();
});

const next = (event) => new Promise((resolve) => room.once(event, resolve));

/** A room with these plugins; `order` tells what came when. */
async function connect(...plugins) {
  room = new rejoin.Room({ webSocket: WebSocket, plugins });
  const order = [];
  const told = { pluginReady: [], pluginUnavailable: [] };
  for (const event of Object.keys(told)) room.on(event, (facts) => told[event].push(facts));
  const token = server.token({ room: 'r', identity: 'alice' });
  await room.connect(server.url, token).then(() => order.push('connected'));
  return { order, told };
}

test('one that loads is told the server, the token and a signal, and is ready', async () => {
  let context;
  const { told } = await connect({ name: 'good', onLoad: (given) => { context = given; } });
  if (!told.pluginReady.length) await next('pluginReady');
  // The newest token: the server gives one at the join.
  const { sub } = JSON.parse(Buffer.from(context.token.split('.')[1], 'base64url'));
  assert.deepEqual([context.url, sub, context.signal.aborted], [server.url, 'alice', false]);
  assert.deepEqual(told.pluginReady.map(({ name, late }) => [name, late]), [['good', false]]);
  await room.disconnect();
  assert.equal(context.signal.aborted, true);
});

// Fault 43: every way to misbehave.
test('those that throw, reject, block or never settle do not hold up the connect, and are told once each', async () => {
  const order = [];
  const begun = (name, then) => ({ name, timeoutMs: name === 'never' ? 30 : 5_000, onLoad: (context) => { order.push(name); return then?.(context); } });
  let reject;
  const late = new Promise((_, no) => { reject = no; });
  const plugins = [
    begun('throws', () => { throw new Error('at once'); }),
    begun('rejects', async () => { throw new Error('eyJhbGciOi.of.a-token is wrong'); }),
    begun('blocks', () => { const end = performance.now() + 200; while (performance.now() < end); }),
    begun('never', () => late),
    { name: 'skipped', timeoutMs: 0, onLoad: () => order.push('skipped') },
  ];
  const { told, order: connected } = await connect(...plugins);
  assert.deepEqual([connected, order], [['connected'], []], 'connect() is settled before a plugin is begun');
  while (told.pluginUnavailable.length < 3) await next('pluginUnavailable');
  assert.deepEqual(order, ['throws', 'rejects', 'blocks', 'never']);
  const reasons = Object.fromEntries(told.pluginUnavailable.map(({ name, reason }) => [name, reason]));
  assert.deepEqual(reasons, { throws: 'at once', rejects: '[token] is wrong', never: 'it did not load in time' });
  assert.deepEqual(told.pluginReady.map(({ name }) => name), ['blocks']);
  await room.disconnect();
  reject(new Error('after the end'));
});

// Fault 43: what is thrown need not be an error, nor anything that can be printed.
test('whatever is thrown is a reason', async () => {
  const thrown = { text: 'a text', nothing: undefined, bare: Object.create(null), hostile: { get message() { throw new Error('no'); } }, symbol: Symbol('s') };
  const names = Object.keys(thrown);
  const plugins = names.flatMap((name) => [{ name, onLoad: () => { throw thrown[name]; } }, { name: `${name}, later`, onLoad: () => Promise.reject(thrown[name]) }]);
  const { told } = await connect(...plugins);
  while (told.pluginUnavailable.length < plugins.length) await next('pluginUnavailable');
  const reasons = Object.fromEntries(told.pluginUnavailable.map(({ name, reason }) => [name, reason]));
  const wanted = { text: 'a text', nothing: 'it failed', bare: 'it failed', hostile: 'it failed', symbol: 'Symbol(s)' };
  for (const name of names) assert.deepEqual([reasons[name], reasons[`${name}, later`]], [wanted[name], wanted[name]], name);
});

test('one that comes late is ready late; its time and the end abort its signal', async () => {
  let signal;
  let done;
  const disposed = [];
  const plugin = { name: 'late', timeoutMs: 20, onLoad: (context) => { signal = context.signal; return new Promise((resolve) => { done = resolve; }); }, dispose: () => { disposed.push('late'); throw new Error('of the app'); } };
  const { told } = await connect(plugin);
  if (!told.pluginUnavailable.length) await next('pluginUnavailable');
  assert.equal(signal.aborted, true);
  done();
  await next('pluginReady');
  assert.equal(told.pluginReady[0].late, true);
  await room.disconnect();
  assert.deepEqual(disposed, ['late']);
});

test('a list that the app changes afterwards is the one that was given', async () => {
  const disposed = [];
  const plugins = [{ name: 'kept', onLoad() {}, dispose: () => disposed.push('kept') }];
  room = new rejoin.Room({ webSocket: WebSocket, plugins });
  const ready = next('pluginReady');
  await room.connect(server.url, server.token({ room: 'r', identity: 'alice' }));
  await ready;
  plugins.length = 0;
  await room.disconnect();
  assert.deepEqual(disposed, ['kept']);
});

test('what is no plugin is refused by name', () => {
  for (const plugins of [{}, [{}], [{ name: 'x' }], [{ name: 7, onLoad() {} }], [{ name: 'x', onLoad() {}, timeoutMs: -1 }], [, { name: 'x', onLoad() {} }]]) {
    assert.throws(() => new rejoin.Room({ plugins }), /RoomOptions\.plugins must be a list of/);
  }
});
