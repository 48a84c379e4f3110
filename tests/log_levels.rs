//! What is worth a line in the log, and at which level. Six drops a day are expected churn.

mod common;

use common::Room;
use common::server::OnDial;
use log::Level::{Debug, Error, Info, Warn};
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::io::HostEvent;
use rejoin::engine::room::event::ConnectionState;
use rejoin::protocol::proto::{DisconnectReason, LeaveRequest};
use rejoin::protocol::signal::Told;

const BROWSER: Capabilities = Capabilities { rtc: true, offer_with_join: true };

fn count(room: &Room) -> (usize, usize, usize) {
    (room.lines(Error).len(), room.lines(Warn).len(), room.lines(Info).len())
}

/// The server refuses for so long.
fn outage(room: &mut Room, ms: u64) {
    room.server.next_dials(vec![OnDial::Refuse; 10_000]);
    room.drop_socket(1006);
    room.run_for(ms);
    room.server.dials.clear();
}

/// Fault 1: six resets a day.
#[test]
fn a_day_with_six_self_healing_drops_warns_nobody() {
    for seed in 0..3 {
        let mut room = Room::seeded(Config::default(), BROWSER, seed);
        room.connect();
        room.forget();
        for code in [1006, 1001, 1012, 1006, 1011, 4000] {
            room.run_for(4 * 60 * 60_000);
            room.drop_socket(code);
            room.run_until(ConnectionState::Connected, 5_000);
        }
        assert_eq!(count(&room), (0, 0, 6), "seed {seed}: {:?}", room.logs);
        assert!(room.lines(Debug).len() >= 6);
    }
}

#[test]
fn a_large_rooms_long_first_window_is_no_warning() {
    for seed in 0..3 {
        let mut room = Room::seeded(Config::default(), BROWSER, seed);
        let people = (0..3_000).map(|n| common::server::participant(&format!("p{n}"), &format!("PA_{n}")));
        room.server.join.other_participants = people.collect();
        room.connect();
        room.drop_socket(1006);
        room.run_until(ConnectionState::Connected, 16_000);
        assert_eq!(count(&room), (0, 0, 1), "seed {seed}: {:?}", room.logs);
    }
}

#[test]
fn two_minutes_of_outage_are_one_warning_and_one_recovery() {
    for seed in 0..3 {
        let mut room = Room::seeded(Config::default(), BROWSER, seed);
        room.connect();
        room.run_for(60_000);
        outage(&mut room, 120_000);
        room.run_until(ConnectionState::Connected, 60_000);
        assert_eq!(count(&room), (0, 1, 1), "seed {seed}: {:?}", room.logs);
    }
}

#[test]
fn the_recovery_says_what_an_operator_asks() {
    let mut room = Room::connected();
    room.run_for(61_000);
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 5_000);
    let line = room.lines(Info)[0];
    for fact in ["cause remote", "attempts: 1", "region: here", "sessionDurationMs: 61000"] {
        assert!(line.contains(fact), "{fact} is not in {line:?}");
    }
}

#[test]
fn giving_up_is_one_warning_and_one_error() {
    let mut room = Room::connected();
    outage(&mut room, 10 * 60_000);
    room.assert_over();
    assert_eq!(count(&room), (1, 1, 0), "{:?}", room.logs);
}

#[test]
fn a_terminal_refusal_is_one_error() {
    let mut room = Room::connected();
    let reason = DisconnectReason::ParticipantRemoved as i32;
    room.tell(Told::Leave(LeaveRequest { reason, ..Default::default() }));
    room.assert_over();
    assert_eq!(count(&room), (1, 0, 0), "{:?}", room.logs);
}

#[test]
fn an_attempt_that_hangs_is_a_warning_five_seconds_later() {
    let mut room = Room::connected();
    room.server.next_dials([OnDial::Stall]);
    room.drop_socket(1006);
    let delay = room.reconnecting()[0].delay_ms.ceil() as u64;
    room.run_for(delay + 4_999);
    assert_eq!(count(&room), (0, 0, 0), "{:?}", room.logs);
    room.run_for(1);
    assert_eq!(count(&room), (0, 1, 0), "{:?}", room.logs);
}

#[test]
fn five_seconds_offline_are_a_warning() {
    let mut room = Room::connected();
    room.host(HostEvent::Offline);
    room.drop_socket(1006);
    room.run_for(4_999);
    assert_eq!(count(&room), (0, 0, 0));
    room.run_for(60_000);
    assert_eq!(count(&room), (0, 1, 0), "{:?}", room.logs);
}

#[test]
fn the_owner_of_the_connection_moves_the_line() {
    for (warn_from_attempt, warned_after) in [(1, 0), (2, 1), (4, 3)] {
        let mut room = Room::with(Config { warn_from_attempt, ..Config::default() }, BROWSER);
        room.connect();
        room.server.next_dials(vec![OnDial::Refuse; 3]);
        room.drop_socket(1006);
        while room.lines(Warn).is_empty() && room.reconnecting().len() < 10 {
            room.run_for(10);
        }
        // The dial of the connect itself is the first.
        let refused = room.dials.len() - 1;
        assert!(refused <= warned_after, "{refused} attempts before the warning, from attempt {warn_from_attempt}");
    }
}

/// A number that the app has chosen is not overruled by the clock.
#[test]
fn a_line_that_was_moved_is_not_crossed_by_time_alone() {
    let mut room = Room::with(Config { warn_from_attempt: 1_000, ..Config::default() }, BROWSER);
    room.connect();
    room.run_for(60_000);
    outage(&mut room, 120_000);
    room.run_until(ConnectionState::Connected, 60_000);
    assert_eq!(count(&room), (0, 0, 1), "{:?}", room.logs);
}

#[test]
fn a_connect_that_is_refused_or_fails_is_one_error_and_one_that_is_cancelled_is_none() {
    for status in [401, 404, 503] {
        let mut room = Room::new();
        room.server.next_dials([OnDial::Refuse, OnDial::Refuse, OnDial::Refuse]);
        room.validate = common::answer(status, "no");
        let call = room.connect();
        room.run_for(20_000);
        let error = room.error(call).message.clone();
        assert_eq!(room.lines(Error), [format!("could not connect: {error}")], "{status}");
        assert_eq!(room.lines(Warn), Vec::<String>::new(), "{status}");
    }
    let mut room = Room::new();
    room.server.next_dials([OnDial::Mute]);
    room.connect();
    room.call(rejoin::engine::room::command::Command::Disconnect);
    assert_eq!(room.lines(Error), Vec::<String>::new());
}
