//! Where log lines go: the console, or an extension of the app's own; only lines at or above the level that was set.

use std::cell::{Cell, RefCell};

use js_sys::Function;
use log::Level;
use wasm_bindgen::JsValue;

use crate::web::js;

/// livekit-client's `LogLevel`: trace 0, debug 1, info 2, warn 3, error 4, silent 5.
pub const SILENT: u8 = 5;

thread_local! {
    static LEVEL: Cell<u8> = const { Cell::new(2) };
    static EXTENSION: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Sets the least level that is told; [`SILENT`] tells nothing.
pub fn set_level(level: u8) {
    LEVEL.with(|current| current.set(level.min(SILENT)));
}

/// Hands every line that is told to `extension(level, message, context)` as well.
pub fn set_extension(extension: Option<Function>) {
    EXTENSION.with(|current| *current.borrow_mut() = extension);
}

/// Tells a line. `context` is made only when the line is told.
pub fn write(level: Level, message: &str, context: impl FnOnce() -> JsValue) {
    let (number, method) = match level {
        Level::Error => (4, "error"),
        Level::Warn => (3, "warn"),
        Level::Info => (2, "info"),
        Level::Debug => (1, "debug"),
        Level::Trace => (0, "debug"),
    };
    if number < LEVEL.with(Cell::get) {
        return;
    }
    let context = context();
    if let Some(console) = js::global("console") {
        let _ = js::call(&console, method, &[format!("rejoin: {message}").into(), context.clone()]);
    }
    // Cloned, so that the extension may set another one.
    let extension = EXTENSION.with(|current| current.borrow().clone());
    if let Some(extension) = extension {
        let _ = extension.call3(&JsValue::UNDEFINED, &number.into(), &message.into(), &context);
    }
}
