//! What goes on beside the connection and must never hold it up: plugins, and the record of what happened.

use crate::engine::Output;
use crate::engine::history::{Fact, What};
use crate::engine::plugins::{Load, Loaded, News};
use crate::engine::regions::named;
use crate::engine::room::event::Event;
use crate::engine::room::session::Session;
use crate::engine::timers::Timer;
use crate::protocol::secret::redacted;
use crate::protocol::text::text;

/// Plugins begin when the room is connected, and when that takes longer than this from the socket's opening on, without
/// it. Not at once: what a plugin does before its first `await` holds up the page, and with it the join.
const PATIENCE_MS: u64 = 2_000;

impl Session {
    /// The socket of a first connect is open.
    pub(super) fn plugins_may_begin(&mut self) {
        if self.plugins.wait() && self.timers.get(Timer::PluginStart).is_none() {
            self.timers.set(Timer::PluginStart, self.now.after(PATIENCE_MS));
        }
    }

    /// The room is connected: as soon as the app knows.
    pub(super) fn plugins_shall_begin(&mut self) {
        if self.plugins.wait() {
            self.timers.set(Timer::PluginStart, self.now);
        }
    }

    pub(super) fn begin_plugins(&mut self) {
        for action in self.plugins.begin(self.now) {
            self.push(Output::Plugin(action));
        }
    }

    pub(super) fn handle_late_plugins(&mut self) {
        for (action, news) in self.plugins.expired(self.now) {
            self.push(Output::Plugin(action));
            self.tell_of_plugin(news);
        }
    }

    pub(super) fn handle_plugin(&mut self, load: Load, index: usize, loaded: Loaded) {
        if let Some(news) = self.plugins.loaded(self.now, load, index, loaded) {
            self.tell_of_plugin(news);
        }
    }

    fn tell_of_plugin(&mut self, news: News) {
        match &news {
            News::Ready { name, elapsed_ms, late } => {
                let late = if *late { ", late" } else { "" };
                self.log(log::Level::Debug, text!("plugin ", name, " is ready after ", elapsed_ms, " ms", late));
            }
            News::Unavailable { name, reason, elapsed_ms } => {
                let line = text!("plugin ", name, " is unavailable after ", elapsed_ms, " ms: ", reason);
                self.record(What::Plugin, &line);
                self.log(log::Level::Warn, line);
            }
        }
        self.emit(Event::Plugin(news));
    }

    pub(super) fn end_plugins(&mut self) {
        for action in self.plugins.end() {
            self.push(Output::Plugin(action));
        }
    }

    /// Notes a fact, with what the present episode says about it.
    pub(super) fn record(&mut self, what: What, outcome: &str) {
        let fact = self.fact(what, outcome);
        self.history.add(fact);
    }

    pub(super) fn fact(&self, what: What, outcome: &str) -> Fact {
        let episode = self.episode.as_ref();
        let here = self.regions.current();
        Fact {
            seq: 0,
            at: self.now,
            what,
            kind: episode.map(|episode| episode.kind),
            cause: episode.map(|episode| episode.cause),
            attempt: episode.map_or(0, |episode| episode.attempt),
            delay_ms: None,
            region: if here.name.is_empty() { named(here) } else { here.name.clone() },
            outcome: redacted(outcome.to_owned()),
            session_duration_ms: episode.map(|episode| episode.session_duration_ms),
        }
    }
}
