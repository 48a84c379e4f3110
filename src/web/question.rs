//! Asks the app's own reconnect policy.

use wasm_bindgen::JsValue;

use crate::engine::PolicyAnswer;
use crate::engine::policy::ReconnectContext;
use crate::web::js::{self, List};

/// An answer, or a promise of one.
pub enum Answer {
    Now(PolicyAnswer),
    Later(JsValue),
}

/// Asks `policy.nextRetryDelayInMs(context)`.
pub fn ask(policy: &JsValue, context: &ReconnectContext) -> Answer {
    match js::call(policy, "nextRetryDelayInMs", &[plain(context)]) {
        Err(_) => Answer::Now(PolicyAnswer::Failed),
        Ok(answer) if answer.is_object() && js::function(&answer, "then").is_some() => Answer::Later(answer),
        Ok(answer) => Answer::Now(read(&answer)),
    }
}

/// What an answer says, also the one that a promise came to.
pub fn read(answer: &JsValue) -> PolicyAnswer {
    if answer.is_null() {
        return PolicyAnswer::GiveUp;
    }
    answer.as_f64().map_or(PolicyAnswer::Failed, PolicyAnswer::Delay)
}

/// The context as livekit-client passes it, and ours besides.
fn plain(context: &ReconnectContext) -> JsValue {
    let reason = context.retry_reason.as_ref().map_or(JsValue::UNDEFINED, |reason| js_sys::Error::new(reason).into());
    let hint = context.hint_ms.map_or(JsValue::UNDEFINED, JsValue::from);
    List::new()
        .number(context.retry_count)
        .number(context.elapsed_ms)
        .value(&reason)
        .text(&context.server_url)
        .text(context.cause.as_str())
        .number(context.num_participants)
        .number(context.last_delay_ms)
        .number(context.session_duration_ms)
        .flag(context.online)
        .value(&hint)
        .named(
            "retryCount elapsedMs retryReason serverUrl cause numParticipants lastDelayMs sessionDurationMs online hintMs",
        )
}
