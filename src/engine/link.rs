//! A signalling socket from dial to loss: one attempt in flight, its two deadlines, its first message, its life.
//!
//! The link knows nothing of what is said on it and decides nothing about coming back: that is [`crate::engine::episode`]
//! and the owner of both. It drops what a socket reports that is no longer the current one.

use crate::engine::io::{Attempt, SocketAction, SocketEvent};
use crate::engine::time::Millis;
use crate::engine::timers::{Timer, Timers};
use crate::protocol::join::Dial;

/// From open to the first message (protocol.md, "Signalling socket").
pub const FIRST_MESSAGE_MS: u64 = 5_000;

/// Largest frame that is read: a room of tens of thousands fits. What is larger is not even taken out of the host's hands,
/// because the memory of a wasm instance never shrinks.
pub const LARGEST_FRAME_BYTES: usize = 16 * 1_024 * 1_024;

/// Why this client closed a socket, as the server's log will read it. 1000 is an orderly leave, 4000-4999 are ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Hangup {
    Leave,
    Ended,
    OpenTimeout,
    FirstMessageTimeout,
    WrongFirstMessage,
    Idle,
    Transport,
    FullReconnect,
    ServerAsked,
    Simulated,
    Abandoned,
    FrameTooLarge,
}

impl Hangup {
    /// Close code and reason.
    pub const fn row(self) -> (u16, &'static str) {
        match self {
            Hangup::Leave => (1000, "client leaves"),
            Hangup::Ended => (1000, "session ended"),
            Hangup::OpenTimeout => (4000, "socket did not open in time"),
            Hangup::FirstMessageTimeout => (4001, "no first message in time"),
            Hangup::WrongFirstMessage => (4002, "unexpected first message"),
            Hangup::Idle => (4003, "no sign of life"),
            Hangup::Transport => (4004, "media transport failed"),
            Hangup::FullReconnect => (4005, "full reconnect"),
            Hangup::ServerAsked => (4006, "server asked to reconnect"),
            Hangup::Simulated => (4007, "simulated disconnect"),
            Hangup::Abandoned => (4008, "attempt abandoned"),
            Hangup::FrameTooLarge => (4009, "frame too large"),
        }
    }
}

/// Where the current socket stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Phase {
    /// There is none.
    #[default]
    Down,
    /// Dialled, not open.
    Dialling,
    /// Open; the first message is awaited.
    Open,
    /// The first message was the right one.
    Live,
}

/// What an event of a socket comes to.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Heard<'a> {
    /// Of an older socket.
    Nothing,
    Opened,
    Frame(&'a [u8]),
    Text,
    /// So many bytes have not left the host.
    Buffered(u32),
    /// The socket is gone. `before` is where it stood.
    Lost {
        before: Phase,
        code: u16,
        reason: String,
    },
}

/// The link.
#[derive(Debug, Default)]
pub struct Link {
    attempt: Attempt,
    phase: Phase,
}

impl Link {
    /// Where the current socket stands.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether requests can be sent.
    pub fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    /// Opens the next socket. An older one must have been hung up: there is never more than one.
    pub fn dial(&mut self, now: Millis, dial: Dial, open_within_ms: u64, timers: &mut Timers) -> SocketAction {
        self.attempt = Attempt(self.attempt.0.saturating_add(1));
        self.phase = Phase::Dialling;
        timers.stop(Timer::FirstMessage);
        timers.set(Timer::SocketOpen, now.after(open_within_ms));
        SocketAction::Dial(self.attempt, Box::new(dial))
    }

    /// Takes what a socket reports.
    pub fn hear<'a>(
        &mut self,
        now: Millis,
        attempt: Attempt,
        event: SocketEvent<'a>,
        timers: &mut Timers,
    ) -> Heard<'a> {
        if attempt != self.attempt || self.phase == Phase::Down {
            return Heard::Nothing;
        }
        match event {
            SocketEvent::Open => {
                if self.phase != Phase::Dialling {
                    return Heard::Nothing;
                }
                self.phase = Phase::Open;
                timers.stop(Timer::SocketOpen);
                timers.set(Timer::FirstMessage, now.after(FIRST_MESSAGE_MS));
                Heard::Opened
            }
            SocketEvent::Frame(bytes) => Heard::Frame(bytes),
            SocketEvent::Text => Heard::Text,
            SocketEvent::Buffered(bytes) => Heard::Buffered(bytes),
            SocketEvent::Closed { code, reason } => {
                let before = self.phase;
                self.down(timers);
                Heard::Lost { before, code, reason }
            }
        }
    }

    /// The first message was the right one.
    pub fn live(&mut self, timers: &mut Timers) {
        self.phase = Phase::Live;
        timers.stop(Timer::FirstMessage);
    }

    /// A frame for the current socket; `None` when none is open.
    pub fn send(&self, bytes: Vec<u8>) -> Option<SocketAction> {
        matches!(self.phase, Phase::Open | Phase::Live).then_some(SocketAction::Send(self.attempt, bytes))
    }

    /// Closes the current socket, if there is one.
    pub fn hang_up(&mut self, why: Hangup, timers: &mut Timers) -> Option<SocketAction> {
        if self.phase == Phase::Down {
            return None;
        }
        self.down(timers);
        let (code, reason) = why.row();
        Some(SocketAction::Close(self.attempt, code, reason))
    }

    fn down(&mut self, timers: &mut Timers) {
        self.phase = Phase::Down;
        timers.stop(Timer::SocketOpen);
        timers.stop(Timer::FirstMessage);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::secret::Secret;
    use crate::protocol::url::Version;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn dial() -> Dial {
        Dial {
            server_url: "wss://one.example".into(),
            version: Version::V1,
            token: Secret::new("t"),
            join_request: Vec::new(),
            offer_at: 0,
            query: Vec::new(),
        }
    }

    /// Fault 23: the link's part.
    #[test]
    fn what_an_older_socket_reports_is_dropped() {
        let (mut link, mut timers) = (Link::default(), Timers::default());
        link.dial(Millis(0), dial(), 100, &mut timers);
        link.hang_up(Hangup::Abandoned, &mut timers);
        link.dial(Millis(5), dial(), 100, &mut timers);
        let late = SocketEvent::Closed { code: 1006, reason: String::new() };
        assert_eq!(link.hear(Millis(6), Attempt(1), late, &mut timers), Heard::Nothing);
        assert_eq!(link.phase(), Phase::Dialling);
        assert_eq!(link.hear(Millis(7), Attempt(2), SocketEvent::Open, &mut timers), Heard::Opened);
    }

    #[test]
    fn a_dial_has_a_deadline_until_it_opens_and_then_one_for_its_first_message() {
        let (mut link, mut timers) = (Link::default(), Timers::default());
        link.dial(Millis(0), dial(), 100, &mut timers);
        assert_eq!(timers.next(), Some((Millis(100), Timer::SocketOpen)));
        link.hear(Millis(50), Attempt(1), SocketEvent::Open, &mut timers);
        assert_eq!(timers.next(), Some((Millis(50 + FIRST_MESSAGE_MS), Timer::FirstMessage)));
        link.live(&mut timers);
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn every_hangup_is_an_orderly_leave_or_a_code_of_ours() {
        let all = [
            Hangup::Leave,
            Hangup::Ended,
            Hangup::OpenTimeout,
            Hangup::FirstMessageTimeout,
            Hangup::WrongFirstMessage,
            Hangup::Idle,
            Hangup::Transport,
            Hangup::FullReconnect,
            Hangup::ServerAsked,
            Hangup::Simulated,
            Hangup::Abandoned,
            Hangup::FrameTooLarge,
        ];
        for why in all {
            let (code, reason) = why.row();
            assert!(code == 1000 || (4000..5000).contains(&code), "{why:?}");
            assert!(!reason.is_empty() && reason.len() <= 123, "{why:?}");
        }
    }
}
