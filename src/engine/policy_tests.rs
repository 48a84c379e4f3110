use std::collections::BTreeMap;

use super::*;
#[cfg(target_family = "wasm")]
use wasm_bindgen_test::wasm_bindgen_test as test;

const SEED: u8 = 42;

fn context(cause: Cause, num_participants: u32, retry_count: u32) -> ReconnectContext {
    ReconnectContext {
        retry_count,
        elapsed_ms: 0.0,
        retry_reason: None,
        server_url: "wss://h".into(),
        cause,
        num_participants,
        last_delay_ms: 0.0,
        session_duration_ms: 60_000.0,
        online: true,
        hint_ms: None,
    }
}

/// Sorted delays of that many clients that are asked the same.
fn delays(clients: usize, context: &ReconnectContext) -> Vec<f64> {
    let (policy, mut rng) = (DefaultReconnect::default(), Rng::new([SEED; 32]));
    let mut delays: Vec<f64> = (0..clients).map(|_| policy.next_delay_ms(context, &mut rng).unwrap()).collect();
    delays.sort_by(f64::total_cmp);
    delays
}

fn ends(delays: &[f64]) -> (f64, f64, f64) {
    (delays[0], delays[delays.len() / 2], delays[delays.len() - 1])
}

#[test]
fn a_local_blip_in_a_small_room_is_mended_at_once() {
    for cause in [Cause::Local, Cause::Single] {
        let (first, median, last) = ends(&delays(10_000, &context(cause, 10, 0)));
        assert!(first > 0.0 && median <= 150.0 && last <= 300.0, "{first} {median} {last}");
    }
}

#[test]
fn a_local_window_grows_with_the_room_but_not_beyond_two_seconds() {
    let (.., room_of_200) = ends(&delays(10_000, &context(Cause::Local, 200, 0)));
    assert!(room_of_200 <= 250.0, "{room_of_200}");
    let (.., room_of_1000) = ends(&delays(10_000, &context(Cause::Local, 1_000, 0)));
    assert!((800.0..=1_050.0).contains(&room_of_1000), "{room_of_1000}");
    let (.., huge) = ends(&delays(10_000, &context(Cause::Single, u32::MAX, 0)));
    assert!((2_000.0..=2_250.0).contains(&huge), "{huge}");
}

#[test]
fn a_remote_loss_is_spread_over_the_strangers_and_the_room() {
    let (first, _, last) = ends(&delays(10_000, &context(Cause::Remote, 10, 0)));
    assert!(first > 0.0 && last <= 5_000.0, "{first} {last}");
    let (.., room_of_650) = ends(&delays(10_000, &context(Cause::Remote, 650, 0)));
    assert!((6_000.0..=6_550.0).contains(&room_of_650), "{room_of_650}");
    let (.., huge) = ends(&delays(10_000, &context(Cause::Remote, u32::MAX, 0)));
    assert!((14_900.0..=15_250.0).contains(&huge), "{huge}");
}

#[test]
fn arrivals_of_a_whole_room_stay_below_what_the_server_takes() {
    let delays = delays(650, &context(Cause::Remote, 650, 0));
    let peak = delays.iter().map(|at| delays.iter().filter(|t| (*at..at + 1_000.0).contains(*t)).count()).max();
    assert!(peak.unwrap() <= 180, "{peak:?} of 200 a second, seed {SEED}");
}

#[test]
fn no_millisecond_is_common_among_retries() {
    for cause in [Cause::Local, Cause::Single, Cause::Remote] {
        for retry in 1..6 {
            let mut common = BTreeMap::<u64, usize>::new();
            for delay in delays(10_000, &context(cause, 10, retry)) {
                *common.entry(delay as u64).or_default() += 1;
            }
            let most = common.values().max().copied().unwrap();
            assert!(most <= 100, "{most} of 10 000 in one millisecond, {cause:?}, retry {retry}, seed {SEED}");
        }
    }
}

#[test]
fn retries_back_off_from_a_tenth_of_the_window_to_ten_windows() {
    for (retry, widest) in [(1, 2_000.0), (2, 4_000.0), (3, 8_000.0), (4, 10_000.0), (u32::MAX, 10_000.0)] {
        let (first, _, last) = ends(&delays(10_000, &context(Cause::Local, 10, retry)));
        assert!(first >= widest * 0.1 && last <= widest && last > widest * 0.98, "{retry}: {first} {last}");
    }
    let (first, _, last) = ends(&delays(10_000, &context(Cause::Remote, 10, 1)));
    assert!(first >= 760.0 && last <= 7_600.0, "{first} {last}");
}

/// Fault 49: the policy's part.
#[test]
fn a_hint_is_honoured_within_bounds_and_a_negative_one_stops() {
    let mut rng = Rng::new([SEED; 32]);
    let mut with = |cause, hint| {
        let context = ReconnectContext { hint_ms: Some(hint), ..context(cause, 10, 3) };
        DefaultReconnect::default().next_delay_ms(&context, &mut rng)
    };
    for _ in 0..1_000 {
        assert!((8_000.0..=10_000.0).contains(&with(Cause::Local, 8_000.0).unwrap()));
        assert!((1_000.0..=4_800.0).contains(&with(Cause::Remote, 1_000.0).unwrap()));
        assert!((300_000.0..=375_000.0).contains(&with(Cause::Local, f64::INFINITY).unwrap()));
        assert!((0.0..=3_800.0).contains(&with(Cause::Remote, f64::NAN).unwrap()));
        assert_eq!(with(Cause::Remote, -1.0), None);
    }
    // At once, by a server that speaks of this session alone: with jitter all the same.
    for (retry, widest) in [(0, 250.0), (1, 1_000.0), (9, 1_000.0)] {
        let context = ReconnectContext { hint_ms: Some(0.0), ..context(Cause::Single, 10, retry) };
        let (first, _, last) = ends(&delays(10_000, &context));
        assert!(first > 0.0 && last <= widest && last > widest * 0.98, "{retry}: {first} {last}");
    }
}

#[test]
fn a_table_has_proportional_jitter_and_an_end() {
    let (policy, mut rng) = (ProportionalJitter::default(), Rng::new([SEED; 32]));
    for (index, delay) in policy.delays_ms.clone().into_iter().enumerate() {
        let context = context(Cause::Remote, 650, u32::try_from(index).unwrap());
        for _ in 0..1_000 {
            let drawn = policy.next_delay_ms(&context, &mut rng).unwrap();
            assert!((delay * 0.5..=delay * 1.5).contains(&drawn), "{drawn} of {delay}");
        }
    }
    assert_eq!(policy.next_delay_ms(&context(Cause::Remote, 650, 10), &mut rng), None);
    let hint = |hint| ReconnectContext { hint_ms: Some(hint), ..context(Cause::Remote, 650, 0) };
    assert!(policy.next_delay_ms(&hint(60_000.0), &mut rng).unwrap() >= 60_000.0);
    assert_eq!(policy.next_delay_ms(&hint(-1.0), &mut rng), None);
}

#[test]
fn nonsense_of_a_custom_policy_falls_back_to_the_default() {
    let (context, mut rng) = (context(Cause::Local, 10, 0), Rng::new([SEED; 32]));
    let mut ask = |answer| custom(answer, &context, &mut rng);
    assert_eq!(ask(PolicyAnswer::Delay(0.0)), (Decision::After(0.0), false));
    assert_eq!(ask(PolicyAnswer::Delay(1e300)), (Decision::After(LONGEST_DELAY_MS), false));
    assert_eq!(ask(PolicyAnswer::GiveUp), (Decision::GiveUp, false));
    for nonsense in [f64::NAN, -1.0, f64::INFINITY, f64::NEG_INFINITY] {
        let (Decision::After(delay), true) = ask(PolicyAnswer::Delay(nonsense)) else { panic!("{nonsense}") };
        assert!(delay > 0.0 && delay <= 250.0);
    }
    assert!(matches!(ask(PolicyAnswer::Failed), (Decision::After(_), true)));
}

#[test]
fn options_that_make_no_sense_still_give_a_delay() {
    let mut rng = Rng::new([SEED; 32]);
    for odd in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let policy = DefaultReconnect { joins_per_second: odd, burst: odd, strangers: odd, ..Default::default() };
        for retry in [0, 1] {
            let choice = PolicyChoice::Default(policy.clone());
            let decision = decide(&choice, &context(Cause::Remote, 10, retry), &mut rng);
            assert!(matches!(decision, Decision::After(ms) if (0.0..=LONGEST_DELAY_MS).contains(&ms)), "{odd}");
        }
    }
}

#[test]
fn one_seed_repeats_and_two_differ() {
    let draw = |seed| {
        let mut rng = Rng::new([seed; 32]);
        [0, 1, 2].map(|k| DefaultReconnect::default().next_delay_ms(&context(Cause::Remote, 650, k), &mut rng))
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
}
