//! A room under test: the real session with a scripted server, a scripted peer and a clock of its own.
//!
//! [`Room`] does what a host does: it carries out outputs in order and hands in what they cause afterwards. Its
//! [`Server`] and [`Peer`] are obliging unless a test tells them not to be; everything that passes is kept for the test
//! to look at. Time stands still until a test moves it. A session that never comes to rest fails instead of hanging.
// Clippy knows the functions of an integration test that are no `#[test]` for production code.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

pub mod bare;
pub mod frames;
mod host;
pub mod regions;
mod seen;
pub mod server;
mod steps;

use std::collections::{BTreeMap, VecDeque};

use rejoin::engine::config::{Capabilities, Config, ConnectOptions};
use rejoin::engine::error::Error;
use rejoin::engine::io::{Attempt, FetchFailed, FetchId, FetchRequest, FetchResponse, HostEvent, SocketEvent};
use rejoin::engine::peer::{Channel, Generation, PeerAction, PeerEvent, PeerState, Target};
use rejoin::engine::plugins::{Load, Loaded, PluginAction};
use rejoin::engine::policy::ReconnectContext;
use rejoin::engine::room::command::{CallId, Command, PublishTrack, Reply};
use rejoin::engine::room::event::{ConnectionState, Event};
use rejoin::engine::room::session::Session;
use rejoin::engine::time::Millis;
use rejoin::engine::{Input, PolicyAnswer, Question};
use rejoin::protocol::join::Dial;
use rejoin::protocol::proto;
use rejoin::protocol::secret::Secret;
use rejoin::protocol::signal::Ask;
use rejoin::protocol::signal::{SignalResponse, Told};
use rejoin::protocol::wire::Message as _;

pub use server::Server;

/// What a test or the world does next.
#[derive(Debug)]
pub enum Incoming {
    Open(Attempt),
    Frame(Attempt, Vec<u8>),
    Text(Attempt),
    Closed(Attempt, u16, String),
    Peer(Generation, PeerEvent<'static>),
    Data(Generation, Channel, Vec<u8>),
    Fetch(FetchId, Result<FetchResponse, FetchFailed>),
    Host(HostEvent),
    Policy(Question, PolicyAnswer),
    Plugin(Load, usize, Loaded),
    Command(CallId, Command),
}

/// How the peer behaves.
pub struct Peer {
    /// Answers offers, adds senders, applies answers.
    pub works: bool,
    /// Reports `Connected` and its channels once the first answer is applied.
    pub connects: bool,
    /// Closes a channel that is to be finished.
    pub finishes: bool,
    pub max_message_bytes: Option<u32>,
    connected: Option<Generation>,
}

/// See the module.
pub struct Room {
    pub session: Session,
    pub server: Server,
    pub peer: Peer,
    pub now: Millis,
    pub incoming: VecDeque<Incoming>,
    /// The socket that is dialled or open.
    pub socket: Option<Attempt>,
    /// The socket that has closed, when the session has not heard of it yet.
    closing: Option<Attempt>,
    pub dials: Vec<Dial>,
    pub closed: Vec<(u16, &'static str)>,
    pub events: Vec<Event>,
    pub settled: BTreeMap<u32, Vec<Result<Reply, Error>>>,
    pub logs: Vec<(log::Level, String)>,
    /// Everything the client sent, over all sockets.
    pub sent: Vec<Ask>,
    pub fetches: Vec<FetchRequest>,
    /// What `/validate` answers; `None`: nothing, ever.
    pub validate: Option<Result<FetchResponse, FetchFailed>>,
    /// What fetches of a URL that begins like this come to, before `validate` is looked at; `None`: nothing, ever.
    pub answers: Vec<(String, Option<Result<FetchResponse, FetchFailed>>)>,
    /// Fetches that are on their way.
    pub asking: Vec<FetchId>,
    pub actions: Vec<(Generation, PeerAction)>,
    /// Generations that are open.
    pub peers: Vec<Generation>,
    pub questions: Vec<(Question, ReconnectContext)>,
    pub plugins: Vec<PluginAction>,
    calls: u32,
}

pub const URL: &str = "ws://127.0.0.1:7880";
pub const TOKEN: &str = "eyJ0.token.sig";

impl Room {
    /// A host like a browser.
    pub fn new() -> Self {
        Self::with(Config::default(), Capabilities { rtc: true, offer_with_join: true })
    }

    /// Any host.
    pub fn with(config: Config, capabilities: Capabilities) -> Self {
        Self::seeded(config, capabilities, 7)
    }

    pub fn seeded(config: Config, capabilities: Capabilities, seed: u8) -> Self {
        Self {
            session: Session::new(config, capabilities, [seed; 32]),
            server: Server::default(),
            peer: Peer {
                works: true,
                connects: true,
                finishes: true,
                max_message_bytes: Some(64_000),
                connected: None,
            },
            now: Millis(1_000_000),
            incoming: VecDeque::new(),
            socket: None,
            closing: None,
            dials: Vec::new(),
            closed: Vec::new(),
            events: Vec::new(),
            settled: BTreeMap::new(),
            logs: Vec::new(),
            sent: Vec::new(),
            fetches: Vec::new(),
            validate: Some(Err(FetchFailed)),
            answers: Vec::new(),
            asking: Vec::new(),
            actions: Vec::new(),
            peers: Vec::new(),
            questions: Vec::new(),
            plugins: Vec::new(),
            calls: 0,
        }
    }

    /// A room that is connected.
    pub fn connected() -> Self {
        let mut room = Self::new();
        room.connect();
        assert_eq!(room.state(), ConnectionState::Connected, "{:?}", room.events);
        room
    }

    /// Connects with default options and lets everything happen that needs no time.
    pub fn connect(&mut self) -> u32 {
        self.connect_with(ConnectOptions::default())
    }

    pub fn connect_with(&mut self, options: ConnectOptions) -> u32 {
        self.call(Command::Connect { url: URL.into(), token: Secret::new(TOKEN), options })
    }

    /// Makes a call; its number is what [`Room::result`] takes.
    pub fn call(&mut self, command: Command) -> u32 {
        self.calls += 1;
        let call = self.calls;
        self.give(Incoming::Command(CallId(call), command));
        call
    }

    pub fn publish(&mut self, cid: &str) -> u32 {
        let request = Box::new(proto::AddTrackRequest { cid: cid.into(), name: cid.into(), ..Default::default() });
        self.call(Command::PublishTrack(PublishTrack { request }))
    }

    /// What a call came to: `None` while it is open. More than once is a fault.
    pub fn result(&self, call: u32) -> Option<&Result<Reply, Error>> {
        let results = self.settled.get(&call)?;
        assert_eq!(results.len(), 1, "call {call} was settled {} times", results.len());
        results.first()
    }

    /// The error that a call failed with.
    pub fn error(&self, call: u32) -> &Error {
        self.result(call).expect("the call is open").as_ref().expect_err("the call succeeded")
    }

    pub fn state(&self) -> ConnectionState {
        self.session.state()
    }

    /// Hands in what happens, and everything it causes that needs no time.
    pub fn give(&mut self, incoming: Incoming) {
        self.incoming.push_back(incoming);
        self.settle_down();
    }

    /// The server says something on the current socket.
    pub fn tell(&mut self, message: Told) {
        let frame = SignalResponse { message: Some(message) }.encode_to_vec();
        let attempt = self.socket.expect("there is no socket to speak on");
        self.give(Incoming::Frame(attempt, frame));
    }

    /// The current socket closes.
    pub fn drop_socket(&mut self, code: u16) {
        let attempt = self.socket.take().expect("there is no socket to drop");
        self.give(Incoming::Closed(attempt, code, String::new()));
    }

    pub fn host(&mut self, event: HostEvent) {
        self.give(Incoming::Host(event));
    }

    /// The newest peer reports something.
    pub fn peer_says(&mut self, event: PeerEvent<'static>) {
        let generation = *self.peers.last().expect("there is no peer");
        self.give(Incoming::Peer(generation, event));
    }

    pub fn peer_state(&mut self, state: PeerState) {
        self.peer_says(PeerEvent::State { target: Target::Publisher, state });
    }

    /// Lets time pass; timers run when they are due.
    pub fn run_for(&mut self, ms: u64) {
        let end = self.now.after(ms);
        for _ in 0..100_000 {
            match self.session.deadline() {
                Some((at, _)) if at <= end => {
                    self.now = self.now.max(at);
                    self.session.handle(self.now, Input::Timeout);
                    self.carry_out();
                    self.settle_down();
                }
                _ => {
                    self.now = end;
                    return;
                }
            }
        }
        panic!("the session never comes to rest: {:?}", self.session.deadline());
    }

    /// Lets time pass until the state is reached.
    pub fn run_until(&mut self, state: ConnectionState, within_ms: u64) -> u64 {
        let start = self.now;
        while self.state() != state && self.now.since(start) < within_ms {
            self.run_for(1);
        }
        assert_eq!(self.state(), state, "not within {within_ms} ms; {:?}", self.reconnecting());
        self.now.since(start)
    }

    /// The host was asleep for so long: no timer ran.
    pub fn sleep(&mut self, ms: u64) {
        self.now = self.now.after(ms);
        self.session.handle(self.now, Input::Timeout);
        self.carry_out();
        self.settle_down();
    }

    fn settle_down(&mut self) {
        for _ in 0..100_000 {
            let Some(incoming) = self.incoming.pop_front() else { return };
            self.take_in(incoming);
        }
        panic!("the session never comes to rest");
    }

    fn take_in(&mut self, incoming: Incoming) {
        let closed = match &incoming {
            Incoming::Closed(attempt, ..) => Some(*attempt),
            _ => None,
        };
        self.hand_in(incoming);
        self.carry_out();
        // From now on the session knows.
        self.closing = self.closing.filter(|closing| Some(*closing) != closed);
    }

    fn hand_in(&mut self, incoming: Incoming) {
        let now = self.now;
        let session = &mut self.session;
        match incoming {
            Incoming::Open(attempt) => session.handle(now, Input::Socket(attempt, SocketEvent::Open)),
            Incoming::Frame(attempt, bytes) => session.handle(now, Input::Socket(attempt, SocketEvent::Frame(&bytes))),
            Incoming::Text(attempt) => session.handle(now, Input::Socket(attempt, SocketEvent::Text)),
            Incoming::Closed(attempt, code, reason) => {
                session.handle(now, Input::Socket(attempt, SocketEvent::Closed { code, reason }));
            }
            Incoming::Peer(generation, event) => session.handle(now, Input::Peer(generation, event)),
            Incoming::Data(generation, channel, bytes) => {
                session.handle(now, Input::Peer(generation, PeerEvent::Data { channel, bytes: &bytes }));
            }
            Incoming::Fetch(id, result) => session.handle(now, Input::Fetch(id, result)),
            Incoming::Host(event) => session.handle(now, Input::Host(event)),
            Incoming::Policy(question, answer) => session.handle(now, Input::Policy(question, answer)),
            Incoming::Plugin(load, index, loaded) => session.handle(now, Input::Plugin(load, index, loaded)),
            Incoming::Command(call, command) => session.handle(now, Input::Command(call, command)),
        }
    }
}

/// The `JoinRequest` of a v1 dial.
pub fn join_request(dial: &Dial) -> proto::JoinRequest {
    proto::JoinRequest::decode(dial.join_request.as_slice()).expect("a join request that cannot be read")
}

/// What `/validate` answers.
pub fn answer(status: u16, body: &str) -> Option<Result<FetchResponse, FetchFailed>> {
    Some(Ok(FetchResponse { status, body: body.into(), ..Default::default() }))
}
