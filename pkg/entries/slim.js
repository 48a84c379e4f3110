// For apps that bring the wasm themselves: `init({ wasm })`. Nothing is loaded and nothing is embedded.
import { start } from '../loader.js';
export * from 'rejoin:api';
export default (options) => start(options);
