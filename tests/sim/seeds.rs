//! Which seeds a test runs, and how a failure is seen again.

/// So many seeds, or the one that is to be replayed (`REJOIN_SEED`).
pub fn seeds(from: u64, count: u64) -> Vec<u64> {
    number("REJOIN_SEED").map_or_else(|| (from..from + count).collect(), |seed| vec![seed])
}

/// A number in the environment.
pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Says how to replay a failure that happens while it is there.
pub struct Replay(pub u64);

impl Drop for Replay {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let test = std::thread::current().name().unwrap_or("sim").to_owned();
            let seed = self.0;
            eprintln!(
                "seed {seed}; again: REJOIN_SEED={seed} cargo test --profile sim --test sim {test} -- --nocapture"
            );
        }
    }
}
