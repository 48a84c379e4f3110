//! A session gives up by time, and only by time that it could have used.

mod common;

use common::Room;
use common::server::OnDial;
use log::Level::Error;
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::error::Code;
use rejoin::engine::io::HostEvent;
use rejoin::engine::room::command::{Command, DataMessage};
use rejoin::engine::room::event::ConnectionState;
use rejoin::protocol::proto::DisconnectReason;

const BROWSER: Capabilities = Capabilities { rtc: true, offer_with_join: true };

/// A room whose server is gone.
fn lost(config: Config) -> Room {
    let mut room = Room::with(config, BROWSER);
    room.connect();
    room.server.next_dials(vec![OnDial::Refuse; 10_000]);
    room.drop_socket(1006);
    room
}

fn over(room: &Room) -> bool {
    room.disconnected_for().is_some()
}

#[test]
fn it_gives_up_after_five_minutes_however_many_attempts_that_were() {
    let mut room = lost(Config::default());
    room.run_for(299_999);
    assert!(!over(&room));
    room.run_for(1);
    assert_eq!(room.disconnected_for(), Some(DisconnectReason::UnknownReason as i32));
    room.assert_over();
    assert!(room.dials.len() > 10, "{} attempts", room.dials.len());
}

#[test]
fn the_time_is_an_option() {
    let mut room = lost(Config { give_up_after_ms: 20_000, ..Config::default() });
    room.run_for(20_000);
    room.assert_over();
}

#[test]
fn the_error_counts_an_attempt_that_hangs() {
    let mut room = Room::with(Config { give_up_after_ms: 5_000, ..Config::default() }, BROWSER);
    room.connect();
    room.server.next_dials(vec![OnDial::Stall; 10]);
    room.drop_socket(1006);
    let dialled = room.dials.len();
    room.run_for(5_000);
    room.assert_over();
    let made = room.dials.len() - dialled;
    let told = room.lines(Error);
    let counted = if made == 1 { "and 1 attempt:".to_owned() } else { format!("and {made} attempts:") };
    assert!(made > 0 && told.len() == 1 && told.iter().all(|line| line.contains(&counted)), "{made}: {told:?}");
}

#[test]
fn time_offline_does_not_count() {
    let mut room = lost(Config { give_up_after_ms: 20_000, ..Config::default() });
    room.run_for(10_000);
    room.host(HostEvent::Offline);
    room.run_for(24 * 60 * 60_000);
    assert!(!over(&room));
    room.host(HostEvent::Online);
    room.run_for(9_999);
    assert!(!over(&room));
    room.run_for(1);
    room.assert_over();
}

#[test]
fn what_was_asked_for_meanwhile_fails_with_a_typed_error() {
    let mut room = lost(Config::default());
    let data = DataMessage { payload: b"x".to_vec(), reliable: true, ..Default::default() };
    let data = room.call(Command::PublishData(data));
    let name = Some("n".to_owned());
    let name = room.call(Command::UpdateMetadata { name, metadata: None, attributes: Default::default() });
    let track = room.publish("camera");
    room.run_for(300_000);
    for call in [data, name, track] {
        assert_eq!(room.error(call).code, Code::SessionEnded);
    }
}

#[test]
fn a_room_that_gave_up_can_be_joined_again() {
    let mut room = lost(Config::default());
    room.run_for(300_000);
    room.server.dials.clear();
    room.connect();
    assert_eq!(room.state(), ConnectionState::Connected);
    room.drop_socket(1006);
    assert_eq!(room.reconnecting().last().unwrap().attempt, 1);
}

#[test]
fn it_gives_up_after_five_minutes_with_one_warning_and_one_error() {
    let mut room = Room::connected();
    room.server.next_dials(vec![OnDial::Refuse; 1_000]);
    room.forget();
    room.drop_socket(1006);
    room.run_for(299_000);
    assert_eq!(room.state(), ConnectionState::Reconnecting);
    room.run_for(1_000);
    assert_eq!(room.disconnected_for(), Some(0));
    room.assert_over();
    assert_eq!((room.lines(log::Level::Warn).len(), room.lines(Error).len()), (1, 1));
}

#[test]
fn a_laptop_that_slept_through_an_outage_tries_before_it_gives_up() {
    let mut room = Room::connected();
    room.server.next_dials([OnDial::Refuse]);
    room.drop_socket(1006);
    room.run_for(100);
    room.sleep(8 * 3_600_000);
    assert_ne!(room.state(), ConnectionState::Disconnected);
    room.run_until(ConnectionState::Connected, 20_000);
}
