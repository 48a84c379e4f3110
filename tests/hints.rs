//! What a server says about when to come back: in the reason of a close, in `Retry-After`. And how often a room comes
//! back to a server that takes it and throws it out again.
// Clippy takes the functions of an integration test that are no `#[test]` for production code.
#![allow(clippy::indexing_slicing, clippy::expect_used, clippy::unwrap_used)]

mod common;

use common::server::OnDial;
use common::{Incoming, Room, answer};
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::io::{FetchResponse, HostEvent};
use rejoin::engine::room::command::Command;
use rejoin::engine::room::event::{ConnectionState, ReconnectKind};

const BROWSER: Capabilities = Capabilities { rtc: true, offer_with_join: true };

/// A room that does not give up before the longest wait that a server may ask for is over.
fn steady() -> Room {
    let config = Config { give_up_after_ms: 3_600_000, ..Config::default() };
    let mut room = Room::with(config, BROWSER);
    room.connect();
    room.run_for(60_000);
    room.forget();
    room
}

fn busy(status: u16, retry_after_ms: Option<f64>) -> FetchResponse {
    FetchResponse { retry_after_ms, ..answer(status, "quota").unwrap().unwrap() }
}

fn closed(reason: &str) -> Room {
    let mut room = steady();
    let attempt = room.socket.take().unwrap();
    room.give(Incoming::Closed(attempt, 1013, reason.into()));
    room
}

#[test]
fn who_waits_as_long_as_the_server_asked_for_does_not_give_up_before() {
    let mut room = Room::connected();
    room.run_for(60_000);
    let attempt = room.socket.take().unwrap();
    room.give(Incoming::Closed(attempt, 1013, "retry_in=1000000000".into()));
    room.run_until(ConnectionState::Connected, 376_000);
}

/// Fault 49: at once, late, never, and nonsense, in the reason of a close.
#[test]
fn a_hint_in_a_close_reason_is_kept_to_within_bounds() {
    // Without a hint a lost room of one comes back within 3.8 s and the spread.
    let own = 0.0..=4_050.0;
    // A hint spreads those who got it over a quarter of it, or over the policy's own window.
    let cases = [
        ("retry_in=0", 0.0..=3_800.0),
        ("retry_in=1", 1.0..=3_801.0),
        ("retry_in=60000", 60_000.0..=75_000.0),
        ("retry_in=1000000000", 300_000.0..=375_000.0),
        ("retry_in=999999999999999", 300_000.0..=375_000.0),
        ("retry_in=soon", own.clone()),
        ("retry_in=NaN", own.clone()),
        ("retry_in=Infinity", own.clone()),
        ("retry_in=1e9", 1.0..=3_801.0),
        ("retry_in=99999999999999999999999999", 300_000.0..=375_000.0),
        ("RETRY_IN=60000", own.clone()),
        ("retry in 60000", own),
    ];
    for (reason, range) in cases {
        let mut room = closed(reason);
        let delay = room.reconnecting()[0].delay_ms;
        assert!(range.contains(&delay) && delay > 0.0, "{reason}: {delay}");
        room.run_for(delay as u64 - u64::from(delay > 1.0));
        assert_eq!(room.dials.len(), 0, "{reason}: not before");
        room.run_for(100);
        assert_eq!((room.dials.len(), room.state()), (1, ConnectionState::Connected), "{reason}");
    }
    for reason in ["retry_in=-1", "retry_in=-1000000000", "bye; retry_in=-5"] {
        let mut room = closed(reason);
        room.assert_over();
        room.run_for(3_600_000);
        assert_eq!((room.dials.len(), room.lines(log::Level::Error).len()), (0, 1), "{reason}: never");
    }
}

/// Fault 49: at once, of one session alone, whenever it is back.
#[test]
fn a_server_that_takes_a_session_and_asks_for_it_at_once_is_not_come_back_to_without_a_pause() {
    let mut room = steady();
    for _ in 0..20 {
        let attempt = room.socket.take().unwrap();
        room.give(Incoming::Closed(attempt, 1000, "retry_in=0".into()));
        room.run_for(1_100);
        assert_eq!(room.state(), ConnectionState::Connected);
    }
    let delays: Vec<f64> = room.reconnecting().iter().map(|facts| facts.delay_ms).collect();
    assert!(delays.iter().all(|delay| *delay > 0.0 && *delay <= 1_000.0), "{delays:?}");
    assert!(delays.iter().sum::<f64>() > 5_000.0, "{delays:?}");
}

/// Faults 8, 49: `Retry-After` of a 429 and of a 503, while a room comes back. (What cannot be read is none.)
#[test]
fn retry_after_is_kept_to_within_bounds_or_the_policy_decides() {
    for status in [429, 503] {
        for (retry_after_ms, range) in [
            (None, 380.0..=7_600.0),
            (Some(0.0), 0.0..=3_800.0),
            (Some(7_000.0), 7_000.0..=10_800.0),
            (Some(120_000.0), 120_000.0..=150_000.0),
            (Some(1e12), 300_000.0..=375_000.0),
            (Some(u64::MAX as f64), 300_000.0..=375_000.0),
        ] {
            let mut room = steady();
            room.validate = Some(Ok(busy(status, retry_after_ms)));
            room.server.next_dials([OnDial::Refuse]);
            room.drop_socket(1006);
            while room.reconnecting().len() < 2 {
                room.run_for(1);
            }
            assert_eq!((room.dials.len(), room.fetches.len()), (1, 1), "asked why");
            let facts = room.reconnecting()[1];
            assert!(range.contains(&facts.delay_ms), "{status} {retry_after_ms:?}: {}", facts.delay_ms);
            let (delay, here) = (facts.delay_ms, room.dials[0].server_url.clone());
            room.run_for(delay.ceil() as u64);
            assert_eq!((room.dials.len(), room.state()), (2, ConnectionState::Connected));
            assert_eq!(room.dials[1].server_url, here, "a server that is busy is no reason to go elsewhere");
        }
    }
}

/// A room that waits for as long as the server has asked for in reply to its first attempt.
fn told_to_wait(retry_after_ms: f64) -> Room {
    let mut room = steady();
    room.validate = Some(Ok(busy(503, Some(retry_after_ms))));
    room.server.next_dials(vec![OnDial::Refuse; 1_000]);
    room.drop_socket(1006);
    while room.reconnecting().len() < 2 {
        room.run_for(1);
    }
    room
}

#[test]
fn a_server_that_asks_for_a_pause_after_each_attempt_gets_it_after_each() {
    let mut room = told_to_wait(30_000.0);
    while room.dials.len() < 12 {
        room.run_for(1_000);
    }
    assert_eq!(room.fetches.len(), 12, "asked after each attempt that it had named the time of");
    let delays: Vec<_> = room.reconnecting()[1..12].iter().map(|facts| facts.delay_ms).collect();
    assert!(delays.iter().all(|delay| (30_000.0..=37_500.0).contains(delay)), "{delays:?}");
}

#[test]
fn neither_the_host_nor_the_app_comes_before_the_server_wants_it() {
    for events in [
        vec![HostEvent::Online],
        vec![HostEvent::Offline, HostEvent::Online],
        vec![HostEvent::Hidden, HostEvent::Visible],
        vec![HostEvent::NetworkChange],
    ] {
        let mut room = told_to_wait(30_000.0);
        let due = room.now.after(room.reconnecting()[1].delay_ms.ceil() as u64);
        for _ in 0..5 {
            room.run_for(2_000);
            events.iter().for_each(|event| room.host(*event));
            room.call(Command::ReconnectNow);
        }
        room.run_for(due.since(room.now) - 1);
        assert_eq!(room.dials.len(), 1, "{events:?}");
        room.run_for(300);
        assert_eq!(room.dials.len(), 2, "{events:?}: nor much later");
    }
}

#[test]
fn time_that_the_server_did_not_ask_for_counts_however_often_it_asks() {
    let config = Config { give_up_after_ms: 20_000, ..Config::default() };
    let mut room = Room::with(config, BROWSER);
    room.connect();
    room.run_for(60_000);
    room.validate = Some(Ok(busy(503, Some(10.0))));
    room.server.next_dials(vec![OnDial::Refuse; 1_000]);
    room.drop_socket(1006);
    room.run_for(20_000);
    assert_eq!(room.state(), ConnectionState::Reconnecting, "what it asked for does not count");
    room.run_for(1_000);
    room.assert_over();
}

#[test]
fn first_connects_that_were_told_the_same_do_not_come_back_together() {
    let mut waits = Vec::new();
    for seed in 0..40 {
        let mut room = Room::seeded(Config::default(), BROWSER, seed);
        room.validate = Some(Ok(busy(429, Some(8_000.0))));
        room.server.next_dials([OnDial::Refuse]);
        let call = room.connect();
        waits.push(common::regions::settled(&mut room, call));
    }
    waits.sort_unstable();
    let (first, last) = (waits[0], waits[39]);
    assert!(first >= 8_000 && last <= 10_100 && last - first >= 1_200, "{waits:?}");
}

/// Fault 49: a negative one.
#[test]
fn a_negative_retry_after_ends_the_room() {
    for status in [429, 503] {
        let mut room = steady();
        room.validate = Some(Ok(busy(status, Some(-1_000.0))));
        room.server.next_dials([OnDial::Refuse]);
        room.drop_socket(1006);
        room.run_for(3_600_000);
        room.assert_over();
        assert_eq!(room.dials.len(), 1);
    }
}

/// Fault 8: the same for the first connect, within its budget.
#[test]
fn a_first_connect_waits_as_long_as_a_429_says_and_its_budget_allows() {
    for (retry_after_ms, connects) in
        [(None, true), (Some(3_000.0), true), (Some(14_900.0), false), (Some(1e18), false), (Some(-1.0), false)]
    {
        let mut room = Room::new();
        room.validate = Some(Ok(busy(429, retry_after_ms)));
        room.server.next_dials([OnDial::Refuse]);
        let call = room.connect();
        room.run_for(15_000);
        assert_eq!(room.result(call).unwrap().is_ok(), connects, "{retry_after_ms:?}");
        if !connects {
            assert_eq!((room.error(call).status, room.error(call).code.retryable()), (Some(429), true));
            room.assert_over();
        }
    }
}

/// From timer to timer until it is connected again; how long that was.
fn wait(room: &mut Room) -> u64 {
    let start = room.now;
    while room.state() != ConnectionState::Connected {
        assert!(room.step(start.after(60_000)), "not within a minute");
    }
    room.now.since(start)
}

/// Fault 11: fifty times joined and thrown out 100 ms later. Only a session of half a minute counts as one.
#[test]
fn a_server_that_takes_and_throws_out_again_is_come_back_to_ever_more_slowly() {
    // Where the policy settles: U(0.1, 1) of ten windows, of one second for one session, of 3.8 s for a server.
    for (code, settled) in [(1000, 5_000..=6_000), (1006, 18_500..=23_000), (1011, 18_500..=23_000)] {
        let (mut first, mut last) = (vec![], vec![]);
        for seed in 0..10 {
            let mut room = Room::seeded(Config::default(), BROWSER, seed);
            room.connect();
            room.run_for(40_000);
            room.forget();
            let mut waits = vec![];
            for _ in 0..50 {
                room.run_for(100);
                room.drop_socket(code);
                waits.push(wait(&mut room));
            }
            first.extend(&waits[..3]);
            last.extend(&waits[10..]);
            assert_eq!(
                room.kinds().iter().filter(|kind| **kind == ReconnectKind::Full).count(),
                0,
                "each resume worked"
            );
            assert_eq!(room.dials.len(), 50);
            room.run_for(30_001);
            room.forget();
            room.drop_socket(code);
            let again = wait(&mut room);
            assert!(again <= 4_100, "seed {seed}, after a session that lasted: {again} ms");
        }
        let mean = |of: Vec<u64>| of.iter().sum::<u64>() / of.len() as u64;
        let (first, last) = (mean(first), mean(last));
        println!("code {code}, seeds 0 to 9: {first} ms between the first ones, {last} ms in the end");
        assert!(last > 2 * first && settled.contains(&last), "code {code}: {first}, then {last} ms");
    }
}
