// The types of the package: the hand-written ones beside the public files of src/api, and one index over them.
//   dist/api/<name>.d.ts  copies of src/api/<name>.d.ts
//   dist/index.d.ts       all of them, and the default export `init`; slim.d.ts: with an `init` that needs its option
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../lib/paths.mjs';
import { publicFiles } from './bundle.mjs';

// Classes have `[Symbol.dispose]`, which older `lib` settings of an app do not know.
const DISPOSABLE = '/// <reference lib="esnext.disposable" />\n';

export function types({ out }) {
  mkdirSync(join(out, 'api'));
  for (const name of publicFiles()) copyFileSync(at('src', 'api', `${name}.d.ts`), join(out, 'api', `${name}.d.ts`));
  const all = DISPOSABLE + publicFiles().map((name) => `export * from './api/${name}.js';\n`).join('');
  const entry = readFileSync(at('pkg', 'init.d.ts'), 'utf8');
  writeFileSync(join(out, 'index.d.ts'), all + entry);
  writeFileSync(join(out, 'slim.d.ts'), all + entry.replace('init(options?:', 'init(options:').replace('wasm?:', 'wasm:'));
}
