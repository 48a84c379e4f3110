// A stand-in for RTCPeerConnection in a page, for tests that need a thousand sessions and no media: every negotiation
// succeeds at once, channels open, nothing is ever carried. Real peer connections (peer.mjs) take half a second each on a
// small machine and fill Chromium; where one session is enough, use those.
//
//   await page.addInitScript(stubRtc);   // before the page loads
//   answerStubs(server);                 // the scriptable server answers each offer with its mirror image

/** Runs in the page: puts the stand-in into RTCPeerConnection's place. `RTCPeerConnection.open` counts those not closed. */
export function stubRtc() {
  const MEDIA = { audio: ['UDP/TLS/RTP/SAVPF 111', 'a=rtpmap:111 opus/48000/2'], video: ['UDP/TLS/RTP/SAVPF 96', 'a=rtpmap:96 VP8/90000'] };

  /** An EventTarget with `on...` properties. */
  class Target extends EventTarget {
    emit(type, fields = {}) {
      const event = Object.assign(new Event(type), fields);
      this[`on${type}`]?.(event);
      this.dispatchEvent(event);
    }
  }

  class Channel extends Target {
    readyState = 'connecting';
    binaryType = 'arraybuffer';
    bufferedAmount = 0;
    bufferedAmountLowThreshold = 0;

    constructor(label, { ordered = true, maxRetransmits = null } = {}, id) {
      super();
      Object.assign(this, { label, ordered, maxRetransmits, id, protocol: '', negotiated: false });
    }

    open() {
      if (this.readyState !== 'connecting') return;
      this.readyState = 'open';
      this.emit('open');
    }

    send() {
      if (this.readyState !== 'open') throw new DOMException('not open', 'InvalidStateError');
    }

    close() {
      if (this.readyState === 'closed') return;
      this.readyState = 'closed';
      queueMicrotask(() => this.emit('close'));
    }
  }

  class Transceiver {
    mid = null;
    currentDirection = null;
    stopped = false;

    constructor(kind, track, direction) {
      this.kind = kind;
      this.direction = direction;
      let parameters = { encodings: [{}], codecs: [], transactionId: '0', headerExtensions: [], rtcp: {} };
      this.sender = {
        track,
        replaceTrack: async (next) => void (this.sender.track = next),
        getParameters: () => parameters,
        setParameters: async (next) => void (parameters = next),
        getStats: async () => new Map(),
      };
      this.receiver = { track: null, getStats: async () => new Map() };
    }

    setCodecPreferences() {}

    stop() {
      this.stopped = true;
    }
  }

  class StubPeerConnection extends Target {
    static open = 0;
    static generateCertificate = async () => ({});
    signalingState = 'stable';
    iceGatheringState = 'new';
    iceConnectionState = 'new';
    connectionState = 'new';
    localDescription = null;
    remoteDescription = null;
    canTrickleIceCandidates = true;
    sctp = { maxMessageSize: 262144, state: 'connected' };
    #channels = [];
    #transceivers = [];
    #configuration;

    constructor(configuration = {}) {
      super();
      this.#configuration = configuration;
      StubPeerConnection.open += 1;
    }

    get currentLocalDescription() {
      return this.localDescription;
    }

    get currentRemoteDescription() {
      return this.remoteDescription;
    }

    get pendingLocalDescription() {
      return this.signalingState === 'have-local-offer' ? this.localDescription : null;
    }

    get pendingRemoteDescription() {
      return this.signalingState === 'have-remote-offer' ? this.remoteDescription : null;
    }

    createDataChannel(label, options) {
      const channel = new Channel(label, options, this.#channels.length);
      this.#channels.push(channel);
      if (this.connectionState === 'connected') queueMicrotask(() => channel.open());
      return channel;
    }

    addTransceiver(what, { direction = 'sendrecv' } = {}) {
      const track = typeof what === 'string' ? null : what;
      const transceiver = new Transceiver(track?.kind ?? what, track, direction);
      this.#transceivers.push(transceiver);
      return transceiver;
    }

    addTrack(track) {
      return this.addTransceiver(track).sender;
    }

    removeTrack(sender) {
      sender.track = null;
    }

    getTransceivers = () => [...this.#transceivers];
    getSenders = () => this.#transceivers.map(({ sender }) => sender);
    getReceivers = () => this.#transceivers.map(({ receiver }) => receiver);
    getStats = async () => new Map();
    getConfiguration = () => this.#configuration;
    setConfiguration = (configuration) => void (this.#configuration = configuration);
    addIceCandidate = async () => {};
    restartIce() {}

    async createOffer() {
      return { type: 'offer', sdp: this.#sdp('actpass') };
    }

    async createAnswer() {
      return { type: 'answer', sdp: this.#sdp('active') };
    }

    #sdp(setup) {
      this.#transceivers.forEach((each, i) => (each.mid ??= String(i + 1)));
      const common = [`a=setup:${setup}`, 'c=IN IP4 0.0.0.0', 'a=ice-ufrag:stub', `a=ice-pwd:${'p'.repeat(24)}`, `a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}`];
      const sections = [['m=application 9 UDP/DTLS/SCTP webrtc-datachannel', 'a=mid:0', ...common, 'a=sctp-port:5000', 'a=max-message-size:262144']];
      for (const { kind, mid, direction } of this.#transceivers) {
        const [proto, map] = MEDIA[kind];
        sections.push([`m=${kind} 9 ${proto}`, `a=mid:${mid}`, ...common, `a=${direction}`, 'a=rtcp-mux', map]);
      }
      const bundle = sections.map((_, i) => i).join(' ');
      return ['v=0', 'o=- 1 2 IN IP4 127.0.0.1', 's=-', 't=0 0', `a=group:BUNDLE ${bundle}`, ...sections.flat(), ''].join('\r\n');
    }

    async setLocalDescription(description) {
      const given = description?.type ? description : this.signalingState === 'have-remote-offer' ? await this.createAnswer() : await this.createOffer();
      this.#describe('localDescription', given, 'have-local-offer');
    }

    async setRemoteDescription(description) {
      this.#describe('remoteDescription', description, 'have-remote-offer');
    }

    #describe(side, { type, sdp }, offered) {
      if (this.connectionState === 'closed') throw new DOMException('closed', 'InvalidStateError');
      if (type === 'rollback') return this.#signal('stable');
      this[side] = { type, sdp, toJSON: () => ({ type, sdp }) };
      this.#signal(type === 'offer' ? offered : 'stable');
      if (type !== 'offer') queueMicrotask(() => this.#connect());
    }

    #signal(state) {
      if (this.signalingState === state) return;
      this.signalingState = state;
      this.emit('signalingstatechange');
    }

    #connect() {
      if (this.connectionState === 'closed') return;
      if (this.connectionState !== 'connected') {
        this.iceGatheringState = 'complete';
        this.iceConnectionState = 'connected';
        this.connectionState = 'connected';
        ['icegatheringstatechange', 'iceconnectionstatechange', 'connectionstatechange'].forEach((type) => this.emit(type));
      }
      for (const channel of this.#channels) channel.open();
    }

    close() {
      if (this.connectionState === 'closed') return;
      StubPeerConnection.open -= 1;
      this.signalingState = 'closed';
      this.iceConnectionState = 'closed';
      this.connectionState = 'closed';
      for (const channel of this.#channels) channel.close();
    }
  }

  window.RTCPeerConnection = StubPeerConnection;
}

/** The scriptable server's side: each offer is answered with itself, and on v0 the subscriber is offered nothing but data. */
export function answerStubs(server) {
  const mirror = (sdp) => sdp.replaceAll('a=setup:actpass', 'a=setup:active').replaceAll(/a=(sendonly|recvonly)/g, (_, way) => (way === 'sendonly' ? 'a=recvonly' : 'a=sendonly'));
  const answer = (connection, { id, sdp }) => connection.send({ answer: { type: 'answer', sdp: mirror(sdp), id } });
  const offer = (connection) => connection.dial.version === 0 && connection.send({ offer: { type: 'offer', sdp: 'v=0\r\n', id: 1 } });
  server.peer = {
    joined(connection) {
      const { publisherOffer } = connection.dial.join;
      if (publisherOffer) answer(connection, publisherOffer);
      offer(connection);
    },
    resumed: offer,
    handle: (connection, { case: kind, value }) => kind === 'offer' && answer(connection, value),
  };
}
