// The media server's end of a client's peer connections, played by real ones in a page of Chromium: offers are answered,
// candidates exchanged, ICE and DTLS complete, data channels open. So a client in a page connects to the scriptable server
// with nothing stubbed. Nothing is forwarded: audio and video are received and dropped, data is swallowed.
//
//   const server = await startScriptable();
//   await attachPeer(server, page);      // any page of Playwright that is not the one under test
//
// v1: the client's offer (in the join request or later) is answered. v0: that too, and the subscriber's side is offered by
// the server at join and, with new ICE credentials, at each resume. Set `subscriberPrimary` in a script's `join` at will.

/** From now on the peer connections of those who join `server` end in `page`. Resolves with `{ count() }`. */
export async function attachPeer(server, page) {
  await page.evaluate(install);
  const call = (method, ...args) => page.evaluate(([name, rest]) => window.peer[name](...rest), [method, args]);
  server.peer = new Peer(call);
  return { count: () => call('count') };
}

/** Runs in the page. One RTCPeerConnection per key; candidates are not trickled but stand in the descriptions. */
function install() {
  const open = new Map();
  const get = (key) => {
    if (!open.has(key)) open.set(key, new RTCPeerConnection());
    return open.get(key);
  };
  const described = (pc) =>
    new Promise((resolve) => {
      const look = () => pc.iceGatheringState === 'complete' && resolve(pc.localDescription.sdp);
      pc.addEventListener('icegatheringstatechange', look);
      look();
    });
  window.peer = {
    async answer(key, sdp) {
      const pc = get(key);
      await pc.setRemoteDescription({ type: 'offer', sdp });
      await pc.setLocalDescription();
      return described(pc);
    },
    async offer(key) {
      const fresh = !open.has(key);
      const pc = get(key);
      if (fresh) ['_reliable', '_lossy'].forEach((label) => pc.createDataChannel(label));
      await pc.setLocalDescription(await pc.createOffer({ iceRestart: !fresh }));
      return described(pc);
    },
    accept: (key, sdp) => open.get(key)?.setRemoteDescription({ type: 'answer', sdp }),
    candidate: (key, init) => open.get(key)?.addIceCandidate(init),
    close(key) {
      open.get(key)?.close();
      open.delete(key);
    },
    count: () => open.size,
  };
}

const TARGETS = ['publisher', 'subscriber'];

class Peer {
  #call;
  /** The work for each participant, in order: a candidate must not overtake the offer before it. */
  #queues = new Map();
  #offers = 0;

  constructor(call) {
    this.#call = call;
  }

  joined(connection) {
    const { participant, dial } = connection;
    const { sid } = participant.info;
    participant.transport = { close: () => this.#close(sid) };
    if (dial.join.publisherOffer) this.handle(connection, { case: 'offer', value: dial.join.publisherOffer });
    if (dial.version === 0) this.#offer(connection);
  }

  resumed(connection) {
    if (connection.dial.version === 0) this.#offer(connection);
  }

  handle(connection, { case: kind, value }) {
    const { sid } = connection.participant.info;
    const key = (target) => `${sid}/${TARGETS[target]}`;
    if (kind === 'offer') {
      this.#queue(sid, async () => {
        const sdp = await this.#call('answer', key(0), value.sdp);
        connection.send({ answer: { type: 'answer', sdp, id: value.id } });
      });
    } else if (kind === 'answer') {
      this.#queue(sid, () => this.#call('accept', key(1), value.sdp));
    } else if (kind === 'trickle' && value.candidateInit) {
      this.#queue(sid, () => this.#call('candidate', key(value.target), JSON.parse(value.candidateInit)));
    }
  }

  #offer(connection) {
    const { sid } = connection.participant.info;
    const id = (this.#offers += 1);
    this.#queue(sid, async () => {
      const sdp = await this.#call('offer', `${sid}/subscriber`);
      connection.send({ offer: { type: 'offer', sdp, id } });
    });
  }

  #close(sid) {
    this.#queue(sid, () => Promise.all(TARGETS.map((target) => this.#call('close', `${sid}/${target}`))));
  }

  #queue(sid, work) {
    // What the page refuses (a late candidate, an answer to an old offer) or cannot do any more (it was closed) costs the
    // client its transport at most, as with a real server.
    const done = (this.#queues.get(sid) ?? Promise.resolve()).then(work).catch(() => {});
    this.#queues.set(sid, done);
  }
}
