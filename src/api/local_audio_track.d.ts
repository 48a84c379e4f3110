// Types of local_audio_track.js.
import type { AudioCaptureOptions } from './capture.js';
import { LocalTrack } from './local_track.js';
import type { Track } from './track.js';

export interface AudioSenderStats {
  type: 'audio';
  streamId?: string;
  timestamp: number;
  packetsSent?: number;
  bytesSent?: number;
  /** This and the next two as the other side reports them; `roundTripTime` in seconds. */
  packetsLost?: number;
  jitter?: number;
  roundTripTime?: number;
}

export declare class LocalAudioTrack extends LocalTrack<Track.Kind.Audio> {
  /** `userProvidedTrack`: the app lets go of the media, and it is never captured anew. @default true */
  constructor(mediaStreamTrack: MediaStreamTrack, constraints?: MediaTrackConstraints, userProvidedTrack?: boolean);
  restartTrack(options?: AudioCaptureOptions): Promise<void>;
  /** Changes echo cancellation, noise suppression and the like without capturing anew. */
  applyConstraints(constraints: Pick<AudioCaptureOptions, 'autoGainControl' | 'noiseSuppression' | 'echoCancellation' | 'voiceIsolation'>): Promise<void>;
  /** Processors run in this context, which stays the app's, and in one of the track's own without it; one that runs begins anew. */
  setAudioContext(context: AudioContext | undefined): Promise<void>;
  /** While it is published. */
  getSenderStats(): Promise<AudioSenderStats | undefined>;
  /** Whether nothing can be heard: a microphone that is switched off, or the wrong one. */
  checkForSilence(): Promise<boolean>;
}
