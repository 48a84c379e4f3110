// Types of local_publication.js.
import type { LocalAudioTrack } from './local_audio_track.js';
import type { LocalVideoTrack } from './local_video_track.js';
import type { TrackPublishOptions } from './presets.js';
import { TrackPublication } from './publication.js';

/** A track that this participant publishes. A full reconnect gives it another `trackSid`, not another object. */
export declare class LocalTrackPublication extends TrackPublication {
  private constructor();
  readonly track: LocalAudioTrack | LocalVideoTrack | undefined;
  readonly audioTrack: LocalAudioTrack | undefined;
  readonly videoTrack: LocalVideoTrack | undefined;
  readonly options: TrackPublishOptions | undefined;
  readonly isUpstreamPaused: boolean | undefined;
  /** Resolves with the track. */
  mute(): Promise<LocalAudioTrack | LocalVideoTrack | undefined>;
  unmute(): Promise<LocalAudioTrack | LocalVideoTrack | undefined>;
  /** Stops sending without muting. */
  pauseUpstream(): Promise<void>;
  resumeUpstream(): Promise<void>;
  /** `AudioTrackFeature` numbers of the protocol. */
  getTrackFeatures(): number[];
}
