use super::*;
use crate::engine::rng::Rng;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// A socket, its server and the host's timers, in virtual time.
struct World {
    now: Millis,
    liveness: Liveness,
    /// Pongs on their way, with their arrival.
    pongs: Vec<(Millis, i64)>,
    /// What gets lost on the way.
    up: bool,
    down: bool,
    pings: u32,
    delay_ms: u64,
    /// Timers run at multiples of this only.
    granularity_ms: u64,
}

impl World {
    fn new(interval_s: i32, timeout_s: i32) -> Self {
        let mut liveness = Liveness::default();
        liveness.open(Millis(0), Periods::new(interval_s, timeout_s, 90_000));
        let (now, pongs) = (Millis(0), Vec::new());
        Self { now, liveness, pongs, up: true, down: true, pings: 0, delay_ms: 20, granularity_ms: 1 }
    }

    fn act(&mut self, action: Option<Action>) -> Option<Verdict> {
        match action {
            Some(Action::Dead(verdict)) => return Some(verdict),
            Some(Action::Ping { timestamp, .. }) => {
                self.pings += 1;
                if self.up && self.down {
                    self.pongs.push((self.now.after(2 * self.delay_ms), timestamp));
                }
            }
            None => {}
        }
        None
    }

    /// Runs until `until`, or to the first verdict.
    fn run(&mut self, until: u64) -> Option<Verdict> {
        while self.now.0 < until {
            let Deadlines { ping, silence, probe } = self.liveness.deadlines();
            let timer = [ping, silence, probe].into_iter().flatten().min();
            let timer = timer.map(|at| at.0.max(self.now.0).next_multiple_of(self.granularity_ms));
            let pong = self.pongs.iter().map(|(at, _)| at.0).min();
            self.now = Millis([timer, pong, Some(until)].into_iter().flatten().min().unwrap());
            let arrived = self.pongs.iter().position(|(at, _)| *at <= self.now);
            let action = match arrived {
                Some(index) => {
                    let (_, timestamp) = self.pongs.swap_remove(index);
                    self.liveness.on_pong(self.now, Some(timestamp))
                }
                None => self.liveness.on_timer(self.now),
            };
            if let Some(verdict) = self.act(action) {
                return Some(verdict);
            }
        }
        None
    }

    fn suspect(&mut self) {
        let action = self.liveness.suspect(self.now);
        assert_eq!(self.act(action), None);
    }
}

/// Fault 30: the bounds.
#[test]
fn a_servers_periods_are_clamped_and_default_to_the_idle_timeout() {
    for (interval, timeout, interval_ms, timeout_ms) in [
        (5, 15, 5_000, 15_000),
        (10, 15, 10_000, 20_000),
        (1, 3, 1_000, 3_000),
        (600, 6_000, 60_000, 120_000),
        (0, 0, 0, 90_000),
        (0, 15, 0, 15_000),
        (5, 0, 5_000, 90_000),
        (-5, i32::MIN, 0, 90_000),
        (i32::MAX, i32::MAX, 60_000, 120_000),
    ] {
        let periods = Periods::new(interval, timeout, 90_000);
        assert_eq!((periods.interval_ms, periods.timeout_ms), (interval_ms, timeout_ms), "{interval} {timeout}");
    }
}

#[test]
fn a_living_socket_is_pinged_each_interval_and_its_round_trip_known() {
    let mut world = World::new(5, 15);
    assert_eq!(world.run(60_500), None);
    assert_eq!((world.pings, world.liveness.rtt_ms()), (12, Some(40.0)));
}

#[test]
fn what_only_piles_up_for_five_seconds_is_a_doubt() {
    let mut liveness = World::new(5, 15).liveness;
    let mut told = |at: u64, bytes| liveness.on_buffered(Millis(at), bytes);
    assert!(!told(1_000, 10) && !told(4_000, 20) && told(6_000, 30), "it grew for 5 s");
    assert!(!told(6_500, 5) && !told(11_000, 6), "it shrank meanwhile");
    assert!(!told(11_400, 0) && !told(20_000, 9), "it had all left");
}

#[test]
fn a_silent_drop_is_noticed_when_the_timeout_ends() {
    for (interval, timeout, ms) in [(5, 15, 15_000), (0, 15, 15_000), (0, 0, 90_000), (60, 60, 120_000), (1, 3, 3_500)]
    {
        let mut world = World::new(interval, timeout);
        world.down = false;
        assert_eq!(world.run(200_000), Some(Verdict::Silent));
        assert_eq!((world.now.0, world.pings >= 1), (ms, true), "after {interval} {timeout}");
    }
}

#[test]
fn a_silence_that_ends_before_the_timeout_raises_no_verdict() {
    for silence in [5_000, 10_000, 13_500, 14_800] {
        let mut world = World::new(5, 15);
        world.run(20_100);
        world.down = false;
        assert_eq!(world.run(20_100 + silence), None);
        // TCP brings what was on its way.
        world.down = true;
        let action = world.liveness.on_pong(world.now, None);
        world.act(action);
        assert_eq!(world.run(120_000), None, "silent for {silence} ms");
    }
}

#[test]
fn an_idle_timeout_of_zero_never_doubts_silence() {
    let mut world = World::new(0, 0);
    world.liveness.open(Millis(0), Periods::new(0, 0, 0));
    world.down = false;
    assert_eq!(world.run(86_400_000), None);
    world.suspect();
    assert_eq!(world.run(86_400_000 + 5_000), Some(Verdict::Silent));
}

/// Fault 3: only what is sent is lost.
#[test]
fn a_lost_way_up_is_noticed_by_its_missing_pongs_although_messages_come_in() {
    let mut world = World::new(5, 15);
    world.up = false;
    let mut verdict = None;
    while verdict.is_none() && world.now.0 < 60_000 {
        let next = world.now.0 + 900;
        verdict = world.run(next);
        if verdict.is_none() {
            let action = world.liveness.on_message(world.now);
            verdict = world.act(action);
        }
    }
    assert_eq!(verdict, Some(Verdict::NoPongs));
    assert!(world.now.0 <= 15_000, "{}", world.now.0);
}

#[test]
fn a_suspicion_finds_a_dead_socket_within_five_seconds_and_probes_once_a_second_at_most() {
    let mut world = World::new(5, 15);
    world.run(30_500);
    world.down = false;
    let pings = world.pings;
    for _ in 0..10 {
        world.suspect();
    }
    assert_eq!(world.pings, pings + 1);
    assert_eq!(world.run(60_000), Some(Verdict::Silent));
    assert!(world.now.0 <= 35_500, "{}", world.now.0);
}

#[test]
fn a_suspicion_about_a_living_socket_harms_nothing() {
    let mut world = World::new(5, 15);
    for second in 1..600 {
        assert_eq!(world.run(second * 1_000 + 1), None);
        world.suspect();
    }
}

/// Fault 28: a timer that runs late kills nothing.
#[test]
fn a_throttled_timer_probes_before_it_kills() {
    for start in 0..60 {
        let mut world = World::new(5, 15);
        assert_eq!(world.run(start * 1_000), None);
        world.granularity_ms = 60_000;
        assert_eq!(world.run(start * 1_000 + 600_000), None, "hidden for 10 min at {start} s");
    }
}

/// Fault 26: the watch's part.
#[test]
fn a_timer_that_runs_late_within_a_probe_leaves_no_deadline_in_the_past() {
    let mut liveness = Liveness::default();
    liveness.open(Millis(0), Periods::new(5, 15, 0));
    assert!(liveness.suspect(Millis(4_000)).is_some());
    // Asked once more at 6,000, with a verdict at 8,500.
    let late = Millis(7_500);
    assert!(matches!(liveness.on_timer(late), Some(Action::Ping { .. })));
    assert!(liveness.deadlines().probe.is_some_and(|at| at > late), "{:?}", liveness.deadlines());
}

#[test]
fn an_hour_of_sleep_kills_no_socket_that_survived_and_finds_one_that_did_not() {
    for survived in [true, false] {
        let mut world = World::new(5, 15);
        world.run(7_000);
        world.now = Millis(3_600_000);
        world.up = survived;
        let verdict = world.run(3_620_000);
        assert_eq!(verdict, (!survived).then_some(Verdict::Silent));
        assert!(world.now.0 <= if survived { 3_620_000 } else { 3_605_000 }, "{}", world.now.0);
    }
}

/// Fault 2: and nothing is noticed where there is nothing.
#[test]
fn a_day_of_loss_and_spikes_of_two_seconds_raises_no_false_verdict() {
    for seed in 0..5 {
        let mut rng = Rng::new([seed; 32]);
        let mut world = World::new(5, 15);
        for second in 1..86_400 {
            // 5 % of the exchanges are resent by TCP after a timeout, one second in fifty a spike delays by 2 s.
            world.delay_ms = 20 + if rng.unit() < 0.05 { 300 } else { 0 } + if rng.unit() < 0.02 { 1_000 } else { 0 };
            if rng.unit() < 0.01 {
                world.suspect();
            }
            assert_eq!(world.run(second * 1_000), None, "seed {seed}, at {} ms", world.now.0);
        }
    }
}

#[test]
fn what_comes_after_the_close_does_nothing() {
    let mut world = World::new(5, 15);
    world.liveness.close();
    assert_eq!(world.liveness.deadlines(), Deadlines::default());
    for action in [
        world.liveness.on_message(Millis(99_000)),
        world.liveness.on_pong(Millis(99_000), Some(i64::MIN)),
        world.liveness.on_timer(Millis(99_000)),
        world.liveness.suspect(Millis(99_000)),
    ] {
        assert_eq!(action, None);
    }
}

#[test]
fn a_pong_that_echoes_nonsense_changes_no_round_trip() {
    let mut world = World::new(5, 15);
    for timestamp in [i64::MIN, -1, i64::MAX] {
        world.liveness.on_pong(Millis(100_000), Some(timestamp));
    }
    world.liveness.on_pong(Millis(100_000), None);
    world.liveness.on_pong(Millis(100_000), Some(1));
    assert_eq!(world.liveness.rtt_ms(), None);
}

/// Fault 30: an app's own time, in a wrong unit perhaps, is no flood of pings.
#[test]
fn the_apps_own_timeout_is_a_second_at_least_or_never() {
    for (idle_timeout_ms, timeout_ms) in [(0, 0), (1, 1_000), (90, 1_000), (1_000, 1_000), (90_000, 90_000)] {
        let periods = Periods::new(0, 0, idle_timeout_ms);
        assert_eq!((periods.timeout_ms, periods.corrected), (timeout_ms, false), "{idle_timeout_ms}");
    }
}
