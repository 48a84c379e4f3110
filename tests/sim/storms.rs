//! The gates of the default policy: what a crowd of these clients does to a server, and to those who were not hit.

use crate::seeds::{Replay, seeds};
use crate::storm::policies::Policy;
use crate::storm::{Fault, Figures, Setting, Storm, capacity_for, join};
use rejoin::protocol::proto;

const SECOND: u64 = 1_000;

/// Lets a storm blow itself out; names its seed when something in it fails.
fn after(setting: Setting, ms: u64) -> Figures {
    let _replay = Replay(setting.seed);
    let mut storm = Storm::new(setting);
    storm.advance(ms);
    storm.figures()
}

/// Every seed's figures; `check` looks at each.
fn each(setting: &Setting, count: u64, ms: u64, check: impl Fn(&Figures)) -> Vec<Figures> {
    let run = |seed| {
        let _replay = Replay(seed);
        let figures = after(Setting { seed, ..setting.clone() }, ms);
        check(&figures);
        figures
    };
    seeds(1, count).into_iter().map(run).collect()
}

fn most(all: &[Figures], of: impl Fn(&Figures) -> f64) -> f64 {
    all.iter().map(of).fold(0.0, f64::max)
}

fn seconds(ms: Option<u64>) -> f64 {
    ms.map_or(f64::INFINITY, |ms| ms as f64 / 1_000.0)
}

#[test]
fn local_blip_room_of_10_first_delay() {
    let fault = Fault { local: true, ..Fault::default() };
    let setting = Setting { clients: 1_000, room: 10, capacity_per_s: 1e9, fault, ..Setting::default() };
    let all = each(&setting, 10, 5 * SECOND, |figures| {
        assert!(figures.first_delay_p50_ms <= 150.0, "{figures:?}");
        assert!(figures.first_delay_max_ms <= 300.0, "{figures:?}");
        assert_eq!(figures.connected, 1_000);
    });
    let p50 = most(&all, |figures| figures.first_delay_p50_ms);
    let max = most(&all, |figures| figures.first_delay_max_ms);
    println!("local blip, 1,000 rooms of 10: first delay p50 {p50:.0} ms, max {max:.0} ms (gates 150, 300)");
}

#[test]
fn remote_loss_room_of_10_first_delay() {
    let setting = Setting { clients: 1_000, room: 10, capacity_per_s: 1e9, ..Setting::default() };
    let all = each(&setting, 10, 10 * SECOND, |figures| {
        assert!(figures.first_delay_max_ms <= 5_000.0, "{figures:?}");
    });
    let max = most(&all, |figures| figures.first_delay_max_ms);
    println!("remote loss, 1,000 rooms of 10: first delay max {max:.0} ms (gate 5,000)");
}

#[test]
fn no_millisecond_is_common_among_later_attempts() {
    let down = Fault { down_ms: 100 * SECOND, ..Fault::default() };
    let mut worst = 0.0f64;
    for (local, room) in [(false, 650), (false, 10), (true, 650), (true, 10)] {
        let setting = Setting { room, fault: Fault { local, ..down }, ..Setting::of(650) };
        let all = each(&setting, 5, 100 * SECOND, |figures| {
            assert!(figures.attempts_mean > 4.0, "too few attempts to say anything: {figures:?}");
            assert!(figures.same_ms <= 0.01, "{figures:?}");
        });
        worst = worst.max(most(&all, |figures| figures.same_ms));
    }
    println!("attempts k >= 1: at most {:.2} % of clients in one millisecond (gate 1 %)", worst * 100.0);
}

fn all_cut(clients: u32, count: u64) {
    let all = each(&Setting::of(clients), count, 30 * SECOND, |figures| {
        assert!(figures.peak <= 0.9, "{figures:?}");
        assert!(figures.t99_ms.is_some_and(|ms| ms <= 16_000), "{figures:?}");
        assert_eq!(figures.connected, clients);
    });
    let peak = most(&all, |figures| figures.peak);
    let t99 = most(&all, |figures| seconds(figures.t99_ms));
    println!(
        "all of {clients} cut, {} seeds: peak / C {peak:.3} (gate 0.9), 99 % back after {t99:.1} s (16)",
        all.len()
    );
}

/// Fault 48: 650 virtual clients of the real policy, seeds 1 to 50
#[test]
fn all_of_650_cut() {
    all_cut(650, 50);
}

/// Fault 48: 10,000 virtual clients of the real policy, seeds 1 to 10
#[test]
fn all_of_10_000_cut() {
    all_cut(10_000, 10);
}

#[test]
fn all_of_100_000_cut() {
    all_cut(100_000, 1);
}

#[test]
fn all_of_10_000_cut_from_a_server_for_650() {
    let setting = Setting { capacity_per_s: capacity_for(650), ..Setting::of(10_000) };
    let all = each(&setting, 3, 900 * SECOND, |figures| {
        assert_eq!((figures.connected, figures.gave_up), (10_000, 0), "{figures:?}");
    });
    let t99 = most(&all, |figures| seconds(figures.t99_ms));
    let peak = most(&all, |figures| figures.peak);
    println!("10,000 cut, capacity stays at 200/s: everyone returns, 99 % after {t99:.0} s, peak / C {peak:.2}");
}

#[test]
fn a_fifth_of_650_cut_from_a_weakened_server() {
    let fault = Fault { share: 0.2, weak: (0.25, 15 * SECOND), ..Fault::default() };
    let setting = Setting { fault, ..Setting::of(650) };
    let all = each(&setting, 50, 60 * SECOND, |figures| {
        assert_eq!((figures.lost_others, figures.connected), (0, 650), "{figures:?}");
    });
    let least = all.iter().map(|figures| figures.least_connected).min().unwrap_or(0);
    println!("20 % of 650 cut, a quarter of the capacity for 15 s: nobody else is lost, at least {least} connected");
}

#[test]
fn a_thousand_rooms_of_10_on_one_node() {
    let setting = Setting { room: 10, ..Setting::of(10_000) };
    let all = each(&setting, 10, 60 * SECOND, |figures| {
        assert!(figures.peak <= 1.0, "{figures:?}");
        assert_eq!(figures.connected, 10_000);
    });
    println!("1,000 rooms of 10 on one node: peak / C {:.3} (gate 1.0)", most(&all, |figures| figures.peak));
}

/// Each client is told of the other two regions and finds its way to them by itself.
#[test]
fn three_regions_of_650_one_down_for_30_s() {
    let fault = Fault { down_ms: 30 * SECOND, ..Fault::default() };
    let setting = Setting {
        clients: 1_950,
        regions: 3,
        fault,
        room: 650,
        capacity_per_s: capacity_for(650),
        ..Setting::default()
    };
    let mut worst = 0.0f64;
    for seed in seeds(1, 20) {
        let _replay = Replay(seed);
        let mut storm = Storm::new(Setting { seed, ..setting.clone() });
        storm.advance(90 * SECOND);
        let figures = storm.figures();
        let others = storm.peaks()[1..].iter().copied().fold(0.0, f64::max);
        assert!(others > 0.0 && others <= 0.9, "peak of the other regions {others}: {figures:?}");
        assert_eq!((figures.lost_others, figures.connected), (0, 1_950), "{figures:?}");
        worst = worst.max(others);
    }
    println!("three regions of 650, one down 30 s: the others stay at {worst:.3} (gate 0.9), nobody else is lost");
}

/// A server that has lost its sessions turns the resume down, so each client arrives twice.
#[test]
fn all_of_650_cut_by_a_server_that_forgot_them() {
    let setting = Setting { fault: Fault { forgotten: true, ..Fault::default() }, ..Setting::of(650) };
    let all = each(&setting, 20, 60 * SECOND, |figures| {
        assert_eq!((figures.connected, figures.gave_up), (650, 0), "{figures:?}");
    });
    let peak = most(&all, |figures| figures.peak);
    let t99 = most(&all, |figures| seconds(figures.t99_ms));
    println!("all of 650 cut, sessions lost: peak / C {peak:.3}, resumes counted; 99 % back after {t99:.1} s");
}

#[test]
fn one_seed_repeats_bit_for_bit_and_two_differ() {
    let weak = Setting { capacity_per_s: 30.0, ..Setting::of(650) };
    let run = |seed, step: u64| {
        let mut storm = Storm::new(Setting { seed, ..weak.clone() });
        (0..60 * SECOND / step).for_each(|_| storm.advance(step));
        (storm.figures(), storm.series().clone(), storm.inputs())
    };
    let (once, again, other) = (run(7, SECOND), run(7, 10), run(8, SECOND));
    assert!(once == again, "one seed, two storms: {:?} {:?}", once.0, again.0);
    assert!(once.1 != other.1, "two seeds, one storm: {:?}", once.0);
    println!("one seed repeats bit for bit ({} inputs), two differ", once.2);
}

/// The crowd's rosters are counted, not held. Here they are held.
#[test]
fn a_real_roster_gives_the_storm_that_a_counted_one_gives() {
    let people = |number: u32| proto::ParticipantInfo {
        identity: format!("p{number}"),
        sid: format!("PA_{number}"),
        state: proto::participant_info::State::Active as i32,
        ..Default::default()
    };
    let full = proto::JoinResponse { other_participants: (1..650).map(people).collect(), ..join() };
    let run = |join| {
        let mut storm = Storm::with(Setting::of(650), &join, |_| {});
        storm.advance(20 * SECOND);
        (storm.figures(), storm.series().clone())
    };
    let (counted, held) = (run(join()), run(full));
    assert_eq!(counted, held);
    println!("650 rosters of 650, held and counted: peak / C {:.3} both times", held.0.peak);
}

/// That the model can tell good from bad: under it the old default does what it did in production.
#[test]
fn the_old_default_of_livekit_client_stampedes() {
    let setting = Setting { policy: Policy::LiveKitOld, ..Setting::of(650) };
    let all = each(&setting, 5, 30 * SECOND, |figures| {
        assert!(figures.peak > 4.0, "{figures:?}");
    });
    println!("livekit-client's old default, all of 650 cut: peak / C {:.2}", most(&all, |figures| figures.peak));
}
