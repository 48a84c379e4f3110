//! One event listener. Dropping it removes it.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use crate::web::live::Live;

/// A listener that is registered until it is dropped.
#[derive(Debug)]
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn FnMut(JsValue)>,
    _live: Live,
}

impl Listener {
    /// Listens on anything that has `addEventListener`.
    pub fn new(target: &JsValue, name: &'static str, heard: impl FnMut(JsValue) + 'static) -> Self {
        Self::boxed(target, name, Box::new(heard))
    }

    fn boxed(target: &JsValue, name: &'static str, heard: Box<dyn FnMut(JsValue)>) -> Self {
        let target = target.unchecked_ref::<EventTarget>().clone();
        let closure = Closure::wrap(heard);
        // Only a target without the method could throw here, and callers have looked.
        let _ = target.add_event_listener_with_callback(name, closure.as_ref().unchecked_ref());
        Self { target, name, closure, _live: Live::new() }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback(self.name, self.closure.as_ref().unchecked_ref());
    }
}
