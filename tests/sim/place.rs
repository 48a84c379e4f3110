//! The server's side of one client, with what the host of that client holds.

use std::collections::BTreeMap;

use rejoin::engine::io::Attempt;
use rejoin::engine::peer::Target;
use rejoin::engine::time::Millis;

use crate::transport::Transport;
use crate::watch::Watch;

/// A session as the server knows it.
#[derive(Debug, Default)]
pub struct Member {
    pub sid: String,
    pub socket: Option<Attempt>,
    pub metadata: String,
    /// By sid: the client's id and whether it is muted.
    pub tracks: BTreeMap<String, (String, bool)>,
    pub last_sequence: u32,
    /// Counts the times it lost its socket.
    pub absences: u32,
}

/// The server's side of one client, and the client's host.
pub struct Place {
    pub member: Option<Member>,
    /// The only connection, or the publisher.
    pub transport: Transport,
    /// Open only where there are two connections.
    pub subscriber: Transport,
    pub watch: Watch,
    /// Ids of the reliable messages that arrived, and how often.
    pub delivered: BTreeMap<u32, u32>,
    /// When the transport's last packet arrives.
    pub arrives: Millis,
    /// Sessions so far.
    pub sessions: u32,
}

impl Place {
    pub fn new(client: u32, watch: Watch) -> Self {
        Self {
            member: None,
            transport: Transport::new(client, Target::Publisher),
            subscriber: Transport::new(client, Target::Subscriber),
            watch,
            delivered: BTreeMap::new(),
            arrives: Millis(0),
            sessions: 0,
        }
    }

    /// By the part it has.
    pub fn connection(&mut self, target: Target) -> &mut Transport {
        match target {
            Target::Publisher => &mut self.transport,
            Target::Subscriber => &mut self.subscriber,
        }
    }
}
