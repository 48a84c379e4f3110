//! From a media track that arrived to the publication it belongs to.
//!
//! The track's stream is named `PA_..|TR_..` or `PA_..|<stream>`; with a single peer connection the track's own id is
//! made up by the browser, and the map from mid to track that comes with answers and offers is what tells. Media may
//! arrive before its publication is known, before that map, or before the room is connected: it waits here. So does what
//! the app has unsubscribed from: a server that subscribes everybody to everything does so in each new session. Where
//! it does not, media that nobody asked for was given by the server's own API, and is welcome.

use super::{Participant, Roster};
use crate::engine::map::Map;
use crate::engine::peer::MediaHandle;
use crate::engine::room::event::{Event, Id};
use crate::protocol::text::split_once;

#[derive(Clone, Debug)]
struct Arrival {
    mid: String,
    stream_id: String,
    track_id: String,
    media: MediaHandle,
}

/// What arrived and has no publication yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    waiting: Vec<Arrival>,
    /// Track sids by mid.
    mids: Map<String, String>,
    held: bool,
}

impl Roster {
    /// The map from mid to track sid that came with an answer or offer; entries are added and overwritten.
    pub fn map_mids(&mut self, mids: Map<String, String>) -> Vec<Event> {
        self.arrivals.mids.extend(mids.iter().map(|(mid, sid)| (mid.clone(), sid.clone())));
        self.attach()
    }

    /// A media track arrived.
    pub fn media_arrived(
        &mut self,
        mid: String,
        stream_id: String,
        track_id: String,
        media: MediaHandle,
    ) -> Vec<Event> {
        // A transceiver that is used again brings another track under its mid.
        self.arrivals.waiting.retain(|arrival| arrival.mid != mid);
        self.arrivals.waiting.push(Arrival { mid, stream_id, track_id, media });
        self.attach()
    }

    /// A media track ended: its subscription did.
    pub fn media_ended(&mut self, media: MediaHandle) -> Vec<Event> {
        self.arrivals.waiting.retain(|arrival| arrival.media != media);
        for participant in self.remote.values_mut() {
            let identity = &participant.identity;
            let publication = participant.publications.iter_mut().find(|publication| publication.media == Some(media));
            if let Some(publication) = publication {
                publication.media = None;
                publication.media_stale = false;
                let (identity, sid) = (identity.clone(), publication.sid.clone());
                return vec![Event::TrackUnsubscribed { identity, sid, media }];
            }
        }
        Vec::new()
    }

    /// From now on media that arrives waits, until [`Roster::release_media`]: nothing is subscribed before the
    /// transport is up.
    pub fn hold_media(&mut self) {
        self.arrivals.held = true;
    }

    /// The transport is up.
    pub fn release_media(&mut self) -> Vec<Event> {
        self.arrivals.held = false;
        self.attach()
    }

    /// A new transport takes the place of the old one. What was subscribed stays so and gets its new media when that
    /// arrives ([`Event::TrackMediaChanged`]); what waited is gone.
    pub fn transport_replaced(&mut self) -> Vec<Event> {
        self.arrivals.waiting.clear();
        self.arrivals.mids.clear();
        for participant in self.remote.values_mut() {
            for publication in &mut participant.publications {
                publication.media_stale = publication.media.is_some();
            }
        }
        self.follow_wishes()
    }

    /// Sids of media that waits because the app does not want it: the server has to be told again.
    pub fn unwanted_media(&self) -> Vec<String> {
        let mut sids = Vec::new();
        for arrival in &self.arrivals.waiting {
            let placed = self.place(arrival).and_then(|(identity, sid)| self.remote.get(&identity)?.publication(&sid));
            if let Some(publication) = placed
                && publication.turns_away(self.auto_subscribe)
            {
                sids.push(publication.sid.to_string());
            }
        }
        sids
    }

    /// What the app wants has changed. What is not subscribed to any more gets no other media: it ends with the transport
    /// that brought the old.
    pub fn follow_wishes(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        for participant in self.remote.values_mut() {
            for publication in &mut participant.publications {
                if publication.media_stale
                    && !(publication.desired && publication.allowed)
                    && let Some(media) = publication.media.take()
                {
                    publication.media_stale = false;
                    let (identity, sid) = (participant.identity.clone(), publication.sid.clone());
                    events.push(Event::TrackUnsubscribed { identity, sid, media });
                }
            }
        }
        self.attach_arrivals(&mut events);
        events
    }

    fn attach(&mut self) -> Vec<Event> {
        let mut events = Vec::new();
        self.attach_arrivals(&mut events);
        events
    }

    pub(super) fn attach_arrivals(&mut self, events: &mut Vec<Event>) {
        if self.arrivals.held || self.arrivals.waiting.is_empty() {
            return;
        }
        let waiting = std::mem::take(&mut self.arrivals.waiting);
        let everything = self.auto_subscribe;
        for arrival in waiting {
            let attached = self.place(&arrival).and_then(|(identity, sid)| {
                Some(attach(self.remote.get_mut(&identity)?, &sid, everything, arrival.media, events))
            });
            if attached != Some(true) {
                self.arrivals.waiting.push(arrival);
            }
        }
    }

    /// The participant that publishes it and its track sid, as far as they are known.
    fn place(&self, arrival: &Arrival) -> Option<(Id, String)> {
        let (participant_sid, stream) = split_once(&arrival.stream_id, "|").unwrap_or((&arrival.stream_id, ""));
        let named = [stream, arrival.track_id.as_str()].into_iter().find(|text| text.starts_with("TR"));
        let sid = named.or_else(|| self.arrivals.mids.get(&arrival.mid).map(String::as_str))?.to_owned();
        Some((self.by_sid.get(participant_sid)?.clone(), sid))
    }
}

/// False when the participant has no such publication (yet), or nobody wants it.
fn attach(
    participant: &mut Participant,
    sid: &str,
    everything: bool,
    media: MediaHandle,
    events: &mut Vec<Event>,
) -> bool {
    let identity = participant.identity.clone();
    let Some(publication) = participant.publication_mut(sid) else { return false };
    if publication.turns_away(everything) {
        return false;
    }
    let sid: Id = publication.sid.clone();
    // The word that permits it was lost with a socket.
    if !std::mem::replace(&mut publication.allowed, true) {
        let (identity, sid) = (identity.clone(), sid.clone());
        events.push(Event::TrackSubscriptionPermissionChanged { identity, sid, allowed: true });
    }
    let (old, stale) = (publication.media.replace(media), std::mem::take(&mut publication.media_stale));
    match old {
        Some(old) if old == media && !stale => {}
        Some(_) if stale => events.push(Event::TrackMediaChanged { identity, sid, media }),
        Some(old) => {
            events.push(Event::TrackUnsubscribed { identity: identity.clone(), sid: sid.clone(), media: old });
            events.push(Event::TrackSubscribed { identity, sid, media });
        }
        None => events.push(Event::TrackSubscribed { identity, sid, media }),
    }
    true
}
