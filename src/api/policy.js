// The two reconnect policies, as an app makes them for `RoomOptions.reconnectPolicy` or uses them alone. Their rules are
// the engine's (src/engine/policy.rs): a room that is given one runs it in the engine and does not ask back here.
import { POLICY, core } from './core.js';
import { DEFAULT_POLICY, JITTER_POLICY, read } from './strict.js';
import { ENGINE } from './policies.js';

// Symbols and not private fields, because a class of the app's may derive from these.
class Policy {
  #policy;

  constructor(config) {
    this[ENGINE] = config;
  }

  /** Milliseconds until the next attempt, or null to give up. livekit-client's four fields of the context are enough. */
  nextRetryDelayInMs(context) {
    this.#policy ??= core(POLICY, this[ENGINE]);
    return this.#policy.ask(0, context);
  }
}

/** The virtual token bucket. A list of delays, livekit-client's form, means that table with ±50 % of jitter. */
export class DefaultReconnectPolicy extends Policy {
  constructor(options) {
    if (Array.isArray(options)) super({ table: true, ...read({ delaysMs: options }, JITTER_POLICY, 'DefaultReconnectPolicy') });
    else super(read(options, DEFAULT_POLICY, 'DefaultReconnectPolicy options'));
  }
}

/** `delay * (1 ± jitter)` from a table, null past its end. */
export class ProportionalJitterPolicy extends Policy {
  constructor(options) {
    super({ table: true, ...read(options, JITTER_POLICY, 'ProportionalJitterPolicy options') });
  }
}
