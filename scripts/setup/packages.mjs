// npm packages of the workspaces, installed from package-lock.json when it changed since the last time.
import { existsSync } from 'node:fs';
import { fingerprint } from '../lib/fingerprint.mjs';
import { at } from '../lib/paths.mjs';
import { run, step } from '../lib/run.mjs';
import { readFileSync, writeFileSync } from 'node:fs';

// The mark lies inside node_modules, so that it goes when that folder goes.
const mark = at('node_modules', '.rejoin-installed');

export async function packages() {
  const print = fingerprint(['package.json', 'package-lock.json', 'pkg/package.json', 'www/package.json'], process.version, process.platform);
  if (existsSync(mark) && readFileSync(mark, 'utf8') === print) return;
  await step('installing npm packages', () => run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']));
  writeFileSync(mark, print);
}
