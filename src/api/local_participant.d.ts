// Types of local_participant.js.
import type { LocalTrackPublication } from './local_publication.js';
import type { LocalTrack } from './local_track.js';
import type { AudioCaptureOptions, CreateLocalTracksOptions, ScreenShareCaptureOptions, VideoCaptureOptions } from './capture.js';
import type { DataPublishOptions, ParticipantTrackPermission } from './options.js';
import type { TrackPublishOptions } from './presets.js';
import { Participant } from './participant.js';
import type { Track } from './track.js';

/** The participant of this client. */
export declare class LocalParticipant extends Participant {
  private constructor();
  readonly trackPublications: Map<string, LocalTrackPublication>;
  readonly audioTrackPublications: Map<string, LocalTrackPublication>;
  readonly videoTrackPublications: Map<string, LocalTrackPublication>;
  /** Why the camera could not be turned on the last time. */
  readonly lastCameraError: Error | undefined;
  readonly lastMicrophoneError: Error | undefined;
  readonly isE2EEEnabled: false;
  getTrackPublications(): LocalTrackPublication[];
  getTrackPublication(source: Track.Source): LocalTrackPublication | undefined;
  getTrackPublicationByName(name: string): LocalTrackPublication | undefined;
  /**
   * These three ask the server and reject with a `SignalRequestError` when it refuses, and with the code `queue-full` while
   * 1,000 of them wait for an answer. What it accepted is set again in a session that begins without it.
   */
  setMetadata(metadata: string): Promise<void>;
  setName(name: string): Promise<void>;
  /** Sets the attributes that are named; one that is set to "" is removed. */
  setAttributes(attributes: Record<string, string>): Promise<void>;
  /**
   * Sends bytes to everybody, or to some; resolves when they are handed to the connection. A reliable message that was accepted
   * arrives. Rejects with a `PublishDataError` above 64,000 bytes (its envelope included), and with the code `queue-full` while
   * 10,000 messages or 16 MiB wait. What is not reliable is dropped while the connection is lost or takes no more.
   */
  publishData(data: Uint8Array, options?: DataPublishOptions): Promise<void>;
  setCameraEnabled(enabled: boolean, options?: VideoCaptureOptions, publishOptions?: TrackPublishOptions): Promise<LocalTrackPublication | undefined>;
  setMicrophoneEnabled(enabled: boolean, options?: AudioCaptureOptions, publishOptions?: TrackPublishOptions): Promise<LocalTrackPublication | undefined>;
  setScreenShareEnabled(enabled: boolean, options?: ScreenShareCaptureOptions, publishOptions?: TrackPublishOptions): Promise<LocalTrackPublication | undefined>;
  /** Both with one question to the user. */
  enableCameraAndMicrophone(): Promise<void>;
  /** Captures without publishing, with the room's defaults. */
  createTracks(options?: CreateLocalTracksOptions): Promise<LocalTrack[]>;
  createScreenTracks(options?: ScreenShareCaptureOptions): Promise<LocalTrack[]>;
  /** Publishes a track; one that is published already is not published again. Waits 15 s for a `connect()` that is not there yet. */
  publishTrack(track: LocalTrack | MediaStreamTrack, options?: TrackPublishOptions): Promise<LocalTrackPublication>;
  unpublishTrack(track: LocalTrack | MediaStreamTrack, stopOnUnpublish?: boolean): Promise<LocalTrackPublication | undefined>;
  unpublishTracks(tracks: (LocalTrack | MediaStreamTrack)[]): Promise<LocalTrackPublication[]>;
  /** Who may subscribe to what this participant publishes; the list names exceptions. */
  setTrackSubscriptionPermissions(allParticipantsAllowed: boolean, participantPermissions?: ParticipantTrackPermission[]): void;
}
