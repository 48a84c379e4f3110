// Tracks that others publish: the media of one subscription, one object through reconnects.
import { ElementWatch } from './element_watch.js';
import { showAgain } from './shown.js';
import { Track, detachTrack } from './track.js';
import { audible } from './volume.js';

// Changes of size and sight that follow each other quickly count as one.
const SETTLE_MS = 100;

export class RemoteTrack extends Track {
  /** @internal */
  receiver;
  #frame;

  constructor(mediaStreamTrack, sid, kind, receiver) {
    super(mediaStreamTrack, kind);
    this.sid = sid;
    this.receiver = receiver;
  }

  get isLocal() {
    return false;
  }

  start() {
    this._mediaStreamTrack.enabled = true;
  }

  /** The media track belongs to a section that may be used again: it is silenced, not ended. */
  stop() {
    this._stopMeasuring();
    this._mediaStreamTrack.enabled = false;
  }

  /** Holds the media back for so many seconds, where the browser can. */
  setPlayoutDelay(seconds) {
    if (this.receiver && 'playoutDelayHint' in this.receiver) this.receiver.playoutDelayHint = seconds;
  }

  getPlayoutDelay() {
    return this.receiver?.playoutDelayHint ?? 0;
  }

  /** @internal */
  _listened(event) {
    if (event === 'timeSyncUpdate' && !this.#frame) this.#sync();
  }

  /** @internal */
  get _statsOf() {
    return this.receiver;
  }

  /** @internal */
  _setMuted(muted) {
    this.isMuted = muted;
    this._mediaStreamTrack.enabled = !muted;
  }

  /** @internal The same subscription over a new transport: elements show its media instead; whoever took the media itself is told. */
  _replaceMedia(mediaStreamTrack, receiver) {
    const old = this._mediaStreamTrack;
    const delay = this.getPlayoutDelay();
    this._mediaStreamTrack = mediaStreamTrack;
    this.receiver = receiver;
    if (delay) this.setPlayoutDelay(delay);
    this.mediaStream = new MediaStream([mediaStreamTrack]);
    mediaStreamTrack.enabled = old.enabled;
    // A muted video is in no element.
    if (!this.isMuted || this.kind !== 'video') for (const element of this.attachedElements) showAgain(mediaStreamTrack, element);
    this.emit('restarted', this);
  }

  /** @internal The subscription is over. */
  _end() {
    this._stopMeasuring();
    this.setPlayoutDelay(undefined);
    this.receiver = undefined;
    this.emit('ended', this);
  }

  // While somebody listens and media comes: which moment of it is being shown.
  #sync() {
    this.#frame = requestAnimationFrame(() => {
      this.#frame = undefined;
      if (!this.receiver || !this.listenerCount('timeSyncUpdate')) return;
      const { timestamp, rtpTimestamp } = this.receiver.getSynchronizationSources?.()[0] ?? {};
      if (rtpTimestamp && rtpTimestamp !== this.rtpTimestamp) {
        this.rtpTimestamp = rtpTimestamp;
        this.emit('timeSyncUpdate', { timestamp, rtpTimestamp });
      }
      this.#sync();
    });
  }
}

export class RemoteAudioTrack extends RemoteTrack {
  #volume;
  #sinkId;

  constructor(mediaStreamTrack, sid, receiver, _audioContext, audioOutput) {
    super(mediaStreamTrack, sid, 'audio', receiver);
    this.#sinkId = audioOutput?.deviceId;
  }

  /** 0 to 1, for every element, also for those attached later. */
  setVolume(volume) {
    this.#volume = audible(volume);
    for (const element of this.attachedElements) element.volume = volume;
  }

  /** The loudest element's, when none was set. */
  getVolume() {
    return this.#volume ?? Math.max(0, ...this.attachedElements.map(({ volume }) => volume));
  }

  /** Plays on this output device, where the browser can. */
  async setSinkId(deviceId) {
    this.#sinkId = deviceId;
    await Promise.all(this.attachedElements.map((element) => element.setSinkId?.(deviceId)));
  }

  attach(element) {
    const attached = super.attach(element);
    if (this.#sinkId) attached.setSinkId?.(this.#sinkId).catch((error) => this.emit('audioPlaybackFailed', error));
    if (this.#volume !== undefined) attached.volume = this.#volume;
    return attached;
  }

  async getReceiverStats() {
    const inbound = await inboundOf(this);
    return inbound && pick('audio', inbound, 'timestamp jitter bytesReceived concealedSamples concealmentEvents silentConcealedSamples silentConcealmentEvents totalAudioEnergy totalSamplesDuration');
  }
}

export class RemoteVideoTrack extends RemoteTrack {
  #adaptive;
  // By element, with adaptive stream.
  #watched = new Map();
  #visible;
  #size;
  #settling;
  #leaving;

  constructor(mediaStreamTrack, sid, receiver, adaptiveStreamSettings) {
    super(mediaStreamTrack, sid, 'video', receiver);
    this.#adaptive = adaptiveStreamSettings;
  }

  get isAdaptiveStream() {
    return this.#adaptive !== undefined;
  }

  attach(element) {
    const attached = super.attach(element);
    if (this.#adaptive && !this.#watched.has(attached)) {
      const watch = new ElementWatch(attached, () => this.#settle(), () => this.#tellVisible());
      this.#watched.set(attached, watch);
      this.#settle();
      this.#tellVisible();
    }
    return attached;
  }

  detach(element) {
    const gone = super.detach(element);
    for (const one of [gone].flat()) {
      this.#watched.get(one)?.end();
      if (this.#watched.delete(one)) {
        this.#settle();
        this.#tellVisible();
      }
    }
    return gone;
  }

  async getReceiverStats() {
    const inbound = await inboundOf(this);
    const stats = inbound && pick('video', inbound, 'framesDecoded framesDropped framesReceived packetsReceived packetsLost frameWidth frameHeight pliCount firCount nackCount jitter timestamp bytesReceived decoderImplementation');
    if (stats) stats.mimeType = inbound.mimeType;
    return stats;
  }

  /** @internal A muted video shows its last frame for ever; an element without media shows its poster. */
  _setMuted(muted) {
    super._setMuted(muted);
    for (const element of this.attachedElements) (muted ? detachTrack : showAgain)(this._mediaStreamTrack, element);
  }

  /** @internal */
  _setStreamState(state) {
    super._setStreamState(state);
    // A track that nobody attached is stopped as soon as it flows.
    if (this.#adaptive && state === 'active') this.#tellVisible();
  }

  /** @internal */
  _pageSeen(hidden) {
    super._pageSeen(hidden);
    if (this.#adaptive) this.#tellVisible();
  }

  /** @internal */
  _end() {
    clearTimeout(this.#settling);
    clearTimeout(this.#leaving);
    for (const watch of this.#watched.values()) watch.end();
    this.#watched.clear();
    super._end();
  }

  #tellVisible() {
    const all = [...this.#watched.values()];
    const paused = this._hidden && (this.#adaptive.pauseVideoInBackground ?? true);
    const visible = all.some(({ pictureInPicture }) => pictureInPicture) || (!paused && all.some((watch) => watch.visible));
    if (visible === this.#visible) return;
    // What has just scrolled out may be back in a moment.
    if (!visible && all.some(({ changedAt }) => Date.now() - changedAt < SETTLE_MS)) {
      clearTimeout(this.#leaving);
      this.#leaving = setTimeout(() => this.#tellVisible(), SETTLE_MS);
      return;
    }
    this.#visible = visible;
    this.emit('visibilityChanged', visible, this);
  }

  #settle() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#tellSize(), SETTLE_MS);
  }

  #tellSize() {
    const density = this.#density();
    const sizes = [...this.#watched.keys()].map(({ clientWidth, clientHeight }) => ({ width: clientWidth * density, height: clientHeight * density }));
    const largest = sizes.reduce((a, b) => (b.width + b.height > a.width + a.height ? b : a), { width: 0, height: 0 });
    if (largest.width === this.#size?.width && largest.height === this.#size?.height) return;
    this.#size = largest;
    this.emit('videoDimensionsChanged', largest, this);
  }

  #density() {
    const { pixelDensity } = this.#adaptive;
    const screen = globalThis.devicePixelRatio ?? 1;
    if (pixelDensity === 'screen') return screen;
    return pixelDensity || (screen > 2 ? 2 : 1);
  }
}

async function inboundOf(track) {
  const report = await track.getRTCStatsReport();
  const inbound = report && [...report.values()].find(({ type }) => type === 'inbound-rtp');
  return inbound && { ...inbound, mimeType: report.get(inbound.codecId)?.mimeType };
}

function pick(type, from, names) {
  return { type, streamId: from.id, ...Object.fromEntries(names.split(' ').map((name) => [name, from[name]])) };
}
