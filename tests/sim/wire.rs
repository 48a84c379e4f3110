//! What clients and the model server say, read and written.

use std::rc::Rc;

use rejoin::engine::io::Attempt;
use rejoin::engine::peer::Generation;
use rejoin::protocol::data::{DataPacket, DataValue, Nonce};
use rejoin::protocol::join::Dial;
use rejoin::protocol::proto;
use rejoin::protocol::signal::{SignalResponse, Told};
use rejoin::protocol::url::Version;
use rejoin::protocol::wire::Message as _;

use crate::storm::agenda::News;
use crate::storm::net::Net;

/// What a dial asks for. The older path says it in the query.
pub fn request(dial: &Dial) -> proto::JoinRequest {
    if dial.version == Version::V1 {
        return proto::JoinRequest::decode(dial.join_request.as_slice()).expect("a join that cannot be read");
    }
    let sid = dial.query.iter().find(|(key, _)| *key == "sid").map(|(_, sid)| sid.clone());
    proto::JoinRequest { reconnect: sid.is_some(), participant_sid: sid.unwrap_or_default(), ..Default::default() }
}

/// Of the client's peer, as its descriptions name it.
pub fn generation(description: &proto::SessionDescription) -> Option<Generation> {
    description.sdp.split(' ').nth(1).and_then(|text| text.parse().ok()).map(Generation)
}

/// Says something on a client's socket.
pub fn tell(net: &mut Net, client: u32, attempt: Attempt, message: Told) {
    let frame = SignalResponse { message: Some(message) }.encode_to_vec();
    net.tell(client, attempt, News::Frame(Rc::from(frame)));
}

/// A packet, the id that its payload begins with, and its nonce.
pub fn read(bytes: &[u8]) -> (DataPacket, u32, Nonce) {
    let packet = DataPacket::decode(bytes).expect("a packet that cannot be read");
    let Some(DataValue::User(user)) = &packet.value else { panic!("no user packet") };
    let id = u32::from_le_bytes(user.payload[..4].try_into().expect("an id"));
    let nonce = user.nonce.as_slice().try_into().expect("a nonce");
    (packet, id, nonce)
}

pub fn track(sid: &str, cid: &str, muted: bool) -> proto::TrackInfo {
    proto::TrackInfo { sid: sid.into(), name: cid.into(), muted, ..Default::default() }
}
