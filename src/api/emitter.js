// EventEmitter: what Room, Participant, TrackPublication and Track are. Node's names and rules as far as
// livekit-client's users meet them, and one more: `on(event, listener, { signal })`.
// It does not buffer, and it knows no event names: those are typed in events.d.ts.

import { report } from './report.js';

export class EventEmitter {
  // event -> listeners in order. Made with the first listener: most participants of a large room never get one.
  #listeners;
  #max;

  on(event, listener, options) {
    return this.#add(event, listener, false, options?.signal);
  }

  once(event, listener, options) {
    return this.#add(event, listener, true, options?.signal);
  }

  addListener(event, listener, options) {
    return this.on(event, listener, options);
  }

  prependListener(event, listener) {
    return this.#add(event, listener, false, undefined, true);
  }

  prependOnceListener(event, listener) {
    return this.#add(event, listener, true, undefined, true);
  }

  off(event, listener) {
    const entry = this.#listeners?.get(event)?.findLast((other) => other.listener === listener || other.raw === listener);
    if (entry) this.#remove(event, entry);
    return this;
  }

  removeListener(event, listener) {
    return this.off(event, listener);
  }

  removeAllListeners(event) {
    const events = event === undefined ? [...(this.#listeners?.keys() ?? [])] : [event];
    for (const name of events) {
      const list = this.#listeners?.get(name) ?? [];
      this.#set(name, []);
      for (const entry of list) entry.stop?.();
    }
    return this;
  }

  /** Calls the listeners of this moment, in order. True when there was one. */
  emit(event, ...args) {
    // Lists are replaced and never changed, so what a listener adds or takes away counts from the next event on.
    const list = this.#listeners?.get(event);
    if (!list) return false;
    for (const entry of list) {
      if (entry.once) this.#remove(event, entry);
      try {
        entry.listener.apply(this, args);
      } catch (error) {
        report(error);
      }
    }
    return true;
  }

  listenerCount(event) {
    return this.#listeners?.get(event)?.length ?? 0;
  }

  listeners(event) {
    return (this.#listeners?.get(event) ?? []).map((entry) => entry.listener);
  }

  /** The same, but those of `once` in a function that has the listener as its `listener` and takes it away when it is called. */
  rawListeners(event) {
    return (this.#listeners?.get(event) ?? []).map((entry) => {
      if (!entry.once) return entry.listener;
      const raw = (...args) => {
        this.#remove(event, entry);
        return entry.listener.apply(this, args);
      };
      return (entry.raw ??= Object.assign(raw, { listener: entry.listener }));
    });
  }

  eventNames() {
    return [...(this.#listeners?.keys() ?? [])];
  }

  /** As many as you like: here for code that raises Node's warning limit, and reads it again. */
  setMaxListeners(count) {
    this.#max = count;
    return this;
  }

  getMaxListeners() {
    return this.#max ?? 100;
  }

  /** @internal Vue and Alpine leave it as it is: in a proxy it would have no private fields. */
  get __v_skip() {
    return true;
  }

  /** @internal Whoever watches something only for its listeners is told when those of an event come and go. */
  _listened() {}

  #add(event, listener, once, signal, first) {
    if (typeof listener !== 'function') throw new TypeError(`listener of "${String(event)}" must be a function`);
    if (signal?.aborted) return this;
    const entry = { listener, once };
    if (signal) {
      const abort = () => this.#remove(event, entry);
      signal.addEventListener('abort', abort, { once: true });
      entry.stop = () => signal.removeEventListener('abort', abort);
    }
    this.#listeners ??= new Map();
    const list = this.#listeners.get(event) ?? [];
    this.#set(event, first ? [entry, ...list] : [...list, entry]);
    return this;
  }

  #remove(event, entry) {
    const list = this.#listeners?.get(event);
    if (!list?.includes(entry)) return;
    this.#set(event, list.filter((other) => other !== entry));
    entry.stop?.();
  }

  #set(event, list) {
    if (list.length) this.#listeners.set(event, list);
    else this.#listeners?.delete(event);
    this._listened(event);
  }
}
