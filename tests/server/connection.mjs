// One client's signalling socket as a test sees it: everything it sent, decoded and in order, and everything that can be
// done to it, politely or not. What is sent on its own, and when, is decided in session.mjs.
import { response, request } from './codec.mjs';
import { Arrivals } from './waiting.mjs';

export class Connection {
  #server;
  #ws;
  #socket;
  #delayMs;
  #text;
  #silent = false;
  #ended;
  #requests = new Arrivals('request', (message) => message.case);
  // The script waits on a list of its own: what it has seen is still to be had by the test.
  #script = new Arrivals('request', (message) => message.case);

  /** Every frame of the client: `{ case, value, text, at }`, or `{ case: 'garbage', error }` for one that does not decode. */
  received = [];
  /** Every message that was sent, by its case. Raw bytes and text stand as "raw". */
  sent = [];
  /** Resolves when the socket is gone: `{ code, reason, clean }`; code 1006 when there was no closing handshake. */
  closed = new Promise((resolve) => (this.#ended = resolve));
  open = true;
  room = null;
  participant = null;

  constructor(server, ws, socket, dial) {
    this.#server = server;
    this.#ws = ws;
    this.#socket = socket;
    this.dial = dial;
    this.#delayMs = dial.script.delayMs ?? 0;
    this.#text = Boolean(dial.script.text);
    ws.on('error', () => {}); // `close` follows and says what there is to say.
    ws.on('close', (code, reason) => {
      this.open = false;
      for (const each of [this.#requests, this.#script]) each.end(`the socket was closed with ${code}`);
      this.#ended({ code, reason: reason.toString(), clean: code !== 1006 });
    });
  }

  get identity() {
    return this.dial.identity;
  }

  /** Calls `handle({ case, value })` with each request that decodes, unless the connection is silent. */
  listen(handle) {
    this.#ws.on('message', (data, isBinary) => {
      const at = performance.now();
      let message;
      try {
        message = { ...request(data, isBinary), at };
      } catch (error) {
        message = { case: 'garbage', value: data, error, at };
      }
      this.received.push(message);
      for (const each of [this.#requests, this.#script]) each.push(message);
      if (message.text) this.#text = true; // As the real server: it answers in the form it is spoken to.
      if (!this.#silent && !message.error) handle(message);
    });
  }

  /** The cases of all requests so far, in order. `requests('updateMetadata')` gives their values instead. */
  requests(name) {
    if (!name) return this.received.map((message) => message.case);
    return this.received.filter((message) => message.case === name).map((message) => message.value);
  }

  /** The next request of that case (of any, without one) that was not handed out yet: `{ case, value }`. */
  next(name, options) {
    return this.#requests.next((message) => !name || message.case === name, { what: name ? `request ${name}` : 'request', ...options });
  }

  /** For scripts: the same, for as long as the socket is open, and without taking anything from `next`. */
  said(name) {
    return this.#script.next((message) => message.case === name, { what: `request ${name}`, timeoutMs: 2 ** 31 - 1 });
  }

  /** Sends a message, given as `response` in codec.mjs takes it. Order is kept, whatever the delay. */
  send(init) {
    const message = response(init);
    const { case: name } = message.message;
    if (name === 'join' || name === 'reconnect') this.dial.joined();
    this.#write(name, this.#text ? message.toJsonString() : message.toBinary());
  }

  /** A frame that is no message: by default bytes that no protobuf decoder takes. */
  garbage(bytes = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07, 0x80)) {
    this.raw(bytes);
  }

  /** A frame of any content: bytes make a binary frame, a string a text frame. */
  raw(data) {
    this.#write('raw', data);
  }

  #write(name, data) {
    if (this.#silent || !this.open) return;
    this.sent.push(name);
    const write = () => this.#ws.send(data, { binary: typeof data !== 'string' }, () => {});
    if (this.#delayMs > 0) setTimeout(write, this.#delayMs);
    else write();
  }

  /** Sends `leave` and then closes with 1000, as the real server does for every kind of leave; below protocol 13 without an action. */
  leave({ action, reason, ...rest }) {
    const old = (this.dial.join?.clientInfo?.protocol ?? 0) < 13;
    this.send({ leave: old ? { reason, canReconnect: action === 'RECONNECT' } : { action, reason, ...rest } });
    this.close(1000);
  }

  /**
   * Stops reading, on the TCP level: what the client sends piles up, its closing handshake is not answered and even its end
   * is not noticed, until `freeze(false)`.
   */
  freeze(on = true) {
    if (on) this.#ws.pause();
    else this.#ws.resume();
  }

  /** Sends the client a new token for what it may do now. */
  refresh() {
    this.send({ refreshToken: this.#server.refreshed(this) });
  }

  /** Starts the closing handshake. Without a code the frame carries none (a client sees 1005). */
  close(code, reason) {
    this.#after(() => this.#ws.close(code, reason));
  }

  /** Ends the TCP connection with a RST: a client sees 1006 at once. */
  reset() {
    this.#socket.resetAndDestroy();
  }

  /** Ends the TCP connection with a FIN and no closing handshake. */
  end() {
    this.#socket.end();
    this.#socket.once('end', () => this.#socket.destroy());
  }

  /** From here on nothing is sent and nothing answered; what comes in is still recorded. `silence(false)` ends it. */
  silence(on = true) {
    this.#silent = on;
  }

  #after(work) {
    if (this.#delayMs > 0) setTimeout(work, this.#delayMs);
    else work();
  }
}
