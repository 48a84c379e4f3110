//! Opens, uses and closes the signalling socket. The join request is compressed first where the host can and it helps.

use std::rc::Rc;

use js_sys::Uint8Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::io::{Attempt, SocketAction};
use crate::protocol::join::Dial;
use crate::web::driver::Driver;
use crate::web::inbox::Incoming;
use crate::web::socket::{Report, Socket};

/// Below this a compressed request is hardly smaller, and not worth the wait.
const WORTH_COMPRESSING_BYTES: usize = 512;

#[wasm_bindgen(module = "/src/web/dial.js")]
extern "C" {
    /// A promise of the gzipped bytes as an `ArrayBuffer`; `undefined` where the host has no compressor.
    fn compress(bytes: &[u8]) -> JsValue;
}

/// Carries out one action.
pub fn act(driver: &Driver, action: SocketAction) {
    match action {
        SocketAction::Dial(attempt, dial) => {
            drop(driver.socket().take());
            driver.dialling().set(Some(attempt));
            if dial.join_request.len() < WORTH_COMPRESSING_BYTES {
                return open(driver, attempt, &dial, None);
            }
            let packed = compress(&dial.join_request);
            if packed.is_undefined() {
                return open(driver, attempt, &dial, None);
            }
            driver.when(&packed, move |driver, packed| {
                if driver.dialling().get() == Some(attempt) {
                    let packed = packed.is_object().then(|| Uint8Array::new(&packed).to_vec());
                    open(driver, attempt, &dial, packed.as_deref());
                }
            });
        }
        SocketAction::Send(attempt, bytes) => {
            // Not borrowed meanwhile: an app's own socket may end within `send`.
            let socket = driver.socket().take();
            let left = match &socket {
                Some((current, socket)) if *current == attempt => socket.send(&bytes),
                _ => 0,
            };
            driver.socket().replace(socket);
            if left > 0 {
                driver.push(Incoming::Socket(attempt, Report::Buffered(left)));
            }
        }
        SocketAction::Close(attempt, code, reason) => {
            if driver.dialling().get() == Some(attempt) {
                driver.dialling().set(None);
                let socket = driver.socket().take();
                if let Some((_, socket)) = socket {
                    socket.close(code, reason);
                }
            }
        }
    }
}

fn open(driver: &Driver, attempt: Attempt, dial: &Dial, packed: Option<&[u8]>) {
    let me = driver.weak();
    let report = Rc::new(move |report: Report| {
        let Some(driver) = me.upgrade() else { return };
        // A socket that has ended leaves nothing on the host, even if nobody dials again.
        let ended = matches!(report, Report::Closed { .. }) && driver.dialling().get() == Some(attempt);
        let gone = ended.then(|| driver.socket().take());
        driver.push(Incoming::Socket(attempt, report));
        drop(gone);
    });
    let made = match (driver.websocket_constructor(), dial.url(packed)) {
        (Some(constructor), Ok(url)) => Socket::open(&constructor, &url, report)
            .ok_or_else(|| "the host refused to open a WebSocket to this URL".to_owned()),
        (None, _) => Err("this host has no WebSocket: pass a constructor as the option `webSocket`".to_owned()),
        (_, Err(error)) => Err(error.message()),
    };
    match made {
        Ok(socket) => *driver.socket().borrow_mut() = Some((attempt, socket)),
        Err(reason) => driver.push_later(Incoming::Socket(attempt, Report::Closed { code: 0, reason })),
    }
}
