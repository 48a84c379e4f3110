//! Regions: which is tried when, what each failure leads to, whom a token is sent to, and what the error says.

// Clippy takes the functions of an integration test that are no `#[test]` for production code.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::expect_used)]

mod common;

use common::regions::{CLOUD, ONE, THREE, TWO, VALIDATE, changes, connect, dialled, fetched, room, settled, three};
use common::server::OnDial;
use common::{Incoming, Room, answer};
use rejoin::engine::config::{Capabilities, Config, PolicyChoice};
use rejoin::engine::error::Code;
use rejoin::engine::io::FetchResponse;
use rejoin::engine::policy::{DefaultReconnect, ProportionalJitter};
use rejoin::engine::regions::RegionOptions;
use rejoin::engine::room::command::{Command, Reply};
use rejoin::engine::room::event::ConnectionState;
use rejoin::protocol::proto;
use rejoin::protocol::signal::Told;

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
    let busy = FetchResponse { status: 429, retry_after_ms: Some(4_000.0), ..Default::default() };
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
fn a_region_that_asks_for_a_pause_does_not_hold_up_the_next_one() {
    for retry_after_ms in [20_000.0, -1.0] {
        let mut room = three();
        connect(&mut room, ONE);
        room.run_for(60_000);
        room.forget();
        room.server.places = vec![(ONE.into(), OnDial::Refuse)];
        let busy = FetchResponse { status: 503, retry_after_ms: Some(retry_after_ms), ..Default::default() };
        room.answers = vec![(VALIDATE.into(), Some(Ok(busy)))];
        room.tell(Told::Leave(proto::LeaveRequest {
            action: proto::leave_request::Action::Reconnect as i32,
            reason: proto::DisconnectReason::Migration as i32,
            ..Default::default()
        }));
        room.run_until(ConnectionState::Connected, 1_000);
        assert_eq!(dialled(&room), [ONE, TWO]);
    }
}

#[test]
fn the_error_names_the_region_whose_word_is_final() {
    for (status, retry_after_ms) in [(401, None), (429, Some(60_000.0))] {
        let mut room = three();
        room.server.places = [ONE, TWO].map(|url| (url.into(), OnDial::Refuse)).to_vec();
        let last = FetchResponse { status, retry_after_ms, ..Default::default() };
        room.answers = vec![(VALIDATE.into(), answer(503, "")), ("https://two.example".into(), Some(Ok(last)))];
        let call = connect(&mut room, ONE);
        settled(&mut room, call);
        let error = room.error(call);
        assert_eq!(error.status, Some(status));
        assert!(error.message.contains(ONE) && error.message.contains(TWO), "{error}");
    }
}

#[test]
fn a_wrong_token_is_shown_to_one_region_only() {
    let mut room = three();
    room.server.places = vec![(ONE.into(), OnDial::Refuse)];
    room.answers = vec![(VALIDATE.into(), answer(401, ""))];
    let call = connect(&mut room, ONE);
    assert_eq!((room.error(call).code, dialled(&room)), (Code::NotAllowed, vec![ONE]));
}

#[test]
fn a_server_without_regions_keeps_the_time_that_the_app_gives_it() {
    let mut room = room(RegionOptions::default());
    room.server.places = vec![(ONE.into(), OnDial::Stall)];
    connect(&mut room, ONE);
    room.run_for(14_000);
    assert_eq!((room.closed.len(), room.fetches.len()), (0, 0));
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
fn a_reconnect_goes_from_resume_to_full_to_the_next_region_and_never_back() {
    let mut room = three();
    connect(&mut room, ONE);
    room.server.places = [ONE, TWO].map(|url| (url.into(), OnDial::Refuse)).to_vec();
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 300_000);
    // Two resumes and one full reconnect where the session was, then the list.
    assert_eq!(dialled(&room), [ONE, ONE, ONE, ONE, TWO, THREE]);
    let delays: Vec<_> = room.reconnecting().iter().map(|facts| facts.delay_ms).collect();
    assert!(delays.iter().all(|delay| *delay > 0.0), "{delays:?}");
    assert!(delays[3..].iter().all(|delay| *delay <= 250.0), "a hop keeps the client's own spread: {delays:?}");
    // The next loss begins where the session is.
    room.drop_socket(1006);
    room.run_until(ConnectionState::Connected, 60_000);
    assert_eq!(dialled(&room).last(), Some(&THREE));
}

#[test]
fn after_a_round_in_vain_the_policy_is_waited_for_and_a_policy_of_the_apps_own_for_each_region() {
    let urls = [ONE, TWO, THREE].map(String::from).to_vec();
    let table = ProportionalJitter { delays_ms: vec![1_000.0; 20], jitter: 0.0 };
    for (policy, at_once) in
        [(PolicyChoice::Default(DefaultReconnect::default()), true), (PolicyChoice::Table(table), false)]
    {
        let regions = RegionOptions { urls: urls.clone(), ..Default::default() };
        let config = Config { regions, policy, ..Config::default() };
        let mut room = Room::with(config, Capabilities { rtc: true, offer_with_join: true });
        connect(&mut room, ONE);
        room.server.places = [ONE, TWO, THREE].map(|url| (url.into(), OnDial::Refuse)).to_vec();
        room.drop_socket(1006);
        while room.dials.len() < 7 {
            room.run_for(10);
        }
        assert_eq!(dialled(&room)[3..6], [ONE, TWO, THREE]);
        let facts = room.reconnecting();
        let delays: Vec<_> = facts[3..6].iter().map(|facts| facts.delay_ms).collect();
        assert_eq!(
            delays.iter().map(|delay| *delay <= 250.0).collect::<Vec<_>>(),
            [at_once, at_once, false],
            "{delays:?}"
        );
    }
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
