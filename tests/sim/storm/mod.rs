//! Storms: from one to 100,000 real engines on a virtual clock, a seeded network and a model server, and what comes of it
//! when their connections are cut.
//!
//! This folder is a library without a crate of its own: the tests of `tests/sim`, the comparison of policies and the
//! storm lab include it as a module. It depends on the crate's `engine` and `protocol` and on nothing of a test, a clock
//! or a browser, so it compiles to wasm as it is.
//!
//! ```ignore
//! let mut storm = Storm::new(Setting { clients: 650, room: 650, ..Setting::default() });
//! // The clients have been connected for a while and the fault has just struck: this is moment 0.
//! storm.advance(20_000);
//! let Figures { peak, least_connected, t50_ms, t99_ms, attempts_mean, lost_others, .. } = storm.figures();
//! let Series { arrivals, connected } = storm.series(); // one number for each 100 ms
//! ```
//!
//! `Storm::new` connects everybody, which is as much work as some seconds of the storm; `advance` may be called as often
//! and with as little as is wanted, the outcome is the same. The same setting gives the same storm, bit for bit.
//!
//! [`world`] is the loop and [`world::Site`] what it asks of a server; [`crowd`] is the model server of storms. Other
//! servers and hosts, with transports and data, are made of the same parts elsewhere in `tests/sim`.

// Each of those who include it uses a part.
#![allow(dead_code)]

pub mod agenda;
pub mod client;
pub mod crowd;
pub mod net;
pub mod node;
pub mod policies;
pub mod series;
pub mod world;

use rejoin::engine::config::{Capabilities, Config, ConnectOptions};
use rejoin::engine::io::HostEvent;
use rejoin::engine::room::command::{CallId, Command};
use rejoin::engine::time::Millis;
use rejoin::protocol::proto;
use rejoin::protocol::secret::Secret;

use agenda::Happening;
use crowd::Crowd;
use net::Weather;
use node::Node;
use policies::Policy;
pub use series::{Figures, Series};
use world::World;

/// How long everybody has been connected when the fault strikes: longer than a session needs to count as stable.
const CALM_MS: u64 = 35_000;
/// A signalling-only host, as an edge worker is one.
const SIGNALLING: Capabilities = Capabilities { rtc: false, offer_with_join: false };

/// What happens at moment 0, to the first region.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// Share of its clients whose connection is cut.
    pub share: f64,
    /// Each client's own network fails and says so (`local`), instead of the server's end.
    pub local: bool,
    /// The server has lost the sessions: a resume is turned down, a new join is needed.
    pub forgotten: bool,
    /// The server refuses everything for so long.
    pub down_ms: u64,
    /// The server has only this share of its capacity for so long.
    pub weak: (f64, u64),
}

impl Default for Fault {
    fn default() -> Self {
        Self { share: 1.0, local: false, forgotten: false, down_ms: 0, weak: (1.0, 0) }
    }
}

/// A storm to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting {
    /// Clients, of all regions together.
    pub clients: u32,
    /// Participants of each client's room: what its policy is told.
    pub room: u32,
    /// Dials that each region takes in a second.
    pub capacity_per_s: f64,
    /// Clients are spread evenly over so many. Each is told of the others, as an app that names its regions does.
    pub regions: u32,
    pub fault: Fault,
    pub policy: Policy,
    /// Latency one way, between these.
    pub latency_ms: (f64, f64),
    pub seed: u64,
}

/// The model server's capacity for so many clients: 200 dials a second for 650.
pub fn capacity_for(clients: u32) -> f64 {
    200.0 * f64::from(clients) / 650.0
}

impl Default for Setting {
    fn default() -> Self {
        Self {
            clients: 650,
            room: 650,
            capacity_per_s: capacity_for(650),
            regions: 1,
            fault: Fault::default(),
            policy: Policy::Rejoin,
            latency_ms: Weather::default().latency_ms,
            seed: 1,
        }
    }
}

impl Setting {
    /// All of so many clients of one room, on a server that fits them.
    pub fn of(clients: u32) -> Self {
        Self { clients, room: clients, capacity_per_s: capacity_for(clients), ..Self::default() }
    }
}

/// See the module.
pub struct Storm {
    world: World<Crowd>,
    fault_at: Millis,
}

impl Storm {
    /// Everybody connects, is left alone for a while, and is hit.
    pub fn new(setting: Setting) -> Self {
        Self::with(setting, &join(), |_| {})
    }

    /// The same with other facts in the join, and changes to each client's configuration.
    pub fn with(setting: Setting, join: &proto::JoinResponse, configure: impl Fn(&mut Config)) -> Self {
        let nodes = (0..setting.regions.max(1)).map(|_| Node::new(setting.capacity_per_s)).collect();
        let crowd = Crowd::new(setting.seed, setting.policy, nodes, join);
        let mut world = World::new(setting.seed, crowd);
        let weather = Weather { latency_ms: setting.latency_ms, ..Weather::default() };
        let others = setting.room.saturating_sub(1 + join.other_participants.len() as u32);
        let mut config = Config { policy: setting.policy.choice(), ..Config::default() };
        configure(&mut config);
        for number in 0..setting.clients {
            let home = number % setting.regions.max(1);
            world.site.add(home as u8);
            let mut config = config.clone();
            let elsewhere = (1..setting.regions.max(1)).map(|next| region_url((home + next) % setting.regions));
            config.regions.urls.extend(elsewhere);
            let client = world.add(config, SIGNALLING, weather);
            // The roster of a room of thousands, times thousands of clients, is too much to hold. What matters of it
            // here, its size, is what a page with several rooms tells an engine, too.
            world.clients[client as usize].session.set_elsewhere(others);
            let (url, token) = (Secret::new(region_url(home)), Secret::new("token"));
            let options = ConnectOptions::default();
            world.call(client, CallId(1), Command::Connect { url, token, options });
        }
        world.advance(CALM_MS);
        assert_eq!(world.site.connected(), setting.clients, "not everybody connected to an idle server");
        let mut storm = Self { fault_at: world.now(), world };
        storm.strike(&setting);
        storm
    }

    fn strike(&mut self, setting: &Setting) {
        let World { net, site, .. } = &mut self.world;
        let Fault { share, local, forgotten, down_ms, weak } = setting.fault;
        site.begin(net);
        let node = &mut site.nodes[0];
        node.weak = (weak.1 > 0).then(|| (weak.0, self.fault_at.after(weak.1)));
        node.down_until = (down_ms > 0).then(|| self.fault_at.after(down_ms));
        let picked = site.pick(share, |node| node == 0);
        for client in picked {
            match local {
                false => self.world.site.cut(&mut self.world.net, client, forgotten),
                true => {
                    self.world.site.note_cut(client);
                    self.world.happen(client, Happening::Host(HostEvent::NetworkChange));
                    self.world.drop_socket(client, 1006);
                }
            }
        }
    }

    /// Lets so much time pass.
    pub fn advance(&mut self, ms: u64) {
        self.world.advance(ms);
    }

    /// Since the fault.
    pub fn now_ms(&self) -> u64 {
        self.world.now().since(self.fault_at)
    }

    pub fn figures(&mut self) -> Figures {
        self.world.site.figures(self.world.net.now())
    }

    pub fn series(&mut self) -> &Series {
        self.world.site.series(self.world.net.now())
    }

    /// The peak of each region.
    pub fn peaks(&self) -> Vec<f64> {
        self.world.site.peaks()
    }

    /// Inputs that engines have taken so far: what the work of a storm is proportional to.
    pub fn inputs(&self) -> u64 {
        self.world.inputs
    }
}

/// Where a region is.
fn region_url(number: u32) -> String {
    format!("wss://{number}.region.example")
}

/// The region that a URL names.
fn region_of(url: &str) -> usize {
    url.trim_start_matches("wss://").split('.').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// What everybody is told. Without pings: a crowd's pings are much work and say nothing about its return.
pub fn join() -> proto::JoinResponse {
    proto::JoinResponse {
        room: Some(proto::Room { sid: "RM_1".into(), name: "room".into(), ..Default::default() }),
        participant: Some(proto::ParticipantInfo {
            identity: "me".into(),
            sid: "PA_me".into(),
            state: proto::participant_info::State::Active as i32,
            ..Default::default()
        }),
        server_info: Some(proto::ServerInfo { version: "1.13.5".into(), region: "here".into(), ..Default::default() }),
        ..Default::default()
    }
}
