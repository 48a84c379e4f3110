//! Where the log lines of this layer and of the engine go: to the one sink that the layer above has set. Levels and
//! extensions are its business.

use std::cell::Cell;

use log::Level;

/// Takes a line.
pub type Sink = fn(Level, &str);

thread_local! {
    static SINK: Cell<Option<Sink>> = const { Cell::new(None) };
}

/// Sets who is told.
pub fn set_sink(sink: Sink) {
    SINK.set(Some(sink));
}

/// Tells a line. It holds no secret.
pub fn write(level: Level, message: &str) {
    if let Some(sink) = SINK.get() {
        sink(level, message);
    }
}
