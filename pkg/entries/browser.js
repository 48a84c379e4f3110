// Browsers and their workers: the wasm lies beside this file, where bundlers find it by this very expression.
import start from './core.js';
export * from './core.js';
export default (options) => start(options, () => new URL('./rejoin.wasm', import.meta.url));
