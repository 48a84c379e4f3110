// What an app downloads: the wasm and the JavaScript that the `browser` entry needs, each file compressed for itself
// as a web server does it.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

/** What brotli makes of them, in bytes. */
export const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } }).length;

/** `{ wasm, js, total }`, each `{ raw, gzip, brotli }` in bytes. */
export function measure(dist) {
  const weigh = (files) =>
    files.map((file) => readFileSync(file)).reduce(
      (sum, bytes) => ({ raw: sum.raw + bytes.length, gzip: sum.gzip + gzipSync(bytes, { level: 9 }).length, brotli: sum.brotli + brotli(bytes) }),
      { raw: 0, gzip: 0, brotli: 0 },
    );
  const scripts = [...reachable(join(dist, 'browser.js'))];
  const wasm = weigh([join(dist, 'rejoin.wasm')]);
  const js = weigh(scripts);
  return { wasm, js, total: { raw: wasm.raw + js.raw, gzip: wasm.gzip + js.gzip, brotli: wasm.brotli + js.brotli } };
}

function reachable(file, seen = new Set()) {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*"(\.\/[^"]+\.js)"/g)) reachable(join(dirname(file), path), seen);
  return seen;
}

/** A table for a person. */
export function sizes(dist) {
  const row = (name, { raw, gzip, brotli: br }) => [name.padEnd(10), ...[raw, gzip, br].map((bytes) => String(bytes).padStart(9))].join(' ');
  const { wasm, js, total } = measure(dist);
  return [`${'bytes'.padEnd(10)} ${['raw', 'gzip', 'brotli'].map((head) => head.padStart(9)).join(' ')}`, row('wasm', wasm), row('JavaScript', js), row('together', total)].join('\n');
}
