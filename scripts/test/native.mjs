// Suite `native`: what can be said about the Rust code without a browser. Each check counts as one test, beside the
// tests that cargo runs. Suite `sim` is cargo's too: what is long, in a profile of its own.
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { check as faults } from '../docs/faults.mjs';
import { root } from '../lib/paths.mjs';
import { run } from '../lib/run.mjs';
import { readTests } from './cargo.mjs';
import { licences } from './licences.mjs';
import { add } from './node.mjs';
import { wasmTargets } from './wasm.mjs';

const WASM = ['--target', 'wasm32-unknown-unknown'];
const LONG = ['sim', 'endless_reconnects'];
const STRICT = ['--', '-D', 'warnings'];
const DOC = { RUSTDOCFLAGS: '-D warnings' };

/** The crate's integration tests: `{ name, folder }`, from cargo's own list. */
export async function testTargets() {
  const { output } = await run('cargo', ['metadata', '--locked', '--no-deps', '--format-version', '1']);
  const [{ targets }] = JSON.parse(output.slice(output.indexOf('{'))).packages;
  return targets.filter(({ kind }) => kind.includes('test')).map(({ name, src_path: path }) => ({ name, path: relative(root, path) }));
}

export async function native({ log }) {
  const total = { passed: 0, failed: 0, skipped: 0, failures: [] };
  const check = async (name, work) => add(total, await work().then(() => good, (error) => bad(name, error)));
  const cargo = (args, env) => run('cargo', args, { log, env });
  await check('formatting (cargo fmt mends it)', () => cargo(['fmt', '--check']));
  await check('clippy, native', () => cargo(['clippy', '--locked', '--all-targets', ...STRICT]));
  await check('clippy, wasm', () => cargo(['clippy', '--locked', '--lib', ...wasmTargets().flatMap((name) => ['--test', name]), ...WASM, ...STRICT]));
  await check('documentation, native', () => cargo(['doc', '--locked', '--no-deps'], DOC));
  await check('documentation, wasm', () => cargo(['doc', '--locked', '--no-deps', ...WASM], DOC));
  await check('licences and bans (deny.toml)', () => licences({ log }));
  await check('every fault of docs/faults.md has a test (npm run docs writes it)', faults);
  const targets = (await testTargets()).filter(({ name, path }) => !LONG.includes(name) && nativeToo(path));
  add(total, await cargoTest('cargo test', ['--lib', ...targets.flatMap(({ name }) => ['--test', name])], log));
  add(total, await cargoTest('cargo test --doc', ['--doc'], log, { mayBeEmpty: true }));
  return total;
}

/** The simulation, and what else a debug build would take many times as long for: a suite of its own, optimised. */
export const sim = ({ log }) =>
  cargoTest('cargo test --profile sim', ['--profile', 'sim', ...LONG.flatMap((name) => ['--test', name]), '--', '--show-output'], log);

const good = { passed: 1, failed: 0, skipped: 0, failures: [] };
const bad = (name, error) => ({ passed: 0, failed: 1, skipped: 0, failures: [{ name, message: error.output || error.message }] });

// A file for wasm alone has nothing to run here.
const nativeToo = (path) => !/^#!\[cfg\(target_family = "wasm"\)\]/m.test(readFileSync(path, 'utf8'));

async function cargoTest(name, args, log, { mayBeEmpty = false } = {}) {
  const { code, output } = await run('cargo', ['test', '--locked', '--no-fail-fast', ...args], { log, allowFailure: true });
  const result = readTests(output);
  if (code !== 0 && !result.failed) return bad(name, { output });
  if (!mayBeEmpty && !result.passed && !result.failed) return bad(name, { output: 'no test ran' });
  return result;
}
