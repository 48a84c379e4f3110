//! Joining, coming back and leaving.

use crate::protocol::proto::{
    Codec, DataChannelInfo, DataChannelReceiveState, IceServer, ParticipantInfo, Room, SessionDescription,
    TrackPublishedResponse, UpdateSubscription,
};
use crate::protocol::secret::Secret;
use crate::protocol::wire::messages;

messages! {
    /// What a dial of v1 carries.
    pub struct WrappedJoinRequest {
        compression: i32 = 1,
        join_request: Vec<u8> = 2,
    }

    /// What is in it.
    pub struct JoinRequest {
        client_info: Option<ClientInfo> = 1,
        connection_settings: Option<ConnectionSettings> = 2,
        publisher_offer: Option<SessionDescription> = 6,
        reconnect: bool = 7,
        reconnect_reason: i32 = 8,
        participant_sid: String = 9,
    }

    /// What the client says about itself.
    pub struct ClientInfo {
        sdk: i32 = 1,
        version: String = 2,
        protocol: i32 = 3,
        os: String = 4,
        os_version: String = 5,
        device_model: String = 6,
        browser: String = 7,
        browser_version: String = 8,
        network: String = 10,
        other_sdks: String = 11,
        client_protocol: i32 = 12,
        capabilities: Vec<i32> = 13,
    }

    /// What it wants of the session.
    pub struct ConnectionSettings {
        auto_subscribe: bool = 1,
        adaptive_stream: bool = 2,
        subscriber_allow_pause: Option<bool> = 3,
        disable_ice_lite: bool = 4,
    }

    /// The answer to a join.
    pub struct JoinResponse {
        room: Option<Room> = 1,
        participant: Option<ParticipantInfo> = 2,
        other_participants: Vec<ParticipantInfo> = 3,
        server_version: String = 4,
        ice_servers: Vec<IceServer> = 5,
        subscriber_primary: bool = 6,
        alternative_url: String = 7,
        client_configuration: Option<ClientConfiguration> = 8,
        server_region: String = 9,
        ping_timeout: i32 = 10,
        ping_interval: i32 = 11,
        server_info: Option<ServerInfo> = 12,
        enabled_publish_codecs: Vec<Codec> = 14,
        fast_publish: bool = 15,
    }

    /// The answer to a resume.
    pub struct ReconnectResponse {
        ice_servers: Vec<IceServer> = 1,
        client_configuration: Option<ClientConfiguration> = 2,
        server_info: Option<ServerInfo> = 3,
        last_message_seq: u32 = 4,
    }

    /// What the server says about itself.
    pub struct ServerInfo {
        edition: i32 = 1,
        version: String = 2,
        protocol: i32 = 3,
        region: String = 4,
        node_id: String = 5,
        debug_info: String = 6,
        agent_protocol: i32 = 7,
    }

    /// What it wants of this client.
    pub struct ClientConfiguration {
        resume_connection: i32 = 3,
        force_relay: i32 = 5,
    }

    /// What a client that came back holds to be the case.
    pub struct SyncState {
        answer: Option<SessionDescription> = 1,
        subscription: Option<UpdateSubscription> = 2,
        publish_tracks: Vec<TrackPublishedResponse> = 3,
        data_channels: Vec<DataChannelInfo> = 4,
        offer: Option<SessionDescription> = 5,
        track_sids_disabled: Vec<String> = 6,
        datachannel_receive_states: Vec<DataChannelReceiveState> = 7,
    }

    /// The end of a session, said by either side.
    pub struct LeaveRequest {
        can_reconnect: bool = 1,
        reason: i32 = 2,
        action: i32 = 3,
        regions: Option<RegionSettings> = 4,
    }

    /// Where else the room can be reached.
    pub struct RegionSettings {
        regions: Vec<RegionInfo> = 1,
    }

    /// One such place.
    pub struct RegionInfo {
        region: String = 1,
        url: String = 2,
        distance: i64 = 3,
    }

    /// The session goes on in another room.
    pub struct RoomMovedResponse {
        room: Option<Room> = 1,
        token: Secret = 2,
        participant: Option<ParticipantInfo> = 3,
        other_participants: Vec<ParticipantInfo> = 4,
    }
}
