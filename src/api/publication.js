// What local and remote publications share: facts read from the engine, and the order in which livekit-client tells.
import * as ASK from './ask.js';
import { EventEmitter } from './emitter.js';
import { PUBLICATION, kindOf, sourceOf } from './fields.js';
import { same } from './same.js';

export class TrackPublication extends EventEmitter {
  static SubscriptionStatus = Object.freeze({ Desired: 'desired', Subscribed: 'subscribed', Unsubscribed: 'unsubscribed' });
  static PermissionStatus = Object.freeze({ Allowed: 'allowed', NotAllowed: 'not_allowed' });

  /** @internal */
  _participant;
  /** @internal */
  _track;
  #sid;
  // What never changes is kept: an event about it may come when the engine has forgotten it.
  #kind;
  #source;
  #name;
  #last;
  #dimensions;
  #info;

  /** @internal */
  constructor(participant, sid, last) {
    super();
    this._participant = participant;
    this.#sid = sid;
    this.#last = last;
    this.#kind = kindOf(this._get(PUBLICATION.kind));
    this.#source = sourceOf(this._get(PUBLICATION.source));
    this.#name = this._get(PUBLICATION.name) ?? '';
  }

  get trackSid() {
    return this.#sid;
  }

  get track() {
    return this._track;
  }

  get kind() {
    return this.#kind;
  }

  get trackName() {
    return this.#name;
  }

  get source() {
    return this.#source;
  }

  get mimeType() {
    return this._get(PUBLICATION.mimeType);
  }

  get dimensions() {
    return (this.#dimensions = same(this.#dimensions, this._get(PUBLICATION.dimensions)));
  }

  get simulcasted() {
    return this._get(PUBLICATION.simulcasted);
  }

  get trackInfo() {
    return (this.#info = same(this.#info, this._get(PUBLICATION.info)));
  }

  get isMuted() {
    return this._get(PUBLICATION.muted) ?? false;
  }

  get isEnabled() {
    return true;
  }

  get isSubscribed() {
    return this.track !== undefined;
  }

  get isEncrypted() {
    return (this._get(PUBLICATION.encryption) ?? 0) !== 0;
  }

  get audioTrack() {
    return this.kind === 'audio' ? this.track : undefined;
  }

  get videoTrack() {
    return this.kind === 'video' ? this.track : undefined;
  }

  /** @internal A fact, or what it was when the track was unpublished. */
  _get(field) {
    if (this.#last) return this.#last[field];
    return this._participant._room?._core.ask(ASK.PUBLICATION, this._participant._key, this.#sid, field);
  }

  /** @internal The same track under another sid: a local one after a full reconnect. */
  _renamed(sid) {
    this._participant._remove(this.#sid);
    this.#sid = sid;
    if (this._track) this._track.sid = sid;
    this._participant._add(this);
  }

  /** @internal It was unpublished: `facts` are its last. */
  _ended(facts) {
    this.#last = facts ?? this.#last ?? [];
  }

  /** @internal Participant, room, publication. */
  _toldMuted(muted) {
    this._participant._tell(muted ? 'trackMuted' : 'trackUnmuted', this);
    this.emit(muted ? 'muted' : 'unmuted');
  }
}
