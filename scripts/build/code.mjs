// The code of a WebAssembly module's functions.
// https://webassembly.github.io/spec/core/binary/instructions.html
import { Failure } from '../lib/run.mjs';
import { Reader, list, number } from './wasm.mjs';

const CALL = 0x10;
const REFERENCE = 0xd2;
const BULK = 0xfc;
const between = (n, first, last) => first <= n && n <= last;
const same = (n) => n;

/**
 * A function's body anew: `call` says which function is to be named for a function, `local` which local for a local, and
 * `declared` what becomes of the declared locals, a list of how many of which type. The alignment of a load or store, a
 * hint that changes nothing, becomes none: it would make places that are alike look different.
 */
export function edit(body, { call = same, local = same, declared = same }) {
  const reader = new Reader(body);
  const locals = declared(reader.list(() => [reader.number(), reader.byte()]));
  const parts = [list(locals.map(([count, type]) => Buffer.of(...number(count), type)))];
  let from = reader.at;
  const put = (value) => {
    parts.push(body.subarray(from, reader.at), number(value(reader.number())));
    from = reader.at;
  };
  while (reader.more()) {
    const operation = reader.byte();
    if (operation === CALL || operation === REFERENCE) put(call);
    else if (between(operation, 0x20, 0x22)) put(local);
    else if (between(operation, 0x28, 0x3e)) {
      put(() => 0); // of a load or store, before its offset
      reader.number();
    } else skipOperands(reader, operation);
  }
  return Buffer.concat([...parts, body.subarray(from)]);
}

function skipOperands(reader, operation) {
  const numbers = (count) => { for (let n = 0; n < count; n += 1) reader.number(); };
  if (operation === 0x0e) return numbers(reader.number() + 1); // br_table
  if (operation === 0x1c) return void reader.bytes(reader.number()); // select with types
  if (operation === 0x43) return void reader.bytes(4); // f32.const
  if (operation === 0x44) return void reader.bytes(8); // f64.const
  if (operation === 0x11) return numbers(2); // call_indirect
  if (between(operation, 0x02, 0x04) || between(operation, 0x0c, 0x0d)) return numbers(1); // blocks, branches
  if (between(operation, 0x23, 0x26) || between(operation, 0x3f, 0x42) || operation === 0xd0) return numbers(1); // globals, tables, constants
  if (operation === BULK) {
    const which = reader.number();
    return numbers(which < 8 ? 0 : [8, 10, 12, 14].includes(which) ? 2 : 1); // conversions; memory and tables
  }
  const bare = operation <= 0x01 || [0x05, 0x0b, 0x0f, 0x1a, 0x1b, 0xd1].includes(operation) || between(operation, 0x45, 0xc4);
  if (!bare) throw new Failure(`the wasm has an operation (0x${operation.toString(16)}) that scripts/build/code.mjs does not know`);
}
