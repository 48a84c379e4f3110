//! `connectionHistory`: what happened to the connection, in order, bounded, without secrets.

mod common;

use common::regions::{self, ONE};
use common::server::OnDial;
use common::{Incoming, Room};
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::history::{MOST_FACTS, What};
use rejoin::engine::io::HostEvent;
use rejoin::engine::plugins::{Load, Loaded, PluginSpec};
use rejoin::engine::policy::Cause;
use rejoin::engine::regions::RegionOptions;
use rejoin::engine::room::command::Command;
use rejoin::engine::room::event::{ConnectionState, ReconnectKind};
use rejoin::protocol::proto;
use rejoin::protocol::signal::Told;

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

/// Fault 44: what others name may hold a token, wherever it stands: in a fact, an event, an error.
#[test]
fn names_of_regions_and_plugins_show_no_token() {
    const NAME: &str = "r eyJhbGciOi.x.y";
    let allowed_hosts = vec!["two.example".to_owned()];
    let plugins = vec![PluginSpec { name: NAME.into(), timeout_ms: 5_000 }];
    let config =
        Config { regions: RegionOptions { allowed_hosts, ..Default::default() }, plugins, ..Config::default() };
    let mut room = Room::with(config, Capabilities { rtc: true, offer_with_join: true });
    regions::connect(&mut room, ONE);
    room.run_for(1);
    room.give(Incoming::Plugin(Load(1), 0, Loaded::Failed("no".into())));
    let regions =
        vec![proto::RegionInfo { region: NAME.into(), url: "wss://two.example".into(), ..Default::default() }];
    room.server.next_dials([OnDial::Refuse, OnDial::Refuse]);
    room.tell(Told::Leave(proto::LeaveRequest {
        action: proto::leave_request::Action::Reconnect as i32,
        regions: Some(proto::RegionSettings { regions }),
        ..Default::default()
    }));
    room.run_for(1_000_000);
    assert!(room.dials.iter().any(|dial| dial.server_url == "wss://two.example"), "{:?}", room.dials);
    let facts: Vec<_> = room.session.history().iter().collect();
    assert!(facts.iter().any(|fact| fact.what == What::Plugin), "{facts:?}");
    assert!(facts.iter().any(|fact| fact.region == "r [secret]"), "{facts:?}");
    for printed in
        [format!("{facts:?}"), format!("{:?}", regions::changes(&room)), format!("{:?}", room.reconnecting())]
    {
        assert!(!printed.contains("eyJ"), "{printed}");
    }
}
