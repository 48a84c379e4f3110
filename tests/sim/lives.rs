//! A thousand whole lives. `npm run soak -- 100000` runs as many as it is told; REJOIN_FROM is the first seed.

use std::any::Any;
use std::panic::catch_unwind;

use crate::life::{Outcome, live};
use crate::seeds::{Replay, number, seeds};

const LIVES: u64 = 1_000;

/// Lives them all. Says which failed, and lives the first of those again with its last events told.
fn lived(from: u64, count: u64) -> Vec<Outcome> {
    let (mut all, mut failed) = (Vec::new(), Vec::new());
    for seed in seeds(from, count) {
        match catch_unwind(|| live(seed, false)) {
            Ok(outcome) => all.push(outcome),
            Err(why) => failed.push((seed, sentence(&*why))),
        }
        if (all.len() + failed.len()) % 10_000 == 0 {
            println!("{} lives so far", all.len() + failed.len());
        }
    }
    let Some((first, _)) = failed.first() else { return all };
    let told: Vec<String> = failed.iter().take(10).map(|(seed, why)| format!("  seed {seed}: {why}")).collect();
    let of = all.len() + failed.len();
    eprintln!("{} of {of} lives failed:\n{}\nthe first of them again:", failed.len(), told.join("\n"));
    let _replay = Replay(*first);
    live(*first, true);
    unreachable!("seed {first} failed and does not fail again: it is not deterministic");
}

fn sentence(why: &(dyn Any + Send)) -> String {
    let text = why.downcast_ref::<String>().cloned();
    let text = text.or_else(|| why.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default();
    text.replace('\n', " ").chars().take(200).collect()
}

/// Faults 1, 2, 3, 13, 14, 22, 23, 24, 25, 26, 27, 28, 29: in every order, a thousand lives long
#[test]
fn lives() {
    let (from, count) = (number("REJOIN_FROM").unwrap_or(1), number("REJOIN_LIVES").unwrap_or(LIVES));
    let all = lived(from, count);
    let sum = |of: fn(&Outcome) -> u64| all.iter().map(of).sum::<u64>();
    println!(
        "{} lives: {} inputs, {} dials, {} losses, {} sessions, {} reliable messages accepted, none lost, {} of them twice; \
         {} ended early",
        all.len(),
        sum(|life| life.inputs),
        sum(|life| life.dials as u64),
        sum(|life| life.losses as u64),
        sum(|life| u64::from(life.sessions)),
        sum(|life| life.accepted as u64),
        sum(|life| life.twice as u64),
        sum(|life| u64::from(life.ended.is_some())),
    );
    assert!(all.iter().all(|life| life.twice == 0 || life.accepted > 100), "messages that the server knew came twice");
    // A life in which nothing happens proves nothing.
    assert!(all.len() < 100 || sum(|life| life.losses as u64) > all.len() as u64, "hardly anything was lost");
    assert!(all.len() < 100 || sum(|life| life.accepted as u64) > all.len() as u64, "hardly anything was sent");
}

#[test]
fn a_life_repeats_bit_for_bit_and_two_differ() {
    for seed in seeds(1, 20) {
        let _replay = Replay(seed);
        assert_eq!(live(seed, false), live(seed, false));
        assert_ne!(live(seed, false).digest, live(seed + 1, false).digest);
    }
}
