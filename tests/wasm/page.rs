//! What a page offers to the wasm tests that stand on it: fake camera and microphone, and no permission prompt.
//! Whatever else runs as wasm in a page has a file of its own beside this one.
#![cfg(target_family = "wasm")]

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// Evaluates an expression and waits for it, if it is a promise.
async fn evaluate(script: &str) -> Result<JsValue, JsValue> {
    let value = js_sys::eval(script)?;
    match value.dyn_into::<js_sys::Promise>() {
        Ok(promise) => JsFuture::from(promise).await,
        Err(value) => Ok(value),
    }
}

#[wasm_bindgen_test]
async fn a_page_captures_fake_media_without_asking() {
    let tracks = evaluate(
        "navigator.mediaDevices.getUserMedia({ audio: true, video: true })
           .then((stream) => stream.getTracks().map((track) => (track.stop(), track.kind)).sort().join())",
    )
    .await;
    assert_eq!(tracks, Ok(JsValue::from_str("audio,video")));
}

#[wasm_bindgen_test]
async fn a_page_has_peer_connections() {
    assert_eq!(evaluate("typeof RTCPeerConnection").await, Ok(JsValue::from_str("function")));
}
