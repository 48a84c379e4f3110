// Types of local_track.js.
import { Track, type TrackProcessor } from './track.js';

export interface ReplaceTrackOptions {
  /** The app, not the library, lets go of the media. @default true */
  userProvidedTrack?: boolean;
  stopProcessor?: boolean;
}

/** A track of this participant. The object stays the same while its media is captured anew, and through reconnects. */
export declare abstract class LocalTrack<Kind extends Track.Kind = Track.Kind> extends Track<Kind> {
  protected constructor();
  readonly constraints: MediaTrackConstraints;
  readonly isUserProvided: boolean;
  readonly isUpstreamPaused: boolean;
  readonly isStopped: boolean;
  get id(): string;
  get isLocal(): true;
  /** While it is published. */
  get sender(): RTCRtpSender | undefined;
  get dimensions(): Track.Dimensions | undefined;
  /** What the device gives, before any processor. */
  getSourceTrackSettings(): MediaTrackSettings;
  /** Rejects with a `TrackInvalidError` when it has none in time. @default 1000 */
  waitForDimensions(timeoutMs?: number): Promise<Track.Dimensions>;
  /** `normalize` names the device behind "default". */
  getDeviceId(normalize?: boolean): Promise<string | undefined>;
  /** True when the track now comes from that device. A muted track changes over when it is unmuted. */
  setDeviceId(deviceId: ConstrainDOMString): Promise<boolean>;
  mute(): Promise<this>;
  unmute(): Promise<this>;
  restartTrack(options?: unknown): Promise<void>;
  replaceTrack(track: MediaStreamTrack, userProvidedOrOptions?: boolean | ReplaceTrackOptions): Promise<this>;
  /** Sends nothing for now, while the track goes on here. The others see it muted. */
  pauseUpstream(): Promise<void>;
  resumeUpstream(): Promise<void>;
  getProcessor(): TrackProcessor<Kind, any> | undefined;
  /** Sends what a processor makes of the track. It ends with the track. Rejects when it fails, or does not start within 5 s. */
  setProcessor(processor: TrackProcessor<Kind, any>, showProcessedStreamLocally?: boolean): Promise<void>;
  /** Without `keepElement` the next processor gets another element. @default true */
  stopProcessor(keepElement?: boolean): Promise<void>;
}
