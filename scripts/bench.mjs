// npm run bench [-- arguments]: builds the package as it is published, then hands over to tests/bench/run.mjs;
// npm run bench -- storm | failover | plugins [arguments]: to those of tests/bench/storm and tests/bench/failover.
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from './build.mjs';
import { at } from './lib/paths.mjs';
import { Failure, main } from './lib/run.mjs';
import { chromium } from './setup/chromium.mjs';
import { livekitServer } from './setup/livekit.mjs';

const bench = at('tests', 'bench', 'run.mjs');
const [what, ...rest] = process.argv.slice(2);

await main(async () => {
  if (!existsSync(bench)) throw new Failure('tests/bench/run.mjs is missing: there is nothing to measure');
  await build();
  if (!process.env.LIVEKIT_URL) await livekitServer();
  if (what === 'plugins') return (await import('../tests/bench/failover/plugins.mjs')).plugins(rest);
  if (what === 'storm') return (await import('../tests/bench/storm/run.mjs')).storm(rest);
  await chromium();
  if (what === 'failover') return (await import('../tests/bench/failover/run.mjs')).failover(rest);
  // It measures when it is loaded, with the arguments of this command, and may set the exit code.
  await import(pathToFileURL(bench).href);
  return process.exitCode;
});
