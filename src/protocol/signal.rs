//! What travels on the signal socket: one request or one response at a time. Tags are LiveKit's; what is not listed is
//! skipped and counts as a sign of life.

use crate::protocol::proto;
use crate::protocol::secret::Secret;
use crate::protocol::wire::{messages, oneofs};

messages! {
    /// `SignalRequest`.
    pub struct SignalRequest {
        ..message: Ask,
    }

    /// `SignalResponse`.
    pub struct SignalResponse {
        ..message: Told,
    }

    /// `RequestResponse`.
    pub struct RequestResponse {
        request_id: u32 = 1,
        reason: i32 = 2,
        message: String = 3,
        ..request: About,
    }
}

oneofs! {
    /// `SignalRequest.message`: what a client says. Servers read it, in the tests and in the storm lab.
    pub enum Ask (READ = cfg!(not(all(target_family = "wasm", feature = "sdk")))) {
        Offer(proto::SessionDescription) = 1,
        Answer(proto::SessionDescription) = 2,
        Trickle(proto::TrickleRequest) = 3,
        AddTrack(proto::AddTrackRequest) = 4,
        Mute(proto::MuteTrackRequest) = 5,
        Subscription(proto::UpdateSubscription) = 6,
        TrackSetting(proto::UpdateTrackSettings) = 7,
        Leave(proto::LeaveRequest) = 8,
        SubscriptionPermission(proto::SubscriptionPermission) = 11,
        SyncState(proto::SyncState) = 12,
        Simulate(proto::SimulateScenario) = 13,
        Ping(i64) = 14,
        UpdateMetadata(proto::UpdateParticipantMetadata) = 15,
        PingReq(proto::Ping) = 16,
        UpdateAudioTrack(proto::UpdateLocalAudioTrack) = 17,
    }

    /// `SignalResponse.message`: what a server says. One at a time is alive, so the largest decides nothing.
    #[allow(clippy::large_enum_variant)]
    pub enum Told {
        Join(proto::JoinResponse) = 1,
        Answer(proto::SessionDescription) = 2,
        Offer(proto::SessionDescription) = 3,
        Trickle(proto::TrickleRequest) = 4,
        Update(proto::ParticipantUpdate) = 5,
        TrackPublished(proto::TrackPublishedResponse) = 6,
        Leave(proto::LeaveRequest) = 8,
        Mute(proto::MuteTrackRequest) = 9,
        SpeakersChanged(proto::SpeakersChanged) = 10,
        RoomUpdate(proto::RoomUpdate) = 11,
        ConnectionQuality(proto::ConnectionQualityUpdate) = 12,
        StreamStateUpdate(proto::StreamStateUpdate) = 13,
        SubscribedQualityUpdate(proto::SubscribedQualityUpdate) = 14,
        SubscriptionPermissionUpdate(proto::SubscriptionPermissionUpdate) = 15,
        RefreshToken(Secret) = 16,
        TrackUnpublished(proto::TrackUnpublishedResponse) = 17,
        Pong(i64) = 18,
        Reconnect(proto::ReconnectResponse) = 19,
        PongResp(proto::Pong) = 20,
        SubscriptionResponse(proto::SubscriptionResponse) = 21,
        RequestResponse(RequestResponse) = 22,
        TrackSubscribed(proto::TrackSubscribed) = 23,
        RoomMoved(proto::RoomMovedResponse) = 24,
        MediaSectionsRequirement(proto::MediaSectionsRequirement) = 25,
    }

    /// `RequestResponse.request`: the request that is answered, repeated, where it carries no number.
    pub enum About {
        AddTrack(proto::AddTrackRequest) = 5,
    }
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use livekit_protocol as theirs;
    use prost::Message as _;

    use super::*;
    use crate::protocol::wire::Message as _;

    #[test]
    fn requests_are_read_by_livekits_own_message() {
        use theirs::signal_request::Message as Theirs;
        let asks = [
            Ask::Ping(7),
            Ask::Mute(Default::default()),
            Ask::PingReq(Default::default()),
            Ask::SyncState(Default::default()),
        ];
        let read = asks.map(|ask| {
            let bytes = SignalRequest { message: Some(ask) }.encode_to_vec();
            theirs::SignalRequest::decode(bytes.as_slice()).ok().and_then(|request| request.message)
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
        use theirs::signal_response::Message as Theirs;
        let read = |message: Theirs| {
            let bytes = theirs::SignalResponse { message: Some(message) }.encode_to_vec();
            SignalResponse::decode(bytes.as_slice()).map(|response| response.message)
        };
        let refused = theirs::RequestResponse {
            request_id: 3,
            reason: 2,
            message: "no".into(),
            request: Some(theirs::request_response::Request::Mute(Default::default())),
        };
        let want = RequestResponse { request_id: 3, reason: 2, message: "no".into(), request: None };
        assert_eq!(read(Theirs::RequestResponse(refused)), Ok(Some(Told::RequestResponse(want))));
        assert_eq!(read(Theirs::StoreDataBlobResponse(Default::default())), Ok(None));
    }
}
