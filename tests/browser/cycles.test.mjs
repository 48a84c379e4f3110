// 1,000 connects and disconnects in one page, each with a transport that really connects: WebAssembly memory and the
// JavaScript values it holds must not grow, and nothing may be left running.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { attachPeer } from '../server/peer.mjs';
import { startScriptable } from '../server/server.mjs';
import { newPage } from './lib/browser.mjs';
import { openStage, SUBJECT } from './lib/stage.mjs';

const BATCH = 100;
const BATCHES = 10;

let stage;
before(async () => {
  // `gc` in the page: what is measured is what is held, not what waits to be collected.
  stage = await openStage({ livekit: false, flags: ['--js-flags=--expose-gc'] });
});
after(() => stage?.close());

// Fault 42: a thousand connects in a browser.
test('1,000 connect and disconnect cycles leave memory and externrefs flat after the first 100', { timeout: 900_000 }, async (t) => {
  const server = await startScriptable();
  t.after(() => server.stop());
  await attachPeer(server, await newPage(stage.browser));
  const alice = await stage.client(SUBJECT);
  const token = server.token({ room: 'cycles', identity: 'alice' });
  const samples = [];
  for (let batch = 0; batch < BATCHES; batch += 1) {
    const sample = await alice.run(
      async ({ SDK }, { url, token, count }) => {
        for (let cycle = 0; cycle < count; cycle += 1) {
          const room = new SDK.Room();
          await room.connect(url, token);
          await room.disconnect();
        }
        // Finalizers run in a task of their own after a collection, and may free what holds more.
        // The server's half of a closing handshake may take longer than that on a busy machine.
        for (let round = 0; round < 3 || (census.liveSockets() && round < 250); round += 1) {
          gc();
          await new Promise((resolve) => census.raw.setTimeout(resolve, 20));
        }
        return { ...census.count(), wasm: census.wasmBytes(), externrefs: census.externrefs() };
      },
      { url: server.url, token, count: BATCH },
    );
    samples.push(sample);
    t.diagnostic(`after ${(batch + 1) * BATCH}: ${JSON.stringify(sample)}`);
    assert.deepEqual([sample.timers, sample.sockets, sample.peers], [0, 0, 0], 'nothing is left running');
  }
  const [first, last] = [samples[0], samples.at(-1)];
  assert.ok(first.wasm > 0 && first.externrefs > 0, 'there is something to measure');
  assert.equal(last.wasm, first.wasm, 'WebAssembly memory');
  assert.equal(last.externrefs, first.externrefs, 'externrefs');
  assert.equal(server.dials.length, BATCH * BATCHES);
  await server.idle();
});
