//! What is said on the signal socket while a session goes on, and on the data channels.

use crate::protocol::map::Map;
use crate::protocol::proto::{ConnectionQualityInfo, ParticipantInfo, Room, SpeakerInfo};
use crate::protocol::wire::messages;

messages! {
    /// Something about participants is new.
    pub struct ParticipantUpdate {
        participants: Vec<ParticipantInfo> = 1,
    }

    /// Something about the room is new.
    pub struct RoomUpdate {
        room: Option<Room> = 1,
    }

    /// Who speaks, of those that began or ended.
    pub struct SpeakersChanged {
        speakers: Vec<SpeakerInfo> = 1,
    }

    /// How well participants are connected.
    pub struct ConnectionQualityUpdate {
        updates: Vec<ConnectionQualityInfo> = 1,
    }

    /// Tracks that the server stopped to send, or sends again.
    pub struct StreamStateUpdate {
        stream_states: Vec<StreamStateInfo> = 1,
    }

    /// One of them.
    pub struct StreamStateInfo {
        participant_sid: String = 1,
        track_sid: String = 2,
        state: i32 = 3,
    }

    /// Which layers of a local track somebody wants.
    pub struct SubscribedQualityUpdate {
        track_sid: String = 1,
        subscribed_qualities: Vec<SubscribedQuality> = 2,
        subscribed_codecs: Vec<SubscribedCodec> = 3,
    }

    /// The same for one codec.
    pub struct SubscribedCodec {
        codec: String = 1,
        qualities: Vec<SubscribedQuality> = 2,
    }

    /// One layer.
    pub struct SubscribedQuality {
        quality: i32 = 1,
        enabled: bool = 2,
    }

    /// Whether a remote track may be subscribed to.
    pub struct SubscriptionPermissionUpdate {
        participant_sid: String = 1,
        track_sid: String = 2,
        allowed: bool = 3,
    }

    /// A subscription failed.
    pub struct SubscriptionResponse {
        track_sid: String = 1,
        err: i32 = 2,
    }

    /// A local track is no longer published.
    pub struct TrackUnpublishedResponse {
        track_sid: String = 1,
    }

    /// Somebody subscribed to a local track.
    pub struct TrackSubscribed {
        track_sid: String = 1,
    }

    /// How many media sections the next offer needs.
    pub struct MediaSectionsRequirement {
        num_audios: u32 = 1,
        num_videos: u32 = 2,
    }

    /// A sign of life, asked for.
    pub struct Ping {
        timestamp: i64 = 1,
        rtt: i64 = 2,
    }

    /// And given.
    pub struct Pong {
        last_ping_timestamp: i64 = 1,
        timestamp: i64 = 2,
    }

    /// A track is muted or not.
    pub struct MuteTrackRequest {
        sid: String = 1,
        muted: bool = 2,
    }

    /// Remote tracks that are wanted, or not.
    pub struct UpdateSubscription {
        track_sids: Vec<String> = 1,
        subscribe: bool = 2,
        participant_tracks: Vec<ParticipantTracks> = 3,
    }

    /// Tracks of one participant.
    pub struct ParticipantTracks {
        participant_sid: String = 1,
        track_sids: Vec<String> = 2,
    }

    /// How remote tracks are wanted.
    pub struct UpdateTrackSettings {
        track_sids: Vec<String> = 1,
        disabled: bool = 3,
        quality: i32 = 4,
        width: u32 = 5,
        height: u32 = 6,
        fps: u32 = 7,
        priority: u32 = 8,
    }

    /// Who may subscribe to local tracks.
    pub struct SubscriptionPermission {
        all_participants: bool = 1,
        track_permissions: Vec<TrackPermission> = 2,
    }

    /// One who may.
    pub struct TrackPermission {
        participant_sid: String = 1,
        all_tracks: bool = 2,
        track_sids: Vec<String> = 3,
        participant_identity: String = 4,
    }

    /// What shall be said of the local participant.
    pub struct UpdateParticipantMetadata {
        metadata: String = 1,
        name: String = 2,
        attributes: Map<String, String> = 3,
        request_id: u32 = 4,
    }

    /// Features of a local audio track.
    pub struct UpdateLocalAudioTrack {
        track_sid: String = 1,
        features: Vec<i32> = 2,
    }

    /// Trouble that the server shall make.
    pub struct SimulateScenario {
        ..scenario: simulate_scenario::Scenario,
    }

    /// Data of an app. livekit-server drops what it has had under the same `nonce` of 16 bytes: it knows the last 100 of a
    /// room.
    pub struct UserPacket {
        participant_sid: String = 1,
        payload: Vec<u8> = 2,
        destination_sids: Vec<String> = 3,
        topic: Option<String> = 4,
        participant_identity: String = 5,
        destination_identities: Vec<String> = 6,
        id: Option<String> = 8,
        start_time: Option<u64> = 9,
        end_time: Option<u64> = 10,
        nonce: Vec<u8> = 11,
    }

    /// Who speaks, from old servers.
    pub struct ActiveSpeakerUpdate {
        speakers: Vec<SpeakerInfo> = 1,
    }

    /// A key of a telephone.
    pub struct SipDtmf {
        code: u32 = 3,
        digit: String = 4,
    }

    /// What somebody said, in writing.
    pub struct Transcription {
        transcribed_participant_identity: String = 2,
        track_id: String = 3,
        segments: Vec<TranscriptionSegment> = 4,
    }

    /// A piece of it.
    pub struct TranscriptionSegment {
        id: String = 1,
        text: String = 2,
        start_time: u64 = 3,
        end_time: u64 = 4,
        r#final: bool = 5,
        language: String = 6,
    }

    /// A line of the chat.
    pub struct ChatMessage {
        id: String = 1,
        timestamp: i64 = 2,
        edit_timestamp: Option<i64> = 3,
        message: String = 4,
        deleted: bool = 5,
        generated: bool = 6,
    }
}

/// Of `SimulateScenario`.
pub mod simulate_scenario {
    crate::protocol::wire::oneofs! {
        /// Which trouble.
        pub enum Scenario (READ = cfg!(not(target_family = "wasm"))) {
            SpeakerUpdate(i32) = 1,
            NodeFailure(bool) = 2,
            Migration(bool) = 3,
            ServerLeave(bool) = 4,
            SwitchCandidateProtocol(i32) = 5,
            SubscriberBandwidth(i64) = 6,
            DisconnectSignalOnResume(bool) = 7,
            DisconnectSignalOnResumeNoMessages(bool) = 8,
            LeaveRequestFullReconnect(bool) = 9,
        }
    }
}
