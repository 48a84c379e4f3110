// Tracks of this participant: captured here or brought by the app. The object stays the same while its media is
// captured anew (another device, unmuting, a phone that slept), while it is processed, and through reconnects.
import * as ASK from './ask.js';
import { isMobile } from './browser.js';
import { constraintsFor, unwrap } from './constraints.js';
import { realDeviceId } from './devices.js';
import { LivekitError, TrackInvalidError } from './errors.js';
import { firstFrame } from './first_frame.js';
import { write } from './logging.js';
import { showAgain } from './shown.js';
import { Track, attachToElement, detachTrack } from './track.js';
import { Turns } from './turns.js';

// A device that gives nothing for this long is told to the others as muted.
const SILENT_DEVICE_MS = 5_000;
const DIMENSIONS_MS = 1_000;
// What a processor gets to start in: as long as a plugin of a room.
const PROCESSOR_MS = 5_000;
// How often each MediaStreamTrack was published.
const published = new WeakMap();

export class LocalTrack extends Track {
  isUpstreamPaused = false;
  /** What the server and the engine know the track by, while it is published. */
  cid;
  constraints;
  isUserProvided;
  isStopped = false;
  /** @internal The video codec it is published with. */
  codec;
  /** @internal Media changes, mute and unmute, pause and resume: each one after the other. */
  _turns = { media: new Turns(), mute: new Turns(), upstream: new Turns() };
  /** @internal The app's own, for processors. */
  _context;
  /** @internal A device was chosen while the track was muted. */
  _deviceChosen = false;
  /** @internal Its media has ended by itself. */
  _lost;
  #core;
  #room;
  #media;
  #processor;
  #processorElement;
  #reacquire = false;

  /** @internal */
  constructor(mediaStreamTrack, kind, constraints, userProvided = false) {
    super(mediaStreamTrack, kind);
    this.cid = mediaStreamTrack.id;
    this.isUserProvided = userProvided;
    this.constraints = constraints ?? mediaStreamTrack.getConstraints();
    this.mediaStream = new MediaStream([mediaStreamTrack]);
    this.#listen(mediaStreamTrack);
  }

  get id() {
    return this._mediaStreamTrack.id;
  }

  get isLocal() {
    return true;
  }

  get mediaStreamTrack() {
    return this.#processor?.processedTrack ?? this._mediaStreamTrack;
  }

  get sender() {
    return this._ask(ASK.SENDER);
  }

  get dimensions() {
    const { width, height } = this.kind === 'video' ? this._mediaStreamTrack.getSettings() : {};
    return width && height ? { width, height } : undefined;
  }

  /** What the device gives, before any processor. */
  getSourceTrackSettings() {
    return this._mediaStreamTrack.getSettings();
  }

  /** The size of the picture; waits for the first frame where the browser does not say it before. */
  async waitForDimensions(timeoutMs = DIMENSIONS_MS) {
    if (this.kind !== 'video') throw new TrackInvalidError('an audio track has no dimensions');
    const known = this.dimensions ?? (await firstFrame(this._mediaStreamTrack, timeoutMs)) ?? this.dimensions;
    if (!known) throw new TrackInvalidError('the track did not tell its dimensions in time');
    return known;
  }

  async getDeviceId(normalize = true) {
    if (this.source === Track.Source.ScreenShare) return undefined;
    const { deviceId, groupId } = this._mediaStreamTrack.getSettings();
    return normalize ? realDeviceId(this.kind === 'audio' ? 'audioinput' : 'videoinput', deviceId, groupId) : deviceId;
  }

  /** Captures from another device; true when that is the one it came from. A muted track does so when it is unmuted. */
  async setDeviceId(deviceId) {
    const current = () => this._mediaStreamTrack.getSettings().deviceId;
    const wanted = unwrap(deviceId);
    if (this.constraints.deviceId === deviceId && current() === wanted && this._mediaStreamTrack.readyState === 'live') return true;
    this.constraints = { ...this.constraints, deviceId };
    if (this.isMuted) {
      this._deviceChosen = true;
      return true;
    }
    await this.restartTrack();
    return current() === wanted;
  }

  async mute() {
    this._setMuted(true);
    return this;
  }

  async unmute() {
    this._setMuted(false);
    return this;
  }

  /** Captures anew, with other options or the same. */
  restartTrack(options) {
    return this._restart(options && constraintsFor(this.kind, options)).then(() => undefined);
  }

  /** Sends another media track in the place of this one's. */
  async replaceTrack(mediaStreamTrack, userProvidedOrOptions = true) {
    if (mediaStreamTrack?.kind !== this.kind) throw new TrackInvalidError(`replaceTrack: a MediaStreamTrack of kind ${this.kind} is needed`);
    const options = typeof userProvidedOrOptions === 'boolean' ? { userProvidedTrack: userProvidedOrOptions } : userProvidedOrOptions;
    await this._turns.media.next(async () => {
      await this.#setMedia(mediaStreamTrack);
      this.isUserProvided = options.userProvidedTrack ?? true;
      if (options.stopProcessor) await this.#endProcessor();
    });
    await this._mediaChanged();
    return this;
  }

  /** Sends nothing for now, while the track goes on here. */
  async pauseUpstream() {
    await this._turns.upstream.next(async () => {
      if (this.isUpstreamPaused || !this.#core) return;
      this.isUpstreamPaused = true;
      this.emit('upstreamPaused', this);
      await this.#send(null);
    });
  }

  async resumeUpstream() {
    await this._turns.upstream.next(async () => {
      if (!this.isUpstreamPaused || !this.#core) return;
      this.isUpstreamPaused = false;
      this.emit('upstreamResumed', this);
      await this.#send(this.mediaStreamTrack);
    });
  }

  stop() {
    this.isStopped = true;
    super.stop();
    this.#media.abort();
    tell(this.#processor, 'destroy').then(() => this.#closeContext());
    this.#processor = undefined;
  }

  getProcessor() {
    return this.#processor;
  }

  /** Sends what a processor makes of the track. */
  async setProcessor(processor, showProcessedStreamLocally = true) {
    await this._turns.media.next(async () => {
      if (this.kind === 'video') this.#processorElement ??= document.createElement('video');
      // The same one cannot begin before it has ended.
      if (processor === this.#processor) await this.#endProcessor();
      await this.#prepared(processor);
      await this.#endProcessor(true);
      this.#processor = processor;
      this.#feedProcessor(this._mediaStreamTrack);
      if (processor.processedTrack) {
        if (showProcessedStreamLocally) this.#showInstead(this._mediaStreamTrack, processor.processedTrack);
        await this.#send(processor.processedTrack);
      }
      if (this.#room) tell(processor, 'onPublish', this.#room);
      this.emit('trackProcessorUpdate', processor);
    });
    await this._mediaChanged();
  }

  // One that fails or is late holds nobody up for ever; the track goes on as it was.
  async #prepared(processor) {
    const begun = performance.now();
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new LivekitError('timeout', 'it did not start in time', { retryable: true })), PROCESSOR_MS);
    });
    try {
      await Promise.race([processor.init(this.#processing()), late]);
    } catch (error) {
      const ms = Math.round(performance.now() - begun);
      write('warn', `processor ${processor.name} is unavailable after ${ms} ms: ${error?.message ?? error}`);
      tell(processor, 'destroy');
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** `keepElement`: the element that shows a video to processors is used again for the next one. */
  async stopProcessor(keepElement = true) {
    await this._turns.media.next(async () => {
      await this.#endProcessor();
      if (!keepElement) this.#processorElement = undefined;
    });
    await this._mediaChanged();
  }

  /** @internal What concerns it while it is published. */
  _ask(what, fact) {
    return this.#core?.ask(what, this.cid, fact);
  }

  /** @internal It is about to be published. A server that still has it from before would not announce it again under the same name. */
  _named() {
    const { id } = this.mediaStreamTrack;
    const times = published.get(this.mediaStreamTrack) ?? 0;
    published.set(this.mediaStreamTrack, times + 1);
    this.cid = times ? `${id}-${times}` : id;
  }

  /** @internal It is published through this core, or no more. */
  _publishedBy(core) {
    this.#core = core;
    if (!core) this._stopMeasuring();
  }

  /** @internal It is published in this room, or no more: its processor is told. */
  _publishedIn(room) {
    const before = this.#room;
    this.#room = room;
    if (room ?? before) tell(this.#processor, room ? 'onPublish' : 'onUnpublish', room ?? before);
  }

  /** @internal */
  get _statsOf() {
    return this.sender;
  }

  /** @internal The size that is sent may have changed. */
  async _mediaChanged() {}

  /** @internal */
  _setMuted(muted) {
    if (this.isMuted === muted && this._mediaStreamTrack.enabled !== muted) return;
    this.isMuted = muted;
    this._mediaStreamTrack.enabled = !muted;
    this.emit(muted ? 'muted' : 'unmuted', this);
  }

  /** @internal Captures anew; what is shown and sent changes over when the new media is there. */
  _restart(constraints = this.constraints, unmuting = false) {
    this.isStopped = false;
    return this._turns.media.next(async () => {
      const { deviceId, facingMode, ...others } = constraints;
      const video = this.kind === 'video';
      const asked = video ? (deviceId || facingMode ? { deviceId, facingMode } : true) : { deviceId, ...others };
      // The device first has to be let go of: some cannot be captured twice.
      for (const element of this.attachedElements) detachTrack(this.mediaStreamTrack, element);
      this.#media.abort();
      this._mediaStreamTrack.stop();
      const stream = await navigator.mediaDevices.getUserMedia({ audio: video ? false : asked, video: video ? asked : false });
      const [fresh] = stream.getTracks();
      try {
        if (video) await fresh.applyConstraints(others);
        await this.#setMedia(fresh, unmuting);
        this.constraints = constraints;
        this._deviceChosen = false;
        this.emit('restarted', this);
      } catch (error) {
        if (this._mediaStreamTrack !== fresh) fresh.stop();
        throw error;
      } finally {
        // Stopped while the device was being opened.
        if (this.isStopped) this.stop();
      }
    });
  }

  /** @internal Phones take the camera away from pages that are not seen. */
  _pageSeen(hidden) {
    super._pageSeen(hidden);
    if (!isMobile || this.isUserProvided) return;
    const { readyState, muted, enabled } = this._mediaStreamTrack;
    const lost = this.#reacquire || readyState !== 'live' || muted || !enabled;
    if (hidden || this.isMuted || !lost) return;
    this.#reacquire = false;
    this._restart().catch(() => undefined);
  }

  async #setMedia(fresh, unmuting = false) {
    const old = this._mediaStreamTrack;
    const shown = this.mediaStreamTrack;
    for (const element of this.attachedElements) detachTrack(shown, element);
    this.mediaStream = new MediaStream([fresh]);
    this.#listen(fresh);
    if (this.#processor) {
      this.#feedProcessor(fresh);
      await this.#processor.restart(this.#processing(fresh));
    }
    if (!this.isUserProvided && old !== fresh) old.stop();
    this._mediaStreamTrack = fresh;
    fresh.enabled = unmuting || !this.isMuted;
    if (!this.isUpstreamPaused) await this.#send(this.mediaStreamTrack);
    for (const element of this.attachedElements) showAgain(this.mediaStreamTrack, element);
    await this.resumeUpstream();
  }

  #listen(mediaStreamTrack) {
    this.#media?.abort();
    this.#media = new AbortController();
    this._lost = false;
    const { signal } = this.#media;
    let silent;
    signal.addEventListener('abort', () => clearTimeout(silent));
    const listen = (event, heard) => mediaStreamTrack.addEventListener(event, heard, { signal });
    listen('ended', () => {
      this.#reacquire = this._hidden;
      this._lost = true;
      clearTimeout(silent);
      this.emit('ended', this);
    });
    // The device gives nothing: that is not the user's muting, and does not look like it here.
    listen('mute', () => {
      clearTimeout(silent);
      silent = setTimeout(() => this.pauseUpstream().catch(() => undefined), SILENT_DEVICE_MS);
    });
    listen('unmute', () => {
      clearTimeout(silent);
      this.resumeUpstream().catch(() => undefined);
    });
  }

  async #send(mediaStreamTrack) {
    await this._ask(ASK.REPLACE, mediaStreamTrack);
  }

  #showInstead(old, fresh) {
    for (const element of this.attachedElements) {
      detachTrack(old, element);
      showAgain(fresh, element);
    }
  }

  #processing(track = this._mediaStreamTrack) {
    if (this.kind === 'audio' && !this._context) this.audioContext ??= new AudioContext({ latencyHint: 'interactive' });
    return { kind: this.kind, track, element: this.#processorElement, audioContext: this._context ?? this.audioContext, localTrack: this };
  }

  #feedProcessor(mediaStreamTrack) {
    const element = this.#processorElement;
    if (!element) return;
    attachToElement(mediaStreamTrack, element);
    element.muted = true;
    element.play().catch(() => undefined);
  }

  async #closeContext() {
    const context = this.audioContext;
    this.audioContext = undefined;
    await context?.close();
  }

  async #endProcessor(replaced) {
    const processor = this.#processor;
    if (!processor) return;
    this.#processor = undefined;
    const shown = processor.processedTrack;
    shown?.stop();
    await tell(processor, 'destroy');
    await this._mediaStreamTrack.applyConstraints(this.constraints).catch(() => undefined);
    if (shown) this.#showInstead(shown, this._mediaStreamTrack);
    await this.#send(this._mediaStreamTrack);
    if (!replaced) await this.#closeContext();
    this.emit('trackProcessorUpdate');
  }
}

// What a processor makes of it holds nothing up.
async function tell(processor, hook, room) {
  try {
    await processor?.[hook]?.(room);
  } catch (error) {
    write('warn', `${hook} of processor ${processor.name} failed: ${error?.message ?? error}`);
  }
}
