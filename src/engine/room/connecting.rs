//! The first connect: who waits for it, how often and where it is tried again, how it ends without a session.
//!
//! One budget spans all of it. Another region is tried at once; the same one after a pause, as often as the app allows.

use crate::engine::error::{Code, Error};
use crate::engine::link::Hangup;
use crate::engine::room::command::CallId;
use crate::engine::room::failure::Failure;
use crate::engine::room::joining::{Purpose, Stage};
use crate::engine::room::session::Session;
use crate::engine::timers::Timer;
use crate::protocol::text::text;

/// Between a failed first connect and its retry: drawn from this range.
const RETRY_MS: (f64, f64) = (200.0, 1_000.0);
/// Who is told how long to wait is spread over this share of it at least, as far as the time for the connect allows.
const HINT_SHARE: f64 = 0.25;

/// The calls that wait for the first connect.
#[derive(Debug)]
pub(super) struct Connecting {
    pub calls: Vec<CallId>,
    pub retries_left: u32,
    /// What the last attempt failed with.
    pub failed_with: Option<Error>,
}

impl Session {
    pub(super) fn join_failed(&mut self, failure: Failure) {
        self.close_peer();
        // What was asked for while signalling was up is asked again.
        self.drop_signalling(Hangup::Abandoned);
        self.session_lost();
        self.note_region_failed(&failure);
        if self.hop(&failure) {
            return self.begin(Purpose::Join);
        }
        let retries_left = self.connecting.as_ref().map_or(0, |connecting| connecting.retries_left);
        let hint = failure.hint_ms.unwrap_or(0.0);
        let end = self.timers.get(Timer::ConnectBudget).unwrap_or(self.now.after(self.options.connect_timeout_ms));
        let left = end.since(self.now) as f64 - hint;
        let widest = (hint * HINT_SHARE).min(left - RETRY_MS.1).max(RETRY_MS.1);
        let delay = (hint + self.rng.between(RETRY_MS.0, widest)) as u64;
        let due = self.now.after(delay);
        let in_time = hint >= 0.0 && due < end;
        let may_help = !failure.terminal && failure.error.code.retryable() && self.surroundings.online();
        let again = may_help && in_time && retries_left > 0;
        if !again && !self.list_may_help(&failure) {
            return self.end_connecting(failure.error);
        }
        if let Some(connecting) = &mut self.connecting {
            connecting.failed_with = Some(failure.error.clone());
        }
        self.stage = Stage::Waiting;
        if !again {
            let line = text!("connect failed, another region may be named: ", failure.error.message);
            return self.log(log::Level::Debug, line);
        }
        self.regions.begin_again(self.now);
        self.timers.set(Timer::Attempt, due);
        self.log(log::Level::Debug, text!("connect failed, trying again in ", delay, " ms: ", failure.error.message));
    }

    /// The pause is over.
    pub(super) fn connect_again(&mut self) {
        if let Some(connecting) = &mut self.connecting {
            connecting.retries_left = connecting.retries_left.saturating_sub(1);
        }
        self.begin(Purpose::Join);
    }

    /// A list came, or none will, after the attempt had failed: with another region it goes on at once.
    pub(super) fn connect_elsewhere(&mut self, hopped: bool) {
        if hopped {
            self.timers.stop(Timer::Attempt);
            return self.begin(Purpose::Join);
        }
        let failed_with = self.connecting.as_ref().and_then(|connecting| connecting.failed_with.clone());
        if let Some(error) = failed_with.filter(|_| self.timers.get(Timer::Attempt).is_none()) {
            self.end_connecting(error);
        }
    }

    pub(super) fn handle_connect_budget_spent(&mut self) {
        let failed_with = self.connecting.as_ref().and_then(|connecting| connecting.failed_with.clone());
        let error = match (&self.stage, failed_with) {
            (Stage::Validating(_, error), _) => error.clone(),
            (Stage::Waiting, Some(error)) => error,
            (Stage::Transport(_), _) => Error::new(Code::Timeout, "the media transport did not connect in time"),
            _ => Error::new(Code::Timeout, "the room connection was not made in time"),
        };
        if !matches!(self.stage, Stage::Waiting) {
            self.note_region_failed(&Failure::from(error.clone()));
        }
        self.end_connecting(error);
    }

    fn end_connecting(&mut self, error: Error) {
        let error = self.with_story(error);
        self.log(log::Level::Error, text!("could not connect: ", error.message));
        self.end(error.reason_of_connect(), error, Hangup::Abandoned);
    }
}
