//! The room, who is in it and what is said of them.

use crate::protocol::map::Map;
use crate::protocol::proto::TrackInfo;
use crate::protocol::wire::messages;

messages! {
    /// The room.
    pub struct Room {
        sid: String = 1,
        name: String = 2,
        creation_time: i64 = 5,
        metadata: String = 8,
        num_participants: u32 = 9,
        active_recording: bool = 10,
        num_publishers: u32 = 11,
        creation_time_ms: i64 = 15,
    }

    /// A participant with its tracks.
    pub struct ParticipantInfo {
        sid: String = 1,
        identity: String = 2,
        state: i32 = 3,
        tracks: Vec<TrackInfo> = 4,
        metadata: String = 5,
        joined_at: i64 = 6,
        name: String = 9,
        version: u32 = 10,
        permission: Option<ParticipantPermission> = 11,
        kind: i32 = 14,
        attributes: Map<String, String> = 15,
        disconnect_reason: i32 = 16,
        joined_at_ms: i64 = 17,
    }

    /// What a participant may do.
    pub struct ParticipantPermission {
        can_subscribe: bool = 1,
        can_publish: bool = 2,
        can_publish_data: bool = 3,
        hidden: bool = 7,
        recorder: bool = 8,
        can_publish_sources: Vec<i32> = 9,
        can_update_metadata: bool = 10,
        agent: bool = 11,
        can_subscribe_metrics: bool = 12,
        can_manage_agent_session: bool = 13,
    }

    /// How loud one speaks.
    pub struct SpeakerInfo {
        sid: String = 1,
        level: f32 = 2,
        active: bool = 3,
    }

    /// How well one is connected.
    pub struct ConnectionQualityInfo {
        participant_sid: String = 1,
        quality: i32 = 2,
        score: f32 = 3,
    }
}
