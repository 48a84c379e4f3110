//! Who is in the room and what they publish. Read by everybody, written by the session only.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::engine::peer::MediaHandle;
use crate::engine::room::event::Id;
use crate::protocol::proto;

/// A track somebody publishes.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    /// As the server tells it. Mute state included.
    pub info: Rc<proto::TrackInfo>,
    /// Whether this client wants it (remote only).
    pub desired: bool,
    /// What is wanted of it, when the app has said so (remote only).
    pub settings: Option<crate::engine::room::command::TrackSettings>,
    /// Whether its publisher allows the subscription.
    pub allowed: bool,
    /// Whether the server paused its stream.
    pub paused: bool,
    /// Its media, when subscribed (remote only).
    pub media: Option<MediaHandle>,
}

/// A participant, the local one included.
#[derive(Clone, Debug, PartialEq)]
pub struct Participant {
    /// Its identity.
    pub identity: Id,
    /// As the server tells it; `tracks` is emptied, see `publications`.
    pub info: Rc<proto::ParticipantInfo>,
    /// By sid.
    pub publications: BTreeMap<Id, Publication>,
    /// `ConnectionQuality`; `None` before the server told it.
    pub quality: Option<i32>,
    /// Is an active speaker.
    pub speaking: bool,
    /// 0 to 1.
    pub audio_level: f32,
    /// When it spoke last, host time (for `lastSpokeAt`).
    pub last_spoke_at: Option<crate::engine::time::Millis>,
}

/// The room's state.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    room: Option<Rc<proto::Room>>,
    local: Option<Participant>,
    remote: BTreeMap<Id, Participant>,
    speakers: Vec<Id>,
}

impl Roster {
    /// The room as the server tells it; `None` before the first join.
    pub fn room(&self) -> Option<&Rc<proto::Room>> {
        self.room.as_ref()
    }

    /// The local participant; `None` before the first join.
    pub fn local(&self) -> Option<&Participant> {
        self.local.as_ref()
    }

    /// Remote participants by identity.
    pub fn remote(&self) -> impl Iterator<Item = &Participant> {
        self.remote.values()
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
}
