//! Why a socket did not open: browsers do not say, so the server is asked through `/validate`, once and briefly. A
//! question that fails changes nothing; what the answers mean is in [`crate::engine::cause`].

use crate::engine::episode::Episode;
use crate::engine::io::{FetchFailed, FetchId, FetchRequest, FetchResponse};
use crate::engine::link::{Hangup, Phase};
use crate::engine::room::failure::Failure;
use crate::engine::room::fetches::Asked;
use crate::engine::room::joining::{Purpose, Stage};
use crate::engine::room::session::Session;
use crate::engine::timers::Timer;
use crate::protocol::secret::Secret;

/// From asking to doing without an answer.
const VALIDATE_MS: u64 = 3_000;

/// The same where another region is left to try.
const SHORT_VALIDATE_MS: u64 = 1_000;

/// Largest answer that is read.
const VALIDATE_BYTES: usize = 4_096;

/// Reconnects ask once in so many attempts, and after each that the server had named the time of: a server in trouble is
/// not asked twice by everybody.
const ATTEMPTS_PER_QUESTION: u32 = 4;

impl Session {
    /// The socket of an attempt closed.
    pub(super) fn handle_attempt_socket_lost(&mut self, purpose: Purpose, before: Phase, code: u16, reason: String) {
        let opened = before != Phase::Dialling;
        let failure = Failure::of_close(self.now, opened, code, &reason, &self.surroundings);
        let asks = |e: &Episode| e.attempt % ATTEMPTS_PER_QUESTION == 1 || e.hint_ms.is_some();
        let worth_asking = purpose == Purpose::Join || self.episode.as_ref().is_some_and(asks);
        if failure.terminal || opened || !worth_asking {
            return self.attempt_failed(failure, Hangup::Abandoned);
        }
        self.stage = Stage::Validating(purpose, failure.error);
        // Where there is another region to try, it is not kept waiting.
        let patience = if self.regions.untried(self.now).is_empty() { VALIDATE_MS } else { SHORT_VALIDATE_MS };
        self.timers.set(Timer::Validate, self.now.after(patience));
        let url = std::mem::take(&mut self.validate_url);
        let (id, timeout_ms, max_bytes) = (FetchId(0), patience, VALIDATE_BYTES);
        self.fetch(Asked::Why, FetchRequest { id, url, bearer: None, timeout_ms, max_bytes, shared: false });
    }

    pub(super) fn handle_validated(&mut self, result: Result<&FetchResponse, &FetchFailed>) {
        let Stage::Validating(_, original) = &self.stage else { return };
        let failure = Failure::of_validate(original.clone(), result);
        self.timers.stop(Timer::Validate);
        self.attempt_failed(failure, Hangup::Abandoned);
    }

    pub(super) fn handle_validate_timeout(&mut self) {
        let Stage::Validating(_, original) = &self.stage else { return };
        let failure = Failure::of_validate(original.clone(), Err(&FetchFailed));
        self.attempt_failed(failure, Hangup::Abandoned);
    }

    pub(super) fn stop_validating(&mut self) {
        self.timers.stop(Timer::Validate);
        self.stop_asking(|asked| matches!(asked, Asked::Why));
        self.validate_url = Secret::default();
    }
}
