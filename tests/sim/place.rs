//! The server's side of one client, with what the host of that client holds.

use std::collections::BTreeMap;

use rejoin::engine::io::Attempt;
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
    pub transport: Transport,
    pub watch: Watch,
    /// Ids of the reliable messages that arrived, and how often.
    pub delivered: BTreeMap<u32, u32>,
    /// When each of them was handed to the channel last.
    pub sent: BTreeMap<u32, Millis>,
    /// When the client heard from the server last.
    pub heard: Millis,
    /// When it lost a connection that worked, and when the transport had last been good as far as it knew: now, while
    /// ICE says so, else when it had last heard from the server.
    pub losses: Vec<(Millis, Millis)>,
    /// When sessions began.
    pub joins: Vec<Millis>,
    /// When the transport's last packet arrives.
    pub arrives: Millis,
    /// Sessions so far.
    pub sessions: u32,
}

impl Place {
    pub fn new(client: u32, watch: Watch) -> Self {
        Self {
            member: None,
            transport: Transport::new(client),
            watch,
            delivered: BTreeMap::new(),
            sent: BTreeMap::new(),
            heard: Millis(0),
            losses: Vec::new(),
            joins: Vec::new(),
            arrives: Millis(0),
            sessions: 0,
        }
    }

    /// Whether a message that is not there is one that nobody could know to be lost: it was handed over while the
    /// transport seemed good, and it still did when the connection was lost, or the server was heard in between; then a
    /// new session began, for which such a message counts as delivered.
    pub fn seemed_delivered(&self, id: u32) -> bool {
        let Some(sent) = self.sent.get(&id) else { return false };
        let lost = self.losses.iter().find(|(_, good)| good >= sent);
        lost.is_some_and(|(lost, _)| self.joins.iter().any(|joined| joined >= lost))
    }
}
