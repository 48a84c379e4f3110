//! What JavaScript can ask of a participant, a publication and the room, by number. The lists stand in the same order
//! in `fields.js`; a test compares them. One read is one value: nothing is converted that nobody asked for.

use js_sys::{Array, Object};
use wasm_bindgen::JsValue;

use crate::engine::history::Fact;
use crate::engine::room::roster::{Participant, Publication};
use crate::engine::room::session::Session;
use crate::protocol::map::Map;
use crate::protocol::proto;
use crate::web::host;
use crate::web::js::{self, List};

/// Of a participant.
pub const PARTICIPANT: &[&str] = &[
    "sid",
    "identity",
    "name",
    "metadata",
    "attributes",
    "permissions",
    "kind",
    "joinedAt",
    "quality",
    "speaking",
    "audioLevel",
    "lastSpokeAt",
    "active",
];

/// Of a publication.
pub const PUBLICATION: &[&str] = &[
    "sid",
    "kind",
    "name",
    "source",
    "muted",
    "mimeType",
    "dimensions",
    "simulcasted",
    "encryption",
    "desired",
    "allowed",
    "info",
];

/// Of the room.
pub const ROOM: &[&str] =
    &["sid", "name", "metadata", "numParticipants", "numPublishers", "recording", "serverInfo", "creationTime"];

/// One fact of a participant; `undefined` for a number that is none.
pub fn participant(of: &Participant, field: u32) -> JsValue {
    let info = &of.info;
    match field {
        0 => text(&info.sid),
        1 => text(&of.identity),
        2 => text(&info.name),
        3 => text(&info.metadata),
        4 => attributes(&info.attributes),
        5 => info.permission.as_ref().map_or(JsValue::UNDEFINED, permissions),
        6 => info.kind.into(),
        7 if info.joined_at_ms > 0 => (info.joined_at_ms as f64).into(),
        7 if info.joined_at > 0 => (info.joined_at as f64 * 1000.0).into(),
        8 => of.quality.map_or(JsValue::UNDEFINED, JsValue::from),
        9 => of.speaking.into(),
        10 => of.audio_level.into(),
        11 => of.last_spoke_at.map_or(JsValue::UNDEFINED, |at| (at.0 as f64 + host::lead_ms()).into()),
        12 => (info.state == proto::participant_info::State::Active as i32).into(),
        _ => JsValue::UNDEFINED,
    }
}

/// One fact of a publication.
pub fn publication(of: &Publication, field: u32) -> JsValue {
    let info = &of.info;
    let video = info.r#type == proto::TrackType::Video as i32 && info.width > 0;
    match field {
        0 => text(&of.sid),
        1 => info.r#type.into(),
        2 => text(&info.name),
        3 => info.source.into(),
        4 => info.muted.into(),
        5 => text(&info.mime_type),
        6 if video => List::new().number(info.width).number(info.height).named("width height"),
        7 if video => info.simulcast.into(),
        8 => info.encryption.into(),
        9 => of.desired.into(),
        10 => of.allowed.into(),
        11 => track_info(info),
        _ => JsValue::UNDEFINED,
    }
}

/// One fact of the room; `undefined` before the first join.
pub fn room(session: &Session, field: u32) -> JsValue {
    if field == 6 {
        return session.server_info().map_or(JsValue::UNDEFINED, server_info);
    }
    let Some(room) = session.roster().room() else { return JsValue::UNDEFINED };
    match field {
        0 => text(&room.sid),
        1 => text(&room.name),
        2 => text(&room.metadata),
        3 => room.num_participants.into(),
        4 => room.num_publishers.into(),
        5 => room.active_recording.into(),
        7 if room.creation_time_ms > 0 => (room.creation_time_ms as f64).into(),
        7 => (room.creation_time as f64 * 1000.0).into(),
        _ => JsValue::UNDEFINED,
    }
}

/// A fact of a connection's history: what does not apply is left out.
pub fn fact(of: &Fact, lead_ms: f64) -> JsValue {
    let at = (of.at.0 as f64 + lead_ms).round();
    let first = List::new();
    first.number(of.seq).number(at).text(of.what.as_str()).text(&of.region);
    let made = first.named("seq at what region");
    let set = |name: &str, value: Option<JsValue>| {
        if let Some(value) = value {
            js::set(&made, name, value);
        }
    };
    set("kind", of.kind.map(|kind| text(kind.as_str())));
    set("cause", of.cause.map(|cause| text(cause.as_str())));
    set("attempt", (of.attempt > 0).then(|| of.attempt.into()));
    set("delayMs", of.delay_ms.filter(|ms| ms.is_finite()).map(|ms| ms.ceil().into()));
    set("outcome", (!of.outcome.is_empty()).then(|| text(&of.outcome)));
    set("sessionDurationMs", of.session_duration_ms.map(|ms| (ms as f64).into()));
    made
}

/// Every fact, in the order of the list: what an object keeps of something that is gone.
pub fn all(list: &[&str], read: impl Fn(u32) -> JsValue) -> Array {
    (0u32..).take(list.len()).map(read).collect()
}

/// A map as an object.
pub fn attributes(of: &Map<String, String>) -> JsValue {
    let entries = Array::new();
    for (key, value) in of.iter() {
        entry(&entries, key, value);
    }
    object(&entries)
}

/// Pairs as an object.
pub fn pairs(of: &[(String, String)]) -> JsValue {
    let entries = Array::new();
    for (key, value) in of {
        entry(&entries, key, value);
    }
    object(&entries)
}

fn entry(entries: &Array, key: &str, value: &str) {
    let entry = List::new();
    entry.text(key).text(value);
    entries.push(&entry);
}

/// Each entry becomes a property of its own, `__proto__` like any other.
fn object(entries: &Array) -> JsValue {
    Object::from_entries(entries).map_or(JsValue::UNDEFINED, JsValue::from)
}

/// As livekit-client's `participant.permissions`.
pub fn permissions(of: &proto::ParticipantPermission) -> JsValue {
    List::new()
        .flag(of.can_subscribe)
        .flag(of.can_publish)
        .flag(of.can_publish_data)
        .value(&numbers(&of.can_publish_sources))
        .flag(of.hidden)
        .flag(of.can_update_metadata)
        .flag(of.recorder)
        .flag(of.agent)
        .flag(of.can_subscribe_metrics)
        .flag(of.can_manage_agent_session)
        .named(
            "canSubscribe canPublish canPublishData canPublishSources hidden canUpdateMetadata recorder agent \
             canSubscribeMetrics canManageAgentSession",
        )
}

/// As livekit-client's `room.serverInfo`.
fn server_info(of: &proto::ServerInfo) -> JsValue {
    List::new()
        .number(of.edition)
        .text(&of.version)
        .number(of.protocol)
        .text(&of.region)
        .text(&of.node_id)
        .text(&of.debug_info)
        .number(of.agent_protocol)
        .named("edition version protocol region nodeId debugInfo agentProtocol")
}

/// As livekit-client's `publication.trackInfo`, as far as an app can have a use for it.
pub fn track_info(of: &proto::TrackInfo) -> JsValue {
    let layers: Array = of
        .layers
        .iter()
        .map(|layer| {
            List::new()
                .number(layer.quality)
                .number(layer.width)
                .number(layer.height)
                .number(layer.bitrate)
                .number(layer.ssrc)
                .text(&layer.rid)
                .named("quality width height bitrate ssrc rid")
        })
        .collect();
    List::new()
        .text(&of.sid)
        .number(of.r#type)
        .text(&of.name)
        .flag(of.muted)
        .number(of.width)
        .number(of.height)
        .flag(of.simulcast)
        .number(of.source)
        .value(&layers)
        .text(&of.mime_type)
        .text(&of.mid)
        .number(of.encryption)
        .text(&of.stream)
        .value(&numbers(&of.audio_features))
        .named("sid type name muted width height simulcast source layers mimeType mid encryption stream audioFeatures")
}

/// A list of numbers.
pub fn numbers(of: &[i32]) -> JsValue {
    of.iter().map(|number| JsValue::from(*number)).collect::<Array>().into()
}

/// A text.
pub fn text(of: &str) -> JsValue {
    JsValue::from_str(of)
}
