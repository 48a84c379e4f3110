//! From checked options (`options.js` has refused what is wrong) to the engine's.

use js_sys::{Array, Function};
use wasm_bindgen::{JsCast, JsValue};

use crate::api::dispatch::Anchor;
use crate::engine::config::{Config, ConnectOptions, PolicyChoice};
use crate::engine::plugins::{self, PluginSpec};
use crate::engine::policy::{DefaultReconnect, ProportionalJitter};
use crate::engine::regions::RegionOptions;
use crate::web::driver::HostOptions;
use crate::web::{host, js};

/// `RoomOptions`. `policy` has the options of one of our policies; where it is not there the app's own is asked, by way
/// of the anchor.
pub fn room(options: &JsValue, anchor: &Anchor) -> (Config, HostOptions) {
    let defaults = Config::default();
    let policy = js::some(options, "policy");
    let custom = if policy.is_none() { Some(anchor.into()) } else { None };
    let warn_from_attempt = js::number(&js::get(options, "logConnectionRetries"), "warnFromAttempt");
    let mut plugins = Vec::new();
    for of in list(options, "plugins").iter() {
        plugins.push(plugin(&of));
    }
    let config = Config {
        client: host::client_details(),
        adaptive_stream: js::get(options, "adaptiveStream").is_truthy(),
        single_peer_connection: js::flag(options, "singlePeerConnection").unwrap_or(defaults.single_peer_connection),
        policy: policy.as_ref().map_or(PolicyChoice::Custom, ours),
        idle_timeout_ms: whole(options, "idleTimeoutMs").unwrap_or(defaults.idle_timeout_ms),
        give_up_after_ms: whole(options, "giveUpAfterMs").unwrap_or(defaults.give_up_after_ms),
        warn_from_attempt: warn_from_attempt.map_or(defaults.warn_from_attempt, |attempt| attempt as u32),
        regions: regions(options),
        plugins,
    };
    let websocket = js::some(options, "webSocket").and_then(|made| made.dyn_into::<Function>().ok());
    (config, HostOptions { websocket, rtc_config: None, policy: custom, plugins: Some(anchor.into()) })
}

fn regions(options: &JsValue) -> RegionOptions {
    let given = js::get(options, "regions");
    RegionOptions {
        urls: texts(&given, "urls"),
        endpoint: js::text(&given, "endpoint"),
        allowed_hosts: texts(&given, "allowedHosts"),
        off: given.as_bool() == Some(false),
        allow_insecure: js::flag(options, "allowInsecure") == Some(true),
    }
}

fn plugin(of: &JsValue) -> PluginSpec {
    PluginSpec {
        name: js::text(of, "name").unwrap_or_default(),
        timeout_ms: whole(of, "timeoutMs").unwrap_or(plugins::TIMEOUT_MS),
    }
}

fn list(of: &JsValue, name: &str) -> Array {
    js::some(of, name).map(|list| Array::from(&list)).unwrap_or_default()
}

fn texts(of: &JsValue, name: &str) -> Vec<String> {
    js::texts(&list(of, name))
}

/// Options of one of our policies.
pub fn ours(options: &JsValue) -> PolicyChoice {
    if js::flag(options, "table") == Some(true) {
        let mut table = ProportionalJitter::default();
        if let Some(delays) = js::some(options, "delaysMs") {
            table.delays_ms.clear();
            for delay in Array::from(&delays).iter() {
                table.delays_ms.extend(delay.as_f64());
            }
        }
        table.jitter = js::number(options, "jitter").unwrap_or(table.jitter);
        return PolicyChoice::Table(table);
    }
    let mut bucket = DefaultReconnect::default();
    let set = |name: &str, field: &mut f64| *field = js::number(options, name).unwrap_or(*field);
    set("joinsPerSecond", &mut bucket.joins_per_second);
    set("burst", &mut bucket.burst);
    set("strangers", &mut bucket.strangers);
    set("remoteShare", &mut bucket.remote_share);
    set("localShare", &mut bucket.local_share);
    set("singleShare", &mut bucket.single_share);
    set("maxFirstWindowMs", &mut bucket.max_first_window_ms);
    set("maxLocalWindowMs", &mut bucket.max_local_window_ms);
    set("spreadMs", &mut bucket.spread_ms);
    set("retryWindowMs", &mut bucket.retry_window_ms);
    set("maxBackoff", &mut bucket.max_backoff);
    PolicyChoice::Default(bucket)
}

/// `RoomConnectOptions`.
pub fn connect(options: &JsValue) -> ConnectOptions {
    let defaults = ConnectOptions::default();
    ConnectOptions {
        auto_subscribe: js::flag(options, "autoSubscribe").unwrap_or(defaults.auto_subscribe),
        max_retries: whole(options, "maxRetries").map_or(defaults.max_retries, |count| count as u32),
        websocket_timeout_ms: whole(options, "websocketTimeout").unwrap_or(defaults.websocket_timeout_ms),
        peer_connection_timeout_ms: whole(options, "peerConnectionTimeout")
            .unwrap_or(defaults.peer_connection_timeout_ms),
        connect_timeout_ms: whole(options, "connectTimeoutMs").unwrap_or(defaults.connect_timeout_ms),
    }
}

fn whole(options: &JsValue, name: &str) -> Option<u64> {
    js::number(options, name).map(|number| number as u64)
}
