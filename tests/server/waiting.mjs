// Waiting for what happens, instead of sleeping: a list that grows, from which each entry is handed out once, in order.

/** Long enough for a machine that does other things too: a test that passes never waits so long. */
export const WITHIN_MS = 30_000;

/** Nothing more can come, so waiting has ended. */
export class Ended extends Error {}

/** Entries in the order they came. `next` gives the first one not yet handed out that fits, now or when it comes. */
export class Arrivals {
  #entries = [];
  #waiting = [];
  #over = null;

  /** `name` says in an error what was waited for; `describe(entry)` says what came instead. */
  constructor(name, describe = String) {
    this.name = name;
    this.describe = describe;
  }

  push(entry) {
    const taker = this.#waiting.find(({ fits }) => fits(entry));
    this.#entries.push({ entry, taken: Boolean(taker) });
    taker?.resolve(entry);
  }

  /** Rejects after `timeoutMs` with a sentence that says what came. */
  next(fits = () => true, { what = this.name, timeoutMs = WITHIN_MS } = {}) {
    const found = this.#entries.find(({ entry, taken }) => !taken && fits(entry));
    if (found) {
      found.taken = true;
      return Promise.resolve(found.entry);
    }
    if (this.#over) return Promise.reject(new Ended(`no ${what} will come: ${this.#over}`));
    return new Promise((resolve, reject) => {
      const waiter = { fits, resolve: (entry) => settle(() => resolve(entry)), reject: (error) => settle(() => reject(error)) };
      const settle = (how) => {
        clearTimeout(timer);
        this.#waiting = this.#waiting.filter((each) => each !== waiter);
        how();
      };
      const timer = setTimeout(() => {
        const seen = this.#entries.slice(-20).map(({ entry }) => this.describe(entry));
        waiter.reject(new Error(`no ${what} within ${timeoutMs} ms; the last that came: ${seen.join(', ') || 'nothing'}`));
      }, timeoutMs);
      this.#waiting.push(waiter);
    });
  }

  /** Nothing will come any more: everybody who waits is told why. */
  end(why) {
    this.#over = why;
    for (const waiter of [...this.#waiting]) waiter.reject(new Ended(`no ${this.name} will come: ${why}`));
  }
}
