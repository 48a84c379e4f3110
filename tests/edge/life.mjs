// One life of a room in Node on the real server: three clients, signalling only, each behind a TCP proxy of its own and in
// a module instance of its own, as pages have it. What happens in it is made of a seed, and of nothing else.
import { pathToFileURL } from 'node:url';
import WebSocket from 'ws';
import { at } from '../../scripts/lib/paths.mjs';
import { Dice, SCENARIOS } from '../browser/lib/life-script.mjs';
import { startProxy } from '../server/proxy.mjs';

const PEOPLE = ['alice', 'bob', 'carol'];
/** Below the 60 s after which the server puts out who has no media. */
const PATIENCE_MS = 45_000;
const SETTLED_MS = 100;
const RETRY_MS = 300;
const SET = { metadata: 'setMetadata', name: 'setName', attributes: 'setAttributes' };

const WEIGHTS = { cut: 6, refuse: 4, silence: 5, slow: 3, scenario: 7, now: 3, tell: 12, leave: 2, admin: 3, hold: 3, series: 1 };
// There is no transport.
const SIGNALLING = SCENARIOS.filter((name) => name !== 'force-tcp');
const WAYS = ['both', 'up', 'down'];

const FACTS = {
  cut: () => ({}),
  refuse: (dice) => ({ ms: dice.between(300, 3000), cut: dice.unit() < 0.7 }),
  silence: (dice) => ({
    direction: dice.one(WAYS),
    ms: dice.unit() < 0.15 ? dice.between(10_000, 16_000) : dice.between(500, 5000),
    keep: dice.unit() < 0.5,
  }),
  // Dials hang until all that they said arrives, at once or bit by bit.
  hold: (dice) => ({ direction: dice.one(WAYS), ms: dice.between(500, 9000), apartMs: dice.one([0, 0, 5, 50]) }),
  slow: (dice) => ({ delayMs: dice.between(50, 800), ms: dice.between(1000, 5000) }),
  scenario: (dice) => ({ name: dice.one(SIGNALLING) }),
  now: () => ({}),
  tell: (dice) => ({ field: dice.one(Object.keys(SET)), value: `v${dice.between(0, 9999)}`, key: dice.one(['a', 'b']) }),
  leave: (dice) => ({ ms: dice.between(0, 1500) }),
  admin: (dice) => ({ value: `m${dice.between(0, 9999)}` }),
  series: () => ({}),
};

function script(seed) {
  const dice = new Dice(seed);
  const options = PEOPLE.map(() => ({ singlePeerConnection: dice.unit() < 0.5 }));
  const steps = Array.from({ length: dice.between(15, 35) }, () => {
    const who = dice.between(0, PEOPLE.length - 1);
    const what = dice.weighed(WEIGHTS);
    return { pauseMs: dice.unit() < 0.4 ? 0 : dice.between(0, 900), who, what, ...FACTS[what](dice) };
  });
  return { options, steps };
}

const passed = (ms) => new Promise((resolve) => setTimeout(resolve, ms)); // The steps' own times.

let instances = 0;

class Person {
  open = new Map();
  faults = [];
  story = [];
  warnings = [];
  errors = [];
  gone = [];
  sids = new Set();
  away = true;
  leaves = 0;
  ends = 0;
  episodes = 0;
  failedConnects = 0;

  constructor(who, life) {
    Object.assign(this, { who, life });
  }

  tell(line) {
    this.story.push(`${Math.round(performance.now())} ${line}`);
  }

  async begin(options, wasm) {
    this.proxy = await startProxy({ target: this.life.server.url });
    const { default: init, LogLevel, Room, setLogExtension, setLogLevel } = await import(`${pathToFileURL(at('pkg', 'dist', 'core.js'))}?life=${(instances += 1)}`);
    await init({ wasm });
    setLogLevel('silent');
    setLogExtension((level, line) => {
      if (level === LogLevel.warn) this.warnings.push(line);
      if (level === LogLevel.error) this.errors.push(line);
      if (level >= LogLevel.info) this.tell(`log: ${line}`);
    });
    this.room = new Room({ webSocket: WebSocket, ...options });
    let state;
    this.room.on('connectionStateChanged', (next) => {
      this.tell(next);
      if (/econnecting/.test(next) && !/econnecting/.test(state)) this.episodes += 1;
      if (next === 'connected') this.sids.add(this.room.localParticipant.sid);
      if (next === 'disconnected') this.ends += 1;
      state = next;
    });
    this.room.on('participantDisconnected', ({ identity }) => this.gone.push(identity));
    await this.join();
  }

  async join() {
    const name = `${this.who} of the token`;
    this.asked = { name, metadata: '', attributes: {} };
    for (;;) {
      try {
        await this.room.connect(this.proxy.url, this.life.server.token({ room: this.life.name, identity: this.who, name }));
        break;
      } catch (error) {
        this.failedConnects += 1;
        this.tell(`connect: ${error}`);
        await passed(RETRY_MS);
      }
    }
    this.away = false;
  }

  async #keep(what, work) {
    const { leaves } = this;
    const call = {};
    this.open.set(call, what);
    try {
      await work();
      this.tell(`settled: ${what}`);
    } catch (error) {
      // Who leaves takes back what it asked for.
      if (leaves === this.leaves) this.faults.push(`${what}: ${error?.name}: ${error?.message}`);
    } finally {
      this.open.delete(call);
    }
  }

  set(field, value, key) {
    const given = field === 'attributes' ? { [key]: value } : value;
    this.asked[field] = field === 'attributes' ? { ...this.asked.attributes, ...given } : given;
    this.#keep(`${field} ${value}`, () => this.room.localParticipant[SET[field]](given));
  }

  /** Begins a step and waits for nothing. */
  do({ what, ...facts }) {
    this.tell(`${what} ${JSON.stringify(facts)}`);
    const [network, client] = [this[`_${what}`], this[`$${what}`]];
    if (network) network.call(this, this.proxy, facts);
    else if (!this.away) client.call(this, facts);
  }

  _cut(proxy) {
    proxy.cut();
  }

  _refuse(proxy, { ms, cut }) {
    proxy.refuse();
    if (cut) proxy.cut();
    this.life.after(ms, () => proxy.accept());
  }

  _silence(proxy, { ms, direction, keep }) {
    proxy.silence({ direction, keep });
    this.life.after(ms, () => {
      proxy.resume();
      // No network loses the middle of a connection and goes on with it.
      proxy.cut((pipe) => pipe.lost.up + pipe.lost.down > 0);
    });
  }

  _hold(proxy, { ms, direction, apartMs }) {
    proxy.cut();
    proxy.silence({ direction, keep: true });
    this.life.after(ms, () => proxy.resume({ apartMs }));
  }

  _slow(proxy, { ms, delayMs }) {
    proxy.delay({ ms: delayMs });
    this.life.after(ms, () => proxy.delay({ ms: 0 }));
  }

  $scenario({ name }) {
    // Where there is no connection there is nothing to simulate on.
    this.#keep(`scenario ${name}`, () => this.room.simulateScenario(name).catch((error) => {
      if (!/no connection/.test(error.message)) throw error;
    }));
  }

  $now() {
    this.#keep('reconnectNow', () => this.room.reconnectNow());
  }

  $tell({ field, value, key }) {
    this.set(field, value, key);
  }

  $series() {
    for (let n = 0; n < 5; n += 1) this.set('metadata', `of a series ${n}`);
  }

  $leave({ ms }) {
    this.away = true;
    this.leaves += 1;
    this.#keep('leave', async () => {
      await this.room.disconnect();
      await passed(ms);
      await this.join();
    });
  }

  get settled() {
    return !this.away && this.room.state === 'connected' && this.open.size === 0;
  }

  /** Whether it was always there. */
  get stayed() {
    return this.sids.size === 1 && this.leaves === 0;
  }
}

export class Life {
  wrong = [];
  #metadata = '';
  #ends = [];

  constructor(server, wasm, seed) {
    Object.assign(this, { server, wasm, seed, name: `life-${process.pid}-${seed}`, people: PEOPLE.map((who) => new Person(who, this)), ...script(seed) });
  }

  after(ms, work) {
    this.#ends.push(passed(ms).then(work));
  }

  async live() {
    for (const [n, person] of this.people.entries()) await person.begin(this.options[n], this.wasm);
    for (const { pauseMs, who, ...step } of this.steps) {
      await passed(pauseMs);
      if (step.what === 'admin') await this.server.rooms.updateRoomMetadata(this.name, (this.#metadata = step.value));
      else this.people[who].do(step);
    }
    await Promise.all(this.#ends);
    for (const { proxy } of this.people) {
      proxy.accept();
      proxy.resume();
      proxy.delay({ ms: 0 });
    }
  }

  /** Everything that is wrong when the network is left alone. */
  async judge() {
    const end = performance.now() + PATIENCE_MS;
    let differ;
    do {
      await passed(SETTLED_MS); // Several clients, no event.
      differ = this.#differences();
    } while (differ.length && performance.now() < end);
    this.wrong.push(...differ);
    for (const person of this.people) for (const what of this.#wrongOf(person)) this.wrong.push(`${person.who}: ${what}`);
    return this.wrong;
  }

  #differences() {
    const { people } = this;
    const differ = people.filter(({ settled }) => !settled).map(({ who, room, open }) => `${who} does not settle: ${room.state}, ${[...open.values()]}`);
    for (const { who, room } of people) {
      const seen = new Map([room.localParticipant, ...room.remoteParticipants.values()].map((each) => [each.identity, each]));
      if (seen.size !== people.length) differ.push(`${who} sees ${[...seen.keys()]}`);
      if ((room.metadata ?? '') !== this.#metadata) differ.push(`${who} sees the room's metadata ${room.metadata}, not ${this.#metadata}`);
      for (const { who: whom, asked } of people) {
        const { name = '', metadata = '', attributes } = seen.get(whom) ?? {};
        const [is, wanted] = [{ name, metadata, attributes: { ...attributes } }, asked].map(plain);
        if (is !== wanted) differ.push(`${who} sees ${whom}: ${is}, asked for was ${wanted}`);
      }
    }
    return differ;
  }

  *#wrongOf({ faults, gone, ends, leaves, failedConnects, warnings, errors, episodes }) {
    for (const fault of faults) yield `refused: ${fault}`;
    const stayed = gone.filter((whom) => this.people.find(({ who }) => who === whom).stayed);
    if (stayed.length) yield `saw go who stayed: ${stayed}`;
    if (ends > leaves + failedConnects) yield `ended by itself (${ends} ends, ${leaves} leaves, ${failedConnects} connects failed)`;
    if (warnings.length > episodes + failedConnects) yield `${warnings.length} warnings in ${episodes} episodes: ${warnings.join(' | ')}`;
    if (errors.length > failedConnects) yield `errors, ${failedConnects} connects failed: ${errors.join(' | ')}`;
  }

  get account() {
    return this.people.map(({ who, episodes, sids, leaves }) => `${who}: ${episodes} episodes, ${sids.size} sessions, ${leaves} leaves`).join('; ');
  }

  get story() {
    return this.people.flatMap(({ who, story }) => [`${who}:`, ...story.map((line) => `  ${line}`)]).join('\n');
  }

  async stop() {
    await Promise.all(this.people.map(({ room }) => room?.disconnect()));
    await Promise.all(this.people.map(({ proxy }) => proxy?.stop()));
    await this.server.rooms.deleteRoom(this.name).catch(() => {}); // It may have gone by itself.
  }
}

const plain = ({ name, metadata, attributes }) => JSON.stringify([name, metadata, Object.entries(attributes).sort()]);
