// The same in Vercel's edge functions.
import init from './edge-light.js';
export * from './edge-light.js';
export { default } from './edge-light.js';
await init();
