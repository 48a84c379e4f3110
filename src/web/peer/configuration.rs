//! `RTCConfiguration`.

use js_sys::{Array, Object};
use wasm_bindgen::{JsCast, JsValue};

use crate::engine::peer::IceConfig;
use crate::web::js::{self, List};

/// What the app says goes before what the server says.
pub(super) fn configuration(own: Option<&JsValue>, ice: Option<&IceConfig>) -> JsValue {
    let config = Object::new();
    if let Some(own) = own.and_then(|own| own.dyn_ref::<Object>()) {
        Object::assign(&config, own);
    }
    let Some(ice) = ice else { return config.into() };
    if js::some(&config, "iceServers").is_none() {
        let servers = Array::new();
        for server in &ice.servers {
            let urls: Array = server.urls.iter().map(|url| JsValue::from_str(url)).collect();
            let entry = List::new().value(&urls).named("urls");
            if !server.username.is_empty() {
                js::set(&entry, "username", server.username.as_str());
                js::set(&entry, "credential", server.credential.reveal());
            }
            servers.push(&entry);
        }
        js::set(&config, "iceServers", servers);
    }
    if ice.force_relay {
        js::set(&config, "iceTransportPolicy", "relay");
    }
    config.into()
}
