//! What a session is told when it is made and when it connects.

use crate::engine::plugins::PluginSpec;
use crate::engine::policy::{DefaultReconnect, ProportionalJitter};
use crate::engine::regions::RegionOptions;
use crate::protocol::join::ClientDetails;

/// What the host can do, as data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capabilities {
    /// It has `RTCPeerConnection`.
    pub rtc: bool,
    /// An offer may ride in the join request (not in Firefox, where it broke upstream: livekit/client-sdk-js #1919).
    pub offer_with_join: bool,
}

/// Which policy decides delays.
#[derive(Clone, Debug, PartialEq)]
pub enum PolicyChoice {
    /// The virtual token bucket.
    Default(DefaultReconnect),
    /// A table with proportional jitter.
    Table(ProportionalJitter),
    /// The app's own: asked through `Output::AskPolicy`.
    Custom,
}

/// `RoomOptions`, as far as the engine is concerned.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    /// What the client says about itself.
    pub client: ClientDetails,
    /// Adaptive stream is on (announced to the server).
    pub adaptive_stream: bool,
    /// One peer connection (v1) where the server can; default true.
    pub single_peer_connection: bool,
    /// Reconnect delays.
    pub policy: PolicyChoice,
    /// Silence after which a socket is suspected when the server names no ping timeout. 0: never. Default 90 000.
    pub idle_timeout_ms: u64,
    /// Give up reconnecting after this long, not counting time offline. Default 300 000.
    pub give_up_after_ms: u64,
    /// The attempt of an episode from which on it is worth a warning. Default 2.
    pub warn_from_attempt: u32,
    /// Which regions there are and which of them may be sent a token.
    pub regions: RegionOptions,
    /// What is loaded beside the connection.
    pub plugins: Vec<PluginSpec>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            client: ClientDetails::default(),
            adaptive_stream: false,
            single_peer_connection: true,
            policy: PolicyChoice::Default(DefaultReconnect::default()),
            idle_timeout_ms: 90_000,
            give_up_after_ms: 300_000,
            warn_from_attempt: 2,
            regions: RegionOptions::default(),
            plugins: Vec::new(),
        }
    }
}

/// `RoomConnectOptions`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectOptions {
    /// Subscribe to tracks as they are published. Default true.
    pub auto_subscribe: bool,
    /// Retries of the first connect after a failure that a retry may mend. Default 1.
    pub max_retries: u32,
    /// From the dial to the first message. Default 15 000.
    pub websocket_timeout_ms: u64,
    /// From the join to a connected transport. Default 15 000.
    pub peer_connection_timeout_ms: u64,
    /// The whole connect. Default 15 000.
    pub connect_timeout_ms: u64,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            auto_subscribe: true,
            max_retries: 1,
            websocket_timeout_ms: 15_000,
            peer_connection_timeout_ms: 15_000,
            connect_timeout_ms: 15_000,
        }
    }
}
