//! The questions of a room that are on their way over HTTP: why a join failed, which regions there are, who is there.
//! Each answer finds its question by number; what was stopped or never asked finds none.

use crate::engine::Output;
use crate::engine::io::{FetchFailed, FetchId, FetchRequest, FetchResponse};
use crate::engine::room::session::Session;
use crate::protocol::regions::Region;

/// What was asked.
#[derive(Clone, Debug)]
pub(super) enum Asked {
    /// Why the socket did not open.
    Why,
    /// Which regions there are.
    Regions,
    /// Whether a region is there.
    Probe(Region),
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Fetches {
    last: FetchId,
    open: Vec<(FetchId, Asked)>,
}

impl Fetches {
    /// Whether such a question is on its way.
    pub fn any(&self, which: impl Fn(&Asked) -> bool) -> bool {
        self.open.iter().any(|(_, asked)| which(asked))
    }

    fn take(&mut self, id: FetchId) -> Option<Asked> {
        let at = self.open.iter().position(|(open, _)| *open == id)?;
        Some(self.open.swap_remove(at).1)
    }
}

impl Session {
    /// Asks. The request's number is set here.
    pub(super) fn fetch(&mut self, asked: Asked, mut request: FetchRequest) {
        self.fetches.last = FetchId(self.fetches.last.0.saturating_add(1));
        request.id = self.fetches.last;
        self.fetches.open.push((request.id, asked));
        self.push(Output::Fetch(request));
    }

    /// Nobody wants to know these any more.
    pub(super) fn stop_asking(&mut self, which: impl Fn(&Asked) -> bool) {
        for (id, asked) in std::mem::take(&mut self.fetches.open) {
            if which(&asked) {
                self.push(Output::AbortFetch(id));
            } else {
                self.fetches.open.push((id, asked));
            }
        }
    }

    pub(super) fn handle_fetched(&mut self, id: FetchId, result: Result<FetchResponse, FetchFailed>) {
        match self.fetches.take(id) {
            Some(Asked::Why) => self.handle_validated(result.as_ref()),
            Some(Asked::Regions) => self.handle_regions(result),
            Some(Asked::Probe(region)) => self.handle_probed(&region, result),
            None => {}
        }
    }
}
