//! `connectionHistory`: what happened to the connection, in order, bounded, without secrets.

mod common;

use common::Room;
use rejoin::engine::history::{MOST_FACTS, What};
use rejoin::engine::io::HostEvent;
use rejoin::engine::policy::Cause;
use rejoin::engine::room::command::Command;
use rejoin::engine::room::event::{ConnectionState, ReconnectKind};

fn whats(room: &Room) -> Vec<What> {
    room.session.history().iter().map(|fact| fact.what).collect()
}

#[test]
fn a_life_is_told_in_order() {
    let mut room = Room::connected();
    room.run_for(40_000);
    room.drop_socket(1012);
    room.run_until(ConnectionState::Connected, 60_000);
    room.call(Command::Disconnect);
    use What::{Connect, Connected, Dial, Disconnected, Lost, Reconnected, Waiting};
    assert_eq!(whats(&room), [Connect, Dial, Connected, Lost, Waiting, Dial, Reconnected, Disconnected]);
    let facts: Vec<_> = room.session.history().iter().collect();
    let (lost, waiting, back) = (facts[3], facts[4], facts[6]);
    assert_eq!((lost.cause, lost.kind), (Some(Cause::Remote), Some(ReconnectKind::Resume)));
    assert!(lost.outcome.contains("1012") && lost.session_duration_ms == Some(40_000), "{lost:?}");
    assert!(waiting.delay_ms.is_some_and(|ms| ms > 0.0) && waiting.attempt == 1, "{waiting:?}");
    assert!(back.at.since(lost.at) as f64 >= waiting.delay_ms.unwrap());
    assert!(facts.iter().all(|fact| fact.region == "ws://127.0.0.1:7880"), "{facts:?}");
    assert!(!format!("{facts:?}").contains("eyJ"));
}

#[test]
fn only_the_last_facts_are_kept() {
    let mut room = Room::connected();
    for _ in 0..300 {
        room.host(HostEvent::Offline);
        room.host(HostEvent::Online);
    }
    assert_eq!(whats(&room).len(), MOST_FACTS);
    assert_eq!(whats(&room).last(), Some(&What::Online));
}
