// Makes pkg/dist's JavaScript out of wasm-bindgen's glue, the crate's snippets (src/api/*.js) and pkg/'s loaders.
//
// What is public: every class, enum and function the crate exports with wasm-bindgen, and everything exported by a
// snippet that has a `.d.ts` of its own beside it. A snippet without one is for the crate alone. A snippet that is
// public need not be imported by the crate (string enums need no Rust).
//
// One module instance each: a snippet that Rust imports and users import is the same file here, so `instanceof` holds.
// If there is a src/api/link.js, its `link(classes)` runs once, before anything is used, with the public names of the
// glue: the place for what wasm-bindgen cannot say (`Track.Kind`, for one).
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { at } from '../lib/paths.mjs';
import { HOST } from './names.mjs';

const api = at('src', 'api');

/** The snippets that are public, by name, without extension. */
export const publicSnippets = () =>
  existsSync(api) ? readdirSync(api).filter((name) => name.endsWith('.d.ts')).map((name) => basename(name, '.d.ts')).sort() : [];

/** Writes one file for each of pkg/entries and the chunks they share into `out`. */
export async function bundle({ glue, imports, wasm, out, minify }) {
  // Not imported above: in a fresh clone this file is read before the npm packages are there.
  const esbuild = await import('esbuild');
  const names = await exportsOf(glue.entry, esbuild);
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
    plugins: [virtual({ glue, names, imports, wasm })],
    logLevel: 'warning',
  });
}

// The glue's entry lists the public names; everything else in the glue is between it and the module.
async function exportsOf(entry, esbuild) {
  const plugin = { name: 'list', setup: (build) => build.onResolve({ filter: /_bg\.(js|wasm)$/ }, ({ path }) => ({ path, external: true })) };
  const { metafile } = await esbuild.build({ entryPoints: [entry], bundle: true, write: false, outdir: '/', format: 'esm', metafile: true, plugins: [plugin] });
  return Object.values(metafile.outputs)[0].exports.filter((name) => name !== '__wbg_set_wasm');
}

function virtual({ glue, names, imports, wasm }) {
  const file = (path) => JSON.stringify(path);
  const link = join(api, 'link.js');
  const made = {
    api: () => [
      names.length ? `export { ${names.join(', ')} } from ${file(glue.js)};` : '',
      ...publicSnippets().map((name) => `export * from ${file(join(api, `${name}.js`))};`),
    ],
    glue: () => [
      `export { __wbg_set_wasm as setWasm } from ${file(glue.js)};`,
      ...imports.map(({ from, name }, n) => `import { ${JSON.stringify(name)} as i${n} } from ${file(join(glue.folder, from))};`),
      `export const imports = { ${HOST}: { ${imports.map(({ short }, n) => `${short}: i${n}`).join(', ')} } };`,
      existsSync(link) ? `import { link } from ${file(link)}; import { ${names.join(', ')} } from ${file(glue.js)}; link({ ${names.join(', ')} });` : '',
    ],
    'wasm-base64': () => [`export default ${file(Buffer.from(wasm).toString('base64'))};`],
  };
  return {
    name: 'rejoin',
    setup(build) {
      build.onResolve({ filter: /^rejoin:/ }, ({ path }) => ({ path: path.slice('rejoin:'.length), namespace: 'rejoin' }));
      build.onLoad({ filter: /.*/, namespace: 'rejoin' }, ({ path }) => ({ contents: made[path]().join('\n'), resolveDir: at('pkg') }));
      // wasm-bindgen copies the crate's snippets beside the glue: the originals are taken, which users get as well.
      build.onResolve({ filter: /\/snippets\/rejoin-[^/]*\/src\/api\// }, ({ path }) => ({ path: at(path.slice(path.indexOf('/src/api/') + 1)) }));
    },
  };
}
