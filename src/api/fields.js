// What the core can be asked of a participant, a publication and a room, by number. The same lists, in the same order,
// are `PARTICIPANT`, `PUBLICATION` and `ROOM` in fields.rs; a test compares them. Literals, so that the build puts in the numbers.

export const PARTICIPANT = { sid: 0, identity: 1, name: 2, metadata: 3, attributes: 4, permissions: 5, kind: 6, joinedAt: 7, quality: 8, speaking: 9, audioLevel: 10, lastSpokeAt: 11, active: 12 };

export const PUBLICATION = { sid: 0, kind: 1, name: 2, source: 3, muted: 4, mimeType: 5, dimensions: 6, simulcasted: 7, encryption: 8, desired: 9, allowed: 10, info: 11 };

export const ROOM = { sid: 0, name: 1, metadata: 2, numParticipants: 3, numPublishers: 4, recording: 5, serverInfo: 6, creationTime: 7 };

// TrackType and TrackSource of the protocol, by number, as livekit-client's Track.Kind and Track.Source.
const KINDS = ['audio', 'video'];
const SOURCES = ['unknown', 'camera', 'microphone', 'screen_share', 'screen_share_audio'];
// ConnectionQuality of the protocol.
const QUALITIES = ['poor', 'good', 'excellent', 'lost'];

export const kindOf = (number) => KINDS[number] ?? 'unknown';
export const sourceOf = (number) => SOURCES[number] ?? 'unknown';
export const qualityOf = (number) => QUALITIES[number] ?? 'unknown';
