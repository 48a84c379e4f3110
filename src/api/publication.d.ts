// Types of publication.js.
import { EventEmitter } from './emitter.js';
import type { PublicationEventCallbacks } from './events.js';
import type { AudioTrack, Track, VideoTrack } from './track.js';

export interface TrackInfo {
  readonly sid: string;
  /** `TrackType`. */
  readonly type: number;
  readonly name: string;
  readonly muted: boolean;
  readonly width: number;
  readonly height: number;
  readonly simulcast: boolean;
  readonly source: number;
  readonly layers: { quality: number; width: number; height: number; bitrate: number; ssrc: number; rid: string }[];
  readonly mimeType: string;
  readonly mid: string;
  readonly encryption: number;
  readonly stream: string;
  readonly audioFeatures: number[];
}

/** A track that somebody publishes, whether its media flows here or not. One object for as long as it is published. */
export declare class TrackPublication extends EventEmitter<PublicationEventCallbacks> {
  protected constructor();
  readonly trackSid: string;
  readonly trackName: string;
  readonly kind: Track.Kind;
  readonly source: Track.Source;
  readonly track: Track | undefined;
  readonly audioTrack: AudioTrack | undefined;
  readonly videoTrack: VideoTrack | undefined;
  readonly mimeType: string | undefined;
  /** Of a video, in pixels. */
  readonly dimensions: Track.Dimensions | undefined;
  readonly simulcasted: boolean | undefined;
  readonly trackInfo: TrackInfo | undefined;
  readonly isMuted: boolean;
  readonly isEnabled: boolean;
  readonly isSubscribed: boolean;
  readonly isEncrypted: boolean;
  readonly isLocal: boolean;
}

export declare namespace TrackPublication {
  enum SubscriptionStatus {
    Desired = 'desired',
    Subscribed = 'subscribed',
    Unsubscribed = 'unsubscribed',
  }

  enum PermissionStatus {
    Allowed = 'allowed',
    NotAllowed = 'not_allowed',
  }
}
