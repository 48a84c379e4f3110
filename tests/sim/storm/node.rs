//! One server of the model, or one region of them: what it can take, and what it was given.

use std::collections::VecDeque;

use rejoin::engine::time::Millis;

/// One server, or one region of them.
#[derive(Debug, Default)]
pub struct Node {
    pub capacity_per_s: f64,
    /// Takes a share of its capacity until then.
    pub weak: Option<(f64, Millis)>,
    /// Refuses everything until then.
    pub down_until: Option<Millis>,
    recent: VecDeque<Millis>,
    peak: f64,
    peak_arrivals: u32,
}

impl Node {
    pub fn new(capacity_per_s: f64) -> Self {
        Self { capacity_per_s, ..Self::default() }
    }

    /// Most arrivals within a second, as a share of what it could take in a second then.
    pub fn peak(&self) -> f64 {
        self.peak
    }

    /// The same as a number.
    pub fn peak_arrivals(&self) -> u32 {
        self.peak_arrivals
    }

    pub fn is_down(&self, now: Millis) -> bool {
        self.down_until.is_some_and(|until| now < until)
    }

    /// Dials a second that it takes now.
    pub fn capacity(&self, now: Millis) -> f64 {
        match self.weak {
            Some((factor, until)) if now < until => self.capacity_per_s * factor,
            _ => self.capacity_per_s,
        }
    }

    /// Arrivals of the last second.
    pub fn rate(&mut self, now: Millis) -> f64 {
        while self.recent.front().is_some_and(|at| now.since(*at) >= 1_000) {
            self.recent.pop_front();
        }
        self.recent.len() as f64
    }

    /// One more arrival. Says what share of its capacity the last second's arrivals are.
    pub fn arrive(&mut self, now: Millis) -> f64 {
        self.recent.push_back(now);
        let load = self.rate(now) / self.capacity(now);
        self.peak_arrivals = self.peak_arrivals.max(self.recent.len() as u32);
        self.peak = self.peak.max(load);
        load
    }
}
