//! Local tracks: asked for, announced by the server, negotiated, published; and all of that again in a new session.
//!
//! A publication lives as long as the app wants it, across sessions. Here is what was asked and how far it is; media
//! and senders belong to the host, the publication that the app sees to the roster.

use crate::engine::error::{Code, Error};
use crate::engine::room::command::CallId;
use crate::engine::room::due::Due;
use crate::engine::room::event::Id;
use crate::engine::time::Millis;
use crate::protocol::proto;

/// From `add_track` to its `track_published`.
pub const PUBLISHED_MS: u64 = 10_000;

/// How far the server is with a track.
#[derive(Clone, Debug, PartialEq)]
enum Asked {
    /// `add_track` is to be sent.
    No,
    /// It is out; an answer is due by then.
    Until(Due),
    /// The server knows the track.
    Known(Box<proto::TrackInfo>),
}

/// A local track that the app wants to be published.
#[derive(Debug)]
pub struct Local {
    request: Box<proto::AddTrackRequest>,
    muted: bool,
    asked: Asked,
    /// A socket died between `add_track` and its answer: the server may know the track or not.
    in_doubt: bool,
    /// The offer that carries its sender, once the peer was told to add it.
    offer: Option<u32>,
    announced: bool,
    sid_before: Option<Id>,
    call: Option<CallId>,
}

impl Local {
    /// The client id.
    pub fn cid(&self) -> &str {
        &self.request.cid
    }

    /// Whether the app wants it muted.
    pub fn muted(&self) -> bool {
        self.muted
    }

    /// Its sid, when the server has announced it in this session.
    pub fn sid(&self) -> Option<&str> {
        self.info().map(|info| info.sid.as_str())
    }

    /// The server's facts.
    pub fn info(&self) -> Option<&proto::TrackInfo> {
        match &self.asked {
            Asked::Known(info) => Some(info),
            Asked::No | Asked::Until(_) => None,
        }
    }

    /// Whether the peer was told to add its sender.
    pub fn has_sender(&self) -> bool {
        self.offer.is_some()
    }

    /// The sid under which the app knows it: of the last session that announced it; `None` when none has.
    pub fn announced_sid(&self) -> Option<Id> {
        let announced = self.sid().filter(|_| self.announced);
        announced.map(Id::from).or_else(|| self.sid_before.clone())
    }
}

/// A track that is published now, as it is told to the app.
#[derive(Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Ready {
    pub cid: String,
    pub info: Box<proto::TrackInfo>,
    pub muted: bool,
    pub republished: Option<Id>,
    pub call: Option<CallId>,
}

/// The local tracks, in the order in which they were published.
#[derive(Debug, Default)]
pub struct Publications {
    tracks: Vec<Local>,
    /// Sids of this session that were taken back: the server may go on naming them for a while.
    gone: Vec<Id>,
    /// Who may subscribe, if anybody was ever shut out.
    restriction: Option<Box<proto::SubscriptionPermission>>,
}

impl Publications {
    /// Takes in a track. A cid that is there already is refused; each publishing has one of its own, because the server
    /// announces nothing anew under a cid that it still has.
    pub fn add(&mut self, call: CallId, request: Box<proto::AddTrackRequest>) -> Result<(), Error> {
        if self.get(&request.cid).is_some() {
            return Err(Error::new(Code::PublishTrack, "a track with this client id is published already"));
        }
        let muted = request.muted;
        self.tracks.push(Local {
            request,
            muted,
            asked: Asked::No,
            in_doubt: false,
            offer: None,
            announced: false,
            sid_before: None,
            call: Some(call),
        });
        Ok(())
    }

    /// By client id.
    pub fn get(&self, cid: &str) -> Option<&Local> {
        self.tracks.iter().find(|track| track.cid() == cid)
    }

    /// By this session's sid.
    pub fn by_sid(&self, sid: &str) -> Option<&Local> {
        self.tracks.iter().find(|track| track.sid() == Some(sid))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.tracks.is_empty()
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Local> {
        self.tracks.iter()
    }

    /// Takes one away.
    pub fn remove(&mut self, cid: &str) -> Option<(Local, Option<CallId>)> {
        let at = self.tracks.iter().position(|track| track.cid() == cid)?;
        let mut track = self.tracks.remove(at);
        self.gone.extend(track.sid().map(Id::from));
        let call = track.call.take();
        Some((track, call))
    }

    /// Who may subscribe from now on.
    pub fn restrict(&mut self, restriction: proto::SubscriptionPermission) {
        self.restriction = Some(Box::new(restriction));
    }

    /// Who may subscribe; `None` when nobody has ever said.
    pub fn restriction(&self) -> Option<proto::SubscriptionPermission> {
        self.restriction.as_deref().cloned()
    }

    /// A track has another sid in this session: true when the restriction names it.
    pub fn renamed(&mut self, before: &str, now: &str) -> bool {
        let mut named = false;
        for permission in self.restriction.iter_mut().flat_map(|restriction| &mut restriction.track_permissions) {
            for sid in &mut permission.track_sids {
                if sid == before {
                    now.clone_into(sid);
                    named = true;
                }
            }
        }
        named
    }

    /// Sets the mute state that the app wants; false for an unknown track.
    pub fn mute(&mut self, cid: &str, muted: bool) -> bool {
        let track = self.tracks.iter_mut().find(|track| track.cid() == cid);
        track.map(|track| track.muted = muted).is_some()
    }

    /// Another description of a track, for when it is asked for again.
    pub fn describe(&mut self, request: Box<proto::AddTrackRequest>) {
        if let Some(track) = self.tracks.iter_mut().find(|track| track.cid() == request.cid) {
            track.request = request;
        }
    }

    /// The next track whose `add_track` is to be sent, with the message; `carried`: of those that have a sender. Its time
    /// runs from now.
    pub fn next_to_ask(&mut self, now: Millis, carried: bool) -> Option<proto::AddTrackRequest> {
        let due = |track: &Local| track.asked == Asked::No && (track.has_sender() || !carried);
        let track = self.tracks.iter_mut().find(|track| due(track))?;
        track.asked = Asked::Until(Due::new(now, PUBLISHED_MS));
        let mut request = (*track.request).clone();
        request.muted = track.muted;
        Some(request)
    }

    /// The server announced a track; false when nobody waits for it.
    pub fn known(&mut self, cid: &str, info: proto::TrackInfo) -> bool {
        let waiting = self.tracks.iter_mut().find(|t| t.cid() == cid && !matches!(t.asked, Asked::Known(_)));
        waiting.map(|track| track.asked = Asked::Known(Box::new(info))).is_some()
    }

    /// The peer was told to add the sender; this offer will carry it.
    pub fn sender_rides_in(&mut self, cid: &str, offer_id: u32) {
        if let Some(track) = self.tracks.iter_mut().find(|track| track.cid() == cid) {
            track.offer = Some(offer_id);
        }
    }

    /// Tracks that the server knows and whose offer is answered: each is told once.
    pub fn take_ready(&mut self, answered: u32) -> Vec<Ready> {
        let mut ready = Vec::new();
        for track in &mut self.tracks {
            let negotiated = track.offer.is_some_and(|offer| offer <= answered);
            if let Asked::Known(info) = &track.asked
                && negotiated
                && !track.announced
            {
                track.announced = true;
                ready.push(Ready {
                    cid: track.request.cid.clone(),
                    info: info.clone(),
                    muted: track.muted,
                    republished: track.sid_before.take(),
                    call: track.call.take(),
                });
            }
        }
        ready
    }

    /// Gives those more time whose `add_track` may not have arrived, see [`Due::prolong`]. True when there are such.
    pub fn prolong(&mut self, now: Millis, reached: Millis) -> bool {
        let mut doubtful = false;
        self.dues().for_each(|due| doubtful |= due.prolong(now, reached));
        doubtful
    }

    /// A ping was answered, see [`Due::hasten`].
    pub fn hasten(&mut self, now: Millis, reached: Millis) {
        self.dues().for_each(|due| due.hasten(now, reached));
    }

    fn dues(&mut self) -> impl Iterator<Item = &mut Due> {
        self.tracks.iter_mut().filter_map(|track| match &mut track.asked {
            Asked::Until(due) => Some(due),
            Asked::No | Asked::Known(_) => None,
        })
    }

    /// Client ids whose `add_track` was not answered in time and whose call waits for it. A track that was published
    /// before is asked for again: its app has long been told that it is published.
    pub fn expired(&mut self, now: Millis) -> Vec<String> {
        let mut failed = Vec::new();
        for track in &mut self.tracks {
            if !matches!(track.asked, Asked::Until(due) if due.at <= now) {
                continue;
            }
            if track.call.is_some() {
                failed.push(track.cid().into());
            } else {
                track.asked = Asked::No;
                track.in_doubt = true;
            }
        }
        failed
    }

    /// The earliest deadline.
    pub fn deadline(&self) -> Option<Millis> {
        self.tracks
            .iter()
            .filter_map(|track| match track.asked {
                Asked::Until(due) => Some(due.at),
                Asked::No | Asked::Known(_) => None,
            })
            .min()
    }

    /// The socket died: what was not answered is asked again on the next one. The tracks so asked may be known to the
    /// server already, see [`Publications::adopt`].
    pub fn socket_lost(&mut self) {
        for track in &mut self.tracks {
            if matches!(track.asked, Asked::Until(_)) {
                track.asked = Asked::No;
                track.in_doubt = true;
            }
        }
    }

    /// The session died: everything is to be published again.
    pub fn session_lost(&mut self) {
        self.gone.clear();
        for track in &mut self.tracks {
            track.sid_before = track.announced_sid();
            track.asked = Asked::No;
            track.in_doubt = false;
            track.offer = None;
            track.announced = false;
        }
    }

    /// A track of the own participant that no `track_published` told of: its announcement went down with a socket.
    /// It belongs to the track in doubt of the same source, kind and name, if there is one.
    pub fn adopt(&mut self, info: &proto::TrackInfo) -> Option<String> {
        if self.by_sid(&info.sid).is_some() || self.gone.iter().any(|sid| **sid == *info.sid) {
            return None;
        }
        let track = self.tracks.iter_mut().find(|track| {
            let request = &track.request;
            track.in_doubt
                && !matches!(track.asked, Asked::Known(_))
                && (request.source, request.r#type, request.name.as_str())
                    == (info.source, info.r#type, info.name.as_str())
        })?;
        track.asked = Asked::Known(Box::new(info.clone()));
        Some(track.request.cid.clone())
    }

    /// Ends all of them: the calls that are still open.
    pub fn clear(&mut self) -> Vec<CallId> {
        self.gone.clear();
        let mut calls = Vec::new();
        for track in std::mem::take(&mut self.tracks) {
            calls.extend(track.call);
        }
        calls
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn request(cid: &str) -> Box<proto::AddTrackRequest> {
        Box::new(proto::AddTrackRequest { cid: cid.into(), ..Default::default() })
    }

    fn info(sid: &str) -> proto::TrackInfo {
        proto::TrackInfo { sid: sid.into(), ..Default::default() }
    }

    #[test]
    fn a_track_is_published_when_the_server_knows_it_and_its_offer_is_answered() {
        let mut publications = Publications::default();
        publications.add(CallId(1), request("mic")).unwrap();
        publications.next_to_ask(Millis(0), false).unwrap();
        publications.sender_rides_in("mic", 2);
        assert!(publications.take_ready(2).is_empty());
        assert!(publications.known("mic", info("TR_1")));
        assert!(publications.take_ready(1).is_empty());
        let ready = publications.take_ready(2);
        assert_eq!((ready[0].call, ready[0].info.sid.as_str()), (Some(CallId(1)), "TR_1"));
        assert!(publications.take_ready(2).is_empty(), "told once");
    }

    #[test]
    fn a_new_session_publishes_again_with_the_mute_state_of_now_and_names_the_old_sid() {
        let mut publications = Publications::default();
        publications.add(CallId(1), request("mic")).unwrap();
        publications.next_to_ask(Millis(0), false);
        publications.known("mic", info("TR_1"));
        publications.sender_rides_in("mic", 2);
        publications.take_ready(2);
        publications.mute("mic", true);
        publications.session_lost();
        publications.session_lost();
        assert!(publications.next_to_ask(Millis(0), false).unwrap().muted);
        publications.known("mic", info("TR_2"));
        publications.sender_rides_in("mic", 1);
        let ready = publications.take_ready(1);
        assert_eq!((ready[0].call, ready[0].republished.as_deref()), (None, Some("TR_1")));
    }

    #[test]
    fn a_client_id_is_published_once_at_a_time() {
        let mut publications = Publications::default();
        publications.add(CallId(1), request("mic")).unwrap();
        assert_eq!(publications.add(CallId(2), request("mic")).unwrap_err().code, Code::PublishTrack);
        publications.remove("mic").unwrap();
        publications.add(CallId(3), request("mic")).unwrap();
    }

    #[test]
    fn an_announcement_that_a_dead_socket_swallowed_is_found_in_the_own_participant() {
        let mut publications = Publications::default();
        publications.add(CallId(1), request("mic")).unwrap();
        publications.next_to_ask(Millis(0), false);
        publications.socket_lost();
        assert_eq!(publications.adopt(&info("TR_1")).as_deref(), Some("mic"));
        assert_eq!(publications.adopt(&info("TR_1")), None);
        assert!(publications.next_to_ask(Millis(1), false).is_none());
    }
}
