//! From a lost connection back to one, or to giving up: which kind of attempt, when, and what the app is told.
//!
//! A resume comes first; refused once or failed twice it becomes a full reconnect, and nothing turns that back within
//! an episode. One attempt at a time. Delays are the policy's; this file only asks it and keeps to the answer.

use crate::engine::cause::{self, Evidence, Judgement};
use crate::engine::config::PolicyChoice;
use crate::engine::episode::{Episode, Failed, Loss, Steadiness, WARN_AFTER_MS};
use crate::engine::history::{Fact, What};
use crate::engine::link::{Hangup, Phase};
use crate::engine::peer::{PeerAction, PeerState};
use crate::engine::policy::{self, Cause, Decision, ReconnectContext};
use crate::engine::room::event::{ConnectionState, Event, ReconnectKind, Reconnecting};
use crate::engine::room::failure::Failure;
use crate::engine::room::joining::{Purpose, Stage, forbids_resume, ice_config};
use crate::engine::room::session::Session;
use crate::engine::timers::Timer;
use crate::engine::{Output, PolicyAnswer, Question};
use crate::protocol::proto;
use crate::protocol::text::text;

/// What a custom policy gets to answer in.
const POLICY_ANSWER_MS: u64 = 5_000;

/// What is sent on a transport that works has arrived after this long.
pub(super) const LANDING_MS: u64 = 100;

impl Session {
    /// Something ended what worked: for good, or until it is mended.
    pub(super) fn lost_by(&mut self, evidence: Evidence<'_>, reconnect_reason: proto::ReconnectReason, why: Hangup) {
        if !self.is_live() {
            return;
        }
        let asked_for = matches!(evidence, Evidence::Asked(_));
        match cause::judge(self.now, evidence, &self.surroundings) {
            Judgement::Terminal { reason, error } => self.end_refused(reason, error),
            Judgement::Lost { cause, next, hint_ms, text } => {
                let kind = next;
                self.lost(Loss { kind, cause, reason: text, reconnect_reason, hint_ms, asked_for }, why);
            }
        }
    }

    /// What worked is lost, or has to be given up.
    pub(super) fn lost(&mut self, mut loss: Loss, why: Hangup) {
        if !self.is_live() {
            return;
        }
        if self.farewell.is_some() {
            return self.timers.set(Timer::Farewell, self.now);
        }
        let both_dead = self.link.phase() == Phase::Down && self.negotiation.has_failed();
        let no_resume = self.joined.as_ref().is_none_or(|joined| joined.no_resume);
        let no_transport = self.capabilities.rtc && self.negotiation.primary() == PeerState::New;
        if both_dead || no_resume || no_transport || self.resumes_in_vain {
            loss.kind = ReconnectKind::Full;
        }
        let lived = self.joined.as_ref().map_or(0, |joined| self.now.since(joined.since));
        let participants = self.participants().saturating_add(self.elsewhere);
        let before = self.steadiness.lost(loss.asked_for);
        self.note_what_was_delivered(why);
        self.drop_signalling(why);
        for timer in [Timer::Stable, Timer::QualityLost, Timer::Negotiate, Timer::Answer, Timer::Transport] {
            self.timers.stop(timer);
        }
        self.timers.set(Timer::Warn, self.now.after(WARN_AFTER_MS));
        self.give_up_left_ms = Some(self.config.give_up_after_ms);
        self.run_give_up_clock();
        self.regions.forget_tries();
        self.episode = Some(Episode::new(self.now, loss, before, lived, participants));
        if let Some(reason) = self.episode.as_ref().map(|episode| episode.reason.clone()) {
            self.record(What::Lost, &reason);
        }
        self.next_attempt();
        self.watch_media_alone();
    }

    /// Hangs up. What the socket may have swallowed waits again. No leave is said, not even before a full reconnect: what
    /// is on its way on the data channels still arrives, and the join that follows takes the place of this session.
    pub(super) fn drop_signalling(&mut self, why: Hangup) {
        self.hang_up(why);
        self.liveness.close();
        self.data.set_live(false);
        let requests = &self.requests;
        self.queue.socket_lost(|id| requests.is_open(id));
        self.requests.socket_lost();
        self.publications.socket_lost();
    }

    /// What the server was told belongs to a session that is over, or about to be.
    pub(super) fn session_lost(&mut self) {
        self.queue.session_lost();
        self.publications.session_lost();
    }

    /// Asks the policy when to try again. Offline there is nothing to ask: the network's return asks.
    pub(super) fn next_attempt(&mut self) {
        self.wait();
        if !self.surroundings.online() {
            return self.tell_attempt(f64::INFINITY);
        }
        let Some(context) = self.policy_context() else { return };
        let decision = policy::decide(&self.config.policy, &context, &mut self.rng);
        if decision == Decision::Ask {
            self.question = Question(self.question.0.wrapping_add(1));
            self.timers.set(Timer::PolicyAnswer, self.now.after(POLICY_ANSWER_MS));
            return self.push(Output::AskPolicy(self.question, Box::new(context)));
        }
        self.schedule(decision);
    }

    /// Nothing is on its way until the next attempt, whoever says when that is.
    pub(super) fn wait(&mut self) {
        let Some(episode) = &self.episode else { return };
        self.stage = Stage::Waiting;
        self.set_state(match episode.kind {
            ReconnectKind::Resume => ConnectionState::SignalReconnecting,
            ReconnectKind::Full => ConnectionState::Reconnecting,
        });
    }

    pub(super) fn policy_context(&self) -> Option<ReconnectContext> {
        self.episode
            .as_ref()
            .map(|episode| episode.context(self.now, &self.regions.current().url, self.surroundings.online()))
    }

    pub(super) fn handle_policy_answer(&mut self, question: Question, answer: PolicyAnswer) {
        if question == self.question && self.timers.get(Timer::PolicyAnswer).is_some() {
            self.timers.stop(Timer::PolicyAnswer);
            self.use_policy_answer(answer);
        }
    }

    /// The app's policy said nothing in time, or nonsense, or threw: the default one answers.
    pub(super) fn handle_policy_silence(&mut self) {
        self.use_policy_answer(PolicyAnswer::Failed);
    }

    fn use_policy_answer(&mut self, answer: PolicyAnswer) {
        let Some(context) = self.policy_context() else { return };
        let (decision, replaced) = policy::custom(answer, &context, &mut self.rng);
        if replaced && !std::mem::replace(&mut self.policy_failed_before, true) {
            self.log(log::Level::Warn, "the reconnect policy gave no usable answer, the default one is used instead");
        }
        self.schedule(decision);
    }

    pub(super) fn schedule(&mut self, decision: Decision) {
        let Decision::After(delay) = decision else { return self.give_up() };
        // Rounded up: a moment's delay is not none.
        let due = self.now.after(delay.ceil() as u64);
        self.timers.set(Timer::Attempt, due);
        self.wait_as_the_server_asked(due);
        if self.episode.as_ref().is_some_and(|episode| episode.failed == 0) {
            // The wait for a first attempt is expected churn, however long.
            self.timers.set(Timer::Warn, due.after(WARN_AFTER_MS));
        }
        self.tell_attempt(delay);
        self.warn_when_due();
    }

    /// Tells when the next attempt is due; without a network nobody knows, so the delay is infinite.
    pub(super) fn tell_attempt(&mut self, delay: f64) {
        let region = self.region_name();
        let Some(episode) = &mut self.episode else { return };
        if delay.is_finite() {
            episode.last_delay_ms = delay;
        }
        let facts = Reconnecting {
            attempt: episode.attempt,
            delay_ms: delay,
            reason: episode.reason.clone(),
            cause: episode.cause,
            region,
            kind: episode.kind,
        };
        let when = if delay.is_finite() { text!("in ", delay.ceil() as u64, " ms") } else { "when online".to_owned() };
        let line = text!(
            facts.reason,
            ": ",
            facts.kind.as_str(),
            " attempt ",
            facts.attempt,
            " ",
            when,
            " (cause ",
            facts.cause.as_str(),
            ")"
        );
        self.log(log::Level::Debug, line);
        self.emit(Event::Reconnecting(facts));
        let fact = Fact { delay_ms: Some(delay), ..self.fact(What::Waiting, "") };
        self.history.add(fact);
    }

    pub(super) fn warn_when_due(&mut self) {
        let (now, from) = (self.now, self.config.warn_from_attempt);
        let Some(episode) = &mut self.episode else { return };
        if episode.take_warning(now, from) {
            // What failed before is counted where a session did not last.
            let first = episode.attempt == 1 && now.since(episode.started) < WARN_AFTER_MS;
            let again = if episode.failed > 0 { " again, " } else { ", " };
            let line = match first {
                true => text!(
                    "the connection is lost",
                    again,
                    episode.session_duration_ms,
                    " ms after it was made: ",
                    episode.reason
                ),
                false => text!("the connection is still lost after ", episode.story(now)),
            };
            self.log(log::Level::Warn, line);
        }
    }

    /// The wait is over.
    pub(super) fn begin_next_attempt(&mut self) {
        if !matches!(self.stage, Stage::Waiting) {
            return;
        }
        let now = self.now;
        let Some(episode) = &mut self.episode else {
            return self.connect_again();
        };
        // Data is on its way on a transport that is about to be replaced.
        let landed = episode.started.after(LANDING_MS);
        if episode.kind == ReconnectKind::Full && now < landed {
            return self.timers.set(Timer::Attempt, landed);
        }
        episode.begin(now);
        match episode.kind {
            ReconnectKind::Resume => self.begin(Purpose::Resume),
            ReconnectKind::Full => {
                self.set_state(ConnectionState::Reconnecting);
                self.session_lost();
                self.data.restarted(self.heard, self.sound);
                self.begin(Purpose::Rejoin);
                self.watch_dial();
            }
        }
    }

    /// The transport failed while there is no signalling: a resume to where both are dead is no use.
    pub(super) fn escalate(&mut self) {
        let now = self.now;
        let Some(episode) = self.episode.as_mut().filter(|episode| episode.kind == ReconnectKind::Resume) else {
            return;
        };
        episode.kind = ReconnectKind::Full;
        self.set_state(ConnectionState::Reconnecting);
        if let Some(due) = self.timers.get(Timer::Attempt) {
            self.schedule(Decision::After(due.since(now) as f64));
        }
    }

    /// The server took the session back.
    pub(super) fn handle_reconnect(&mut self, reconnect: proto::ReconnectResponse) {
        self.link.live(&mut self.timers);
        self.watch_socket(self.periods);
        if let Some(joined) = &mut self.joined {
            joined.no_resume = forbids_resume(reconnect.client_configuration.as_ref());
            if let Some(info) = reconnect.server_info {
                joined.server_info = info;
            }
        }
        self.data.resumed(reconnect.last_message_seq);
        self.stage = Stage::Transport(Purpose::Resume);
        self.emit(Event::SignalConnected);
        self.doubt_speakers();
        self.send_sync_state();
        if !self.capabilities.rtc {
            return self.attempt_succeeded(Purpose::Resume);
        }
        self.timers.set(Timer::Transport, self.now.after(self.options.peer_connection_timeout_ms));
        let ice = ice_config(&reconnect.ice_servers, reconnect.client_configuration.as_ref());
        self.peer(PeerAction::Configure(ice));
        if self.negotiation.uses_publisher() {
            self.make_offer(true);
        }
        self.finish_resume_when_verified();
    }

    /// A resume is done when the transport is connected and has taken the answer to the ICE restart: that is a round
    /// trip, where a fixed wait would be seconds.
    pub(super) fn finish_resume_when_verified(&mut self) {
        let verified = self.is_transport_connected() && !self.negotiation.is_waiting();
        if matches!(self.stage, Stage::Transport(Purpose::Resume)) && verified {
            self.attempt_succeeded(Purpose::Resume);
        }
    }

    pub(super) fn recovery_failed(&mut self, failure: Failure) {
        self.drop_signalling(Hangup::Abandoned);
        let Some(kind) = self.episode.as_ref().map(|episode| episode.kind) else { return };
        // A signalling endpoint that is gone under a resume may be there for a new session.
        let session_only = failure.how != Failed::MayWorkNextTime && kind == ReconnectKind::Resume;
        // A new session may be made in another region.
        let mut hopped = false;
        if kind == ReconnectKind::Full {
            self.note_region_failed(&failure);
            hopped = self.hop(&failure);
        }
        if failure.terminal && !session_only && !hopped {
            let reason = failure.leave_reason();
            let error = self.with_story(failure.error);
            self.log(log::Level::Error, text!("the connection cannot be made again: ", error.message));
            return self.end(reason, error, Hangup::Abandoned);
        }
        if kind == ReconnectKind::Full && failure.elsewhere && !hopped {
            self.regions.begin_again(self.now);
        }
        let turned_down = failure.how == Failed::TurnedDown && kind == ReconnectKind::Resume;
        let forgotten = turned_down && failure.leave_reason() == proto::DisconnectReason::StateMismatch as i32;
        self.resumes_in_vain |= forgotten && !self.capabilities.rtc;
        let Some(episode) = &mut self.episode else { return };
        // Who is turned down for a new session, or goes to another region, was in a hurry or had his place in the default
        // policy's queue.
        let in_turn = std::mem::take(&mut episode.hurried) || matches!(self.config.policy, PolicyChoice::Default(_));
        let goes_on = (turned_down || hopped) && in_turn;
        episode.attempt_failed(if hopped && in_turn { Failed::Elsewhere } else { failure.how });
        // A server that lost everybody turns their resumes down one by one: what it says of this session does not unsay
        // that all were lost, and should they fail again, they keep their distance.
        if failure.how != Failed::TurnedDown || episode.cause != Cause::Remote {
            episode.cause = failure.cause.unwrap_or(episode.cause);
        }
        // The next region has not said anything of when.
        episode.hint_ms = failure.hint_ms.filter(|_| !hopped);
        episode.not_before = None;
        episode.reason.clone_from(&failure.error.message);
        let wish = episode.wish.take();
        if !self.goes_on_at_once(wish, goes_on) {
            self.next_attempt();
        }
    }

    /// The region that is connected or dialled, as far as anybody named it.
    pub(super) fn region_name(&self) -> String {
        let named = &self.regions.current().name;
        if !named.is_empty() {
            return named.clone();
        }
        self.joined.as_ref().map(|joined| joined.server_info.region.clone()).unwrap_or_default()
    }

    /// Everything works again.
    pub(super) fn recovered(&mut self) {
        self.timers.stop(Timer::GiveUp);
        self.timers.stop(Timer::Warn);
        self.give_up_left_ms = None;
        self.record(What::Reconnected, "");
        let Some(episode) = self.episode.take() else { return };
        let (failed, last_delay_ms) = (episode.failed, episode.last_delay_ms);
        self.steadiness = Steadiness { failed, on_probation: true, last_delay_ms };
        self.set_state(ConnectionState::Connected);
        self.emit(Event::Reconnected);
        let region = Some(self.region_name()).filter(|name| !name.is_empty()).unwrap_or_else(|| "-".to_owned());
        let line = text!(
            "reconnected (",
            episode.kind.as_str(),
            ", cause ",
            episode.cause.as_str(),
            ") after ",
            self.now.since(episode.started),
            " ms, attempts: ",
            episode.attempt,
            ", region: ",
            region,
            ", sessionDurationMs: ",
            episode.session_duration_ms
        );
        self.log(log::Level::Info, line);
    }

    /// The session has proved stable.
    pub(super) fn handle_stable(&mut self) {
        self.steadiness = Default::default();
    }
}
