// npm run build: the npm package, ready for `npm pack ./pkg`.
//
//   npm run build            what is published: optimised, minified; prints what it weighs
//   npm run build -- --dev   the same layout, quickly built, larger and slower
//
// cargo -> wasm-bindgen -> (wasm-opt, order, short names) -> esbuild -> a start in Node. Nothing is done when nothing changed.
// What pkg/dist holds and what makes a JavaScript name public is told in scripts/build/bundle.mjs.
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from './build/bundle.mjs';
import { sizes } from './build/sizes.mjs';
import { shorten } from './build/names.mjs';
import { arrange } from './build/order.mjs';
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
  const wasm = dev ? readFileSync(glue.wasm) : arrange(readFileSync(await optimise(glue.wasm, work)));
  const names = shorten(wasm, readFileSync(glue.js, 'utf8'), { exports: !dev });
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
  const folder = dev ? target : join(target, 'small');
  // The type is named because cargo drops `lto`, without a word, where an rlib is made as well.
  const what = ['--lib', '--crate-type', 'cdylib', '--locked', '--profile', profile, '--target', WASM];
  const cargo = (options, env) => run('cargo', ['rustc', ...what, ...options], { env: { CARGO_TARGET_DIR: folder, ...env } });
  await step(`compiling to wasm (${profile})`, async () => {
    if (dev) return cargo([]);
    const small = await smallStd();
    if (!small) return cargo([]);
    return cargo(small.options, small.env).catch((error) => {
      console.log(`  the standard library could not be built anew (${error.message}): using the one that comes with Rust, which makes the package larger`);
      return cargo([]);
    });
  });
  return join(folder, WASM, profile, 'rejoin.wasm');
}

// What LLVM does for speed makes each place look different, and compresses badly: it keeps loops as they are, computes
// nothing ahead, and puts a function that is called once into its caller only when it is short (the two costs stand in
// their usual proportion, eight times as large as usual).
const PLAIN = ['-disable-lsr', '-enable-pre=false', '-enable-load-pre=false', '-inline-instr-cost=40', '-inline-call-penalty=200'];

// The standard library, built with this crate for its size: a panic is a trap and not a text with a place (pkg/loader.js
// deals with both), `{:?}` writes nothing. These switches are not stable, so they are tied to the pinned Rust, asked for
// only here, and done without where the library's source is missing.
async function smallStd() {
  const root = (await run('rustc', ['--print', 'sysroot'])).output.trim();
  if (!existsSync(join(root, 'lib', 'rustlib', 'src', 'rust', 'library', 'Cargo.lock'))) {
    console.log('  rust-src is missing (rustup component add rust-src): the package becomes larger');
    return null;
  }
  return {
    options: ['-Zbuild-std=std,panic_abort', '-Zbuild-std-features=optimize_for_size'],
    env: {
      RUSTC_BOOTSTRAP: '1',
      RUSTFLAGS: ['-Zunstable-options -Cpanic=immediate-abort -Zfmt-debug=none -Zlocation-detail=none -Clink-arg=-zstack-size=524288', ...PLAIN.map((arg) => `-Cllvm-args=${arg}`)].join(' '),
    },
  };
}

async function bindgen(tools, wasm, out, dev) {
  const small = dev ? [] : ['--remove-name-section', '--remove-producers-section'];
  const args = [wasm, '--target', 'bundler', '--out-dir', out, '--out-name', 'rejoin', '--no-typescript', ...small];
  await run(join(tools, 'wasm-bindgen'), args);
  const file = (name) => join(out, name);
  return { folder: out, js: file('rejoin_bg.js'), wasm: file('rejoin_bg.wasm') };
}

// Measured as what brotli leaves, which is not what the module weighs: what is put into its caller or kept in a local for
// later is found by no compressor any more. The stack is the first thing in memory, so nothing lies below 1,024.
const SMALL = [
  '-Os',
  '--converge',
  '--strip-target-features',
  '--low-memory-unused',
  '--always-inline-max-function-size=0',
  '--one-caller-inline-max-function-size=40',
  '--skip-pass=local-cse',
  '--skip-pass=simplify-locals',
  '--coalesce-locals',
  '--reorder-locals',
  '--vacuum',
];

// npm's binaryen and no other: Debian's 108 breaks such modules without a word.
async function optimise(wasm, work) {
  const out = join(work, 'optimised.wasm');
  const features = ['--enable-bulk-memory', '--enable-reference-types', '--enable-multivalue', '--enable-mutable-globals', '--enable-nontrapping-float-to-int', '--enable-sign-ext'];
  await step('optimising the wasm', () => run(at('node_modules', '.bin', 'wasm-opt'), [wasm, '-o', out, ...SMALL, ...features]));
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
