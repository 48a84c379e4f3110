//! From the engine's errors to JavaScript's, in one place: `failure.js` picks the class, the engine's table says what
//! may be tried again.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::error::{Code, Error};

#[wasm_bindgen(module = "/src/api/core.js")]
extern "C" {
    #[allow(clippy::too_many_arguments)]
    fn failure(
        code: &str,
        message: &str,
        retryable: bool,
        connecting: bool,
        reason: Option<u32>,
        status: Option<u16>,
        leave_reason: Option<i32>,
        request_reason: Option<i32>,
    ) -> JsValue;
}

/// What a promise rejects with.
pub fn to_js(error: &Error) -> JsValue {
    made(error, false)
}

/// What `connect()` rejects with: a `ConnectionError`, whatever happened.
pub fn of_connect(error: &Error) -> JsValue {
    made(error, true)
}

fn made(error: &Error, connecting: bool) -> JsValue {
    let code = error.code;
    // Not refused, but not answered.
    let unanswered = code == Code::SignalRequest && error.request_reason.is_none();
    failure(
        code.as_str(),
        &error.message,
        code.retryable() || unanswered,
        connecting,
        reason(code),
        error.status,
        error.leave_reason,
        error.request_reason,
    )
}

/// The number of the `ConnectionErrorReason`: the first eight codes are livekit-client's, in its order.
pub fn reason(code: Code) -> Option<u32> {
    let number = code as u32;
    (number <= Code::ServiceNotFound as u32).then_some(number)
}
