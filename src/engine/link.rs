//! A signalling socket from dial to loss: one attempt in flight, its two deadlines, its first message, its life.
//!
//! The link knows nothing of what is said on it and decides nothing about coming back: that is [`crate::engine::episode`]
//! and the owner of both. It drops what a socket reports that is no longer the current one.

use crate::engine::io::{Attempt, SocketAction, SocketEvent};
use crate::engine::time::Millis;
use crate::engine::timers::{Timer, Timers};
use crate::protocol::join::Dial;
use crate::protocol::queue::take_first;

/// From open to the first message (protocol.md, "Signalling socket").
pub const FIRST_MESSAGE_MS: u64 = 5_000;

/// A dial that was given up may reach the server for so long: what the network held back is sent again as late as that.
const GHOST_MS: u64 = 30_000;
/// What ended sooner was turned away, or was on no network that holds things back.
const HELD_BACK_MS: u64 = 1_000;
/// So many dials that were given up are remembered.
const GHOSTS: usize = 3;

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
    dialled: Millis,
    /// The current socket is to begin a session.
    joins: bool,
    /// When such sockets were given up without a word of the server.
    ghosts: Vec<Millis>,
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

    /// Opens the next socket; `joins`: to begin a session. An older one must have been hung up: there is never more than
    /// one.
    pub fn dial(
        &mut self,
        now: Millis,
        dial: Dial,
        joins: bool,
        open_within_ms: u64,
        timers: &mut Timers,
    ) -> SocketAction {
        self.attempt = Attempt(self.attempt.0.saturating_add(1));
        self.phase = Phase::Dialling;
        (self.dialled, self.joins) = (now, joins);
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
                self.down(now, timers);
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
    pub fn hang_up(&mut self, now: Millis, why: Hangup, timers: &mut Timers) -> Option<SocketAction> {
        if self.phase == Phase::Down {
            return None;
        }
        self.down(now, timers);
        let (code, reason) = why.row();
        Some(SocketAction::Close(self.attempt, code, reason))
    }

    /// Whether somebody who joins with the same identity now may be this client itself: a dial that was given up and came
    /// late. Each explains one.
    pub fn take_ghost(&mut self, now: Millis) -> bool {
        self.ghosts.retain(|ended| now.since(*ended) <= GHOST_MS);
        take_first(&mut self.ghosts).is_some()
    }

    fn down(&mut self, now: Millis, timers: &mut Timers) {
        let unheard = matches!(self.phase, Phase::Dialling | Phase::Open);
        if self.joins && unheard && now.since(self.dialled) >= HELD_BACK_MS {
            self.ghosts.truncate(GHOSTS - 1);
            self.ghosts.insert(0, now);
        }
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
            named_query: Secret::default(),
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
        link.dial(Millis(0), dial(), true, 100, &mut timers);
        link.hang_up(Millis(1), Hangup::Abandoned, &mut timers);
        link.dial(Millis(5), dial(), true, 100, &mut timers);
        let late = SocketEvent::Closed { code: 1006, reason: String::new() };
        assert_eq!(link.hear(Millis(6), Attempt(1), late, &mut timers), Heard::Nothing);
        assert_eq!(link.phase(), Phase::Dialling);
        assert_eq!(link.hear(Millis(7), Attempt(2), SocketEvent::Open, &mut timers), Heard::Opened);
    }

    #[test]
    fn a_dial_has_a_deadline_until_it_opens_and_then_one_for_its_first_message() {
        let (mut link, mut timers) = (Link::default(), Timers::default());
        link.dial(Millis(0), dial(), true, 100, &mut timers);
        assert_eq!(timers.next(), Some((Millis(100), Timer::SocketOpen)));
        link.hear(Millis(50), Attempt(1), SocketEvent::Open, &mut timers);
        assert_eq!(timers.next(), Some((Millis(50 + FIRST_MESSAGE_MS), Timer::FirstMessage)));
        link.live(&mut timers);
        assert_eq!(timers.next(), None);
    }

    #[test]
    fn only_a_join_that_was_given_up_lately_without_a_word_is_a_ghost() {
        let (mut link, mut timers) = (Link::default(), Timers::default());
        let mut ended = |joins, live, after_ms, closed| {
            link.dial(Millis(0), dial(), joins, 100, &mut timers);
            if live {
                link.live(&mut timers);
            }
            let now = Millis(after_ms);
            if closed {
                let event = SocketEvent::Closed { code: 1006, reason: String::new() };
                link.hear(now, link.attempt, event, &mut timers);
            } else {
                link.hang_up(now, Hangup::Abandoned, &mut timers);
            }
            [link.take_ghost(now.after(GHOST_MS)), link.take_ghost(now.after(GHOST_MS))]
        };
        for closed in [false, true] {
            assert_eq!(ended(true, false, HELD_BACK_MS, closed), [true, false], "each explains one");
            assert_eq!(ended(true, false, HELD_BACK_MS - 1, closed), [false, false], "it was turned away");
            assert_eq!(ended(false, false, 9_000, closed), [false, false], "a resume");
            assert_eq!(ended(true, true, 9_000, closed), [false, false], "the server has told us of it");
        }
        link.dial(Millis(0), dial(), true, 100, &mut timers);
        link.hang_up(Millis(HELD_BACK_MS), Hangup::Abandoned, &mut timers);
        assert!(!link.take_ghost(Millis(HELD_BACK_MS + GHOST_MS + 1)), "long ago");
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
