//! Leaving with data on its way: what was accepted arrives before the leave, and nothing holds the leave up for long.

mod common;

use common::Room;
use rejoin::engine::error::Code;
use rejoin::engine::peer::{Channel, PeerAction, PeerEvent};
use rejoin::engine::room::command::{Command, DataMessage, Reply};
use rejoin::engine::room::event::{ConnectionState, Event};
use rejoin::protocol::proto::DisconnectReason;
use rejoin::protocol::signal::Ask;

fn message(reliable: bool) -> Command {
    Command::PublishData(DataMessage { payload: b"bye".to_vec(), reliable, ..Default::default() })
}

/// Connected, with a message just sent, and a channel that has not confirmed anything.
fn talking() -> Room {
    let mut room = Room::connected();
    room.peer.finishes = false;
    let call = room.call(message(true));
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    room.forget();
    room
}

fn has_left(room: &Room) -> bool {
    !room.sent_like(|ask| matches!(ask, Ask::Leave(_)).then_some(())).is_empty()
}

fn finishes(room: &Room) -> usize {
    room.peer_actions(|action| *action == PeerAction::Finish).len()
}

#[test]
fn the_leave_waits_until_everything_has_arrived() {
    let mut room = talking();
    let left = room.call(Command::Disconnect);
    room.run_for(50);
    assert_eq!((finishes(&room), has_left(&room), room.result(left)), (1, false, None));
    assert_eq!(room.state(), ConnectionState::Connected);
    room.peer_says(PeerEvent::ChannelClosed(Channel::Reliable));
    assert!(has_left(&room));
    assert_eq!(room.result(left), Some(&Ok(Reply::Done)));
    assert_eq!(room.disconnected_for(), Some(DisconnectReason::ClientInitiated as i32));
    room.assert_over();
}

#[test]
fn but_no_longer_than_a_second() {
    let mut room = talking();
    let left = room.call(Command::Disconnect);
    room.run_for(999);
    assert_eq!(room.result(left), None);
    room.run_for(1);
    assert!(has_left(&room));
    assert_eq!(room.result(left), Some(&Ok(Reply::Done)));
    room.assert_over();
}

#[test]
fn a_second_call_does_not_wait_and_settles_the_first() {
    let mut room = talking();
    let first = room.call(Command::Disconnect);
    let second = room.call(Command::Disconnect);
    assert!(has_left(&room));
    assert_eq!((room.result(first), room.result(second)), (Some(&Ok(Reply::Done)), Some(&Ok(Reply::Done))));
    room.assert_over();
}

#[test]
fn nothing_new_is_begun_meanwhile() {
    let mut room = talking();
    room.call(Command::Disconnect);
    let data = room.call(message(true));
    let track = room.publish("camera");
    for call in [data, track] {
        assert_eq!(room.error(call).code, Code::SessionEnded);
    }
    assert!(room.sent.is_empty() && finishes(&room) == 1, "{:?} {:?}", room.sent, room.actions);
}

#[test]
fn a_socket_that_is_lost_meanwhile_ends_it_without_a_reconnect() {
    let mut room = talking();
    let left = room.call(Command::Disconnect);
    room.drop_socket(1006);
    room.run_for(0);
    assert_eq!(room.result(left), Some(&Ok(Reply::Done)));
    assert!(room.reconnecting().is_empty());
    assert_eq!(room.disconnected_for(), Some(DisconnectReason::ClientInitiated as i32));
    room.run_for(60_000);
    room.assert_over();
}

#[test]
fn nobody_waits_who_has_nothing_on_its_way() {
    // Nothing sent, nothing that needs to arrive, and what was sent long ago.
    let leave = |prepare: fn(&mut Room)| {
        let mut room = Room::connected();
        room.peer.finishes = false;
        prepare(&mut room);
        room.forget();
        let left = room.call(Command::Disconnect);
        assert_eq!((room.result(left), finishes(&room)), (Some(&Ok(Reply::Done)), 0));
        assert!(room.has(&Event::Disconnected { reason: DisconnectReason::ClientInitiated as i32 }));
    };
    leave(|_| {});
    leave(|room| {
        room.call(message(false));
    });
    leave(|room| {
        room.call(message(true));
        room.run_for(5_000);
    });
}

#[test]
fn a_room_that_is_leaving_can_be_joined_again() {
    let mut room = talking();
    let left = room.call(Command::Disconnect);
    room.connect();
    assert_eq!(room.result(left), Some(&Ok(Reply::Done)));
    room.run_until(ConnectionState::Connected, 5_000);
}
