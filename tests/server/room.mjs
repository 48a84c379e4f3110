// One room of the scriptable server, signalling only: who is in it, what they are called, what they say they publish.
// It answers the requests that need no media and tells the others. No packet of audio, video or data passes through it.
import { randomBytes } from 'node:crypto';
import { ParticipantInfo, ParticipantInfo_State, ParticipantPermission, ParticipantUpdate, Room as RoomInfo, TrackInfo, TrackSource } from '@livekit/protocol';

const sid = (prefix) => `${prefix}_${randomBytes(9).toString('base64url').replace(/[-_]/g, 'x')}`;

const SOURCES = { camera: TrackSource.CAMERA, microphone: TrackSource.MICROPHONE, screen_share: TrackSource.SCREEN_SHARE, screen_share_audio: TrackSource.SCREEN_SHARE_AUDIO };

/** A participant: its `info` (ParticipantInfo), its `connection` (null while its socket is lost, or when it is made up). */
class Participant {
  /** What its next resume meets: "close" after the first messages, "refuse" before the upgrade; null is nothing bad. */
  onResume = null;
  /** What stands for its peer connections, if anything does (peer.mjs): `{ close() }`. */
  transport = null;

  constructor(info, grants = {}) {
    this.info = info;
    this.grants = grants;
    this.connection = null;
  }
}

export class Room {
  #members = new Map();

  constructor(name) {
    this.info = new RoomInfo({ sid: sid('RM'), name, emptyTimeout: 300, departureTimeout: 20, creationTime: BigInt(Math.floor(Date.now() / 1000)) });
  }

  get name() {
    return this.info.name;
  }

  get participants() {
    return [...this.#members.values()];
  }

  get(identity) {
    return this.#members.get(identity) ?? null;
  }

  /** A new participant with a new sid, from the claims of a token. The caller has removed a former one of that identity. */
  join(claims, client) {
    const grants = { ...claims.video };
    const allowed = (grant) => grants[grant] !== false;
    const info = new ParticipantInfo({
      sid: sid('PA'),
      identity: claims.sub,
      name: claims.name ?? '',
      metadata: claims.metadata ?? '',
      attributes: claims.attributes ?? {},
      state: ParticipantInfo_State.JOINING,
      joinedAt: BigInt(Math.floor(Date.now() / 1000)),
      joinedAtMs: BigInt(Date.now()),
      clientProtocol: client?.clientProtocol ?? 0,
      permission: new ParticipantPermission({
        canSubscribe: allowed('canSubscribe'),
        canPublish: allowed('canPublish'),
        canPublishData: allowed('canPublishData'),
        canPublishSources: (grants.canPublishSources ?? []).map((source) => SOURCES[source]).filter(Boolean),
        hidden: Boolean(grants.hidden),
        canUpdateMetadata: Boolean(grants.canUpdateOwnMetadata),
      }),
    });
    return this.#add(new Participant(info, grants));
  }

  /** Makes up `count` participants without sockets, each with `tracks` audio tracks, and returns their infos; nobody is told. */
  crowd(count, { tracks = 0, prefix = 'crowd' } = {}) {
    const from = this.#members.size;
    return Array.from({ length: count }, (_, i) => {
      const identity = `${prefix}-${from + i}`;
      const info = new ParticipantInfo({ sid: sid('PA'), identity, name: identity, state: ParticipantInfo_State.ACTIVE, version: 1, isPublisher: tracks > 0 });
      info.permission = new ParticipantPermission({ canSubscribe: true, canPublish: true, canPublishData: true });
      info.tracks = Array.from({ length: tracks }, (_, t) => new TrackInfo({ sid: sid('TR'), name: `track-${t}`, source: TrackSource.MICROPHONE, mimeType: 'audio/opus' }));
      return this.#add(new Participant(info)).info;
    });
  }

  #add(participant) {
    this.#members.set(participant.info.identity, participant);
    this.info.numParticipants = this.#members.size;
    return participant;
  }

  /** Takes a participant out and tells the others. Its connection is the caller's. */
  remove(identity) {
    const participant = this.get(identity);
    if (!participant) return null;
    this.#members.delete(identity);
    this.info.numParticipants = this.#members.size;
    participant.info.state = ParticipantInfo_State.DISCONNECTED;
    participant.transport?.close();
    this.announce(participant);
    return participant;
  }

  /** Sends a message (see `response` in codec.mjs) to every connected participant but `except`. */
  broadcast(message, except = null) {
    for (const participant of this.participants) if (participant !== except) participant.connection?.send(message);
  }

  /** Tells everybody (the participant itself too, as livekit-server does) what has become of it; of a hidden one only itself. */
  announce(participant) {
    const { info } = participant;
    info.version += 1;
    const message = { update: new ParticipantUpdate({ participants: [info.clone()] }) };
    if (!info.permission?.hidden) this.broadcast(message);
    else if (this.get(info.identity) === participant) participant.connection?.send(message);
  }

  /**
   * Changes a participant: any of `{ name, metadata, attributes, permission }`; an empty attribute is deleted. Everybody is
   * told of each of them by itself, and the participant gets a token that knows it, as from livekit-server.
   */
  change(identity, { name, metadata, attributes, permission }) {
    const participant = this.get(identity);
    const { info, grants } = participant;
    const told = () => {
      this.announce(participant);
      if (participant.connection) participant.connection.refresh();
    };
    if (name && name !== info.name) {
      info.name = name;
      told();
    }
    if (metadata && metadata !== info.metadata) {
      info.metadata = metadata;
      told();
    }
    for (const [key, value] of Object.entries(attributes ?? {})) {
      if (value === '') delete info.attributes[key];
      else info.attributes[key] = value;
    }
    if (Object.keys(attributes ?? {}).length > 0) told();
    if (permission) {
      info.permission = new ParticipantPermission({ ...info.permission, ...permission });
      for (const name of ['canSubscribe', 'canPublish', 'canPublishData']) if (name in permission) grants[name] = permission[name];
      if ('canUpdateMetadata' in permission) grants.canUpdateOwnMetadata = permission.canUpdateMetadata;
      told();
    }
  }

  setMetadata(metadata) {
    this.info.metadata = metadata;
    this.broadcast({ roomUpdate: { room: this.info.toJson() } });
  }

  /** What a client asked for, applied: the reply for it alone, or null. Requests that need media stay unanswered. */
  handle(participant, { case: kind, value }) {
    return this.#handlers[kind]?.(participant, value) ?? null;
  }

  #handlers = {
    ping: () => ({ pong: Date.now() }),
    pingReq: (_, ping) => ({ pongResp: { lastPingTimestamp: ping.timestamp.toString(), timestamp: Date.now() } }),
    updateMetadata: (participant, wanted) => {
      const reply = { requestId: wanted.requestId, updateMetadata: wanted.toJson() };
      if (!participant.grants.canUpdateOwnMetadata) {
        return { requestResponse: { ...reply, reason: 'NOT_ALLOWED', message: 'does not have permission to update own metadata' } };
      }
      this.change(participant.info.identity, wanted);
      return { requestResponse: { ...reply, reason: 'OK' } };
    },
    addTrack: (participant, wanted) => {
      const { cid, name, type, width, height, muted, disableDtx, source, layers, disableRed, stereo, encryption, stream } = wanted;
      if (participant.grants.canPublish === false) return { requestResponse: { reason: 'NOT_ALLOWED', addTrack: wanted.toJson() } };
      const track = new TrackInfo({ sid: sid('TR'), name, type, width, height, muted, disableDtx, source, layers, disableRed, stereo, encryption, stream });
      participant.info.tracks.push(track);
      participant.info.isPublisher = true;
      this.announce(participant);
      return { trackPublished: { cid, track: track.toJson() } };
    },
    mute: (participant, wanted) => {
      const track = participant.info.tracks.find((each) => each.sid === wanted.sid);
      if (!track) return { requestResponse: { reason: 'NOT_FOUND', mute: wanted.toJson() } };
      track.muted = wanted.muted;
      this.announce(participant);
      return null;
    },
    publishDataTrackRequest: (_, wanted) => ({
      requestResponse: { reason: 'NOT_ALLOWED', message: 'does not have permission to publish data', publishDataTrack: wanted.toJson() },
    }),
  };
}
