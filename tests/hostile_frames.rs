//! Frames that no server should send: cut off, bent, unknown, endless, empty. Each is ignored or ends in a typed error;
//! none panics, none costs more memory than it is worth, and the session goes on. What reads them is not the concern of
//! these tests: they hand in bytes and look at the room.
#![cfg(not(target_family = "wasm"))]
// Clippy takes the functions of an integration test that are no `#[test]` for production code.
#![allow(clippy::indexing_slicing, clippy::expect_used)]

mod common;
mod counting;

use common::bare::Bare;
use common::frames::{field, frames};
use common::server::{OnDial, participant};
use common::{Incoming, Room};
use rejoin::engine::Input;
use rejoin::engine::config::ConnectOptions;
use rejoin::engine::error::Code;
use rejoin::engine::io::SocketEvent;
use rejoin::engine::rng::Rng;
use rejoin::engine::room::command::Command;
use rejoin::engine::room::event::{ConnectionState, Event};
use rejoin::protocol::proto;
use rejoin::protocol::signal::Told;

fn give(room: &mut Room, bytes: &[u8]) {
    let attempt = room.socket.expect("there is no socket");
    room.give(Incoming::Frame(attempt, bytes.to_vec()));
}

/// The room still does what a room does.
fn assert_lives(room: &mut Room, what: &str) {
    assert_eq!(room.state(), ConnectionState::Connected, "{what}");
    room.forget();
    // Somebody comes who is named for it.
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![participant(what, what)] }));
    assert!(room.has(&Event::ParticipantConnected { identity: what.into() }), "{what}: {:?}", room.events);
}

fn leave(room: &mut Room) {
    room.call(Command::Disconnect);
    room.assert_over();
    room.forget();
    room.run_for(600_000);
    assert!(room.events.is_empty() && room.dials.is_empty(), "{:?}", room.events);
}

/// Fault 12: each kind of message where the join, or the answer to a resume, ought to be.
#[test]
fn a_first_message_of_any_kind_is_the_answer_or_a_typed_error() {
    for (kind, frame) in frames().into_iter().enumerate() {
        let mut room = Room::new();
        room.server.next_dials([OnDial::Garble(frame.clone())]);
        let call = room.connect_with(ConnectOptions { max_retries: 0, ..Default::default() });
        match room.result(call) {
            Some(Ok(_)) => panic!("message {kind}: connected without an answer to the offer"),
            // The join alone is a beginning; a transport has to follow.
            None => assert_eq!(kind, 0),
            Some(Err(error)) => assert!(matches!(error.code, Code::InternalError | Code::LeaveRequest), "{error:?}"),
        }
        leave(&mut room);

        let mut room = Room::connected();
        room.server.next_dials([OnDial::Garble(frame)]);
        room.drop_socket(1006);
        room.run_for(60_000);
        assert_eq!(room.state(), ConnectionState::Connected, "message {kind} before the answer to a resume");
    }
}

/// Fault 31: each kind of frame cut off at each byte: live, as the first message, as the answer to a resume.
#[test]
fn a_frame_that_is_cut_off_anywhere_is_ignored_or_a_typed_error() {
    let mut cuts = 0;
    for (kind, frame) in frames().iter().enumerate() {
        for end in 0..frame.len() {
            cuts += 1;
            let cut = &frame[..end];
            let mut room = Room::connected();
            give(&mut room, cut);
            // What is left of a leave, of a refusal to resume, or of a new token may still mean something.
            room.run_for(30_000);
            assert_ne!(room.state(), ConnectionState::Connecting, "message {kind} cut at {end}");
            leave(&mut room);

            let mut room = Room::new();
            room.server.next_dials([OnDial::Garble(cut.to_vec())]);
            let call = room.connect_with(ConnectOptions { max_retries: 0, ..Default::default() });
            room.run_for(15_000);
            assert!(room.result(call).is_some(), "message {kind} cut at {end}");
            leave(&mut room);

            let mut room = Room::connected();
            room.server.next_dials([OnDial::Garble(cut.to_vec())]);
            room.drop_socket(1006);
            room.run_for(60_000);
            assert_eq!(room.state(), ConnectionState::Connected, "message {kind} cut at {end} in a resume");
        }
    }
    println!("{cuts} cuts");
    assert!(cuts > 700);
}

const FLIPS: u32 = 1_000_000;

/// Fault 31: a million bits of real frames flipped, one to eight in a frame, on sessions that go on from frame to frame.
#[test]
fn a_million_flipped_bits_break_nothing_and_leave_nothing() {
    const SEED: u8 = 31;
    println!("seed {SEED}");
    let (frames, mut rng) = (frames(), Rng::new([SEED; 32]));
    let mut below = |n: usize| (rng.next_u64() % n as u64) as usize;
    let (mut flips, mut sessions) = (0, 1);
    let mut bare = Bare::joined(&frames[0]);
    bare.leave();
    let before = counting::live_bytes();
    bare.connect(&frames[0]);
    while flips < FLIPS {
        let mut frame = frames[below(frames.len())].clone();
        for _ in 0..1 + below(8) {
            let at = below(frame.len());
            frame[at] ^= 1 << below(8);
            flips += 1;
        }
        bare.frame(&frame);
        if bare.session.state() != ConnectionState::Connected {
            bare.leave();
            bare.connect(&frames[0]);
            sessions += 1;
        }
    }
    bare.leave();
    let kept = counting::live_bytes() - before;
    println!("{flips} flips over {sessions} sessions, {} outputs, {kept} bytes kept", bare.outputs);
    assert!(sessions > 100, "some of them were leaves");
    assert!(kept < 64 * 1_024, "{kept} bytes are kept");
}

/// Fault 32: kinds of messages, fields and values that are newer than this client.
#[test]
fn what_is_newer_than_this_client_is_skipped() {
    let mut room = Room::connected();
    for tag in [7, 26, 27, 99, 4_000, 536_870_911] {
        give(&mut room, &field(tag, b"anything"));
    }
    let frames = frames();
    for (kind, frame) in frames.iter().enumerate().filter(|(kind, _)| ![0, 6, 17, 22].contains(kind)) {
        // Beside the message, and (its length made longer) in it.
        let mut beside = frame.clone();
        beside.extend(field(4_001, b"new"));
        give(&mut room, &beside);
        let is_message = frame[0] & 7 == 2 && ![14].contains(&kind);
        if is_message {
            let header = 1 + usize::from(frame[0] & 0x80 != 0);
            let body = header + frame[header..].iter().position(|byte| byte & 0x80 == 0).unwrap() + 1;
            let mut inner = frame[body..].to_vec();
            inner.extend(field(4_002, b"new"));
            let mut within = frame[..header].to_vec();
            prost::encoding::encode_varint(inner.len() as u64, &mut within);
            within.extend(inner);
            give(&mut room, &within);
        }
    }
    assert_lives(&mut room, "unknown messages and fields");
    assert!(room.session.roster().participant("ada").is_some(), "the known fields beside them count");

    let mut person = participant("bob", "PA_bob");
    (person.state, person.kind) = (77, 78);
    person.tracks = vec![proto::TrackInfo { sid: "TR_9".into(), r#type: 55, source: 56, ..Default::default() }];
    room.tell(Told::Update(proto::ParticipantUpdate { participants: vec![person] }));
    let quality = proto::ConnectionQualityInfo { participant_sid: "PA_bob".into(), quality: 99, score: 0.0 };
    room.tell(Told::ConnectionQuality(proto::ConnectionQualityUpdate { updates: vec![quality] }));
    assert_lives(&mut room, "unknown values");
    assert!(room.session.roster().participant("bob").is_some());
}

/// Fault 32: fields that carry another wire type than they should.
#[test]
fn another_wire_type_is_ignored() {
    let mut room = Room::connected();
    for tag in 1..30u8 {
        for wire in 0..8u8 {
            let key = u16::from(tag) << 3 | u16::from(wire);
            let mut frame = Vec::new();
            prost::encoding::encode_varint(u64::from(key), &mut frame);
            // Enough for any of them: a varint, eight bytes, four bytes, or a length.
            frame.extend([4, 8, 1, 16, 1, 0, 0, 0]);
            // A leave that can be read means what it says.
            if tag != 8 || wire != 2 {
                give(&mut room, &frame);
            }
        }
    }
    assert_lives(&mut room, "other wire types");
}

/// Fault 33: lengths that promise gigabytes, groups in groups, messages in messages.
#[test]
fn a_frame_costs_no_more_memory_than_it_is_worth() {
    let mut huge = vec![];
    for tag in 1..30u64 {
        for length in [1u64 << 20, (1 << 31) - 1, 1 << 31, 1 << 32, (1 << 63) - 1, u64::MAX] {
            let mut frame = vec![];
            prost::encoding::encode_varint(tag << 3 | 2, &mut frame);
            prost::encoding::encode_varint(length, &mut frame);
            frame.extend([0x0a, 0xff, 0xff, 0xff, 0xff, 0x07, 0x0a]);
            huge.push(frame.clone());
            // The same within a participant update, a join and a leave.
            huge.extend([1, 5, 8].map(|outer| field(outer, &frame)));
        }
    }
    // Groups opened and never closed, opened and closed, and closed without having been opened.
    for depth in [1, 99, 101, 10_000, 1_000_000] {
        huge.push([0x0b].repeat(depth));
        huge.push([vec![0x0b; depth], vec![0x0c; depth]].concat());
        huge.push([0x0c].repeat(depth));
        huge.push(field(5, &[0x0b].repeat(depth)));
    }
    let mut nested = vec![];
    for _ in 0..10_000 {
        nested = field(1, &nested);
    }
    huge.push(nested);
    let mut room = Room::connected();
    let mut worst = 0.0f64;
    for frame in &huge {
        let attempt = room.socket.unwrap();
        let now = room.now;
        let session = &mut room.session;
        let peak = counting::peak_bytes(|| {
            session.handle(now, Input::Socket(attempt, SocketEvent::Frame(frame)));
        });
        worst = worst.max(peak as f64 / (frame.len() as f64 + 4_096.0));
        while room.session.poll().is_some() {}
    }
    println!("{} frames, at worst {worst:.2} bytes allocated for each byte of a frame and 4 KiB", huge.len());
    assert!(worst <= 1.0, "{worst}");
    // Messages without content are the dearest, two bytes of the frame for all the fields of a participant: there may be
    // only so many of them.
    let empty = field(5, &[0x0a, 0x00].repeat(50_000));
    let attempt = room.socket.unwrap();
    let peak =
        counting::peak_bytes(|| room.session.handle(room.now, Input::Socket(attempt, SocketEvent::Frame(&empty))));
    let each = peak as f64 / empty.len() as f64;
    println!("50 000 empty participants: {each:.0} bytes allocated for each byte of the frame");
    assert!(each <= 64.0, "{each}");
    // A length that fits and was a leave may have ended it; that is what it says.
    let mut room = Room::connected();
    for frame in huge.iter().filter(|frame| frame.first() != Some(&0x42)) {
        give(&mut room, frame);
    }
    assert_lives(&mut room, "hostile lengths");
}

/// Fault 34: a hundred thousand tiny frames in one second of the room's time.
#[test]
fn a_flood_of_tiny_frames_changes_nothing_and_costs_nothing() {
    let join = &frames()[0];
    let mut bare = Bare::joined(join);
    let (outputs, before) = (bare.outputs, counting::live_bytes());
    for n in 0..100_000u64 {
        bare.now = rejoin::engine::time::Millis(1_000_000 + n / 100);
        let tiny: &[u8] = [&[][..], &[0x90, 0x01, 0x01], &[0x2a, 0x00], &[0x00], &[0xfa, 0x7f, 0x00]][n as usize % 5];
        bare.frame(tiny);
    }
    let kept = counting::live_bytes() - before;
    // One that cannot be read is told in the debug log; nothing else is said, asked or kept.
    println!("{} outputs, {kept} bytes kept", bare.outputs - outputs);
    assert!(bare.outputs - outputs <= 20_100 && kept < 4_096, "{} outputs, {kept} bytes", bare.outputs - outputs);
    assert_eq!(bare.session.state(), ConnectionState::Connected);
}

/// Fault 35: text frames, empty frames, and names that are no UTF-8, live and as the first message.
#[test]
fn text_and_what_is_no_text_are_ignored() {
    let bad = [&[0xff, 0xfe][..], &[0xc3], &[0xed, 0xa0, 0x80], &[0xf8, 0x88, 0x80, 0x80, 0x80]];
    let mut room = Room::connected();
    let attempt = room.socket.unwrap();
    room.give(Incoming::Text(attempt));
    give(&mut room, &[]);
    for text in bad {
        // A participant with this name; a token; the sid of a muted track.
        give(&mut room, &field(5, &field(1, &field(9, text))));
        give(&mut room, &field(16, text));
        give(&mut room, &field(9, &field(1, text)));
    }
    assert_lives(&mut room, "no text");
    let mut room = Room::new();
    room.server.next_dials([OnDial::Garble(vec![])]);
    let call = room.connect_with(ConnectOptions { max_retries: 0, ..Default::default() });
    assert_eq!(room.error(call).code, Code::InternalError);
    leave(&mut room);
    // With one more try it connects.
    let mut room = Room::new();
    room.server.next_dials([OnDial::Garble(vec![])]);
    let call = room.connect();
    room.run_for(1_001);
    assert!(room.result(call).unwrap().is_ok());
    // A join whose participant has such a sid is a join: the transport has to follow.
    let mut room = Room::new();
    room.server.next_dials([OnDial::Garble(field(1, &field(2, &field(1, bad[0]))))]);
    let call = room.connect();
    assert!(room.result(call).is_none() && room.socket.is_some());
    leave(&mut room);
    // A text before the join is no join; the join after it is.
    let mut room = Room::new();
    room.server.next_dials([OnDial::Mute]);
    let call = room.connect();
    let attempt = room.socket.unwrap();
    room.give(Incoming::Text(attempt));
    assert_eq!(room.result(call), None);
    room.tell(Told::Join(room.server.join.clone()));
    room.run_for(100);
    assert_eq!(room.dials.len(), 1);
}
