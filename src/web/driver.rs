//! The one caller of a room's engine. `pump` hands over what happened, one by one, and carries out what the engine
//! decided: borrow, handle, drain, let go, act, notify, re-arm the one timer. Whatever happens meanwhile, a listener's
//! command or an answer that is there at once, waits in the inbox for the next turn of the loop.
//!
//! Listeners, promises and the app's policy are called while nothing is borrowed. Decisions are not made here.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::Function;
use wasm_bindgen::JsValue;

use crate::engine::config::Config;
use crate::engine::error::{Code, Error};
use crate::engine::io::{Attempt, HostEvent};
use crate::engine::map::Map;
use crate::engine::plugins::{Load, Loaded, PluginAction};
use crate::engine::room::command::{CallId, Command, Reply};
use crate::engine::room::event::{ConnectionState, Event};
use crate::engine::room::session::Session;
use crate::engine::{Input, Output};
use crate::protocol::queue::take_first;
use crate::web::fetch::Fetch;
use crate::web::inbox::Incoming;
use crate::web::peer::Peers;
use crate::web::question::{self, Answer};
use crate::web::shared::Ticket;
use crate::web::socket::Socket;
use crate::web::timer::Timer;
use crate::web::{dial, host, js, log, registry};

/// What an app says about the host instead of the engine.
#[derive(Default)]
pub struct HostOptions {
    /// The constructor of WebSockets, where the host's own is not to be used or there is none.
    pub websocket: Option<Function>,
    /// `RTCConfiguration`: what the server does not say (certificates, bundle policy, ...).
    pub rtc_config: Option<JsValue>,
    /// An object with `nextRetryDelayInMs(context)`; asked when the config's policy is `Custom`.
    pub policy: Option<JsValue>,
    /// An object with `plugin(kind, index, load, url, token)`, for the config's plugins.
    pub plugins: Option<JsValue>,
}

type Observer = Box<dyn Fn(Event)>;
/// Is told how a command ended, once.
pub type Settle = Box<dyn FnOnce(Result<Reply, Error>)>;

/// A fetch on its way, of this room or of all of the page.
enum Asking {
    Own(#[allow(dead_code)] Fetch),
    Shared(#[allow(dead_code)] Ticket),
}

struct Armed {
    at_ms: u64,
    _timer: Timer,
}

/// One room's engine and everything it has on the host.
pub struct Driver {
    me: Weak<Driver>,
    /// The session's, until there is one.
    config: Cell<Config>,
    host: HostOptions,
    observer: Observer,
    session: RefCell<Option<Session>>,
    inbox: RefCell<Vec<Incoming>>,
    pumping: Cell<bool>,
    last_call: Cell<u32>,
    calls: RefCell<Map<u32, Settle>>,
    timer: RefCell<Option<Armed>>,
    /// The attempt whose socket is wanted; the socket itself comes a little later when its URL is compressed first.
    dialling: Cell<Option<Attempt>>,
    socket: RefCell<Option<(Attempt, Socket)>>,
    fetches: RefCell<Map<u32, Asking>>,
    peers: Peers,
    watch: RefCell<Option<host::Watch>>,
    /// As the registry counts them.
    participants: Cell<u32>,
}

impl Driver {
    /// Nothing is drawn, timed or listened to before the first command. `observer` is called with every event, in
    /// order, and may submit commands.
    pub fn new(config: Config, host: HostOptions, observer: Observer) -> Rc<Self> {
        Rc::new_cyclic(|me: &Weak<Driver>| Self {
            me: me.clone(),
            config: Cell::new(config),
            observer,
            session: RefCell::new(None),
            inbox: RefCell::default(),
            pumping: Cell::new(false),
            last_call: Cell::new(0),
            calls: RefCell::default(),
            timer: RefCell::new(None),
            dialling: Cell::new(None),
            socket: RefCell::new(None),
            fetches: RefCell::default(),
            peers: Peers::new(me.clone(), host.rtc_config.clone()),
            watch: RefCell::new(None),
            participants: Cell::new(0),
            host,
        })
    }

    /// Media: senders that are registered, tracks that came in.
    pub fn peers(&self) -> &Peers {
        &self.peers
    }

    /// Asks for something. It is asked at once, except from within a listener: then after the events that wait.
    pub fn submit(&self, command: Command, settle: Settle) {
        if self.session.borrow().is_none() {
            let Some(seed) = host::seed() else {
                return settle(Err(Error::new(Code::Unsupported, "this host gives no entropy here")));
            };
            *self.session.borrow_mut() = Some(Session::new(self.config.take(), host::capabilities(), seed));
        }
        let call = CallId(self.last_call.get().wrapping_add(1));
        self.last_call.set(call.0);
        self.calls.borrow_mut().insert(call.0, settle);
        if let Some(me) = self.me.upgrade() {
            registry::keep(&me);
        }
        self.push(Incoming::Command(call, command));
    }

    /// Reads the session, which is there from the first command on.
    pub fn with_session<T>(&self, read: impl FnOnce(Option<&Session>) -> T) -> T {
        read(self.session.borrow().as_ref())
    }

    /// What the load of a plugin came to.
    pub fn plugin_loaded(&self, load: Load, index: usize, loaded: Loaded) {
        self.push(Incoming::Plugin(load, index, loaded));
    }

    /// Something happened.
    pub(super) fn push(&self, incoming: Incoming) {
        self.inbox.borrow_mut().push(incoming);
        self.pump();
    }

    /// Something happened that must not be acted upon within the caller: a little later.
    pub(super) fn push_later(&self, incoming: Incoming) {
        self.when(&JsValue::UNDEFINED, move |driver, _| driver.push(incoming));
    }

    fn pump(&self) {
        if self.pumping.replace(true) {
            return;
        }
        // Lives at least to the end of the loop, whatever a listener drops.
        let _me = self.me.upgrade();
        loop {
            let Some(incoming) = take_first(&mut self.inbox.borrow_mut()) else { break };
            for output in self.handle(incoming) {
                self.act(output);
            }
        }
        self.pumping.set(false);
        if self.is_over() {
            self.tear_down();
        } else {
            self.arm();
        }
    }

    fn handle(&self, incoming: Incoming) -> Vec<Output> {
        let mut session = self.session.borrow_mut();
        let Some(session) = session.as_mut() else { return Vec::new() };
        let now = host::now();
        session.set_elsewhere(registry::others(self.participants.get()));
        incoming.with(|input: Input<'_>| session.handle(now, input));
        let participants = session.participants();
        registry::recount(self.participants.replace(participants), participants);
        let mut outputs = Vec::new();
        while let Some(output) = session.poll() {
            outputs.push(output);
        }
        outputs
    }

    fn act(&self, output: Output) {
        match output {
            Output::Socket(action) => dial::act(self, action),
            Output::Fetch(request) => self.fetch(request),
            Output::AbortFetch(id) => {
                let over = self.fetches.borrow_mut().remove(&id.0);
                drop(over);
            }
            Output::Peer(generation, action) => self.peers.act(generation, action),
            Output::Settle(call, result) => {
                let settle = self.calls.borrow_mut().remove(&call.0);
                if let Some(settle) = settle {
                    settle(result);
                }
            }
            Output::Event(event) => {
                if matches!(event, Event::StateChanged(ConnectionState::Connecting)) {
                    self.listen();
                }
                (self.observer)(event);
            }
            Output::AskPolicy(question, context) => {
                let answer = self.host.policy.as_ref().map(|policy| question::ask(policy, &context));
                match answer {
                    Some(Answer::Later(promise)) => self.when(&promise, move |driver, answer| {
                        driver.push(Incoming::Policy(question, question::read(&answer)));
                    }),
                    Some(Answer::Now(answer)) => self.push(Incoming::Policy(question, answer)),
                    None => self.push(Incoming::Policy(question, crate::engine::PolicyAnswer::Failed)),
                }
            }
            Output::Plugin(action) => self.act_on_plugin(action),
            Output::Log(level, line) => log::write(level, &line),
        }
    }

    fn fetch(&self, request: crate::engine::io::FetchRequest) {
        let (id, me) = (request.id, self.me.clone());
        let done = Box::new(move |answer| {
            if let Some(driver) = me.upgrade() {
                let over = driver.fetches.borrow_mut().remove(&id.0);
                drop(over);
                driver.push(Incoming::Fetch(id, answer));
            }
        });
        let asking = match request.shared {
            false => Asking::Own(Fetch::start(&request, done)),
            true => match Ticket::take(&request, done) {
                Ok(ticket) => Asking::Shared(ticket),
                Err(answer) => return self.push_later(Incoming::Fetch(id, Ok(answer))),
            },
        };
        self.fetches.borrow_mut().insert(id.0, asking);
    }

    fn act_on_plugin(&self, action: PluginAction) {
        let Some(plugins) = &self.host.plugins else { return };
        let (kind, index, load) = match action {
            PluginAction::Load(load, index) => ("load", index, load),
            PluginAction::Abort(index) => ("abort", index, Load::default()),
            PluginAction::Dispose(index) => ("dispose", index, Load::default()),
        };
        let (url, token) = self.with_session(|session| {
            let text = |of: Option<&str>| of.map_or(JsValue::UNDEFINED, JsValue::from_str);
            (text(session.map(Session::server_url)), text(session.map(|session| session.token().reveal())))
        });
        let arguments = [kind.into(), (index as u32).into(), load.0.into(), url, token];
        // What a plugin throws is caught where it is called.
        let _ = js::call(plugins, "plugin", &arguments);
    }

    /// Goes on with what a promise resolves to, `undefined` if it is rejected, unless the driver is gone by then.
    pub(super) fn when(&self, promise: &JsValue, then: impl FnOnce(&Driver, JsValue) + 'static) {
        let me = self.me.clone();
        let heard = Box::new(move |value| {
            if let Some(driver) = me.upgrade() {
                then(&driver, value);
            }
        });
        js::settled(promise, heard);
    }

    /// Listens to network and page, from the first attempt of a session to its end.
    fn listen(&self) {
        if self.watch.borrow().is_none() {
            let me = self.me.clone();
            *self.watch.borrow_mut() = Some(host::Watch::new(move |event| {
                if let Some(driver) = me.upgrade() {
                    driver.push(Incoming::Host(event));
                }
            }));
        }
    }

    /// One timer for the engine's deadline. One that fires too early does no harm, so it is moved only to fire sooner.
    fn arm(&self) {
        let deadline = self.with_session(|session| session.and_then(Session::deadline));
        let Some((at, _)) = deadline else { return drop(self.timer.borrow_mut().take()) };
        if self.timer.borrow().as_ref().is_some_and(|armed| armed.at_ms <= at.0) {
            return;
        }
        let me = self.me.clone();
        let delay_ms = at.0 as f64 - host::precise_now_ms();
        let timer = Timer::after(delay_ms, move || {
            if let Some(driver) = me.upgrade() {
                driver.fired();
            }
        });
        *self.timer.borrow_mut() = Some(Armed { at_ms: at.0, _timer: timer });
    }

    fn fired(&self) {
        let Some(armed) = self.timer.borrow_mut().take() else { return };
        let late_ms = host::precise_now_ms() - armed.at_ms as f64;
        if self.watch.borrow().as_ref().is_some_and(|watch| watch.woke(late_ms)) {
            self.inbox.borrow_mut().push(Incoming::Host(HostEvent::Resume));
        }
        self.push(Incoming::Timeout);
    }

    fn is_over(&self) -> bool {
        self.inbox.borrow().is_empty()
            && self.calls.borrow().is_empty()
            && self.with_session(|session| session.is_none_or(|s| s.state() == ConnectionState::Disconnected))
    }

    /// Nothing of an ended room stays on the host, whatever the engine said about each.
    fn tear_down(&self) {
        self.dialling.set(None);
        drop(self.timer.take());
        drop(self.socket.take());
        drop(self.fetches.take());
        drop(self.watch.take());
        self.peers.close();
        registry::release(self);
    }
}

/// What `dial` needs of the driver.
impl Driver {
    pub(super) fn websocket_constructor(&self) -> Option<Function> {
        self.host.websocket.clone().or_else(Socket::host_constructor)
    }

    pub(super) fn dialling(&self) -> &Cell<Option<Attempt>> {
        &self.dialling
    }

    pub(super) fn socket(&self) -> &RefCell<Option<(Attempt, Socket)>> {
        &self.socket
    }

    pub(super) fn weak(&self) -> Weak<Driver> {
        self.me.clone()
    }
}
