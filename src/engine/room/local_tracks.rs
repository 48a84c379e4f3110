//! Local tracks on their way to the server: asked for, offered, announced, muted, taken back. How far each one is
//! stands in [`crate::engine::room::publications`]; senders and media are the host's.

use crate::engine::error::{Code, Error};
use crate::engine::peer::PeerAction;
use crate::engine::room::command::{CallId, PublishTrack, Reply};
use crate::engine::room::event::Event;
use crate::engine::room::joining::{Purpose, Stage};
use crate::engine::room::publications::Ready;
use crate::engine::room::session::Session;
use crate::engine::room::signal_queue::Request;
use crate::protocol::proto;
use crate::protocol::signal::Ask;
use crate::protocol::text::text;

impl Session {
    pub(super) fn publish_track(&mut self, call: CallId, track: PublishTrack) {
        if !self.capabilities.rtc {
            let error = Error::new(Code::Unsupported, "this host has no WebRTC: tracks cannot be published");
            return self.settle(call, Err(error));
        }
        let permission = self.roster.local().and_then(|local| local.info.permission.as_ref());
        if permission.is_some_and(|permission| !permission.can_publish) {
            let error = Error::new(Code::PublishTrack, "the token does not allow publishing").with_status(403);
            return self.settle(call, Err(error));
        }
        let source = track.request.source;
        let sources = permission.map(|permission| permission.can_publish_sources.as_slice()).unwrap_or_default();
        if !sources.is_empty() && !sources.contains(&source) {
            let error = Error::new(Code::PublishTrack, "the token does not allow publishing from this source");
            return self.settle(call, Err(error.with_status(403)));
        }
        match self.publications.add(call, track.request) {
            Ok(()) => self.publish_waiting(),
            Err(error) => self.settle(call, Err(error)),
        }
    }

    /// Sends the `add_track`s that have not gone out in this session. A new session takes them before its transport
    /// is connected; a resumed one only after the resume.
    pub(super) fn publish_waiting(&mut self) {
        if !matches!(self.stage, Stage::Live | Stage::Transport(Purpose::Join | Purpose::Rejoin)) {
            return;
        }
        let fast = self.joined.as_ref().is_some_and(|joined| joined.publishes_fast);
        while let Some(request) = self.publications.next_to_ask(self.now, false) {
            let cid = request.cid.clone();
            self.send(Ask::AddTrack(request));
            if fast {
                self.add_sender(cid);
            }
        }
    }

    /// An offer is about to be sent. A server that has not been asked for what an offer carries takes it for another track.
    pub(super) fn ask_for_carried(&mut self) {
        while let Some(request) = self.publications.next_to_ask(self.now, true) {
            self.send(Ask::AddTrack(request));
        }
    }

    fn add_sender(&mut self, cid: String) {
        if self.publications.get(&cid).is_some_and(|track| track.has_sender()) {
            return;
        }
        let offer_id = self.negotiation.next_offer_id();
        self.publications.sender_rides_in(&cid, offer_id);
        self.use_publisher();
        self.peer(PeerAction::AddSender { cid });
        self.negotiate();
    }

    pub(super) fn handle_track_published(&mut self, published: proto::TrackPublishedResponse) {
        let proto::TrackPublishedResponse { cid, track: Some(info) } = published else { return };
        if self.publications.known(&cid, info) {
            self.add_sender(cid);
            self.tell_published();
        }
    }

    /// What the server says of the own participant, where it concerns local tracks: one whose announcement went down
    /// with a socket, and mute states that are not ours.
    pub(super) fn adopt_tracks(&mut self, tracks: &[proto::TrackInfo]) {
        for track in tracks {
            if let Some(cid) = self.publications.adopt(track) {
                self.add_sender(cid);
            }
        }
        self.tell_published();
    }

    pub(super) fn correct_mutes(&mut self) {
        for (sid, _) in self.roster.take_mute_corrections() {
            if let Some(cid) = self.publications.by_sid(&sid).map(|track| track.cid().to_owned()) {
                self.ask(Request::Mute { cid });
            }
        }
    }

    /// The app mutes or unmutes a local track.
    pub(super) fn mute(&mut self, cid: String, muted: bool) -> Result<(), Error> {
        if !self.publications.mute(&cid, muted) {
            return Err(Error::new(Code::UnexpectedState, "no track is published under this client id"));
        }
        if let Some(sid) = self.publications.get(&cid).and_then(|track| track.announced_sid()) {
            let events = self.roster.mute_local(&sid, muted);
            self.tell(events);
        }
        self.ask(Request::Mute { cid });
        Ok(())
    }

    /// Tracks that are published and negotiated by now: their calls are done and the app is told.
    pub(super) fn tell_published(&mut self) {
        for ready in self.publications.take_ready(self.negotiation.answered()) {
            let Ready { cid, info, muted, republished, call } = ready;
            let mut shown = (*info).clone();
            shown.muted = muted;
            let sid = self.roster.publish_local(shown, republished.as_deref());
            if republished.as_deref().is_some_and(|before| self.publications.renamed(before, &sid)) {
                self.ask(Request::Permissions);
            }
            self.emit(Event::LocalTrackPublished { cid: cid.clone(), sid, republished });
            if let Some(call) = call {
                self.settle(call, Ok(Reply::Published(info.clone())));
            }
            // Muted or unmuted since it was asked for.
            if info.muted != muted {
                self.ask(Request::Mute { cid });
            }
        }
    }

    /// The server took a track away.
    pub(super) fn handle_track_unpublished(&mut self, sid: &str) {
        let Some(cid) = self.publications.by_sid(sid).map(|track| track.cid().to_owned()) else { return };
        self.unpublish(&cid, Error::new(Code::PublishTrack, "the server unpublished the track"));
    }

    pub(super) fn handle_add_track_timeouts(&mut self) {
        if self.publications.prolong(self.now, self.liveness.reached()) {
            self.suspect_way_up("a track is not announced");
        }
        for cid in self.publications.expired(self.now) {
            self.publish_failed(&cid, Error::new(Code::Timeout, "the server did not announce the track in time"));
        }
        self.publish_waiting();
    }

    /// A track cannot be published: its call fails, and no trace of it is left.
    pub(super) fn publish_failed(&mut self, cid: &str, error: Error) {
        self.log(log::Level::Debug, text!("a track was not published: ", error.message));
        self.unpublish(cid, error);
    }

    pub(super) fn unpublish(&mut self, cid: &str, error: Error) {
        let Some((track, call)) = self.publications.remove(cid) else { return };
        self.queue.forget(&Request::Mute { cid: cid.into() });
        self.queue.forget(&Request::AudioTrack { cid: cid.into(), features: Vec::new() });
        if track.has_sender() {
            self.peer(PeerAction::RemoveSender { cid: cid.into() });
            self.negotiate();
        }
        if let Some(call) = call {
            self.settle(call, Err(error));
        }
        if let Some(publication) = track.announced_sid().and_then(|sid| self.roster.unpublish_local(&sid)) {
            self.emit(Event::LocalTrackUnpublished { cid: cid.into(), publication: Box::new(publication) });
        }
    }
}
