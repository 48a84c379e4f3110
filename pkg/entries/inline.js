// Node, and bundlers that copy no wasm: it is embedded, because a path beside a bundled file leads nowhere.
import start from './core.js';
import base64 from 'rejoin:wasm-base64';
export * from './core.js';
export default (options) => start(options, () => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0)));
