// A TCP proxy on the loopback address that does to connections what networks do: cuts, refusals, silence, a slow door.
// It knows nothing of HTTP or WebSocket, so it stands in front of any server, a real livekit-server above all. It carries
// no UDP: media goes past it.
//
//   const proxy = await startProxy({ target: server.url });
//   client.connect(proxy.url, token);
//   await proxy.nextConnection();      // the next one to arrive after this call
//   proxy.cut();                       // RST to both sides of every connection, or of some: proxy.cut((pipe) => ...)
//   proxy.refuse(); ... proxy.accept();
//   proxy.silence({ direction: 'up' }); ... proxy.resume();   // or proxy.letIn() first: only new ones pass
//   proxy.delay({ ms: 200 });
//   await proxy.stop();
import net from 'node:net';
import { Door } from './door.mjs';
import { Arrivals } from './waiting.mjs';

const HOST = '127.0.0.1';

/** `target`: a URL (`ws://127.0.0.1:7880`), a port, or `{ host, port }`. `port`: the proxy's own, any by default. */
export async function startProxy({ target, port = 0 }) {
  const proxy = new TcpProxy(target);
  await proxy.listen(port);
  return proxy;
}

/** One connection through the proxy. "up" is from the client to the target. */
class Pipe {
  #sides;
  /** What is to happen when silence ends, in order, per direction; null while there is no silence. */
  #held = { up: null, down: null };
  #keep = false;
  arrivedAt = performance.now();
  delays = { up: 0, down: 0 };
  bytes = { up: 0, down: 0 };
  /** Bytes that were swallowed. */
  lost = { up: 0, down: 0 };

  constructor(client, target) {
    /** The client's end: its local port. */
    this.port = client.remotePort;
    const upstream = net.connect(target);
    this.#sides = { client, upstream };
    this.closed = Promise.all([gone(client), gone(upstream)]);
    this.#join('up', client, upstream);
    this.#join('down', upstream, client);
  }

  #join(direction, from, to) {
    from.setNoDelay(true);
    const now = (work) => (this.#held[direction] ? this.#held[direction].push(work) : work());
    const delayed = [];
    let timer = null;
    const deliver = () => {
      while (delayed.length > 0 && delayed[0].due <= performance.now()) now(delayed.shift().work);
      timer = delayed.length > 0 ? setTimeout(deliver, Math.max(1, delayed[0].due - performance.now())) : null;
    };
    const pass = (work) => {
      const ms = this.delays[direction];
      if (ms === 0 && delayed.length === 0) return now(work);
      // Never before what came before, also when the delay has been shortened meanwhile.
      delayed.push({ due: Math.max(performance.now() + ms, delayed.at(-1)?.due ?? 0), work });
      timer ??= setTimeout(deliver, ms);
    };
    from.on('data', (chunk) => {
      if (this.#held[direction] && !this.#keep) {
        this.lost[direction] += chunk.length;
        return;
      }
      pass(() => {
        this.bytes[direction] += chunk.length;
        if (!to.destroyed && !to.write(chunk)) {
          from.pause();
          to.once('drain', () => from.resume());
        }
      });
    });
    from.on('end', () => pass(() => to.end()));
    // A reset on one side is a reset on the other, and so is a target that cannot be reached.
    let failed = false;
    from.on('error', () => (failed = true));
    from.on('close', () => pass(() => (failed ? reset(to) : to.destroySoon())));
  }

  /** Neither side hears of the other in `direction` any more, not even that it has closed. */
  silence(direction, keep) {
    this.#keep = keep;
    for (const way of ways(direction)) this.#held[way] ??= [];
  }

  resume(apartMs = 0) {
    for (const way of ways('both')) {
      const held = this.#held[way] ?? [];
      this.#held[way] = null;
      held.forEach((work, n) => (apartMs ? setTimeout(work, n * apartMs) : work()));
    }
  }

  cut() {
    this.#held = { up: null, down: null };
    for (const side of Object.values(this.#sides)) reset(side);
  }
}

/** RST. A side that has said its end already takes none: Node would never close it, and never end. */
export const reset = (socket) => (socket.writableEnded ? socket.destroy() : socket.resetAndDestroy());
const gone = (socket) => new Promise((resolve) => socket.once('close', resolve));
const ways = (direction) => {
  if (direction === 'both') return ['up', 'down'];
  if (direction !== 'up' && direction !== 'down') throw new TypeError(`direction is "both", "up" or "down", not ${direction}`);
  return [direction];
};

function address(target) {
  if (typeof target === 'number') return { host: HOST, port: target, scheme: 'tcp' };
  if (typeof target === 'object') return { scheme: 'tcp', ...target };
  const { protocol, hostname, port } = new URL(target);
  return { host: hostname, port: Number(port) || (/^(wss|https):$/.test(protocol) ? 443 : 80), scheme: protocol.slice(0, -1) };
}

class TcpProxy {
  #server = net.createServer({ allowHalfOpen: true }, (client) => this.#arrive(client));
  #pipes = new Set();
  #waitingClients = new Set();
  #target;
  #refusing = false;
  #silence = null;
  #delays = { up: 0, down: 0 };
  #door = null;
  #coming = new Arrivals('connection through the proxy');

  /** Every connection that ever arrived, in order: `{ at (performance.now()), admitted, pipe }`. */
  arrivals = [];

  constructor(target) {
    this.#target = address(target);
  }

  listen(port) {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, HOST, () => {
        this.port = this.#server.address().port;
        this.url = `${this.#target.scheme}://${HOST}:${this.port}`;
        resolve();
      });
    });
  }

  /** Connections that are open on either side. */
  get open() {
    return this.#pipes.size;
  }

  /** Arrivals that were let through, and that were not. */
  get admitted() {
    return this.arrivals.filter(({ admitted }) => admitted).length;
  }

  get refused() {
    return this.arrivals.length - this.admitted;
  }

  /** The next connection to arrive after this call, admitted or not: `{ at, admitted, pipe }`. */
  nextConnection({ timeoutMs } = {}) {
    const from = this.arrivals.length;
    return this.#coming.next((arrival) => arrival.n >= from, { timeoutMs });
  }

  /** Where new connections go from now on. Those that exist stay where they are. */
  retarget(target) {
    this.#target = { ...address(target), scheme: this.#target.scheme };
  }

  /** RST to both sides of every connection that `fits`. Returns how many there were. */
  cut(fits = () => true) {
    const chosen = [...this.#pipes].filter(fits);
    for (const pipe of chosen) pipe.cut();
    return chosen.length;
  }

  /** Resets every new connection as soon as it arrives (so that it can be counted). Existing ones stay. */
  refuse() {
    this.#refusing = true;
  }

  /** Ends `refuse` and `limit`: everybody is let in, also those who stand waiting. */
  accept() {
    this.#refusing = false;
    this.#door = null;
    for (const client of this.#waitingClients) this.#admit(client);
  }

  /**
   * Nothing arrives any more, in one direction or both: not bytes, not the end of a connection. Sockets stay open, new
   * ones are accepted and silent too. Swallowed bytes are gone; with `keep` they arrive after `resume`, as after a TCP
   * retransmission or a laptop's sleep.
   */
  silence({ direction = 'both', keep = false } = {}) {
    ways(direction);
    this.#silence = { direction, keep };
    for (const pipe of this.#pipes) pipe.silence(direction, keep);
  }

  /**
   * Ends `silence`. A connection that lost bytes lives on without them; `cut` is what usually follows. What was kept
   * arrives at once, or one after the other so far `apartMs`, where nothing follows it.
   */
  resume({ apartMs } = {}) {
    this.#silence = null;
    for (const pipe of this.#pipes) pipe.resume(apartMs);
  }

  /** Ends `silence` for connections that are still to come; those that are silent stay so until `resume`. */
  letIn() {
    this.#silence = null;
  }

  /** Everything arrives so much later, in one direction or both, in order; 0 ends it. Bytes that were swallowed are not affected. */
  delay({ ms, direction = 'both' }) {
    for (const way of ways(direction)) this.#delays[way] = ms;
    for (const pipe of this.#pipes) pipe.delays = this.#delays;
  }

  /**
   * A door for new connections: a bucket of `burst` refilled at `perSecond`. Who finds it empty is reset, or with
   * `queue` waits, accepted and silent, for its turn. `accept()` ends it.
   */
  limit({ perSecond, burst = 1, queue = false }) {
    this.#door = new Door({ perSecond, burst, queue }, performance.now());
  }

  async stop() {
    if (!this.#server.listening) return;
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const client of this.#waitingClients) client.destroy();
    this.cut();
    await closed;
    this.#coming.end('the proxy was stopped');
  }

  #arrive(client) {
    client.on('error', () => {}); // A reset by the client is ordinary here.
    const arrival = { n: this.arrivals.length, at: performance.now(), admitted: false, pipe: null };
    this.arrivals.push(arrival);
    client.arrival = arrival;
    const wait = this.#refusing ? Infinity : (this.#door?.knock(arrival.at) ?? 0);
    if (wait === 0) this.#admit(client);
    else if (wait === Infinity) client.resetAndDestroy();
    else this.#queue(client, wait);
    this.#coming.push(arrival);
  }

  #queue(client, ms) {
    this.#waitingClients.add(client);
    const timer = setTimeout(() => this.#admit(client), ms);
    client.once('close', () => {
      clearTimeout(timer);
      this.#waitingClients.delete(client);
    });
  }

  #admit(client) {
    this.#waitingClients.delete(client);
    if (client.destroyed || client.arrival.admitted) return;
    const { host, port } = this.#target;
    const pipe = new Pipe(client, { host, port, allowHalfOpen: true });
    pipe.delays = this.#delays;
    if (this.#silence) pipe.silence(this.#silence.direction, this.#silence.keep);
    Object.assign(client.arrival, { admitted: true, pipe });
    this.#pipes.add(pipe);
    pipe.closed.then(() => this.#pipes.delete(pipe));
  }
}
