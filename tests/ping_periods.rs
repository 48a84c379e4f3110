//! Servers that name ping intervals and timeouts that no room can live with.

mod common;

use common::Room;
use rejoin::engine::room::event::ConnectionState;
use rejoin::protocol::proto::Pong;
use rejoin::protocol::signal::{Ask, Told};

/// A connected room of a server with these periods, in seconds.
fn room(interval: i32, timeout: i32) -> Room {
    let mut room = Room::new();
    (room.server.join.ping_interval, room.server.join.ping_timeout) = (interval, timeout);
    room.connect();
    assert_eq!(room.state(), ConnectionState::Connected);
    room
}

const ODD: &[(i32, i32)] = &[
    (-1, 15),
    (5, -1),
    (i32::MIN, i32::MIN),
    (i32::MAX, i32::MAX),
    (1, i32::MAX),
    (i32::MAX, 1),
    (61, 130),
    (5, 61),
    (10, 5),
    (5, 5),
    (60, 60),
];
const PLAIN: &[(i32, i32)] = &[(0, 0), (0, 15), (5, 0), (5, 15), (1, 2), (30, 60)];

/// Fault 30: pinged once a second at most, and never given up while it answers.
#[test]
fn a_living_server_is_neither_flooded_nor_lost_whatever_it_names() {
    for (interval, timeout) in ODD.iter().chain(PLAIN) {
        let mut room = room(*interval, *timeout);
        room.forget();
        room.run_for(600_000);
        let pings = room.sent_like(|ask| matches!(ask, Ask::PingReq(_)).then_some(())).len();
        assert!(pings <= 600, "{interval} {timeout}: {pings} pings in ten minutes");
        assert_eq!((room.state(), room.dials.len()), (ConnectionState::Connected, 0), "{interval} {timeout}");
    }
}

/// Fault 30: a dead one is noticed within a minute or two, or by the idle timeout where it names no timeout of its own.
#[test]
fn a_dead_server_is_noticed_whatever_it_names() {
    for (interval, timeout) in ODD.iter().chain(PLAIN) {
        let mut room = room(*interval, *timeout);
        room.server.pongs = false;
        let start = room.now;
        while room.closed.is_empty() && room.now.since(start) < 600_000 {
            room.run_for(100);
        }
        let taken = room.now.since(start);
        assert!((2_000..=125_000).contains(&taken), "{interval} {timeout}: {taken} ms");
        assert_eq!(room.closed.first(), Some(&(4003, "no sign of life")), "{interval} {timeout}");
    }
}

/// Fault 30: told once, however often it is named again.
#[test]
fn periods_out_of_bounds_are_one_warning() {
    let warnings =
        |room: &Room| room.lines(log::Level::Warn).iter().filter(|line| line.contains("ping interval")).count();
    for (interval, timeout) in ODD {
        let mut room = room(*interval, *timeout);
        for _ in 0..3 {
            room.run_for(40_000);
            room.drop_socket(1006);
            room.run_until(ConnectionState::Connected, 5_000);
        }
        assert_eq!(warnings(&room), 1, "{interval} {timeout}");
    }
    for (interval, timeout) in PLAIN {
        assert_eq!(warnings(&room(*interval, *timeout)), 0, "{interval} {timeout}");
    }
}

#[test]
fn the_answer_to_no_ping_measures_nothing() {
    let mut room = room(5, 15);
    room.run_for(60_000);
    let measured = room.session.rtt_ms();
    assert!(measured.is_some());
    let now = room.now.0 as i64;
    for timestamp in [now, now - 1, now - 50_000, now + 1, 0, i64::MIN, i64::MAX] {
        room.tell(Told::PongResp(Pong { last_ping_timestamp: timestamp, timestamp: 0 }));
        assert_eq!(room.session.rtt_ms(), measured, "{timestamp}");
    }
}
