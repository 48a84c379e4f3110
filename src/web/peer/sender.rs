//! What is sent: one transceiver for each local track, by the client id under which the server knows it.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

use super::Peer;
use super::negotiate::prepare;
use crate::engine::peer::{PeerEvent, Target};
use crate::protocol::sdp::LocalSection;
use crate::web::js;

pub(super) struct Sender {
    transceiver: JsValue,
    /// The id of the media track it was made with, which the description goes on naming.
    track_id: String,
}

impl Peer {
    pub(super) fn sender(&self, cid: &str) -> Option<JsValue> {
        self.senders.borrow().get(cid).and_then(|sender| js::some(&sender.transceiver, "sender"))
    }

    pub(super) fn add_sender(&self, cid: &str) -> Result<(), JsValue> {
        let Some(publisher) = self.connection(Target::Publisher) else { return Ok(()) };
        let Some(media) = self.media.local.borrow().get(cid).cloned() else {
            return Err("the track is not there any more".into());
        };
        if !self.senders.borrow().contains_key(cid) {
            let init = js::object([("direction", "sendonly".into()), ("streams", media.streams)]);
            if !media.encodings.is_undefined() {
                js::set(&init, "sendEncodings", media.encodings);
            }
            let transceiver = js::call(&publisher.pc, "addTransceiver", &[media.track.clone(), init.into()])?;
            let track_id = js::text(&media.track, "id").unwrap_or_default();
            let preference = media.degradation_preference.unwrap_or_default();
            prepare(&js::get(&transceiver, "sender"), &preference, media.paused);
            self.senders.borrow_mut().insert(cid.to_owned(), Sender { transceiver, track_id });
        }
        self.report(PeerEvent::SenderAdded { cid: cid.to_owned() });
        Ok(())
    }

    pub(super) fn remove_sender(&self, cid: &str) {
        let Some(Sender { transceiver, .. }) = self.senders.borrow_mut().remove(cid) else { return };
        if let Some(publisher) = self.connection(Target::Publisher) {
            let _ = js::call(&publisher.pc, "removeTrack", &[js::get(&transceiver, "sender")]);
        }
        // The setter throws on a transceiver that was stopped, which is as well.
        let _ = Reflect::set(&transceiver, &"direction".into(), &"inactive".into());
    }

    pub(super) fn add_sections(&self, audios: u32, videos: u32) {
        let Some(publisher) = self.connection(Target::Publisher) else { return };
        let kinds = (0..audios).map(|_| "audio").chain((0..videos).map(|_| "video"));
        for kind in kinds {
            let init = js::object([("direction", "recvonly".into())]);
            let _ = js::call(&publisher.pc, "addTransceiver", &[kind.into(), init.into()]);
        }
    }

    /// Where local tracks stand in the publisher's offer.
    pub(super) fn sections(&self) -> Vec<LocalSection> {
        let media = self.media.local.borrow();
        let section = |(cid, sender): (&String, &Sender)| {
            let media = media.get(cid);
            LocalSection {
                cid: cid.clone(),
                track_id: sender.track_id.clone(),
                codec: media.map(|media| media.codec.clone()).unwrap_or_default(),
                start_kbps: media.map_or(0, |media| media.start_kbps),
            }
        };
        self.senders.borrow().iter().map(section).collect()
    }

    /// The mid and wanted bitrate of each local audio track.
    pub(super) fn audio_bitrates(&self) -> Vec<(String, u32)> {
        let media = self.media.local.borrow();
        let bitrate = |(cid, sender): (&String, &Sender)| {
            let media = media.get(cid).filter(|media| media.codec.is_empty())?;
            let first = js::get(media.encodings.dyn_ref::<Array>()?, "0");
            let bits = first.dyn_ref::<Object>().and_then(|first| js::number(first, "maxBitrate")).unwrap_or(0.0);
            Some((js::text(&sender.transceiver, "mid")?, bits as u32))
        };
        self.senders.borrow().iter().filter_map(bitrate).collect()
    }
}
