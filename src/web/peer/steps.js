// What of a peer takes promises: descriptions, candidates, statistics. The host's own functions are called from here,
// because a chain of promises is a few lines of JavaScript and a state machine in Rust. What is done when, and how a
// description is edited, Rust says (src/web/peer.rs); it has one step under way at a time.

// What `heard` is told, as in peer.rs.
const DONE = 0;
const FAILED = 1;
const EDIT = 2;
const STATS = 3;

const describe = (pc, side, type, sdp) => pc[`set${side}Description`]({ type, sdp });

// Applies the edited description, or as the host or the server wrote it where the edited one is refused.
async function apply(pc, side, type, edited, plain) {
  if (edited !== plain) {
    try {
      await describe(pc, side, type, edited);
      return edited;
    } catch {}
  }
  await describe(pc, side, type, plain);
  return plain;
}

export class Steps {
  // Gone after `close()`: some promises of a connection that was closed settle late, some never.
  #heard;
  // Candidates that came before the description they belong to, by connection.
  #early = new Map();

  constructor(heard) {
    this.#heard = heard;
  }

  close() {
    this.#heard = undefined;
  }

  /** Hears of nothing, in the next microtask. */
  soon() {
    this.#step(async () => undefined);
  }

  /** Makes an offer, and applies it unless it is held. Resolves with its text. */
  offer(pc, iceRestart, held) {
    this.#step(async () => {
      // The offer before will not be answered any more; without it the new one starts from what was agreed.
      if (iceRestart && pc.signalingState === 'have-local-offer') await describe(pc, 'Local', 'rollback', '');
      const { sdp = '' } = await pc.createOffer({ iceRestart });
      const edited = this.#edit(sdp);
      return held ? edited : apply(pc, 'Local', 'offer', edited, sdp);
    });
  }

  /** Applies an answer, after the offer that was held for it. Resolves with the largest message that data channels take. */
  answer(pc, held, sdp) {
    this.#step(async () => {
      if (held !== undefined) await describe(pc, 'Local', 'offer', held);
      await apply(pc, 'Remote', 'answer', this.#edit(sdp), sdp);
      await this.#candidates(pc);
      return pc.sctp?.maxMessageSize;
    });
  }

  /** Answers an offer. Resolves with the answer's text. */
  remoteOffer(pc, offer) {
    this.#step(async () => {
      await describe(pc, 'Remote', 'offer', offer);
      await this.#candidates(pc);
      const { sdp = '' } = await pc.createAnswer();
      return apply(pc, 'Local', 'answer', this.#edit(sdp), sdp);
    });
  }

  candidate(pc, init) {
    this.#early.set(pc, [...(this.#early.get(pc) ?? []), init]);
    this.#step(async () => {
      if (pc.remoteDescription) await this.#candidates(pc);
    });
  }

  /** Bytes received by all of these connections; no step, so it waits for none. */
  async stats(connections) {
    let bytes = 0;
    for (const pc of connections) {
      try {
        for (const { type, bytesReceived } of (await pc.getStats()).values()) if (type === 'transport') bytes += bytesReceived ?? 0;
      } catch {}
    }
    this.#heard?.(STATS, bytes);
  }

  // A candidate that the host refuses is no failure: others follow, and what counts is the connection's state.
  async #candidates(pc) {
    const early = this.#early.get(pc) ?? [];
    this.#early.delete(pc);
    for (const init of early) {
      try {
        await pc.addIceCandidate(JSON.parse(init));
      } catch {}
    }
  }

  #edit(sdp) {
    const edited = this.#heard?.(EDIT, sdp);
    if (edited === undefined) throw new Error('the peer is closed');
    return edited;
  }

  #step(work) {
    work().then((value) => this.#heard?.(DONE, value), (error) => this.#heard?.(FAILED, error));
  }
}

const quietly = (call) => (async () => call())().catch(() => undefined);

/** What cannot be said when a sender is made. It is not waited for: it changes nothing in the offer. */
export function prepare(sender, degradationPreference, paused) {
  if (degradationPreference) quietly(() => sender.setParameters(Object.assign(sender.getParameters(), { degradationPreference })));
  if (paused) quietly(() => sender.replaceTrack(null));
}
