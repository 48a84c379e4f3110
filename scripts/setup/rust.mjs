// Rust: the tool chain that rust-toolchain.toml names, with its wasm target, rustfmt and clippy.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../lib/paths.mjs';
import { Failure, run, step, which } from '../lib/run.mjs';

const WASM = 'wasm32-unknown-unknown';

export async function rust() {
  const channel = readFileSync(at('rust-toolchain.toml'), 'utf8').match(/channel = "([^"]+)"/)[1];
  if (!which('cargo')) {
    throw new Failure(`Rust ${channel} is missing: install rustup from rustup.rs, then run this again`);
  }
  if (!which('rustup')) return withoutRustup(channel);
  // Installing is explicit because rustup's own automatic installation may be switched off (RUSTUP_AUTO_INSTALL=0).
  const { output } = await run('rustup', ['toolchain', 'list'], { cwd: '/' });
  if (!output.includes(channel)) {
    await step(`installing Rust ${channel}`, () => run('rustup', ['toolchain', 'install', channel, '--profile', 'minimal'], { cwd: '/' }));
  }
  const folder = (await run('rustc', ['--print', 'sysroot'])).output.trim();
  const missing = (name) => !existsSync(join(folder, 'bin', name));
  if (!existsSync(join(folder, 'lib', 'rustlib', WASM))) {
    await step(`adding the Rust target ${WASM}`, () => run('rustup', ['target', 'add', WASM, '--toolchain', channel]));
  }
  // For the published build (scripts/build.mjs); a host that cannot have it builds without.
  if (!existsSync(join(folder, 'lib', 'rustlib', 'src', 'rust', 'library', 'Cargo.lock'))) {
    await step('adding rust-src', () => run('rustup', ['component', 'add', 'rust-src', '--toolchain', channel])).catch(() => undefined);
  }
  for (const [name, program] of [['rustfmt', 'rustfmt'], ['clippy', 'cargo-clippy']]) {
    if (missing(program)) await step(`adding ${name}`, () => run('rustup', ['component', 'add', name, '--toolchain', channel]));
  }
}

async function withoutRustup(channel) {
  const folder = (await run('rustc', ['--print', 'sysroot'])).output.trim();
  if (existsSync(join(folder, 'lib', 'rustlib', WASM))) return;
  throw new Failure(`the Rust target ${WASM} is missing and there is no rustup to add it: install rustup from rustup.rs (Rust ${channel})`);
}
