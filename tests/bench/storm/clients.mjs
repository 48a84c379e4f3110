// A process full of clients: each is a room of the published package in a module instance of its own, as each page has
// one, because the rooms of one instance share their reconnect window. Signalling only: Node has no RTCPeerConnection.
// It is driven by messages (crowd.mjs) and ends with the process that started it.
import { readFile } from 'node:fs/promises';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { pathToFileURL } from 'node:url';
import WebSocket from 'ws';
import { policyNamed } from './scenarios.mjs';

/** The same clock in every process of this machine: ms since 1970, with fractions. */
const now = () => performance.timeOrigin + performance.now();
const JOINS_AT_ONCE = 8;

const clients = [];
const lag = monitorEventLoopDelay({ resolution: 10 });
let wasm;

class Client {
  dials = [];
  changes = [];
  ended = [];
  port = null;

  constructor(number, { default: init, Room, setLogLevel }, policy) {
    this.number = number;
    this.start = async () => {
      await init({ wasm });
      setLogLevel('silent');
      this.room = new Room({ webSocket: this.#socketClass(), reconnectPolicy: policy });
      this.room.on('connectionStateChanged', (state) => this.#entered(state));
      this.room.on('disconnected', (reason) => this.ended.push({ at: now(), client: number, reason }));
    };
  }

  #up = false;

  #entered(state) {
    const up = state === 'connected';
    if (up === this.#up) return;
    this.#up = up;
    this.changes.push({ at: now(), client: this.number, up });
  }

  #socketClass() {
    const client = this;
    return class extends WebSocket {
      constructor(url, protocols) {
        super(url, protocols, { perMessageDeflate: false });
        client.dials.push({ at: now(), client: client.number });
        this.on('upgrade', ({ socket }) => (client.port = socket.localPort));
      }
    };
  }
}

const calls = {
  /** Makes clients that are not connected yet: `numbers` are their names, `module` is what has Rejoin in it. */
  async prepare({ numbers, policy, module, wasm: file }) {
    wasm = await WebAssembly.compile(await readFile(file));
    const { make } = policyNamed(policy);
    for (const number of numbers) {
      // The query makes it a module of its own.
      const client = new Client(number, await import(`${pathToFileURL(module)}?client=${number}`), await make());
      await client.start();
      clients.push(client);
    }
  },

  /** Joins all of them, `perSecond` of them begin in a second. Resolves with how many are in. */
  async join({ url, tokens, perSecond, withinMs }) {
    const begun = now();
    const queue = clients.entries();
    const joinOne = async () => {
      for (const [i, { room, number }] of queue) {
        const early = begun + (i / perSecond) * 1000 - now();
        if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
        if (now() - begun > withinMs) return;
        await room.connect(url, tokens[number], { maxRetries: 3, connectTimeoutMs: withinMs }).catch(() => {});
      }
    };
    await Promise.all(Array.from({ length: JOINS_AT_ONCE }, joinOne));
    return clients.filter(({ room }) => room.state === 'connected').length;
  },

  /** Which local port each client's connection has. Called when all is quiet; what follows is measured. */
  async ports() {
    lag.enable();
    // One says how large it sees the room, for all: asking makes an object for each participant.
    const participants = (clients.at(-1)?.room.remoteParticipants.size ?? 0) + 1;
    return clients.map(({ number, port, room }) => ({ client: number, port, connected: room.state === 'connected', participants }));
  },

  /** Everything since the beginning, on the clock of all processes. */
  async report() {
    lag.disable();
    const all = (what) => clients.flatMap((client) => client[what]);
    return { dials: all('dials'), changes: all('changes'), ended: all('ended'), longestPauseMs: lag.max / 1e6 };
  },
};

process.on('message', async ({ id, call, facts }) => {
  try {
    process.send({ id, value: await calls[call](facts) });
  } catch (error) {
    process.send({ id, error: String(error?.stack ?? error) });
  }
});
process.on('disconnect', () => process.exit());
