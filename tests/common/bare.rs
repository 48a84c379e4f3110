//! A signalling-only session without a scripted world around it, for tests that hand in hundreds of thousands of things.

use rejoin::engine::config::{Capabilities, Config, ConnectOptions};
use rejoin::engine::io::SocketAction::{Close, Dial};
use rejoin::engine::io::{Attempt, SocketEvent};
use rejoin::engine::room::command::{CallId, Command};
use rejoin::engine::room::event::ConnectionState;
use rejoin::engine::room::session::Session;
use rejoin::engine::time::Millis;
use rejoin::engine::{Input, Output};
use rejoin::protocol::secret::Secret;

use super::{TOKEN, URL};

/// See the module.
pub struct Bare {
    pub session: Session,
    pub now: Millis,
    /// The socket that is dialled or open.
    pub socket: Option<Attempt>,
    /// How many outputs there were so far.
    pub outputs: u64,
}

impl Bare {
    /// A session that this join began.
    pub fn joined(join: &[u8]) -> Self {
        let capabilities = Capabilities { rtc: false, offer_with_join: false };
        let session = Session::new(Config::default(), capabilities, [7; 32]);
        let mut bare = Self { session, now: Millis(1_000_000), socket: None, outputs: 0 };
        bare.connect(join);
        bare
    }

    pub fn connect(&mut self, join: &[u8]) {
        let options = ConnectOptions::default();
        let command = Command::Connect { url: URL.into(), token: Secret::new(TOKEN), options };
        self.hand_in(Input::Command(CallId(1), command));
        self.answer(join);
        assert_eq!(self.session.state(), ConnectionState::Connected);
    }

    /// The socket that was dialled opens and says this.
    pub fn answer(&mut self, first: &[u8]) {
        let attempt = self.socket.expect("a dial");
        self.hand_in(Input::Socket(attempt, SocketEvent::Open));
        self.hand_in(Input::Socket(attempt, SocketEvent::Frame(first)));
    }

    pub fn hand_in(&mut self, input: Input<'_>) {
        self.session.handle(self.now, input);
        while let Some(output) = self.session.poll() {
            self.outputs += 1;
            match output {
                Output::Socket(Dial(attempt, _)) => {
                    assert_eq!(self.socket, None, "a second socket is dialled while one is there");
                    self.socket = Some(attempt);
                }
                Output::Socket(Close(..)) => self.socket = None,
                _ => {}
            }
        }
    }

    /// The next timer runs, when it is due.
    pub fn timeout(&mut self) {
        let (at, _) = self.session.deadline().expect("a timer");
        self.now = self.now.max(at);
        self.hand_in(Input::Timeout);
    }

    pub fn frame(&mut self, bytes: &[u8]) {
        if let Some(attempt) = self.socket {
            self.hand_in(Input::Socket(attempt, SocketEvent::Frame(bytes)));
        }
    }

    /// The socket has closed, without a word or with one.
    pub fn lose(&mut self, code: u16) {
        let attempt = self.socket.take().expect("a socket");
        self.hand_in(Input::Socket(attempt, SocketEvent::Closed { code, reason: String::new() }));
    }

    pub fn leave(&mut self) {
        self.hand_in(Input::Command(CallId(2), Command::Disconnect));
        assert_eq!((self.session.state(), self.session.deadline()), (ConnectionState::Disconnected, None));
    }
}
