// The simulation of tests/sim as a wasm of its own, for the storm lab of www/: www/generated/storm.wasm. The package
// carries none of it. Nothing is done when nothing changed.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from './lib/fingerprint.mjs';
import { at, target } from './lib/paths.mjs';
import { run, step } from './lib/run.mjs';
import { rust } from './setup/rust.mjs';

const WASM = 'wasm32-unknown-unknown';
const SOURCES = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', 'src/lib.rs', 'src/engine', 'src/protocol', 'tests/sim/lab.rs', 'tests/sim/storm', 'scripts/lab.mjs'];
const folder = at('www', 'generated');
const mark = join(folder, '.built');

/** Builds the lab's wasm unless it is up to date. */
export async function lab() {
  await rust();
  const print = fingerprint(SOURCES);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === print) return;
  await step('compiling the storm lab’s simulation to wasm', () =>
    run('cargo', ['build', '--locked', '--profile', 'lab', '--no-default-features', '--example', 'storm', '--target', WASM], { env: { CARGO_TARGET_DIR: target } }),
  );
  mkdirSync(folder, { recursive: true });
  copyFileSync(join(target, WASM, 'lab', 'examples', 'storm.wasm'), join(folder, 'storm.wasm'));
  writeFileSync(mark, print);
}
