//! The media transport: offers, answers, candidates, senders, its states, and what arrives on it.

use crate::engine::cause::Evidence;
use crate::engine::error::{Code, Error};
use crate::engine::link::Hangup;
use crate::engine::peer::{Channel, PeerAction, PeerEvent, PeerState, Step, Target};
use crate::engine::room::event::Event;
use crate::engine::room::failure::Failure;
use crate::engine::room::joining::{Purpose, Stage};
use crate::engine::room::session::Session;
use crate::engine::time::Millis;
use crate::engine::timers::Timer;
use crate::protocol::proto;
use crate::protocol::signal::Ask;
use crate::protocol::text::text;

/// What was sent while a transport had no peer is sent again by it, ever later: it has arrived when that peer has been back
/// for so long.
const MENDED_MS: u64 = 15_000;

impl Session {
    pub(super) fn handle_peer(&mut self, event: PeerEvent<'_>) {
        match event {
            PeerEvent::Offer { offer_id, sdp } => self.handle_own_offer(offer_id, sdp),
            PeerEvent::LocalAnswer { offer_id, sdp } => {
                self.negotiation.local_answer_made(&sdp);
                self.send(Ask::Answer(description("answer", sdp, offer_id)));
            }
            PeerEvent::AnswerApplied { offer_id, max_message_bytes } => {
                if let Some(bytes) = max_message_bytes {
                    self.data.set_largest(bytes);
                }
                if self.negotiation.answer_applied(self.now, offer_id, &mut self.timers) {
                    self.tell_published();
                    self.emit(Event::Answered);
                    self.publish_waiting();
                    self.finish_resume_when_verified();
                    self.watch_publisher();
                }
            }
            PeerEvent::Failed { step, message } => self.handle_peer_failure(step, message),
            PeerEvent::Candidate { target, candidate_init } => {
                let target = signal_target(target) as i32;
                self.send(Ask::Trickle(proto::TrickleRequest { candidate_init, target, ..Default::default() }));
            }
            PeerEvent::State { target, state } => self.handle_peer_state(target, state),
            PeerEvent::ChannelOpen(channel) => {
                self.data.opened(channel);
                self.pump_data();
            }
            PeerEvent::ChannelClosed(Channel::Reliable) if self.farewell.is_some() => self.leave(),
            PeerEvent::ChannelClosed(channel) => {
                self.data.closed(channel);
                self.log(log::Level::Debug, "a data channel closed without being asked to");
            }
            PeerEvent::ChannelId { channel, id } => self.negotiation.channel_has_id(channel, id),
            PeerEvent::ChannelBuffered { channel, bytes } => {
                if let Some(event) = self.data.buffered(channel, bytes) {
                    self.tell(vec![event]);
                }
                self.pump_data();
            }
            PeerEvent::Data { channel, bytes } => self.handle_data(channel, bytes),
            PeerEvent::SenderAdded { .. } => {}
            PeerEvent::Track { mid, stream_id, track_id, media } => {
                let events = self.roster.media_arrived(mid, stream_id, track_id, media);
                self.tell_of_media(events);
                self.watch_media();
            }
            PeerEvent::TrackEnded { media } => {
                let events = self.roster.media_ended(media);
                self.tell(events);
            }
            PeerEvent::Stats { bytes_received } => self.note_media(bytes_received),
        }
    }

    /// Makes an offer now, if there is a peer.
    pub(super) fn make_offer(&mut self, ice_restart: bool) {
        if let Some(offer) = self.negotiation.next_offer(self.now, ice_restart, &mut self.timers) {
            let (offer_id, ice_restart) = (offer.offer_id, offer.ice_restart);
            self.peer(PeerAction::Offer { offer_id, ice_restart, hold: false });
        }
    }

    /// Wants an offer soon.
    pub(super) fn negotiate(&mut self) {
        if matches!(self.stage, Stage::Live | Stage::Transport(_)) {
            self.negotiation.want(self.now, &mut self.timers);
        }
    }

    /// With two connections the publisher comes up when it is first needed.
    pub(super) fn use_publisher(&mut self) {
        if self.negotiation.take_missing_channels() {
            self.peer(PeerAction::AddChannels);
            self.negotiate();
        }
    }

    fn handle_own_offer(&mut self, offer_id: u32, sdp: String) {
        if !self.negotiation.offered(offer_id, &sdp) {
            return;
        }
        let offer = description("offer", sdp, offer_id);
        match self.stage {
            Stage::Offering(purpose) => {
                self.timers.stop(Timer::Answer);
                self.dial(purpose, Some(offer));
            }
            _ => {
                self.ask_for_carried();
                self.send(Ask::Offer(offer));
            }
        }
    }

    pub(super) fn handle_answer(&mut self, answer: proto::SessionDescription) {
        if let Some(offer_id) = self.negotiation.answer_came(&answer) {
            // With two connections the publisher's answer has nothing to say about what arrives.
            if !self.negotiation.is_dual() {
                let events = self.roster.map_mids(answer.mid_to_track_id);
                self.tell_of_media(events);
            }
            self.peer(PeerAction::Answer { offer_id, sdp: answer.sdp });
        }
    }

    pub(super) fn handle_remote_offer(&mut self, offer: proto::SessionDescription) {
        if self.negotiation.is_dual() {
            self.negotiation.remote_offer_came(&offer);
            let events = self.roster.map_mids(offer.mid_to_track_id);
            self.tell_of_media(events);
            self.peer(PeerAction::RemoteOffer { offer_id: offer.id, sdp: offer.sdp });
        }
    }

    pub(super) fn handle_trickle(&mut self, trickle: proto::TrickleRequest) {
        let dual_subscriber = trickle.target == proto::SignalTarget::Subscriber as i32 && self.negotiation.is_dual();
        let target = if dual_subscriber { Target::Subscriber } else { Target::Publisher };
        if !trickle.candidate_init.is_empty() {
            self.peer(PeerAction::Candidate { target, candidate_init: trickle.candidate_init });
        }
    }

    pub(super) fn handle_media_sections(&mut self, sections: proto::MediaSectionsRequirement) {
        self.peer(PeerAction::AddSections { audios: sections.num_audios, videos: sections.num_videos });
        self.negotiate();
    }

    /// An offer stayed unanswered.
    pub(super) fn handle_no_answer(&mut self) {
        self.negotiation_failed("the server did not answer an offer in time".into());
    }

    fn handle_peer_failure(&mut self, step: Step, message: String) {
        match step {
            Step::AddSender { cid } => {
                let message = text!("the track could not be added to the connection: ", message);
                self.publish_failed(&cid, Error::new(Code::PublishTrack, message));
            }
            Step::Send { channel } => {
                self.log(log::Level::Debug, text!("a data channel did not take a message: ", message));
                self.data.send_failed(channel);
            }
            Step::Offer { offer_id } | Step::Answer { offer_id } if !self.negotiation.is_current(offer_id) => {}
            // What is configured is the way to the server: whether it matters, the transport will show.
            Step::Configure => self.log(log::Level::Warn, text!("ICE servers could not be set: ", message)),
            Step::Open | Step::Offer { .. } | Step::Answer { .. } | Step::RemoteOffer { .. } => {
                self.negotiation_failed(message);
            }
        }
    }

    /// Nothing less than a new transport mends this.
    fn negotiation_failed(&mut self, message: String) {
        let error = Error::new(Code::Negotiation, text!("negotiation failed: ", message));
        self.log(log::Level::Debug, error.message.clone());
        if self.purpose().is_some() {
            return self.attempt_failed(Failure::refused(error), Hangup::Transport);
        }
        self.lost_by(Evidence::SessionLost, proto::ReconnectReason::RrPublisherFailed, Hangup::FullReconnect);
    }

    fn handle_peer_state(&mut self, target: Target, state: PeerState) {
        self.negotiation.state_changed(target, state);
        match state {
            PeerState::Disconnected | PeerState::Failed => {
                self.transport_lost = Some((self.transport_blind().unwrap_or(self.now), None));
            }
            PeerState::Connected => {
                let now = self.now;
                self.transport_lost = self.transport_blind().map(|at| (at, Some(now)));
            }
            _ => {}
        }
        match (state, &self.stage) {
            (PeerState::Connected, Stage::Transport(Purpose::Resume)) => self.finish_resume_when_verified(),
            (PeerState::Connected, Stage::Transport(purpose)) => {
                let purpose = *purpose;
                if self.is_transport_connected() {
                    self.attempt_succeeded(purpose);
                }
            }
            (PeerState::Failed, Stage::Transport(_)) => {
                self.emit(Event::MediaConnectionStateFailed);
                let error = Error::new(Code::InternalError, "the media transport could not be established");
                self.attempt_failed(Failure::refused(error), Hangup::Transport);
            }
            (PeerState::Failed, Stage::Live) => {
                self.emit(Event::MediaConnectionStateFailed);
                let reason = match target {
                    Target::Publisher => proto::ReconnectReason::RrPublisherFailed,
                    Target::Subscriber => proto::ReconnectReason::RrSubscriberFailed,
                };
                self.lost_by(Evidence::TransportFailed, reason, Hangup::Transport);
            }
            (PeerState::Failed, Stage::Waiting) => self.escalate(),
            // The path may be gone for signalling too.
            (PeerState::Disconnected, Stage::Live) => self.suspect("the media transport lost its peer"),
            _ => {}
        }
    }

    /// Since when the transport is known to have had no peer; also for a while after it has one again.
    pub(super) fn transport_blind(&self) -> Option<Millis> {
        let (at, back) = self.transport_lost?;
        back.is_none_or(|back| self.now.since(back) < MENDED_MS).then_some(at)
    }

    /// A publisher that does not decide connects when it is first needed: nothing else waits for it.
    pub(super) fn watch_publisher(&mut self) {
        if self.is_live() && self.negotiation.publisher_lags() && self.timers.get(Timer::Transport).is_none() {
            self.timers.set(Timer::Transport, self.now.after(self.options.peer_connection_timeout_ms));
        }
    }

    /// What is published stays here: other candidates may do, else a new transport.
    pub(super) fn handle_publisher_timeout(&mut self) {
        if !self.negotiation.publisher_lags() {
            return;
        }
        if self.negotiation.retry() {
            self.log(log::Level::Debug, "the publisher does not connect: ICE is restarted");
            return self.make_offer(true);
        }
        self.negotiation_failed("the publisher did not connect in time".into());
    }

    /// The local quality stayed LOST: the server does not get our media, whatever the transport says.
    pub(super) fn handle_quality_lost(&mut self) {
        if matches!(self.stage, Stage::Live) && self.publications.iter().next().is_some() {
            self.lost_by(Evidence::SessionLost, proto::ReconnectReason::RrPublisherFailed, Hangup::FullReconnect);
        }
    }
}

fn description(kind: &str, sdp: String, id: u32) -> proto::SessionDescription {
    proto::SessionDescription { r#type: kind.into(), sdp, id, ..Default::default() }
}

fn signal_target(target: Target) -> proto::SignalTarget {
    match target {
        Target::Publisher => proto::SignalTarget::Publisher,
        Target::Subscriber => proto::SignalTarget::Subscriber,
    }
}
