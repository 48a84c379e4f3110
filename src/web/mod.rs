//! The host: the only code that touches it. Everything here is owned by one [`driver::Driver`] per room and gone when
//! the driver lets go of it: dropping a socket closes it, dropping a timer clears it, dropping a listener removes it.
//! Decisions are the engine's; this layer carries them out and reports what happened.

mod dial;
pub mod driver;
pub mod fetch;
pub mod host;
mod inbox;
pub mod js;
pub mod live;
pub mod log;
pub mod media;
pub mod peer;
mod question;
mod registry;
mod shared;
pub mod socket;
pub mod timer;
