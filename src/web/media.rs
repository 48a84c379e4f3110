//! Media that a room holds for its app: local tracks to be sent, by client id, and remote tracks that came in.

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsValue;

use crate::engine::map::Map;
use crate::engine::peer::MediaHandle;

/// A local track as it is to be sent. It is kept through full reconnects.
#[derive(Clone, Debug)]
pub struct LocalMedia {
    /// The `MediaStreamTrack`.
    pub track: JsValue,
    /// The streams it belongs to, an array.
    pub streams: JsValue,
    /// `sendEncodings`, an array or `undefined`.
    pub encodings: JsValue,
    /// Its video codec, lower case; "" for audio.
    pub codec: String,
    /// What the bandwidth estimator may start from, in kbit/s; 0: no hint.
    pub start_kbps: u32,
    /// `RTCDegradationPreference`, for video.
    pub degradation_preference: Option<String>,
    /// Nothing is to be sent for now.
    pub paused: bool,
}

/// A remote track.
#[derive(Clone, Debug)]
pub struct RemoteMedia {
    /// The `MediaStreamTrack`.
    pub track: JsValue,
    /// Its `RTCRtpReceiver`.
    pub receiver: JsValue,
}

/// What a room holds.
#[derive(Debug, Default)]
pub struct Media {
    pub(super) local: RefCell<Map<String, LocalMedia>>,
    remote: RefCell<Map<u32, RemoteMedia>>,
    last: Cell<u32>,
}

impl Media {
    pub(super) fn add_remote(&self, media: RemoteMedia) -> MediaHandle {
        let handle = self.last.get().wrapping_add(1);
        self.last.set(handle);
        self.remote.borrow_mut().insert(handle, media);
        MediaHandle(handle)
    }

    pub(super) fn remove_remote(&self, handle: MediaHandle) {
        self.remote.borrow_mut().remove(&handle.0);
    }

    pub(super) fn remote(&self, handle: MediaHandle) -> Option<RemoteMedia> {
        self.remote.borrow().get(&handle.0).cloned()
    }
}
