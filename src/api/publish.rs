//! Local tracks: what `publish.js` describes becomes the engine's request and what the host is to send.

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;

use crate::api::errors;
use crate::api::promised::promised;
use crate::api::room::RoomCore;
use crate::engine::room::command::{Command, PublishTrack};
use crate::protocol::proto;
use crate::web::js;
use crate::web::media::LocalMedia;

impl RoomCore {
    /// Publishes a media track under a client id. `request` is what `publish.js` makes of a track and its options.
    pub(super) fn publish(&self, cid: String, track: JsValue, request: &JsValue) -> JsValue {
        self.driver.peers().register_sender(&cid, media(track, request));
        let command = PublishTrack { request: Box::new(add_track(&cid, request)) };
        let driver = self.driver.clone();
        let (promise, settle) = promised(move |error| {
            driver.peers().unregister_sender(&cid);
            errors::to_js(error)
        });
        self.driver.submit(Command::PublishTrack(command), settle);
        promise
    }

    /// Describes a track anew, whose size has changed: in the next session it is published so.
    pub(super) fn describe(&self, cid: &str, request: &JsValue) -> JsValue {
        self.driver.peers().describe_sender(cid, js::get(request, "encodings"), start_kbps(request));
        self.order(Command::DescribeTrack(PublishTrack { request: Box::new(add_track(cid, request)) }))
    }

    /// Sends another media track, or nothing for now (`null`), in the place of a local one.
    pub(super) fn replace(&self, cid: &str, track: JsValue) -> JsValue {
        match self.driver.peers().replace_track(cid, (!track.is_null()).then_some(track)) {
            Some(Err(thrown)) => Promise::reject(&thrown).into(),
            Some(Ok(replaced)) => replaced,
            None => JsValue::UNDEFINED,
        }
    }

    /// Takes a local track back.
    pub(super) fn unpublish(&self, cid: String) -> JsValue {
        self.driver.peers().unregister_sender(&cid);
        self.submit(Command::UnpublishTrack { cid })
    }
}

fn media(track: JsValue, request: &JsValue) -> LocalMedia {
    LocalMedia {
        track,
        streams: js::get(request, "streams"),
        encodings: js::get(request, "encodings"),
        codec: js::text(request, "codec").unwrap_or_default(),
        start_kbps: start_kbps(request),
        degradation_preference: js::text(request, "degradationPreference"),
        paused: false,
    }
}

fn start_kbps(request: &JsValue) -> u32 {
    whole(request, "startKbps")
}

// The features say the same as the flags, to servers that know them.
fn add_track(cid: &str, of: &JsValue) -> proto::AddTrackRequest {
    let mut layers = Vec::new();
    for of in list(of, "layers").iter() {
        layers.push(layer(&of));
    }
    let codec =
        js::text(of, "codec").map(|codec| proto::SimulcastCodec { codec, cid: cid.to_owned(), ..Default::default() });
    proto::AddTrackRequest {
        cid: cid.to_owned(),
        name: js::text(of, "name").unwrap_or_default(),
        r#type: whole(of, "kind") as i32,
        source: whole(of, "source") as i32,
        width: whole(of, "width"),
        height: whole(of, "height"),
        muted: flag(of, "muted"),
        disable_dtx: flag(of, "disableDtx"),
        stereo: flag(of, "stereo"),
        disable_red: flag(of, "disableRed"),
        stream: js::text(of, "stream").unwrap_or_default(),
        layers,
        simulcast_codecs: codec.into_iter().collect(),
        audio_features: js::numbers(&list(of, "features")),
        ..Default::default()
    }
}

fn layer(of: &JsValue) -> proto::VideoLayer {
    proto::VideoLayer {
        quality: whole(of, "quality") as i32,
        width: whole(of, "width"),
        height: whole(of, "height"),
        bitrate: whole(of, "bitrate"),
        ..Default::default()
    }
}

fn list(of: &JsValue, name: &str) -> Array {
    js::some(of, name).map(|list| Array::from(&list)).unwrap_or_default()
}

fn whole(of: &JsValue, name: &str) -> u32 {
    js::number(of, name).unwrap_or(0.0) as u32
}

fn flag(of: &JsValue, name: &str) -> bool {
    js::flag(of, name).unwrap_or(false)
}
