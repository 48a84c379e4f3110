//! The session of a room: joins it, keeps it, brings it back, ends it.
//!
//! This file is the surface and the switchboard: what comes in goes to the file that knows about it, and what is
//! decided goes out through one queue. The decisions stand in `joining`, `recovery`, `hurry`, `ending`, `signalling`,
//! `transport`, `commands` and `surroundings`; each of them is an `impl Session` about one thing.

use crate::engine::cause::{SLEPT_MS, Surroundings};
use crate::engine::config::{Capabilities, Config, ConnectOptions};
use crate::engine::episode::{Episode, Steadiness};
use crate::engine::error::Error;
use crate::engine::history::History;
use crate::engine::io::{SocketAction, SocketEvent};
use crate::engine::link::{Heard, Link};
use crate::engine::liveness::{Liveness, Periods};
use crate::engine::peer::PeerAction;
use crate::engine::plugins::Plugins;
use crate::engine::regions::Regions;
use crate::engine::rng::Rng;
use crate::engine::room::command::{CallId, Reply};
use crate::engine::room::connecting::Connecting;
use crate::engine::room::data_channels::DataChannels;
use crate::engine::room::event::{ConnectionState, Event};
use crate::engine::room::failover::Way;
use crate::engine::room::fetches::Fetches;
use crate::engine::room::joining::Stage;
use crate::engine::room::negotiation::Negotiation;
use crate::engine::room::publications::Publications;
use crate::engine::room::requests::Requests;
use crate::engine::room::roster::Roster;
use crate::engine::room::signal_queue::SignalQueue;
use crate::engine::room::surroundings::Media;
use crate::engine::time::Millis;
use crate::engine::timers::{Timer, Timers};
use crate::engine::{Input, Output, Question};
use crate::protocol::proto;
use crate::protocol::secret::{Secret, redacted};
use crate::protocol::signal::{Ask, SignalRequest};
use crate::protocol::url::Version;
use crate::protocol::wire::Message as _;

/// What the join said that is needed later.
#[derive(Debug, Default)]
pub(super) struct Joined {
    pub server_info: proto::ServerInfo,
    /// The own participant's sid: a resume names it.
    pub participant_sid: String,
    /// A track may be offered before the server has answered its `add_track`.
    pub publishes_fast: bool,
    /// The client configuration forbids resumes.
    pub no_resume: bool,
    /// When this session last began to work.
    pub since: Millis,
}

/// The engine of one room. See [`crate::engine`] for how to drive it.
pub struct Session {
    pub(super) config: Config,
    pub(super) capabilities: Capabilities,
    pub(super) rng: Rng,
    pub(super) now: Millis,
    out: Vec<Output>,
    /// What was in `out` when it was looked at last, as far as it is not taken yet.
    ready: std::vec::IntoIter<Output>,

    pub(super) regions: Regions,
    pub(super) way: Way,
    pub(super) fetches: Fetches,
    /// Calls that wait for a list of regions.
    pub(super) preparing: Vec<CallId>,
    pub(super) plugins: Plugins,
    pub(super) history: History,
    pub(super) token: Secret,
    pub(super) options: ConnectOptions,
    pub(super) version: Version,
    /// The next join over v1 is to fail (`simulateScenario`).
    pub(super) v1_fails: bool,

    pub(super) state: ConnectionState,
    pub(super) stage: Stage,
    pub(super) connecting: Option<Connecting>,
    pub(super) joined: Option<Joined>,
    pub(super) episode: Option<Episode>,
    pub(super) steadiness: Steadiness,
    pub(super) question: Question,
    pub(super) policy_failed_before: bool,
    /// The server forgets who has no transport together with the socket: there is never anything to resume.
    pub(super) resumes_in_vain: bool,
    pub(super) validate_url: Secret,
    pub(super) surroundings: Surroundings,
    /// Participants of the other rooms on this page.
    pub(super) elsewhere: u32,
    /// What is left of the time to give up, while offline.
    pub(super) give_up_left_ms: Option<u64>,
    /// The app's `disconnect()` that waits for data to arrive.
    pub(super) farewell: Option<CallId>,
    /// When the server was last known to be there, as of the last loss.
    pub(super) heard: Millis,
    /// Whether nothing was known to be wrong with its transport then.
    pub(super) sound: bool,
    /// When the host last woke up, or may have done so, and how long it had slept at most.
    pub(super) woke: (Millis, u64),
    /// What the transport has received.
    pub(super) media: Option<Media>,
    /// When the transport said that it had lost its peer, until it has had one again for a while: since then.
    pub(super) transport_lost: Option<(Millis, Option<Millis>)>,

    pub(super) timers: Timers,
    pub(super) link: Link,
    pub(super) liveness: Liveness,
    pub(super) periods: Periods,
    pub(super) negotiation: Negotiation,
    pub(super) queue: SignalQueue,
    pub(super) requests: Requests,
    pub(super) publications: Publications,
    pub(super) data: DataChannels,
    pub(super) roster: Roster,
}

impl Session {
    /// A room that is not connected. Nothing happens until it is told to connect. `seed` is from real entropy.
    pub fn new(mut config: Config, capabilities: Capabilities, seed: [u8; 32]) -> Self {
        let rng = Rng::new(seed);
        let origin = rng.clone().next_u64();
        Self {
            regions: Regions::new(std::mem::take(&mut config.regions)),
            plugins: Plugins::new(std::mem::take(&mut config.plugins)),
            history: History::default(),
            config,
            capabilities,
            rng,
            now: Millis::default(),
            out: Vec::new(),
            ready: Vec::new().into_iter(),
            way: Way::default(),
            fetches: Fetches::default(),
            preparing: Vec::new(),
            validate_url: Secret::default(),
            token: Secret::default(),
            options: ConnectOptions::default(),
            version: Version::V1,
            v1_fails: false,
            state: ConnectionState::Disconnected,
            stage: Stage::Idle,
            connecting: None,
            joined: None,
            episode: None,
            steadiness: Steadiness::default(),
            question: Question(0),
            policy_failed_before: false,
            resumes_in_vain: false,
            surroundings: Surroundings::default(),
            elsewhere: 0,
            give_up_left_ms: None,
            farewell: None,
            heard: Millis::default(),
            sound: false,
            woke: Default::default(),
            media: None,
            transport_lost: None,
            timers: Timers::default(),
            link: Link::default(),
            liveness: Liveness::default(),
            periods: Periods::default(),
            negotiation: Negotiation::default(),
            queue: SignalQueue::default(),
            requests: Requests::default(),
            publications: Publications::default(),
            data: DataChannels::new(origin),
            roster: Roster::default(),
        }
    }

    /// Takes one input. Infallible: bad network input becomes an event, a bad command an error of its call.
    pub fn handle(&mut self, now: Millis, input: Input<'_>) {
        let before = std::mem::replace(&mut self.now, now);
        let due = self.timers.next().map(|(at, _)| at);
        // It may have been asleep all that time, also when nothing was due.
        if now.since(before) > SLEPT_MS {
            self.woke = (now, now.since(before));
        }
        if let Some(late_ms) = self.surroundings.observe(now, due) {
            // On a socket whose end is the news nothing is asked.
            let ended = matches!(input, Input::Socket(_, SocketEvent::Closed { .. }));
            self.handle_wake(late_ms, !ended);
        }
        match input {
            Input::Timeout => self.handle_timeout(),
            Input::Command(call, command) => self.handle_command(call, command),
            Input::Socket(attempt, event) => match self.link.hear(now, attempt, event, &mut self.timers) {
                Heard::Nothing => {}
                Heard::Opened => self.handle_opened(),
                Heard::Frame(bytes) => self.handle_frame(bytes),
                Heard::Text => self.note_life(),
                Heard::Buffered(bytes) => self.note_buffered(bytes),
                Heard::Lost { before, code, reason } => self.handle_socket_lost(before, code, reason),
            },
            Input::Fetch(id, result) => self.handle_fetched(id, result),
            Input::Peer(generation, event) => {
                if self.negotiation.is_open() && generation == self.negotiation.generation() {
                    self.handle_peer(event);
                }
            }
            Input::Host(event) => self.handle_host(event),
            Input::Policy(question, answer) => self.handle_policy_answer(question, answer),
            Input::Plugin(load, index, loaded) => self.handle_plugin(load, index, loaded),
        }
        self.arm();
    }

    /// The next thing to do; to be called until it is `None`, after every [`Session::handle`].
    pub fn poll(&mut self) -> Option<Output> {
        let next = self.ready.next();
        if next.is_some() || self.out.is_empty() {
            return next;
        }
        self.ready = std::mem::take(&mut self.out).into_iter();
        self.ready.next()
    }

    /// When to hand in `Input::Timeout`, and for which timer, for the log.
    pub fn deadline(&self) -> Option<(Millis, Timer)> {
        self.timers.next()
    }

    /// The connection's state.
    pub fn state(&self) -> ConnectionState {
        self.state
    }

    /// Who is there.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Participants of the room, the local one included; 0 when it is not joined.
    pub fn participants(&self) -> u32 {
        let others = u32::try_from(self.roster.remote_len()).unwrap_or(u32::MAX);
        if self.joined.is_some() { others.saturating_add(1) } else { 0 }
    }

    /// Participants of the other rooms of this origin. Several rooms that lose their connection together share one window,
    /// so the policy is told of them too.
    pub fn set_elsewhere(&mut self, participants: u32) {
        self.elsewhere = participants;
    }

    /// Smoothed round trip of the signal socket, `None` before the first pong.
    pub fn rtt_ms(&self) -> Option<f64> {
        self.liveness.rtt_ms()
    }

    /// What the server says about itself, from the join.
    pub fn server_info(&self) -> Option<&proto::ServerInfo> {
        self.joined.as_ref().map(|joined| &joined.server_info)
    }

    /// What happened lately, oldest first.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Where to connect to, as a plugin is told it.
    pub fn server_url(&self) -> &str {
        &self.regions.current().url
    }

    /// The newest token, for a plugin.
    pub fn token(&self) -> &Secret {
        &self.token
    }

    /// Runs what is due. One pass: what a timer sets for this very moment is another timeout's work.
    fn handle_timeout(&mut self) {
        for timer in Timer::ALL {
            if self.timers.take_expired(*timer, self.now) {
                self.run(*timer);
            }
        }
    }

    fn run(&mut self, timer: Timer) {
        match timer {
            Timer::ConnectBudget => self.handle_connect_budget_spent(),
            Timer::Attempt => self.begin_next_attempt(),
            Timer::SocketOpen => self.handle_socket_did_not_open(),
            Timer::Race => self.handle_race(),
            Timer::FirstMessage => self.handle_no_first_message(),
            Timer::Validate => self.handle_validate_timeout(),
            Timer::PolicyAnswer => self.handle_policy_silence(),
            Timer::Stable => self.handle_stable(),
            Timer::GiveUp => self.give_up(),
            Timer::Warn => self.warn_when_due(),
            Timer::Ping | Timer::Silence | Timer::Probe => self.handle_liveness_timer(),
            Timer::PluginStart => self.begin_plugins(),
            Timer::Plugin => self.handle_late_plugins(),
            Timer::Media => self.look_at_media(),
            Timer::Negotiate => self.make_offer(false),
            Timer::Answer => self.handle_no_answer(),
            Timer::Transport => self.handle_transport_timeout(),
            Timer::Pace => self.send_waiting(),
            Timer::AddTrack => self.handle_add_track_timeouts(),
            Timer::Request => self.handle_request_timeouts(),
            Timer::QualityLost => self.handle_quality_lost(),
            Timer::Farewell => self.leave(),
            Timer::Speakers => self.silence_doubted_speakers(),
            Timer::Others => self.await_others_no_longer(),
        }
    }

    /// Deadlines that others keep.
    fn arm(&mut self) {
        let life = self.liveness.deadlines();
        let earliest = [
            (Timer::AddTrack, self.publications.deadline()),
            (Timer::Request, self.requests.deadline()),
            (Timer::Plugin, self.plugins.deadline()),
            (Timer::Ping, life.ping),
            (Timer::Silence, life.silence),
            (Timer::Probe, life.probe),
        ];
        for (timer, at) in earliest {
            match at {
                Some(at) => self.timers.set(timer, at),
                None => self.timers.stop(timer),
            }
        }
    }

    pub(super) fn push(&mut self, output: Output) {
        self.out.push(output);
    }

    pub(super) fn emit(&mut self, event: Event) {
        self.push(Output::Event(event));
    }

    pub(super) fn settle(&mut self, call: CallId, result: Result<Reply, Error>) {
        if call != CallId::NOBODYS {
            self.push(Output::Settle(call, result));
        }
    }

    pub(super) fn log(&mut self, level: log::Level, line: impl Into<String>) {
        self.push(Output::Log(level, redacted(line.into())));
    }

    pub(super) fn socket(&mut self, action: Option<SocketAction>) {
        if let Some(action) = action {
            self.push(Output::Socket(action));
        }
    }

    pub(super) fn peer(&mut self, action: PeerAction) {
        if self.negotiation.is_open() {
            self.push(Output::Peer(self.negotiation.generation(), action));
        }
    }

    /// Sends a message on the current socket; false when there is none.
    pub(super) fn send(&mut self, message: Ask) -> bool {
        let request = SignalRequest { message: Some(message) };
        let action = self.link.send(request.encode_to_vec());
        let sent = action.is_some();
        self.socket(action);
        sent
    }

    pub(super) fn set_state(&mut self, state: ConnectionState) {
        if self.state != state {
            self.state = state;
            self.emit(Event::StateChanged(state));
        }
    }
}
