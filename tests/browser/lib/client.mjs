// A page with one library in it, driven from Node: what runs in the page is `client` of page/client.mjs.
// Errors that nothing in the page caught are kept in `faults`; a test that ends with any has failed.
import { newPage } from './browser.mjs';

const LOG_LINES = 400;
const RESET_MS = 5000;
/** What Firefox says about sockets, requests and transports that failed, as an error that the page did not catch. */
const OF_FIREFOX = /^Firefox can.t establish a connection|^The connection to ws|^Cross-Origin Request Blocked|^WebRTC: ICE failed/;

export class Client {
  constructor({ page, sdk, stage }) {
    Object.assign(this, { page, sdk, stage, faults: [], log: [] });
  }

  /** A page with `sdk` in it: one of the stage's browser, or `page`. */
  static async open(stage, sdk, page) {
    page ??= await newPage(stage.browser);
    const client = new Client({ page, sdk, stage });
    page.on('pageerror', (error) => OF_FIREFOX.test(error?.message) || client.faults.push(String(error?.stack ?? error)));
    page.on('console', (message) => {
      client.log.push(`${message.type()}: ${message.text()}`);
      if (client.log.length > LOG_LINES) client.log.shift();
      if (process.env.REJOIN_PAGE_LOG) console.error(`[${sdk}] ${message.type()}: ${message.text()}`);
    });
    await page.goto(`${stage.site.origin}/?sdk=${sdk}`);
    await page.evaluate('ready');
    return client;
  }

  /**
   * Runs `work(client, arg)` in the page and resolves with what it resolves with. `work` is sent as text: it sees
   * nothing of the test around it but `arg`, which travels as JSON.
   */
  run(work, arg) {
    return this.page.evaluate(`(${work})(client, ${JSON.stringify(arg) ?? 'undefined'})`);
  }

  /** The same with `window` instead of a client: `work(arg)`. */
  evaluate(work, arg) {
    return this.page.evaluate(`(${work})(${JSON.stringify(arg) ?? 'undefined'})`);
  }

  /**
   * Joins `room` as `identity`. `via` is the address to dial instead of the server's (a proxy's); `token` replaces
   * the token made here; `options` and `connect` are RoomOptions and RoomConnectOptions; the rest goes into the token.
   */
  async join({ room, identity, via, token, options, connect, ...claims }) {
    const { server } = this.stage;
    this.identity = identity;
    const jwt = token ?? server.token({ room, identity, ...claims });
    const arg = { url: via ?? server.url, jwt, options, connect };
    return this.run((client, { url, jwt, options, connect }) => client.join(url, jwt, { options, connect }), arg);
  }

  publishBoth() {
    return this.run((client) => client.publishBoth());
  }

  snapshot() {
    return this.run((client) => client.snapshot());
  }

  mediaFlows(identity, options) {
    return this.run((client, { identity, options }) => client.mediaFlows(identity, options), { identity, options });
  }

  next(event, options) {
    return this.run((client, { event, options }) => client.next(event, options), { event, options });
  }

  /** Waits in the page for `predicate(client, arg)`. */
  until(predicate, what, { arg, ms } = {}) {
    const source = `(client, { arg, what, ms }) => client.until(() => (${predicate})(client, arg), what, ms)`;
    return this.run(source, { arg, what, ms });
  }

  /** How many events have been told so far; a mark for `next` and `names`. */
  mark() {
    return this.run((client) => client.events.length);
  }

  names(only, since) {
    return this.run((client, { only, since }) => client.names(only, since), { only, since });
  }

  census() {
    return this.evaluate(() => census.count());
  }

  /** Readies the page for another test; false when something of this one is left in it and it must be thrown away. */
  async reset() {
    this.identity = null;
    const late = new Promise((resolve) => setTimeout(resolve, RESET_MS, false).unref());
    return Promise.race([this.page.evaluate('reset()'), late]).catch(() => false);
  }

  async close() {
    await this.page.context().close();
  }
}
