//! What sockets, peers, fetches and questions that nobody waits for any more report when it is too late.

mod common;

use common::server::OnDial;
use common::{Incoming, Room, answer};
use rejoin::engine::config::{Capabilities, Config, PolicyChoice};
use rejoin::engine::io::{Attempt, FetchFailed, FetchId};
use rejoin::engine::peer::{Channel, Generation, MediaHandle, PeerEvent, PeerState, Step, Target};
use rejoin::engine::room::event::ConnectionState;
use rejoin::engine::{PolicyAnswer, Question};
use rejoin::protocol::proto;
use rejoin::protocol::signal::{SignalResponse, Told};

/// Everything an older socket may still say.
fn last_words(attempt: Attempt) -> Vec<Incoming> {
    use rejoin::protocol::wire::Message as _;
    let frame = |message| Incoming::Frame(attempt, SignalResponse { message: Some(message) }.encode_to_vec());
    vec![
        Incoming::Open(attempt),
        Incoming::Text(attempt),
        Incoming::Frame(attempt, vec![0xff; 9]),
        frame(Told::Join(proto::JoinResponse::default())),
        frame(Told::Reconnect(proto::ReconnectResponse::default())),
        frame(Told::RefreshToken("of another time".into())),
        frame(Told::Leave(proto::LeaveRequest::default())),
        Incoming::Closed(attempt, 1006, String::new()),
        Incoming::Closed(attempt, 1008, "retry_in=-1".into()),
    ]
}

/// A room in the middle of its second attempt or of what follows it: how far it is, and how it got there.
type Moment = (&'static str, fn() -> Room);

fn lost() -> Room {
    let mut room = Room::connected();
    room.run_for(40_000);
    room.validate = answer(200, "success");
    room
}

/// Up to the moment when the socket of the next attempt is dialled.
fn until_dialled(mut room: Room) -> Room {
    let before = room.dials.len();
    room.drop_socket(1006);
    while room.dials.len() == before {
        room.run_for(10);
    }
    room
}

const MOMENTS: &[Moment] = &[
    ("waiting for the policy's delay", || {
        let mut room = lost();
        room.drop_socket(1006);
        room
    }),
    ("dialling", || {
        let mut room = lost();
        room.server.next_dials([OnDial::Stall]);
        until_dialled(room)
    }),
    ("open, without a first message", || {
        let mut room = lost();
        room.server.next_dials([OnDial::Mute]);
        until_dialled(room)
    }),
    ("asking why the socket did not open", || {
        let mut room = lost();
        room.validate = None;
        room.server.next_dials([OnDial::Refuse]);
        until_dialled(room)
    }),
    ("waiting for the transport", || {
        let mut room = lost();
        room.server.answers = false;
        until_dialled(room)
    }),
    ("connected again", || until_dialled(lost())),
];

/// Fault 23: whatever older sockets report, at whatever stage the newer attempt is.
#[test]
fn what_an_older_socket_says_is_ignored_at_every_stage_of_a_newer_attempt() {
    for (moment, make) in MOMENTS {
        let words = last_words(Attempt(1)).len();
        for word in 0..words {
            let mut room = make();
            room.forget();
            let (state, deadline, socket) = (room.state(), room.session.deadline(), room.socket);
            let said = last_words(Attempt(1)).remove(word);
            let story = format!("{moment}: {said:?}");
            room.give(said);
            assert_eq!((room.state(), room.session.deadline(), room.socket), (state, deadline, socket), "{story}");
            let quiet =
                room.events.is_empty() && room.dials.is_empty() && room.sent.is_empty() && room.closed.is_empty();
            assert!(quiet && room.actions.is_empty() && room.logs.is_empty(), "{story}: {:?}", room.events);
        }
    }
}

/// Fault 23: a socket that was never dialled, and the current one after its end.
#[test]
fn a_socket_of_the_future_and_one_that_has_ended_are_ignored_too() {
    for attempt in [Attempt(0), Attempt(3), Attempt(u32::MAX)] {
        let mut room = Room::connected();
        room.forget();
        for said in last_words(attempt) {
            room.give(said);
        }
        assert!(room.events.is_empty(), "{attempt:?}: {:?}", room.events);
    }
    let mut room = lost();
    let ended = room.socket.unwrap();
    room.drop_socket(1006);
    room.forget();
    for said in last_words(ended) {
        room.give(said);
    }
    assert!(room.events.is_empty() && room.logs.is_empty(), "{:?}", room.events);
    room.run_until(ConnectionState::Connected, 5_000);
}

/// Fault 23: peers, fetches and questions have their numbers as well.
#[test]
fn older_peers_fetches_and_questions_are_ignored_as_well() {
    let config = Config { policy: PolicyChoice::Custom, ..Config::default() };
    let mut room = Room::with(config, Capabilities { rtc: true, offer_with_join: true });
    room.connect();
    room.server.next_dials(vec![OnDial::Refuse; 2]);
    // Two attempts fail, so the third is a full reconnect with a second peer.
    room.drop_socket(1006);
    for _ in 0..3 {
        let question = room.asked().0;
        room.give(Incoming::Policy(question, PolicyAnswer::Delay(1_000.0)));
        room.run_for(4_200);
    }
    assert_eq!((room.state(), room.peers.as_slice()), (ConnectionState::Connected, &[Generation(2)][..]));
    room.forget();
    let (old, channel, target) = (Generation(1), Channel::Reliable, Target::Publisher);
    let peer = [
        PeerEvent::State { target, state: PeerState::Failed },
        PeerEvent::State { target, state: PeerState::Connected },
        PeerEvent::ChannelClosed(channel),
        PeerEvent::ChannelOpen(channel),
        PeerEvent::Offer { offer_id: 1, sdp: "old".into() },
        PeerEvent::AnswerApplied { offer_id: 1, max_message_bytes: Some(1) },
        PeerEvent::Failed { step: Step::Answer { offer_id: 1 }, message: "old".into() },
        PeerEvent::Track { mid: "0".into(), stream_id: "s".into(), track_id: "t".into(), media: MediaHandle(1) },
        PeerEvent::Stats { bytes_received: 7 },
    ];
    for event in peer {
        room.give(Incoming::Peer(old, event));
    }
    for id in [0, 1, 2, u32::MAX] {
        room.give(Incoming::Fetch(FetchId(id), Err(FetchFailed)));
        room.give(Incoming::Fetch(FetchId(id), answer(401, "no").unwrap()));
        for said in [PolicyAnswer::GiveUp, PolicyAnswer::Delay(0.0), PolicyAnswer::Failed] {
            room.give(Incoming::Policy(Question(id), said));
        }
    }
    assert!(room.events.is_empty() && room.sent.is_empty() && room.logs.is_empty(), "{:?}", room.events);
    room.run_for(20_000);
    assert_eq!(room.state(), ConnectionState::Connected);
}
