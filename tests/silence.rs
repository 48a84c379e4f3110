//! Sockets that die without a word, in one direction or both, and sockets that only seem to.

mod common;

use common::Room;
use common::server::{OnDial, participant};
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::peer::{MediaHandle, PeerAction, PeerEvent, PeerState};
use rejoin::engine::room::command::{Command, TrackSettings};
use rejoin::engine::room::event::{ConnectionState, Event, ReconnectKind};
use rejoin::protocol::proto;
use rejoin::protocol::signal::{Ask, Told};

/// A room of a while whose server answers no ping any more.
fn fallen_silent() -> Room {
    let mut room = Room::connected();
    room.run_for(60_000);
    room.forget();
    room.server.pongs = false;
    room
}

fn hangups(room: &Room) -> Vec<u16> {
    room.closed.iter().map(|(code, _)| *code).collect()
}

/// Fault 2: nothing comes in any more.
#[test]
fn silence_is_noticed_within_the_servers_timeout() {
    let mut room = fallen_silent();
    let start = room.now;
    while room.closed.is_empty() && room.now.since(start) < 60_000 {
        room.run_for(100);
    }
    assert!(room.now.since(start) <= 15_100, "{} ms", room.now.since(start));
    assert_eq!(hangups(&room), [4003]);
    room.server.pongs = true;
    room.run_until(ConnectionState::Connected, 10_000);
}

/// Fault 3: only what is sent is lost.
#[test]
fn a_way_up_that_is_lost_is_noticed_although_the_server_goes_on_talking() {
    let mut room = fallen_silent();
    let start = room.now;
    while room.closed.is_empty() && room.now.since(start) < 60_000 {
        room.run_for(700);
        if room.closed.is_empty() {
            let participants = vec![participant("ada", "PA_ada")];
            room.tell(Told::Update(proto::ParticipantUpdate { participants }));
        }
    }
    assert!(room.now.since(start) <= 15_700, "{} ms", room.now.since(start));
    assert_eq!(hangups(&room), [4003]);
}

#[test]
fn a_transport_that_stutters_casts_doubt_on_the_socket() {
    let mut room = fallen_silent();
    room.peer_state(PeerState::Disconnected);
    room.run_for(5_000);
    assert_eq!(hangups(&room), [4003]);

    let mut room = Room::connected();
    room.run_for(60_000);
    room.forget();
    for state in [PeerState::Disconnected, PeerState::Connected].repeat(20) {
        room.peer_state(state);
        room.run_for(1_500);
    }
    assert_eq!((hangups(&room).len(), room.reconnecting().len()), (0, 0), "the socket was alive");
}

/// Fault 28: ten minutes of it.
#[test]
fn a_hidden_page_whose_timers_run_once_a_minute_keeps_its_connection() {
    for start in [0, 1_000, 4_900, 14_000, 29_000] {
        let mut room = Room::connected();
        room.run_for(start);
        room.forget();
        for _ in 0..10 {
            room.sleep(60_000);
        }
        assert_eq!((hangups(&room).len(), room.reconnecting().len()), (0, 0), "hidden after {start} ms");
    }
}

#[test]
fn a_hidden_page_finds_a_dead_socket_when_it_is_seen_again() {
    let mut room = fallen_silent();
    for _ in 0..10 {
        room.sleep(60_000);
    }
    room.host(rejoin::engine::io::HostEvent::Visible);
    room.run_for(5_000);
    assert_eq!(hangups(&room), [4003]);
    assert_eq!(room.reconnecting().len(), 1);
}

/// A room in which somebody's video comes in.
fn watching(seed: u8) -> Room {
    watching_among(seed, 0)
}

/// The same in a room where so many others are.
fn watching_among(seed: u8, others: usize) -> Room {
    let mut room = Room::seeded(Config::default(), Capabilities { rtc: true, offer_with_join: true }, seed);
    let mut ada = participant("ada", "PA_ada");
    ada.tracks = vec![proto::TrackInfo { sid: "TR_v".into(), r#type: 1, ..Default::default() }];
    let others = (0..others).map(|n| participant(&format!("p{n}"), &format!("PA_{n}")));
    room.server.join.other_participants = std::iter::once(ada).chain(others).collect();
    room.connect();
    room.peer_says(PeerEvent::Track {
        mid: "4".into(),
        stream_id: "PA_ada|TR_v".into(),
        track_id: "x".into(),
        media: MediaHandle(1),
    });
    room
}

/// Lets time pass in steps; `received` says what the transport has received at each look.
fn with_media(room: &mut Room, ms: u64, mut received: impl FnMut() -> u64) {
    for _ in 0..ms / 50 {
        if !room.peer_actions(|action| *action == PeerAction::Stats).is_empty() && !room.peers.is_empty() {
            room.actions.retain(|(_, action)| *action != PeerAction::Stats);
            room.peer_says(PeerEvent::Stats { bytes_received: received() });
        }
        room.run_for(50);
    }
}

/// What a transport has received on which media comes in.
fn flow() -> impl FnMut() -> u64 {
    let mut bytes = 0;
    move || {
        bytes += 1_000;
        bytes
    }
}

/// Ten seconds in which media comes in: how much of it.
fn after_media(room: &mut Room) -> u64 {
    let (mut flowing, mut last) = (flow(), 0);
    with_media(room, 10_000, || {
        last = flowing();
        last
    });
    last
}

/// Loses the socket to a balancer that takes connections which no node answers; until `count` dials are made.
/// Says when the dials were made, from the loss on.
fn dials_to_nowhere(room: &mut Room, media: u64, count: usize) -> Vec<(u64, bool)> {
    room.forget();
    room.server.dials = (0..9).map(|_| OnDial::Stall).collect();
    let lost = room.now;
    room.drop_socket(1006);
    let mut dials = Vec::new();
    while dials.len() < count && room.now.since(lost) < 12_000 {
        with_media(room, 50, || media);
        dials.extend(room.dials.drain(..).map(|dial| (room.now.since(lost), common::join_request(&dial).reconnect)));
    }
    dials
}

#[test]
fn a_node_that_is_gone_is_not_asked_to_resume_and_a_dial_that_hangs_is_replaced_three_times() {
    let mut seconds = Vec::new();
    for seed in 0..60 {
        let mut room = watching(seed);
        let bytes = after_media(&mut room);
        let dials = dials_to_nowhere(&mut room, bytes, 4);
        let [(first, resume), (second, false), (third, false), (fourth, false)] = dials[..] else {
            panic!("seed {seed}: {dials:?}")
        };
        if first > 2_500 {
            assert!(!resume, "seed {seed}: {first} ms, both paths were known to be silent");
        }
        let hung = second - first;
        let range = if first < 1_500 { 3_500..=3_700 } else { 1_000..=1_200 };
        assert!(
            (1_400..=1_600).contains(&first) || range.contains(&hung),
            "seed {seed}: {first} ms, hung for {hung} ms"
        );
        for again in [third - second, fourth - third] {
            assert!((1_000..=1_200).contains(&again), "seed {seed}: hung again for {again} ms");
        }
        assert_eq!(room.kinds().last(), Some(&ReconnectKind::Full));
        with_media(&mut room, 4_000, || bytes);
        assert!(room.dials.is_empty(), "seed {seed}: three times");
        seconds.push(second / 100);
    }
    seconds.sort_unstable();
    let most = seconds.chunk_by(|a, b| a == b).map(<[u64]>::len).max();
    assert!(most <= Some(9), "they stay spread: {seconds:?}");
}

#[test]
fn the_larger_the_room_the_longer_a_dial_may_hang() {
    let mut seen = 0;
    for seed in 0..20 {
        let mut room = watching_among(seed, 1_000);
        let bytes = after_media(&mut room);
        let dials = dials_to_nowhere(&mut room, bytes, 2);
        if let [(first, _), (second, false)] = dials[..] {
            // A window of 9.8 s.
            assert!(first < 1_600 || (3_500..=3_800).contains(&(second - first)), "seed {seed}: {dials:?}");
            seen += 1;
        }
    }
    assert!(seen > 5, "{seen}");
}

#[test]
fn a_resume_that_hung_until_the_server_turned_it_down_has_had_its_turn() {
    let leave = || proto::LeaveRequest { action: proto::leave_request::Action::Reconnect as i32, ..Default::default() };
    let mut seen = 0;
    for seed in 0..60 {
        let mut room = watching(seed);
        let mut last = 0;
        let mut flowing = flow();
        with_media(&mut room, 10_000, || {
            last = flowing();
            last
        });
        // Up to the loss, more came in than anybody has looked at.
        last = flowing();
        room.forget();
        room.server.next_dials([OnDial::Mute]);
        room.drop_socket(1006);
        let lost = room.now;
        while room.dials.is_empty() {
            with_media(&mut room, 50, || last);
        }
        if room.now.since(lost) > 1_500 {
            continue;
        }
        with_media(&mut room, 3_200, || last);
        room.forget();
        room.tell(Told::Leave(leave()));
        let waited = room.run_until(ConnectionState::Connected, 5_000);
        assert!(waited <= 252, "seed {seed}: {waited} ms");
        seen += 1;
    }
    assert!(seen > 9, "{seen}");
}

#[test]
fn a_resume_has_its_time_while_media_flows() {
    let mut room = watching(7);
    let mut flowing = flow();
    with_media(&mut room, 10_000, &mut flowing);
    room.forget();
    room.server.dials = (0..9).map(|_| OnDial::Stall).collect();
    room.drop_socket(1006);
    with_media(&mut room, 9_000, &mut flowing);
    assert_eq!(room.kinds(), [ReconnectKind::Resume]);
    assert!(room.dials.iter().all(|dial| common::join_request(dial).reconnect));
}

/// Nobody doubts the socket of such rooms, and they resume when it is lost. `begin` gives what their transports have received.
fn no_witness(begin: fn(&mut Room) -> u64) {
    let mut late = 0;
    for seed in 0..20 {
        let mut room = watching(seed);
        let received = begin(&mut room);
        with_media(&mut room, 10_000, || received);
        room.forget();
        with_media(&mut room, 10_000, || received);
        let pings = room.sent.iter().filter(|ask| matches!(ask, Ask::PingReq(_))).count();
        assert!(pings <= 2, "seed {seed}: no doubt of a socket that answers: {pings}");
        room.drop_socket(1006);
        with_media(&mut room, 2_500, || received);
        late += usize::from(room.dials.is_empty());
        with_media(&mut room, 2_500, || received);
        assert!(!room.kinds().contains(&ReconnectKind::Full), "seed {seed}: {:?}", room.kinds());
    }
    assert!(late > 3, "{late} waited for longer than the witness takes");
}

#[test]
fn media_that_never_came_in_tells_nothing() {
    no_witness(|room| {
        with_media(room, 50_000, || 0);
        0
    });
}

/// Pictures that nobody sees (`adaptiveStream`, `setEnabled(false)`) are not sent.
#[test]
fn media_that_was_asked_not_to_come_tells_nothing() {
    no_witness(|room| {
        let received = after_media(room);
        let settings = TrackSettings { disabled: true, ..Default::default() };
        room.call(Command::SetTrackSettings { track_sid: "TR_v".into(), settings });
        received
    });
}

/// A node can die within the first two seconds of a track, before anybody has looked.
#[test]
fn media_that_came_in_and_was_not_looked_at_yet_tells_of_a_dead_node() {
    for seed in 0..20 {
        let mut room = watching(seed);
        with_media(&mut room, 500, || panic!("it was looked at"));
        room.server.next_dials([OnDial::Stall]);
        room.drop_socket(1006);
        let lost = room.now;
        while !room.kinds().contains(&ReconnectKind::Full) && room.now.since(lost) < 10_000 {
            with_media(&mut room, 50, || 5_000);
        }
        assert!(room.now.since(lost) <= 6_000, "seed {seed}: {} ms", room.now.since(lost));
    }
}

#[test]
fn people_of_a_dead_node_are_awaited_on_the_next_one_and_gone_in_the_end() {
    let node = |id: &str| Some(proto::ServerInfo { node_id: id.into(), ..Default::default() });
    for (next, awaited) in [("ND_two", true), ("ND_one", false)] {
        let mut room = Room::new();
        room.server.join.server_info = node("ND_one");
        room.server.join.other_participants = vec![participant("ada", "PA_ada")];
        room.connect();
        room.run_for(60_000);
        room.forget();
        room.server.join.server_info = node(next);
        room.server.join.other_participants = Vec::new();
        room.call(rejoin::engine::room::command::Command::Simulate(
            rejoin::engine::room::command::Scenario::FullReconnect,
        ));
        room.run_until(ConnectionState::Connected, 1_000);
        let gone = |room: &Room| {
            room.events.iter().filter(|each| matches!(each, Event::ParticipantDisconnected { .. })).count()
        };
        assert_eq!(gone(&room), usize::from(!awaited), "{next}");
        room.run_for(30_000);
        assert_eq!(gone(&room), 1, "{next}");
    }
}
