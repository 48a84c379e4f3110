//! One WebSocket. Dropping it closes it and nothing of it is heard any more.
//!
//! Hosts differ in what they say when a socket fails: an `error` before `open` may be all there is, `close` may come
//! without a code, an `error` may precede a clean close. So an error is final by itself, the first word counts, and no
//! code is trusted beyond being passed on. `socket.js` has the socket.

use std::rc::Rc;

use js_sys::{Function, Uint8Array};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::link::{Hangup, LARGEST_FRAME_BYTES};
use crate::protocol::secret::Secret;
use crate::web::js::{self, Heard};

// What is told, as in socket.js; whatever else it tells is the end.
const OPEN: u32 = 0;
const FRAME: u32 = 1;
const TEXT: u32 = 2;

#[wasm_bindgen(module = "/src/web/socket.js")]
extern "C" {
    fn standard() -> Option<Function>;

    type HostSocket;
    #[wasm_bindgen(js_name = open)]
    fn dial(
        constructor: &Function,
        url: &str,
        most: f64,
        too_large_code: u16,
        too_large_reason: &str,
        heard: &Heard,
    ) -> Option<HostSocket>;
    #[wasm_bindgen(method)]
    fn send(this: &HostSocket, bytes: &[u8]) -> u32;
    #[wasm_bindgen(method)]
    fn close(this: &HostSocket, code: u16, reason: &str);
    #[wasm_bindgen(method)]
    fn drop(this: &HostSocket);
}

/// What a socket reports. Nothing follows `Closed`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Report {
    Open,
    Frame(Vec<u8>),
    Text,
    /// Bytes that have not left the host.
    Buffered(u32),
    Closed {
        code: u16,
        reason: String,
    },
}

/// An open or opening socket.
pub struct Socket {
    host: HostSocket,
    _heard: Heard,
}

impl Socket {
    /// The host's own constructor, where it has one.
    pub fn host_constructor() -> Option<Function> {
        standard()
    }

    /// Dials. `None` when the host refuses to make the socket at all.
    pub fn open(constructor: &Function, url: &Secret, report: Rc<dyn Fn(Report)>) -> Option<Self> {
        let heard = Heard::new(move |what, code, value: JsValue| {
            report(match what {
                OPEN => Report::Open,
                FRAME => Report::Frame(Uint8Array::new(&value).to_vec()),
                TEXT => Report::Text,
                _ => Report::Closed { code: code as u16, reason: js::said(&value) },
            });
            JsValue::UNDEFINED
        });
        let (code, reason) = Hangup::FrameTooLarge.row();
        let host = dial(constructor, url.reveal(), LARGEST_FRAME_BYTES as f64, code, reason, &heard)?;
        Some(Self { host, _heard: heard })
    }

    /// Sends a binary frame; says how much of what was sent before has not left the host. A socket that cannot take it
    /// reports its end by itself.
    pub fn send(&self, bytes: &[u8]) -> u32 {
        self.host.send(bytes)
    }

    /// Closes it with a code (1000 or 4000-4999) and a reason.
    pub fn close(self, code: u16, reason: &str) {
        self.host.close(code, reason);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.host.drop();
    }
}
