// Track: a piece of media and the elements that show it. Local and remote tracks add where the media comes from.
import { isFirefox, isSafari } from './browser.js';
import { EventEmitter } from './emitter.js';

// Audio elements that were played from within a click may play again on iOS, so one that nobody uses is kept.
let blessed;
// A short look at another tab is no reason to stop showing.
const BACKGROUND_MS = 5_000;
const BITRATE_MS = 2_000;

export class Track extends EventEmitter {
  static Kind = Object.freeze({ Audio: 'audio', Video: 'video', Unknown: 'unknown' });
  static Source = Object.freeze({ Camera: 'camera', Microphone: 'microphone', ScreenShare: 'screen_share', ScreenShareAudio: 'screen_share_audio', Unknown: 'unknown' });
  static StreamState = Object.freeze({ Active: 'active', Paused: 'paused', Unknown: 'unknown' });

  kind;
  attachedElements = [];
  isMuted = false;
  source = Track.Source.Unknown;
  sid;
  mediaStream;
  streamState = Track.StreamState.Active;
  /** @internal */
  _mediaStreamTrack;
  /** @internal Whether the page has been out of sight for a while. */
  _hidden = false;
  #seen;
  #hiding;
  #bitrate = 0;
  #meter;

  /** @internal */
  constructor(mediaStreamTrack, kind) {
    super();
    this.kind = kind;
    this._mediaStreamTrack = mediaStreamTrack;
    this.mediaStreamID = mediaStreamTrack.id;
  }

  get mediaStreamTrack() {
    return this._mediaStreamTrack;
  }

  /** Bits per second, measured from the first time that it is asked for. */
  get currentBitrate() {
    if (this._statsOf) this._measure();
    return this.#bitrate;
  }

  /** Shows the track in an element, or in a new one. */
  attach(element = this.#element()) {
    if (!element?.play) throw new TypeError('attach: a media element is needed');
    if (this.kind === 'video' && !this.attachedElements.length) this.#watchPage();
    if (!this.attachedElements.includes(element)) this.attachedElements.push(element);
    attachToElement(this.mediaStreamTrack, element);
    this.#play(element);
    this.emit('elementAttached', element);
    return element;
  }

  /** Takes it out of one element, or out of all. */
  detach(element) {
    const gone = element ? [element] : this.attachedElements;
    // The app may keep the list that it saw.
    if (!element) this.attachedElements = [...gone];
    for (const one of gone) {
      detachTrack(this.mediaStreamTrack, one);
      const at = this.attachedElements.indexOf(one);
      if (at < 0) continue;
      this.attachedElements.splice(at, 1);
      keep(one);
      this.emit('elementDetached', one);
    }
    if (!this.attachedElements.length) this.#unwatchPage();
    return element ?? gone;
  }

  stop() {
    this._stopMeasuring();
    this._mediaStreamTrack.stop();
  }

  async getRTCStatsReport() {
    return (await this._statsOf?.getStats?.()) ?? undefined;
  }

  /** @internal */
  _setStreamState(state) {
    this.streamState = state;
  }

  /** @internal Counts bytes from now on; `seen` is shown each report. */
  _measure(seen) {
    if (this.#meter) return;
    let before;
    const measure = async () => {
      const report = await this.getRTCStatsReport().catch(() => undefined);
      if (!report || !this.#meter) return;
      const flows = [...report.values()].filter(({ type }) => type === 'inbound-rtp' || type === 'outbound-rtp');
      seen?.(flows);
      const now = { bytes: flows.reduce((sum, flow) => sum + (flow.bytesReceived ?? flow.bytesSent ?? 0), 0), at: flows[0]?.timestamp };
      if (before?.at < now.at) this.#bitrate = Math.max(0, ((now.bytes - before.bytes) * 8_000) / (now.at - before.at));
      before = now;
    };
    this.#meter = setInterval(measure, BITRATE_MS);
    measure();
  }

  /** @internal */
  _stopMeasuring() {
    clearInterval(this.#meter);
    this.#meter = undefined;
    this.#bitrate = 0;
  }

  /** @internal The page went out of sight for a while, or came back. */
  _pageSeen(hidden) {
    this._hidden = hidden;
    // Safari pauses what it does not show.
    if (!hidden) for (const element of this.attachedElements) element.play().catch(() => undefined);
  }

  #element() {
    if (this.kind !== 'audio' || blessed?.parentElement !== null) return document.createElement(this.kind);
    const element = blessed;
    blessed = undefined;
    return element;
  }

  async #play(element) {
    const tracks = element.srcObject.getTracks();
    const kind = tracks.some((track) => track.kind === 'audio') ? 'audio' : 'video';
    try {
      await element.play();
      this.emit(`${kind}PlaybackStarted`);
    } catch (error) {
      // Another `play` took its place: nothing has failed.
      if (error.name !== 'NotAllowedError') return;
      this.emit(`${kind}PlaybackFailed`, error);
      if (kind === 'audio' && tracks.some((track) => track.kind === 'video')) {
        // The picture at least.
        element.muted = true;
        element.play().catch(() => undefined);
      }
    }
  }

  #watchPage() {
    this._hidden = document.visibilityState === 'hidden';
    this.#seen = () => {
      clearTimeout(this.#hiding);
      const hidden = document.visibilityState === 'hidden';
      if (hidden) this.#hiding = setTimeout(() => this._pageSeen(true), BACKGROUND_MS);
      else this._pageSeen(false);
    };
    document.addEventListener('visibilitychange', this.#seen);
  }

  #unwatchPage() {
    clearTimeout(this.#hiding);
    if (this.#seen) document.removeEventListener('visibilitychange', this.#seen);
    this.#seen = undefined;
  }
}

function keep(element) {
  if (!(element instanceof HTMLAudioElement)) return;
  element.pause();
  if (blessed?.parentElement !== null) blessed = element;
}

/** Puts a media track into an element's stream, in the place of another one of its kind. */
export function attachToElement(track, element) {
  const stream = element.srcObject instanceof MediaStream ? element.srcObject : new MediaStream();
  const others = stream.getTracks().filter(({ kind }) => kind === track.kind);
  if (!others.includes(track)) {
    for (const other of others) stream.removeTrack(other);
    stream.addTrack(track);
  }
  const video = element instanceof HTMLVideoElement;
  // Safari in low-power mode shows a play button over a video that wants to begin by itself.
  if (!(isSafari && video)) element.autoplay = true;
  // Without sound it may play by itself.
  element.muted = stream.getAudioTracks().length === 0;
  if (video) element.playsInline = true;
  // Setting the same stream again would flicker.
  if (element.srcObject === stream) return;
  element.srcObject = stream;
  if (video && (isSafari || isFirefox)) {
    // Both may show black until the stream is set once more, later.
    setTimeout(() => {
      element.srcObject = stream;
      element.play().catch(() => undefined);
    });
  }
}

/** Takes it out again. */
export function detachTrack(track, element) {
  const stream = element.srcObject;
  if (!(stream instanceof MediaStream)) return;
  stream.removeTrack(track);
  element.srcObject = stream.getTracks().length ? stream : null;
}
