// What runs in the page of peer.mjs: one RTCPeerConnection per key (a participant's side), driven from Node through
// `window.peer`. Candidates are not trickled but stand in the descriptions. Bytes travel as base64.

/** Sent to the page as text: it uses nothing of this file around it. */
export function install() {
  const LABELS = ['_reliable', '_lossy'];
  const open = new Map();

  class Side extends EventTarget {
    pc = new RTCPeerConnection();
    channels = new Map();

    constructor(key) {
      super();
      this.pc.addEventListener('datachannel', ({ channel }) => {
        channel.binaryType = 'arraybuffer';
        channel.addEventListener('message', ({ data }) => window.peerReceived(key, channel.label, btoa(String.fromCharCode(...new Uint8Array(data)))));
        this.add(channel); // Over v1 the server answers in the channels that the client opened.
      });
    }

    add(channel) {
      this.channels.set(channel.label, channel);
      channel.addEventListener('open', () => this.dispatchEvent(new Event('change')));
      this.dispatchEvent(new Event('change'));
    }

    addChannels() {
      for (const label of LABELS) if (!this.channels.has(label)) this.add(this.pc.createDataChannel(label, label === '_lossy' ? { ordered: false, maxRetransmits: 0 } : {}));
    }

    /** The channel of that label, open; null when this side was closed before. */
    channel(label) {
      return new Promise((resolve) => {
        const look = () => {
          const channel = this.channels.get(label);
          if (this.pc.connectionState === 'closed') resolve(null);
          else if (channel?.readyState === 'open') resolve(channel);
          else return;
          this.removeEventListener('change', look);
        };
        this.addEventListener('change', look);
        look();
      });
    }

    described() {
      const { pc } = this;
      return new Promise((resolve) => {
        const look = () => pc.iceGatheringState === 'complete' && resolve(pc.localDescription.sdp);
        pc.addEventListener('icegatheringstatechange', look);
        look();
      });
    }

    close() {
      this.pc.close();
      this.dispatchEvent(new Event('change'));
    }
  }

  const get = (key) => {
    if (!open.has(key)) open.set(key, new Side(key));
    return open.get(key);
  };

  window.peer = {
    async answer(key, sdp) {
      const side = get(key);
      await side.pc.setRemoteDescription({ type: 'offer', sdp });
      await side.pc.setLocalDescription();
      return side.described();
    },
    async offer(key) {
      const iceRestart = open.has(key);
      const side = get(key);
      side.addChannels();
      await side.pc.setLocalDescription(await side.pc.createOffer({ iceRestart }));
      return side.described();
    },
    accept: (key, sdp) => open.get(key)?.pc.setRemoteDescription({ type: 'answer', sdp }),
    candidate: (key, init) => open.get(key)?.pc.addIceCandidate(init),
    async send(key, label, data) {
      // A packet may come ahead of the first offer: what it waits for is made here.
      const channel = await get(key).channel(label);
      channel?.send(Uint8Array.from(atob(data), (char) => char.charCodeAt(0)));
    },
    close(key) {
      open.get(key)?.close();
      open.delete(key);
    },
    count: () => open.size,
  };
}
