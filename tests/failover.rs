//! Regions: which is tried when, what each failure leads to, whom a token is sent to, and what the error says.

// Clippy takes the functions of an integration test that are no `#[test]` for production code.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::server::OnDial;
use common::{Incoming, Room, TOKEN, answer};
use rejoin::engine::config::{Capabilities, Config, ConnectOptions};
use rejoin::engine::error::Code;
use rejoin::engine::io::FetchResponse;
use rejoin::engine::regions::RegionOptions;
use rejoin::engine::room::command::{Command, Reply};
use rejoin::engine::room::event::{ConnectionState, Event, RegionChange};
use rejoin::protocol::proto;
use rejoin::protocol::secret::Secret;
use rejoin::protocol::signal::Told;

const ONE: &str = "wss://one.example";
const TWO: &str = "wss://two.example";
const THREE: &str = "wss://three.example";
const CLOUD: &str = "wss://app.livekit.cloud";
const LIST: &str = "https://app.livekit.cloud/settings/regions";
const VALIDATE: &str = "https://one.example/rtc";

fn room(regions: RegionOptions) -> Room {
    let config = Config { regions, ..Config::default() };
    Room::with(config, Capabilities { rtc: true, offer_with_join: true })
}

/// The app names three servers itself: a list at hand.
fn three() -> Room {
    let urls = [ONE, TWO, THREE].map(String::from).to_vec();
    room(RegionOptions { urls, ..Default::default() })
}

fn connect(room: &mut Room, url: &str) -> u32 {
    let options = ConnectOptions::default();
    room.call(Command::Connect { url: url.into(), token: Secret::new(TOKEN), options })
}

fn dialled(room: &Room) -> Vec<&str> {
    room.dials.iter().map(|dial| dial.server_url.as_str()).collect()
}

fn fetched(room: &Room) -> Vec<&str> {
    room.fetches.iter().map(|fetch| fetch.url.reveal().split('?').next().unwrap()).collect()
}

fn changes(room: &Room) -> Vec<&RegionChange> {
    let mut all = Vec::new();
    for event in &room.events {
        if let Event::RegionChanged(change) = event {
            all.push(&**change);
        }
    }
    all
}

fn list(names: &[&str]) -> String {
    let entry = |name: &&str| format!(r#"{{"region":"{name}","url":"wss://{name}.livekit.cloud","distance":"1"}}"#);
    format!(r#"{{"regions":[{}]}}"#, names.iter().map(entry).collect::<Vec<_>>().join(","))
}

/// Runs until the call is settled; says after how many milliseconds.
fn settled(room: &mut Room, call: u32) -> u64 {
    let start = room.now;
    while room.result(call).is_none() {
        assert!(room.now.since(start) < 60_000, "nothing comes of it");
        room.run_for(10);
    }
    room.now.since(start)
}

/// Fault 6: refused or 5xx on the upgrade.
#[test]
fn a_region_that_refuses_or_fails_is_left_at_once() {
    for why in [None, answer(502, ""), answer(503, "")] {
        let mut room = three();
        room.server.places = vec![(ONE.into(), OnDial::Refuse)];
        room.validate = why.or(Some(Err(rejoin::engine::io::FetchFailed)));
        let call = connect(&mut room, ONE);
        assert_eq!(room.result(call), Some(&Ok(Reply::Done)), "it took time");
        assert_eq!(dialled(&room), [ONE, TWO]);
        let change = changes(&room)[0];
        assert_eq!((change.previous.url.as_str(), change.region.url.as_str()), (ONE, TWO));
        assert_eq!(room.logs.iter().filter(|(level, _)| *level <= log::Level::Warn).count(), 0, "{:?}", room.logs);
    }
}

/// Fault 4: a black hole, with a list at hand.
#[test]
fn a_black_hole_is_left_after_three_seconds_for_the_region_that_answered_its_probe() {
    let mut room = three();
    room.server.places = vec![(ONE.into(), OnDial::Stall)];
    room.answers = vec![("https://two".into(), None), ("https://three".into(), answer(200, "OK"))];
    let call = connect(&mut room, ONE);
    let ms = settled(&mut room, call);
    println!("joined {ms} ms after a black hole");
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    assert!((3_000..=3_500).contains(&ms), "{ms}");
    assert_eq!(dialled(&room), [ONE, THREE]);
    assert_eq!(fetched(&room), ["https://two.example/", "https://three.example/"]);
    for probe in &room.fetches {
        assert!(probe.bearer.is_none() && !probe.url.reveal().contains("eyJ"), "a probe carries a token");
    }
    assert!(room.asking.is_empty(), "a probe goes on after the race");
}

#[test]
fn a_region_that_opens_in_time_is_joined_without_any_probe() {
    let mut room = three();
    room.server.places = vec![(ONE.into(), OnDial::Stall)];
    let call = connect(&mut room, ONE);
    room.run_for(900);
    room.server.places.clear();
    let attempt = room.socket.unwrap();
    room.give(Incoming::Open(attempt));
    room.run_for(200);
    assert!(room.fetches.is_empty() && room.result(call).is_none());
}

/// Fault 7: TLS that stalls looks like a black hole; a socket that opens and says nothing.
#[test]
fn a_region_that_opens_and_says_nothing_is_left_after_five_seconds() {
    let mut room = three();
    room.server.places = vec![(ONE.into(), OnDial::Mute)];
    let call = connect(&mut room, ONE);
    let ms = settled(&mut room, call);
    assert!((5_000..=5_500).contains(&ms), "{ms}");
    assert_eq!((dialled(&room), room.closed[0].0), (vec![ONE, TWO], 4001));
}

/// Fault 5: nothing but black holes.
#[test]
fn when_no_region_answers_the_error_names_them_all_within_the_budget() {
    let mut room = three();
    room.server.places = [ONE, TWO, THREE].map(|url| (url.into(), OnDial::Stall)).to_vec();
    room.validate = None;
    let call = connect(&mut room, ONE);
    let ms = settled(&mut room, call);
    assert!(ms <= 15_000, "{ms}");
    let error = room.error(call);
    println!("{error}");
    assert_eq!(error.code, Code::Timeout);
    for url in [ONE, TWO, THREE] {
        assert!(error.message.contains(&format!("{url} for ")), "{error}");
    }
    room.assert_over();
    assert!(room.asking.is_empty(), "a fetch is left");
}

#[test]
fn all_regions_that_refuse_are_tried_once_in_a_round() {
    let mut room = three();
    room.server.places = [ONE, TWO, THREE].map(|url| (url.into(), OnDial::Refuse)).to_vec();
    let call = connect(&mut room, TWO);
    settled(&mut room, call);
    // The first round begins where the app says; then comes the one retry.
    assert_eq!(dialled(&room)[..3], [TWO, ONE, THREE]);
    let mut again = dialled(&room)[3..].to_vec();
    again.sort_unstable();
    assert_eq!(again, [ONE, THREE, TWO]);
    assert_eq!(room.error(call).code, Code::ServerUnreachable);
}

/// Fault 8: quota; no other region helps.
#[test]
fn a_quota_is_no_reason_to_go_elsewhere() {
    let mut room = three();
    room.server.next_dials([OnDial::Refuse]);
    let busy = FetchResponse { status: 429, retry_after_ms: Some(4_000), ..Default::default() };
    room.validate = Some(Ok(busy));
    let call = connect(&mut room, ONE);
    let ms = settled(&mut room, call);
    assert!((4_000..=5_000).contains(&ms), "{ms}");
    assert_eq!((dialled(&room), room.result(call)), (vec![ONE, ONE], Some(&Ok(Reply::Done))));
}

#[test]
fn a_token_that_is_pinned_to_another_region_finds_it() {
    let mut room = three();
    room.server.places = [ONE, TWO].map(|url| (url.into(), OnDial::Refuse)).to_vec();
    room.validate = answer(403, "");
    let call = connect(&mut room, ONE);
    assert_eq!((dialled(&room), room.result(call)), (vec![ONE, TWO, THREE], Some(&Ok(Reply::Done))));
    let mut nowhere = three();
    nowhere.server.places = [ONE, TWO, THREE].map(|url| (url.into(), OnDial::Refuse)).to_vec();
    nowhere.validate = answer(403, "");
    let call = connect(&mut nowhere, ONE);
    assert_eq!((nowhere.error(call).code, nowhere.dials.len()), (Code::NotAllowed, 3), "each once, no retry");
}

#[test]
fn a_wrong_token_is_shown_to_one_region_only() {
    let mut room = three();
    room.server.places = vec![(ONE.into(), OnDial::Refuse)];
    room.answers = vec![(VALIDATE.into(), answer(401, ""))];
    let call = connect(&mut room, ONE);
    assert_eq!((room.error(call).code, dialled(&room)), (Code::NotAllowed, vec![ONE]));
}

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

#[test]
fn without_a_list_a_hanging_socket_gets_five_seconds() {
    let mut room = room(RegionOptions::default());
    room.server.places = vec![(CLOUD.into(), OnDial::Stall)];
    room.answers = vec![(LIST.into(), Some(Err(rejoin::engine::io::FetchFailed)))];
    connect(&mut room, CLOUD);
    room.run_for(4_990);
    assert_eq!(room.closed.len(), 0);
    room.run_for(10);
    assert_eq!(room.closed.len(), 1);
}

#[test]
fn a_server_without_regions_keeps_the_time_that_the_app_gives_it() {
    let mut room = room(RegionOptions::default());
    room.server.places = vec![(ONE.into(), OnDial::Stall)];
    connect(&mut room, ONE);
    room.run_for(14_000);
    assert_eq!((room.closed.len(), room.fetches.len()), (0, 0));
}

#[test]
fn a_list_is_kept_and_used_stale_with_one_warning_an_hour() {
    let mut room = room(RegionOptions::default());
    room.answers = vec![(LIST.into(), answer(200, &list(&["eu"])))];
    connect(&mut room, CLOUD);
    room.call(Command::Disconnect);
    room.run_for(6_000);
    room.answers = vec![(LIST.into(), Some(Err(rejoin::engine::io::FetchFailed)))];
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

/// Fault 21: the server's own words about where to go.
#[test]
fn an_alternative_url_is_followed_to_trusted_hosts_only() {
    for (url, then) in [("wss://b.livekit.cloud", "wss://b.livekit.cloud"), ("wss://evil.example", CLOUD)] {
        let mut room = room(RegionOptions::default());
        let join = proto::JoinResponse { alternative_url: url.into(), ..Default::default() };
        room.server.next_dials([OnDial::Say(vec![Told::Join(join)])]);
        let call = connect(&mut room, CLOUD);
        settled(&mut room, call);
        assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
        assert_eq!(dialled(&room), [CLOUD, then]);
    }
    let mut circle = room(RegionOptions::default());
    let join = proto::JoinResponse { alternative_url: CLOUD.into(), ..Default::default() };
    circle.server.places = vec![(CLOUD.into(), OnDial::Say(vec![Told::Join(join)]))];
    let call = connect(&mut circle, CLOUD);
    settled(&mut circle, call);
    assert_eq!((circle.error(call).code, circle.dials.len()), (Code::ServerUnreachable, 2));
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
fn a_reconnect_goes_from_resume_to_full_to_the_next_region_and_never_back() {
    let mut room = three();
    connect(&mut room, ONE);
    room.server.places = [ONE, TWO].map(|url| (url.into(), OnDial::Refuse)).to_vec();
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 300_000);
    // Two resumes and one full reconnect where the session was, then the list.
    assert_eq!(dialled(&room), [ONE, ONE, ONE, ONE, TWO, THREE]);
    let delays: Vec<_> = room.reconnecting().iter().map(|facts| facts.delay_ms).collect();
    assert!(delays.iter().all(|delay| *delay > 0.0), "a hop keeps the client's own spread: {delays:?}");
    // The next loss begins where the session is.
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 60_000);
    assert_eq!(dialled(&room).last(), Some(&THREE));
}

#[test]
fn nobody_is_probed_while_everybody_is_on_the_way_back() {
    let mut room = three();
    connect(&mut room, ONE);
    room.server.places = vec![(ONE.into(), OnDial::Stall)];
    room.drop_socket(1012);
    room.run_until(ConnectionState::Connected, 300_000);
    assert!(!fetched(&room).iter().any(|url| url.ends_with(".example/")), "{:?}", fetched(&room));
}

#[test]
fn what_failed_lately_comes_last_for_ten_minutes() {
    let mut room = three();
    room.server.places = vec![(ONE.into(), OnDial::Refuse)];
    connect(&mut room, ONE);
    room.call(Command::Disconnect);
    room.server.places.clear();
    connect(&mut room, ONE);
    assert_eq!(dialled(&room), [ONE, TWO, TWO]);
    room.call(Command::Disconnect);
    room.run_for(600_000);
    connect(&mut room, ONE);
    assert_eq!(dialled(&room).last(), Some(&ONE));
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

/// Fault 45: a token without TLS to another machine.
#[test]
fn without_tls_nothing_is_dialled_unless_the_app_says_so() {
    let mut room = room(RegionOptions::default());
    let call = connect(&mut room, "ws://rooms.example");
    assert_eq!((room.error(call).code, room.dials.len()), (Code::InvalidArgument, 0));
    let mut told = self::room(RegionOptions { allow_insecure: true, ..Default::default() });
    let call = connect(&mut told, "ws://rooms.example");
    assert_eq!(told.result(call), Some(&Ok(Reply::Done)));
}
