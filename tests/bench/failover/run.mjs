// npm run bench -- failover: what a first region that misbehaves costs a connect, for each way to misbehave.
//
//   npm run bench -- failover [--n samples]
//
// Three signalling servers of this machine are three regions; a room in Node (the published package, signalling alone)
// connects to the first. Each case is measured with the list at hand (the app names the regions) and without (the list
// is behind an endpoint and has to come first). Then the same in Chromium, beside livekit-client, with a cluster of real
// servers (cluster.mjs). Prints medians from connect() to connected and writes target/failover.json. Packets that are
// dropped for real are measured by `blackhole_connect_ms` of `npm run bench`.
import { mkdirSync, writeFileSync } from 'node:fs';
import WebSocket from 'ws';
import { at } from '../../../scripts/lib/paths.mjs';
import { Failure, step } from '../../../scripts/lib/run.mjs';
import { startScriptable } from '../../server/server.mjs';
import { median } from '../lib/statistics.mjs';
import { clusterRows, listing } from './cluster.mjs';

const KEYS = { apiKey: 'devkey', apiSecret: 'a secret that the regions share' };
const answer = (answers) => ({ upgrade: answers, validate: answers });
/** `figure` is what is asked for, in ms: with a list at hand, without. */
const CASES = [
  { name: 'refused (reset)', script: answer('reset'), figure: [800, 800] },
  { name: '503 on the upgrade', script: answer({ status: 503 }), figure: [800, 800] },
  { name: '403, pinned elsewhere', script: answer({ status: 403 }), figure: [800, 800] },
  { name: 'no answer to the upgrade', script: { upgrade: 'stall' }, figure: [4_000, 6_000] },
  { name: 'open, then silent', script: { first: 'nothing' }, figure: [6_000, 6_000] },
  { name: '429, Retry-After: 1', script: [answer({ status: 429, headers: { 'retry-after': '1' } })], figure: null },
  { name: 'all three down', script: answer({ status: 503 }), all: true, figure: [15_000, 15_000] },
];

async function measure(rejoin, { script, all }, listed) {
  const servers = await Promise.all([script, all ? script : {}, all ? script : {}].map((each) => startScriptable({ script: each, ...KEYS })));
  const [first] = servers;
  const urls = servers.map(({ url }) => url);
  first.regions = urls.map((url, n) => ({ region: `region${n}`, url, distance: n }));
  const endpoint = `${first.url.replace('ws', 'http')}/settings/regions`;
  const room = new rejoin.Room({ webSocket: WebSocket, regions: listed ? { urls } : { endpoint, allowedHosts: ['127.0.0.1'] } });
  const begun = performance.now();
  const error = await room.connect(first.url, first.token({ room: 'r', identity: 'alice' })).then(() => null, (thrown) => thrown);
  const ms = performance.now() - begun;
  if (all ? !error : error) throw error ?? new Failure('a connect succeeded although every region is down');
  if (all && !urls.every((url) => error.message.includes(url))) throw new Failure(`the error does not name every region: ${error.message}`);
  const dials = servers.map((server) => server.dials.length);
  await room.disconnect();
  await Promise.all(servers.map((server) => server.stop()));
  return { ms, dials };
}

export async function failover(args) {
  const n = Number(args[args.indexOf('--n') + 1] ?? 5);
  if ((args.length && args[0] !== '--n') || !Number.isInteger(n) || n < 1) throw new Failure('usage: npm run bench -- failover [--n samples]');
  const rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
  rejoin.setLogLevel('silent');
  const scriptable = [];
  for (const one of CASES) {
    for (const listed of [true, false]) {
      const runs = await step(`${one.name}, ${listing(listed)}`, async () => {
        const all = [];
        for (let i = 0; i < n; i += 1) all.push(await measure(rejoin, one, listed));
        return all;
      });
      scriptable.push({ name: one.name, listed, n, ms: median(runs.map(({ ms }) => ms)), dials: runs[0].dials, figure: one.figure?.[listed ? 0 : 1] ?? null });
    }
  }
  const cluster = await clusterRows(n);
  const shared = ({ name, listed }) => [name, listing(listed)];
  const asked = ({ figure }) => (figure === null ? '-' : `<= ${figure}`);
  console.log(`\nThree regions of scriptable servers, in Node; ms to connected, medians of ${n}; for "all three down" to the error.\n`);
  print(['first region', '', 'rejoin', 'asked for', 'dials'], scriptable.map((row) => [...shared(row), row.ms.toFixed(0), asked(row), row.dials.join('+')]));
  console.log(`\nThree regions before a cluster of livekit-servers, in Chromium; ms to connected, medians of ${n}.\n`);
  print(['first region', '', 'rejoin', 'asked for', 'livekit-client'], cluster.map((row) => [...shared(row), row.ours.text, asked(row), row.theirs.text]));
  mkdirSync(at('target'), { recursive: true });
  writeFileSync(at('target', 'failover.json'), `${JSON.stringify({ scriptable, cluster }, null, 2)}\n`);
  console.log('\nwritten to target/failover.json');
  return 0;
}

function print(head, lines) {
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  for (const line of [head, ...lines]) console.log(line.map((cell, column) => cell.padEnd(widths[column])).join('  ').trimEnd());
}
