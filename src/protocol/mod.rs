//! Facts of the wire: pure functions over bytes and text, and the messages ([`proto`]) as far as they are understood.

pub mod data;
pub mod join;
pub mod map;
pub mod proto;
pub mod queue;
pub mod regions;
pub mod sdp;
pub mod secret;
pub mod signal;
pub mod text;
pub mod url;
pub mod wire;
