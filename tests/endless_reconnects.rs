//! A hundred thousand reconnects of one session, ten thousand of one with everything a room has, and what they leave in
//! memory.
#![cfg(not(target_family = "wasm"))]
// Clippy takes the functions of an integration test that are no `#[test]` for production code.
#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used)]

mod common;
mod counting;

use common::Room;
use common::bare::Bare;
use common::server::{OnDial, participant};
use rejoin::engine::room::command::{Command, DataMessage};
use rejoin::engine::room::event::ConnectionState;
use rejoin::engine::time::Millis;
use rejoin::protocol::map::Map;
use rejoin::protocol::proto;
use rejoin::protocol::proto::leave_request::Action;
use rejoin::protocol::signal::{SignalResponse, Told};
use rejoin::protocol::wire::Message as _;

/// After so many, memory has what it needs.
const SETTLED: usize = 1_000;
const ALLOWED_BYTES: isize = 1_024 * 1_024;

/// One loss and the way back, of a kind that the turn decides.
fn reconnect(room: &mut Room, turn: usize) {
    match turn % 10 {
        // A full reconnect, asked for by the server.
        3 => room.server.next_dials([OnDial::Close(1006), OnDial::Refuse]),
        7 => room.server.next_dials([OnDial::Mute]),
        _ => {}
    }
    room.drop_socket([1006, 1000, 1012, 4000][turn % 4]);
    if turn % 10 == 5 {
        // Asked for in the dark.
        let payload = vec![turn as u8; 200];
        room.call(Command::PublishData(DataMessage { payload, reliable: true, ..Default::default() }));
        let attributes: Map<String, String> = [("turn".to_owned(), turn.to_string())].into_iter().collect();
        room.call(Command::UpdateMetadata { name: None, metadata: None, attributes });
    }
    let end = Millis(room.now.0 + 600_000);
    while room.state() != ConnectionState::Connected {
        assert!(room.step(end), "turn {turn}: it does not come back");
    }
    // Every fiftieth session is a stable one; somebody comes and somebody goes.
    room.run_for(if turn.is_multiple_of(50) { 31_000 } else { 200 });
    room.server.join.other_participants = vec![participant(&format!("p{}", turn % 7), &format!("PA_{turn}"))];
}

/// What the test keeps for itself.
fn forget(room: &mut Room) {
    room.forget();
    room.settled.clear();
    room.questions.clear();
}

/// Fault 42: signalling alone: resumes, refused ones, full reconnects.
#[test]
fn a_hundred_thousand_reconnects_leave_memory_flat() {
    const RECONNECTS: usize = 100_000;
    let frame = |message| SignalResponse { message: Some(message) }.encode_to_vec();
    let join = frame(Told::Join(proto::JoinResponse {
        participant: Some(participant("me", "PA_me")),
        other_participants: (0..3).map(|n| participant(&format!("p{n}"), &format!("PA_{n}"))).collect(),
        ping_interval: 5,
        ping_timeout: 15,
        ..Default::default()
    }));
    let resumed = frame(Told::Reconnect(proto::ReconnectResponse::default()));
    let elsewhere = frame(Told::Leave(proto::LeaveRequest { action: Action::Reconnect as i32, ..Default::default() }));
    let mut bare = Bare::joined(&join);
    let (start, mut after_a_thousand, mut dials) = (bare.now, 0, 0);
    for turn in 1..=RECONNECTS {
        bare.lose([1006, 1000, 1012, 4000][turn % 4]);
        // Every tenth resume is turned down.
        let mut first = if turn % 10 == 7 { &elsewhere } else { &resumed };
        while bare.session.state() != ConnectionState::Connected {
            bare.timeout();
            if bare.socket.is_some() {
                bare.answer(first);
                (first, dials) = (&join, dials + 1);
            }
        }
        if turn == SETTLED {
            after_a_thousand = counting::live_bytes();
        }
    }
    let grown = counting::live_bytes() - after_a_thousand;
    let days = bare.now.since(start) / 86_400_000;
    println!("{RECONNECTS} reconnects, {dials} dials in {days} days: {grown} bytes more than after {SETTLED}");
    assert_eq!(dials, RECONNECTS + RECONNECTS / 10);
    assert!(grown <= ALLOWED_BYTES, "{grown} bytes");
    bare.leave();
}

/// Fault 42: with a transport, calls made in the dark, people who come and go, and failed attempts in between.
#[test]
fn ten_thousand_reconnects_of_a_busy_room_leave_memory_flat() {
    const RECONNECTS: usize = 10_000;
    let mut room = Room::connected();
    let (start, mut after_a_thousand) = (room.now, 0);
    for turn in 1..=RECONNECTS {
        reconnect(&mut room, turn);
        forget(&mut room);
        if turn == SETTLED {
            after_a_thousand = counting::live_bytes();
        }
    }
    let grown = counting::live_bytes() - after_a_thousand;
    let days = room.now.since(start) / 86_400_000;
    println!("{RECONNECTS} reconnects in {days} days of the room: {grown} bytes more than after {SETTLED}");
    assert!(grown <= ALLOWED_BYTES, "{grown} bytes");
    room.call(Command::Disconnect);
    assert_eq!(room.session.deadline(), None);
}
