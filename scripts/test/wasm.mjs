// Suite `wasm`: Rust tests compiled to wasm and run in headless Chromium by wasm-pack. A test file takes part by
// using `wasm_bindgen_test`; tests/wasm/worker.rs runs in a dedicated worker, all others in a page. The unit tests of the
// crate run too, so that what holds natively holds as wasm.
// Chromium's fake camera and microphone are set in webdriver.json.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at, pathWith } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { chromium } from '../setup/chromium.mjs';
import { wasmBindgen, wasmPack } from '../setup/wasm-tools.mjs';
import { readTests } from './cargo.mjs';
import { add } from './node.mjs';

const UNIT = 'unit tests';
const IN_WORKER = new Set(['wasm_worker']);
const WITHIN_MS = 20 * 60_000;

/** The names of the test targets that run as wasm: those of tests/wasm, and tests/*.rs that say so. */
export function wasmTargets() {
  const takesPart = (file) => /wasm_bindgen_test/.test(readFileSync(file, 'utf8'));
  const rust = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.rs')) : []);
  const name = (file) => file.slice(0, -'.rs'.length);
  const shared = rust(at('tests')).filter((file) => takesPart(at('tests', file))).map(name);
  const own = rust(at('tests', 'wasm')).filter((file) => takesPart(at('tests', 'wasm', file))).map((file) => `wasm_${name(file)}`);
  return [...shared, ...own];
}

export async function wasm({ log }) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const { chromium: browser, chromedriver } = await chromium();
  const pack = await wasmPack();
  // `no-install` takes the wasm-bindgen on PATH, the pinned one; npm's wasm-opt stands before any other.
  const env = { PATH: pathWith(await wasmBindgen(), pack), CHROMEDRIVER: chromedriver, CHROME: browser, WASM_BINDGEN_TEST_TIMEOUT: '300' };
  for (const target of [UNIT, ...wasmTargets()]) {
    const where = IN_WORKER.has(target) ? { WASM_BINDGEN_USE_DEDICATED_WORKER: '1' } : {};
    const args = ['test', '--headless', '--chrome', '--chromedriver', chromedriver, '--mode', 'no-install', '.', '--locked', ...(target === UNIT ? ['--lib'] : ['--test', target])];
    const { code, output } = await run(join(pack, 'wasm-pack'), args, { log, env: { ...env, ...where }, allowFailure: true, timeoutMs: WITHIN_MS });
    const result = readTests(output);
    if (!result.failed && (code !== 0 || !result.passed)) {
      Object.assign(result, { failed: 1, failures: [{ name: `${target}: ${code ? `wasm-pack ended with code ${code}` : 'no test ran'}`, message: output }] });
    }
    add(total, result);
  }
  return total;
}
