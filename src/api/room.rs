//! The engine's half of a `Room`. Methods take `&self`, clone what they need and return promises; reads look into the
//! engine's roster and copy one value. `publish.rs` has what concerns local tracks.

use std::cell::OnceCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::api::dispatch::{self, Anchor};
use crate::api::promised::promised;
use crate::api::{errors, fields, options, scenario};
use crate::engine::error::{Code, Error};
use crate::engine::map::Map;
use crate::engine::plugins::{Load, Loaded};
use crate::engine::room::command::{Command, DataMessage, TrackPermission, TrackSettings};
use crate::engine::room::roster::{Participant, Roster};
use crate::engine::room::session::Session;
use crate::protocol::secret::Secret;
use crate::web::driver::Driver;
use crate::web::{host, js};

/// One room's engine, as the classes in JavaScript reach it.
#[wasm_bindgen(private)]
pub struct RoomCore {
    pub(crate) driver: Rc<Driver>,
}

impl RoomCore {
    /// `anchor` hears the events; `options` are checked.
    pub fn new(anchor: Anchor, options: &JsValue) -> Self {
        let (config, host) = options::room(options, &anchor);
        // The driver is told its observer before it is there.
        let slot: Rc<OnceCell<Weak<Driver>>> = Rc::default();
        let me = slot.clone();
        let driver = Driver::new(
            config,
            host,
            Box::new(move |event| {
                if let Some(driver) = me.get().and_then(Weak::upgrade) {
                    dispatch::tell(&anchor, &driver, event);
                }
            }),
        );
        let _ = slot.set(Rc::downgrade(&driver));
        Self { driver }
    }

    fn roster<T>(&self, read: impl FnOnce(&Roster) -> T) -> Option<T> {
        self.driver.with_session(|session| session.map(Session::roster).map(read))
    }

    fn of<T>(&self, identity: &str, read: impl FnOnce(&Participant) -> T) -> Option<T> {
        self.roster(|roster| roster.known(identity).map(read)).flatten()
    }

    /// Gives a command; the promise says how it ended.
    pub(crate) fn submit(&self, command: Command) -> Promise {
        self.submit_or(command, errors::to_js)
    }

    fn submit_or(&self, command: Command, rejected: fn(&Error) -> JsValue) -> Promise {
        let (promise, settle) = promised(rejected);
        self.driver.submit(command, settle);
        promise
    }
}

#[wasm_bindgen]
impl RoomCore {
    /// Joins.
    pub fn connect(&self, url: String, token: String, options: &JsValue) -> Promise {
        self.driver.peers().set_rtc_config(js::some(options, "rtcConfig"));
        let command =
            Command::Connect { url: url.into(), token: Secret::new(token), options: options::connect(options) };
        self.submit_or(command, errors::of_connect)
    }

    /// Leaves.
    pub fn disconnect(&self) -> Promise {
        self.submit(Command::Disconnect)
    }

    /// Tries now.
    #[wasm_bindgen(js_name = reconnectNow)]
    pub fn reconnect_now(&self) -> Promise {
        self.submit(Command::ReconnectNow)
    }

    /// Learns the regions of a server that `connect` will be called with.
    pub fn prepare(&self, url: String, token: String) -> Promise {
        self.submit(Command::Prepare { url: url.into(), token: Secret::new(token) })
    }

    /// What the load of a plugin came to; `reason` when it failed.
    #[wasm_bindgen(js_name = pluginLoaded)]
    pub fn plugin_loaded(&self, index: u32, load: u32, reason: Option<String>) {
        let loaded = reason.map_or(Loaded::Ready, Loaded::Failed);
        self.driver.plugin_loaded(Load(load), index as usize, loaded);
    }

    /// What happened to the connection lately, as plain objects.
    pub fn history(&self) -> Array {
        self.driver.with_session(|session| {
            let lead_ms = host::lead_ms();
            let facts = |session: &Session| session.history().iter().map(|of| fields::fact(of, lead_ms)).collect();
            session.map(facts).unwrap_or_default()
        })
    }

    /// By livekit-client's name of the scenario.
    pub fn simulate(&self, name: &str, argument: Option<f64>) -> Promise {
        match scenario::by_name(name, argument) {
            Ok((first, None)) => self.submit(Command::Simulate(first)),
            Ok((first, Some(then))) => {
                self.order(Command::Simulate(first));
                self.submit(Command::Simulate(then))
            }
            Err(message) => {
                let (promise, settle) = promised(errors::to_js);
                settle(Err(Error::new(Code::InvalidArgument, message)));
                promise
            }
        }
    }

    /// One fact of the room.
    pub fn room(&self, field: u32) -> JsValue {
        self.driver.with_session(|session| session.map_or(JsValue::UNDEFINED, |session| fields::room(session, field)))
    }

    /// Smoothed round trip of the signal socket.
    #[wasm_bindgen(getter)]
    pub fn rtt(&self) -> Option<f64> {
        self.driver.with_session(|session| session.and_then(Session::rtt_ms))
    }

    /// Identities of the remote participants.
    pub fn identities(&self) -> Array {
        self.roster(|roster| roster.remote().map(|one| fields::text(&one.identity)).collect()).unwrap_or_default()
    }

    /// Whether a remote participant is there.
    pub fn has(&self, identity: &str) -> bool {
        self.roster(|roster| roster.participant(identity).is_some()).unwrap_or_default()
    }

    /// Identities of who speaks, the local one's as "".
    pub fn speakers(&self) -> Array {
        self.roster(|roster| {
            let local = roster.local().map(|local| &local.identity);
            let name = |identity| if Some(identity) == local { fields::text("") } else { fields::text(identity) };
            roster.active_speakers().iter().map(name).collect()
        })
        .unwrap_or_default()
    }

    /// One fact of a participant.
    pub fn participant(&self, identity: &str, field: u32) -> JsValue {
        self.of(identity, |of| fields::participant(of, field)).unwrap_or(JsValue::UNDEFINED)
    }

    /// All facts of a participant.
    #[wasm_bindgen(js_name = participantFacts)]
    pub fn participant_facts(&self, identity: &str) -> Option<Array> {
        self.of(identity, |of| fields::all(fields::PARTICIPANT, |field| fields::participant(of, field)))
    }

    /// Sids of a participant's publications.
    pub fn publications(&self, identity: &str) -> Array {
        self.of(identity, |of| of.publications.iter().map(|of| fields::text(&of.sid)).collect()).unwrap_or_default()
    }

    /// One fact of a publication.
    pub fn publication(&self, identity: &str, sid: &str, field: u32) -> JsValue {
        self.roster(|roster| roster.known_publication(identity, sid).map(|of| fields::publication(of, field)))
            .flatten()
            .unwrap_or(JsValue::UNDEFINED)
    }

    /// All facts of a publication.
    #[wasm_bindgen(js_name = publicationFacts)]
    pub fn publication_facts(&self, identity: &str, sid: &str) -> JsValue {
        self.roster(|roster| roster.known_publication(identity, sid).map(dispatch::gone))
            .flatten()
            .unwrap_or(JsValue::UNDEFINED)
    }

    /// Sends a data message.
    #[wasm_bindgen(js_name = publishData)]
    pub fn publish_data(&self, payload: Vec<u8>, reliable: bool, topic: Option<String>, to: &Array) -> Promise {
        let destination_identities = js::texts(to);
        self.submit(Command::PublishData(DataMessage { payload, reliable, topic, destination_identities }))
    }

    /// Changes what is said of the local participant; what is undefined stays. `attributes` is a plain object.
    pub fn update(&self, name: Option<String>, metadata: Option<String>, attributes: &JsValue) -> Promise {
        let mut changed = Map::new();
        if let Some(attributes) = js_sys::Object::try_from(attributes) {
            for entry in js_sys::Object::entries(attributes).iter() {
                let entry = Array::from(&entry);
                if let (Some(key), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) {
                    changed.insert(key, value);
                }
            }
        }
        self.submit(Command::UpdateMetadata { name, metadata, attributes: changed })
    }

    /// Subscribes to a publication, or not.
    #[wasm_bindgen(js_name = setSubscribed)]
    pub fn set_subscribed(&self, sid: &str, subscribed: bool) {
        self.order(Command::SetSubscribed { track_sids: vec![sid.into()], subscribed });
    }

    /// What is wanted of a remote track.
    #[wasm_bindgen(js_name = setTrackSettings)]
    pub fn set_track_settings(&self, sid: &str, disabled: bool, quality: i32, width: u32, height: u32, fps: u32) {
        let settings = TrackSettings { disabled, quality, width, height, fps };
        self.order(Command::SetTrackSettings { track_sid: sid.into(), settings });
    }

    /// Who may subscribe to local tracks: `[identity, sid, all, [sid]]` each.
    #[wasm_bindgen(js_name = setSubscriptionPermissions)]
    pub fn set_subscription_permissions(&self, all_participants: bool, permissions: &Array) {
        let mut list = Vec::new();
        for one in permissions.iter() {
            let one = Array::from(&one);
            list.push(TrackPermission {
                identity: one.get(0).as_string().unwrap_or_default(),
                sid: one.get(1).as_string().unwrap_or_default(),
                all_tracks: one.get(2).is_truthy(),
                track_sids: js::texts(&Array::from(&one.get(3))),
            });
        }
        self.order(Command::SetSubscriptionPermissions { all_participants, permissions: list });
    }
}

impl RoomCore {
    /// Gives a command whose end nobody waits for: it is kept until it can be sent, and ends with the session.
    pub(crate) fn order(&self, command: Command) {
        self.driver.submit(command, Box::new(drop));
    }
}
