//! A new session in place of a lost one: who stayed does not flicker, and what was published is published again.

mod common;

use common::server::{OnDial, participant};
use common::{Room, join_request};
use rejoin::engine::peer::{MediaHandle, PeerEvent};
use rejoin::engine::room::command::{Command, PublishTrack, Reply, Scenario, TrackSettings};
use rejoin::engine::room::event::{ConnectionState, Event, Id, ReconnectKind};
use rejoin::protocol::proto;
use rejoin::protocol::proto::{ConnectionQuality, DisconnectReason};
use rejoin::protocol::signal::Ask;
use rejoin::protocol::signal::Told;

fn rejoin(room: &mut Room) -> u64 {
    room.forget();
    room.call(Command::Simulate(Scenario::FullReconnect));
    assert_eq!(room.state(), ConnectionState::Reconnecting);
    room.run_until(ConnectionState::Connected, 1_000)
}

fn with_ada() -> Room {
    let mut room = Room::new();
    let mut ada = participant("ada", "PA_ada");
    ada.tracks = vec![
        proto::TrackInfo { sid: "TR_a".into(), r#type: 0, ..Default::default() },
        proto::TrackInfo { sid: "TR_v".into(), r#type: 1, ..Default::default() },
    ];
    room.server.join.other_participants = vec![ada];
    room.connect();
    room
}

#[test]
fn a_full_reconnect_is_one_go_with_the_offer_of_a_new_peer_in_the_join() {
    let mut room = Room::connected();
    let ms = rejoin(&mut room);
    assert!(ms <= 251, "{ms} ms");
    assert!(room.leaves().is_empty(), "what is on its way still arrives; the new join replaces the old session");
    assert_eq!(room.dials.len(), 1);
    let request = join_request(&room.dials[0]);
    assert!(!request.reconnect);
    assert_eq!(request.publisher_offer.unwrap().sdp, "offer 2 1");
    assert_eq!(room.peers.iter().map(|generation| generation.0).collect::<Vec<_>>(), [2]);
    assert_eq!(room.kinds(), [ReconnectKind::Full]);
    assert!(room.has(&Event::TransportsCreated) && room.has(&Event::Reconnected));
}

#[test]
fn who_stayed_does_not_flicker_and_who_left_is_told() {
    let mut room = with_ada();
    let bob = participant("bob", "PA_bob");
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![bob] }));
    rejoin(&mut room);
    let gone: Vec<_> = room
        .events
        .iter()
        .filter_map(|event| match event {
            Event::ParticipantDisconnected { participant } => Some(participant.identity.to_string()),
            Event::ParticipantConnected { .. } | Event::TrackUnpublished { .. } => panic!("{event:?}"),
            _ => None,
        })
        .collect();
    assert_eq!(gone, ["bob"]);
}

#[test]
fn a_subscription_outlives_the_transport_and_gets_its_new_media() {
    let mut room = with_ada();
    let track = |media| PeerEvent::Track {
        mid: "4".into(),
        stream_id: "PA_ada|TR_v".into(),
        track_id: "x".into(),
        media: MediaHandle(media),
    };
    room.peer_says(track(1));
    assert!(room.events.iter().any(|event| matches!(event, Event::TrackSubscribed { .. })));
    rejoin(&mut room);
    assert!(!room.events.iter().any(|event| matches!(event, Event::TrackUnsubscribed { .. })));
    room.peer_says(track(2));
    assert!(room.events.iter().any(|event| matches!(event, Event::TrackMediaChanged { media: MediaHandle(2), .. })));
}

#[test]
fn a_track_whose_size_has_changed_is_published_again_as_it_is_now() {
    let mut room = Room::connected();
    room.publish("camera");
    room.run_for(100);
    room.call(Command::MuteTrack { cid: "camera".into(), muted: true });
    let layers = vec![proto::VideoLayer { width: 640, ..Default::default() }];
    let request = Box::new(proto::AddTrackRequest { cid: "camera".into(), width: 640, layers, ..Default::default() });
    let mut other = request.clone();
    other.cid = "of another track".into();
    room.forget();
    room.call(Command::DescribeTrack(PublishTrack { request }));
    room.call(Command::DescribeTrack(PublishTrack { request: other }));
    room.run_for(100);
    assert!(room.sent.is_empty(), "this session goes on as it is");
    rejoin(&mut room);
    let asked = room.sent_like(|ask| match ask {
        Ask::AddTrack(request) => Some((request.cid.clone(), request.width, request.layers.len(), request.muted)),
        _ => None,
    });
    assert_eq!(asked, [("camera".to_string(), 640, 1, true)]);
}

#[test]
fn local_tracks_are_published_again_with_the_mute_state_of_now() {
    let mut room = Room::connected();
    room.publish("mic");
    room.publish("camera");
    room.run_for(100);
    room.call(Command::MuteTrack { cid: "mic".into(), muted: true });
    rejoin(&mut room);
    room.run_for(100);
    let asked = room.sent_like(|ask| match ask {
        Ask::AddTrack(request) => Some((request.cid.clone(), request.muted)),
        _ => None,
    });
    assert_eq!(asked, [("mic".to_string(), true), ("camera".to_string(), false)]);
    let republished: Vec<_> = room
        .events
        .iter()
        .filter_map(|event| match event {
            Event::LocalTrackPublished { cid, sid, republished } => {
                Some((cid.clone(), sid.to_string(), republished.as_ref().map(|sid| sid.to_string())))
            }
            Event::LocalTrackUnpublished { .. } => panic!("a local track flickered"),
            _ => None,
        })
        .collect();
    let expected = |cid: &str, sid: &str, old: &str| (cid.to_string(), sid.to_string(), Some(old.to_string()));
    assert_eq!(republished, [expected("mic", "TR_3", "TR_1"), expected("camera", "TR_4", "TR_2")]);
    let local = room.session.roster().local().unwrap();
    assert_eq!(local.publications.len(), 2);
    assert!(local.publications.iter().any(|publication| &*publication.sid == "TR_3" && publication.info.muted));
}

#[test]
fn a_track_that_the_new_session_does_not_announce_is_asked_for_again_and_not_dropped() {
    let mut room = Room::connected();
    room.publish("mic");
    room.run_for(1_000);
    room.forget();
    room.server.publishes = false;
    room.call(Command::Simulate(Scenario::FullReconnect));
    room.run_for(15_000);
    let asked = room.sent_like(|ask| matches!(ask, Ask::AddTrack(track) if track.cid == "mic").then_some(())).len();
    assert_eq!(asked, 2, "ten seconds apart");
    room.server.publishes = true;
    room.run_for(10_000);
    let back =
        |event: &Event| matches!(event, Event::LocalTrackPublished { cid, republished: Some(_), .. } if cid == "mic");
    assert_eq!(room.events.iter().filter(|event| back(event)).count(), 1, "{:?}", room.events);
    assert!(!room.events.iter().any(|event| matches!(event, Event::LocalTrackUnpublished { .. })));
}

#[test]
fn a_publish_that_was_under_way_is_done_in_the_new_session() {
    let mut room = Room::connected();
    room.server.publishes = false;
    let call = room.publish("mic");
    room.run_for(100);
    room.server.publishes = true;
    rejoin(&mut room);
    room.run_for(100);
    assert!(matches!(room.result(call), Some(Ok(Reply::Published(info))) if info.sid == "TR_1"));
}

#[test]
fn the_new_session_is_told_what_is_wanted_of_remote_tracks() {
    let mut room = with_ada();
    let sid = Id::from("TR_v");
    room.call(Command::SetSubscribed { track_sids: vec![Id::from("TR_a")], subscribed: false });
    let settings = TrackSettings { quality: 1, ..Default::default() };
    room.call(Command::SetTrackSettings { track_sid: sid, settings });
    rejoin(&mut room);
    let wishes = room.sent_like(|ask| match ask {
        Ask::Subscription(update) => Some((update.track_sids.clone(), update.subscribe)),
        Ask::TrackSetting(update) => Some((update.track_sids.clone(), update.quality == 1)),
        _ => None,
    });
    assert_eq!(wishes, [(vec!["TR_a".to_string()], false), (vec!["TR_v".to_string()], true)]);
}

#[test]
fn a_subscription_that_ends_while_its_transport_is_replaced_is_told_as_ended() {
    let arrive = |room: &mut Room, sid: &str, media| {
        let (stream_id, track_id) = (format!("PA_ada|{sid}"), String::new());
        room.peer_says(PeerEvent::Track { mid: sid.into(), stream_id, track_id, media: MediaHandle(media) });
    };
    let unsubscribe = |sid: &str| Command::SetSubscribed { track_sids: vec![Id::from(sid)], subscribed: false };
    let mut room = with_ada();
    arrive(&mut room, "TR_a", 1);
    arrive(&mut room, "TR_v", 2);
    let ended = |room: &Room| {
        let media = |event: &Event| match event {
            Event::TrackUnsubscribed { media, .. } => Some(media.0),
            _ => None,
        };
        room.events.iter().filter_map(media).collect::<Vec<_>>()
    };
    // Asked for before the loss, and not answered; and in the midst of it.
    room.call(unsubscribe("TR_a"));
    room.forget();
    room.call(Command::Simulate(Scenario::FullReconnect));
    assert_eq!(ended(&room), Vec::<u32>::new());
    room.call(unsubscribe("TR_v"));
    room.run_until(ConnectionState::Connected, 1_000);
    let mut all = ended(&room);
    all.sort_unstable();
    assert_eq!(all, [1, 2]);
    assert!(!room.session.roster().remote().any(|one| one.publications.iter().any(|of| of.media.is_some())));
}

#[test]
fn a_failed_full_reconnect_is_tried_again_with_a_fresh_peer() {
    let mut room = Room::connected();
    room.server.next_dials([OnDial::Close(1011), OnDial::Mute]);
    room.forget();
    room.call(Command::Simulate(Scenario::FullReconnect));
    room.run_until(ConnectionState::Connected, 120_000);
    assert_eq!(room.peers.iter().map(|generation| generation.0).collect::<Vec<_>>(), [4]);
    assert_eq!(room.kinds(), [ReconnectKind::Full; 3]);
}

#[test]
fn a_media_quality_that_stays_lost_ends_the_session_for_a_new_one() {
    let mut room = Room::connected();
    room.publish("mic");
    room.run_for(100);
    room.forget();
    let quality = |quality: ConnectionQuality| {
        Told::ConnectionQuality(proto::ConnectionQualityUpdate {
            updates: vec![proto::ConnectionQualityInfo {
                participant_sid: "PA_me".into(),
                quality: quality as i32,
                score: 0.0,
            }],
        })
    };
    room.tell(quality(ConnectionQuality::Lost));
    room.run_for(9_000);
    room.tell(quality(ConnectionQuality::Poor));
    room.run_for(9_000);
    assert!(room.kinds().is_empty());
    room.tell(quality(ConnectionQuality::Lost));
    room.run_for(9_999);
    assert!(room.kinds().is_empty());
    room.run_for(1);
    assert_eq!(room.kinds(), [ReconnectKind::Full]);
}

/// Fault 14: during a full reconnect.
#[test]
fn a_leave_during_a_full_reconnect_is_heeded() {
    let mut room = Room::connected();
    let removed = DisconnectReason::RoomDeleted as i32;
    let leave = proto::LeaveRequest { reason: removed, ..Default::default() };
    room.server.next_dials([OnDial::Say(vec![Told::Leave(leave)])]);
    room.call(Command::Simulate(Scenario::FullReconnect));
    room.run_for(1_000);
    assert_eq!(room.disconnected_for(), Some(removed));
    room.assert_over();
}
