// Keeps what takes minutes to build in a folder of the user, one folder a tool and version.
// A folder appears by one rename, complete or not at all, so several checkouts may fill it at the same time.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cache } from './paths.mjs';
import { step } from './run.mjs';

/** The folder of `<tool>-<version>`; `fill(folder)` makes its content when it is missing, announced as `title`. */
export async function cached(tool, version, title, fill) {
  const folder = join(cache, `${tool}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const draft = mkdtempSync(join(cache, `.${tool}-`));
  try {
    await step(title, () => fill(draft));
    publish(draft, folder);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return folder;
}

function publish(draft, folder) {
  try {
    renameSync(draft, folder);
  } catch (error) {
    // Another checkout was faster: its folder is as good as this one.
    if (!existsSync(folder)) throw error;
  }
}
