// Types of audio_analyser.js.
import type { AudioTrack } from './track.js';

export interface AudioAnalyserOptions {
  /** Analyses a copy: the loudness of a track that may be muted. @default false */
  cloneTrack?: boolean;
  /** @default 2048 */
  fftSize?: number;
  /** 0 to 1. @default 0.8 */
  smoothingTimeConstant?: number;
  /** What counts as silence. @default -100 */
  minDecibels?: number;
  /** What counts as full volume. @default -80 */
  maxDecibels?: number;
}
/** Measures the loudness of a track in the browser, until `cleanup()`. */
export declare function createAudioAnalyser(
  track: AudioTrack,
  options?: AudioAnalyserOptions,
): {
  analyser: AnalyserNode;
  /** 0 to 1. */
  calculateVolume: () => number;
  /** Lets go of everything; more than once does no harm. */
  cleanup: () => Promise<void>;
};
