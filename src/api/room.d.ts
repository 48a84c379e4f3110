/// <reference lib="esnext.disposable" />
// Types of room.js.
import type { ConnectionState } from './enums.js';
import { EventEmitter } from './emitter.js';
import type { RoomEventCallbacks } from './events.js';
import type { LocalParticipant } from './local_participant.js';
import type { RoomConnectOptions, RoomOptions } from './options.js';
import type { Participant } from './participant.js';
import type { RemoteParticipant } from './remote_participant.js';

export interface ServerInfo {
  readonly edition: number;
  readonly version: string;
  readonly protocol: number;
  readonly region: string;
  readonly nodeId: string;
  readonly debugInfo: string;
  readonly agentProtocol: number;
}

/** livekit-client's names; the connection or the server misbehaves as the name says. */
export type SimulationScenario =
  | 'signal-reconnect'
  | 'resume-reconnect'
  | 'full-reconnect'
  | 'disconnect-signal-on-resume'
  | 'disconnect-signal-on-resume-no-messages'
  | 'fail-on-v1-path'
  | 'speaker'
  | 'node-failure'
  | 'server-leave'
  | 'migration'
  | 'force-tcp'
  | 'force-tls'
  | 'subscriber-bandwidth'
  | 'leave-full-reconnect';

/** What happened to a connection. What does not apply is left out. */
export interface ConnectionFact {
  /** Counts from 1 over the life of the room. */
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /**
   * `connect`: asked for by the app. `dial`: a socket is opened. `failed`: an attempt came to nothing, `outcome` says why.
   * `connected`, `reconnected`: it works. `lost`: it worked until now. `waiting`: the next attempt is due after `delayMs`
   * (left out: when the host is online). `region`: the next attempt goes there. `suspected`: the connection is doubted.
   * `plugin`: one is unavailable. `disconnected`: the session is over.
   */
  readonly what: 'connect' | 'dial' | 'failed' | 'connected' | 'lost' | 'waiting' | 'reconnected' | 'region' | 'suspected' | 'offline' | 'online' | 'plugin' | 'disconnected';
  /** The region's name, or the server's origin. */
  readonly region: string;
  readonly kind?: 'resume' | 'full';
  readonly cause?: 'local' | 'single' | 'remote';
  /** Counts from 1 within an episode. */
  readonly attempt?: number;
  readonly delayMs?: number;
  readonly outcome?: string;
  /** How long the session that was lost had lived. */
  readonly sessionDurationMs?: number;
}

/** A room. `await init()` comes first. */
export declare class Room extends EventEmitter<RoomEventCallbacks> implements Disposable {
  constructor(options?: RoomOptions);
  /** The devices of a kind; asks for permission so that they have names, unless told not to. */
  static getLocalDevices(kind?: MediaDeviceKind, requestPermissions?: boolean): Promise<MediaDeviceInfo[]>;
  readonly options: RoomOptions;
  readonly localParticipant: LocalParticipant;
  /** By identity. */
  readonly remoteParticipants: Map<string, RemoteParticipant>;
  readonly state: ConnectionState;
  readonly name: string;
  readonly metadata: string | undefined;
  readonly numParticipants: number;
  readonly numPublishers: number;
  readonly isRecording: boolean;
  readonly isE2EEEnabled: false;
  readonly creationTime: Date | undefined;
  readonly serverInfo: ServerInfo | undefined;
  /** Round trip of the signal connection in milliseconds, smoothed; undefined before it was measured. */
  readonly rtt: number | undefined;
  /** Who speaks, loudest first. */
  readonly activeSpeakers: Participant[];
  readonly canPlaybackAudio: boolean;
  readonly canPlaybackVideo: boolean;
  /**
   * Joins the room of the token. Resolves when connected, rejects with a `ConnectionError`, or a `TypeError` for a wrong option.
   * A query in the URL goes to that server with each dial.
   */
  connect(url: string, token: string, options?: RoomConnectOptions): Promise<void>;
  /**
   * Leaves. Reliable data that was accepted arrives first (a second at most; a second call does not wait); everything else
   * that is under way is settled. Nothing of the room is alive afterwards.
   */
  disconnect(stopTracks?: boolean): Promise<void>;
  /**
   * Tries now instead of when the policy would: after the delay of a local loss (at most 250 ms in a room of up to 200), and at
   * least 1 s after the last attempt that was asked for in this way, and not before the server wants to be asked. Amid an attempt,
   * it is the next that does not wait, should this one fail. Resolves at once; does nothing while connected or offline.
   */
  reconnectNow(): Promise<void>;
  /** Ours. The last 200 facts of the connection, oldest first, as plain data without secrets. */
  readonly connectionHistory: ConnectionFact[];
  /** Warms name resolution and TLS for a `connect` that will follow, and with a token learns the server's regions. Never fails. */
  prepareConnection(url: string, token?: string): Promise<void>;
  /** The room's sid, as soon as the server says it; "" while disconnected. Rejects when the session ends before. */
  getSid(): Promise<string>;
  getParticipantByIdentity(identity: string): Participant | undefined;
  simulateScenario(scenario: SimulationScenario, arg?: number): Promise<void>;
  /** To be called from a click where the browser does not let audio play by itself. */
  startAudio(): Promise<void>;
  /** The same for video. Never rejects: `canPlaybackVideo` tells. */
  startVideo(): Promise<void>;
  /** The device in use, or the one that will be: `default` until another is chosen, or a track was captured. */
  getActiveDevice(kind: MediaDeviceKind): string | undefined;
  /** True when every track that is captured moved to the device. */
  switchActiveDevice(kind: MediaDeviceKind, deviceId: string, exact?: boolean): Promise<boolean>;
  /** `disconnect()`. */
  [Symbol.dispose](): void;
}
