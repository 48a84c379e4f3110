//! Updates of participants and rooms that repeat, contradict, come out of order or are huge: the room ends up the same.

// Clippy takes the functions of an integration test that are no `#[test]` for production code.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, clippy::panic)]

mod common;

use common::Room;
use common::server::participant;
use rejoin::engine::config::PolicyChoice;
use rejoin::engine::policy::{Cause, Decision, DefaultReconnect, ReconnectContext, decide};
use rejoin::engine::rng::Rng;
use rejoin::engine::room::event::{ConnectionState, Event};
use rejoin::protocol::proto;
use rejoin::protocol::proto::participant_info::State;
use rejoin::protocol::signal::Told;

fn update(room: &mut Room, participants: Vec<proto::ParticipantInfo>) {
    room.tell(Told::Update(proto::ParticipantUpdate { participants }));
}

/// A version of a person: its name and its one track say which.
fn version(who: u32, version: u32) -> proto::ParticipantInfo {
    let mut person = participant(&format!("p{who}"), &format!("PA_{who}"));
    (person.version, person.name) = (version, format!("version {version}"));
    person.tracks = vec![proto::TrackInfo { sid: format!("TR_{who}_{version}"), ..Default::default() }];
    person
}

/// What there is to see of everybody.
fn faces(room: &Room) -> Vec<String> {
    let mut faces: Vec<String> = room
        .session
        .roster()
        .remote()
        .map(|one| {
            let tracks: Vec<_> = one.publications.iter().map(|publication| publication.sid.to_string()).collect();
            format!("{} {} {} {tracks:?}", one.identity, one.sid(), one.info.name)
        })
        .collect();
    faces.sort();
    faces
}

/// Fault 36: in any order, any number of times, the newest version is what stands.
#[test]
fn updates_in_any_order_and_number_come_to_the_same_room() {
    let everything: Vec<_> = (0..5).flat_map(|who| (1..5).map(move |n| version(who, n))).collect();
    let mut orderly = Room::connected();
    update(&mut orderly, everything.clone());
    assert_eq!(orderly.session.roster().remote_len(), 5);
    for seed in 0..100 {
        println!("seed {seed}");
        let mut rng = Rng::new([seed; 32]);
        let mut room = Room::connected();
        let mut left = [everything.clone(), everything.clone(), everything.clone()].concat();
        while !left.is_empty() {
            let many = (1 + rng.next_u64() as usize % 6).min(left.len());
            let next = (0..many).map(|_| left.swap_remove(rng.next_u64() as usize % left.len())).collect();
            update(&mut room, next);
        }
        assert_eq!(faces(&room), faces(&orderly), "seed {seed}");
        let came = room.events.iter().filter(|event| matches!(event, Event::ParticipantConnected { .. })).count();
        assert_eq!(came, 5, "seed {seed}: everybody comes once");
        room.forget();
        update(&mut room, everything.clone());
        assert!(room.events.is_empty(), "seed {seed}: nothing new is told: {:?}", room.events);
    }
}

/// Fault 36: who is unknown, nameless, gone already, or oneself.
#[test]
fn updates_about_nobody_change_nothing() {
    let mut room = Room::connected();
    update(&mut room, vec![version(1, 3)]);
    let before = faces(&room);
    room.forget();
    let mut gone = version(9, 1);
    gone.state = State::Disconnected as i32;
    update(&mut room, vec![gone.clone(), gone]);
    let sid = String::from("PA_nobody");
    let speaker = proto::SpeakerInfo { sid: sid.clone(), level: f32::INFINITY, active: true };
    room.tell(Told::SpeakersChanged(proto::SpeakersChanged { speakers: vec![speaker] }));
    assert!(room.session.roster().active_speakers().is_empty());
    room.events.retain(|event| *event != Event::ActiveSpeakersChanged);
    let quality = proto::ConnectionQualityInfo { participant_sid: sid.clone(), quality: -7, ..Default::default() };
    room.tell(Told::ConnectionQuality(proto::ConnectionQualityUpdate { updates: vec![quality] }));
    room.tell(Told::SubscriptionPermissionUpdate(proto::SubscriptionPermissionUpdate {
        participant_sid: sid.clone(),
        track_sid: "TR_nothing".into(),
        allowed: false,
    }));
    room.tell(Told::StreamStateUpdate(proto::StreamStateUpdate {
        stream_states: vec![proto::StreamStateInfo { participant_sid: sid, track_sid: "TR_nothing".into(), state: 99 }],
    }));
    room.tell(Told::TrackUnpublished(proto::TrackUnpublishedResponse { track_sid: "TR_nothing".into() }));
    room.tell(Told::TrackPublished(proto::TrackPublishedResponse { cid: "nothing".into(), track: None }));
    room.tell(Told::RoomUpdate(proto::RoomUpdate { room: None }));
    assert_eq!((faces(&room), room.state()), (before.clone(), ConnectionState::Connected));
    assert!(room.events.is_empty(), "{:?}", room.events);
    // An older word about somebody who is there, and the goodbye of an earlier session of theirs.
    let mut earlier = version(1, 9);
    (earlier.sid, earlier.state) = ("PA_earlier".into(), State::Disconnected as i32);
    update(&mut room, vec![version(1, 2), earlier]);
    assert_eq!(faces(&room), before);
    assert!(room.events.is_empty(), "{:?}", room.events);
    // A sid that two identities claim belongs to the last one; nobody is lost over it.
    let mut thief = version(2, 1);
    thief.sid = "PA_1".into();
    update(&mut room, vec![thief]);
    assert_eq!(room.session.roster().remote_len(), 2);
    let mut nameless = participant("", "");
    nameless.version = 1;
    update(&mut room, vec![nameless.clone(), nameless]);
    assert_eq!(room.state(), ConnectionState::Connected);
}

/// Fault 36: a hundred thousand people in one update, again in a second one, and gone in a third.
#[test]
fn a_hundred_thousand_people_come_once_and_go_once() {
    const PEOPLE: u32 = 100_000;
    let all = |n| -> Vec<proto::ParticipantInfo> { (PEOPLE..2 * PEOPLE).map(|who| version(who, n)).collect() };
    let mut room = Room::connected();
    room.forget();
    update(&mut room, all(1));
    let came = room.events.iter().filter(|event| matches!(event, Event::ParticipantConnected { .. })).count();
    assert_eq!((came, room.session.participants()), (100_000, PEOPLE + 1));
    room.forget();
    update(&mut room, all(1));
    assert!(room.events.is_empty());
    let mut goodbye = all(2);
    goodbye.iter_mut().for_each(|one| one.state = State::Disconnected as i32);
    goodbye.reverse();
    update(&mut room, goodbye);
    let went = room.events.iter().filter(|event| matches!(event, Event::ParticipantDisconnected { .. })).count();
    assert_eq!((went, room.session.participants()), (100_000, 1));
}

fn delay(num_participants: u32, cause: Cause, retry_count: u32, rng: &mut Rng) -> f64 {
    let context = ReconnectContext {
        retry_count,
        elapsed_ms: 0.0,
        retry_reason: None,
        server_url: String::new(),
        cause,
        num_participants,
        last_delay_ms: 0.0,
        session_duration_ms: 0.0,
        online: true,
        hint_ms: None,
    };
    match decide(&PolicyChoice::Default(DefaultReconnect::default()), &context, rng) {
        Decision::After(ms) => ms,
        other => panic!("{other:?}"),
    }
}

/// Fault 36: rooms of nobody and of four thousand million: a window of 15 s at most, and a delay above nothing.
#[test]
fn no_number_of_participants_makes_an_endless_delay_or_none() {
    let mut rng = Rng::new([36; 32]);
    for people in [0, 1, 199, 200, 1_000, 1_000_000, u32::MAX] {
        for (cause, window) in [(Cause::Local, 2_000.0), (Cause::Single, 2_000.0), (Cause::Remote, 15_000.0)] {
            for _ in 0..500 {
                let first = delay(people, cause, 0, &mut rng);
                assert!(first > 0.0 && first <= window + 250.0, "{people} {cause:?}: {first}");
                let retry = delay(people, cause, 9, &mut rng);
                assert!((1_000.0..=10.0 * window).contains(&retry), "{people} {cause:?}: {retry}");
            }
        }
    }
    // The same through a room, with as many elsewhere on the page as there can be.
    for (told, elsewhere) in [(0, 0), (u32::MAX, 0), (0, u32::MAX), (u32::MAX, u32::MAX)] {
        let mut room = Room::new();
        if let Some(room) = &mut room.server.join.room {
            room.num_participants = told;
        }
        room.connect();
        room.session.set_elsewhere(elsewhere);
        room.drop_socket(1006);
        let facts = room.reconnecting()[0];
        assert!(facts.delay_ms > 0.0 && facts.delay_ms <= 15_250.0, "{told} {elsewhere}: {}", facts.delay_ms);
        room.run_until(ConnectionState::Connected, 15_500);
    }
}

/// Fault 37: keys that mean something to JavaScript are keys like any other.
#[test]
fn keys_with_a_meaning_elsewhere_are_plain_keys() {
    let keys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "", "\0", "a.b[c]"];
    let mut room = Room::connected();
    let mut person = participant("__proto__", "constructor");
    person.attributes = keys.iter().map(|key| ((*key).to_owned(), format!("of {key}"))).collect();
    person.metadata = "{\"__proto__\":{\"polluted\":true}}".into();
    update(&mut room, vec![person.clone()]);
    let known = room.session.roster().participant("__proto__").unwrap();
    assert_eq!((known.info.attributes.len(), known.sid()), (keys.len(), "constructor"));
    assert_eq!(known.info.metadata, person.metadata, "handed on as it came");
    room.forget();
    person.version += 1;
    person.attributes.insert("__proto__".into(), String::new());
    update(&mut room, vec![person]);
    let changed = room.events.iter().find_map(|event| match event {
        Event::ParticipantAttributesChanged { changed, .. } => Some(changed.clone()),
        _ => None,
    });
    assert_eq!(changed, Some(vec![("__proto__".to_owned(), String::new())]));
}
