//! What JavaScript sees.
//!
//! **One object is two halves.** The public classes (`Room`, `RemoteParticipant`, `LocalVideoTrack`, ...) are ES classes
//! in `src/api/*.js`, typed by the `*.d.ts` beside them; what they know and do lives in the engine, which a room reaches
//! through one [`core::Core`]. The halves are divided where a wasm-bindgen class cannot do what livekit-client's do:
//!
//! - identity and lifetime: a listener usually refers to its room. Were the objects kept by Rust, that circle would run
//!   through the table of JavaScript values, which no garbage collector sees, and no room would ever be freed. So a
//!   `Room` holds its participants, a participant its publications, a publication its track, all in JavaScript, one
//!   object each for its whole life; and Rust holds the `Room` weakly, or strongly while it is connected.
//! - `this`: `on` returns it, listeners are called with it, apps derive classes from these.
//! - `instanceof` along livekit-client's class tree, at no cost: `extends` of exported structs takes one allocation and
//!   one finalizer for each class in the chain.
//!
//! **The JavaScript half decides nothing.** A getter asks the core (`ask.js` says what), which reads the
//! engine's roster; there is no second copy of the room's state. It has what must be a JavaScript object: maps, elements,
//! `MediaStreamTrack`s, listeners. A participant that nobody looks at has no object at all: it is made when it is first
//! read or when an event about it has a listener.
//!
//! **Calls in**: `&self` only; a method clones what it needs, gives the command to the driver and returns a promise.
//! Nothing calls JavaScript while an engine is borrowed: the driver hands events over after it has let go.
//! **Calls out**: an event is one call of the room's `_deliver(kind, ...facts)`; `src/api/dispatch.js` turns it into
//! livekit-client's events in livekit-client's order.
//!
//! Each class file that is public has a `.d.ts` of the same name; files without one are for the crate alone.
//!
//! **Tracks.** `track.js` (`Track`, with `Kind`, `Source` and `StreamState` as statics), `local_track.js`,
//! `remote_track.js`, `capture.js`, `devices.js` and `presets.js` are media and need no engine, but for publishing:
//!
//! - a publication makes its remote track when the media is there: `new RemoteVideoTrack(mediaStreamTrack, sid, receiver,
//!   adaptiveStreamSettings)`, `new RemoteAudioTrack(mediaStreamTrack, sid, receiver, audioContext, audioOutput)`, and
//!   calls `track._end()` when it is gone; a remote video track with adaptive stream says what it wants by emitting
//!   `visibilityChanged` and `videoDimensionsChanged`, which the publication turns into track settings;
//! - `publish.js` turns a local track and its options into what `core.ask(ASK.PUBLISH, cid, mediaStreamTrack, request)`
//!   takes (`src/api/publish.rs`: an `AddTrackRequest`, encodings, codec order); `ask.js` has what stands beside it. A local track keeps its cid for its whole life.

pub mod ask;
pub mod core;
pub mod dispatch;
pub mod errors;
pub mod fields;
pub mod options;
pub mod policy;
pub mod promised;
pub mod publish;
pub mod room;
pub mod scenario;

use std::cell::RefCell;

use js_sys::Array;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use ::log::Level;

use crate::api::dispatch::Anchor;
use crate::web::js::Heard;
use crate::web::log;

#[wasm_bindgen(module = "/src/api/core.js")]
extern "C" {
    fn write(level: &str, message: &str);
}

#[wasm_bindgen(module = "/src/api/core.js")]
extern "C" {
    fn attach(maker: &Heard);
}

thread_local! {
    // As long as the instance: JavaScript may ask at any time.
    static MAKER: RefCell<Option<Heard>> = const { RefCell::new(None) };
}

/// Runs when the module is instantiated: says to `core.js` where engines are made. Draws no entropy and starts nothing.
#[wasm_bindgen(start)]
pub fn start() {
    log::set_sink(|level, message| write(name_of(level), message));
    MAKER.with(|kept| {
        let mut kept = kept.borrow_mut();
        attach(kept.get_or_insert_with(|| Heard::new(make)));
    });
}

/// livekit-client's name of a level.
fn name_of(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warn => "warn",
        Level::Info => "info",
        Level::Debug => "debug",
        Level::Trace => "trace",
    }
}

/// The engine of a room, for an anchor and options, or a reconnect policy by itself, as core.js numbers them. What cannot
/// be made is told as an error that core.js throws.
fn make(kind: u32, _: u32, given: JsValue) -> JsValue {
    let given = Array::from(&given);
    match kind {
        0 => core::Core::room(given.get(0).unchecked_into::<Anchor>(), &given.get(1)).into(),
        _ => core::Core::policy(&given.get(0)).map_or_else(|error| error, JsValue::from),
    }
}
