// A bare signalling client on `ws`, to test servers with: it dials, decodes, and does nothing on its own.
import { once } from 'node:events';
import { gzipSync } from 'node:zlib';
import { ClientInfo, ConnectionSettings, JoinRequest, SignalRequest, SignalResponse, WrappedJoinRequest, WrappedJoinRequest_Compression } from '@livekit/protocol';
import WebSocket from 'ws';
import { Arrivals } from './waiting.mjs';

export class Client {
  #messages = new Arrivals('message', (message) => message.case);
  #ended;
  #garbled;
  #failed;
  /** The cases of all messages, in order; the first message, and how many came as text. */
  cases = [];
  first = null;
  textFrames = 0;
  /** Resolves with `{ code, reason }`, with the bytes of the first frame that is no message, with why it was not opened. */
  closed = new Promise((resolve) => (this.#ended = resolve));
  garbled = new Promise((resolve) => (this.#garbled = resolve));
  failed = new Promise((resolve) => (this.#failed = resolve));

  constructor(url) {
    const ws = new WebSocket(url, { perMessageDeflate: false });
    this.ws = ws;
    ws.on('message', (data, isBinary) => this.#take(data, isBinary));
    ws.on('unexpected-response', (_, answer) => {
      this.#failed({ status: answer.statusCode, headers: answer.headers });
      ws.terminate();
    });
    ws.on('error', (error) => this.#failed({ code: error.code, message: error.message }));
    ws.on('close', (code, reason) => {
      this.#ended({ code, reason: reason.toString() });
      this.#messages.end(`closed with ${code}`);
    });
  }

  /** `who`: options of a token, and `{ version: 0 | 1, gzip, reconnect, sid, offer, protocol, token }`. */
  static url(server, { version = 1, gzip = true, reconnect = false, sid, offer, protocol = 16, reason, token, ...who }) {
    const jwt = token ?? server.token(who);
    const base = `${server.url}/rtc`;
    if (version === 0) {
      const v0 = { access_token: jwt, auto_subscribe: '1', sdk: 'js', version: '2.23.0', protocol: String(protocol), ...(reconnect ? { reconnect: '1', sid } : {}) };
      return `${base}?${new URLSearchParams(v0)}`;
    }
    const join = new JoinRequest({
      clientInfo: new ClientInfo({ sdk: 1, version: '2.23.0', protocol }),
      connectionSettings: new ConnectionSettings({ autoSubscribe: true }),
      reconnect,
      participantSid: sid,
      reconnectReason: reason,
      publisherOffer: offer,
    }).toBinary();
    const wrapped = new WrappedJoinRequest({
      compression: gzip ? WrappedJoinRequest_Compression.GZIP : WrappedJoinRequest_Compression.NONE,
      joinRequest: gzip ? gzipSync(join) : join,
    }).toBinary();
    const padded = Buffer.from(wrapped).toString('base64').replaceAll('+', '-').replaceAll('/', '_');
    return `${base}/v1?${new URLSearchParams({ access_token: jwt, join_request: padded })}`;
  }

  /** Dials without waiting. */
  static dial(server, who) {
    return new Client(Client.url(server, who));
  }

  /** Dials and waits for the first message. Rejects with what `failed` says when it is not opened. */
  static async join(server, who) {
    const client = Client.dial(server, who);
    await client.next().catch(async (error) => {
      throw Object.assign(error, await Promise.race([client.failed, null]));
    });
    return client;
  }

  #take(data, isBinary) {
    let message;
    try {
      ({ message } = isBinary ? SignalResponse.fromBinary(data) : SignalResponse.fromJsonString(data.toString()));
    } catch {
      return this.#garbled(data);
    }
    if (!isBinary) this.textFrames += 1;
    this.first ??= message;
    this.cases.push(message.case);
    this.#messages.push(message);
  }

  /** The value of the next message of that case that was not handed out yet. Without a case: the next message itself. */
  async next(name, options) {
    if (!name) return this.#messages.next(undefined, options);
    return (await this.#messages.next((message) => message.case === name, { what: `message ${name}`, ...options })).value;
  }

  /** The next info of a participant in an `update` that fits. */
  async update(identity, fits = () => true, options) {
    const of = (message) => message.case === 'update' && message.value.participants.find((each) => each.identity === identity && fits(each));
    return of(await this.#messages.next(of, { what: `fitting update of ${identity}`, ...options }));
  }

  /** Sends a request given as plain data: `{ updateMetadata: { name: 'n' } }`. */
  request(init) {
    const bytes = SignalRequest.fromJson(init).toBinary();
    const send = () => this.ws.send(bytes);
    if (this.ws.readyState === WebSocket.CONNECTING) once(this.ws, 'open').then(send);
    else send();
  }

  close(code = 1000) {
    this.ws.close(code);
  }

  /** Ends the TCP connection without a closing handshake. */
  terminate() {
    this.ws.terminate();
  }
}
