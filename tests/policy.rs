//! Which policy decides when a session tries again, what it is told, and what becomes of its answers.

mod common;

use common::server::OnDial;
use common::{Incoming, Room, URL};
use rejoin::engine::PolicyAnswer;
use rejoin::engine::config::{Capabilities, Config, PolicyChoice};
use rejoin::engine::io::HostEvent;
use rejoin::engine::policy::{Cause, DefaultReconnect, ProportionalJitter, ReconnectContext};
use rejoin::engine::room::command::{Command, Scenario};
use rejoin::engine::room::event::{ConnectionState, ReconnectKind};
use rejoin::protocol::proto;
use rejoin::protocol::signal::Told;

const BROWSER: Capabilities = Capabilities { rtc: true, offer_with_join: true };

fn room_with(policy: PolicyChoice) -> Room {
    let mut room = Room::with(Config { policy, ..Config::default() }, BROWSER);
    room.connect();
    assert_eq!(room.state(), ConnectionState::Connected);
    room
}

fn answer(room: &mut Room, answer: PolicyAnswer) {
    let question = room.asked().0;
    room.give(Incoming::Policy(question, answer));
}

fn asked(room: &Room) -> &ReconnectContext {
    &room.asked().1
}

/// Drops the socket and comes back with the next attempt.
fn blip(room: &mut Room) {
    room.drop_socket(1006);
    answer(room, PolicyAnswer::Delay(100.0));
    room.run_until(ConnectionState::Connected, 1_000);
}

#[test]
fn a_custom_policy_is_told_everything() {
    let mut room = room_with(PolicyChoice::Custom);
    let people = ["a", "b"].map(|name| common::server::participant(name, name)).to_vec();
    room.tell(Told::Update(proto::ParticipantUpdate { participants: people }));
    room.run_for(60_000);
    room.server.next_dials([OnDial::Refuse]);
    let attempt = room.socket.take().unwrap();
    room.give(Incoming::Closed(attempt, 1012, "retry_in=1500".into()));
    let expected = ReconnectContext {
        retry_count: 0,
        elapsed_ms: 0.0,
        retry_reason: Some("the signal connection was closed with code 1012".into()),
        server_url: URL.into(),
        cause: Cause::Remote,
        num_participants: 3,
        last_delay_ms: 0.0,
        session_duration_ms: 60_000.0,
        online: true,
        hint_ms: Some(1_500.0),
    };
    assert_eq!(*asked(&room), expected);
    answer(&mut room, PolicyAnswer::Delay(700.0));
    room.run_for(700);
    let second = asked(&room);
    assert_eq!((second.retry_count, second.last_delay_ms, second.hint_ms), (1, 700.0, None));
    assert_eq!((second.elapsed_ms, second.num_participants), (700.0, 3));
    assert_ne!(second.retry_reason, expected.retry_reason);
}

#[test]
fn what_did_not_last_is_told_with_the_delay_that_it_had() {
    let mut room = room_with(PolicyChoice::Custom);
    for (n, last_delay_ms) in [0.0, 700.0, 1_400.0].into_iter().enumerate() {
        room.drop_socket(1006);
        let context = asked(&room);
        assert_eq!((context.retry_count, context.last_delay_ms), (n as u32, last_delay_ms));
        answer(&mut room, PolicyAnswer::Delay(700.0 * (n + 1) as f64));
        room.run_until(ConnectionState::Connected, 3_000);
    }
    room.run_for(30_000);
    room.drop_socket(1006);
    assert_eq!((asked(&room).retry_count, asked(&room).last_delay_ms), (0, 0.0));
}

#[test]
fn the_answer_of_a_custom_policy_is_the_delay() {
    for delay in [0.0, 250.0, 12_345.0] {
        let mut room = room_with(PolicyChoice::Custom);
        room.drop_socket(1006);
        room.dials.clear();
        answer(&mut room, PolicyAnswer::Delay(delay));
        assert_eq!(room.reconnecting().last().unwrap().delay_ms, delay);
        room.run_for((delay as u64).saturating_sub(1));
        assert_eq!(room.dials.len(), usize::from(delay == 0.0));
        room.run_for(1);
        assert_eq!(room.dials.len(), 1, "after {delay} ms");
    }
}

#[test]
fn null_gives_up_at_once_or_later() {
    let mut room = room_with(PolicyChoice::Custom);
    room.drop_socket(1006);
    answer(&mut room, PolicyAnswer::GiveUp);
    assert_eq!(room.disconnected_for(), Some(proto::DisconnectReason::UnknownReason as i32));
    room.assert_over();

    let mut room = room_with(PolicyChoice::Custom);
    room.server.next_dials([OnDial::Refuse]);
    room.drop_socket(1006);
    answer(&mut room, PolicyAnswer::Delay(10.0));
    room.run_for(10);
    answer(&mut room, PolicyAnswer::GiveUp);
    room.assert_over();
}

#[test]
fn nonsense_a_throw_and_silence_fall_back_to_the_default_and_are_logged_once() {
    let mut room = room_with(PolicyChoice::Custom);
    for nonsense in [f64::NAN, -1.0, f64::INFINITY] {
        room.drop_socket(1006);
        answer(&mut room, PolicyAnswer::Delay(nonsense));
        let delay = room.reconnecting().last().unwrap().delay_ms;
        assert!(delay > 0.0 && delay <= 4_050.0, "{delay}");
        room.run_until(ConnectionState::Connected, 5_000);
        room.run_for(31_000);
    }
    room.drop_socket(1006);
    answer(&mut room, PolicyAnswer::Failed);
    room.run_until(ConnectionState::Connected, 5_000);
    room.run_for(31_000);
    room.drop_socket(1006);
    let stale = room.questions.last().unwrap().0;
    room.run_until(ConnectionState::Connected, 10_000);
    let connected = room.events.len();
    room.give(Incoming::Policy(stale, PolicyAnswer::GiveUp));
    assert_eq!(room.events.len(), connected, "an answer that comes too late is no answer");
    let warnings = room.lines(log::Level::Warn);
    assert_eq!(warnings.iter().filter(|line| line.contains("policy")).count(), 1, "{warnings:?}");
}

#[test]
fn counts_start_again_only_after_thirty_stable_seconds() {
    let mut room = room_with(PolicyChoice::Custom);
    room.run_for(60_000);
    blip(&mut room);
    assert_eq!(asked(&room).retry_count, 0);
    for expected in 1..5 {
        room.run_for(29_000);
        blip(&mut room);
        assert_eq!(asked(&room).retry_count, expected, "a short life counts as a failed attempt");
    }
    room.run_for(30_001);
    blip(&mut room);
    assert_eq!(asked(&room).retry_count, 0);
}

#[test]
fn an_open_socket_is_no_stable_session() {
    let mut room = room_with(PolicyChoice::Custom);
    room.run_for(60_000);
    room.server.next_dials([OnDial::Mute, OnDial::Close(1006), OnDial::Serve]);
    room.drop_socket(1006);
    for expected in 0..3 {
        assert_eq!(asked(&room).retry_count, expected);
        answer(&mut room, PolicyAnswer::Delay(10.0));
        room.run_for(6_000);
    }
    assert_eq!(room.state(), ConnectionState::Connected);
}

/// Fault 49: a hint, and a negative one.
#[test]
fn a_servers_hint_is_kept_to_and_a_negative_one_ends_the_session() {
    let mut room = Room::connected();
    room.run_for(60_000);
    let attempt = room.socket.take().unwrap();
    room.give(Incoming::Closed(attempt, 1013, "retry_in=60000".into()));
    let delay = room.reconnecting().last().unwrap().delay_ms;
    assert!((60_000.0..=75_000.0).contains(&delay), "{delay}");
    room.run_until(ConnectionState::Connected, 75_001);

    let attempt = room.socket.take().unwrap();
    room.give(Incoming::Closed(attempt, 1013, "retry_in=-1".into()));
    room.assert_over();
}

#[test]
fn a_table_gives_up_past_its_end() {
    let table = ProportionalJitter { delays_ms: vec![100.0, 200.0], jitter: 0.5 };
    let mut room = room_with(PolicyChoice::Table(table));
    room.server.next_dials([OnDial::Refuse, OnDial::Refuse]);
    room.drop_socket(1006);
    room.run_for(500);
    let delays: Vec<f64> = room.reconnecting().iter().map(|facts| facts.delay_ms).collect();
    assert!((50.0..=150.0).contains(&delays[0]) && (100.0..=300.0).contains(&delays[1]), "{delays:?}");
    assert_eq!(delays.len(), 2);
    room.assert_over();
}

#[test]
fn options_of_the_default_policy_reach_its_delays() {
    let slow = DefaultReconnect { strangers: 1_000_000.0, max_first_window_ms: 60_000.0, ..Default::default() };
    let longest = (0..20).map(|seed| {
        let config = Config { policy: PolicyChoice::Default(slow.clone()), ..Config::default() };
        let mut room = Room::seeded(config, BROWSER, seed);
        room.connect();
        room.drop_socket(1006);
        room.reconnecting()[0].delay_ms
    });
    let longest = longest.fold(0.0, f64::max);
    assert!(longest > 40_000.0, "{longest}");
}

#[test]
fn the_app_decides_its_own_losses_are_local_and_no_failures() {
    let mut room = room_with(PolicyChoice::Custom);
    for kind in [Scenario::SignalReconnect, Scenario::FullReconnect, Scenario::ResumeReconnect] {
        room.call(Command::Simulate(kind));
        let context = asked(&room);
        assert_eq!((context.cause, context.retry_count), (Cause::Local, 0));
        answer(&mut room, PolicyAnswer::Delay(10.0));
        room.run_until(ConnectionState::Connected, 1_000);
    }
    assert_eq!(room.kinds(), [ReconnectKind::Resume, ReconnectKind::Full, ReconnectKind::Resume]);
}

#[test]
fn a_question_that_is_open_when_the_network_goes_is_dropped() {
    let mut room = room_with(PolicyChoice::Custom);
    room.drop_socket(1006);
    room.dials.clear();
    room.host(HostEvent::Offline);
    answer(&mut room, PolicyAnswer::Delay(0.0));
    room.run_for(60_000);
    assert_eq!(room.dials.len(), 0);
}

#[test]
fn a_custom_policy_is_told_everything_and_obeyed() {
    let config = Config { policy: PolicyChoice::Custom, ..Default::default() };
    let mut room = Room::with(config, BROWSER);
    room.connect();
    room.run_for(40_000);
    room.drop_socket(1012);
    let (question, context) = room.questions[0].clone();
    assert_eq!(context.retry_count, 0);
    assert_eq!(context.cause, Cause::Remote);
    assert_eq!(context.server_url, URL);
    assert_eq!((context.num_participants, context.online), (1, true));
    assert_eq!(context.session_duration_ms, 40_000.0);
    assert!(context.retry_reason.unwrap().contains("1012"));
    room.forget();
    room.give(Incoming::Policy(question, PolicyAnswer::Delay(1_234.0)));
    assert_eq!(room.run_until(ConnectionState::Connected, 5_000), 1_234);
    room.drop_socket(1012);
    let (question, _) = room.questions[1].clone();
    room.give(Incoming::Policy(question, PolicyAnswer::GiveUp));
    room.assert_over();
}

#[test]
fn a_custom_policy_that_answers_nonsense_or_nothing_is_replaced_and_told_once() {
    let config = Config { policy: PolicyChoice::Custom, ..Default::default() };
    for answer in [Some(PolicyAnswer::Failed), Some(PolicyAnswer::Delay(f64::NAN)), None] {
        let mut room = Room::with(config.clone(), BROWSER);
        room.connect();
        for _ in 0..2 {
            room.drop_socket(1006);
            let (question, _) = room.questions.last().unwrap().clone();
            if let Some(answer) = answer {
                room.give(Incoming::Policy(question, answer));
            }
            room.run_until(ConnectionState::Connected, 30_000);
            room.run_for(40_000);
        }
        let about_policy = |line: &&&str| line.contains("policy");
        assert_eq!(room.lines(log::Level::Warn).iter().filter(about_policy).count(), 1, "{answer:?}");
    }
}
