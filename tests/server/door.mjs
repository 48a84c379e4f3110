// A door that lets so many in a second: a bucket of `burst` tokens, refilled at `perSecond`. Who finds it empty is sent
// away or, with `queue`, waits for a token of its own. Time is an argument (ms); it opens no socket and sets no timer.
export class Door {
  #perSecond;
  #burst;
  #queue;
  #tokens;
  #at;

  constructor({ perSecond, burst = 1, queue = false }, now) {
    [this.#perSecond, this.#burst, this.#queue] = [perSecond, burst, queue];
    [this.#tokens, this.#at] = [burst, now];
  }

  /** Somebody knocks. How long to keep them waiting, in ms: 0 = come in, Infinity = go away. */
  knock(now) {
    this.#tokens = Math.min(this.#burst, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
    this.#at = now;
    if (this.#tokens < 1 && !this.#queue) return Infinity;
    this.#tokens -= 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#perSecond) * 1000;
  }
}
