// Types of track.js.
import type { EventEmitter } from './emitter.js';
import type { LocalTrack } from './local_track.js';
import type { LocalAudioTrack } from './local_audio_track.js';
import type { LocalVideoTrack } from './local_video_track.js';
import type { RemoteAudioTrack, RemoteVideoTrack } from './remote_track.js';

export type AudioTrack = RemoteAudioTrack | LocalAudioTrack;
export type VideoTrack = RemoteVideoTrack | LocalVideoTrack;

/** Events of tracks, by name. */
export interface TrackEventCallbacks {
  muted: (track?: Track) => void;
  unmuted: (track?: Track) => void;
  /** Its `mediaStreamTrack` is another one: captured anew, or, of somebody else's, brought by a new transport after a full reconnect. */
  restarted: (track?: Track) => void;
  ended: (track?: Track) => void;
  audioPlaybackStarted: () => void;
  /** The browser does not let it play before the user has clicked somewhere. */
  audioPlaybackFailed: (error?: Error) => void;
  videoPlaybackStarted: () => void;
  videoPlaybackFailed: (error?: Error) => void;
  /** `checkForSilence` heard nothing. */
  audioSilenceDetected: () => void;
  elementAttached: (element: HTMLMediaElement) => void;
  elementDetached: (element: HTMLMediaElement) => void;
  /** Adaptive stream: it came into sight, or left it. */
  visibilityChanged: (visible: boolean, track?: RemoteVideoTrack) => void;
  /** Adaptive stream: the largest size in which it is shown. */
  videoDimensionsChanged: (dimensions: Track.Dimensions, track?: RemoteVideoTrack) => void;
  upstreamPaused: (track: LocalTrack) => void;
  upstreamResumed: (track: LocalTrack) => void;
  /** The encoder lacks computing power. */
  cpuConstrained: () => void;
  trackProcessorUpdate: (processor?: TrackProcessor<Track.Kind, any>) => void;
  /** Which moment of the media is being shown. */
  timeSyncUpdate: (update: { timestamp: number; rtpTimestamp: number }) => void;
  /** Here so that code for livekit-client compiles, as what follows: Rejoin does not emit them yet. */
  message: () => void;
  updateSettings: () => void;
  updateSubscription: () => void;
  audioTrackFeatureUpdate: (track: LocalAudioTrack, feature: number, enabled: boolean) => void;
  preConnectBufferFlushed: (buffer: Uint8Array[]) => void;
}

/** A piece of media and the elements that show it. */
export declare abstract class Track<Kind extends Track.Kind = Track.Kind> extends EventEmitter<TrackEventCallbacks> {
  readonly kind: Kind;
  readonly attachedElements: HTMLMediaElement[];
  readonly isMuted: boolean;
  source: Track.Source;
  /** Known from when it is published. */
  readonly sid?: Track.SID;
  readonly mediaStream?: MediaStream;
  /** The id of the media track that it began with. */
  readonly mediaStreamID: string;
  /** `paused` while the server does not send it for lack of bandwidth. */
  readonly streamState: Track.StreamState;
  /** The moment of the media that is being shown, while somebody listens to `timeSyncUpdate`. */
  readonly rtpTimestamp?: number;
  get mediaStreamTrack(): MediaStreamTrack;
  /** Bits per second, measured every two seconds from the first time that it is asked for. */
  get currentBitrate(): number;
  abstract get isLocal(): boolean;
  /** Shows or plays it in an element, or in a new one. */
  attach(): HTMLMediaElement;
  attach<E extends HTMLMediaElement>(element: E): E;
  /** Takes it out of one element, or out of all. */
  detach(): HTMLMediaElement[];
  detach<E extends HTMLMediaElement>(element: E): E;
  stop(): void;
  getRTCStatsReport(): Promise<RTCStatsReport | undefined>;
}

export declare namespace Track {
  type SID = string;
  enum Kind {
    Audio = 'audio',
    Video = 'video',
    Unknown = 'unknown',
  }
  enum Source {
    Camera = 'camera',
    Microphone = 'microphone',
    ScreenShare = 'screen_share',
    ScreenShareAudio = 'screen_share_audio',
    Unknown = 'unknown',
  }
  enum StreamState {
    Active = 'active',
    Paused = 'paused',
    Unknown = 'unknown',
  }
  interface Dimensions {
    width: number;
    height: number;
  }
}

export interface ProcessorOptions<Kind extends Track.Kind> {
  kind: Kind;
  track: MediaStreamTrack;
  /** A playing element of a video track. */
  element?: HTMLMediaElement;
  /** For an audio track. */
  audioContext?: AudioContext;
  localTrack?: LocalTrack;
}

export interface AudioProcessorOptions extends ProcessorOptions<Track.Kind.Audio> {
  audioContext: AudioContext;
}

export interface VideoProcessorOptions extends ProcessorOptions<Track.Kind.Video> {}

/** Makes another media track of one: a blurred background, less noise. livekit-client's interface. */
export interface TrackProcessor<Kind extends Track.Kind, Options extends ProcessorOptions<Kind> = ProcessorOptions<Kind>> {
  name: string;
  init: (options: Options) => Promise<void>;
  restart: (options: Options) => Promise<void>;
  destroy: () => Promise<void>;
  processedTrack?: MediaStreamTrack | undefined;
  /** The track was published in this `Room`, or is and got this processor. `any`: those typed for livekit-client fit. */
  onPublish?: (room: any) => Promise<void>;
  /** The track is not published any more. livekit-client 2.23 has it in its types and does not call it. */
  onUnpublish?: () => Promise<void>;
}

/** Puts a media track into an element's stream, in the place of another one of its kind. */
export declare function attachToElement(track: MediaStreamTrack, element: HTMLMediaElement): void;
export declare function detachTrack(track: MediaStreamTrack, element: HTMLMediaElement): void;
