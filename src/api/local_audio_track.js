// A track of sound of this participant.
import { LocalTrack } from './local_track.js';
import { senderStats } from './sender_stats.js';
import { isSilent } from './silence.js';
import { Track } from './track.js';

export class LocalAudioTrack extends LocalTrack {
  /** The microphone is let go of while the track is muted. */
  stopOnMute = false;

  constructor(mediaStreamTrack, constraints, userProvidedTrack = true) {
    super(mediaStreamTrack, 'audio', constraints, userProvidedTrack);
  }

  mute() {
    return this._turns.mute.next(() => {
      if (this.isMuted) return this;
      if (this.stopOnMute && this.#ours) this._mediaStreamTrack.stop();
      return super.mute();
    });
  }

  unmute() {
    return this._turns.mute.next(async () => {
      if (!this.isMuted) return this;
      const gone = this.stopOnMute || this._deviceChosen || this._mediaStreamTrack.readyState === 'ended';
      if (gone && this.#ours) await this._restart(undefined, true);
      return super.unmute();
    });
  }

  /** Changes echo cancellation, noise suppression and the like without capturing anew. */
  async applyConstraints(constraints) {
    await this._turns.media.next(async () => {
      await this._mediaStreamTrack.applyConstraints(constraints);
      this.constraints = { ...this.constraints, ...constraints };
    });
  }

  /** Processors run in this context, which stays the app's, and in one of the track's own without it. */
  async setAudioContext(context) {
    if (this._context === context) return;
    this._context = context;
    const processor = this.getProcessor();
    if (processor) await this.setProcessor(processor);
  }

  /** Whether nothing can be heard: a microphone that is switched off, or the wrong one. */
  async checkForSilence() {
    const silent = await isSilent(this.mediaStreamTrack);
    if (silent) this.emit('audioSilenceDetected');
    return silent;
  }

  /** While it is published. */
  async getSenderStats() {
    return (await senderStats(this, 'timestamp packetsSent bytesSent')).at(-1);
  }

  /** @internal Another device may be silent. */
  async _restart(...how) {
    await super._restart(...how);
    this.checkForSilence().catch(() => undefined);
  }

  get #ours() {
    return this.source === Track.Source.Microphone && !this.isUserProvided;
  }
}
