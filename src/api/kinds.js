// What an object is, asked as livekit-client's users ask it.
import { Track } from './track.js';

export const isAudioTrack = (track) => track?.kind === Track.Kind.Audio;
export const isVideoTrack = (track) => track?.kind === Track.Kind.Video;
// A media track of the browser is neither.
export const isLocalTrack = (track) => track instanceof Track && track.isLocal;
export const isRemoteTrack = (track) => track instanceof Track && !track.isLocal;
export const isLocalParticipant = (participant) => participant?.isLocal === true;
export const isRemoteParticipant = (participant) => participant?.isLocal === false;
