// Makes pkg/dist's JavaScript out of wasm-bindgen's glue, the crate's own files (src/api/*.js) and pkg/'s loaders.
//
// What is public: everything exported by a file of src/api that has a `.d.ts` of its own beside it. A file without one
// is for the crate alone, and so is all that the crate exports with wasm-bindgen.
//
// One module instance each: a file that Rust imports and users import is the same file here, so `instanceof` holds.
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { at } from '../lib/paths.mjs';
import { HOST } from './names.mjs';

const api = at('src', 'api');
// As the module names the file of its own imports.
const GLUE = './rejoin_bg.js';

/** The files that are public, by name, without extension. */
export const publicFiles = () =>
  existsSync(api) ? readdirSync(api).filter((name) => name.endsWith('.d.ts')).map((name) => basename(name, '.d.ts')).sort() : [];

// A `.d.ts` without a `.js` has types only.
const hasScript = (name) => existsSync(join(api, `${name}.js`));

/**
 * Writes into `out` core.js, which is everything that all entries have in common, and one small file for each of
 * pkg/entries that passes it on whole: naming each export again there would cost as much as the entry.
 */
export async function bundle({ glue, imports, wasm, out, minify }) {
  // Not imported above: in a fresh clone this file is read before the npm packages are there.
  const esbuild = await import('esbuild');
  const build = (entryPoints, options) =>
    esbuild.build({
      entryPoints,
      outdir: out,
      bundle: true,
      format: 'esm',
      target: 'es2022',
      platform: 'neutral',
      charset: 'utf8',
      legalComments: 'none',
      minify,
      plugins: [virtual({ glue, imports, wasm })],
      logLevel: 'warning',
      ...options,
    });
  await build([at('pkg', 'core.js')], minify ? { mangleProps: /^_[^_]/, mangleCache: shortMembers() } : {});
  if (minify) await compress(join(out, 'core.js'));
  const entries = readdirSync(at('pkg', 'entries'));
  await build(entries.map((name) => at('pkg', 'entries', name)), { external: ['core.js', 'rejoin.wasm', 'rejoin.wasm?module', ...entries].map((name) => `./${name}`) });
}

// What esbuild has minified is 1 KB less (brotli) when terser has gone over it as well.
async function compress(file) {
  const terser = await import('terser');
  const { code } = await terser.minify(readFileSync(file, 'utf8'), { module: true, ecma: 2022, compress: { passes: 3, unsafe_arrows: true, negate_iife: false } });
  writeFileSync(file, code);
}

// Members that begin with an underscore are for the package alone. They keep it: a name without one could be that of a
// member of an app's own class that is derived from one of ours.
function shortMembers() {
  const uses = new Map();
  const files = readdirSync(api).filter((name) => name.endsWith('.js')).sort().map((name) => readFileSync(join(api, name), 'utf8'));
  for (const [name] of files.join('\n').matchAll(/(?<![\w$])_[a-zA-Z]\w*/g)) uses.set(name, (uses.get(name) ?? 0) + 1);
  const commonFirst = [...uses.keys()].sort((one, other) => uses.get(other) - uses.get(one));
  return Object.fromEntries(commonFirst.map((name, n) => [name, `_${n.toString(36)}`]));
}

function virtual({ glue, imports, wasm }) {
  const file = (path) => JSON.stringify(path);
  const made = {
    api: () => publicFiles().filter(hasScript).map((name) => `export * from ${file(join(api, `${name}.js`))};`),
    // wasm-bindgen's glue is a module with one instance in its variables; here it becomes a function with them.
    glue: () => {
      const [inner, outer] = [true, false].map((mine) => imports.filter(({ from }) => (from === GLUE) === mine));
      const lines = readFileSync(glue.js, 'utf8').split('\n');
      const isImport = (line) => line.startsWith('import ');
      return [
        ...lines.filter(isImport),
        ...outer.map(({ from, name, short }) => `import { ${JSON.stringify(name)} as out_${short} } from ${JSON.stringify(from)};`),
        'export default function () {',
        ...lines.filter((line) => !isImport(line)).map((line) => line.replace(/^export /, '')),
        `const own = { ${inner.map(({ name, short }) => `${short}: ${name}`).join(', ')} };`,
        `const others = { ${outer.map(({ short }) => `${short}: out_${short}`).join(', ')} };`,
        `return { setWasm: __wbg_set_wasm, imports: { ${HOST}: { ...own, ...others } } };`,
        '}',
      ];
    },
    'wasm-base64': () => [`export default ${file(Buffer.from(wasm).toString('base64'))};`],
  };
  return {
    name: 'rejoin',
    setup(build) {
      build.onResolve({ filter: /^rejoin:/ }, ({ path }) => ({ path: path.slice('rejoin:'.length), namespace: 'rejoin' }));
      build.onLoad({ filter: /.*/, namespace: 'rejoin' }, ({ path }) => ({ contents: made[path]().join('\n'), resolveDir: path === 'glue' ? glue.folder : at('pkg') }));
      // wasm-bindgen copies what Rust imports to a folder beside the glue: the originals are taken, which users get as well.
      build.onResolve({ filter: /\/snippets\/rejoin-[^/]*\/src\/api\// }, ({ path }) => ({ path: at(path.slice(path.indexOf('/src/api/') + 1)) }));
    },
  };
}
