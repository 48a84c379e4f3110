//! One `setTimeout`. Dropping it clears it.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::web::js::Once;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout, catch)]
    fn set(then: &Once, delay_ms: f64) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear(timeout: &JsValue);
}

/// The longest delay a host takes; longer ones would fire at once.
pub const MAX_DELAY_MS: f64 = 2_147_483_647.0;

/// A timer that is armed until it fires or is dropped.
#[derive(Debug)]
pub struct Timer {
    timeout: JsValue,
    _then: Once,
}

impl Timer {
    /// Calls `then` once, `delay_ms` from now at the earliest. Nonsense counts as 0.
    pub fn after(delay_ms: f64, then: impl FnOnce() + 'static) -> Self {
        // `as` saturates and turns NaN into 0.
        let delay_ms = delay_ms.clamp(0.0, MAX_DELAY_MS).ceil() as u32;
        let then = Once::once(|_| then());
        // One in the place of the host's may throw. The room then knows no time, but can still be left.
        Self { timeout: set(&then, f64::from(delay_ms)).unwrap_or_default(), _then: then }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear(&self.timeout);
    }
}
