//! Lists of participants applied to the roster: the join's, an update's, a moved room's.
//!
//! An update of a thousand participants is the heaviest message there is: what was decoded is moved in, compared in
//! place and never cloned.

use super::changes::{changes, is_outdated, publications, replace};
use super::{Participant, Past, Publication, Roster};
use crate::engine::map::Map;
use crate::engine::room::event::{Event, Id};
use crate::engine::time::Millis;
use crate::protocol::proto::{self, participant_info::State};

impl Roster {
    /// The join of a session. The first tells only of the local participant and the room: who is there already is read
    /// from the roster. The one of a full reconnect is compared with what was known: who stayed stays. `moved`: it is on
    /// another node, and the others may still be on their way to it; see [`Roster::awaits_others`].
    pub fn join(&mut self, join: &mut proto::JoinResponse, auto_subscribe: bool, moved: bool) -> Vec<Event> {
        let mut events = Vec::new();
        let again = std::mem::replace(&mut self.joined, true);
        self.auto_subscribe = auto_subscribe;
        self.past = None;
        if let Some(room) = join.room.take() {
            self.apply_room(room, &mut events);
        }
        if let Some(info) = join.participant.take() {
            self.refresh_local(info, again, &mut events);
        }
        let others = std::mem::take(&mut join.other_participants);
        if again {
            let present: Map<&str, ()> = others.iter().map(|info| (info.identity.as_str(), ())).collect();
            let mut gone = self.identities();
            gone.retain(|identity| !present.contains_key(&**identity));
            for identity in gone {
                if moved {
                    self.awaited.push(identity);
                } else if !self.awaited.contains(&identity) {
                    self.remove(&identity, None, &mut events);
                }
            }
            self.forget_the_sessions_state(&mut events);
        }
        for info in others {
            if !self.is_local(&info) {
                self.apply_remote(info, true, again, &mut events);
            }
        }
        self.attach_arrivals(&mut events);
        events
    }

    /// Whether somebody was there before the room moved to another node and may still follow.
    pub fn awaits_others(&self) -> bool {
        !self.awaited.is_empty()
    }

    /// Who has not followed by now is gone.
    pub fn await_others_no_longer(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        for identity in std::mem::take(&mut self.awaited) {
            self.remove(&identity, None, &mut events);
        }
        events
    }

    /// `ParticipantUpdate`. Older versions of what is known are ignored.
    pub fn update_participants(&mut self, infos: Vec<proto::ParticipantInfo>) -> Vec<Event> {
        let mut events = Vec::new();
        self.apply_all(infos, &mut events);
        events
    }

    /// `RoomMoved`: the same connection, another room.
    pub fn moved(&mut self, moved: proto::RoomMovedResponse) -> Vec<Event> {
        let mut events = Vec::new();
        let name = moved.room.as_ref().map(|room| room.name.clone()).unwrap_or_default();
        if let Some(room) = moved.room {
            self.apply_room(room, &mut events);
        }
        for identity in self.identities() {
            self.remove(&identity, None, &mut events);
        }
        self.awaited.clear();
        events.push(Event::Moved { name });
        if let Some(info) = moved.participant {
            self.refresh_local(info, true, &mut events);
        }
        self.apply_all(moved.other_participants, &mut events);
        events
    }

    /// The room is left for good. Its facts can be read on until the next join.
    pub fn clear(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        let remote = std::mem::take(&mut self.remote);
        for participant in remote.values() {
            for publication in &participant.publications {
                unsubscribed(&participant.identity, publication, &mut events);
            }
        }
        if self.joined {
            self.past = Some(Box::new(Past { room: self.room.take(), local: self.local.clone(), remote }));
        }
        if let Some(local) = &mut self.local {
            local.publications.clear();
            local.speaking = false;
        }
        self.by_sid.clear();
        self.speakers.clear();
        self.doubted.clear();
        self.mute_corrections.clear();
        self.awaited.clear();
        self.arrivals = Default::default();
        self.joined = false;
        self.room = None;
        events
    }

    fn apply_all(&mut self, infos: Vec<proto::ParticipantInfo>, events: &mut Vec<Event>) {
        for info in infos {
            if self.is_local(&info) {
                self.apply_local(info, false, events);
            } else {
                self.apply_remote(info, false, true, events);
            }
        }
        self.attach_arrivals(events);
    }

    fn is_local(&self, info: &proto::ParticipantInfo) -> bool {
        self.local.as_ref().is_some_and(|local| *local.identity == *info.identity)
    }

    /// The local participant of a new session.
    fn refresh_local(&mut self, info: proto::ParticipantInfo, known: bool, events: &mut Vec<Event>) {
        let same = self.local.as_ref().is_some_and(|local| *local.identity == *info.identity);
        if known && same {
            self.apply_local(info, true, events);
        } else {
            self.local = Some(participant(info, false));
        }
        events.push(Event::LocalParticipantRefreshed);
    }

    fn apply_local(&mut self, mut info: proto::ParticipantInfo, trusted: bool, events: &mut Vec<Event>) {
        let Some(local) = &mut self.local else { return };
        if !trusted && is_outdated(&local.info, &info) {
            return;
        }
        let tracks = std::mem::take(&mut info.tracks);
        changes(local, info, events);
        for mut track in tracks {
            let Some(publication) = local.publication_mut(&track.sid) else { continue };
            if publication.info.muted != track.muted {
                self.mute_corrections.push((publication.sid.clone(), publication.info.muted));
                track.muted = publication.info.muted;
            }
            replace(&mut publication.info, track);
        }
    }

    fn apply_remote(
        &mut self,
        mut info: proto::ParticipantInfo,
        trusted: bool,
        announce: bool,
        events: &mut Vec<Event>,
    ) {
        if info.identity.is_empty() {
            // Servers before 1.5.2 leave the identity out when somebody goes.
            let Some(identity) = self.by_sid.get(info.sid.as_str()) else { return };
            info.identity = identity.to_string();
        }
        if info.state == State::Disconnected as i32 {
            let known = self.remote.get(info.identity.as_str());
            // A late word about a session that the participant has left behind says nothing about its present one.
            if let Some(known) = known.filter(|known| info.sid.is_empty() || known.info.sid == info.sid) {
                let identity = known.identity.clone();
                self.remove(&identity, Some(info), events);
            }
            return;
        }
        self.awaited.retain(|awaited| **awaited != *info.identity);
        let Some(known) = self.remote.get_mut(info.identity.as_str()) else {
            self.add(info, announce, events);
            return;
        };
        if !trusted && is_outdated(&known.info, &info) {
            return;
        }
        if known.info.sid != info.sid {
            self.by_sid.remove(known.info.sid.as_str());
            self.by_sid.insert(Id::from(info.sid.as_str()), known.identity.clone());
        }
        let tracks = std::mem::take(&mut info.tracks);
        changes(known, info, events);
        publications(known, tracks, self.auto_subscribe, events);
    }

    fn add(&mut self, info: proto::ParticipantInfo, announce: bool, events: &mut Vec<Event>) {
        let added = participant(info, self.auto_subscribe);
        let identity = added.identity.clone();
        self.by_sid.insert(Id::from(added.info.sid.as_str()), identity.clone());
        if announce {
            events.push(Event::ParticipantConnected { identity: identity.clone() });
            if added.info.state == State::Active as i32 {
                events.push(Event::ParticipantActive { identity: identity.clone() });
            }
            events.extend(
                added.publications.iter().map(|publication| Event::TrackPublished {
                    identity: identity.clone(),
                    sid: publication.sid.clone(),
                }),
            );
        }
        self.remote.insert(identity, added);
    }

    fn remove(&mut self, identity: &Id, last: Option<proto::ParticipantInfo>, events: &mut Vec<Event>) {
        let Some(mut participant) = self.remote.remove(identity) else { return };
        self.awaited.retain(|awaited| awaited != identity);
        self.by_sid.remove(participant.info.sid.as_str());
        if let Some(mut info) = last {
            info.tracks.clear();
            let reason = info.disconnect_reason;
            participant.info.disconnect_reason = reason;
            participant.info.state = info.state;
        }
        for publication in &participant.publications {
            unpublished(identity, publication.clone(), events);
        }
        let spoke = self.speakers.len();
        self.speakers.retain(|speaker| speaker != identity);
        let spoke = spoke != self.speakers.len();
        events.push(Event::ParticipantDisconnected { participant });
        if spoke {
            events.push(Event::ActiveSpeakersChanged);
        }
    }

    /// The session was resumed: what the server told meanwhile of who speaks is lost. True where somebody spoke before.
    pub fn doubt_speakers(&mut self) -> bool {
        self.doubted.clone_from(&self.speakers);
        !self.doubted.is_empty()
    }

    /// Who speaks is told of with every change of loudness: who was not has fallen silent meanwhile.
    pub fn silence_doubted(&mut self, now: Millis) -> Vec<Event> {
        let mut silent = Vec::new();
        for identity in std::mem::take(&mut self.doubted) {
            let sid = self.participant(&identity).map(|participant| participant.info.sid.clone());
            silent.extend(sid.map(|sid| proto::SpeakerInfo { sid, ..Default::default() }));
        }
        if silent.is_empty() { Vec::new() } else { self.speakers_changed(now, &silent) }
    }

    /// Who speaks and which streams are paused is told anew in a new session, but not that something ended meanwhile.
    fn forget_the_sessions_state(&mut self, events: &mut Vec<Event>) {
        for participant in self.local.iter_mut().chain(self.remote.values_mut()) {
            let identity = &participant.identity;
            participant.audio_level = 0.0;
            if std::mem::take(&mut participant.speaking) {
                events.push(Event::SpeakingChanged { identity: identity.clone(), speaking: false });
            }
            for publication in &mut participant.publications {
                if std::mem::take(&mut publication.paused) {
                    let (identity, sid) = (identity.clone(), publication.sid.clone());
                    events.push(Event::TrackStreamStateChanged { identity, sid, paused: false });
                }
            }
        }
        self.doubted.clear();
        if !self.speakers.is_empty() {
            self.speakers.clear();
            events.push(Event::ActiveSpeakersChanged);
        }
    }
}

fn participant(mut info: proto::ParticipantInfo, auto_subscribe: bool) -> Participant {
    let tracks = std::mem::take(&mut info.tracks);
    let mut publications = Vec::new();
    for track in tracks.into_iter().filter(is_media) {
        publications.push(Publication::new(track, auto_subscribe));
    }
    Participant {
        identity: Id::from(info.identity.as_str()),
        info: Box::new(info),
        publications,
        quality: None,
        speaking: false,
        audio_level: 0.0,
        last_spoke_at: None,
    }
}

pub(super) fn is_media(track: &proto::TrackInfo) -> bool {
    track.r#type == proto::TrackType::Audio as i32 || track.r#type == proto::TrackType::Video as i32
}

fn unsubscribed(identity: &Id, publication: &Publication, events: &mut Vec<Event>) {
    if let Some(media) = publication.media {
        events.push(Event::TrackUnsubscribed { identity: identity.clone(), sid: publication.sid.clone(), media });
    }
}

pub(super) fn unpublished(identity: &Id, publication: Publication, events: &mut Vec<Event>) {
    unsubscribed(identity, &publication, events);
    events.push(Event::TrackUnpublished { identity: identity.clone(), publication: Box::new(publication) });
}
