//! What is going to happen, in the order in which it will: the event queue of the virtual clock.
//!
//! What happens in the same millisecond comes in an order that the seed decides, source by source: a timer may run before
//! the frame that arrived with it, or after. What one source says stays in order. It interprets nothing.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::rc::Rc;

use rejoin::engine::io::{Attempt, FetchFailed, FetchId, FetchResponse, HostEvent};
use rejoin::engine::peer::{Channel, Generation, PeerEvent};
use rejoin::engine::room::command::{CallId, Command};
use rejoin::engine::time::Millis;
use rejoin::engine::{PolicyAnswer, Question};
use rejoin::protocol::join::Dial;

/// Something that happens to a client or at the other end.
#[derive(Debug)]
pub enum Happening {
    /// The host's timer of this client.
    Timer,
    /// The dial of a socket arrives at the server.
    Dialled(Attempt, Box<Dial>),
    /// A frame arrives at the server.
    Sent(Attempt, Vec<u8>),
    /// The client's end of a socket is gone, as the server sees it.
    HungUp(Attempt, u16),
    /// The socket of a client reports something.
    News(Attempt, News),
    Fetched(FetchId, Box<Result<FetchResponse, FetchFailed>>),
    Answered(Question, PolicyAnswer),
    Peer(Generation, Box<PeerEvent<'static>>),
    Data(Generation, Channel, Vec<u8>),
    Host(HostEvent),
    Call(CallId, Box<Command>),
    /// What the other end, or the test, set itself to do.
    Task(u64),
}

/// What a socket reports. Frames are shared: a crowd is told the same.
#[derive(Clone, Debug)]
pub enum News {
    Open,
    Frame(Rc<[u8]>),
    Closed(u16, Rc<str>),
}

impl Happening {
    /// Numbers the sources of one client, so that each of them keeps its own order.
    fn source(&self) -> u64 {
        match self {
            Happening::Timer => 1,
            Happening::Host(_) => 2,
            Happening::Call(..) => 3,
            Happening::Answered(..) => 4,
            Happening::Fetched(..) => 5,
            Happening::Task(_) => 6,
            Happening::News(attempt, _) => 8 + 4 * u64::from(attempt.0),
            Happening::Dialled(attempt, _) | Happening::Sent(attempt, _) | Happening::HungUp(attempt, _) => {
                9 + 4 * u64::from(attempt.0)
            }
            Happening::Peer(generation, _) | Happening::Data(generation, ..) => 10 + 4 * u64::from(generation.0),
        }
    }
}

struct Entry {
    at: Millis,
    order: u32,
    number: u64,
    client: u32,
    what: Happening,
}

impl Entry {
    fn key(&self) -> (Millis, u32, u64) {
        (self.at, self.order, self.number)
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The heap gives the greatest first, so the earliest is the greatest.
impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key().cmp(&self.key())
    }
}

/// The queue and its clock.
pub struct Agenda {
    pub now: Millis,
    entries: BinaryHeap<Entry>,
    numbers: u64,
    salt: u64,
}

impl Agenda {
    pub fn new(now: Millis, salt: u64) -> Self {
        Self { now, entries: BinaryHeap::new(), numbers: 0, salt }
    }

    /// Something will happen; not before now.
    pub fn push(&mut self, at: Millis, client: u32, what: Happening) {
        let at = at.max(self.now);
        self.numbers += 1;
        let place = mixed(at.0 ^ (u64::from(client) << 32));
        let order = (mixed(self.salt ^ place ^ what.source()) >> 32) as u32;
        self.entries.push(Entry { at, order, number: self.numbers, client, what });
    }

    /// The next thing up to `end`; the clock goes with it.
    pub fn pop_until(&mut self, end: Millis) -> Option<(u32, Happening)> {
        if self.entries.peek().is_none_or(|entry| entry.at > end) {
            return None;
        }
        let entry = self.entries.pop()?;
        self.now = entry.at;
        Some((entry.client, entry.what))
    }
}

fn mixed(word: u64) -> u64 {
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}
