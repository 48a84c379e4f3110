// Vercel's edge functions: the same, by the name that their bundlers know it under.
import start from './core.js';
import wasm from './rejoin.wasm?module';
export * from './core.js';
export default (options) => start(options, () => wasm);
