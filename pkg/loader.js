// What all entries share: turns the source of the module, whatever an app has at hand, into the one running instance.
// It knows no host: where the wasm lies is each entry's business. `rejoin:glue` is what the build makes of the crate:
// called once for each instance, so that nothing of one that died ever reaches into the next.
import makeGlue from 'rejoin:glue';
import { died } from '../src/api/core.js';

// By tag and not by `instanceof`: a module or a response may come from another realm (a frame, a test's sandbox).
const isA = (value, tag) => Object.prototype.toString.call(value) === `[object ${tag}]`;
let ready;

/** Resolves when the module runs. Once is enough, further calls wait for the same start; after a failure it starts anew. */
export function start(options = {}, standard) {
  return (ready ??= run(options, standard).catch((error) => {
    ready = undefined;
    throw error;
  }));
}

async function run(options, standard) {
  const wrong = Object.keys(options).find((key) => key !== 'wasm');
  if (wrong) throw new TypeError(`init: unknown option "${wrong}" (there is one: wasm)`);
  const source = await (options.wasm ?? standard?.());
  if (!source) throw new TypeError('init: this entry loads nothing itself: pass `{ wasm }`, a WebAssembly.Module, URL, Response or bytes');
  const glue = makeGlue();
  const made = await instantiate(typeof source === 'string' || isA(source, 'URL') ? await fetch(source) : source, glue.imports);
  const calls = guarded((made.instance ?? made).exports);
  glue.setWasm(calls);
  calls.__wbindgen_start();
}

// What the host calls back (closures, finalizers) and what the glue needs for itself; the rest are an app's calls.
const INNER = /^(\$|_|wasm_bindgen)/;

/** The exports, watched: after a trap the instance is half way through something, for good, and nothing enters it again. */
function guarded(exports) {
  const { RuntimeError } = WebAssembly;
  let dead;
  const guard = (name, call) => (...args) => {
    if (!dead) {
      try {
        return call(...args);
      } catch (error) {
        // The others are what an exhausted stack is called.
        const trapped = error instanceof RuntimeError || error instanceof RangeError || error?.name === 'InternalError';
        if (trapped && !dead) {
          ready = undefined;
          dead = died(error);
        }
        throw dead ?? error;
      }
    }
    if (!INNER.test(name)) throw dead;
  };
  return Object.fromEntries(Object.entries(exports).map(([name, value]) => [name, typeof value === 'function' ? guard(name, value) : value]));
}

async function instantiate(source, imports) {
  if (!isA(source, 'Response')) return WebAssembly.instantiate(source, imports);
  const { url, status, headers } = source;
  if (!source.ok) throw new Error(`init: ${url} answered ${status} instead of the wasm of rejoin`);
  if (headers.get('content-type')?.startsWith('application/wasm')) return WebAssembly.instantiateStreaming(source, imports);
  const bytes = new Uint8Array(await source.arrayBuffer());
  if (bytes[0] === 0 && bytes[1] === 0x61) return WebAssembly.instantiate(bytes, imports);
  throw new Error(`init: ${url} is not the wasm of rejoin (a page of the server?): let your bundler copy it, or import "rejoin/inline"`);
}
