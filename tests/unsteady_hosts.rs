//! Hosts whose network flaps, that sleep, freeze and wake, and whose clock cannot be trusted.

mod common;

use common::server::OnDial;
use common::{Room, TOKEN, answer};
use rejoin::engine::Input;
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::error::Code;
use rejoin::engine::io::HostEvent;
use rejoin::engine::policy::Cause;
use rejoin::engine::room::command::Command;
use rejoin::engine::room::event::{ConnectionState, Event};
use rejoin::engine::time::Millis;
use rejoin::protocol::map::Map;
use rejoin::protocol::signal::{Ask, Told};

const BROWSER: Capabilities = Capabilities { rtc: true, offer_with_join: true };

fn seeded(seed: u8) -> Room {
    let mut room = Room::seeded(Config::default(), BROWSER, seed);
    room.connect();
    room.run_for(60_000);
    room
}

fn episodes(room: &Room) -> usize {
    let mut before = ConnectionState::Connected;
    let lost = |state: &ConnectionState| std::mem::replace(&mut before, *state) == ConnectionState::Connected;
    room.states().into_iter().filter(lost).count()
}

/// Fault 24: twenty times a second for a minute, against servers that refuse, hang, say nothing, and serve.
#[test]
fn a_flapping_network_makes_one_attempt_a_second_at_most_and_no_giving_up() {
    let servers: [(&str, Option<OnDial>); 4] = [
        ("refuses", Some(OnDial::Refuse)),
        ("hangs", Some(OnDial::Stall)),
        ("is mute", Some(OnDial::Mute)),
        ("serves", None),
    ];
    for (server, on_dial) in servers {
        for seed in 0..5 {
            println!("a server that {server}, seed {seed}");
            let mut room = seeded(seed);
            room.server.next_dials(vec![on_dial.clone(); 200].into_iter().flatten());
            room.forget();
            room.host(HostEvent::Offline);
            room.drop_socket(1006);
            let mut begun: Vec<Millis> = vec![];
            for flap in 0..1_200 {
                // A dial while one is there fails in the common room.
                room.host(if flap % 2 == 0 { HostEvent::Online } else { HostEvent::Offline });
                for _ in 0..5 {
                    let before = room.dials.len();
                    room.run_for(10);
                    begun.extend(vec![room.now; room.dials.len() - before]);
                }
            }
            assert!(begun.windows(2).all(|pair| pair[1].since(pair[0]) >= 990), "{begun:?}");
            assert_eq!(room.disconnected_for(), None);
            assert_eq!(episodes(&room), 1);
            if on_dial.is_none() {
                assert_eq!((room.state(), begun.len()), (ConnectionState::Connected, 1));
            }
            room.server.dials.clear();
            room.host(HostEvent::Online);
            room.run_for(60_000);
            assert_eq!(room.state(), ConnectionState::Connected);
        }
    }
}

/// Fault 24: a connection that lives is not disturbed, only asked, once a second at most.
#[test]
fn a_flapping_network_leaves_a_living_connection_alone() {
    let mut room = seeded(1);
    room.forget();
    for flap in 0..1_200 {
        room.host(if flap % 2 == 0 { HostEvent::Offline } else { HostEvent::Online });
        room.run_for(50);
    }
    let pings = room.sent_like(|ask| matches!(ask, Ask::PingReq(_)).then_some(())).len();
    assert!((50..=80).contains(&pings), "{pings} pings");
    assert_eq!((room.dials.len(), room.events.len(), room.state()), (0, 0, ConnectionState::Connected));
}

/// Fault 25: half an hour without a network.
#[test]
fn half_an_hour_offline_is_no_attempt_and_the_return_is_one_within_a_quarter_of_a_second() {
    let mut delays = vec![];
    for seed in 0..40 {
        let mut room = seeded(seed);
        room.forget();
        room.host(HostEvent::Offline);
        room.drop_socket(1006);
        room.run_for(30 * 60_000);
        assert_eq!((room.dials.len(), room.disconnected_for()), (0, None), "seed {seed}");
        room.host(HostEvent::Online);
        delays.push(room.run_until(ConnectionState::Connected, 251));
        room.run_for(60_000);
        assert_eq!((room.dials.len(), episodes(&room)), (1, 1), "seed {seed}");
    }
    delays.sort_unstable();
    delays.dedup();
    assert!(delays.len() > 25, "each has a delay of its own: {delays:?}");
}

/// Fault 26: an hour of sleep, after which the socket is dead and the token has expired.
#[test]
fn a_token_that_expired_in_its_sleep_is_one_doubt_one_episode_and_a_typed_end() {
    for seed in 0..10 {
        let mut room = seeded(seed);
        room.forget();
        room.server.pongs = false;
        room.server.next_dials(vec![OnDial::Refuse; 20]);
        room.validate = answer(401, "token is expired");
        room.server.responds = None;
        room.sleep(60 * 60_000);
        let name = Command::UpdateMetadata { name: Some("Ada".into()), metadata: None, attributes: Map::new() };
        let waits = room.call(name);
        room.run_for(4_499);
        let pings = room.sent_like(|ask| matches!(ask, Ask::PingReq(_)).then_some(())).len();
        assert_eq!((pings, room.dials.len()), (2, 0), "a probe, and once more because one packet can be lost");
        room.run_for(10_000);
        assert_eq!((room.dials.len(), episodes(&room)), (1, 1), "seed {seed}");
        assert_eq!(room.reconnecting()[0].cause, Cause::Local);
        assert_eq!((room.error(waits).code, room.error(waits).status), (Code::NotAllowed, Some(401)));
        room.assert_over();
    }
}

/// Fault 26: a token that the server has renewed before is the one that is used.
#[test]
fn a_renewed_token_survives_the_sleep() {
    let mut room = seeded(3);
    room.tell(Told::RefreshToken("newer.token.sig".into()));
    room.forget();
    room.server.pongs = false;
    room.sleep(60 * 60_000);
    room.run_for(4_500);
    room.server.pongs = true;
    room.run_until(ConnectionState::Connected, 1_000);
    assert_eq!((room.dials.len(), room.dials[0].token.reveal()), (1, "newer.token.sig"));
    assert_ne!(room.dials[0].token.reveal(), TOKEN);
}

/// Fault 27: a clock that jumps forward by a day in the middle of an outage.
#[test]
fn a_clock_that_jumps_forward_a_day_is_one_attempt_and_no_giving_up() {
    for seed in 0..10 {
        let mut room = seeded(seed);
        room.server.next_dials(vec![OnDial::Refuse; 4]);
        room.drop_socket(1006);
        room.run_for(3_000);
        room.forget();
        room.sleep(24 * 3_600_000);
        assert!(room.dials.len() <= 1, "seed {seed}: {} dials at once", room.dials.len());
        assert_eq!(room.disconnected_for(), None, "seed {seed}");
        room.run_for(90_000);
        assert_eq!(room.state(), ConnectionState::Connected, "seed {seed}");
        let longest = room.reconnecting().iter().fold(0.0f64, |longest, facts| longest.max(facts.delay_ms));
        assert!(longest <= 60_000.0, "seed {seed}: {longest} ms");
    }
}

/// Fault 27: a clock that stands still: whoever loses the connection in the same frozen millisecond draws a delay of
/// its own, and calls for the timer that come too early do nothing.
#[test]
fn a_clock_that_stands_still_makes_no_loop_and_leaves_jitter_spread() {
    let mut delays = vec![];
    for seed in 0..200 {
        let mut room = Room::seeded(Config::default(), BROWSER, seed);
        room.connect();
        room.forget();
        room.drop_socket(1006);
        for _ in 0..1_000 {
            room.session.handle(room.now, Input::Timeout);
            assert!(room.session.poll().is_none(), "a timer that is not due");
        }
        delays.push(room.reconnecting()[0].delay_ms as u64);
    }
    let most = delays.iter().map(|delay| delays.iter().filter(|other| *other == delay).count()).max();
    assert!(most <= Some(8), "so many of 200 in one millisecond: {most:?}");
    let early = delays.iter().filter(|delay| **delay < 1_000).count();
    assert!((20..=120).contains(&early), "{early} of 200 in the first second of four");
}

/// Fault 29: frozen and resumed, or brought back from the cache, with a socket that died meanwhile: one reconnect,
/// whatever else is told at the same moment.
#[test]
fn a_page_that_comes_back_mends_a_dead_connection_once() {
    use HostEvent::{NetworkChange, Online, PageShow, Resume, Visible};
    let returns: [&[HostEvent]; 5] =
        [&[Resume], &[PageShow], &[Resume, Visible], &[PageShow, Visible, Online], &[NetworkChange, Resume, PageShow]];
    for events in returns {
        // The close was not told while it was frozen: it comes first, last, or never.
        for close in ["before", "after", "never"] {
            let mut room = seeded(5);
            room.host(HostEvent::Hidden);
            room.host(HostEvent::PageHide);
            room.forget();
            room.server.pongs = false;
            room.now = room.now.after(10 * 60_000);
            if close == "before" {
                room.lose_socket(1006);
            }
            for event in events {
                room.host(*event);
            }
            if close == "after" {
                room.drop_socket(1006);
            }
            room.server.pongs = true;
            room.run_for(6_000);
            assert_eq!(room.state(), ConnectionState::Connected, "{events:?}, close {close}");
            let reconnects = room.events.iter().filter(|event| matches!(event, Event::Reconnected)).count();
            let want = usize::from(close != "never");
            assert_eq!((reconnects, room.dials.len()), (want, want), "{events:?}, close {close}");
            room.run_for(600_000);
            assert_eq!(room.dials.len(), want, "{events:?}, close {close}: once");
        }
    }
}
