//! Several rooms of one origin that lose their server together, in one page or in several tabs: they know of each other
//! (how, tests/browser/tabs.test.mjs shows) and share one window. A tab that does not hear of the others, in another
//! profile for one, keeps to its own policy.

mod common;

use common::server::{OnDial, participant};
use common::{Room, answer};
use rejoin::engine::config::{Capabilities, Config};
use rejoin::engine::room::event::ConnectionState;

const BROWSER: Capabilities = Capabilities { rtc: true, offer_with_join: true };
const OUTAGE_MS: u64 = 120_000;

/// A room of so many people, on an origin with so many in other rooms.
fn room(seed: u8, people: u32, elsewhere: u32) -> Room {
    let mut room = Room::seeded(Config::default(), BROWSER, seed);
    let others = (1..people).map(|n| participant(&format!("p{n}"), &format!("PA_{n}")));
    room.server.join.other_participants = others.collect();
    room.connect();
    room.session.set_elsewhere(elsewhere);
    room.run_for(60_000);
    room.forget();
    room
}

/// What two minutes of refusal make a room do, and when.
fn outage(mut room: Room) -> Room {
    room.validate = answer(503, "");
    room.server.next_dials(vec![OnDial::Refuse; 10_000]);
    room.drop_socket(1006);
    room.run_for(OUTAGE_MS);
    room
}

/// Fault 50: two rooms that know of each other and three that know of none, over many seeds.
#[test]
fn rooms_and_tabs_of_one_origin_stay_within_the_sum_of_their_policies() {
    let (mut together, mut alone, mut asked) = (0, 0, 0);
    for seed in 0..40 {
        for (people, elsewhere) in [(300, 500), (500, 300), (300, 0), (500, 0), (10, 0)] {
            let with = outage(room(seed, people, elsewhere));
            let without = outage(room(seed, people, 0));
            together += with.dials.len();
            alone += without.dials.len();
            // A server in trouble is not asked twice by everybody: once in four attempts why the socket did not open.
            assert_eq!(with.fetches.len(), with.dials.len().div_ceil(4), "seed {seed}");
            asked += with.fetches.len();
            let longest = with.reconnecting().iter().fold(0.0f64, |longest, facts| longest.max(facts.delay_ms));
            assert!(longest <= 150_000.0, "seed {seed}: {longest}");
        }
    }
    println!(
        "{together} attempts and {asked} questions in two minutes of 40 such origins; without the shared window {alone}"
    );
    assert!(together < alone && asked * 3 < together);
}

/// Fault 50: the window is that of all the page's people, so its two rooms come back as one large one would.
#[test]
fn two_rooms_of_a_page_are_spread_like_one_room_of_both() {
    let firsts = |people, elsewhere| -> Vec<f64> {
        (0..100)
            .map(|seed| {
                let mut room = room(seed, people, elsewhere);
                room.drop_socket(1006);
                room.reconnecting()[0].delay_ms
            })
            .collect()
    };
    let (two, one) = (firsts(300, 500), firsts(800, 0));
    assert_eq!(two, one, "the same seeds, the same window");
    let longest = two.iter().copied().fold(0.0, f64::max);
    assert!((6_000.0..=8_050.0).contains(&longest), "800 people at 100 a second: {longest}");
}

/// Fault 50: and when the server is there again, everybody is back.
#[test]
fn all_rooms_of_the_origin_come_back() {
    for seed in 0..5 {
        for (people, elsewhere) in [(300, 500), (500, 300), (10, 0), (10, 0), (10, 0)] {
            let mut room = outage(room(seed, people, elsewhere));
            room.server.dials.clear();
            room.validate = answer(200, "success");
            room.run_for(85_000);
            assert_eq!(room.state(), ConnectionState::Connected, "seed {seed}, {people} people");
        }
    }
}
