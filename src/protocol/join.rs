//! What a dial sends: the join request of v1, the query parameters of v0, and what the client says about itself.
//!
//! What is announced is what works. The protocol version is 16 (its last addition that is handled here: `room_moved`);
//! 17 adds packet trailers, which need a transform of encoded frames. The client protocol is 0: 1 and 2 are promises to
//! other participants about RPC and data streams. The version is that of the livekit-client whose behaviour on the wire
//! this client has, because servers decide by it what a JavaScript SDK can take: below 1.6.3 they send no `reconnect`.

use crate::protocol::proto;
use crate::protocol::regions::Region;
use crate::protocol::secret::Secret;
use crate::protocol::text::base64_url;
use crate::protocol::text::text;
use crate::protocol::url::{Server, UrlError, Version, push_escaped};
use crate::protocol::wire::Message as _;

/// The signalling protocol that is spoken.
pub const PROTOCOL: i32 = 16;
/// The livekit-client whose behaviour on the wire this client has.
pub const COMPATIBLE_VERSION: &str = "2.23.0";

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

/// What a dial asks for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Join {
    /// Subscribe to tracks as they are published.
    pub auto_subscribe: bool,
    /// Adaptive stream is on.
    pub adaptive_stream: bool,
    /// Come back to this session instead of beginning a new one.
    pub resume: Option<Resume>,
    /// v1: the publisher's first offer, or on a resume none.
    pub publisher_offer: Option<proto::SessionDescription>,
}

/// Which session to come back to, and why it was left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resume {
    /// The own participant's sid in that session.
    pub participant_sid: String,
    /// `ReconnectReason`.
    pub reason: proto::ReconnectReason,
}

/// Everything the host needs to open one signalling socket. The engine says what to send; compressing is the host's
/// work, because only the host has a compressor: it may offer the gzipped join request to [`Dial::url`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dial {
    /// The server's URL as the app (or a region list) named it, without query.
    pub server_url: String,
    /// The query that the app's URL has.
    pub named_query: Secret,
    /// Path version.
    pub version: Version,
    /// The newest token.
    pub token: Secret,
    /// v1: the encoded `JoinRequest`, neither compressed nor wrapped. Empty on v0.
    pub join_request: Vec<u8>,
    /// Where in it the publisher's offer begins: at its end, when there is none.
    pub offer_at: usize,
    /// v0: query parameters besides the token, in order. Empty on v1.
    pub query: Vec<(&'static str, String)>,
}

impl Dial {
    /// A dial of this server. Fails when the URL is none, so that a bad one is known before anything is opened.
    pub fn new(
        region: &Region,
        version: Version,
        token: Secret,
        client: &ClientDetails,
        join: Join,
    ) -> Result<Self, UrlError> {
        let server = Server::parse(&region.url)?;
        let mut dial = Self {
            server_url: server.base(),
            named_query: region.query.clone(),
            version,
            token,
            join_request: Vec::new(),
            offer_at: 0,
            query: Vec::new(),
        };
        if version == Version::V0 {
            dial.query = query(client, &join);
            return Ok(dial);
        }
        // Encoded messages one after the other are one message with the fields of both.
        let mut request = join_request(client, join);
        let publisher_offer = request.publisher_offer.take();
        dial.join_request = request.encode_to_vec();
        dial.offer_at = dial.join_request.len();
        let offer = proto::JoinRequest { publisher_offer, ..Default::default() };
        dial.join_request.extend(offer.encode_to_vec());
        Ok(dial)
    }

    /// URL of the socket, token included. `gzip` is the gzipped `join_request`, where the host can compress: it is
    /// used when it is smaller.
    pub fn url(&self, gzip: Option<&[u8]>) -> Result<Secret, UrlError> {
        let smaller = gzip.filter(|bytes| bytes.len() < self.join_request.len());
        let url = Server::parse(&self.server_url)?.signal(self.version);
        Ok(self.with_query(url, smaller.unwrap_or(&self.join_request), smaller.is_some()))
    }

    /// URL that says why the join failed: of the same path, with the same query. Nothing compresses it, so it goes
    /// without the offer, which would make it longer than the 8 to 16 KB that proxies usually take.
    pub fn validate_url(&self) -> Result<Secret, UrlError> {
        let url = Server::parse(&self.server_url)?.validate(self.version);
        Ok(self.with_query(url, self.join_request.get(..self.offer_at).unwrap_or_default(), false))
    }

    fn with_query(&self, mut url: String, join_request: &[u8], gzipped: bool) -> Secret {
        let mut add = |separator: char, key: &str, value: &str| {
            url.push(separator);
            url.push_str(key);
            url.push('=');
            push_escaped(&mut url, value);
        };
        add('?', "access_token", self.token.reveal());
        if self.version == Version::V1 {
            add('&', "join_request", &wrapped(join_request, gzipped));
        }
        for (key, value) in &self.query {
            add('&', key, value);
        }
        // The last: of what is there twice a server takes the first.
        if !self.named_query.is_empty() {
            url.push('&');
            url.push_str(self.named_query.reveal());
        }
        Secret::new(url)
    }
}

/// The server decodes with padding (Go's `base64.URLEncoding`).
fn wrapped(join_request: &[u8], gzipped: bool) -> String {
    use proto::wrapped_join_request::Compression;
    let wrapped = proto::WrappedJoinRequest {
        compression: if gzipped { Compression::Gzip } else { Compression::None } as i32,
        join_request: join_request.to_vec(),
    };
    base64_url(&wrapped.encode_to_vec())
}

/// What the client says about itself.
pub fn client_info(client: &ClientDetails) -> proto::ClientInfo {
    proto::ClientInfo {
        sdk: proto::client_info::Sdk::Js as i32,
        version: COMPATIBLE_VERSION.to_owned(),
        protocol: PROTOCOL,
        os: client.os.clone(),
        os_version: client.os_version.clone(),
        browser: client.browser.clone(),
        browser_version: client.browser_version.clone(),
        network: client.network.clone(),
        other_sdks: concat!("rejoin:", env!("CARGO_PKG_VERSION")).to_owned(),
        ..Default::default()
    }
}

fn join_request(client: &ClientDetails, join: Join) -> proto::JoinRequest {
    let mut request = proto::JoinRequest {
        client_info: Some(client_info(client)),
        connection_settings: Some(proto::ConnectionSettings {
            auto_subscribe: join.auto_subscribe,
            adaptive_stream: join.adaptive_stream,
            ..Default::default()
        }),
        publisher_offer: join.publisher_offer,
        ..Default::default()
    };
    if let Some(resume) = join.resume {
        request.reconnect = true;
        request.reconnect_reason = resume.reason as i32;
        request.participant_sid = resume.participant_sid;
    }
    request
}

fn query(client: &ClientDetails, join: &Join) -> Vec<(&'static str, String)> {
    let flag = |on: bool| if on { "1" } else { "0" }.to_owned();
    let mut query = Vec::new();
    if let Some(resume) = &join.resume {
        query.push(("reconnect", flag(true)));
        query.push(("sid", resume.participant_sid.clone()));
    }
    query.push(("auto_subscribe", flag(join.auto_subscribe)));
    query.push(("sdk", "js".to_owned()));
    query.push(("version", COMPATIBLE_VERSION.to_owned()));
    query.push(("protocol", text!(PROTOCOL as u32)));
    let facts = [
        ("os", &client.os),
        ("os_version", &client.os_version),
        ("browser", &client.browser),
        ("browser_version", &client.browser_version),
        ("network", &client.network),
    ];
    query.extend(facts.iter().filter(|(_, value)| !value.is_empty()).map(|(key, value)| (*key, (*value).clone())));
    if join.adaptive_stream {
        query.push(("adaptive_stream", flag(true)));
    }
    if let Some(resume) = join.resume.as_ref().filter(|resume| resume.reason != proto::ReconnectReason::RrUnknown) {
        query.push(("reconnect_reason", text!(resume.reason as u32)));
    }
    query
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE;

    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    const TOKEN: &str = "eyJh+/=.b&c.d";

    fn details() -> ClientDetails {
        ClientDetails { browser: "Chrome".into(), os: "Linux & co".into(), ..Default::default() }
    }

    fn resume() -> Join {
        let resume = Resume { participant_sid: "PA_x".into(), reason: proto::ReconnectReason::RrSignalDisconnected };
        Join { auto_subscribe: true, adaptive_stream: true, resume: Some(resume), publisher_offer: None }
    }

    fn dial(version: Version, join: Join) -> Dial {
        Dial::new(&Region::at("ws://h:7880/base"), version, Secret::new(TOKEN), &details(), join).unwrap()
    }

    fn sent(url: &Secret) -> proto::WrappedJoinRequest {
        let (_, value) = url.reveal().split_once("&join_request=").unwrap();
        let value = value.replace("%3D", "=");
        proto::WrappedJoinRequest::decode(URL_SAFE.decode(value).unwrap().as_slice()).unwrap()
    }

    #[test]
    fn v1_carries_the_join_request_and_an_escaped_token() {
        let offer =
            proto::SessionDescription { r#type: "offer".into(), sdp: "v=0".into(), id: 1, ..Default::default() };
        let join = Join { auto_subscribe: true, publisher_offer: Some(offer.clone()), ..Default::default() };
        let url = dial(Version::V1, join).url(None).unwrap();
        assert!(url.reveal().starts_with("ws://h:7880/base/rtc/v1?access_token=eyJh%2B%2F%3D.b%26c.d&join_request="));
        let wrapped = sent(&url);
        assert_eq!(wrapped.compression, 0);
        let request = proto::JoinRequest::decode(wrapped.join_request.as_slice()).unwrap();
        assert_eq!(request.publisher_offer, Some(offer));
        assert!(!request.reconnect && request.participant_sid.is_empty());
        let info = request.client_info.unwrap();
        assert_eq!((info.sdk, info.protocol, info.client_protocol), (proto::client_info::Sdk::Js as i32, 16, 0));
        assert_eq!(info.browser, "Chrome");
        assert!(request.connection_settings.unwrap().auto_subscribe);
    }

    #[test]
    fn validate_is_asked_without_the_offer() {
        let offer = proto::SessionDescription { sdp: "v=0".repeat(5_000), ..Default::default() };
        let dial = dial(Version::V1, Join { publisher_offer: Some(offer), ..resume() });
        let asked = sent(&dial.validate_url().unwrap());
        let request = proto::JoinRequest::decode(asked.join_request.as_slice()).unwrap();
        assert_eq!((request.publisher_offer, request.participant_sid.as_str()), (None, "PA_x"));
    }

    #[test]
    fn a_gzipped_request_is_used_only_when_it_is_smaller() {
        let dial = dial(Version::V1, resume());
        let smaller = sent(&dial.url(Some(&[7; 3])).unwrap());
        assert_eq!((smaller.compression, smaller.join_request.as_slice()), (1, [7u8; 3].as_slice()));
        let larger = sent(&dial.url(Some(&vec![7; dial.join_request.len()])).unwrap());
        assert_eq!((larger.compression, &larger.join_request), (0, &dial.join_request));
    }

    #[test]
    fn a_resume_names_its_session_and_its_reason_on_both_paths() {
        let wrapped = sent(&dial(Version::V1, resume()).url(None).unwrap());
        let request = proto::JoinRequest::decode(wrapped.join_request.as_slice()).unwrap();
        assert!(request.reconnect && request.connection_settings.unwrap().adaptive_stream);
        assert_eq!((request.participant_sid.as_str(), request.reconnect_reason), ("PA_x", 1));
        assert_eq!(
            dial(Version::V0, resume()).url(None).unwrap().reveal(),
            "ws://h:7880/base/rtc?access_token=eyJh%2B%2F%3D.b%26c.d&reconnect=1&sid=PA_x&auto_subscribe=1&sdk=js\
             &version=2.23.0&protocol=16&os=Linux%20%26%20co&browser=Chrome&adaptive_stream=1&reconnect_reason=1"
        );
    }

    #[test]
    fn the_query_of_an_apps_url_comes_last_and_is_not_printed() {
        let region = Region::at("wss://h/base?tenant=a%20b&access_token=old#part");
        for version in [Version::V0, Version::V1] {
            let dial = Dial::new(&region, version, Secret::new(TOKEN), &details(), resume()).unwrap();
            for url in [dial.url(None).unwrap(), dial.validate_url().unwrap()] {
                assert!(url.reveal().ends_with("&tenant=a%20b&access_token=old"), "{version:?}");
                assert!(url.reveal().find(TOKEN.get(..4).unwrap()) < url.reveal().find("old"));
            }
            assert_eq!((dial.server_url.as_str(), region.url.as_str()), ("wss://h/base", "wss://h/base"));
            assert!(!format!("{dial:?} {region:?}").contains("tenant"));
        }
    }

    #[test]
    fn validate_asks_over_http_with_the_same_query() {
        for version in [Version::V0, Version::V1] {
            let dial = dial(version, resume());
            let (socket, validate) = (dial.url(None).unwrap(), dial.validate_url().unwrap());
            let (_, query) = socket.reveal().split_once('?').unwrap();
            assert!(validate.reveal().starts_with("http://h:7880/base/rtc"), "{version:?}");
            assert!(validate.reveal().ends_with(&format!("/validate?{query}")), "{version:?}");
        }
    }

    /// Fault 44: a dial.
    #[test]
    fn a_dial_shows_no_token() {
        assert!(!format!("{:?}", dial(Version::V0, resume())).contains("eyJ"));
    }
}
