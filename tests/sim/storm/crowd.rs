//! The model server of a storm, and what it and its crowd come to.
//!
//! A server takes `capacity` dials a second. When more arrive, each succeeds with the square of the share that fits, and
//! every connected client is lost with the hazard `0.2 * (rate / capacity - 1)` a second: what a node does that is busy
//! with handshakes. A dial that fails closes before it opens. Nothing here is random but by the seed.

use std::rc::Rc;

use rejoin::engine::io::{Attempt, FetchFailed, FetchRequest, FetchResponse, SocketAction};
use rejoin::engine::policy::ReconnectContext;
use rejoin::engine::rng::Rng;
use rejoin::engine::room::event::{ConnectionState, Event};
use rejoin::engine::time::Millis;
use rejoin::engine::{Output, PolicyAnswer};
use rejoin::protocol::join::Dial;
use rejoin::protocol::proto;
use rejoin::protocol::signal::{Ask, SignalRequest, SignalResponse, Told};
use rejoin::protocol::wire::Message as _;

use super::agenda::News;
use super::net::{Net, seed_bytes};
use super::node::Node;
use super::policies::Policy;
use super::series::{BAR_MS, Figures, Series, median, steadily};
use super::world::Site;

/// Between two looks at the hazard.
const TICK_MS: u64 = 100;
/// The one task.
const TICK: u64 = 0;
const NOWHERE: u8 = u8::MAX;

/// What is known of a client.
#[derive(Clone, Copy, Debug)]
struct Seat {
    /// The node its URL names.
    home: u8,
    /// The node it is connected to.
    on: u8,
    attempt: Attempt,
    /// The server knows its session.
    session: bool,
    /// The fault cut it off.
    cut: bool,
    lost: bool,
    connected: bool,
    /// Dials since its connection was lost last, and all of them since the fault.
    dials: u32,
    all_dials: u32,
    first_delay_ms: Option<f32>,
}

/// See the module.
pub struct Crowd {
    pub nodes: Vec<Node>,
    /// Frames are the same for everybody.
    pub join: Rc<[u8]>,
    reconnect: Rc<[u8]>,
    turn_down: Rc<[u8]>,
    pub policy: Policy,
    rng: Rng,
    seats: Vec<Seat>,
    fault_at: Option<Millis>,
    connected: u32,
    least: u32,
    gave_up: u32,
    questions: u32,
    arrivals: u32,
    lost_others: u32,
    /// k and millisecond of every dial with k >= 1.
    moments: Vec<(u32, u32)>,
    series: Series,
}

impl Crowd {
    pub fn new(seed: u64, policy: Policy, nodes: Vec<Node>, join: &proto::JoinResponse) -> Self {
        let frame = |message| Rc::from(SignalResponse { message: Some(message) }.encode_to_vec());
        let turn_down = proto::LeaveRequest {
            reason: proto::DisconnectReason::StateMismatch as i32,
            action: proto::leave_request::Action::Reconnect as i32,
            ..Default::default()
        };
        Self {
            nodes,
            join: frame(Told::Join(join.clone())),
            reconnect: frame(Told::Reconnect(proto::ReconnectResponse::default())),
            turn_down: frame(Told::Leave(turn_down)),
            policy,
            rng: Rng::new(seed_bytes(seed, u64::MAX - 1)),
            seats: Vec::new(),
            fault_at: None,
            connected: 0,
            least: 0,
            gave_up: 0,
            questions: 0,
            arrivals: 0,
            lost_others: 0,
            moments: Vec::new(),
            series: Series::default(),
        }
    }

    /// One more client, whose URL names this node.
    pub fn add(&mut self, home: u8) {
        self.seats.push(Seat {
            home,
            on: NOWHERE,
            attempt: Attempt(0),
            session: false,
            cut: false,
            lost: false,
            connected: false,
            dials: 0,
            all_dials: 0,
            first_delay_ms: None,
        });
    }

    pub fn connected(&self) -> u32 {
        self.connected
    }

    /// From now on the server has limits and everything counts.
    pub fn begin(&mut self, net: &mut Net) {
        self.fault_at = Some(net.now());
        self.least = self.connected;
        net.later(TICK_MS, 0, TICK);
    }

    /// This share of the clients of these nodes, at random.
    pub fn pick(&mut self, share: f64, of: impl Fn(u8) -> bool) -> Vec<u32> {
        let mut picked: Vec<u32> = (0..self.seats.len() as u32).filter(|id| of(self.seats[*id as usize].on)).collect();
        let wanted = (picked.len() as f64 * share).round() as usize;
        for place in 0..wanted {
            let other = place + (self.rng.unit() * (picked.len() - place) as f64) as usize;
            picked.swap(place, other);
        }
        picked.truncate(wanted);
        picked
    }

    /// The fault cuts a client off. `forgotten`: its session is gone with it.
    pub fn cut(&mut self, net: &mut Net, client: u32, forgotten: bool) {
        let seat = &mut self.seats[client as usize];
        seat.cut = true;
        seat.session &= !forgotten;
        self.reset(net, client);
    }

    /// The same, where the client's end of the socket is cut by its own host.
    pub fn note_cut(&mut self, client: u32) {
        let seat = &mut self.seats[client as usize];
        (seat.cut, seat.on) = (true, NOWHERE);
    }

    fn reset(&mut self, net: &mut Net, client: u32) {
        let seat = &mut self.seats[client as usize];
        seat.on = NOWHERE;
        net.tell(client, seat.attempt, News::Closed(1006, Rc::from("")));
    }

    /// Whether the node takes one more. The rate counts what fails, too.
    fn takes(&mut self, now: Millis, node: usize) -> bool {
        if self.fault_at.is_none() {
            return true;
        }
        self.arrivals += 1;
        self.bar(now);
        if let Some(last) = self.series.arrivals.last_mut() {
            *last += 1;
        }
        let load = self.nodes[node].arrive(now);
        !self.nodes[node].is_down(now) && (load <= 1.0 || self.rng.unit() < load.powi(-2))
    }

    fn bar(&mut self, now: Millis) {
        let Some(begun) = self.fault_at else { return };
        let bars = (now.since(begun) / BAR_MS + 1) as usize;
        while self.series.connected.len() + 1 < bars {
            self.series.connected.push(self.connected);
        }
        self.series.arrivals.resize(self.series.arrivals.len().max(bars), 0);
    }

    /// Everybody on a node that has too much to do may be lost.
    fn apply_hazard(&mut self, net: &mut Net) {
        let now = net.now();
        for node in 0..self.nodes.len() {
            let load = self.nodes[node].rate(now) / self.nodes[node].capacity(now);
            if load <= 1.0 {
                continue;
            }
            let lost = 1.0 - (-0.2 * (load - 1.0) * TICK_MS as f64 / 1_000.0).exp();
            for client in 0..self.seats.len() as u32 {
                if usize::from(self.seats[client as usize].on) != node || self.rng.unit() >= lost {
                    continue;
                }
                let seat = &mut self.seats[client as usize];
                self.lost_others += u32::from(!seat.cut && !seat.lost);
                seat.lost = true;
                self.reset(net, client);
            }
        }
    }

    fn state(&mut self, now: Millis, client: u32, state: ConnectionState) {
        self.bar(now);
        let fault = self.fault_at.is_some();
        let seat = &mut self.seats[client as usize];
        match (seat.connected, state == ConnectionState::Connected) {
            (false, true) => self.connected += 1,
            (true, false) => {
                self.connected -= 1;
                seat.dials = 0;
            }
            _ => {}
        }
        seat.connected = state == ConnectionState::Connected;
        if fault {
            self.least = self.least.min(self.connected);
            self.gave_up += u32::from(state == ConnectionState::Disconnected);
        }
    }

    /// Over time, up to now.
    pub fn series(&mut self, now: Millis) -> &Series {
        self.bar(now);
        &self.series
    }

    /// The figures up to now.
    pub fn figures(&mut self, now: Millis) -> Figures {
        self.bar(now);
        let all = self.seats.len() as u32;
        let cut = self.seats.iter().filter(|seat| seat.cut).count() as u32;
        let dialled: Vec<u32> = self.seats.iter().map(|seat| seat.all_dials).filter(|dials| *dials > 0).collect();
        let mut delays: Vec<f64> = self.seats.iter().filter_map(|seat| seat.first_delay_ms.map(f64::from)).collect();
        let busiest = self.nodes.iter().max_by(|a, b| a.peak().total_cmp(&b.peak()));
        let back = |share: f64| steadily(&self.series.connected, all - (f64::from(cut) * (1.0 - share)) as u32);
        Figures {
            peak: busiest.map_or(0.0, |node| node.peak()),
            peak_arrivals: busiest.map_or(0, |node| node.peak_arrivals()),
            least_connected: self.least,
            connected: self.connected,
            t50_ms: back(0.5),
            t99_ms: back(0.99),
            attempts_mean: f64::from(dialled.iter().sum::<u32>()) / dialled.len().max(1) as f64,
            attempts_max: dialled.iter().max().copied().unwrap_or(0),
            lost_others: self.lost_others,
            gave_up: self.gave_up,
            first_delay_p50_ms: median(&mut delays),
            first_delay_max_ms: delays.last().copied().unwrap_or(0.0),
            same_ms: self.same_ms(),
            questions: self.questions,
            arrivals: self.arrivals,
        }
    }

    /// The peak of each node.
    pub fn peaks(&self) -> Vec<f64> {
        self.nodes.iter().map(|node| node.peak()).collect()
    }

    fn same_ms(&self) -> f64 {
        let mut moments = self.moments.clone();
        moments.sort_unstable();
        // A k that hardly anybody reached says nothing about crowds.
        let attempts = moments.chunk_by(|a, b| a.0 == b.0).filter(|chunk| chunk.len() >= 200);
        let shares = attempts.map(|attempt| {
            let most = attempt.chunk_by(|a, b| a == b).map(<[_]>::len).max().unwrap_or(0);
            most as f64 / attempt.len() as f64
        });
        shares.fold(0.0, f64::max)
    }
}

impl Site for Crowd {
    fn dialled(&mut self, net: &mut Net, client: u32, attempt: Attempt, dial: &Dial) {
        let now = net.now();
        let node = super::region_of(&dial.server_url);
        let taken = self.takes(now, node);
        let seat = &mut self.seats[client as usize];
        if !taken {
            return net.tell(client, attempt, News::Closed(1006, Rc::from("")));
        }
        let resumes = proto::JoinRequest::decode(dial.join_request.as_slice()).is_ok_and(|request| request.reconnect);
        net.tell(client, attempt, News::Open);
        if resumes && !seat.session {
            return net.tell(client, attempt, News::Frame(self.turn_down.clone()));
        }
        (seat.on, seat.attempt, seat.session) = (node as u8, attempt, true);
        let first = if resumes { &self.reconnect } else { &self.join };
        net.tell(client, attempt, News::Frame(first.clone()));
    }

    fn heard(&mut self, net: &mut Net, client: u32, attempt: Attempt, frame: &[u8]) {
        if let Ok(SignalRequest { message: Some(Ask::PingReq(ping)) }) = SignalRequest::decode(frame) {
            let pong = proto::Pong { last_ping_timestamp: ping.timestamp, timestamp: ping.timestamp };
            let frame = SignalResponse { message: Some(Told::PongResp(pong)) }.encode_to_vec();
            net.tell(client, attempt, News::Frame(Rc::from(frame)));
        }
    }

    fn hung_up(&mut self, _: &mut Net, client: u32, attempt: Attempt) {
        let seat = &mut self.seats[client as usize];
        if seat.attempt == attempt {
            seat.on = NOWHERE;
        }
    }

    fn due(&mut self, net: &mut Net, _: u32, _: u64) {
        self.apply_hazard(net);
        net.later(TICK_MS, 0, TICK);
    }

    fn fetched(&mut self, now: Millis, client: u32, _: &FetchRequest) -> Option<Result<FetchResponse, FetchFailed>> {
        self.questions += u32::from(self.fault_at.is_some());
        let home = self.seats[client as usize].home;
        let busy = FetchResponse { status: 503, ..Default::default() };
        Some(if self.nodes[usize::from(home)].is_down(now) { Err(FetchFailed) } else { Ok(busy) })
    }

    fn policy(&mut self, _: u32, context: &ReconnectContext) -> PolicyAnswer {
        self.policy.answer(context.retry_count, &mut self.rng)
    }

    fn saw(&mut self, now: Millis, _: Millis, client: u32, output: &Output) {
        match output {
            Output::Event(Event::StateChanged(state)) => self.state(now, client, *state),
            Output::Event(Event::Reconnecting(facts)) => {
                let seat = &mut self.seats[client as usize];
                seat.first_delay_ms.get_or_insert(facts.delay_ms as f32);
            }
            Output::Socket(SocketAction::Dial(..)) => {
                let seat = &mut self.seats[client as usize];
                seat.dials += 1;
                let Some(begun) = self.fault_at else { return };
                seat.all_dials += 1;
                if seat.dials > 1 {
                    self.moments.push((seat.dials - 1, now.since(begun) as u32));
                }
            }
            _ => {}
        }
    }
}
