//! What an operator reads in the log: nothing about churn, one warning about an outage, one line when it is over.

use rejoin::engine::config::Config;
use rejoin::engine::room::event::ConnectionState;

use crate::one::{HOUR, MINUTE, One, SECOND};
use crate::seeds::{Replay, seeds};
use crate::sfu::Door;

const SEEDS: u64 = 50;

/// Fault 1: a reset in the session
#[test]
fn a_day_with_six_self_healing_drops_is_no_warning() {
    for seed in seeds(1, SEEDS) {
        let _replay = Replay(seed);
        let mut one = One::joined(seed);
        for _ in 0..6 {
            one.world.advance(4 * HOUR - seed * SECOND);
            one.reset();
        }
        one.world.advance(MINUTE);
        assert_eq!(one.episodes(), (6, 6));
        assert_eq!(one.lines(), (0, 6, 0), "warn, info, error: {:?}", one.watch().logs);
    }
    println!("a day with six self-healing drops, {SEEDS} seeds: 0 warn, 6 info");
}

fn outage(seed: u64, config: Config, ms: u64) -> One {
    let mut one = One::with(seed, config, |_| {});
    one.world.site.door = Door::Refuses;
    one.reset();
    one.world.advance(ms);
    one.world.site.door = Door::Open;
    one.world.advance(5 * MINUTE);
    one
}

#[test]
fn an_outage_of_two_minutes_is_one_warning_and_one_line_when_it_is_over() {
    for seed in seeds(1, SEEDS) {
        let _replay = Replay(seed);
        let one = outage(seed, Config::default(), 2 * MINUTE);
        assert_eq!(one.episodes(), (1, 1));
        assert_eq!(one.lines(), (1, 1, 0), "warn, info, error: {:?}", one.watch().logs);
    }
    println!("an outage of two minutes, {SEEDS} seeds: 1 warn, 1 info");
}

#[test]
fn an_outage_that_ends_in_giving_up_is_one_warning_and_one_error() {
    for seed in seeds(1, SEEDS) {
        let _replay = Replay(seed);
        let one = outage(seed, Config::default(), 10 * MINUTE);
        assert_eq!(one.watch().state, ConnectionState::Disconnected);
        assert_eq!(one.lines(), (1, 0, 1), "warn, info, error: {:?}", one.watch().logs);
    }
    println!("an outage that ends in giving up, {SEEDS} seeds: 1 warn, 1 error");
}

/// `logConnectionRetries.warnFromAttempt`.
#[test]
fn the_attempt_that_is_worth_a_warning_can_be_moved() {
    let warned = |seed, warn_from_attempt| {
        let mut one = One::with(seed, Config { warn_from_attempt, ..Config::default() }, |_| {});
        one.world.site.door = Door::Refuses;
        one.reset();
        // Up to the first refusal, and not to five seconds after it.
        while one.watch().reconnecting.len() < 2 {
            one.world.advance(1);
        }
        one.lines().0
    };
    for seed in seeds(1, 10) {
        let _replay = Replay(seed);
        assert_eq!([1, 2, 3].map(|attempt| warned(seed, attempt)), [1, 1, 0]);
    }
    println!("warnFromAttempt 1 and 2 warn at the first refusal, 3 does not");
}
