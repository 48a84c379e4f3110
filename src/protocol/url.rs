//! From the server URL that an app names to the URLs of its endpoints: `/rtc`, `/rtc/v1` and their `/validate`.
//!
//! A strict parser of the four schemes a server can have, not a general one: the `url` crate brings tables for
//! international host names that weigh more than the rest of this layer. Such a name is passed on as it is; the host's
//! own `WebSocket` and `fetch` translate it. Nothing of a text that could not be read is ever repeated in an error,
//! because what stands there may be a token in the wrong place.

use crate::protocol::secret::Secret;
use crate::protocol::text::{self, text};

/// Longest server URL that is taken, in bytes.
const LONGEST: usize = 4_096;

/// Which signalling path a dial uses. v1 carries a `JoinRequest`, v0 plain query parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `/rtc`
    V0,
    /// `/rtc/v1`
    V1,
}

impl Version {
    const fn path(self) -> &'static str {
        match self {
            Version::V0 => "/rtc",
            Version::V1 => "/rtc/v1",
        }
    }
}

/// Why a server URL cannot be used. The texts hold nothing of a URL but its scheme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UrlError {
    /// The text is no URL with a host.
    Malformed(&'static str),
    /// The scheme is none of ws, wss, http, https.
    Scheme(String),
}

impl UrlError {
    /// The same as a sentence.
    pub fn message(&self) -> String {
        match self {
            UrlError::Malformed(why) => text!("not the URL of a server: ", why),
            UrlError::Scheme(scheme) => text!("scheme \"", scheme, "\" cannot be dialled: use wss, ws, https or http"),
        }
    }
}

/// A URL that carries a token.
pub type SecretUrl = Secret;

/// A server's URL, read: `http` and `ws` are one, `https` and `wss` the other. The fragment is dropped.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    secure: bool,
    /// Lower case; an IPv6 address in its brackets.
    host: String,
    port: Option<u16>,
    /// Without a slash at its end; empty for the root.
    path: String,
    query: Secret,
}

impl Server {
    /// Reads a server URL.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let text = text.trim_ascii();
        if text.is_empty() {
            return Err(UrlError::Malformed("it is empty"));
        }
        if text.len() > LONGEST {
            return Err(UrlError::Malformed("it is too long"));
        }
        if text.bytes().any(|byte| byte.is_ascii_control() || matches!(byte, b' ' | b'\\')) {
            return Err(UrlError::Malformed("it holds a space, a backslash or a control character"));
        }
        let (scheme, rest) =
            text::split_once(text, ":").ok_or(UrlError::Malformed("it has no scheme, such as wss://"))?;
        let secure = secure_scheme(scheme)?;
        let rest = rest.strip_prefix("//").ok_or(UrlError::Malformed("its scheme is not followed by //"))?;
        let (authority, tail) = text::until(rest, |byte| matches!(byte, b'/' | b'?' | b'#'));
        let (host, port) = host_and_port(authority)?;
        let (tail, _) = text::until(tail, |byte| byte == b'#');
        let (path, query) = text::until(tail, |byte| byte == b'?');
        let path = text::without_end(path, "/");
        if path.bytes().any(|byte| matches!(byte, b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'|' | b'^')) {
            return Err(UrlError::Malformed("its path holds a character that has to be escaped"));
        }
        let query = query.strip_prefix("?").unwrap_or_default().into();
        Ok(Self { secure, host, port, path: path.to_owned(), query })
    }

    /// What of it may stand in a message: `wss://host:port`.
    pub fn origin(&self) -> String {
        self.at(if self.secure { "wss" } else { "ws" })
    }

    fn at(&self, scheme: &str) -> String {
        let origin = text!(scheme, "://", self.host);
        self.port.map_or(origin.clone(), |port| text!(origin, ":", port))
    }

    /// Host without port, lower case.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is reached through TLS.
    pub fn is_secure(&self) -> bool {
        self.secure
    }

    /// What follows the path, without the question mark: for a gateway before the server, and perhaps a secret.
    pub fn query(&self) -> &Secret {
        &self.query
    }

    /// The URL without what follows its path.
    pub fn base(&self) -> String {
        text!(self.origin(), self.path)
    }

    /// URL of the signalling socket, without query.
    pub fn signal(&self, version: Version) -> String {
        text!(self.origin(), self.path, version.path())
    }

    /// URL of the endpoint that says why a join failed, without query.
    pub fn validate(&self, version: Version) -> String {
        self.http(version.path()) + "/validate"
    }

    /// URL of a path below the server's own, over HTTP.
    pub fn http(&self, path: &str) -> String {
        let scheme = if self.secure { "https" } else { "http" };
        text!(self.at(scheme), self.path, path)
    }

    /// Whether the other is the same host, port and security.
    pub fn is_same_origin(&self, other: &Self) -> bool {
        let port = |of: &Self| of.port.unwrap_or(if of.secure { 443 } else { 80 });
        self.secure == other.secure && self.host == other.host && port(self) == port(other)
    }
}

fn secure_scheme(scheme: &str) -> Result<bool, UrlError> {
    match scheme.to_ascii_lowercase().as_str() {
        "wss" | "https" => Ok(true),
        "ws" | "http" => Ok(false),
        other if other.len() <= 16 && other.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-')) => {
            Err(UrlError::Scheme(other.to_owned()))
        }
        _ => Err(UrlError::Malformed("it has no scheme, such as wss://")),
    }
}

fn host_and_port(authority: &str) -> Result<(String, Option<u16>), UrlError> {
    if text::contains(authority, "@") {
        return Err(UrlError::Malformed("it holds a user name; the token is an argument of its own"));
    }
    let (host, port) = match authority.strip_prefix("[") {
        Some(rest) => {
            let (address, port) =
                text::split_once(rest, "]").ok_or(UrlError::Malformed("its IPv6 address has no end"))?;
            // What is no address in this form is turned down by the host.
            let is_part = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
            if !text::contains(address, ":") || !address.bytes().all(is_part) {
                return Err(UrlError::Malformed("its IPv6 address is none"));
            }
            (text!("[", address.to_ascii_lowercase(), "]"), port)
        }
        None => {
            let (host, port) = text::until(authority, |byte| byte == b':');
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | 128..);
            if host.is_empty() || host.starts_with(".") || text::contains(host, "..") || !host.bytes().all(plain) {
                return Err(UrlError::Malformed("it has no usable host"));
            }
            (host.to_ascii_lowercase(), port)
        }
    };
    let port = match port {
        "" | ":" => None,
        _ => match port.strip_prefix(":").filter(|digits| digits.bytes().all(|b| b.is_ascii_digit())) {
            Some(digits) => Some(digits.parse().map_err(|_| UrlError::Malformed("its port is none"))?),
            None => return Err(UrlError::Malformed("its port is none")),
        },
    };
    Ok((host, port))
}

/// URL of the signalling socket, without query.
pub fn signal_url(server_url: &str, version: Version) -> Result<String, UrlError> {
    Ok(Server::parse(server_url)?.signal(version))
}

/// URL of the endpoint that says why a join failed, without query.
pub fn validate_url(server_url: &str, version: Version) -> Result<String, UrlError> {
    Ok(Server::parse(server_url)?.validate(version))
}

/// What of a server URL may stand in a message: its origin, or a placeholder when it cannot be read.
pub fn origin(server_url: &str) -> String {
    Server::parse(server_url).map_or_else(|_| "(no server URL)".to_owned(), |server| server.origin())
}

/// Whether the host is one of LiveKit Cloud's, which have regions.
pub fn is_cloud(host: &str) -> bool {
    host.is_ascii() && (host.ends_with(".livekit.cloud") || host.ends_with(".livekit.run"))
}

/// Appends `text` as one component of a query: everything but unreserved characters (RFC 3986, 2.3) is escaped.
pub(crate) fn push_escaped(query: &mut String, text: &str) {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            query.push(char::from(byte));
        } else {
            query.push('%');
            query.extend([byte >> 4, byte & 15].iter().filter_map(|nibble| HEX.get(usize::from(*nibble))));
        }
    }
}

#[cfg(test)]
#[path = "url_tests.rs"]
mod tests;
