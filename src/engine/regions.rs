//! Where to connect to: the URL of the app, the regions of its list, and in which order they are tried.
//!
//! It keeps the list (and uses a stale one where there is no newer), puts what failed last for a while, and remembers
//! what was tried in the present round, for the error that names it all. It asks nobody and opens nothing: that is
//! `engine/room/failover.rs`. Whom a token may be sent to is decided by [`Trust`], before a region gets in here.

use crate::engine::time::Millis;
use crate::protocol::regions::{MOST_REGIONS, Refusal, Region, Trust, list_url, read_list};
use crate::protocol::secret::redacted;
use crate::protocol::text::text;
use crate::protocol::url::{Server, origin};

/// A region that failed comes last for this long.
const COOL_DOWN_MS: u64 = 600_000;
/// How long a list is new when the server does not say.
const NEW_MS: u64 = 5_000;
/// No list is new for longer than this, whatever the server says.
const LONGEST_NEW_MS: u64 = 86_400_000;

/// `RoomOptions.regions` and `allowInsecure`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RegionOptions {
    /// Servers that the app names itself, most wanted first, after the URL of `connect()`.
    pub urls: Vec<String>,
    /// Where a list is served, for servers that are not LiveKit Cloud's.
    pub endpoint: Option<String>,
    /// Hosts of a list that may be sent a token, with everything below them.
    pub allowed_hosts: Vec<String>,
    /// No list is asked for and none is used.
    pub off: bool,
    /// A token may travel without TLS to a host that is not this machine. Default false.
    pub allow_insecure: bool,
}

/// The last try of a region, since the connection was asked for or lost.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Tried {
    region: Region,
    /// Why it failed, as a sentence.
    error: String,
    /// How long it took.
    ms: u64,
    /// In a round each region is tried once.
    round: u32,
}

/// Where the app named a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Named {
    Connect,
    Urls,
    Endpoint,
}

impl Named {
    /// The argument or option, for an error.
    pub const fn as_str(self) -> &'static str {
        match self {
            Named::Connect => "url",
            Named::Urls => "RoomOptions.regions.urls",
            Named::Endpoint => "RoomOptions.regions.endpoint",
        }
    }
}

/// What came of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    /// Whether there are regions now.
    pub usable: bool,
    /// What was refused: an origin (or what stands for it) and why.
    pub refused: Vec<(String, Refusal)>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Regions {
    options: RegionOptions,
    trust: Trust,
    home: Region,
    list: Vec<Region>,
    /// Until when the list is new.
    new_until: Option<Millis>,
    current: Region,
    /// Origins that failed, with the time.
    failed: Vec<(String, Millis)>,
    tried: Vec<Tried>,
    round: u32,
    /// An answer to a probe came first from there.
    preferred: Option<String>,
}

impl Regions {
    /// With what the app says about regions.
    pub fn new(options: RegionOptions) -> Self {
        Self { options, ..Self::default() }
    }

    /// The app connects to this URL. What is known of the regions of the same host stays known.
    pub fn start(&mut self, now: Millis, url: &str) -> Result<(), (Named, Refusal)> {
        let mut named = self.options.urls.clone();
        named.insert(0, url.to_owned());
        let (allowed_hosts, insecure) = (self.options.allowed_hosts.clone(), self.options.allow_insecure);
        let trust = Trust { named, allowed_hosts, insecure };
        let check = |by: Named, url: &str| trust.named(url).map_err(|why| (by, why));
        check(Named::Connect, url)?;
        for url in &self.options.urls {
            check(Named::Urls, url)?;
        }
        // The endpoint is sent the token as well.
        if let Some(url) = &self.options.endpoint {
            check(Named::Endpoint, url)?;
        }
        if !self.home.is_at(&origin(url)) {
            self.list.clear();
            self.new_until = None;
        }
        self.home = Region::at(url);
        self.trust = trust;
        if self.list.is_empty() && !self.options.off {
            for url in &self.options.urls {
                self.list.push(Region::at(url));
            }
        }
        self.forget_tries();
        self.go_to_best(now);
        Ok(())
    }

    /// Where the app said to connect to.
    pub fn home(&self) -> &Region {
        &self.home
    }

    /// Where to dial.
    pub fn current(&self) -> &Region {
        &self.current
    }

    /// Whether this server has, or may have, more than one region.
    pub fn may_be_many(&self) -> bool {
        !self.list.is_empty() || self.discovery_url().is_some()
    }

    /// Where to ask for a list now; `None` while the one there is is new, or where there is none to ask for.
    pub fn wants_list(&self, now: Millis) -> Option<String> {
        self.discovery_url().filter(|_| self.new_until.is_none_or(|until| until <= now))
    }

    fn discovery_url(&self) -> Option<String> {
        let endpoint = self.options.endpoint.as_deref();
        list_url(&self.home.url, endpoint).filter(|_| !self.options.off)
    }

    /// A list came. One that cannot be read changes nothing.
    pub fn learn(&mut self, now: Millis, body: &str, max_age_ms: Option<u64>) -> Learned {
        let Some(list) = read_list(body) else { return Learned::default() };
        self.new_until = Some(now.after(max_age_ms.unwrap_or(NEW_MS).clamp(NEW_MS, LONGEST_NEW_MS)));
        self.replace(list)
    }

    /// No list came: not to be asked for again at once. True when there is an old one to go on with.
    pub fn learn_nothing(&mut self, now: Millis) -> bool {
        self.new_until = Some(now.after(NEW_MS));
        !self.list.is_empty()
    }

    /// The server named regions in a leave: they take the place of the list.
    pub fn replace(&mut self, list: Vec<Region>) -> Learned {
        let mut learned = Learned::default();
        let mut kept: Vec<Region> = Vec::new();
        for mut region in list.into_iter().take(MOST_REGIONS).filter(|_| !self.options.off) {
            // It stands in errors, events and facts.
            region.name = redacted(region.name);
            match self.trust.listed(&region.url) {
                Ok(_) if kept.iter().any(|other| other.is_at(&region.origin())) => {}
                Ok(_) => kept.push(region),
                Err(why) => learned.refused.push((named(&region), why)),
            }
        }
        learned.usable = !kept.is_empty();
        if learned.usable {
            self.list = kept;
        }
        learned
    }

    /// Goes where the server sends us; not to a place that was tried in this round, and not to a stranger.
    pub fn redirect(&mut self, url: &str) -> Result<bool, Refusal> {
        self.trust.listed(url)?;
        let place = origin(url);
        if self.was_tried(&place) {
            return Ok(false);
        }
        self.current = self.list.iter().find(|region| region.is_at(&place)).cloned().unwrap_or_default();
        url.clone_into(&mut self.current.url);
        Ok(true)
    }

    fn go_to_best(&mut self, now: Millis) {
        let home = self.home.origin();
        let mut all = self.candidates(now);
        // A connect begins where the app says, unless that failed lately.
        let begin = all.iter().position(|region| region.is_at(&home)).filter(|_| !self.is_cooling(now, &home));
        if let Some(best) = (!all.is_empty()).then(|| all.swap_remove(begin.unwrap_or(0))) {
            self.current = best;
        }
    }

    fn is_cooling(&self, now: Millis, origin: &str) -> bool {
        self.failed.iter().any(|(of, at)| of == origin && now.since(*at) < COOL_DOWN_MS)
    }

    /// All regions in the order of preference: the list, then the URL of the app unless the list has it; what failed
    /// lately comes last, the longest ago first.
    fn candidates(&self, now: Millis) -> Vec<Region> {
        let mut all = self.list.clone();
        let home = self.home.origin();
        match all.iter_mut().find(|region| region.is_at(&home)) {
            Some(listed) => listed.query.clone_from(&self.home.query),
            None => all.push(self.home.clone()),
        }
        let failed = |region: &Region| {
            let origin = region.origin();
            self.failed.iter().find(|(of, at)| *of == origin && now.since(*at) < COOL_DOWN_MS).map(|(_, at)| *at)
        };
        let (mut ordered, mut late) = (Vec::new(), Vec::new());
        for region in all {
            match failed(&region) {
                None => ordered.push(region),
                Some(when) => late.push((when, region)),
            }
        }
        while let Some(first) = (0..late.len()).min_by_key(|at| late.get(*at).map(|(when, _)| *when)) {
            ordered.push(late.remove(first).1);
        }
        ordered
    }

    /// Regions that were not tried in this round, best first.
    pub fn untried(&self, now: Millis) -> Vec<Region> {
        let here = self.current.origin();
        let mut left = self.candidates(now);
        left.retain(|region| !region.is_at(&here) && !self.was_tried(&region.origin()));
        if let Some(at) =
            left.iter().position(|region| self.preferred.as_ref().is_some_and(|preferred| region.is_at(preferred)))
        {
            let best = left.remove(at);
            left.insert(0, best);
        }
        left
    }

    /// Whether there is another region that has not failed lately.
    pub fn has_fresh(&self, now: Millis) -> bool {
        self.untried(now).first().is_some_and(|best| !self.is_cooling(now, &best.origin()))
    }

    /// An attempt at the current region failed; `elsewhere`: another may do better, so that this one comes last.
    pub fn failed(&mut self, now: Millis, error: &str, ms: u64, elsewhere: bool) {
        let here = self.current.origin();
        self.tried.retain(|tried| !tried.region.is_at(&here));
        if elsewhere {
            self.failed.retain(|(of, at)| *of != here && now.since(*at) < COOL_DOWN_MS);
            self.failed.push((here, now));
        }
        let (region, error, round) = (self.current.clone(), error.to_owned(), self.round);
        self.tried.push(Tried { region, error, ms, round });
    }

    fn was_tried(&self, place: &str) -> bool {
        self.tried.iter().any(|tried| tried.round == self.round && tried.region.is_at(place))
    }

    /// Goes to the best region that is left in this round; false when none is.
    pub fn advance(&mut self, now: Millis) -> bool {
        match self.untried(now).into_iter().next() {
            Some(next) => {
                self.current = next;
                self.preferred = None;
                true
            }
            None => false,
        }
    }

    /// Everything may be tried again, the best first.
    pub fn begin_again(&mut self, now: Millis) {
        self.round = self.round.wrapping_add(1);
        self.preferred = None;
        self.go_to_best(now);
    }

    /// Forgets what was tried.
    pub fn forget_tries(&mut self) {
        self.tried.clear();
        self.preferred = None;
    }

    /// It works: nothing is held against the current region any more.
    pub fn succeeded(&mut self) {
        let here = self.current.origin();
        self.failed.retain(|(of, _)| *of != here);
        self.forget_tries();
    }

    /// A probe of this region was answered, the first of its race.
    pub fn answered(&mut self, region: &Region) {
        self.preferred.get_or_insert_with(|| region.origin());
    }

    /// What was tried, for the error: "" unless there is more than one place to try.
    pub fn story(&self) -> String {
        let several = self.tried.len() > 1 || !self.list.is_empty();
        let mut story = String::new();
        for tried in self.tried.iter().filter(|_| several) {
            story += if story.is_empty() { " (tried " } else { "; " };
            story += &text!(named(&tried.region), " for ", tried.ms, " ms: ", tried.error);
        }
        if !story.is_empty() {
            story.push(')');
        }
        story
    }
}

/// How a region is called in a message: its name and its origin, never its whole URL.
pub fn named(region: &Region) -> String {
    let origin = region.origin();
    if region.name.is_empty() { origin } else { text!(region.name, " ", origin) }
}

/// The URL of a region's probe: the root of its server, without a token.
pub fn probe_url(region: &Region) -> Option<String> {
    Server::parse(&region.url).ok().map(|server| server.http("/"))
}
