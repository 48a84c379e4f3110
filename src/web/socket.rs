//! One WebSocket. Dropping it closes it and nothing of it is heard any more.
//!
//! Hosts differ in what they say when a socket fails: an `error` before `open` may be all there is, `close` may come
//! without a code, an `error` may precede a clean close. So an error is final by itself, the first word counts, and no
//! code is trusted beyond being passed on.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Array, ArrayBuffer, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::WebSocket;

use crate::engine::link::{Hangup, LARGEST_FRAME_BYTES};
use crate::protocol::secret::Secret;
use crate::web::js;
use crate::web::listener::Listener;
use crate::web::live::Live;

/// The code of a socket that ended without a closing handshake.
const ABNORMAL: u16 = 1006;

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
#[derive(Debug)]
pub struct Socket {
    ws: WebSocket,
    over: Rc<Cell<bool>>,
    _listeners: [Listener; 4],
    _live: Live,
}

impl Socket {
    /// The host's own constructor, where it has one.
    pub fn host_constructor() -> Option<Function> {
        js::global("WebSocket")?.dyn_into().ok()
    }

    /// Dials. `None` when the host refuses to make the socket at all; what it throws is not passed on, because it
    /// quotes the URL, and the URL carries the token.
    pub fn open(constructor: &Function, url: &Secret, report: Rc<dyn Fn(Report)>) -> Option<Self> {
        let arguments = Array::of1(&JsValue::from_str(url.reveal()));
        let made = Reflect::construct(constructor, &arguments).ok()?;
        js::set(&made, "binaryType", "arraybuffer");
        let ws: WebSocket = made.unchecked_into();
        let over = Rc::new(Cell::new(false));
        let opened = Rc::new(Cell::new(false));
        let on_open = {
            let (over, opened, report) = (over.clone(), opened.clone(), report.clone());
            Listener::new(&ws, "open", move |_| {
                if !over.get() && !opened.replace(true) {
                    report(Report::Open);
                }
            })
        };
        let on_message = {
            let (over, report) = (over.clone(), report.clone());
            Listener::new(&ws, "message", move |event| {
                if over.get() {
                    return;
                }
                let read = read(&js::get(&event, "data"));
                if let Report::Closed { code, reason } = &read {
                    over.set(true);
                    let _ = js::call(&js::get(&event, "target"), "close", &[(*code).into(), reason.as_str().into()]);
                }
                report(read);
            })
        };
        let on_error = {
            let (over, report) = (over.clone(), report.clone());
            Listener::new(&ws, "error", move |_| {
                if !over.replace(true) {
                    let code = if opened.get() { ABNORMAL } else { 0 };
                    report(Report::Closed { code, reason: String::new() });
                }
            })
        };
        let on_close = {
            let over = over.clone();
            Listener::new(&ws, "close", move |event| {
                if !over.replace(true) {
                    let code = js::number(&event, "code").unwrap_or(0.0) as u16;
                    let reason = js::text(&event, "reason").unwrap_or_default();
                    report(Report::Closed { code, reason });
                }
            })
        };
        Some(Self { ws, over, _listeners: [on_open, on_message, on_error, on_close], _live: Live::new() })
    }

    /// Sends a binary frame; says how much of what was sent before has not left the host. A socket that cannot take it
    /// reports its end by itself.
    pub fn send(&self, bytes: &[u8]) -> u32 {
        let left = self.ws.buffered_amount();
        // Copied out of wasm memory first: some hosts send later, and would read what was freed.
        let _ = self.ws.send_with_js_u8_array(&Uint8Array::from(bytes));
        left
    }

    /// Closes it with a code (1000 or 4000-4999) and a reason.
    pub fn close(self, code: u16, reason: &str) {
        self.over.set(true);
        let _ = self.ws.close_with_code_and_reason(code, reason);
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.over.set(true);
        // Node's `ws` reports the end of a dial as an error and throws it where nobody listens; `Boolean` is a
        // function that every host has, does nothing, and keeps nothing of this module alive.
        if let Some(deaf) = js::global("Boolean") {
            js::set(&self.ws, "onerror", deaf);
        }
        let _ = self.ws.close();
    }
}

/// What a message is. One that is too large is not copied and ends the socket.
fn read(data: &JsValue) -> Report {
    if js::number(data, "byteLength").is_some_and(|bytes| bytes > LARGEST_FRAME_BYTES as f64) {
        let (code, reason) = Hangup::FrameTooLarge.row();
        return Report::Closed { code, reason: reason.to_owned() };
    }
    if let Some(buffer) = data.dyn_ref::<ArrayBuffer>() {
        return Report::Frame(Uint8Array::new(buffer).to_vec());
    }
    // A Node Buffer, or an ArrayBuffer of another realm.
    if ArrayBuffer::is_view(data) || js::number(data, "byteLength").is_some() {
        return Report::Frame(Uint8Array::new(data).to_vec());
    }
    Report::Text
}
