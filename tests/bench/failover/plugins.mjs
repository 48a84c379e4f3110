// npm run bench -- plugins [--n samples]: what misbehaving plugins cost a connect. The same room in Node connects with and
// without them by turns; prints both medians and their ratio and writes target/plugins.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import WebSocket from 'ws';
import { at } from '../../../scripts/lib/paths.mjs';
import { Failure } from '../../../scripts/lib/run.mjs';
import { startScriptable } from '../../server/server.mjs';
import { interleaved, median } from '../lib/statistics.mjs';

const busy = (ms) => {
  const end = performance.now() + ms;
  while (performance.now() < end);
};
const PLUGINS = [
  { name: 'never settles', onLoad: () => new Promise(() => {}) },
  { name: 'throws at once', onLoad: () => { throw new Error('at once'); } },
  { name: 'throws late', onLoad: () => new Promise((_, reject) => { setTimeout(reject, 50, new Error('late')); }) },
  { name: 'blocks for 200 ms', onLoad: () => busy(200) },
];

export async function plugins(args) {
  const n = Number(args[args.indexOf('--n') + 1] ?? 30);
  if ((args.length && args[0] !== '--n') || !Number.isInteger(n) || n < 1) throw new Failure('usage: npm run bench -- plugins [--n samples]');
  const rejoin = await import(at('pkg', 'dist', 'inline.js'));
  await rejoin.default();
  rejoin.setLogLevel('silent');
  const server = await startScriptable();
  const token = server.token({ room: 'r', identity: 'alice' });
  const connect = async (side) => {
    const room = new rejoin.Room({ webSocket: WebSocket, plugins: side === 'with' ? PLUGINS : [] });
    const begun = performance.now();
    await room.connect(server.url, token);
    const ms = performance.now() - begun;
    if (side === 'with') await new Promise((resolve) => { room.once('pluginReady', resolve); });
    await room.disconnect();
    await server.idle();
    return ms;
  };
  await connect('with');
  const samples = await interleaved(n, connect, ['with', 'without']);
  await server.stop();
  const result = { n, with: median(samples.with), without: median(samples.without) };
  result.ratio = result.with / result.without;
  console.log(`connect with ${PLUGINS.length} plugins that misbehave ${result.with.toFixed(2)} ms, without ${result.without.toFixed(2)} ms: ${result.ratio.toFixed(3)} (medians of ${n})`);
  mkdirSync(at('target'), { recursive: true });
  writeFileSync(at('target', 'plugins.json'), `${JSON.stringify(result, null, 2)}\n`);
  return 0;
}
