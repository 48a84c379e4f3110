//! Promises of what a command comes to. JavaScript keeps what is open (`core.js`): it can be rejected there even when this
//! instance no longer runs.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::error::Error;
use crate::web::driver::Settle;
use crate::web::js;

#[wasm_bindgen(module = "/src/api/core.js")]
extern "C" {
    fn pending() -> JsValue;
    fn settle(pending: &JsValue, error: &JsValue);
}

/// A promise, and what settles it. `rejected` makes of an error what it rejects with.
pub fn promised(rejected: impl FnOnce(&Error) -> JsValue + 'static) -> (JsValue, Settle) {
    let open = pending();
    let promise = js::get(&open, "promise");
    let then = move |result: Result<_, Error>| {
        settle(&open, &result.err().map_or(JsValue::UNDEFINED, |error| rejected(&error)));
    };
    (promise, Box::new(then))
}
