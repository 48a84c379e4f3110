/** Options of a listener. Ours: livekit-client has none. */
export interface ListenerOptions {
  /** Takes the listener away when it aborts. */
  signal?: AbortSignal;
}

/**
 * What `Room`, `Participant`, `TrackPublication` and `Track` are. A listener that throws is reported as an uncaught
 * error (in the console where the host has no `reportError`, as Node), and the others still run. `on` and its kin return
 * the object, so that chains work.
 */
export declare class EventEmitter<Events extends { [E in keyof Events]: (...args: any[]) => void } = Record<string, (...args: any[]) => void>> {
  on<E extends keyof Events>(event: E, listener: Events[E], options?: ListenerOptions): this;
  once<E extends keyof Events>(event: E, listener: Events[E], options?: ListenerOptions): this;
  addListener<E extends keyof Events>(event: E, listener: Events[E], options?: ListenerOptions): this;
  prependListener<E extends keyof Events>(event: E, listener: Events[E]): this;
  prependOnceListener<E extends keyof Events>(event: E, listener: Events[E]): this;
  off<E extends keyof Events>(event: E, listener: Events[E]): this;
  removeListener<E extends keyof Events>(event: E, listener: Events[E]): this;
  removeAllListeners<E extends keyof Events>(event?: E): this;
  emit<E extends keyof Events>(event: E, ...args: Parameters<Events[E]>): boolean;
  listenerCount<E extends keyof Events>(event: E): number;
  listeners<E extends keyof Events>(event: E): Events[E][];
  /** The same, but those of `once` in a function that has the listener as its `listener`. */
  rawListeners<E extends keyof Events>(event: E): (Events[E] & { listener?: Events[E] })[];
  eventNames(): (keyof Events)[];
  /** Remembered, and no limit: no number of listeners is warned of. */
  setMaxListeners(count: number): this;
  /** @default 100 */
  getMaxListeners(): number;
}
