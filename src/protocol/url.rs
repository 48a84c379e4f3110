//! From the server URL that an app names to the URLs of its endpoints: `/rtc`, `/rtc/v1` and their `/validate`.

use crate::protocol::secret::Secret;

/// Which signalling path a dial uses. v1 carries a `JoinRequest`, v0 plain query parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `/rtc`
    V0,
    /// `/rtc/v1`
    V1,
}

/// Why a server URL cannot be used. The text names the URL without its query.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// The text is no URL with a host.
    #[error("not a URL of a server: {0}")]
    Malformed(String),
    /// The scheme is none of ws, wss, http, https.
    #[error("scheme {0:?} cannot be dialled: use wss, ws, https or http")]
    Scheme(String),
}

/// A URL that carries a token.
pub type SecretUrl = Secret;
