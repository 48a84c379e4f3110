// A page that connects 1,000 times, and one whose rooms reconnect 1,000 times, each time with a transport that really
// connects: WebAssembly memory and the JavaScript values it holds must not grow, and nothing may be left running.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { attachPeer } from '../server/peer.mjs';
import { startScriptable } from '../server/server.mjs';
import { newPage } from './lib/browser.mjs';
import { openStage, SUBJECT } from './lib/stage.mjs';

const BATCH = 100;
const BATCHES = 10;
/** Rooms that reconnect side by side. */
const ABREAST = 4;
/** What the page's own records of each socket and peer connection may weigh. */
const HEAP_SLACK = 1 << 20;
/** Two pages: how many of the rooms are amid a full reconnect at once is chance. */
const WASM_SLACK = 2 << 16;

let stage;
before(async () => {
  // `gc` in the page: what is measured is what is held, not what waits to be collected.
  stage = await openStage({ livekit: false, flags: ['--js-flags=--expose-gc', '--enable-precise-memory-info'] });
});
after(() => stage?.close());

/** A client in a page, a server whose transports end in another, and what the client's page holds after a collection. */
async function setUp(t) {
  const server = await startScriptable();
  t.after(() => server.stop());
  await attachPeer(server, await newPage(stage.browser));
  const alice = await stage.client(SUBJECT);
  const token = server.token({ room: 'cycles', identity: 'alice' });
  const held = (sockets) =>
    alice.evaluate(async (sockets) => {
      // Finalizers run in a task of their own after a collection, and may free what holds more.
      // The server's half of a closing handshake may take longer than that on a busy machine.
      for (let round = 0; round < 3 || (census.liveSockets() > sockets && round < 250); round += 1) {
        gc();
        await new Promise((resolve) => census.raw.setTimeout(resolve, 20));
      }
      const heap = performance.memory.usedJSHeapSize;
      return { ...census.count(), listeners: census.listeners().length, wasm: census.wasmBytes(), externrefs: census.externrefs(), heap };
    }, sockets);
  return { server, alice, target: { url: server.url, token, count: BATCH }, held };
}

// Fault 42: a thousand connects in a browser.
test('1,000 connect and disconnect cycles leave memory and externrefs flat after the first 100', { timeout: 900_000 }, async (t) => {
  const { server, alice, target, held } = await setUp(t);
  const samples = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await alice.run(async ({ SDK }, { url, token, count }) => {
      for (let cycle = 0; cycle < count; cycle += 1) {
        const room = new SDK.Room();
        await room.connect(url, token);
        await room.disconnect();
      }
    }, target);
    const sample = await held(0);
    samples.push(sample);
    t.diagnostic(`after ${(batch + 1) * BATCH}: ${JSON.stringify(sample)}`);
    assert.deepEqual([sample.timers, sample.sockets, sample.peers, sample.listeners], [0, 0, 0, 0], 'nothing is left running');
  }
  const [first, last] = [samples[0], samples.at(-1)];
  assert.ok(first.wasm > 0 && first.externrefs > 0, 'there is something to measure');
  assert.equal(last.wasm, first.wasm, 'WebAssembly memory');
  assert.equal(last.externrefs, first.externrefs, 'externrefs');
  assert.equal(server.dials.length, BATCH * BATCHES);
  await server.idle();
});

// Fault 42: a thousand reconnects in a browser.
test('1,000 reconnects, every other one a full one, leave memory, externrefs and listeners flat after the first 300', { timeout: 900_000 }, async (t) => {
  const { server, alice, target, held } = await setUp(t);
  const tokens = Array.from({ length: ABREAST }, (_, n) => server.token({ room: 'cycles', identity: `alice-${n}` }));
  await alice.run(
    async (client, { url, tokens }) => {
      client.rooms = tokens.map(() => new client.SDK.Room({ reconnectPolicy: { nextRetryDelayInMs: () => 1 } }));
      await Promise.all(client.rooms.map((room, n) => room.connect(url, tokens[n])));
    },
    { ...target, tokens },
  );
  const samples = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    await alice.run(
      async ({ rooms }, each) => {
        const reconnect = async (room) => {
          for (let cycle = 0; cycle < each; cycle += 1) {
            const back = new Promise((resolve) => room.once('reconnected', resolve));
            await room.simulateScenario(cycle % 2 ? 'full-reconnect' : 'signal-reconnect');
            await back;
          }
        };
        await Promise.all(rooms.map(reconnect));
      },
      BATCH / ABREAST,
    );
    const sample = await held(ABREAST);
    samples.push(sample);
    t.diagnostic(`after ${(batch + 1) * BATCH}: ${JSON.stringify(sample)}`);
    assert.deepEqual([sample.sockets, sample.peers], [ABREAST, ABREAST], 'only the rooms that are connected are left');
  }
  // By then each room's history of 200 facts is full.
  const [settled, last] = [samples[2], samples.at(-1)];
  assert.ok(settled.listeners > 0, 'there is something to measure');
  assert.ok(last.wasm <= settled.wasm + WASM_SLACK, `WebAssembly memory: ${settled.wasm} -> ${last.wasm}`);
  assert.equal(last.externrefs, settled.externrefs, 'externrefs');
  assert.equal(last.listeners, settled.listeners, 'listeners');
  assert.ok(last.heap < settled.heap + HEAP_SLACK, `JavaScript heap: ${settled.heap} -> ${last.heap}`);
  assert.equal(server.dials.length, ABREAST + BATCH * BATCHES);
  await alice.run(({ rooms }) => Promise.all(rooms.map((room) => room.disconnect())));
  const after = await held(0);
  assert.deepEqual([after.timers, after.sockets, after.peers, after.listeners], [0, 0, 0, 0], 'nothing is left running');
  await server.idle();
});
