// livekit-client's two ways to choose what is logged and where to.
import { LogLevel } from './enums.js';
import { settings } from './logging.js';

/** The least level that is told. livekit-client's second argument, a logger's name, has no meaning: there is one logger. */
export function setLogLevel(level) {
  const number = typeof level === 'string' ? LogLevel[level] : level;
  if (LogLevel[number] === undefined) throw new TypeError(`setLogLevel: unknown level "${String(level)}" (trace, debug, info, warn, error or silent)`);
  settings.least = number;
}

/** Hands every line that is told to `extension(level, message, context)` as well, beside the console. */
export function setLogExtension(extension) {
  if (typeof extension !== 'function') throw new TypeError('setLogExtension: a function is needed');
  settings.extensions.push(extension);
}
