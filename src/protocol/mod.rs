//! Facts of the wire: pure functions over bytes and text. The messages themselves are those of LiveKit's own
//! `livekit-protocol` crate, re-exported here as [`proto`] so that one place says which version is spoken.

pub mod data;
pub mod join;
pub mod regions;
pub mod sdp;
pub mod secret;
pub mod signal;
pub mod url;

pub use livekit_protocol as proto;
