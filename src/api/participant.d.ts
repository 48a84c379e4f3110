// Types of participant.js.
import type { ConnectionQuality, ParticipantKind } from './enums.js';
import { EventEmitter } from './emitter.js';
import type { ParticipantEventCallbacks } from './events.js';
import type { TrackPublication } from './publication.js';
import type { Track } from './track.js';

export interface ParticipantPermission {
  canSubscribe: boolean;
  canPublish: boolean;
  canPublishData: boolean;
  /** `TrackSource` numbers of the protocol; empty: all. */
  canPublishSources: number[];
  hidden: boolean;
  canUpdateMetadata: boolean;
  canSubscribeMetrics: boolean;
  agent: boolean;
  recorder: boolean;
  canManageAgentSession: boolean;
}

/** A participant of the room. One object for as long as it is in the room; afterwards it keeps its last facts. */
export declare class Participant extends EventEmitter<ParticipantEventCallbacks> {
  protected constructor();
  readonly sid: string;
  readonly identity: string;
  readonly name: string | undefined;
  readonly metadata: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  readonly permissions: ParticipantPermission | undefined;
  readonly kind: ParticipantKind;
  readonly joinedAt: Date | undefined;
  readonly connectionQuality: ConnectionQuality;
  readonly isSpeaking: boolean;
  /** 0 to 1. */
  readonly audioLevel: number;
  readonly lastSpokeAt: Date | undefined;
  readonly isActive: boolean;
  readonly isAgent: boolean;
  readonly isLocal: boolean;
  readonly isEncrypted: boolean;
  readonly isCameraEnabled: boolean;
  readonly isMicrophoneEnabled: boolean;
  readonly isScreenShareEnabled: boolean;
  /** By sid. */
  readonly trackPublications: Map<string, TrackPublication>;
  readonly audioTrackPublications: Map<string, TrackPublication>;
  readonly videoTrackPublications: Map<string, TrackPublication>;
  getTrackPublications(): TrackPublication[];
  getTrackPublication(source: Track.Source): TrackPublication | undefined;
  getTrackPublicationByName(name: string): TrackPublication | undefined;
  /** Resolves when the participant's media can flow; rejects when it leaves before. */
  waitUntilActive(): Promise<void>;
}
