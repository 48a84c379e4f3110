// The suites of `npm test`: for each, where its tests lie, what must be there before they run, and how they run.
// A suite is `{ place, exists(), prepare({ dev }), run({ log }) }`; run resolves with
// `{ passed, failed, skipped, failures: [{ name, message }] }`.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from '../build.mjs';
import { lab } from '../lab.mjs';
import { at } from '../lib/paths.mjs';
import { chromium } from '../setup/chromium.mjs';
import { firefox } from '../setup/firefox.mjs';
import { hosts } from '../setup/hosts.mjs';
import { livekitServer } from '../setup/livekit.mjs';
import { networkTools, redis } from '../setup/network.mjs';
import { packages } from '../setup/packages.mjs';
import { rust } from '../setup/rust.mjs';
import { wasmBindgen, wasmPack } from '../setup/wasm-tools.mjs';
import { native, sim } from './native.mjs';
import { nodeTests } from './node.mjs';
import { wasm, wasmTargets } from './wasm.mjs';

/** The path of a file in the folder of logs. */
export const logs = (...parts) => at('target', 'test-logs', ...parts);

const testsIn = (folder) =>
  existsSync(at(folder)) ? readdirSync(at(folder)).filter((name) => name.endsWith('.test.mjs')).sort().map((name) => join(folder, name)) : [];

/** A suite of node:test files, each in a process of its own. */
const inNode = (folders, { prepare, fileWithinMs }) => ({
  place: folders.map((folder) => `${folder}/*.test.mjs`).join(' and '),
  exists: () => folders.some((folder) => testsIn(folder).length > 0),
  prepare,
  run: ({ log }) => nodeTests(folders.flatMap(testsIn), { log, fileWithinMs }),
});

export const suites = {
  native: { place: 'cargo', exists: () => true, prepare: rust, run: native },
  sim: { place: 'tests/sim and tests/endless_reconnects.rs', exists: () => existsSync(at('tests', 'sim')), prepare: rust, run: sim },
  wasm: {
    place: 'the Rust tests that use wasm_bindgen_test',
    exists: () => wasmTargets().length > 0,
    async prepare() {
      await rust();
      await packages();
      await chromium();
      await wasmBindgen();
      await wasmPack();
    },
    run: wasm,
  },
  browser: inNode(['tests/server', 'tests/netns', 'tests/browser'], {
    fileWithinMs: 15 * 60_000,
    async prepare({ dev }) {
      await build({ dev });
      await lab();
      await chromium();
      await firefox();
      // The cluster's nodes are started here, whatever LIVEKIT_URL names.
      await livekitServer();
      // Where they cannot be had, the tests that use them say so.
      for (const tools of [networkTools, redis]) await tools().catch(() => {});
    },
  }),
  edge: inNode(['tests/edge', 'tests/bench'], {
    fileWithinMs: 10 * 60_000,
    async prepare({ dev }) {
      await build({ dev });
      await hosts();
      await livekitServer();
    },
  }),
  package: inNode(['tests/package'], {
    fileWithinMs: 15 * 60_000,
    async prepare() {
      await build();
      await chromium();
    },
  }),
};
