// Two network namespaces with a wire between them: a server at one end, clients at the other, and packet filters that do to
// the wire what real networks do to real packets, UDP included. Needs root on Linux; it says so in a sentence elsewhere.
// The machine's own network is not touched, and nothing is left behind, however this process ends.
//
//   const wire = await startWire();
//   const server = await startServer({ place: wire.server.place });
//   await wire.drop({ direction: 'down' }); ... await wire.heal();
//   await wire.stop();
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure, run, tail } from '../../scripts/lib/run.mjs';
import { networkTools } from '../../scripts/setup/network.mjs';

const PROBE = fileURLToPath(new URL('probe.mjs', import.meta.url));
// Of 198.18.0.0/15, which is set aside for tests of networks. Every wire is a world of its own, so all have the same.
const BLOCK = '198.18.7.0/30';
const ADDRESSES = { server: '198.18.7.1', client: '198.18.7.2' };
const DEVICE = 'wire';
// At which ends packets of a direction are dropped: where they arrive, because a sender would be told of a drop at its own.
const ENDS = { up: ['server'], down: ['client'], both: ['server', 'client'] };

// Lives as long as the pipe that this process holds, then takes the namespaces away.
const KEEPER = 'cat >/dev/null; for name; do "$IP" netns del "$name"; done';

/** Makes both namespaces and the wire. Rejects with a sentence where the system does not allow it. */
export async function startWire() {
  if (process.platform !== 'linux') throw new Failure('network namespaces are missing: this test needs Linux');
  if (process.getuid() !== 0) throw new Failure('network namespaces need root: run this test as root, or in a container as its root with CAP_NET_ADMIN and CAP_SYS_ADMIN');
  const tools = await networkTools();
  const id = `${process.pid}-${randomBytes(3).toString('hex')}`;
  const wire = new Wire(tools, { server: `rejoin-${id}-server`, client: `rejoin-${id}-client` });
  try {
    await wire.make();
  } catch (error) {
    await wire.stop();
    throw new Failure(`network namespaces are not permitted here: ${tail(error.output || error.message, 1)}`);
  }
  return wire;
}

class Wire {
  #tools;
  #names;
  #keeper;
  #folder = mkdtempSync(join(tmpdir(), 'rejoin-wire-'));
  #cleanUp = () => rmSync(this.#folder, { recursive: true, force: true });

  constructor(tools, names) {
    this.#tools = tools;
    this.#names = names;
    /** `{ name, address, place, launcher(program) }` of each end: where it is and how to run something there. */
    this.server = this.#end('server');
    this.client = this.#end('client');
  }

  async make() {
    const { server, client } = this.#names;
    process.once('exit', this.#cleanUp);
    this.#keeper = spawn('sh', ['-c', KEEPER, 'sh', server, client], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, env: { ...process.env, IP: this.#tools.ip } });
    this.#keeper.unref();
    this.#keeper.stdin.unref?.();
    for (const name of [server, client]) await this.#ip('netns', 'add', name);
    await this.#ip('-n', server, 'link', 'add', DEVICE, 'type', 'veth', 'peer', 'name', DEVICE, 'netns', client);
    for (const [end, name] of Object.entries(this.#names)) {
      await this.#ip('-n', name, 'address', 'add', `${ADDRESSES[end]}/30`, 'dev', DEVICE);
      for (const device of ['lo', DEVICE]) await this.#ip('-n', name, 'link', 'set', device, 'up');
    }
  }

  #ip(...args) {
    return run(this.#tools.ip, args);
  }

  #inside(end, program, ...args) {
    return [this.#tools.ip, 'netns', 'exec', this.#names[end], program, ...args];
  }

  #end(end) {
    const inside = (program, args) => this.#inside(end, program, ...args);
    return {
      name: this.#names[end],
      address: ADDRESSES[end],
      place: {
        host: ADDRESSES[end],
        network: DEVICE,
        block: BLOCK,
        inside,
        // From the other end, over the wire: what answers there answers clients.
        answers: async (url) => {
          const [program, ...args] = this.#inside(end === 'server' ? 'client' : 'server', process.execPath, PROBE, url);
          return (await run(program, args, { allowFailure: true })).code === 0;
        },
      },
      /** A program file that starts `program` at this end, for those who take nothing but a file. */
      launcher: (program) => {
        const file = join(this.#folder, `${end}-${randomBytes(3).toString('hex')}`);
        writeFileSync(file, `#!/bin/sh\nexec ${inside(program, []).join(' ')} "$@"\n`);
        chmodSync(file, 0o755);
        return file;
      },
    };
  }

  async #filter(direction, rule) {
    if (!ENDS[direction]) throw new TypeError(`direction is ${Object.keys(ENDS).join(', ')}, not ${direction}`);
    for (const end of ENDS[direction]) {
      const [program, ...args] = this.#inside(end, this.#tools.iptables, '-w', '-A', 'INPUT', '-i', DEVICE, ...rule, '-j', 'DROP');
      await run(program, args);
    }
  }

  /**
   * Nothing arrives any more; "up" is from client to server. `{ syn: true }`: only openings of TCP connections get lost,
   * with `port` only those to this port of the server.
   */
  drop({ direction = 'both', syn = false, port } = {}) {
    return this.#filter(direction, syn ? ['-p', 'tcp', '--syn', ...(port ? ['--dport', String(port)] : [])] : []);
  }

  /** So many percent of all packets get lost, each by itself. */
  lose({ percent, direction = 'both' }) {
    return this.#filter(direction, ['-m', 'statistic', '--mode', 'random', '--probability', String(percent / 100)]);
  }

  /** A bottleneck with a long queue: packets of the direction leave at `kbit` a second and wait up to `queueMs` for it. */
  async narrow({ kbit, queueMs, direction = 'both' }) {
    const from = { up: ['client'], down: ['server'], both: ['client', 'server'] }[direction];
    for (const end of from) {
      const shape = ['qdisc', 'replace', 'dev', DEVICE, 'root', 'tbf', 'rate', `${kbit}kbit`, 'burst', '4kb', 'latency', `${queueMs}ms`];
      await run(this.#tools.tc, ['-n', this.#names[end], ...shape]);
    }
  }

  /** Ends everything that was done to the wire. */
  async heal() {
    for (const end of Object.keys(this.#names)) {
      const [program, ...args] = this.#inside(end, this.#tools.iptables, '-w', '-F', 'INPUT');
      await run(program, args);
      await run(this.#tools.tc, ['-n', this.#names[end], 'qdisc', 'del', 'dev', DEVICE, 'root'], { allowFailure: true });
    }
  }

  /** Takes the namespaces away. What still runs in them keeps running without a wire. */
  async stop() {
    process.off('exit', this.#cleanUp);
    this.#cleanUp();
    if (!this.#keeper || this.#keeper.exitCode !== null) return;
    this.#keeper.ref();
    const gone = new Promise((resolve) => this.#keeper.once('close', resolve));
    this.#keeper.stdin.end();
    await gone;
  }
}
