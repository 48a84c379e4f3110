// The part of livekit-server's RoomService that tests use, called as twirp with JSON. No retries, no failover.
import { sign } from './token.mjs';

/** Calls on the rooms of one server: `new RoomService({ url, apiKey, apiSecret })`, the url as for joining (ws or http). */
export class RoomService {
  #base;
  #key;
  #secret;

  constructor({ url, apiKey, apiSecret }) {
    this.#base = url.replace(/^ws/, 'http').replace(/\/$/, '');
    this.#key = apiKey;
    this.#secret = apiSecret;
  }

  /** One call by the name of its method; field names are the protocol's in camelCase. */
  async call(method, body = {}) {
    const now = Math.floor(Date.now() / 1000);
    const video = { room: body.room, roomAdmin: true, roomCreate: true, roomList: true };
    const bearer = sign({ iss: this.#key, nbf: now - 10, exp: now + 60, video }, this.#secret);
    const answer = await fetch(`${this.#base}/twirp/livekit.RoomService/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${bearer}` },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    });
    const reply = await answer.json();
    if (!answer.ok) throw Object.assign(new Error(`${method}: ${reply.code}: ${reply.msg}`), { code: reply.code, status: answer.status });
    return reply;
  }

  createRoom(name, options = {}) {
    return this.call('CreateRoom', { name, ...options });
  }

  async listRooms(names = []) {
    return (await this.call('ListRooms', { names })).rooms ?? [];
  }

  deleteRoom(room) {
    return this.call('DeleteRoom', { room });
  }

  async listParticipants(room) {
    return (await this.call('ListParticipants', { room })).participants ?? [];
  }

  removeParticipant(room, identity) {
    return this.call('RemoveParticipant', { room, identity });
  }

  /** `update`: any of `{ metadata, name, attributes, permission }`. */
  updateParticipant(room, identity, update) {
    return this.call('UpdateParticipant', { room, identity, ...update });
  }

  updateRoomMetadata(room, metadata) {
    return this.call('UpdateRoomMetadata', { room, metadata });
  }

  mutePublishedTrack(room, identity, trackSid, muted) {
    return this.call('MutePublishedTrack', { room, identity, trackSid, muted });
  }

  /** `data`: bytes; `reliable` by default; `options`: any of `{ topic, destinationIdentities }`. */
  sendData(room, data, { reliable = true, ...options } = {}) {
    const kind = reliable ? 'RELIABLE' : 'LOSSY';
    return this.call('SendData', { room, data: Buffer.from(data).toString('base64'), kind, ...options });
  }
}
