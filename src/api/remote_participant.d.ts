// Types of remote_participant.js.
import { Participant } from './participant.js';
import type { RemoteTrackPublication } from './remote_publication.js';
import type { Track } from './track.js';

/** Somebody else in the room. */
export declare class RemoteParticipant extends Participant {
  private constructor();
  readonly trackPublications: Map<string, RemoteTrackPublication>;
  readonly audioTrackPublications: Map<string, RemoteTrackPublication>;
  readonly videoTrackPublications: Map<string, RemoteTrackPublication>;
  getTrackPublications(): RemoteTrackPublication[];
  getTrackPublication(source: Track.Source): RemoteTrackPublication | undefined;
  getTrackPublicationByName(name: string): RemoteTrackPublication | undefined;
  getTrackPublicationBySid(sid: string): RemoteTrackPublication | undefined;
  /** How loud its microphone (or screen) is played, 0 to 1; also for tracks that come later. */
  setVolume(volume: number, source?: Track.Source): void;
  getVolume(source?: Track.Source): number | undefined;
  /** Where its audio is played; also tracks that come later. */
  setAudioOutput(output: { deviceId?: string }): Promise<void>;
}
