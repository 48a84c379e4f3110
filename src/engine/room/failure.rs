//! Why an attempt failed, and what that means for the next one. The evidence itself is read in
//! [`crate::engine::cause`]; this is what a failed attempt makes of it.

use crate::engine::cause::{self, Evidence, JoinFailure, Judgement, Surroundings};
use crate::engine::episode::Failed;
use crate::engine::error::{Code, Error};
use crate::engine::io::{FetchFailed, FetchResponse};
use crate::engine::policy::Cause;
use crate::engine::room::event::ReconnectKind;
use crate::engine::time::Millis;
use crate::protocol::proto;
use crate::protocol::text::text;

/// A failed attempt.
#[derive(Clone, Debug)]
pub(super) struct Failure {
    /// As the app will see it if there is no other attempt.
    pub error: Error,
    /// Another attempt would fail in the same way.
    pub terminal: bool,
    /// What it means for the next attempt.
    pub how: Failed,
    /// What it says about who else is affected.
    pub cause: Option<Cause>,
    /// When the server wants to see us again.
    pub hint_ms: Option<f64>,
    /// Another region may do better, also where this one's word is final.
    pub elsewhere: bool,
    /// Where the server itself sends us.
    pub redirect: Option<String>,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let how = Failed::MayWorkNextTime;
        Self { error, terminal: false, how, cause: None, hint_ms: None, elsewhere: true, redirect: None }
    }
}

impl Failure {
    /// Nothing can be done about it.
    pub fn terminal(error: Error) -> Self {
        Self { terminal: true, elsewhere: false, ..Self::from(error) }
    }

    /// This session is over, a new one may do.
    pub fn refused(error: Error) -> Self {
        Self { how: Failed::SessionLost, ..Self::from(error) }
    }

    /// The socket of an attempt closed.
    pub fn of_close(now: Millis, opened: bool, code: u16, reason: &str, surroundings: &Surroundings) -> Self {
        let error = match opened {
            true => Error::new(Code::WebSocket, text!("the signal socket closed while connecting (code ", code, ")")),
            // The host itself says why: it has none.
            false if code == 0 && !reason.is_empty() => {
                Error::new(Code::ServerUnreachable, text!("the signal socket could not be opened: ", reason))
            }
            false => Error::new(Code::ServerUnreachable, "the signal socket could not be opened"),
        };
        Self::judged(cause::judge(now, Evidence::Closed { code, reason }, surroundings), error)
    }

    /// The server said leave while an attempt was under way.
    pub fn of_leave(now: Millis, reason: i32, evidence: Evidence<'_>, surroundings: &Surroundings) -> Self {
        let judgement = cause::judge(now, evidence, surroundings);
        let why = if let Judgement::Lost { text, .. } = &judgement { text.as_str() } else { "" };
        let message = text!("the server ended the attempt: ", why);
        Self::judged(judgement, Error::new(Code::LeaveRequest, message).with_leave_reason(reason))
    }

    fn judged(judgement: Judgement, error: Error) -> Self {
        match judgement {
            Judgement::Terminal { error: judged, .. } => Self::terminal(judged),
            Judgement::Lost { cause, next, hint_ms, .. } => {
                let turned_down = next == ReconnectKind::Full;
                let how = if turned_down { Failed::TurnedDown } else { Failed::MayWorkNextTime };
                // What is this session's own, it has everywhere.
                let elsewhere = cause == Cause::Remote;
                Self { how, cause: Some(cause), hint_ms, elsewhere, ..Self::from(error) }
            }
        }
    }

    /// What `/validate` says about a socket that did not open.
    pub fn of_validate(original: Error, answer: Result<&FetchResponse, &FetchFailed>) -> Self {
        match cause::classify_join(original, answer) {
            JoinFailure::Terminal(error) => Self::terminal(error),
            JoinFailure::Elsewhere(error) => Self { elsewhere: true, ..Self::terminal(error) },
            JoinFailure::Busy { error, hint_ms } => {
                Self { cause: Some(Cause::Remote), hint_ms, elsewhere: false, ..Self::from(error) }
            }
            // Gone under a resume, the endpoint may be there for a new session.
            JoinFailure::NoSuchPath(error) => Self { terminal: true, ..Self::refused(error) },
            JoinFailure::Retry { error, cause, hint_ms } => Self { cause: Some(cause), hint_ms, ..Self::from(error) },
        }
    }

    /// The `DisconnectReason` that an end for this failure has.
    pub fn leave_reason(&self) -> i32 {
        self.error.leave_reason.unwrap_or(proto::DisconnectReason::UnknownReason as i32)
    }
}
