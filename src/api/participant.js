// What the local and the remote participants share. Facts are read from the engine; publications are objects of their
// own, made when they are first looked at and then the same for ever. A participant that left keeps its last facts.
import * as ASK from './ask.js';
import { EventEmitter } from './emitter.js';
import { ParticipantKind } from './enums.js';
import { PARTICIPANT, qualityOf } from './fields.js';
import { same } from './same.js';

const AGENT = ParticipantKind.AGENT;
const SAME_MS = 50;
const LEFT = 'Participant disconnected';

export class Participant extends EventEmitter {
  /** @internal The room; a participant that left has none. */
  _room;
  /** @internal The key under which the engine knows it: "" for the local one. */
  _key;
  /** The last facts of one that left. */
  #last;
  /** `{ all, audio, video }`, when somebody has looked. */
  #maps;
  #active;
  #permissions;
  #spokeAt;

  /** @internal */
  constructor(room, key) {
    super();
    this._room = room;
    this._key = key;
  }

  get sid() {
    return this._get(PARTICIPANT.sid) ?? '';
  }

  get identity() {
    return this._get(PARTICIPANT.identity) ?? this._key;
  }

  get name() {
    return this._get(PARTICIPANT.name);
  }

  get metadata() {
    return this._get(PARTICIPANT.metadata);
  }

  get attributes() {
    return Object.freeze(this._get(PARTICIPANT.attributes) ?? {});
  }

  get permissions() {
    return (this.#permissions = same(this.#permissions, this._get(PARTICIPANT.permissions)));
  }

  get kind() {
    return this._get(PARTICIPANT.kind) ?? ParticipantKind.STANDARD;
  }

  get joinedAt() {
    return new Date(this._get(PARTICIPANT.joinedAt) ?? Date.now());
  }

  get connectionQuality() {
    return qualityOf(this._get(PARTICIPANT.quality));
  }

  get isSpeaking() {
    return this._get(PARTICIPANT.speaking) ?? false;
  }

  get audioLevel() {
    return this._get(PARTICIPANT.audioLevel) ?? 0;
  }

  get lastSpokeAt() {
    const ms = this._get(PARTICIPANT.lastSpokeAt);
    if (ms === undefined) return undefined;
    // The engine's clock and the host's differ by some milliseconds from one reading to the next.
    if (!(Math.abs(this.#spokeAt - ms) < SAME_MS)) this.#spokeAt = new Date(ms);
    return this.#spokeAt;
  }

  get isActive() {
    return this._get(PARTICIPANT.active) ?? false;
  }

  get isAgent() {
    return this.permissions?.agent || this.kind === AGENT;
  }

  get isLocal() {
    return false;
  }

  get isEncrypted() {
    const list = this.getTrackPublications();
    return list.length > 0 && list.every((publication) => publication.isEncrypted);
  }

  get isCameraEnabled() {
    return this.getTrackPublication('camera')?.isMuted === false;
  }

  get isMicrophoneEnabled() {
    return this.getTrackPublication('microphone')?.isMuted === false;
  }

  get isScreenShareEnabled() {
    return this.getTrackPublication('screen_share') !== undefined;
  }

  get trackPublications() {
    return this.#publications().all;
  }

  get audioTrackPublications() {
    return this.#publications().audio;
  }

  get videoTrackPublications() {
    return this.#publications().video;
  }

  getTrackPublications() {
    return [...this.trackPublications.values()];
  }

  getTrackPublication(source) {
    return this.getTrackPublications().find((publication) => publication.source === source);
  }

  getTrackPublicationByName(name) {
    return this.getTrackPublications().find((publication) => publication.trackName === name);
  }

  /** Resolves when the participant's media can flow; rejects when it leaves before. */
  waitUntilActive() {
    if (this.isActive) return Promise.resolve();
    if (this.#last) return Promise.reject(new Error(LEFT));
    if (!this.#active) {
      this.#active = {};
      this.#active.promise = new Promise((resolve, reject) => Object.assign(this.#active, { resolve, reject }));
    }
    return this.#active.promise;
  }

  /** @internal A fact, or what it was when the participant left. */
  _get(field) {
    return this.#last ? this.#last[field] : this._room._core.ask(ASK.PARTICIPANT, this._key, field);
  }

  /** @internal Whether publications have objects. */
  get _looked() {
    return this.#maps !== undefined;
  }

  /** @internal Tells the participant's own listeners, then the room's. */
  _tell(event, ...args) {
    this.emit(event, ...args);
    this._room?.emit(event, ...args, this);
  }

  /** @internal Puts a publication into the maps, under its sid of now. */
  _add(publication) {
    const maps = this.#publications();
    maps.all.set(publication.trackSid, publication);
    maps[publication.kind]?.set(publication.trackSid, publication);
  }

  /** @internal */
  _remove(sid) {
    for (const map of Object.values(this.#maps ?? {})) map.delete(sid);
  }

  /** @internal */
  _becameActive() {
    this.#active?.resolve();
    this.#active = undefined;
  }

  /** @internal It left: `facts` are its last. */
  _left(facts) {
    this.#last = facts ?? [];
    this.#active?.reject(new Error(LEFT));
    this.#active = undefined;
  }

  #publications() {
    if (!this.#maps) {
      this.#maps = { all: new Map(), audio: new Map(), video: new Map() };
      if (!this.#last) for (const sid of this._room._core.ask(ASK.PUBLICATIONS, this._key)) this._make(sid);
    }
    return this.#maps;
  }
}
