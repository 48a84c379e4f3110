//! Sockets that die without a word, in one direction or both, and sockets that only seem to.

mod common;

use common::Room;
use common::server::participant;
use rejoin::engine::peer::PeerState;
use rejoin::engine::room::event::ConnectionState;
use rejoin::protocol::proto;
use rejoin::protocol::signal::Told;

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

#[test]
fn silence_is_noticed_within_the_servers_timeout_and_three_seconds() {
    let mut room = fallen_silent();
    let start = room.now;
    while room.closed.is_empty() && room.now.since(start) < 60_000 {
        room.run_for(100);
    }
    assert!(room.now.since(start) <= 18_000, "{} ms", room.now.since(start));
    assert_eq!(hangups(&room), [4003]);
    room.server.pongs = true;
    room.run_until(ConnectionState::Connected, 10_000);
}

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
    assert!(room.now.since(start) <= 26_000, "{} ms", room.now.since(start));
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
