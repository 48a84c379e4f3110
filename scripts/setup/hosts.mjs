// The hosts of suite edge besides Node: Deno, Bun, workerd (in miniflare) and edge-runtime, pinned in
// tests/edge/hosts. They weigh 370 MB, and nothing but that suite needs them.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fingerprint } from '../lib/fingerprint.mjs';
import { at } from '../lib/paths.mjs';
import { run, step } from '../lib/run.mjs';

const folder = 'tests/edge/hosts';
const mark = at(folder, 'node_modules', '.rejoin-installed');

export async function hosts() {
  const print = fingerprint([`${folder}/package-lock.json`], process.version, process.platform);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === print) return;
  await step('installing Deno, Bun, workerd and edge-runtime', () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: at(folder) }));
  writeFileSync(mark, print);
}
