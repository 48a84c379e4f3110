// Types of local_video_track.js.
import type { VideoCaptureOptions } from './capture.js';
import type { VideoQuality } from './enums.js';
import { LocalTrack } from './local_track.js';
import type { Track } from './track.js';

export interface VideoSenderStats {
  type: 'video';
  streamId?: string;
  timestamp: number;
  packetsSent?: number;
  bytesSent?: number;
  /** This and the next two as the other side reports them; `roundTripTime` in seconds. */
  packetsLost?: number;
  jitter?: number;
  roundTripTime?: number;
  firCount: number;
  pliCount: number;
  nackCount: number;
  rid: string;
  frameWidth: number;
  frameHeight: number;
  framesPerSecond: number;
  framesSent: number;
  qualityLimitationReason?: string;
  qualityLimitationDurations?: Record<string, number>;
  qualityLimitationResolutionChanges?: number;
  retransmittedPacketsSent?: number;
  targetBitrate: number;
}

export declare class LocalVideoTrack extends LocalTrack<Track.Kind.Video> {
  /** `userProvidedTrack`: the app lets go of the media, and it is never captured anew. @default true */
  constructor(mediaStreamTrack: MediaStreamTrack, constraints?: MediaTrackConstraints, userProvidedTrack?: boolean);
  get isSimulcast(): boolean;
  /** One for each layer that is sent, the largest first; none while it is not published. */
  getSenderStats(): Promise<VideoSenderStats[]>;
  restartTrack(options?: VideoCaptureOptions): Promise<void>;
  /** Sends no layer above this quality, whatever others ask for, until it is published anew. */
  setPublishingQuality(maxQuality: VideoQuality): Promise<void>;
  /**
   * For a device that lacks power (`cpuConstrained`): sends one layer of at most 360 lines and 15 frames a second, whatever
   * others ask for, until it is published anew. Rejects with `TrackInvalidError` when it is not published.
   */
  prioritizePerformance(): Promise<void>;
  /** What gives way first where the device or the network is too slow; until it is published anew. */
  setDegradationPreference(preference: RTCDegradationPreference): Promise<void>;
}
