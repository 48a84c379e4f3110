// What the core can be asked of a participant, a publication and a room, by number. The same lists, in the same order,
// are `PARTICIPANT`, `PUBLICATION` and `ROOM` in fields.rs; a test compares them.

const numbers = (names) => Object.freeze(Object.fromEntries(names.split(' ').map((name, n) => [name, n])));

export const PARTICIPANT = numbers('sid identity name metadata attributes permissions kind joinedAt quality speaking audioLevel lastSpokeAt active');

export const PUBLICATION = numbers('sid kind name source muted mimeType dimensions simulcasted encryption desired allowed paused info');

export const ROOM = numbers('sid name metadata numParticipants numPublishers recording serverInfo creationTime maxParticipants');

// TrackType and TrackSource of the protocol, by number, as livekit-client's Track.Kind and Track.Source.
const KINDS = ['audio', 'video'];
const SOURCES = ['unknown', 'camera', 'microphone', 'screen_share', 'screen_share_audio'];
// ConnectionQuality of the protocol.
const QUALITIES = ['poor', 'good', 'excellent', 'lost'];

export const kindOf = (number) => KINDS[number] ?? 'unknown';
export const sourceOf = (number) => SOURCES[number] ?? 'unknown';
export const qualityOf = (number) => QUALITIES[number] ?? 'unknown';
