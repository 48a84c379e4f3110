// Types of local_video_track.js.
import type { VideoCaptureOptions } from './capture.js';
import type { VideoQuality } from './enums.js';
import { LocalTrack } from './local_track.js';
import type { Track } from './track.js';

export declare class LocalVideoTrack extends LocalTrack<Track.Kind.Video> {
  /** `userProvidedTrack`: the app lets go of the media, and it is never captured anew. @default true */
  constructor(mediaStreamTrack: MediaStreamTrack, constraints?: MediaTrackConstraints, userProvidedTrack?: boolean);
  get isSimulcast(): boolean;
  restartTrack(options?: VideoCaptureOptions): Promise<void>;
  /** Sends no layer above this quality. */
  setPublishingQuality(maxQuality: VideoQuality): Promise<void>;
  setDegradationPreference(preference: RTCDegradationPreference): Promise<void>;
}
