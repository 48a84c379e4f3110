//! When an answer is due, and what its absence means.

use crate::engine::time::Millis;

/// What may not have arrived is waited for so much longer. By then the server has answered a probe, or the socket is
/// held to be dead and everything is asked again on the next one.
const VERDICT_MS: u64 = 6_000;

/// What has arrived late after all is answered soon after the probe that followed it.
pub const FOLLOWS_MS: u64 = 1_000;

/// The time of one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    sent: Millis,
    /// When its time is up.
    pub at: Millis,
    prolonged: bool,
}

impl Due {
    /// The answer is to come within `ms`.
    pub fn new(sent: Millis, ms: u64) -> Self {
        Self { sent, at: sent.after(ms), prolonged: false }
    }

    /// Gives it more time, once, when it is up and the request may not have arrived: what was sent before `reached` has.
    /// True when that is so.
    pub fn prolong(&mut self, now: Millis, reached: Millis) -> bool {
        let doubtful = !self.prolonged && self.at <= now && self.sent >= reached;
        if doubtful {
            self.prolonged = true;
            self.at = now.after(VERDICT_MS);
        }
        doubtful
    }

    /// A ping was answered just now.
    pub fn hasten(&mut self, now: Millis, reached: Millis) {
        if self.prolonged && self.sent < reached {
            self.at = self.at.min(now.after(FOLLOWS_MS));
        }
    }
}
