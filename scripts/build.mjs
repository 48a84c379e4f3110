// npm run build: the npm package, ready for `npm pack ./pkg`.
//
//   npm run build            what is published: optimised, minified; prints what it weighs
//   npm run build -- --dev   the same layout, quickly built, larger and slower
//
// cargo -> wasm-bindgen -> (wasm-opt, short names) -> esbuild -> a start in Node. Nothing is done when nothing changed.
// What pkg/dist holds and what makes a JavaScript name public is told in scripts/build/bundle.mjs.
import { copyFileSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './build/bundle.mjs';
import { sizes } from './build/sizes.mjs';
import { shorten } from './build/names.mjs';
import { types } from './build/types.mjs';
import { fingerprint } from './lib/fingerprint.mjs';
import { at, target } from './lib/paths.mjs';
import { Failure, main, run, step } from './lib/run.mjs';
import { packages } from './setup/packages.mjs';
import { rust } from './setup/rust.mjs';
import { wasmBindgen } from './setup/wasm-tools.mjs';

const WASM = 'wasm32-unknown-unknown';
const SOURCES = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', 'package-lock.json', 'src', 'pkg', 'scripts/build.mjs', 'scripts/build', 'LICENSE'];
const dist = at('pkg', 'dist');
const mark = join(dist, '.built');

/** Builds the package unless it is up to date. `dev`: quickly. A release build on disk also serves who asks for `dev`. */
export async function build({ dev = false } = {}) {
  await rust();
  await packages();
  const tools = await wasmBindgen();
  // Before the fingerprint, which is over pkg/ too: a first build would not recognise itself otherwise.
  copyFileSync(at('LICENSE'), at('pkg', 'LICENSE'));
  const print = fingerprint(SOURCES, tools);
  const done = markOnDisk();
  if (done === `${print} release` || (dev && done === `${print} dev`)) return;
  const work = join(target, 'package', dev ? 'dev' : 'release');
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'dist'), { recursive: true });
  const compiled = await compile(dev);
  const glue = await bindgen(tools, compiled, work, dev);
  const wasm = dev ? glue.wasm : await optimise(glue.wasm, work);
  const names = shorten(readFileSync(wasm), readFileSync(glue.js, 'utf8'), { exports: !dev });
  writeFileSync(join(work, 'dist', 'rejoin.wasm'), names.wasm);
  writeFileSync(glue.js, names.glue);
  await bundle({ glue, imports: names.imports, wasm: names.wasm, out: join(work, 'dist'), minify: !dev });
  types({ out: join(work, 'dist') });
  await smoke(join(work, 'dist'));
  writeFileSync(join(work, 'dist', '.built'), `${print} ${dev ? 'dev' : 'release'}`);
  rmSync(dist, { recursive: true, force: true });
  renameSync(join(work, 'dist'), dist);
}

function markOnDisk() {
  try {
    return readFileSync(mark, 'utf8');
  } catch {
    return null;
  }
}

async function compile(dev) {
  const profile = dev ? 'wasm-dev' : 'release';
  await step(`compiling to wasm (${profile})`, () =>
    run('cargo', ['build', '--lib', '--locked', '--profile', profile, '--target', WASM], { env: { CARGO_TARGET_DIR: target } }),
  );
  return join(target, WASM, profile, 'rejoin.wasm');
}

async function bindgen(tools, wasm, out, dev) {
  const small = dev ? [] : ['--remove-name-section', '--remove-producers-section'];
  const args = [wasm, '--target', 'bundler', '--out-dir', out, '--out-name', 'rejoin', '--no-typescript', ...small];
  await run(join(tools, 'wasm-bindgen'), args);
  const file = (name) => join(out, name);
  return { folder: out, js: file('rejoin_bg.js'), wasm: file('rejoin_bg.wasm') };
}

// npm's binaryen and no other: Debian's 108 breaks such modules without a word.
async function optimise(wasm, work) {
  const out = join(work, 'optimised.wasm');
  const features = ['--enable-bulk-memory', '--enable-reference-types', '--enable-multivalue', '--enable-mutable-globals', '--enable-nontrapping-float-to-int', '--enable-sign-ext'];
  await step('optimising the wasm', () => run(at('node_modules', '.bin', 'wasm-opt'), [wasm, '-o', out, '-Oz', ...features]));
  return out;
}

// An optimiser can break a module and still call it valid: only running it tells.
async function smoke(folder) {
  const script = `
    const rejoin = await import(${JSON.stringify(join(folder, 'inline.js'))});
    await rejoin.default();
    await rejoin.default();
    const policy = rejoin.DefaultReconnectPolicy && new rejoin.DefaultReconnectPolicy();
    const delay = policy?.nextRetryDelayInMs({ retryCount: 0, elapsedMs: 0, serverUrl: 'wss://example.com' });
    if (policy && !(delay >= 0)) throw new Error('a policy of the built module answered ' + delay);`;
  try {
    await run(process.execPath, ['--input-type=module', '--eval', script], { timeoutMs: 30_000 });
  } catch (error) {
    throw new Failure('the package was built but does not start in Node', error.output);
  }
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  await main(async () => {
    const [flag, ...rest] = process.argv.slice(2);
    if (rest.length || (flag && flag !== '--dev')) throw new Failure('usage: npm run build [-- --dev]');
    await build({ dev: flag === '--dev' });
    if (!flag) console.log(sizes(dist));
    console.log(`pkg/ is ready${flag ? ' (quick build)' : ''}`);
  });
}
