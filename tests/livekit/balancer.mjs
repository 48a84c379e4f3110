// A TCP balancer on the loopback address: every connection goes to the first of its targets that takes it, in order of
// preference, and when its target dies the client hears of it as of any lost connection. It checks nobody's health.
import net from 'node:net';
import { reset } from '../server/proxy.mjs';

const HOST = '127.0.0.1';

/** Starts one; `targets` are ports, the preferred first, and may be replaced: `balancer.targets = [...]`. */
export async function startBalancer(targets) {
  const open = new Set();
  const server = net.createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    open.add(client);
    client.on('error', () => {}).once('close', () => open.delete(client));
    pass(client, [...balancer.targets]);
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(0, HOST, resolve));
  const balancer = {
    targets,
    port: server.address().port,
    url: `ws://${HOST}:${server.address().port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        for (const client of open) reset(client);
      }),
  };
  return balancer;
}

function pass(client, [first, ...others]) {
  if (first === undefined) return reset(client);
  const upstream = net.connect({ host: HOST, port: first, allowHalfOpen: true });
  const next = () => pass(client, others);
  upstream.once('error', next);
  client.once('close', () => upstream.destroy());
  upstream.once('connect', () => {
    upstream.off('error', next);
    let failed = false;
    upstream.on('error', () => (failed = true)).once('close', () => (failed ? reset(client) : client.destroySoon()));
    for (const side of [client, upstream]) side.setNoDelay(true);
    client.pipe(upstream).pipe(client);
  });
}
