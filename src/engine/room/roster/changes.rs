//! What is new of one participant: the facts and tracks that the server tells, compared with what is known.

use std::rc::Rc;

use super::participants::{is_media, unpublished};
use super::{Participant, Publication, muted_event};
use crate::engine::map::Map;
use crate::engine::room::event::{Event, Id};
use crate::protocol::proto::{self, participant_info::State};

/// Updates may overtake each other. Within a session the version tells, between two of them when each began.
pub(super) fn is_outdated(known: &proto::ParticipantInfo, info: &proto::ParticipantInfo) -> bool {
    let joined = |info: &proto::ParticipantInfo| info.joined_at_ms.max(info.joined_at.saturating_mul(1_000));
    if known.sid == info.sid { known.version > info.version } else { joined(known) > joined(info) }
}

/// Takes over what is new of a participant, publications aside.
pub(super) fn changes(participant: &mut Participant, mut info: proto::ParticipantInfo, events: &mut Vec<Event>) {
    let identity = &participant.identity;
    let known = &participant.info;
    if known.name != info.name {
        events.push(Event::ParticipantNameChanged { identity: identity.clone() });
    }
    if known.metadata != info.metadata {
        let previous = known.metadata.clone();
        events.push(Event::ParticipantMetadataChanged { identity: identity.clone(), previous });
    }
    if known.attributes != info.attributes {
        let changed = changed_attributes(&known.attributes, &info.attributes);
        events.push(Event::ParticipantAttributesChanged { identity: identity.clone(), changed });
    }
    if info.state == State::Active as i32 && known.state != info.state {
        events.push(Event::ParticipantActive { identity: identity.clone() });
    }
    if info.permission.is_some() && known.permission != info.permission {
        let previous = known.permission.clone();
        events.push(Event::ParticipantPermissionsChanged { identity: identity.clone(), previous });
    }
    if info.permission.is_none() {
        info.permission = participant.info.permission.take();
    }
    *participant.info = info;
}

fn changed_attributes(old: &Map<String, String>, new: &Map<String, String>) -> Vec<(String, String)> {
    let mut changed: Vec<(String, String)> = Vec::new();
    let mut add = |key: &String, value: &str| {
        let place = changed.partition_point(|(other, _)| other < key);
        changed.insert(place, (key.clone(), value.to_owned()));
    };
    for (key, value) in new.iter() {
        if old.get(key) != Some(value) {
            add(key, value);
        }
    }
    for key in old.keys() {
        if !new.contains_key(key) {
            add(key, "");
        }
    }
    changed
}

/// Compares what a remote participant published with what it publishes.
pub(super) fn publications(
    participant: &mut Participant,
    tracks: Vec<proto::TrackInfo>,
    auto_subscribe: bool,
    events: &mut Vec<Event>,
) {
    let identity = participant.identity.clone();
    let (mut removed, mut added) = (Vec::new(), Vec::new());
    for publication in std::mem::take(&mut participant.publications) {
        let stays = tracks.iter().any(|track| *publication.sid == *track.sid);
        if stays { &mut participant.publications } else { &mut removed }.push(publication);
    }
    for track in tracks {
        if !is_media(&track) {
            continue;
        }
        match participant.publication_mut(&track.sid) {
            Some(publication) => refresh(&identity, publication, track, events),
            None => {
                let publication = Publication::new(track, auto_subscribe);
                added.push(Event::TrackPublished { identity: identity.clone(), sid: publication.sid.clone() });
                participant.publications.push(publication);
            }
        }
    }
    for publication in removed {
        unpublished(&identity, publication, events);
    }
    events.append(&mut added);
}

fn refresh(identity: &Id, publication: &mut Publication, track: proto::TrackInfo, events: &mut Vec<Event>) {
    let known = &publication.info;
    if known.muted != track.muted {
        events.push(muted_event(identity.clone(), publication.sid.clone(), track.muted));
    }
    let same = known.name == track.name
        && (known.width, known.height) == (track.width, track.height)
        && known.source == track.source
        && known.mime_type == track.mime_type
        && known.encryption == track.encryption
        && known.stream == track.stream
        && known.audio_features == track.audio_features;
    if !same {
        events.push(Event::TrackInfoChanged { identity: identity.clone(), sid: publication.sid.clone() });
    }
    replace(&mut publication.info, track);
}

/// In place where nobody else holds the old value, which is the rule.
pub(super) fn replace(place: &mut Rc<proto::TrackInfo>, value: proto::TrackInfo) {
    match Rc::get_mut(place) {
        Some(place) => *place = value,
        None => *place = Rc::new(value),
    }
}
