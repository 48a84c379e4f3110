// Lives one life of lib/life-script.mjs on the real server, and says what is wrong after it.
import { startProxy } from '../../server/proxy.mjs';
import { lifeOf, WATCHER } from './life-script.mjs';
import { PEER, SUBJECT } from './stage.mjs';

/** Long: only a life that is wrong waits for it. */
const PATIENCE_MS = 60_000;
const CAMERA = { videoCaptureDefaults: { resolution: { width: 320, height: 180, frameRate: 10 } } };
/** What Chromium itself says about a socket that was refused. */
const OF_BROWSER = /^WebSocket connection to|^Failed to load resource/;

const passed = (ms) => new Promise((resolve) => setTimeout(resolve, ms)); // The steps' own times.

export class Life {
  /** The clients with Rejoin are pages of `other` browser, where there is one. */
  constructor(stage, seed, other) {
    Object.assign(this, { stage, seed, other, ...lifeOf(seed), people: [], proxies: {}, told: {}, ends: [], refused: {}, notes: [], wrong: [] });
  }

  async begin() {
    const { stage } = this;
    const room = stage.roomName(`life-${this.seed}`);
    for (const who of [WATCHER, ...Object.keys(this.options)]) {
      const client = await (who === WATCHER ? stage.client(PEER) : stage.client(SUBJECT, { other: this.other }));
      this.told[who] = [];
      const tell = (message) => this.told[who].push({ type: message.type().replace(/^warn$/, 'warning'), text: message.text() });
      client.page.on('console', tell);
      if (who !== WATCHER) this.proxies[who] = await startProxy({ target: stage.server.url });
      const name = `${who} of the token`;
      const token = stage.server.token({ room, identity: who, name });
      const facts = { who, url: this.proxies[who]?.url ?? stage.server.url, token, name, options: { ...CAMERA, ...this.options[who] }, watched: WATCHER, debug: Boolean(process.env.REJOIN_PAGE_LOG) };
      await client.run(async (client, facts) => {
        if (facts.debug) client.SDK.setLogLevel('debug');
        const { Life } = await import('/page/life.mjs');
        window.life = new Life(client, facts);
        await window.life.join();
      }, facts);
      for (const source of ['camera', 'microphone']) await this.#do(client, { what: 'media', source, how: 'on' });
      this.people.push({ who, client, tell });
    }
    await this.#everybody((client) => client.until(() => life.settled(), 'the beginning to settle', { ms: PATIENCE_MS }));
  }

  #do(client, step) {
    return client.evaluate((step) => life.do(step), step);
  }

  #everybody(work) {
    return Promise.all(this.people.map(({ who, client }) => work(client, who)));
  }

  async live() {
    for (const { pauseMs, who, ...step } of this.steps) {
      await passed(pauseMs);
      const network = this[`_${step.what}`];
      if (network) network.call(this, this.proxies[who], step);
      else await this.#do(this.people.find((each) => each.who === who).client, step);
    }
    await Promise.all(this.ends);
    for (const proxy of Object.values(this.proxies)) {
      proxy.accept();
      proxy.resume();
      proxy.delay({ ms: 0 });
    }
  }

  #after(ms, work) {
    this.ends.push(passed(ms).then(work));
  }

  _cut(proxy) {
    proxy.cut();
  }

  _refuse(proxy, { ms, cut }) {
    proxy.refuse();
    if (cut) proxy.cut();
    this.#after(ms, () => proxy.accept());
  }

  _silence(proxy, { ms, direction, keep }) {
    proxy.silence({ direction, keep });
    this.#after(ms, () => {
      proxy.resume();
      // No network loses the middle of a connection and goes on with it.
      proxy.cut((pipe) => pipe.lost.up + pipe.lost.down > 0);
    });
  }

  _slow(proxy, { delayMs, ms }) {
    proxy.delay({ ms: delayMs });
    this.#after(ms, () => proxy.delay({ ms: 0 }));
  }

  /** Everything that is wrong when the network is left alone. */
  async judge() {
    const step = (what, work) => work().catch((error) => this.wrong.push(`${what}: ${error.message}`));
    await step('settle', () => this.#everybody((client, who) => client.until(() => life.settled(), `${who} to settle`, { ms: PATIENCE_MS })));
    await step('pictures', () => this.#agree());
    await step('media', () => this.#everybody((client) => client.evaluate((ms) => life.flows(ms), PATIENCE_MS)));
    await step('data', () => this.#data());
    this.accounts = Object.fromEntries(await this.#everybody(async (client, who) => [who, await client.evaluate(() => life.account())]));
    this.#words();
    return this.wrong;
  }

  /** Waits until every client sees of everybody what that one asked for. */
  async #agree() {
    const until = performance.now() + PATIENCE_MS;
    for (;;) {
      const pictures = await this.#everybody(async (client, who) => [who, await client.evaluate(() => life.picture())]);
      const asked = Object.fromEntries(pictures.map(([who, { asked }]) => [who, asked]));
      const differ = [];
      const compare = (what, seen, wanted) => {
        if (sorted(seen) !== sorted(wanted)) differ.push(`${what}: ${sorted(seen)}, asked for was ${sorted(wanted)}`);
      };
      for (const [who, { room, count, wanted, asked: { wanted: own } }] of pictures) {
        if (count !== pictures.length) differ.push(`${who} sees ${Object.keys(room)}`);
        for (const [whom, { name, metadata, attributes, tracks }] of Object.entries(asked)) {
          compare(`${who} sees ${whom}`, room[whom], { name, metadata, attributes, tracks });
        }
        for (const [source, { subscribed, enabled }] of Object.entries(own)) {
          compare(`${who} wants the ${source}`, wanted[source]?.subscribed, subscribed);
          if (subscribed) compare(`${who} enables the ${source}`, wanted[source]?.enabled, enabled);
        }
      }
      if (!differ.length) return;
      if (performance.now() > until) throw new Error(differ.join('\n    '));
      await passed(200); // Many pages, no event.
    }
  }

  async #data() {
    const sent = Object.fromEntries(
      await this.#everybody(async (client, who) => [who, await client.evaluate(async () => ({ before: life.data.sent, unsure: life.unsure, ...(await life.data.burst(5)) }))]),
    );
    await this.#everybody(async (client, who) => {
      const { sids, stay } = await client.evaluate(() => life.account());
      for (const [whom, { before, accepted, refused, unsure }] of Object.entries(sent)) {
        if (whom === who) continue;
        // Who left, or had to join anew, is excused for what it missed.
        const excused = sids.length > 1 || stay > 0;
        const due = accepted.filter((number) => number >= before || !(excused || unsure.includes(number)));
        const missing = (_client, { whom, due }) => {
          const arrived = new Set(life.account().arrived[whom]);
          return due.filter((number) => !arrived.has(number));
        };
        const arg = { whom, due };
        await client
          .until(`(client, arg) => (${missing})(client, arg).length === 0`, 'data', { arg, ms: PATIENCE_MS })
          .catch(async () => this.wrong.push(`data: ${who} never had of ${whom}: ${await client.run(missing, arg)} (accepted ${accepted.length})`));
        const got = (await client.evaluate(() => life.account())).arrived[whom] ?? [];
        // What its sender sends again may be new to who was away, after what came since.
        const tidy = excused ? new Set(got).size === got.length : !untidy(got).length;
        if (!tidy && who !== WATCHER) this.wrong.push(`data: ${who} had of ${whom} out of order or twice: ${got}`);
        if (!tidy && who === WATCHER) this.notes.push(`the watcher had of ${whom} out of order or twice: ${untidy(got)}`);
        this.refused[whom] = refused;
      }
    });
  }

  #words() {
    for (const [who, { faults, open, gone, stay, failedConnects, episodes }] of Object.entries(this.accounts)) {
      for (const call of open) this.wrong.push(`${who}: pending: ${call}`);
      // Of two names at once livekit-client waits for both to be seen.
      for (const fault of faults) (who === WATCHER ? this.notes : this.wrong).push(`${who}: refused: ${fault}`);
      if (who === WATCHER) continue;
      const refused = this.refused[who] ?? [];
      if (refused.length && stay === 0) this.wrong.push(`${who}: data refused: ${JSON.stringify(refused.slice(0, 3))} (${refused.length})`);
      const stayed = gone.filter((whom) => this.accounts[whom]?.sids.length === 1);
      if (stayed.length) this.wrong.push(`${who}: saw go who stayed: ${stayed}`);
      const said = (type) => this.told[who].filter((each) => each.type === type && !OF_BROWSER.test(each.text)).map(({ text }) => text);
      if (said('warning').length > episodes + failedConnects) this.wrong.push(`${who}: ${said('warning').length} warnings in ${episodes} episodes: ${said('warning').join(' | ')}`);
      if (said('error').length > failedConnects) this.wrong.push(`${who}: errors, ${failedConnects} connects failed: ${said('error').join(' | ')}`);
    }
  }

  /**
   * Everybody leaves; what is alive afterwards is wrong. Connections at the proxy tell nothing: Chromium keeps those of its
   * HTTP requests.
   */
  async end() {
    const [watcher, ...others] = this.people;
    const leave = ({ client }) => client.run(({ room }) => room.disconnect());
    await Promise.all(others.map(leave));
    await watcher.client.until(({ room }) => room.remoteParticipants.size === 0, 'everybody to be gone').catch((error) => this.wrong.push(error.message));
    await leave(watcher);
    for (const { who, client } of others) {
      await client
        .until(() => Object.values(census.count()).every((count) => count === 0), 'nothing alive', { ms: PATIENCE_MS })
        .catch(async () => this.wrong.push(`${who}: alive after the end: ${JSON.stringify(await client.evaluate(() => [census.count(), census.timers()]))}`));
    }
  }

  async stop() {
    await Promise.all(Object.values(this.proxies).map((proxy) => proxy.stop()));
    for (const { client, tell } of this.people) client.page.off('console', tell);
  }
}

const untidy = (got) => got.filter((number, i) => i > 0 && number <= got[i - 1]);

function sorted(value) {
  if (value === null || typeof value !== 'object') return String(value);
  return `{${Object.keys(value).sort().map((key) => `${key}: ${sorted(value[key])}`).join(', ')}}`;
}
