//! Offers and answers of the publisher, and answers to the server's offers for the subscriber.

use wasm_bindgen::JsValue;

use super::Peer;
use super::connection::Connection;
use crate::engine::peer::{IceConfig, PeerEvent, Target};
use crate::protocol::{sdp, text};
use crate::web::{host, js};

type Done = Result<(), JsValue>;

impl Peer {
    pub(super) fn configure(&self, ice: &IceConfig) -> Done {
        let connections = self.connections.borrow().clone();
        connections.iter().try_for_each(|connection| connection.configure(self.rtc_config.as_ref(), ice))
    }

    pub(super) async fn offer(&self, offer_id: u32, ice_restart: bool, hold: bool) -> Done {
        let Some(publisher) = self.connection(Target::Publisher) else { return Ok(()) };
        self.held.take();
        if ice_restart && js::text(&publisher.pc, "signalingState").as_deref() == Some("have-local-offer") {
            // The offer before will not be answered any more; without it the new one starts from what was agreed.
            publisher.describe("setLocalDescription", "rollback", "").await?;
        }
        let options = js::object([("iceRestart", ice_restart.into())]);
        let plain = publisher.create("createOffer", &options).await?;
        let tracks = self.sections();
        let edited = sdp::publisher_offer(&plain, &tracks, &placeholders(&publisher));
        if hold {
            *self.held.borrow_mut() = Some(edited.clone());
            self.report(PeerEvent::Offer { offer_id, sdp: edited });
            return Ok(());
        }
        let applied = self.apply(&publisher, "setLocalDescription", "offer", edited, plain).await?;
        self.report(PeerEvent::Offer { offer_id, sdp: sdp::with_client_ids(&applied, &tracks) });
        Ok(())
    }

    pub(super) async fn answer(&self, offer_id: u32, answer: &str) -> Done {
        let Some(publisher) = self.connection(Target::Publisher) else { return Ok(()) };
        let held = self.held.take();
        if let Some(held) = held {
            publisher.describe("setLocalDescription", "offer", &held).await?;
        }
        let edited = sdp::publisher_answer(answer, &placeholders(&publisher));
        let edited = self.with_audio_bitrates(edited);
        self.apply(&publisher, "setRemoteDescription", "answer", edited, answer.to_owned()).await?;
        publisher.apply_early_candidates().await;
        let max_message_bytes = js::some(&publisher.pc, "sctp")
            .and_then(|sctp| js::number(&sctp, "maxMessageSize"))
            .map(|bytes| bytes as u32);
        self.report(PeerEvent::AnswerApplied { offer_id, max_message_bytes });
        Ok(())
    }

    pub(super) async fn remote_offer(&self, offer_id: u32, offer: &str) -> Done {
        let Some(subscriber) = self.connection(Target::Subscriber) else { return Ok(()) };
        subscriber.describe("setRemoteDescription", "offer", offer).await?;
        subscriber.apply_early_candidates().await;
        let plain = subscriber.create("createAnswer", &JsValue::UNDEFINED).await?;
        let edited = sdp::subscriber_answer(&plain, offer);
        let applied = self.apply(&subscriber, "setLocalDescription", "answer", edited, plain).await?;
        self.report(PeerEvent::LocalAnswer { offer_id, sdp: applied });
        Ok(())
    }

    /// Applies the edited description, or as the host or the server wrote it where the edited one is refused.
    async fn apply(
        &self,
        connection: &Connection,
        method: &str,
        kind: &str,
        edited: String,
        plain: String,
    ) -> Result<String, JsValue> {
        if edited != plain && connection.describe(method, kind, &edited).await.is_ok() {
            return Ok(edited);
        }
        connection.describe(method, kind, &plain).await?;
        Ok(plain)
    }

    /// Firefox takes the highest bitrate that the server allows as the one that is wanted.
    fn with_audio_bitrates(&self, answer: String) -> String {
        if !text::contains(&host::user_agent(), "Firefox/") {
            return answer;
        }
        self.audio_bitrates().into_iter().fold(answer, |sdp, (mid, bits)| sdp::with_audio_bitrate(&sdp, &mid, bits))
    }
}

/// The mids of sections that send nothing of ours.
fn placeholders(publisher: &Connection) -> Vec<String> {
    let empty = |transceiver: &JsValue| js::some(&js::get(transceiver, "sender"), "track").is_none();
    publisher.transceivers().iter().filter(|one| empty(one)).filter_map(|one| js::text(one, "mid")).collect()
}
