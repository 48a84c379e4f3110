//! Numbers with names. Those of one message are in a module of the message's name.

use crate::protocol::wire::enums;

enums! {
    /// Why a session ended.
    pub enum DisconnectReason {
        UnknownReason = 0,
        ClientInitiated = 1,
        DuplicateIdentity = 2,
        ServerShutdown = 3,
        ParticipantRemoved = 4,
        RoomDeleted = 5,
        StateMismatch = 6,
        JoinFailure = 7,
        Migration = 8,
        SignalClose = 9,
        RoomClosed = 10,
        UserUnavailable = 11,
        UserRejected = 12,
        SipTrunkFailure = 13,
        ConnectionTimeout = 14,
        MediaFailure = 15,
        AgentError = 16,
    }

    /// Why a client comes back.
    pub enum ReconnectReason {
        RrUnknown = 0,
        RrSignalDisconnected = 1,
        RrPublisherFailed = 2,
        RrSubscriberFailed = 3,
        RrSwitchCandidate = 4,
    }

    /// Which of the two transports.
    pub enum SignalTarget { Publisher = 0, Subscriber = 1, }

    /// Kind of a track.
    pub enum TrackType { Audio = 0, Video = 1, Data = 2, }

    /// Whether the server sends a track.
    pub enum StreamState { Active = 0, Paused = 1, }

    /// How well a participant is connected.
    pub enum ConnectionQuality { Poor = 0, Good = 1, Excellent = 2, Lost = 3, }

    /// What a server wants of a client.
    pub enum ClientConfigSetting { Unset = 0, Disabled = 1, Enabled = 2, }
}

/// Of `WrappedJoinRequest`.
pub mod wrapped_join_request {
    crate::protocol::wire::enums! {
        /// Of `join_request`.
        pub enum Compression { None = 0, Gzip = 1, }
    }
}

/// Of `LeaveRequest`.
pub mod leave_request {
    crate::protocol::wire::enums! {
        /// What the client is to do.
        pub enum Action { Disconnect = 0, Resume = 1, Reconnect = 2, }
    }
}

/// Of `RequestResponse`.
pub mod request_response {
    crate::protocol::wire::enums! {
        /// How it ended.
        pub enum Reason {
            Ok = 0,
            NotFound = 1,
            NotAllowed = 2,
            LimitExceeded = 3,
            Queued = 4,
            UnsupportedType = 5,
            UnclassifiedError = 6,
            InvalidHandle = 7,
            InvalidName = 8,
            DuplicateHandle = 9,
            DuplicateName = 10,
            InvalidRequest = 11,
        }
    }
}

/// Of `ParticipantInfo`.
pub mod participant_info {
    crate::protocol::wire::enums! {
        /// How far it has come.
        pub enum State { Joining = 0, Joined = 1, Active = 2, Disconnected = 3, }
    }
}

/// Of `DataPacket`.
pub mod data_packet {
    crate::protocol::wire::enums! {
        /// Which channel.
        pub enum Kind { Reliable = 0, Lossy = 1, }
    }
}

/// Of `ClientInfo`.
pub mod client_info {
    crate::protocol::wire::enums! {
        /// Which client.
        pub enum Sdk { Unknown = 0, Js = 1, }
    }
}
