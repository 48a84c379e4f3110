// Where things are: the checkout, its throw-away output, and the cache that all checkouts of a user share.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');
export const target = process.env.CARGO_TARGET_DIR || join(root, 'target');
export const at = (...parts) => join(root, ...parts);

/** The cache of tools that take minutes to build, shared by every checkout and keyed by version. */
export const cache =
  process.env.REJOIN_CACHE || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'rejoin');

/** PATH with the workspace's own programs and `folders` first: Debian's `wasm-opt` must never be found before npm's. */
export function pathWith(...folders) {
  const cargo = process.env.CARGO_HOME || join(homedir(), '.cargo');
  return [...folders, at('node_modules', '.bin'), process.env.PATH, join(cargo, 'bin')].filter(Boolean).join(delimiter);
}

/** The version that `Cargo.lock` fixes for a crate, or null when it is not there. */
export function lockedCrate(name) {
  const lock = readFileSync(at('Cargo.lock'), 'utf8');
  return lock.match(new RegExp(`name = "${name}"\\nversion = "([^"]+)"`))?.[1] ?? null;
}

export const hash = (...texts) => {
  const sum = createHash('sha256');
  for (const text of texts) sum.update(text).update('\0');
  return sum.digest('hex');
};
