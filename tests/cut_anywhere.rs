//! The app leaves, or aborts its connect, between any two steps of a room's life. Whole lives are played again and again,
//! each time cut one step later, until every moment of them was the last one.
// Clippy takes the functions of an integration test that are no `#[test]` for production code.
#![allow(clippy::expect_used)]

mod common;

use common::server::OnDial;
use common::{Incoming, Room, TOKEN, URL, answer};
use rejoin::engine::config::{Capabilities, Config, ConnectOptions, PolicyChoice};
use rejoin::engine::error::Code;
use rejoin::engine::io::HostEvent;
use rejoin::engine::peer::{PeerEvent, PeerState, Target};
use rejoin::engine::room::command::{Command, DataMessage, PublishTrack};
use rejoin::engine::room::event::{ConnectionState, Event};
use rejoin::engine::{PolicyAnswer, Question};
use rejoin::protocol::map::Map;
use rejoin::protocol::proto;
use rejoin::protocol::secret::Secret;

/// What happens, and for how long it is watched.
type Act = (fn(&mut Room), u64);

/// A life: how it begins, and what happens in it.
struct Life {
    name: &'static str,
    make: fn() -> Room,
    acts: &'static [Act],
}

fn connect(room: &mut Room) {
    let options = ConnectOptions::default();
    room.ask(Command::Connect { url: URL.into(), token: Secret::new(TOKEN), options });
}

/// One call of each kind that waits for something.
fn ask_for_everything(room: &mut Room) {
    let request = |cid: &str| proto::AddTrackRequest { cid: cid.into(), name: cid.into(), ..Default::default() };
    room.ask(Command::PublishTrack(PublishTrack { request: Box::new(request("camera")) }));
    room.ask(Command::PublishTrack(PublishTrack { request: Box::new(request("microphone")) }));
    room.ask(Command::MuteTrack { cid: "camera".into(), muted: true });
    room.ask(Command::UpdateMetadata { name: Some("Ada".into()), metadata: None, attributes: Map::new() });
    for reliable in [true, false] {
        let payload = vec![1; 100];
        room.ask(Command::PublishData(DataMessage { payload, reliable, ..Default::default() }));
    }
    room.ask(Command::SetSubscribed { track_sids: vec!["TR_9".into()], subscribed: true });
    room.ask(Command::ReconnectNow);
    room.ask(Command::UnpublishTrack { cid: "microphone".into() });
}

fn peer(room: &mut Room, state: PeerState) {
    let generation = *room.peers.last().expect("there is no peer");
    room.incoming.push_back(Incoming::Peer(generation, PeerEvent::State { target: Target::Publisher, state }));
}

fn with(capabilities: Capabilities, policy: PolicyChoice) -> Room {
    Room::with(Config { policy, ..Config::default() }, capabilities)
}

const BROWSER: Capabilities = Capabilities { rtc: true, offer_with_join: true };

const LIVES: &[Life] = &[
    Life {
        name: "a good day",
        make: Room::new,
        acts: &[
            (connect, 100),
            (ask_for_everything, 1_000),
            (|room| room.lose_socket(1006), 5_000),
            (ask_for_everything, 30_000),
        ],
    },
    Life {
        name: "a host that offers after the join",
        make: || Room::with(Config::default(), Capabilities { rtc: true, offer_with_join: false }),
        acts: &[(connect, 100), (ask_for_everything, 1_000), (|room| room.lose_socket(1001), 20_000)],
    },
    Life {
        name: "a host without WebRTC",
        make: || Room::with(Config::default(), Capabilities { rtc: false, offer_with_join: false }),
        acts: &[(connect, 100), (ask_for_everything, 100), (|room| room.lose_socket(1000), 40_000)],
    },
    Life {
        name: "a server that knows v0 alone",
        make: || {
            let mut room = Room::new();
            room.server.next_dials([OnDial::Refuse]);
            room.validate = answer(404, "404 page not found");
            room
        },
        acts: &[(connect, 100), (ask_for_everything, 100), (|room| room.lose_socket(1006), 20_000)],
    },
    Life {
        name: "calls that are made before it is connected",
        make: || {
            let mut room = Room::new();
            room.server.next_dials([OnDial::Refuse]);
            room.validate = None;
            room
        },
        acts: &[
            (
                |room| {
                    connect(room);
                    ask_for_everything(room);
                },
                5_000,
            ),
            (ask_for_everything, 1_000),
        ],
    },
    Life {
        name: "a server that answers nothing",
        make: || {
            let mut room = Room::new();
            (room.server.answers, room.server.publishes, room.server.responds) = (false, false, None);
            room
        },
        acts: &[(connect, 1_000), (ask_for_everything, 40_000)],
    },
    Life {
        name: "resumes that fail, and a full reconnect",
        make: Room::new,
        acts: &[
            (connect, 40_000),
            (ask_for_everything, 100),
            (
                |room| {
                    room.validate = None;
                    room.server.next_dials([OnDial::Refuse, OnDial::Stall, OnDial::Mute, OnDial::Garble(vec![9; 9])]);
                    room.lose_socket(1006);
                    ask_for_everything(room);
                },
                90_000,
            ),
        ],
    },
    Life {
        name: "a transport that fails and does not come back",
        make: Room::new,
        acts: &[
            (connect, 40_000),
            (ask_for_everything, 100),
            (
                |room| {
                    room.server.answers = false;
                    peer(room, PeerState::Failed);
                },
                25_000,
            ),
            (|room| room.server.answers = true, 60_000),
        ],
    },
    Life {
        name: "a policy of the app's own, and a network that goes and comes",
        make: || with(BROWSER, PolicyChoice::Custom),
        acts: &[
            (connect, 40_000),
            (|room| room.lose_socket(1006), 100),
            (ask_for_everything, 100),
            (|room| room.incoming.push_back(Incoming::Policy(Question(1), PolicyAnswer::Delay(500.0))), 200),
            (|room| room.incoming.push_back(Incoming::Host(HostEvent::Offline)), 60_000),
            (|room| room.incoming.push_back(Incoming::Host(HostEvent::Online)), 5_000),
            (
                |room| {
                    room.server.pongs = false;
                    room.incoming.push_back(Incoming::Host(HostEvent::Resume));
                },
                10_000,
            ),
            (|room| room.server.pongs = true, 60_000),
        ],
    },
    Life {
        name: "a link that falls silent",
        make: Room::new,
        acts: &[
            (connect, 1_000),
            (
                |room| {
                    room.server.pongs = false;
                    ask_for_everything(room);
                },
                40_000,
            ),
        ],
    },
];

/// Plays a life up to a step. False when it was over before.
fn cut(life: &Life, at: usize) -> bool {
    let mut room = (life.make)();
    let (mut steps, mut asked) = (0, None);
    for (act, ms) in life.acts {
        act(&mut room);
        let end = room.now.after(*ms);
        loop {
            if steps == at {
                let open_fetch = asked.filter(|since| room.now.since(*since) < 3_000 && room.validate.is_none());
                leave(room, open_fetch.is_some(), &format!("{}, step {at}", life.name));
                return true;
            }
            let fetches = room.fetches.len();
            if !room.step(end) {
                break;
            }
            if room.fetches.len() > fetches {
                asked = Some(room.now);
            }
            steps += 1;
            assert!(steps < 10_000, "{}: it never comes to rest", life.name);
        }
    }
    false
}

fn leave(mut room: Room, open_fetch: bool, moment: &str) {
    // What the world was about to say is said all the same.
    let late = std::mem::take(&mut room.incoming);
    let was = room.state();
    let left = room.ask(Command::Disconnect);
    room.step(room.now);
    // Data that was accepted arrives first, where it can.
    let patience = room.now.after(1_000);
    while room.result(left).is_none() && room.step(patience) {}
    assert!(room.result(left).expect(moment).is_ok(), "{moment}");
    assert_eq!(room.session.deadline(), None, "{moment}: a timer is left");
    assert!(room.socket.is_none() && room.peers.is_empty(), "{moment}: a socket or a peer is left");
    assert!(!open_fetch || !room.asking.contains(&room.fetches.last().expect(moment).id), "{moment}: a fetch is left");
    if was != ConnectionState::Disconnected {
        let last: Vec<_> = room.events.iter().rev().take(2).collect();
        let want = [&Event::Disconnected { reason: 1 }, &Event::StateChanged(ConnectionState::Disconnected)];
        assert_eq!(last, want, "{moment}");
    }
    room.forget();
    let generations = room.peers.len();
    for said in late {
        room.give(said);
    }
    room.run_for(3_600_000);
    let told = (room.events.len(), room.sent.len(), room.dials.len(), room.closed.len(), room.actions.len());
    assert_eq!(told, (0, 0, 0, 0, 0), "{moment}: {:?}", room.events);
    assert!(room.logs.is_empty() && room.fetches.is_empty() && room.peers.len() == generations, "{moment}");
    // Settled once each, the last of them by this.
    room.assert_over();
}

/// Fault 22: every step of ten lives is the last one once.
#[test]
fn leaving_between_any_two_steps_settles_everything_once_and_leaves_nothing() {
    let mut total = 0;
    for life in LIVES {
        // The first step is the connect itself.
        let steps = (1..).take_while(|at| cut(life, *at)).count();
        println!("{}: {steps} moments", life.name);
        assert!(steps > 20, "{}: {steps} moments", life.name);
        total += steps;
    }
    println!("{total} moments");
}

/// Fault 22: a connect that is cut at any step rejects as cancelled, or had been made before.
#[test]
fn a_connect_that_is_aborted_at_any_step_says_so() {
    for life in LIVES {
        for at in 1..40 {
            let mut room = (life.make)();
            connect(&mut room);
            let end = room.now.after(15_000);
            for _ in 0..at {
                room.step(end);
            }
            let before = room.result(1).cloned();
            room.incoming.clear();
            room.call(Command::Disconnect);
            match before {
                Some(result) => assert_eq!(room.result(1), Some(&result), "{} {at}", life.name),
                None => assert_eq!(room.error(1).code, Code::Cancelled, "{} {at}", life.name),
            }
        }
    }
}
