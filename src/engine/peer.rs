//! The media transport as the engine sees it: what it asks a peer (one or two `RTCPeerConnection`s with their data
//! channels, owned by the host) and what the peer reports. Every one carries the [`Generation`] of the peer it means;
//! reports of an older generation are dropped.

/// Numbers the peers of a room: a full reconnect opens the next one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u32);

/// Which of the two transports (LiveKit's `SignalTarget`). With a single one everything is `Publisher`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Target {
    Publisher,
    Subscriber,
}

/// The data channels of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Channel {
    /// `_lossy`: unordered, no retransmits.
    Lossy,
    /// `_reliable`: ordered.
    Reliable,
}

impl Channel {
    /// The channel's `bufferedAmountLowThreshold`: no more than this in its buffer counts as low. Stale lossy messages are
    /// worthless, so little of them may wait; a reliable channel is kept busy.
    pub const fn low_bytes(self) -> u32 {
        match self {
            Channel::Lossy => 8 * 1_024,
            Channel::Reliable => 64 * 1_024,
        }
    }
}

/// A remote media track that the host holds; it hands the `MediaStreamTrack` and its receiver out for this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MediaHandle(pub u32);

/// ICE servers and policy, from the join or reconnect response.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IceConfig {
    /// STUN and TURN servers.
    pub servers: Vec<IceServer>,
    /// `iceTransportPolicy: "relay"`.
    pub force_relay: bool,
}

/// One ICE server. The credential is a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct IceServer {
    pub urls: Vec<String>,
    pub username: String,
    pub credential: crate::protocol::secret::Secret,
}

/// What the engine asks of a peer. Actions are carried out in order, asynchronous ones one after the other.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeerAction {
    /// Make the connections: one, or with `dual` a publisher and a subscriber. With `channels` the publisher creates
    /// `_lossy` and `_reliable`, in this order. `audios` and `videos` recvonly transceivers follow (audio first).
    Open { dual: bool, channels: bool, audios: u32, videos: u32, ice: Option<IceConfig> },
    /// Set ICE servers and policy on every connection.
    Configure(IceConfig),
    /// Make the publisher's next offer and report it. `hold`: do not apply it as the local description (which would
    /// start gathering candidates without ICE servers) until its answer comes or another offer replaces it.
    Offer { offer_id: u32, ice_restart: bool, hold: bool },
    /// The server's answer to the publisher's offer of this id. Candidates received before are applied after it.
    Answer { offer_id: u32, sdp: String },
    /// The server's offer for the subscriber (v0), to be answered with [`PeerEvent::LocalAnswer`].
    RemoteOffer { offer_id: u32, sdp: String },
    /// A remote candidate, as the JSON of an `RTCIceCandidateInit`; kept until the remote description is set.
    Candidate { target: Target, candidate_init: String },
    /// More recvonly transceivers on the publisher.
    AddSections { audios: u32, videos: u32 },
    /// Create the publisher's data channels (v0 creates them when publishing data begins).
    AddChannels,
    /// Add the sender that was registered with the host under this client id. Answered by `SenderAdded` or `Failed`.
    AddSender { cid: String },
    /// Remove it. A cid that is not there is no error.
    RemoveSender { cid: String },
    /// Send a packet on the publisher's channel. The engine has seen it open.
    Send { channel: Channel, bytes: Vec<u8> },
    /// Close the publisher's reliable channel when all that it was given has arrived; told by `ChannelClosed`.
    Finish,
    /// Ask for the next [`PeerEvent::Stats`].
    Stats,
    /// Close everything; nothing is reported afterwards.
    Close,
}

/// What failed at a peer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Step {
    Open,
    Configure,
    Offer { offer_id: u32 },
    Answer { offer_id: u32 },
    RemoteOffer { offer_id: u32 },
    AddSender { cid: String },
    Send { channel: Channel },
}

/// `RTCPeerConnectionState`, of one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum PeerState {
    New,
    Connecting,
    Connected,
    Disconnected,
    Failed,
    Closed,
}

/// What a peer reports.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq)]
pub enum PeerEvent<'a> {
    /// The offer that was asked for.
    Offer { offer_id: u32, sdp: String },
    /// The answer to a `RemoteOffer`.
    LocalAnswer { offer_id: u32, sdp: String },
    /// The answer of this offer is in force; `max_message_bytes` is SCTP's, when it is known.
    AnswerApplied { offer_id: u32, max_message_bytes: Option<u32> },
    /// An action failed. `message` is the host's.
    Failed { step: Step, message: String },
    /// A local candidate, as the JSON of an `RTCIceCandidateInit`.
    Candidate { target: Target, candidate_init: String },
    /// A connection's state changed.
    State { target: Target, state: PeerState },
    /// A channel of the publisher is open.
    ChannelOpen(Channel),
    /// The SCTP stream id of a channel of the publisher, once it has one. Told to the server after a lost connection.
    ChannelId { channel: Channel, id: u32 },
    /// A channel of the publisher closed: by [`PeerAction::Finish`], or without being asked to.
    ChannelClosed(Channel),
    /// Bytes that the channel still buffers, reported after each `Send` and when the buffer runs low.
    ChannelBuffered { channel: Channel, bytes: u32 },
    /// A packet that came in on a channel of either connection.
    Data { channel: Channel, bytes: &'a [u8] },
    /// The sender of this client id is in place.
    SenderAdded { cid: String },
    /// A remote track arrived. `stream_id` is that of its first stream ("" without one), `track_id` the media track's.
    Track { mid: String, stream_id: String, track_id: String, media: MediaHandle },
    /// The remote track ended.
    TrackEnded { media: MediaHandle },
    /// Bytes received on the transport so far, as asked for; 0 as long as nothing of it was media.
    Stats { bytes_received: u64 },
}
