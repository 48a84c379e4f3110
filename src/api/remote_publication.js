// A track that somebody else publishes: whether it is subscribed to, what is wanted of it, and its media once it flows.
import * as ASK from './ask.js';
import { VideoQuality } from './enums.js';
import { PUBLICATION } from './fields.js';
import { TrackPublication } from './publication.js';
import { RemoteAudioTrack, RemoteVideoTrack } from './remote_track.js';

const amount = (value, name) => {
  if (!Number.isFinite(value) || value < 0) throw new TypeError(`${name} must be a number, 0 or more`);
};
const smaller = (a, b) => a.width * a.height < b.width * b.height;

export class RemoteTrackPublication extends TrackPublication {
  // What was asked for; undefined where nothing was. In a listener the engine learns of it when the listener is done.
  #desired;
  #disabled;
  #quality;
  #dimensions;
  #fps;
  // What adaptive stream sees.
  #visible = true;
  #shown;

  get isLocal() {
    return false;
  }

  get isDesired() {
    return this.#desired ?? this._get(PUBLICATION.desired) ?? true;
  }

  get isSubscribed() {
    return this.isDesired && this._track !== undefined;
  }

  get subscriptionStatus() {
    const { Desired, Subscribed, Unsubscribed } = TrackPublication.SubscriptionStatus;
    if (!this.isDesired) return Unsubscribed;
    return this._track ? Subscribed : Desired;
  }

  get permissionStatus() {
    const { Allowed, NotAllowed } = TrackPublication.PermissionStatus;
    return this._get(PUBLICATION.allowed) ?? true ? Allowed : NotAllowed;
  }

  get isEnabled() {
    if (this.#disabled !== undefined) return !this.#disabled;
    return this._track?.isAdaptiveStream ? this.#visible : true;
  }

  get videoQuality() {
    return this.#quality ?? VideoQuality.HIGH;
  }

  setSubscribed(subscribed) {
    const before = this.subscriptionStatus;
    const allowed = this.permissionStatus;
    this.#desired = Boolean(subscribed);
    this._core?.ask(ASK.SET_SUBSCRIBED, this.trackSid, this.#desired);
    this._changed(before, allowed);
  }

  setEnabled(enabled) {
    if (!this.isDesired || this.#disabled === !enabled) return;
    this.#disabled = !enabled;
    this.#send();
  }

  setVideoQuality(quality) {
    if (typeof VideoQuality[quality] !== 'string') throw new TypeError('setVideoQuality: a VideoQuality is needed');
    if (!this.isDesired || this.#quality === quality) return;
    this.#quality = quality;
    this.#dimensions = undefined;
    this.#send();
  }

  setVideoDimensions({ width, height }) {
    amount(width, 'setVideoDimensions: width');
    amount(height, 'setVideoDimensions: height');
    if (!this.isDesired || (this.#dimensions?.width === width && this.#dimensions?.height === height)) return;
    if (this._track?.kind === 'video') this.#dimensions = { width, height };
    this.#quality = undefined;
    this.#send();
  }

  setVideoFPS(fps) {
    amount(fps, 'setVideoFPS: fps');
    if (!this.isDesired || this._track?.kind !== 'video' || this.#fps === fps) return;
    this.#fps = fps;
    this.#send();
  }

  /** @internal The core of the room, while the participant is in it. */
  get _core() {
    return this._participant._room?._core;
  }

  /** @internal The media is there. */
  _subscribed({ track: media, receiver }) {
    const before = this.subscriptionStatus;
    const participant = this._participant;
    const { options } = participant._room;
    const adaptive = options.adaptiveStream === true ? {} : options.adaptiveStream || undefined;
    const track =
      media.kind === 'video'
        ? new RemoteVideoTrack(media, this.trackSid, receiver, adaptive)
        : new RemoteAudioTrack(media, this.trackSid, receiver, undefined, participant._output ?? options.audioOutput);
    track.source = this.source;
    track.isMuted = this.isMuted;
    track.mediaStream = new MediaStream([media]);
    track.start();
    this._track = track;
    this.#flows(media);
    track.on('videoDimensionsChanged', (dimensions) => {
      this.#shown = dimensions;
      this.#send();
    });
    track.on('visibilityChanged', (visible) => {
      this.#visible = visible;
      this.#send();
    });
    participant._volumeOf(track);
    participant._room._watchPlayback(track);
    participant._tell('trackSubscribed', track, this);
    this.emit('subscribed', track);
    this._changed(before, this.permissionStatus);
  }

  /** @internal The transport is a new one: the same subscription has other media now. */
  _mediaChanged(media) {
    if (!this._track) return this._subscribed(media);
    this._track._replaceMedia(media.track, media.receiver);
    this.#flows(media.track);
  }

  /** @internal The media is gone. */
  _unsubscribed(before = this.subscriptionStatus) {
    const track = this._track;
    if (!track) return;
    this._track = undefined;
    track.detach();
    track._end();
    this._participant._tell('trackUnsubscribed', track, this);
    this.emit('unsubscribed', track);
    this._changed(before, this.permissionStatus);
    this.emit('ended', track);
  }

  /** @internal */
  _muted(muted) {
    this._track?._setMuted(muted);
    this._toldMuted(muted);
    this._track?.emit(muted ? 'muted' : 'unmuted', this._track);
  }

  /** @internal Tells a change of the two statuses. */
  _changed(before, allowedBefore) {
    const { subscriptionStatus: now, permissionStatus: allowed } = this;
    if (allowed !== allowedBefore) {
      this._participant._tell('trackSubscriptionPermissionChanged', this, allowed);
      this.emit('subscriptionPermissionChanged', allowed, allowedBefore);
    }
    if (now !== before) {
      this._participant._tell('trackSubscriptionStatusChanged', this, now);
      this.emit('subscriptionStatusChanged', now, before);
    }
  }

  // With adaptive stream a server sends whatever is subscribed to anew, also what it was told not to send: once it
  // flows, it is told again.
  #flows(media) {
    media.addEventListener('unmute', () => this.isEnabled || this.#send(), { once: true });
  }

  // The smaller of what was asked for and what is shown is enough.
  #send() {
    let wanted = this.#dimensions;
    if (this.#shown) {
      const asked = wanted ?? this.#layer();
      if (!asked || smaller(this.#shown, asked)) wanted = this.#shown;
    }
    const settings = {
      disabled: !this.isEnabled,
      quality: wanted ? 0 : this.videoQuality,
      width: Math.ceil(wanted?.width ?? 0),
      height: Math.ceil(wanted?.height ?? 0),
      fps: this.#fps ?? 0,
    };
    this._core?.ask(ASK.SET_TRACK_SETTINGS, this.trackSid, Object.values(settings));
    this.emit('updateSettings', { trackSids: [this.trackSid], ...settings });
  }

  #layer() {
    return this.#quality === undefined ? undefined : this.trackInfo?.layers?.find(({ quality }) => quality === this.#quality);
  }
}
