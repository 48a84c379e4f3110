//! Data channels: the publisher's, and on two connections those that the server opens.

use std::rc::Rc;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use super::Peer;
use crate::engine::peer::{Channel, PeerEvent, Step, Target};
use crate::web::js;
use crate::web::listener::Listener;

pub(super) struct DataChannel {
    channel: Channel,
    dc: JsValue,
    _listeners: Vec<Listener>,
}

const fn label(channel: Channel) -> &'static str {
    match channel {
        Channel::Lossy => "_lossy",
        Channel::Reliable => "_reliable",
    }
}

impl DataChannel {
    fn own(peer: &Peer, channel: Channel, pc: &JsValue) -> Result<Rc<Self>, JsValue> {
        let init = js::object([("ordered", (channel == Channel::Reliable).into())]);
        if channel == Channel::Lossy {
            js::set(&init, "maxRetransmits", 0);
        }
        let dc = js::call(pc, "createDataChannel", &[label(channel).into(), init.into()])?;
        js::set(&dc, "bufferedAmountLowThreshold", channel.low_bytes());
        let on = |name, heard: fn(&Peer, Channel, &JsValue)| {
            let (weak, dc) = (peer.weak(), dc.clone());
            Listener::new(&dc.clone(), name, move |_| {
                if let Some(peer) = weak.upgrade() {
                    heard(&peer, channel, &dc);
                }
            })
        };
        let listeners = vec![
            on("open", |peer, channel, dc| {
                if let Some(id) = js::number(dc, "id") {
                    peer.report(PeerEvent::ChannelId { channel, id: id as u32 });
                }
                peer.report(PeerEvent::ChannelOpen(channel));
            }),
            on("close", |peer, channel, _| peer.report(PeerEvent::ChannelClosed(channel))),
            on("bufferedamountlow", |peer, channel, dc| peer.report(buffered(channel, dc))),
            hear(peer, channel, &dc),
        ];
        Ok(Rc::new(Self { channel, dc, _listeners: listeners }))
    }

    /// One that the server opened; `None` for a label that is not ours.
    pub(super) fn incoming(peer: &Peer, dc: &JsValue) -> Option<Rc<Self>> {
        let name = js::text(dc, "label")?;
        let channel = [Channel::Lossy, Channel::Reliable].into_iter().find(|channel| label(*channel) == name)?;
        let heard = hear(peer, channel, dc);
        Some(Rc::new(Self { channel, dc: dc.clone(), _listeners: vec![heard] }))
    }
}

fn hear(peer: &Peer, channel: Channel, dc: &JsValue) -> Listener {
    js::set(dc, "binaryType", "arraybuffer");
    let weak = peer.weak();
    Listener::new(dc, "message", move |event| {
        let data = js::get(&event, "data");
        if let (Some(peer), Some(buffer)) = (weak.upgrade(), data.dyn_ref::<ArrayBuffer>()) {
            peer.data(channel, Uint8Array::new(buffer).to_vec());
        }
    })
}

fn buffered(channel: Channel, dc: &JsValue) -> PeerEvent<'static> {
    PeerEvent::ChannelBuffered { channel, bytes: js::number(dc, "bufferedAmount").unwrap_or(0.0) as u32 }
}

impl Peer {
    /// Once; a second request finds them there.
    pub(super) fn add_channels(&self) {
        let Some(publisher) = self.connection(Target::Publisher).filter(|_| self.channels.borrow().is_empty()) else {
            return;
        };
        for channel in [Channel::Lossy, Channel::Reliable] {
            match DataChannel::own(self, channel, &publisher.pc) {
                Ok(made) => self.channels.borrow_mut().push(made),
                Err(thrown) => return self.failed(Step::Open, &thrown),
            }
        }
    }

    pub(super) fn send(&self, channel: Channel, bytes: &[u8]) {
        let Some(to) = self.channels.borrow().iter().find(|one| one.channel == channel).cloned() else {
            return self.failed(Step::Send { channel }, &"the channel is not there".into());
        };
        match js::call(&to.dc, "send", &[Uint8Array::from(bytes).into()]) {
            Ok(_) => self.report(buffered(channel, &to.dc)),
            Err(thrown) => self.failed(Step::Send { channel }, &thrown),
        }
    }
}
