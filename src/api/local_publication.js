// A track that this participant publishes. It keeps its object when a full reconnect gives it another sid.
import * as ASK from './ask.js';
import { PUBLICATION } from './fields.js';
import { TrackPublication } from './publication.js';

// AudioTrackFeature of the protocol.
const FEATURES = { STEREO: 0, NO_DTX: 1, AUTO_GAIN_CONTROL: 2, ECHO_CANCELLATION: 3, NOISE_SUPPRESSION: 4 };

export class LocalTrackPublication extends TrackPublication {
  /** How it was published. */
  options;
  #unlisten;

  /** @internal */
  constructor(participant, sid, track, options) {
    super(participant, sid);
    this.options = options;
    this._track = track;
    track.sid = sid;
    const controller = new AbortController();
    const { signal } = controller;
    const listen = (event, listener) => track.on(event, listener, { signal });
    listen('muted', () => this.#mutedHere(true));
    listen('unmuted', () => this.#mutedHere(false));
    listen('ended', () => {
      this.emit('ended');
      participant._trackEnded(this);
    });
    listen('restarted', () => participant._captures(this));
    listen('cpuConstrained', () => {
      participant.emit('localTrackCpuConstrained', track, this);
      this.emit('cpuConstrained', track);
    });
    listen('upstreamPaused', () => this.#core?.ask(ASK.MUTE, track.cid, true));
    listen('upstreamResumed', () => this.#core?.ask(ASK.MUTE, track.cid, track.isMuted));
    listen('audioTrackFeatureUpdate', () => this.#core?.ask(ASK.UPDATE_AUDIO_TRACK, track.cid, this.getTrackFeatures()));
    this.#unlisten = () => controller.abort();
    // It was muted, unmuted or paused while it was being published.
    const muted = track.isUpstreamPaused || track.isMuted;
    if (muted !== super.isMuted) this.#core.ask(ASK.MUTE, track.cid, muted);
  }

  get isLocal() {
    return true;
  }

  get isMuted() {
    return this._track?.isMuted ?? this._get(PUBLICATION.muted) ?? false;
  }

  get isUpstreamPaused() {
    return this._track?.isUpstreamPaused;
  }

  async mute() {
    return this._track?.mute();
  }

  async unmute() {
    return this._track?.unmute();
  }

  async pauseUpstream() {
    await this._track?.pauseUpstream();
  }

  async resumeUpstream() {
    await this._track?.resumeUpstream();
  }

  /** `AudioTrackFeature`s of what is captured. */
  getTrackFeatures() {
    if (this.kind !== 'audio' || !this._track) return [];
    const { autoGainControl, echoCancellation, noiseSuppression, channelCount } = this._track.getSourceTrackSettings();
    return [
      channelCount > 1 && FEATURES.STEREO,
      !this.options?.dtx && FEATURES.NO_DTX,
      autoGainControl && FEATURES.AUTO_GAIN_CONTROL,
      echoCancellation && FEATURES.ECHO_CANCELLATION,
      noiseSuppression && FEATURES.NOISE_SUPPRESSION,
    ].filter((feature) => typeof feature === 'number');
  }

  /** @internal It is published no more; `facts` are its last. */
  _unpublished(facts) {
    this._ended(facts);
    this.#unlisten();
    this._participant._tell('localTrackUnpublished', this);
    this._track._publishedBy();
    this._track._publishedIn();
    this._track.sid = undefined;
    this._track = undefined;
  }

  get #core() {
    return this._participant._room._core;
  }

  #mutedHere(muted) {
    // While its upstream is paused the server knows it as muted, whatever the app does.
    if (!this._track.isUpstreamPaused) this.#core.ask(ASK.MUTE, this._track.cid, muted);
    this._toldMuted(muted);
  }
}
