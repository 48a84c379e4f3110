//! Rooms that know of several servers, and what they did with them.

use rejoin::engine::config::{Capabilities, Config, ConnectOptions};
use rejoin::engine::regions::RegionOptions;
use rejoin::engine::room::command::Command;
use rejoin::engine::room::event::{Event, RegionChange};
use rejoin::protocol::secret::Secret;

use super::{Room, TOKEN};

pub const ONE: &str = "wss://one.example";
pub const TWO: &str = "wss://two.example";
pub const THREE: &str = "wss://three.example";
pub const CLOUD: &str = "wss://app.livekit.cloud";
pub const LIST: &str = "https://app.livekit.cloud/settings/regions";
pub const VALIDATE: &str = "https://one.example/rtc";

pub fn room(regions: RegionOptions) -> Room {
    let config = Config { regions, ..Config::default() };
    Room::with(config, Capabilities { rtc: true, offer_with_join: true })
}

/// The app names three servers itself: a list at hand.
pub fn three() -> Room {
    let urls = [ONE, TWO, THREE].map(String::from).to_vec();
    room(RegionOptions { urls, ..Default::default() })
}

pub fn connect(room: &mut Room, url: &str) -> u32 {
    let options = ConnectOptions::default();
    room.call(Command::Connect { url: url.into(), token: Secret::new(TOKEN), options })
}

pub fn dialled(room: &Room) -> Vec<&str> {
    room.dials.iter().map(|dial| dial.server_url.as_str()).collect()
}

pub fn fetched(room: &Room) -> Vec<&str> {
    room.fetches.iter().map(|fetch| fetch.url.reveal().split('?').next().unwrap()).collect()
}

pub fn changes(room: &Room) -> Vec<&RegionChange> {
    let mut all = Vec::new();
    for event in &room.events {
        if let Event::RegionChanged(change) = event {
            all.push(&**change);
        }
    }
    all
}

pub fn list(names: &[&str]) -> String {
    let entry = |name: &&str| format!(r#"{{"region":"{name}","url":"wss://{name}.livekit.cloud","distance":"1"}}"#);
    format!(r#"{{"regions":[{}]}}"#, names.iter().map(entry).collect::<Vec<_>>().join(","))
}

/// Runs until the call is settled; says after how many milliseconds.
pub fn settled(room: &mut Room, call: u32) -> u64 {
    let start = room.now;
    while room.result(call).is_none() {
        assert!(room.now.since(start) < 60_000, "nothing comes of it");
        room.run_for(10);
    }
    room.now.since(start)
}
