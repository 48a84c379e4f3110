//! One room: its session, its requests, its media negotiation, its data and its roster.

pub mod command;
pub mod data_channels;
pub mod event;
pub mod roster;
pub mod session;
