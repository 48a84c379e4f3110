//! Requests that wait for the link, and requests that were sent but may not have arrived.
//!
//! While a session is being brought back, what the app asks for is kept here: in order, bounded, and coalesced where
//! only the last wish counts. What was sent stays here until a pong proves that the server has read it; when the
//! socket dies before that, it is sent again on the next one. Everything kept here may be sent twice without harm.
//! Offers, answers, candidates and the like belong to one socket and never come here.

use crate::engine::room::event::Id;
use crate::protocol::queue::take_first;

/// Most requests that wait. More are refused with `QueueFull`.
pub const MOST_WAITING: usize = 1_000;

/// Most sent requests that are remembered until a pong. Without pings the oldest are let go.
const MOST_UNCONFIRMED: usize = 1_000;

/// A request to the server. Local tracks are named by cid: their sid may be another one when it is sent.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Request {
    /// The mute state of that moment is sent, not that of the call.
    Mute {
        cid: String,
    },
    AudioTrack {
        cid: String,
        features: Vec<i32>,
    },
    Subscribe {
        track_sid: Id,
        subscribed: bool,
    },
    TrackSettings {
        track_sid: Id,
    },
    /// Who may subscribe, as of that moment.
    Permissions,
    /// A pending request of this id, see [`crate::engine::room::requests`].
    Numbered(u32),
}

impl Request {
    /// Whether `self` makes an earlier `other` pointless.
    fn supersedes(&self, other: &Self) -> bool {
        match (self, other) {
            (Request::Mute { cid: a }, Request::Mute { cid: b }) => a == b,
            (Request::AudioTrack { cid: a, .. }, Request::AudioTrack { cid: b, .. }) => a == b,
            (Request::Subscribe { track_sid: a, .. }, Request::Subscribe { track_sid: b, .. }) => a == b,
            (Request::TrackSettings { track_sid: a }, Request::TrackSettings { track_sid: b }) => a == b,
            (Request::Permissions, Request::Permissions) => true,
            (Request::Numbered(a), Request::Numbered(b)) => a == b,
            _ => false,
        }
    }

    /// Whether a full reconnect settles it by itself: the new session is told of the state as it is.
    fn is_state_of_the_session(&self) -> bool {
        match self {
            Request::Mute { .. } | Request::Subscribe { .. } | Request::TrackSettings { .. } | Request::Permissions => {
                true
            }
            Request::AudioTrack { .. } | Request::Numbered(_) => false,
        }
    }
}

/// The queue.
#[derive(Debug, Default)]
pub struct SignalQueue {
    waiting: Vec<Request>,
    /// Sent, with the number of the ping that follows it.
    unconfirmed: Vec<(u64, Request)>,
    pings: u64,
    /// Timestamps of pings that are out, with their numbers.
    out: Vec<(i64, u64)>,
}

impl SignalQueue {
    /// Keeps a request for later; false when there is no room.
    pub fn keep(&mut self, request: Request) -> bool {
        self.waiting.retain(|other| !request.supersedes(other));
        if self.waiting.len() >= MOST_WAITING {
            return false;
        }
        self.waiting.push(request);
        true
    }

    /// Keeps a request for before all that waits.
    pub fn keep_first(&mut self, request: Request) {
        self.waiting.retain(|other| !request.supersedes(other));
        self.waiting.insert(0, request);
    }

    /// Notes that a request was sent just now.
    pub fn sent(&mut self, request: Request) {
        self.unconfirmed.retain(|(_, other)| !request.supersedes(other));
        if self.unconfirmed.len() >= MOST_UNCONFIRMED {
            self.unconfirmed.remove(0);
        }
        self.unconfirmed.push((self.pings, request));
    }

    /// Notes that a ping with this timestamp was sent.
    pub fn pinged(&mut self, timestamp: i64) {
        self.out.push((timestamp, self.pings));
        self.pings += 1;
        if self.out.len() > 64 {
            self.out.remove(0);
        }
    }

    /// The pong to a ping proves that what was sent before that ping has arrived. False when no such ping waits for one.
    pub fn ponged(&mut self, timestamp: i64) -> bool {
        let Some(&(_, number)) = self.out.iter().find(|(sent, _)| *sent == timestamp) else { return false };
        self.out.retain(|(_, other)| *other > number);
        // What has a number is done when it is answered, not when it is read.
        self.unconfirmed.retain(|(before, request)| *before > number || matches!(request, Request::Numbered(_)));
        true
    }

    /// The socket died: what it may have swallowed is to be sent again, before what was asked for since. `is_open` says
    /// whether a numbered request still waits for its answer.
    pub fn socket_lost(&mut self, is_open: impl Fn(u32) -> bool) {
        self.out.clear();
        let mut again = Vec::new();
        for (_, request) in std::mem::take(&mut self.unconfirmed) {
            let done = matches!(&request, Request::Numbered(id) if !is_open(*id));
            if !done && !self.waiting.iter().any(|other| other.supersedes(&request)) {
                again.push(request);
            }
        }
        again.append(&mut self.waiting);
        self.waiting = again;
    }

    /// The session is a new one: what it will be told anyway need not wait.
    pub fn session_lost(&mut self) {
        self.waiting.retain(|request| !request.is_state_of_the_session());
    }

    /// The next request to send.
    pub fn take_next(&mut self) -> Option<Request> {
        take_first(&mut self.waiting)
    }

    /// Forgets one that need not be sent any more.
    pub fn forget(&mut self, request: &Request) {
        self.waiting.retain(|other| !request.supersedes(other));
        self.unconfirmed.retain(|(_, other)| !request.supersedes(other));
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn mute(cid: &str) -> Request {
        Request::Mute { cid: cid.into() }
    }

    fn drain(queue: &mut SignalQueue) -> Vec<Request> {
        std::iter::from_fn(|| queue.take_next()).collect()
    }

    #[test]
    fn order_is_kept_and_the_last_wish_wins() {
        let mut queue = SignalQueue::default();
        queue.keep(mute("a"));
        queue.keep(Request::Numbered(1));
        queue.keep(mute("b"));
        queue.keep(mute("a"));
        assert_eq!(drain(&mut queue), [Request::Numbered(1), mute("b"), mute("a")]);
    }

    #[test]
    fn what_no_pong_confirmed_is_sent_again_first() {
        let mut queue = SignalQueue::default();
        queue.sent(mute("read"));
        queue.pinged(7);
        queue.sent(mute("lost"));
        queue.ponged(7);
        queue.keep(Request::Numbered(3));
        queue.socket_lost(|_| true);
        assert_eq!(drain(&mut queue), [mute("lost"), Request::Numbered(3)]);
    }

    #[test]
    fn a_numbered_request_is_sent_again_until_it_is_answered() {
        let mut queue = SignalQueue::default();
        queue.sent(Request::Numbered(1));
        queue.sent(Request::Numbered(2));
        queue.pinged(7);
        queue.ponged(7);
        queue.socket_lost(|id| id == 2);
        assert_eq!(drain(&mut queue), [Request::Numbered(2)]);
    }

    #[test]
    fn a_pong_nobody_asked_for_confirms_nothing() {
        let mut queue = SignalQueue::default();
        queue.sent(mute("a"));
        queue.pinged(7);
        queue.ponged(8);
        queue.socket_lost(|_| true);
        assert_eq!(drain(&mut queue), [mute("a")]);
    }

    #[test]
    fn a_full_queue_refuses_and_loses_nothing_it_has() {
        let mut queue = SignalQueue::default();
        for id in 0..MOST_WAITING as u32 {
            assert!(queue.keep(Request::Numbered(id)));
        }
        assert!(!queue.keep(mute("one too many")));
        assert_eq!(drain(&mut queue).len(), MOST_WAITING);
    }

    #[test]
    fn a_new_session_is_told_the_state_once_and_not_by_old_requests() {
        let mut queue = SignalQueue::default();
        queue.keep(mute("a"));
        queue.keep(Request::Numbered(1));
        queue.keep(Request::TrackSettings { track_sid: "TR_x".into() });
        queue.session_lost();
        assert_eq!(drain(&mut queue), [Request::Numbered(1)]);
    }
}
