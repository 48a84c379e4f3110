//! What the server says, once it has said its first message: one arm for each kind of message.

use crate::engine::cause::Evidence;
use crate::engine::link::Hangup;
use crate::engine::room::event::{Event, Id};
use crate::engine::room::failure::Failure;
use crate::engine::room::session::Session;
use crate::engine::timers::Timer;
use crate::protocol::proto;
use crate::protocol::secret::Secret;
use crate::protocol::signal::Told;

/// The local quality may be LOST for this long.
const QUALITY_LOST_MS: u64 = 10_000;

impl Session {
    pub(super) fn handle_message(&mut self, message: Told) {
        match message {
            Told::Leave(leave) => self.handle_leave(leave),
            Told::PongResp(pong) => self.handle_pong(pong),
            Told::RefreshToken(token) => self.handle_token(token),
            Told::Answer(answer) => self.handle_answer(answer),
            Told::Offer(offer) => self.handle_remote_offer(offer),
            Told::Trickle(trickle) => self.handle_trickle(trickle),
            Told::MediaSectionsRequirement(sections) => self.handle_media_sections(sections),
            Told::TrackPublished(published) => self.handle_track_published(published),
            Told::TrackUnpublished(unpublished) => self.handle_track_unpublished(&unpublished.track_sid),
            Told::Mute(mute) => {
                if self.publications.by_sid(&mute.sid).is_some() {
                    self.emit(Event::LocalTrackMuteRequested { sid: Id::from(mute.sid), muted: mute.muted });
                }
            }
            Told::TrackSubscribed(subscribed) => {
                self.emit(Event::LocalTrackSubscribed { sid: Id::from(subscribed.track_sid) });
            }
            Told::SubscribedQualityUpdate(update) => self.emit(Event::SubscribedQuality(Box::new(update))),
            Told::RequestResponse(response) => self.handle_request_response(&response),
            Told::Update(update) => self.handle_participants(update.participants),
            Told::SpeakersChanged(changed) => {
                let events = self.roster.speakers_changed(self.now, &changed.speakers);
                self.tell(events);
            }
            Told::RoomUpdate(update) => {
                let events = update.room.map(|room| self.roster.update_room(room)).unwrap_or_default();
                self.tell(events);
            }
            Told::ConnectionQuality(update) => {
                self.watch_own_quality(&update);
                let events = self.roster.update_quality(&update.updates);
                self.tell(events);
            }
            Told::StreamStateUpdate(update) => {
                let events = self.roster.update_streams(&update.stream_states);
                self.tell(events);
            }
            Told::SubscriptionPermissionUpdate(update) => {
                let events = self.roster.update_subscription_permission(&update);
                self.tell(events);
            }
            Told::SubscriptionResponse(response) => {
                let events = self.roster.subscription_failed(&response);
                self.tell(events);
            }
            Told::RoomMoved(moved) => self.handle_room_moved(moved),
            // A second join or reconnect on a live socket says nothing new; the legacy pong has no timestamp of ours.
            Told::Join(_) | Told::Reconnect(_) | Told::Pong(_) => {}
        }
    }

    /// Final, or a reconnect of one kind or the other: during an attempt it fails the attempt.
    pub(super) fn handle_leave(&mut self, leave: proto::LeaveRequest) {
        self.take_reported_regions(&leave);
        let duplicate = leave.reason == proto::DisconnectReason::DuplicateIdentity as i32;
        let evidence = match duplicate && self.link.take_ghost(self.now) {
            true => Evidence::Ghost,
            false => Evidence::Leave(&leave),
        };
        if self.purpose().is_some() {
            let failure = Failure::of_leave(self.now, leave.reason, evidence, &self.surroundings);
            return self.attempt_failed(failure, Hangup::ServerAsked);
        }
        self.lost_by(evidence, proto::ReconnectReason::RrUnknown, Hangup::ServerAsked);
    }

    fn handle_token(&mut self, token: Secret) {
        if !token.is_empty() {
            self.token = token;
            self.emit(Event::TokenRefreshed);
        }
    }

    fn handle_room_moved(&mut self, moved: proto::RoomMovedResponse) {
        self.handle_token(moved.token.clone());
        if let (Some(joined), Some(own)) = (&mut self.joined, &moved.participant) {
            joined.participant_sid = own.sid.clone();
        }
        let events = self.roster.moved(moved);
        self.tell(events);
    }

    fn handle_participants(&mut self, participants: Vec<proto::ParticipantInfo>) {
        if !self.publications.is_empty() {
            let own = self.roster.local().map(|local| local.identity.clone());
            for info in participants.iter().filter(|info| own.as_deref() == Some(info.identity.as_str())) {
                self.adopt_tracks(&info.tracks);
            }
        }
        let events = self.roster.update_participants(participants);
        self.tell(events);
        self.correct_mutes();
        self.settle_shown_requests();
    }

    fn watch_own_quality(&mut self, update: &proto::ConnectionQualityUpdate) {
        let Some(own) = self.joined.as_ref().map(|joined| joined.participant_sid.as_str()) else { return };
        let Some(quality) = update.updates.iter().find(|info| info.participant_sid == own) else { return };
        if quality.quality != proto::ConnectionQuality::Lost as i32 {
            self.timers.stop(Timer::QualityLost);
        } else if self.timers.get(Timer::QualityLost).is_none() {
            self.timers.set(Timer::QualityLost, self.now.after(QUALITY_LOST_MS));
        }
    }
}
