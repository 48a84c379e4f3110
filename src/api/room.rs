//! The engine's half of a `Room`. What is asked takes `&self`, clones what it needs and returns promises; reads look into
//! the engine's roster and copy one value. `publish.rs` has what concerns local tracks.

use std::cell::OnceCell;
use std::rc::{Rc, Weak};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::api::ask::Ask;
use crate::api::dispatch::{self, Anchor};
use crate::api::promised::promised;
use crate::api::{errors, fields, options, scenario};
use crate::engine::error::{Code, Error};
use crate::engine::map::Map;
use crate::engine::plugins::{Load, Loaded};
use crate::engine::room::command::{Command, DataMessage, TrackPermission, TrackSettings};
use crate::engine::room::roster::{Participant, Publication, Roster};
use crate::engine::room::session::Session;
use crate::protocol::secret::Secret;
use crate::web::driver::Driver;
use crate::web::{host, js};

/// One room's engine, as the classes in JavaScript reach it.
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
}

impl RoomCore {
    /// Answers what `ask.js` says, given what it says.
    pub fn ask(&self, ask: Ask, [first, second, third, fourth]: [JsValue; 4]) -> JsValue {
        // Most are about somebody or something by name.
        let name = js::said(&first);
        match ask {
            Ask::Connect => self.connect(name, &second, &third),
            Ask::Disconnect => self.submit(Command::Disconnect),
            Ask::ReconnectNow => self.submit(Command::ReconnectNow),
            Ask::Prepare => self.submit(Command::Prepare { url: name.into(), token: Secret::new(js::said(&second)) }),
            Ask::PluginLoaded => {
                let loaded = third.as_string().map_or(Loaded::Ready, Loaded::Failed);
                self.driver.plugin_loaded(Load(js::whole(&second)), js::whole(&first) as usize, loaded);
                JsValue::UNDEFINED
            }
            Ask::History => self.driver.with_session(|session| {
                let lead_ms = host::lead_ms();
                let facts = session.into_iter().flat_map(|session| session.history().iter());
                facts.map(|of| fields::fact(of, lead_ms)).collect::<Array>().into()
            }),
            Ask::Simulate => self.simulate(&name, second.as_f64()),
            Ask::Room => self.read(|session| fields::room(session, js::whole(&first))),
            Ask::Rtt => self.read(|session| session.rtt_ms().map_or(JsValue::UNDEFINED, JsValue::from)),
            Ask::Identities => self.list(|roster| roster.remote().map(|one| fields::text(&one.identity)).collect()),
            Ask::Has => self.roster(|roster| roster.participant(&name).is_some()).unwrap_or_default().into(),
            Ask::Speakers => self.list(speakers),
            Ask::Participant => self.of(&name, |of| fields::participant(of, js::whole(&second))),
            Ask::ParticipantFacts => {
                self.of(&name, |of| fields::all(fields::PARTICIPANT, |field| fields::participant(of, field)).into())
            }
            Ask::Publications => self.list(|roster| {
                let of = roster.known(&name);
                of.map(|of| of.publications.iter().map(|of| fields::text(&of.sid)).collect()).unwrap_or_default()
            }),
            Ask::Publication => self.publication(&name, &second, |of| fields::publication(of, js::whole(&third))),
            Ask::PublicationFacts => self.publication(&name, &second, dispatch::gone),
            Ask::PublishData => self.submit(Command::PublishData(DataMessage {
                payload: first.unchecked_into::<Uint8Array>().to_vec(),
                reliable: second.is_truthy(),
                topic: third.as_string(),
                destination_identities: js::texts(&Array::from(&fourth)),
            })),
            Ask::Update => self.submit(Command::UpdateMetadata {
                name: first.as_string(),
                metadata: second.as_string(),
                attributes: attributes(&third),
            }),
            Ask::SetSubscribed => {
                self.order(Command::SetSubscribed { track_sids: vec![name.into()], subscribed: second.is_truthy() })
            }
            Ask::SetTrackSettings => {
                let list = Array::from(&second);
                let number = |at| js::whole(&list.get(at));
                let settings = TrackSettings {
                    disabled: list.get(0).is_truthy(),
                    quality: number(1) as i32,
                    width: number(2),
                    height: number(3),
                    fps: number(4),
                };
                self.order(Command::SetTrackSettings { track_sid: name.into(), settings })
            }
            Ask::SetSubscriptionPermissions => self.order(Command::SetSubscriptionPermissions {
                all_participants: first.is_truthy(),
                permissions: permissions(&Array::from(&second)),
            }),
            Ask::Publish => self.publish(name, second, &third),
            Ask::Sender => self.driver.peers().sender(&name).unwrap_or(JsValue::UNDEFINED),
            Ask::Replace => self.replace(&name, second),
            Ask::Mute => self.order(Command::MuteTrack { cid: name, muted: second.is_truthy() }),
            Ask::Unpublish => self.unpublish(name),
            Ask::Describe => self.describe(&name, &second),
            Ask::UpdateAudioTrack => {
                let features = js::numbers(&Array::from(&second));
                self.order(Command::UpdateAudioTrack { cid: name, features })
            }
        }
    }

    fn connect(&self, url: String, token: &JsValue, options: &JsValue) -> JsValue {
        self.driver.peers().set_rtc_config(js::some(options, "rtcConfig"));
        let (url, token) = (url.into(), Secret::new(js::said(token)));
        self.submit_or(Command::Connect { url, token, options: options::connect(options) }, errors::of_connect)
    }

    /// By livekit-client's name of the scenario.
    fn simulate(&self, name: &str, argument: Option<f64>) -> JsValue {
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

    fn read(&self, read: impl FnOnce(&Session) -> JsValue) -> JsValue {
        self.driver.with_session(|session| session.map_or(JsValue::UNDEFINED, read))
    }

    fn roster<T>(&self, read: impl FnOnce(&Roster) -> T) -> Option<T> {
        self.driver.with_session(|session| session.map(Session::roster).map(read))
    }

    /// A list that is empty before the first connect.
    fn list(&self, read: impl FnOnce(&Roster) -> Array) -> JsValue {
        self.roster(read).unwrap_or_default().into()
    }

    fn of(&self, identity: &str, read: impl FnOnce(&Participant) -> JsValue) -> JsValue {
        self.roster(|roster| roster.known(identity).map(read)).flatten().unwrap_or(JsValue::UNDEFINED)
    }

    fn publication(&self, identity: &str, sid: &JsValue, read: impl FnOnce(&Publication) -> JsValue) -> JsValue {
        let sid = js::said(sid);
        self.roster(|roster| roster.known_publication(identity, &sid).map(read)).flatten().unwrap_or(JsValue::UNDEFINED)
    }

    /// Gives a command; the promise says how it ended.
    pub(super) fn submit(&self, command: Command) -> JsValue {
        self.submit_or(command, errors::to_js)
    }

    fn submit_or(&self, command: Command, rejected: fn(&Error) -> JsValue) -> JsValue {
        let (promise, settle) = promised(rejected);
        self.driver.submit(command, settle);
        promise
    }

    /// Gives a command whose end nobody waits for: it is kept until it can be sent, and ends with the session.
    pub(super) fn order(&self, command: Command) -> JsValue {
        self.driver.submit(command, Box::new(drop));
        JsValue::UNDEFINED
    }
}

/// Identities of who speaks, the local one's as "".
fn speakers(roster: &Roster) -> Array {
    let local = roster.local().map(|local| &local.identity);
    let name = |identity| if Some(identity) == local { fields::text("") } else { fields::text(identity) };
    roster.active_speakers().iter().map(name).collect()
}

/// Of pairs: those of texts.
fn attributes(of: &JsValue) -> Map<String, String> {
    let mut changed = Map::new();
    for entry in js::array(of).iter() {
        let entry = Array::from(&entry);
        if let (Some(key), Some(value)) = (entry.get(0).as_string(), entry.get(1).as_string()) {
            changed.insert(key, value);
        }
    }
    changed
}

/// Of `[identity, sid, all, [sid]]` each.
fn permissions(of: &Array) -> Vec<TrackPermission> {
    let mut list = Vec::new();
    for one in of.iter() {
        let one = Array::from(&one);
        list.push(TrackPermission {
            identity: js::said(&one.get(0)),
            sid: js::said(&one.get(1)),
            all_tracks: one.get(2).is_truthy(),
            track_sids: js::texts(&Array::from(&one.get(3))),
        });
    }
    list
}
