// The wasm-bindgen command with its test runner, and wasm-pack: built once a version, kept in the cache.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from '../lib/cache.mjs';
import { at, hash, lockedCrate } from '../lib/paths.mjs';
import { Failure, run } from '../lib/run.mjs';

const WASM_PACK = '0.15.1';
const PROGRAMS = ['wasm-bindgen', 'wasm-bindgen-test-runner'];

/** The folder that holds `wasm-bindgen` and `wasm-bindgen-test-runner` of the version in Cargo.lock. */
export async function wasmBindgen() {
  const folder = at('tests', 'tools');
  const lock = readFileSync(join(folder, 'Cargo.lock'), 'utf8');
  const version = lock.match(/name = "wasm-bindgen-cli"\nversion = "([^"]+)"/)[1];
  const wanted = lockedCrate('wasm-bindgen');
  if (wanted && wanted !== version) {
    throw new Failure(`Cargo.lock has wasm-bindgen ${wanted} but tests/tools/Cargo.lock has wasm-bindgen-cli ${version}: they must be the same version`);
  }
  return cached('wasm-bindgen', `${version}-${hash(lock).slice(0, 8)}`, `building wasm-bindgen ${version} (about a minute, once)`, async (draft) => {
    const out = join(draft, 'build');
    await run('cargo', ['build', '--release', '--locked', '--target-dir', out], { cwd: folder, env: { RUSTFLAGS: '' } });
    for (const program of PROGRAMS) copyFileSync(join(out, 'release', program), join(draft, program));
    await run('rm', ['-rf', out]);
  });
}

/** The folder that holds `wasm-pack`. */
export async function wasmPack() {
  const folder = await cached('wasm-pack', WASM_PACK, `building wasm-pack ${WASM_PACK} (some minutes, once)`, (draft) =>
    run('cargo', ['install', 'wasm-pack', '--version', WASM_PACK, '--locked', '--root', draft], {
      cwd: '/',
      // Built once a version and then cached: time to build matters more than time to run.
      env: { RUSTFLAGS: '', CARGO_TARGET_DIR: join(draft, 'build'), CARGO_PROFILE_RELEASE_OPT_LEVEL: '1', CARGO_PROFILE_RELEASE_LTO: 'false' },
    }).then(() => run('rm', ['-rf', join(draft, 'build')])),
  );
  return join(folder, 'bin');
}
