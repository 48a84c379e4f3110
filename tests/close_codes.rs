//! What a closed socket comes to, for every code a socket can close with: one table, live and during an attempt.

mod common;

use common::server::OnDial;
use common::{Incoming, Room};
use rejoin::engine::config::ConnectOptions;
use rejoin::engine::error::Code;
use rejoin::engine::io::HostEvent;
use rejoin::engine::policy::Cause;
use rejoin::engine::room::event::{ConnectionState, ReconnectKind};
use rejoin::protocol::proto::DisconnectReason;

/// None, the protocol's own, and those of libraries and apps.
fn codes() -> impl Iterator<Item = u16> {
    std::iter::once(0).chain(1_000..=1_015).chain(3_000..=4_999)
}

/// The same with some for all of a range that are treated alike: where each costs minutes of a room's life.
fn some_codes() -> impl Iterator<Item = u16> {
    codes().filter(|code| *code <= 1_015 || [3_000, 3_999, 4_000, 4_999].contains(code) || code % 97 == 0)
}

/// What a code says when nothing happened near this client: `None` is for good.
fn cause(code: u16) -> Option<Cause> {
    match code {
        1008 => None,
        1000 => Some(Cause::Single),
        _ => Some(Cause::Remote),
    }
}

/// Fault 13: a live socket closes with every code there is.
#[test]
fn every_code_ends_a_live_session_or_leads_to_one_resume() {
    for code in codes() {
        let mut room = Room::connected();
        room.forget();
        room.drop_socket(code);
        let Some(cause) = cause(code) else {
            assert_eq!(room.disconnected_for(), Some(DisconnectReason::SignalClose as i32), "{code}");
            room.assert_over();
            room.run_for(600_000);
            assert_eq!(room.dials.len(), 0, "{code}: for good");
            continue;
        };
        let facts = room.reconnecting();
        assert_eq!((facts.len(), facts[0].cause, facts[0].kind), (1, cause, ReconnectKind::Resume), "{code}");
        room.run_for(4_300);
        assert_eq!((room.state(), room.dials.len(), room.reconnecting().len()), (ConnectionState::Connected, 1, 1));
    }
}

/// Fault 13: an event of the own network explains a loss, but not what a server says of itself.
#[test]
fn a_close_after_a_local_event_is_local_unless_the_server_speaks_for_itself() {
    for code in some_codes().filter(|code| *code != 1008) {
        let mut room = Room::connected();
        room.run_for(40_000);
        room.host(HostEvent::NetworkChange);
        room.forget();
        room.drop_socket(code);
        let servers_word = [1001, 1011, 1012, 1013].contains(&code);
        let want = if servers_word { Cause::Remote } else { Cause::Local };
        assert_eq!(room.reconnecting()[0].cause, want, "{code}");
    }
}

/// Fault 13: the socket of a first connect opens and closes before the join.
#[test]
fn every_code_during_a_connect_is_a_typed_error_or_one_more_try() {
    for code in some_codes() {
        let mut room = Room::new();
        room.server.next_dials([OnDial::Close(code), OnDial::Close(code)]);
        let call = room.connect_with(ConnectOptions { max_retries: 1, ..Default::default() });
        room.run_for(15_000);
        let want = if code == 1008 { (Code::NotAllowed, 1) } else { (Code::WebSocket, 2) };
        assert_eq!((room.error(call).code, room.dials.len()), want, "{code}");
        room.assert_over();
    }
}

/// Fault 13: the socket of a resume and of a full reconnect opens and closes before its answer.
#[test]
fn every_code_during_a_reconnect_ends_it_or_is_tried_again() {
    for code in some_codes() {
        for failures in [1, 3] {
            let mut room = Room::connected();
            room.run_for(40_000);
            room.server.next_dials(vec![OnDial::Close(code); failures]);
            room.forget();
            room.drop_socket(1006);
            room.run_for(120_000);
            if code == 1008 {
                assert_eq!(room.dials.len(), 1, "{code}: for good");
                room.assert_over();
                continue;
            }
            assert_eq!((room.state(), room.dials.len()), (ConnectionState::Connected, failures + 1), "{code}");
        }
    }
}

/// Fault 13: a reason of any length and kind is text, and no more.
#[test]
fn a_close_reason_can_be_anything() {
    let long = "x".repeat(10_000);
    for reason in ["", "\0", "retry_in", "retry_in=\u{663}", "{\"retry_in\":5}", &long, "\u{fffd}\u{202e}"] {
        let mut room = Room::connected();
        room.run_for(40_000);
        room.forget();
        let attempt = room.socket.take().unwrap();
        room.give(Incoming::Closed(attempt, 1013, reason.into()));
        assert!(room.reconnecting()[0].delay_ms <= 4_050.0, "{reason:?} is no hint");
        room.run_until(ConnectionState::Connected, 5_000);
    }
}
