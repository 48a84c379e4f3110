//! From the engine's events to what `dispatch.js` is told: a kind and its facts. Who the local participant is, is
//! said by an empty identity. Everything is read before JavaScript is called.

use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::api::fields::{self, PARTICIPANT, PUBLICATION, text};
use crate::engine::peer::MediaHandle;
use crate::engine::plugins::News;
use crate::engine::room::event::{Event, Id, Reconnecting, RegionChange};
use crate::engine::room::roster::{Participant, Publication};
use crate::protocol::proto;
use crate::protocol::regions::Region;
use crate::web::driver::Driver;
use crate::web::js;

#[wasm_bindgen]
extern "C" {
    /// `anchor.js`.
    pub type Anchor;

    #[wasm_bindgen(method, structural, catch)]
    fn deliver(this: &Anchor, kind: &str, facts: &Array) -> Result<(), JsValue>;
}

/// Tells one event.
pub fn tell(anchor: &Anchor, driver: &Driver, event: Event) {
    if let Some((kind, facts)) = facts(driver, event) {
        // Listeners that throw are reported by the emitter; what could throw besides is reported by the host.
        let _ = anchor.deliver(kind, &facts);
    }
}

fn facts(driver: &Driver, event: Event) -> Option<(&'static str, Array)> {
    let who = |identity: &Id| who(driver, identity);
    Some(match event {
        Event::Connected => ("connected", js::list([])),
        Event::StateChanged(state) => ("state", js::list([text(state.as_str())])),
        Event::SignalConnected => ("signalConnected", js::list([])),
        Event::Reconnecting(facts) => ("reconnecting", js::list([reconnecting(&facts)])),
        Event::Reconnected => ("reconnected", js::list([])),
        Event::Plugin(news @ News::Ready { .. }) => ("pluginReady", js::list([plugin(news)])),
        Event::Plugin(news) => ("pluginUnavailable", js::list([plugin(news)])),
        Event::RegionChanged(change) => ("region", js::list([region_change(&change)])),
        Event::Disconnected { reason } => ("disconnected", js::list([reason.into()])),
        Event::Moved { name } => ("moved", js::list([text(&name)])),
        Event::RoomMetadataChanged => ("roomMetadata", js::list([])),
        Event::RecordingStatusChanged(active) => ("recording", js::list([active.into()])),
        Event::RoomSidChanged => ("roomSid", js::list([])),
        Event::ActiveSpeakersChanged => ("speakers", js::list([])),

        Event::LocalParticipantRefreshed => ("localJoined", js::list([])),
        Event::ParticipantConnected { identity } => ("joined", js::list([text(&identity)])),
        Event::ParticipantDisconnected { participant } => ("left", left(&participant)),
        Event::ParticipantActive { identity } => ("active", js::list([who(&identity)])),
        Event::ParticipantMetadataChanged { identity, previous } => {
            ("metadata", js::list([who(&identity), text(&previous)]))
        }
        Event::ParticipantNameChanged { identity } => ("name", js::list([who(&identity)])),
        Event::ParticipantAttributesChanged { identity, changed } => {
            ("attributes", js::list([who(&identity), fields::pairs(&changed)]))
        }
        Event::ParticipantPermissionsChanged { identity, previous } => {
            let previous = previous.as_ref().map_or(JsValue::UNDEFINED, fields::permissions);
            ("permissions", js::list([who(&identity), previous]))
        }
        Event::SpeakingChanged { identity, speaking } => ("speaking", js::list([who(&identity), speaking.into()])),
        Event::ConnectionQualityChanged { identity } => {
            ("quality", js::list([who(&identity), quality(driver, &identity)]))
        }
        Event::EncryptionStatusChanged { identity, encrypted } => {
            ("encrypted", js::list([who(&identity), encrypted.into()]))
        }

        Event::TrackPublished { identity, sid } => ("published", js::list([who(&identity), text(&sid)])),
        Event::TrackUnpublished { identity, publication } => {
            ("unpublished", js::list([who(&identity), text(&publication.sid), gone(&publication)]))
        }
        Event::TrackSubscribed { identity, sid, media } => {
            ("subscribed", js::list([who(&identity), text(&sid), remote_media(driver, media)]))
        }
        Event::TrackMediaChanged { identity, sid, media } => {
            ("mediaChanged", js::list([who(&identity), text(&sid), remote_media(driver, media)]))
        }
        Event::TrackUnsubscribed { identity, sid, .. } => ("unsubscribed", js::list([who(&identity), text(&sid)])),
        Event::TrackSubscriptionFailed { identity, sid, error } => {
            ("subscriptionFailed", js::list([who(&identity), text(&sid), error.into()]))
        }
        Event::TrackSubscriptionPermissionChanged { identity, sid, allowed } => {
            ("allowed", js::list([who(&identity), text(&sid), allowed.into()]))
        }
        Event::TrackStreamStateChanged { identity, sid, paused } => {
            ("paused", js::list([who(&identity), text(&sid), paused.into()]))
        }
        Event::TrackMuted { identity, sid } => ("muted", js::list([who(&identity), text(&sid)])),
        Event::TrackUnmuted { identity, sid } => ("unmuted", js::list([who(&identity), text(&sid)])),

        Event::LocalTrackPublished { cid, sid, republished } => {
            let before = republished.map_or(JsValue::UNDEFINED, |before| text(&before));
            ("localPublished", js::list([text(&cid), text(&sid), before]))
        }
        Event::LocalTrackUnpublished { publication, .. } => {
            ("localUnpublished", js::list([text(&publication.sid), gone(&publication)]))
        }
        Event::LocalTrackSubscribed { sid } => ("localSubscribed", js::list([text(&sid)])),
        Event::LocalTrackMuteRequested { sid, muted } => ("muteRequested", js::list([text(&sid), muted.into()])),
        Event::SubscribedQuality(update) => ("layers", js::list([text(&update.track_sid), layers(&update)])),

        Event::DataReceived { payload, identity, reliable, topic } => {
            let payload = js_sys::Uint8Array::from(payload.as_slice()).into();
            let topic = topic.map_or(JsValue::UNDEFINED, |topic| text(&topic));
            ("data", js::list([payload, maybe(identity.as_ref()), reliable.into(), topic]))
        }
        Event::DcBufferStatusChanged { reliable, low } => ("buffer", js::list([reliable.into(), low.into()])),
        Event::ChatMessage { identity, message } => ("chat", js::list([maybe(identity.as_ref()), chat(&message)])),
        Event::TranscriptionReceived { identity: _, transcription } => ("transcription", transcribed(&transcription)),
        Event::SipDtmfReceived { identity, dtmf: of } => ("dtmf", js::list([maybe(identity.as_ref()), dtmf(&of)])),
        // What the objects know they read when they are asked.
        Event::TokenRefreshed
        | Event::TrackInfoChanged { .. }
        | Event::MediaConnectionStateFailed
        | Event::TransportsCreated => return None,
    })
}

/// An identity as JavaScript is told it: the local participant's is "".
fn who(driver: &Driver, identity: &str) -> JsValue {
    let local = driver.with_session(|session| {
        session.and_then(|session| session.roster().local()).is_some_and(|local| &*local.identity == identity)
    });
    if local { text("") } else { text(identity) }
}

fn maybe(identity: Option<&Id>) -> JsValue {
    identity.map_or(JsValue::UNDEFINED, |identity| text(identity))
}

fn reconnecting(facts: &Reconnecting) -> JsValue {
    js::object(
        "attempt delayMs reason cause region kind",
        [
            facts.attempt.into(),
            facts.delay_ms.ceil().into(),
            text(&facts.reason),
            text(facts.cause.as_str()),
            text(&facts.region),
            text(facts.kind.as_str()),
        ],
    )
}

fn plugin(news: News) -> JsValue {
    let (name, elapsed_ms, names, more) = match news {
        News::Ready { name, elapsed_ms, late } => (name, elapsed_ms, "name elapsedMs late", late.into()),
        News::Unavailable { name, reason, elapsed_ms } => (name, elapsed_ms, "name elapsedMs reason", text(&reason)),
    };
    js::object(names, [text(&name), (elapsed_ms as f64).into(), more])
}

fn region_change(change: &RegionChange) -> JsValue {
    let place = |region: &Region| js::object("region url", [text(&region.name), text(&region.origin())]);
    js::object("to from reason", [place(&change.region), place(&change.previous), text(&change.reason)])
}

fn quality(driver: &Driver, identity: &str) -> JsValue {
    driver.with_session(|session| {
        let participant = session.and_then(|session| session.roster().participant(identity));
        participant.and_then(|participant| participant.quality).map_or(JsValue::UNDEFINED, JsValue::from)
    })
}

/// identity, last facts, reason.
fn left(participant: &Participant) -> Array {
    let facts = fields::all(PARTICIPANT, |field| fields::participant(participant, field));
    let reason = match participant.info.disconnect_reason {
        0 => JsValue::UNDEFINED,
        reason => reason.into(),
    };
    js::list([text(&participant.identity), facts.into(), reason])
}

/// The last facts of a publication.
pub fn gone(of: &Publication) -> JsValue {
    fields::all(PUBLICATION, |field| fields::publication(of, field)).into()
}

fn remote_media(driver: &Driver, handle: MediaHandle) -> JsValue {
    driver
        .peers()
        .media(handle)
        .map_or(JsValue::UNDEFINED, |media| js::object("track receiver", [media.track, media.receiver]))
}

/// `[{ codec, qualities: [{ quality, enabled }] }]`; servers that know no codecs mean every codec ("").
fn layers(update: &proto::SubscribedQualityUpdate) -> JsValue {
    let one = |codec: &str, qualities: &[proto::SubscribedQuality]| {
        let qualities: Array =
            qualities.iter().map(|of| js::object("quality enabled", [of.quality.into(), of.enabled.into()])).collect();
        js::object("codec qualities", [text(codec), qualities.into()])
    };
    if update.subscribed_codecs.is_empty() {
        return js::list([one("", &update.subscribed_qualities)]).into();
    }
    update.subscribed_codecs.iter().map(|of| one(&of.codec, &of.qualities)).collect::<Array>().into()
}

fn chat(of: &proto::ChatMessage) -> JsValue {
    let edited = of.edit_timestamp.map_or(JsValue::UNDEFINED, |at| (at as f64).into());
    js::object(
        "id timestamp message editTimestamp",
        [text(&of.id), (of.timestamp as f64).into(), text(&of.message), edited],
    )
}

fn dtmf(of: &proto::SipDtmf) -> JsValue {
    js::object("code digit", [of.code.into(), text(&of.digit)])
}

fn transcribed(of: &proto::Transcription) -> Array {
    let segments: Array = of
        .segments
        .iter()
        .map(|segment| {
            js::object(
                "id text language startTime endTime final",
                [
                    text(&segment.id),
                    text(&segment.text),
                    text(&segment.language),
                    (segment.start_time as f64).into(),
                    (segment.end_time as f64).into(),
                    segment.r#final.into(),
                ],
            )
        })
        .collect();
    js::list([text(&of.transcribed_participant_identity), segments.into(), text(&of.track_id)])
}
