//! From the engine's events to what `dispatch.js` is told: a kind and its facts. Who the local participant is, is
//! said by an empty identity. Everything is read before JavaScript is called.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::api::fields::{self, PARTICIPANT, PUBLICATION};
use crate::engine::peer::MediaHandle;
use crate::engine::plugins::News;
use crate::engine::room::event::{Event, Id, Reconnecting, RegionChange};
use crate::engine::room::roster::{Participant, Publication};
use crate::protocol::proto;
use crate::protocol::regions::Region;
use crate::web::driver::Driver;
use crate::web::js::List;

#[wasm_bindgen]
extern "C" {
    /// `anchor.js`.
    pub type Anchor;

    #[wasm_bindgen(method, structural, catch)]
    fn deliver(this: &Anchor, kind: &str, facts: &List) -> Result<(), JsValue>;
}

/// Tells one event.
pub fn tell(anchor: &Anchor, driver: &Driver, event: Event) {
    let list = List::new();
    if let Some(kind) = facts(driver, &event, &list) {
        // Listeners that throw are reported by the emitter; what could throw besides is reported by the host.
        let _ = anchor.deliver(kind, &list);
    }
}

/// Puts the facts into `list` and returns the kind.
fn facts(driver: &Driver, event: &Event, list: &List) -> Option<&'static str> {
    // The local participant's identity is "".
    let who = |identity: &Id| list.text(if is_local(driver, identity) { "" } else { identity });
    let (kind, _) = match event {
        Event::Connected => ("connected", list),
        Event::StateChanged(state) => ("state", list.text(state.as_str())),
        Event::SignalConnected => ("signalConnected", list),
        Event::Reconnecting(facts) => ("reconnecting", list.value(&reconnecting(facts))),
        Event::Reconnected => ("reconnected", list),
        Event::Plugin(news @ News::Ready { .. }) => ("pluginReady", list.value(&plugin(news))),
        Event::Plugin(news) => ("pluginUnavailable", list.value(&plugin(news))),
        Event::RegionChanged(change) => ("region", list.value(&region_change(change))),
        Event::Disconnected { reason } => ("disconnected", list.number(*reason)),
        Event::Moved { name } => ("moved", list.text(name)),
        Event::RoomMetadataChanged => ("roomMetadata", list),
        Event::RecordingStatusChanged(active) => ("recording", list.flag(*active)),
        Event::RoomSidChanged => ("roomSid", list),
        Event::ActiveSpeakersChanged => ("speakers", list),

        Event::LocalParticipantRefreshed => ("localJoined", list),
        Event::ParticipantConnected { identity } => ("joined", list.text(identity)),
        Event::ParticipantDisconnected { participant } => ("left", left(participant, list)),
        Event::ParticipantActive { identity } => ("active", who(identity)),
        Event::ParticipantMetadataChanged { identity, previous } => ("metadata", who(identity).text(previous)),
        Event::ParticipantNameChanged { identity } => ("name", who(identity)),
        Event::ParticipantAttributesChanged { identity, changed } => {
            ("attributes", who(identity).value(&fields::pairs(changed)))
        }
        Event::ParticipantPermissionsChanged { identity, previous } => {
            let previous = previous.as_ref().map_or(JsValue::UNDEFINED, fields::permissions);
            ("permissions", who(identity).value(&previous))
        }
        Event::SpeakingChanged { identity, speaking } => ("speaking", who(identity).flag(*speaking)),
        Event::ConnectionQualityChanged { identity } => ("quality", who(identity).value(&quality(driver, identity))),
        Event::EncryptionStatusChanged { identity, encrypted } => ("encrypted", who(identity).flag(*encrypted)),

        Event::TrackPublished { identity, sid } => ("published", who(identity).text(sid)),
        Event::TrackUnpublished { identity, publication } => {
            ("unpublished", who(identity).text(&publication.sid).value(&gone(publication)))
        }
        Event::TrackSubscribed { identity, sid, media } => {
            ("subscribed", who(identity).text(sid).value(&remote_media(driver, *media)))
        }
        Event::TrackMediaChanged { identity, sid, media } => {
            ("mediaChanged", who(identity).text(sid).value(&remote_media(driver, *media)))
        }
        Event::TrackUnsubscribed { identity, sid, .. } => ("unsubscribed", who(identity).text(sid)),
        Event::TrackSubscriptionFailed { identity, sid, error } => {
            ("subscriptionFailed", who(identity).text(sid).number(*error))
        }
        Event::TrackSubscriptionPermissionChanged { identity, sid, allowed } => {
            ("allowed", who(identity).text(sid).flag(*allowed))
        }
        Event::TrackStreamStateChanged { identity, sid, paused } => ("paused", who(identity).text(sid).flag(*paused)),
        Event::TrackMuted { identity, sid } => ("muted", who(identity).text(sid)),
        Event::TrackUnmuted { identity, sid } => ("unmuted", who(identity).text(sid)),

        Event::LocalTrackPublished { cid, sid, republished } => {
            ("localPublished", list.text(cid).text(sid).some_text(republished.as_deref()))
        }
        Event::LocalTrackUnpublished { publication, .. } => {
            ("localUnpublished", list.text(&publication.sid).value(&gone(publication)))
        }
        Event::LocalTrackSubscribed { sid } => ("localSubscribed", list.text(sid)),
        Event::LocalTrackMuteRequested { sid, muted } => ("muteRequested", list.text(sid).flag(*muted)),
        Event::SubscribedQuality(update) => ("layers", list.text(&update.track_sid).value(&layers(update))),
        Event::Answered => ("answered", list),

        Event::DataReceived { payload, identity, reliable, topic } => {
            let payload = js_sys::Uint8Array::from(payload.as_slice());
            let list = list.value(&payload).some_text(identity.as_deref());
            ("data", list.flag(*reliable).some_text(topic.as_deref()))
        }
        Event::DcBufferStatusChanged { reliable, low } => ("buffer", list.flag(*reliable).flag(*low)),
        Event::ChatMessage { identity, message } => ("chat", list.some_text(identity.as_deref()).value(&chat(message))),
        Event::TranscriptionReceived { identity: _, transcription } => {
            ("transcription", transcribed(transcription, list))
        }
        Event::SipDtmfReceived { identity, dtmf: of } => ("dtmf", list.some_text(identity.as_deref()).value(&dtmf(of))),
        // What the objects know they read when they are asked.
        Event::TokenRefreshed
        | Event::TrackInfoChanged { .. }
        | Event::MediaConnectionStateFailed
        | Event::TransportsCreated => return None,
    };
    Some(kind)
}

fn is_local(driver: &Driver, identity: &str) -> bool {
    driver.with_session(|session| {
        session.and_then(|session| session.roster().local()).is_some_and(|local| &*local.identity == identity)
    })
}

fn reconnecting(facts: &Reconnecting) -> JsValue {
    List::new()
        .number(facts.attempt)
        .number(facts.delay_ms.ceil())
        .text(&facts.reason)
        .text(facts.cause.as_str())
        .text(&facts.region)
        .text(facts.kind.as_str())
        .named("attempt delayMs reason cause region kind")
}

fn plugin(news: &News) -> JsValue {
    let list = List::new();
    match news {
        News::Ready { name, elapsed_ms, late } => {
            list.text(name).number(*elapsed_ms as f64).flag(*late).named("name elapsedMs late")
        }
        News::Unavailable { name, reason, elapsed_ms } => {
            list.text(name).number(*elapsed_ms as f64).text(reason).named("name elapsedMs reason")
        }
    }
}

fn region_change(change: &RegionChange) -> JsValue {
    let place = |region: &Region| List::new().text(&region.name).text(&region.origin()).named("region url");
    let (to, from) = (place(&change.region), place(&change.previous));
    List::new().value(&to).value(&from).text(&change.reason).named("to from reason")
}

fn quality(driver: &Driver, identity: &str) -> JsValue {
    driver.with_session(|session| {
        let participant = session.and_then(|session| session.roster().participant(identity));
        participant.and_then(|participant| participant.quality).map_or(JsValue::UNDEFINED, JsValue::from)
    })
}

/// identity, last facts, reason.
fn left<'list>(participant: &Participant, list: &'list List) -> &'list List {
    let facts = fields::all(PARTICIPANT, |field| fields::participant(participant, field));
    list.text(&participant.identity).value(&facts);
    match participant.info.disconnect_reason {
        0 => list,
        reason => list.number(reason),
    }
}

/// The last facts of a publication.
pub fn gone(of: &Publication) -> JsValue {
    fields::all(PUBLICATION, |field| fields::publication(of, field)).into()
}

fn remote_media(driver: &Driver, handle: MediaHandle) -> JsValue {
    let Some(media) = driver.peers().media(handle) else { return JsValue::UNDEFINED };
    List::new().value(&media.track).value(&media.receiver).named("track receiver")
}

/// `[{ codec, qualities: [{ quality, enabled }] }]`; servers that know no codecs mean every codec ("").
fn layers(update: &proto::SubscribedQualityUpdate) -> JsValue {
    let layers = List::new();
    let add = |codec: &str, qualities: &[proto::SubscribedQuality]| {
        let list = List::new();
        for of in qualities {
            list.value(&List::new().number(of.quality).flag(of.enabled).named("quality enabled"));
        }
        layers.value(&List::new().text(codec).value(&list).named("codec qualities"));
    };
    for of in &update.subscribed_codecs {
        add(&of.codec, &of.qualities);
    }
    if update.subscribed_codecs.is_empty() {
        add("", &update.subscribed_qualities);
    }
    layers.into()
}

fn chat(of: &proto::ChatMessage) -> JsValue {
    let list = List::new();
    list.text(&of.id).number(of.timestamp as f64).text(&of.message);
    if let Some(at) = of.edit_timestamp {
        list.number(at as f64);
    }
    list.named("id timestamp message editTimestamp")
}

fn dtmf(of: &proto::SipDtmf) -> JsValue {
    List::new().number(of.code).text(&of.digit).named("code digit")
}

fn transcribed<'list>(of: &proto::Transcription, list: &'list List) -> &'list List {
    let segments = List::new();
    for segment in &of.segments {
        let one = List::new();
        one.text(&segment.id).text(&segment.text).text(&segment.language);
        one.number(segment.start_time as f64).number(segment.end_time as f64).flag(segment.r#final);
        segments.value(&one.named("id text language startTime endTime final"));
    }
    list.text(&of.transcribed_participant_identity).value(&segments).text(&of.track_id)
}
