//! What is sent: one transceiver for each local track, by the client id under which the server knows it.

use wasm_bindgen::JsValue;

use super::Peer;
use super::thrown;
use crate::engine::peer::{PeerEvent, Target};
use crate::protocol::sdp::LocalSection;
use crate::web::js;

impl Peer {
    pub(super) fn add_sender(&self, cid: &str) -> Result<(), JsValue> {
        if self.host.connection(Target::Publisher as u32).is_undefined() {
            return Ok(());
        }
        let Some(media) = self.media.local.borrow().get(cid).cloned() else {
            return Err("the track is not there any more".into());
        };
        if !self.senders.borrow().contains_key(cid) {
            let preference = media.degradation_preference.as_deref();
            let (track, streams, encodings) = (&media.track, &media.streams, &media.encodings);
            thrown(self.host.add_sender(cid, track, streams, encodings, preference, media.paused))?;
            let track_id = js::text(track, "id").unwrap_or_default();
            self.senders.borrow_mut().insert(cid.to_owned(), track_id);
        }
        self.report(PeerEvent::SenderAdded { cid: cid.to_owned() });
        Ok(())
    }

    /// Where local tracks stand in the publisher's offer.
    pub(super) fn sections(&self) -> Vec<LocalSection> {
        let media = self.media.local.borrow();
        let mut sections = Vec::new();
        for (cid, track_id) in self.senders.borrow().iter() {
            let mut section = LocalSection { cid: cid.clone(), track_id: track_id.clone(), ..Default::default() };
            section.mid = self.host.mid(cid).unwrap_or_default();
            if let Some(media) = media.get(cid) {
                section.codec.clone_from(&media.codec);
                section.start_kbps = media.start_kbps;
            }
            sections.push(section);
        }
        sections
    }

    /// The mid and wanted bitrate of each local audio track.
    pub(super) fn audio_bitrates(&self) -> Vec<(String, u32)> {
        let media = self.media.local.borrow();
        let mut bitrates = Vec::new();
        for (cid, _) in self.senders.borrow().iter() {
            if let Some(media) = media.get(cid).filter(|media| media.codec.is_empty())
                && media.encodings.is_array()
                && let Some(mid) = self.host.mid(cid)
            {
                let bits = js::number(&js::get(&media.encodings, "0"), "maxBitrate").unwrap_or(0.0);
                bitrates.push((mid, bits as u32));
            }
        }
        bitrates
    }
}
