//! Coming back to the same session: quickly, in order, with nothing lost, and no longer than it makes sense.

mod common;

use common::server::{OnDial, participant};
use common::{Room, answer, join_request};
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::io::HostEvent;
use rejoin::engine::peer::{MediaHandle, PeerAction, PeerEvent, PeerState};
use rejoin::engine::policy::Cause;
use rejoin::engine::room::command::{Command, DataMessage, Reply, Scenario};
use rejoin::engine::room::event::{ConnectionState, Event, ReconnectKind};
use rejoin::protocol::map::Map;
use rejoin::protocol::proto;
use rejoin::protocol::proto::leave_request::Action;
use rejoin::protocol::proto::{DisconnectReason, ReconnectReason};
use rejoin::protocol::signal::Ask;
use rejoin::protocol::signal::Told;

fn drop_by_app(room: &mut Room) {
    room.forget();
    room.call(Command::Simulate(Scenario::SignalReconnect));
}

#[test]
fn a_resume_names_its_session_and_tells_the_server_what_it_holds() {
    let mut room = Room::connected();
    let mic = room.publish("mic");
    assert!(matches!(room.result(mic), Some(Ok(Reply::Published(_)))) || room.result(mic).is_none());
    room.run_for(100);
    assert!(room.result(mic).unwrap().is_ok());
    drop_by_app(&mut room);
    assert_eq!(room.state(), ConnectionState::SignalReconnecting);
    room.run_until(ConnectionState::Connected, 1_000);
    let request = join_request(&room.dials[0]);
    assert!(request.reconnect && request.publisher_offer.is_none());
    assert_eq!(request.participant_sid, "PA_me");
    assert_eq!(request.reconnect_reason, ReconnectReason::RrSignalDisconnected as i32);
    let Ask::SyncState(sync) = &room.sent[0] else { panic!("first came {:?}", room.sent[0]) };
    assert_eq!(sync.offer.as_ref().unwrap().sdp, "offer 1 2");
    assert_eq!(sync.answer.as_ref().unwrap().sdp, "answer to offer 1 2");
    assert_eq!(sync.publish_tracks[0].cid, "mic");
    assert!(!sync.subscription.as_ref().unwrap().subscribe, "with auto-subscribe it lists what is not wanted");
    assert!(matches!(room.actions[0].1, PeerAction::Configure(_)));
    assert!(matches!(room.actions[1].1, PeerAction::Offer { ice_restart: true, hold: false, .. }));
    assert!(room.has(&Event::Reconnected) && room.has(&Event::SignalConnected));
}

#[test]
fn a_resume_with_a_local_cause_takes_a_quarter_of_a_second_at_most() {
    let mut total = 0;
    for seed in 0..40 {
        let capabilities = Capabilities { rtc: true, offer_with_join: true };
        let mut room = Room::seeded(Config::default(), capabilities, seed);
        room.connect();
        drop_by_app(&mut room);
        total += room.run_until(ConnectionState::Connected, 251);
        assert_eq!(room.reconnecting()[0].cause, Cause::Local);
    }
    assert!((60..190).contains(&(total / 40)), "{} ms on average", total / 40);
}

#[test]
fn every_attempt_is_told_with_its_kind() {
    let mut room = Room::connected();
    room.server.next_dials(vec![OnDial::Refuse; 3]);
    room.forget();
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 120_000);
    let told: Vec<_> = room.reconnecting().iter().map(|facts| (facts.attempt, facts.kind)).collect();
    use ReconnectKind::{Full, Resume};
    assert_eq!(told, [(1, Resume), (2, Resume), (3, Full), (4, Full)]);
}

#[test]
fn what_the_app_asks_for_meanwhile_waits_and_arrives_in_order() {
    let mut room = Room::connected();
    let mic = room.publish("mic");
    room.run_for(100);
    assert!(room.result(mic).unwrap().is_ok());
    drop_by_app(&mut room);
    let name = room.call(Command::UpdateMetadata { name: Some("Ada".into()), metadata: None, attributes: Map::new() });
    room.call(Command::MuteTrack { cid: "mic".into(), muted: true });
    room.call(Command::MuteTrack { cid: "mic".into(), muted: false });
    room.call(Command::MuteTrack { cid: "mic".into(), muted: true });
    assert!(room.sent.is_empty());
    room.run_until(ConnectionState::Connected, 1_000);
    let kinds: Vec<_> = room
        .sent
        .iter()
        .map(|ask| match ask {
            Ask::SyncState(_) => "sync",
            Ask::Offer(_) => "offer",
            Ask::UpdateMetadata(_) => "metadata",
            Ask::Mute(mute) if mute.muted => "mute",
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(kinds, ["sync", "offer", "metadata", "mute"]);
    room.run_for(600);
    assert_eq!(room.result(name), Some(&Ok(Reply::Done)));
}

#[test]
fn what_a_dying_socket_swallowed_is_sent_again() {
    let mut room = Room::connected();
    room.publish("mic");
    room.run_for(100);
    room.server.pongs = false;
    room.server.responds = None;
    room.call(Command::MuteTrack { cid: "mic".into(), muted: true });
    let name = room.call(Command::UpdateMetadata { name: Some("Ada".into()), metadata: None, attributes: Map::new() });
    drop_by_app(&mut room);
    room.server.responds = Some(0);
    room.run_until(ConnectionState::Connected, 1_000);
    assert!(room.sent.iter().any(|ask| matches!(ask, Ask::Mute(mute) if mute.muted)));
    room.run_for(600);
    assert_eq!(room.result(name), Some(&Ok(Reply::Done)));
}

#[test]
fn the_transport_is_waited_for_and_for_nothing_else() {
    let mut room = Room::connected();
    room.peer_state(PeerState::Disconnected);
    drop_by_app(&mut room);
    room.run_for(300);
    assert_eq!(room.state(), ConnectionState::SignalReconnecting, "the transport is down");
    room.peer_state(PeerState::Connected);
    assert_eq!(room.state(), ConnectionState::Connected);
}

#[test]
fn a_transport_that_does_not_come_back_makes_the_next_attempt_a_full_one() {
    let mut room = Room::connected();
    room.peer_state(PeerState::Failed);
    assert_eq!(room.state(), ConnectionState::SignalReconnecting);
    room.run_for(300);
    let request = join_request(room.dials.last().unwrap());
    assert_eq!(request.reconnect_reason, ReconnectReason::RrPublisherFailed as i32);
    assert_eq!(room.reconnecting()[0].cause, Cause::Single);
    room.run_for(40_000);
    assert_eq!(room.kinds(), [ReconnectKind::Resume, ReconnectKind::Full]);
    assert_eq!(room.state(), ConnectionState::Connected);
}

/// Fault 1: a resume before a full reconnect.
#[test]
fn two_failed_resumes_make_a_full_reconnect_and_it_stays_one() {
    let mut room = Room::connected();
    room.server.next_dials(vec![OnDial::Mute; 4]);
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 200_000);
    use ReconnectKind::{Full, Resume};
    assert_eq!(room.kinds(), [Resume, Resume, Full, Full, Full]);
}

#[test]
fn a_server_that_does_not_know_the_session_is_rejoined_at_once() {
    let mut room = Room::connected();
    let leave = proto::LeaveRequest {
        reason: DisconnectReason::StateMismatch as i32,
        action: Action::Reconnect as i32,
        ..Default::default()
    };
    room.server.next_dials([OnDial::Say(vec![Told::Leave(leave)])]);
    drop_by_app(&mut room);
    room.run_until(ConnectionState::Connected, 502);
    assert_eq!(room.kinds(), [ReconnectKind::Resume, ReconnectKind::Full]);
    assert_eq!(room.reconnecting()[1].cause, Cause::Single);
    assert!(room.lines(log::Level::Warn).is_empty(), "nothing had to back off");
}

#[test]
fn what_is_told_before_the_resume_is_answered_counts() {
    let mut room = Room::connected();
    let update = proto::ParticipantUpdate { participants: vec![participant("ada", "PA_ada")] };
    let says = vec![Told::Update(update), Told::Reconnect(proto::ReconnectResponse::default())];
    room.server.next_dials([OnDial::Say(says)]);
    drop_by_app(&mut room);
    room.run_until(ConnectionState::Connected, 1_000);
    assert!(room.session.roster().participant("ada").is_some());
}

/// Fault 9: a token that the server has renewed.
#[test]
fn every_dial_uses_the_newest_token() {
    let mut room = Room::connected();
    room.tell(Told::RefreshToken("eyJnew".into()));
    assert!(room.has(&Event::TokenRefreshed));
    drop_by_app(&mut room);
    room.run_until(ConnectionState::Connected, 1_000);
    assert_eq!(room.dials[0].token.reveal(), "eyJnew");
}

#[test]
fn reliable_data_is_sent_again_from_where_the_server_lost_it() {
    let mut room = Room::connected();
    for n in 0..4u8 {
        room.call(Command::PublishData(DataMessage { payload: vec![n], reliable: true, ..Default::default() }));
    }
    drop_by_app(&mut room);
    let late = room.call(Command::PublishData(DataMessage { payload: vec![9], reliable: true, ..Default::default() }));
    assert_eq!(room.result(late), None);
    room.server.reconnect.last_message_seq = 2;
    room.run_until(ConnectionState::Connected, 1_000);
    assert_eq!(room.peer_actions(|action| matches!(action, PeerAction::Send { .. })).len(), 3);
    assert_eq!(room.result(late), Some(&Ok(Reply::Done)));
}

#[test]
fn offline_nothing_is_tried_and_online_it_is_tried_soon() {
    let mut room = Room::connected();
    room.host(HostEvent::Offline);
    room.drop_socket(1006);
    room.forget();
    room.run_for(600_000);
    assert!(room.dials.is_empty(), "and the time to give up does not run");
    assert_eq!(room.state(), ConnectionState::SignalReconnecting);
    room.host(HostEvent::Online);
    room.run_until(ConnectionState::Connected, 251);
}

/// Fault 24: online, and the app's own wishes.
#[test]
fn a_flood_of_wishes_for_an_attempt_makes_one_a_second() {
    let mut room = Room::connected();
    room.server.next_dials(vec![OnDial::Refuse; 50]);
    room.drop_socket(1006);
    room.forget();
    for _ in 0..100 {
        room.call(Command::ReconnectNow);
        room.host(HostEvent::NetworkChange);
        room.run_for(100);
    }
    assert!((9..=11).contains(&room.dials.len()), "{} attempts in 10 s", room.dials.len());
}

#[test]
fn when_signalling_and_media_are_both_dead_the_next_step_is_a_full_reconnect() {
    let mut room = Room::connected();
    room.forget();
    room.drop_socket(1006);
    room.peer_state(PeerState::Failed);
    assert_eq!(room.state(), ConnectionState::Reconnecting);
    room.run_until(ConnectionState::Connected, 10_000);
    assert_eq!(room.kinds(), [ReconnectKind::Resume, ReconnectKind::Full]);
    assert!(!join_request(&room.dials[0]).reconnect);
}

#[test]
fn silence_while_media_flows_is_the_socket_alone_and_silence_of_both_is_the_node() {
    for (flows, cause, kind) in
        [(true, Cause::Single, ReconnectKind::Resume), (false, Cause::Remote, ReconnectKind::Full)]
    {
        let mut room = Room::new();
        let mut ada = participant("ada", "PA_ada");
        ada.tracks = vec![proto::TrackInfo { sid: "TR_v".into(), r#type: 1, ..Default::default() }];
        room.server.join.other_participants = vec![ada];
        room.connect();
        room.peer_says(PeerEvent::Track {
            mid: "4".into(),
            stream_id: "PA_ada|TR_v".into(),
            track_id: "x".into(),
            media: MediaHandle(1),
        });
        let mut bytes_received = 0;
        let came_in = room.now.after(5_000);
        let mut start = came_in;
        while room.kinds().is_empty() {
            if room.server.pongs && room.now >= came_in {
                room.server.pongs = false;
                start = room.now;
            }
            room.forget();
            room.run_for(1_000);
            if !room.peer_actions(|action| *action == PeerAction::Stats).is_empty() {
                bytes_received += u64::from(flows || room.server.pongs) * 1_000;
                room.peer_says(PeerEvent::Stats { bytes_received });
            }
        }
        assert_eq!((room.reconnecting()[0].cause, room.kinds()[0]), (cause, kind), "media flows: {flows}");
        let noticed = room.now.since(start);
        assert!(noticed <= if flows { 18_000 } else { 10_000 }, "{noticed} ms; media that stands still is a doubt");
    }
}

/// Fault 1: one episode, told once.
#[test]
fn an_outage_that_heals_at_the_first_attempt_is_one_line_of_information() {
    let mut room = Room::connected();
    room.run_for(60_000);
    drop_by_app(&mut room);
    room.run_until(ConnectionState::Connected, 1_000);
    assert!(room.lines(log::Level::Warn).is_empty() && room.lines(log::Level::Error).is_empty());
    let [line] = room.lines(log::Level::Info)[..] else { panic!("{:?}", room.logs) };
    assert!(line.contains("cause local") && line.contains("sessionDurationMs: 60000"), "{line}");
}

/// Fault 2: one episode.
#[test]
fn a_silent_socket_is_probed_then_closed_with_a_reason_and_resumed() {
    let mut room = Room::connected();
    room.server.pongs = false;
    room.forget();
    room.run_for(14_000);
    assert!(room.closed.is_empty(), "silence alone is no verdict");
    room.run_for(1_100);
    assert_eq!(room.closed, [(4003, "no sign of life")]);
    room.run_until(ConnectionState::Connected, 10_000);
}

#[test]
fn a_session_that_recovered_and_died_young_counts_as_a_failed_attempt() {
    let mut room = Room::connected();
    for round in 0..3 {
        room.forget();
        room.drop_socket(1006);
        room.run_until(ConnectionState::Connected, 60_000);
        room.run_for(1_000);
        assert_eq!(room.lines(log::Level::Warn).len(), usize::from(round > 0), "round {round}");
    }
    room.run_for(40_000);
    room.forget();
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 60_000);
    assert!(room.lines(log::Level::Warn).is_empty(), "it had proved stable");
}

#[test]
fn a_server_that_forbids_resumes_is_rejoined() {
    let mut room = Room::new();
    room.server.join.client_configuration = Some(proto::ClientConfiguration {
        resume_connection: proto::ClientConfigSetting::Disabled as i32,
        ..Default::default()
    });
    room.connect();
    drop_by_app(&mut room);
    room.run_until(ConnectionState::Connected, 1_000);
    assert_eq!(room.kinds(), [ReconnectKind::Full]);
}

#[test]
fn an_endpoint_that_is_gone_is_not_the_end_of_a_resume_but_of_a_rejoin() {
    let mut room = Room::connected();
    room.server.next_dials(vec![OnDial::Refuse; 9]);
    room.validate = answer(404, "404 page not found");
    room.drop_socket(1006);
    room.run_for(200_000);
    assert_eq!(room.state(), ConnectionState::Disconnected);
    assert_eq!(room.kinds()[..2], [ReconnectKind::Resume, ReconnectKind::Full]);
}

#[test]
fn a_candidate_found_during_a_resume_is_sent() {
    let mut room = Room::connected();
    room.peer_state(PeerState::Disconnected);
    drop_by_app(&mut room);
    room.run_for(300);
    let candidate = PeerEvent::Candidate {
        target: rejoin::engine::peer::Target::Publisher,
        candidate_init: "{\"candidate\":\"c\"}".into(),
    };
    room.peer_says(candidate);
    assert!(matches!(room.sent.last(), Some(Ask::Trickle(_))));
}

#[test]
fn a_host_without_webrtc_resumes_by_signalling_alone() {
    let mut room = Room::with(Config::default(), Capabilities { rtc: false, offer_with_join: false });
    room.connect();
    drop_by_app(&mut room);
    room.run_until(ConnectionState::Connected, 251);
    assert_eq!(room.kinds(), [ReconnectKind::Resume]);
}

/// Everybody is turned down after a server has lost its sessions: who knows that all were lost keeps the distance.
#[test]
fn a_resume_that_is_turned_down_after_a_remote_loss_still_keeps_its_distance() {
    let mut room = Room::connected();
    let leave = proto::LeaveRequest {
        reason: DisconnectReason::StateMismatch as i32,
        action: Action::Reconnect as i32,
        ..Default::default()
    };
    room.server.next_dials([OnDial::Say(vec![Told::Leave(leave)])]);
    room.drop_socket(1012);
    room.run_until(ConnectionState::Connected, 20_000);
    assert_eq!(room.kinds(), [ReconnectKind::Resume, ReconnectKind::Full]);
    assert!(room.reconnecting().iter().all(|facts| facts.cause == Cause::Remote), "{:?}", room.reconnecting());
}
