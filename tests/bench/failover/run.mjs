// npm run bench -- failover: what a first region that misbehaves costs a connect, for each way to misbehave.
//
//   npm run bench -- failover [--n samples]
//
// Three signalling servers of this machine are three regions; a room in Node (the published package, signalling alone)
// connects to the first. Each case is measured with the list at hand (the app names the regions) and without (the list
// is behind an endpoint and has to come first). Prints medians from connect() to connected and writes
// target/failover.json. livekit-client goes to other regions only from LiveKit Cloud's hosts and needs a browser: its
// column has what its documentation and sources say, and is marked so. Packets that are dropped for real are measured by
// `blackhole_connect_ms` of `npm run bench`.
import { mkdirSync, writeFileSync } from 'node:fs';
import WebSocket from 'ws';
import { at } from '../../../scripts/lib/paths.mjs';
import { Failure, step } from '../../../scripts/lib/run.mjs';
import { startScriptable } from '../../server/server.mjs';
import { median } from '../lib/statistics.mjs';

const KEYS = { apiKey: 'devkey', apiSecret: 'a secret that the regions share' };
const answer = (answers) => ({ upgrade: answers, validate: answers });
/** `figure` is what resilience asks for, in ms: with a list at hand, without; `theirs` is livekit-client's, as documented. */
const CASES = [
  { name: 'refused (reset)', script: answer('reset'), figure: [800, 800], theirs: '1.3 s' },
  { name: '503 on the upgrade', script: answer({ status: 503 }), figure: [800, 800], theirs: '1.3 s' },
  { name: '403, pinned elsewhere', script: answer({ status: 403 }), figure: [800, 800], theirs: '' },
  { name: 'no answer to the upgrade', script: { upgrade: 'stall' }, figure: [4_000, 6_000], theirs: '16 s' },
  { name: 'open, then silent', script: { first: 'nothing' }, figure: [6_000, 6_000], theirs: '' },
  { name: '429, Retry-After: 1', script: [answer({ status: 429, headers: { 'retry-after': '1' } })], figure: null, theirs: '' },
  { name: 'all three down', script: answer({ status: 503 }), all: true, figure: [15_000, 15_000], theirs: '' },
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
  const rows = [];
  for (const one of CASES) {
    for (const listed of [true, false]) {
      const runs = await step(`${one.name}, ${listed ? 'list at hand' : 'list asked for'}`, async () => {
        const all = [];
        for (let i = 0; i < n; i += 1) all.push(await measure(rejoin, one, listed));
        return all;
      });
      rows.push({ name: one.name, listed, n, ms: median(runs.map(({ ms }) => ms)), dials: runs[0].dials, figure: one.figure?.[listed ? 0 : 1] ?? null, theirs: one.theirs });
    }
  }
  const head = ['first region', 'list', 'to connected, ms', 'asked for', 'dials', 'livekit-client (documented)'];
  const lines = rows.map(({ name, listed, ms, figure, dials, theirs }) => [name, listed ? 'at hand' : 'asked for', ms.toFixed(0), figure === null ? '-' : `<= ${figure}`, dials.join('+'), theirs || '-']);
  const widths = head.map((_, column) => Math.max(...[head, ...lines].map((line) => line[column].length)));
  console.log(`\nMedians of ${n}; for "all three down" to the error.\n`);
  for (const line of [head, ...lines]) console.log(line.map((cell, column) => cell.padEnd(widths[column])).join('  '));
  mkdirSync(at('target'), { recursive: true });
  writeFileSync(at('target', 'failover.json'), `${JSON.stringify({ rows }, null, 2)}\n`);
  console.log('\nwritten to target/failover.json');
  return 0;
}
