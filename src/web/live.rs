//! Counts what is alive on the host: timers, sockets, listeners, fetches, peers. A room that has ended leaves none,
//! and a test reads the number.

use std::cell::Cell;

thread_local! {
    static ALIVE: Cell<u32> = const { Cell::new(0) };
}

/// Held by every wrapper of something that lives on the host.
#[derive(Debug)]
pub struct Live(());

impl Live {
    /// One more.
    pub fn new() -> Self {
        ALIVE.with(|alive| alive.set(alive.get().saturating_add(1)));
        Self(())
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        ALIVE.with(|alive| alive.set(alive.get().saturating_sub(1)));
    }
}

/// How many there are.
pub fn count() -> u32 {
    ALIVE.with(Cell::get)
}
