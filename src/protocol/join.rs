//! What a dial sends: the join request of v1, the query parameters of v0, and what the client says about itself.

use crate::protocol::secret::Secret;
use crate::protocol::url::Version;

/// What the host knows about itself, for `ClientInfo`. Empty texts are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientDetails {
    /// Name of the browser or runtime, e.g. `Chrome`, `Node`, `Deno`.
    pub browser: String,
    /// Its version.
    pub browser_version: String,
    /// Operating system.
    pub os: String,
    /// Its version.
    pub os_version: String,
    /// Kind of network (`navigator.connection.type`), e.g. `wifi`.
    pub network: String,
}

/// Everything the host needs to open one signalling socket. The engine says what to send; compressing is the host's
/// work, because only the host has a compressor: it may offer the gzipped join request to `Dial::url`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// The server's URL as the app (or a region list) named it.
    pub server_url: String,
    /// Path version.
    pub version: Version,
    /// The newest token.
    pub token: Secret,
    /// v1: the encoded `JoinRequest`, neither compressed nor wrapped. Empty on v0.
    pub join_request: Vec<u8>,
    /// v0: query parameters besides the token, in order. Empty on v1.
    pub query: Vec<(&'static str, String)>,
}
