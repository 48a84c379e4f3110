//! What the session holds of the room, and what it tells the server of it: roster, data and the state that a resumed
//! or new session has to be told.

use crate::engine::error::{Code, Error};
use crate::engine::peer::{Channel, PeerAction};
use crate::engine::room::command::{CallId, DataMessage, Reply};
use crate::engine::room::data_channels::{Outgoing, Received};
use crate::engine::room::event::{Event, Id};
use crate::engine::room::roster::Publication;
use crate::engine::room::session::Session;
use crate::protocol::proto;
use crate::protocol::signal::Ask;

impl Session {
    /// Tells the app what changed.
    pub(super) fn tell(&mut self, events: Vec<Event>) {
        for event in events {
            self.emit(event);
        }
    }

    /// Tells the app of media, and the server of media that nobody wants.
    pub(super) fn tell_of_media(&mut self, events: Vec<Event>) {
        self.tell(events);
        let unwanted = self.roster.unwanted_media();
        if !unwanted.is_empty() {
            self.send(self.subscription(unwanted, false));
        }
    }

    fn remote_publication(&self, sid: &str) -> Option<&Publication> {
        self.roster.remote().find_map(|participant| participant.publication(sid))
    }

    pub(super) fn subscription(&self, track_sids: Vec<String>, subscribe: bool) -> Ask {
        Ask::Subscription(proto::UpdateSubscription { track_sids, subscribe, participant_tracks: Vec::new() })
    }

    /// What is wanted of a remote track, as it is now; `None` when the track is gone.
    pub(super) fn track_settings(&self, sid: &str) -> Option<Ask> {
        self.remote_publication(sid).and_then(settings_message)
    }

    /// A new session knows nothing of who may have the local tracks, nor of what was wanted of its remote ones.
    pub(super) fn tell_wishes(&mut self) {
        if let Some(restriction) = self.publications.restriction() {
            self.send(Ask::SubscriptionPermission(restriction));
        }
        let exceptions = self.roster.subscription_exceptions();
        if !exceptions.is_empty() {
            self.send(self.subscription(exceptions, !self.options.auto_subscribe));
        }
        let mut settings = Vec::new();
        for participant in self.roster.remote() {
            for publication in &participant.publications {
                settings.extend(settings_message(publication));
            }
        }
        for message in settings {
            self.send(message);
        }
    }

    /// Tells a resumed session what this client holds to be the case.
    pub(super) fn send_sync_state(&mut self) {
        let (offer, answer) = self.negotiation.descriptions();
        let mut publish_tracks = Vec::new();
        for track in self.publications.iter() {
            if let Some(info) = track.info().cloned() {
                publish_tracks.push(proto::TrackPublishedResponse { cid: track.cid().into(), track: Some(info) });
            }
        }
        let sync = proto::SyncState {
            answer,
            offer,
            subscription: Some(proto::UpdateSubscription {
                track_sids: self.roster.subscription_exceptions(),
                subscribe: !self.options.auto_subscribe,
                participant_tracks: Vec::new(),
            }),
            publish_tracks,
            data_channels: self.negotiation.channel_infos(),
            track_sids_disabled: self.roster.disabled_tracks(),
            datachannel_receive_states: self.data.receive_states(self.now),
        };
        self.send(Ask::SyncState(sync));
    }

    pub(super) fn publish_data(&mut self, call: CallId, message: DataMessage) {
        if !self.capabilities.rtc {
            let error = Error::new(Code::Unsupported, "this host has no WebRTC: there are no data channels");
            return self.settle(call, Err(error));
        }
        let identity = self.roster.local().map(|local| local.identity.clone()).unwrap_or_else(|| Id::from(""));
        match self.data.publish(call, message, &identity) {
            Ok(()) => self.pump_data(),
            Err(error) => self.settle(call, Err(error)),
        }
    }

    /// Sends what can be sent.
    pub(super) fn pump_data(&mut self) {
        while let Some(outgoing) = self.data.poll(self.now) {
            match outgoing {
                Outgoing::Send(channel, bytes) => self.peer(PeerAction::Send { channel, bytes }),
                Outgoing::Settled(call) => self.settle(call, Ok(Reply::Done)),
            }
        }
        if self.is_live() && self.data.wants_channels() {
            self.use_publisher();
        }
    }

    pub(super) fn handle_data(&mut self, channel: Channel, bytes: &[u8]) {
        match self.data.receive(self.now, channel, bytes) {
            Received::Event(event) => self.emit(event),
            Received::Speakers(speakers) => {
                let events = self.roster.speakers_changed(self.now, &speakers);
                self.tell(events);
            }
            Received::Nothing => {}
            Received::Garbled => self.log(log::Level::Debug, "a data packet could not be read"),
        }
    }
}

fn settings_message(publication: &Publication) -> Option<Ask> {
    let settings = publication.settings.as_ref()?;
    Some(Ask::TrackSetting(proto::UpdateTrackSettings {
        track_sids: vec![publication.sid.to_string()],
        disabled: settings.disabled,
        quality: settings.quality,
        width: settings.width,
        height: settings.height,
        fps: settings.fps,
        ..Default::default()
    }))
}
