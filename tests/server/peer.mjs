// The media server's end of a client's peer connections, played by real ones in a page of Chromium: offers are answered,
// candidates exchanged, ICE and DTLS complete, data channels open, data packets are forwarded in the room. So a client in a
// page connects to the scriptable server with nothing stubbed. Audio and video are received and dropped.
//
//   const server = await startScriptable();
//   const peer = await attachPeer(server, page);        // any page of Playwright that is not the one under test
//   const { packet } = await peer.next('alice');        // what a client sent on a data channel (DataPacket), in order
//   peer.forward = (packet, { from, to }) => [packet, packet];   // or null, or something else: what is forwarded
//   await peer.send('r', 'alice', { participantSid: 'PA_x', sequence: 4, user: { payload: 'AAA=' } });  // straight to one client
//
// v1: the client's offer (in the join request or later) is answered. v0: that too, and the subscriber's side is offered by
// the server at join and, with new ICE credentials, at each resume. A resume's `last_message_seq` is the true one.
import { DataPacket } from '@livekit/protocol';
import { install } from './peer-page.js';
import { Arrivals } from './waiting.mjs';

/** From now on the peer connections of those who join `server` end in `page`. */
export async function attachPeer(server, page) {
  const peer = new Peer(server, page);
  await page.exposeBinding('peerReceived', (_, key, label, data) => peer.take(key, label, data));
  await page.evaluate(install);
  server.peer = peer;
  return peer;
}

/** The same in a headless Chromium of its own: `{ peer, stop }`. For a server that runs beside the browsers of people. */
export async function startPeer(server) {
  const { newPage, startBrowser } = await import('../browser/lib/browser.mjs');
  const browser = await startBrowser();
  const page = await newPage(browser);
  await page.goto(server.url.replace(/^ws/, 'http'));
  return { peer: await attachPeer(server, page), stop: () => browser.close() };
}

const PUBLISHER = 'publisher';
const SUBSCRIBER = 'subscriber';
const TARGETS = [PUBLISHER, SUBSCRIBER];
const keyOf = (sid, side) => `${sid}/${side}`;

class Peer {
  #server;
  #page;
  /** The work for each participant, in order: a candidate must not overtake the offer before it. */
  #queues = new Map();
  /** By sid, also of those who have left: what they sent before may come out of the page after. */
  #transports = new Map();
  #offers = 0;
  #packets = new Arrivals('data packet', ({ identity, label }) => `${identity} on ${label}`);

  /** What becomes of a packet on its way to one participant: `(packet, { from, to, label }) => packet, packets or null`. */
  forward = (packet) => packet;
  /** Every packet that came: `{ identity, sid, room, label, packet }`. */
  received = [];

  constructor(server, page) {
    this.#server = server;
    this.#page = page;
  }

  #call(method, ...args) {
    return this.#page.evaluate(([name, rest]) => window.peer[name](...rest), [method, args]);
  }

  /** How many peer connections are open in the page, once all that is under way is done. */
  async count() {
    while (this.#queues.size > 0) await Promise.all(this.#queues.values());
    return this.#call('count');
  }

  /** The next packet of that participant (of anybody, without one) that was not handed out yet. */
  next(identity, options) {
    return this.#packets.next((each) => !identity || each.identity === identity, { what: `data packet of ${identity ?? 'anybody'}`, ...options });
  }

  /** Sends a participant a packet (DataPacket or its protojson) as it is. Resolves when it is in the channel. */
  async send(room, identity, packet, { label = '_reliable' } = {}) {
    const participant = this.#server.room(room).get(identity);
    if (!participant?.transport) throw new Error(`${identity} is not in ${room}, or has no transport`);
    await this.#down(participant, packet instanceof DataPacket ? packet : DataPacket.fromJson(packet), label);
  }

  joined(connection) {
    const { participant, room, dial } = connection;
    const { sid } = participant.info;
    const close = () => this.#close(participant.transport, sid);
    participant.transport = { participant, room, dual: dial.version === 0, lastSequence: 0, closed: false, close };
    this.#transports.set(sid, participant.transport);
    if (dial.join.publisherOffer) this.handle(connection, { case: 'offer', value: dial.join.publisherOffer });
    if (dial.version === 0) this.#offer(connection);
  }

  resumed(connection) {
    if (connection.participant.transport?.dual) this.#offer(connection);
  }

  handle(connection, { case: kind, value }) {
    const { participant } = connection;
    const { sid } = participant.info;
    if (kind === 'offer') {
      this.#queue(participant, async () => {
        const sdp = await this.#call('answer', keyOf(sid, PUBLISHER), value.sdp);
        connection.send({ answer: { type: 'answer', sdp, id: value.id } });
      });
    } else if (kind === 'answer') {
      this.#queue(participant, () => this.#call('accept', keyOf(sid, SUBSCRIBER), value.sdp));
    } else if (kind === 'trickle' && value.candidateInit) {
      this.#queue(participant, () => this.#call('candidate', keyOf(sid, TARGETS[value.target]), JSON.parse(value.candidateInit)));
    }
  }

  /** A packet of a client has come out of a channel in the page. */
  take(key, label, data) {
    const from = this.#transports.get(key.split('/')[0]);
    const { participant, room } = from;
    const { identity, sid } = participant.info;
    const packet = DataPacket.fromBinary(Buffer.from(data, 'base64'));
    if (label === '_reliable' && packet.sequence > from.lastSequence) from.lastSequence = packet.sequence;
    const arrival = { identity, sid, room: room.name, label, packet };
    this.received.push(arrival);
    this.#packets.push(arrival);
    const stamped = packet.clone();
    Object.assign(stamped, { participantIdentity: identity, participantSid: sid, destinationIdentities: [] });
    if (stamped.value.case === 'user') Object.assign(stamped.value.value, { participantIdentity: identity, participantSid: sid });
    for (const to of room.participants) {
      if (to === participant || !to.transport) continue;
      if (packet.destinationIdentities.length > 0 && !packet.destinationIdentities.includes(to.info.identity)) continue;
      const packets = this.forward(stamped, { from: identity, to: to.info.identity, label });
      for (const each of [packets ?? []].flat()) this.#down(to, each, label);
    }
  }

  #down(participant, packet, label) {
    const key = keyOf(participant.info.sid, participant.transport.dual ? SUBSCRIBER : PUBLISHER);
    // A queue of its own: what waits for a channel must not hold up the candidates that open it.
    return this.#queue(participant, () => this.#call('send', key, label, Buffer.from(packet.toBinary()).toString('base64')), 'data');
  }

  #offer(connection) {
    const { participant } = connection;
    const id = (this.#offers += 1);
    this.#queue(participant, async () => {
      const sdp = await this.#call('offer', keyOf(participant.info.sid, SUBSCRIBER));
      connection.send({ offer: { type: 'offer', sdp, id } });
    });
  }

  #close(transport, sid) {
    if (transport.closed) return;
    transport.closed = true;
    // Not queued behind a packet or a description: they may be waiting for what will not come any more.
    const done = Promise.all(TARGETS.map((side) => this.#call('close', keyOf(sid, side)))).catch(() => {});
    this.#keep(`${sid}/close`, done);
  }

  #queue({ info: { sid }, transport }, work, kind = 'signal') {
    const name = `${sid}/${kind}`;
    // What the page refuses (a late candidate, an answer to an old offer) or cannot do any more (it was closed) costs the
    // client its transport at most, as with a real server.
    const before = this.#queues.get(name) ?? Promise.resolve();
    const done = before.then(() => (transport.closed ? null : work())).catch(() => {});
    return this.#keep(name, done);
  }

  #keep(name, done) {
    this.#queues.set(name, done);
    done.then(() => this.#queues.get(name) === done && this.#queues.delete(name));
    return done;
  }
}
