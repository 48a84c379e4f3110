// A room: connects, stays connected, and hands out its participants. Everything it knows it asks of its core.
import * as ASK from './ask.js';
import { Anchor } from './anchor.js';
import * as CORE from './core.js';
import { withDefaults } from './defaults.js';
import { getLocalDevices } from './devices.js';
import { deliver } from './dispatch.js';
import { EventEmitter } from './emitter.js';
import { ConnectionError, PublishTrackError, UnexpectedConnectionState } from './errors.js';
import './failure.js';
import { ROOM as FIELD } from './fields.js';
import { LocalParticipant } from './local_participant.js';
import { CONNECT, ROOM, read } from './strict.js';
import { Playback } from './playback.js';
import { Plugins } from './plugins.js';
import { ours } from './policies.js';
import { DefaultReconnectPolicy } from './policy.js';
import { RemoteParticipant } from './remote_participant.js';
import { same } from './same.js';
import { Surroundings } from './surroundings.js';
import { switchDevice } from './switch_device.js';

/** What is published before the room is connected waits so long for a connect(). */
const BEGUN_MS = 15_000;
/** A host that does not answer is not waited for any longer. */
const WARM_MS = 2_000;
const RECONNECTING = ['reconnecting', 'signalReconnecting'];

const aborted = ({ reason }) => Object.assign(ConnectionError.cancelled('the signal of connect() was aborted'), { cause: reason });

/** Waits for the connect that is under way, which goes on when the signal of these options aborts. */
async function heeding(options, connecting) {
  const { signal } = read(options, CONNECT, 'RoomConnectOptions');
  await new Promise((resolve, reject) => {
    const abort = () => reject(aborted(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort);
    connecting.then(resolve, reject).then(() => signal.removeEventListener('abort', abort));
  });
}

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
  /** @internal How often the app disconnected. */
  _leaves = 0;
  #anchor;
  #state = 'disconnected';
  // Objects of remote participants by identity: those that somebody has seen, or all of them once the Map was handed out.
  #remote = new Map();
  #all = false;
  #connecting;
  #leaving;
  // Counts what was asked for: a connect that something else has followed holds and lets go of nothing any more.
  #turn = 0;
  #sid;
  #serverInfo;
  #speakers;
  // When each segment of a transcription that is not final was first told.
  #segments = new Map();
  #playback = new Playback(this);
  #surroundings = new Surroundings(this);

  constructor(options) {
    super();
    const given = read(options, ROOM, 'RoomOptions');
    this.options = withDefaults(given);
    this.#anchor = new Anchor(this);
    this._core = CORE.core(CORE.ROOM, this.#anchor, { ...this.options, policy: ours(given.reconnectPolicy, DefaultReconnectPolicy) });
    this._plugins = new Plugins(given.plugins ?? [], (...facts) => this._core.ask(ASK.PLUGIN_LOADED, ...facts));
    this.localParticipant = new LocalParticipant(this, '');
    // Apps hand these on as they are.
    for (const name of ['connect', 'disconnect', 'startAudio', 'startVideo']) this[name] = this[name].bind(this);
  }

  get state() {
    return this.#state;
  }

  get name() {
    return this._core.ask(ASK.ROOM, FIELD.name) ?? '';
  }

  get metadata() {
    return this._core.ask(ASK.ROOM, FIELD.metadata);
  }

  get numParticipants() {
    return this._core.ask(ASK.ROOM, FIELD.numParticipants) ?? 0;
  }

  get numPublishers() {
    return this._core.ask(ASK.ROOM, FIELD.numPublishers) ?? 0;
  }

  get isRecording() {
    return this._core.ask(ASK.ROOM, FIELD.recording) ?? false;
  }

  get creationTime() {
    const ms = this._core.ask(ASK.ROOM, FIELD.creationTime);
    return ms ? new Date(ms) : undefined;
  }

  get serverInfo() {
    return (this.#serverInfo = same(this.#serverInfo, this._core.ask(ASK.ROOM, FIELD.serverInfo) ?? this.#serverInfo));
  }

  /** Round trip of the signal connection in milliseconds, smoothed; undefined before it was measured. */
  get rtt() {
    return this._core.ask(ASK.RTT);
  }

  /** The last 200 facts of the connection, oldest first, as plain data without secrets. */
  get connectionHistory() {
    return this._core.ask(ASK.HISTORY);
  }

  get isE2EEEnabled() {
    return false;
  }

  get remoteParticipants() {
    if (!this.#all) {
      this.#all = true;
      const seen = new Map(this.#remote);
      this.#remote.clear();
      for (const identity of this._core.ask(ASK.IDENTITIES)) this.#remote.set(identity, seen.get(identity) ?? new RemoteParticipant(this, identity));
    }
    return this.#remote;
  }

  /** Who speaks, loudest first. */
  get activeSpeakers() {
    return (this.#speakers ??= this._core.ask(ASK.SPEAKERS).map((identity) => this._participant(identity)).filter(Boolean));
  }

  getParticipantByIdentity(identity) {
    return identity === this.localParticipant.identity ? this.localParticipant : this._core.ask(ASK.HAS, identity) ? this._participant(identity) : undefined;
  }

  /** The room's sid, as soon as the server says it. */
  getSid() {
    if (this.#state === 'disconnected') return Promise.resolve('');
    const sid = this._core.ask(ASK.ROOM, FIELD.sid);
    if (sid) return Promise.resolve(sid);
    if (!this.#sid) {
      this.#sid = {};
      this.#sid.promise = new Promise((resolve, reject) => Object.assign(this.#sid, { resolve, reject }));
    }
    return this.#sid.promise;
  }

  /** Joins the room of the token. Resolves when connected, rejects with a `ConnectionError`. */
  connect(url, token, options) {
    if (this.#connecting) return options?.signal ? heeding(options, this.#connecting) : this.#connecting;
    const connecting = this.#connect(url, token, options).finally(() => {
      if (this.#connecting === connecting) this.#connecting = undefined;
    });
    return (this.#connecting = connecting);
  }

  /** Leaves. Whatever was under way is settled first; nothing of the room is alive afterwards. */
  async disconnect(stopTracks = true) {
    this.#surroundings.stopTracks = stopTracks;
    // What is under way ends; a connect() after this begins anew.
    this.#connecting = undefined;
    this.#turn += 1;
    this._leaves += 1;
    const leaving = this._core.ask(ASK.DISCONNECT).finally(() => {
      if (this.#leaving === leaving) this.#leaving = undefined;
    });
    await (this.#leaving = leaving);
  }

  [Symbol.dispose ?? Symbol.for('Symbol.dispose')]() {
    this.disconnect().catch(() => undefined);
  }

  /** Does not wait for the next attempt to reconnect: tries now, or as soon as the attempt that is on its way has failed. */
  async reconnectNow() {
    await this._core.ask(ASK.RECONNECT_NOW);
  }

  /** Warms name resolution and TLS for a `connect` that will follow, and learns the server's regions. Never fails. */
  async prepareConnection(url, token) {
    const warm = async () => fetch(String(url).replace(/^ws/, 'http'), { method: 'HEAD', signal: AbortSignal.timeout?.(WARM_MS) });
    await Promise.allSettled([warm(), ...(token ? [this._core.ask(ASK.PREPARE, String(url), String(token))] : [])]);
  }

  /** Makes the server or the connection misbehave, by livekit-client's names. */
  async simulateScenario(scenario, arg) {
    await this._core.ask(ASK.SIMULATE, String(scenario), arg);
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
    const check = () => {
      if (signal?.aborted) throw aborted(signal);
    };
    check();
    // What is being brought back gives way to what is asked for now.
    if (RECONNECTING.includes(this.#state)) this.disconnect(this.options.stopLocalTrackOnUnpublish).catch(() => undefined);
    const turn = (this.#turn += 1);
    // Within the end of a session the state is still the one before: the rest of it is told first.
    await null;
    await this.#leaving?.catch(() => undefined);
    const abort = () => turn === this.#turn && this.disconnect().catch(() => undefined);
    check();
    if (turn !== this.#turn) throw ConnectionError.cancelled('connect() was cancelled before it began');
    if (this.#state === 'connected') return;
    signal?.addEventListener('abort', abort, { once: true });
    this.#surroundings.watch();
    this.#anchor.hold();
    try {
      await this._core.ask(ASK.CONNECT, url, token, given);
    } catch (error) {
      if (this.#state === 'disconnected' && turn === this.#turn) this.#letGo();
      check();
      throw error;
    } finally {
      signal?.removeEventListener('abort', abort);
    }
    // By a listener of an event that came before this: the room is on its way out.
    check();
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

  /** @internal Who sent something; nobody where that is not in the room, as an agent that hides. */
  _sender(identity, event) {
    const known = this.#remote.get(identity);
    if (known || identity === undefined) return known;
    if (identity === this.localParticipant.identity) return this.localParticipant;
    return this.listenerCount(event) ? this.getParticipantByIdentity(identity) : undefined;
  }

  /** @internal Objects of those who are there, where the Map was handed out. */
  _fill() {
    if (this.#all) for (const identity of this._core.ask(ASK.IDENTITIES)) this._participant(identity);
  }

  /** @internal Resolves when the room is connected or on the way to be. */
  _begun() {
    if (this.#state !== 'disconnected') return Promise.resolve();
    return new Promise((resolve, reject) => {
      const late = () => {
        this.off('connectionStateChanged', resolve);
        reject(new PublishTrackError('the track was not published: the room was not connected in time', 408));
      };
      const timer = setTimeout(late, BEGUN_MS);
      this.once('connectionStateChanged', resolve);
      this.once('connectionStateChanged', () => clearTimeout(timer));
    });
  }

  /** @internal Notes when they came. */
  _transcribed(segments) {
    const lastReceivedTime = Date.now();
    for (const segment of segments) {
      const firstReceivedTime = this.#segments.get(segment.id) ?? lastReceivedTime;
      Object.assign(segment, { firstReceivedTime, lastReceivedTime });
      if (segment.final) this.#segments.delete(segment.id);
      else this.#segments.set(segment.id, firstReceivedTime);
    }
  }

  /** @internal */
  _speakersChanged() {
    this.#speakers = undefined;
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
    this.#sid?.resolve(this._core.ask(ASK.ROOM, FIELD.sid));
    this.#sid = undefined;
  }

  /** @internal The session is over: objects of its people and tracks end with it. */
  _over() {
    for (const participant of this.#remote.values()) participant._over();
    this.localParticipant._closed(this.#surroundings.stopTracks);
    this.#remote.clear();
    this.#segments.clear();
    this.#speakers = undefined;
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
