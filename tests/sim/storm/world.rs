//! The loop: takes what happens next to the client or to the other end, and carries out what the engine answers, as its
//! contract says. One world is one thread, one seed and one order of events.

use std::rc::Rc;

use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::io::{Attempt, FetchFailed, FetchRequest, FetchResponse, SocketAction, SocketEvent};
use rejoin::engine::peer::{Generation, PeerAction, PeerEvent};
use rejoin::engine::policy::ReconnectContext;
use rejoin::engine::room::command::{CallId, Command};
use rejoin::engine::time::Millis;
use rejoin::engine::{Input, Output, PolicyAnswer};
use rejoin::protocol::join::Dial;

use super::agenda::{Happening, News};
use super::client::{Client, EPOCH};
use super::net::{Direction, Net, Weather, seed_bytes};

/// More than this in one millisecond, for each client, is a loop without end.
const AT_ONCE: u64 = 2_000;

/// The other end: the server, the rest of the host (peers, fetches, the app's policy), and whoever watches.
pub trait Site {
    /// A dial arrived.
    fn dialled(&mut self, net: &mut Net, client: u32, attempt: Attempt, dial: &Dial);

    /// A frame arrived.
    fn heard(&mut self, net: &mut Net, client: u32, attempt: Attempt, frame: &[u8]);

    /// The client's end of this socket is gone.
    fn hung_up(&mut self, net: &mut Net, client: u32, attempt: Attempt);

    /// A task that was set with [`Net::later`] is due.
    fn due(&mut self, _net: &mut Net, _client: u32, _task: u64) {}

    /// What a GET comes to; it takes a round trip. `None`: nothing, ever.
    fn fetched(
        &mut self,
        _now: Millis,
        _client: u32,
        _request: &FetchRequest,
    ) -> Option<Result<FetchResponse, FetchFailed>> {
        Some(Err(FetchFailed))
    }

    /// The app's own policy.
    fn policy(&mut self, _client: u32, _context: &ReconnectContext) -> PolicyAnswer {
        PolicyAnswer::Failed
    }

    /// The engine wants something of the peer.
    fn peer(&mut self, _net: &mut Net, _client: u32, _generation: Generation, _action: PeerAction) {}

    /// Every output, before it is carried out. `clock` is what the client's clock says.
    fn saw(&mut self, _now: Millis, _clock: Millis, _client: u32, _output: &Output) {}

    /// Every input, before it is handed in.
    fn given(&mut self, _now: Millis, _client: u32, _what: &Happening) {}
}

/// See the module.
pub struct World<S> {
    pub net: Net,
    pub clients: Vec<Client>,
    pub site: S,
    pub seed: u64,
    /// Inputs handed to engines so far.
    pub inputs: u64,
}

impl<S: Site> World<S> {
    pub fn new(seed: u64, site: S) -> Self {
        Self { net: Net::new(EPOCH, seed), clients: Vec::new(), site, seed, inputs: 0 }
    }

    pub fn now(&self) -> Millis {
        self.net.now()
    }

    /// One more client, not connected.
    pub fn add(&mut self, config: Config, capabilities: Capabilities, weather: Weather) -> u32 {
        let id = self.clients.len() as u32;
        self.clients.push(Client::new(config, capabilities, seed_bytes(self.seed, u64::from(id))));
        self.net.add(weather);
        id
    }

    /// Lets time pass and everything happen that happens meanwhile.
    pub fn advance(&mut self, ms: u64) {
        let end = self.now().after(ms);
        let most = AT_ONCE * (1 + self.clients.len() as u64);
        let (mut moment, mut at_once) = (self.now(), 0);
        while let Some((client, what)) = self.net.agenda.pop_until(end) {
            at_once = if self.now() == moment { at_once + 1 } else { 0 };
            moment = self.now();
            assert!(at_once < most, "client {client} never comes to rest: {what:?}");
            self.happen(client, what);
        }
        self.net.agenda.now = end;
    }

    /// The app asks for something, now.
    pub fn call(&mut self, client: u32, call: CallId, command: Command) {
        self.happen(client, Happening::Call(call, Box::new(command)));
    }

    /// Something happens to a client, now.
    pub fn happen(&mut self, id: u32, what: Happening) {
        match what {
            Happening::Dialled(attempt, dial) => return self.site.dialled(&mut self.net, id, attempt, &dial),
            Happening::Sent(attempt, frame) => return self.site.heard(&mut self.net, id, attempt, &frame),
            Happening::HungUp(attempt, _) => return self.site.hung_up(&mut self.net, id, attempt),
            Happening::Task(task) => return self.site.due(&mut self.net, id, task),
            _ => {}
        }
        let now = self.now();
        let client = &mut self.clients[id as usize];
        if let Some(until) = client.asleep_until {
            if until > now {
                return self.net.agenda.push(until, id, what);
            }
            client.asleep_until = None;
        }
        if matches!(what, Happening::Timer) && !due(client, now) {
            return self.arm(id);
        }
        self.site.given(now, id, &what);
        self.inputs += 1;
        hand_in(client, now, what);
        self.carry_out(id);
        self.arm(id);
    }

    /// The host's end of a client's socket is gone: its network changed, its system closed it.
    pub fn drop_socket(&mut self, id: u32, code: u16) {
        if let Some(attempt) = self.clients[id as usize].socket {
            self.net.carry(id, Direction::Up, attempt, Happening::HungUp(attempt, code));
            self.happen(id, Happening::News(attempt, News::Closed(code, Rc::from(""))));
        }
    }

    fn carry_out(&mut self, id: u32) {
        let now = self.now();
        let clock = self.clients[id as usize].clock(now);
        while let Some(output) = self.clients[id as usize].session.poll() {
            self.site.saw(now, clock, id, &output);
            match output {
                Output::Socket(action) => self.carry_out_socket(id, action),
                Output::Fetch(request) => {
                    if let Some(answer) = self.site.fetched(now, id, &request) {
                        let at = now.after(self.net.latency(id) + self.net.latency(id));
                        self.net.agenda.push(at, id, Happening::Fetched(request.id, Box::new(answer)));
                    }
                }
                Output::AskPolicy(question, context) => {
                    let answer = self.site.policy(id, &context);
                    self.net.agenda.push(now, id, Happening::Answered(question, answer));
                }
                Output::Peer(generation, action) => self.site.peer(&mut self.net, id, generation, action),
                Output::AbortFetch(_) | Output::Settle(..) | Output::Event(_) | Output::Plugin(_) | Output::Log(..) => {
                }
            }
        }
    }

    fn carry_out_socket(&mut self, id: u32, action: SocketAction) {
        let client = &mut self.clients[id as usize];
        match action {
            SocketAction::Dial(attempt, dial) => {
                assert_eq!(client.socket, None, "client {id} dials while it has a socket");
                client.socket = Some(attempt);
                self.net.carry(id, Direction::Up, attempt, Happening::Dialled(attempt, dial));
            }
            SocketAction::Send(attempt, bytes) => {
                assert_eq!(client.socket, Some(attempt), "client {id} sends on a socket that it has not");
                self.net.carry(id, Direction::Up, attempt, Happening::Sent(attempt, bytes));
            }
            SocketAction::Close(attempt, code, _) => {
                assert_eq!(client.socket, Some(attempt), "client {id} closes a socket that it has not");
                client.socket = None;
                self.net.carry(id, Direction::Up, attempt, Happening::HungUp(attempt, code));
            }
        }
    }

    fn arm(&mut self, id: u32) {
        let now = self.now();
        let client = &mut self.clients[id as usize];
        client.due = client.timer(now);
        let Some(due) = client.due else { return };
        // An earlier look will see that the timer has moved; only an earlier timer needs one of its own.
        if client.looked_at.is_none_or(|at| due < at) {
            client.looked_at = Some(due);
            self.net.agenda.push(due, id, Happening::Timer);
        }
    }
}

fn due(client: &mut Client, now: Millis) -> bool {
    if client.looked_at.is_some_and(|at| at <= now) {
        client.looked_at = None;
    }
    client.due.is_some_and(|due| due <= now)
}

fn hand_in(client: &mut Client, now: Millis, what: Happening) {
    let now = client.clock(now);
    let session = &mut client.session;
    match what {
        Happening::Timer => session.handle(now, Input::Timeout),
        Happening::News(attempt, news) => match news {
            News::Open => session.handle(now, Input::Socket(attempt, SocketEvent::Open)),
            News::Frame(frame) => session.handle(now, Input::Socket(attempt, SocketEvent::Frame(&frame))),
            News::Closed(code, reason) => {
                if client.socket == Some(attempt) {
                    client.socket = None;
                }
                let reason = String::from(&*reason);
                session.handle(now, Input::Socket(attempt, SocketEvent::Closed { code, reason }));
            }
        },
        Happening::Fetched(id, answer) => session.handle(now, Input::Fetch(id, *answer)),
        Happening::Answered(question, answer) => session.handle(now, Input::Policy(question, answer)),
        Happening::Peer(generation, event) => session.handle(now, Input::Peer(generation, *event)),
        Happening::Data(generation, channel, bytes) => {
            session.handle(now, Input::Peer(generation, PeerEvent::Data { channel, bytes: &bytes }));
        }
        Happening::Host(event) => session.handle(now, Input::Host(event)),
        Happening::Call(call, command) => session.handle(now, Input::Command(call, *command)),
        Happening::Dialled(..) | Happening::Sent(..) | Happening::HungUp(..) | Happening::Task(_) => {}
    }
}
