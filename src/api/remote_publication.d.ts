// Types of remote_publication.js.
import type { VideoQuality } from './enums.js';
import { TrackPublication } from './publication.js';
import type { RemoteAudioTrack, RemoteVideoTrack } from './remote_track.js';
import type { Track } from './track.js';

/** A track that somebody else publishes. */
export declare class RemoteTrackPublication extends TrackPublication {
  private constructor();
  readonly track: RemoteAudioTrack | RemoteVideoTrack | undefined;
  readonly audioTrack: RemoteAudioTrack | undefined;
  readonly videoTrack: RemoteVideoTrack | undefined;
  /** Whether this client wants it. */
  readonly isDesired: boolean;
  readonly subscriptionStatus: TrackPublication.SubscriptionStatus;
  readonly permissionStatus: TrackPublication.PermissionStatus;
  readonly videoQuality: VideoQuality | undefined;
  /** Asks for the media, or does without it. */
  setSubscribed(subscribed: boolean): void;
  /** Lets the media flow or not, without giving up the subscription. */
  setEnabled(enabled: boolean): void;
  /** The best layer that is wanted. */
  setVideoQuality(quality: VideoQuality): void;
  /** The size that is wanted, in pixels. */
  setVideoDimensions(dimensions: Track.Dimensions): void;
  /** The most frames a second that are wanted. */
  setVideoFPS(fps: number): void;
}
