//! A connection of one client's media transport: its peer, its path to the server, and what its data channels hold. With
//! two connections there is one of these for each: the subscriber is given the server's offers and nothing else.
//!
//! ICE notices a silent path after five seconds and gives it up after twenty; SCTP loses nothing while the association
//! lives, and takes a window's worth out of the channel's buffer without knowing that it arrives. That is the trap in
//! `bufferedAmount`: what has left it need not be there.

use std::collections::{BTreeMap, VecDeque};

use rejoin::engine::peer::{Channel, Generation, PeerAction, PeerEvent, PeerState, Target};
use rejoin::engine::time::Millis;

use crate::storm::net::Net;

/// What is sent and not acknowledged; it is no longer in the channel's buffer.
const WINDOW_BYTES: usize = 16 * 1_024;
const DISCONNECTED_MS: u64 = 5_000;
const FAILED_MS: u64 = 20_000;
/// The browser's own work on a description.
const WORK_MS: u64 = 3;

/// What a transport set itself to do later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// ICE has found the way.
    Connect,
    /// The path has been silent for a while.
    Lost,
    GiveUp,
    /// SCTP sends again.
    Flow,
}

/// A step and the moment it belongs to: what has changed since then makes it void.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub step: Step,
    epoch: u32,
}

/// Of a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Channels {
    None,
    Closed,
    Open,
}

#[derive(Debug)]
struct Peer {
    generation: Generation,
    state: PeerState,
    channels: Channels,
    stuck: VecDeque<(Channel, Vec<u8>)>,
    restarts: BTreeMap<u32, bool>,
    bytes_received: u64,
}

/// See the module.
#[derive(Debug)]
pub struct Transport {
    client: u32,
    target: Target,
    peer: Option<Peer>,
    /// The path is silent, both ways.
    silent: bool,
    /// The generation that the server has the other end of.
    served: Option<Generation>,
    epoch: u32,
    /// Reports come in order.
    last_report: Millis,
}

/// What has arrived, or will do so.
pub enum Doing {
    Later(u64, Due),
    /// Reaches the server after a one-way trip.
    Delivered(Generation, Channel, Vec<u8>),
}

impl Transport {
    pub fn new(client: u32, target: Target) -> Self {
        Self { client, target, peer: None, silent: false, served: None, epoch: 0, last_report: Millis(0) }
    }

    pub fn is_open(&self) -> bool {
        self.peer.is_some()
    }

    pub fn generation(&self) -> Option<Generation> {
        self.peer.as_ref().map(|peer| peer.generation)
    }

    /// Whether the server has this generation's other end.
    pub fn serves(&self, generation: Generation) -> bool {
        self.served == Some(generation)
    }

    /// The server has this generation's other end, or none.
    pub fn serve(&mut self, generation: Option<Generation>) -> Vec<Doing> {
        let was = self.gets_through();
        self.served = generation;
        self.path_changed(was)
    }

    fn gets_through(&self) -> bool {
        !self.silent && self.served.is_some() && self.served == self.generation()
    }

    pub fn silence(&mut self, silent: bool) -> Vec<Doing> {
        let was = self.gets_through();
        self.silent = silent;
        self.path_changed(was)
    }

    fn path_changed(&mut self, was: bool) -> Vec<Doing> {
        let is = self.gets_through();
        if was == is {
            return Vec::new();
        }
        self.epoch += 1;
        let state = self.peer.as_ref().map(|peer| peer.state);
        match (is, state) {
            (false, Some(PeerState::Connected)) => vec![self.later(DISCONNECTED_MS, Step::Lost)],
            (false, Some(PeerState::Disconnected)) => vec![self.later(FAILED_MS, Step::GiveUp)],
            (false, Some(PeerState::Connecting)) => vec![self.later(FAILED_MS, Step::GiveUp)],
            (true, Some(PeerState::Connecting | PeerState::Disconnected)) => vec![self.later(300, Step::Connect)],
            (true, Some(PeerState::Connected)) => vec![self.later(500, Step::Flow)],
            _ => Vec::new(),
        }
    }

    fn later(&self, ms: u64, step: Step) -> Doing {
        Doing::Later(ms, Due { step, epoch: self.epoch })
    }

    /// The engine asks something of the peer.
    pub fn act(&mut self, net: &mut Net, generation: Generation, action: PeerAction) -> Vec<Doing> {
        if let PeerAction::Open { channels, .. } = action {
            assert!(self.peer.is_none(), "a second peer is opened while one is open");
            self.epoch += 1;
            self.peer = Some(Peer {
                generation,
                state: PeerState::New,
                channels: if channels { Channels::Closed } else { Channels::None },
                stuck: VecDeque::new(),
                restarts: BTreeMap::new(),
                bytes_received: 0,
            });
            return Vec::new();
        }
        let Some(peer) = self.peer.as_mut().filter(|peer| peer.generation == generation) else {
            panic!("{action:?} for generation {generation:?}, which is not open");
        };
        match action {
            PeerAction::Close => {
                self.epoch += 1;
                self.peer = None;
            }
            PeerAction::Offer { offer_id, ice_restart, .. } => {
                peer.restarts.insert(offer_id, ice_restart);
                let sdp = format!("offer {} {offer_id}", generation.0);
                self.report(net, WORK_MS, PeerEvent::Offer { offer_id, sdp });
            }
            PeerAction::Answer { offer_id, .. } => return self.answered(net, offer_id),
            PeerAction::RemoteOffer { offer_id, .. } => {
                let sdp = format!("answer {} {offer_id}", generation.0);
                self.report(net, WORK_MS, PeerEvent::LocalAnswer { offer_id, sdp });
                return self.negotiated(net, true);
            }
            PeerAction::AddChannels => {
                assert_eq!(peer.channels, Channels::None, "channels are added to a peer that has some");
                peer.channels = Channels::Closed;
                if peer.state == PeerState::Connected {
                    self.open_channels(net);
                }
            }
            PeerAction::AddSender { cid } => self.report(net, WORK_MS, PeerEvent::SenderAdded { cid }),
            PeerAction::Send { channel, bytes } => return self.send(net, channel, bytes),
            PeerAction::Finish if peer.stuck.is_empty() => {
                self.report(net, WORK_MS, PeerEvent::ChannelClosed(Channel::Reliable));
            }
            PeerAction::Stats => {
                let flows = self.gets_through();
                if let Some(peer) = &mut self.peer {
                    peer.bytes_received += if flows { 10_000 } else { 0 };
                    let bytes_received = peer.bytes_received;
                    self.report(net, WORK_MS, PeerEvent::Stats { bytes_received });
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn answered(&mut self, net: &mut Net, offer_id: u32) -> Vec<Doing> {
        self.report(net, WORK_MS, PeerEvent::AnswerApplied { offer_id, max_message_bytes: Some(64_000) });
        let restart = self.peer.as_mut().and_then(|peer| peer.restarts.remove(&offer_id)).unwrap_or(false);
        self.negotiated(net, restart)
    }

    /// Both descriptions are there.
    fn negotiated(&mut self, net: &mut Net, restart: bool) -> Vec<Doing> {
        let through = self.gets_through();
        let Some(peer) = &self.peer else { return Vec::new() };
        let begins = peer.state == PeerState::New;
        let mends = restart && peer.state != PeerState::Connected;
        if !begins && !mends {
            return Vec::new();
        }
        self.epoch += 1;
        self.change(net, WORK_MS, PeerState::Connecting);
        match through {
            true => {
                let round_trips = 2 * (net.latency(self.client) + net.latency(self.client));
                vec![self.later(round_trips, Step::Connect)]
            }
            false => vec![self.later(FAILED_MS, Step::GiveUp)],
        }
    }

    fn send(&mut self, net: &mut Net, channel: Channel, bytes: Vec<u8>) -> Vec<Doing> {
        let Some(peer) = &mut self.peer else { return Vec::new() };
        assert_eq!(peer.channels, Channels::Open, "sent on a channel that is not open");
        peer.stuck.push_back((channel, bytes));
        let gone = self.flow();
        self.report_buffer(net, channel);
        gone
    }

    fn report_buffer(&mut self, net: &mut Net, channel: Channel) {
        let Some(peer) = &self.peer else { return };
        let waiting: usize = peer.stuck.iter().filter(|(each, _)| *each == channel).map(|(_, bytes)| bytes.len()).sum();
        let bytes = waiting.saturating_sub(WINDOW_BYTES) as u32;
        self.report(net, 1, PeerEvent::ChannelBuffered { channel, bytes });
    }

    fn flow(&mut self) -> Vec<Doing> {
        if !self.gets_through() {
            return Vec::new();
        }
        let Some(peer) = self.peer.as_mut().filter(|peer| peer.state == PeerState::Connected) else {
            return Vec::new();
        };
        let generation = peer.generation;
        peer.stuck.drain(..).map(|(channel, bytes)| Doing::Delivered(generation, channel, bytes)).collect()
    }

    /// Something it set itself to do is due.
    pub fn due(&mut self, net: &mut Net, due: Due) -> Vec<Doing> {
        let Some(state) = self.peer.as_ref().map(|peer| peer.state).filter(|_| due.epoch == self.epoch) else {
            return Vec::new();
        };
        match (due.step, state) {
            (Step::Connect, PeerState::Connecting | PeerState::Disconnected) if self.gets_through() => {
                self.change(net, 0, PeerState::Connected);
                self.open_channels(net);
            }
            (Step::Lost, PeerState::Connected) => {
                self.change(net, 0, PeerState::Disconnected);
                return vec![self.later(FAILED_MS - DISCONNECTED_MS, Step::GiveUp)];
            }
            (Step::GiveUp, PeerState::Connecting | PeerState::Disconnected) => self.change(net, 0, PeerState::Failed),
            _ => {}
        }
        let gone = self.flow();
        if !gone.is_empty() {
            self.report_buffer(net, Channel::Reliable);
        }
        gone
    }

    fn change(&mut self, net: &mut Net, ms: u64, state: PeerState) {
        if let Some(peer) = &mut self.peer {
            peer.state = state;
        }
        self.report(net, ms, PeerEvent::State { target: self.target, state });
    }

    fn open_channels(&mut self, net: &mut Net) {
        let Some(peer) = &mut self.peer else { return };
        if peer.channels != Channels::Closed {
            return;
        }
        peer.channels = Channels::Open;
        for (id, channel) in [Channel::Lossy, Channel::Reliable].into_iter().enumerate() {
            self.report(net, 1, PeerEvent::ChannelId { channel, id: id as u32 });
            self.report(net, 1, PeerEvent::ChannelOpen(channel));
        }
    }

    fn report(&mut self, net: &mut Net, after_ms: u64, event: PeerEvent<'static>) {
        let Some(generation) = self.generation() else { return };
        let at = net.now().after(after_ms).max(self.last_report);
        self.last_report = at;
        net.peer(at.since(net.now()), self.client, generation, event);
    }
}
