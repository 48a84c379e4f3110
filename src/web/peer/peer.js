// The media transport on the host: one or two `RTCPeerConnection`s, their data channels and senders. All of WebRTC is
// called from here, because a chain of promises or a listener is a line of JavaScript and a state machine or a closure
// in Rust. Nothing is decided here: what is done when, and how a description is edited, Rust says (src/web/peer.rs).
// It has one step under way at a time, a step being what takes a promise.

const PUBLISHER = 0;
const SUBSCRIBER = 1;
// By channel, as in peer.rs.
const LABELS = ['_lossy', '_reliable'];

// What `heard(what, which, value)` is told, as in peer.rs. `which` is a target, a channel or a handle.
const DONE = 0;
const FAILED = 1;
const EDIT = 2;
const STATS = 3;
const STATE = 4;
const CANDIDATE = 5;
const TRACK = 6;
const TRACK_ENDED = 7;
const CHANNEL_ID = 8;
const CHANNEL_OPEN = 9;
const CHANNEL_CLOSED = 10;
const BUFFERED = 11;
const DATA = 12;

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

// The answer with every section open in which something is to be received.
function kept(pc, sdp) {
  const mids = pc.getTransceivers().filter(({ direction }) => direction === 'recvonly').map(({ mid }) => mid);
  const open = (section) => (mids.includes(/^a=mid:(\S+)/m.exec(section)?.[1]) ? section.replace(/^a=inactive$/m, 'a=sendonly') : section);
  return sdp.split(/(?=^m=)/m).map(open).join('');
}

const quietly = (call) => (async () => call())().catch(() => undefined);

/** What is thrown is returned: an import that throws costs wasm-bindgen a slot in its table for ever. */
function attempt(call) {
  try {
    call();
    return undefined;
  } catch (thrown) {
    return thrown ?? '';
  }
}

export class PeerConnections {
  // Gone after `close()`: some promises of a connection that was closed settle late, some never.
  #heard;
  #ended = new AbortController();
  #connections = [];
  #channels = [];
  #transceivers = new Map();
  // Candidates that came before the description they belong to, by connection.
  #early = new Map();

  constructor(heard) {
    this.#heard = heard;
  }

  /** Returns what is thrown. */
  open(count, config) {
    return attempt(() => {
      for (let target = PUBLISHER; target < count; target += 1) {
        const pc = new RTCPeerConnection(config);
        this.#connections.push(pc);
        this.#listen(pc, target);
      }
    });
  }

  close() {
    this.#heard = undefined;
    this.#ended.abort();
    for (const pc of this.#connections) attempt(() => pc.close());
  }

  connection(target) {
    return this.#connections[target];
  }

  configure(config) {
    return attempt(() => {
      for (const pc of this.#connections) pc.setConfiguration(config);
    });
  }

  #on(target, name, heard) {
    target.addEventListener(name, heard, { signal: this.#ended.signal });
  }

  #listen(pc, target) {
    const tell = (what, value) => this.#heard?.(what, target, value);
    this.#on(pc, 'connectionstatechange', () => tell(STATE, pc.connectionState));
    this.#on(pc, 'icecandidate', ({ candidate }) => candidate && tell(CANDIDATE, JSON.stringify(candidate)));
    this.#on(pc, 'track', ({ track, receiver, streams: [stream], transceiver }) => {
      const handle = tell(TRACK, [transceiver.mid, stream?.id, track.id, track, receiver]);
      // A section that is used again brings the same media track in another stream: leaving the stream is the end.
      if (stream) this.#on(stream, 'removetrack', (event) => event.track === track && this.#heard?.(TRACK_ENDED, handle));
    });
    // On two connections the server opens channels as well.
    this.#on(pc, 'datachannel', ({ channel }) => {
      const which = LABELS.indexOf(channel.label);
      if (which >= 0) this.#hear(channel, which);
    });
  }

  // Channels.

  #hear(dc, which) {
    dc.binaryType = 'arraybuffer';
    this.#on(dc, 'message', ({ data }) => data instanceof ArrayBuffer && this.#heard?.(DATA, which, data));
  }

  /** Once; a second request finds them there. Returns what is thrown. */
  addChannels(...lowBytes) {
    const pc = this.#connections[PUBLISHER];
    if (!pc || this.#channels.length) return undefined;
    return attempt(() => {
      for (const [which, label] of LABELS.entries()) {
        const dc = pc.createDataChannel(label, which ? { ordered: true } : { ordered: false, maxRetransmits: 0 });
        dc.bufferedAmountLowThreshold = lowBytes[which];
        this.#on(dc, 'open', () => {
          if (typeof dc.id === 'number') this.#heard?.(CHANNEL_ID, which, dc.id);
          this.#heard?.(CHANNEL_OPEN, which);
        });
        this.#on(dc, 'close', () => this.#heard?.(CHANNEL_CLOSED, which));
        this.#on(dc, 'bufferedamountlow', () => this.#buffered(which));
        this.#hear(dc, which);
        this.#channels.push(dc);
      }
    });
  }

  /** `close` is told when the server has all that was sent. */
  finish() {
    this.#channels.at(-1)?.close();
  }

  #buffered(which) {
    this.#heard?.(BUFFERED, which, this.#channels[which]?.bufferedAmount);
  }

  /** Returns what is thrown. */
  send(which, bytes) {
    const dc = this.#channels[which];
    if (!dc) return 'the channel is not there';
    // Copied out of the module's memory, which may be another's by the time it is sent.
    const thrown = attempt(() => dc.send(bytes.slice()));
    if (thrown === undefined) this.#buffered(which);
    return thrown;
  }

  // Senders.

  sender(cid) {
    return this.#transceivers.get(cid)?.sender;
  }

  mid(cid) {
    return this.#transceivers.get(cid)?.mid;
  }

  /** Returns what is thrown. */
  addSender(cid, track, streams, sendEncodings, degradationPreference, paused) {
    return attempt(() => {
      const init = { direction: 'sendonly', streams };
      if (sendEncodings) init.sendEncodings = sendEncodings;
      const transceiver = this.#connections[PUBLISHER].addTransceiver(track, init);
      this.#transceivers.set(cid, transceiver);
      const { sender } = transceiver;
      // What cannot be said when it is made. It is not waited for: it changes nothing in the offer.
      if (degradationPreference) quietly(() => sender.setParameters(Object.assign(sender.getParameters(), { degradationPreference })));
      if (paused) quietly(() => sender.replaceTrack(null));
    });
  }

  removeSender(cid) {
    const transceiver = this.#transceivers.get(cid);
    if (!transceiver) return;
    this.#transceivers.delete(cid);
    attempt(() => this.#connections[PUBLISHER].removeTrack(transceiver.sender));
    // The setter throws on a transceiver that was stopped, which is as well.
    attempt(() => (transceiver.direction = 'inactive'));
  }

  addSections(audios, videos) {
    const add = (kind) => attempt(() => this.#connections[PUBLISHER]?.addTransceiver(kind, { direction: 'recvonly' }));
    for (let n = 0; n < audios + videos; n += 1) add(n < audios ? 'audio' : 'video');
  }

  // Steps. Each returns false where there is no connection to do it on, and is told of by DONE or FAILED.

  #step(target, work) {
    const pc = this.#connections[target];
    if (!pc) return false;
    work(pc).then((value) => this.#heard?.(DONE, 0, value), (error) => this.#heard?.(FAILED, 0, error));
    return true;
  }

  // With the text go the mids of the sections that send nothing of ours.
  #edit(pc, sdp) {
    const empty = pc.getTransceivers().filter(({ sender, mid }) => !sender.track && mid !== null);
    const edited = this.#heard?.(EDIT, 0, [sdp, ...empty.map(({ mid }) => mid)]);
    if (edited === undefined) throw new Error('the peer is closed');
    return edited;
  }

  /** A step that does nothing, until the next microtask. */
  pause() {
    Promise.resolve().then(() => this.#heard?.(DONE));
  }

  /** Makes an offer, and applies it unless it is held. Resolves with its text. */
  offer(iceRestart, held) {
    return this.#step(PUBLISHER, async (pc) => {
      // An offer that is still unanswered is offered again with what is new. It is never rolled back: the server may have
      // taken it, and for its tracks it takes no other SSRCs than those, which a rollback would forget.
      const { sdp = '' } = await pc.createOffer({ iceRestart });
      const edited = this.#edit(pc, sdp);
      return held ? edited : apply(pc, 'Local', 'offer', edited, sdp);
    });
  }

  /**
   * Applies an answer, after the offer that was held for it; with `open`, what is to receive stays open. Resolves with the
   * largest message that channels take.
   */
  answer(held, sdp, open) {
    return this.#step(PUBLISHER, async (pc) => {
      if (held !== undefined) await describe(pc, 'Local', 'offer', held);
      const edited = this.#edit(pc, sdp);
      await apply(pc, 'Remote', 'answer', open ? kept(pc, edited) : edited, sdp);
      await this.#addCandidates(pc);
      return pc.sctp?.maxMessageSize;
    });
  }

  /** Answers an offer. Resolves with the answer's text. */
  remoteOffer(offer) {
    return this.#step(SUBSCRIBER, async (pc) => {
      await describe(pc, 'Remote', 'offer', offer);
      await this.#addCandidates(pc);
      const { sdp = '' } = await pc.createAnswer();
      return apply(pc, 'Local', 'answer', this.#edit(pc, sdp), sdp);
    });
  }

  candidate(target, init) {
    return this.#step(target, async (pc) => {
      this.#early.set(pc, [...(this.#early.get(pc) ?? []), init]);
      if (pc.remoteDescription) await this.#addCandidates(pc);
    });
  }

  // A candidate that the host refuses is no failure: others follow, and what counts is the connection's state.
  async #addCandidates(pc) {
    const early = this.#early.get(pc) ?? [];
    this.#early.delete(pc);
    for (const init of early) {
      try {
        await pc.addIceCandidate(JSON.parse(init));
      } catch {}
    }
  }

  /** Bytes received by all connections, once media is among them; no step, so it waits for none. */
  async stats() {
    let bytes = 0;
    let media = 0;
    for (const pc of this.#connections) {
      try {
        for (const { type, bytesReceived = 0 } of (await pc.getStats()).values()) {
          if (type === 'transport') bytes += bytesReceived;
          if (type === 'inbound-rtp') media += bytesReceived;
        }
      } catch {}
    }
    // Not every browser has stats of the transport.
    this.#heard?.(STATS, 0, media && (bytes || media));
  }
}
