//! What surrounds a room: clock, entropy, what the host is, and what it reports about network and page. Each may be
//! missing on some host, and is then simply not there; `host.js` looks.

use std::cell::Cell;

use js_sys::{Array, Function};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::engine::config::Capabilities;
use crate::engine::io::HostEvent;
use crate::engine::time::Millis;
use crate::protocol::join::ClientDetails;
use crate::protocol::text;
use crate::web::js::{self, Heard};

/// A gap of this length between two clocks, or in a timer of a page that can be seen, means that the host slept.
const WAKE_GAP_MS: f64 = 10_000.0;

// What is told, by the number that host.js has for it.
const EVENTS: [HostEvent; 8] = [
    HostEvent::Online,
    HostEvent::Offline,
    HostEvent::Visible,
    HostEvent::Hidden,
    HostEvent::Resume,
    HostEvent::PageShow,
    HostEvent::PageHide,
    HostEvent::NetworkChange,
];

#[wasm_bindgen(module = "/src/web/host.js")]
extern "C" {
    fn details() -> Array;
    fn entropy(count: u32) -> Option<Vec<u8>>;
    #[wasm_bindgen(js_name = hasWebRtc)]
    fn has_web_rtc() -> bool;
    #[wasm_bindgen(js_name = watch)]
    fn listen(heard: &Heard) -> Function;

    /// Milliseconds of a clock that is not put back.
    #[wasm_bindgen(js_name = now)]
    pub fn precise_now_ms() -> f64;

    /// The browser's description of itself, "" elsewhere.
    #[wasm_bindgen(js_name = userAgent)]
    pub fn user_agent() -> String;

    /// Whether the page can be seen; a host without pages always can.
    pub fn visible() -> bool;
}

/// Milliseconds since 1970, for dates only.
pub fn wall_clock_ms() -> f64 {
    js_sys::Date::now()
}

/// The engine's time.
pub fn now() -> Millis {
    Millis(precise_now_ms() as u64)
}

/// Real entropy; `None` where the host gives none.
pub fn seed() -> Option<[u8; 32]> {
    entropy(32)?.try_into().ok()
}

/// What the host can do.
pub fn capabilities() -> Capabilities {
    let rtc = has_web_rtc();
    Capabilities { rtc, offer_with_join: rtc && !text::contains(&user_agent(), "Firefox/") }
}

/// What the host says about itself, for the server's records.
pub fn client_details() -> ClientDetails {
    let mut said = js::texts(&details()).into_iter();
    let mut next = || said.next().unwrap_or_default();
    let (browser, browser_version, os, network) = (next(), next(), next(), next());
    ClientDetails { browser, browser_version, os, os_version: String::new(), network }
}

/// Listens to the surroundings until it is dropped.
pub struct Watch {
    stop: Function,
    _heard: Heard,
    /// How far the wall clock was ahead of the monotonic one.
    lead_ms: Cell<f64>,
}

impl Watch {
    /// Begins now.
    pub fn new(heard: impl Fn(HostEvent) + 'static) -> Self {
        let heard = Heard::new(move |what, _, _| {
            if let Some(event) = EVENTS.get(what as usize) {
                heard(*event);
            }
            JsValue::UNDEFINED
        });
        Self { stop: listen(&heard), _heard: heard, lead_ms: Cell::new(lead_ms()) }
    }

    /// Whether the host slept, as seen by a timer that fired `late_ms` late. Nothing tells, but clocks do: the monotonic
    /// one stands still during sleep on some systems, so the wall clock is compared as well. A hidden page's timers are
    /// late without sleep.
    pub fn woke(&self, late_ms: f64) -> bool {
        let lead_ms = lead_ms();
        let jumped = lead_ms - self.lead_ms.replace(lead_ms) > WAKE_GAP_MS;
        jumped || (late_ms > WAKE_GAP_MS && visible())
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.stop.call0(&JsValue::UNDEFINED);
    }
}

thread_local! {
    static LEAD_MS: Cell<f64> = const { Cell::new(f64::NEG_INFINITY) };
}

/// How far the wall clock is ahead of the monotonic one. The same for as long as nobody puts one of them: one moment is one
/// date, however often it is read.
pub fn lead_ms() -> f64 {
    let lead_ms = wall_clock_ms() - precise_now_ms();
    if (lead_ms - LEAD_MS.get()).abs() > 1_000.0 {
        LEAD_MS.set(lead_ms);
    }
    LEAD_MS.get()
}
