//! From a loss to its recovery or to giving up: counts, times and what is worth a line in the log.
//!
//! Shared by everything that keeps a link up. It does not decide delays (that is [`crate::engine::policy`]) and does
//! not act. An episode begins with the loss of something that worked and ends when it works again; what the next
//! episode inherits from it is in [`Steadiness`].

use crate::engine::policy::{Cause, ReconnectContext};
use crate::engine::room::event::ReconnectKind;
use crate::engine::time::Millis;
use crate::protocol::proto::ReconnectReason;
use crate::protocol::text::text;

/// A session that lived this long starts counting from 0 again.
pub const STABLE_MS: u64 = 30_000;

/// So long without a connection is worth a warning, whatever the number of attempts.
pub const WARN_AFTER_MS: u64 = 5_000;

/// Failed resumes after which only a full reconnect is tried.
const RESUMES: u32 = 2;

/// What one episode leaves to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Steadiness {
    /// Failed attempts since the last stable session.
    pub failed: u32,
    /// The present session came out of an episode and has not proved stable yet.
    pub on_probation: bool,
    /// Delay of the attempt that it came from.
    pub last_delay_ms: f64,
}

impl Steadiness {
    /// A session is lost. One that came out of an episode and was not stable counts as a failed attempt, unless the
    /// app itself asked for the loss.
    pub fn lost(&mut self, asked_for: bool) -> Self {
        if self.on_probation && !asked_for {
            self.failed = self.failed.saturating_add(1);
        }
        *self
    }
}

/// An episode.
#[derive(Clone, Debug)]
pub struct Episode {
    /// When the connection was lost.
    pub started: Millis,
    /// How the next attempt is made. Only ever escalates.
    pub kind: ReconnectKind,
    /// Who else was probably lost.
    pub cause: Cause,
    /// What ended the connection, or what the last attempt failed with, as a sentence.
    pub reason: String,
    /// What a resume names as its reason.
    pub reconnect_reason: ReconnectReason,
    /// Failed attempts, those inherited included.
    pub failed: u32,
    /// Attempts begun or waited for, from 1.
    pub attempt: u32,
    /// Delay of the attempt that is waited for or failed last.
    pub last_delay_ms: f64,
    /// How long the lost session had lived.
    pub session_duration_ms: u64,
    /// Participants when it was lost.
    pub num_participants: u32,
    /// What the server said about when to come back.
    pub hint_ms: Option<f64>,
    /// When the attempt is due that follows from it: nothing brings that forward.
    pub not_before: Option<Millis>,
    /// When the last attempt began.
    pub last_begun: Option<Millis>,
    begun: u32,
    /// When the last attempt was due that the app had asked for.
    pub last_asked: Option<Millis>,
    /// What was wished for while an attempt was on its way.
    pub wish: Option<Wish>,
    /// The next attempt, or the one on its way, is what somebody wished for.
    pub hurried: bool,
    /// Media fell silent together with signalling: the node is gone.
    pub node_gone: bool,
    /// Attempts that hung and were replaced by another.
    pub replaced: u32,
    failed_resumes: u32,
    warned: bool,
}

/// Who wished for an attempt that does not wait for the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// The app.
    App,
    /// The host: its network is back or it woke up. The cause that the attempt then has, if it is another.
    Host(Option<Cause>),
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// In a way that the same kind of attempt may not.
    MayWorkNextTime,
    /// In a way that only a new session mends.
    SessionLost,
    /// The server answered that it wants a new session.
    TurnedDown,
    /// In one region; the next is tried at once.
    Elsewhere,
}

/// What is known of a loss.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct Loss {
    pub kind: ReconnectKind,
    pub cause: Cause,
    pub reason: String,
    pub reconnect_reason: ReconnectReason,
    pub hint_ms: Option<f64>,
    /// The app asked for it (`simulateScenario`).
    pub asked_for: bool,
}

impl Episode {
    /// A connection was lost.
    pub fn new(now: Millis, loss: Loss, before: Steadiness, session_duration_ms: u64, num_participants: u32) -> Self {
        Self {
            started: now,
            kind: loss.kind,
            cause: loss.cause,
            reason: loss.reason,
            reconnect_reason: loss.reconnect_reason,
            failed: before.failed,
            attempt: 1,
            last_delay_ms: if before.failed > 0 { before.last_delay_ms } else { 0.0 },
            session_duration_ms,
            num_participants,
            hint_ms: loss.hint_ms,
            not_before: None,
            last_begun: None,
            begun: 0,
            last_asked: None,
            wish: None,
            hurried: false,
            node_gone: false,
            replaced: 0,
            failed_resumes: 0,
            warned: false,
        }
    }

    /// An attempt begins.
    pub fn begin(&mut self, now: Millis) {
        self.last_begun = Some(now);
        self.begun = self.begun.saturating_add(1);
    }

    /// An attempt failed. A resume that the server itself turns down says nothing against the server, only that it
    /// wants a new session: it is no failure that a policy counts. Nor is that of one region before the last.
    pub fn attempt_failed(&mut self, how: Failed) {
        self.attempt = self.attempt.saturating_add(1);
        let resumed = self.kind == ReconnectKind::Resume;
        if resumed {
            self.failed_resumes += 1;
            if how != Failed::MayWorkNextTime || self.failed_resumes >= RESUMES {
                self.kind = ReconnectKind::Full;
            }
        }
        if !(how == Failed::Elsewhere || resumed && how == Failed::TurnedDown) {
            self.failed = self.failed.saturating_add(1);
        }
    }

    /// How long it has lasted and why, for a message.
    pub fn story(&self, now: Millis) -> String {
        let attempts = if self.begun == 1 { " attempt: " } else { " attempts: " };
        text!(now.since(self.started), " ms and ", self.begun, attempts, self.reason)
    }

    /// Whether it is time for the one warning of this episode: its second attempt or five seconds, or the attempt that
    /// the app says.
    pub fn take_warning(&mut self, now: Millis, warn_from_attempt: u32) -> bool {
        let long = warn_from_attempt <= 2 && now.since(self.started) >= WARN_AFTER_MS;
        let due = long || self.failed.saturating_add(1) >= warn_from_attempt;
        let warn = due && !self.warned;
        self.warned |= warn;
        warn
    }

    /// What a policy is told.
    pub fn context(&self, now: Millis, server_url: &str, online: bool) -> ReconnectContext {
        ReconnectContext {
            retry_count: self.failed,
            elapsed_ms: now.since(self.started) as f64,
            retry_reason: Some(self.reason.clone()),
            server_url: server_url.into(),
            cause: self.cause,
            num_participants: self.num_participants,
            last_delay_ms: self.last_delay_ms,
            session_duration_ms: self.session_duration_ms as f64,
            online,
            hint_ms: self.hint_ms,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    fn episode() -> Episode {
        let loss = Loss {
            kind: ReconnectKind::Resume,
            cause: Cause::Remote,
            reason: "socket closed".into(),
            reconnect_reason: ReconnectReason::RrSignalDisconnected,
            hint_ms: None,
            asked_for: false,
        };
        Episode::new(Millis(1_000), loss, Steadiness::default(), 60_000, 5)
    }

    #[test]
    fn two_failed_resumes_or_one_refusal_escalate_for_good() {
        let mut twice = episode();
        twice.attempt_failed(Failed::MayWorkNextTime);
        assert_eq!(twice.kind, ReconnectKind::Resume);
        twice.attempt_failed(Failed::MayWorkNextTime);
        assert_eq!(twice.kind, ReconnectKind::Full);
        twice.attempt_failed(Failed::MayWorkNextTime);
        assert_eq!((twice.kind, twice.failed), (ReconnectKind::Full, 3));
        twice.attempt_failed(Failed::Elsewhere);
        assert_eq!((twice.attempt, twice.failed), (5, 3), "what follows at once is not counted");
        for (how, failed) in [(Failed::TurnedDown, 0), (Failed::SessionLost, 1)] {
            let mut once = episode();
            once.attempt_failed(how);
            assert_eq!((once.kind, once.failed), (ReconnectKind::Full, failed));
        }
        let mut full = episode();
        full.kind = ReconnectKind::Full;
        full.attempt_failed(Failed::TurnedDown);
        assert_eq!(full.failed, 1, "turned down twice is a failed attempt");
    }

    #[test]
    fn the_first_attempt_is_no_warning_and_the_second_is_one() {
        let mut episode = episode();
        assert!(!episode.take_warning(Millis(1_100), 2));
        episode.attempt_failed(Failed::MayWorkNextTime);
        assert!(episode.take_warning(Millis(1_200), 2));
        assert!(!episode.take_warning(Millis(60_000), 2));
    }

    #[test]
    fn five_seconds_without_a_connection_are_a_warning() {
        assert!(episode().take_warning(Millis(6_000), 2));
    }

    #[test]
    fn a_short_life_after_a_recovery_counts_as_a_failed_attempt() {
        let mut steadiness = Steadiness::default();
        assert_eq!(steadiness.lost(false).failed, 0, "the first session of a room was not recovered from anything");
        steadiness.on_probation = true;
        assert_eq!(steadiness.lost(true).failed, 0, "the app asked for it");
        assert_eq!(steadiness.lost(false).failed, 1);
    }
}
