//! One real engine and the host it runs on: its clock, its timers, its sleep. The socket's other end is the network's.

use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::io::Attempt;
use rejoin::engine::room::session::Session;
use rejoin::engine::time::Millis;

/// Where every host's clock stands when the world begins.
pub const EPOCH: Millis = Millis(1_000_000);

/// How seldom timers run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Throttle {
    #[default]
    None,
    /// A hidden page: once a second, chained timers once a minute.
    Every(u64),
}

/// See the module.
pub struct Client {
    pub session: Session,
    /// The socket that is dialled or open.
    pub socket: Option<Attempt>,
    /// No code of this host runs before then.
    pub asleep_until: Option<Millis>,
    pub throttle: Throttle,
    /// How far the host's clock is behind the world's, because it stood still.
    lag_ms: u64,
    /// When the host's timer is due, in the world's time.
    pub(super) due: Option<Millis>,
    /// When the agenda will look at it next.
    pub(super) looked_at: Option<Millis>,
}

impl Client {
    pub fn new(config: Config, capabilities: Capabilities, seed: [u8; 32]) -> Self {
        Self {
            session: Session::new(config, capabilities, seed),
            socket: None,
            asleep_until: None,
            throttle: Throttle::None,
            lag_ms: 0,
            due: None,
            looked_at: None,
        }
    }

    /// What the host's clock says.
    pub fn clock(&self, now: Millis) -> Millis {
        Millis(now.0.saturating_sub(self.lag_ms))
    }

    /// The host sleeps. Its clock may stand still meanwhile, as the monotonic clock of some systems does.
    pub fn sleep(&mut self, now: Millis, ms: u64, clock_stands_still: bool) {
        self.asleep_until = Some(now.after(ms));
        if clock_stands_still {
            self.lag_ms += ms;
        }
    }

    pub fn is_asleep(&self, now: Millis) -> bool {
        self.asleep_until.is_some_and(|until| until > now)
    }

    /// When the host will run its timer: when the engine wants it, or later.
    pub(super) fn timer(&self, now: Millis) -> Option<Millis> {
        let (deadline, _) = self.session.deadline()?;
        let due = now.after(deadline.since(self.clock(now)));
        Some(match self.throttle {
            Throttle::None => due,
            Throttle::Every(period) => Millis(due.0.div_ceil(period) * period),
        })
    }
}
