//! The simulation as a wasm of its own, for the storm lab: no imports, no wasm-bindgen, none of the package's `web` and
//! `api`.
//!
//! ```text
//! cargo build --locked --profile lab --no-default-features --example storm --target wasm32-unknown-unknown
//! -> target/wasm32-unknown-unknown/lab/examples/storm.wasm
//! ```
//!
//! ```js
//! const { exports: lab } = (await WebAssembly.instantiateStreaming(fetch(url), {})).instance;
//! const storm = lab.storm_new(clients, room, capacityPerS, regions, policy, seed, share, local, forgotten, downMs, weakShare, weakMs);
//! lab.storm_advance(storm, 100); // milliseconds; until then it has just seen the fault
//! // First the place, then the view: a call may let memory grow, and then older views are dead.
//! const view = (List, at, length) => new List(lab.memory.buffer, at, length);
//! const figures = view(Float64Array, lab.storm_figures(storm), 15);
//! const arrivals = view(Uint32Array, lab.storm_arrivals(storm), lab.storm_bars(storm)); // per 100 ms
//! const connected = view(Uint32Array, lab.storm_connected(storm), lab.storm_bars(storm));
//! lab.storm_free(storm);
//! ```
//!
//! Times are milliseconds. `figures`, in this order, -1 for "not so far": peak (share of capacity), peak arrivals in 1 s, least
//! connected, connected, T50, T99, attempts (mean), attempts (most), lost others, gave up, first delay (median), first
//! delay (longest), share of the busiest millisecond, questions, arrivals. `policy` counts as `Policy::ALL` does:
//! `policies_text`/`policies_len` give `name\trule\n` of each in UTF-8.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]
#![allow(unsafe_code, reason = "exported names")]

mod storm;

use std::cell::RefCell;

use storm::policies::Policy;
use storm::{Fault, Setting, Storm};

struct Lab {
    storm: Storm,
    figures: Vec<f64>,
    arrivals: Vec<u32>,
    connected: Vec<u32>,
}

thread_local! {
    static LABS: RefCell<Vec<Option<Lab>>> = const { RefCell::new(Vec::new()) };
    static POLICIES: String = Policy::ALL.map(|policy| format!("{}\t{}\n", policy.row().0, policy.row().1)).concat();
}

fn with<T: Default>(number: u32, work: impl FnOnce(&mut Lab) -> T) -> T {
    LABS.with_borrow_mut(|labs| labs.get_mut(number as usize).and_then(Option::as_mut).map(work).unwrap_or_default())
}

/// Makes a storm; it takes a while. `local` and `forgotten` are 0 or 1.
#[unsafe(no_mangle)]
#[allow(clippy::too_many_arguments)]
pub extern "C" fn storm_new(
    clients: u32,
    room: u32,
    capacity_per_s: f64,
    regions: u32,
    policy: u32,
    seed: f64,
    share: f64,
    local: u32,
    forgotten: u32,
    down_ms: f64,
    weak_share: f64,
    weak_ms: f64,
) -> u32 {
    let fault = Fault {
        share: share.clamp(0.0, 1.0),
        local: local != 0,
        forgotten: forgotten != 0,
        down_ms: down_ms as u64,
        weak: (weak_share, weak_ms as u64),
    };
    let policy = Policy::ALL.get(policy as usize).copied().unwrap_or(Policy::Rejoin);
    let setting = Setting {
        clients: clients.max(1),
        room,
        capacity_per_s: capacity_per_s.max(1.0),
        regions: regions.clamp(1, 100),
        policy,
        fault,
        seed: seed as u64,
        ..Setting::default()
    };
    let mut lab = Lab { storm: Storm::new(setting), figures: Vec::new(), arrivals: Vec::new(), connected: Vec::new() };
    refresh(&mut lab);
    LABS.with_borrow_mut(|labs| {
        let free = labs.iter().position(Option::is_none).unwrap_or(labs.len());
        labs.resize_with(labs.len().max(free + 1), || None);
        labs[free] = Some(lab);
        free as u32
    })
}

fn refresh(lab: &mut Lab) {
    let figures = lab.storm.figures();
    let time = |at: Option<u64>| at.map_or(-1.0, |ms| ms as f64);
    lab.figures = vec![
        figures.peak,
        f64::from(figures.peak_arrivals),
        f64::from(figures.least_connected),
        f64::from(figures.connected),
        time(figures.t50_ms),
        time(figures.t99_ms),
        figures.attempts_mean,
        f64::from(figures.attempts_max),
        f64::from(figures.lost_others),
        f64::from(figures.gave_up),
        figures.first_delay_p50_ms,
        figures.first_delay_max_ms,
        figures.same_ms,
        f64::from(figures.questions),
        f64::from(figures.arrivals),
    ];
    let series = lab.storm.series();
    let bars = series.connected.len();
    lab.arrivals = series.arrivals[..bars].to_vec();
    lab.connected.clone_from(&series.connected);
}

/// Lets so many milliseconds pass.
#[unsafe(no_mangle)]
pub extern "C" fn storm_advance(number: u32, ms: f64) {
    with(number, |lab| {
        lab.storm.advance(ms as u64);
        refresh(lab);
    });
}

/// Milliseconds since the fault.
#[unsafe(no_mangle)]
pub extern "C" fn storm_now(number: u32) -> f64 {
    with(number, |lab| lab.storm.now_ms() as f64)
}

/// Where the figures are.
#[unsafe(no_mangle)]
pub extern "C" fn storm_figures(number: u32) -> usize {
    with(number, |lab| lab.figures.as_ptr() as usize)
}

/// How many bars of 100 ms there are.
#[unsafe(no_mangle)]
pub extern "C" fn storm_bars(number: u32) -> u32 {
    with(number, |lab| lab.arrivals.len() as u32)
}

/// Where the arrivals of each bar are.
#[unsafe(no_mangle)]
pub extern "C" fn storm_arrivals(number: u32) -> usize {
    with(number, |lab| lab.arrivals.as_ptr() as usize)
}

/// Where the numbers of connected clients are.
#[unsafe(no_mangle)]
pub extern "C" fn storm_connected(number: u32) -> usize {
    with(number, |lab| lab.connected.as_ptr() as usize)
}

/// Forgets a storm.
#[unsafe(no_mangle)]
pub extern "C" fn storm_free(number: u32) {
    LABS.with_borrow_mut(|labs| {
        if let Some(lab) = labs.get_mut(number as usize) {
            *lab = None;
        }
    });
}

/// Where the policies' names and rules are.
#[unsafe(no_mangle)]
pub extern "C" fn policies_text() -> usize {
    POLICIES.with(|text| text.as_ptr() as usize)
}

/// How many bytes they take.
#[unsafe(no_mangle)]
pub extern "C" fn policies_len() -> usize {
    POLICIES.with(String::len)
}
