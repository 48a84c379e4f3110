//! A whole life: a client joins, is hit by everything that a network, a server and a browser can do, is asked for things
//! meanwhile, is left in peace, and leaves. One seed is one life.
//!
//! What must hold at every step is in `watch.rs`; what must hold in the end is here: whoever did not end for good is
//! connected; every call is settled; what was accepted is there; after the leave there is nothing left.

mod faults;

use std::collections::BTreeMap;

use rejoin::engine::PolicyAnswer;
use rejoin::engine::config::{Capabilities, Config, ConnectOptions, PolicyChoice};
use rejoin::engine::io::HostEvent;
use rejoin::engine::policy::{DefaultReconnect, ProportionalJitter};
use rejoin::engine::regions::RegionOptions;
use rejoin::engine::rng::Rng;
use rejoin::engine::room::command::{CallId, Command, DataMessage, PublishTrack, Scenario};
use rejoin::engine::room::event::ConnectionState;
use rejoin::protocol::proto;
use rejoin::protocol::secret::Secret;

use crate::sfu::{Door, Sfu};
use crate::storm::agenda::Happening;
use crate::storm::client::Throttle;
use crate::storm::net::{Weather, seed_bytes};
use crate::storm::world::World;
use crate::watch::Watch;

/// The one client.
const ME: u32 = 0;
const SECOND: u64 = 1_000;
const TOKEN: &str = "eyJ0.token.sig";
const CID: &str = "microphone";
const ONE: &str = "wss://one.example";
const LIST: &str =
    r#"{"regions":[{"region":"one","url":"wss://one.example"},{"region":"two","url":"wss://two.example"}]}"#;

/// What a life came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    pub inputs: u64,
    pub dials: usize,
    pub losses: usize,
    pub sessions: u32,
    /// Reliable messages that were accepted, and how many of them the server passed on more than once: it knows the last
    /// hundred again.
    pub accepted: usize,
    pub twice: usize,
    /// It ended before the app left, with this reason.
    pub ended: Option<i32>,
    /// For the same seed always the same.
    pub digest: u64,
}

struct Life {
    world: World<Sfu>,
    rng: Rng,
    calls: u32,
    /// Reliable messages by the call that published them.
    published: BTreeMap<u32, u32>,
    /// The last wishes, and their calls.
    muted: Option<bool>,
    metadata: Option<(u32, String)>,
    track: Option<u32>,
    online: bool,
    /// What befalls one region only, where there are several. Its draws are its own: the other lives stay what they are.
    places: Rng,
}

/// Lives it. Panics, with a sentence, when something does not hold.
pub fn live(seed: u64, traced: bool) -> Outcome {
    let mut life = Life::new(seed, traced);
    life.join();
    let steps = life.rng.between(8.0, 40.0) as u32;
    for _ in 0..steps {
        life.pause();
        life.step();
        life.check();
    }
    life.come_to_rest();
    life.leave()
}

impl Life {
    fn new(seed: u64, traced: bool) -> Self {
        let mut rng = Rng::new(seed_bytes(seed, u64::MAX - 3));
        let mut sfu = Sfu::new(seed);
        sfu.habits.says_sequences = rng.unit() < 0.8;
        sfu.habits.answers_requests = rng.unit() < 0.8;
        sfu.answers = whims;
        if rng.unit() < 0.2 {
            (sfu.join.ping_interval, sfu.join.ping_timeout) = (0, 0);
        }
        if rng.unit() < 0.8 {
            sfu.join.enabled_publish_codecs.push(proto::Codec { mime: "audio/opus".into(), ..Default::default() });
        }
        sfu.add(if traced { Watch::traced() } else { Watch::default() });
        let mut world = World::new(seed, sfu);
        let policy = match rng.unit() {
            unit if unit < 0.7 => PolicyChoice::Default(DefaultReconnect::default()),
            unit if unit < 0.8 => PolicyChoice::Table(ProportionalJitter::default()),
            _ => PolicyChoice::Custom,
        };
        // A draw of its own: the other lives stay what they are.
        let single_peer_connection = Rng::new(seed_bytes(seed, u64::MAX - 4)).unit() < 0.75;
        let mut places = Rng::new(seed_bytes(seed, u64::MAX - 5));
        let regions = regions(&mut places);
        world.site.list = regions.endpoint.is_some().then(|| LIST.to_owned());
        let config = Config { policy, single_peer_connection, regions, ..Config::default() };
        let rtc = rng.unit() < 0.85;
        let capabilities = Capabilities { rtc, offer_with_join: rng.unit() < 0.7 };
        world.add(config, capabilities, Weather::default());
        Self {
            world,
            rng,
            calls: 0,
            published: BTreeMap::new(),
            muted: None,
            metadata: None,
            track: None,
            online: true,
            places,
        }
    }

    fn watch(&mut self) -> &mut Watch {
        &mut self.world.site.place(ME).watch
    }

    fn state(&self) -> ConnectionState {
        self.world.clients[0].session.state()
    }

    fn call(&mut self, command: Command) -> u32 {
        self.calls += 1;
        let call = self.calls;
        self.world.call(ME, CallId(call), command);
        call
    }

    fn host(&mut self, event: HostEvent) {
        match event {
            HostEvent::Online => self.online = true,
            HostEvent::Offline => self.online = false,
            _ => {}
        }
        self.world.happen(ME, Happening::Host(event));
    }

    fn join(&mut self) {
        let (url, token) = (ONE.into(), Secret::new(TOKEN));
        self.call(Command::Connect { url, token, options: ConnectOptions::default() });
        if self.rng.unit() < 0.9 {
            self.world.advance(3 * SECOND);
        }
    }

    fn chance(&mut self, share: f64) -> bool {
        self.rng.unit() < share
    }

    /// Between two steps: mostly some seconds, sometimes nothing, sometimes minutes.
    fn pause(&mut self) {
        let longest = match self.rng.unit() {
            unit if unit < 0.15 => 1.0,
            unit if unit < 0.4 => 200.0,
            unit if unit < 0.85 => 8_000.0,
            _ => 90_000.0,
        };
        let ms = self.rng.between(0.0, longest) as u64;
        self.world.advance(ms);
    }

    fn step(&mut self) {
        let which = self.rng.between(0.0, 100.0) as u32;
        self.watch().note(|| format!("          == step {which}"));
        match which {
            0..30 => self.edit(),
            30..55 => self.disturb_network(),
            55..80 => self.disturb_server(),
            _ => self.disturb_host(),
        }
    }

    /// The app asks for something.
    fn edit(&mut self) {
        let command = match self.rng.between(0.0, 12.0) as u32 {
            0..5 => {
                let burst = if self.chance(0.2) { 30 } else { 1 };
                return (0..burst).for_each(|_| self.publish());
            }
            5 => Command::PublishData(DataMessage { payload: vec![1; 10], ..DataMessage::default() }),
            6 => {
                let text = format!("metadata {}", self.calls + 1);
                let wish = Some(text.clone());
                let change = Command::UpdateMetadata { name: None, metadata: wish, attributes: Default::default() };
                return self.metadata = Some((self.call(change), text));
            }
            7 | 8 if self.track.is_none() => {
                let request = Box::new(proto::AddTrackRequest { cid: CID.into(), ..Default::default() });
                self.muted = Some(false);
                let call = self.call(Command::PublishTrack(PublishTrack { request }));
                return self.track = Some(call);
            }
            7 | 8 => {
                let muted = self.chance(0.5);
                let call = self.call(Command::MuteTrack { cid: CID.into(), muted });
                if let Some(Ok(_)) = self.watch().settled.get(&call) {
                    self.muted = Some(muted);
                }
                return;
            }
            9 => Command::ReconnectNow,
            10 => Command::Simulate(match self.chance(0.5) {
                true => Scenario::SignalReconnect,
                false => Scenario::FullReconnect,
            }),
            _ => Command::SetSubscribed { track_sids: vec!["TR_nobody".into()], subscribed: true },
        };
        self.call(command);
    }

    fn publish(&mut self) {
        let id = self.published.len() as u32 + 1;
        let size = if self.chance(0.1) { 20_000 } else { 20 };
        let mut payload = id.to_le_bytes().to_vec();
        payload.resize(size, 7);
        let message = DataMessage { payload, reliable: true, ..DataMessage::default() };
        let call = self.call(Command::PublishData(message));
        self.published.insert(call, id);
    }

    /// What must hold between any two steps.
    fn check(&mut self) {
        let state = self.state();
        let session = &self.world.clients[0].session;
        let waits = !matches!(state, ConnectionState::Disconnected | ConnectionState::Connected);
        let wakes = session.deadline().is_some();
        assert!(wakes || !waits || !self.online, "it waits for nothing: {state:?}");
        if state == ConnectionState::Disconnected {
            assert!(!wakes, "a timer is left: {:?}", session.deadline());
            assert_eq!(self.world.clients[0].socket, None, "a socket is left");
            let place = self.world.site.place(ME);
            assert!(place.watch.open_calls.is_empty(), "calls are open: {:?}", place.watch.open_calls);
            assert!(!place.transport.is_open() && !place.subscriber.is_open(), "a peer is left");
        }
    }

    /// All is well with the world again, for long enough.
    fn come_to_rest(&mut self) {
        self.watch().note(|| "          == peace".to_owned());
        self.world.site.door = Door::Open;
        self.world.net.set_weather(ME, Weather::default());
        self.world.clients[0].throttle = Throttle::None;
        self.heal();
        self.host(HostEvent::Visible);
        self.host(HostEvent::Online);
        self.world.advance(300 * SECOND);
        self.check();
        if self.watch().disconnected.is_some() {
            return;
        }
        assert_eq!(self.state(), ConnectionState::Connected, "not connected after five minutes of peace");
        self.publish();
        self.world.advance(10 * SECOND);
        let (muted, metadata, track) = (self.muted, self.metadata.clone(), self.track);
        let place = self.world.site.place(ME);
        assert!(place.watch.open_calls.is_empty(), "calls are open in peace: {:?}", place.watch.open_calls);
        for (call, id) in &self.published {
            let accepted = place.watch.settled[call].is_ok();
            assert!(!accepted || place.delivered.contains_key(id), "message {id} was accepted and is lost");
        }
        let member = place.member.as_ref().expect("connected, and unknown to the server");
        // This server begins every session with the token's, and never sends a newer token.
        if let Some((call, text)) = metadata
            && place.watch.settled[&call].is_ok()
        {
            assert_eq!(member.metadata, text, "metadata was accepted and is lost");
        }
        if track.is_some_and(|call| place.watch.settled[&call].is_ok()) {
            let there = member.tracks.values().find(|(cid, _)| cid == CID).map(|(_, muted)| *muted);
            assert_eq!(there, muted, "the track, or its last mute, is lost");
        }
    }

    fn leave(&mut self) -> Outcome {
        let ended = self.watch().disconnected.filter(|_| self.state() == ConnectionState::Disconnected);
        let call = self.call(Command::Disconnect);
        assert!(matches!(self.watch().settled.get(&call), Some(Ok(_))), "disconnect is not done at once");
        self.check();
        let outputs = self.watch().outputs;
        self.host(HostEvent::Online);
        self.world.advance(600 * SECOND);
        self.check();
        assert_eq!(self.watch().outputs, outputs, "not quiet after the end");
        let inputs = self.world.inputs;
        let place = self.world.site.place(ME);
        assert!(place.member.is_none(), "the server still has a session");
        let accepted = self.published.iter().filter(|(call, _)| place.watch.settled[call].is_ok());
        let mut outcome = Outcome {
            inputs,
            dials: place.watch.dials.len(),
            losses: place.watch.losses().len(),
            sessions: place.sessions,
            accepted: accepted.count(),
            twice: place.delivered.values().filter(|times| **times > 1).count(),
            ended,
            digest: 0,
        };
        let moments = place.watch.dials.iter().map(|at| at.0);
        outcome.digest = moments.fold(place.watch.outputs, |sum, at| sum.wrapping_mul(31).wrapping_add(at));
        outcome
    }
}

/// Most have one server; some apps name another, or know where a list is.
fn regions(rng: &mut Rng) -> RegionOptions {
    match rng.unit() {
        unit if unit < 0.7 => RegionOptions::default(),
        unit if unit < 0.85 => RegionOptions { urls: vec!["wss://two.example".into()], ..Default::default() },
        _ => RegionOptions {
            endpoint: Some("https://one.example/regions".into()),
            allowed_hosts: vec!["two.example".into()],
            ..Default::default()
        },
    }
}

/// A policy of an app: mostly sensible, sometimes not.
fn whims(_: &rejoin::engine::policy::ReconnectContext, rng: &mut Rng) -> PolicyAnswer {
    match rng.unit() {
        unit if unit < 0.8 => PolicyAnswer::Delay(rng.between(0.0, 10_000.0)),
        unit if unit < 0.85 => PolicyAnswer::Delay(f64::NAN),
        unit if unit < 0.9 => PolicyAnswer::Delay(-1.0),
        unit if unit < 0.99 => PolicyAnswer::Failed,
        _ => PolicyAnswer::GiveUp,
    }
}
