//! The network between a client and the other end: latency, loss, spikes, silence one way or both ways, resets.
//!
//! What goes over a socket behaves as TCP does: nothing is lost for good and nothing overtakes, a lost packet is late.
//! On a silent way everything waits, also the news of a reset, until it is healed. Different sockets and different
//! sources overtake one another freely. It knows nothing of what is said.

use rejoin::engine::io::Attempt;
use rejoin::engine::peer::{Generation, PeerEvent};
use rejoin::engine::rng::Rng;
use rejoin::engine::time::Millis;

use super::agenda::{Agenda, Happening, News};

/// First retransmission of a lost packet; each further one takes twice as long.
const RETRANSMIT_MS: u64 = 200;
/// After silence TCP's next retransmission is up to so far away.
const AFTER_SILENCE_MS: f64 = 3_000.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// How a path behaves.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// One way: between these.
    pub latency_ms: (f64, f64),
    /// Share of packets that have to be sent again.
    pub loss: f64,
    /// Share of packets that are delayed by `spike_ms`.
    pub spikes: f64,
    pub spike_ms: u64,
}

impl Default for Weather {
    fn default() -> Self {
        Self { latency_ms: (20.0, 40.0), loss: 0.0, spikes: 0.0, spike_ms: 0 }
    }
}

#[derive(Debug, Default)]
struct Way {
    silent: bool,
    /// When the last thing of the last socket arrives.
    last: (Attempt, Millis),
    held: Vec<(Attempt, Happening)>,
}

#[derive(Debug, Default)]
struct Path {
    weather: Weather,
    up: Way,
    down: Way,
}

/// All paths and the one agenda.
pub struct Net {
    pub agenda: Agenda,
    pub rng: Rng,
    paths: Vec<Path>,
}

impl Net {
    pub fn new(now: Millis, seed: u64) -> Self {
        let mut rng = Rng::new(seed_bytes(seed, u64::MAX));
        Self { agenda: Agenda::new(now, rng.next_u64()), rng, paths: Vec::new() }
    }

    pub fn now(&self) -> Millis {
        self.agenda.now
    }

    /// One more client.
    pub fn add(&mut self, weather: Weather) {
        self.paths.push(Path { weather, ..Path::default() });
    }

    pub fn set_weather(&mut self, client: u32, weather: Weather) {
        self.paths[client as usize].weather = weather;
    }

    /// The server's end of a socket says something.
    pub fn tell(&mut self, client: u32, attempt: Attempt, news: News) {
        self.carry(client, Direction::Down, attempt, Happening::News(attempt, news));
    }

    /// Takes something to the other end of a socket.
    pub fn carry(&mut self, client: u32, direction: Direction, attempt: Attempt, what: Happening) {
        let latency = self.latency(client);
        let now = self.now();
        let way = self.way(client, direction);
        if way.silent {
            // A socket that is given up before its first packet got through leaves nothing behind.
            let dialled = |held: &Happening| matches!(held, Happening::Dialled(dialled, _) if *dialled == attempt);
            if matches!(what, Happening::HungUp(..)) && way.held.iter().any(|(_, held)| dialled(held)) {
                return way.held.retain(|(other, _)| *other != attempt);
            }
            return way.held.push((attempt, what));
        }
        let mut at = now.after(latency);
        if way.last.0 == attempt {
            at = at.max(way.last.1);
        }
        way.last = (attempt, at);
        self.agenda.push(at, client, what);
    }

    /// How long something takes now, one way.
    pub fn latency(&mut self, client: u32) -> u64 {
        let Weather { latency_ms: (low, high), loss, spikes, spike_ms } = self.paths[client as usize].weather;
        let mut ms = self.rng.between(low, high) as u64;
        let mut again = RETRANSMIT_MS;
        while loss > 0.0 && again < 60_000 && self.rng.unit() < loss {
            ms += again;
            again *= 2;
        }
        if spikes > 0.0 && self.rng.unit() < spikes {
            ms += spike_ms;
        }
        ms
    }

    /// From now on nothing gets through this way.
    pub fn silence(&mut self, client: u32, direction: Direction) {
        self.way(client, direction).silent = true;
    }

    pub fn is_silent(&self, client: u32, direction: Direction) -> bool {
        let path = &self.paths[client as usize];
        match direction {
            Direction::Up => path.up.silent,
            Direction::Down => path.down.silent,
        }
    }

    /// What waited gets through, at the next retransmission.
    pub fn heal(&mut self, client: u32, direction: Direction) {
        let at = self.now().after(self.rng.between(0.0, AFTER_SILENCE_MS) as u64);
        let way = self.way(client, direction);
        if !std::mem::take(&mut way.silent) {
            return;
        }
        let held = std::mem::take(&mut way.held);
        if let Some((attempt, _)) = held.last() {
            way.last = (*attempt, at);
        }
        for (_, what) in held {
            self.agenda.push(at, client, what);
        }
    }

    /// The peer of a client reports something.
    pub fn peer(&mut self, after_ms: u64, client: u32, generation: Generation, event: PeerEvent<'static>) {
        let at = self.now().after(after_ms);
        self.agenda.push(at, client, Happening::Peer(generation, Box::new(event)));
    }

    /// Something to do later.
    pub fn later(&mut self, ms: u64, client: u32, task: u64) {
        let at = self.now().after(ms);
        self.agenda.push(at, client, Happening::Task(task));
    }

    fn way(&mut self, client: u32, direction: Direction) -> &mut Way {
        let path = &mut self.paths[client as usize];
        match direction {
            Direction::Up => &mut path.up,
            Direction::Down => &mut path.down,
        }
    }
}

/// The 32 bytes that an engine takes, from a seed and a number.
pub fn seed_bytes(seed: u64, number: u64) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (place, word) in bytes.chunks_exact_mut(8).zip([seed, number, !seed, number.rotate_left(32)]) {
        place.copy_from_slice(&word.to_le_bytes());
    }
    bytes
}
