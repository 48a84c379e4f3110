// Where log lines go: the console, and extensions of the app's own. The engine's lines come through `write` as well, so
// one level and one list of extensions hold for everything. No line holds a token: nobody here puts one in.
import { serve } from './core.js';
import { LogLevel } from './enums.js';
import { report } from './report.js';

/** Of the console, by level. */
export const METHODS = ['debug', 'debug', 'info', 'warn', 'error'];

// The first extension: test suites let theirs throw, and the engine, which calls this, would stand still for ever.
const tellConsole = (number, message, context) => console[METHODS[number]](`rejoin: ${message}`, ...(context === undefined ? [] : [context]));

/** What log.js sets. */
export const settings = { least: LogLevel.info, extensions: [tellConsole] };

/** What others say may hold a token by mistake; it goes no further. */
export const scrub = (text) => text.replace(/eyJ[\w-]+\.[\w.-]*/g, '[token]');

/** Tells a line; `level` by name. An extension that throws does not stop anybody. */
export function write(level, line, context) {
  const number = LogLevel[level];
  if (number < settings.least) return;
  const message = scrub(line);
  // A copy: one that adds another would be called for its own ever after.
  for (const extension of [...settings.extensions]) {
    try {
      extension(number, message, context);
    } catch (error) {
      report(error);
    }
  }
}

serve({ write });
