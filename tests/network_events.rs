//! Offline, online, wake-up and the app's own impatience.

mod common;

use common::server::OnDial;
use common::{Incoming, Room};
use rejoin::engine::config::{Capabilities, Config, PolicyChoice};
use rejoin::engine::io::HostEvent;
use rejoin::engine::policy::{Cause, DefaultReconnect, ProportionalJitter};
use rejoin::engine::room::command::{Command, Reply};
use rejoin::engine::room::event::{ConnectionState, ReconnectKind};
use rejoin::protocol::proto::{self, DisconnectReason};
use rejoin::protocol::signal::Told;

/// A room whose socket is gone and whose next dials are refused.
fn lost(refusals: usize) -> Room {
    let mut room = Room::connected();
    room.run_for(60_000);
    room.server.next_dials(vec![OnDial::Refuse; refusals]);
    room.forget();
    room.drop_socket(1006);
    room
}

#[test]
fn offline_closes_nothing() {
    let mut room = Room::connected();
    room.host(HostEvent::Offline);
    room.run_for(10 * 60_000);
    assert_eq!((room.state(), room.closed.len()), (ConnectionState::Connected, 0));
}

/// Fault 25: an hour without a network.
#[test]
fn while_offline_nothing_is_tried_and_the_app_is_told() {
    let mut room = Room::connected();
    room.host(HostEvent::Offline);
    room.forget();
    room.drop_socket(1006);
    let facts = room.reconnecting();
    assert_eq!((facts.len(), facts[0].cause, facts[0].delay_ms), (1, Cause::Local, f64::INFINITY));
    room.run_for(60 * 60_000);
    assert_eq!((room.dials.len(), room.state()), (0, ConnectionState::SignalReconnecting));
    room.host(HostEvent::Online);
    room.run_until(ConnectionState::Connected, 250);
    assert_eq!(room.dials.len(), 1);
    assert_eq!(room.states(), [ConnectionState::SignalReconnecting, ConnectionState::Connected], "one episode");
}

/// A host tells a room of its network from a connect to the end of its session: nobody tells of the return in between.
#[test]
fn what_a_session_heard_of_the_network_is_no_word_on_the_next_one() {
    let mut room = Room::connected();
    room.host(HostEvent::Offline);
    room.call(Command::Disconnect);
    room.connect();
    room.forget();
    room.drop_socket(1006);
    assert!(room.reconnecting()[0].delay_ms.is_finite());
    room.run_until(ConnectionState::Connected, 5_000);
    // Nor does a first connect do without its retry.
    room.host(HostEvent::Offline);
    room.call(Command::Disconnect);
    room.server.next_dials([OnDial::Refuse]);
    let call = room.connect();
    room.run_for(2_000);
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
}

#[test]
fn going_offline_stops_an_attempt_that_waits() {
    let mut room = lost(0);
    assert!(room.reconnecting()[0].delay_ms.is_finite());
    room.host(HostEvent::Offline);
    room.host(HostEvent::Offline);
    assert_eq!((room.reconnecting().len(), room.reconnecting()[1].delay_ms), (2, f64::INFINITY), "told once");
    room.run_for(60_000);
    assert_eq!(room.dials.len(), 0);
}

/// Fault 29: `resume` and `pageshow` are heeded.
#[test]
fn the_networks_return_is_tried_at_once_and_then_a_second_apart() {
    for event in [HostEvent::Online, HostEvent::Resume, HostEvent::PageShow, HostEvent::NetworkChange] {
        let mut room = lost(10);
        room.run_for(30_000);
        let mut dials = vec![];
        for _ in 0..30 {
            let before = room.dials.len();
            room.host(event);
            room.run_for(100);
            if room.dials.len() > before {
                dials.push(room.now);
            }
        }
        let first = dials[0];
        assert!(dials.len() >= 2, "{event:?}: {dials:?}");
        assert!(dials.windows(2).all(|pair| pair[1].since(pair[0]) >= 900), "{event:?}: {dials:?}");
        assert!(room.now.since(first) >= 2_000, "{event:?} was not tried at once");
    }
}

#[test]
fn reconnect_now_does_not_wait_for_the_policy() {
    let mut room = lost(0);
    let attempt = room.reconnecting()[0].delay_ms;
    let call = room.call(Command::ReconnectNow);
    assert_eq!(room.result(call), Some(&Ok(Reply::Done)));
    let taken = room.run_until(ConnectionState::Connected, 300);
    assert!(taken <= 250 && (taken as f64) <= attempt.ceil(), "{taken} of {attempt}");
}

#[test]
fn reconnect_now_does_not_wait_for_the_last_attempt_of_the_policy() {
    let mut room = lost(1);
    while room.dials.is_empty() {
        room.run_for(1);
    }
    room.call(Command::ReconnectNow);
    let taken = room.run_until(ConnectionState::Connected, 300);
    assert!(taken <= 250, "{taken}");
}

/// A room whose sixth attempt is on its way. Nothing answers it yet.
fn underway() -> Room {
    let mut room = lost(5);
    room.server.next_dials([OnDial::Stall]);
    while room.dials.len() < 6 {
        room.run_for(1);
    }
    room.run_for(1_000);
    room.forget();
    room
}

/// Fault 24: who wishes for an attempt while one is on its way gets the next, should that one fail.
#[test]
fn what_is_wished_for_during_an_attempt_that_fails_does_not_wait_for_the_policy() {
    let wishes: [fn(&mut Room); 3] = [
        |room| {
            room.call(Command::ReconnectNow);
        },
        |room| room.host(HostEvent::Online),
        |room| room.host(HostEvent::NetworkChange),
    ];
    for wish in wishes {
        let mut room = underway();
        wish(&mut room);
        assert_eq!(room.dials.len(), 0, "one attempt at a time");
        room.drop_socket(1006);
        let taken = room.run_until(ConnectionState::Connected, 300);
        assert!(taken <= 251, "{taken}");
        assert_eq!(room.reconnecting().len(), 1, "it is told of once, as it will be");
    }
    let mut room = underway();
    room.drop_socket(1006);
    assert!(room.reconnecting()[0].delay_ms > 300.0, "{:?}: this tells the two apart", room.reconnecting());
}

/// A room that waits for the second attempt to resume, which the server will turn down for a new session.
fn to_be_turned_down(policy: PolicyChoice, seed: u8) -> Room {
    let config = Config { policy, ..Config::default() };
    let mut room = Room::seeded(config, Capabilities { rtc: true, offer_with_join: true }, seed);
    room.connect();
    room.server.next_dials([OnDial::Refuse]);
    room.forget();
    room.drop_socket(1006);
    let action = proto::leave_request::Action::Reconnect as i32;
    let leave = proto::LeaveRequest { action, reason: DisconnectReason::StateMismatch as i32, ..Default::default() };
    room.server.next_dials([OnDial::Say(vec![Told::Leave(leave)])]);
    while room.dials.is_empty() {
        room.run_for(1);
    }
    room.forget();
    room
}

/// Fault 24: the new session that the server wants instead of a resume is what was wished for.
#[test]
fn what_is_wished_for_is_not_over_with_a_resume_that_the_server_turns_down() {
    let wishes: [fn(&mut Room); 2] = [
        |room| {
            room.call(Command::ReconnectNow);
        },
        |room| {
            room.run_for(1_000);
            room.host(HostEvent::Online);
        },
    ];
    let table = || PolicyChoice::Table(ProportionalJitter::default());
    for wish in wishes {
        let mut room = to_be_turned_down(table(), 5);
        wish(&mut room);
        let taken = room.run_until(ConnectionState::Connected, 600);
        assert!(taken <= 502, "{taken}");
        assert_eq!(room.dials.len(), 2, "a resume and a full reconnect");
    }
    // A table says when, and so does an app's own policy, where nobody wished for anything.
    let mut room = to_be_turned_down(table(), 5);
    room.run_until(ConnectionState::Connected, 60_000);
    let facts = room.reconnecting();
    assert!(facts.iter().all(|facts| facts.kind == ReconnectKind::Full && facts.delay_ms >= 1_000.0), "{facts:?}");
}

/// Who comes when his turn is, and is told that this server has to be joined anew, does not queue a second time.
#[test]
fn the_default_policy_has_no_second_queue_for_whom_the_server_turns_down() {
    for seed in 0..40 {
        let mut room = to_be_turned_down(PolicyChoice::Default(DefaultReconnect::default()), seed);
        room.run_until(ConnectionState::Reconnecting, 60_000);
        let told = room.reconnecting();
        assert_eq!((told.len(), told[0].kind, told[0].cause), (1, ReconnectKind::Full, Cause::Remote), "seed {seed}");
        assert!(told[0].delay_ms > 0.0 && told[0].delay_ms <= 250.0, "seed {seed}: {told:?}");
    }
}

#[test]
fn reconnect_now_means_nothing_to_a_room_that_is_connected_or_left() {
    let mut room = Room::connected();
    room.forget();
    room.call(Command::ReconnectNow);
    assert_eq!((room.state(), room.events.len()), (ConnectionState::Connected, 0));
    room.call(Command::Disconnect);
    room.call(Command::ReconnectNow);
    room.assert_over();
}

#[test]
fn a_large_rooms_return_is_spread_like_its_local_loss() {
    let people = |n: u32| (0..n).map(|n| common::server::participant(&format!("p{n}"), &format!("PA_{n}"))).collect();
    let delays: Vec<f64> = (0..40)
        .map(|seed| {
            let mut room = Room::seeded(
                Default::default(),
                rejoin::engine::config::Capabilities { rtc: true, offer_with_join: true },
                seed,
            );
            room.server.join.other_participants = people(2_000);
            room.connect();
            room.host(HostEvent::Offline);
            room.drop_socket(1006);
            room.host(HostEvent::Online);
            room.reconnecting().last().unwrap().delay_ms
        })
        .collect();
    let longest = delays.iter().copied().fold(0.0, f64::max);
    assert!((1_000.0..=2_050.0).contains(&longest), "{delays:?}");
}

/// Fault 50: how wide the window is.
#[test]
fn several_rooms_on_a_page_share_one_window() {
    let mut room = Room::connected();
    room.session.set_elsewhere(1_099);
    room.server.next_dials([OnDial::Refuse]);
    room.drop_socket(1006);
    // 1 100 participants are 10.8 s of joins, and a retry takes at least a fifth of that.
    room.run_for(11_051);
    assert!(room.reconnecting()[1].delay_ms >= 2_160.0, "{:?}", room.reconnecting());
}

#[test]
fn a_host_that_slept_through_an_outage_tries_at_once_and_has_not_given_up() {
    let mut room = lost(3);
    room.run_for(5_000);
    room.sleep(8 * 60 * 60_000);
    assert_eq!(room.disconnected_for(), None);
    room.run_until(ConnectionState::Connected, 30_000);
}

/// Fault 26: an hour of sleep.
#[test]
fn a_wake_up_finds_a_dead_socket_and_reconnects_once() {
    let mut room = Room::connected();
    room.run_for(60_000);
    room.forget();
    room.server.pongs = false;
    room.sleep(60 * 60_000);
    room.run_for(4_999);
    room.server.pongs = true;
    room.run_for(10_000);
    assert_eq!(room.state(), ConnectionState::Connected);
    assert_eq!(room.reconnecting().len(), 1, "{:?}", room.reconnecting());
}

#[test]
fn a_socket_that_survived_the_sleep_is_kept() {
    let mut room = Room::connected();
    room.run_for(60_000);
    room.forget();
    room.sleep(60 * 60_000);
    room.run_for(60_000);
    assert_eq!((room.reconnecting().len(), room.closed.len()), (0, 0));
}

#[test]
fn a_socket_that_closes_right_after_the_network_changed_is_a_local_loss() {
    let mut room = Room::connected();
    room.run_for(60_000);
    room.host(HostEvent::NetworkChange);
    room.forget();
    room.drop_socket(1006);
    let facts = room.reconnecting()[0];
    assert_eq!(facts.cause, Cause::Local);
    assert!(facts.delay_ms <= 250.0);
}

/// Fault 35: text.
#[test]
fn text_frames_are_a_sign_of_life() {
    let mut room = Room::connected();
    room.server.pongs = false;
    room.forget();
    for _ in 0..6 {
        room.run_for(2_000);
        let attempt = room.socket.unwrap();
        room.give(Incoming::Text(attempt));
    }
    assert_eq!(room.reconnecting().len(), 0);
}

#[test]
fn a_wake_up_that_brings_the_news_of_a_closed_socket_sends_nothing_on_it() {
    let mut room = Room::connected();
    room.run_for(7_000);
    room.now = room.now.after(3_600_000);
    // Sending on a socket that is gone fails this test by itself.
    room.drop_socket(1006);
    assert_eq!((room.reconnecting().len(), room.reconnecting()[0].cause), (1, Cause::Local));
    room.run_until(ConnectionState::Connected, 300);
}
