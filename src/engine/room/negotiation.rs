//! What has been offered and answered on the media transport, and whether it is connected.
//!
//! Pure bookkeeping: it numbers offers, drops answers to old ones, merges wishes for a new offer into one, and knows
//! which of two transports decides "connected". What to do about a failure is the session's business.

use crate::engine::peer::{Channel, Generation, PeerState, Target};
use crate::engine::time::Millis;
use crate::engine::timers::{Timer, Timers};
use crate::protocol::proto;

/// Wishes for a new offer within this time become one offer.
pub const DEBOUNCE_MS: u64 = 20;

/// From asking for an offer to its answer in force.
pub const ANSWER_MS: u64 = 15_000;

/// An offer to ask the peer for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NextOffer {
    pub offer_id: u32,
    pub ice_restart: bool,
}

/// The negotiation of one generation of peers.
#[derive(Debug, Default)]
pub struct Negotiation {
    generation: Generation,
    open: bool,
    dual: bool,
    subscriber_primary: bool,
    has_channels: bool,
    last_offer_id: u32,
    unanswered: Option<u32>,
    answered: u32,
    again: bool,
    restart_ice: bool,
    offer: Option<String>,
    answer: Option<String>,
    publisher: Option<PeerState>,
    subscriber: Option<PeerState>,
    /// The publisher was given a second chance to connect.
    retried: bool,
    /// Of `_lossy` and `_reliable`.
    channel_ids: [Option<u32>; 2],
}

impl Negotiation {
    /// Begins the next generation. Everything known of the older one is forgotten.
    pub fn open(&mut self, dual: bool, has_channels: bool) -> Generation {
        let generation = Generation(self.generation.0.saturating_add(1));
        *self = Self { generation, open: true, dual, has_channels, ..Self::default() };
        generation
    }

    /// The peer is closed; its number is not used again.
    pub fn close(&mut self, timers: &mut Timers) {
        *self = Self { generation: self.generation, ..Self::default() };
        timers.stop(Timer::Negotiate);
        timers.stop(Timer::Answer);
        timers.stop(Timer::Transport);
    }

    /// The number of the newest peer.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// Whether there is a peer.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Whether there are two connections.
    pub fn is_dual(&self) -> bool {
        self.dual
    }

    /// Whether the publisher has its data channels, and if not, from now on.
    pub fn take_missing_channels(&mut self) -> bool {
        let missing = self.open && !self.has_channels;
        self.has_channels |= missing;
        missing
    }

    /// Which of two transports decides "connected", as the join says.
    pub fn set_subscriber_primary(&mut self, primary: bool) {
        self.subscriber_primary = primary;
    }

    /// Wants a new offer, soon. While one is unanswered the wish waits for its answer.
    pub fn want(&mut self, now: Millis, timers: &mut Timers) {
        if !self.open {
            return;
        }
        if self.unanswered.is_some() {
            self.again = true;
        } else if timers.get(Timer::Negotiate).is_none() {
            timers.set(Timer::Negotiate, now.after(DEBOUNCE_MS));
        }
    }

    /// The id of the offer that will carry what is changed now.
    pub fn next_offer_id(&self) -> u32 {
        self.last_offer_id.saturating_add(1)
    }

    /// The wait is over, or there is none: makes the next offer. An unanswered one is given up for it.
    pub fn next_offer(&mut self, now: Millis, restart_ice: bool, timers: &mut Timers) -> Option<NextOffer> {
        if !self.open {
            return None;
        }
        self.restart_ice |= restart_ice;
        self.last_offer_id = self.next_offer_id();
        self.unanswered = Some(self.last_offer_id);
        self.again = false;
        timers.stop(Timer::Negotiate);
        timers.set(Timer::Answer, now.after(ANSWER_MS));
        Some(NextOffer { offer_id: self.last_offer_id, ice_restart: self.restart_ice })
    }

    /// The peer made an offer; true when it is still wanted.
    pub fn offered(&mut self, offer_id: u32, sdp: &str) -> bool {
        let wanted = self.unanswered == Some(offer_id);
        if wanted {
            self.offer = Some(sdp.into());
        }
        wanted
    }

    /// The server answered; true when it is the answer to the open offer. Servers that number nothing answer the
    /// newest.
    pub fn answer_came(&mut self, answer: &proto::SessionDescription) -> Option<u32> {
        let open = self.unanswered?;
        if answer.id != 0 && answer.id != open {
            return None;
        }
        self.answer = Some(answer.sdp.clone());
        Some(open)
    }

    /// The answer is in force; true when the open offer is done. A wish that waited becomes the next offer.
    pub fn answer_applied(&mut self, now: Millis, offer_id: u32, timers: &mut Timers) -> bool {
        self.answered = self.answered.max(offer_id);
        if self.unanswered != Some(offer_id) {
            return false;
        }
        self.unanswered = None;
        self.restart_ice = false;
        timers.stop(Timer::Answer);
        if std::mem::take(&mut self.again) {
            self.want(now, timers);
        }
        true
    }

    /// The newest offer whose answer is in force; 0 when none is.
    pub fn answered(&self) -> u32 {
        self.answered
    }

    /// Whether the publisher is in use, or is to be: the wish for its first offer may have been lost with a socket.
    pub fn uses_publisher(&self) -> bool {
        self.has_channels
    }

    /// Whether this is the offer that waits for its answer.
    pub fn is_current(&self, offer_id: u32) -> bool {
        self.unanswered == Some(offer_id)
    }

    /// Whether an offer waits for its answer.
    pub fn is_waiting(&self) -> bool {
        self.unanswered.is_some()
    }

    /// The server's offer for the subscriber.
    pub fn remote_offer_came(&mut self, offer: &proto::SessionDescription) {
        self.offer = Some(offer.sdp.clone());
    }

    /// The own answer to it.
    pub fn local_answer_made(&mut self, sdp: &str) {
        self.answer = Some(sdp.into());
    }

    /// A connection's state changed.
    pub fn state_changed(&mut self, target: Target, state: PeerState) {
        match target {
            Target::Publisher => {
                self.publisher = Some(state);
                self.retried &= state != PeerState::Connected;
            }
            Target::Subscriber => self.subscriber = Some(state),
        }
    }

    /// The state of the connection that decides.
    pub fn primary(&self) -> PeerState {
        let state = if self.dual && self.subscriber_primary { self.subscriber } else { self.publisher };
        state.unwrap_or(PeerState::New)
    }

    /// Whether the publisher is not the one that decides, and does not connect although it was answered.
    pub fn publisher_lags(&self) -> bool {
        self.dual && self.subscriber_primary && self.answered > 0 && self.publisher != Some(PeerState::Connected)
    }

    /// Takes the publisher's second chance; false when it had one.
    pub fn retry(&mut self) -> bool {
        !std::mem::replace(&mut self.retried, true)
    }

    /// Whether one of the connections that are in use has failed.
    pub fn has_failed(&self) -> bool {
        self.publisher == Some(PeerState::Failed) || self.subscriber == Some(PeerState::Failed)
    }

    /// The stream id that the transport gave a channel of the publisher.
    pub fn channel_has_id(&mut self, channel: Channel, id: u32) {
        let [lossy, reliable] = &mut self.channel_ids;
        let place = if channel == Channel::Lossy { lossy } else { reliable };
        *place = Some(id);
    }

    /// The publisher's channels for `sync_state`, as far as their ids are known.
    pub fn channel_infos(&self) -> Vec<proto::DataChannelInfo> {
        let target = proto::SignalTarget::Publisher as i32;
        let mut infos = Vec::new();
        for (label, id) in ["_lossy", "_reliable"].into_iter().zip(self.channel_ids) {
            infos.extend(id.map(|id| proto::DataChannelInfo { label: label.into(), id, target }));
        }
        infos
    }

    /// Offer and answer for `sync_state`: the publisher's, or with two connections the subscriber's.
    pub fn descriptions(&self) -> (Option<proto::SessionDescription>, Option<proto::SessionDescription>) {
        let describe = |kind: &str, sdp: &Option<String>| {
            sdp.as_ref().map(|sdp| proto::SessionDescription {
                r#type: kind.into(),
                sdp: sdp.clone(),
                ..Default::default()
            })
        };
        (describe("offer", &self.offer), describe("answer", &self.answer))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn answer(id: u32) -> proto::SessionDescription {
        proto::SessionDescription { r#type: "answer".into(), sdp: "a".into(), id, ..Default::default() }
    }

    #[test]
    fn wishes_within_the_debounce_become_one_offer() {
        let (mut negotiation, mut timers) = (Negotiation::default(), Timers::default());
        negotiation.open(false, true);
        negotiation.want(Millis(0), &mut timers);
        negotiation.want(Millis(15), &mut timers);
        assert_eq!(timers.next(), Some((Millis(DEBOUNCE_MS), Timer::Negotiate)));
        let offer = negotiation.next_offer(Millis(20), false, &mut timers).unwrap();
        assert_eq!(offer, NextOffer { offer_id: 1, ice_restart: false });
    }

    #[test]
    fn an_answer_to_another_offer_is_dropped() {
        let (mut negotiation, mut timers) = (Negotiation::default(), Timers::default());
        negotiation.open(false, true);
        negotiation.next_offer(Millis(0), false, &mut timers);
        negotiation.next_offer(Millis(1), true, &mut timers);
        assert_eq!(negotiation.answer_came(&answer(1)), None);
        assert_eq!(negotiation.answer_came(&answer(2)), Some(2));
    }

    #[test]
    fn a_wish_during_an_open_offer_waits_for_its_answer() {
        let (mut negotiation, mut timers) = (Negotiation::default(), Timers::default());
        negotiation.open(false, true);
        negotiation.next_offer(Millis(0), false, &mut timers);
        negotiation.want(Millis(1), &mut timers);
        assert_eq!(timers.get(Timer::Negotiate), None);
        assert!(negotiation.answer_applied(Millis(30), 1, &mut timers));
        assert_eq!(timers.next(), Some((Millis(30 + DEBOUNCE_MS), Timer::Negotiate)));
    }

    #[test]
    fn an_ice_restart_that_was_not_answered_stays_due() {
        let (mut negotiation, mut timers) = (Negotiation::default(), Timers::default());
        negotiation.open(false, true);
        negotiation.next_offer(Millis(0), true, &mut timers);
        assert!(negotiation.next_offer(Millis(1), false, &mut timers).unwrap().ice_restart);
        negotiation.answer_applied(Millis(2), 2, &mut timers);
        assert!(!negotiation.next_offer(Millis(3), false, &mut timers).unwrap().ice_restart);
    }

    #[test]
    fn with_two_connections_the_join_says_which_one_decides() {
        let mut negotiation = Negotiation::default();
        negotiation.open(true, false);
        negotiation.set_subscriber_primary(true);
        negotiation.state_changed(Target::Publisher, PeerState::Connected);
        assert_eq!(negotiation.primary(), PeerState::New);
        negotiation.state_changed(Target::Subscriber, PeerState::Connected);
        assert_eq!(negotiation.primary(), PeerState::Connected);
    }
}
