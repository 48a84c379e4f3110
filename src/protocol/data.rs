//! What travels on the data channels.
//!
//! Tags are LiveKit's; values of `DataPacket` that are not listed are skipped.

use crate::protocol::proto;
use crate::protocol::wire::{Message as _, messages, oneofs, write_number};

/// Tag of `DataPacket.sequence`, a varint, as its key is written.
const SEQUENCE_KEY: [u8; 2] = [0x80, 0x01];

messages! {
    /// `DataPacket`. `kind` is deprecated and still read by old clients.
    pub struct DataPacket {
        kind: i32 = 1,
        participant_identity: String = 4,
        destination_identities: Vec<String> = 5,
        sequence: u32 = 16,
        participant_sid: String = 17,
        ..value: DataValue,
    }
}

oneofs! {
    /// `DataPacket.value`.
    pub enum DataValue {
        User(proto::UserPacket) = 2,
        Speaker(proto::ActiveSpeakerUpdate) = 3,
        SipDtmf(proto::SipDtmf) = 6,
        Transcription(proto::Transcription) = 7,
        ChatMessage(proto::ChatMessage) = 9,
    }
}

/// Tells a reliable message from all others of the room, whatever session it is sent in: it may be sent again.
pub type Nonce = [u8; 16];

/// A user packet without sequence, encoded. A reliable one has a nonce.
pub fn encode_user(
    payload: Vec<u8>,
    topic: Option<String>,
    identity: &str,
    destinations: Vec<String>,
    nonce: Option<Nonce>,
) -> Vec<u8> {
    use proto::data_packet::Kind;
    let user = proto::UserPacket {
        payload,
        topic,
        participant_identity: identity.to_owned(),
        destination_identities: destinations.clone(),
        nonce: nonce.map(Vec::from).unwrap_or_default(),
        ..Default::default()
    };
    let packet = DataPacket {
        kind: if nonce.is_some() { Kind::Reliable } else { Kind::Lossy } as i32,
        participant_identity: identity.to_owned(),
        destination_identities: destinations,
        value: Some(DataValue::User(user)),
        ..Default::default()
    };
    packet.encode_to_vec()
}

/// The packet with its sequence. Fields may stand in any order, so it goes to the end.
pub fn with_sequence(packet: &[u8], sequence: u32) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(packet.len() + 7);
    bytes.extend_from_slice(packet);
    bytes.extend_from_slice(&SEQUENCE_KEY);
    write_number(u64::from(sequence), &mut bytes);
    bytes
}

#[cfg(all(test, not(target_family = "wasm")))]
mod tests {
    use livekit_protocol as theirs;
    use prost::Message as _;

    use super::*;

    #[test]
    fn a_user_packet_reads_as_livekits_message() {
        let destinations = vec!["b".to_owned()];
        let bytes = encode_user(vec![1, 2], Some("t".into()), "a", destinations.clone(), Some([7; 16]));
        let packet = theirs::DataPacket::decode(with_sequence(&bytes, 300).as_slice()).unwrap();
        assert_eq!((packet.sequence, packet.participant_identity.as_str()), (300, "a"));
        assert_eq!(packet.destination_identities, destinations);
        let Some(theirs::data_packet::Value::User(user)) = packet.value else { panic!() };
        assert_eq!((user.payload, user.topic, user.nonce), (vec![1, 2], Some("t".to_owned()), vec![7; 16]));
        let lossy = theirs::DataPacket::decode(encode_user(vec![], None, "a", vec![], None).as_slice()).unwrap();
        #[allow(deprecated)]
        let kind = lossy.kind;
        assert_eq!(kind, theirs::data_packet::Kind::Lossy as i32);
    }

    #[test]
    fn values_that_nothing_reads_are_skipped() {
        let value = theirs::data_packet::Value::RpcAck(theirs::RpcAck { request_id: "r".into() });
        let packet = theirs::DataPacket { value: Some(value), sequence: 7, ..Default::default() };
        let read = <DataPacket as crate::protocol::wire::Message>::decode(&packet.encode_to_vec()).unwrap();
        assert_eq!((read.sequence, read.value), (7, None));
    }
}
