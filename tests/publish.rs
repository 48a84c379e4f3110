//! Publishing local tracks: fast where the server allows it, with an error where it cannot be, and taken back cleanly.

mod common;

use common::Room;
use common::server::participant;
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::error::Code;
use rejoin::engine::peer::{PeerAction, PeerEvent, PeerState, Step};
use rejoin::engine::room::command::{Command, PublishTrack, Reply, Scenario, TrackPermission};
use rejoin::engine::room::event::{ConnectionState, Event, Id};
use rejoin::protocol::proto;
use rejoin::protocol::signal::Ask;
use rejoin::protocol::signal::{About, RequestResponse, Told};

/// What was published here and is no more: its cid, sid and name.
fn unpublished(room: &Room) -> Vec<String> {
    let told = |event: &Event| match event {
        Event::LocalTrackUnpublished { cid, publication } => {
            Some(format!("{cid} {} {}", publication.sid, publication.info.name))
        }
        _ => None,
    };
    room.events.iter().filter_map(told).collect()
}

fn senders(room: &Room) -> Vec<PeerAction> {
    room.peer_actions(|action| matches!(action, PeerAction::AddSender { .. } | PeerAction::Offer { .. }))
}

#[test]
fn asking_and_negotiating_go_side_by_side_where_the_server_named_its_codecs() {
    let mut room = Room::connected();
    room.server.publishes = false;
    room.forget();
    let call = room.publish("mic");
    assert!(matches!(&room.sent[..], [Ask::AddTrack(request)] if request.cid == "mic"));
    room.run_for(20);
    assert!(matches!(&senders(&room)[..], [PeerAction::AddSender { .. }, PeerAction::Offer { offer_id: 2, .. }]));
    assert_eq!(room.result(call), None, "the server has not announced it");
    let track = Some(proto::TrackInfo { sid: "TR_x".into(), ..Default::default() });
    room.tell(Told::TrackPublished(proto::TrackPublishedResponse { cid: "mic".into(), track }));
    assert!(matches!(room.result(call), Some(Ok(Reply::Published(info))) if info.sid == "TR_x"));
    assert!(room.has(&Event::LocalTrackPublished { cid: "mic".into(), sid: Id::from("TR_x"), republished: None }));
}

#[test]
fn the_host_is_told_of_each_answer_after_what_is_published_with_it() {
    let mut room = Room::connected();
    for cid in ["cam", "mic"] {
        room.forget();
        room.publish(cid);
        room.run_for(100);
        let of = |event: &Event| match event {
            Event::LocalTrackPublished { .. } => Some("published"),
            Event::Answered => Some("answered"),
            _ => None,
        };
        let told: Vec<&str> = room.events.iter().filter_map(of).collect();
        assert_eq!(told, ["published", "answered"], "{cid}");
    }
}

#[test]
fn a_server_that_names_no_codecs_is_offered_a_track_after_it_announced_it() {
    let mut room = Room::new();
    room.server.join.enabled_publish_codecs.clear();
    room.connect();
    room.server.publishes = false;
    room.forget();
    room.publish("mic");
    room.run_for(1_000);
    assert!(senders(&room).is_empty());
    let track = Some(proto::TrackInfo { sid: "TR_x".into(), ..Default::default() });
    room.tell(Told::TrackPublished(proto::TrackPublishedResponse { cid: "mic".into(), track }));
    room.run_for(20);
    assert_eq!(senders(&room).len(), 2);
}

#[test]
fn several_tracks_at_once_are_one_offer() {
    let mut room = Room::connected();
    room.forget();
    let calls = [room.publish("a"), room.publish("b"), room.publish("c")];
    room.run_for(100);
    assert!(calls.iter().all(|call| room.result(*call).unwrap().is_ok()));
    assert_eq!(room.peer_actions(|action| matches!(action, PeerAction::Offer { .. })).len(), 1);
}

#[test]
fn a_track_that_is_not_announced_in_ten_seconds_fails_and_leaves_no_trace() {
    let mut room = Room::connected();
    room.server.publishes = false;
    let call = room.publish("mic");
    room.run_for(9_999);
    assert_eq!(room.result(call), None);
    room.run_for(1);
    assert_eq!(room.error(call).code, Code::Timeout);
    assert!(room.actions.iter().any(|(_, action)| *action == PeerAction::RemoveSender { cid: "mic".into() }));
    room.server.publishes = true;
    let again = room.publish("mic");
    room.run_for(100);
    assert!(room.result(again).unwrap().is_ok());
}

#[test]
fn a_refusal_a_failed_sender_and_a_missing_permission_are_typed_errors() {
    let mut room = Room::connected();
    room.server.publishes = false;
    let refused = room.publish("a");
    let request = proto::AddTrackRequest { cid: "a".into(), ..Default::default() };
    room.tell(Told::RequestResponse(RequestResponse {
        reason: proto::request_response::Reason::NotAllowed as i32,
        request: Some(About::AddTrack(request)),
        ..Default::default()
    }));
    assert_eq!((room.error(refused).code, room.error(refused).request_reason), (Code::PublishTrack, Some(2)));
    let broken = room.publish("b");
    room.peer_says(PeerEvent::Failed { step: Step::AddSender { cid: "b".into() }, message: "no".into() });
    assert_eq!(room.error(broken).code, Code::PublishTrack);
    let mut me = participant("me", "PA_me");
    me.version = 1;
    me.permission = Some(proto::ParticipantPermission { can_publish: false, ..Default::default() });
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![me] }));
    let forbidden = room.publish("c");
    assert_eq!((room.error(forbidden).code, room.error(forbidden).status), (Code::PublishTrack, Some(403)));
}

#[test]
fn a_host_without_webrtc_says_that_it_cannot() {
    let mut room = Room::with(Config::default(), Capabilities { rtc: false, offer_with_join: false });
    room.connect();
    let track = room.publish("mic");
    let data = room.call(Command::PublishData(Default::default()));
    assert_eq!((room.error(track).code, room.error(data).code), (Code::Unsupported, Code::Unsupported));
}

#[test]
fn unpublishing_removes_the_sender_negotiates_and_tells() {
    let mut room = Room::connected();
    room.publish("mic");
    room.run_for(100);
    room.forget();
    let call = room.call(Command::UnpublishTrack { cid: "mic".into() });
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(unpublished(&room), ["mic TR_1 mic"]);
    room.run_for(20);
    let actions: Vec<_> = room.actions.iter().map(|(_, action)| action).collect();
    assert!(matches!(actions[0], PeerAction::RemoveSender { .. }));
    assert!(matches!(actions[1], PeerAction::Offer { .. }));
    assert!(room.session.roster().local().unwrap().publications.is_empty());
}

#[test]
fn unpublishing_a_track_that_is_being_published_cancels_its_call() {
    let mut room = Room::connected();
    room.server.publishes = false;
    let publish = room.publish("mic");
    room.call(Command::UnpublishTrack { cid: "mic".into() });
    assert_eq!(room.error(publish).code, Code::Cancelled);
    assert!(!room.events.iter().any(|event| matches!(event, Event::LocalTrackUnpublished { .. })));
}

#[test]
fn muting_is_told_to_the_server_and_seen_in_the_room() {
    let mut room = Room::connected();
    room.publish("mic");
    room.run_for(100);
    room.forget();
    room.call(Command::MuteTrack { cid: "mic".into(), muted: true });
    assert!(matches!(&room.sent[..], [Ask::Mute(mute)] if mute.sid == "TR_1" && mute.muted));
    assert!(room.has(&Event::TrackMuted { identity: Id::from("me"), sid: Id::from("TR_1") }));
    let unknown = room.call(Command::MuteTrack { cid: "camera".into(), muted: true });
    assert_eq!(room.error(unknown).code, Code::UnexpectedState);
}

#[test]
fn a_mute_while_the_track_is_being_published_is_not_lost() {
    let mut room = Room::connected();
    room.server.publishes = false;
    room.publish("mic");
    room.call(Command::MuteTrack { cid: "mic".into(), muted: true });
    room.run_for(100);
    room.forget();
    let track = Some(proto::TrackInfo { sid: "TR_x".into(), ..Default::default() });
    room.tell(Told::TrackPublished(proto::TrackPublishedResponse { cid: "mic".into(), track }));
    assert!(matches!(&room.sent[..], [Ask::Mute(mute)] if mute.sid == "TR_x" && mute.muted));
    assert!(room.session.roster().local().unwrap().publications[0].info.muted);
}

#[test]
fn the_server_mutes_a_local_track_by_asking_the_host() {
    let mut room = Room::connected();
    room.publish("mic");
    room.run_for(100);
    room.tell(Told::Mute(proto::MuteTrackRequest { sid: "TR_1".into(), muted: true }));
    assert!(room.has(&Event::LocalTrackMuteRequested { sid: Id::from("TR_1"), muted: true }));
}

#[test]
fn a_track_that_the_server_unpublishes_is_gone() {
    let mut room = Room::connected();
    room.publish("mic");
    room.run_for(100);
    room.tell(Told::TrackUnpublished(proto::TrackUnpublishedResponse { track_sid: "TR_1".into() }));
    assert_eq!(unpublished(&room), ["mic TR_1 mic"]);
}

#[test]
fn an_announcement_that_went_down_with_the_socket_is_found_after_the_resume() {
    let mut room = Room::connected();
    room.server.publishes = false;
    let call = room.publish("mic");
    room.call(Command::Simulate(Scenario::SignalReconnect));
    let mut me = participant("me", "PA_me");
    me.version = 1;
    me.tracks = vec![proto::TrackInfo { sid: "TR_x".into(), name: "mic".into(), ..Default::default() }];
    room.run_until(ConnectionState::Connected, 1_000);
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![me] }));
    room.run_for(100);
    assert!(matches!(room.result(call), Some(Ok(Reply::Published(info))) if info.sid == "TR_x"));
}

/// livekit-server takes a picture that it was not asked for, in an offer, for another layer of a sound that is published.
#[test]
fn after_a_resume_no_offer_carries_a_track_that_was_not_asked_for_on_that_socket() {
    let mut room = Room::connected();
    room.server.publishes = false;
    room.publish("camera");
    room.run_for(100);
    assert!(room.actions.iter().any(|(_, action)| *action == PeerAction::AddSender { cid: "camera".into() }));
    room.forget();
    room.call(Command::Simulate(Scenario::SignalReconnect));
    room.run_until(ConnectionState::Connected, 1_000);
    let order = room.sent_like(|ask| match ask {
        Ask::AddTrack(request) => Some(request.cid.clone()),
        Ask::Offer(_) => Some("offer".into()),
        _ => None,
    });
    assert_eq!(order.first().map(String::as_str), Some("camera"), "{order:?}");
    assert!(order.contains(&"offer".into()), "{order:?}");
}

/// Published again under another client id while nothing got through: what the server still names is the old one.
#[test]
fn a_track_that_was_taken_back_is_not_taken_for_its_successor_after_a_resume() {
    let mut room = Room::connected();
    room.publish("mic");
    room.run_for(100);
    room.server.publishes = false;
    room.call(Command::UnpublishTrack { cid: "mic".into() });
    let request = Box::new(proto::AddTrackRequest { cid: "again".into(), name: "mic".into(), ..Default::default() });
    let again = room.call(Command::PublishTrack(PublishTrack { request }));
    room.call(Command::Simulate(Scenario::SignalReconnect));
    room.run_until(ConnectionState::Connected, 1_000);
    let mut me = participant("me", "PA_me");
    me.version = 1;
    me.tracks = vec![proto::TrackInfo { sid: "TR_1".into(), name: "mic".into(), ..Default::default() }];
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![me.clone()] }));
    room.run_for(100);
    assert_eq!(room.result(again), None, "the server has not announced it");
    me.version = 2;
    me.tracks = vec![proto::TrackInfo { sid: "TR_2".into(), name: "mic".into(), ..Default::default() }];
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![me] }));
    room.run_for(100);
    assert!(matches!(room.result(again), Some(Ok(Reply::Published(info))) if info.sid == "TR_2"));
}

#[test]
fn a_track_published_before_the_room_is_connected_is_published_when_it_is() {
    let mut room = Room::new();
    room.peer.works = false;
    room.connect();
    let call = room.publish("mic");
    room.peer.works = true;
    room.peer_says(PeerEvent::Offer { offer_id: 1, sdp: "offer".into() });
    room.run_for(100);
    assert!(room.result(call).unwrap().is_ok());
}

/// Signalling was up, so the server had it all.
#[test]
fn what_was_asked_for_in_a_first_connect_whose_transport_fails_is_asked_again_in_its_retry() {
    let mut room = Room::new();
    room.peer.connects = false;
    let connecting = room.connect();
    let track = room.publish("mic");
    let metadata = Some("here".into());
    room.call(Command::UpdateMetadata { name: None, metadata, attributes: Default::default() });
    room.run_for(100);
    assert!(matches!(room.result(track), Some(Ok(Reply::Published(_)))), "signalling is enough for it");
    assert_eq!(room.result(connecting), None);
    room.forget();
    room.peer.connects = true;
    room.peer_state(PeerState::Failed);
    room.run_until(ConnectionState::Connected, 2_000);
    room.run_for(100);
    assert_eq!(room.dials.len(), 1);
    assert!(
        room.sent.iter().any(|ask| matches!(ask, Ask::AddTrack(request) if request.cid == "mic")),
        "{:?}",
        room.sent
    );
    assert!(room.sent.iter().any(|ask| matches!(ask, Ask::UpdateMetadata(update) if update.metadata == "here")));
}

#[test]
fn a_source_that_the_token_does_not_name_is_refused_here() {
    let mut room = Room::connected();
    let mut me = participant("me", "PA_me");
    me.version = 9;
    me.permission =
        Some(proto::ParticipantPermission { can_publish: true, can_publish_sources: vec![2], ..Default::default() });
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![me] }));
    room.forget();
    let call = room.publish("camera");
    assert_eq!((room.error(call).code, room.error(call).status), (Code::PublishTrack, Some(403)));
    assert!(room.sent.is_empty());
}

fn restricted(room: &mut Room, sid: &str) {
    let permission =
        TrackPermission { identity: "bob".into(), sid: String::new(), all_tracks: false, track_sids: vec![sid.into()] };
    room.call(Command::SetSubscriptionPermissions { all_participants: false, permissions: vec![permission] });
}

/// What was told of who may subscribe: the sids that bob may have.
fn told(room: &Room) -> Vec<String> {
    room.sent_like(|ask| match ask {
        Ask::SubscriptionPermission(told) => told.track_permissions.first().map(|one| one.track_sids.concat()),
        _ => None,
    })
}

#[test]
fn who_may_subscribe_is_told_in_every_session_and_in_its_sids() {
    let mut room = Room::new();
    restricted(&mut room, "TR_none");
    room.connect();
    assert_eq!(told(&room), ["TR_none"], "before the first track of the session");
    room.publish("mic");
    room.run_for(100);
    let sid = room.session.roster().local().unwrap().publications[0].sid.to_string();
    restricted(&mut room, &sid);
    room.forget();
    room.call(Command::Simulate(Scenario::FullReconnect));
    room.run_until(ConnectionState::Connected, 1_000);
    room.run_for(1_000);
    let now = room.session.roster().local().unwrap().publications[0].sid.to_string();
    assert_ne!(sid, now);
    assert_eq!(told(&room), [sid, now]);
    room.call(Command::Disconnect);
    room.forget();
    room.connect();
    assert_eq!(told(&room).len(), 1, "and in the next one, although that was left");
}

#[test]
fn a_track_that_the_server_queues_is_not_refused() {
    let mut room = Room::connected();
    room.server.publishes = false;
    let call = room.publish("mic");
    let request = Some(About::AddTrack(proto::AddTrackRequest { cid: "mic".into(), ..Default::default() }));
    let reason = proto::request_response::Reason::Queued as i32;
    room.tell(Told::RequestResponse(RequestResponse { reason, request, ..Default::default() }));
    room.run_for(100);
    assert_eq!(room.result(call), None);
    let track = Some(proto::TrackInfo { sid: "TR_x".into(), ..Default::default() });
    room.tell(Told::TrackPublished(proto::TrackPublishedResponse { cid: "mic".into(), track }));
    assert!(matches!(room.result(call), Some(Ok(Reply::Published(_)))));
}
