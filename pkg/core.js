// What all entries are made of: everything public, and as the default what starts it.
export * from 'rejoin:api';
export { start as default } from './loader.js';
