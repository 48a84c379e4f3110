// Browsers and their workers: the wasm lies beside this file, where bundlers find it by this very expression.
import { start } from '../loader.js';
export * from 'rejoin:api';
export default (options) => start(options, () => new URL('./rejoin.wasm', import.meta.url));
