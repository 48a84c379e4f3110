// Gives the module's imports, and its exports if asked, short names: wasm-bindgen's carry hashes that no compressor
// can squeeze, and each stands in the wasm and again in the glue. Nothing else in the module is touched.
import { Failure } from '../lib/run.mjs';

const IMPORTS = 2;
const EXPORTS = 7;
/** The one module that all imports come from afterwards: the object that the loader hands over. */
export const HOST = 'rejoin';

/**
 * `wasm`: the module's bytes, `glue`: the text of rejoin_bg.js. Returns both with the new names and `imports`, a list of
 * `{ from, name, short }`: the file (the glue or a snippet), what it calls a function and what the module calls it now.
 */
export function shorten(wasm, glue, { exports = true } = {}) {
  const renamed = new Map();
  const imports = [];
  const sections = [wasm.subarray(0, 8)];
  const reader = new Reader(wasm, 8);
  while (reader.more()) {
    const id = reader.byte();
    const body = reader.bytes(reader.number());
    const made = id === IMPORTS ? importSection(body, imports) : id === EXPORTS && exports ? exportSection(body, renamed) : body;
    sections.push(Buffer.of(id), number(made.length), made);
  }
  return { wasm: Buffer.concat(sections), glue: renameInGlue(glue, renamed), imports };
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
    reader.skipImportType();
    out.push(text(HOST), text(short), body.subarray(begin, reader.at));
  }
  return Buffer.concat(out);
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

// LEB128, as all numbers in these two sections.
function number(value) {
  const bytes = [];
  for (; value > 0x7f; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return Buffer.of(...bytes, value);
}

function text(value) {
  const bytes = Buffer.from(value);
  return Buffer.concat([number(bytes.length), bytes]);
}

class Reader {
  constructor(buffer, at = 0) {
    this.buffer = buffer;
    this.at = at;
  }

  more() {
    return this.at < this.buffer.length;
  }

  byte() {
    return this.buffer[this.at++];
  }

  bytes(length) {
    return this.buffer.subarray(this.at, (this.at += length));
  }

  number() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  text() {
    return this.bytes(this.number()).toString('utf8');
  }

  skipImportType() {
    const kind = this.byte();
    if (kind === 0) return void this.number();
    throw new Failure(`the wasm imports something that is not a function (kind ${kind})`);
  }
}
