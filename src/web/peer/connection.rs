//! One `RTCPeerConnection`: made, configured, listened to, closed.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, JSON, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::Peer;
use super::channel::DataChannel;
use crate::engine::peer::{IceConfig, PeerEvent, PeerState, Target};
use crate::web::js;
use crate::web::listener::Listener;
use crate::web::media::RemoteMedia;

pub(super) struct Connection {
    pub(super) target: Target,
    pub(super) pc: JsValue,
    listeners: RefCell<Vec<Listener>>,
    /// Channels that the server opened.
    channels: RefCell<Vec<Rc<DataChannel>>>,
}

impl Connection {
    pub(super) fn open(peer: &Peer, target: Target, ice: Option<&IceConfig>) -> Result<Rc<Self>, JsValue> {
        let class: Function = js::get(&js_sys::global(), "RTCPeerConnection").dyn_into()?;
        let config = configuration(peer.rtc_config.as_ref(), ice);
        let pc: JsValue = Reflect::construct(&class, &Array::of1(&config))?;
        let connection = Rc::new(Self { target, pc, listeners: RefCell::default(), channels: RefCell::default() });
        connection.listen(peer);
        Ok(connection)
    }

    fn listen(self: &Rc<Self>, peer: &Peer) {
        let on = |name, heard: fn(&Peer, &Rc<Connection>, &JsValue)| {
            let (peer, connection) = (peer.weak(), Rc::downgrade(self));
            Listener::new(&self.pc, name, move |event| {
                if let (Some(peer), Some(connection)) = (peer.upgrade(), connection.upgrade()) {
                    heard(&peer, &connection, &event);
                }
            })
        };
        let listeners = vec![
            on("connectionstatechange", |peer, connection, _| {
                let state = connection.state();
                peer.report(PeerEvent::State { target: connection.target, state });
            }),
            on("icecandidate", |peer, connection, event| {
                let text = js::some(event, "candidate").and_then(|candidate| JSON::stringify(&candidate).ok());
                if let Some(candidate_init) = text.map(String::from) {
                    peer.report(PeerEvent::Candidate { target: connection.target, candidate_init });
                }
            }),
            on("track", |peer, connection, event| connection.track(peer, event)),
            on("datachannel", |peer, connection, event| {
                if let Some(channel) = DataChannel::incoming(peer, &js::get(event, "channel")) {
                    connection.channels.borrow_mut().push(channel);
                }
            }),
        ];
        *self.listeners.borrow_mut() = listeners;
    }

    fn state(&self) -> PeerState {
        match js::text(&self.pc, "connectionState").as_deref() {
            Some("connecting") => PeerState::Connecting,
            Some("connected") => PeerState::Connected,
            Some("disconnected") => PeerState::Disconnected,
            Some("failed") => PeerState::Failed,
            Some("closed") => PeerState::Closed,
            _ => PeerState::New,
        }
    }

    fn track(&self, peer: &Peer, event: &JsValue) {
        let (track, receiver) = (js::get(event, "track"), js::get(event, "receiver"));
        let stream = js::get(&js::get(event, "streams"), "0");
        let mid = js::text(&js::get(event, "transceiver"), "mid").unwrap_or_default();
        let stream_id = if stream.is_undefined() { None } else { js::text(&stream, "id") }.unwrap_or_default();
        let track_id = js::text(&track, "id").unwrap_or_default();
        let media = peer.media.add_remote(RemoteMedia { track: track.clone(), receiver });
        peer.handles.borrow_mut().push(media);
        // A section that is used again brings the same media track in another stream: leaving the stream is the end.
        if !stream.is_undefined() {
            let weak = peer.weak();
            let gone = Listener::new(&stream, "removetrack", move |event| {
                if js::get(&event, "track") == track
                    && let Some(peer) = weak.upgrade()
                {
                    peer.report(PeerEvent::TrackEnded { media });
                }
            });
            self.listeners.borrow_mut().push(gone);
        }
        peer.report(PeerEvent::Track { mid, stream_id, track_id, media });
    }

    pub(super) fn configure(&self, rtc_config: Option<&JsValue>, ice: &IceConfig) -> Result<(), JsValue> {
        js::call(&self.pc, "setConfiguration", &[configuration(rtc_config, Some(ice))]).map(drop)
    }

    pub(super) fn transceivers(&self) -> Vec<JsValue> {
        js::call(&self.pc, "getTransceivers", &[])
            .map(|list| list.unchecked_into::<Array>().to_vec())
            .unwrap_or_default()
    }

    pub(super) fn close(&self) {
        drop(self.listeners.take());
        drop(self.channels.take());
        let _ = js::call(&self.pc, "close", &[]);
    }
}

/// What the app says goes before what the server says.
fn configuration(own: Option<&JsValue>, ice: Option<&IceConfig>) -> JsValue {
    let config = Object::new();
    if let Some(own) = own.and_then(|own| own.dyn_ref::<Object>()) {
        Object::assign(&config, own);
    }
    let Some(ice) = ice else { return config.into() };
    if js::some(&config, "iceServers").is_none() {
        let servers = Array::new();
        for server in &ice.servers {
            let urls: Array = server.urls.iter().map(|url| JsValue::from_str(url)).collect();
            let entry = js::object([("urls", urls.into())]);
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
