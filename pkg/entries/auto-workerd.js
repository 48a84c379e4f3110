// The same where a module is imported.
import init from './workerd.js';
export * from './workerd.js';
export { default } from './workerd.js';
await init();
