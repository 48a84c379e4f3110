//! The session of a room: joins it, keeps it, brings it back, ends it.

use crate::engine::config::{Capabilities, Config};
use crate::engine::room::event::ConnectionState;
use crate::engine::room::roster::Roster;
use crate::engine::time::Millis;
use crate::engine::timers::Timer;
use crate::engine::{Input, Output};
use crate::protocol::proto;

/// The engine of one room. See [`crate::engine`] for how to drive it.
#[derive(Debug)]
pub struct Session {
    state: ConnectionState,
    roster: Roster,
}

impl Session {
    /// A room that is not connected. Nothing happens until it is told to connect. `seed` is from real entropy.
    pub fn new(config: Config, capabilities: Capabilities, seed: [u8; 32]) -> Self {
        let _ = (config, capabilities, seed);
        Self { state: ConnectionState::Disconnected, roster: Roster::default() }
    }

    /// Takes one input. Infallible: bad network input becomes an event, a bad command an error of its call.
    pub fn handle(&mut self, now: Millis, input: Input<'_>) {
        let _ = (now, input);
    }

    /// The next thing to do; to be called until it is `None`, after every [`Session::handle`].
    pub fn poll(&mut self) -> Option<Output> {
        None
    }

    /// When to hand in `Input::Timeout`, and for which timer, for the log.
    pub fn deadline(&self) -> Option<(Millis, Timer)> {
        None
    }

    /// The connection's state.
    pub fn state(&self) -> ConnectionState {
        self.state
    }

    /// Who is there.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Smoothed round trip of the signal socket, `None` before the first pong.
    pub fn rtt_ms(&self) -> Option<f64> {
        None
    }

    /// What the server says about itself, from the join.
    pub fn server_info(&self) -> Option<&proto::ServerInfo> {
        None
    }
}
