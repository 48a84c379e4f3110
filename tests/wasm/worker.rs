//! What the crate meets in a dedicated worker: sockets, but neither a window nor peer connections.
#![cfg(target_family = "wasm")]

use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn a_worker_has_sockets_and_no_peer_connections() {
    let seen = js_sys::eval("[typeof WebSocket, typeof window, typeof RTCPeerConnection].join()");
    assert_eq!(seen, Ok(JsValue::from_str("function,undefined,undefined")));
}
