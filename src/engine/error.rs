//! Every failure with its code and whether a retry makes sense, as data. One table: [`Code`].

use std::ops::{Deref, DerefMut};

use crate::protocol::proto::DisconnectReason;
use crate::protocol::secret::redacted;

/// What went wrong. The first eight are livekit-client's `ConnectionErrorReason`, in its order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The server refused the token or what it grants.
    NotAllowed,
    /// No connection to the server could be made.
    ServerUnreachable,
    /// Something went wrong inside the server or the client.
    InternalError,
    /// The app ended it.
    Cancelled,
    /// The server told the client to leave.
    LeaveRequest,
    /// It took longer than allowed.
    Timeout,
    /// The WebSocket failed.
    WebSocket,
    /// The server has no signalling endpoint at this URL.
    ServiceNotFound,
    /// An argument or option is wrong.
    InvalidArgument,
    /// The call does not fit the state of the room.
    UnexpectedState,
    /// Negotiating the media transport failed.
    Negotiation,
    /// A data message could not be sent.
    PublishData,
    /// A track could not be published.
    PublishTrack,
    /// More calls are waiting for the connection than are kept.
    QueueFull,
    /// The server refused a request.
    SignalRequest,
    /// The session ended before the call was done.
    SessionEnded,
    /// This host lacks what the call needs.
    Unsupported,
    /// The wasm instance died; a new one works.
    Poisoned,
}

impl Code {
    /// Every code.
    pub const ALL: &'static [Code] = &[
        Code::NotAllowed,
        Code::ServerUnreachable,
        Code::InternalError,
        Code::Cancelled,
        Code::LeaveRequest,
        Code::Timeout,
        Code::WebSocket,
        Code::ServiceNotFound,
        Code::InvalidArgument,
        Code::UnexpectedState,
        Code::Negotiation,
        Code::PublishData,
        Code::PublishTrack,
        Code::QueueFull,
        Code::SignalRequest,
        Code::SessionEnded,
        Code::Unsupported,
        Code::Poisoned,
    ];

    /// The text JavaScript sees as `code`, and whether the same call may succeed when it is made again later.
    const fn row(self) -> (&'static str, bool) {
        match self {
            Code::NotAllowed => ("not-allowed", false),
            Code::ServerUnreachable => ("server-unreachable", true),
            Code::InternalError => ("internal-error", true),
            Code::Cancelled => ("cancelled", false),
            Code::LeaveRequest => ("leave-request", true),
            Code::Timeout => ("timeout", true),
            Code::WebSocket => ("web-socket", true),
            Code::ServiceNotFound => ("service-not-found", false),
            Code::InvalidArgument => ("invalid-argument", false),
            Code::UnexpectedState => ("unexpected-state", false),
            Code::Negotiation => ("negotiation", true),
            Code::PublishData => ("publish-data", true),
            Code::PublishTrack => ("publish-track", true),
            Code::QueueFull => ("queue-full", true),
            Code::SignalRequest => ("signal-request", false),
            Code::SessionEnded => ("session-ended", true),
            Code::Unsupported => ("unsupported", false),
            Code::Poisoned => ("poisoned", false),
        }
    }

    /// The text JavaScript sees as `code`.
    pub const fn as_str(self) -> &'static str {
        self.row().0
    }

    /// Whether the same call may succeed when it is made again later.
    pub const fn retryable(self) -> bool {
        self.row().1
    }
}

/// A failure. Its facts are boxed: it is handed on many times, and moved in one word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", .0.message)]
pub struct Error(Box<Facts>);

/// The facts of a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// What went wrong.
    pub code: Code,
    /// A sentence for a person. Never holds a token.
    pub message: String,
    /// The HTTP status, where one was seen.
    pub status: Option<u16>,
    /// The leave's reason (`livekit_protocol::DisconnectReason`), where the server gave one.
    pub leave_reason: Option<i32>,
    /// The `RequestResponse` reason, where a request was refused.
    pub request_reason: Option<i32>,
}

impl Error {
    /// A failure without further facts.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        let message = redacted(message.into());
        Self(Box::new(Facts { code, message, status: None, leave_reason: None, request_reason: None }))
    }

    /// Adds the HTTP status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// Adds the leave's reason.
    pub fn with_leave_reason(mut self, reason: i32) -> Self {
        self.leave_reason = Some(reason);
        self
    }

    /// The reason of a `disconnected` that ends a connect for this failure, as livekit-client tells it.
    pub fn reason_of_connect(&self) -> i32 {
        let reason = match self.code {
            Code::NotAllowed => DisconnectReason::UserRejected,
            Code::ServerUnreachable => DisconnectReason::JoinFailure,
            _ => DisconnectReason::UnknownReason,
        };
        self.leave_reason.unwrap_or(reason as i32)
    }

    /// Adds the refused request's reason.
    pub fn with_request_reason(mut self, reason: i32) -> Self {
        self.request_reason = Some(reason);
        self
    }
}

impl Deref for Error {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::Code;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn codes_are_distinct_and_in_the_order_of_livekit_clients_reasons() {
        let mut texts: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(Code::ServiceNotFound as u8, 7);
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), Code::ALL.len());
    }
}
