//! One room: its session, its requests, its media negotiation, its data and its roster.
//!
//! `session` is the surface and holds the parts. What it decides stands beside it, one subject a file: `joining`,
//! `validation`, `failover`, `recovery`, `hurry`, `ending`, `signalling`, `transport`, `commands`, `local_tracks`, `mirror`,
//! `surroundings`, `beside`, `fetches`. The parts know nothing of each other and nothing of the session.

mod beside;
pub mod command;
mod commands;
mod connecting;
pub mod data_channels;
pub mod due;
mod ending;
pub mod event;
mod failover;
mod failure;
mod fetches;
mod giving_up;
mod hurry;
mod joining;
mod local_tracks;
mod mirror;
pub mod negotiation;
pub mod publications;
mod recovery;
pub mod requests;
pub mod roster;
pub mod session;
pub mod signal_queue;
mod signalling;
mod surroundings;
mod transport;
mod validation;
