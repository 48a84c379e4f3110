//! Data that was sent before a session was lost: what has arrived, what may not have, and what the new session is sent again.

mod common;

use common::Room;
use common::server::{OnDial, participant};
use rejoin::engine::peer::{Channel, PeerAction, PeerEvent, PeerState};
use rejoin::engine::room::command::{Command, DataMessage, Reply, Scenario};
use rejoin::engine::room::event::{ConnectionState, ReconnectKind};
use rejoin::protocol::data::{DataPacket, DataValue};
use rejoin::protocol::proto;
use rejoin::protocol::proto::DisconnectReason;
use rejoin::protocol::signal::Told;
use rejoin::protocol::wire::Message as _;

fn rejoin(room: &mut Room) -> u64 {
    room.forget();
    room.call(Command::Simulate(Scenario::FullReconnect));
    assert_eq!(room.state(), ConnectionState::Reconnecting);
    room.run_until(ConnectionState::Connected, 1_000)
}

#[test]
fn data_that_was_not_delivered_is_sent_in_the_new_session() {
    let mut room = Room::connected();
    room.forget();
    room.call(Command::Simulate(Scenario::FullReconnect));
    let call = room.call(Command::PublishData(DataMessage { payload: vec![1], reliable: true, ..Default::default() }));
    assert_eq!(room.result(call), None);
    room.run_until(ConnectionState::Connected, 1_000);
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(room.peer_actions(|action| matches!(action, PeerAction::Send { .. })).len(), 1);
}

/// The nonces of what was handed to the reliable channel since `forget`.
fn nonces(room: &Room) -> Vec<Vec<u8>> {
    let sent = room.peer_actions(|action| matches!(action, PeerAction::Send { .. }));
    let nonce = |action: &PeerAction| {
        let PeerAction::Send { bytes, .. } = action else { return None };
        let Some(DataValue::User(user)) = DataPacket::decode(bytes).ok()?.value else { return None };
        Some(user.nonce)
    };
    sent.iter().filter_map(nonce).collect()
}

#[test]
fn data_that_a_living_transport_took_a_while_ago_is_not_sent_again_and_what_it_took_last_under_the_same_nonce() {
    let mut room = Room::connected();
    room.run_for(2_000);
    let publish = |room: &mut Room| {
        room.forget();
        room.call(Command::PublishData(DataMessage { payload: vec![1], reliable: true, ..Default::default() }));
        room.peer_says(PeerEvent::ChannelBuffered { channel: Channel::Reliable, bytes: 0 });
        nonces(room)
    };
    let first = publish(&mut room);
    room.run_for(20_000);
    let last = publish(&mut room);
    assert!(first.len() == 1 && last.len() == 1 && first != last, "{first:?}, {last:?}");
    rejoin(&mut room);
    assert_eq!(nonces(&room), last);
}

#[test]
fn data_that_a_vanishing_server_may_not_have_read_is_sent_again() {
    let mut room = Room::connected();
    room.run_for(2_000);
    let message = DataMessage { payload: vec![1], reliable: true, ..Default::default() };
    room.call(Command::PublishData(message));
    room.forget();
    let leave = proto::LeaveRequest {
        reason: DisconnectReason::StateMismatch as i32,
        action: proto::leave_request::Action::Reconnect as i32,
        ..Default::default()
    };
    room.server.next_dials([OnDial::Say(vec![Told::Leave(leave)])]);
    room.drop_socket(1000);
    room.run_until(ConnectionState::Connected, 20_000);
    assert_eq!(room.kinds(), [ReconnectKind::Resume, ReconnectKind::Full]);
    assert_eq!(room.peer_actions(|action| matches!(action, PeerAction::Send { .. })).len(), 1);
}

#[test]
fn data_that_a_silent_path_took_is_sent_again_in_the_new_session() {
    let mut room = Room::connected();
    room.server.pongs = false;
    room.run_for(10_000);
    room.call(Command::PublishData(DataMessage { payload: vec![1], reliable: true, ..Default::default() }));
    room.run_for(4_000);
    room.forget();
    room.server.next_dials(vec![OnDial::Refuse; 2]);
    room.run_for(4_000);
    room.run_until(ConnectionState::Connected, 60_000);
    assert_eq!(room.kinds().last(), Some(&ReconnectKind::Full));
    assert_eq!(room.peer_actions(|action| matches!(action, PeerAction::Send { .. })).len(), 1);
}

/// The next dial is told to make a new session: how much data is sent in that.
fn sent_in_a_new_session(room: &mut Room) -> usize {
    room.server.next_dials([OnDial::Say(vec![Told::Leave(proto::LeaveRequest {
        action: proto::leave_request::Action::Reconnect as i32,
        ..Default::default()
    })])]);
    room.forget();
    room.run_until(ConnectionState::Connected, 60_000);
    room.peer_actions(|action| matches!(action, PeerAction::Send { .. })).len()
}

fn publish(room: &mut Room) {
    let message = DataMessage { payload: vec![1], reliable: true, ..Default::default() };
    let call = room.call(Command::PublishData(message));
    assert!(room.result(call).is_some_and(Result::is_ok));
}

/// A room that published, and whose path of media is gone since: the browser says so after a while.
fn published_into_silence() -> Room {
    let mut room = Room::connected();
    room.run_for(60_000);
    publish(&mut room);
    room.run_for(6_000);
    room.peer_state(PeerState::Disconnected);
    room
}

#[test]
fn data_that_a_transport_took_before_its_loss_was_noticed_is_sent_again_although_signalling_lived() {
    let mut room = published_into_silence();
    room.run_for(15_000);
    room.peer_state(PeerState::Failed);
    assert_eq!(sent_in_a_new_session(&mut room), 1);
}

/// What got lost in its absence is sent again by the transport, but not at once.
#[test]
fn data_that_a_transport_took_before_it_lost_its_peer_for_a_while_has_not_arrived_as_soon_as_that_is_back() {
    for (back_for_ms, again) in [(1_000, 1), (20_000, 0)] {
        let mut room = published_into_silence();
        room.run_for(10_000);
        room.peer_state(PeerState::Connected);
        room.run_for(back_for_ms);
        room.drop_socket(1006);
        assert_eq!(sent_in_a_new_session(&mut room), again, "back for {back_for_ms} ms");
    }
}

/// It fell asleep long before anything of it was due, or woke up before that.
#[test]
fn data_that_a_transport_took_just_before_the_host_slept_is_sent_again_in_the_new_session() {
    for slept_ms in [48_000, 3_600_000] {
        let mut room = Room::new();
        (room.server.join.ping_interval, room.server.join.ping_timeout) = (0, 0);
        room.connect();
        room.run_for(40_000);
        publish(&mut room);
        room.run_for(300);
        room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![participant("ada", "PA_ada")] }));
        room.now = room.now.after(slept_ms);
        room.peer_state(PeerState::Disconnected);
        room.peer_state(PeerState::Failed);
        assert_eq!(sent_in_a_new_session(&mut room), 1, "{slept_ms}");
    }
}
