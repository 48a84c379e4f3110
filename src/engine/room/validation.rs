//! Why a socket did not open: browsers do not say, so the server is asked through `/validate`, once and briefly. A
//! question that fails changes nothing; what the answers mean is in [`crate::engine::cause`].

use crate::engine::Output;
use crate::engine::io::{FetchFailed, FetchId, FetchRequest, FetchResponse};
use crate::engine::link::{Hangup, Phase};
use crate::engine::room::failure::Failure;
use crate::engine::room::joining::{Purpose, Stage};
use crate::engine::room::session::Session;
use crate::engine::timers::Timer;
use crate::protocol::secret::Secret;

/// From asking to doing without an answer.
const VALIDATE_MS: u64 = 3_000;

/// Largest answer that is read.
const VALIDATE_BYTES: usize = 4_096;

/// Reconnects ask once in so many attempts: a server in trouble is not asked twice by everybody.
const ATTEMPTS_PER_QUESTION: u32 = 4;

impl Session {
    /// The socket of an attempt closed.
    pub(super) fn handle_attempt_socket_lost(&mut self, purpose: Purpose, before: Phase, code: u16, reason: String) {
        let opened = before != Phase::Dialling;
        let failure = Failure::of_close(self.now, opened, code, &reason, &self.surroundings);
        let worth_asking =
            purpose == Purpose::Join || self.episode.as_ref().is_some_and(|e| e.attempt % ATTEMPTS_PER_QUESTION == 1);
        if failure.terminal || opened || !worth_asking {
            return self.attempt_failed(failure, Hangup::Abandoned);
        }
        self.fetch = FetchId(self.fetch.0.saturating_add(1));
        self.stage = Stage::Validating(purpose, failure.error);
        self.timers.set(Timer::Validate, self.now.after(VALIDATE_MS));
        let request = FetchRequest {
            id: self.fetch,
            url: std::mem::take(&mut self.validate_url),
            bearer: None,
            timeout_ms: VALIDATE_MS,
            max_bytes: VALIDATE_BYTES,
        };
        self.push(Output::Fetch(request));
    }

    pub(super) fn handle_validated(&mut self, id: FetchId, result: Result<FetchResponse, FetchFailed>) {
        if id != self.fetch {
            return;
        }
        let Stage::Validating(_, original) = &self.stage else { return };
        let failure = Failure::of_validate(original.clone(), result.as_ref());
        self.timers.stop(Timer::Validate);
        self.attempt_failed(failure, Hangup::Abandoned);
    }

    pub(super) fn handle_validate_timeout(&mut self) {
        let Stage::Validating(_, original) = &self.stage else { return };
        let failure = Failure::of_validate(original.clone(), Err(&FetchFailed));
        self.attempt_failed(failure, Hangup::Abandoned);
    }

    pub(super) fn stop_validating(&mut self) {
        if self.timers.get(Timer::Validate).is_some() {
            self.timers.stop(Timer::Validate);
            self.push(Output::AbortFetch(self.fetch));
        }
        self.fetch = FetchId(self.fetch.0.saturating_add(1));
        self.validate_url = Secret::default();
    }
}
