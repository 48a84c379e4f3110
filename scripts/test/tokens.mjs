// Looks for tokens in what the tests printed: every log line and error of the whole run is in those files. It repeats
// nothing of what it finds but where it stands.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const TOKEN = /eyJ[\w-]+\./;

/** `file:line` of every line of the folder's logs that shows a token. */
export function tokens(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').flatMap((line, n) => (TOKEN.test(line) ? [`${name}:${n + 1}`] : [])));
}

/** The search as a suite's result. */
export function searched(folder) {
  const places = tokens(folder);
  const failures = places.length ? [{ name: 'the logs of this run show a token', message: places.join('\n') }] : [];
  return { passed: places.length ? 0 : 1, failed: places.length ? 1 : 0, skipped: 0, failures };
}
