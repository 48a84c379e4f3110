// Whole lives of a room in Node on the real server, several at a time: as tests/browser/lives.test.mjs, without media and so
// many times as many in the same time. Afterwards everybody sees of everybody what was last asked for.
//
// A seed fixes what is asked for and when; what the network, the server and the machine make of it differs a little each time.
//
//   REJOIN_LIVES=500 REJOIN_FROM=1000 node --test tests/edge/lives.test.mjs     500 lives, 1000 the first seed
//   REJOIN_STORY=1 ..                                                           what each client did, with a failure
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { at } from '../../scripts/lib/paths.mjs';
import { startServer } from '../livekit/server.mjs';
import { Life } from './life.mjs';

const { REJOIN_FROM: first, REJOIN_LIVES: count, REJOIN_STORY } = process.env;
/** Those that found something, unless others are asked for. */
const SEEDS = first || count ? Array.from({ length: Number(count ?? 1) }, (_, i) => Number(first ?? 1) + i) : [1148, 1163, 1203, 1214, 1230, 2125];
const ABREAST = 8;

let server;
let wasm;
before(async () => {
  server = await startServer();
  wasm = await WebAssembly.compile(await readFile(at('pkg', 'dist', 'rejoin.wasm')));
});
after(() => server?.stop());

describe('lives', { concurrency: ABREAST }, () => {
  for (const seed of SEEDS) {
    test(`life ${seed}`, { timeout: 300_000 }, async (t) => {
      const life = new Life(server, wasm, seed);
      t.after(() => life.stop());
      await life.live();
      await life.judge();
      t.diagnostic(life.account);
      assert.deepEqual(life.wrong, [], [`seed ${seed}:`, ...life.wrong, ...(REJOIN_STORY ? [life.story] : [])].join('\n'));
    });
  }
});
