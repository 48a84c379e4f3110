//! What a room under test did so far, for a test to look at.

use rejoin::engine::Question;
use rejoin::engine::peer::PeerAction;
use rejoin::engine::policy::ReconnectContext;
use rejoin::engine::room::event::{ConnectionState, Event, ReconnectKind, Reconnecting};
use rejoin::protocol::proto;
use rejoin::protocol::signal::Ask;

use super::Room;

impl Room {
    /// What the custom policy was asked last.
    pub fn asked(&self) -> &(Question, ReconnectContext) {
        self.questions.last().expect("the policy was not asked")
    }

    /// The facts of every `reconnecting` so far.
    pub fn reconnecting(&self) -> Vec<&Reconnecting> {
        let mut all = Vec::new();
        for event in &self.events {
            if let Event::Reconnecting(facts) = event {
                all.push(facts);
            }
        }
        all
    }

    /// Which kinds of attempts were told, in order.
    pub fn kinds(&self) -> Vec<ReconnectKind> {
        self.reconnecting().iter().map(|facts| facts.kind).collect()
    }

    /// The states that were gone through.
    pub fn states(&self) -> Vec<ConnectionState> {
        let state = |event: &Event| match event {
            Event::StateChanged(state) => Some(*state),
            _ => None,
        };
        self.events.iter().filter_map(state).collect()
    }

    pub fn has(&self, event: &Event) -> bool {
        self.events.contains(event)
    }

    pub fn disconnected_for(&self) -> Option<i32> {
        self.events.iter().find_map(|event| match event {
            Event::Disconnected { reason } => Some(*reason),
            _ => None,
        })
    }

    /// Lines of this level.
    pub fn lines(&self, level: log::Level) -> Vec<&str> {
        self.logs.iter().filter(|(l, _)| *l == level).map(|(_, line)| line.as_str()).collect()
    }

    /// Forgets what was seen so far.
    pub fn forget(&mut self) {
        self.events.clear();
        self.logs.clear();
        self.sent.clear();
        self.actions.clear();
        self.dials.clear();
        self.closed.clear();
        self.fetches.clear();
    }

    /// What was sent and fits.
    pub fn sent_like<T>(&self, pick: impl Fn(&Ask) -> Option<T>) -> Vec<T> {
        self.sent.iter().filter_map(pick).collect()
    }

    pub fn leaves(&self) -> Vec<proto::LeaveRequest> {
        self.sent_like(|ask| match ask {
            Ask::Leave(leave) => Some(leave.clone()),
            _ => None,
        })
    }

    pub fn peer_actions(&self, pick: impl Fn(&PeerAction) -> bool) -> Vec<PeerAction> {
        self.actions.iter().map(|(_, action)| action).filter(|action| pick(action)).cloned().collect()
    }

    /// Nothing is left: no timer, no socket, no peer, no open call.
    pub fn assert_over(&self) {
        assert_eq!(self.session.deadline(), None, "a timer is left");
        assert_eq!(self.socket, None, "a socket is left");
        assert!(self.peers.is_empty(), "a peer is left");
        assert_eq!(self.state(), ConnectionState::Disconnected);
        for call in 1..=self.calls {
            assert!(self.result(call).is_some(), "call {call} is open");
        }
    }
}
