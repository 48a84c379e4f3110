//! One `setTimeout`. Dropping it clears it.

use gloo_timers::callback::Timeout;

/// The longest delay a host takes; longer ones would fire at once.
pub const MAX_DELAY_MS: f64 = 2_147_483_647.0;

/// A timer that is armed until it fires or is dropped.
#[derive(Debug)]
pub struct Timer {
    _timeout: Timeout,
}

impl Timer {
    /// Calls `then` once, `delay_ms` from now at the earliest. Nonsense counts as 0.
    pub fn after(delay_ms: f64, then: impl FnOnce() + 'static) -> Self {
        // `as` saturates and turns NaN into 0.
        let delay_ms = delay_ms.clamp(0.0, MAX_DELAY_MS).ceil() as u32;
        Self { _timeout: Timeout::new(delay_ms, then) }
    }
}
