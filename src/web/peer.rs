//! The media transport of one generation: one or two `RTCPeerConnection`s, their data channels and senders. It does
//! what the engine asks, strictly in order, and reports; [`Peers`] hands actions to the generation they mean.
//!
//! WebRTC itself is called by `peer.js`; what is done when is said here.

mod configuration;
mod host;
mod negotiate;
mod sender;

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Uint8Array};
use wasm_bindgen::JsValue;

use crate::engine::map::Map;
use crate::engine::peer::{Channel, Generation, MediaHandle, PeerAction, PeerEvent, PeerState, Step, Target};
use crate::web::driver::Driver;
use crate::web::inbox::Incoming;
use crate::web::js::{self, Heard};
use crate::web::media::{LocalMedia, Media, RemoteMedia};
use configuration::configuration;
use host::PeerConnections;

/// The peers of a room: at most one, and the media that outlives it.
pub struct Peers {
    driver: Weak<Driver>,
    rtc_config: RefCell<Option<JsValue>>,
    current: RefCell<Option<Rc<Peer>>>,
    media: Rc<Media>,
}

impl Peers {
    pub(super) fn new(driver: Weak<Driver>, rtc_config: Option<JsValue>) -> Self {
        Self { driver, rtc_config: RefCell::new(rtc_config), current: RefCell::new(None), media: Rc::default() }
    }

    /// What the app says about the next generations' `RTCPeerConnection`s; `None` leaves what was said.
    pub fn set_rtc_config(&self, rtc_config: Option<JsValue>) {
        if rtc_config.is_some() {
            *self.rtc_config.borrow_mut() = rtc_config;
        }
    }

    /// Keeps a local track to be sent when the engine asks for its client id.
    pub fn register_sender(&self, cid: &str, media: LocalMedia) {
        self.media.local.borrow_mut().insert(cid.to_owned(), media);
    }

    /// How it is to be sent by the next generation.
    pub fn describe_sender(&self, cid: &str, encodings: JsValue, start_kbps: u32) {
        if let Some(media) = self.media.local.borrow_mut().get_mut(cid) {
            (media.encodings, media.start_kbps) = (encodings, start_kbps);
        }
    }

    /// Forgets it. One that is being sent stays sent until the engine removes it.
    pub fn unregister_sender(&self, cid: &str) {
        self.media.local.borrow_mut().remove(cid);
    }

    /// The `RTCRtpSender` of a local track.
    pub fn sender(&self, cid: &str) -> Option<JsValue> {
        let sender = self.current.borrow().as_ref()?.host.sender(cid);
        (!sender.is_undefined()).then_some(sender)
    }

    /// Puts another `MediaStreamTrack`, or none, in the place of a local one. The promise is the host's; `None` when
    /// the track is not being sent now.
    pub fn replace_track(&self, cid: &str, track: Option<JsValue>) -> Option<Result<JsValue, JsValue>> {
        if let Some(media) = self.media.local.borrow_mut().get_mut(cid) {
            media.paused = track.is_none();
            if let Some(track) = &track {
                media.track = track.clone();
            }
        }
        let sender = self.sender(cid)?;
        Some(js::call(&sender, "replaceTrack", &[track.unwrap_or(JsValue::NULL)]))
    }

    /// A remote track that came in.
    pub fn media(&self, handle: MediaHandle) -> Option<RemoteMedia> {
        self.media.remote(handle)
    }

    pub(super) fn act(&self, generation: Generation, action: PeerAction) {
        let current = self.current.borrow().clone();
        match action {
            PeerAction::Open { dual, channels, audios, videos, ice } => {
                self.close();
                let peer = Peer::new(self, generation);
                *self.current.borrow_mut() = Some(peer.clone());
                let config = configuration(peer.rtc_config.as_ref(), ice.as_ref());
                if let Err(error) = thrown(peer.host.open(if dual { 2 } else { 1 }, &config)) {
                    return peer.failed(Step::Open, &error);
                }
                if channels {
                    peer.add_channels();
                }
                peer.host.add_sections(audios, videos);
            }
            PeerAction::Close => self.close(),
            action => {
                if let Some(peer) = current.filter(|peer| peer.generation == generation) {
                    peer.act(action);
                }
            }
        }
    }

    pub(super) fn close(&self) {
        let peer = self.current.borrow_mut().take();
        if let Some(peer) = peer {
            peer.close();
        }
    }
}

/// One generation.
pub(super) struct Peer {
    driver: Weak<Driver>,
    generation: Generation,
    rtc_config: Option<JsValue>,
    media: Rc<Media>,
    host: PeerConnections,
    _heard: Heard,
    /// The ids of the media tracks that senders were made with, which the descriptions go on naming, by client id.
    senders: RefCell<Map<String, String>>,
    handles: RefCell<Vec<MediaHandle>>,
    /// An offer that was reported and is not applied yet.
    held: RefCell<Option<String>>,
    queue: RefCell<Vec<PeerAction>>,
    running: Cell<bool>,
    under_way: RefCell<Option<PeerAction>>,
    closed: Cell<bool>,
}

/// What the host threw, if anything, as it tells it.
fn thrown(value: JsValue) -> Result<(), JsValue> {
    if value.is_undefined() { Ok(()) } else { Err(value) }
}

impl Peer {
    fn new(peers: &Peers, generation: Generation) -> Rc<Self> {
        Rc::new_cyclic(|me: &Weak<Peer>| {
            let me = me.clone();
            let heard = Heard::new(move |what, which, value| match me.upgrade() {
                Some(peer) => peer.hear(what, which, &value),
                None => JsValue::UNDEFINED,
            });
            Self {
                driver: peers.driver.clone(),
                generation,
                rtc_config: peers.rtc_config.borrow().clone(),
                media: peers.media.clone(),
                host: PeerConnections::new(&heard),
                _heard: heard,
                senders: RefCell::default(),
                handles: RefCell::default(),
                held: RefCell::default(),
                queue: RefCell::default(),
                running: Cell::new(false),
                under_way: RefCell::default(),
                closed: Cell::new(false),
            }
        })
    }

    fn hear(&self, what: u32, which: u32, value: &JsValue) -> JsValue {
        let target = if which == 0 { Target::Publisher } else { Target::Subscriber };
        let channel = if which == 0 { Channel::Lossy } else { Channel::Reliable };
        let number = || value.as_f64().unwrap_or(0.0) as u32;
        let text = || value.as_string().unwrap_or_default();
        self.report(match what {
            host::EDIT => return self.edited(value).into(),
            host::STATS => PeerEvent::Stats { bytes_received: value.as_f64().unwrap_or(0.0) as u64 },
            host::STATE => PeerEvent::State { target, state: state(&text()) },
            host::CANDIDATE => PeerEvent::Candidate { target, candidate_init: text() },
            host::TRACK => return self.track(&Array::from(value)),
            host::TRACK_ENDED => PeerEvent::TrackEnded { media: MediaHandle(which) },
            host::CHANNEL_ID => PeerEvent::ChannelId { channel, id: number() },
            host::CHANNEL_OPEN => PeerEvent::ChannelOpen(channel),
            host::CHANNEL_CLOSED => PeerEvent::ChannelClosed(channel),
            host::BUFFERED => PeerEvent::ChannelBuffered { channel, bytes: number() },
            host::DATA => {
                self.data(channel, Uint8Array::new(value).to_vec());
                return JsValue::UNDEFINED;
            }
            host::DONE | host::FAILED => {
                self.ended(what, value);
                return JsValue::UNDEFINED;
            }
            _ => return JsValue::UNDEFINED,
        });
        JsValue::UNDEFINED
    }

    /// `[mid, stream id, track id, track, receiver]`. Returns the handle.
    fn track(&self, facts: &Array) -> JsValue {
        let text = |at| facts.get(at).as_string().unwrap_or_default();
        let media = self.media.add_remote(RemoteMedia { track: facts.get(3), receiver: facts.get(4) });
        self.handles.borrow_mut().push(media);
        self.report(PeerEvent::Track { mid: text(0), stream_id: text(1), track_id: text(2), media });
        media.0.into()
    }

    fn report(&self, event: PeerEvent<'static>) {
        if let Some(driver) = self.driver.upgrade().filter(|_| !self.closed.get()) {
            driver.push(Incoming::Peer(self.generation, event));
        }
    }

    fn data(&self, channel: Channel, bytes: Vec<u8>) {
        if let Some(driver) = self.driver.upgrade().filter(|_| !self.closed.get()) {
            driver.push(Incoming::Data(self.generation, channel, bytes));
        }
    }

    fn failed(&self, step: Step, thrown: &JsValue) {
        self.report(PeerEvent::Failed { step, message: js::message(thrown) });
    }

    /// Actions that have nothing to do with negotiation are done at once, the others wait for those before them.
    fn act(&self, action: PeerAction) {
        match action {
            PeerAction::Send { channel, bytes } => {
                if let Err(error) = thrown(self.host.send(channel as u32, &bytes)) {
                    self.failed(Step::Send { channel }, &error);
                }
            }
            PeerAction::Finish => self.host.finish(),
            PeerAction::Stats => self.host.stats(),
            action => {
                self.queue.borrow_mut().push(action);
                self.run();
            }
        }
    }

    /// Does what takes no promise; the others come back.
    fn carry_out(&self, action: PeerAction) -> Option<PeerAction> {
        let failed = match action {
            PeerAction::Configure(ice) => {
                let config = configuration(self.rtc_config.as_ref(), Some(&ice));
                (Step::Configure, thrown(self.host.configure(&config)))
            }
            PeerAction::AddSender { cid } => {
                let added = self.add_sender(&cid);
                (Step::AddSender { cid }, added)
            }
            PeerAction::AddSections { audios, videos } => {
                self.host.add_sections(audios, videos);
                return None;
            }
            PeerAction::AddChannels => {
                self.add_channels();
                return None;
            }
            PeerAction::RemoveSender { cid } => {
                self.senders.borrow_mut().remove(&cid);
                self.host.remove_sender(&cid);
                return None;
            }
            other => return Some(other),
        };
        if let (step, Err(thrown)) = failed {
            self.failed(step, &thrown);
        }
        None
    }

    /// Once; a second request finds them there.
    fn add_channels(&self) {
        let made = self.host.add_channels(Channel::Lossy.low_bytes(), Channel::Reliable.low_bytes());
        if let Err(error) = thrown(made) {
            self.failed(Step::Open, &error);
        }
    }

    fn close(&self) {
        self.closed.set(true);
        self.queue.borrow_mut().clear();
        self.senders.borrow_mut().clear();
        for handle in self.handles.take() {
            self.media.remove_remote(handle);
        }
        self.host.close();
    }
}

fn state(name: &str) -> PeerState {
    match name {
        "connecting" => PeerState::Connecting,
        "connected" => PeerState::Connected,
        "disconnected" => PeerState::Disconnected,
        "failed" => PeerState::Failed,
        "closed" => PeerState::Closed,
        _ => PeerState::New,
    }
}
