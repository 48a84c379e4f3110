// Many clients in a few processes: starts the processes, asks all of them at once, ends them. What a client is, is told
// in clients.mjs.
import { fork } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { at, target } from '../../../scripts/lib/paths.mjs';
import { join } from 'node:path';
import { Failure } from '../../../scripts/lib/run.mjs';

const PROGRAM = fileURLToPath(new URL('clients.mjs', import.meta.url));

/** The package as an app bundles it: one file, of which each client imports a copy. */
export async function bundleForClients() {
  const folder = join(target, 'storm');
  mkdirSync(folder, { recursive: true });
  const module = join(folder, 'rejoin.mjs');
  const contents = "export { default, Room, setLogLevel } from 'rejoin/slim';";
  await build({ stdin: { contents, resolveDir: at() }, outfile: module, bundle: true, format: 'esm', platform: 'node', minify: true, logLevel: 'error' });
  return { module, wasm: at('pkg', 'dist', 'rejoin.wasm') };
}

/** A process of clients, asked by messages. */
class Process {
  #child;
  #open = new Map();
  #calls = 0;

  constructor(numbers) {
    this.numbers = numbers;
    this.#child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.on('message', ({ id, value, error }) => {
      const { resolve, reject } = this.#open.get(id);
      this.#open.delete(id);
      if (error) reject(new Failure(`a process of clients failed: ${error}`));
      else resolve(value);
    });
    this.ended.then((code) => {
      for (const { reject } of this.#open.values()) reject(new Failure(`a process of clients ended with code ${code}`));
      this.#open.clear();
    });
  }

  call(call, facts) {
    this.#calls += 1;
    const id = this.#calls;
    return new Promise((resolve, reject) => {
      this.#open.set(id, { resolve, reject });
      this.#child.send({ id, call, facts }, (error) => error && reject(new Failure(`a process of clients is gone: ${error.message}`)));
    });
  }

  stop() {
    this.#child.kill('SIGKILL');
    return this.ended;
  }
}

export class Crowd {
  #processes;

  /** `clients` of them, numbered from 0, in so many processes. */
  constructor(clients, processes) {
    const shares = Array.from({ length: Math.min(processes, clients) }, () => []);
    for (let n = 0; n < clients; n += 1) shares[n % shares.length].push(n);
    this.#processes = shares.map((numbers) => new Process(numbers));
  }

  async #all(call, facts = () => ({})) {
    return Promise.all(this.#processes.map((each) => each.call(call, facts(each.numbers))));
  }

  prepare({ policy, module, wasm }) {
    return this.#all('prepare', (numbers) => ({ numbers, policy, module, wasm }));
  }

  /** Joins everybody, `perSecond` in all; resolves with how many are in. */
  async join({ url, tokens, perSecond, withinMs }) {
    const joined = await this.#all('join', () => ({ url, tokens, perSecond: perSecond / this.#processes.length, withinMs }));
    return joined.reduce((sum, count) => sum + count, 0);
  }

  /** `{ client, port, connected, participants }` of every client. */
  async ports() {
    return (await this.#all('ports')).flat();
  }

  async report() {
    const reports = await this.#all('report');
    const all = (what) => reports.flatMap((report) => report[what]);
    return { dials: all('dials'), changes: all('changes'), ended: all('ended'), longestPauseMs: Math.max(...reports.map(({ longestPauseMs }) => longestPauseMs)) };
  }

  /** Ends the processes, without a word to the server. */
  async stop() {
    await Promise.all(this.#processes.map((each) => each.stop()));
  }
}
