// The options of a room, of a connect and of a data message, with defaults; those of tracks are in presets.d.ts and
// capture.d.ts. Types only: strict.js reads all of them, and refuses what is not here.
import type { AudioCaptureOptions, VideoCaptureOptions } from './capture.js';
import type { ReconnectPolicy } from './policy.js';
import type { TrackPublishDefaults } from './presets.js';
import type { AdaptiveStreamSettings, AudioOutputOptions } from './remote_track.js';

export interface RoomOptions {
  /** Asks for the size that is shown, and nothing for what nobody sees. @default false */
  adaptiveStream?: AdaptiveStreamSettings | boolean;
  /** Does not encode layers that nobody watches. @default false */
  dynacast?: boolean;
  audioCaptureDefaults?: AudioCaptureOptions;
  videoCaptureDefaults?: VideoCaptureOptions;
  publishDefaults?: TrackPublishDefaults;
  audioOutput?: AudioOutputOptions;
  /** @default true */
  stopLocalTrackOnUnpublish?: boolean;
  /** When to try again. @default new DefaultReconnectPolicy() */
  reconnectPolicy?: ReconnectPolicy;
  /** Leaves when the page is left. @default true */
  disconnectOnPageLeave?: boolean;
  /** One peer connection where the server can. @default true */
  singlePeerConnection?: boolean;
  /** Ours. Silence after which a connection is suspected when the server names no time, milliseconds, 1000 at least; 0: never. @default 90000 */
  idleTimeoutMs?: number;
  /** Ours. Gives up reconnecting after so many milliseconds, not counting time offline or asked for by the server. @default 300000 */
  giveUpAfterMs?: number;
  /**
   * Ours. The attempt of an episode with which it is logged as a warning, once. With the default of 2 it is one as well when
   * the first has not brought the connection back within 5 s.
   */
  logConnectionRetries?: { warnFromAttempt?: number };
  /**
   * Ours. Where else the server can be reached. LiveKit Cloud's hosts have a list of their own, which is used unless this
   * is false. A token goes only to a URL that stands here or in `connect()`, to hosts below LiveKit Cloud's where the app
   * connects to one, and to `allowedHosts`.
   */
  regions?: RegionOptions | false;
  /** Ours. Lets a token travel without TLS (`ws:`) to a host that is not this machine. @default false */
  allowInsecure?: boolean;
  /** Ours. Loaded beside the connection, which never waits for them. */
  plugins?: RoomPlugin[];
  /** Ours. The constructor of WebSockets, for hosts that have none (Node before 22: the package `ws`). */
  webSocket?: new (url: string, protocols?: string | string[]) => unknown;
  /** No effect here, as the next five; accepted so that code for livekit-client runs, and said once in the log. */
  webAudioMix?: boolean | object;
  expSignalLatency?: number;
  loggerName?: string;
  frameMetadata?: object;
  packetTrailer?: object;
  dataStream?: object;
}

export interface RegionOptions {
  /** Servers in the order of preference. `connect()` begins with its own URL. */
  urls?: string[];
  /** The URL of a list `{ "regions": [{ "region", "url" }] }`, asked with the token beside the first dial (2 s, 64 KiB, 16 entries). */
  endpoint?: string;
  /** Hosts of a list that may be sent the token: `example.com` is that host and all below it. TLS is needed (see `allowInsecure`). */
  allowedHosts?: string[];
}

/** What a plugin is told. */
export interface PluginContext {
  readonly url: string;
  readonly token: string;
  /** Aborts when the plugin's time is up and when the room is over. */
  readonly signal: AbortSignal;
}

/** Begun when the room is connected, or 2 s after the socket opened if that takes longer. */
export interface RoomPlugin {
  readonly name: string;
  onLoad(context: PluginContext): unknown;
  /** Called when the room is over, if `onLoad` was. */
  dispose?(): unknown;
  /** Time to load in milliseconds; past it the plugin is unavailable. 0: it is not loaded. @default 5000 */
  readonly timeoutMs?: number;
}

export interface RoomConnectOptions {
  /** @default true */
  autoSubscribe?: boolean;
  /** Milliseconds from the join to a connected transport. @default 15000 */
  peerConnectionTimeout?: number;
  /**
   * Milliseconds from the dial to the first message. Once the socket is open it is 5 s at most, and where there may be other
   * regions it opens within 3 s (the last of them 5 s). @default 15000
   */
  websocketTimeout?: number;
  /** Retries of the first connect after a failure that a retry may mend; trying another region is none. @default 1 */
  maxRetries?: number;
  /** What the server does not say about peer connections. */
  rtcConfig?: RTCConfiguration;
  /** Ours. The whole connect, milliseconds. @default 15000 */
  connectTimeoutMs?: number;
  /**
   * Ours. Gives the connect up when it aborts; its reason is the `cause` of the error. That of a call which comes while a
   * connect is under way gives up that call alone.
   */
  signal?: AbortSignal;
  /** No effect here, as the next. */
  disableIceLite?: boolean;
  subscriberAllowPause?: boolean;
}

export interface DataPublishOptions {
  /** In order and kept through reconnects; else at most once. @default false */
  reliable?: boolean;
  /** Empty: everybody. */
  destinationIdentities?: string[];
  topic?: string;
}

export interface ParticipantTrackPermission {
  participantIdentity?: string;
  /** Where the identity is not given. */
  participantSid?: string;
  allowAll?: boolean;
  allowedTrackSids?: string[];
}
