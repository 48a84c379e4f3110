// Tells whether files changed since a step was last done: their content, not their dates, decides.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { hash, root, target } from './paths.mjs';

function* files(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) return yield path;
  for (const name of readdirSync(path).sort()) {
    if (name !== 'node_modules' && name !== 'target' && name !== 'dist') yield* files(join(path, name));
  }
}

/** One hash over the content of files and folders (paths from the root) and over any further `facts`. */
export function fingerprint(paths, ...facts) {
  const parts = paths.flatMap((path) => [...files(join(root, path))]);
  return hash(...parts.flatMap((file) => [relative(root, file), readFileSync(file)]), ...facts.map(String));
}

const markOf = (name) => join(target, 'set-up', name);

/** True when `name` was last done with this fingerprint. */
export const isDone = (name, print) => existsSync(markOf(name)) && readFileSync(markOf(name), 'utf8') === print;

export function markDone(name, print) {
  mkdirSync(dirname(markOf(name)), { recursive: true });
  writeFileSync(markOf(name), print);
}
