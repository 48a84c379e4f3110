// Puts functions that are alike beside each other: a compressor names near places with fewer bits than far ones, and fits
// its codes to a neighbourhood. Within a function, what does not matter is made alike (code.mjs, locals.mjs). The module
// weighs the same, and 4 % less once compressed.
import { Failure } from '../lib/run.mjs';
import { edit } from './code.mjs';
import { renumberLocals } from './locals.mjs';
import { brotli } from './sizes.mjs';
import { Reader, SECTION, list, number, rewrite, sized } from './wasm.mjs';

/** `wasm`: the module's bytes. Returns them with the functions in another order. */
export function arrange(wasm) {
  const found = functions(wasm);
  const next = neighbours(found.bodies.map((body, n) => Buffer.concat([number(found.types[n]), body])));
  // How much a function's size should count, no rule says, and each change of the code says otherwise.
  const made = [0.5, 0.55, 0.6, 0.65, 0.7].map((weight) => inOrder(wasm, found, chain(found.bodies.length, next(weight))));
  return made.reduce((best, one) => (brotli(one) < brotli(best) ? one : best));
}

function inOrder(wasm, { imported, types, bodies }, order) {
  const numbers = new Map(order.map((from, to) => [imported + from, imported + to]));
  const call = (n) => numbers.get(n) ?? n;
  const renumber = (n) => number(call(n));
  const make = {
    [SECTION.functions]: () => list(order.map((n) => number(types[n]))),
    [SECTION.exports]: (reader) => list(reader.list(() => exported(reader, renumber))),
    [SECTION.start]: (reader) => renumber(reader.number()),
    [SECTION.elements]: (reader) => list(reader.list(() => elements(reader, renumber))),
    [SECTION.code]: () => list(order.map((n) => sized(edit(bodies[n], { call })))),
  };
  return rewrite(wasm, (id, body) => make[id]?.(new Reader(body)));
}

function functions(wasm) {
  const found = { imported: 0 };
  rewrite(wasm, (id, body) => {
    const reader = new Reader(body);
    if (id === SECTION.types) found.parameters = reader.list(() => parametersOf(reader));
    if (id === SECTION.imports) found.imported = reader.number();
    if (id === SECTION.functions) found.types = reader.list(() => reader.number());
    if (id === SECTION.code) found.bodies = reader.list(() => reader.bytes(reader.number()));
  });
  found.bodies = found.bodies.map((body, n) => renumberLocals(body, found.parameters[found.types[n]]));
  return found;
}

function parametersOf(reader) {
  if (reader.byte() !== 0x60) throw new Failure('the wasm has a type that is not a function\'s');
  const { length } = reader.list(() => reader.byte());
  reader.list(() => reader.byte());
  return length;
}

const LENGTHS = [2, 3, 4, 6];

// Of each function, by how much size counts: which of those that are left shares most with it, for its size, of short runs
// of bytes.
function neighbours(bodies) {
  const runs = bodies.map((body) => new Set(LENGTHS.flatMap((length) => runsOf(body, length))));
  const owners = new Map();
  for (const run of new Set(runs.flatMap((own) => [...own]))) owners.set(run, []);
  runs.forEach((own, n) => own.forEach((run) => owners.get(run).push(n)));
  const shared = runs.map((own) => {
    const counts = new Uint32Array(bodies.length);
    for (const run of own) for (const other of owners.get(run)) counts[other] += 1;
    return counts;
  });
  return (weight) => {
    const sizes = bodies.map((body) => (20 + body.length) ** weight);
    return (of, left) => {
      let nearest;
      let most = -1;
      for (const n of left) {
        const nearness = shared[of][n] / sizes[n];
        if (nearness > most) [nearest, most] = [n, nearness];
      }
      return nearest;
    };
  };
}

function chain(length, next) {
  const left = new Set(Array(length).keys());
  const order = [];
  for (let n = 0; n !== undefined; n = next(n, left)) {
    left.delete(n);
    order.push(n);
  }
  return order;
}

function runsOf(body, length) {
  const text = body.toString('latin1');
  return Array.from({ length: Math.max(0, body.length - length + 1) }, (_, at) => text.slice(at, at + length));
}

function exported(reader, renumber) {
  const name = reader.bytes(reader.number());
  const kind = reader.byte();
  const which = reader.number();
  return Buffer.concat([sized(name), Buffer.of(kind), kind === 0 ? renumber(which) : number(which)]);
}

// The one form that compilers make of a table of functions: an offset that is a constant, and their numbers.
function elements(reader, renumber) {
  const [form, constant] = [reader.number(), reader.byte()];
  const offset = reader.number();
  if (form !== 0 || constant !== 0x41 || reader.byte() !== 0x0b) throw new Failure('the wasm has a table of functions in a form that scripts/build/order.mjs does not know');
  return Buffer.concat([number(form), Buffer.of(constant), number(offset), Buffer.of(0x0b), list(reader.list(() => renumber(reader.number())))]);
}
