//! Leaving: by the app at any moment, or because the server says so. Nothing is left behind, and every call is settled.

mod common;

use common::server::OnDial;
use common::{Room, answer};
use rejoin::engine::error::Code;
use rejoin::engine::io::HostEvent;
use rejoin::engine::room::command::{Command, Reply};
use rejoin::engine::room::event::{ConnectionState, Event, ReconnectKind};
use rejoin::protocol::proto::leave_request::Action;
use rejoin::protocol::proto::{DisconnectReason, LeaveRequest};
use rejoin::protocol::signal::Told;

fn leave(action: Action, reason: DisconnectReason) -> Told {
    Told::Leave(LeaveRequest { action: action as i32, reason: reason as i32, ..Default::default() })
}

#[test]
fn an_app_that_leaves_says_so_and_closes_in_order() {
    let mut room = Room::connected();
    let call = room.call(Command::Disconnect);
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    let leaves = room.leaves();
    assert_eq!(leaves.len(), 1);
    assert_eq!((leaves[0].reason, leaves[0].action), (DisconnectReason::ClientInitiated as i32, 0));
    assert_eq!(room.closed, [(1000, "client leaves")]);
    assert_eq!(room.disconnected_for(), Some(DisconnectReason::ClientInitiated as i32));
    room.assert_over();
    room.forget();
    let again = room.call(Command::Disconnect);
    assert_eq!(room.result(again), Some(&Ok(Reply::Done)));
    assert!(room.events.is_empty(), "leaving twice is leaving once");
}

/// Brings a room to one moment of its life.
type Moment = (&'static str, fn() -> Room);

const MOMENTS: &[Moment] = &[
    ("before the offer is made", || {
        let mut room = Room::new();
        room.peer.works = false;
        room.connect();
        room
    }),
    ("while the socket opens", || {
        let mut room = Room::new();
        room.server.next_dials([OnDial::Stall]);
        room.connect();
        room
    }),
    ("before the first message", || {
        let mut room = Room::new();
        room.server.next_dials([OnDial::Mute]);
        room.connect();
        room
    }),
    ("while validate is asked", || {
        let mut room = Room::new();
        room.validate = None;
        room.server.next_dials([OnDial::Refuse]);
        room.connect();
        room
    }),
    ("between two attempts of a connect", || {
        let mut room = Room::new();
        room.server.next_dials([OnDial::Refuse]);
        room.connect();
        room
    }),
    ("while the transport connects", || {
        let mut room = Room::new();
        room.peer.connects = false;
        room.connect();
        room
    }),
    ("connected", Room::connected),
    ("before a resume", || {
        let mut room = Room::connected();
        room.drop_socket(1006);
        room
    }),
    ("during a resume", || {
        let mut room = Room::connected();
        room.server.next_dials([OnDial::Mute]);
        room.drop_socket(1006);
        room.run_for(4_000);
        room
    }),
    ("during a full reconnect", || {
        let mut room = Room::connected();
        room.server.next_dials([OnDial::Mute]);
        room.tell(leave(Action::Reconnect, DisconnectReason::StateMismatch));
        room.run_for(400);
        room
    }),
    ("offline", || {
        let mut room = Room::connected();
        room.host(HostEvent::Offline);
        room.drop_socket(1006);
        room
    }),
];

/// Fault 22: at each stage of a session.
#[test]
fn leaving_at_any_moment_settles_everything_and_leaves_nothing() {
    for (moment, make) in MOMENTS {
        let mut room = make();
        let open = room.publish("mic");
        let socket = room.socket;
        room.call(Command::Disconnect);
        assert!(room.result(open).is_some(), "{moment}");
        assert_eq!(room.disconnected_for(), Some(1), "{moment}");
        room.assert_over();
        room.forget();
        if let Some(attempt) = socket {
            room.give(common::Incoming::Closed(attempt, 1006, String::new()));
        }
        room.run_for(600_000);
        assert!(room.events.is_empty() && room.dials.is_empty(), "{moment}: {:?}", room.events);
    }
}

#[test]
fn leaving_during_a_connect_cancels_it() {
    let mut room = Room::new();
    room.server.next_dials([OnDial::Stall]);
    let connect = room.connect();
    room.call(Command::Disconnect);
    assert_eq!(room.error(connect).code, Code::Cancelled);
    assert!(room.leaves().is_empty(), "there is nobody to say it to");
}

#[test]
fn the_servers_last_word_is_final_and_has_its_reason() {
    let reasons = [
        DisconnectReason::DuplicateIdentity,
        DisconnectReason::ParticipantRemoved,
        DisconnectReason::RoomDeleted,
        DisconnectReason::RoomClosed,
        DisconnectReason::ServerShutdown,
    ];
    for reason in reasons {
        let mut room = Room::connected();
        room.tell(leave(Action::Disconnect, reason));
        assert_eq!(room.disconnected_for(), Some(reason as i32));
        assert_eq!(room.lines(log::Level::Error).len(), 1);
        room.assert_over();
        room.run_for(600_000);
        assert_eq!(room.dials.len(), 1, "{reason:?}: no retry");
    }
}

#[test]
fn a_leave_that_asks_for_a_resume_gets_one() {
    let mut room = Room::connected();
    room.tell(leave(Action::Resume, DisconnectReason::Migration));
    assert_eq!(room.state(), ConnectionState::SignalReconnecting);
    room.run_until(ConnectionState::Connected, 1_000);
    assert_eq!(room.kinds(), [ReconnectKind::Resume]);
    assert!(room.has(&Event::Reconnected));
}

#[test]
fn a_leave_that_asks_for_a_full_reconnect_gets_one() {
    let mut room = Room::connected();
    room.tell(leave(Action::Reconnect, DisconnectReason::StateMismatch));
    assert_eq!(room.state(), ConnectionState::Reconnecting);
    room.run_until(ConnectionState::Connected, 1_000);
    assert_eq!(room.kinds(), [ReconnectKind::Full]);
}

/// Fault 9: on the way back.
#[test]
fn a_token_that_has_expired_ends_the_reconnecting() {
    let mut room = Room::connected();
    room.server.next_dials(vec![OnDial::Refuse; 9]);
    room.validate = answer(401, "token is expired");
    room.drop_socket(1006);
    room.run_for(60_000);
    assert_eq!(room.state(), ConnectionState::Disconnected);
    assert_eq!(room.dials.len(), 2);
    room.assert_over();
}
