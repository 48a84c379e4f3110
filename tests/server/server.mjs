// A LiveKit signalling server that misbehaves on purpose, for what a real one cannot be told to do. It speaks /rtc/v1 and
// /rtc, both `/validate` and /settings/regions, with a codec of its own (@livekit/protocol). It carries no media: a client's
// offer stays unanswered unless a browser page stands in for the media server's end (`attachPeer(server, page)`, peer.mjs),
// which a client in a page needs for its connect() to resolve. Tests of a thousand sessions stub RTCPeerConnection instead
// (`answerStubs(server)`, stub-rtc.mjs). Clients without RTC need neither.
//
//   import { startScriptable } from '../server/server.mjs';
//   const server = await startScriptable({ script: [{ upgrade: { status: 503 } }, { then: [{ after: 'pingReq' }, { close: 1011 }] }] });
//   client.connect(server.url, server.token({ room: 'r', identity: 'alice' }));
//   const connection = await server.nextConnection();   // connection.mjs: next, send, leave, close, reset, silence, garbage, ...
//   const { value } = await connection.next('updateMetadata');
//   server.use({ validate: { status: 429, headers: { 'retry-after': '7' } } });
//   await server.idle();                                // resolves when no dial and no socket is left
//   await server.stop();
//
// A SCRIPT says how one dial (one attempt to open the socket) deviates; `{}` is a happy server. `script` is one script for
// all dials, an array (the n-th dial of the server gets the n-th entry, later ones `{}`), or a function `(dial) => script`,
// async if need be, that sees `dial.n`, `.attempt` (nth of this identity), `.identity`, `.version`, `.reconnect`, `.sid`, `.join`.
// Its keys, all optional, in the order in which they act:
//   v1, v0      false: that version's paths answer 404, `/validate` too
//   upgrade     an ANSWER instead of 101: 'reset' (RST), 'stall' (TCP stays open, no answer), { status, text, headers, json },
//               or { raw } (bytes or text that need not be HTTP)
//   upgradeMs   wait so long before the upgrade is answered
//   validate    an ANSWER of `/validate`, instead of the truth about the token
//   open        async (connection) => ...: replaces all that follows; nothing is sent unless this sends it
//   before      messages ahead of the first one (resume: messages before `reconnect`)
//   first       'nothing', 'garbage' or messages instead of `join` / `reconnect` (the client is then in no room)
//   join        fields of JoinResponse to override, or a function that changes the usual one: { pingInterval: 1, pingTimeout: 3 }
//   crowd       how many made-up participants are in the room before the client
//   resume      'refuse' (STATE_MISMATCH), or fields of ReconnectResponse: { lastMessageSeq: 7 }
//   then        STEPS after the first message: a message, { close: code, reason }, { reset: true }, { end: true } (FIN),
//               { silence: true }, { freeze: true } (stop reading), { garbage: true }, { raw: bytes or text },
//               { after: 'ping' } (wait for that request), { waitMs }
//   run         async (connection) => ...: whatever a list of steps cannot say, after `then`
//   pong        false: pings stay unanswered; n: only the first n of each kind are answered
//   answers     per request: false, a count, messages or (request, connection) => messages: { addTrack: false }
//   delayMs     everything sent is late by so much; text: true sends protojson text frames
// A MESSAGE is plain data: { leave: { action: 'RESUME', reason: 'MIGRATION' } } (codec.mjs); its names are SignalResponse's.
//
// TO EXTEND: a new deviation before the upgrade goes into `#dial` below, one after it into session.mjs (and a line above);
// what a happy server answers to a request goes into room.mjs; a new way to hurt a socket into connection.mjs.
// What the real server was seen to do is in FACTS.md; the happy script follows it.
import { randomBytes } from 'node:crypto';
import http from 'node:http';
import { WebSocketServer } from 'ws';
import { token } from '../livekit/token.mjs';
import { checkToken, peek } from './access.mjs';
import { Refusal, joinRequest, signalPath } from './codec.mjs';
import { Connection } from './connection.mjs';
import { Dial, mostJoining } from './dial.mjs';
import { Room } from './room.mjs';
import { runSession } from './session.mjs';
import { Arrivals, Ended, WITHIN_MS } from './waiting.mjs';

const HOST = '127.0.0.1';
const REFRESHED_FOR_S = 600;
/** Go's default, which livekit-server leaves as it is: an uncompressed join request with an offer does not fit into Node's 16 KB. */
const MAX_HEADER_BYTES = 1 << 20;

/**
 * Starts one. All options have defaults: `script` (`{}`), `port` (any), `apiKey`, `apiSecret`, `pingInterval` and `pingTimeout`
 * in seconds (5 and 15), `regions` (what /settings/regions answers: a list of `{ region, url, distance }`, an ANSWER, or a
 * function `(claims) => either`; 404 without), `forgetAfterMs` (a lost participant leaves the room then; default: never, so that it
 * can resume without a transport, unlike on the real server).
 */
export async function startScriptable(options = {}) {
  const server = new Scriptable(options);
  await server.listen(options.port ?? 0);
  return server;
}

class Scriptable {
  #http = http.createServer({ maxHeaderSize: MAX_HEADER_BYTES }, (req, res) => {
    this.#request(req, res).catch((error) => {
      this.#fail(error);
      res.destroy();
    });
  });
  #ws = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: 16 << 20 });
  #sockets = new Set();
  #script;
  #from = 0;
  #rooms = new Map();
  #connections = new Arrivals('connection', ({ dial }) => `${dial.identity} on v${dial.version}`);
  #arriving = new Arrivals('dial', ({ identity, version }) => `${identity} on v${version}`);
  #idle = new Set();
  #failure = null;

  /** Every dial there was (dial.mjs), refused ones too, and every other HTTP request: `{ method, path, status, at }`. */
  dials = [];
  requests = [];
  /** What answers a client's offers, if anything does (peer.mjs): `{ joined, resumed, handle }`. */
  peer = null;

  constructor({ script = {}, apiKey = 'devkey', apiSecret = randomBytes(24).toString('hex'), pingInterval = 5, pingTimeout = 15, regions = null, forgetAfterMs = null }) {
    Object.assign(this, { apiKey, apiSecret, pingInterval, pingTimeout, regions, forgetAfterMs });
    this.#script = script;
    this.#http.on('upgrade', (req, socket, head) => {
      this.#dial(req, socket, head).catch((error) => {
        this.#fail(error);
        socket.destroy();
      });
    });
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => {}); // A client's reset is what many tests are about.
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  listen(port) {
    return new Promise((resolve, reject) => {
      this.#http.once('error', reject);
      this.#http.listen(port, HOST, () => {
        this.port = this.#http.address().port;
        this.url = `ws://${HOST}:${this.port}`;
        resolve();
      });
    });
  }

  /** A token of this server's key: `{ room, identity, name, metadata, attributes, grants, ttl, claims }`. */
  token(options) {
    return token({ apiKey: this.apiKey, apiSecret: this.apiSecret, ...options });
  }

  /** Changes the script for the dials that come from now on; an array counts from here. */
  use(script) {
    this.#script = script;
    this.#from = this.dials.length;
  }

  /** The room of that name; it is made when it is not there. */
  room(name) {
    if (!this.#rooms.has(name)) this.#rooms.set(name, new Room(name));
    return this.#rooms.get(name);
  }

  get rooms() {
    return [...this.#rooms.values()];
  }

  /** The open sockets, oldest first. */
  get connections() {
    return this.dials.map(({ connection }) => connection).filter((connection) => connection?.open);
  }

  /** Open sockets; and dials that have arrived and are neither joined nor ended. */
  get open() {
    return this.connections.length;
  }

  get joining() {
    return this.dials.filter((dial) => dial.joining).length;
  }

  /** The most dials (of that identity, if given) that were joining at one moment. Never more than 1 for one identity. */
  mostJoining(identity) {
    return mostJoining(identity === undefined ? this.dials : this.dials.filter((dial) => dial.identity === identity));
  }

  /** The next socket that was opened and not handed out yet. Each is handed out once, in order. */
  nextConnection(options) {
    return this.#connections.next(undefined, options);
  }

  /** The next dial that arrived and was not handed out yet, whatever became of it. */
  nextDial(options) {
    return this.#arriving.next(undefined, options);
  }

  /** Resolves when no socket is open and no dial is under way. */
  idle({ timeoutMs = WITHIN_MS } = {}) {
    if (this.#quiet()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#idle.delete(waiter);
        reject(new Error(`after ${timeoutMs} ms ${this.open} sockets are open and ${this.joining} dials under way`));
      }, timeoutMs);
      this.#idle.add(waiter);
    });
  }

  #quiet() {
    return this.open === 0 && this.joining === 0;
  }

  #settled() {
    if (!this.#quiet()) return;
    for (const waiter of this.#idle) waiter();
    this.#idle.clear();
  }

  /** A new token for what a connected participant is and may do by now. */
  refreshed({ dial: { claims }, participant }) {
    const { name, metadata, attributes } = participant.info;
    const exp = Math.floor(Date.now() / 1000) + REFRESHED_FOR_S;
    return this.token({ claims: { ...claims, exp, name, metadata, attributes, video: { ...claims.video, ...participant.grants } } });
  }

  /** Ends everything at once, stalled requests too. Idempotent. Throws what went wrong in a script, if anything did. */
  async stop() {
    if (!this.#http.listening) return;
    const closed = new Promise((resolve) => this.#http.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    for (const { participants } of this.rooms) for (const { transport } of participants) transport?.close();
    await closed;
    await this.idle();
    this.#connections.end('the server was stopped');
    this.#arriving.end('the server was stopped');
    if (this.#failure) throw this.#failure;
  }

  async #scriptOf(dial) {
    const script = this.#script;
    if (typeof script === 'function') return (await script(dial)) ?? {};
    return Array.isArray(script) ? (script[dial.n - this.#from] ?? {}) : script;
  }

  async #dial(req, socket, head) {
    const url = new URL(req.url, this.url);
    const path = signalPath(url.pathname);
    if (!path || path.validate) return answerSocket(socket, { status: 404, text: '404 page not found' });
    const dial = new Dial(url.searchParams, path.version);
    dial.n = this.dials.length;
    dial.attempt = this.dials.filter((each) => each.identity === dial.identity).length;
    this.dials.push(dial);
    const gone = () => {
      if (!dial.connection && dial.endedAt === null) dial.failed('abandoned');
      this.#settled();
    };
    socket.once('close', gone);
    // A client that gives up sends FIN: without this a stalled dial would look alive for ever.
    socket.once('end', () => dial.connection || socket.destroy());
    socket.resume();
    dial.script = await this.#scriptOf(dial);
    this.#arriving.push(dial);
    const { script } = dial;
    if (script.upgradeMs) await new Promise((resolve) => setTimeout(resolve, script.upgradeMs));
    if (socket.destroyed) return;
    const refusal = this.#refusal(dial, path.version);
    if (refusal) {
      if (refusal === 'stall') dial.outcome = 'stalled';
      else dial.failed(refusal === 'reset' ? 'reset' : 'refused', refusal.status);
      return answerSocket(socket, refusal);
    }
    this.#ws.handleUpgrade(req, socket, head, (ws) => {
      dial.outcome = 'open';
      const connection = new Connection(this, ws, socket, dial);
      dial.connection = connection;
      this.#connections.push(connection);
      runSession(this, connection).catch((error) => {
        if (error instanceof Ended) return; // The script waited for a request, the client went away.
        this.#fail(error);
        connection.close(1011, 'script failed');
      });
      connection.closed.then(() => this.#settled()); // After the session has taken note of the end.
    });
  }

  /** A mistake in a script must fail its test, not pass as a quiet server: `stop()` throws it. */
  #fail(error) {
    this.#failure ??= error;
  }

  /** Why a dial is not upgraded, as an ANSWER; null when it is. */
  #refusal(dial, version) {
    const { script } = dial;
    if (script[`v${version}`] === false) return { status: 404, text: '404 page not found' };
    if (script.upgrade !== undefined && script.upgrade !== 'accept') return script.upgrade;
    try {
      dial.claims = checkToken(dial.token, this);
    } catch (error) {
      return refused(error);
    }
    if (dial.refusal) return refused(dial.refusal);
    const present = this.room(dial.claims.video.room).get(dial.identity);
    if (!dial.reconnect || present?.onResume !== 'refuse') return null;
    present.onResume = null;
    return { status: 500, text: 'connection closed by media' };
  }

  async #request(req, res) {
    const url = new URL(req.url, this.url);
    const entry = { method: req.method, path: url.pathname, status: null, at: performance.now() };
    this.requests.push(entry);
    const origin = req.headers.origin;
    const cors = origin ? { 'access-control-allow-origin': origin, 'access-control-expose-headers': '*', vary: 'origin' } : {};
    if (req.method === 'OPTIONS') {
      const allow = { 'access-control-allow-methods': 'GET, POST, HEAD', 'access-control-allow-headers': req.headers['access-control-request-headers'] ?? '*' };
      return res.writeHead(204, { ...cors, ...allow }).end();
    }
    const answer = await this.#answer(url, req);
    if (answer === 'stall') return;
    if (answer === 'reset') return req.socket.resetAndDestroy();
    if (answer.raw !== undefined) return req.socket.end(answer.raw);
    const { status = 200, text = '', headers = {}, json } = answer;
    entry.status = status;
    const type = json === undefined ? 'text/plain; charset=utf-8' : 'application/json';
    res.writeHead(status, { 'content-type': type, ...cors, ...headers }).end(req.method === 'HEAD' ? '' : (json === undefined ? text : JSON.stringify(json)));
  }

  async #answer(url, req) {
    const path = signalPath(url.pathname);
    if (path?.validate) return this.#validate(url.searchParams, path.version);
    if (url.pathname.endsWith('/settings/regions')) {
      const claims = peek(req.headers.authorization?.replace(/^Bearer /, ''));
      const regions = typeof this.regions === 'function' ? await this.regions(claims) : this.regions;
      if (regions) return Array.isArray(regions) ? { json: { regions } } : regions;
    }
    return url.pathname === '/' ? { text: 'OK' } : { status: 404, text: '404 page not found\n' };
  }

  /** `/validate` belongs to the last dial with the same token, and to its script; without one to the script of the next dial. */
  async #validate(params, version) {
    const jwt = params.get('access_token') ?? '';
    const last = this.dials.findLast((dial) => dial.token === jwt);
    const script = last ? last.script : await this.#scriptOf(Object.assign(new Dial(params, version), { n: this.dials.length, attempt: 0 }));
    if (script[`v${version}`] === false) return { status: 404, text: '404 page not found\n' };
    if (script.validate !== undefined) return script.validate;
    try {
      checkToken(jwt, this);
      joinRequest(params, version);
      return { text: 'success' };
    } catch (error) {
      return refused(error);
    }
  }
}

function refused(error) {
  if (!(error instanceof Refusal)) throw error;
  return { status: error.status, text: error.message };
}

/** An ANSWER on a socket that asked for an upgrade. */
function answerSocket(socket, answer) {
  if (answer === 'stall') return;
  if (answer === 'reset') return socket.resetAndDestroy();
  if (answer.raw !== undefined) return socket.end(answer.raw);
  const { status = 500, text = '', headers = {}, json } = answer;
  const body = json === undefined ? text : JSON.stringify(json);
  const lines = { 'Content-Type': json === undefined ? 'text/plain; charset=utf-8' : 'application/json', 'Content-Length': Buffer.byteLength(body), Connection: 'close', ...headers };
  const head = Object.entries(lines).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${http.STATUS_CODES[status] ?? 'Status'}\r\n${head.join('')}\r\n${body}`);
}
