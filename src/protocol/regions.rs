//! Region lists, and which hosts may be sent a token.
//!
//! A list is `{"regions":[{"region","url","distance"}]}`; its order is the preference, so `distance` (an int64 that comes
//! as a number, as a text or not at all) is not read. The reader takes what JSON may be, skips what it does not know and
//! keeps nothing but names and URLs: a JSON library would weigh more than all of this layer.
//!
//! A list is what somebody else wrote. A token goes only to a host that the app itself named, or to one under a suffix
//! that is trusted together with it; everything else in a list is refused.

use crate::protocol::url::{Server, is_cloud};

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
    let allowed = allowed.trim_start_matches('*').trim_start_matches('.').to_ascii_lowercase();
    match host.strip_suffix(allowed.as_str()) {
        _ if allowed.is_empty() => false,
        Some("") => true,
        // An address has no hosts below it.
        Some(rest) => rest.ends_with('.') && !allowed.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'),
        None => false,
    }
}

/// Whether a host is this machine, whatever its name service says.
pub fn is_loopback(host: &str) -> bool {
    host == "localhost" || host.ends_with(".localhost") || host == "[::1]" || is_loopback_address(host)
}

fn is_loopback_address(host: &str) -> bool {
    let mut parts = host.split('.');
    parts.next() == Some("127") && host.split('.').count() == 4 && parts.all(|part| part.parse::<u8>().is_ok())
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
    let (_, seconds) = cache_control.split(',').find_map(|part| {
        let (name, value) = part.split_once('=')?;
        name.trim().eq_ignore_ascii_case("max-age").then_some((name, value))
    })?;
    let digits = seconds.trim().trim_matches('"');
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // Too large a number is a long time.
    plain.then(|| digits.parse::<u64>().unwrap_or(u64::MAX).saturating_mul(1_000))
}

/// Reads a list; `None` for what is no list. Entries without a URL are left out.
pub fn read_list(text: &str) -> Option<Vec<Region>> {
    let mut json = Json { rest: text.trim_start_matches('\u{feff}'), depth: 0 };
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

    fn peek(&mut self) -> Option<char> {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
        self.rest.chars().next()
    }

    fn take(&mut self, wanted: char) -> Option<()> {
        self.peek().filter(|found| *found == wanted)?;
        self.rest = self.rest.strip_prefix(wanted)?;
        Some(())
    }

    /// Members between an opening and a closing sign.
    fn members(&mut self, ends: (char, char), mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.take(ends.0)?;
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        if self.peek()? != ends.1 {
            loop {
                one(self)?;
                if self.peek()? != ',' {
                    break;
                }
                self.take(',')?;
            }
        }
        self.depth -= 1;
        self.take(ends.1)
    }

    fn object(&mut self, mut member: impl FnMut(&mut Self, String) -> Option<()>) -> Option<()> {
        self.members(('{', '}'), |json| {
            let key = json.text()?;
            json.take(':')?;
            member(json, key)
        })
    }

    fn array(&mut self, item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.members(('[', ']'), item)
    }

    fn text(&mut self) -> Option<String> {
        self.take('"')?;
        let mut text = String::new();
        let mut chars = self.rest.chars();
        loop {
            match chars.next()? {
                '"' => break,
                '\\' => text.push(match chars.next()? {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    // Halves of a pair come as U+FFFD: no host and no region has such a name.
                    'u' => {
                        let code = (0..4).try_fold(0, |code, _| Some(code * 16 + chars.next()?.to_digit(16)?))?;
                        char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    other => other,
                }),
                plain => text.push(plain),
            }
        }
        self.rest = chars.as_str();
        Some(text)
    }

    fn skip(&mut self) -> Option<()> {
        match self.peek()? {
            '{' => self.object(|json, _| json.skip()),
            '[' => self.array(Self::skip),
            '"' => self.text().map(|_| ()),
            _ => {
                let end = self.rest.find([',', '}', ']', ' ', '\n', '\r', '\t'])?;
                let (word, rest) = self.rest.split_at_checked(end).filter(|(word, _)| !word.is_empty())?;
                self.rest = rest;
                let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
                word.bytes().all(is_plain).then_some(())
            }
        }
    }
}

#[cfg(test)]
#[path = "regions_tests.rs"]
mod tests;
