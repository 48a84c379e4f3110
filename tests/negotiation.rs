//! Offers, answers and candidates between the peer and the server, on one connection and on two.

mod common;

use common::server::OnDial;
use common::{Room, answer};
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::peer::{Channel, PeerAction, PeerEvent, PeerState, Step, Target};
use rejoin::engine::room::command::{Command, DataMessage, Scenario};
use rejoin::engine::room::event::{ConnectionState, ReconnectKind};
use rejoin::protocol::proto;
use rejoin::protocol::proto::SignalTarget;
use rejoin::protocol::signal::Ask;
use rejoin::protocol::signal::Told;
use rejoin::protocol::url::Version;

/// On v0, whose subscriber decides.
fn dual() -> Room {
    let config = Config { single_peer_connection: false, ..Default::default() };
    let mut room = Room::with(config, Capabilities { rtc: true, offer_with_join: true });
    room.server.join.subscriber_primary = true;
    room.connect();
    assert!(room.dials.iter().all(|dial| dial.version == Version::V0));
    room.tell(Told::Offer(proto::SessionDescription { sdp: "remote".into(), id: 3, ..Default::default() }));
    assert_eq!(room.state(), ConnectionState::Connected);
    room
}

#[test]
fn more_sections_are_added_and_offered() {
    let mut room = Room::connected();
    room.forget();
    room.tell(Told::MediaSectionsRequirement(proto::MediaSectionsRequirement { num_audios: 2, num_videos: 1 }));
    room.run_for(20);
    assert_eq!(room.actions[0].1, PeerAction::AddSections { audios: 2, videos: 1 });
    assert!(matches!(room.actions[1].1, PeerAction::Offer { offer_id: 2, ice_restart: false, hold: false }));
    assert!(matches!(&room.sent[..], [Ask::Offer(offer)] if offer.id == 2 && offer.sdp == "offer 1 2"));
}

#[test]
fn an_answer_to_an_old_offer_is_ignored() {
    let mut room = Room::connected();
    room.server.answers = false;
    room.publish("mic");
    room.run_for(20);
    room.forget();
    room.tell(Told::Answer(proto::SessionDescription { sdp: "old".into(), id: 1, ..Default::default() }));
    assert!(room.actions.is_empty());
    room.tell(Told::Answer(proto::SessionDescription { sdp: "new".into(), id: 2, ..Default::default() }));
    assert_eq!(room.actions[0].1, PeerAction::Answer { offer_id: 2, sdp: "new".into() });
}

#[test]
fn candidates_go_both_ways() {
    let mut room = Room::connected();
    room.forget();
    room.peer_says(PeerEvent::Candidate { target: Target::Publisher, candidate_init: "{}".into() });
    assert!(matches!(&room.sent[..], [Ask::Trickle(trickle)] if trickle.target == SignalTarget::Publisher as i32));
    let trickle = proto::TrickleRequest { candidate_init: "{\"c\":1}".into(), target: 1, ..Default::default() };
    room.tell(Told::Trickle(trickle));
    let expected = PeerAction::Candidate { target: Target::Publisher, candidate_init: "{\"c\":1}".into() };
    assert_eq!(room.actions[0].1, expected, "a single connection is the publisher's, whatever the server calls it");
}

#[test]
fn an_offer_that_stays_unanswered_costs_the_transport() {
    let mut room = Room::connected();
    room.server.answers = false;
    let call = room.publish("mic");
    room.run_for(15_019);
    assert!(room.kinds().is_empty());
    room.server.answers = true;
    room.run_for(1);
    assert_eq!(room.kinds(), [ReconnectKind::Full]);
    room.run_for(1_000);
    assert!(room.result(call).unwrap().is_ok(), "and the publish is done on the next one");
}

#[test]
fn a_peer_that_cannot_apply_the_answer_costs_the_transport() {
    let mut room = Room::connected();
    room.server.answers = false;
    room.publish("mic");
    room.run_for(20);
    room.peer_says(PeerEvent::Failed { step: Step::Answer { offer_id: 1 }, message: "late".into() });
    assert!(room.kinds().is_empty(), "an older step says nothing about this one");
    room.peer_says(PeerEvent::Failed { step: Step::Answer { offer_id: 2 }, message: "no".into() });
    assert_eq!(room.kinds(), [ReconnectKind::Full]);
}

#[test]
fn with_two_connections_the_servers_offer_is_answered_and_the_publisher_comes_with_the_first_need() {
    let mut room = dual();
    assert!(matches!(room.actions[0].1, PeerAction::Open { dual: true, channels: false, audios: 0, videos: 0, .. }));
    assert!(matches!(&room.actions[1].1, PeerAction::RemoteOffer { offer_id: 3, sdp } if sdp == "remote"));
    assert!(matches!(&room.sent[..], [Ask::Answer(answer)] if answer.id == 3));
    room.forget();
    let data = room.call(Command::PublishData(Default::default()));
    room.run_for(20);
    assert_eq!(room.actions[0].1, PeerAction::AddChannels);
    assert!(matches!(room.actions[1].1, PeerAction::Offer { offer_id: 1, .. }));
    assert!(room.result(data).unwrap().is_ok());
    room.forget();
    room.publish("mic");
    room.run_for(20);
    assert!(!room.actions.iter().any(|(_, action)| *action == PeerAction::AddChannels), "they are there");
}

#[test]
fn with_two_connections_a_candidate_goes_to_the_one_it_is_for() {
    let mut room = dual();
    let trickle = proto::TrickleRequest { candidate_init: "c".into(), target: 1, ..Default::default() };
    room.tell(Told::Trickle(trickle));
    let expected = PeerAction::Candidate { target: Target::Subscriber, candidate_init: "c".into() };
    assert_eq!(room.actions.last().unwrap().1, expected);
}

#[test]
fn with_two_connections_a_resume_tells_of_the_subscriber_and_restarts_only_what_is_used() {
    let mut room = dual();
    room.forget();
    room.call(Command::Simulate(Scenario::SignalReconnect));
    room.run_until(ConnectionState::Connected, 251);
    let Ask::SyncState(sync) = &room.sent[0] else { panic!("{:?}", room.sent) };
    assert_eq!(sync.offer.as_ref().unwrap().sdp, "remote");
    assert_eq!(sync.answer.as_ref().unwrap().sdp, "subscriber answer");
    assert!(!room.actions.iter().any(|(_, action)| matches!(action, PeerAction::Offer { .. })));
}

fn restarts(room: &Room) -> usize {
    room.actions.iter().filter(|(_, action)| matches!(action, PeerAction::Offer { ice_restart: true, .. })).count()
}

#[test]
fn with_two_connections_a_publisher_that_is_answered_and_does_not_connect_is_restarted_and_then_replaced() {
    let mut room = dual();
    room.peer.connects = false;
    room.publish("mic");
    let data = room.call(Command::PublishData(DataMessage { reliable: true, ..Default::default() }));
    room.run_for(14_000);
    assert_eq!((restarts(&room), room.result(data)), (0, None));
    room.run_for(2_000);
    assert_eq!((restarts(&room), room.reconnecting().len()), (1, 0), "a second chance");
    room.run_for(16_000);
    let kinds: Vec<_> = room.reconnecting().iter().map(|facts| facts.kind).collect();
    assert_eq!(kinds, [ReconnectKind::Full]);
    room.peer.connects = true;
    room.run_for(1_000);
    room.tell(Told::Offer(proto::SessionDescription { sdp: "remote".into(), id: 1, ..Default::default() }));
    room.run_until(ConnectionState::Connected, 60_000);
    room.run_for(60_000);
    assert_eq!((room.reconnecting().len(), room.result(data).unwrap().is_ok()), (1, true));
}

#[test]
fn with_two_connections_a_publisher_that_connects_late_is_left_alone() {
    let mut room = dual();
    room.peer.connects = false;
    room.publish("mic");
    room.run_for(10_000);
    room.peer_state(PeerState::Connected);
    room.run_for(120_000);
    assert_eq!((restarts(&room), room.reconnecting().len()), (0, 0));
}

#[test]
fn with_two_connections_a_first_offer_that_was_due_when_the_socket_died_is_made_on_the_next_one() {
    let mut room = dual();
    let mic = room.publish("mic");
    room.forget();
    room.call(Command::Simulate(Scenario::SignalReconnect));
    room.run_until(ConnectionState::Connected, 1_000);
    assert!(room.sent.iter().any(|ask| matches!(ask, Ask::Offer(_))), "{:?}", room.sent);
    assert!(room.result(mic).unwrap().is_ok());
}

#[test]
fn a_resume_tells_the_ids_of_the_channels() {
    let mut room = Room::connected();
    room.peer_says(PeerEvent::ChannelId { channel: Channel::Reliable, id: 2 });
    room.forget();
    room.call(Command::Simulate(Scenario::SignalReconnect));
    room.run_until(ConnectionState::Connected, 251);
    let Ask::SyncState(sync) = &room.sent[0] else { panic!("{:?}", room.sent) };
    let expected = proto::DataChannelInfo { label: "_reliable".into(), id: 2, target: 0 };
    assert_eq!(sync.data_channels, [expected]);
}

#[test]
fn a_fallback_to_v0_closes_the_first_peer_before_it_opens_the_second() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Refuse]);
    room.validate = answer(404, "404 page not found");
    room.connect();
    let peers: Vec<_> = room
        .actions
        .iter()
        .filter_map(|(generation, action)| match action {
            PeerAction::Open { .. } => Some((generation.0, "open")),
            PeerAction::Close => Some((generation.0, "close")),
            _ => None,
        })
        .collect();
    assert_eq!(peers, [(1, "open"), (1, "close"), (2, "open")]);
}
