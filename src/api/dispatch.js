// From one event of the engine to livekit-client's events, in its order as an app meets it that listens to participants
// from `participantConnected` on: the participant's listeners first, then the room's, the publication's, the track's.
// The roster is up to date before an event comes; an event about something that nobody has looked at, and that has no
// listener, makes no object.
import { DataPacket_Kind } from './enums.js';
import { qualityOf } from './fields.js';

/** Hands one event of the engine to the room's listeners. What a kind carries is told in dispatch.rs. */
export function deliver(room, kind, facts) {
  HANDLERS[kind](room, ...facts);
}

const plain = (event) => (room, ...facts) => room.emit(event, ...facts);
/** The same news under one name for the participant and another for the room, which adds who it is about. */
const aboutParticipant = (roomEvent, event, value) => (room, identity, fact) => {
  const participant = room._heard(identity, roomEvent);
  if (!participant) return;
  const told = value ? value(participant, fact) : fact;
  participant.emit(event, told);
  room.emit(roomEvent, told, participant);
};
// Of the local participant's tracks its own objects tell: they knew first.
const ofOthers = (handle) => (room, identity, ...facts) => identity !== '' && handle(room, identity, ...facts);
const RECONNECTING = { resume: 'signalReconnecting', full: 'reconnecting' };

const HANDLERS = {
  connected: plain('connected'),
  // livekit-client tells it once a connect. What server it is is looked at now: afterwards it is known no more.
  signalConnected: (room) => room.serverInfo && room.state === 'connecting' && room.emit('signalConnected'),
  reconnected: plain('reconnected'),
  region: plain('regionChanged'),
  pluginReady: plain('pluginReady'),
  pluginUnavailable: plain('pluginUnavailable'),
  state(room, state) {
    if (state === 'disconnected') room._over();
    room._entered(state);
  },
  reconnecting: (room, facts) => room.emit(RECONNECTING[facts.kind], facts),
  disconnected(room, reason) {
    room.emit('disconnected', reason);
  },
  moved: (room, name) => room.emit('moved', name),
  roomMetadata: (room) => room.emit('roomMetadataChanged', room.metadata),
  recording: (room, active) => room.emit('recordingStatusChanged', active),
  roomSid: (room) => room._knowsSid(),
  speakers(room) {
    room._speakersChanged();
    if (room.listenerCount('activeSpeakersChanged')) room.emit('activeSpeakersChanged', room.activeSpeakers);
  },

  joined(room, identity) {
    const participant = room._joined(identity);
    if (participant) room.emit('participantConnected', participant);
  },
  // Its tracks went before.
  left(room, identity, facts, reason) {
    const participant = room._heard(identity, 'participantDisconnected');
    room._left(identity);
    if (!participant) return;
    participant._left(facts);
    room.emit('participantDisconnected', participant, reason);
    participant._room = undefined;
  },
  localJoined(room) {
    room._fill();
    if (room.state === 'connecting') room.localParticipant._introduce();
  },
  active(room, identity) {
    const participant = room._heard(identity, 'participantActive');
    if (!participant) return;
    participant.emit('active');
    participant._becameActive();
    if (!participant.isLocal) room.emit('participantActive', participant);
  },
  metadata: aboutParticipant('participantMetadataChanged', 'participantMetadataChanged'),
  name: aboutParticipant('participantNameChanged', 'participantNameChanged', (participant) => participant.name),
  attributes: aboutParticipant('participantAttributesChanged', 'attributesChanged'),
  permissions: aboutParticipant('participantPermissionsChanged', 'participantPermissionsChanged'),
  quality: aboutParticipant('connectionQualityChanged', 'connectionQualityChanged', (_, number) => qualityOf(number)),
  encrypted(room, identity, encrypted) {
    const participant = room._heard(identity, 'participantEncryptionStatusChanged');
    if (participant) room.emit('participantEncryptionStatusChanged', encrypted, participant);
  },
  // The room has activeSpeakersChanged for this: only who has an object can have a listener.
  speaking: (room, identity, speaking) => room._heard(identity)?.emit('isSpeakingChanged', speaking),

  published: ofOthers((room, identity, sid) => {
    const participant = room._heard(identity, 'trackPublished');
    if (!participant || !(participant._looked || heard(participant, 'trackPublished'))) return;
    participant._tell('trackPublished', participant._make(sid));
  }),
  unpublished: ofOthers((room, identity, sid, facts) => {
    const participant = room._heard(identity, 'trackUnpublished');
    if (!participant || !(participant._looked || heard(participant, 'trackUnpublished'))) return;
    participant._make(sid, facts);
    participant._unpublished(sid, facts);
  }),
  // Media has an object whether anybody listens or not: adaptive stream and volumes begin with it.
  subscribed: (room, identity, sid, media) => media && room._participant(identity)._make(sid)._subscribed(media),
  mediaChanged: (room, identity, sid, media) => media && known(room, identity, sid)?._mediaChanged(media),
  unsubscribed: (room, identity, sid) => known(room, identity, sid)?._unsubscribed(),
  subscriptionFailed(room, identity, sid, error) {
    const participant = room._heard(identity, 'trackSubscriptionFailed');
    if (!participant) return;
    participant.emit('trackSubscriptionFailed', sid, error);
    room.emit('trackSubscriptionFailed', sid, participant, error);
    known(room, identity, sid)?.emit('subscriptionFailed', error);
  },
  allowed: ofOthers((room, identity, sid, allowed) => {
    const publication = wanted(room, identity, sid, 'trackSubscriptionPermissionChanged');
    publication?._changed(publication.subscriptionStatus, allowed ? 'not_allowed' : 'allowed');
  }),
  paused(room, identity, sid, paused) {
    const { track } = known(room, identity, sid) ?? {};
    if (!track) return;
    track._setStreamState(paused ? 'paused' : 'active');
    room._participant(identity)._tell('trackStreamStateChanged', known(room, identity, sid), track.streamState);
  },
  muted: ofOthers((room, identity, sid) => wanted(room, identity, sid, 'trackMuted')?._muted(true)),
  unmuted: ofOthers((room, identity, sid) => wanted(room, identity, sid, 'trackUnmuted')?._muted(false)),

  localPublished: (room, cid, sid, before) => room.localParticipant._published(cid, sid, before),
  localUnpublished: (room, sid, facts) => room.localParticipant._takenAway(sid, facts),
  localSubscribed(room, sid) {
    const publication = room.localParticipant.trackPublications.get(sid);
    if (publication) room.localParticipant._tell('localTrackSubscribed', publication);
  },
  muteRequested(room, sid, muted) {
    const publication = room.localParticipant.trackPublications.get(sid);
    (muted ? publication?.mute() : publication?.unmute())?.catch(() => undefined);
  },
  layers(room, sid, codecs) {
    if (!room.options.dynacast) return;
    room.localParticipant.trackPublications.get(sid)?.track?._setPublishingLayers?.(codecs);
  },
  answered(room) {
    for (const { track } of room.localParticipant.getTrackPublications()) track?._answered?.();
  },

  data(room, payload, identity, reliable, topic) {
    const participant = room._sender(identity, 'dataReceived');
    const kind = reliable ? DataPacket_Kind.RELIABLE : DataPacket_Kind.LOSSY;
    room.emit('dataReceived', payload, participant, kind, topic, 0, identity ?? '');
    participant?.emit('dataReceived', payload, kind, 0);
  },
  buffer: (room, reliable, low) => room.emit('dcBufferStatusChanged', low, reliable ? DataPacket_Kind.RELIABLE : DataPacket_Kind.LOSSY),
  chat(room, identity, message) {
    const participant = room._sender(identity, 'chatMessage');
    room.emit('chatMessage', message, participant);
  },
  transcription(room, identity, segments, sid) {
    room._transcribed(segments);
    const participant = room._sender(identity, 'transcriptionReceived');
    const publication = participant?.trackPublications.get(sid);
    publication?.emit('transcriptionReceived', segments);
    participant?.emit('transcriptionReceived', segments, publication);
    room.emit('transcriptionReceived', segments, participant, publication);
  },
  dtmf(room, identity, dtmf) {
    const participant = room._sender(identity, 'sipDTMFReceived');
    room.emit('sipDTMFReceived', dtmf, participant);
    participant?.emit('sipDTMFReceived', dtmf);
  },
};

/** Every kind there is, for the test that compares them with dispatch.rs. */
export const KINDS = Object.keys(HANDLERS);

const heard = (participant, event) => participant._room.listenerCount(event) + participant.listenerCount(event) > 0;
/** A publication whose object there is. */
const known = (room, identity, sid) => {
  const participant = room._heard(identity);
  return participant?._looked ? participant.trackPublications.get(sid) : undefined;
};
/** The same, made if somebody listens. */
const wanted = (room, identity, sid, event) => {
  const participant = room._heard(identity, event);
  return known(room, identity, sid) ?? (participant && heard(participant, event) ? participant._make(sid) : undefined);
};
