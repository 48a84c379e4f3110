// docs/reconnect-comparison.md and .svg: measures the comparison of reconnect policies in the simulation.
// The figures are those of the run; nothing of the page is kept from an earlier one.
import { mkdirSync, writeFileSync } from 'node:fs';
import { at } from '../lib/paths.mjs';
import { Failure, run, step } from '../lib/run.mjs';
import { rust } from '../setup/rust.mjs';

const HEAD = `# Reconnect policies compared

Written by \`npm run docs\`: do not edit. The clients are Rejoin's real engine, from 650 to 100,000 of them, on a virtual
clock and a seeded network (20 to 40 ms each way); only the delay before each attempt is another policy's. In particular
failures are counted as Rejoin counts them for all of them (a session that was up for less than 30 s is a failed attempt),
and who still tries after five minutes has given up.

The server is a model: it takes C joins a second. When more arrive, each succeeds with probability (C / rate)^2, and every
connected client is lost with the hazard 0.2 * (rate / C - 1) a second. *Peak* is the largest number of joins that
arrived within one second, divided by C: above 1 the server is in trouble. *T50* and *T99* are when half and 99 % of
those who were cut off were back for good. *Lost others* are clients that the fault had not touched.

![Arrivals and connected clients over time](reconnect-comparison.svg)

The sources of the rules: livekit-client 2.23's \`DefaultReconnectPolicy\` and the one before it, rust-sdks'
\`reconnect_strategy.rs\` (the jitter of its clock is taken for as good as random), the AWS Architecture Blog's "Exponential
Backoff And Jitter", socket.io-client's \`Backoff\` with its default options, RFC 6455 section 7.2.3.

`;

export async function write() {
  await rust();
  const cargo = ['run', '--locked', '--quiet', '--profile', 'sim', '--example', 'comparison'];
  const { output } = await step('measuring the policies', () => run('cargo', cargo));
  const [table, picture] = output.split(/^---$/m);
  if (!table?.includes('| Rejoin |') || !picture?.includes('</svg>')) throw new Failure('the comparison printed no table', output);
  mkdirSync(at('docs'), { recursive: true });
  // What cargo itself says comes before the first heading.
  writeFileSync(at('docs', 'reconnect-comparison.md'), `${HEAD}${table.slice(table.indexOf('## ')).trim()}\n`);
  writeFileSync(at('docs', 'reconnect-comparison.svg'), `${picture.slice(picture.indexOf('<svg')).trim()}\n`);
  return 'docs/reconnect-comparison.md, docs/reconnect-comparison.svg';
}
