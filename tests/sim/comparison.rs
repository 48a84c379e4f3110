//! The comparison of reconnect policies: the same clients, network and server under each of them.
//!
//! `npm run docs` runs it and puts what it prints into `docs/`. Output: the table in Markdown, a line `---`, the picture
//! in SVG. `cargo run --profile sim --example comparison` is the same by hand.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod picture;
mod storm;

use storm::policies::Policy;
use storm::{Fault, Figures, Series, Setting, Storm, capacity_for};

/// A scenario: what it is, for how long it is watched, and how many seeds are averaged.
struct Scenario {
    title: &'static str,
    setting: Setting,
    seconds: u64,
    seeds: u64,
}

fn scenarios() -> Vec<Scenario> {
    let of = |title, setting, seconds, seeds| Scenario { title, setting, seconds, seeds };
    let weak = Fault { share: 0.2, weak: (0.25, 15_000), ..Fault::default() };
    let down = Fault { down_ms: 20_000, ..Fault::default() };
    let forgotten = Fault { forgotten: true, ..Fault::default() };
    vec![
        of("All of 650 cut at once, capacity 200 joins/s", Setting::of(650), 120, 5),
        of("All of 10,000 cut at once, capacity 3,077 joins/s", Setting::of(10_000), 60, 1),
        of("All of 100,000 cut at once, capacity 30,769 joins/s", Setting::of(100_000), 30, 1),
        of(
            "All of 10,000 cut at once, capacity stays at 200 joins/s",
            Setting { capacity_per_s: capacity_for(650), ..Setting::of(10_000) },
            600,
            1,
        ),
        of(
            "20 % of 650 cut, capacity a quarter (50 joins/s) for 15 s",
            Setting { fault: weak, ..Setting::of(650) },
            120,
            5,
        ),
        of(
            "1,000 rooms of 10 on one node, all cut, capacity 3,077 joins/s",
            Setting { room: 10, ..Setting::of(10_000) },
            60,
            1,
        ),
        of("All of 650 cut, the server refuses for 20 s", Setting { fault: down, ..Setting::of(650) }, 180, 5),
        of(
            "All of 650 cut, the server has lost their sessions (a resume is turned down, then a new join)",
            Setting { fault: forgotten, ..Setting::of(650) },
            120,
            5,
        ),
    ]
}

fn run(scenario: &Scenario, policy: Policy, seed: u64) -> (Figures, Series) {
    let mut storm = Storm::new(Setting { policy, seed, ..scenario.setting.clone() });
    storm.advance(scenario.seconds * 1_000);
    (storm.figures(), storm.series().clone())
}

type Runs = Vec<(Figures, Series)>;

/// Every policy's runs, as many at a time as there are cores. Each storm is one thread's, so this changes no figure.
fn side_by_side(scenario: &Scenario) -> Vec<(Policy, Runs)> {
    let runs = |policy| (1..=scenario.seeds).map(|seed| run(scenario, policy, seed)).collect::<Runs>();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut done = Vec::new();
    for some in Policy::ALL.chunks(cores) {
        std::thread::scope(|scope| {
            let running: Vec<_> = some.iter().map(|policy| scope.spawn(|| (*policy, runs(*policy)))).collect();
            done.extend(running.into_iter().map(|thread| thread.join().unwrap()));
        });
    }
    done
}

/// The middle of the seeds' figures, by peak.
fn middle(mut all: Vec<Figures>) -> Figures {
    all.sort_by(|a, b| a.peak.total_cmp(&b.peak));
    all.swap_remove(all.len() / 2)
}

fn row(policy: Policy, clients: u32, figures: &Figures) -> String {
    let time = |at: Option<u64>| at.map_or("never".into(), |ms| format!("{:.1} s", ms as f64 / 1_000.0));
    format!(
        "| {} | {:.2} | {} | {} | {} | {:.1} | {} | {} |",
        policy.name(),
        figures.peak,
        figures.least_connected,
        time(figures.t50_ms),
        time(figures.t99_ms),
        figures.attempts_mean,
        figures.lost_others,
        clients - figures.connected,
    )
}

/// The first delay of a client whose own network blinked, and of one whose server went.
fn first_delays(policy: Policy) -> String {
    let delays = |local| {
        let fault = Fault { local, ..Fault::default() };
        let setting = Setting { clients: 1_000, room: 10, capacity_per_s: 1e9, fault, policy, ..Setting::default() };
        let mut storm = Storm::new(setting);
        storm.advance(10_000);
        storm.figures()
    };
    let (local, remote) = (delays(true), delays(false));
    format!(
        "| {} | {:.0} ms | {:.0} ms | {:.0} ms | {} |",
        policy.name(),
        local.first_delay_p50_ms,
        local.first_delay_max_ms,
        remote.first_delay_max_ms,
        policy.row().1
    )
}

fn main() {
    println!("## The policies, and the first delay in a room of 10\n");
    println!(
        "| policy | own network blinked: p50 | max | server gone: max | rule (k counts failed attempts, U is uniform) |"
    );
    println!("|---|---|---|---|---|");
    for policy in Policy::ALL {
        println!("{}", first_delays(policy));
    }
    let mut drawn = Vec::new();
    for (number, scenario) in scenarios().iter().enumerate() {
        println!("\n## {}\n", scenario.title);
        println!(
            "| policy | peak | least connected | T50 | T99 | attempts per client | lost others | not back after {} s |",
            scenario.seconds
        );
        println!("|---|---|---|---|---|---|---|---|");
        for (policy, all) in side_by_side(scenario) {
            if number == 0 {
                drawn.push((policy, all[0].1.clone()));
            }
            let figures = middle(all.into_iter().map(|(figures, _)| figures).collect());
            println!("{}", row(policy, scenario.setting.clients, &figures));
        }
    }
    println!("---\n{}", picture::draw(&drawn, 650, capacity_for(650), 20));
}
