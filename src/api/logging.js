// Where log lines go: the console, and extensions of the app's own. The engine's lines come through `write` as well, so
// one level and one list of extensions hold for everything. No line holds a token: nobody here puts one in.
import { serve } from './core.js';
import { LogLevel } from './enums.js';
import { report } from './report.js';

/** Of the console, by level. */
export const METHODS = ['debug', 'debug', 'info', 'warn', 'error'];

/** What log.js sets. */
export const settings = { least: LogLevel.info, extensions: [] };

/** What others say may hold a token by mistake; it goes no further. */
export const scrub = (text) => text.replace(/eyJ[\w-]+\.[\w.-]*/g, '[token]');

/** Tells a line; `level` by name. An extension that throws does not stop anybody. */
export function write(level, line, context) {
  const number = LogLevel[level];
  if (number < settings.least) return;
  const message = scrub(line);
  const method = METHODS[number];
  if (context === undefined) console[method](`rejoin: ${message}`);
  else console[method](`rejoin: ${message}`, context);
  for (const extension of settings.extensions) {
    try {
      extension(number, message, context);
    } catch (error) {
      report(error);
    }
  }
}

serve({ write });
