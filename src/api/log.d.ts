// Types of log.js.
import type { LogLevel } from './enums.js';

/** The least level that is told; `info` at first. There is one logger: livekit-client's second argument has no meaning. */
export declare function setLogLevel(level: LogLevel | keyof typeof LogLevel, loggerName?: string): void;

export type LogExtension = (level: LogLevel, message: string, context?: object) => void;

/** Hands every line that is told to `extension` as well, beside the console. No line holds a token. There is one logger: livekit-client's second argument has no meaning. */
export declare function setLogExtension(extension: LogExtension, logger?: unknown): void;
