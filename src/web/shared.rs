//! Fetches that are the same for every room of a page: lists of regions. One request for a URL is on its way at a time,
//! an answer that is still new is used again, and an old one is better than none. Nobody waits for anybody else's.

use std::cell::{Cell, RefCell};

use crate::engine::io::{FetchFailed, FetchRequest, FetchResponse};
use crate::web::fetch::Fetch;
use crate::web::host;

/// An answer is new for so long at least (regions: protocol.md has 5 s where the server says nothing).
const NEW_MS: f64 = 5_000.0;

type Answer = Result<FetchResponse, FetchFailed>;
type Done = Box<dyn FnOnce(Answer)>;

#[derive(Default)]
struct Place {
    url: String,
    /// The last good answer and when it came.
    good: Option<(FetchResponse, f64)>,
    waiting: Vec<(u32, Done)>,
    fetch: Option<Fetch>,
}

thread_local! {
    static PLACES: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
    static LAST: Cell<u32> = const { Cell::new(0) };
}

fn with<T>(url: &str, act: impl FnOnce(&mut Place) -> T) -> T {
    PLACES.with(|places| {
        let mut places = places.borrow_mut();
        if let Some(place) = places.iter_mut().find(|place| place.url == url) {
            return act(place);
        }
        let mut place = Place { url: url.to_owned(), ..Place::default() };
        let done = act(&mut place);
        places.push(place);
        done
    })
}

/// Somebody who waits. Dropping it ends the wait; the request itself ends with the last who waits for it.
pub struct Ticket {
    url: String,
    number: u32,
}

impl Ticket {
    /// Waits for the answer, which comes later, once. `Err`: it is there already.
    pub fn take(request: &FetchRequest, done: Done) -> Result<Self, FetchResponse> {
        let url = request.url.reveal().to_owned();
        if let Some(answer) = with(&url, |place| place.good.as_ref().and_then(|(good, at)| still_new(good, *at))) {
            return Err(answer);
        }
        let number = LAST.get().wrapping_add(1);
        LAST.set(number);
        let idle = with(&url, |place| {
            place.waiting.push((number, done));
            place.fetch.is_none()
        });
        if idle {
            let key = url.clone();
            let fetch = Fetch::start(request, Box::new(move |answer| settle(&key, answer)));
            with(&url, |place| place.fetch = Some(fetch));
        }
        Ok(Self { url, number })
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let gone = with(&self.url, |place| {
            let at = place.waiting.iter().position(|(number, _)| *number == self.number);
            let gone = at.map(|at| place.waiting.remove(at));
            (gone, place.waiting.is_empty().then(|| place.fetch.take()))
        });
        // Dropped here, outside the borrow.
        drop(gone);
    }
}

fn still_new(good: &FetchResponse, at_ms: f64) -> Option<FetchResponse> {
    let age = host::precise_now_ms() - at_ms;
    let left = good.max_age_ms.map_or(NEW_MS, |ms| (ms as f64).max(NEW_MS)) - age;
    (left > 0.0).then(|| FetchResponse { max_age_ms: Some(left as u64), ..good.clone() })
}

fn settle(url: &str, answer: Answer) {
    let (waiting, answer) = with(url, |place| {
        place.fetch = None;
        let answer = match (answer, &place.good) {
            (Ok(response), _) if response.status == 200 => {
                place.good = Some((response.clone(), host::precise_now_ms()));
                Ok(response)
            }
            (_, Some((good, _))) => Ok(FetchResponse { stale: true, ..good.clone() }),
            (other, None) => other,
        };
        (std::mem::take(&mut place.waiting), answer)
    });
    for (_, done) in waiting {
        done(answer.clone());
    }
}
