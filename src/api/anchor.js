// What the engine holds of a room. A room that is in use lives on though its app has let go of it, because somebody
// may still listen; one that is not in use is held weakly, so that it can be collected with everything it refers to.

import { report } from './report.js';

export class Anchor {
  #weak;
  #strong;

  constructor(room) {
    // A host without WeakRef keeps every room that was made.
    this.#weak = globalThis.WeakRef ? new WeakRef(room) : { deref: () => room };
  }

  /** From `connect()` on. */
  hold() {
    this.#strong = this.#weak.deref();
  }

  /** When the room is over. */
  release() {
    this.#strong = undefined;
  }

  /** An event of the engine, for dispatch.js. */
  deliver(kind, facts) {
    try {
      this.#weak.deref()?._deliver(kind, facts);
    } catch (error) {
      report(error);
    }
  }

  /** What is to be done with a plugin. */
  plugin(kind, index, load, url, token) {
    this.#weak.deref()?._plugins[kind](index, load, { url, token });
  }

  /** A question to the app's own policy: asked here, so that the engine does not hold what may refer to the room. */
  nextRetryDelayInMs(context) {
    return this.#weak.deref()?.options.reconnectPolicy.nextRetryDelayInMs(context);
  }
}
