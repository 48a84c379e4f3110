//! Offers and answers of the publisher, and answers to the server's offers for the subscriber: one step at a time.

use js_sys::Array;
use wasm_bindgen::JsValue;

use super::Peer;
use super::host::DONE;
use crate::engine::peer::{PeerAction, PeerEvent, Step};
use crate::protocol::queue::take_first;
use crate::protocol::{sdp, text};
use crate::web::host::user_agent;
use crate::web::js;

impl Peer {
    /// Begins with what waits in the queue, unless that is being done already.
    pub(super) fn run(&self) {
        if !self.running.replace(true) {
            self.host.pause();
        }
    }

    /// A step has ended.
    pub(super) fn ended(&self, what: u32, value: &JsValue) {
        let action = self.under_way.take();
        match action {
            Some(action) if what == DONE => self.done(action, value),
            Some(PeerAction::Offer { offer_id, .. }) => self.failed(Step::Offer { offer_id }, value),
            Some(PeerAction::Answer { offer_id, .. }) => self.failed(Step::Answer { offer_id }, value),
            Some(PeerAction::RemoteOffer { offer_id, .. }) => self.failed(Step::RemoteOffer { offer_id }, value),
            _ => {}
        }
        // Does what waits, up to the next step.
        loop {
            let Some(action) = take_first(&mut self.queue.borrow_mut()) else { break };
            if let Some(action) = self.carry_out(action)
                && self.begin(action)
            {
                return;
            }
        }
        self.running.set(false);
    }

    /// False where there is no connection to do it on.
    fn begin(&self, action: PeerAction) -> bool {
        *self.under_way.borrow_mut() = Some(action);
        let begun = match &*self.under_way.borrow() {
            Some(PeerAction::Offer { ice_restart, hold, .. }) => {
                self.held.take();
                self.host.offer(*ice_restart, *hold)
            }
            // Firefox gives what arrives before its description to the one section of its kind that receives, where there
            // is only one, and never gives it back. The server sends before its answer is there, but never has only one.
            Some(PeerAction::Answer { sdp, .. }) => self.host.answer(self.held.take(), sdp, is_firefox()),
            Some(PeerAction::RemoteOffer { sdp, .. }) => self.host.remote_offer(sdp),
            Some(PeerAction::Candidate { target, candidate_init }) => {
                self.host.candidate(*target as u32, candidate_init)
            }
            _ => false,
        };
        if !begun {
            self.under_way.take();
        }
        begun
    }

    /// The description of the step that is under way, as it is to be applied. `given`: its text and the mids of the
    /// sections that send nothing of ours.
    pub(super) fn edited(&self, given: &JsValue) -> String {
        let given = js::texts(&Array::from(given));
        let Some((plain, placeholders)) = given.split_first() else { return String::new() };
        match &*self.under_way.borrow() {
            Some(PeerAction::Offer { .. }) => sdp::publisher_offer(plain, &self.sections(), placeholders),
            Some(PeerAction::RemoteOffer { sdp: offer, .. }) => sdp::subscriber_answer(plain, offer),
            _ => self.with_audio_bitrates(sdp::publisher_answer(plain, placeholders)),
        }
    }

    fn done(&self, action: PeerAction, value: &JsValue) {
        let text = || value.as_string().unwrap_or_default();
        match action {
            PeerAction::Offer { offer_id, hold: true, .. } => {
                let sdp = text();
                *self.held.borrow_mut() = Some(sdp.clone());
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

    /// Firefox takes the highest bitrate that the server allows as the one that is wanted.
    fn with_audio_bitrates(&self, answer: String) -> String {
        if !is_firefox() {
            return answer;
        }
        self.audio_bitrates().into_iter().fold(answer, |sdp, (mid, bits)| sdp::with_audio_bitrate(&sdp, &mid, bits))
    }
}

fn is_firefox() -> bool {
    text::contains(&user_agent(), "Firefox/")
}
