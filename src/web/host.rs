//! What surrounds a room: clock, entropy, what the host is, and what it reports about network and page. Each may be
//! missing on some host, and is then simply not there.

use std::cell::Cell;

use wasm_bindgen::JsValue;

use crate::engine::config::Capabilities;
use crate::engine::io::HostEvent;
use crate::engine::time::Millis;
use crate::protocol::join::ClientDetails;
use crate::protocol::text;
use crate::web::js;
use crate::web::listener::Listener;

/// A gap of this length between two clocks, or in a timer of a page that can be seen, means that the host slept.
const WAKE_GAP_MS: f64 = 10_000.0;

/// Milliseconds since 1970, for dates only.
pub fn wall_clock_ms() -> f64 {
    js_sys::Date::now()
}

/// Milliseconds of the monotonic clock. Where there is none, of the wall clock, which may be put back: its readings are
/// then moved on, so that no timer waits for an hour that has passed already.
pub fn precise_now_ms() -> f64 {
    let clock = js::global("performance")
        .and_then(|performance| js::call(&performance, "now", &[]).ok())
        .and_then(|now| now.as_f64());
    clock.unwrap_or_else(|| {
        let wall = wall_clock_ms();
        let (last, lead) = WALL.get();
        let lead = lead.max(last - wall);
        WALL.set((wall + lead, lead));
        wall + lead
    })
}

thread_local! {
    /// The last reading of the wall clock as it was told, and how far that is ahead of what the clock says.
    static WALL: Cell<(f64, f64)> = const { Cell::new((f64::MIN, 0.0)) };
}

/// The engine's time.
pub fn now() -> Millis {
    Millis(precise_now_ms() as u64)
}

/// Real entropy; `None` where the host gives none.
pub fn seed() -> Option<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).ok()?;
    Some(seed)
}

/// What the host can do.
pub fn capabilities() -> Capabilities {
    let rtc = js::global("RTCPeerConnection").is_some();
    Capabilities { rtc, offer_with_join: rtc && !text::contains(&user_agent(), "Firefox/") }
}

/// What the host says about itself, for the server's records.
pub fn client_details() -> ClientDetails {
    let agent = user_agent();
    let (browser, browser_version) = browser(&agent).unwrap_or_else(runtime);
    let network = js::global("navigator")
        .and_then(|navigator| js::some(&navigator, "connection"))
        .and_then(|connection| js::text(&connection, "type"))
        .unwrap_or_default();
    ClientDetails { browser, browser_version, os: system(&agent).to_owned(), os_version: String::new(), network }
}

/// Whether the page can be seen; a host without pages always can.
pub fn visible() -> bool {
    js::global("document").and_then(|document| js::flag(&document, "hidden")) != Some(true)
}

/// Whether the host believes that it has a network; true where it cannot say.
pub fn online() -> bool {
    js::global("navigator").and_then(|navigator| js::flag(&navigator, "onLine")) != Some(false)
}

/// The browser's description of itself, "" elsewhere.
pub fn user_agent() -> String {
    js::global("navigator").and_then(|navigator| js::text(&navigator, "userAgent")).unwrap_or_default()
}

/// The most particular mark first: most browsers carry the marks of others as well.
fn browser(agent: &str) -> Option<(String, String)> {
    const MARKS: [(&str, &str); 6] = [
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Browser"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Version/", "Safari"),
    ];
    MARKS.iter().find_map(|(mark, name)| {
        let (_, version) = text::split_once(agent, mark)?;
        let version = version.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
        Some(((*name).to_owned(), version.to_owned()))
    })
}

fn runtime() -> (String, String) {
    const MARKS: [(&str, &str); 3] = [("Deno", "Deno"), ("Bun", "Bun"), ("process", "Node")];
    MARKS
        .iter()
        .find(|(global, _)| js::global(global).is_some())
        .map_or_else(Default::default, |(_, name)| ((*name).to_owned(), String::new()))
}

fn system(agent: &str) -> &'static str {
    const MARKS: [(&str, &str); 6] = [
        ("Windows", "Windows"),
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    MARKS.iter().find(|(mark, _)| text::contains(agent, mark)).map_or("", |(_, name)| name)
}

/// Listens to the surroundings until it is dropped.
pub fn watch(heard: impl Fn(HostEvent) + Clone + 'static) -> Vec<Listener> {
    let mut listeners = Vec::new();
    let mut listen = |target: Option<JsValue>, name, event: fn(&JsValue) -> Option<HostEvent>| {
        let Some(target) = target.filter(|target| js::function(target, "addEventListener").is_some()) else { return };
        let heard = heard.clone();
        listeners.push(Listener::new(&target, name, move |of| {
            if let Some(event) = event(&of) {
                heard(event);
            }
        }));
    };
    let scope = || Some(js_sys::global().into());
    let document = || js::global("document");
    let connection = || js::global("navigator").and_then(|navigator| js::some(&navigator, "connection"));
    listen(scope(), "online", |_| Some(HostEvent::Online));
    listen(scope(), "offline", |_| Some(HostEvent::Offline));
    // A page that was loaded, not brought back, has nothing to mend.
    listen(scope(), "pageshow", |event| js::flag(event, "persisted").filter(|is| *is).map(|_| HostEvent::PageShow));
    listen(scope(), "pagehide", |_| Some(HostEvent::PageHide));
    listen(document(), "visibilitychange", |_| Some(if visible() { HostEvent::Visible } else { HostEvent::Hidden }));
    listen(document(), "resume", |_| Some(HostEvent::Resume));
    listen(connection(), "change", |_| Some(HostEvent::NetworkChange));
    listeners
}

/// Notices that the host slept: nothing tells, but clocks do.
#[derive(Debug)]
pub struct WakeWatch {
    lead_ms: Cell<f64>,
}

impl WakeWatch {
    /// Begins now.
    pub fn new() -> Self {
        Self { lead_ms: Cell::new(wall_clock_ms() - precise_now_ms()) }
    }

    /// Whether the host slept, as seen by a timer that fired `late_ms` late. The monotonic clock stands still during
    /// sleep on some systems, so the wall clock is compared as well. A hidden page's timers are late without sleep.
    pub fn woke(&self, late_ms: f64) -> bool {
        let lead_ms = wall_clock_ms() - precise_now_ms();
        let jumped = lead_ms - self.lead_ms.replace(lead_ms) > WAKE_GAP_MS;
        jumped || (late_ms > WAKE_GAP_MS && visible())
    }
}

impl Default for WakeWatch {
    fn default() -> Self {
        Self::new()
    }
}
