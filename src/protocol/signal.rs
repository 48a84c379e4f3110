//! What travels on the signal socket.
//!
//! `SignalRequest` and `SignalResponse` are written down here with those of their messages that are sent or understood:
//! the whole of LiveKit's would bring the code of data tracks and blobs that nothing uses. Tags are LiveKit's; what is
//! not listed is skipped and counts as a sign of life.

use crate::protocol::proto;

/// `SignalRequest`.
#[allow(missing_docs)]
#[derive(Clone, PartialEq, prost::Message)]
pub struct SignalRequest {
    #[prost(oneof = "Ask", tags = "1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 16, 17")]
    pub message: Option<Ask>,
}

/// `SignalRequest.message`: what a client says.
#[allow(missing_docs)]
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Ask {
    #[prost(message, tag = "1")]
    Offer(proto::SessionDescription),
    #[prost(message, tag = "2")]
    Answer(proto::SessionDescription),
    #[prost(message, tag = "3")]
    Trickle(proto::TrickleRequest),
    #[prost(message, tag = "4")]
    AddTrack(proto::AddTrackRequest),
    #[prost(message, tag = "5")]
    Mute(proto::MuteTrackRequest),
    #[prost(message, tag = "6")]
    Subscription(proto::UpdateSubscription),
    #[prost(message, tag = "7")]
    TrackSetting(proto::UpdateTrackSettings),
    #[prost(message, tag = "8")]
    Leave(proto::LeaveRequest),
    #[prost(message, tag = "11")]
    SubscriptionPermission(proto::SubscriptionPermission),
    #[prost(message, tag = "12")]
    SyncState(proto::SyncState),
    #[prost(message, tag = "13")]
    Simulate(proto::SimulateScenario),
    #[prost(int64, tag = "14")]
    Ping(i64),
    #[prost(message, tag = "15")]
    UpdateMetadata(proto::UpdateParticipantMetadata),
    #[prost(message, tag = "16")]
    PingReq(proto::Ping),
    #[prost(message, tag = "17")]
    UpdateAudioTrack(proto::UpdateLocalAudioTrack),
}

/// `SignalResponse`.
#[allow(missing_docs)]
#[derive(Clone, PartialEq, prost::Message)]
pub struct SignalResponse {
    #[prost(
        oneof = "Told",
        tags = "1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25"
    )]
    pub message: Option<Told>,
}

/// `SignalResponse.message`: what a server says. One at a time is alive, so the largest decides nothing.
#[allow(missing_docs, clippy::large_enum_variant)]
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum Told {
    #[prost(message, tag = "1")]
    Join(proto::JoinResponse),
    #[prost(message, tag = "2")]
    Answer(proto::SessionDescription),
    #[prost(message, tag = "3")]
    Offer(proto::SessionDescription),
    #[prost(message, tag = "4")]
    Trickle(proto::TrickleRequest),
    #[prost(message, tag = "5")]
    Update(proto::ParticipantUpdate),
    #[prost(message, tag = "6")]
    TrackPublished(proto::TrackPublishedResponse),
    #[prost(message, tag = "8")]
    Leave(proto::LeaveRequest),
    #[prost(message, tag = "9")]
    Mute(proto::MuteTrackRequest),
    #[prost(message, tag = "10")]
    SpeakersChanged(proto::SpeakersChanged),
    #[prost(message, tag = "11")]
    RoomUpdate(proto::RoomUpdate),
    #[prost(message, tag = "12")]
    ConnectionQuality(proto::ConnectionQualityUpdate),
    #[prost(message, tag = "13")]
    StreamStateUpdate(proto::StreamStateUpdate),
    #[prost(message, tag = "14")]
    SubscribedQualityUpdate(proto::SubscribedQualityUpdate),
    #[prost(message, tag = "15")]
    SubscriptionPermissionUpdate(proto::SubscriptionPermissionUpdate),
    #[prost(string, tag = "16")]
    RefreshToken(String),
    #[prost(message, tag = "17")]
    TrackUnpublished(proto::TrackUnpublishedResponse),
    #[prost(int64, tag = "18")]
    Pong(i64),
    #[prost(message, tag = "19")]
    Reconnect(proto::ReconnectResponse),
    #[prost(message, tag = "20")]
    PongResp(proto::Pong),
    #[prost(message, tag = "21")]
    SubscriptionResponse(proto::SubscriptionResponse),
    #[prost(message, tag = "22")]
    RequestResponse(RequestResponse),
    #[prost(message, tag = "23")]
    TrackSubscribed(proto::TrackSubscribed),
    #[prost(message, tag = "24")]
    RoomMoved(proto::RoomMovedResponse),
    #[prost(message, tag = "25")]
    MediaSectionsRequirement(proto::MediaSectionsRequirement),
}

/// `RequestResponse`.
#[allow(missing_docs)]
#[derive(Clone, PartialEq, prost::Message)]
pub struct RequestResponse {
    #[prost(uint32, tag = "1")]
    pub request_id: u32,
    #[prost(enumeration = "proto::request_response::Reason", tag = "2")]
    pub reason: i32,
    #[prost(string, tag = "3")]
    pub message: String,
    #[prost(oneof = "About", tags = "5")]
    pub request: Option<About>,
}

/// `RequestResponse.request`: the request that is answered, repeated, where it carries no number.
#[allow(missing_docs)]
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum About {
    #[prost(message, tag = "5")]
    AddTrack(proto::AddTrackRequest),
}

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message as _;

    #[test]
    fn requests_are_read_by_livekits_own_message() {
        use proto::signal_request::Message as Theirs;
        let asks = [
            Ask::Ping(7),
            Ask::Mute(Default::default()),
            Ask::PingReq(Default::default()),
            Ask::SyncState(Default::default()),
        ];
        let read = asks.map(|ask| {
            let bytes = SignalRequest { message: Some(ask) }.encode_to_vec();
            proto::SignalRequest::decode(bytes.as_slice()).ok().and_then(|request| request.message)
        });
        let want = [
            Theirs::Ping(7),
            Theirs::Mute(Default::default()),
            Theirs::PingReq(Default::default()),
            Theirs::SyncState(Default::default()),
        ];
        assert_eq!(read, want.map(Some));
    }

    #[test]
    fn a_response_is_read_and_what_is_not_understood_is_skipped() {
        use proto::signal_response::Message as Theirs;
        let read = |message: Theirs| {
            let bytes = proto::SignalResponse { message: Some(message) }.encode_to_vec();
            SignalResponse::decode(bytes.as_slice()).map(|response| response.message)
        };
        let refused = proto::RequestResponse {
            request_id: 3,
            reason: 2,
            message: "no".into(),
            request: Some(proto::request_response::Request::Mute(Default::default())),
        };
        let want = RequestResponse { request_id: 3, reason: 2, message: "no".into(), request: None };
        assert_eq!(read(Theirs::RequestResponse(refused)), Ok(Some(Told::RequestResponse(want))));
        assert_eq!(read(Theirs::StoreDataBlobResponse(Default::default())), Ok(None));
    }
}
