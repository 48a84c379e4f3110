//! What a room tells the app. The roster is up to date before an event is drained, so a listener that reads the room
//! sees the state after the event. An event that tells of a removal carries what was removed.

use std::rc::Rc;

use crate::engine::peer::MediaHandle;
use crate::engine::plugins::News;
use crate::engine::policy::Cause;
use crate::protocol::proto;
use crate::protocol::regions::Region;

/// An identity or sid, shared.
pub type Id = Rc<str>;

/// livekit-client's `ConnectionState`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ConnectionState {
    #[default]
    Disconnected,
    Connecting,
    Connected,
    Reconnecting,
    SignalReconnecting,
}

impl ConnectionState {
    /// The text JavaScript sees.
    pub const fn as_str(self) -> &'static str {
        match self {
            ConnectionState::Disconnected => "disconnected",
            ConnectionState::Connecting => "connecting",
            ConnectionState::Connected => "connected",
            ConnectionState::Reconnecting => "reconnecting",
            ConnectionState::SignalReconnecting => "signalReconnecting",
        }
    }
}

/// How a lost connection is to come back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ReconnectKind {
    Resume,
    Full,
}

impl ReconnectKind {
    /// The text JavaScript sees.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReconnectKind::Resume => "resume",
            ReconnectKind::Full => "full",
        }
    }
}

/// The facts of an attempt to come back.
#[derive(Clone, Debug, PartialEq)]
pub struct Reconnecting {
    /// Counts from 1.
    pub attempt: u32,
    /// Until the attempt begins.
    pub delay_ms: f64,
    /// What ended the connection, or what the last attempt failed with, as a sentence.
    pub reason: String,
    /// Who else was probably lost.
    pub cause: Cause,
    /// The server's region, as it named it; empty where it did not.
    pub region: String,
    /// Resume or full.
    pub kind: ReconnectKind,
}

/// The session is in another region than the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionChange {
    /// Where it is now.
    pub region: Region,
    /// Where it was, or where the app had wanted it.
    pub previous: Region,
    /// Why that place was left, as a sentence.
    pub reason: String,
}

/// What happened. `identity` is the participant's, the local one's included; `sid` a publication's.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Event {
    /// The first connect is done.
    Connected,
    StateChanged(ConnectionState),
    /// The signal socket is up (again), before the transport.
    SignalConnected,
    /// Told at the beginning of each attempt's delay.
    Reconnecting(Reconnecting),
    Reconnected,
    RegionChanged(Box<RegionChange>),
    /// A plugin is ready or unavailable.
    Plugin(News),
    /// For good. `reason` is a `DisconnectReason`.
    Disconnected {
        reason: i32,
    },
    /// The room moved to another one; the roster is the new one's.
    Moved {
        name: String,
    },
    TokenRefreshed,

    RoomMetadataChanged,
    RecordingStatusChanged(bool),
    RoomSidChanged,
    ActiveSpeakersChanged,

    /// The local participant's facts are those of a new session (sid, identity): after join and full reconnect.
    LocalParticipantRefreshed,
    ParticipantConnected {
        identity: Id,
    },
    /// Carries the removed participant, publications included.
    ParticipantDisconnected {
        participant: Box<crate::engine::room::roster::Participant>,
    },
    /// `state` of `ParticipantInfo` became ACTIVE.
    ParticipantActive {
        identity: Id,
    },
    ParticipantMetadataChanged {
        identity: Id,
        previous: String,
    },
    ParticipantNameChanged {
        identity: Id,
    },
    /// Changed keys with their new values; a removed key has "".
    ParticipantAttributesChanged {
        identity: Id,
        changed: Vec<(String, String)>,
    },
    ParticipantPermissionsChanged {
        identity: Id,
        previous: Option<proto::ParticipantPermission>,
    },
    SpeakingChanged {
        identity: Id,
        speaking: bool,
    },
    ConnectionQualityChanged {
        identity: Id,
    },
    /// The server's encryption status, per participant.
    EncryptionStatusChanged {
        identity: Id,
        encrypted: bool,
    },

    TrackPublished {
        identity: Id,
        sid: Id,
    },
    /// Remote. Carries the removed publication.
    TrackUnpublished {
        identity: Id,
        publication: Box<crate::engine::room::roster::Publication>,
    },
    /// Media is there.
    TrackSubscribed {
        identity: Id,
        sid: Id,
        media: MediaHandle,
    },
    TrackUnsubscribed {
        identity: Id,
        sid: Id,
        media: MediaHandle,
    },
    /// The subscription outlived its transport (a full reconnect): this media takes the place of what it had.
    TrackMediaChanged {
        identity: Id,
        sid: Id,
        media: MediaHandle,
    },
    TrackSubscriptionFailed {
        identity: Id,
        sid: Id,
        /// `SubscriptionError`.
        error: i32,
    },
    /// Whether the publisher allows the subscription.
    TrackSubscriptionPermissionChanged {
        identity: Id,
        sid: Id,
        allowed: bool,
    },
    /// The server paused or resumed the stream.
    TrackStreamStateChanged {
        identity: Id,
        sid: Id,
        paused: bool,
    },
    TrackMuted {
        identity: Id,
        sid: Id,
    },
    TrackUnmuted {
        identity: Id,
        sid: Id,
    },
    /// The facts of a publication (name, size, features) changed.
    TrackInfoChanged {
        identity: Id,
        sid: Id,
    },

    /// A local track is published; `republished` after a full reconnect, with the sid it had before.
    LocalTrackPublished {
        cid: String,
        sid: Id,
        republished: Option<Id>,
    },
    /// Carries the removed publication.
    LocalTrackUnpublished {
        cid: String,
        publication: Box<crate::engine::room::roster::Publication>,
    },
    /// Somebody subscribed to it for the first time.
    LocalTrackSubscribed {
        sid: Id,
    },
    /// The server mutes or unmutes a local track: the host has to follow.
    LocalTrackMuteRequested {
        sid: Id,
        muted: bool,
    },
    /// Layers that somebody watches (dynacast).
    SubscribedQuality(Box<proto::SubscribedQualityUpdate>),
    /// An answer to what is sent is in force: browsers take it to turn all layers on.
    Answered,

    /// A user data message. `identity` is absent for one that the server API sent.
    DataReceived {
        payload: Vec<u8>,
        identity: Option<Id>,
        reliable: bool,
        topic: Option<String>,
    },
    DcBufferStatusChanged {
        reliable: bool,
        low: bool,
    },
    ChatMessage {
        identity: Option<Id>,
        message: Box<proto::ChatMessage>,
    },
    TranscriptionReceived {
        identity: Option<Id>,
        transcription: Box<proto::Transcription>,
    },
    SipDtmfReceived {
        identity: Option<Id>,
        dtmf: Box<proto::SipDtmf>,
    },
    MediaConnectionStateFailed,
    /// The transport of this generation is new: media handles of older ones are gone.
    TransportsCreated,
}
