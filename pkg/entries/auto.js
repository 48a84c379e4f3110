// Ready when the import returns, so that it can stand where `livekit-client` stood.
import init from './browser.js';
export * from 'rejoin:api';
export { default } from './browser.js';
await init();
