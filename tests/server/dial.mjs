// One attempt of a client to open the signalling socket, from its arrival on: what it asked for, which script it got,
// and when it arrived, was joined and ended. The token is kept out of sight: a printed dial does not show it.
import { peek } from './access.mjs';
import { joinRequest, Refusal } from './codec.mjs';

export class Dial {
  #token;
  /** How often each request came on this dial's connection. */
  seen = {};
  connection = null;
  /** Times of performance.now(); null as long as it has not happened. */
  arrivedAt = performance.now();
  joinedAt = null;
  endedAt = null;
  /** "pending", "open", "refused" (with `status`), "reset", "stalled", "abandoned" (by the client) or "closed" (with `code`). */
  outcome = 'pending';

  constructor(params, version) {
    this.version = version;
    this.#token = params.get('access_token') ?? '';
    this.claims = peek(this.#token);
    this.identity = this.claims.sub ?? null;
    try {
      ({ join: this.join, compression: this.compression } = joinRequest(params, version));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.join = null;
      this.refusal = error;
    }
    this.reconnect = Boolean(this.join?.reconnect);
    this.sid = this.join?.participantSid || null;
  }

  get token() {
    return this.#token;
  }

  joined() {
    this.joinedAt ??= performance.now();
  }

  ended(code) {
    this.endedAt ??= performance.now();
    this.outcome = 'closed';
    this.code = code;
  }

  /** Ended before it became a socket. */
  failed(outcome, status) {
    this.endedAt = performance.now();
    if (this.outcome === 'pending') this.outcome = outcome;
    if (status) this.status = status;
  }

  /** Arrived, and neither joined nor ended. */
  get joining() {
    return this.joinedAt === null && this.endedAt === null;
  }
}

/** The most dials that were joining at one moment. */
export function mostJoining(dials) {
  const changes = dials.flatMap(({ arrivedAt, joinedAt, endedAt }) => [
    [arrivedAt, 1],
    [Math.min(joinedAt ?? Infinity, endedAt ?? Infinity), -1],
  ]);
  // At one and the same moment an end comes before a beginning.
  changes.sort(([a, x], [b, y]) => a - b || x - y);
  let now = 0;
  let most = 0;
  for (const [, change] of changes) {
    now += change;
    most = Math.max(most, now);
  }
  return most;
}
