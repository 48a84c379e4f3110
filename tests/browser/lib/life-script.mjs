// What happens in one life of a room on the real server (lives.test.mjs): a list of steps made of a seed, and of nothing
// else. A step is `{ pauseMs, who, what, ... }`; life.mjs does those of the network, page/life.mjs those of a client.

/** Clients with Rejoin; beside them stands a watcher with livekit-client whom nothing disturbs. */
export const PEOPLE = ['alice', 'bob', 'carol'];
export const WATCHER = 'watcher';

export const SCENARIOS = [
  'signal-reconnect',
  'resume-reconnect',
  'node-failure',
  'migration',
  'full-reconnect',
  'disconnect-signal-on-resume',
  'disconnect-signal-on-resume-no-messages',
  'leave-full-reconnect',
  'force-tcp',
];
const SOURCES = ['camera', 'microphone'];

/** Numbers of a seed (mulberry32). */
export class Dice {
  #state;

  constructor(seed) {
    this.#state = seed >>> 0;
  }

  unit() {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low, high) {
    return Math.floor(low + this.unit() * (high - low + 1));
  }

  one(of) {
    return of[this.between(0, of.length - 1)];
  }

  /** A key of `{ key: weight }`. */
  weighed(of) {
    let left = this.unit() * Object.values(of).reduce((sum, weight) => sum + weight, 0);
    return Object.entries(of).find(([, weight]) => (left -= weight) < 0)?.[0] ?? Object.keys(of)[0];
  }
}

const WEIGHTS = { cut: 5, refuse: 4, silence: 4, slow: 3, scenario: 7, now: 2, offline: 2, media: 10, tell: 6, burst: 7, want: 4, leave: 1 };
const OF_CAROL = { ...WEIGHTS, leave: 6, scenario: 3 };
const OF_WATCHER = { media: 2, tell: 2, burst: 3 };

const FACTS = {
  cut: () => ({}),
  refuse: (dice) => ({ ms: dice.between(500, 3000), cut: dice.unit() < 0.7 }),
  // A long one is noticed, a short one is not; bytes that are kept arrive late, as after a retransmission.
  silence: (dice) => ({
    direction: dice.one(['both', 'up', 'down']),
    ms: dice.unit() < 0.15 ? dice.between(10_000, 18_000) : dice.between(500, 5000),
    keep: dice.unit() < 0.5,
  }),
  slow: (dice) => ({ delayMs: dice.between(50, 800), ms: dice.between(1000, 5000) }),
  scenario: (dice) => ({ name: dice.one(SCENARIOS) }),
  now: () => ({}),
  offline: (dice) => ({ ms: dice.between(0, 3000) }),
  media: (dice) => ({ source: dice.one(SOURCES), how: dice.weighed({ on: 4, mute: 3, unpublish: 2, again: 1, flip: 1 }) }),
  tell: (dice) => ({ field: dice.one(['metadata', 'name', 'attributes']), value: `v${dice.between(0, 9999)}`, key: dice.one(['a', 'b']) }),
  burst: (dice) => ({ count: dice.between(1, 40) }),
  want: (dice) => ({
    source: dice.one(SOURCES),
    how: dice.weighed({ subscribe: 3, unsubscribe: 2, enable: 2, disable: 2, quality: 1 }),
    quality: dice.between(0, 2),
  }),
  leave: (dice) => ({ ms: dice.between(0, 1500) }),
};

/** The life of a seed: `{ options, steps }`, the options of each client's room by name. */
export function lifeOf(seed) {
  const dice = new Dice(seed);
  const options = Object.fromEntries(PEOPLE.map((who, i) => [who, { singlePeerConnection: i === 2 ? dice.unit() < 0.5 : i === 0, dynacast: dice.unit() < 0.3 }]));
  const steps = Array.from({ length: dice.between(20, 40) }, () => {
    const who = dice.weighed({ alice: 5, bob: 5, carol: 3, [WATCHER]: 1 });
    const what = dice.weighed({ carol: OF_CAROL, [WATCHER]: OF_WATCHER }[who] ?? WEIGHTS);
    const facts = FACTS[what](dice);
    // The watcher keeps what the others subscribe to.
    if (who === WATCHER && what === 'media') facts.how = dice.one(['on', 'mute']);
    return { pauseMs: dice.unit() < 0.4 ? 0 : dice.between(0, 1000), who, what, ...facts };
  });
  return { options, steps };
}
