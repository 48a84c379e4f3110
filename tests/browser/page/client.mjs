// One room of one library in this page, and what tests ask of it: join, publish, send, wait, measure. It uses only
// names that `livekit-client` has, so the same lines drive either library. It asserts nothing.
import { describe } from './describe.mjs';
import { Numbered } from './numbered.mjs';

const TICK_MS = 50;
const text = new TextDecoder();

export class Client {
  constructor(SDK) {
    this.SDK = SDK;
    /** Every room event in order: `{ event, at, state, args }`. */
    this.events = [];
    /** Every data message: `{ from, topic, kind, text, bytes, base64 }`, base64 of short ones only. */
    this.received = [];
    this.waiting = new Set();
  }

  /** Makes `this.room` and listens to all its events. `join` does it when it was not done. */
  create(options) {
    this.room = new this.SDK.Room(options);
    for (const event of new Set(Object.values(this.SDK.RoomEvent))) {
      this.room.on(event, (...args) => this.#record(event, args));
    }
    return this.room;
  }

  async join(url, token, { options, connect } = {}) {
    if (!this.room) this.create(options);
    await this.room.connect(url, token, connect);
    return this.snapshot();
  }

  /** Leaves the room and listens to nothing any more. */
  async end() {
    this.room?.removeAllListeners();
    await this.room?.disconnect();
  }

  #record(event, args) {
    this.events.push({ event, at: performance.now(), state: this.room.state, args: args.map(describe) });
    if (event === this.SDK.RoomEvent.DataReceived) {
      const [payload, participant, kind, topic] = args;
      this.received.push({
        from: participant?.identity ?? null,
        topic: topic ?? null,
        kind,
        text: text.decode(payload),
        bytes: payload.byteLength,
        base64: payload.byteLength < 1000 ? btoa(String.fromCharCode(...payload)) : null,
      });
    }
    // Chromium decodes no audio that nothing plays.
    if (event === this.SDK.RoomEvent.TrackSubscribed) document.body.append(args[0].attach());
    if (event === this.SDK.RoomEvent.TrackUnsubscribed) args[0].detach().forEach((element) => element.remove());
    for (const check of this.waiting) check();
  }

  /** Names of the events from index `since` on, those of `only` if given. */
  names(only, since = 0) {
    const wanted = only && new Set(only);
    return this.events.slice(since).map(({ event }) => event).filter((event) => !wanted || wanted.has(event));
  }

  /**
   * Resolves with the first truthy value of `predicate` (which may be async), looked at after every event and every
   * 50 ms, because statistics and properties of media have no events. Rejects after `ms` with what was seen.
   */
  until(predicate, what, ms = 20_000) {
    const { setTimeout, clearTimeout } = census.raw;
    return new Promise((resolve, reject) => {
      let busy = false;
      let ticking;
      const end = (settle, value) => {
        clearTimeout(deadline);
        clearTimeout(ticking);
        this.waiting.delete(check);
        settle(value);
      };
      const deadline = setTimeout(() => end(reject, new Error(`${what}: not within ${ms} ms. ${this.story()}`)), ms);
      const check = async () => {
        if (busy) return;
        busy = true;
        clearTimeout(ticking);
        try {
          const value = await predicate(this);
          if (value) return end(resolve, value);
          ticking = setTimeout(check, TICK_MS);
        } catch (error) {
          end(reject, error);
        } finally {
          busy = false;
        }
      };
      this.waiting.add(check);
      check();
    });
  }

  /** Resolves with the first record of `event` from index `since` on. */
  async next(event, { since = 0, ms } = {}) {
    const find = () => this.events.slice(since).find((each) => each.event === event);
    return this.until(find, `event ${event}`, ms);
  }

  /** The last events, in words, for the message of a failure. */
  story() {
    const quiet = new Set(['connectionQualityChanged', 'activeSpeakersChanged', 'dataReceived', 'dcBufferStatusChanged']);
    const told = this.events.filter(({ event }) => !quiet.has(event)).slice(-20);
    return `State ${this.room?.state}; last events: ${told.map(({ event, args }) => `${event}(${args.join(', ')})`).join(' ')}`;
  }

  participant(identity) {
    const { localParticipant, remoteParticipants } = this.room;
    return identity === localParticipant.identity ? localParticipant : remoteParticipants.get(identity);
  }

  publication(identity, source) {
    const all = this.participant(identity)?.trackPublications.values() ?? [];
    return [...all].find((each) => each.source === source);
  }

  /** What this client sees of the room, as plain data. */
  snapshot() {
    const seen = (each) => ({
      identity: each.identity,
      sid: each.sid,
      name: each.name ?? '',
      metadata: each.metadata ?? '',
      attributes: { ...each.attributes },
      tracks: [...each.trackPublications.values()].map((publication) => ({
        sid: publication.trackSid,
        kind: publication.kind,
        source: publication.source,
        muted: publication.isMuted,
        subscribed: publication.isSubscribed,
      })),
    });
    const { room } = this;
    return { state: room.state, name: room.name, local: seen(room.localParticipant), remote: [...room.remoteParticipants.values()].map(seen) };
  }

  send(message, { reliable = true, topic, to } = {}) {
    const bytes = typeof message === 'string' ? new TextEncoder().encode(message) : Uint8Array.from(message);
    return this.room.localParticipant.publishData(bytes, { reliable, topic, destinationIdentities: to });
  }

  /** Numbered messages with an account of which were accepted. */
  numbered(topic, options) {
    return new Numbered(this, topic, options);
  }

  /** Numbers of the messages of a topic that arrived, in the order of arrival. */
  arrived(topic) {
    return this.received.filter((each) => each.topic === topic).map((each) => Number(each.text.split(' ')[0]));
  }

  async publishBoth() {
    await this.room.localParticipant.setCameraEnabled(true);
    await this.room.localParticipant.setMicrophoneEnabled(true);
  }

  /** Publishes a steady tone as the microphone: Chromium's fake one only beeps, too seldom to count as speech. */
  async publishTone() {
    const context = new AudioContext();
    const tone = new OscillatorNode(context, { frequency: 440 });
    const out = context.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    const [track] = out.stream.getAudioTracks();
    await this.room.localParticipant.publishTrack(track, { source: this.SDK.Track.Source.Microphone, dtx: false });
  }

  /** Inbound RTP of a remote source now: `{ packets, bytes, frames, energy }`, or null when nothing flows yet. */
  async inbound(identity, source) {
    const track = this.publication(identity, source)?.track;
    const report = await track?.getRTCStatsReport?.();
    const inbound = [...(report?.values() ?? [])].find(({ type }) => type === 'inbound-rtp');
    if (!inbound) return null;
    const { packetsReceived: packets = 0, bytesReceived: bytes = 0, framesDecoded: frames = 0, totalAudioEnergy: energy = 0 } = inbound;
    return { id: inbound.id, packets, bytes, frames, energy };
  }

  /** Resolves when video frames and audible audio of `identity` have been received after this call. */
  async mediaFlows(identity, { ms = 30_000 } = {}) {
    const grown = async (source, measure, by) => {
      const before = await this.inbound(identity, source);
      const base = (now) => (before && before.id === now.id ? before[measure] : 0);
      await this.until(
        async () => {
          const now = await this.inbound(identity, source);
          return now && now[measure] > base(now) + by;
        },
        `${measure} of the ${source} of ${identity} to grow`,
        ms,
      );
    };
    const { Camera, Microphone } = this.SDK.Track.Source;
    await Promise.all([grown(Camera, 'frames', 5), grown(Microphone, 'packets', 20), grown(Microphone, 'energy', 0)]);
    return true;
  }
}
