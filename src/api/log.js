// livekit-client's ways to choose what is logged and where to, and loggers for what libraries beside it have to say.
import { LogLevel } from './enums.js';
import { METHODS, settings } from './logging.js';

function levelOf(level, caller) {
  const number = typeof level === 'string' ? LogLevel[level] : level;
  // The enum knows names by number as well.
  if (typeof number !== 'number' || LogLevel[number] === undefined) throw new TypeError(`${caller}: unknown level "${String(level)}" (trace, debug, info, warn, error or silent)`);
  return number;
}

/** The least level that Rejoin tells. livekit-client's second argument has no meaning: Rejoin itself has one logger. */
export function setLogLevel(level) {
  settings.least = levelOf(level, 'setLogLevel');
}

/** Hands every line that is told to `extension(level, message, context)` as well, beside the console. */
export function setLogExtension(extension) {
  if (typeof extension !== 'function') throw new TypeError('setLogExtension: a function is needed');
  settings.extensions.push(extension);
}

class Logger {
  #name;
  #default;
  #level;

  constructor(name) {
    this.#name = name;
    METHODS.forEach((_, number) => {
      const method = LogLevel[number];
      this[method] = (...args) => number >= this.getLevel() && this.methodFactory(method, this.getLevel(), name)(...args);
    });
  }

  /** To be replaced by who wants the lines elsewhere: `(method, level, name) => (...args) => void`. */
  methodFactory = (method) => console[METHODS[LogLevel[method]]].bind(console);

  getLevel() {
    return this.#level ?? this.#default ?? settings.least;
  }

  setLevel(level) {
    this.#level = levelOf(level, this.#name);
  }

  /** The level while nobody has set another. */
  setDefaultLevel(level) {
    this.#default = levelOf(level, this.#name);
  }
}

const loggers = new Map();

/** The logger of this name, for a library's own lines: at the level of `setLogLevel` until it has one of its own. */
export function getLogger(name) {
  if (!loggers.has(name)) loggers.set(name, new Logger(name));
  return loggers.get(name);
}
