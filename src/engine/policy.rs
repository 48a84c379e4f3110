//! When to try again: the default reconnect policy, which knows the room's size, and the table-driven one.
//!
//! The rules and their figures are those of the resilience page, section 1. Every attempt has jitter, the first
//! included; it is proportional to the delay and applied after the cap. When to give up for lack of time, and what
//! counts as a failed attempt, is the session's business, not the policy's.

use crate::engine::PolicyAnswer;
use crate::engine::config::PolicyChoice;
use crate::engine::rng::Rng;

/// Longest delay that is waited, whoever asks for it: the largest timer of a JavaScript host.
pub const LONGEST_DELAY_MS: f64 = 2_147_483_647.0;

/// Longest hint of a server that is honoured.
const LONGEST_HINT_MS: f64 = 300_000.0;

/// Who else was probably lost together with this client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// This client's own network.
    Local,
    /// This client's session on the server.
    Single,
    /// The server, and so everybody; also when nothing is known.
    Remote,
}

impl Cause {
    /// The text JavaScript sees.
    pub const fn as_str(self) -> &'static str {
        match self {
            Cause::Local => "local",
            Cause::Single => "single",
            Cause::Remote => "remote",
        }
    }
}

/// What a policy is told. The first four are livekit-client's.
#[derive(Clone, Debug, PartialEq)]
pub struct ReconnectContext {
    /// Failed attempts of this episode.
    pub retry_count: u32,
    /// Since the connection was lost.
    pub elapsed_ms: f64,
    /// What ended the connection, or what the last attempt failed with, as a sentence.
    pub retry_reason: Option<String>,
    /// The server that will be dialled.
    pub server_url: String,
    /// Who else was probably lost.
    pub cause: Cause,
    /// Participants of the room, the local one included, when the connection was lost; those of other rooms on the same
    /// page, which were probably lost with it, are added.
    pub num_participants: u32,
    /// The delay before the attempt that failed last; 0 before the first.
    pub last_delay_ms: f64,
    /// How long the lost session had lived.
    pub session_duration_ms: f64,
    /// What the host says about the network; true where it cannot say.
    pub online: bool,
    /// The server's hint (`Retry-After`, `retry_in=<ms>`).
    pub hint_ms: Option<f64>,
}

/// The virtual token bucket of the default policy: clients that were probably lost together draw a place in a queue
/// for `joins_per_second` tokens. Units and defaults are with the fields.
#[derive(Clone, Debug, PartialEq)]
pub struct DefaultReconnect {
    /// What the server takes per second. Default 100.
    pub joins_per_second: f64,
    /// What it takes at once. Default 20.
    pub burst: f64,
    /// Clients assumed to be lost together when the cause is remote, at least. Default 400.
    pub strangers: f64,
    /// Share of the room assumed to be lost when the cause is remote. Default 1.
    pub remote_share: f64,
    /// Share of the room assumed to be lost when the cause is local. Default 0.1.
    pub local_share: f64,
    /// Share of the room assumed to be lost when the cause is this session. Default 0.1.
    pub single_share: f64,
    /// Widest first window when the cause is remote. Default 15 000.
    pub max_first_window_ms: f64,
    /// Widest first window when it is not. Default 2 000.
    pub max_local_window_ms: f64,
    /// Every first attempt is spread over this much more. Default 250.
    pub spread_ms: f64,
    /// Narrowest window of a retry, before it grows. Default 1 000.
    pub retry_window_ms: f64,
    /// A retry's window doubles with each failure up to this many times its first width. Default 10.
    pub max_backoff: f64,
}

impl Default for DefaultReconnect {
    fn default() -> Self {
        Self {
            joins_per_second: 100.0,
            burst: 20.0,
            strangers: 400.0,
            remote_share: 1.0,
            local_share: 0.1,
            single_share: 0.1,
            max_first_window_ms: 15_000.0,
            max_local_window_ms: 2_000.0,
            spread_ms: 250.0,
            retry_window_ms: 1_000.0,
            max_backoff: 10.0,
        }
    }
}

impl DefaultReconnect {
    /// The delay before the next attempt. This policy never gives up by itself, except for a negative hint.
    pub fn next_delay_ms(&self, context: &ReconnectContext, rng: &mut Rng) -> Option<f64> {
        let (lost, window) = self.window_ms(context);
        if let Some(hint) = context.hint_ms {
            // Whoever is told to come at once does not come at the same moment as all others, nor without end.
            let least = match context.retry_count {
                _ if hint > 0.0 => 0.0,
                0 => self.spread_ms,
                _ => self.retry_window_ms,
            };
            return hinted(hint, window.max(least), rng);
        }
        Some(match context.retry_count {
            0 => {
                let place = (rng.unit() * lost - self.burst).max(0.0);
                place / (lost - self.burst).max(1.0) * window + above_zero(rng) * self.spread_ms
            }
            failed => rng.between(0.1, 1.0) * window.max(self.retry_window_ms) * self.growth(failed),
        })
    }

    /// Over how long clients in this situation are spread.
    pub fn width_ms(&self, context: &ReconnectContext) -> f64 {
        let (_, window) = self.window_ms(context);
        match context.retry_count {
            0 => window + self.spread_ms,
            failed => window.max(self.retry_window_ms) * self.growth(failed),
        }
    }

    fn growth(&self, failed: u32) -> f64 {
        2f64.powi(i32::try_from(failed.min(64)).unwrap_or(64)).min(self.max_backoff)
    }

    /// How many clients were probably lost together, and over how long they are spread.
    fn window_ms(&self, context: &ReconnectContext) -> (f64, f64) {
        let participants = f64::from(context.num_participants);
        let (share, strangers, widest) = match context.cause {
            Cause::Remote => (self.remote_share, self.strangers, self.max_first_window_ms),
            Cause::Local => (self.local_share, 0.0, self.max_local_window_ms),
            Cause::Single => (self.single_share, 0.0, self.max_local_window_ms),
        };
        let lost = (share * participants).max(strangers);
        let window = (lost - self.burst) / self.joins_per_second.max(f64::MIN_POSITIVE) * 1_000.0;
        (lost, window.min(widest).max(0.0))
    }
}

/// `delay * (1 ± jitter)` from a table; null past its end.
#[derive(Clone, Debug, PartialEq)]
pub struct ProportionalJitter {
    /// Default `[2000, 3000, 5000, 7000 x 7]`.
    pub delays_ms: Vec<f64>,
    /// Default 0.5.
    pub jitter: f64,
}

impl Default for ProportionalJitter {
    fn default() -> Self {
        let mut delays_ms = vec![2_000.0, 3_000.0, 5_000.0];
        delays_ms.resize(10, 7_000.0);
        Self { delays_ms, jitter: 0.5 }
    }
}

impl ProportionalJitter {
    /// The delay before the next attempt; `None` gives up. A hint of the server can only lengthen it.
    pub fn next_delay_ms(&self, context: &ReconnectContext, rng: &mut Rng) -> Option<f64> {
        let index = usize::try_from(context.retry_count).unwrap_or(usize::MAX);
        let delay = self.delays_ms.get(index)? * rng.between(1.0 - self.jitter, 1.0 + self.jitter);
        match context.hint_ms {
            None => Some(delay),
            Some(hint) => hinted(hint, 0.0, rng).map(|hinted| hinted.max(delay)),
        }
    }
}

/// What a policy says about the next attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Decision {
    /// Wait so many milliseconds: finite, not negative.
    After(f64),
    /// Do not try again.
    GiveUp,
    /// The policy is the app's own: it has to be asked, see [`custom`].
    Ask,
}

/// Asks the chosen policy.
pub fn decide(choice: &PolicyChoice, context: &ReconnectContext, rng: &mut Rng) -> Decision {
    let delay = match choice {
        PolicyChoice::Default(policy) => policy.next_delay_ms(context, rng),
        PolicyChoice::Table(policy) => policy.next_delay_ms(context, rng),
        PolicyChoice::Custom => return Decision::Ask,
    };
    delay.map_or(Decision::GiveUp, |ms| Decision::After(bounded(ms)))
}

/// The delay of an attempt that does not wait for the policy's turn, because the network is back or the app asks for it:
/// that of a first attempt with a local cause.
pub fn local_delay_ms(choice: &PolicyChoice, context: ReconnectContext, rng: &mut Rng) -> f64 {
    let context = ReconnectContext { cause: Cause::Local, retry_count: 0, hint_ms: None, ..context };
    let default = DefaultReconnect::default();
    let policy = if let PolicyChoice::Default(own) = choice { own } else { &default };
    policy.next_delay_ms(&context, rng).map_or(0.0, bounded)
}

/// What an app's own policy decided. An answer that is nonsense is replaced by the default policy's, and the second
/// value says so, for the log.
pub fn custom(answer: PolicyAnswer, context: &ReconnectContext, rng: &mut Rng) -> (Decision, bool) {
    match answer {
        PolicyAnswer::GiveUp => (Decision::GiveUp, false),
        PolicyAnswer::Delay(ms) if ms >= 0.0 && ms.is_finite() => (Decision::After(bounded(ms)), false),
        PolicyAnswer::Delay(_) | PolicyAnswer::Failed => {
            (decide(&PolicyChoice::Default(DefaultReconnect::default()), context, rng), true)
        }
    }
}

/// `clamp(h, 0, 300 s) + U(0, max(W, h/4))`; a negative hint stops.
fn hinted(hint: f64, window: f64, rng: &mut Rng) -> Option<f64> {
    if hint < 0.0 {
        return None;
    }
    let hint = if hint.is_nan() { 0.0 } else { hint.min(LONGEST_HINT_MS) };
    Some(hint + above_zero(rng) * window.max(hint / 4.0))
}

/// Uniform in (0, 1]: a first attempt at exactly 0 ms does not exist.
fn above_zero(rng: &mut Rng) -> f64 {
    1.0 - rng.unit()
}

/// Options may be anything; what comes of them is a delay.
fn bounded(ms: f64) -> f64 {
    if ms.is_nan() { LONGEST_HINT_MS } else { ms.clamp(0.0, LONGEST_DELAY_MS) }
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
