//! LiveKit's messages, with the fields that are read or written here; the rest is skipped. Names and tags are those of
//! the `livekit-protocol` crate, version 0.8.2, against which `proto/tests.rs` compares every one of them.
//!
//! What stands at the top of the signal socket is in [`crate::protocol::signal`], of a data channel in
//! [`crate::protocol::data`].

mod enums;
mod join;
mod media;
mod people;
mod signal;
#[cfg(all(test, not(target_family = "wasm")))]
mod tests;

pub use enums::*;
pub use join::*;
pub use media::*;
pub use people::*;
pub use signal::*;
