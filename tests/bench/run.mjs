// npm run bench: Rejoin beside livekit-client, same page, same server, by turns.
//
//   node tests/bench/run.mjs [--only row,row] [--n samples]
//
// Prints a table of medians (smallest to largest sample behind them) and writes target/bench.json, the latter only when
// every row was measured. It judges nothing: its exit code tells whether it could measure.
// `REJOIN_TEST_SDK=livekit` puts livekit-client on both sides: then every ratio should be about 1.
import { mkdirSync, writeFileSync } from 'node:fs';
import { at } from '../../scripts/lib/paths.mjs';
import { Failure, main, step } from '../../scripts/lib/run.mjs';
import { openStage } from '../browser/lib/stage.mjs';
import { SIDES } from './lib/bench.mjs';
import { blackHole } from './rows/black-hole.mjs';
import { bytes } from './rows/bytes.mjs';
import { connect, fullReconnect, resume, resumeCut } from './rows/connection.mjs';
import { memoryOf1000, updateOf1000 } from './rows/crowd.mjs';
import { dataRoundTrip } from './rows/data.mjs';
import { nodeDeath } from './rows/node-death.mjs';
import { online, refused } from './rows/outage.mjs';
import { silentPath, silentSocket } from './rows/silence.mjs';

const LEAST = 15;
const FLAGS = ['--only', '--n'];

// In the order of the table: which rows one measurement gives, and what they are. `share`: fewer samples where one takes
// half a minute, more where each is drawn from a window of seconds.
const MEASUREMENTS = [
  { rows: ['bytes_raw', 'bytes_gzip', 'bytes_brotli'], what: 'what a browser loads', run: bytes },
  { rows: ['connect_ms'], what: 'connect() to `connected`', run: connect },
  { rows: ['resume_ms'], what: 'simulateScenario("signal-reconnect"), a local cause, to `reconnected`', run: resume },
  { rows: ['resume_cut_ms'], what: 'socket reset by a proxy, cause unknown, to `reconnected`', run: resumeCut, share: 12 },
  { rows: ['full_reconnect_ms'], what: 'simulateScenario("full-reconnect") to `reconnected`', run: fullReconnect },
  { rows: ['data_rtt_ms'], what: 'reliable 1 KB to a peer and back', run: dataRoundTrip },
  { rows: ['update_1000_ms'], what: 'an update of 1,000 participants, decoded, applied and told', run: updateOf1000 },
  { rows: ['memory_1000_bytes'], what: 'JS heap + wasm memory that 1,000 participants add', run: memoryOf1000 },
  { rows: ['online_recovery_ms'], what: 'the network back after 3 s, to `reconnected`', run: online },
  { rows: ['refused_connect_ms'], what: 'a server that refused for 3 s, to `reconnected`', run: refused, share: 5 },
  { rows: ['silent_notice_ms'], what: 'a signalling link that falls silent, to the notice', run: silentSocket },
  { rows: ['blackhole_connect_ms'], what: 'a first region that swallows openings, to joined', run: blackHole, share: 0.4 },
  { rows: ['silent_path_notice_ms'], what: 'a path that falls silent, to the notice', run: silentPath, share: 0.4 },
  { rows: ['node_death_ms'], what: 'the node of a room killed, to media both ways', run: nodeDeath, share: 0.4 },
];
const NAMES = MEASUREMENTS.flatMap(({ rows }) => rows);

function options(args) {
  if (args.length % 2 || args.some((arg, i) => i % 2 === 0 && !FLAGS.includes(arg))) throw new Failure(`usage: npm run bench -- [${FLAGS.join(' ...] [')} ...], or storm, failover, plugins`);
  const value = (flag) => (args.includes(flag) ? args[args.indexOf(flag) + 1] : undefined);
  const only = value('--only')?.split(',') ?? NAMES;
  const unknown = only.find((name) => !NAMES.includes(name));
  if (unknown) throw new Failure(`there is no row "${unknown}": ${NAMES.join(', ')}`);
  const n = Number(value('--n') ?? LEAST);
  if (!Number.isInteger(n) || n < 1) throw new Failure('--n is a number of samples, 1 or more');
  return { only, n };
}

const figure = (value, unit) => (unit === 'ms' ? value.toFixed(value < 100 ? 2 : 0) : Math.round(value).toLocaleString('en'));

function table(rows) {
  const cells = rows.map(({ name, unit, ours, theirs, ratio, n, spread }) => {
    const side = (which, value) => figure(value, unit) + (spread ? ` (${spread[which].map((each) => figure(each, unit)).join('..')})` : '');
    return [name, unit, side('ours', ours), side('theirs', theirs), ratio.toFixed(3), String(n)];
  });
  const all = [['row', 'unit', SIDES.ours, SIDES.theirs === SIDES.ours ? `${SIDES.theirs} again` : 'livekit-client', 'ratio', 'n'], ...cells];
  const widths = all[0].map((_, column) => Math.max(...all.map((line) => line[column].length)));
  return all.map((line) => line.map((cell, column) => (column < 2 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join('  ')).join('\n');
}

await main(async () => {
  const { only, n } = options(process.argv.slice(2));
  const stage = await openStage();
  const rows = [];
  try {
    for (const { rows: names, what, run, share = 1 } of MEASUREMENTS) {
      if (!names.some((name) => only.includes(name))) continue;
      rows.push(...(await step(what, () => run(stage, Math.ceil(n * share)))));
    }
  } finally {
    await stage.close();
  }
  const wanted = rows.filter(({ name }) => only.includes(name));
  console.log(`\nMedians (smallest..largest sample), ratio = ${SIDES.ours} / livekit-client, of this run:\n\n${table(wanted)}\n`);
  const notes = wanted.filter(({ note }) => note).map(({ name, note }) => `${name}: ${note}`);
  if (notes.length) console.log(`${notes.join('\n')}\n`);
  if (only.length < NAMES.length) return console.log('not all rows: target/bench.json is left as it was');
  mkdirSync(at('target'), { recursive: true });
  const result = rows.map(({ name, unit, ours, theirs, ratio, n, note }) => ({ name, unit, ours, theirs, ratio, n, note }));
  writeFileSync(at('target', 'bench.json'), `${JSON.stringify({ rows: result }, null, 2)}\n`);
  console.log('written to target/bench.json');
});
