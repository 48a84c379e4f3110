// Ready when the import returns, where the wasm is embedded.
import init from './inline.js';
export * from './inline.js';
export { default } from './inline.js';
await init();
