// The types of the package: wasm-bindgen's for the crate, hand-written ones for public snippets, one index over both.
//   dist/glue.d.ts        generated. Custom sections may say `import type { .. } from './api/events.js'`
//   dist/api/<name>.d.ts  copies of src/api/<name>.d.ts, which may say `import type { .. } from '../glue.js'`
//   dist/index.d.ts       both, and the default export `init`; slim.d.ts: the same with an `init` that needs its option
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../lib/paths.mjs';
import { publicSnippets } from './bundle.mjs';

const EMPTY = '/* tslint:disable */\n/* eslint-disable */\n';
// wasm-bindgen's classes have `[Symbol.dispose]`, which older `lib` settings of an app do not know.
const DISPOSABLE = '/// <reference lib="esnext.disposable" />\n';

export function types({ glue, out }) {
  const generated = readFileSync(glue, 'utf8').replace(EMPTY, '');
  writeFileSync(join(out, 'glue.d.ts'), DISPOSABLE + (generated.trim() ? generated : 'export {};\n'));
  const snippets = publicSnippets();
  mkdirSync(join(out, 'api'));
  for (const name of snippets) copyFileSync(at('src', 'api', `${name}.d.ts`), join(out, 'api', `${name}.d.ts`));
  const all = ['./glue.js', ...snippets.map((name) => `./api/${name}.js`)].map((path) => `export * from '${path}';\n`).join('');
  const entry = readFileSync(at('pkg', 'init.d.ts'), 'utf8');
  writeFileSync(join(out, 'index.d.ts'), all + entry);
  writeFileSync(join(out, 'slim.d.ts'), all + entry.replace('init(options?:', 'init(options:').replace('wasm?:', 'wasm:'));
}
