//! Offers and answers of the publisher, and answers to the server's offers for the subscriber.
//!
//! `steps.js` calls the host and waits for its promises, one step at a time; what a step is for, how its description is
//! edited and what is told of it stands here.

use std::cell::{Cell, RefCell};
use std::rc::Weak;

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;

use super::Peer;
use super::connection::Connection;
use crate::engine::peer::{IceConfig, PeerAction, PeerEvent, Step, Target};
use crate::protocol::{sdp, text};
use crate::web::{host, js};

type Heard = Closure<dyn Fn(u32, JsValue) -> JsValue>;

// What `heard` is told, as in steps.js.
const DONE: u32 = 0;
const FAILED: u32 = 1;
const EDIT: u32 = 2;

#[wasm_bindgen(module = "/src/web/peer/steps.js")]
extern "C" {
    type Steps;
    #[wasm_bindgen(constructor)]
    fn new(heard: &Heard) -> Steps;
    #[wasm_bindgen(method)]
    fn close(this: &Steps);
    #[wasm_bindgen(method)]
    fn soon(this: &Steps);
    #[wasm_bindgen(method)]
    fn offer(this: &Steps, pc: &JsValue, ice_restart: bool, held: bool);
    #[wasm_bindgen(method)]
    fn answer(this: &Steps, pc: &JsValue, held: Option<String>, sdp: &str);
    #[wasm_bindgen(method, js_name = remoteOffer)]
    fn remote_offer(this: &Steps, pc: &JsValue, sdp: &str);
    #[wasm_bindgen(method)]
    fn candidate(this: &Steps, pc: &JsValue, init: &str);
    #[wasm_bindgen(method)]
    fn stats(this: &Steps, connections: &Array);

    pub(super) fn prepare(sender: &JsValue, degradation_preference: &str, paused: bool);
}

/// The JavaScript half and what it is doing.
pub(super) struct Negotiator {
    steps: Steps,
    running: Cell<bool>,
    under_way: RefCell<Option<PeerAction>>,
    /// An offer that was reported and is not applied yet.
    held: RefCell<Option<String>>,
    _heard: Heard,
}

impl Negotiator {
    pub(super) fn new(peer: Weak<Peer>) -> Self {
        let heard = Heard::new(move |what, value| match peer.upgrade() {
            Some(peer) => peer.heard(what, &value),
            None => JsValue::UNDEFINED,
        });
        Self {
            steps: Steps::new(&heard),
            running: Cell::new(false),
            under_way: RefCell::default(),
            held: RefCell::default(),
            _heard: heard,
        }
    }

    /// Nothing is heard any more, whatever is under way.
    pub(super) fn close(&self) {
        self.steps.close();
    }
}

impl Peer {
    /// Begins with what waits in the queue, unless that is being done already.
    pub(super) fn run(&self) {
        if !self.negotiator.running.replace(true) {
            self.negotiator.steps.soon();
        }
    }

    pub(super) fn ask_stats(&self) {
        let connections: Array = self.connections.borrow().iter().map(|connection| connection.pc.clone()).collect();
        self.negotiator.steps.stats(&connections);
    }

    fn heard(&self, what: u32, value: &JsValue) -> JsValue {
        if what == EDIT {
            return self.edited(&value.as_string().unwrap_or_default()).into();
        }
        if what != DONE && what != FAILED {
            self.report(PeerEvent::Stats { bytes_received: value.as_f64().unwrap_or(0.0) as u64 });
            return JsValue::UNDEFINED;
        }
        let action = self.negotiator.under_way.take();
        match action {
            Some(action) if what == DONE => self.done(action, value),
            Some(PeerAction::Offer { offer_id, .. }) => self.failed(Step::Offer { offer_id }, value),
            Some(PeerAction::Answer { offer_id, .. }) => self.failed(Step::Answer { offer_id }, value),
            Some(PeerAction::RemoteOffer { offer_id, .. }) => self.failed(Step::RemoteOffer { offer_id }, value),
            _ => {}
        }
        self.go_on();
        JsValue::UNDEFINED
    }

    /// Does what waits, up to the first thing that takes a promise.
    fn go_on(&self) {
        loop {
            let Some(action) = self.queue.borrow_mut().pop_front() else { break };
            if let Some(action) = self.carry_out(action)
                && self.begin(action)
            {
                return;
            }
        }
        self.negotiator.running.set(false);
    }

    /// False where there is no connection to do it on.
    fn begin(&self, action: PeerAction) -> bool {
        let Negotiator { steps, under_way, held, .. } = &self.negotiator;
        let target = match &action {
            PeerAction::Candidate { target, .. } => *target,
            PeerAction::RemoteOffer { .. } => Target::Subscriber,
            _ => Target::Publisher,
        };
        let Some(connection) = self.connection(target) else { return false };
        *under_way.borrow_mut() = Some(action);
        let pc = &connection.pc;
        match &*under_way.borrow() {
            Some(PeerAction::Offer { ice_restart, hold, .. }) => {
                held.take();
                steps.offer(pc, *ice_restart, *hold);
            }
            Some(PeerAction::Answer { sdp, .. }) => steps.answer(pc, held.take(), sdp),
            Some(PeerAction::RemoteOffer { sdp, .. }) => steps.remote_offer(pc, sdp),
            Some(PeerAction::Candidate { candidate_init, .. }) => steps.candidate(pc, candidate_init),
            _ => return false,
        }
        true
    }

    /// The description of the step that is under way, as it is to be applied.
    fn edited(&self, plain: &str) -> String {
        match &*self.negotiator.under_way.borrow() {
            Some(PeerAction::Offer { .. }) => sdp::publisher_offer(plain, &self.sections(), &self.placeholders()),
            Some(PeerAction::RemoteOffer { sdp: offer, .. }) => sdp::subscriber_answer(plain, offer),
            _ => self.with_audio_bitrates(sdp::publisher_answer(plain, &self.placeholders())),
        }
    }

    fn done(&self, action: PeerAction, value: &JsValue) {
        let text = || value.as_string().unwrap_or_default();
        match action {
            PeerAction::Offer { offer_id, hold: true, .. } => {
                let sdp = text();
                *self.negotiator.held.borrow_mut() = Some(sdp.clone());
                self.report(PeerEvent::Offer { offer_id, sdp });
            }
            PeerAction::Offer { offer_id, .. } => {
                self.report(PeerEvent::Offer { offer_id, sdp: sdp::with_client_ids(&text(), &self.sections()) });
            }
            PeerAction::Answer { offer_id, .. } => {
                let max_message_bytes = value.as_f64().map(|bytes| bytes as u32);
                self.report(PeerEvent::AnswerApplied { offer_id, max_message_bytes });
            }
            PeerAction::RemoteOffer { offer_id, .. } => self.report(PeerEvent::LocalAnswer { offer_id, sdp: text() }),
            _ => {}
        }
    }

    pub(super) fn configure(&self, ice: &IceConfig) -> Result<(), JsValue> {
        let connections = self.connections.borrow().clone();
        connections.iter().try_for_each(|connection| connection.configure(self.rtc_config.as_ref(), ice))
    }

    /// Firefox takes the highest bitrate that the server allows as the one that is wanted.
    fn with_audio_bitrates(&self, answer: String) -> String {
        if !text::contains(&host::user_agent(), "Firefox/") {
            return answer;
        }
        self.audio_bitrates().into_iter().fold(answer, |sdp, (mid, bits)| sdp::with_audio_bitrate(&sdp, &mid, bits))
    }

    /// The mids of the publisher's sections that send nothing of ours.
    fn placeholders(&self) -> Vec<String> {
        let transceivers =
            self.connection(Target::Publisher).as_deref().map(Connection::transceivers).unwrap_or_default();
        let empty = |transceiver: &&JsValue| js::some(&js::get(transceiver, "sender"), "track").is_none();
        transceivers.iter().filter(empty).filter_map(|one| js::text(one, "mid")).collect()
    }
}
