// Gives what functions do alike the same names: the locals of each type begin at one number in all functions, however many
// parameters go before them, and the one that is used first, which is most often the frame on the stack, is the first.
// Numbers between that nothing uses cost two bytes.
import { edit } from './code.mjs';

const I32 = 0x7f;
const I64 = 0x7e;
const BEGIN = { [I32]: 8, [I64]: 48 };

/** `body`: of a function with so many parameters. */
export function renumberLocals(body, parameters) {
  const ofType = new Map([[I32, []]]);
  const used = new Set();
  edit(body, {
    declared: (locals) => {
      let next = parameters;
      for (const [count, type] of locals) {
        const own = ofType.get(type) ?? [];
        for (let n = 0; n < count; n += 1) own.push(next++);
        ofType.set(type, own);
      }
      return locals;
    },
    local: (n) => {
      used.add(n);
      return n;
    },
  });
  const first = [...used].find((n) => ofType.get(I32).includes(n));
  const numbers = new Map();
  const declared = [];
  let next = parameters;
  for (const [type, own] of ofType) {
    if (own.length === 0) continue;
    const begin = Math.max(next, BEGIN[type] ?? 0);
    // They count as of the first type, for there is one declaration less then.
    declared.push([begin - next, I32]);
    const order = own.includes(first) ? [first, ...own.filter((n) => n !== first)] : own;
    order.forEach((n, at) => numbers.set(n, begin + at));
    declared.push([own.length, type]);
    next = begin + own.length;
  }
  return edit(body, { declared: () => joined(declared), local: (n) => numbers.get(n) ?? n });
}

function joined(declared) {
  const list = [];
  for (const [count, type] of declared) {
    const last = list.at(-1);
    if (last?.[1] === type) last[0] += count;
    else if (count > 0) list.push([count, type]);
  }
  return list;
}
