// A cluster on the loopback address: livekit-servers that share one Redis behind one balancer, and nodes that can be killed.
//
//   const cluster = await startCluster();
//   await cluster.host('kitchen', cluster.nodes[0]);           // the room will be on this node
//   ... room.connect(cluster.url, cluster.token({ room: 'kitchen', identity: 'alice' }))
//   await cluster.nodes[0].kill();                             // SIGKILL: sockets are reset, media stops, nobody says goodbye
//   await cluster.add();                                       // another node in its place
//   await cluster.stop();
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { at } from '../../scripts/lib/paths.mjs';
import { Failure, tail } from '../../scripts/lib/run.mjs';
import { redis } from '../../scripts/setup/network.mjs';
import { startBalancer } from './balancer.mjs';
import { startGuarded } from './guarded.mjs';
import { tcpPort } from './ports.mjs';
import { startServer } from './server.mjs';

const READY_WITHIN_MS = 10_000;

/** Starts Redis, `nodes` servers and the balancer, which prefers them in the order of `cluster.nodes`. */
export async function startCluster({ nodes = 2 } = {}) {
  const cluster = new Cluster();
  try {
    await cluster.start(nodes);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

class Cluster {
  #secret = randomBytes(24).toString('hex');
  #redis;
  #balancer;
  /** Those that live: `{ id, server, kill() }`. */
  nodes = [];

  async start(count) {
    this.#redis = await startRedis();
    this.#balancer = await startBalancer([]);
    for (let i = 0; i < count; i += 1) await this.add();
    this.url = this.#balancer.url;
  }

  /** Starts one more node. */
  async add() {
    const config = `redis:\n  address: 127.0.0.1:${this.#redis.port}\n`;
    const server = await startServer({ ports: { port: 0, tcp: 0, udp: 0 }, own: true, secret: this.#secret, config });
    const id = /"nodeID": "(ND_\w+)"/.exec(readFileSync(server.log, 'utf8'))?.[1];
    const node = {
      id,
      server,
      kill: async () => {
        this.#leave(node);
        await server.kill();
        await server.stop();
      },
    };
    this.nodes.push(node);
    this.#prefer();
    return node;
  }

  #leave(node) {
    this.nodes = this.nodes.filter((each) => each !== node);
    this.#prefer();
  }

  #prefer() {
    this.#balancer.targets = this.nodes.map(({ server }) => server.ports.port);
  }

  token(options) {
    return this.nodes[0].server.token(options);
  }

  /** Makes `room` on `node`. */
  async host(room, node) {
    await node.server.rooms.createRoom(room, { nodeId: node.id });
  }

  async stop() {
    await Promise.all(this.nodes.map(({ server }) => server.stop()));
    await this.#balancer?.stop();
    await this.#redis?.stop();
  }
}

async function startRedis() {
  const program = await redis();
  const port = await tcpPort();
  const folder = mkdtempSync(join(tmpdir(), 'rejoin-redis-'));
  mkdirSync(at('target', 'test-logs'), { recursive: true });
  const log = at('target', 'test-logs', `redis-${port}-${process.pid}.log`);
  const server = startGuarded(program, ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', folder], { log });
  const cleanUp = () => rmSync(folder, { recursive: true, force: true });
  process.once('exit', cleanUp);
  const stop = async () => {
    await server.stop();
    process.off('exit', cleanUp);
    cleanUp();
  };
  if (await listens(port, server.exited)) return { port, stop };
  await stop();
  throw new Failure('redis-server did not start', tail(readFileSync(log, 'utf8')));
}

async function listens(port, exited) {
  let ended = false;
  exited.then(() => (ended = true));
  const until = performance.now() + READY_WITHIN_MS;
  while (!ended && performance.now() < until) {
    const socket = net.connect(port, '127.0.0.1');
    const open = await new Promise((resolve) => socket.once('connect', () => resolve(true)).once('error', () => resolve(false)));
    socket.destroy();
    if (open) return true;
    await new Promise((resolve) => setTimeout(resolve, 30)); // Nothing tells another process that it listens.
  }
  return false;
}
