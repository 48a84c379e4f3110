//! The reconnect policies that are compared. Each is a delay for the n-th attempt; everything else, the client loop, the
//! network and the server, is the same for all of them. The engine asks the foreign ones as it asks an app's own policy.

use rejoin::engine::PolicyAnswer;
use rejoin::engine::config::PolicyChoice;
use rejoin::engine::policy::{DefaultReconnect, ProportionalJitter};
use rejoin::engine::rng::Rng;

/// Whose rule decides when to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// This package's default.
    Rejoin,
    /// This package's `ProportionalJitterPolicy`.
    Table,
    /// livekit-client 2.23.
    LiveKit,
    /// livekit-client before it.
    LiveKitOld,
    RustSdks,
    AwsFullJitter,
    SocketIo,
    Rfc6455,
}

/// livekit-client's table, in all its versions.
const LIVEKIT_MS: [f64; 10] = [0.0, 300.0, 1_200.0, 2_700.0, 4_800.0, 7_000.0, 7_000.0, 7_000.0, 7_000.0, 7_000.0];
/// Attempts of rust-sdks.
const RUST_SDKS_ATTEMPTS: u32 = 10;

impl Policy {
    pub const ALL: [Policy; 8] = [
        Policy::Rejoin,
        Policy::LiveKit,
        Policy::LiveKitOld,
        Policy::RustSdks,
        Policy::Table,
        Policy::AwsFullJitter,
        Policy::SocketIo,
        Policy::Rfc6455,
    ];

    /// Name, and the rule in words; k counts from 0, U is uniform.
    pub const fn row(self) -> (&'static str, &'static str) {
        match self {
            Policy::Rejoin => ("Rejoin", "the default policy: a place in the queue of those who were lost together"),
            Policy::Table => (
                "ProportionalJitterPolicy",
                "2, 3, 5, then seven times 7 s, each times U(0.5, 1.5); ours, for those who want a fixed schedule",
            ),
            Policy::LiveKit => {
                ("livekit-client 2.23", "U(0, 0.5 s), then 0.3, 1.2, 2.7, 4.8, five times 7 s, each times U(0.5, 1.5)")
            }
            Policy::LiveKitOld => (
                "livekit-client, old default",
                "0, 0.3, 1.2, 2.7, 4.8, five times 7 s; up to 1 s more from the third on",
            ),
            Policy::RustSdks => ("rust-sdks", "at once, then U(0, min(7 s, 0.3 s * 2^(k-1))); ten attempts"),
            Policy::AwsFullJitter => ("AWS full jitter", "U(0, min(20 s, 1 s * 2^k)), base and cap of the AWS SDKs"),
            Policy::SocketIo => ("socket.io", "min(5 s, 1 s * 2^k * U(0.5, 1.5)), for ever"),
            Policy::Rfc6455 => (
                "RFC 6455, 7.2.3",
                "U(0, 5 s) first, then truncated binary exponential backoff: here U(0, 5 s * 2^k), 80 s at most",
            ),
        }
    }

    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// How an engine is told of it.
    pub fn choice(self) -> PolicyChoice {
        match self {
            Policy::Rejoin => PolicyChoice::Default(DefaultReconnect::default()),
            Policy::Table => PolicyChoice::Table(ProportionalJitter::default()),
            _ => PolicyChoice::Custom,
        }
    }

    /// The delay after so many failed attempts.
    pub fn answer(self, failed: u32, rng: &mut Rng) -> PolicyAnswer {
        let doubled = |base: f64, longest: f64| (base * 2f64.powi(failed.min(30) as i32)).min(longest);
        let livekit = LIVEKIT_MS.get(failed as usize).copied();
        let delay = match self {
            Policy::Rejoin | Policy::Table => None,
            Policy::LiveKit if failed == 0 => Some(rng.between(0.0, 500.0)),
            Policy::LiveKit => livekit.map(|ms| (ms * rng.between(0.5, 1.5)).round()),
            Policy::LiveKitOld if failed < 2 => livekit,
            Policy::LiveKitOld => livekit.map(|ms| ms + rng.between(0.0, 1_000.0)),
            Policy::RustSdks if failed == 0 => Some(0.0),
            Policy::RustSdks => (failed < RUST_SDKS_ATTEMPTS).then(|| rng.between(0.0, doubled(150.0, 7_000.0))),
            Policy::AwsFullJitter => Some(rng.between(0.0, doubled(1_000.0, 20_000.0))),
            Policy::SocketIo => Some((doubled(1_000.0, f64::MAX) * rng.between(0.5, 1.5)).min(5_000.0).floor()),
            Policy::Rfc6455 => Some(rng.between(0.0, doubled(5_000.0, 80_000.0))),
        };
        delay.map_or(PolicyAnswer::GiveUp, PolicyAnswer::Delay)
    }
}
