//! When a room that is lost stays lost: by the policy's word, or when the time for it is up. That time runs only while
//! there is a network, and not while the server itself has asked to be left alone.

use crate::engine::error::{Code, Error};
use crate::engine::link::Hangup;
use crate::engine::room::session::Session;
use crate::engine::time::Millis;
use crate::engine::timers::Timer;
use crate::protocol::proto;
use crate::protocol::text::text;

/// Of what the server asked for, that much belongs to it: what it is spread over, too.
const ASKED_SHARE: f64 = 1.25;

impl Session {
    /// For good: by the policy's word or because it has lasted too long.
    pub(super) fn give_up(&mut self) {
        let Some(episode) = &self.episode else { return };
        let message = text!("gave up reconnecting after ", episode.story(self.now));
        let error = self.with_story(Error::new(Code::SessionEnded, message));
        self.log(log::Level::Error, error.message.clone());
        self.end(proto::DisconnectReason::UnknownReason as i32, error, Hangup::Abandoned);
    }

    /// The time to give up runs only while there is a network.
    pub(super) fn run_give_up_clock(&mut self) {
        let running = self.timers.get(Timer::GiveUp);
        match (self.surroundings.online(), running, self.give_up_left_ms) {
            (true, None, Some(left)) => self.timers.set(Timer::GiveUp, self.now.after(left)),
            (false, Some(at), Some(_)) => {
                self.give_up_left_ms = Some(at.since(self.now));
                self.timers.stop(Timer::GiveUp);
            }
            _ => {}
        }
    }

    /// The next attempt is due then. As far as that is what the server asked for, it costs no time; who waits for nothing else
    /// is not gone by then.
    pub(super) fn wait_as_the_server_asked(&mut self, due: Millis) {
        let Some(episode) = &mut self.episode else { return };
        let Some(hint) = episode.hint_ms.filter(|_| episode.not_before.is_none()) else { return };
        episode.not_before = Some(due);
        let wait = due.since(self.now);
        let asked = ((hint * ASKED_SHARE) as u64).min(wait);
        self.timers.put_off(Timer::GiveUp, asked);
        let enough = due.after(asked.min(self.options.connect_timeout_ms));
        if asked == wait && self.timers.get(Timer::GiveUp).is_some_and(|at| at < enough) {
            self.timers.set(Timer::GiveUp, enough);
        }
    }
}
