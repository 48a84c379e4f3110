// Gives the module's imports, and its exports if asked, short names: wasm-bindgen's carry hashes that no compressor
// can squeeze, and each stands in the wasm and again in the glue. Nothing else in the module is touched.
import { Failure } from '../lib/run.mjs';
import { Reader, SECTION, number, rewrite, text } from './wasm.mjs';

/** The one module that all imports come from afterwards: the object that the loader hands over. */
export const HOST = 'rejoin';

/**
 * `wasm`: the module's bytes, `glue`: the text of rejoin_bg.js. Returns both with the new names and `imports`, a list of
 * `{ from, name, short }`: the file (the glue or a snippet), what it calls a function and what the module calls it now.
 */
export function shorten(wasm, glue, { exports = true } = {}) {
  const renamed = new Map();
  const imports = [];
  const named = rewrite(wasm, (id, body) => {
    if (id === SECTION.imports) return importSection(body, imports);
    if (id === SECTION.exports && exports) return exportSection(body, renamed);
  });
  return { wasm: named, glue: renameInGlue(glue, renamed), imports };
}

function importSection(body, imports) {
  const reader = new Reader(body);
  const count = reader.number();
  const out = [number(count)];
  for (let n = 0; n < count; n += 1) {
    const from = reader.text();
    const name = reader.text();
    // wasm-bindgen names files; anything else (`env`, `wasi`) was put there by code that believes in an operating system.
    if (!from.startsWith('./')) throw new Failure(`the wasm imports "${name}" from "${from}": something in the crate does not work on the web`);
    const short = shortName(n);
    imports.push({ from, name, short });
    const begin = reader.at;
    skipImportType(reader);
    out.push(text(HOST), text(short), body.subarray(begin, reader.at));
  }
  return Buffer.concat(out);
}

function skipImportType(reader) {
  const kind = reader.byte();
  if (kind === 0) return void reader.number();
  throw new Failure(`the wasm imports something that is not a function (kind ${kind})`);
}

function exportSection(body, renamed) {
  const reader = new Reader(body);
  const count = reader.number();
  const out = [number(count)];
  for (let n = 0; n < count; n += 1) {
    const name = reader.text();
    // The loader calls this one by its name, and tells by the dollar what is no call of an app (pkg/loader.js).
    if (name !== '__wbindgen_start') renamed.set(name, (/^(_|wasm_bindgen)/.test(name) ? '$' : '') + shortName(n));
    out.push(text(renamed.get(name) ?? name), reader.bytes(1), number(reader.number()));
  }
  return Buffer.concat(out);
}

// The glue reaches exports as `wasm.name` and, for names that are no identifiers, as `wasm["name"]`.
function renameInGlue(glue, renamed) {
  const known = (name, otherwise) => (renamed.has(name) ? `wasm.${renamed.get(name)}` : otherwise);
  return glue.replace(/\bwasm\.([A-Za-z_$][\w$]*)|\bwasm\[(["'])(.+?)\2\]/g, (all, plain, _quote, quoted) => known(plain ?? quoted, all));
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

function shortName(n) {
  const last = LETTERS[n % LETTERS.length];
  return n < LETTERS.length ? last : shortName(Math.floor(n / LETTERS.length) - 1) + last;
}
