//! Attempts that do not wait for the policy: what the app or the network's return ask for, and what takes the place of a
//! dial that hangs because the node of the session is gone.

use crate::engine::config::PolicyChoice;
use crate::engine::episode::Wish;
use crate::engine::link::{Hangup, Phase};
use crate::engine::policy::{self, Cause, Decision, DefaultReconnect, ReconnectContext};
use crate::engine::room::event::ReconnectKind;
use crate::engine::room::joining::{Purpose, Stage};
use crate::engine::room::session::Session;
use crate::engine::time::Millis;
use crate::engine::timers::Timer;

/// Attempts that something other than the policy asked for are this far apart.
const APART_MS: u64 = 1_000;
/// A dial that hangs although the node is gone is replaced after this time, or after so many round trips: it takes three
/// of them to open.
const HANGS_MS: u64 = 1_000;
const HANGS_ROUND_TRIPS: f64 = 6.0;
/// Nor sooner than after this share of the time over which the default policy spreads a room of this size: a large room's
/// replacements are as thin as its first attempts.
const HANGS_WIDTH: f64 = 0.35;
/// So often within an episode: who waits for a whole fleet to come up must not make it harder.
const REPLACEMENTS: u32 = 3;
/// One that began early in an episode gets longer. A cluster of livekit-servers looks after 3 s for another node, and takes
/// up to 5 s to know that one is gone: before that a new dial would hang as well.
const EARLY_HANGS_MS: u64 = 3_500;
const EARLY_MS: u64 = 1_500;
/// The replacement keeps the spread that the attempt before it had, and a little of its own.
const HOP_MS: (f64, f64) = (1.0, 100.0);

impl Session {
    /// The network's return or a wake-up says that now is the time: one attempt with the local delay, then at least a
    /// second apart, however often that is said.
    pub(super) fn attempt_soon(&mut self, cause: Option<Cause>) {
        self.wish(Wish::Host(cause));
    }

    /// The app says so. It does not wait for what the policy has just tried, only for what itself has asked for before.
    pub(super) fn attempt_now(&mut self) {
        self.wish(Wish::App);
    }

    /// While an attempt is on its way there is no other: should it fail, the next one is what was wished for.
    fn wish(&mut self, wish: Wish) {
        if matches!(self.stage, Stage::Waiting) {
            self.fulfil(wish);
        } else if let Some(episode) = self.episode.as_mut().filter(|episode| episode.wish != Some(Wish::App)) {
            episode.wish = Some(wish);
        }
    }

    /// An attempt failed: true when the next does not wait for the policy, because it was wished for meanwhile, or because
    /// it `goes_on` where a resume was turned down or a region failed: joins that follow come as thinly as those attempts
    /// did, to a server that these cost next to nothing, or to another. What the server says of when is newer.
    pub(super) fn goes_on_at_once(&mut self, wish: Option<Wish>, goes_on: bool) -> bool {
        self.wait();
        let told_when = self.episode.as_ref().is_some_and(|episode| episode.hint_ms.is_some());
        !told_when && if goes_on { self.hurry(None).is_some() } else { wish.is_some_and(|wish| self.fulfil(wish)) }
    }

    /// A list came after the attempt had failed: with the default policy the next region is tried as if it had been there.
    pub(super) fn reconnect_elsewhere(&mut self) {
        if matches!(self.config.policy, PolicyChoice::Default(_)) {
            self.hurry(None);
        }
    }

    /// False where there is nothing to bring forward, or it is due as soon already.
    fn fulfil(&mut self, wish: Wish) -> bool {
        if !self.waits_online() {
            return false;
        }
        let Some(episode) = &mut self.episode else { return false };
        let last = match wish {
            Wish::App => episode.last_asked,
            Wish::Host(cause) => {
                episode.cause = cause.unwrap_or(episode.cause);
                episode.last_begun
            }
        };
        let due = self.hurry(last);
        if let (Wish::App, Some(episode), Some(due)) = (wish, &mut self.episode, due) {
            episode.last_asked = Some(due);
        }
        due.is_some()
    }

    fn waits_online(&self) -> bool {
        matches!(self.stage, Stage::Waiting) && self.surroundings.online()
    }

    /// Brings the next attempt forward, if that makes it any sooner: says to when. Not before the server wants it.
    fn hurry(&mut self, last: Option<Millis>) -> Option<Millis> {
        if !self.waits_online() {
            return None;
        }
        let delay = policy::local_delay_ms(&self.config.policy, self.policy_context()?, &mut self.rng);
        let episode = self.episode.as_mut()?;
        episode.hurried = true;
        let earliest = last.map_or(self.now, |last| last.after(APART_MS)).max(episode.not_before.unwrap_or(self.now));
        let delay = delay.max(earliest.since(self.now) as f64);
        let due = self.now.after(delay.ceil() as u64);
        if self.timers.get(Timer::Attempt).is_some_and(|at| at <= due) {
            return None;
        }
        self.timers.stop(Timer::PolicyAnswer);
        self.schedule(Decision::After(delay));
        Some(due)
    }

    /// Nothing comes in on either path: there is nothing to resume.
    pub(super) fn note_node_gone(&mut self) {
        let Some(episode) = &mut self.episode else { return };
        episode.node_gone = true;
        self.timers.stop(Timer::Media);
        match self.stage {
            Stage::Waiting => self.escalate(),
            _ => self.watch_dial(),
        }
    }

    /// Sees to it that the dial that was just begun does not hang for long, where that is to be feared.
    pub(super) fn watch_dial(&mut self) {
        let Some(episode) = self.episode.as_ref().filter(|_| self.may_replace()) else { return };
        let begun = episode.last_begun.unwrap_or(self.now);
        let early = begun.since(episode.started) < EARLY_MS;
        let slow = self.liveness.rtt_ms().unwrap_or(0.0) * HANGS_ROUND_TRIPS;
        let wide = match &self.config.policy {
            PolicyChoice::Default(bucket) => {
                let first = ReconnectContext { retry_count: 0, ..episode.context(self.now, "", true) };
                DefaultReconnect { strangers: 0.0, ..bucket.clone() }.width_ms(&first) * HANGS_WIDTH
            }
            _ => 0.0,
        };
        let hangs = if early { EARLY_HANGS_MS } else { HANGS_MS }.max(slow.max(wide) as u64);
        self.timers.set(Timer::Media, begun.after(hangs));
    }

    pub(super) fn replace_hanging(&mut self) {
        let dialling = matches!(self.stage, Stage::Dialling(Purpose::Resume | Purpose::Rejoin));
        if dialling && self.link.phase() == Phase::Dialling {
            self.replace_attempt();
        }
    }

    fn may_replace(&self) -> bool {
        self.episode.as_ref().is_some_and(|episode| episode.node_gone && episode.replaced < REPLACEMENTS)
    }

    /// An attempt that hung gives way to another one, which asks for a new session.
    fn replace_attempt(&mut self) {
        let delay = self.rng.between(HOP_MS.0, HOP_MS.1);
        self.stop_validating();
        self.drop_signalling(Hangup::Abandoned);
        let Some(episode) = &mut self.episode else { return };
        episode.replaced = episode.replaced.saturating_add(1);
        episode.attempt = episode.attempt.saturating_add(1);
        episode.kind = ReconnectKind::Full;
        episode.reason = "signalling and media fell silent".into();
        self.wait();
        self.schedule(Decision::After(delay));
    }
}
