// Types of kinds.js.
import type { LocalParticipant } from './local_participant.js';
import type { LocalTrack } from './local_track.js';
import type { Participant } from './participant.js';
import type { RemoteParticipant } from './remote_participant.js';
import type { RemoteTrack } from './remote_track.js';
import type { AudioTrack, Track, VideoTrack } from './track.js';

export declare function isAudioTrack(track: Track | undefined): track is AudioTrack;
export declare function isVideoTrack(track: Track | undefined): track is VideoTrack;
export declare function isLocalTrack(track: Track | MediaStreamTrack | undefined): track is LocalTrack;
export declare function isRemoteTrack(track: Track | undefined): track is RemoteTrack;
export declare function isLocalParticipant(participant: Participant): participant is LocalParticipant;
export declare function isRemoteParticipant(participant: Participant): participant is RemoteParticipant;
