// EventEmitter: what Room, Participant, TrackPublication and Track are. Node's names and rules as far as
// livekit-client's users meet them, and one more: `on(event, listener, { signal })`.
// It does not buffer, and it knows no event names: those are typed in events.d.ts.

import { report } from './report.js';

export class EventEmitter {
  // event -> listeners in order. Made with the first listener: most participants of a large room never get one.
  #listeners;

  on(event, listener, options) {
    return this.#add(event, listener, false, options?.signal);
  }

  once(event, listener, options) {
    return this.#add(event, listener, true, options?.signal);
  }

  addListener(event, listener, options) {
    return this.on(event, listener, options);
  }

  off(event, listener) {
    const entry = this.#listeners?.get(event)?.findLast((other) => other.listener === listener);
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

  eventNames() {
    return [...(this.#listeners?.keys() ?? [])];
  }

  /** As many as you like: here for code that raises Node's warning limit. */
  setMaxListeners() {
    return this;
  }

  #add(event, listener, once, signal) {
    if (typeof listener !== 'function') throw new TypeError(`listener of "${String(event)}" must be a function`);
    if (signal?.aborted) return this;
    const entry = { listener, once };
    if (signal) {
      const abort = () => this.#remove(event, entry);
      signal.addEventListener('abort', abort, { once: true });
      entry.stop = () => signal.removeEventListener('abort', abort);
    }
    this.#listeners ??= new Map();
    this.#set(event, [...(this.#listeners.get(event) ?? []), entry]);
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
    else this.#listeners.delete(event);
  }
}
