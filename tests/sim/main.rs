//! The simulation: real engines on a virtual clock, a seeded network and a model server.
//!
//! Every test prints the figures it measured and, when it fails, the seed and the command that replays it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod life;
mod lives;
mod one;
mod outages;
mod place;
mod seeds;
mod sfu;
mod silences;
mod storm;
mod storms;
mod transport;
mod watch;
mod wire;
