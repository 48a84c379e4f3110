//! One table of named timers. At most one deadline each; setting one again moves it.

use crate::engine::time::Millis;

macro_rules! timers {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// Why the engine wants to be woken. Told in logs, so that "why did we wake?" has an answer.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Timer { $($(#[$doc])* $name,)* }

        impl Timer {
            /// Every timer, in the order in which simultaneous ones run.
            pub const ALL: &'static [Timer] = &[$(Timer::$name,)*];
        }
    };
}

timers! {
    /// The whole of a connect: past it the connect fails.
    ConnectBudget,
    /// The next dial of an episode is due.
    Attempt,
    /// The socket has not opened.
    SocketOpen,
    /// The socket has not opened for so long that other regions are asked whether they are there.
    Race,
    /// The socket is open and has not said its first message.
    FirstMessage,
    /// The join failure's `/validate` has not answered.
    Validate,
    /// A custom reconnect policy has not answered.
    PolicyAnswer,
    /// A session became stable: counters start again from 0.
    Stable,
    /// The episode has lasted too long: give up.
    GiveUp,
    /// An episode has lasted so long that it is worth a warning.
    Warn,
    /// Send the next ping.
    Ping,
    /// Nothing was heard for the server's timeout.
    Silence,
    /// A probe has not been answered.
    Probe,
    /// Load the plugins.
    PluginStart,
    /// A plugin has not loaded in time.
    Plugin,
    /// Ask what the transport has received since the last time.
    Media,
    /// Debounced negotiation.
    Negotiate,
    /// An offer has not been answered.
    Answer,
    /// The transport has not connected.
    Transport,
    /// The next requests of many may be sent.
    Pace,
    /// The earliest `add_track` without its `track_published`.
    AddTrack,
    /// The earliest request without its `request_response`.
    Request,
    /// The local connection quality has been LOST for too long.
    QualityLost,
    /// The app leaves, and what it sent before has not arrived.
    Farewell,
    /// Who spoke before a resume and was not told of since does not speak any more.
    Speakers,
    /// The room is on another node: who was in it before and has not followed is gone.
    Others,
}

/// The table.
#[derive(Clone, Debug, Default)]
pub struct Timers([Option<Millis>; Timer::ALL.len()]);

impl Timers {
    /// Sets a timer, or moves it.
    pub fn set(&mut self, timer: Timer, at: Millis) {
        if let Some(slot) = self.0.get_mut(timer as usize) {
            *slot = Some(at);
        }
    }

    /// Puts off a timer that is set.
    pub fn put_off(&mut self, timer: Timer, ms: u64) {
        if let Some(at) = self.get(timer) {
            self.set(timer, at.after(ms));
        }
    }

    /// Sees to it that a timer that is set is not due later than this.
    pub fn bring_forward(&mut self, timer: Timer, latest: Millis) {
        if let Some(at) = self.get(timer) {
            self.set(timer, at.min(latest));
        }
    }

    /// Stops a timer; a stopped one stays stopped.
    pub fn stop(&mut self, timer: Timer) {
        if let Some(slot) = self.0.get_mut(timer as usize) {
            *slot = None;
        }
    }

    /// Stops all of them.
    pub fn clear(&mut self) {
        self.0 = Default::default();
    }

    /// When the timer is due, if it is set.
    pub fn get(&self, timer: Timer) -> Option<Millis> {
        self.0.get(timer as usize).copied().flatten()
    }

    /// Stops the timer and says true when it is due.
    pub fn take_expired(&mut self, timer: Timer, now: Millis) -> bool {
        let due = self.get(timer).is_some_and(|at| at <= now);
        if due {
            self.stop(timer);
        }
        due
    }

    /// The earliest deadline and its name.
    pub fn next(&self) -> Option<(Millis, Timer)> {
        Timer::ALL.iter().filter_map(|timer| self.get(*timer).map(|at| (at, *timer))).min_by_key(|(at, _)| *at)
    }
}

#[cfg(test)]
mod tests {
    use super::{Timer, Timers};
    use crate::engine::time::Millis;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn the_earliest_timer_is_next_and_expires_once() {
        let mut timers = Timers::default();
        timers.set(Timer::Ping, Millis(50));
        timers.set(Timer::Silence, Millis(20));
        assert_eq!(timers.next(), Some((Millis(20), Timer::Silence)));
        assert!(!timers.take_expired(Timer::Silence, Millis(19)));
        assert!(timers.take_expired(Timer::Silence, Millis(20)));
        assert!(!timers.take_expired(Timer::Silence, Millis(21)));
        timers.set(Timer::Ping, Millis(70));
        assert_eq!(timers.next(), Some((Millis(70), Timer::Ping)));
        timers.clear();
        assert_eq!(timers.next(), None);
    }
}
