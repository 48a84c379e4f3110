//! What happened to a connection lately, as facts that an app can show or attach to a report. It holds no secret: of a
//! URL it has the origin.

use crate::engine::policy::Cause;
use crate::engine::room::event::ReconnectKind;
use crate::engine::time::Millis;

/// So many facts are kept; the oldest go first.
pub const MOST_FACTS: usize = 200;

macro_rules! what {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What a fact is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum What { $($(#[$doc])* $name,)* }

        impl What {
            /// Every one.
            pub const ALL: &'static [What] = &[$(What::$name,)*];

            /// The text JavaScript sees.
            pub const fn as_str(self) -> &'static str {
                match self { $(What::$name => $text,)* }
            }
        }
    };
}

what! {
    /// The app asked for a connection.
    Connect = "connect",
    /// A socket is dialled.
    Dial = "dial",
    /// An attempt failed; the outcome says why.
    Failed = "failed",
    /// The first connect of a session is done.
    Connected = "connected",
    /// A connection that worked is lost; the outcome says why.
    Lost = "lost",
    /// The next attempt is due after the delay.
    Waiting = "waiting",
    /// A lost connection is back.
    Reconnected = "reconnected",
    /// The next attempt goes to another region; the outcome says why.
    Region = "region",
    /// The connection is doubted and asked for a sign of life; the outcome says why.
    Suspected = "suspected",
    /// The host lost its network.
    Offline = "offline",
    /// The host has a network again.
    Online = "online",
    /// A plugin is unavailable; the outcome says which and why.
    Plugin = "plugin",
    /// The session is over; the outcome says why.
    Disconnected = "disconnected",
}

/// One fact. What does not apply is empty.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Fact {
    /// Counts from 1 over the life of the room.
    pub seq: u32,
    pub at: Millis,
    pub what: What,
    pub kind: Option<ReconnectKind>,
    pub cause: Option<Cause>,
    /// Counts from 1 within an episode; 0 outside of one.
    pub attempt: u32,
    pub delay_ms: Option<f64>,
    /// The region's name, or the server's origin.
    pub region: String,
    pub outcome: String,
    /// How long the lost session had lived.
    pub session_duration_ms: Option<u64>,
}

/// The last facts, oldest first.
#[derive(Clone, Debug, Default)]
pub struct History {
    facts: Vec<Fact>,
    seq: u32,
}

impl History {
    /// Adds one.
    pub fn add(&mut self, fact: Fact) {
        if self.facts.len() >= MOST_FACTS {
            self.facts.remove(0);
        }
        self.seq = self.seq.wrapping_add(1);
        self.facts.push(Fact { seq: self.seq, ..fact });
    }

    /// All of them.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Fact> {
        self.facts.iter()
    }
}
