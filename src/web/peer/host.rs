//! `peer.js`, which is what the host has of a peer.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::web::js::Heard;

// What is told, as in peer.js: what happened, of which target, channel or handle, and what of it.
pub(super) const DONE: u32 = 0;
pub(super) const FAILED: u32 = 1;
pub(super) const EDIT: u32 = 2;
pub(super) const STATS: u32 = 3;
pub(super) const STATE: u32 = 4;
pub(super) const CANDIDATE: u32 = 5;
pub(super) const TRACK: u32 = 6;
pub(super) const TRACK_ENDED: u32 = 7;
pub(super) const CHANNEL_ID: u32 = 8;
pub(super) const CHANNEL_OPEN: u32 = 9;
pub(super) const CHANNEL_CLOSED: u32 = 10;
pub(super) const BUFFERED: u32 = 11;
pub(super) const DATA: u32 = 12;

#[wasm_bindgen(module = "/src/web/peer/peer.js")]
extern "C" {
    /// All connections of a generation. What returns a value returns what was thrown, `undefined` if nothing was.
    pub(super) type PeerConnections;
    #[wasm_bindgen(constructor)]
    pub(super) fn new(heard: &Heard) -> PeerConnections;
    #[wasm_bindgen(method)]
    pub(super) fn open(this: &PeerConnections, count: u32, config: &JsValue) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn close(this: &PeerConnections);
    #[wasm_bindgen(method)]
    pub(super) fn connection(this: &PeerConnections, target: u32) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn configure(this: &PeerConnections, config: &JsValue) -> JsValue;

    #[wasm_bindgen(method, js_name = addChannels)]
    pub(super) fn add_channels(this: &PeerConnections, lossy_low_bytes: u32, reliable_low_bytes: u32) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn send(this: &PeerConnections, channel: u32, bytes: &[u8]) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn finish(this: &PeerConnections);

    /// The `RTCRtpSender` of a client id, `undefined` without one.
    #[wasm_bindgen(method)]
    pub(super) fn sender(this: &PeerConnections, cid: &str) -> JsValue;
    #[wasm_bindgen(method)]
    pub(super) fn mid(this: &PeerConnections, cid: &str) -> Option<String>;
    #[wasm_bindgen(method, js_name = addSender)]
    pub(super) fn add_sender(
        this: &PeerConnections,
        cid: &str,
        track: &JsValue,
        streams: &JsValue,
        encodings: &JsValue,
        degradation_preference: Option<&str>,
        paused: bool,
    ) -> JsValue;
    #[wasm_bindgen(method, js_name = removeSender)]
    pub(super) fn remove_sender(this: &PeerConnections, cid: &str);
    #[wasm_bindgen(method, js_name = addSections)]
    pub(super) fn add_sections(this: &PeerConnections, audios: u32, videos: u32);

    // Steps: told of by `DONE` or `FAILED`, and false where there is no connection to do it on.
    #[wasm_bindgen(method)]
    pub(super) fn pause(this: &PeerConnections);
    #[wasm_bindgen(method)]
    pub(super) fn offer(this: &PeerConnections, ice_restart: bool, held: bool) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn answer(this: &PeerConnections, held: Option<String>, sdp: &str, open: bool) -> bool;
    #[wasm_bindgen(method, js_name = remoteOffer)]
    pub(super) fn remote_offer(this: &PeerConnections, sdp: &str) -> bool;
    #[wasm_bindgen(method)]
    pub(super) fn candidate(this: &PeerConnections, target: u32, init: &str) -> bool;

    #[wasm_bindgen(method)]
    pub(super) fn stats(this: &PeerConnections);
}
