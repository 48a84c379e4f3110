// Tells whether files changed since a step was last done: their content, not their dates, decides.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { hash, root } from './paths.mjs';

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
