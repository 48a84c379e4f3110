//! What travels on the data channels.
//!
//! `DataPacket` is written down here with those of its values that are understood: decoding the whole of LiveKit's
//! message would bring the code of metrics, RPC and stream messages that nothing reads. Tags are LiveKit's; what is not
//! listed is skipped.

use prost::Message as _;

use crate::protocol::proto;

/// Tag of `DataPacket.sequence`, a varint, as its key is written.
const SEQUENCE_KEY: [u8; 2] = [0x80, 0x01];

/// `DataPacket`.
#[allow(missing_docs)]
#[derive(Clone, PartialEq, prost::Message)]
pub struct DataPacket {
    /// Deprecated, still read by old clients.
    #[prost(enumeration = "proto::data_packet::Kind", tag = "1")]
    pub kind: i32,
    #[prost(string, tag = "4")]
    pub participant_identity: String,
    #[prost(string, repeated, tag = "5")]
    pub destination_identities: Vec<String>,
    #[prost(uint32, tag = "16")]
    pub sequence: u32,
    #[prost(string, tag = "17")]
    pub participant_sid: String,
    #[prost(oneof = "DataValue", tags = "2, 3, 6, 7, 9")]
    pub value: Option<DataValue>,
}

/// `DataPacket.value`.
#[allow(missing_docs)]
#[derive(Clone, PartialEq, prost::Oneof)]
pub enum DataValue {
    #[prost(message, tag = "2")]
    User(proto::UserPacket),
    #[prost(message, tag = "3")]
    Speaker(proto::ActiveSpeakerUpdate),
    #[prost(message, tag = "6")]
    SipDtmf(proto::SipDtmf),
    #[prost(message, tag = "7")]
    Transcription(proto::Transcription),
    #[prost(message, tag = "9")]
    ChatMessage(proto::ChatMessage),
}

/// A user packet without sequence, encoded.
pub fn encode_user(
    payload: Vec<u8>,
    topic: Option<String>,
    identity: &str,
    destinations: Vec<String>,
    reliable: bool,
) -> Vec<u8> {
    use proto::data_packet::Kind;
    #[allow(deprecated)]
    let user = proto::UserPacket {
        payload,
        topic,
        participant_identity: identity.to_owned(),
        destination_identities: destinations.clone(),
        ..Default::default()
    };
    let packet = DataPacket {
        kind: if reliable { Kind::Reliable } else { Kind::Lossy } as i32,
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
    prost::encoding::encode_varint(u64::from(sequence), &mut bytes);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    #[cfg(target_family = "wasm")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    #[test]
    fn a_user_packet_reads_as_livekits_message() {
        let destinations = vec!["b".to_owned()];
        let bytes = encode_user(vec![1, 2], Some("t".into()), "a", destinations.clone(), true);
        let packet = proto::DataPacket::decode(with_sequence(&bytes, 300).as_slice()).unwrap();
        assert_eq!((packet.sequence, packet.participant_identity.as_str()), (300, "a"));
        assert_eq!(packet.destination_identities, destinations);
        let Some(proto::data_packet::Value::User(user)) = packet.value else { panic!() };
        assert_eq!((user.payload, user.topic), (vec![1, 2], Some("t".to_owned())));
        let lossy = proto::DataPacket::decode(encode_user(vec![], None, "a", vec![], false).as_slice()).unwrap();
        #[allow(deprecated)]
        let kind = lossy.kind;
        assert_eq!(kind, proto::data_packet::Kind::Lossy as i32);
    }

    #[test]
    fn values_that_nothing_reads_are_skipped() {
        let value = proto::data_packet::Value::RpcAck(proto::RpcAck { request_id: "r".into() });
        let packet = proto::DataPacket { value: Some(value), sequence: 7, ..Default::default() };
        let read = DataPacket::decode(packet.encode_to_vec().as_slice()).unwrap();
        assert_eq!((read.sequence, read.value), (7, None));
    }
}
