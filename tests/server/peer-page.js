// What runs in the page of peer.mjs: one RTCPeerConnection per key (a participant's side), driven from Node through
// `window.peer`. Candidates are not trickled but stand in the descriptions. Bytes travel as base64.

/** Sent to the page as text: it uses nothing of this file around it. */
export function install() {
  const open = new Map();
  const LABELS = ['_reliable', '_lossy'];
  const get = (key) => {
    if (!open.has(key)) {
      const pc = new RTCPeerConnection();
      pc.addEventListener('datachannel', ({ channel }) => {
        channel.binaryType = 'arraybuffer';
        side.channels.set(channel.label, channel); // Over v1 the server answers in the channels that the client opened.
        side.came(channel.label);
        channel.addEventListener('message', ({ data }) => window.peerReceived(key, channel.label, btoa(String.fromCharCode(...new Uint8Array(data)))));
      });
      const side = { pc, channels: new Map(), waiting: [], came: (label) => side.waiting.filter((each) => each.label === label).forEach((each) => each.resolve()) };
      open.set(key, side);
    }
    return open.get(key);
  };
  const addChannels = ({ pc, channels }) => {
    for (const label of LABELS) channels.set(label, channels.get(label) ?? pc.createDataChannel(label, label === '_lossy' ? { ordered: false, maxRetransmits: 0 } : {}));
  };
  const described = (pc) =>
    new Promise((resolve) => {
      const look = () => pc.iceGatheringState === 'complete' && resolve(pc.localDescription.sdp);
      pc.addEventListener('icegatheringstatechange', look);
      look();
    });
  const opened = async ({ channels, waiting }, label) => {
    if (!channels.has(label)) await new Promise((resolve) => waiting.push({ label, resolve }));
    const channel = channels.get(label);
    if (channel.readyState === 'connecting') await new Promise((resolve) => ['open', 'close'].forEach((type) => channel.addEventListener(type, resolve)));
    return channel;
  };

  window.peer = {
    async answer(key, sdp) {
      const { pc } = get(key);
      await pc.setRemoteDescription({ type: 'offer', sdp });
      await pc.setLocalDescription();
      return described(pc);
    },
    async offer(key) {
      const iceRestart = open.has(key);
      const side = get(key);
      addChannels(side);
      await side.pc.setLocalDescription(await side.pc.createOffer({ iceRestart }));
      return described(side.pc);
    },
    accept: (key, sdp) => open.get(key)?.pc.setRemoteDescription({ type: 'answer', sdp }),
    candidate: (key, init) => open.get(key)?.pc.addIceCandidate(init),
    async send(key, label, data) {
      const channel = await opened(get(key), label);
      channel.send(Uint8Array.from(atob(data), (char) => char.charCodeAt(0)));
    },
    close(key) {
      open.get(key)?.pc.close();
      open.delete(key);
    },
    count: () => open.size,
  };
}
