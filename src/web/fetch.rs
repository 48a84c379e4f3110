//! One GET. Dropping it aborts it.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::futures::spawn_local;
use js_sys::{Function, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::io::{FetchFailed, FetchRequest, FetchResponse};
use crate::protocol::regions::max_age_ms;
use crate::web::host;
use crate::web::js;
use crate::web::live::Live;
use crate::web::timer::Timer;

type Done = Box<dyn FnOnce(Result<FetchResponse, FetchFailed>)>;

/// A request on its way.
pub struct Fetch {
    controller: Option<JsValue>,
    done: Rc<RefCell<Option<Done>>>,
    _timeout: Timer,
    _live: Live,
}

impl Fetch {
    /// Starts it. `done` is called once, later, unless the fetch is dropped before.
    pub fn start(request: FetchRequest, done: impl FnOnce(Result<FetchResponse, FetchFailed>) + 'static) -> Self {
        let done: Rc<RefCell<Option<Done>>> = Rc::new(RefCell::new(Some(Box::new(done))));
        let controller = js::global("AbortController")
            .and_then(|class| class.dyn_into::<Function>().ok())
            .and_then(|class| js_sys::Reflect::construct(&class, &js_sys::Array::new()).ok());
        let timeout = {
            let (done, controller) = (done.clone(), controller.clone());
            Timer::after(request.timeout_ms as f64, move || {
                abort(controller.as_ref());
                finish(&done, Err(FetchFailed));
            })
        };
        let answer = get(request, controller.as_ref().map(|controller| js::get(controller, "signal")));
        let waiting = Rc::downgrade(&done);
        spawn_local(async move {
            let answer = answer.await.ok_or(FetchFailed);
            if let Some(done) = waiting.upgrade() {
                finish(&done, answer);
            }
        });
        Self { controller, done, _timeout: timeout, _live: Live::new() }
    }
}

impl Drop for Fetch {
    fn drop(&mut self) {
        if self.done.borrow_mut().take().is_some() {
            abort(self.controller.as_ref());
        }
    }
}

fn abort(controller: Option<&JsValue>) {
    if let Some(controller) = controller {
        let _ = js::call(controller, "abort", &[]);
    }
}

fn finish(done: &RefCell<Option<Done>>, answer: Result<FetchResponse, FetchFailed>) {
    let then = done.borrow_mut().take();
    if let Some(then) = then {
        then(answer);
    }
}

async fn get(request: FetchRequest, signal: Option<JsValue>) -> Option<FetchResponse> {
    // A redirect could carry the token to a host that nobody named.
    let init = js::object([("redirect", "error".into()), ("cache", "no-store".into())]);
    if let Some(signal) = signal {
        js::set(&init, "signal", signal);
    }
    if let Some(bearer) = &request.bearer {
        let headers = js::object([("Authorization", format!("Bearer {}", bearer.reveal()).into())]);
        js::set(&init, "headers", headers);
    }
    let url = JsValue::from_str(request.url.reveal());
    let pending = js::call(&js_sys::global(), "fetch", &[url, init.into()]).ok()?;
    let response = js::settled(pending).await.ok()?;
    let status = js::number(&response, "status")? as u16;
    let header = |name: &str| js::call(&js::get(&response, "headers"), "get", &[name.into()]).ok()?.as_string();
    let retry_after_ms = header("retry-after").and_then(|value| retry_after_ms(&value));
    let max_age_ms = header("cache-control").and_then(|value| max_age_ms(&value));
    let body = body(&response, request.max_bytes).await?;
    Some(FetchResponse { status, retry_after_ms, max_age_ms, stale: false, body })
}

/// Reads piece by piece, so that a body without an end is not taken in before it is refused.
async fn body(response: &JsValue, max_bytes: usize) -> Option<String> {
    let Some(stream) = js::some(response, "body") else { return Some(String::new()) };
    let reader = js::call(&stream, "getReader", &[]).ok()?;
    let mut bytes = Vec::new();
    loop {
        let piece = js::settled(js::call(&reader, "read", &[]).ok()?).await.ok()?;
        if js::flag(&piece, "done") != Some(false) {
            return Some(String::from_utf8_lossy(&bytes).into_owned());
        }
        bytes.extend(Uint8Array::new(&js::get(&piece, "value")).to_vec());
        if bytes.len() > max_bytes {
            let _ = js::call(&reader, "cancel", &[]);
            return None;
        }
    }
}

/// Seconds, or a date.
fn retry_after_ms(value: &str) -> Option<u64> {
    if let Ok(seconds) = value.trim().parse::<u32>() {
        return Some(u64::from(seconds) * 1_000);
    }
    let wait_ms = js_sys::Date::parse(value) - host::wall_clock_ms();
    wait_ms.is_finite().then_some(wait_ms.max(0.0) as u64)
}
