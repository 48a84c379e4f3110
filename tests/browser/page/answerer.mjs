// Answers the offers of clients with real peer connections, in a page of its own, so that a room on the scriptable server
// gets a transport that connects. It carries no media and keeps nothing of a client that has gone.
const peers = new Map();

const gathered = (peer) =>
  new Promise((resolve) => {
    const check = () => peer.iceGatheringState === 'complete' && resolve();
    peer.addEventListener('icegatheringstatechange', check);
    check();
  });

/** The answer to an offer of the client `key`, with all candidates in it: the client's own are learnt from its checks. */
window.answer = async (key, sdp) => {
  const peer = peers.get(key) ?? new RTCPeerConnection();
  peers.set(key, peer);
  await peer.setRemoteDescription({ type: 'offer', sdp });
  await peer.setLocalDescription();
  await gathered(peer);
  return peer.localDescription.sdp;
};

window.forget = (key) => {
  peers.get(key)?.close();
  peers.delete(key);
};
