//! When an answer is due, and what its absence means.

use crate::engine::time::Millis;

/// What may not have arrived is waited for so much longer. By then the server has answered a probe, or the socket is
/// held to be dead and everything is asked again on the next one.
const VERDICT_MS: u64 = 6_000;

/// The time of one answer. `reached`, below: what was sent before then has arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    sent: Millis,
    at: Millis,
    /// The end of the time that it is given because the request may not have arrived.
    prolonged: Option<Millis>,
}

impl Due {
    /// The answer is to come within `ms`.
    pub fn new(sent: Millis, ms: u64) -> Self {
        Self { sent, at: sent.after(ms), prolonged: None }
    }

    /// When its time is up.
    pub fn at(self, reached: Millis) -> Millis {
        self.prolonged.filter(|_| self.sent >= reached).unwrap_or(self.at)
    }

    /// Gives it more time, once, when it is up and the request may not have arrived. True when that is so.
    pub fn prolong(&mut self, now: Millis, reached: Millis) -> bool {
        let doubtful = self.prolonged.is_none() && self.at <= now && self.sent >= reached;
        if doubtful {
            self.prolonged = Some(now.after(VERDICT_MS));
        }
        doubtful
    }
}
