// Cloudflare Workers, where a module is imported: they compile nothing from bytes.
import start from './core.js';
import wasm from './rejoin.wasm';
export * from './core.js';
export default (options) => start(options, () => wasm);
