//! Requests that wait for the link, and requests that were sent but may not have arrived.
//!
//! While a session is being brought back, what the app asks for is kept here: in order, bounded, and coalesced where
//! only the last wish counts. What was sent stays here until a pong proves that the server has read it; when the
//! socket dies before that, it is sent again on the next one. Everything kept here may be sent twice without harm.
//! Offers, answers, candidates and the like belong to one socket and never come here.
//!
//! livekit-server ends a connection when 200 messages of either side wait for being passed on (300 changes of metadata at
//! once, or 100 every 100 ms, are too many for it), so requests go out in batches.

use crate::engine::room::event::Id;
use crate::engine::time::Millis;
use crate::protocol::queue::take_first;

/// So many requests are sent within so many milliseconds.
const BATCH: u32 = 50;
const BATCH_MS: u64 = 100;

/// From so many sent requests on those that were answered meanwhile are let go.
const MOST_ANSWERED: usize = 2_000;

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
    /// When the present batch began, and what of it was sent.
    batch: (Millis, u32),
}

impl SignalQueue {
    /// Keeps a request for later. There are not more than one for each call that waits and for each thing of a track.
    pub fn keep(&mut self, request: Request) {
        self.waiting.retain(|other| !request.supersedes(other));
        self.waiting.push(request);
    }

    /// Keeps a request for before all that waits.
    pub fn keep_first(&mut self, request: Request) {
        self.waiting.retain(|other| !request.supersedes(other));
        self.waiting.insert(0, request);
    }

    /// Notes that a request was sent just now.
    pub fn sent(&mut self, request: Request, is_open: impl Fn(u32) -> bool) {
        self.unconfirmed.retain(|(_, other)| !request.supersedes(other));
        self.unconfirmed.push((self.pings, request));
        // Where no pong says so.
        if self.unconfirmed.len() > MOST_ANSWERED {
            self.unconfirmed.retain(|(_, other)| !matches!(other, Request::Numbered(id) if !is_open(*id)));
        }
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
    /// What has a number is done when it is answered, not when it is read: `is_open` says whether it still waits.
    pub fn ponged(&mut self, timestamp: i64, is_open: impl Fn(u32) -> bool) -> bool {
        let Some(&(_, number)) = self.out.iter().find(|(sent, _)| *sent == timestamp) else { return false };
        self.out.retain(|(_, other)| *other > number);
        self.unconfirmed.retain(|(before, request)| match request {
            Request::Numbered(id) => is_open(*id),
            _ => *before > number,
        });
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

    /// The next request to send; or when there will be one, if the present batch is full.
    pub fn take_next(&mut self, now: Millis) -> Result<Option<Request>, Millis> {
        if self.waiting.is_empty() {
            return Ok(None);
        }
        let (since, sent) = self.batch;
        let ends = since.after(BATCH_MS);
        if now < ends && sent >= BATCH {
            return Err(ends);
        }
        self.batch = if now < ends { (since, sent + 1) } else { (now, 1) };
        Ok(take_first(&mut self.waiting))
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
        std::iter::from_fn(|| queue.take_next(Millis(0)).unwrap()).collect()
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
        queue.sent(mute("read"), |_| true);
        queue.pinged(7);
        queue.sent(mute("lost"), |_| true);
        queue.ponged(7, |id| id != 1);
        queue.keep(Request::Numbered(3));
        queue.socket_lost(|_| true);
        assert_eq!(drain(&mut queue), [mute("lost"), Request::Numbered(3)]);
    }

    #[test]
    fn a_numbered_request_is_sent_again_until_it_is_answered() {
        let mut queue = SignalQueue::default();
        queue.sent(Request::Numbered(1), |_| true);
        queue.sent(Request::Numbered(2), |_| true);
        queue.pinged(7);
        queue.ponged(7, |id| id != 1);
        queue.socket_lost(|id| id == 2);
        assert_eq!(drain(&mut queue), [Request::Numbered(2)]);
    }

    #[test]
    fn a_pong_nobody_asked_for_confirms_nothing() {
        let mut queue = SignalQueue::default();
        queue.sent(mute("a"), |_| true);
        queue.pinged(7);
        queue.ponged(8, |_| true);
        queue.socket_lost(|_| true);
        assert_eq!(drain(&mut queue), [mute("a")]);
    }

    #[test]
    fn many_go_out_in_batches() {
        let mut queue = SignalQueue::default();
        for id in 0..250 {
            queue.keep(Request::Numbered(id));
        }
        let mut sent = Vec::new();
        let mut now = Millis(1_000);
        while let Some(next) = queue.take_next(now).transpose() {
            match next {
                Ok(request) => sent.push((now.0, request)),
                Err(later) => now = later,
            }
        }
        let of = |at| sent.iter().filter(|(when, _)| *when == at).count();
        assert_eq!((of(1_000), of(1_100), of(1_400)), (50, 50, 50));
        assert!(sent.iter().enumerate().all(|(n, (_, request))| *request == Request::Numbered(n as u32)));
    }

    #[test]
    fn what_was_answered_is_not_remembered_for_ever_where_no_pong_comes() {
        let mut queue = SignalQueue::default();
        for id in 0..100_000 {
            queue.sent(Request::Numbered(id), |open| open + 10 > id);
        }
        assert!(queue.unconfirmed.len() <= MOST_ANSWERED);
        queue.socket_lost(|open| open + 10 > 99_999);
        assert_eq!(drain(&mut queue).len(), 10);
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
