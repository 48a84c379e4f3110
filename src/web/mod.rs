//! The host: the only code that touches it. Everything here is owned by one [`driver::Driver`] per room and gone when
//! the driver lets go of it: dropping a socket closes it, dropping a timer clears it, dropping a watch ends it.
//! Decisions are the engine's; this layer carries them out and reports what happened.
//!
//! A `.js` file has what the Rust file of its name, or of its folder, calls on the host: promises, listeners and
//! objects of the host's are a line each there, and a state machine or a closure each in wasm.

mod dial;
pub mod driver;
pub mod fetch;
pub mod host;
mod inbox;
pub mod js;
pub mod log;
pub mod media;
pub mod peer;
mod question;
mod registry;
mod shared;
pub mod socket;
pub mod timer;
