//! Region lists, and which hosts may be sent a token.
//!
//! A list is `{"regions":[{"region","url","distance"}]}`; its order is the preference, so `distance` (an int64 that comes
//! as a number, as a text or not at all) is not read. The reader takes what JSON may be, skips what it does not know and
//! keeps nothing but names and URLs: a JSON library would weigh more than all of this layer.
//!
//! A list is what somebody else wrote. A token goes only to a host that the app itself named, or to one under a suffix
//! that is trusted together with it; everything else in a list is refused.

use crate::protocol::secret::Secret;
use crate::protocol::text;
use crate::protocol::url::{Server, is_cloud, origin};

/// Where LiveKit Cloud's region list lies, below the host.
const SETTINGS: &str = "/settings/regions";

/// Entries that are taken of a list; the rest is left.
pub const MOST_REGIONS: usize = 16;

/// Largest list that is read, in bytes.
pub const LARGEST_LIST_BYTES: usize = 64 * 1024;

/// How deep a list may nest.
const DEEPEST: usize = 32;

/// A place to connect to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Region {
    /// As the list names it; "" where nobody named it.
    pub name: String,
    /// The server's URL, `ws`, `wss`, `http` or `https`.
    pub url: String,
    /// The query that the app wrote there: it goes along with the token.
    pub query: Secret,
}

impl Region {
    /// A place that the app named by its URL.
    pub fn at(url: &str) -> Self {
        let (url, query) = match Server::parse(url) {
            Ok(server) => (server.base(), server.query().clone()),
            Err(_) => (url.to_owned(), Secret::default()),
        };
        Self { name: String::new(), url, query }
    }

    /// What of its URL may stand in a message, and what tells places apart.
    pub fn origin(&self) -> String {
        origin(&self.url)
    }

    /// Whether this is its origin.
    pub fn is_at(&self, origin: &str) -> bool {
        self.origin() == origin
    }
}

/// Why a URL is not sent a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It is no URL of a server.
    Malformed,
    /// It is not under TLS.
    Insecure,
    /// Its host is none that the app trusts.
    Stranger,
}

impl Refusal {
    /// In words, for the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Refusal::Malformed => "not the URL of a server",
            Refusal::Insecure => "not under TLS",
            Refusal::Stranger => "not under a host that the app named or allows",
        }
    }
}

/// Whom the app trusts with a token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// The URL of `connect()` and those of `regions.urls`: trusted as they are.
    pub named: Vec<String>,
    /// `regions.allowedHosts`: `example.com` is that host and every one below it.
    pub allowed_hosts: Vec<String>,
    /// `allowInsecure`: a token may travel without TLS to a host that is not this machine.
    pub insecure: bool,
}

impl Trust {
    /// Whether a token may go to a URL that the app itself named.
    pub fn named(&self, url: &str) -> Result<Server, Refusal> {
        let server = Server::parse(url).map_err(|_| Refusal::Malformed)?;
        match server.is_secure() || self.insecure || is_loopback(server.host()) {
            true => Ok(server),
            false => Err(Refusal::Insecure),
        }
    }

    /// Whether a token may go to a URL of a list.
    pub fn listed(&self, url: &str) -> Result<Server, Refusal> {
        let server = self.named(url)?;
        if self.named.iter().any(|named| Server::parse(named).is_ok_and(|named| named.is_same_origin(&server))) {
            return Ok(server);
        }
        let host = server.host();
        // A name that only looks like one of ours is written with other letters.
        if !host.is_ascii() {
            return Err(Refusal::Stranger);
        }
        let spelled_out = self.allowed_hosts.iter().any(|allowed| is_below(host, allowed));
        let cloud = is_cloud(host) && self.named.iter().any(|named| host_of(named).is_some_and(|host| is_cloud(&host)));
        match spelled_out || (cloud && server.is_secure()) {
            true => Ok(server),
            false => Err(Refusal::Stranger),
        }
    }
}

fn host_of(url: &str) -> Option<String> {
    Server::parse(url).ok().map(|server| server.host().to_owned())
}

/// `.example.com` and `*.example.com` mean the same as `example.com`.
fn is_below(host: &str, allowed: &str) -> bool {
    let allowed = text::without_start(text::without_start(allowed, "*"), ".").to_ascii_lowercase();
    match host.strip_suffix(allowed.as_str()) {
        _ if allowed.is_empty() => false,
        Some("") => true,
        // An address has no hosts below it.
        Some(rest) => rest.ends_with(".") && !allowed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
        None => false,
    }
}

/// Whether a host is this machine, whatever its name service says.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_loopback_address(host)
}

fn is_loopback_address(host: &str) -> bool {
    let mut parts = text::split(host, ".");
    parts.next() == Some("127") && text::split(host, ".").count() == 4 && parts.all(|part| part.parse::<u8>().is_ok())
}

/// Where a host's region list lies: LiveKit Cloud's hosts have one, and an `endpoint` that the app named is one.
pub fn list_url(home: &str, endpoint: Option<&str>) -> Option<String> {
    if let Some(endpoint) = endpoint {
        return Some(endpoint.to_owned());
    }
    let server = Server::parse(home).ok().filter(|server| server.is_secure() && is_cloud(server.host()))?;
    Some(server.http(SETTINGS))
}

/// `max-age` of a `Cache-Control` header, in milliseconds; `None` where it says none that can be used.
pub fn max_age_ms(cache_control: &str) -> Option<u64> {
    let (_, seconds) = text::split(cache_control, ",").find_map(|part| {
        let (name, value) = text::split_once(part, "=")?;
        name.trim_ascii().eq_ignore_ascii_case("max-age").then_some((name, value))
    })?;
    text::whole(text::without_end(text::without_start(seconds.trim_ascii(), "\""), "\""))
        .map(|seconds| seconds.saturating_mul(1_000))
}

/// A `Retry-After` header in milliseconds; negative: not at all. `since_date` says how far ahead a date is.
pub fn retry_after_ms(value: &str, since_date: impl Fn(&str) -> f64) -> Option<f64> {
    let value = value.trim_ascii();
    if let Some(seconds) = text::signed(value) {
        return Some(seconds * 1_000.0);
    }
    // JavaScript takes more for a date than HTTP does: every date of HTTP begins with its day.
    let names_day = |day: &str| value.starts_with(day);
    let is_date = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].into_iter().any(names_day);
    let ms = if is_date { since_date(value) } else { f64::NAN };
    ms.is_finite().then_some(ms.max(0.0))
}

/// Reads a list; `None` for what is no list. Entries without a URL are left out.
pub fn read_list(text: &str) -> Option<Vec<Region>> {
    let mut json = Json { rest: text::without_start(text, "\u{feff}"), depth: 0 };
    let mut regions = None;
    json.object(|json, key| match key.as_str() {
        "regions" => {
            let mut list = Vec::new();
            json.array(|json| {
                let region = json.region()?;
                if list.len() < MOST_REGIONS && !region.url.is_empty() {
                    list.push(region);
                }
                Some(())
            })?;
            regions = Some(list);
            Some(())
        }
        _ => json.skip(),
    })?;
    regions
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// What is left of a JSON text. Every method is `None` at the first thing that is not as JSON has it.
struct Json<'a> {
    rest: &'a str,
    depth: usize,
}

impl Json<'_> {
    fn region(&mut self) -> Option<Region> {
        let mut region = Region::default();
        self.object(|json, key| {
            match key.as_str() {
                "region" => region.name = json.text()?,
                "url" => region.url = json.text()?,
                _ => json.skip()?,
            }
            Some(())
        })?;
        Some(region)
    }

    fn peek(&mut self) -> Option<u8> {
        (_, self.rest) = text::until(self.rest, |byte| !is_blank(byte));
        self.rest.bytes().next()
    }

    fn take(&mut self, wanted: u8) -> Option<()> {
        self.peek().filter(|found| *found == wanted)?;
        self.forward(1).map(|_| ())
    }

    /// The next so many bytes.
    fn forward(&mut self, bytes: usize) -> Option<&str> {
        let (passed, rest) = self.rest.split_at_checked(bytes)?;
        self.rest = rest;
        Some(passed)
    }

    /// Members between an opening and a closing sign.
    fn members(&mut self, ends: (u8, u8), mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(ends.0)?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        if self.peek()? != ends.1 {
            loop {
                one(self)?;
                if self.peek()? != b',' {
                    break;
                }
                self.take(b',')?;
            }
        }
        self.depth -= 1;
        self.take(ends.1)
    }

    fn object(&mut self, mut member: impl FnMut(&mut Self, String) -> Option<()>) -> Option<()> {
        self.members((b'{', b'}'), |json| {
            let key = json.text()?;
            json.take(b':')?;
            member(json, key)
        })
    }

    fn array(&mut self, item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.members((b'[', b']'), item)
    }

    fn text(&mut self) -> Option<String> {
        self.take(b'"')?;
        let mut text = String::new();
        loop {
            let (plain, rest) = text::until(self.rest, |byte| matches!(byte, b'"' | b'\\'));
            text.push_str(plain);
            self.rest = rest;
            if self.forward(1)? == "\"" {
                return Some(text);
            }
            let escaped = self.rest.chars().next()?;
            self.forward(escaped.len_utf8())?;
            text.push(match escaped {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                // Halves of a pair come as U+FFFD: no host and no region has such a name.
                'u' => {
                    let digit = |byte: u8| char::from(byte).to_digit(16);
                    let code = self.forward(4)?.bytes().try_fold(0, |code, byte| Some(code * 16 + digit(byte)?))?;
                    char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                }
                other => other,
            });
        }
    }

    fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' => self.object(|json, _| json.skip()),
            b'[' => self.array(Self::skip),
            b'"' => self.text().map(|_| ()),
            _ => {
                let ends = |byte| matches!(byte, b',' | b'}' | b']') || is_blank(byte);
                let (word, rest) = text::until(self.rest, ends);
                self.rest = rest;
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
                (!word.is_empty() && !rest.is_empty() && word.bytes().all(is_plain)).then_some(())
            }
        }
    }
}

#[cfg(test)]
#[path = "regions_tests.rs"]
mod tests;
