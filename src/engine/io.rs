//! The host's sockets, fetches and network events as the engine sees them.

use crate::protocol::join::Dial;
use crate::protocol::secret::Secret;

/// Numbers the sockets of a room; events of another one than the current are dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Attempt(pub u32);

/// Numbers the fetches of a room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FetchId(pub u32);

/// What a socket reports. `Closed` is the last event of an attempt and comes for every dial that was not closed by
/// the engine, also for one that never opened or could not be made (code 0).
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SocketEvent<'a> {
    Open,
    Frame(&'a [u8]),
    /// A text frame. It is a sign of life; its content is not used.
    Text,
    /// What was sent and has not left the host, in bytes; told after a send that left something.
    Buffered(u32),
    Closed {
        code: u16,
        reason: String,
    },
}

/// What the engine asks of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SocketAction {
    /// Open a socket.
    Dial(Attempt, Box<Dial>),
    /// Send a binary frame.
    Send(Attempt, Vec<u8>),
    /// Close it with a code (1000 or 4000-4999) and a reason; no event of it is wanted any more.
    Close(Attempt, u16, &'static str),
}

/// One GET. The host follows no redirect and reads no more than `max_bytes` of the body, which may be cut off there when
/// the status is that of an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchRequest {
    /// Numbers it.
    pub id: FetchId,
    /// May carry a token.
    pub url: Secret,
    /// `Authorization: Bearer ..`, if any.
    pub bearer: Option<Secret>,
    /// After this the host reports [`FetchFailed`].
    pub timeout_ms: u64,
    /// Largest body that is read.
    pub max_bytes: usize,
    /// The same for every room of the page: one request on its way is enough, and an answer that is still new is used
    /// again.
    pub shared: bool,
}

/// What came back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FetchResponse {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, where it can be read; negative: not at all.
    pub retry_after_ms: Option<f64>,
    /// `Cache-Control: max-age`, where it can be read.
    pub max_age_ms: Option<u64>,
    /// It is an old answer, because there was no new one.
    pub stale: bool,
    /// The body as text, lossily decoded.
    pub body: String,
}

/// Nothing came back: transport error, timeout, or a body that was too large.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchFailed;

/// What the host's surroundings report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum HostEvent {
    Online,
    Offline,
    Visible,
    Hidden,
    /// The page was frozen and runs again (`resume` of the Page Lifecycle).
    Resume,
    /// The page came back from the back/forward cache.
    PageShow,
    /// The network changed (`navigator.connection` `change`).
    NetworkChange,
    /// The browser is about to leave the page.
    PageHide,
}
