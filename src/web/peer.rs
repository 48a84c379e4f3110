//! The media transport of one generation: one or two `RTCPeerConnection`s, their data channels and senders. It does
//! what the engine asks, strictly in order, and reports; [`Peers`] hands actions to the generation they mean.
//!
//! Everything of WebRTC is called by name (`js::call`), because all of it may throw and nothing may unwind here.

mod channel;
mod connection;
mod negotiate;
mod sender;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use wasm_bindgen::JsValue;

use crate::engine::map::Map;
use crate::engine::peer::{Channel, Generation, IceConfig, MediaHandle, PeerAction, PeerEvent, Step, Target};
use crate::web::driver::Driver;
use crate::web::inbox::Incoming;
use crate::web::js;
use crate::web::live::Live;
use crate::web::media::{LocalMedia, Media, RemoteMedia};
use channel::DataChannel;
use connection::Connection;
use negotiate::Negotiator;
use sender::Sender;

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

    /// Forgets it. One that is being sent stays sent until the engine removes it.
    pub fn unregister_sender(&self, cid: &str) {
        self.media.local.borrow_mut().remove(cid);
    }

    /// The `RTCRtpSender` of a local track.
    pub fn sender(&self, cid: &str) -> Option<JsValue> {
        self.current.borrow().as_ref()?.sender(cid)
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

    /// The `RTCPeerConnection` of a target, for statistics.
    pub fn connection(&self, target: Target) -> Option<JsValue> {
        self.current.borrow().as_ref()?.connection(target).map(|connection| connection.pc.clone())
    }

    pub(super) fn act(&self, generation: Generation, action: PeerAction) {
        let current = self.current.borrow().clone();
        match action {
            PeerAction::Open { dual, channels, audios, videos, ice } => {
                self.close();
                let peer = Peer::new(self, generation);
                *self.current.borrow_mut() = Some(peer.clone());
                if let Err(error) = peer.open(dual, ice.as_ref()) {
                    return peer.failed(Step::Open, &error);
                }
                if channels {
                    peer.add_channels();
                }
                peer.add_sections(audios, videos);
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
    me: Weak<Peer>,
    driver: Weak<Driver>,
    generation: Generation,
    rtc_config: Option<JsValue>,
    media: Rc<Media>,
    connections: RefCell<Vec<Rc<Connection>>>,
    channels: RefCell<Vec<Rc<DataChannel>>>,
    senders: RefCell<Map<String, Sender>>,
    handles: RefCell<Vec<MediaHandle>>,
    queue: RefCell<VecDeque<PeerAction>>,
    negotiator: Negotiator,
    closed: Cell<bool>,
    _live: Live,
}

impl Peer {
    fn new(peers: &Peers, generation: Generation) -> Rc<Self> {
        Rc::new_cyclic(|me: &Weak<Peer>| Self {
            me: me.clone(),
            driver: peers.driver.clone(),
            generation,
            rtc_config: peers.rtc_config.borrow().clone(),
            media: peers.media.clone(),
            connections: RefCell::default(),
            channels: RefCell::default(),
            senders: RefCell::default(),
            handles: RefCell::default(),
            queue: RefCell::default(),
            negotiator: Negotiator::new(me.clone()),
            closed: Cell::new(false),
            _live: Live::new(),
        })
    }

    fn open(&self, dual: bool, ice: Option<&IceConfig>) -> Result<(), JsValue> {
        for target in [Target::Publisher, Target::Subscriber].into_iter().take(if dual { 2 } else { 1 }) {
            let connection = Connection::open(self, target, ice)?;
            self.connections.borrow_mut().push(connection);
        }
        Ok(())
    }

    fn weak(&self) -> Weak<Peer> {
        self.me.clone()
    }

    fn connection(&self, target: Target) -> Option<Rc<Connection>> {
        self.connections.borrow().iter().find(|connection| connection.target == target).cloned()
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
            PeerAction::Send { channel, bytes } => self.send(channel, &bytes),
            PeerAction::Stats => self.ask_stats(),
            action => {
                self.queue.borrow_mut().push_back(action);
                self.run();
            }
        }
    }

    /// Does what takes no promise; the others come back.
    fn carry_out(&self, action: PeerAction) -> Option<PeerAction> {
        let failed = match action {
            PeerAction::Configure(ice) => (Step::Configure, self.configure(&ice)),
            PeerAction::AddSender { cid } => {
                let added = self.add_sender(&cid);
                (Step::AddSender { cid }, added)
            }
            PeerAction::AddSections { audios, videos } => {
                self.add_sections(audios, videos);
                return None;
            }
            PeerAction::AddChannels => {
                self.add_channels();
                return None;
            }
            PeerAction::RemoveSender { cid } => {
                self.remove_sender(&cid);
                return None;
            }
            other => return Some(other),
        };
        if let (step, Err(thrown)) = failed {
            self.failed(step, &thrown);
        }
        None
    }

    fn close(&self) {
        self.closed.set(true);
        self.negotiator.close();
        self.queue.borrow_mut().clear();
        self.senders.borrow_mut().clear();
        for handle in self.handles.take() {
            self.media.remove_remote(handle);
        }
        drop(self.channels.take());
        for connection in self.connections.take() {
            connection.close();
        }
    }
}
