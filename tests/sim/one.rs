//! One client at one server, joined and at rest: where the tests of silences and outages begin.

use rejoin::engine::config::{Capabilities, Config, ConnectOptions};
use rejoin::engine::io::HostEvent;
use rejoin::engine::room::command::{CallId, Command};
use rejoin::engine::room::event::ConnectionState;
use rejoin::engine::time::Millis;
use rejoin::protocol::proto;
use rejoin::protocol::secret::Secret;
use rejoin::protocol::signal::Told;

use crate::sfu::Sfu;
use crate::storm::agenda::Happening;
use crate::storm::net::{Direction, Weather};
use crate::storm::world::World;
use crate::watch::Watch;

/// The one client.
pub const ME: u32 = 0;
pub const SECOND: u64 = 1_000;
pub const MINUTE: u64 = 60 * SECOND;
pub const HOUR: u64 = 60 * MINUTE;

pub struct One {
    pub world: World<Sfu>,
}

impl One {
    /// A browser's client.
    pub fn joined(seed: u64) -> Self {
        Self::with(seed, Config::default(), |_| {})
    }

    pub fn with(seed: u64, config: Config, furnish: impl Fn(&mut Sfu)) -> Self {
        let mut sfu = Sfu::new(seed);
        furnish(&mut sfu);
        sfu.add(Watch::traced());
        let mut world = World::new(seed, sfu);
        world.add(config, Capabilities { rtc: true, offer_with_join: true }, Weather::default());
        let mut one = Self { world };
        let (url, token) = ("wss://one.example".into(), Secret::new("eyJ0.token.sig"));
        one.world.call(ME, CallId(1), Command::Connect { url, token, options: ConnectOptions::default() });
        one.world.advance(40 * SECOND);
        assert_eq!(one.watch().state, ConnectionState::Connected);
        one
    }

    pub fn watch(&self) -> &Watch {
        &self.world.site.places[ME as usize].watch
    }

    pub fn now(&self) -> Millis {
        self.world.now()
    }

    pub fn host(&mut self, event: HostEvent) {
        self.world.happen(ME, Happening::Host(event));
    }

    /// Nothing gets through any more these ways.
    pub fn silence(&mut self, ways: &[Direction]) {
        ways.iter().for_each(|way| self.world.net.silence(ME, *way));
    }

    pub fn heal(&mut self) {
        [Direction::Up, Direction::Down].into_iter().for_each(|way| self.world.net.heal(ME, way));
    }

    /// The server resets the socket.
    pub fn reset(&mut self) {
        self.world.site.close(&mut self.world.net, ME, 1006, "");
    }

    /// The server says something that needs no answer.
    pub fn chatter(&mut self) {
        let speakers = proto::SpeakersChanged::default();
        self.world.site.say(&mut self.world.net, ME, Told::SpeakersChanged(speakers));
    }

    /// How long it takes from now until the loss is noticed. `meanwhile` happens every second.
    pub fn noticed_within(&mut self, most: u64, meanwhile: impl Fn(&mut Self)) -> Option<u64> {
        let (begun, before) = (self.now(), self.watch().losses().len());
        while self.now().since(begun) < most && self.watch().losses().len() == before {
            meanwhile(self);
            self.world.advance(SECOND);
        }
        self.watch().losses().get(before).map(|at| at.since(begun))
    }

    /// Losses and recoveries since the join.
    pub fn episodes(&self) -> (usize, usize) {
        let back = self
            .watch()
            .states
            .windows(2)
            .filter(|pair| pair[1].1 == ConnectionState::Connected && pair[0].1 != ConnectionState::Connecting);
        (self.watch().losses().len(), back.count())
    }

    /// How many lines of warnings, of information and of errors.
    pub fn lines(&self) -> (usize, usize, usize) {
        let count = |level| self.watch().lines(level).len();
        (count(log::Level::Warn), count(log::Level::Info), count(log::Level::Error))
    }
}
