//! A reconnect policy by itself: `new DefaultReconnectPolicy(options).nextRetryDelayInMs(context)`.

use std::cell::RefCell;

use wasm_bindgen::JsValue;

use crate::api::{errors, options};
use crate::engine::config::PolicyChoice;
use crate::engine::error::{Code, Error};
use crate::engine::policy::{self, Cause, Decision, ReconnectContext};
use crate::engine::rng::Rng;
use crate::web::{host, js};

/// One policy with its own entropy, drawn when it is first asked.
pub struct PolicyCore {
    choice: PolicyChoice,
    rng: RefCell<Rng>,
}

impl PolicyCore {
    /// `config`: options of one of ours, checked.
    pub fn new(config: &JsValue) -> Result<Self, JsValue> {
        let seed = host::seed()
            .ok_or_else(|| errors::to_js(&Error::new(Code::Unsupported, "this host gives no entropy here")))?;
        Ok(Self { choice: options::ours(config), rng: RefCell::new(Rng::new(seed)) })
    }
}

impl PolicyCore {
    /// Milliseconds, or `null` to give up.
    pub fn next(&self, context: &JsValue) -> JsValue {
        let context = read(context);
        let mut rng = self.rng.borrow_mut();
        match policy::decide(&self.choice, &context, &mut rng) {
            Decision::After(ms) => ms.into(),
            Decision::GiveUp | Decision::Ask => JsValue::NULL,
        }
    }
}

/// What is not said is taken for the worst: everybody was lost. livekit-client fills in four of the fields.
fn read(context: &JsValue) -> ReconnectContext {
    let number = |name| js::number(context, name).filter(|number| *number >= 0.0).unwrap_or_default();
    let reason = js::get(context, "retryReason");
    ReconnectContext {
        retry_count: number("retryCount") as u32,
        elapsed_ms: number("elapsedMs"),
        retry_reason: Some(js::message(&reason)).filter(|reason| !reason.is_empty()),
        server_url: js::text(context, "serverUrl").unwrap_or_default(),
        cause: match js::text(context, "cause").as_deref() {
            Some("local") => Cause::Local,
            Some("single") => Cause::Single,
            _ => Cause::Remote,
        },
        num_participants: number("numParticipants") as u32,
        last_delay_ms: number("lastDelayMs"),
        session_duration_ms: number("sessionDurationMs"),
        online: js::flag(context, "online").unwrap_or(true),
        hint_ms: js::number(context, "hintMs"),
    }
}
