//! Who speaks, across a resume: what the server told while there was no socket is lost, and it tells changes only.

mod common;

use common::Room;
use common::server::{OnDial, participant};
use rejoin::engine::room::command::{Command, Scenario};
use rejoin::engine::room::event::{ConnectionState, Event};
use rejoin::protocol::proto;
use rejoin::protocol::signal::Told;

fn tell_speakers(room: &mut Room, levels: &[(&str, f32)]) {
    let mut speakers = Vec::new();
    for (name, level) in levels {
        speakers.push(proto::SpeakerInfo { sid: format!("PA_{name}"), level: *level, active: *level > 0.0 });
    }
    room.tell(Told::SpeakersChanged(proto::SpeakersChanged { speakers }));
}

fn speaking(room: &Room) -> Vec<String> {
    room.session.roster().active_speakers().iter().map(|identity| identity.to_string()).collect()
}

fn in_conversation() -> Room {
    let mut room = Room::connected();
    let participants = vec![participant("bob", "PA_bob"), participant("carol", "PA_carol")];
    room.tell(Told::Update(proto::ParticipantUpdate { participants }));
    tell_speakers(&mut room, &[("bob", 0.5), ("carol", 0.25)]);
    room
}

fn resume(room: &mut Room) {
    room.call(Command::Simulate(Scenario::SignalReconnect));
    room.run_until(ConnectionState::Connected, 1_000);
}

#[test]
fn who_fell_silent_meanwhile_does_not_speak_for_ever() {
    let mut room = in_conversation();
    room.run_for(60_000);
    assert_eq!(speaking(&room), ["bob", "carol"], "a steady voice is not told again");
    room.forget();
    resume(&mut room);
    room.run_for(3_000);
    assert_eq!(speaking(&room), ["bob", "carol"]);
    assert!(!room.has(&Event::ActiveSpeakersChanged), "nobody flickers");
    tell_speakers(&mut room, &[("carol", 0.375)]);
    room.forget();
    room.run_for(3_000);
    assert_eq!(speaking(&room), ["carol"]);
    let silent =
        |event: &Event| matches!(event, Event::SpeakingChanged { identity, speaking: false } if &**identity == "bob");
    assert_eq!(room.events.iter().filter(|event| silent(event)).count(), 1);
    assert_eq!(room.events.iter().filter(|event| **event == Event::ActiveSpeakersChanged).count(), 1);
    room.forget();
    room.run_for(60_000);
    assert_eq!(speaking(&room), ["carol"], "asked once");
}

#[test]
fn without_a_socket_nobody_falls_silent() {
    let mut room = in_conversation();
    resume(&mut room);
    room.run_for(4_500);
    room.server.next_dials(vec![OnDial::Refuse]);
    room.drop_socket(1006);
    room.forget();
    room.run_until(ConnectionState::Connected, 60_000);
    assert_eq!(speaking(&room), ["bob", "carol"]);
    assert!(!room.has(&Event::ActiveSpeakersChanged));
    tell_speakers(&mut room, &[("bob", 0.0)]);
    room.run_for(6_000);
    assert_eq!(speaking(&room), [""; 0], "one fell silent and was told of, the other was not");
}

#[test]
fn who_left_or_speaks_in_a_new_session_is_not_doubted() {
    let mut room = in_conversation();
    resume(&mut room);
    let mut bob = participant("bob", "PA_bob");
    bob.state = proto::participant_info::State::Disconnected as i32;
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![bob] }));
    room.server.join.other_participants = vec![participant("carol", "PA_carol")];
    room.call(Command::Simulate(Scenario::FullReconnect));
    room.run_until(ConnectionState::Connected, 2_000);
    tell_speakers(&mut room, &[("carol", 0.5)]);
    room.run_for(20_000);
    assert_eq!(speaking(&room), ["carol"]);
}
