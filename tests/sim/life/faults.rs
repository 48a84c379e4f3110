//! What a network, a server and a host can do to a life, at random.

use rejoin::engine::io::{FetchFailed, FetchResponse, HostEvent};
use rejoin::protocol::proto;
use rejoin::protocol::proto::leave_request::Action;
use rejoin::protocol::signal::Told;

use super::{Life, ME, ONE, SECOND};
use crate::sfu::Door;
use crate::storm::client::Throttle;
use crate::storm::net::{Direction, Weather};
use crate::storm::world::World;

impl Life {
    fn ways(&mut self) -> &'static [Direction] {
        match self.rng.unit() {
            unit if unit < 0.25 => &[Direction::Up],
            unit if unit < 0.5 => &[Direction::Down],
            _ => &[Direction::Up, Direction::Down],
        }
    }

    pub(super) fn disturb_network(&mut self) {
        match self.rng.between(0.0, 10.0) as u32 {
            0..4 => {
                let ways = self.ways();
                let media = ways.len() == 2 && self.chance(0.7);
                self.set_silent(ways, media);
                let longest = if self.chance(0.7) { 20_000.0 } else { 120_000.0 };
                let ms = self.rng.between(100.0, longest) as u64;
                self.world.advance(ms);
                if self.chance(0.8) {
                    self.heal();
                }
            }
            4 | 5 => {
                let silent = self.chance(0.5);
                self.world.site.silence_media(&mut self.world.net, ME, silent);
            }
            6 => self.world.drop_socket(ME, 1006),
            7 => {
                let weather = Weather { loss: 0.05, spikes: 0.02, spike_ms: 2_000, ..Weather::default() };
                self.world.net.set_weather(ME, weather);
            }
            8 => self.world.net.set_weather(ME, Weather::default()),
            _ => self.heal(),
        }
    }

    fn set_silent(&mut self, ways: &[Direction], media: bool) {
        ways.iter().for_each(|way| self.world.net.silence(ME, *way));
        if media {
            self.world.site.silence_media(&mut self.world.net, ME, true);
        }
    }

    pub(super) fn heal(&mut self) {
        [Direction::Up, Direction::Down].into_iter().for_each(|way| self.world.net.heal(ME, way));
        self.world.site.silence_media(&mut self.world.net, ME, false);
    }

    pub(super) fn disturb_server(&mut self) {
        let World { net, site, .. } = &mut self.world;
        match self.rng.between(0.0, 14.0) as u32 {
            0..3 => {
                let codes = [1000, 1001, 1006, 1011, 1012, 1013, 4000];
                let code = codes[self.rng.between(0.0, codes.len() as f64) as usize];
                let reason = if self.rng.unit() < 0.2 { "retry_in=1500" } else { "" };
                site.close(net, ME, code, reason);
            }
            3 | 4 => {
                // The node dies with everything on it.
                site.close(net, ME, 1006, "");
                site.forget(net, ME);
            }
            5 => site.forget(net, ME),
            6 => {
                let action = if self.rng.unit() < 0.5 { Action::Resume } else { Action::Reconnect };
                let reasons = [
                    proto::DisconnectReason::Migration,
                    proto::DisconnectReason::StateMismatch,
                    proto::DisconnectReason::ServerShutdown,
                ];
                let reason = reasons[self.rng.between(0.0, 3.0) as usize] as i32;
                let leave = proto::LeaveRequest { action: action as i32, reason, ..Default::default() };
                site.say(net, ME, Told::Leave(leave));
            }
            7 if self.rng.unit() < 0.15 => {
                let reason = proto::DisconnectReason::ParticipantRemoved as i32;
                site.say(net, ME, Told::Leave(proto::LeaveRequest { reason, ..Default::default() }));
                site.forget(net, ME);
            }
            8..11 => {
                let doors = [Door::Refuses, Door::Stalls, Door::Mute, Door::Turns(1011), Door::Turns(1006)];
                site.door = doors[self.rng.between(0.0, doors.len() as f64) as usize];
                site.door_at = (self.places.unit() < 0.6).then_some(ONE);
                site.validate = match self.rng.between(0.0, 4.0) as u32 {
                    0 => None,
                    1 => Some(Ok(FetchResponse { status: 200, ..Default::default() })),
                    2 => Some(Ok(FetchResponse { status: 429, retry_after_ms: Some(3_000.0), ..Default::default() })),
                    _ => Some(Err(FetchFailed)),
                };
                site.close(net, ME, 1006, "");
                let ms = self.rng.between(100.0, 60_000.0) as u64;
                self.world.advance(ms);
                self.world.site.door = Door::Open;
            }
            _ => site.door = Door::Open,
        }
    }

    pub(super) fn disturb_host(&mut self) {
        match self.rng.between(0.0, 12.0) as u32 {
            0..3 => {
                // The network goes, and says so, and comes back.
                self.host(HostEvent::Offline);
                self.set_silent(&[Direction::Up, Direction::Down], true);
                let ms = self.rng.between(0.0, 60_000.0) as u64;
                self.world.advance(ms);
                self.heal();
                self.host(HostEvent::Online);
            }
            3 => {
                for _ in 0..20 {
                    self.host(HostEvent::Offline);
                    self.world.advance(25);
                    self.host(HostEvent::Online);
                    self.world.advance(25);
                }
            }
            4 | 5 => self.sleep(),
            6 => {
                self.host(HostEvent::Hidden);
                let period = if self.chance(0.5) { SECOND } else { 60 * SECOND };
                self.world.clients[0].throttle = Throttle::Every(period);
            }
            7 => {
                self.world.clients[0].throttle = Throttle::None;
                self.host(HostEvent::Visible);
            }
            8 => self.host(HostEvent::NetworkChange),
            9 => self.host(HostEvent::PageShow),
            10 => self.host(HostEvent::Resume),
            _ => self.host(HostEvent::PageHide),
        }
    }

    fn sleep(&mut self) {
        let longest = if self.chance(0.3) { 3_600_000.0 } else { 60_000.0 };
        let (ms, stands_still) = (self.rng.between(0.0, longest) as u64, self.chance(0.5));
        self.set_silent(&[Direction::Up, Direction::Down], true);
        let now = self.world.now();
        self.world.clients[0].sleep(now, ms, stands_still);
        self.world.advance(ms);
        self.heal();
        self.world.advance(1);
        if self.chance(0.5) {
            self.host(HostEvent::Resume);
        }
    }
}
