
/** What {@link init} is told. */
export interface InitOptions {
  /**
   * The wasm of this package, when it shall not be loaded from where the entry expects it: a compiled module, its
   * URL (as `fetch` takes it: no `file:` in Node), a response to a request for it, its bytes, or a promise of one of these.
   */
  wasm?: WasmSource | Promise<WasmSource>;
}

/** Everything the module can be started from. */
export type WasmSource = WebAssembly.Module | URL | string | Response | BufferSource;

/**
 * Loads and starts the module. Await it once before the first use of a class; calling it again is free and waits for
 * the same start. After a failure the next call tries again, and after an error with the code `poisoned`, which says
 * that the instance is dead, the next call makes a new one. `rejoin/auto` has done it when its import returns.
 */
export default function init(options?: InitOptions): Promise<void>;
