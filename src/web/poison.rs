//! After a panic a wasm instance cannot be trusted. The panic marks it, rejects what is open, and every later call is
//! refused with `Code::Poisoned`.

use std::cell::Cell;

use crate::engine::error::{Code, Error};
use crate::web::registry;

thread_local! {
    static INSTALLED: Cell<bool> = const { Cell::new(false) };
    static POISONED: Cell<bool> = const { Cell::new(false) };
}

/// Watches for panics from now on; once is enough.
pub fn watch() {
    if !INSTALLED.with(|installed| installed.replace(true)) {
        std::panic::set_hook(Box::new(|info| {
            POISONED.with(|poisoned| poisoned.set(true));
            let place = info.location().map_or(String::new(), |at| format!(" at {}:{}", at.file(), at.line()));
            super::log::write(log::Level::Error, &format!("internal error{place}"));
            for driver in registry::everyone() {
                driver.reject_all(&error());
            }
        }));
    }
}

/// Whether it happened.
pub fn is_poisoned() -> bool {
    POISONED.with(Cell::get)
}

/// The error of every call from then on.
pub fn error() -> Error {
    Error::new(Code::Poisoned, "an internal error stopped this instance of the library; load it again")
}
