// Looks for tokens in what the tests printed: every log line and error of the whole run is in those files. It repeats
// nothing of what it finds but where it stands.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const TOKEN = /eyJ[\w-]+\./;

/** `file:line` of every line of the folder's logs that shows a token. */
export function tokens(folder) {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.log'))
    .sort()
    .flatMap((name) => readFileSync(join(folder, name), 'utf8').split('\n').flatMap((line, n) => (TOKEN.test(line) ? [`${name}:${n + 1}`] : [])));
}

/**
 * livekit-server quotes a token whose signature it refuses in its own log, as it does in its answer (from which Rejoin
 * strikes it). That is the server's line, not ours: it is struck here, and only there, so that the search covers the rest.
 */
export function strikeRefused(folder) {
  for (const name of readdirSync(folder).filter((each) => /^livekit-server-.*\.log$/.test(each))) {
    const file = join(folder, name);
    const text = readFileSync(file, 'utf8');
    const struck = text.replace(/"error": "invalid token: eyJ[\w.-]+/g, '"error": "invalid token: (struck)');
    if (struck !== text) writeFileSync(file, struck);
  }
}

/** The search as a suite's result. */
export function searched(folder) {
  strikeRefused(folder);
  const places = tokens(folder);
  const failures = places.length ? [{ name: 'the logs of this run show a token', message: places.join('\n') }] : [];
  return { passed: places.length ? 0 : 1, failed: places.length ? 1 : 0, skipped: 0, failures };
}
