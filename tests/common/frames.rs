//! Frames of a server, as LiveKit's own messages encode them.
#![cfg(not(target_family = "wasm"))]

/// One frame of each kind, with something in every field that matters, as LiveKit's own messages encode them.
pub fn frames() -> Vec<Vec<u8>> {
    use livekit_protocol as proto;
    use prost::Message as _;
    use proto::signal_response::Message as Said;
    let participant = |identity: &str, sid: &str| proto::ParticipantInfo {
        identity: identity.into(),
        sid: sid.into(),
        state: proto::participant_info::State::Active as i32,
        ..Default::default()
    };
    let track = proto::TrackInfo {
        sid: "TR_1".into(),
        name: "camera".into(),
        r#type: 1,
        source: 1,
        mid: "3".into(),
        stream: "s".into(),
        ..Default::default()
    };
    let mut person = participant("ada", "PA_ada");
    person.metadata = "{\"role\":\"host\"}".into();
    person.attributes = [("colour".to_owned(), "blue".to_owned())].into();
    person.permission = Some(proto::ParticipantPermission { can_publish: true, ..Default::default() });
    (person.tracks, person.version, person.joined_at) = (vec![track.clone(), track.clone()], 7, 1_700_000_000);
    let room = proto::Room { sid: "RM_1".into(), name: "room".into(), num_participants: 2, ..Default::default() };
    let description = proto::SessionDescription {
        r#type: "answer".into(),
        sdp: "v=0\r\no=- 1 2 IN IP4 0.0.0.0\r\n".into(),
        id: 1,
        mid_to_track_id: [("3".to_owned(), "TR_1".to_owned())].into(),
    };
    let ice =
        proto::IceServer { urls: vec!["turn:turn.example:443".into()], username: "u".into(), credential: "c".into() };
    let quality = proto::ConnectionQualityInfo { participant_sid: "PA_ada".into(), quality: 2, score: 4.5 };
    let join = proto::JoinResponse {
        room: Some(room.clone()),
        participant: Some(participant("me", "PA_me")),
        other_participants: vec![person.clone()],
        ice_servers: vec![ice.clone()],
        ping_interval: 5,
        ping_timeout: 15,
        server_info: Some(proto::ServerInfo { version: "1.13.5".into(), region: "r".into(), ..Default::default() }),
        enabled_publish_codecs: vec![proto::Codec { mime: "video/vp8".into(), ..Default::default() }],
        ..Default::default()
    };
    let said = vec![
        Said::Join(join),
        Said::Answer(description.clone()),
        Said::Offer(description),
        Said::Trickle(proto::TrickleRequest { candidate_init: "{\"candidate\":\"\"}".into(), ..Default::default() }),
        Said::Update(proto::ParticipantUpdate { participants: vec![person.clone()] }),
        Said::TrackPublished(proto::TrackPublishedResponse { cid: "cam".into(), track: Some(track) }),
        Said::Leave(proto::LeaveRequest { action: 1, reason: 8, ..Default::default() }),
        Said::Mute(proto::MuteTrackRequest { sid: "TR_1".into(), muted: true }),
        Said::SpeakersChanged(proto::SpeakersChanged {
            speakers: vec![proto::SpeakerInfo { sid: "PA_ada".into(), level: 0.5, active: true }],
        }),
        Said::RoomUpdate(proto::RoomUpdate { room: Some(room.clone()) }),
        Said::ConnectionQuality(proto::ConnectionQualityUpdate { updates: vec![quality] }),
        Said::StreamStateUpdate(proto::StreamStateUpdate {
            stream_states: vec![proto::StreamStateInfo {
                participant_sid: "PA_ada".into(),
                track_sid: "TR_1".into(),
                state: 1,
            }],
        }),
        Said::SubscribedQualityUpdate(proto::SubscribedQualityUpdate {
            track_sid: "TR_1".into(),
            ..Default::default()
        }),
        Said::SubscriptionPermissionUpdate(proto::SubscriptionPermissionUpdate {
            participant_sid: "PA_ada".into(),
            track_sid: "TR_1".into(),
            allowed: true,
        }),
        Said::RefreshToken("a.newer.token".into()),
        Said::TrackUnpublished(proto::TrackUnpublishedResponse { track_sid: "TR_1".into() }),
        Said::Pong(1_000_000),
        Said::Reconnect(proto::ReconnectResponse { ice_servers: vec![ice], last_message_seq: 3, ..Default::default() }),
        Said::PongResp(proto::Pong { last_ping_timestamp: 1_000_000, timestamp: 5 }),
        Said::SubscriptionResponse(proto::SubscriptionResponse { track_sid: "TR_1".into(), err: 1 }),
        Said::RequestResponse(proto::RequestResponse {
            request_id: 1,
            reason: 2,
            message: "no".into(),
            ..Default::default()
        }),
        Said::TrackSubscribed(proto::TrackSubscribed { track_sid: "TR_1".into() }),
        Said::RoomMoved(proto::RoomMovedResponse {
            room: Some(room),
            token: "a.newer.token".into(),
            participant: Some(participant("me", "PA_me2")),
            other_participants: vec![person],
        }),
        Said::MediaSectionsRequirement(proto::MediaSectionsRequirement { num_audios: 1, num_videos: 2 }),
    ];
    said.into_iter().map(|message| proto::SignalResponse { message: Some(message) }.encode_to_vec()).collect()
}

/// A key and a length before these bytes: field `tag` of wire type 2.
pub fn field(tag: u32, bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    prost::encoding::encode_varint(u64::from(tag) << 3 | 2, &mut out);
    prost::encoding::encode_varint(bytes.len() as u64, &mut out);
    out.extend_from_slice(bytes);
    out
}
