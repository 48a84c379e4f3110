//! Regions of a room: the list that is asked for beside the dial, the race of probes when a socket does not open, and
//! the way from one region to the next. One join is in flight, ever: a probe carries no token and joins nothing.
//!
//! What is tried in which order is decided by [`crate::engine::regions`]; delays are not decided here: a first connect
//! goes on at once, a reconnect with the spread that it has, and where the policy is the app's own when that says so.

use crate::engine::config::PolicyChoice;
use crate::engine::error::Error;
use crate::engine::history::What;
use crate::engine::io::{FetchFailed, FetchId, FetchRequest, FetchResponse};
use crate::engine::link::Phase;
use crate::engine::policy::Cause;
use crate::engine::regions::{Learned, named, probe_url};
use crate::engine::room::command::{CallId, Reply};
use crate::engine::room::event::{Event, RegionChange};
use crate::engine::room::failure::Failure;
use crate::engine::room::fetches::Asked;
use crate::engine::room::joining::{Purpose, Stage};
use crate::engine::room::session::Session;
use crate::engine::time::Millis;
use crate::engine::timers::Timer;
use crate::protocol::proto;
use crate::protocol::regions::{LARGEST_LIST_BYTES, Region};
use crate::protocol::secret::Secret;
use crate::protocol::text::text;

/// What a list has to come in.
const LIST_MS: u64 = 2_000;
/// A socket that has not opened after this long gives way where another region is left to try.
const OPEN_MS: u64 = 3_000;
/// The same where none is left.
const LAST_OPEN_MS: u64 = 5_000;
/// Other regions are asked when a socket has not opened after three round trips, within these bounds.
const RACE_MS: (f64, f64) = (300.0, 1_000.0);
/// Between two probes of a race.
const PROBES_APART_MS: u64 = 250;
/// So many regions are asked in one race.
const PROBES: usize = 2;
/// Nobody is asked while clients spread over a window wider than this: the others will not all be there for us.
const WIDEST_WINDOW_MS: f64 = 2_000.0;
/// A server that is too busy to be joined says so by this status.
const BUSY: u16 = 406;
/// An old list is worth a warning once in this time.
const STALE_WARN_MS: u64 = 3_600_000;

/// What a room remembers of its way through the regions.
#[derive(Debug, Default)]
pub(super) struct Way {
    /// When the present dial began.
    dialled: Millis,
    /// Probes of the present race.
    probes: usize,
    /// Where the last session was.
    joined: Option<Region>,
    /// Why that place was left.
    left_for: String,
    /// What the last attempt failed with, when another region may do better.
    failed: Option<String>,
    warned_stale: Option<Millis>,
    warned_refused: bool,
}

impl Session {
    /// How long a socket has to open. Without regions the real server may take seconds, so it gets what the app allows.
    pub(super) fn begin_opening(&mut self, purpose: Purpose) -> u64 {
        let most = self.options.websocket_timeout_ms;
        self.way.dialled = self.now;
        self.way.probes = 0;
        self.way.failed = None;
        self.stop_asking(|asked| matches!(asked, Asked::Probe(_)));
        if !self.regions.may_be_many() {
            return most;
        }
        let first = purpose == Purpose::Resume || !self.regions.untried(self.now).is_empty();
        if purpose != Purpose::Resume && self.may_race() {
            let three = self.liveness.rtt_ms().map_or(RACE_MS.1, |rtt| (3.0 * rtt).clamp(RACE_MS.0, RACE_MS.1));
            self.timers.set(Timer::Race, self.now.after(three as u64));
        }
        most.min(if first { OPEN_MS } else { LAST_OPEN_MS })
    }

    /// The socket is open. What the app gives a dial ends with its first message.
    pub(super) fn handle_opened(&mut self) {
        let latest = self.way.dialled.after(self.options.websocket_timeout_ms);
        self.timers.bring_forward(Timer::FirstMessage, latest);
        if self.connecting.is_some() {
            self.plugins_may_begin();
        }
    }

    /// Asks for the list unless there is a new one. Nothing ever waits for the answer.
    pub(super) fn discover(&mut self) {
        let Some(url) = self.regions.wants_list(self.now) else { return };
        if self.asks_for_list() {
            return;
        }
        let bearer = Some(self.token.clone());
        let (timeout_ms, max_bytes) = (LIST_MS, LARGEST_LIST_BYTES);
        let (id, url) = (FetchId(0), Secret::new(url));
        self.fetch(Asked::Regions, FetchRequest { id, url, bearer, timeout_ms, max_bytes, shared: true });
    }

    fn asks_for_list(&self) -> bool {
        self.fetches.any(|asked| matches!(asked, Asked::Regions))
    }

    /// Whether the list that is on its way may name a region that does better.
    pub(super) fn list_may_help(&self, failure: &Failure) -> bool {
        failure.elsewhere && self.surroundings.online() && self.asks_for_list()
    }

    pub(super) fn handle_regions(&mut self, result: Result<FetchResponse, FetchFailed>) {
        let learned = match &result {
            Ok(response) if response.status == 200 => self.regions.learn(self.now, &response.body, response.max_age_ms),
            _ => Learned::default(),
        };
        self.tell_refused(&learned);
        let old = result.is_ok_and(|response| response.stale);
        if old || (!learned.usable && self.regions.learn_nothing(self.now)) {
            let told = self.way.warned_stale.is_some_and(|at| self.now.since(at) < STALE_WARN_MS);
            if !told {
                self.way.warned_stale = Some(self.now);
                self.log(log::Level::Warn, "no list of regions came: the one from before is used");
            }
        }
        self.settle_prepared();
        // A dial that began without alternatives has some now.
        let waits = matches!(self.stage, Stage::Dialling(Purpose::Join | Purpose::Rejoin));
        if learned.usable && waits && self.link.phase() == Phase::Dialling && !self.regions.untried(self.now).is_empty()
        {
            self.timers.bring_forward(Timer::SocketOpen, self.way.dialled.after(OPEN_MS).max(self.now));
        }
        // An attempt that failed without alternatives has some now.
        if matches!(self.stage, Stage::Waiting)
            && let Some(why) = self.way.failed.clone()
        {
            let hopped = learned.usable && self.regions.has_fresh(self.now) && self.regions.advance(self.now);
            if hopped {
                self.left(&why);
            }
            if self.connecting.is_some() {
                self.connect_elsewhere(hopped);
            } else if hopped {
                self.reconnect_elsewhere();
            }
        }
    }

    fn tell_refused(&mut self, learned: &Learned) {
        let Some((region, why)) = learned.refused.first() else { return };
        let line = text!(
            "regions that are sent no token: ",
            learned.refused.len(),
            " (first: ",
            region,
            ", ",
            why.as_str(),
            ")"
        );
        let level =
            if std::mem::replace(&mut self.way.warned_refused, true) { log::Level::Debug } else { log::Level::Warn };
        self.log(level, line);
    }

    /// A leave that names regions replaces the list.
    pub(super) fn take_reported_regions(&mut self, leave: &proto::LeaveRequest) {
        let Some(reported) = leave.regions.as_ref().filter(|reported| !reported.regions.is_empty()) else { return };
        let mut list = Vec::new();
        for of in &reported.regions {
            list.push(Region { name: of.region.clone(), url: of.url.clone(), ..Default::default() });
        }
        let learned = self.regions.replace(list);
        self.tell_refused(&learned);
    }

    /// Whether other regions may be asked: not while everybody is on the way back over a wide window.
    fn may_race(&self) -> bool {
        let Some(episode) = &self.episode else { return true };
        let context = episode.context(self.now, "", true);
        match &self.config.policy {
            PolicyChoice::Default(bucket) => bucket.width_ms(&context) <= WIDEST_WINDOW_MS,
            _ => episode.cause != Cause::Remote,
        }
    }

    /// The socket is slow to open: the next regions are asked whether they are there, one after the other.
    pub(super) fn handle_race(&mut self) {
        let waits = matches!(self.stage, Stage::Dialling(Purpose::Join | Purpose::Rejoin));
        if !waits || self.link.phase() != Phase::Dialling || self.way.probes >= PROBES {
            return;
        }
        if let Some(region) = self.regions.untried(self.now).into_iter().nth(self.way.probes)
            && let Some(url) = probe_url(&region)
        {
            self.way.probes += 1;
            let (id, url, bearer) = (FetchId(0), Secret::new(url), None);
            let (timeout_ms, max_bytes) = (OPEN_MS, LARGEST_LIST_BYTES);
            self.fetch(Asked::Probe(region), FetchRequest { id, url, bearer, timeout_ms, max_bytes, shared: false });
        }
        // Also where there is nobody to ask yet: the list may be on its way.
        self.timers.set(Timer::Race, self.now.after(PROBES_APART_MS));
    }

    pub(super) fn handle_probed(&mut self, region: &Region, result: Result<FetchResponse, FetchFailed>) {
        if result.is_ok_and(|response| response.status < 500 && response.status != BUSY) {
            self.regions.answered(region);
        }
    }

    /// Notes what became of an attempt at the current region.
    pub(super) fn note_region_failed(&mut self, failure: &Failure) {
        let ms = self.now.since(self.way.dialled);
        self.regions.failed(self.now, &failure.error.message, ms, failure.elsewhere);
        self.way.failed = failure.elsewhere.then(|| failure.error.message.clone());
    }

    /// Goes to the next region of this round, if the failure may be the region's and there is one.
    pub(super) fn hop(&mut self, failure: &Failure) -> bool {
        self.timers.stop(Timer::Race);
        let sent = match failure.redirect.as_deref().map(|url| self.regions.redirect(url)) {
            Some(Err(why)) => {
                self.log(log::Level::Warn, text!("the server names another that is sent no token: ", why.as_str()));
                false
            }
            Some(Ok(sent)) => sent,
            None => false,
        };
        let hopped = sent || (failure.elsewhere && self.regions.advance(self.now));
        if hopped {
            self.left(&failure.error.message);
        }
        hopped
    }

    /// The region before the current one was left, and why.
    fn left(&mut self, why: &str) {
        why.clone_into(&mut self.way.left_for);
        self.way.failed = None;
        let line = text!("next region: ", named(self.regions.current()), " (", why, ")");
        self.log(log::Level::Debug, line);
        self.record(What::Region, why);
    }

    /// A session works: whether it is in another place than the last one (or than the app named).
    pub(super) fn arrived(&mut self) {
        self.timers.stop(Timer::Race);
        self.stop_asking(|asked| matches!(asked, Asked::Probe(_)));
        self.regions.succeeded();
        let here = self.regions.current().clone();
        let before = self.way.joined.replace(here.clone());
        let before = before.unwrap_or_else(|| self.regions.home().clone());
        let reason = std::mem::take(&mut self.way.left_for);
        if !before.is_at(&here.origin()) {
            self.log(
                log::Level::Info,
                text!("region changed from ", named(&before), " to ", named(&here), ": ", reason),
            );
            self.emit(Event::RegionChanged(Box::new(RegionChange { region: here, previous: before, reason })));
        }
    }

    /// An error that names every region that was tried, why it failed and how long it took.
    pub(super) fn with_story(&self, mut error: Error) -> Error {
        error.message += &self.regions.story();
        error
    }

    /// The session is over: the next one begins where the app says.
    pub(super) fn forget_way(&mut self) {
        self.stop_asking(|_| true);
        self.way = Way::default();
    }

    /// The app will connect soon: the list may come before that. Settles when there is nothing to wait for.
    pub(super) fn prepare(&mut self, call: CallId, url: &str, token: Secret) {
        if matches!(self.stage, Stage::Idle) && self.regions.start(self.now, url).is_ok() {
            self.token = token;
            self.discover();
        }
        self.preparing.push(call);
        if !self.asks_for_list() {
            self.settle_prepared();
        }
    }

    pub(super) fn settle_prepared(&mut self) {
        for call in std::mem::take(&mut self.preparing) {
            self.settle(call, Ok(Reply::Done));
        }
    }
}
