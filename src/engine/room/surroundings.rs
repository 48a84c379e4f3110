//! Signs of life and of trouble from outside the room: pings, silence, the host's network and page events.

use crate::engine::cause::Evidence;
use crate::engine::history::What;
use crate::engine::io::HostEvent;
use crate::engine::link::{Hangup, Phase};
use crate::engine::liveness::{Action, Periods};
use crate::engine::peer::PeerAction;
use crate::engine::policy::Cause;
use crate::engine::room::event::ReconnectKind;
use crate::engine::room::joining::{Purpose, Stage};
use crate::engine::room::recovery::LANDING_MS;
use crate::engine::room::session::Session;
use crate::engine::time::Millis;
use crate::engine::timers::Timer;
use crate::protocol::proto;
use crate::protocol::signal::Ask;
use crate::protocol::text::text;

/// Between two looks at what media has come in, while everything works.
const MEDIA_MS: u64 = 2_000;
/// The same while a resume is waited for: the answer decides what is tried.
const MEDIA_LOST_MS: u64 = 250;
/// A transport's loss of its peer is told so long after it at most, while the host is awake (browsers: 5 s after the
/// last answer to a check); before it SCTP may have been sending something again and again for as long.
const UNNOTICED_MS: u64 = 15_000;
/// Media that stands still for so long is a suspicion; without signalling it is a fact.
const STILL_MS: u64 = 2_000;

/// What the second witness has seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Media {
    /// Received on the transport so far; none while nothing of it was media. A track can be there on which its publisher
    /// sends nothing: that is no witness.
    bytes: u64,
    /// When that was more than before, or it was first looked at.
    grew: Millis,
    /// When it was looked at last.
    seen: Millis,
}

impl Media {
    /// Whether it came in when it was looked at last; `None` when it never did.
    fn flows(&self) -> Option<bool> {
        (self.bytes > 0).then(|| self.seen.since(self.grew) < STILL_MS)
    }
}

/// Everybody who was on a node that died comes back within the default policy's widest window and some attempts; who does
/// not is gone.
const AWAITED_MS: u64 = 20_000;

/// Speech gets louder or softer within this time, and the server tells of it.
const SPEAKERS_MS: u64 = 5_000;

impl Session {
    /// The socket said its first message: from now on its silence means something.
    pub(super) fn watch_socket(&mut self, periods: Periods) {
        self.periods = periods;
        if self.liveness.open(self.now, periods) {
            let line = text!(
                "the server's ping interval and timeout are out of bounds: ",
                periods.interval_ms,
                " and ",
                periods.timeout_ms,
                " ms are used"
            );
            self.log(log::Level::Warn, line);
        }
    }

    /// Something came in on the socket.
    pub(super) fn note_life(&mut self) {
        let action = self.liveness.on_message(self.now);
        self.act_on_life(action);
    }

    pub(super) fn handle_pong(&mut self, pong: proto::Pong) {
        // The answer to no ping of ours is a sign of life, and no measure.
        let requests = &self.requests;
        let asked = self.queue.ponged(pong.last_ping_timestamp, |id| requests.is_open(id));
        let action = self.liveness.on_pong(self.now, asked.then_some(pong.last_ping_timestamp));
        let reached = self.liveness.reached();
        self.requests.hasten(self.now, reached);
        self.publications.hasten(self.now, reached);
        self.act_on_life(action);
    }

    pub(super) fn handle_liveness_timer(&mut self) {
        let action = self.liveness.on_timer(self.now);
        self.act_on_life(action);
    }

    /// Something from outside casts doubt on the socket.
    pub(super) fn suspect(&mut self, why: &str) {
        let action = self.liveness.suspect(self.now);
        self.look_into(why, action);
    }

    /// What the server answers at once stays unanswered.
    pub(super) fn suspect_way_up(&mut self, why: &str) {
        let action = self.liveness.suspect_way_up(self.now);
        self.look_into(why, action);
    }

    fn look_into(&mut self, why: &str, action: Option<Action>) {
        if action.is_some() {
            self.record(What::Suspected, why);
        }
        self.act_on_life(action);
    }

    /// What is sent does not leave the host.
    pub(super) fn note_buffered(&mut self, bytes: u32) {
        if self.liveness.on_buffered(self.now, bytes) {
            self.suspect("what is sent piles up");
        }
    }

    fn act_on_life(&mut self, action: Option<Action>) {
        match action {
            None => {}
            Some(Action::Ping { timestamp, rtt }) => {
                self.send(Ask::Ping(timestamp));
                if self.send(Ask::PingReq(proto::Ping { timestamp, rtt })) {
                    self.queue.pinged(timestamp);
                }
            }
            Some(Action::Dead(_)) => self.handle_dead_socket(),
        }
    }

    /// Media is the second witness: from its first track on it is asked what came in.
    pub(super) fn watch_media(&mut self) {
        let period = if self.is_live() { MEDIA_MS } else { MEDIA_LOST_MS };
        if (self.is_live() || self.hopes_to_resume()) && self.timers.get(Timer::Media).is_none() {
            self.timers.set(Timer::Media, self.now.after(period));
        }
    }

    /// Signalling is lost and a resume is to bring it back: whether media still comes in tells whether there is anything
    /// to resume.
    pub(super) fn watch_media_alone(&mut self) {
        self.timers.stop(Timer::Media);
        if self.hopes_to_resume() {
            self.look_at_media();
        }
    }

    /// The connection is lost: until when what was sent is taken for delivered, should a new session follow. That is as
    /// long as both paths are known to have worked: twice is better than never, and the message's nonce mostly prevents
    /// it. The transport may have lost its peer without having noticed it yet, whatever the socket says.
    pub(super) fn note_what_was_delivered(&mut self, why: Hangup) {
        let is_still = |media: &Media| media.bytes > 0 && self.now.since(media.grew) >= STILL_MS;
        let still = self.media.filter(is_still).map(|media| media.grew);
        // What lost its peer had lost it for a while before that was noticed.
        let (woke, slept_ms) = self.woke;
        let unnoticed = |until: Millis| {
            let slept_ms = if until.since(woke) < UNNOTICED_MS { slept_ms } else { 0 };
            Millis(until.0.saturating_sub(UNNOTICED_MS.saturating_add(slept_ms)))
        };
        let blind = self.transport_blind().map(unnoticed);
        let doubted = match (still, blind) {
            (Some(still), Some(blind)) => Some(still.min(blind)),
            (still, blind) => still.or(blind),
        };
        self.sound = doubted.is_none() && self.is_transport_connected() && why != Hangup::Idle;
        let heard = self.liveness.heard().unwrap_or(self.heard);
        let known = doubted.map_or(heard, |doubted| doubted.min(heard));
        // What was on its way at that moment had not been read.
        let known = known.0.saturating_sub(LANDING_MS);
        self.heard = unnoticed(self.now).min(Millis(known));
        if self.sound && self.link.is_live() {
            self.data.drained();
        }
    }

    fn hopes_to_resume(&self) -> bool {
        let before_its_answer = matches!(self.stage, Stage::Waiting | Stage::Dialling(Purpose::Resume));
        before_its_answer && self.episode.as_ref().is_some_and(|episode| episode.kind == ReconnectKind::Resume)
    }

    pub(super) fn look_at_media(&mut self) {
        if self.episode.as_ref().is_some_and(|episode| episode.node_gone) {
            return self.replace_hanging();
        }
        if self.roster.expects_media() {
            self.peer(PeerAction::Stats);
        } else {
            self.media = None;
        }
        self.watch_media();
    }

    fn media_flows(&self) -> Option<bool> {
        self.media.and_then(|media| media.flows())
    }

    /// What has come in so far.
    pub(super) fn note_media(&mut self, bytes: u64) {
        let now = self.now;
        let media = match self.media {
            Some(media) if media.bytes == bytes => Media { seen: now, ..media },
            _ => Media { bytes, grew: now, seen: now },
        };
        self.media = Some(media);
        if media.flows() != Some(false) {
            return;
        }
        if self.is_live() {
            self.suspect("no media comes in");
        } else if self.hopes_to_resume() {
            self.note_node_gone();
        }
    }

    fn handle_dead_socket(&mut self) {
        if let Some(purpose) = self.purpose() {
            self.log(log::Level::Debug, "the signal socket fell silent during an attempt");
            return self.handle_attempt_socket_lost(purpose, Phase::Live, 0, String::new());
        }
        let media_flows = if self.negotiation.has_failed() { Some(false) } else { self.media_flows() };
        let reason = proto::ReconnectReason::RrSignalDisconnected;
        self.lost_by(Evidence::Silent { media_flows }, reason, Hangup::Idle);
    }

    /// The socket closed by itself.
    pub(super) fn handle_socket_lost(&mut self, before: Phase, code: u16, reason: String) {
        if let Some(purpose) = self.purpose() {
            return self.handle_attempt_socket_lost(purpose, before, code, reason);
        }
        let evidence = Evidence::Closed { code, reason: &reason };
        self.lost_by(evidence, proto::ReconnectReason::RrSignalDisconnected, Hangup::Abandoned);
    }

    /// What the host says about its network and page.
    pub(super) fn handle_host(&mut self, event: HostEvent) {
        let suspicious = self.surroundings.handle(self.now, event);
        match event {
            HostEvent::Offline => self.record(What::Offline, ""),
            HostEvent::Online => self.record(What::Online, ""),
            _ => {}
        }
        if event == HostEvent::Offline {
            // Closes nothing: the path may live. Only new attempts are pointless.
            let due = [Timer::Attempt, Timer::PolicyAnswer].map(|timer| self.timers.get(timer));
            if matches!(self.stage, Stage::Waiting) && self.episode.is_some() && due != [None; 2] {
                self.timers.stop(Timer::Attempt);
                self.timers.stop(Timer::PolicyAnswer);
                self.tell_attempt(f64::INFINITY);
            }
        }
        self.run_give_up_clock();
        if suspicious {
            self.look_again(event != HostEvent::Visible);
        }
    }

    /// The host was asleep. That is no time in which anything could have been tried.
    pub(super) fn handle_wake(&mut self, late_ms: u64, look: bool) {
        self.timers.put_off(Timer::GiveUp, late_ms);
        if look {
            self.look_again(true);
        }
    }

    /// The host woke up, or its network changed: what lives is asked for a sign, what waits is tried now.
    pub(super) fn look_again(&mut self, local: bool) {
        self.suspect("the host woke up or its network changed");
        self.attempt_soon(local.then_some(Cause::Local));
    }

    /// Whether a full reconnect came out on another node than the session before it: then that one has lost everybody,
    /// and who is not here yet may be on the way.
    pub(super) fn is_on_another_node(&self, server: Option<&proto::ServerInfo>) -> bool {
        let before = self.joined.as_ref().map(|joined| joined.server_info.node_id.as_str());
        let now = server.map(|server| server.node_id.as_str());
        before.zip(now).is_some_and(|(before, now)| !before.is_empty() && before != now)
    }

    pub(super) fn await_others(&mut self) {
        if self.roster.awaits_others() {
            self.timers.set(Timer::Others, self.now.after(AWAITED_MS));
        }
    }

    pub(super) fn await_others_no_longer(&mut self) {
        let events = self.roster.await_others_no_longer();
        self.tell(events);
    }

    /// The same session goes on: who has fallen silent meanwhile is never told.
    pub(super) fn doubt_speakers(&mut self) {
        if self.roster.doubt_speakers() {
            self.timers.set(Timer::Speakers, self.now.after(SPEAKERS_MS));
        }
    }

    pub(super) fn silence_doubted_speakers(&mut self) {
        // Lost again, nobody is told of.
        if self.link.is_live() {
            let events = self.roster.silence_doubted(self.now);
            self.tell(events);
        }
    }
}
