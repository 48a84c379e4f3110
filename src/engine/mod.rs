//! The engine: state machines that decide what to do and when. They do nothing themselves.
//!
//! **The contract.** One caller owns a [`room::session::Session`]. For everything that happens it calls `handle` with
//! the time and one [`Input`], then `poll` until it is `None` and carries out each [`Output`] in order, then arms one
//! timer for `deadline`. It never calls `handle` from within the carrying out of an output: what an output causes
//! (a listener's command, a socket that fails at once) is queued and handed in afterwards, because an output that is
//! still waiting was decided on the state before it.
//!
//! - Time is an argument and only differences mean anything. Randomness comes from the seed. The same inputs give the
//!   same outputs, bit for bit.
//! - Sockets, fetches and peers are numbered; what a stale one reports is dropped here, so a host need not be careful.
//! - A spurious `Timeout` is a safe no-op; a late one is expected.
//! - Input from the network or the app can be anything. It never panics; at worst it ends in an event or an error.
//!
//! One turn of a host that has nothing but a signalling socket:
//!
//! ```
//! use rejoin::engine::config::{Capabilities, Config, ConnectOptions};
//! use rejoin::engine::io::{Attempt, SocketAction, SocketEvent};
//! use rejoin::engine::room::command::{CallId, Command};
//! use rejoin::engine::room::event::ConnectionState;
//! use rejoin::engine::room::session::Session;
//! use rejoin::engine::time::Millis;
//! use rejoin::engine::timers::Timer;
//! use rejoin::engine::{Input, Output};
//! use rejoin::protocol::secret::Secret;
//!
//! // The seed is 32 bytes of the host's entropy.
//! let capabilities = Capabilities { rtc: false, offer_with_join: false };
//! let mut session = Session::new(Config::default(), capabilities, [7; 32]);
//!
//! // 1. Hand in what happened: here the app's call.
//! let connect = Command::Connect {
//!     url: "wss://one.example".into(),
//!     token: Secret::new("token"),
//!     options: ConnectOptions::default(),
//! };
//! session.handle(Millis(0), Input::Command(CallId(1), connect));
//!
//! // 2. Drain, and carry out in order.
//! let mut dialled = None;
//! while let Some(output) = session.poll() {
//!     match output {
//!         Output::Socket(SocketAction::Dial(attempt, _dial)) => dialled = Some(attempt),
//!         Output::Event(event) => println!("{event:?}"),
//!         _ => {}
//!     }
//! }
//! assert_eq!(dialled, Some(Attempt(1)));
//! assert_eq!(session.state(), ConnectionState::Connecting);
//!
//! // 3. Arm one timer; 4. hand in what comes of it all.
//! assert_eq!(session.deadline(), Some((Millis(15_000), Timer::ConnectBudget)));
//! session.handle(Millis(80), Input::Socket(Attempt(1), SocketEvent::Open));
//! assert_eq!(session.deadline(), Some((Millis(5_080), Timer::FirstMessage)));
//! ```

pub mod cause;
pub mod config;
pub mod episode;
pub mod error;
pub mod history;
pub mod io;
pub mod link;
pub mod liveness;
pub mod peer;
pub mod plugins;
pub mod policy;
pub mod regions;
pub mod rng;
pub mod room;
pub mod time;
pub mod timers;

pub use crate::protocol::map;

use error::Error;
use io::{Attempt, FetchFailed, FetchId, FetchRequest, FetchResponse, HostEvent, SocketAction, SocketEvent};
use peer::{Generation, PeerAction, PeerEvent};
use plugins::{Load, Loaded, PluginAction};
use policy::ReconnectContext;
use room::command::{CallId, Command, Reply};
use room::event::Event;

/// Numbers the questions to a custom policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question(pub u32);

/// What a custom policy answered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum PolicyAnswer {
    /// A delay in milliseconds, whatever number it is: nonsense falls back to the default.
    Delay(f64),
    /// `null`.
    GiveUp,
    /// It threw, rejected, or returned something that is no number.
    Failed,
}

/// What happened.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Input<'a> {
    /// The deadline passed.
    Timeout,
    Command(CallId, Command),
    Socket(Attempt, SocketEvent<'a>),
    Fetch(FetchId, Result<FetchResponse, FetchFailed>),
    Peer(Generation, PeerEvent<'a>),
    Host(HostEvent),
    Policy(Question, PolicyAnswer),
    /// A plugin's load came to an end: the load, its place in the list of plugins, and what it came to.
    Plugin(Load, usize, Loaded),
}

/// What to do.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Output {
    Socket(SocketAction),
    Fetch(FetchRequest),
    AbortFetch(FetchId),
    Peer(Generation, PeerAction),
    /// A call is done.
    Settle(CallId, Result<Reply, Error>),
    Event(Event),
    /// Ask the app's own policy; the answer is `Input::Policy`.
    AskPolicy(Question, Box<ReconnectContext>),
    /// Load a plugin, or let go of it; what a load comes to is `Input::Plugin`.
    Plugin(PluginAction),
    /// A line for the log. Holds no secret.
    Log(log::Level, String),
}
