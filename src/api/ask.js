// What the core of a room can be asked, by number: `core.ask(ASK.CONNECT, url, token, options)`. `Ask` in ask.rs is the same list in
// the same order; a test compares them. Each has what it is given beside it. Constants, so that the build puts in the numbers.

export const CONNECT = 0; // url, token, options; a promise
export const DISCONNECT = 1; // a promise
export const RECONNECT_NOW = 2; // a promise
export const PREPARE = 3; // url, token; a promise
export const PLUGIN_LOADED = 4; // index, load, reason when it failed
export const HISTORY = 5; // [fact]
export const SIMULATE = 6; // livekit-client's name of the scenario, its argument; a promise
export const ROOM = 7; // field; one fact of the room
export const RTT = 8; // of the signal socket, smoothed
export const IDENTITIES = 9; // of the remote participants
export const HAS = 10; // identity; whether that remote participant is there
export const SPEAKERS = 11; // identities of who speaks, the local one's as ""
export const PARTICIPANT = 12; // identity, field; one fact of a participant
export const PARTICIPANT_FACTS = 13; // identity; all of them
export const PUBLICATIONS = 14; // identity; the sids of its publications
export const PUBLICATION = 15; // identity, sid, field; one fact of a publication
export const PUBLICATION_FACTS = 16; // identity, sid; all of them
export const PUBLISH_DATA = 17; // Uint8Array, reliable, topic, [identity]; a promise
export const UPDATE = 18; // name, metadata, [[key, value]]; undefined stays as it is; a promise
export const SET_SUBSCRIBED = 19; // sid, subscribed
export const SET_TRACK_SETTINGS = 20; // sid, [disabled, quality, width, height, fps]
export const SET_SUBSCRIPTION_PERMISSIONS = 21; // all participants, [[identity, sid, all, [sid]]]
export const PUBLISH = 22; // cid, MediaStreamTrack, what publish.js makes of it; a promise
export const SENDER = 23; // cid; the RTCRtpSender, while it is being sent
export const REPLACE = 24; // cid, another MediaStreamTrack or null; a promise, or nothing
export const MUTE = 25; // cid, muted
export const UNPUBLISH = 26; // cid; a promise
export const UPDATE_AUDIO_TRACK = 27; // cid, [AudioTrackFeature]
export const DESCRIBE = 28; // cid, what publish.js makes of it now, for the next session
