// Types of log.js.
import type { LogLevel } from './enums.js';

/** The least level that is told; `info` at first. Rejoin itself has one logger: livekit-client's second argument has no meaning. */
export declare function setLogLevel(level: LogLevel | keyof typeof LogLevel, loggerName?: string): void;

export type LogExtension = (level: LogLevel, message: string, context?: object) => void;

/** Hands every line that is told to `extension` as well, beside the console. No line holds a token. There is one logger: livekit-client's second argument has no meaning. */
export declare function setLogExtension(extension: LogExtension, logger?: unknown): void;

export interface StructuredLogger {
  trace(message: string, context?: object): void;
  debug(message: string, context?: object): void;
  info(message: string, context?: object): void;
  warn(message: string, context?: object): void;
  error(message: string, context?: object): void;
  /** That of `setLogLevel` until it is set. */
  getLevel(): LogLevel;
  setLevel(level: LogLevel | keyof typeof LogLevel): void;
  /** Holds while `setLevel` was not called. */
  setDefaultLevel(level: LogLevel | keyof typeof LogLevel): void;
  /** Makes what takes a line of `method`; the console's at first. To be replaced by who wants the lines elsewhere. */
  methodFactory: (method: keyof typeof LogLevel, level: LogLevel, name: string) => (message: string, context?: object) => void;
}

/** The logger of this name, for the lines of a library beside Rejoin, as `@livekit/track-processors` has them. */
export declare function getLogger(name: string): StructuredLogger;
