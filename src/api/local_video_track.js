// A track of pictures of this participant: its layers follow what is watched and what the camera gives.
import * as ASK from './ask.js';
import { isFirefox, isMobile } from './browser.js';
import { isSVCCodec } from './codecs.js';
import { encodingsFor } from './encodings.js';
import { TrackInvalidError } from './errors.js';
import { LocalTrack } from './local_track.js';
import { describe } from './publish.js';
import { senderStats } from './sender_stats.js';
import { Track } from './track.js';
import { Turns } from './turns.js';

const STATS = 'timestamp packetsSent bytesSent frameWidth frameHeight framesPerSecond framesSent firCount pliCount nackCount qualityLimitationReason qualityLimitationDurations qualityLimitationResolutionChanges rid retransmittedPacketsSent targetBitrate';

export class LocalVideoTrack extends LocalTrack {
  /** @internal How it was published: to compute its layers again when its size changes. */
  _publishOptions;
  #encoded;
  #parameters = new Turns();
  #constrained = false;
  #frugal = false;
  /** What the app asked of the sender, for the next one. */
  #asked = {};
  /** The layers that were to be sent, as they were told last. */
  #told;

  constructor(mediaStreamTrack, constraints, userProvidedTrack = true) {
    super(mediaStreamTrack, 'video', constraints, userProvidedTrack);
  }

  get isSimulcast() {
    return this.sender?.getParameters().encodings.length > 1;
  }

  /** Muting a camera lets go of it, so that its light goes out. */
  mute() {
    return this._turns.mute.next(() => {
      if (this.isMuted) return this;
      if (this.#ours) this._mediaStreamTrack.stop();
      return super.mute();
    });
  }

  unmute() {
    return this._turns.mute.next(async () => {
      if (!this.isMuted) return this;
      if (this.#ours) await this._restart(undefined, true);
      return super.unmute();
    });
  }

  async restartTrack(options) {
    await super.restartTrack(options);
    this.#constrained = false;
    await this._mediaChanged();
  }

  /** One for each layer that is sent, the largest first. */
  async getSenderStats() {
    const layers = await senderStats(this, STATS);
    return layers.map((layer) => ({ ...layer, rid: layer.rid ?? layer.streamId })).sort((a, b) => (b.frameWidth ?? 0) - (a.frameWidth ?? 0));
  }

  /** Sends no layer above this quality, whatever others ask for. */
  async setPublishingQuality(maxQuality) {
    this.#asked.maxQuality = maxQuality;
    await this._setPublishingLayers([{ codec: '', qualities: [0, 1, 2].map((quality) => ({ quality, enabled: quality <= maxQuality })) }]);
  }

  async setDegradationPreference(degradationPreference) {
    this.#asked.degradationPreference = degradationPreference;
    await this.#change((parameters) => Object.assign(parameters, { degradationPreference }));
  }

  /** For a device that lacks power: one layer, small and slow, for as long as it is published. */
  async prioritizePerformance() {
    if (!(this.sender ?? this.sid)) throw new TrackInvalidError('prioritizePerformance: the track is not published');
    this.#frugal = true;
    const { height = 360 } = this.mediaStreamTrack.getSettings();
    await this.#change(({ encodings: [one, ...others] }) => {
      Object.assign(one, { active: true, scaleResolutionDownBy: Math.max(1, Math.ceil(height / 360)), maxFramerate: 15 });
      if (isSVCCodec(this.codec)) one.scalabilityMode = 'L1T3';
      for (const other of others) other.active = false;
    });
  }

  /** @internal */
  _publishedBy(core, options, dimensions) {
    super._publishedBy(core);
    this.#frugal = false;
    this.#asked = {};
    this.#told = undefined;
    this._publishOptions = options;
    this.#encoded = dimensions;
    if (!core) return;
    this._measure((flows) => {
      const constrained = flows.some(({ qualityLimitationReason }) => qualityLimitationReason === 'cpu');
      if (constrained && !this.#constrained) this.emit('cpuConstrained');
      this.#constrained = constrained;
    });
  }

  /** @internal Dynacast: the layers that somebody watches. */
  async _setPublishingLayers(codecs) {
    this.#told = codecs;
    const { maxQuality = 2 } = this.#asked;
    const wanted = codecs.find(({ codec }) => !codec || codec === this.codec)?.qualities?.map(({ quality, enabled }) => ({ quality, enabled: enabled && quality <= maxQuality }));
    if (!wanted || this.#frugal) return;
    const single = isSVCCodec(this.codec);
    await this.#change(({ encodings }) => {
      for (const encoding of encodings) {
        const quality = { f: 2, h: 1 }[encoding.rid] ?? 0;
        // One stream that carries all layers is needed as long as one of them is.
        const enabled = single && !encoding.rid ? wanted.some((one) => one.enabled) : wanted.find((one) => one.quality === quality)?.enabled;
        if (enabled === undefined || encoding.active === enabled) continue;
        encoding.active = enabled;
        // Firefox goes on sending what is not active.
        if (isFirefox) Object.assign(encoding, enabled ? this.#layers()?.find(({ rid }) => rid === encoding.rid) : { scaleResolutionDownBy: 4, maxBitrate: 10, maxFramerate: 2 });
      }
    });
  }

  /** @internal With each answer browsers turn all layers on again. */
  _answered() {
    const again = this.#frugal ? this.prioritizePerformance() : this.#told && this._setPublishingLayers(this.#told);
    again?.catch(() => undefined);
  }

  /** @internal A new session has a new sender. */
  _sentAnew() {
    this.#told = undefined;
    const { maxQuality, degradationPreference } = this.#asked;
    const again = [
      degradationPreference && this.setDegradationPreference(degradationPreference),
      maxQuality !== undefined && this.setPublishingQuality(maxQuality),
      this.#frugal && this.prioritizePerformance(),
    ];
    Promise.all(again).catch(() => undefined);
  }

  /** @internal Layers are fractions of the size: another camera may have another one. */
  async _mediaChanged() {
    const options = this._publishOptions;
    if (!options) return;
    const dimensions = await this.waitForDimensions().catch(() => undefined);
    if (!dimensions || (dimensions.width === this.#encoded?.width && dimensions.height === this.#encoded?.height)) return;
    this.#encoded = dimensions;
    this._ask(ASK.DESCRIBE, await describe(this, options, {}));
    if (this.#frugal) return this.prioritizePerformance();
    const layers = this.#layers();
    await this.#change(({ encodings }) => {
      if (encodings.length !== layers.length) return;
      for (const [n, encoding] of encodings.entries()) {
        if (encoding.active === false) continue;
        const { scaleResolutionDownBy, maxBitrate, maxFramerate } = layers[n];
        for (const [key, value] of Object.entries({ scaleResolutionDownBy, maxBitrate, maxFramerate })) if (value !== undefined) encoding[key] = value;
      }
    });
  }

  /** @internal A camera that a phone shows to nobody is paused there. */
  _pageSeen(hidden) {
    super._pageSeen(hidden);
    if (hidden && isMobile && this.source === Track.Source.Camera) this._mediaStreamTrack.enabled = false;
  }

  get #ours() {
    return this.source === Track.Source.Camera && !this.isUserProvided;
  }

  #layers() {
    return this.#encoded && encodingsFor(this.source === Track.Source.ScreenShare, this.#encoded, this._publishOptions);
  }

  // What is set must be what was read last: one change after the other.
  #change(change) {
    return this.#parameters.next(async () => {
      const sender = this.sender;
      const parameters = sender?.getParameters();
      if (!parameters?.encodings) return;
      change(parameters);
      await sender.setParameters(parameters).catch(() => undefined);
    });
  }
}
