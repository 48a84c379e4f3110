//! Plugins start beside the connection and never delay it; each is ready, or unavailable once and by name.

mod common;

use common::server::OnDial;
use common::{Incoming, Room};
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::plugins::{Load, Loaded, News, PluginAction, PluginSpec};
use rejoin::engine::room::command::{Command, Reply};
use rejoin::engine::room::event::{ConnectionState, Event};

fn room(timeouts: &[u64]) -> Room {
    let spec = |(n, timeout_ms): (usize, &u64)| PluginSpec { name: format!("plugin{n}"), timeout_ms: *timeout_ms };
    let plugins = timeouts.iter().enumerate().map(spec).collect();
    Room::with(Config { plugins, ..Config::default() }, Capabilities { rtc: true, offer_with_join: true })
}

fn news(room: &Room) -> Vec<&News> {
    let mut all = Vec::new();
    for event in &room.events {
        if let Event::Plugin(news) = event {
            all.push(news);
        }
    }
    all
}

fn unavailable(name: &str, reason: &str, elapsed_ms: u64) -> News {
    News::Unavailable { name: name.into(), reason: reason.into(), elapsed_ms }
}

/// Fault 43: the call of `connect` is settled before any plugin is even begun.
#[test]
fn a_connect_is_settled_before_plugins_begin() {
    let mut room = room(&[5_000, 5_000]);
    let call = room.connect();
    assert_eq!((room.result(call), room.plugins.len()), (Some(&Ok(Reply::Done)), 0));
    room.run_for(0);
    assert_eq!(room.plugins, [PluginAction::Load(Load(1), 0), PluginAction::Load(Load(1), 1)]);
    room.give(Incoming::Plugin(Load(1), 0, Loaded::Ready));
    assert_eq!(news(&room), [&News::Ready { name: "plugin0".into(), elapsed_ms: 0, late: false }]);
}

#[test]
fn a_connect_that_drags_does_not_keep_plugins_waiting() {
    let mut room = room(&[5_000]);
    room.server.next_dials([OnDial::Mute]);
    room.connect();
    room.run_for(1_990);
    assert!(room.plugins.is_empty());
    room.run_for(10);
    assert_eq!(room.plugins, [PluginAction::Load(Load(1), 0)]);
    // The attempt fails and is made again: the plugin is not begun twice.
    room.run_until(ConnectionState::Connected, 15_000);
    room.run_for(100);
    assert_eq!(room.plugins.len(), 1);
}

#[test]
fn one_that_never_settles_is_unavailable_once_and_may_still_come() {
    let mut room = room(&[5_000]);
    room.connect();
    room.run_for(60_000);
    assert_eq!(news(&room), [&unavailable("plugin0", "it did not load in time", 5_000)]);
    assert_eq!(room.plugins[1..], [PluginAction::Abort(0)]);
    assert_eq!(room.lines(log::Level::Warn).len(), 1);
    assert!(room.lines(log::Level::Warn)[0].contains("plugin0 is unavailable after 5000 ms"));
    room.give(Incoming::Plugin(Load(1), 0, Loaded::Ready));
    assert_eq!(news(&room)[1], &News::Ready { name: "plugin0".into(), elapsed_ms: 60_000, late: true });
    room.give(Incoming::Plugin(Load(1), 0, Loaded::Failed("again".into())));
    assert_eq!(news(&room).len(), 2);
}

#[test]
fn one_that_fails_is_told_with_its_reason_and_a_late_failure_is_no_news() {
    let mut room = room(&[5_000, 100]);
    room.connect();
    room.run_for(50);
    room.give(Incoming::Plugin(Load(1), 0, Loaded::Failed("no licence".into())));
    room.run_for(500);
    room.give(Incoming::Plugin(Load(1), 1, Loaded::Failed("too late".into())));
    let told = [unavailable("plugin0", "no licence", 50), unavailable("plugin1", "it did not load in time", 100)];
    assert_eq!(news(&room), [&told[0], &told[1]]);
    assert_eq!(room.lines(log::Level::Warn).len(), 2);
}

#[test]
fn one_without_time_is_not_loaded() {
    let mut room = room(&[0]);
    room.connect();
    room.run_for(60_000);
    assert!(room.plugins.is_empty() && news(&room).is_empty());
}

#[test]
fn after_the_end_nothing_of_a_plugin_is_awaited_or_told() {
    let mut room = room(&[5_000, 5_000]);
    room.connect();
    room.run_for(10);
    room.call(Command::Disconnect);
    room.assert_over();
    assert_eq!(room.plugins[2..], [PluginAction::Dispose(0), PluginAction::Dispose(1)]);
    room.give(Incoming::Plugin(Load(1), 0, Loaded::Ready));
    assert!(news(&room).is_empty());
    // A new session loads them anew, and what an older load comes to is nothing to it.
    room.connect();
    room.run_for(10);
    room.give(Incoming::Plugin(Load(1), 0, Loaded::Ready));
    assert!(news(&room).is_empty());
    room.give(Incoming::Plugin(Load(2), 0, Loaded::Ready));
    assert_eq!(news(&room).len(), 1);
}

#[test]
fn a_reconnect_loads_nothing_again() {
    let mut room = room(&[5_000]);
    room.connect();
    room.run_for(10);
    room.give(Incoming::Plugin(Load(1), 0, Loaded::Ready));
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 60_000);
    room.run_for(1_000);
    assert_eq!(room.plugins.len(), 1);
}
