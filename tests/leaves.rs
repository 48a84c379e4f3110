//! Every leave a server can send, at every moment it can send one: it ends the session, or leads back by one way.

mod common;

use common::server::OnDial;
use common::{Room, answer};
use rejoin::engine::config::{Capabilities, Config, ConnectOptions};
use rejoin::engine::error::Code;
use rejoin::engine::room::command::{Command, Reply, Scenario};
use rejoin::engine::room::event::{ConnectionState, Event, ReconnectKind};
use rejoin::protocol::proto::leave_request::Action;
use rejoin::protocol::proto::{DisconnectReason, LeaveRequest};
use rejoin::protocol::signal::Told;

/// Known ones, and one of each that is newer than this client.
const ACTIONS: [i32; 4] = [Action::Disconnect as i32, Action::Resume as i32, Action::Reconnect as i32, 9];

fn reasons() -> impl Iterator<Item = i32> {
    (0..64).filter(|reason| DisconnectReason::try_from(*reason).is_ok()).chain([63, -1, i32::MAX])
}

/// A leave, and whether it is for good.
struct Case {
    leave: LeaveRequest,
    is_final: bool,
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for action in ACTIONS {
        for reason in reasons() {
            for can_reconnect in [false, true] {
                let may_return = match Action::try_from(action) {
                    Ok(Action::Resume | Action::Reconnect) => true,
                    // The field of older servers.
                    Ok(Action::Disconnect) => can_reconnect,
                    Err(_) => false,
                };
                let last_word = [
                    DisconnectReason::DuplicateIdentity,
                    DisconnectReason::ParticipantRemoved,
                    DisconnectReason::RoomDeleted,
                    DisconnectReason::RoomClosed,
                ];
                let is_final = !may_return || last_word.iter().any(|last| *last as i32 == reason);
                let leave = LeaveRequest { action, reason, can_reconnect, ..Default::default() };
                cases.push(Case { leave, is_final });
            }
        }
    }
    assert!(cases.len() > 100, "{} cases", cases.len());
    cases
}

/// For good: nothing is left, nothing is dialled, and the app was told once.
fn assert_final(room: &mut Room, case: &Case) {
    room.assert_over();
    let dials = room.dials.len();
    room.run_for(3_600_000);
    assert_eq!(room.dials.len(), dials, "{:?}: for good", case.leave);
    let ends = room.events.iter().filter(|event| matches!(event, Event::Disconnected { .. })).count();
    assert_eq!(ends, 1, "{:?}", case.leave);
}

/// Fault 14: on a session that works.
#[test]
fn a_leave_of_a_live_session_ends_it_or_mends_it_as_it_says() {
    for case in cases() {
        let mut room = Room::connected();
        room.run_for(40_000);
        room.forget();
        room.tell(Told::Leave(case.leave.clone()));
        if case.is_final {
            assert_eq!(room.disconnected_for(), Some(case.leave.reason), "{:?}", case.leave);
            assert_final(&mut room, &case);
            continue;
        }
        let kind = if case.leave.action == Action::Resume as i32 { ReconnectKind::Resume } else { ReconnectKind::Full };
        assert_eq!(room.kinds(), [kind], "{:?}", case.leave);
        room.run_until(ConnectionState::Connected, 5_000);
        assert_eq!(room.dials.len(), 1, "{:?}", case.leave);
    }
}

/// Fault 14: instead of the join, and after it, while the transport connects.
#[test]
fn a_leave_during_a_connect_fails_it_with_its_reason_or_is_tried_again() {
    for transport in [false, true] {
        for case in cases() {
            let mut room = Room::new();
            room.peer.connects = false;
            if !transport {
                room.server.next_dials([OnDial::Say(vec![Told::Leave(case.leave.clone())])]);
            }
            let call = room.connect();
            if transport {
                room.tell(Told::Leave(case.leave.clone()));
            }
            if case.is_final {
                let error = room.error(call);
                assert_eq!((error.code, error.leave_reason), (Code::LeaveRequest, Some(case.leave.reason)));
                assert_final(&mut room, &case);
                continue;
            }
            room.peer.connects = true;
            room.run_for(1_001);
            assert_eq!((room.state(), room.dials.len()), (ConnectionState::Connected, 2), "{:?}", case.leave);
        }
    }
}

/// Fault 14: instead of the answer to a resume or a full reconnect.
#[test]
fn a_leave_instead_of_the_answer_to_a_reconnect_ends_it_or_leads_to_another_attempt() {
    for refusals in [0, 2] {
        for case in cases() {
            let mut room = Room::connected();
            room.run_for(40_000);
            room.forget();
            room.server.next_dials(vec![OnDial::Refuse; refusals]);
            room.server.next_dials([OnDial::Say(vec![Told::Leave(case.leave.clone())])]);
            room.drop_socket(1006);
            // Two refused resumes make the third attempt a full one.
            room.run_for(60_000);
            if case.is_final {
                assert_eq!(room.dials.len(), refusals + 1, "{:?}", case.leave);
                assert_final(&mut room, &case);
                continue;
            }
            assert_eq!(
                (room.state(), room.dials.len()),
                (ConnectionState::Connected, refusals + 2),
                "{:?}",
                case.leave
            );
            let turned_down = case.leave.action != Action::Resume as i32;
            let last = *room.kinds().last().unwrap();
            let full = turned_down || refusals == 2;
            assert_eq!(last == ReconnectKind::Full, full, "{:?}: {:?}", case.leave, room.kinds());
        }
    }
}

/// Fault 14: after the answer to a reconnect, while its transport is not up.
#[test]
fn a_leave_while_a_reconnects_transport_comes_up_is_heeded_as_well() {
    for case in cases() {
        let mut room = Room::connected();
        room.run_for(40_000);
        room.forget();
        room.server.answers = false;
        room.drop_socket(1006);
        while room.dials.is_empty() {
            room.run_for(10);
        }
        room.tell(Told::Leave(case.leave.clone()));
        room.server.answers = true;
        if case.is_final {
            assert_final(&mut room, &case);
            continue;
        }
        room.run_until(ConnectionState::Connected, 20_000);
        assert_eq!(room.dials.len(), 2, "{:?}", case.leave);
    }
}

/// Fault 14: the same leave ten times over, and leaves that contradict each other.
#[test]
fn leaves_that_repeat_or_contradict_lead_to_one_attempt_at_a_time() {
    for first in ACTIONS {
        for second in ACTIONS {
            let leave = |action| Told::Leave(LeaveRequest { action, ..Default::default() });
            let mut room = Room::connected();
            room.run_for(40_000);
            room.forget();
            let frames = [leave(first), leave(second)].into_iter().cycle().take(10);
            let attempt = room.socket.unwrap();
            for message in frames {
                let frame = rejoin_frame(message);
                room.give(common::Incoming::Frame(attempt, frame));
            }
            let final_word = first == Action::Disconnect as i32 || first == 9;
            room.run_for(60_000);
            let want = if final_word { (ConnectionState::Disconnected, 0) } else { (ConnectionState::Connected, 1) };
            assert_eq!((room.state(), room.dials.len()), want, "{first} then {second}");
        }
    }
}

fn rejoin_frame(message: Told) -> Vec<u8> {
    use rejoin::protocol::wire::Message as _;
    rejoin::protocol::signal::SignalResponse { message: Some(message) }.encode_to_vec()
}

fn evicted() -> LeaveRequest {
    let reason = DisconnectReason::DuplicateIdentity as i32;
    LeaveRequest { action: Action::Disconnect as i32, reason, ..Default::default() }
}

/// A full reconnect whose first dial hangs, is given up, and reaches the server after the second has joined.
#[test]
fn a_client_that_its_own_late_dial_throws_out_comes_back() {
    let evicted = Told::Leave(evicted());
    let mut room = Room::connected();
    room.server.next_dials([OnDial::Stall]);
    room.call(Command::Simulate(Scenario::FullReconnect));
    room.run_until(ConnectionState::Connected, 60_000);
    assert_eq!(room.dials.len(), 3);
    room.tell(evicted.clone());
    room.run_until(ConnectionState::Connected, 10_000);
    assert_eq!(room.dials.len(), 4, "joined anew");
    // Once: the next time it is somebody else.
    room.tell(evicted);
    assert_eq!(room.disconnected_for(), Some(DisconnectReason::DuplicateIdentity as i32));
    room.assert_over();
}

/// The same in a first connect, between its join and its transport.
#[test]
fn a_connect_that_its_own_late_dial_throws_out_is_tried_again() {
    let evicted = Told::Leave(evicted());
    let mut room = Room::new();
    room.server.next_dials([OnDial::Stall, OnDial::Serve]);
    room.validate = answer(200, "success");
    room.peer.connects = false;
    let options = ConnectOptions { max_retries: 3, websocket_timeout_ms: 2_000, ..Default::default() };
    let connect = room.connect_with(ConnectOptions { connect_timeout_ms: 60_000, ..options });
    room.run_for(10_000);
    assert_eq!(room.dials.len(), 2);
    room.peer.connects = true;
    room.tell(evicted);
    room.run_until(ConnectionState::Connected, 10_000);
    assert_eq!(room.result(connect), Some(&Ok(Reply::Done)));
}

/// Fault 15: whoever is thrown out by a second tab stays out, so the two do not take turns.
#[test]
fn two_tabs_with_one_identity_do_not_take_turns() {
    let evicted = evicted();
    let (mut first, mut second) = (Room::connected(), Room::connected());
    first.tell(Told::Leave(evicted.clone()));
    for _ in 0..60 {
        first.run_for(60_000);
        second.run_for(60_000);
    }
    assert_eq!((first.dials.len(), second.dials.len()), (1, 1), "an hour later");
    assert_eq!((first.state(), second.state()), (ConnectionState::Disconnected, ConnectionState::Connected));
    // The same word during an attempt to come back.
    second.server.next_dials([OnDial::Say(vec![Told::Leave(evicted)])]);
    second.validate = answer(200, "success");
    second.drop_socket(1006);
    second.run_for(3_600_000);
    assert_eq!(second.disconnected_for(), Some(DisconnectReason::DuplicateIdentity as i32));
    assert_eq!(second.dials.len(), 2);
    second.assert_over();
}

/// A host without WebRTC on livekit-server, which forgets such a participant with its socket.
#[test]
fn who_is_forgotten_with_his_socket_does_not_ask_a_second_time() {
    let capabilities = Capabilities { rtc: false, offer_with_join: false };
    let turns_down = |reason: DisconnectReason| {
        let action = Action::Reconnect as i32;
        OnDial::Say(vec![Told::Leave(LeaveRequest { action, reason: reason as i32, ..Default::default() })])
    };
    let kinds = |room: &mut Room, answer: &OnDial| {
        room.server.next_dials([answer.clone()]);
        room.run_for(60_000);
        room.forget();
        room.call(Command::Simulate(Scenario::SignalReconnect));
        room.run_until(ConnectionState::Connected, 20_000);
        room.reconnecting().iter().map(|facts| facts.kind).collect::<Vec<_>>()
    };
    use ReconnectKind::{Full, Resume};
    let mut room = Room::seeded(Config::default(), capabilities, 1);
    room.connect();
    let forgets = turns_down(DisconnectReason::StateMismatch);
    assert_eq!(kinds(&mut room, &forgets), [Resume, Full]);
    assert_eq!(kinds(&mut room, &OnDial::Serve), [Full]);
    room.call(Command::Disconnect);
    room.connect();
    assert_eq!(kinds(&mut room, &OnDial::Serve), [Resume], "the next server may be another");
    assert_eq!(kinds(&mut room, &turns_down(DisconnectReason::MediaFailure)), [Resume, Full]);
    assert_eq!(kinds(&mut room, &OnDial::Serve), [Resume], "that was something else");
    let mut with_media = Room::connected();
    assert_eq!(kinds(&mut with_media, &forgets), [Resume, Full]);
    assert_eq!(kinds(&mut with_media, &OnDial::Serve), [Resume], "there may be something to resume");
}
