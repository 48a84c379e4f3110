//! Dead sockets that say nothing, and live ones that only seem dead: how soon the first are noticed, and that the second
//! are never given up.

use rejoin::engine::config::Config;
use rejoin::engine::io::HostEvent;

use crate::one::{HOUR, ME, MINUTE, One, SECOND};
use crate::seeds::{Replay, seeds};
use crate::storm::client::Throttle;
use crate::storm::net::{Direction, Weather};

const UP: &[Direction] = &[Direction::Up];
const DOWN: &[Direction] = &[Direction::Down];
const BOTH: &[Direction] = &[Direction::Up, Direction::Down];
/// So much later than the join begins a silence, to meet every phase of the pings.
const PHASES: u64 = 40;

/// The longest time to notice, over many phases of the pings.
fn noticed(ways: &[Direction], limit: u64, pings: bool, chatters: bool) -> u64 {
    let mut longest = 0;
    for seed in seeds(1, PHASES) {
        let _replay = Replay(seed);
        let mut one = One::with(seed, Config::default(), |sfu| {
            if !pings {
                (sfu.join.ping_interval, sfu.join.ping_timeout) = (0, 0);
            }
        });
        one.world.advance(seed * 137);
        // The last sign of life comes just before the silence.
        one.chatter();
        one.world.advance(50);
        one.silence(ways);
        let after = one.noticed_within(10 * MINUTE, |one| {
            if chatters {
                one.chatter();
            }
        });
        assert!(after.is_some_and(|ms| ms <= limit), "noticed after {after:?} ms, the limit is {limit}");
        longest = longest.max(after.unwrap_or(u64::MAX));
    }
    longest
}

/// Faults 2, 3: silent both ways, and from the server to the client
#[test]
fn silence_is_noticed_within_the_servers_timeout_and_three_seconds() {
    let (both, down) = (noticed(BOTH, 18 * SECOND, true, false), noticed(DOWN, 18 * SECOND, true, false));
    println!("silent, server's timeout 15 s: both ways noticed after at most {both} ms, down {down} ms (gate 18,000)");
}

#[test]
fn silence_is_noticed_within_95_s_where_the_server_names_no_timeout() {
    let both = noticed(BOTH, 95 * SECOND, false, false);
    println!("silent, no timeout named: both ways noticed after at most {both} ms (gate 95,000)");
}

// The server goes on talking, so only the missing pongs tell.
/// Fault 3: silent from the client to the server
#[test]
fn a_way_up_that_is_dead_is_noticed_by_its_pongs() {
    let up = noticed(UP, 25 * SECOND, true, true);
    println!("only the way up is dead: noticed after at most {up} ms (three pings of 5 s, and a probe)");
}

#[test]
fn a_suspicion_is_settled_within_five_seconds() {
    let mut longest = 0;
    let suspicions = [HostEvent::Online, HostEvent::Visible, HostEvent::Resume, HostEvent::PageShow];
    for seed in seeds(1, PHASES) {
        let _replay = Replay(seed);
        for event in suspicions {
            let mut one = One::joined(seed);
            one.silence(BOTH);
            one.world.advance(seed * 100);
            one.host(event);
            let after = one.noticed_within(20 * SECOND, |_| {});
            assert!(after.is_some_and(|ms| ms <= 5_000), "noticed {after:?} ms after {event:?}");
            longest = longest.max(after.unwrap_or(u64::MAX));
        }
    }
    println!("after a suspicion: noticed after at most {longest} ms (gate 5,000)");
}

#[test]
fn a_day_of_loss_and_spikes_is_no_silence() {
    let mut inputs = 0;
    for seed in seeds(1, 10) {
        let _replay = Replay(seed);
        let mut one = One::joined(seed);
        let weather = Weather { loss: 0.05, spikes: 0.01, spike_ms: 2_000, ..Weather::default() };
        one.world.net.set_weather(ME, weather);
        for _ in 0..24 {
            one.world.advance(HOUR);
            one.host(HostEvent::Visible);
        }
        assert_eq!(one.episodes(), (0, 0), "a false verdict; {:?}", one.watch().reconnecting);
        inputs += one.world.inputs;
    }
    println!("ten days of 5 % loss and 2 s spikes: 0 false verdicts in {inputs} inputs");
}

/// Fault 28: hidden for ten minutes, timers once a minute
#[test]
fn ten_minutes_hidden_are_no_silence() {
    for seed in seeds(1, PHASES) {
        let _replay = Replay(seed);
        for period in [SECOND, MINUTE] {
            let mut one = One::joined(seed);
            one.world.advance(seed * 137);
            one.host(HostEvent::Hidden);
            one.world.clients[0].throttle = Throttle::Every(period);
            one.world.advance(10 * MINUTE);
            one.world.clients[0].throttle = Throttle::None;
            one.host(HostEvent::Visible);
            one.world.advance(MINUTE);
            assert_eq!(one.episodes(), (0, 0), "a false verdict; {:?}", one.watch().reconnecting);
        }
    }
    println!("ten minutes hidden, a timer a second and one a minute, {PHASES} phases each: 0 reconnects");
}

/// An hour's sleep. The clock may have stood still, the host may or may not say that it woke.
fn sleep(seed: u64, stands_still: bool, says_so: bool, meanwhile: impl Fn(&mut One)) -> One {
    let mut one = One::joined(seed);
    one.world.advance(seed * 137);
    // The media transport sleeps with the host: it notices nothing.
    one.silence(BOTH);
    let now = one.now();
    one.world.clients[0].sleep(now, HOUR, stands_still);
    meanwhile(&mut one);
    one.world.advance(HOUR);
    one.heal();
    one.world.advance(1);
    if says_so {
        one.host(HostEvent::Resume);
    }
    one.world.advance(5 * MINUTE);
    one
}

fn every_sleep(check: impl Fn(u64, bool, bool)) {
    for seed in seeds(1, 20) {
        let _replay = Replay(seed);
        for (stands_still, says_so) in [(false, false), (false, true), (true, false), (true, true)] {
            check(seed, stands_still, says_so);
        }
    }
}

#[test]
fn an_hours_sleep_that_the_socket_survived_costs_no_reconnect() {
    every_sleep(|seed, stands_still, says_so| {
        let one = sleep(seed, stands_still, says_so, |_| {});
        assert_eq!(one.episodes(), (0, 0), "{:?}", one.watch().reconnecting);
    });
    println!("an hour's sleep, the socket survived: 0 reconnects");
}

/// Fault 26: an hour's sleep
#[test]
fn an_hours_sleep_that_it_did_not_costs_exactly_one() {
    every_sleep(|seed, stands_still, says_so| {
        // The server forgot the client: once with a reset that arrives after the wake, once without a word.
        for resets in [false, true] {
            let one = sleep(seed, stands_still, says_so, |one| {
                if resets {
                    one.reset();
                }
                one.world.site.forget(&mut one.world.net, ME);
            });
            assert_eq!(one.episodes(), (1, 1), "{:?}", one.watch().reconnecting);
        }
    });
    println!("an hour's sleep, the socket did not survive: exactly one reconnect");
}

/// Fault 24: online and offline, twenty times a second
#[test]
fn flapping_between_online_and_offline_makes_one_attempt_a_second_at_most() {
    let mut most = 0;
    for seed in seeds(1, 20) {
        let _replay = Replay(seed);
        let mut one = One::joined(seed);
        one.world.site.door = crate::sfu::Door::Refuses;
        one.reset();
        let before = one.watch().dials.len();
        for _ in 0..600 {
            one.host(HostEvent::Offline);
            one.world.advance(50);
            one.host(HostEvent::Online);
            one.world.advance(50);
        }
        let dials = &one.watch().dials[before..];
        let busiest =
            dials.iter().map(|at| dials.iter().filter(|other| other.since(*at) < 999 && *other >= at).count());
        most = most.max(busiest.max().unwrap_or(0));
        assert!(most <= 1, "{dials:?}");
        one.world.site.door = crate::sfu::Door::Open;
        one.world.advance(MINUTE);
        assert_eq!(one.episodes(), (1, 1));
    }
    println!("online and offline ten times a second for a minute: at most {most} attempt in any second");
}

/// Fault 25: offline for half an hour
#[test]
fn half_an_hour_offline_is_waited_out_without_an_attempt() {
    let mut longest = 0;
    for seed in seeds(1, 20) {
        let _replay = Replay(seed);
        let mut one = One::joined(seed);
        one.host(HostEvent::Offline);
        one.world.drop_socket(ME, 1006);
        let before = one.watch().dials.len();
        one.world.advance(30 * MINUTE);
        assert_eq!(one.watch().dials.len(), before, "an attempt while offline");
        let online = one.now();
        one.host(HostEvent::Online);
        one.world.advance(5 * SECOND);
        assert_eq!(one.episodes(), (1, 1));
        let waited = one.watch().dials[before].since(online);
        // Where the session is gone meanwhile, the browser takes a moment to make the offer that goes with the join.
        assert!(waited <= 255, "{waited} ms");
        longest = longest.max(waited);
    }
    println!("half an hour offline: no attempt, and one at most {longest} ms after it is online (U(0, 250))");
}
