//! Joining a room: one dial when all is well, a typed error when it is not, and nothing left behind.

mod common;

use common::server::OnDial;
use common::{Incoming, Room, TOKEN, URL, answer, join_request};
use rejoin::engine::config::{Capabilities, Config, ConnectOptions};
use rejoin::engine::error::Code;
use rejoin::engine::io::FetchResponse;
use rejoin::engine::peer::{PeerAction, PeerState};
use rejoin::engine::room::command::{Command, Reply, Scenario};
use rejoin::engine::room::event::{ConnectionState, Event};
use rejoin::protocol::proto;
use rejoin::protocol::secret::Secret;
use rejoin::protocol::signal::Told;
use rejoin::protocol::url::Version;

fn no_retry() -> ConnectOptions {
    ConnectOptions { max_retries: 0, ..Default::default() }
}

#[test]
fn the_offer_rides_in_the_join_and_one_round_trip_connects() {
    let mut room = Room::new();
    let call = room.connect();
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(room.states(), [ConnectionState::Connecting, ConnectionState::Connected]);
    assert_eq!(room.dials.len(), 1);
    assert_eq!(room.dials[0].version, Version::V1);
    let offer = join_request(&room.dials[0]).publisher_offer.expect("no offer in the join request");
    assert_eq!((offer.r#type.as_str(), offer.sdp.as_str(), offer.id), ("offer", "offer 1 1", 1));
    assert!(room.sent.is_empty(), "nothing is sent to connect: {:?}", room.sent);
    assert!(matches!(room.actions[0].1, PeerAction::Open { dual: false, channels: true, audios: 3, videos: 3, .. }));
    assert!(matches!(room.actions[1].1, PeerAction::Offer { offer_id: 1, ice_restart: false, hold: true }));
    assert!(matches!(room.actions[2].1, PeerAction::Configure(_)));
    assert!(matches!(&room.actions[3].1, PeerAction::Answer { offer_id: 1, sdp } if sdp == "answer to offer 1 1"));
    assert!(room.has(&Event::Connected));
    assert_eq!(room.session.server_info().unwrap().version, "1.13.5");
}

#[test]
fn a_host_that_cannot_offer_with_the_join_offers_after_it() {
    let mut room = Room::with(Config::default(), Capabilities { rtc: true, offer_with_join: false });
    let call = room.connect();
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(join_request(&room.dials[0]).publisher_offer, None);
    assert!(matches!(room.actions[0].1, PeerAction::Open { ice: Some(_), .. }));
    assert!(matches!(room.actions[1].1, PeerAction::Offer { offer_id: 1, hold: false, .. }));
}

#[test]
fn a_host_without_webrtc_is_connected_by_the_join_alone() {
    let mut room = Room::with(Config::default(), Capabilities { rtc: false, offer_with_join: false });
    let call = room.connect();
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert!(room.actions.is_empty());
    assert_eq!(room.state(), ConnectionState::Connected);
}

/// Fault 10: v0 instead.
#[test]
fn a_server_without_v1_is_joined_on_v0_with_two_connections() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Refuse]);
    room.server.join.subscriber_primary = true;
    room.validate = answer(404, "404 page not found");
    room.connect();
    assert_eq!(room.dials.iter().map(|dial| dial.version).collect::<Vec<_>>(), [Version::V1, Version::V0]);
    assert!(matches!(room.actions.last().unwrap().1, PeerAction::Open { dual: true, channels: false, .. }));
    assert_eq!(room.state(), ConnectionState::Connecting, "the subscriber decides");
    room.tell(Told::Offer(proto::SessionDescription { sdp: "o".into(), id: 1, ..Default::default() }));
    assert_eq!(room.state(), ConnectionState::Connected);
}

#[test]
fn the_v1_path_can_be_made_to_fail_once() {
    let mut room = Room::new();
    room.server.join.subscriber_primary = true;
    let call = room.call(Command::Simulate(Scenario::FailOnV1Path));
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)), "before there is a connection");
    room.connect();
    room.tell(Told::Offer(proto::SessionDescription { sdp: "o".into(), id: 1, ..Default::default() }));
    assert_eq!(room.state(), ConnectionState::Connected);
    room.call(Command::Disconnect);
    room.connect();
    assert_eq!(room.dials.iter().map(|dial| dial.version).collect::<Vec<_>>(), [Version::V0, Version::V1]);
}

/// Fault 10: neither.
#[test]
fn a_server_that_knows_neither_path_is_an_error_and_no_loop() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Refuse, OnDial::Refuse, OnDial::Refuse]);
    room.validate = answer(404, "404 page not found");
    let call = room.connect();
    assert_eq!(room.error(call).code, Code::ServiceNotFound);
    assert_eq!(room.dials.len(), 2);
    room.assert_over();
}

/// Fault 9: at the first connect.
#[test]
fn a_refused_token_is_terminal_and_says_so() {
    for status in [401, 403] {
        let mut room = Room::new();
        room.server.next_dials([OnDial::Refuse]);
        room.validate = answer(status, "invalid token");
        let call = room.connect();
        assert_eq!((room.error(call).code, room.error(call).status), (Code::NotAllowed, Some(status)));
        assert_eq!(room.dials.len(), 1);
        room.assert_over();
    }
}

#[test]
fn a_validate_that_never_answers_changes_nothing() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Refuse]);
    room.validate = None;
    let call = room.connect_with(no_retry());
    room.run_for(2_999);
    assert_eq!(room.result(call), None);
    room.run_for(1);
    assert_eq!(room.error(call).code, Code::ServerUnreachable);
    room.assert_over();
}

#[test]
fn an_unreachable_server_is_tried_as_often_as_asked() {
    let mut room = Room::new();
    room.server.next_dials(vec![OnDial::Refuse; 9]);
    let call = room.connect_with(ConnectOptions { max_retries: 2, ..Default::default() });
    room.run_for(15_000);
    assert_eq!(room.dials.len(), 3);
    assert_eq!(room.error(call).code, Code::ServerUnreachable);
    room.assert_over();
}

#[test]
fn a_server_that_wants_us_later_than_the_budget_allows_is_an_error_now() {
    for (retry_after_ms, dials) in [(60_000.0, 1), (-1_000.0, 1), (2_000.0, 2)] {
        let mut room = Room::new();
        room.server.next_dials([OnDial::Refuse]);
        let busy = FetchResponse { status: 429, retry_after_ms: Some(retry_after_ms), ..Default::default() };
        room.validate = Some(Ok(busy));
        let call = room.connect();
        assert_eq!(room.result(call).is_some(), dials == 1);
        room.run_for(1_999);
        assert_eq!(room.dials.len(), 1);
        room.run_for(1_200);
        assert_eq!(room.dials.len(), dials);
    }
}

#[test]
fn a_retry_that_succeeds_connects() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Refuse]);
    let call = room.connect();
    room.run_for(1_000);
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(room.peers.len(), 1);
}

#[test]
fn a_socket_that_does_not_open_ends_at_the_budget() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Stall]);
    let call = room.connect_with(ConnectOptions { connect_timeout_ms: 4_000, ..no_retry() });
    room.run_for(3_999);
    assert_eq!(room.result(call), None);
    room.run_for(1);
    assert_eq!(room.error(call).code, Code::Timeout);
    room.assert_over();
}

#[test]
fn a_host_that_cannot_open_a_socket_says_why() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Stall]);
    let call = room.connect_with(no_retry());
    room.run_for(1);
    let attempt = room.socket.take().unwrap();
    room.give(Incoming::Closed(attempt, 0, "this host has no WebSocket".into()));
    room.run_for(5_000);
    let error = room.error(call);
    assert_eq!(error.code, Code::ServerUnreachable);
    assert!(error.message.ends_with("this host has no WebSocket"), "{}", error.message);
}

#[test]
fn a_server_that_says_nothing_is_given_five_seconds() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Mute]);
    let call = room.connect_with(no_retry());
    room.run_for(5_000);
    assert_eq!(room.error(call).code, Code::Timeout);
    assert_eq!(room.closed[0].0, 4001);
    room.assert_over();
}

/// The app's time for a dial ends with its first message, not with the socket's opening.
#[test]
fn the_time_of_a_dial_counts_to_its_first_message() {
    for (websocket_timeout_ms, within_ms) in [(700, 700), (5_000, 5_000), (15_000, 5_000), (u64::MAX, 5_000)] {
        let mut room = Room::new();
        room.server.next_dials([OnDial::Mute]);
        let call = room.connect_with(ConnectOptions { websocket_timeout_ms, ..no_retry() });
        room.run_for(within_ms - 1);
        assert_eq!(room.result(call), None, "{websocket_timeout_ms}");
        room.run_for(1);
        assert_eq!(room.error(call).code, Code::Timeout, "{websocket_timeout_ms}");
        room.assert_over();
    }
}

/// Fault 12: garbage and another message.
#[test]
fn garbage_and_wrong_first_messages_are_typed_errors() {
    let update = Told::Update(proto::ParticipantUpdate::default());
    let newer = vec![0xfa, 0x7f, 0x00];
    for first in [OnDial::Garble(vec![0xff; 9]), OnDial::Garble(newer), OnDial::Say(vec![update])] {
        let mut room = Room::new();
        room.server.next_dials([first.clone()]);
        let call = room.connect_with(no_retry());
        assert_eq!(room.error(call).code, Code::InternalError, "{first:?}");
        room.assert_over();
    }
}

#[test]
fn a_leave_instead_of_the_join_carries_its_reason() {
    let mut room = Room::new();
    let reason = proto::DisconnectReason::UserRejected as i32;
    room.server.next_dials([OnDial::Say(vec![Told::Leave(proto::LeaveRequest { reason, ..Default::default() })])]);
    let call = room.connect();
    assert_eq!((room.error(call).code, room.error(call).leave_reason), (Code::LeaveRequest, Some(reason)));
    room.assert_over();
}

#[test]
fn a_transport_that_never_connects_ends_the_connect() {
    let mut room = Room::new();
    room.peer.connects = false;
    let call = room.connect_with(ConnectOptions { peer_connection_timeout_ms: 3_000, ..no_retry() });
    assert_eq!(room.result(call), None);
    room.run_for(3_000);
    assert_eq!(room.error(call).code, Code::Timeout);
    assert_eq!(room.leaves().len(), 1, "the server need not keep a participant that will never come");
    room.assert_over();
}

#[test]
fn a_transport_that_fails_is_tried_again_with_a_new_one() {
    let mut room = Room::new();
    room.peer.connects = false;
    let call = room.connect();
    room.peer.connects = true;
    room.peer_state(PeerState::Failed);
    room.run_for(1_000);
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(room.peers[0].0, 2);
}

/// Fault 23: during a first connect.
#[test]
fn what_an_older_attempt_reports_is_dropped() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Mute]);
    room.connect();
    let old = room.socket.unwrap();
    room.run_for(6_000);
    assert_eq!(room.state(), ConnectionState::Connected);
    room.forget();
    room.give(Incoming::Frame(old, vec![0xff; 9]));
    room.give(Incoming::Closed(old, 1006, String::new()));
    assert_eq!(room.state(), ConnectionState::Connected);
    assert!(room.events.is_empty());
}

#[test]
fn a_url_that_cannot_be_dialled_fails_before_anything_is_opened() {
    for url in ["ftp://h", "", "not a url", "wss://"] {
        let mut room = Room::new();
        let options = ConnectOptions::default();
        let call = room.call(Command::Connect { url: url.into(), token: Secret::new(TOKEN), options });
        assert_eq!(room.error(call).code, Code::InvalidArgument, "{url}");
        assert!(room.dials.is_empty() && room.actions.is_empty() && room.events.is_empty());
        room.assert_over();
    }
}

#[test]
fn an_empty_token_is_not_sent_anywhere() {
    let mut room = Room::new();
    let call =
        room.call(Command::Connect { url: URL.into(), token: Secret::default(), options: ConnectOptions::default() });
    assert_eq!(room.error(call).code, Code::NotAllowed);
    assert!(room.dials.is_empty());
}

#[test]
fn a_second_connect_shares_the_first_ones_fate() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Stall]);
    let first = room.connect_with(no_retry());
    let second = room.connect();
    room.run_for(15_000);
    assert_eq!(room.error(first).code, Code::Timeout);
    assert_eq!(room.error(second).code, Code::Timeout);
    room.assert_over();
}

#[test]
fn a_session_can_be_used_again_after_it_ended() {
    let mut room = Room::connected();
    room.call(Command::Disconnect);
    room.assert_over();
    let again = room.connect();
    assert_eq!(room.result(again), Some(&Ok(Reply::Done)));
    assert_eq!(room.peers[0].0, 2);
}
