// Makes pkg/dist's JavaScript out of wasm-bindgen's glue, the crate's own files (src/api/*.js) and pkg/'s loaders.
//
// What is public: everything exported by a file of src/api that has a `.d.ts` of its own beside it. A file without one
// is for the crate alone, and so is all that the crate exports with wasm-bindgen.
//
// One module instance each: a file that Rust imports and users import is the same file here, so `instanceof` holds.
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { at } from '../lib/paths.mjs';
import { HOST } from './names.mjs';

const api = at('src', 'api');

/** The files that are public, by name, without extension. */
export const publicFiles = () =>
  existsSync(api) ? readdirSync(api).filter((name) => name.endsWith('.d.ts')).map((name) => basename(name, '.d.ts')).sort() : [];

// A `.d.ts` without a `.js` has types only.
const hasScript = (name) => existsSync(join(api, `${name}.js`));

/** Writes one file for each of pkg/entries and the chunks they share into `out`. */
export async function bundle({ glue, imports, wasm, out, minify }) {
  // Not imported above: in a fresh clone this file is read before the npm packages are there.
  const esbuild = await import('esbuild');
  const entries = readdirSync(at('pkg', 'entries')).map((name) => at('pkg', 'entries', name));
  await esbuild.build({
    entryPoints: entries,
    outdir: out,
    chunkNames: 'chunk-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    platform: 'neutral',
    charset: 'utf8',
    legalComments: 'none',
    minify,
    plugins: [virtual({ glue, imports, wasm })],
    logLevel: 'warning',
  });
}

function virtual({ glue, imports, wasm }) {
  const file = (path) => JSON.stringify(path);
  const made = {
    api: () => publicFiles().filter(hasScript).map((name) => `export * from ${file(join(api, `${name}.js`))};`),
    glue: () => [
      `export { __wbg_set_wasm as setWasm } from ${file(glue.js)};`,
      ...imports.map(({ from, name }, n) => `import { ${JSON.stringify(name)} as i${n} } from ${file(join(glue.folder, from))};`),
      `export const imports = { ${HOST}: { ${imports.map(({ short }, n) => `${short}: i${n}`).join(', ')} } };`,
    ],
    'wasm-base64': () => [`export default ${file(Buffer.from(wasm).toString('base64'))};`],
  };
  return {
    name: 'rejoin',
    setup(build) {
      build.onResolve({ filter: /^rejoin:/ }, ({ path }) => ({ path: path.slice('rejoin:'.length), namespace: 'rejoin' }));
      build.onLoad({ filter: /.*/, namespace: 'rejoin' }, ({ path }) => ({ contents: made[path]().join('\n'), resolveDir: at('pkg') }));
      // wasm-bindgen copies what Rust imports to a folder beside the glue: the originals are taken, which users get as well.
      build.onResolve({ filter: /\/snippets\/rejoin-[^/]*\/src\/api\// }, ({ path }) => ({ path: at(path.slice(path.indexOf('/src/api/') + 1)) }));
    },
  };
}
