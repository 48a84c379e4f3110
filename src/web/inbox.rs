//! What happened and has not been told to the engine yet. Owned, unlike the engine's `Input`, so that it can wait.

use crate::engine::io::{Attempt, FetchFailed, FetchId, FetchResponse, HostEvent, SocketEvent};
use crate::engine::peer::{Generation, PeerEvent};
use crate::engine::plugins::{Load, Loaded};
use crate::engine::room::command::{CallId, Command};
use crate::engine::{Input, PolicyAnswer, Question};
use crate::web::socket::Report;

/// One happening.
#[allow(missing_docs)]
pub enum Incoming {
    Timeout,
    Command(CallId, Command),
    Socket(Attempt, Report),
    Fetch(FetchId, Result<FetchResponse, FetchFailed>),
    Peer(Generation, PeerEvent<'static>),
    /// `PeerEvent::Data`, the one that borrows.
    Data(Generation, crate::engine::peer::Channel, Vec<u8>),
    Host(HostEvent),
    Policy(Question, PolicyAnswer),
    Plugin(Load, usize, Loaded),
}

impl Incoming {
    /// Hands it over as the engine takes it.
    pub fn with(self, take: impl FnOnce(Input<'_>)) {
        match self {
            Incoming::Timeout => take(Input::Timeout),
            Incoming::Command(call, command) => take(Input::Command(call, command)),
            Incoming::Socket(attempt, Report::Open) => take(Input::Socket(attempt, SocketEvent::Open)),
            Incoming::Socket(attempt, Report::Frame(bytes)) => take(Input::Socket(attempt, SocketEvent::Frame(&bytes))),
            Incoming::Socket(attempt, Report::Text) => take(Input::Socket(attempt, SocketEvent::Text)),
            Incoming::Socket(attempt, Report::Buffered(bytes)) => {
                take(Input::Socket(attempt, SocketEvent::Buffered(bytes)));
            }
            Incoming::Socket(attempt, Report::Closed { code, reason }) => {
                take(Input::Socket(attempt, SocketEvent::Closed { code, reason }));
            }
            Incoming::Fetch(id, answer) => take(Input::Fetch(id, answer)),
            Incoming::Peer(generation, event) => take(Input::Peer(generation, event)),
            Incoming::Data(generation, channel, bytes) => {
                take(Input::Peer(generation, PeerEvent::Data { channel, bytes: &bytes }));
            }
            Incoming::Host(event) => take(Input::Host(event)),
            Incoming::Policy(question, answer) => take(Input::Policy(question, answer)),
            Incoming::Plugin(load, index, loaded) => take(Input::Plugin(load, index, loaded)),
        }
    }
}
