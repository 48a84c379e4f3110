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
use crate::protocol::url::origin;
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
        let _ = anchor.deliver(kind, &facts.into_iter().collect());
    }
}

fn facts(driver: &Driver, event: Event) -> Option<(&'static str, Vec<JsValue>)> {
    let who = |identity: &Id| who(driver, identity);
    Some(match event {
        Event::Connected => ("connected", vec![]),
        Event::StateChanged(state) => ("state", vec![text(state.as_str())]),
        Event::SignalConnected => ("signalConnected", vec![]),
        Event::Reconnecting { facts, first: _ } => ("reconnecting", vec![reconnecting(&facts)]),
        Event::Reconnected => ("reconnected", vec![]),
        Event::Plugin(news @ News::Ready { .. }) => ("pluginReady", vec![plugin(news)]),
        Event::Plugin(news) => ("pluginUnavailable", vec![plugin(news)]),
        Event::RegionChanged(change) => ("region", vec![region_change(&change)]),
        Event::Disconnected { reason } => ("disconnected", vec![reason.into()]),
        Event::Moved { name } => ("moved", vec![text(&name)]),
        Event::RoomMetadataChanged => ("roomMetadata", vec![]),
        Event::RecordingStatusChanged(active) => ("recording", vec![active.into()]),
        Event::RoomSidChanged => ("roomSid", vec![]),
        Event::ActiveSpeakersChanged => ("speakers", vec![]),

        Event::LocalParticipantRefreshed => ("localJoined", vec![]),
        Event::ParticipantConnected { identity } => ("joined", vec![text(&identity)]),
        Event::ParticipantDisconnected { participant } => ("left", left(&participant)),
        Event::ParticipantActive { identity } => ("active", vec![who(&identity)]),
        Event::ParticipantMetadataChanged { identity, previous } => ("metadata", vec![who(&identity), text(&previous)]),
        Event::ParticipantNameChanged { identity } => ("name", vec![who(&identity)]),
        Event::ParticipantAttributesChanged { identity, changed } => {
            ("attributes", vec![who(&identity), fields::pairs(&changed)])
        }
        Event::ParticipantPermissionsChanged { identity, previous } => {
            let previous = previous.as_ref().map_or(JsValue::UNDEFINED, fields::permissions);
            ("permissions", vec![who(&identity), previous])
        }
        Event::SpeakingChanged { identity, speaking } => ("speaking", vec![who(&identity), speaking.into()]),
        Event::ConnectionQualityChanged { identity } => ("quality", vec![who(&identity), quality(driver, &identity)]),
        Event::EncryptionStatusChanged { identity, encrypted } => ("encrypted", vec![who(&identity), encrypted.into()]),

        Event::TrackPublished { identity, sid } => ("published", vec![who(&identity), text(&sid)]),
        Event::TrackUnpublished { identity, publication } => {
            ("unpublished", vec![who(&identity), text(&publication.sid), gone(&publication)])
        }
        Event::TrackSubscribed { identity, sid, media } => {
            ("subscribed", vec![who(&identity), text(&sid), remote_media(driver, media)])
        }
        Event::TrackMediaChanged { identity, sid, media } => {
            ("mediaChanged", vec![who(&identity), text(&sid), remote_media(driver, media)])
        }
        Event::TrackUnsubscribed { identity, sid, .. } => ("unsubscribed", vec![who(&identity), text(&sid)]),
        Event::TrackSubscriptionFailed { identity, sid, error } => {
            ("subscriptionFailed", vec![who(&identity), text(&sid), error.into()])
        }
        Event::TrackSubscriptionPermissionChanged { identity, sid, allowed } => {
            ("allowed", vec![who(&identity), text(&sid), allowed.into()])
        }
        Event::TrackStreamStateChanged { identity, sid, paused } => {
            ("paused", vec![who(&identity), text(&sid), paused.into()])
        }
        Event::TrackMuted { identity, sid } => ("muted", vec![who(&identity), text(&sid)]),
        Event::TrackUnmuted { identity, sid } => ("unmuted", vec![who(&identity), text(&sid)]),

        Event::LocalTrackPublished { cid, sid, republished } => {
            let before = republished.map_or(JsValue::UNDEFINED, |before| text(&before));
            ("localPublished", vec![text(&cid), text(&sid), before])
        }
        Event::LocalTrackUnpublished { sid, .. } => ("localUnpublished", vec![text(&sid)]),
        Event::LocalTrackSubscribed { sid } => ("localSubscribed", vec![text(&sid)]),
        Event::LocalTrackMuteRequested { sid, muted } => ("muteRequested", vec![text(&sid), muted.into()]),
        Event::SubscribedQuality(update) => ("layers", vec![text(&update.track_sid), layers(&update)]),

        Event::DataReceived { payload, identity, reliable, topic } => {
            let payload = js_sys::Uint8Array::from(payload.as_slice()).into();
            let topic = topic.map_or(JsValue::UNDEFINED, |topic| text(&topic));
            ("data", vec![payload, maybe(identity.as_ref()), reliable.into(), topic])
        }
        Event::DcBufferStatusChanged { reliable, low } => ("buffer", vec![reliable.into(), low.into()]),
        Event::ChatMessage { identity, message } => ("chat", vec![maybe(identity.as_ref()), chat(&message)]),
        Event::TranscriptionReceived { identity: _, transcription } => {
            ("transcription", transcribed(driver, &transcription))
        }
        Event::SipDtmfReceived { identity, dtmf: of } => ("dtmf", vec![maybe(identity.as_ref()), dtmf(&of)]),
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
    js::object([
        ("attempt", facts.attempt.into()),
        ("delayMs", facts.delay_ms.round().into()),
        ("reason", text(&facts.reason)),
        ("cause", text(facts.cause.as_str())),
        ("region", text(&facts.region)),
        ("kind", text(facts.kind.as_str())),
    ])
    .into()
}

fn plugin(news: News) -> JsValue {
    let (name, elapsed_ms, more) = match news {
        News::Ready { name, elapsed_ms, late } => (name, elapsed_ms, ("late", late.into())),
        News::Unavailable { name, reason, elapsed_ms } => (name, elapsed_ms, ("reason", text(&reason))),
    };
    js::object([("name", text(&name)), ("elapsedMs", (elapsed_ms as f64).into()), more]).into()
}

fn region_change(change: &RegionChange) -> JsValue {
    let place =
        |region: &Region| js::object([("region", text(&region.name)), ("url", text(&origin(&region.url)))]).into();
    let facts = [("to", place(&change.region)), ("from", place(&change.previous)), ("reason", text(&change.reason))];
    js::object(facts).into()
}

fn quality(driver: &Driver, identity: &str) -> JsValue {
    driver.with_session(|session| {
        let participant = session.and_then(|session| session.roster().participant(identity));
        participant.and_then(|participant| participant.quality).map_or(JsValue::UNDEFINED, JsValue::from)
    })
}

/// identity, last facts, reason.
fn left(participant: &Participant) -> Vec<JsValue> {
    let facts = fields::all(PARTICIPANT, |field| fields::participant(participant, field));
    let reason = match participant.info.disconnect_reason {
        0 => JsValue::UNDEFINED,
        reason => reason.into(),
    };
    vec![text(&participant.identity), facts.into(), reason]
}

/// The last facts of a publication.
pub fn gone(of: &Publication) -> JsValue {
    fields::all(PUBLICATION, |field| fields::publication(of, field)).into()
}

fn remote_media(driver: &Driver, handle: MediaHandle) -> JsValue {
    driver
        .peers()
        .media(handle)
        .map_or(JsValue::UNDEFINED, |media| js::object([("track", media.track), ("receiver", media.receiver)]).into())
}

/// `[{ codec, qualities: [{ quality, enabled }] }]`; servers that know no codecs mean every codec ("").
fn layers(update: &proto::SubscribedQualityUpdate) -> JsValue {
    let one = |codec: &str, qualities: &[proto::SubscribedQuality]| {
        let qualities: Array = qualities
            .iter()
            .map(|of| js::object([("quality", of.quality.into()), ("enabled", of.enabled.into())]))
            .collect();
        js::object([("codec", text(codec)), ("qualities", qualities.into())])
    };
    if update.subscribed_codecs.is_empty() {
        return Array::of1(&one("", &update.subscribed_qualities)).into();
    }
    update.subscribed_codecs.iter().map(|of| one(&of.codec, &of.qualities)).collect::<Array>().into()
}

fn chat(of: &proto::ChatMessage) -> JsValue {
    let edited = of.edit_timestamp.map_or(JsValue::UNDEFINED, |at| (at as f64).into());
    js::object([
        ("id", text(&of.id)),
        ("timestamp", (of.timestamp as f64).into()),
        ("message", text(&of.message)),
        ("editTimestamp", edited),
    ])
    .into()
}

fn dtmf(of: &proto::SipDtmf) -> JsValue {
    js::object([("code", of.code.into()), ("digit", text(&of.digit))]).into()
}

fn transcribed(driver: &Driver, of: &proto::Transcription) -> Vec<JsValue> {
    let segments: Array = of
        .segments
        .iter()
        .map(|segment| {
            js::object([
                ("id", text(&segment.id)),
                ("text", text(&segment.text)),
                ("language", text(&segment.language)),
                ("startTime", (segment.start_time as f64).into()),
                ("endTime", (segment.end_time as f64).into()),
                ("final", segment.r#final.into()),
            ])
        })
        .collect();
    vec![who(driver, &of.transcribed_participant_identity), segments.into(), text(&of.track_id)]
}
