//! Plugins of a room: started beside the connection, each with a deadline, none ever waited for.
//!
//! A plugin is loaded once for each time that the room is connected. It becomes ready, or unavailable when it fails or is
//! late; what is late may still become ready. Nothing here runs a plugin: the session puts out [`PluginAction`]s and is
//! told what came of them. When they begin is the session's business.

use crate::engine::time::Millis;

/// What a plugin gets to load in, unless it says otherwise.
pub const TIMEOUT_MS: u64 = 5_000;

/// A plugin as the app registers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PluginSpec {
    /// For events and logs.
    pub name: String,
    /// What it gets to load in. 0: it is not loaded. Default [`TIMEOUT_MS`].
    pub timeout_ms: u64,
}

/// Numbers the times that plugins are loaded; what an older load comes to is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load(pub u32);

/// What is to be done with one, by its place in the list of specs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PluginAction {
    /// Call its `onLoad`.
    Load(Load, usize),
    /// Abort its signal: its time is up.
    Abort(usize),
    /// The room is over: abort its signal and call its `dispose`.
    Dispose(usize),
}

/// What a load came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loaded {
    /// It is there.
    Ready,
    /// It threw or rejected; why, as a sentence.
    Failed(String),
}

/// What the app is told.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum News {
    Ready {
        name: String,
        elapsed_ms: u64,
        /// It had been told to be unavailable.
        late: bool,
    },
    Unavailable {
        name: String,
        reason: String,
        elapsed_ms: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Idle,
    Pending {
        since: Millis,
    },
    /// Unavailable, but may still come.
    Late {
        since: Millis,
    },
    Ready,
    Failed,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Plugins {
    all: Vec<(PluginSpec, State)>,
    load: Load,
    begun: bool,
}

impl Plugins {
    /// None of them is loaded.
    pub fn new(specs: Vec<PluginSpec>) -> Self {
        let mut plugins = Self::default();
        for spec in specs {
            plugins.all.push((spec, State::Idle));
        }
        plugins
    }

    /// Whether there is something to load that was not begun.
    pub fn wait(&self) -> bool {
        !self.begun && self.all.iter().any(|(spec, _)| spec.timeout_ms > 0)
    }

    /// Loads them all.
    pub fn begin(&mut self, now: Millis) -> Vec<PluginAction> {
        if !self.wait() {
            return Vec::new();
        }
        self.begun = true;
        self.load = Load(self.load.0.wrapping_add(1));
        let mut actions = Vec::new();
        for (index, (_, state)) in self.all.iter_mut().enumerate().filter(|(_, (spec, _))| spec.timeout_ms > 0) {
            *state = State::Pending { since: now };
            actions.push(PluginAction::Load(self.load, index));
        }
        actions
    }

    /// When the next one is late.
    pub fn deadline(&self) -> Option<Millis> {
        let due = |(spec, state): &(PluginSpec, State)| match state {
            State::Pending { since } => Some(since.after(spec.timeout_ms)),
            _ => None,
        };
        self.all.iter().filter_map(due).min()
    }

    /// Those that are late now.
    pub fn expired(&mut self, now: Millis) -> Vec<(PluginAction, News)> {
        let mut late = Vec::new();
        for (index, (spec, state)) in self.all.iter_mut().enumerate() {
            let State::Pending { since } = *state else { continue };
            if since.after(spec.timeout_ms) > now {
                continue;
            }
            *state = State::Late { since };
            let (name, reason) = (spec.name.clone(), "it did not load in time".to_owned());
            let news = News::Unavailable { name, reason, elapsed_ms: now.since(since) };
            late.push((PluginAction::Abort(index), news));
        }
        late
    }

    /// What a load came to. Of an older load, or a second time, it is nothing.
    pub fn loaded(&mut self, now: Millis, load: Load, index: usize, loaded: Loaded) -> Option<News> {
        let (spec, state) = self.all.get_mut(index).filter(|_| load == self.load && self.begun)?;
        let (since, late) = match *state {
            State::Pending { since } => (since, false),
            State::Late { since } => (since, true),
            State::Idle | State::Ready | State::Failed => return None,
        };
        let (name, elapsed_ms) = (spec.name.clone(), now.since(since));
        *state = if loaded == Loaded::Ready { State::Ready } else { State::Failed };
        match loaded {
            Loaded::Ready => Some(News::Ready { name, elapsed_ms, late }),
            // It was told to be unavailable when it was late.
            Loaded::Failed(_) if late => None,
            Loaded::Failed(reason) => Some(News::Unavailable { name, reason, elapsed_ms }),
        }
    }

    /// The room is over. What was begun is to be let go of.
    pub fn end(&mut self) -> Vec<PluginAction> {
        self.begun = false;
        let mut actions = Vec::new();
        for (index, (_, state)) in self.all.iter_mut().enumerate() {
            if std::mem::replace(state, State::Idle) != State::Idle {
                actions.push(PluginAction::Dispose(index));
            }
        }
        actions
    }
}
