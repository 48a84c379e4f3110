//! What an app asks of a room. Every command carries a [`CallId`] and is settled exactly once.

use crate::engine::config::ConnectOptions;
use crate::engine::map::Map;
use crate::engine::room::event::Id;
use crate::protocol::proto;
use crate::protocol::secret::Secret;

/// Numbers the calls of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(pub u32);

impl CallId {
    /// What the session asks of the server by itself. Hosts number their commands from 1.
    pub const NOBODYS: Self = Self(0);
}

/// A data message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DataMessage {
    /// Its content.
    pub payload: Vec<u8>,
    /// Ordered, kept through reconnects; else at most once.
    pub reliable: bool,
    /// Topic, if any.
    pub topic: Option<String>,
    /// Identities it is for; empty: everybody.
    pub destination_identities: Vec<String>,
}

/// A local track to publish. The host has registered its sender under `request.cid`.
#[derive(Clone, Debug, PartialEq)]
pub struct PublishTrack {
    /// As it goes to the server, and again after a full reconnect (then with the mute state of that moment).
    pub request: Box<proto::AddTrackRequest>,
}

/// What a subscription asks of a remote video track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrackSettings {
    /// Do not send it for now.
    pub disabled: bool,
    /// `VideoQuality`: 0 low, 1 medium, 2 high.
    pub quality: i32,
    /// Wanted size in pixels; 0: not said.
    pub width: u32,
    /// Wanted size in pixels; 0: not said.
    pub height: u32,
    /// Wanted frames per second; 0: not said.
    pub fps: u32,
}

/// Who may subscribe to a local track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackPermission {
    /// The participant, by this or by the next.
    pub identity: String,
    /// Its sid.
    pub sid: String,
    /// All tracks.
    pub all_tracks: bool,
    /// Or these.
    pub track_sids: Vec<String>,
}

/// `simulateScenario`. Those without a message to the server are done by the engine itself.
#[derive(Clone, Debug, PartialEq)]
pub enum Scenario {
    /// Drop the signal socket.
    SignalReconnect,
    /// Drop the signal socket and resume, as after a lost transport.
    ResumeReconnect,
    /// A full reconnect.
    FullReconnect,
    /// Drop the signal socket; the server drops the next resume, with or without its messages.
    DisconnectSignalOnResume {
        /// Its "no messages" form.
        no_messages: bool,
    },
    /// The next join does without the v1 signalling path, as on a server that does not know it.
    FailOnV1Path,
    /// A message to the server, and nothing else.
    Server(proto::simulate_scenario::Scenario),
}

/// What an app asks for.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    /// Join. Settles when connected. The URL is the app's, who knows what it has in it.
    Connect { url: Secret, token: Secret, options: ConnectOptions },
    /// A `Connect` to this URL will follow: learn its regions. Settles when they came or will not come.
    Prepare { url: Secret, token: Secret },
    /// Leave. Idempotent; every open call is settled with a typed error first.
    Disconnect,
    /// Do not wait for the next attempt: try now. Settles at once.
    ReconnectNow,
    /// Settles when it has been handed to the channel.
    PublishData(DataMessage),
    /// Change the own name, metadata or attributes; `None` and absent keys stay as they are.
    UpdateMetadata { name: Option<String>, metadata: Option<String>, attributes: Map<String, String> },
    /// Settles with the server's `TrackInfo` when the track is published and negotiated.
    PublishTrack(PublishTrack),
    /// The same track, of another size: as it is to be published after a full reconnect.
    DescribeTrack(PublishTrack),
    /// By its cid. Settles when asked for.
    UnpublishTrack { cid: String },
    /// Tell the server that a local track is muted, by its cid. The last one wins.
    MuteTrack { cid: String, muted: bool },
    /// Subscribe to remote publications or not.
    SetSubscribed { track_sids: Vec<Id>, subscribed: bool },
    /// What is wanted of a remote track.
    SetTrackSettings { track_sid: Id, settings: TrackSettings },
    /// Who may subscribe to local tracks.
    SetSubscriptionPermissions { all_participants: bool, permissions: Vec<TrackPermission> },
    /// Features of a local audio track, by its cid.
    UpdateAudioTrack { cid: String, features: Vec<i32> },
    /// Make the server or the connection misbehave.
    Simulate(Scenario),
}

/// What a settled call resolves with.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Nothing.
    Done,
    /// A published track.
    Published(Box<proto::TrackInfo>),
}
