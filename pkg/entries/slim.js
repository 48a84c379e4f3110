// For apps that bring the wasm themselves: `init({ wasm })`. Nothing is loaded and nothing is embedded.
import start from './core.js';
export * from './core.js';
export default (options) => start(options);
