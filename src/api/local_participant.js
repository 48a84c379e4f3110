// The participant of this client: what it says of itself, what it publishes, what it sends.
import * as ASK from './ask.js';
import { isFirefox, isSafari } from './browser.js';
import { createLocalScreenTracks, createLocalTracks } from './capture.js';
import { unwrap } from './constraints.js';
import { getLocalDevices } from './devices.js';
import { PublishTrackError, TrackInvalidError, UnexpectedConnectionState } from './errors.js';
import { LocalTrackPublication } from './local_publication.js';
import { LocalAudioTrack } from './local_audio_track.js';
import { LocalTrack } from './local_track.js';
import { LocalVideoTrack } from './local_video_track.js';
import { CREATE, PERMISSION, PUBLISH, PUBLISH_DATA, read } from './strict.js';
import { Participant } from './participant.js';
import { describe } from './publish.js';
import { activate } from './switch_device.js';

const DEVICES = { camera: 'videoinput', microphone: 'audioinput' };

export class LocalParticipant extends Participant {
  /** @internal The device in use, by kind. */
  _devices;
  /** @internal */
  _lastErrors = new Map();
  // Tracks whose publishing is under way: by track the promise, by cid the options.
  #publishing = new Map();
  #options = new Map();
  #unpublishing;
  // Sources that setCameraEnabled and its kin are turning on.
  #enabling = new Map();
  // What the app was told of itself in the session before.
  #known = { attributes: {} };

  /** @internal */
  constructor(room, key) {
    super(room, key);
    const { audioCaptureDefaults, videoCaptureDefaults, audioOutput } = room.options;
    const wanted = Object.entries({ audioinput: audioCaptureDefaults, videoinput: videoCaptureDefaults, audiooutput: audioOutput });
    this._devices = new Map(wanted.map(([kind, options]) => [kind, unwrap(options?.deviceId) || 'default']));
  }

  get isLocal() {
    return true;
  }

  get isE2EEEnabled() {
    return false;
  }

  /** Why the camera could not be turned on the last time. */
  get lastCameraError() {
    return this._lastErrors.get('camera');
  }

  get lastMicrophoneError() {
    return this._lastErrors.get('microphone');
  }

  async setMetadata(metadata) {
    await this._room._core.ask(ASK.UPDATE, undefined, text(metadata, 'metadata'));
  }

  async setName(name) {
    await this._room._core.ask(ASK.UPDATE, text(name, 'name'));
  }

  /** Sets the attributes that are named; one that is set to "" is removed. */
  async setAttributes(attributes) {
    if (typeof attributes !== 'object' || attributes === null) throw new TypeError('attributes must be an object');
    for (const key of Object.keys(attributes)) text(attributes[key], `attributes.${key}`);
    await this._room._core.ask(ASK.UPDATE, undefined, undefined, Object.entries(attributes));
  }

  /** Sends bytes to everybody, or to those of `destinationIdentities`; resolves when they are on their way. */
  async publishData(data, options = {}) {
    if (data instanceof ArrayBuffer) data = new Uint8Array(data);
    if (!(data instanceof Uint8Array) && !ArrayBuffer.isView(data)) throw new TypeError('publishData: data must be a Uint8Array');
    const { reliable = false, topic, destinationIdentities = [] } = read(options, PUBLISH_DATA, 'publishData options');
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    await this._room._core.ask(ASK.PUBLISH_DATA, bytes, reliable, topic, destinationIdentities);
  }

  setCameraEnabled(enabled, options, publishOptions) {
    return this.#setEnabled('camera', enabled, () => this.createTracks({ video: options ?? true }), publishOptions);
  }

  setMicrophoneEnabled(enabled, options, publishOptions) {
    return this.#setEnabled('microphone', enabled, () => this.createTracks({ audio: options ?? true }), publishOptions);
  }

  setScreenShareEnabled(enabled, options, publishOptions) {
    return this.#setEnabled('screen_share', enabled, () => this.createScreenTracks(options), publishOptions);
  }

  /** Both with one question to the user. */
  async enableCameraAndMicrophone() {
    const wanted = { camera: 'video', microphone: 'audio' };
    const missing = Object.keys(wanted).filter((source) => !this.getTrackPublication(source) && !this.#enabling.has(source));
    const asked = Object.fromEntries(missing.map((source) => [wanted[source], true]));
    const tracks = missing.length ? this.createTracks(asked) : Promise.resolve([]);
    const of = (source) => tracks.then((all) => all.filter((track) => track.source === source));
    // The promise is told of what fails, and no event.
    const all = Object.keys(wanted).map((source) => this.#setEnabled(source, true, () => of(source), undefined, true));
    const failed = (await Promise.allSettled(all)).find(({ status }) => status === 'rejected');
    if (failed) throw failed.reason;
  }

  /** Captures without publishing, with the room's defaults. */
  async createTracks(options) {
    const { audioCaptureDefaults, videoCaptureDefaults } = this._room.options;
    const { audio, video } = read(options, CREATE, 'capture options');
    const merged = (defaults, asked) => asked && { ...defaults, ...asked };
    return this.#captured(await createLocalTracks({ audio: merged(audioCaptureDefaults, audio), video: merged(videoCaptureDefaults, video) }));
  }

  async createScreenTracks(options) {
    return this.#captured(await createLocalScreenTracks(options));
  }

  /** Publishes a track; one that is published already is not published again. */
  async publishTrack(track, options = {}) {
    const local = this.#localTrack(track);
    const published = this.#publicationOf(local);
    if (published) return published;
    const running = this.#publishing.get(local);
    if (running) return running;
    const promise = this.#publish(local, options).finally(() => {
      this.#publishing.delete(local);
      this.#options.delete(local.cid);
    });
    this.#publishing.set(local, promise);
    return promise;
  }

  async unpublishTrack(track, stopOnUnpublish = this._room.options.stopLocalTrackOnUnpublish ?? true) {
    // Without one that is under way it is gone when this returns: a publishTrack that follows at once publishes it anew.
    const running = [...this.#publishing].find(([local]) => local === track || local.mediaStreamTrack === track);
    if (running) await running[1].catch(() => undefined);
    const publication = this.#publicationOf(track);
    if (!publication) return undefined;
    const local = publication.track;
    local._publishedIn();
    if (stopOnUnpublish) local.stop();
    // The engine tells of it at once, but for a listener.
    this.#unpublishing = publication;
    const done = this._room._core.ask(ASK.UNPUBLISH, local.cid);
    this._unpublished(publication.trackSid);
    this.#unpublishing = undefined;
    // A room that is over, or about to be, need not be told.
    await done.catch((error) => {
      if (!(error instanceof UnexpectedConnectionState)) throw error;
    });
    return publication;
  }

  async unpublishTracks(tracks) {
    const all = await Promise.all(tracks.map((track) => this.unpublishTrack(track)));
    return all.filter(Boolean);
  }

  /** Who may subscribe to what this participant publishes, in every session. `participantPermissions` names the exceptions. */
  setTrackSubscriptionPermissions(allParticipantsAllowed, participantPermissions = []) {
    if (typeof allParticipantsAllowed !== 'boolean') throw new TypeError('setTrackSubscriptionPermissions: allParticipantsAllowed must be true or false');
    if (!Array.isArray(participantPermissions)) throw new TypeError('setTrackSubscriptionPermissions: participantPermissions must be a list');
    const list = participantPermissions.map((permission) => {
      const { participantIdentity, participantSid, allowAll = false, allowedTrackSids = [] } = read(permission, PERMISSION, 'participantPermissions');
      if (!participantIdentity && !participantSid) throw new TypeError('setTrackSubscriptionPermissions: participantIdentity or participantSid is needed');
      return [participantIdentity, participantSid, allowAll, allowedTrackSids];
    });
    this._room._core.ask(ASK.SET_SUBSCRIPTION_PERMISSIONS, allParticipantsAllowed, list);
  }

  /** @internal A local publication has no object before it is published from here. */
  _make(sid) {
    return this._looked ? this.trackPublications.get(sid) : undefined;
  }

  /** @internal The engine has published the track of this cid. */
  _published(cid, sid, before) {
    const same = this.getTrackPublications().find((publication) => publication.track?.cid === cid);
    const pending = same ? undefined : this.#options.get(cid);
    const track = same?.track ?? pending?.track;
    if (track?.sender && (pending || before !== undefined)) this.emit('localSenderCreated', track.sender, track);
    if (before !== undefined) {
      same?._renamed(sid);
      track?._sentAnew?.();
    }
    if (!pending) return;
    const publication = new LocalTrackPublication(this, sid, track, pending.options);
    pending.publication = publication;
    this._add(publication);
    this.emit('localTrackPublished', publication);
    track._publishedIn(this._room);
    this._room.emit('localTrackPublished', publication, this);
    this.#begun(publication);
    // On the way to the server, which is long while the connection is away.
    if (track._lost) this._trackEnded(publication);
  }

  /** @internal A publication is gone: asked for from here, or taken away by the server. `facts` are its last. */
  _takenAway(sid, facts) {
    const publication = this.trackPublications.get(sid);
    if (publication !== this.#unpublishing && (this._room.options.stopLocalTrackOnUnpublish ?? true)) publication?.track?.stop();
    this._unpublished(sid, facts);
  }

  /** @internal */
  _unpublished(sid, facts) {
    const publication = this.trackPublications.get(sid);
    if (!publication) return;
    this._remove(sid);
    publication._unpublished(facts ?? this._room._core.ask(ASK.PUBLICATION_FACTS, this._key, sid));
  }

  /** @internal Its device went away, or the user stopped sharing. */
  async _trackEnded({ track, source }) {
    if (!track) return;
    if (source.startsWith('screen_share')) await this.unpublishTrack(track);
    else if (track.isUserProvided) await track.mute();
    else if (!track.isMuted) await (source === 'microphone' ? fallBack(track) : track.restartTrack()).catch(() => track.mute());
  }

  /** @internal Which device a track is captured from, when it may have changed. */
  async _captures({ track, source }) {
    const deviceId = await track?.getDeviceId(false);
    const kind = DEVICES[source];
    if (kind && deviceId && deviceId !== this._devices.get(kind)) activate(this._room, kind, deviceId);
  }

  /** @internal Tells what the app's listeners could not know before the join. */
  _introduce() {
    const before = this.#known;
    const { name, metadata, attributes, permissions } = this;
    if (name !== before.name) this.emit('participantNameChanged', name);
    if (metadata !== before.metadata) this.emit('participantMetadataChanged', before.metadata);
    const changed = Object.entries({ ...Object.fromEntries(Object.keys(before.attributes).map((key) => [key, ''])), ...attributes });
    const news = changed.filter(([key, value]) => value !== (before.attributes[key] ?? ''));
    if (news.length) this.emit('attributesChanged', Object.fromEntries(news));
    if (permissions !== before.permissions) this.emit('participantPermissionsChanged', before.permissions);
  }

  /** @internal The room is over. */
  _closed(stop) {
    const { name, metadata, attributes, permissions } = this;
    this.#known = { name, metadata, attributes, permissions };
    for (const publication of this.getTrackPublications()) {
      const { track } = publication;
      this._unpublished(publication.trackSid);
      // A listener may have taken it back when the one before was gone.
      if (stop) {
        track?.detach();
        track?.stop();
      }
    }
  }

  async #publish(track, options) {
    const { publishDefaults } = this._room.options;
    const merged = { ...publishDefaults, ...read(options, PUBLISH, 'publish options') };
    if (merged.source) track.source = merged.source;
    if (!track.mediaStreamTrack) throw new TrackInvalidError('publishTrack: the track has no media');
    const entry = { track, options: merged };
    track._named();
    track._lost = false;
    this.#options.set(track.cid, entry);
    await this._room._begun();
    const request = await describe(track, merged, this._room.options);
    track._publishedBy(this._room._core, merged, request);
    try {
      await this._room._core.ask(ASK.PUBLISH, track.cid, track.mediaStreamTrack, request);
    } catch (error) {
      track._publishedBy();
      throw error;
    }
    const publication = entry.publication ?? this.#publicationOf(track);
    if (!publication) throw new PublishTrackError('the track was unpublished while it was being published', 409);
    return publication;
  }

  // Sound that gives nothing is told about once.
  async #begun(publication) {
    const silent = await publication.audioTrack?.checkForSilence().catch(() => false);
    if (silent) this._room.emit('localAudioSilenceDetected', publication);
    await this._captures(publication);
  }

  // Browsers let a page play sound that listens to its user.
  #captured(tracks) {
    if (tracks.some(({ kind }) => kind === 'audio')) {
      this.emit('audioStreamAcquired');
      this._room.startAudio().catch(() => undefined);
    }
    return tracks;
  }

  async #setEnabled(source, enabled, create, publishOptions, quiet) {
    const running = this.#enabling.get(source);
    if (enabled && !running && !this.getTrackPublication(source)) {
      // Known before anything is awaited: a second call joins this one instead of capturing again.
      const promise = this.#enable(source, create, publishOptions, quiet).finally(() => this.#enabling.delete(source));
      this.#enabling.set(source, promise);
      return promise;
    }
    const failed = (error) => {
      if (enabled) throw error;
    };
    // Whoever called first goes on first.
    const publication = this.getTrackPublication(source) ?? (await running?.catch(failed));
    // Switched off by a call between that one and this.
    if (enabled && publication !== this.getTrackPublication(source)) return this.#setEnabled(source, enabled, create, publishOptions, quiet);
    if (enabled) await publication.unmute();
    else if (source !== 'screen_share') await publication?.mute();
    else if (publication?.track) await this.#stopSharing(publication);
    return publication;
  }

  async #enable(source, create, publishOptions, quiet) {
    let tracks = [];
    const { _leaves } = this._room;
    try {
      tracks = await create();
      this._lastErrors.delete(source);
    } catch (error) {
      this._lastErrors.set(source, error);
      for (const one of quiet ? [] : [this, this._room]) one.emit('mediaDevicesError', error, DEVICES[source]);
      throw error;
    }
    try {
      // A camera that was asked for in one room does not appear in the next.
      if (_leaves !== this._room._leaves) throw new UnexpectedConnectionState('the app disconnected the room');
      const [publication] = await Promise.all(tracks.map((track) => this.publishTrack(track, publishOptions)));
      return publication;
    } catch (error) {
      for (const track of tracks) track.stop();
      throw error;
    }
  }

  async #stopSharing(publication) {
    const sound = this.getTrackPublication('screen_share_audio')?.track;
    await Promise.all([publication.track, sound].filter(Boolean).map((track) => this.unpublishTrack(track)));
  }

  #publicationOf(track) {
    return this.getTrackPublications().find((publication) => publication.track && (publication.track === track || publication.track.mediaStreamTrack === track));
  }

  #localTrack(track) {
    if (track instanceof LocalTrack) return track;
    const published = this.#publicationOf(track) ?? [...this.#publishing.keys()].find((local) => local.mediaStreamTrack === track);
    if (published) return published.track ?? published;
    if (track?.kind === 'audio') return new LocalAudioTrack(track, undefined, true);
    if (track?.kind === 'video') return new LocalVideoTrack(track, undefined, true);
    throw new TrackInvalidError('publishTrack: a LocalTrack or a MediaStreamTrack is needed');
  }
}

// A microphone that went away gives way to the system's own, which has a name of its own in Chromium only.
async function fallBack(track) {
  try {
    await (isFirefox || isSafari ? track.restartTrack() : track.setDeviceId({ exact: 'default' }));
  } catch (error) {
    if (error.name === 'NotAllowedError' || track.isStopped) throw error;
    const [first] = await getLocalDevices('audioinput', false);
    await track.setDeviceId(first?.deviceId ?? 'default');
  }
}

function text(value, name) {
  if (typeof value !== 'string') throw new TypeError(`${name} must be a text`);
  return value;
}
