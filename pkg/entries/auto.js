// Ready when the import returns, so that it can stand where `livekit-client` stood.
import init from './browser.js';
export * from './browser.js';
export { default } from './browser.js';
await init();
