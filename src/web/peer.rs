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

use futures::future::{AbortHandle, Abortable};
use js_sys::futures::spawn_local;
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
                let peer = Rc::new(Peer::new(self, generation));
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
    me: RefCell<Weak<Peer>>,
    driver: Weak<Driver>,
    generation: Generation,
    rtc_config: Option<JsValue>,
    media: Rc<Media>,
    connections: RefCell<Vec<Rc<Connection>>>,
    channels: RefCell<Vec<Rc<DataChannel>>>,
    senders: RefCell<Map<String, Sender>>,
    handles: RefCell<Vec<MediaHandle>>,
    /// An offer that was reported and is not applied yet.
    held: RefCell<Option<String>>,
    queue: RefCell<VecDeque<PeerAction>>,
    running: RefCell<Option<AbortHandle>>,
    closed: Cell<bool>,
    _live: Live,
}

impl Peer {
    fn new(peers: &Peers, generation: Generation) -> Self {
        Self {
            me: RefCell::default(),
            driver: peers.driver.clone(),
            generation,
            rtc_config: peers.rtc_config.borrow().clone(),
            media: peers.media.clone(),
            connections: RefCell::default(),
            channels: RefCell::default(),
            senders: RefCell::default(),
            handles: RefCell::default(),
            held: RefCell::default(),
            queue: RefCell::default(),
            running: RefCell::default(),
            closed: Cell::new(false),
            _live: Live::new(),
        }
    }

    fn open(self: &Rc<Self>, dual: bool, ice: Option<&IceConfig>) -> Result<(), JsValue> {
        *self.me.borrow_mut() = Rc::downgrade(self);
        for target in [Target::Publisher, Target::Subscriber].into_iter().take(if dual { 2 } else { 1 }) {
            let connection = Connection::open(self, target, ice)?;
            self.connections.borrow_mut().push(connection);
        }
        Ok(())
    }

    fn weak(&self) -> Weak<Peer> {
        self.me.borrow().clone()
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

    fn run(&self) {
        if self.running.borrow().is_some() {
            return;
        }
        let Some(me) = self.weak().upgrade() else { return };
        let (handle, registration) = AbortHandle::new_pair();
        *self.running.borrow_mut() = Some(handle);
        let work = async move {
            loop {
                let Some(action) = me.queue.borrow_mut().pop_front() else { break };
                me.carry_out(action).await;
            }
            *me.running.borrow_mut() = None;
        };
        // Some promises of a connection that was closed are never settled: closing ends the work instead.
        spawn_local(async move {
            let _ = Abortable::new(work, registration).await;
        });
    }

    async fn carry_out(&self, action: PeerAction) {
        let failed = match action {
            PeerAction::Configure(ice) => (Step::Configure, self.configure(&ice)),
            PeerAction::Offer { offer_id, ice_restart, hold } => {
                (Step::Offer { offer_id }, self.offer(offer_id, ice_restart, hold).await)
            }
            PeerAction::Answer { offer_id, sdp } => (Step::Answer { offer_id }, self.answer(offer_id, &sdp).await),
            PeerAction::RemoteOffer { offer_id, sdp } => {
                (Step::RemoteOffer { offer_id }, self.remote_offer(offer_id, &sdp).await)
            }
            PeerAction::Candidate { target, candidate_init } => {
                if let Some(connection) = self.connection(target) {
                    connection.add_candidate(candidate_init).await;
                }
                return;
            }
            PeerAction::AddSections { audios, videos } => return self.add_sections(audios, videos),
            PeerAction::AddChannels => return self.add_channels(),
            PeerAction::AddSender { cid } => {
                let added = self.add_sender(&cid);
                (Step::AddSender { cid }, added)
            }
            PeerAction::RemoveSender { cid } => return self.remove_sender(&cid),
            PeerAction::Open { .. } | PeerAction::Send { .. } | PeerAction::Stats | PeerAction::Close => return,
        };
        if let (step, Err(thrown)) = failed {
            self.failed(step, &thrown);
        }
    }

    fn ask_stats(&self) {
        let (me, connections) = (self.weak(), self.connections.borrow().clone());
        spawn_local(async move {
            let mut bytes_received = 0;
            for connection in connections {
                bytes_received += connection.bytes_received().await;
            }
            if let Some(peer) = me.upgrade() {
                peer.report(PeerEvent::Stats { bytes_received });
            }
        });
    }

    fn close(&self) {
        self.closed.set(true);
        if let Some(running) = self.running.borrow_mut().take() {
            running.abort();
        }
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
