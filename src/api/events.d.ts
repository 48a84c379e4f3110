// Which listener an event has: livekit-client's events by name, with the facts that ours add. What is missing here (data
// tracks), and what is said not to be emitted yet, belongs to what Rejoin does not do.
import type { ConnectionQuality, ConnectionState, DataPacket_Kind, DisconnectReason, Encryption_Type, SubscriptionError } from './enums.js';
import type { LocalParticipant } from './local_participant.js';
import type { LocalTrackPublication } from './local_publication.js';
import type { LocalTrack } from './local_track.js';
import type { LocalVideoTrack } from './local_video_track.js';
import type { Participant, ParticipantPermission } from './participant.js';
import type { TrackPublication } from './publication.js';
import type { RemoteParticipant } from './remote_participant.js';
import type { RemoteTrackPublication } from './remote_publication.js';
import type { RemoteAudioTrack, RemoteVideoTrack } from './remote_track.js';
import type { Track } from './track.js';

/** A remote track as events carry it. */
export type SubscribedTrack = RemoteAudioTrack | RemoteVideoTrack;

/** The facts of an attempt to come back. Ours: livekit-client's event carries nothing. */
export interface ReconnectingFacts {
  /** Counts from 1 within an episode. */
  readonly attempt: number;
  /** Milliseconds until the attempt begins; `Infinity` while the host is offline. */
  readonly delayMs: number;
  /** What ended the connection, or what the last attempt failed with, as a sentence. */
  readonly reason: string;
  /** Who else was probably lost: this client, its session on the server, or everybody. */
  readonly cause: 'local' | 'single' | 'remote';
  /** The server's region as it named it; "" where it did not. */
  readonly region: string;
  /** `resume` keeps the session, `full` joins anew. */
  readonly kind: 'resume' | 'full';
}

/** A server as events name it. */
export interface RegionPlace {
  /** As the list of regions names it; "" where nobody named it. */
  readonly region: string;
  /** Its origin, without path and query. */
  readonly url: string;
}

/** Ours. The session is in another region than the one before, or than the app named. */
export interface RegionChangedFacts {
  readonly to: RegionPlace;
  readonly from: RegionPlace;
  /** Why the other place was left, as a sentence. */
  readonly reason: string;
}

/** Ours. A plugin failed to load, or did not in its time; it may still become ready. */
export interface PluginUnavailableFacts {
  readonly name: string;
  readonly reason: string;
  readonly elapsedMs: number;
}

/** Ours. A plugin has loaded; `late`: it had been told to be unavailable. */
export interface PluginReadyFacts {
  readonly name: string;
  readonly elapsedMs: number;
  readonly late: boolean;
}

export interface ChatMessage {
  id: string;
  timestamp: number;
  message: string;
  editTimestamp?: number;
}

export interface TranscriptionSegment {
  id: string;
  text: string;
  language: string;
  startTime: number;
  endTime: number;
  final: boolean;
  /** When the first version of it came, and this one; milliseconds since 1970. */
  firstReceivedTime: number;
  lastReceivedTime: number;
}

export interface SipDTMF {
  code: number;
  digit: string;
}

export interface UpdateTrackSettings {
  trackSids: string[];
  disabled: boolean;
  quality: number;
  width?: number;
  height?: number;
  fps?: number;
}

export type RoomEventCallbacks = {
  connected: () => void;
  /** A full reconnect is due; told for each attempt, and again when it is to begin at another time. */
  reconnecting: (facts: ReconnectingFacts) => void;
  /** A resume is due; told in the same way. */
  signalReconnecting: (facts: ReconnectingFacts) => void;
  reconnected: () => void;
  regionChanged: (facts: RegionChangedFacts) => void;
  pluginReady: (facts: PluginReadyFacts) => void;
  pluginUnavailable: (facts: PluginUnavailableFacts) => void;
  disconnected: (reason?: DisconnectReason) => void;
  connectionStateChanged: (state: ConnectionState) => void;
  signalConnected: () => void;
  moved: (name: string) => void;
  /** Devices came or went; also before `connect()` and after the end. */
  mediaDevicesChanged: () => void;
  mediaDevicesError: (error: Error, kind?: MediaDeviceKind) => void;
  activeDeviceChanged: (kind: MediaDeviceKind, deviceId: string) => void;
  participantConnected: (participant: RemoteParticipant) => void;
  participantDisconnected: (participant: RemoteParticipant, reason?: DisconnectReason) => void;
  participantActive: (participant: Participant) => void;
  participantMetadataChanged: (previous: string | undefined, participant: RemoteParticipant | LocalParticipant) => void;
  participantNameChanged: (name: string, participant: RemoteParticipant | LocalParticipant) => void;
  participantAttributesChanged: (changed: Record<string, string>, participant: RemoteParticipant | LocalParticipant) => void;
  participantPermissionsChanged: (previous: ParticipantPermission | undefined, participant: RemoteParticipant | LocalParticipant) => void;
  participantEncryptionStatusChanged: (encrypted: boolean, participant?: Participant) => void;
  connectionQualityChanged: (quality: ConnectionQuality, participant: Participant) => void;
  activeSpeakersChanged: (speakers: Participant[]) => void;
  trackPublished: (publication: RemoteTrackPublication, participant: RemoteParticipant) => void;
  trackUnpublished: (publication: RemoteTrackPublication, participant: RemoteParticipant) => void;
  trackSubscribed: (track: SubscribedTrack, publication: RemoteTrackPublication, participant: RemoteParticipant) => void;
  trackUnsubscribed: (track: SubscribedTrack, publication: RemoteTrackPublication, participant: RemoteParticipant) => void;
  trackSubscriptionFailed: (trackSid: string, participant: RemoteParticipant, reason?: SubscriptionError) => void;
  trackSubscriptionPermissionChanged: (publication: RemoteTrackPublication, status: TrackPublication.PermissionStatus, participant: RemoteParticipant) => void;
  trackSubscriptionStatusChanged: (publication: RemoteTrackPublication, status: TrackPublication.SubscriptionStatus, participant: RemoteParticipant) => void;
  trackStreamStateChanged: (publication: RemoteTrackPublication, state: Track.StreamState, participant: RemoteParticipant) => void;
  trackMuted: (publication: TrackPublication, participant: Participant) => void;
  trackUnmuted: (publication: TrackPublication, participant: Participant) => void;
  localTrackPublished: (publication: LocalTrackPublication, participant: LocalParticipant) => void;
  localTrackUnpublished: (publication: LocalTrackPublication, participant: LocalParticipant) => void;
  localTrackSubscribed: (publication: LocalTrackPublication, participant: LocalParticipant) => void;
  localAudioSilenceDetected: (publication: LocalTrackPublication) => void;
  roomMetadataChanged: (metadata: string) => void;
  recordingStatusChanged: (recording: boolean) => void;
  audioPlaybackChanged: (playing: boolean) => void;
  videoPlaybackChanged: (playing: boolean) => void;
  dataReceived: (
    payload: Uint8Array<ArrayBuffer>,
    participant?: RemoteParticipant,
    kind?: DataPacket_Kind,
    topic?: string,
    encryptionType?: Encryption_Type,
    participantIdentity?: string,
  ) => void;
  dcBufferStatusChanged: (isLow: boolean, kind: DataPacket_Kind) => void;
  chatMessage: (message: ChatMessage, participant?: RemoteParticipant | LocalParticipant) => void;
  transcriptionReceived: (segments: TranscriptionSegment[], participant?: Participant, publication?: TrackPublication) => void;
  sipDTMFReceived: (dtmf: SipDTMF, participant?: RemoteParticipant) => void;
  /** Here so that code for livekit-client compiles, as what follows: Rejoin does not emit them yet. */
  encryptionError: (error: Error, participant?: Participant) => void;
  metricsReceived: (metrics: any, participant?: Participant) => void;
  dataTrackPublished: (track: any) => void;
  dataTrackUnpublished: (sid: string) => void;
  localDataTrackPublished: (track: any) => void;
  localDataTrackUnpublished: (sid: string) => void;
};

export type ParticipantEventCallbacks = {
  trackPublished: (publication: RemoteTrackPublication) => void;
  trackUnpublished: (publication: RemoteTrackPublication) => void;
  trackSubscribed: (track: SubscribedTrack, publication: RemoteTrackPublication) => void;
  trackUnsubscribed: (track: SubscribedTrack, publication: RemoteTrackPublication) => void;
  trackSubscriptionFailed: (trackSid: string, reason?: SubscriptionError) => void;
  trackSubscriptionPermissionChanged: (publication: RemoteTrackPublication, status: TrackPublication.PermissionStatus) => void;
  trackSubscriptionStatusChanged: (publication: RemoteTrackPublication, status: TrackPublication.SubscriptionStatus) => void;
  trackStreamStateChanged: (publication: RemoteTrackPublication, state: Track.StreamState) => void;
  trackMuted: (publication: TrackPublication) => void;
  trackUnmuted: (publication: TrackPublication) => void;
  localTrackPublished: (publication: LocalTrackPublication) => void;
  localTrackUnpublished: (publication: LocalTrackPublication) => void;
  localTrackSubscribed: (publication: LocalTrackPublication) => void;
  /** A track is about to be sent: before `localTrackPublished`, and again after a full reconnect. */
  localSenderCreated: (sender: RTCRtpSender, track: LocalTrack) => void;
  /** Audio was captured: from now on a browser lets this page play sound, too. */
  audioStreamAcquired: () => void;
  /** The encoder lacks computing power. */
  localTrackCpuConstrained: (track: LocalVideoTrack, publication: LocalTrackPublication) => void;
  participantMetadataChanged: (previous: string | undefined) => void;
  participantNameChanged: (name: string) => void;
  attributesChanged: (changed: Record<string, string>) => void;
  participantPermissionsChanged: (previous?: ParticipantPermission) => void;
  connectionQualityChanged: (quality: ConnectionQuality) => void;
  isSpeakingChanged: (speaking: boolean) => void;
  active: () => void;
  dataReceived: (payload: Uint8Array<ArrayBuffer>, kind: DataPacket_Kind, encryptionType?: Encryption_Type) => void;
  transcriptionReceived: (segments: TranscriptionSegment[], publication?: TrackPublication) => void;
  sipDTMFReceived: (dtmf: SipDTMF) => void;
  mediaDevicesError: (error: Error, kind?: MediaDeviceKind) => void;
  /** Here so that code for livekit-client compiles: Rejoin does not emit it yet. */
  chatMessage: (message: ChatMessage) => void;
};

export type PublicationEventCallbacks = {
  muted: () => void;
  unmuted: () => void;
  ended: (track?: Track) => void;
  subscribed: (track: SubscribedTrack) => void;
  unsubscribed: (track: SubscribedTrack) => void;
  subscriptionFailed: (error: SubscriptionError) => void;
  subscriptionStatusChanged: (status: TrackPublication.SubscriptionStatus, previous: TrackPublication.SubscriptionStatus) => void;
  subscriptionPermissionChanged: (status: TrackPublication.PermissionStatus, previous: TrackPublication.PermissionStatus) => void;
  updateSettings: (settings: UpdateTrackSettings) => void;
  transcriptionReceived: (segments: TranscriptionSegment[]) => void;
  /** The encoder lacks computing power. */
  cpuConstrained: (track: LocalVideoTrack) => void;
  /** Here so that code for livekit-client compiles, as the next: Rejoin does not emit them yet. */
  updateSubscription: (subscription: any) => void;
  timeSyncUpdate: (timestamp: number) => void;
};
