// Types of remote_track.js.
import { Track } from './track.js';

export interface AudioOutputOptions {
  deviceId?: string;
}

/** Receives video only while and as large as it is shown. */
export interface AdaptiveStreamSettings {
  /** How many pixels of the stream stand for one of the page. @default 1, 2 on screens with more than two */
  pixelDensity?: number | 'screen';
  /** @default true */
  pauseVideoInBackground?: boolean;
}

/** The media of one subscription. A full reconnect keeps the object and gives it another `mediaStreamTrack`. */
export declare abstract class RemoteTrack<Kind extends Track.Kind = Track.Kind> extends Track<Kind> {
  protected constructor();
  /** While it is subscribed to. */
  readonly receiver?: RTCRtpReceiver;
  /** RTP time of the media that plays now, while somebody listens to `timeSyncUpdate`. */
  readonly rtpTimestamp?: number;
  get isLocal(): false;
  start(): void;
  /** Holds the media back for so many seconds, where the browser can. */
  setPlayoutDelay(seconds: number): void;
  getPlayoutDelay(): number;
}

/** What livekit-client's adaptive stream asks of an element. Here so that code for it compiles: Rejoin watches elements by itself. */
export interface ElementInfo {
  element: object;
  width(): number;
  height(): number;
  visible: boolean;
  pictureInPicture: boolean;
  visibilityChangedAt: number | undefined;
  handleResize?: () => void;
  handleVisibilityChanged?: () => void;
  observe(): void;
  stopObserving(): void;
}

export interface AudioReceiverStats {
  type: 'audio';
  streamId: string;
  timestamp: number;
  jitter?: number;
  bytesReceived?: number;
  concealedSamples?: number;
  concealmentEvents?: number;
  silentConcealedSamples?: number;
  silentConcealmentEvents?: number;
  totalAudioEnergy?: number;
  totalSamplesDuration?: number;
}

export interface VideoReceiverStats {
  type: 'video';
  streamId: string;
  timestamp: number;
  framesDecoded: number;
  framesDropped: number;
  framesReceived: number;
  packetsReceived?: number;
  packetsLost?: number;
  frameWidth?: number;
  frameHeight?: number;
  pliCount?: number;
  firCount?: number;
  nackCount?: number;
  jitter?: number;
  bytesReceived?: number;
  decoderImplementation?: string;
  mimeType?: string;
}

export declare class RemoteAudioTrack extends RemoteTrack<Track.Kind.Audio> {
  private constructor();
  /** 0 to 1, for every element, also for those attached later. */
  setVolume(volume: number): void;
  getVolume(): number;
  /** Plays on this output device, where the browser can. */
  setSinkId(deviceId: string): Promise<void>;
  getReceiverStats(): Promise<AudioReceiverStats | undefined>;
}

export declare class RemoteVideoTrack extends RemoteTrack<Track.Kind.Video> {
  private constructor();
  get isAdaptiveStream(): boolean;
  getReceiverStats(): Promise<VideoReceiverStats | undefined>;
}
