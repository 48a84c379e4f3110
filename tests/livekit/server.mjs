// A real livekit-server for tests, the demo and the bench. In this order: the one that LIVEKIT_URL names (with
// LIVEKIT_API_KEY and LIVEKIT_API_SECRET), a `livekit-server` on PATH, the one built from this folder's go.mod.
// It listens on the loopback address only (unless it is given another place) and is stopped when this process ends,
// however it ends.
//
//   import { startServer } from '../livekit/server.mjs';
//   const server = await startServer();
//   const jwt = server.token({ room: 'r', identity: 'alice' });
//   await server.rooms.removeParticipant('r', 'alice');
//   await server.stop();
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../../scripts/lib/paths.mjs';
import { Failure, run, tail, which } from '../../scripts/lib/run.mjs';
import { livekitServer } from '../../scripts/setup/livekit.mjs';
import { startGuarded } from './guarded.mjs';
import { tcpPort, udpPort } from './ports.mjs';
import { RoomService } from './room-service.mjs';
import { token } from './token.mjs';

const DEFAULT_PORTS = { port: 7880, tcp: 7881, udp: 7882 };
const READY_WITHIN_MS = 20_000;
/** Where a server runs, unless it is told: the address and network device it uses, and how to start and reach it there. */
export const HERE = { host: '127.0.0.1', network: 'lo', block: '127.0.0.0/8', inside: (program, args) => [program, ...args], answers };

/**
 * Starts (or finds) a server. Resolves with
 * - `url` (`ws://...`), `apiKey`, `apiSecret`, `kind` ("env" | "path" | "built"), `log` (path, null for "env"),
 * - `token({ room, identity, ... })` and `rooms`, a RoomService with this server's keys,
 * - `stop()`: idempotent; resolves when the server is gone. `kill()`: the same by SIGKILL, as a node dies.
 *
 * `ports` asks for `{ port, tcp, udp }`, 0 for any; the defaults are LiveKit's, another when one is taken.
 * `config` is YAML text appended to the server's configuration. `program` names a server to use, before all others.
 * `own`: never the one of LIVEKIT_URL. `secret`: shared by the nodes of a cluster. `place`: see tests/netns/wire.mjs.
 */
export async function startServer({ ports = {}, config = '', program, own = false, secret, place = HERE } = {}) {
  const { LIVEKIT_URL: url, LIVEKIT_API_KEY: apiKey, LIVEKIT_API_SECRET: apiSecret } = process.env;
  if (url && !program && !own && place === HERE) {
    if (!apiKey || !apiSecret) throw new Failure('LIVEKIT_URL is set: LIVEKIT_API_KEY and LIVEKIT_API_SECRET must be set too');
    await reach(url);
    return describe({ url, apiKey, apiSecret, kind: 'env', log: null, stop: async () => {}, kill: null });
  }
  const onPath = program ?? which('livekit-server');
  const kind = onPath ? 'path' : 'built';
  const binary = onPath ?? (await livekitServer());
  // A port can be lost between looking and binding: then the server ends at once and the next try takes any.
  for (let attempt = 0; ; attempt += 1) {
    const wanted = attempt === 0 ? { ...DEFAULT_PORTS, ...ports } : { port: 0, tcp: 0, udp: 0 };
    const started = await startOnce(binary, wanted, { config, secret, place });
    if (started.ready) return describe({ kind, ...started });
    await started.stop();
    if (attempt === 2 || !/address already in use/.test(started.output)) {
      throw new Failure(`livekit-server did not start (${binary})`, tail(started.output));
    }
  }
}

/** Whether anybody answers at the URL of the environment: said here, and not by whatever would fail first. */
async function reach(url) {
  const form = 'LIVEKIT_URL is the URL of a server, such as ws://127.0.0.1:7880';
  if (!/^(ws|http)s?:\/\//i.test(url) || !URL.canParse(url)) throw new Failure(`${form}: "${url}" is none`);
  await fetch(url.replace(/^ws/i, 'http'), { signal: AbortSignal.timeout(READY_WITHIN_MS) }).catch((error) => {
    throw new Failure(`${form}: nothing answers at ${url} (${error.cause?.code ?? error.message})`);
  });
}

async function startOnce(binary, wanted, { config, secret, place }) {
  const port = await tcpPort(wanted.port);
  const ports = { port, tcp: await tcpPort(wanted.tcp), udp: await udpPort(wanted.udp) };
  const apiKey = 'devkey';
  const apiSecret = secret ?? randomBytes(24).toString('hex');
  const folder = mkdtempSync(join(tmpdir(), 'rejoin-livekit-'));
  const file = join(folder, 'config.yaml');
  writeFileSync(file, configuration(place, ports, apiKey, apiSecret) + config, { mode: 0o600 });
  mkdirSync(at('target', 'test-logs'), { recursive: true });
  const log = at('target', 'test-logs', `livekit-server-${port}-${process.pid}.log`);
  writeFileSync(log, '');
  const [program, ...args] = place.inside(binary, ['--config', file]);
  const server = startGuarded(program, args, { log });
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', cleanUp);
  const stop = once(async () => {
    await server.stop();
    process.off('exit', cleanUp);
    cleanUp();
  });
  const ready = await place.answers(`http://${place.host}:${port}/`, server.exited);
  return { ready, output: readFileSync(log, 'utf8'), url: `ws://${place.host}:${port}`, apiKey, apiSecret, log, ports, stop, kill: server.kill };
}

// Loopback candidates and the address 127.0.0.1 as the node's own: a browser on this machine needs no other network.
const configuration = ({ host, network, block }, ports, key, secret) => `
port: ${ports.port}
bind_addresses: [${host}]
rtc:
  tcp_port: ${ports.tcp}
  udp_port: ${ports.udp}
  use_external_ip: false
  node_ip: ${host}
  interfaces: { includes: [${network}] }
  ips: { includes: [${block}] }
  enable_loopback_candidate: true
keys:
  ${key}: ${secret}
`;

async function answers(url, exited) {
  let ended = false;
  exited.then(() => (ended = true));
  const until = performance.now() + READY_WITHIN_MS;
  while (!ended && performance.now() < until) {
    try {
      if ((await fetch(url, { signal: AbortSignal.timeout(1000) })).ok) return true;
    } catch {
      // Not listening yet.
    }
    // A server has no event for "listening" that another process could await.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

function describe({ url, apiKey, apiSecret, kind, log, stop, kill, ports = null }) {
  return {
    url,
    apiKey,
    apiSecret,
    kind,
    log,
    ports,
    stop,
    kill,
    rooms: new RoomService({ url, apiKey, apiSecret }),
    token: (options) => token({ apiKey, apiSecret, ...options }),
  };
}

function once(work) {
  let result;
  return () => (result ??= work());
}

// For a person: `node tests/livekit/server.mjs` runs one until Ctrl-C and prints what is needed to join.
if (process.argv[1] === new URL(import.meta.url).pathname) {
  const server = await startServer();
  const version = server.kind === 'env' ? '' : (await run(which('livekit-server') ?? (await livekitServer()), ['--version'])).output.trim();
  console.log(`${version} (${server.kind})\nLIVEKIT_URL=${server.url}\nLIVEKIT_API_KEY=${server.apiKey}\nLIVEKIT_API_SECRET=${server.apiSecret}\nlog: ${server.log}`);
  setInterval(() => {}, 1 << 30);
}
