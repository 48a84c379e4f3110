// A room: connects, stays connected, and hands out its participants. Everything it knows it asks of its core.
import { Anchor } from './anchor.js';
import { core } from './core.js';
import { withDefaults } from './defaults.js';
import { getLocalDevices } from './devices.js';
import { deliver } from './dispatch.js';
import { EventEmitter } from './emitter.js';
import { ConnectionError, UnexpectedConnectionState } from './errors.js';
import './failure.js';
import { ROOM as FIELD } from './fields.js';
import { LocalParticipant } from './local_participant.js';
import { CONNECT, ROOM, read } from './strict.js';
import { Playback } from './playback.js';
import { Plugins } from './plugins.js';
import { ours } from './policies.js';
import { DefaultReconnectPolicy } from './policy.js';
import { RemoteParticipant } from './remote_participant.js';
import { Surroundings } from './surroundings.js';
import { switchDevice } from './switch_device.js';

export class Room extends EventEmitter {
  /** The devices of a kind; asks for permission so that they have names, unless told not to. */
  static getLocalDevices(kind, requestPermissions = true) {
    return getLocalDevices(kind, requestPermissions);
  }

  /** The options with their defaults. */
  options;
  localParticipant;
  /** @internal */
  _core;
  /** @internal */
  _plugins;
  #anchor;
  #state = 'disconnected';
  // Objects of remote participants by identity: those that somebody has seen, or all of them once the Map was handed out.
  #remote = new Map();
  #all = false;
  #connecting;
  #sid;
  #playback = new Playback(this);
  #surroundings = new Surroundings(this);

  constructor(options) {
    super();
    const given = read(options, ROOM, 'RoomOptions');
    this.options = withDefaults(given);
    this.#anchor = new Anchor(this);
    this._core = core('room', this.#anchor, { ...this.options, policy: ours(given.reconnectPolicy, DefaultReconnectPolicy) });
    this._plugins = new Plugins(given.plugins ?? [], (...facts) => this._core.pluginLoaded(...facts));
    this.localParticipant = new LocalParticipant(this, '');
  }

  get state() {
    return this.#state;
  }

  get name() {
    return this._core.room(FIELD.name) ?? '';
  }

  get metadata() {
    return this._core.room(FIELD.metadata);
  }

  get numParticipants() {
    return this._core.room(FIELD.numParticipants) ?? 0;
  }

  get numPublishers() {
    return this._core.room(FIELD.numPublishers) ?? 0;
  }

  get isRecording() {
    return this._core.room(FIELD.recording) ?? false;
  }

  get creationTime() {
    const ms = this._core.room(FIELD.creationTime);
    return ms ? new Date(ms) : undefined;
  }

  get serverInfo() {
    return this._core.room(FIELD.serverInfo);
  }

  /** Round trip of the signal connection in milliseconds, smoothed; undefined before it was measured. */
  get rtt() {
    return this._core.rtt;
  }

  /** The last 200 facts of the connection, oldest first, as plain data without secrets. */
  get connectionHistory() {
    return this._core.history();
  }

  get isE2EEEnabled() {
    return false;
  }

  get remoteParticipants() {
    if (!this.#all) {
      this.#remote = new Map(this._core.identities().map((identity) => [identity, this.#remote.get(identity) ?? new RemoteParticipant(this, identity)]));
      this.#all = true;
    }
    return this.#remote;
  }

  /** Who speaks, loudest first. */
  get activeSpeakers() {
    return this._core.speakers().map((identity) => this._participant(identity)).filter(Boolean);
  }

  getParticipantByIdentity(identity) {
    return identity === this.localParticipant.identity ? this.localParticipant : this._core.has(identity) ? this._participant(identity) : undefined;
  }

  /** The room's sid, as soon as the server says it. */
  getSid() {
    if (this.#state === 'disconnected') return Promise.reject(new UnexpectedConnectionState('the room is not connected'));
    const sid = this._core.room(FIELD.sid);
    if (sid) return Promise.resolve(sid);
    if (!this.#sid) {
      this.#sid = {};
      this.#sid.promise = new Promise((resolve, reject) => Object.assign(this.#sid, { resolve, reject }));
    }
    return this.#sid.promise;
  }

  /** Joins the room of the token. Resolves when connected, rejects with a `ConnectionError`. */
  connect(url, token, options) {
    if (this.#connecting) return this.#connecting;
    if (this.#state !== 'disconnected') return Promise.resolve();
    this.#connecting = this.#connect(url, token, options).finally(() => {
      this.#connecting = undefined;
    });
    return this.#connecting;
  }

  /** Leaves. Whatever was under way is settled first; nothing of the room is alive afterwards. */
  async disconnect(stopTracks = true) {
    this.#surroundings.stopTracks = stopTracks;
    await this._core.disconnect();
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.disconnect().catch(() => undefined);
  }

  /** Does not wait for the next attempt to reconnect: tries now. */
  async reconnectNow() {
    await this._core.reconnectNow();
  }

  /** Warms name resolution and TLS for a `connect` that will follow, and learns the server's regions. Never fails. */
  async prepareConnection(url, token) {
    const warm = async () => fetch(String(url).replace(/^ws/, 'http'), { method: 'HEAD' });
    await Promise.allSettled([warm(), ...(token ? [this._core.prepare(String(url), String(token))] : [])]);
  }

  /** Makes the server or the connection misbehave, by livekit-client's names. */
  async simulateScenario(scenario, arg) {
    await this._core.simulate(scenario, arg);
  }

  get canPlaybackAudio() {
    return this.#playback.audio;
  }

  get canPlaybackVideo() {
    return this.#playback.video;
  }

  /** To be called from a click where the browser does not let audio play by itself. */
  startAudio() {
    return this.#playback.startAudio();
  }

  startVideo() {
    return this.#playback.startVideo();
  }

  getActiveDevice(kind) {
    return this.localParticipant._devices.get(kind);
  }

  switchActiveDevice(kind, deviceId, exact = true) {
    return switchDevice(this, kind, deviceId, exact);
  }

  async #connect(url, token, options) {
    if (typeof url !== 'string') throw new TypeError('connect: url must be a text');
    if (typeof token !== 'string') throw new TypeError('connect: token must be a text');
    const { signal, ...given } = read(options, CONNECT, 'RoomConnectOptions');
    if (signal?.aborted) throw ConnectionError.cancelled('the signal of connect() was aborted');
    const abort = () => this.disconnect().catch(() => undefined);
    signal?.addEventListener('abort', abort, { once: true });
    this.#surroundings.watch();
    this.#anchor.hold();
    try {
      await this._core.connect(url, token, given);
    } catch (error) {
      if (this.#state === 'disconnected') this.#letGo();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** @internal An event of the engine. */
  _deliver(kind, facts) {
    deliver(this, kind, facts);
  }

  /** @internal Those in the room that have objects. */
  get _known() {
    return [...this.#remote.values()];
  }

  /** @internal The object of a participant that is in the room; "" is the local one. */
  _participant(identity) {
    if (identity === '') return this.localParticipant;
    const known = this.#remote.get(identity);
    if (known) return known;
    const participant = new RemoteParticipant(this, identity);
    this.#remote.set(identity, participant);
    return participant;
  }

  /** @internal The same, but made only if one of these events has a listener (or all have been handed out). */
  _heard(identity, ...events) {
    if (identity === '') return this.localParticipant;
    const known = this.#remote.get(identity);
    return known ?? (events.some((event) => this.listenerCount(event)) ? this._participant(identity) : undefined);
  }

  /** @internal Keeps the Map that was handed out in step. */
  _joined(identity) {
    return this.#all || this.listenerCount('participantConnected') ? this._participant(identity) : undefined;
  }

  /** @internal */
  _left(identity) {
    this.#remote.delete(identity);
  }

  /** @internal */
  _entered(state) {
    this.#state = state;
    this.emit('connectionStateChanged', state);
  }

  /** @internal */
  _knowsSid() {
    this.#sid?.resolve(this._core.room(FIELD.sid));
    this.#sid = undefined;
  }

  /** @internal The session is over: objects of its people and tracks end with it. */
  _over() {
    for (const participant of this.#remote.values()) {
      participant._left(this._core.participantFacts(participant._key));
    }
    this.localParticipant._closed(this.#surroundings.stopTracks);
    this.#remote.clear();
    this.#all = false;
    this.#sid?.reject(new UnexpectedConnectionState('the room was disconnected'));
    this.#sid = undefined;
    this.#letGo();
  }

  #letGo() {
    this.#surroundings.end();
    this.#anchor.release();
  }

  /** @internal */
  _listened(event) {
    this.#surroundings.listened(event);
  }

  /** @internal */
  _watchPlayback(track) {
    this.#playback.watch(track);
  }
}
