//! Rooms that are in use are kept here, so that a room which nobody holds but everybody hears lives on until it ends.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::web::driver::Driver;

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

/// Participants of all rooms together.
pub fn participants() -> u32 {
    PARTICIPANTS.get()
}

/// A room has `now` participants where it had `before`.
pub fn recount(before: u32, now: u32) {
    PARTICIPANTS.set(PARTICIPANTS.get().saturating_sub(before).saturating_add(now));
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
