//! Data messages through the session: what waits, what is settled, what is told. The rules of the channels themselves
//! have their tests beside them.
#![cfg(not(target_family = "wasm"))]

mod common;

use common::{Incoming, Room};
use livekit_protocol as proto;
use prost::Message as _;
use rejoin::engine::error::Code;
use rejoin::engine::peer::{Channel, Generation, PeerAction, PeerEvent, Step};
use rejoin::engine::room::command::{Command, DataMessage, Reply};
use rejoin::engine::room::event::Event;

fn message(n: u8) -> Command {
    Command::PublishData(DataMessage { payload: vec![n], reliable: true, ..Default::default() })
}

fn sent(room: &Room) -> Vec<(u32, Vec<u8>)> {
    let packets = room.actions.iter().filter_map(|(_, action)| match action {
        PeerAction::Send { bytes, .. } => proto::DataPacket::decode(bytes.as_slice()).ok(),
        _ => None,
    });
    packets
        .map(|packet| match packet.value {
            Some(proto::data_packet::Value::User(user)) => (packet.sequence, user.payload),
            _ => (packet.sequence, b"not a user packet".to_vec()),
        })
        .collect()
}

#[test]
fn a_message_before_the_channel_is_open_waits_for_it() {
    let mut room = Room::new();
    room.peer.connects = false;
    room.connect();
    let call = room.call(message(1));
    assert_eq!(room.result(call), None);
    room.peer_state(rejoin::engine::peer::PeerState::Connected);
    assert_eq!(room.result(call), None);
    room.peer_says(PeerEvent::ChannelOpen(Channel::Reliable));
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(sent(&room), [(1, vec![1])]);
}

#[test]
fn what_a_channel_does_not_take_is_not_lost() {
    let mut room = Room::connected();
    room.call(message(1));
    room.peer_says(PeerEvent::Failed { step: Step::Send { channel: Channel::Reliable }, message: "closed".into() });
    room.forget();
    room.peer_says(PeerEvent::ChannelOpen(Channel::Reliable));
    assert_eq!(sent(&room), [(1, vec![1])]);
}

#[test]
fn a_message_that_is_too_large_is_refused_with_the_limit() {
    let mut room = Room::connected();
    let call =
        room.call(Command::PublishData(DataMessage { payload: vec![0; 64_001], reliable: true, ..Default::default() }));
    assert_eq!(room.error(call).code, Code::PublishData);
}

#[test]
fn a_message_that_comes_in_is_told_once() {
    let mut room = Room::connected();
    let packet = proto::DataPacket {
        participant_identity: "ada".into(),
        participant_sid: "PA_ada".into(),
        sequence: 1,
        value: Some(proto::data_packet::Value::User(proto::UserPacket {
            payload: vec![5],
            topic: Some("t".into()),
            ..Default::default()
        })),
        ..Default::default()
    };
    for _ in 0..2 {
        room.give(Incoming::Data(Generation(1), Channel::Reliable, packet.encode_to_vec()));
    }
    room.give(Incoming::Data(Generation(1), Channel::Reliable, vec![0xff; 7]));
    let received: Vec<_> = room.events.iter().filter(|event| matches!(event, Event::DataReceived { .. })).collect();
    assert_eq!(received.len(), 1);
    assert!(
        matches!(received[0], Event::DataReceived { identity: Some(from), reliable: true, .. } if &**from == "ada")
    );
}

#[test]
fn leaving_settles_what_still_waits() {
    let mut room = Room::new();
    room.peer.connects = false;
    room.connect();
    let call = room.call(message(1));
    room.call(Command::Disconnect);
    assert!(room.result(call).unwrap().is_err());
}
