//! Signs of life and of trouble from outside the room: pings, silence, the host's network and page events.

use crate::engine::cause::Evidence;
use crate::engine::history::What;
use crate::engine::io::HostEvent;
use crate::engine::link::{Hangup, Phase};
use crate::engine::liveness::{Action, Periods};
use crate::engine::peer::PeerAction;
use crate::engine::policy::Cause;
use crate::engine::room::joining::Stage;
use crate::engine::room::session::Session;
use crate::engine::timers::Timer;
use crate::protocol::proto;
use crate::protocol::signal::Ask;

/// Between two looks at what media has come in.
const MEDIA_MS: u64 = 2_000;

impl Session {
    /// The socket said its first message: from now on its silence means something.
    pub(super) fn watch_socket(&mut self, periods: Periods) {
        self.periods = periods;
        self.liveness.open(self.now, periods);
    }

    /// Something came in on the socket.
    pub(super) fn note_life(&mut self) {
        let action = self.liveness.on_message(self.now);
        self.act_on_life(action);
    }

    pub(super) fn handle_pong(&mut self, pong: proto::Pong) {
        self.queue.ponged(pong.last_ping_timestamp);
        let action = self.liveness.on_pong(self.now, Some(pong.last_ping_timestamp));
        self.act_on_life(action);
    }

    pub(super) fn handle_liveness_timer(&mut self) {
        let action = self.liveness.on_timer(self.now);
        self.act_on_life(action);
    }

    /// Something from outside casts doubt on the socket.
    pub(super) fn suspect(&mut self) {
        let action = self.liveness.suspect(self.now);
        self.act_on_life(action);
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
        if self.is_live() && self.timers.get(Timer::Media).is_none() {
            self.timers.set(Timer::Media, self.now.after(MEDIA_MS));
        }
    }

    pub(super) fn look_at_media(&mut self) {
        if self.roster.expects_media() {
            self.peer(PeerAction::Stats);
        } else {
            self.media_bytes = [None; 2];
        }
        self.watch_media();
    }

    /// Nothing came in although something ought to: a doubt, and at a verdict a fact.
    pub(super) fn note_media(&mut self, bytes: u64) {
        let [_, before] = self.media_bytes;
        self.media_bytes = [before, Some(bytes)];
        if self.is_live() && before == Some(bytes) {
            self.suspect();
        }
    }

    fn handle_dead_socket(&mut self) {
        if let Some(purpose) = self.purpose() {
            self.log(log::Level::Debug, format!("the signal socket fell silent during an attempt ({purpose:?})"));
            return self.handle_attempt_socket_lost(purpose, Phase::Live, 0, String::new());
        }
        let media_flows = match self.media_bytes {
            _ if self.negotiation.has_failed() => Some(false),
            [Some(before), Some(last)] => Some(last > before),
            _ => None,
        };
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
            if self.stage == Stage::Waiting && self.episode.is_some() {
                self.timers.stop(Timer::Attempt);
                self.timers.stop(Timer::PolicyAnswer);
            }
        }
        self.run_give_up_clock();
        if suspicious {
            self.look_again(event != HostEvent::Visible);
        }
    }

    /// The host was asleep. That is no time in which anything could have been tried.
    pub(super) fn handle_wake(&mut self, slept_ms: u64) {
        self.timers.put_off(Timer::GiveUp, slept_ms);
        self.look_again(true);
    }

    /// The host woke up, or its network changed: what lives is asked for a sign, what waits is tried now.
    pub(super) fn look_again(&mut self, local: bool) {
        self.suspect();
        self.attempt_soon(local.then_some(Cause::Local));
    }
}
