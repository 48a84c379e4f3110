//! One GET. Dropping it aborts it.

use js_sys::Function;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::io::{FetchFailed, FetchRequest, FetchResponse};
use crate::protocol::regions::{max_age_ms, retry_after_ms};
use crate::web::host;
use crate::web::js::{self, Once};
use crate::web::timer::MAX_DELAY_MS;

type Done = Box<dyn FnOnce(Result<FetchResponse, FetchFailed>)>;

#[wasm_bindgen(module = "/src/web/fetch.js")]
extern "C" {
    fn get(url: &str, bearer: Option<&str>, timeout_ms: f64, most_bytes: f64, done: &Once) -> Function;
}

/// A request on its way.
pub struct Fetch {
    stop: Function,
    _heard: Once,
}

impl Fetch {
    /// Starts it. `done` is called once, later, unless the fetch is dropped before.
    pub fn start(request: &FetchRequest, done: Done) -> Self {
        let mut done = Some(done);
        let heard = Once::wrap(Box::new(move |answer| {
            if let Some(done) = done.take() {
                done(read(&answer).ok_or(FetchFailed));
            }
        }));
        let bearer = request.bearer.as_ref().map(|bearer| bearer.reveal());
        let timeout_ms = (request.timeout_ms as f64).min(MAX_DELAY_MS);
        let stop = get(request.url.reveal(), bearer, timeout_ms, request.max_bytes as f64, &heard);
        Self { stop, _heard: heard }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        let _ = self.stop.call0(&JsValue::UNDEFINED);
    }
}

fn read(answer: &JsValue) -> Option<FetchResponse> {
    let status = js::number(answer, "status")? as u16;
    let ahead = |date: &str| js_sys::Date::parse(date) - host::wall_clock_ms();
    let retry_after_ms = js::text(answer, "retryAfter").and_then(|value| retry_after_ms(&value, ahead));
    let max_age_ms = js::text(answer, "cacheControl").and_then(|value| max_age_ms(&value));
    Some(FetchResponse { status, retry_after_ms, max_age_ms, stale: false, body: js::text(answer, "body")? })
}
