//! Who is in the room and what they publish. Read by everybody, written by the session only.
//!
//! Every change returns the events that tell of it. A participant is known by its identity for as long as it stays in
//! the room: a full reconnect, its own or ours, gives it a new sid and perhaps new publications, not a new life. Here
//! are the facts and what the server says about single ones; `roster/participants.rs` applies lists of participants
//! (join, update, move), `roster/changes.rs` compares one with what is known of it, `roster/media.rs` finds the publication of a media track.

mod changes;
mod media;
mod participants;

use std::rc::Rc;

use crate::engine::map::Map;
use crate::engine::peer::MediaHandle;
use crate::engine::room::command::TrackSettings;
use crate::engine::room::event::{Event, Id};
use crate::engine::time::Millis;
use crate::protocol::proto;
use media::Arrivals;

/// A track somebody publishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    /// Its sid.
    pub sid: Id,
    /// As the server tells it. Mute state included.
    pub info: Rc<proto::TrackInfo>,
    /// Whether this client wants it (remote only).
    pub desired: bool,
    /// What is wanted of it, when the app has said so (remote only).
    pub settings: Option<Box<TrackSettings>>,
    /// Whether its publisher allows the subscription.
    pub allowed: bool,
    /// Whether the server paused its stream.
    pub paused: bool,
    /// Its media, when subscribed (remote only).
    pub media: Option<MediaHandle>,
    /// The media is that of a transport that is gone, and its successor has not arrived yet.
    pub media_stale: bool,
}

impl Publication {
    fn new(info: proto::TrackInfo, desired: bool) -> Self {
        let (sid, info) = (Id::from(info.sid.as_str()), Rc::new(info));
        Self { sid, info, desired, settings: None, allowed: true, paused: false, media: None, media_stale: false }
    }

    /// Whether media that arrives is not what the app wants; with `everything` the server gives it unasked.
    fn turns_away(&self, everything: bool) -> bool {
        everything && !self.desired && self.media.is_none()
    }
}

/// A participant, the local one included.
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    /// Its identity.
    pub identity: Id,
    /// As the server tells it; `tracks` is emptied, see `publications`.
    pub info: Box<proto::ParticipantInfo>,
    /// In the order in which they became known.
    pub publications: Vec<Publication>,
    /// `ConnectionQuality`; `None` before the server told it.
    pub quality: Option<i32>,
    /// Is an active speaker.
    pub speaking: bool,
    /// 0 to 1.
    pub audio_level: f32,
    /// When it spoke last, host time (for `lastSpokeAt`).
    pub last_spoke_at: Option<Millis>,
}

impl Participant {
    /// Its sid in the current session.
    pub fn sid(&self) -> &str {
        &self.info.sid
    }

    /// A publication by its sid.
    pub fn publication(&self, sid: &str) -> Option<&Publication> {
        self.publications.iter().find(|publication| &*publication.sid == sid)
    }

    fn publication_mut(&mut self, sid: &str) -> Option<&mut Publication> {
        self.publications.iter_mut().find(|publication| &*publication.sid == sid)
    }
}

/// The room's state.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    room: Option<Rc<proto::Room>>,
    local: Option<Participant>,
    remote: Map<Id, Participant>,
    /// Identities by sid, the local one not included.
    by_sid: Map<Id, Id>,
    speakers: Vec<Id>,
    /// Those of them who spoke before a resume and were not told of since.
    doubted: Vec<Id>,
    auto_subscribe: bool,
    /// A session was joined and not left for good: its next join is a full reconnect.
    joined: bool,
    /// Identities that were there before the room moved to another node, and have not been seen on it yet.
    awaited: Vec<Id>,
    arrivals: Arrivals,
    mute_corrections: Vec<(Id, bool)>,
    past: Option<Box<Past>>,
}

/// What was known when the last session ended, for whoever still holds a part of it; until the next join.
#[derive(Clone, Debug)]
struct Past {
    room: Option<Rc<proto::Room>>,
    local: Option<Participant>,
    remote: Map<Id, Participant>,
}

/// Reading.
impl Roster {
    /// The room as the server tells it, or last told it; `None` before the first join.
    pub fn room(&self) -> Option<&Rc<proto::Room>> {
        self.room.as_ref().or_else(|| self.past.as_ref()?.room.as_ref())
    }

    /// Who is there or was there at the end of the session; "" is the local participant.
    pub fn known(&self, identity: &str) -> Option<&Participant> {
        let here = if identity.is_empty() { self.local() } else { self.participant(identity) };
        here.or_else(|| self.past.as_ref()?.remote.get(identity))
    }

    /// What is published or was published at the end of the session.
    pub fn known_publication(&self, identity: &str, sid: &str) -> Option<&Publication> {
        let here = self.known(identity).and_then(|participant| participant.publication(sid));
        here.or_else(|| self.past.as_ref()?.local.as_ref().filter(|_| identity.is_empty())?.publication(sid))
    }

    /// The local participant; `None` before the first join.
    pub fn local(&self) -> Option<&Participant> {
        self.local.as_ref()
    }

    /// Remote participants by identity.
    pub fn remote(&self) -> impl Iterator<Item = &Participant> {
        self.remote.values()
    }

    /// Who is there besides the local participant.
    fn identities(&self) -> Vec<Id> {
        let mut identities = Vec::new();
        for identity in self.remote.keys() {
            identities.push(identity.clone());
        }
        identities
    }

    /// How many there are.
    pub fn remote_len(&self) -> usize {
        self.remote.len()
    }

    /// By identity, the local one included.
    pub fn participant(&self, identity: &str) -> Option<&Participant> {
        match &self.local {
            Some(local) if &*local.identity == identity => Some(local),
            _ => self.remote.get(identity),
        }
    }

    /// Identities of who speaks, loudest first.
    pub fn active_speakers(&self) -> &[Id] {
        &self.speakers
    }

    /// Sids of remote publications that are wanted although nothing is subscribed by itself, or the other way round.
    /// A new or resumed session has to be told of them.
    pub fn subscription_exceptions(&self) -> Vec<String> {
        self.remote_sids(|publication| publication.desired != self.auto_subscribe)
    }

    /// Sids of remote publications that the app disabled.
    pub fn disabled_tracks(&self) -> Vec<String> {
        self.remote_sids(|publication| publication.settings.as_ref().is_some_and(|settings| settings.disabled))
    }

    /// Whether media ought to be flowing in: something is subscribed that is neither muted nor paused nor disabled (as
    /// pictures that nobody sees).
    pub fn expects_media(&self) -> bool {
        let flows = |publication: &Publication| {
            let disabled = publication.settings.as_ref().is_some_and(|settings| settings.disabled);
            let held_back = publication.info.muted || publication.paused || disabled;
            publication.media.is_some() && !publication.media_stale && !held_back
        };
        self.remote.values().any(|participant| participant.publications.iter().any(flows))
    }

    fn remote_sids(&self, picked: impl Fn(&Publication) -> bool) -> Vec<String> {
        let mut sids = Vec::new();
        for participant in self.remote.values() {
            for publication in &participant.publications {
                if picked(publication) {
                    sids.push(publication.sid.to_string());
                }
            }
        }
        sids
    }
}

/// What the server says about single facts.
impl Roster {
    /// `RoomUpdate`.
    pub fn update_room(&mut self, room: proto::Room) -> Vec<Event> {
        let mut events = Vec::new();
        self.apply_room(room, &mut events);
        events
    }

    /// `SpeakersChanged`: what changed.
    pub fn speakers_changed(&mut self, now: Millis, speakers: &[proto::SpeakerInfo]) -> Vec<Event> {
        let mut events = Vec::new();
        for speaker in speakers {
            let Some(participant) = self.by_sid_mut(&speaker.sid) else { continue };
            participant.audio_level = speaker.level;
            let identity = participant.identity.clone();
            if speaker.active {
                participant.last_spoke_at = Some(now);
            }
            if participant.speaking != speaker.active {
                participant.speaking = speaker.active;
                events.push(Event::SpeakingChanged { identity: identity.clone(), speaking: speaker.active });
            }
            self.doubted.retain(|other| *other != identity);
            self.speakers.retain(|other| *other != identity);
            if speaker.active {
                self.speakers.push(identity);
            }
        }
        // Inserted one by one: they are few, and a sort is several KB of code.
        for identity in std::mem::take(&mut self.speakers) {
            let level = |identity: &Id| self.participant(identity).map_or(0.0, |participant| participant.audio_level);
            let own = level(&identity);
            let place = self.speakers.partition_point(|other| level(other) >= own);
            self.speakers.insert(place, identity);
        }
        events.push(Event::ActiveSpeakersChanged);
        events
    }

    /// `ConnectionQualityUpdate`.
    pub fn update_quality(&mut self, updates: &[proto::ConnectionQualityInfo]) -> Vec<Event> {
        let mut events = Vec::new();
        for update in updates {
            let Some(participant) = self.by_sid_mut(&update.participant_sid) else { continue };
            if participant.quality.replace(update.quality) != Some(update.quality) {
                events.push(Event::ConnectionQualityChanged { identity: participant.identity.clone() });
            }
        }
        events
    }

    /// `StreamStateUpdate`.
    pub fn update_streams(&mut self, streams: &[proto::StreamStateInfo]) -> Vec<Event> {
        let mut events = Vec::new();
        for stream in streams {
            let paused = stream.state == proto::StreamState::Paused as i32;
            let Some(participant) = self.by_sid_mut(&stream.participant_sid) else { continue };
            let identity = participant.identity.clone();
            let Some(publication) = participant.publication_mut(&stream.track_sid) else { continue };
            if publication.paused != paused {
                publication.paused = paused;
                events.push(Event::TrackStreamStateChanged { identity, sid: publication.sid.clone(), paused });
            }
        }
        events
    }

    /// `SubscriptionPermissionUpdate`.
    pub fn update_subscription_permission(&mut self, update: &proto::SubscriptionPermissionUpdate) -> Vec<Event> {
        let allowed = update.allowed;
        let Some(participant) = self.by_sid_mut(&update.participant_sid) else { return Vec::new() };
        let identity = participant.identity.clone();
        match participant.publication_mut(&update.track_sid) {
            Some(publication) if publication.allowed != allowed => {
                publication.allowed = allowed;
                let sid = publication.sid.clone();
                let mut events = self.follow_wishes();
                events.push(Event::TrackSubscriptionPermissionChanged { identity, sid, allowed });
                events
            }
            _ => Vec::new(),
        }
    }

    /// `SubscriptionResponse`: a subscription failed.
    pub fn subscription_failed(&mut self, response: &proto::SubscriptionResponse) -> Vec<Event> {
        let found = self.remote.values().find_map(|participant| {
            participant.publication(&response.track_sid).map(|publication| (participant, publication))
        });
        let Some((participant, publication)) = found else { return Vec::new() };
        vec![Event::TrackSubscriptionFailed {
            identity: participant.identity.clone(),
            sid: publication.sid.clone(),
            error: response.err,
        }]
    }

    fn apply_room(&mut self, room: proto::Room, events: &mut Vec<Event>) {
        let old = self.room.replace(Rc::new(room));
        let Some(room) = &self.room else { return };
        if old.as_ref().map_or("", |old| &old.sid) != room.sid {
            events.push(Event::RoomSidChanged);
        }
        if old.as_ref().is_some_and(|old| old.metadata != room.metadata) {
            events.push(Event::RoomMetadataChanged);
        }
        if old.is_some_and(|old| old.active_recording != room.active_recording) {
            events.push(Event::RecordingStatusChanged(room.active_recording));
        }
    }

    fn by_sid_mut(&mut self, sid: &str) -> Option<&mut Participant> {
        match &mut self.local {
            Some(local) if local.info.sid == sid => Some(local),
            _ => self.remote.get_mut(self.by_sid.get(sid)?),
        }
    }
}

/// What this client does itself.
impl Roster {
    /// A local track is published. `replaces`: the sid it had in the session before.
    pub fn publish_local(&mut self, info: proto::TrackInfo, replaces: Option<&str>) -> Id {
        let publication = Publication::new(info, false);
        let sid = publication.sid.clone();
        if let Some(local) = &mut self.local {
            let known = replaces.unwrap_or(&sid);
            match local.publications.iter_mut().find(|other| &*other.sid == known) {
                Some(place) => *place = publication,
                None => local.publications.push(publication),
            }
        }
        sid
    }

    /// A local track is not published any more.
    pub fn unpublish_local(&mut self, sid: &str) -> Option<Publication> {
        let publications = &mut self.local.as_mut()?.publications;
        let index = publications.iter().position(|publication| &*publication.sid == sid)?;
        Some(publications.remove(index))
    }

    /// A local track was muted or unmuted by this client.
    pub fn mute_local(&mut self, sid: &str, muted: bool) -> Vec<Event> {
        let Some(local) = &mut self.local else { return Vec::new() };
        let identity = local.identity.clone();
        match local.publication_mut(sid) {
            Some(publication) if publication.info.muted != muted => {
                Rc::make_mut(&mut publication.info).muted = muted;
                vec![muted_event(identity, publication.sid.clone(), muted)]
            }
            _ => Vec::new(),
        }
    }

    /// Local tracks whose mute state the server holds to be another than it is: it has to be told again.
    pub fn take_mute_corrections(&mut self) -> Vec<(Id, bool)> {
        std::mem::take(&mut self.mute_corrections)
    }

    /// The app wants a remote publication, or not. False when there is none of this sid.
    pub fn set_desired(&mut self, sid: &str, desired: bool) -> bool {
        let Some(publication) = self.remote_publication_mut(sid) else { return false };
        publication.desired = desired;
        // Its publisher may have changed its mind; the server says so when it has not.
        publication.allowed |= desired;
        true
    }

    /// What the app wants of a remote publication. False when there is none of this sid.
    pub fn set_settings(&mut self, sid: &str, settings: TrackSettings) -> bool {
        let Some(publication) = self.remote_publication_mut(sid) else { return false };
        publication.settings = Some(Box::new(settings));
        true
    }

    fn remote_publication_mut(&mut self, sid: &str) -> Option<&mut Publication> {
        self.remote.values_mut().find_map(|participant| participant.publication_mut(sid))
    }
}

fn muted_event(identity: Id, sid: Id, muted: bool) -> Event {
    if muted { Event::TrackMuted { identity, sid } } else { Event::TrackUnmuted { identity, sid } }
}

#[cfg(test)]
mod tests;
