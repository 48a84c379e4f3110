//! What a lost connection says about why it was lost: whose fault it probably is, and whether it can come back at all.
//! One table (the resilience page, section 1), strongest evidence first. It decides nothing about delays, and nothing
//! about what follows a failed attempt.

use crate::engine::error::{Code, Error};
use crate::engine::io::{FetchFailed, FetchResponse, HostEvent};
use crate::engine::policy::Cause;
use crate::engine::room::event::ReconnectKind;
use crate::engine::time::Millis;
use crate::protocol::proto::{self, DisconnectReason};
use crate::protocol::text::{self, text};

/// A local event that is younger explains a socket that closed without a word.
const LOCAL_EVENT_MS: u64 = 2_000;
/// One that is younger explains a silence: the verdict follows the doubt that the event raised by as much as a probe has.
const LOCAL_SILENCE_MS: u64 = LOCAL_EVENT_MS + 5_000;
/// A clock that jumps further past a deadline than this was asleep.
pub const SLEPT_MS: u64 = 10_000;

/// What ended a connection, or an attempt to make one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Evidence<'a> {
    /// The socket closed or never opened; 0 where the host knows no code.
    Closed { code: u16, reason: &'a str },
    /// The server sent a leave.
    Leave(&'a proto::LeaveRequest),
    /// A dial of this client that had been given up came late, and joined in the place of the one that followed it.
    Ghost,
    /// Our own verdict about a silent socket. `media_flows`: what the transport says, where something is subscribed.
    Silent { media_flows: Option<bool> },
    /// The media transport failed while signalling lives.
    TransportFailed,
    /// The server could not bring this session back (a resume without its first message, a lost quality).
    SessionLost,
    /// Nothing came within the time an attempt has.
    TimedOut,
    /// The app asked for it (`simulateScenario`).
    Asked(ReconnectKind),
}

/// What follows from it.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Judgement {
    /// For good. `reason` is a `DisconnectReason`.
    Terminal { reason: i32, error: Error },
    /// To be mended. `text` says why, for events and logs.
    Lost { cause: Cause, next: ReconnectKind, hint_ms: Option<f64>, text: String },
}

/// What the host's surroundings said lately.
#[derive(Clone, Copy, Debug)]
pub struct Surroundings {
    online: bool,
    last_local: Option<Millis>,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { online: true, last_local: None }
    }
}

impl Surroundings {
    /// What the host says about the network; true where it says nothing.
    pub fn online(&self) -> bool {
        self.online
    }

    /// Takes a host event. True when it is a suspicion: the socket may be dead although nothing says so.
    pub fn handle(&mut self, now: Millis, event: HostEvent) -> bool {
        let (online, local, suspicious) = match event {
            HostEvent::Online => (true, true, true),
            HostEvent::Offline => (false, true, false),
            HostEvent::NetworkChange | HostEvent::Resume | HostEvent::PageShow => (self.online, true, true),
            HostEvent::Visible => (self.online, false, true),
            HostEvent::Hidden | HostEvent::PageHide => (self.online, false, false),
        };
        self.online = online;
        if local {
            self.last_local = Some(now);
        }
        suspicious
    }

    /// To be told of every wake-up: `deadline` is when it was due. Says how long the host slept, if it did.
    pub fn observe(&mut self, now: Millis, deadline: Option<Millis>) -> Option<u64> {
        let slept = deadline.map(|due| now.since(due)).filter(|late| *late > SLEPT_MS);
        if slept.is_some() {
            self.last_local = Some(now);
        }
        slept
    }

    fn is_local(&self, now: Millis, within_ms: u64) -> bool {
        !self.online || self.last_local.is_some_and(|at| now.since(at) <= within_ms)
    }
}

/// The table.
pub fn judge(now: Millis, evidence: Evidence<'_>, surroundings: &Surroundings) -> Judgement {
    use ReconnectKind::{Full, Resume};
    let within_ms = if matches!(evidence, Evidence::Silent { .. }) { LOCAL_SILENCE_MS } else { LOCAL_EVENT_MS };
    let near = if surroundings.is_local(now, within_ms) { Cause::Local } else { Cause::Remote };
    let lost = |cause, next, text: &str| Judgement::Lost { cause, next, hint_ms: None, text: text.to_owned() };
    match evidence {
        Evidence::Closed { code, reason } => closed(code, reason, near),
        Evidence::Leave(leave) => left(leave),
        Evidence::Ghost => lost(Cause::Single, Full, "an earlier dial of this client came late and took its place"),
        Evidence::Silent { media_flows: Some(true) } => lost(Cause::Single, Resume, "signalling fell silent"),
        Evidence::Silent { media_flows: Some(false) } => lost(near, Full, "signalling and media fell silent"),
        Evidence::Silent { media_flows: None } => lost(near, Resume, "signalling fell silent"),
        Evidence::TransportFailed => lost(Cause::Single, Resume, "the media transport failed"),
        Evidence::SessionLost => lost(Cause::Single, Full, "the session could not be kept"),
        Evidence::TimedOut => lost(near, Resume, "no answer in time"),
        Evidence::Asked(next) => lost(Cause::Local, next, "asked for by the app"),
    }
}

fn closed(code: u16, reason: &str, near: Cause) -> Judgement {
    let cause = match code {
        1008 => {
            let error = Error::new(Code::NotAllowed, "the server closed the connection for a breach of its policy");
            return Judgement::Terminal { reason: DisconnectReason::SignalClose as i32, error };
        }
        // The server says of itself that it is going away, failing, restarting or busy.
        1001 | 1011 | 1012 | 1013 => Cause::Remote,
        // Ended on purpose and without a word about others: livekit-server 1.13.5 ends one participant's session so
        // (migration, a node's failure simulated for it). What concerns everybody it says in a leave.
        1000 if near == Cause::Remote => Cause::Single,
        _ => near,
    };
    let text = match code {
        0 | 1005 | 1006 => "the signal connection was lost".to_owned(),
        code => text!("the signal connection was closed with code ", code),
    };
    Judgement::Lost { cause, next: ReconnectKind::Resume, hint_ms: retry_hint_ms(reason), text }
}

fn left(leave: &proto::LeaveRequest) -> Judgement {
    use proto::leave_request::Action;
    let reason = DisconnectReason::try_from(leave.reason).unwrap_or(DisconnectReason::UnknownReason);
    let (name, cause, terminal) = match reason {
        DisconnectReason::DuplicateIdentity => ("somebody joined with the same identity", Cause::Single, true),
        DisconnectReason::ParticipantRemoved => ("the participant was removed", Cause::Single, true),
        DisconnectReason::RoomDeleted => ("the room was deleted", Cause::Remote, true),
        DisconnectReason::RoomClosed => ("the room was closed", Cause::Remote, true),
        DisconnectReason::ServerShutdown => ("the server is shutting down", Cause::Remote, false),
        DisconnectReason::Migration => ("the session moves to another node", Cause::Single, false),
        DisconnectReason::StateMismatch => ("the server does not know the session", Cause::Single, false),
        DisconnectReason::ConnectionTimeout => ("the server lost the session", Cause::Single, false),
        DisconnectReason::MediaFailure => ("the server lost the session's media", Cause::Single, false),
        DisconnectReason::JoinFailure => ("the session never came up", Cause::Single, false),
        _ => ("the server asked to leave", Cause::Remote, false),
    };
    let next = match Action::try_from(leave.action) {
        Ok(Action::Resume) => Some(ReconnectKind::Resume),
        Ok(Action::Reconnect) => Some(ReconnectKind::Full),
        // Before protocol 13 this was all a leave could say.
        Ok(Action::Disconnect) if leave.can_reconnect => Some(ReconnectKind::Full),
        Ok(Action::Disconnect) | Err(_) => None,
    };
    match next.filter(|_| !terminal) {
        Some(next) => Judgement::Lost { cause, next, hint_ms: None, text: name.to_owned() },
        None => Judgement::Terminal {
            reason: leave.reason,
            error: Error::new(Code::LeaveRequest, name).with_leave_reason(leave.reason),
        },
    }
}

/// The `retry_in=<ms>` of a close reason. Negative: do not come back.
pub fn retry_hint_ms(reason: &str) -> Option<f64> {
    let (_, rest) = text::split_once(reason, "retry_in=")?;
    let (_, tail) = text::until(rest.strip_prefix("-").unwrap_or(rest), |byte| !byte.is_ascii_digit());
    text::signed(rest.strip_suffix(tail)?)
}

/// What a join that failed before its first message means.
#[derive(Clone, Debug, PartialEq)]
pub enum JoinFailure {
    /// Trying again is of no use.
    Terminal(Error),
    /// Not here; another region may take it (region pinning).
    Elsewhere(Error),
    /// The server takes no more for now, in whatever region.
    Busy {
        /// The failure.
        error: Error,
        /// `Retry-After`.
        hint_ms: Option<f64>,
    },
    /// The server does not know this path: v1 falls back to v0 once, after that it is an error like any other.
    NoSuchPath(Error),
    /// Trying again may help.
    Retry {
        /// The failure.
        error: Error,
        /// Who else has it, probably.
        cause: Cause,
        /// `Retry-After`.
        hint_ms: Option<f64>,
    },
}

/// Classifies by what `/validate` answered. `original` is the failure that made us ask: it stands when validate itself
/// fails, times out or finds nothing wrong.
pub fn classify_join(original: Error, answer: Result<&FetchResponse, &FetchFailed>) -> JoinFailure {
    let Ok(response) = answer else {
        return JoinFailure::Retry { error: original, cause: Cause::Remote, hint_ms: None };
    };
    let status = response.status;
    let refused = |message: &str| JoinFailure::Terminal(Error::new(Code::NotAllowed, message).with_status(status));
    match status {
        401 => refused("the server did not accept the token"),
        403 => JoinFailure::Elsewhere(
            Error::new(Code::NotAllowed, "the token does not allow this here").with_status(status),
        ),
        404 if text::contains(&response.body, "requested room does not exist") => {
            refused("requested room does not exist")
        }
        404 => JoinFailure::NoSuchPath(
            Error::new(Code::ServiceNotFound, "the server has no signalling endpoint at this URL").with_status(status),
        ),
        429 => JoinFailure::Busy {
            error: Error::new(Code::InternalError, "the server takes no more connections for now").with_status(status),
            hint_ms: response.retry_after_ms,
        },
        500..=599 => JoinFailure::Retry {
            error: Error::new(Code::InternalError, "the server failed").with_status(status),
            cause: Cause::Remote,
            hint_ms: response.retry_after_ms,
        },
        _ => JoinFailure::Retry { error: original.with_status(status), cause: Cause::Remote, hint_ms: None },
    }
}

#[cfg(test)]
#[path = "cause_tests.rs"]
mod tests;
