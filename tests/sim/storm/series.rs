//! What a storm looks like from outside: arrivals and connected clients over time, and the figures that sum it up.

/// Width of a bar.
pub const BAR_MS: u64 = 100;

/// Over time, in bars of [`BAR_MS`] from the fault on.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Dials that arrived in each bar, all servers together.
    pub arrivals: Vec<u32>,
    /// Clients connected at the end of each bar.
    pub connected: Vec<u32>,
}

/// The figures of a storm so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    /// Most arrivals at one server within one second, as a share of what it could take in a second then.
    pub peak: f64,
    /// The same as a number.
    pub peak_arrivals: u32,
    /// Fewest clients connected at any moment.
    pub least_connected: u32,
    pub connected: u32,
    /// From when on half, and 99 %, of those who were cut off are connected again, and stay so. `None`: not so far.
    pub t50_ms: Option<u64>,
    pub t99_ms: Option<u64>,
    /// Arrivals for each client that lost its connection.
    pub attempts_mean: f64,
    pub attempts_max: u32,
    /// Clients that the fault did not touch and that were lost nevertheless.
    pub lost_others: u32,
    /// Clients whose engine gave up for good.
    pub gave_up: u32,
    /// The delay before each first attempt, as the client announced it.
    pub first_delay_p50_ms: f64,
    pub first_delay_max_ms: f64,
    /// The largest share of clients that made their k-th attempt in the same millisecond, of all k >= 1.
    pub same_ms: f64,
    /// Questions to `/validate` after a socket that did not open. They are no joins.
    pub questions: u32,
    /// All arrivals.
    pub arrivals: u32,
}

/// From when on the numbers stay at `least` or above; in bars.
pub fn steadily(connected: &[u32], least: u32) -> Option<u64> {
    let below = connected.iter().rposition(|count| *count < least);
    let from = below.map_or(0, |bar| bar as u64 + 1);
    (from < connected.len() as u64).then_some(from * BAR_MS)
}

/// The middle one.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}
