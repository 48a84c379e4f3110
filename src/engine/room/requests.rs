//! Calls that the server answers: changes of the own name, metadata and attributes.
//!
//! Two things settle one: `request_response`, which some servers send only for refusals, and the own participant's
//! state showing what was asked for, which some show late. An OK is therefore given a moment for the state to follow,
//! so that an app that reads the room after the call sees what it set.

use crate::engine::error::{Code, Error};
use crate::engine::map::Map;
use crate::engine::room::command::CallId;
use crate::engine::room::due::Due;
use crate::engine::time::Millis;
use crate::protocol::proto;
use crate::protocol::signal::RequestResponse;

/// From the sending of a request to its failure.
pub const ANSWER_MS: u64 = 5_000;

/// What an OK waits for the state that it announces.
const STATE_MS: u64 = 500;

/// Most calls that wait for an answer.
const MOST: usize = 1_000;

/// What sets again what was set; calls have higher numbers. Not 0, for that stands for "no number".
const RESTORED: u32 = 1;

/// What is to be changed; `None` and absent keys stay as they are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Change {
    pub name: Option<String>,
    pub metadata: Option<String>,
    pub attributes: Map<String, String>,
}

impl Change {
    /// Whether a participant is as asked for. An empty name or metadata cannot be seen to be set: the server keeps
    /// the old one.
    fn is_shown_by(&self, info: &proto::ParticipantInfo) -> bool {
        let same = |wish: &Option<String>, is: &str| wish.as_deref().is_none_or(|wish| wish.is_empty() || wish == is);
        same(&self.name, &info.name)
            && same(&self.metadata, &info.metadata)
            && self.attributes.iter().all(|(key, value)| value_of(info, key) == value)
    }

    /// A later change comes on top.
    fn add(&mut self, later: &Change) {
        for (wish, later) in [(&mut self.name, &later.name), (&mut self.metadata, &later.metadata)] {
            if later.as_ref().is_some_and(|later| !later.is_empty()) {
                wish.clone_from(later);
            }
        }
        self.attributes.extend(later.attributes.iter().map(|(key, value)| (key.clone(), value.clone())));
    }

    /// Leaves out what a later change is about.
    fn yield_to(&mut self, later: &Change) {
        for (wish, later) in [(&mut self.name, &later.name), (&mut self.metadata, &later.metadata)] {
            if later.is_some() {
                *wish = None;
            }
        }
        self.attributes.retain(|key, _| !later.attributes.contains_key(key));
    }

    fn is_empty(&self) -> bool {
        self.name.is_none() && self.metadata.is_none() && self.attributes.is_empty()
    }

    /// What it is about is now as the server says.
    fn follow(&mut self, info: &proto::ParticipantInfo) {
        for (wish, is) in [(&mut self.name, &info.name), (&mut self.metadata, &info.metadata)] {
            if let Some(wish) = wish {
                wish.clone_from(is);
            }
        }
        self.attributes.retain(|key, value| {
            *value = value_of(info, key).into();
            true
        });
    }
}

fn value_of<'a>(info: &'a proto::ParticipantInfo, key: &str) -> &'a str {
    info.attributes.get(key).map_or("", String::as_str)
}

#[derive(Debug)]
struct Pending {
    call: CallId,
    change: Change,
    due: Option<Due>,
    accepted: bool,
}

/// A call that is done.
pub type Done = (CallId, Result<(), Error>);

/// The calls that wait for an answer, by request id.
#[derive(Debug, Default)]
pub struct Requests {
    last: u32,
    pending: Map<u32, Pending>,
    /// What was asked for and is done, as the server showed it last.
    done: Change,
}

impl Requests {
    /// Takes a call in and numbers it; `None` where too many wait.
    pub fn add(&mut self, call: CallId, change: Change) -> Option<u32> {
        if self.pending.len() >= MOST {
            return None;
        }
        self.last = self.last.wrapping_add(1).max(RESTORED + 1);
        self.pending.insert(self.last, Pending { call, change, due: None, accepted: false });
        Some(self.last)
    }

    /// The message of a request. Its time runs from now. What it leaves open is said as it is, or as an earlier
    /// request that is still open asked for it: servers exist that take silence for "empty".
    pub fn message(
        &mut self,
        now: Millis,
        id: u32,
        local: Option<&proto::ParticipantInfo>,
    ) -> Option<proto::UpdateParticipantMetadata> {
        let earlier = |pick: fn(&Change) -> &Option<String>| {
            self.pending
                .iter()
                .rev()
                .filter(|(each, _)| **each <= id)
                .find_map(|(_, pending)| pick(&pending.change).clone())
        };
        let name = earlier(|change| &change.name).or_else(|| local.map(|info| info.name.clone()));
        let metadata = earlier(|change| &change.metadata).or_else(|| local.map(|info| info.metadata.clone()));
        let pending = self.pending.get_mut(&id)?;
        pending.due = Some(Due::new(now, ANSWER_MS));
        Some(proto::UpdateParticipantMetadata {
            metadata: metadata.unwrap_or_default(),
            name: name.unwrap_or_default(),
            attributes: pending.change.attributes.clone(),
            request_id: id,
        })
    }

    /// The server answered.
    pub fn answered(&mut self, now: Millis, response: &RequestResponse) -> Option<Done> {
        use proto::request_response::Reason;
        let pending = self.pending.get_mut(&response.request_id)?;
        match Reason::try_from(response.reason) {
            Ok(Reason::Ok) => {
                pending.accepted = true;
                pending.due = Some(Due::new(now, STATE_MS));
                None
            }
            Ok(Reason::Queued) => None,
            _ => {
                let call = pending.call;
                self.pending.remove(&response.request_id);
                let message = if response.message.is_empty() {
                    String::from("the server refused the request")
                } else {
                    response.message.clone()
                };
                Some((call, Err(Error::new(Code::SignalRequest, message).with_request_reason(response.reason))))
            }
        }
    }

    /// The own participant changed: calls whose wish it shows, and which were sent, are done.
    pub fn shown(&mut self, info: &proto::ParticipantInfo) -> Vec<Done> {
        let done = self.take(&|pending| (pending.due.is_some() && pending.change.is_shown_by(info)).then_some(Ok(())));
        self.done.follow(info);
        done
    }

    /// A new session was joined, and not all is as it was in the one before: returns the number of a request to set it
    /// again, before everything that waits. The server puts what it accepted into a newer token, which can be lost with
    /// the session; some never send one.
    pub fn restore(&mut self, info: &proto::ParticipantInfo) -> Option<u32> {
        if self.done.is_shown_by(info) {
            return None;
        }
        let change = self.done.clone();
        self.pending.insert(RESTORED, Pending { call: CallId::NOBODYS, change, due: None, accepted: false });
        Some(RESTORED)
    }

    /// Gives those more time that may not have arrived, see [`Due::prolong`]. True when there are such.
    pub fn prolong(&mut self, now: Millis, reached: Millis) -> bool {
        let mut doubtful = false;
        for pending in self.pending.values_mut().filter(|pending| !pending.accepted) {
            doubtful |= pending.due.as_mut().is_some_and(|due| due.prolong(now, reached));
        }
        doubtful
    }

    /// A ping was answered, see [`Due::hasten`].
    pub fn hasten(&mut self, now: Millis, reached: Millis) {
        for due in self.pending.values_mut().filter_map(|pending| pending.due.as_mut()) {
            due.hasten(now, reached);
        }
    }

    /// Calls whose time is up.
    pub fn expired(&mut self, now: Millis) -> Vec<Done> {
        // Nobody is told that it failed: it waits for the next socket.
        if let Some(restored) = self.pending.get_mut(&RESTORED).filter(|restored| !restored.accepted) {
            restored.due = restored.due.filter(|due| due.at > now);
        }
        self.take(&|pending| {
            pending.due.filter(|due| due.at <= now)?;
            Some(match pending.accepted {
                true => Ok(()),
                // Without a reason of the server's.
                false => Err(Error::new(Code::SignalRequest, "the server did not answer the request in time")),
            })
        })
    }

    /// The socket is lost: time stands still until they are sent again.
    pub fn socket_lost(&mut self) {
        for pending in self.pending.values_mut() {
            pending.due = None;
        }
    }

    /// The earliest deadline.
    pub fn deadline(&self) -> Option<Millis> {
        self.pending.values().filter_map(|pending| pending.due).map(|due| due.at).min()
    }

    /// Ends all of them, and forgets what was done.
    pub fn fail_all(&mut self, error: &Error) -> Vec<Done> {
        self.done = Change::default();
        self.take(&|_| Some(Err(error.clone())))
    }

    /// Whether one waits, and no other.
    pub fn waits_alone(&self) -> bool {
        self.pending.len() == 1
    }

    /// Whether a call of this number still waits.
    pub fn is_open(&self, id: u32) -> bool {
        self.pending.contains_key(&id)
    }

    /// Ends those that `result` has one for.
    fn take(&mut self, result: &dyn Fn(&Pending) -> Option<Result<(), Error>>) -> Vec<Done> {
        let (mut taken, mut latest) = (Vec::new(), Vec::new());
        let Self { pending, done, .. } = self;
        pending.retain(|id, pending| {
            let Some(result) = result(pending) else { return true };
            if result.is_ok() {
                done.add(&pending.change);
                latest.push((*id, std::mem::take(&mut pending.change)));
            }
            taken.push((pending.call, result));
            false
        });
        // What a later request has set, an earlier one that is still open does not set again.
        for (id, change) in latest {
            pending.retain(|each, pending| {
                if *each > id {
                    return true;
                }
                pending.change.yield_to(&change);
                let over = pending.change.is_empty();
                if over {
                    taken.push((pending.call, Ok(())));
                }
                !over
            });
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::room::due::FOLLOWS_MS;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn named(name: &str) -> Change {
        Change { name: Some(name.into()), ..Change::default() }
    }

    #[test]
    fn a_later_request_does_not_undo_an_earlier_one_that_is_still_open() {
        let mut requests = Requests::default();
        requests.add(CallId(1), named("new")).unwrap();
        let second = requests.add(CallId(2), Change { metadata: Some("m".into()), ..Change::default() }).unwrap();
        let local = proto::ParticipantInfo { name: "old".into(), ..Default::default() };
        let message = requests.message(Millis(0), second, Some(&local)).unwrap();
        assert_eq!((message.name.as_str(), message.metadata.as_str()), ("new", "m"));
    }

    #[test]
    fn the_own_state_settles_a_request_that_the_server_never_answers() {
        let mut requests = Requests::default();
        let id = requests.add(CallId(1), named("new")).unwrap();
        let info = proto::ParticipantInfo { name: "new".into(), ..Default::default() };
        assert!(requests.shown(&info).is_empty(), "it was not sent yet");
        requests.message(Millis(0), id, None);
        assert_eq!(requests.shown(&info), [(CallId(1), Ok(()))]);
        assert_eq!(requests.deadline(), None);
    }

    #[test]
    fn what_a_later_request_has_set_is_not_set_again_by_an_earlier_one() {
        let mut requests = Requests::default();
        let metadata = |text: &str| Change { metadata: Some(text.into()), ..Change::default() };
        let both = Change { name: Some("a".into()), ..metadata("first") };
        for (call, change) in [(1, metadata("zeroth")), (2, both), (3, metadata("second"))] {
            let id = requests.add(CallId(call), change).unwrap();
            requests.message(Millis(0), id, None);
        }
        requests.socket_lost();
        let id = requests.last;
        requests.message(Millis(0), id, None);
        let local = proto::ParticipantInfo { metadata: "second".into(), ..Default::default() };
        assert_eq!(requests.shown(&local), [(CallId(3), Ok(())), (CallId(1), Ok(()))], "the first made way");
        let again = requests.message(Millis(1), id - 1, Some(&local)).unwrap();
        assert_eq!((again.name.as_str(), again.metadata.as_str()), ("a", "second"));
    }

    #[test]
    fn what_is_to_be_set_again_waits_for_the_next_socket_when_nobody_answers() {
        let mut requests = Requests::default();
        let metadata = Change { metadata: Some("mine".into()), ..Change::default() };
        let id = requests.add(CallId(1), metadata).unwrap();
        requests.message(Millis(0), id, None);
        let mine = proto::ParticipantInfo { metadata: "mine".into(), ..Default::default() };
        assert_eq!(requests.shown(&mine), [(CallId(1), Ok(()))]);
        let bare = proto::ParticipantInfo::default();
        let again = requests.restore(&bare).unwrap();
        requests.message(Millis(0), again, Some(&bare));
        assert_eq!(requests.shown(&bare), []);
        assert_eq!((requests.expired(Millis(60_000)), requests.deadline()), (vec![], None));
        requests.socket_lost();
        assert!(requests.is_open(again), "it is sent again");
        assert_eq!(requests.message(Millis(60_000), again, Some(&bare)).unwrap().metadata, "mine");
        assert_eq!(requests.shown(&mine), [(CallId::NOBODYS, Ok(()))]);
    }

    #[test]
    fn an_ok_whose_state_never_shows_is_an_ok_all_the_same() {
        let mut requests = Requests::default();
        let id = requests.add(CallId(1), named("new")).unwrap();
        requests.message(Millis(0), id, None);
        let ok = RequestResponse { request_id: id, ..Default::default() };
        assert_eq!(requests.answered(Millis(10), &ok), None);
        assert_eq!(requests.expired(Millis(10 + STATE_MS)), [(CallId(1), Ok(()))]);
    }

    #[test]
    fn a_refusal_carries_the_servers_reason() {
        let mut requests = Requests::default();
        let id = requests.add(CallId(1), named("new")).unwrap();
        requests.message(Millis(0), id, None);
        let no = RequestResponse { request_id: id, reason: 2, message: "no".into(), ..Default::default() };
        let (_, result) = requests.answered(Millis(1), &no).unwrap();
        let error = result.unwrap_err();
        assert_eq!((error.code, error.request_reason), (Code::SignalRequest, Some(2)));
    }

    #[test]
    fn what_may_not_have_arrived_is_given_more_time_once_until_it_has() {
        let mut requests = Requests::default();
        let id = requests.add(CallId(1), named("new")).unwrap();
        requests.message(Millis(10), id, None);
        let up = Millis(10 + ANSWER_MS);
        assert!(!requests.prolong(up, Millis(11)), "a later ping was answered");
        assert!(requests.prolong(up, Millis(10)) && !requests.prolong(up, Millis(10)));
        assert!(requests.expired(up).is_empty());
        let verdict = requests.deadline();
        requests.hasten(up, Millis(10));
        assert_eq!(requests.deadline(), verdict, "the ping that was answered had been sent before");
        let answered_by = up.after(100 + FOLLOWS_MS);
        requests.hasten(up.after(100), Millis(11));
        assert_eq!(requests.deadline(), Some(answered_by), "the answer comes behind the pong");
        assert_eq!(requests.expired(answered_by).len(), 1);
    }

    #[test]
    fn time_stands_still_while_there_is_no_socket() {
        let mut requests = Requests::default();
        let id = requests.add(CallId(1), named("new")).unwrap();
        requests.message(Millis(0), id, None);
        requests.socket_lost();
        assert!(requests.expired(Millis(60_000)).is_empty());
        requests.message(Millis(60_000), id, None);
        let (_, result) = requests.expired(Millis(60_000 + ANSWER_MS)).pop().unwrap();
        let error = result.unwrap_err();
        assert_eq!((error.code, error.request_reason), (Code::SignalRequest, None));
    }
}
