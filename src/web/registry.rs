//! Rooms that are in use are kept here, so that a room which nobody holds but everybody hears lives on until it ends;
//! and counted, with those of other tabs, because all that lose their connection together share one window.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use wasm_bindgen::prelude::wasm_bindgen;

use crate::web::driver::Driver;

#[wasm_bindgen(module = "/src/web/tabs.js")]
extern "C" {
    fn tell(participants: u32);
    fn elsewhere() -> u32;
}

thread_local! {
    static KEPT: RefCell<Vec<Rc<Driver>>> = const { RefCell::new(Vec::new()) };
    static PARTICIPANTS: Cell<u32> = const { Cell::new(0) };
}

/// Keeps a driver; once is enough.
pub fn keep(driver: &Rc<Driver>) {
    KEPT.with(|kept| {
        let mut kept = kept.borrow_mut();
        if !kept.iter().any(|one| Rc::ptr_eq(one, driver)) {
            kept.push(driver.clone());
        }
    });
}

/// Participants of all rooms of the origin but one that has `own` of them.
pub fn others(own: u32) -> u32 {
    PARTICIPANTS.get().saturating_sub(own).saturating_add(elsewhere())
}

/// A room has `now` participants where it had `before`.
pub fn recount(before: u32, now: u32) {
    if before == now {
        return;
    }
    PARTICIPANTS.set(PARTICIPANTS.get().saturating_sub(before).saturating_add(now));
    tell(PARTICIPANTS.get());
}

/// Lets go of it.
pub fn release(driver: &Driver) {
    let gone = KEPT.with(|kept| {
        let mut kept = kept.borrow_mut();
        let at = kept.iter().position(|one| std::ptr::eq(&**one, driver))?;
        Some(kept.swap_remove(at))
    });
    // Dropped here, outside the borrow: it may be the last reference to much.
    drop(gone);
}
