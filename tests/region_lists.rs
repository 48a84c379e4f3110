//! Lists of regions: when they are asked for and believed, how long they are good for, whom they may name.

// Clippy takes the functions of an integration test that are no `#[test]` for production code.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::regions::{CLOUD, LIST, ONE, changes, connect, dialled, fetched, list, room, settled};
use common::server::OnDial;
use common::{Incoming, Room, TOKEN, answer};
use rejoin::engine::config::ConnectOptions;
use rejoin::engine::error::Code;
use rejoin::engine::io::{FetchFailed, FetchId, FetchResponse};
use rejoin::engine::regions::{RegionOptions, Regions};
use rejoin::engine::room::command::{Command, Reply};
use rejoin::engine::room::event::ConnectionState;
use rejoin::engine::time::Millis;
use rejoin::protocol::proto;
use rejoin::protocol::regions::Region;
use rejoin::protocol::secret::Secret;
use rejoin::protocol::signal::Told;

/// Fault 16: a list that hangs, fails or is none.
#[test]
fn a_connect_never_waits_for_the_list() {
    let bodies = [None, answer(500, ""), answer(200, "<html>"), answer(200, r#"{"regions":null}"#)];
    for list in bodies {
        let mut room = room(RegionOptions::default());
        room.answers = vec![(LIST.into(), list.clone())];
        let call = connect(&mut room, CLOUD);
        assert_eq!(room.result(call), Some(&Ok(Reply::Done)), "{list:?}");
        assert_eq!(fetched(&room), [LIST]);
        assert_eq!(room.fetches[0].bearer, Some(Secret::new(TOKEN)));
        assert_eq!((room.fetches[0].timeout_ms, room.fetches[0].max_bytes), (2_000, 65_536));
    }
}

#[test]
fn a_list_that_comes_while_a_socket_hangs_is_used() {
    let mut room = room(RegionOptions::default());
    room.server.places = vec![(CLOUD.into(), OnDial::Stall)];
    room.answers = vec![(LIST.into(), None), ("https://eu".into(), answer(200, "OK"))];
    let call = connect(&mut room, CLOUD);
    room.run_for(1_600);
    let id = room.asking[0];
    let response = FetchResponse { status: 200, body: list(&["us", "eu"]), ..Default::default() };
    room.answers.push(("https://us".into(), None));
    room.give(Incoming::Fetch(id, Ok(response)));
    let ms = 1_600 + settled(&mut room, call);
    assert!((3_000..=3_500).contains(&ms), "{ms}");
    assert_eq!(dialled(&room), [CLOUD, "wss://eu.livekit.cloud"], "the one whose probe was answered");
    assert_eq!(changes(&room)[0].region.name, "eu");
}

/// A room whose first dial is refused while the list is on its way, and the id of the request for it.
fn refused_before_the_list(max_retries: u32) -> (Room, u32, FetchId) {
    let mut room = room(RegionOptions::default());
    room.server.places = vec![(CLOUD.into(), OnDial::Refuse)];
    room.answers = vec![(LIST.into(), None)];
    let options = ConnectOptions { max_retries, ..Default::default() };
    let call = room.call(Command::Connect { url: CLOUD.into(), token: Secret::new(TOKEN), options });
    let id = room.asking[0];
    assert_eq!((dialled(&room), room.result(call)), (vec![CLOUD], None));
    (room, call, id)
}

#[test]
fn a_list_that_comes_after_the_first_region_refused_is_followed_at_once() {
    for max_retries in [0, 1, 5] {
        let (mut room, call, id) = refused_before_the_list(max_retries);
        room.run_for(100);
        let response = FetchResponse { status: 200, body: list(&["app", "eu"]), ..Default::default() };
        room.give(Incoming::Fetch(id, Ok(response)));
        assert_eq!(room.result(call), Some(&Ok(Reply::Done)), "it took time");
        assert_eq!(dialled(&room), [CLOUD, "wss://eu.livekit.cloud"], "the one that refused is not asked again");
        assert_eq!(changes(&room)[0].region.name, "eu");
    }
}

#[test]
fn a_list_that_never_comes_does_not_hide_why_the_connect_failed() {
    for (answer, after) in
        [(Err(FetchFailed), 0), (Ok(FetchResponse { status: 200, body: list(&["app"]), ..Default::default() }), 1_900)]
    {
        let (mut room, call, id) = refused_before_the_list(0);
        room.run_for(after);
        assert_eq!(room.result(call), None, "the list may still come");
        room.give(Incoming::Fetch(id, answer));
        assert_eq!(room.error(call).code, Code::ServerUnreachable);
        assert_eq!((dialled(&room), room.state()), (vec![CLOUD], ConnectionState::Disconnected));
    }
    let (mut room, call, id) = refused_before_the_list(1);
    room.give(Incoming::Fetch(id, Err(FetchFailed)));
    assert_eq!(room.result(call), None, "the retry is still to come");
    settled(&mut room, call);
    assert_eq!(dialled(&room), [CLOUD, CLOUD]);
}

#[test]
fn a_quota_is_waited_for_also_when_a_list_comes() {
    let mut room = room(RegionOptions::default());
    room.server.places = vec![(CLOUD.into(), OnDial::Refuse)];
    room.answers = vec![(LIST.into(), None)];
    room.validate = Some(Ok(FetchResponse { status: 429, retry_after_ms: Some(2_000.0), ..Default::default() }));
    let call = connect(&mut room, CLOUD);
    let id = room.asking[0];
    room.give(Incoming::Fetch(id, Ok(FetchResponse { status: 200, body: list(&["eu"]), ..Default::default() })));
    room.run_for(1_900);
    assert_eq!((dialled(&room), room.result(call)), (vec![CLOUD], None));
    room.server.places.clear();
    settled(&mut room, call);
    assert_eq!(dialled(&room), [CLOUD, CLOUD]);
}

#[test]
fn a_list_that_comes_after_a_reconnect_was_refused_is_followed_with_the_spread_that_it_had() {
    let mut room = room(RegionOptions::default());
    room.answers = vec![(LIST.into(), Some(Err(FetchFailed)))];
    connect(&mut room, CLOUD);
    room.run_for(40_000);
    room.answers = vec![(LIST.into(), None)];
    room.server.places = vec![(CLOUD.into(), OnDial::Refuse)];
    room.tell(Told::Leave(proto::LeaveRequest {
        action: proto::leave_request::Action::Reconnect as i32,
        reason: proto::DisconnectReason::ServerShutdown as i32,
        ..Default::default()
    }));
    let start = room.now;
    while dialled(&room).len() < 2 {
        assert!(room.now.since(start) < 60_000, "nothing is dialled");
        room.run_for(10);
    }
    let id = *room.asking.last().unwrap();
    let response = FetchResponse { status: 200, body: list(&["app", "eu"]), ..Default::default() };
    room.give(Incoming::Fetch(id, Ok(response)));
    assert_eq!(dialled(&room).len(), 2, "never at 0 ms");
    room.run_until(ConnectionState::Connected, 250);
    assert_eq!(dialled(&room), [CLOUD, CLOUD, "wss://eu.livekit.cloud"]);
}

#[test]
fn without_a_list_a_hanging_socket_gets_five_seconds() {
    let mut room = room(RegionOptions::default());
    room.server.places = vec![(CLOUD.into(), OnDial::Stall)];
    room.answers = vec![(LIST.into(), Some(Err(FetchFailed)))];
    connect(&mut room, CLOUD);
    room.run_for(4_990);
    assert_eq!(room.closed.len(), 0);
    room.run_for(10);
    assert_eq!(room.closed.len(), 1);
}

#[test]
fn a_list_is_kept_and_used_stale_with_one_warning_an_hour() {
    let mut room = room(RegionOptions::default());
    room.answers = vec![(LIST.into(), answer(200, &list(&["eu"])))];
    connect(&mut room, CLOUD);
    room.call(Command::Disconnect);
    room.run_for(6_000);
    room.answers = vec![(LIST.into(), Some(Err(FetchFailed)))];
    room.server.places = vec![(CLOUD.into(), OnDial::Refuse)];
    let call = connect(&mut room, CLOUD);
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(dialled(&room).last(), Some(&"wss://eu.livekit.cloud"));
    let warned = room.logs.iter().filter(|(level, line)| *level == log::Level::Warn && line.contains("list")).count();
    assert_eq!(warned, 1, "{:?}", room.logs);
}

/// Fault 18: a list that is old at once is not asked for again and again.
#[test]
fn a_list_is_new_for_five_seconds_at_least() {
    let mut room = room(RegionOptions::default());
    let mut old = FetchResponse { status: 200, max_age_ms: Some(0), body: list(&["eu"]), ..Default::default() };
    room.answers = vec![(LIST.into(), Some(Ok(old.clone())))];
    for _ in 0..5 {
        connect(&mut room, CLOUD);
        room.call(Command::Disconnect);
    }
    assert_eq!(fetched(&room), [LIST]);
    old.max_age_ms = Some(u64::MAX);
    room.answers = vec![(LIST.into(), Some(Ok(old)))];
    room.run_for(5_000);
    connect(&mut room, CLOUD);
    room.call(Command::Disconnect);
    room.run_for(80_000_000);
    connect(&mut room, CLOUD);
    assert_eq!(fetched(&room).len(), 2);
}

/// Fault 19: what a list names is not sent a token unless the app trusts it.
#[test]
fn regions_that_are_not_trusted_are_never_dialled_and_are_told_once() {
    let mut room = room(RegionOptions::default());
    let evil =
        r#"{"regions":[{"region":"x","url":"wss://evil.example"},{"region":"y","url":"ws://eu.livekit.cloud"}]}"#;
    room.answers = vec![(LIST.into(), answer(200, evil))];
    room.server.places = vec![(CLOUD.into(), OnDial::Refuse)];
    let call = connect(&mut room, CLOUD);
    settled(&mut room, call);
    assert_eq!(dialled(&room), [CLOUD, CLOUD]);
    assert!(fetched(&room).iter().all(|url| url.starts_with("https://app.livekit.cloud/")), "{:?}", fetched(&room));
    let warned: Vec<_> = room.logs.iter().filter(|(level, _)| *level == log::Level::Warn).collect();
    assert_eq!(warned.len(), 1, "{warned:?}");
    assert!(warned[0].1.contains("evil.example"));
}

#[test]
fn an_endpoint_of_the_app_is_a_list_of_its_own() {
    let allowed_hosts = vec!["livekit.cloud".to_owned()];
    let endpoint = Some("https://app.example/regions".to_owned());
    let mut room = room(RegionOptions { endpoint, allowed_hosts, ..Default::default() });
    room.answers = vec![("https://app.example".into(), answer(200, &list(&["eu"])))];
    room.server.places = vec![(ONE.into(), OnDial::Refuse)];
    let call = connect(&mut room, ONE);
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert_eq!(dialled(&room), [ONE, "wss://eu.livekit.cloud"]);
}

#[test]
fn a_leave_that_names_regions_replaces_the_list() {
    let mut room = room(RegionOptions::default());
    room.answers = vec![(LIST.into(), answer(200, &list(&["old"])))];
    connect(&mut room, CLOUD);
    let region = |url: &str| proto::RegionInfo { region: "new".into(), url: url.into(), distance: 1 };
    let regions = vec![region("wss://evil.example"), region("wss://new.livekit.cloud")];
    room.server.places = vec![(CLOUD.into(), OnDial::Refuse)];
    room.tell(Told::Leave(proto::LeaveRequest {
        action: proto::leave_request::Action::Reconnect as i32,
        reason: proto::DisconnectReason::ServerShutdown as i32,
        regions: Some(proto::RegionSettings { regions }),
        ..Default::default()
    }));
    room.run_until(ConnectionState::Connected, 120_000);
    assert_eq!(dialled(&room), [CLOUD, CLOUD, "wss://new.livekit.cloud"]);
    assert_eq!(changes(&room)[0].region.name, "new");
    assert!(room.logs.iter().any(|(level, line)| *level == log::Level::Info && line.contains("region changed")));
}

#[test]
fn a_list_can_be_there_before_the_connect() {
    let mut room = room(RegionOptions::default());
    room.answers = vec![(LIST.into(), None)];
    let call = room.call(Command::Prepare { url: CLOUD.into(), token: Secret::new(TOKEN) });
    assert_eq!(room.result(call), None);
    let id = room.asking[0];
    let response = FetchResponse { status: 200, max_age_ms: Some(60_000), body: list(&["eu"]), ..Default::default() };
    room.give(Incoming::Fetch(id, Ok(response)));
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    room.server.places = vec![(CLOUD.into(), OnDial::Refuse)];
    let call = connect(&mut room, CLOUD);
    assert_eq!((room.result(call), fetched(&room)[0]), (Some(&Ok(Reply::Done)), LIST));
    let nothing = room.call(Command::Prepare { url: "nonsense".into(), token: Secret::new(TOKEN) });
    assert_eq!(room.result(nothing), Some(&Ok(Reply::Done)));
}

#[test]
fn the_query_of_the_apps_url_goes_along_where_a_list_names_that_server_too_and_nowhere_else() {
    let mut regions = Regions::new(RegionOptions { allowed_hosts: vec!["example.com".into()], ..Default::default() });
    regions.start(Millis(0), "wss://one.example.com/base?tenant=a").unwrap();
    assert_eq!(regions.current().query, Secret::new("tenant=a"));
    regions.replace(["wss://one.example.com", "wss://two.example.com"].map(Region::at).into());
    regions.start(Millis(1), "wss://one.example.com/base?tenant=b").unwrap();
    assert_eq!(regions.current().query, Secret::new("tenant=b"));
    regions.failed(Millis(2), "down", 1, true);
    assert!(regions.advance(Millis(2)));
    assert_eq!((regions.current().url.as_str(), regions.current().query.is_empty()), ("wss://two.example.com", true));
}
