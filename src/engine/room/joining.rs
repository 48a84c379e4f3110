//! One attempt, from its first step to a session that works: offer, dial, first message, transport.
//!
//! The first connect and a full reconnect take the same way, a resume a shorter one. What happens after a failed
//! attempt is decided by the one who began it: `connecting` for the first connect, `recovery` for the others.

use crate::engine::error::{Code, Error};
use crate::engine::history::What;
use crate::engine::link::{Hangup, Phase};
use crate::engine::liveness::Periods;
use crate::engine::peer::{IceConfig, IceServer, PeerAction, PeerState};
use crate::engine::room::command::Reply;
use crate::engine::room::event::{ConnectionState, Event};
use crate::engine::room::failure::Failure;
use crate::engine::room::session::{Joined, Session};
use crate::engine::timers::Timer;
use crate::protocol::join::{Dial, Join, Resume};
use crate::protocol::proto;
use crate::protocol::secret::Secret;
use crate::protocol::signal::{SignalResponse, Told};
use crate::protocol::url::Version;
use crate::protocol::wire::Message as _;

/// Recvonly sections of each kind in the first offer of a single connection.
const FIRST_SECTIONS: u32 = 3;

/// What an attempt is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The first connect.
    Join,
    /// A full reconnect.
    Rejoin,
    /// Back to the same session.
    Resume,
}

/// Where the session stands.
#[derive(Debug)]
pub(super) enum Stage {
    /// Not connected and not about to be.
    Idle,
    /// For the next attempt: its delay, the policy's answer, or the network.
    Waiting,
    /// For the peer's offer, which rides in the join request.
    Offering(Purpose),
    /// For the socket and its first message.
    Dialling(Purpose),
    /// For the server's word on why the socket did not open.
    Validating(Purpose, Error),
    /// For the transport; signalling is up.
    Transport(Purpose),
    /// Everything works.
    Live,
}

impl Session {
    /// The purpose of the attempt that is under way.
    pub(super) fn purpose(&self) -> Option<Purpose> {
        match &self.stage {
            Stage::Offering(purpose)
            | Stage::Dialling(purpose)
            | Stage::Validating(purpose, _)
            | Stage::Transport(purpose) => Some(*purpose),
            Stage::Idle | Stage::Waiting | Stage::Live => None,
        }
    }

    /// Begins an attempt. The socket is down; the peer of a resume is up.
    pub(super) fn begin(&mut self, purpose: Purpose) {
        if purpose == Purpose::Resume {
            return self.dial(purpose, None);
        }
        if self.version == Version::V1 && std::mem::take(&mut self.v1_fails) {
            self.version = Version::V0;
        }
        self.close_peer();
        self.discover();
        let offer_rides_along =
            self.capabilities.rtc && self.capabilities.offer_with_join && self.version == Version::V1;
        if !offer_rides_along {
            return self.dial(purpose, None);
        }
        self.open_peer(None);
        if let Some(offer) = self.negotiation.next_offer(self.now, false, &mut self.timers) {
            self.peer(PeerAction::Offer { offer_id: offer.offer_id, ice_restart: false, hold: true });
        }
        self.stage = Stage::Offering(purpose);
    }

    /// Opens the next generation of the peer, in the form that this path version has.
    fn open_peer(&mut self, ice: Option<IceConfig>) {
        let dual = self.version == Version::V0;
        let sections = if dual { 0 } else { FIRST_SECTIONS };
        self.negotiation.open(dual, !dual);
        self.roster.hold_media();
        self.media = None;
        self.transport_lost = None;
        self.peer(PeerAction::Open { dual, channels: !dual, audios: sections, videos: sections, ice });
        self.emit(Event::TransportsCreated);
    }

    /// Dials, with the newest token.
    pub(super) fn dial(&mut self, purpose: Purpose, offer: Option<proto::SessionDescription>) {
        let resume = (purpose == Purpose::Resume).then(|| Resume {
            participant_sid: self.joined.as_ref().map(|joined| joined.participant_sid.clone()).unwrap_or_default(),
            reason: self.episode.as_ref().map_or(proto::ReconnectReason::RrUnknown, |e| e.reconnect_reason),
        });
        let join = Join {
            auto_subscribe: self.options.auto_subscribe,
            adaptive_stream: self.config.adaptive_stream,
            resume,
            publisher_offer: offer,
        };
        self.stage = Stage::Dialling(purpose);
        match Dial::new(self.regions.current(), self.version, self.token.clone(), &self.config.client, join) {
            Ok(dial) => {
                self.validate_url = dial.validate_url().unwrap_or_default();
                self.record(What::Dial, "");
                let within_ms = self.begin_opening(purpose);
                let joins = purpose != Purpose::Resume;
                let action = self.link.dial(self.now, dial, joins, within_ms, &mut self.timers);
                self.socket(Some(action));
            }
            Err(error) => {
                let error = Error::new(Code::InvalidArgument, error.message());
                self.attempt_failed(Failure::terminal(error), Hangup::Abandoned);
            }
        }
    }

    /// A binary frame of the current socket.
    pub(super) fn handle_frame(&mut self, bytes: &[u8]) {
        self.note_life();
        let message = match SignalResponse::decode(bytes) {
            Ok(response) => response.message,
            Err(_) if self.link.phase() == Phase::Open => {
                let error = Error::new(Code::InternalError, "the server's first message could not be read");
                return self.attempt_failed(Failure::from(error), Hangup::WrongFirstMessage);
            }
            Err(_) => return self.log(log::Level::Debug, "a message of the server could not be read"),
        };
        match (message, &self.stage) {
            (Some(message), Stage::Dialling(purpose)) => self.handle_first_message(*purpose, message),
            (Some(message), _) => self.handle_message(message),
            // A kind of message that is newer than this client. It may not stand where the join should.
            (None, Stage::Dialling(Purpose::Join | Purpose::Rejoin)) => self.handle_wrong_first_message(),
            (None, _) => {}
        }
    }

    fn handle_first_message(&mut self, purpose: Purpose, message: Told) {
        match (purpose, message) {
            (Purpose::Join | Purpose::Rejoin, Told::Join(join)) => self.handle_join(purpose, join),
            (Purpose::Resume, Told::Reconnect(reconnect)) => self.handle_reconnect(reconnect),
            (_, Told::Leave(leave)) => self.handle_leave(leave),
            (Purpose::Resume, Told::Join(_)) => {
                let error = Error::new(Code::InternalError, "the server began a new session instead of resuming");
                self.attempt_failed(Failure::refused(error), Hangup::WrongFirstMessage);
            }
            // The session is the same one, so what is told of it before `reconnect` counts.
            (Purpose::Resume, message) => self.handle_message(message),
            (Purpose::Join | Purpose::Rejoin, _) => self.handle_wrong_first_message(),
        }
    }

    fn handle_wrong_first_message(&mut self) {
        let error = Error::new(Code::InternalError, "the server's first message was not its answer to the join");
        self.attempt_failed(Failure::from(error), Hangup::WrongFirstMessage);
    }

    fn handle_join(&mut self, purpose: Purpose, mut join: proto::JoinResponse) {
        if !join.alternative_url.is_empty() {
            return self.handle_redirect(&join.alternative_url);
        }
        self.link.live(&mut self.timers);
        let periods = Periods::new(join.ping_interval, join.ping_timeout, self.config.idle_timeout_ms);
        self.watch_socket(periods);
        let ice = ice_config(&join.ice_servers, join.client_configuration.as_ref());
        let (primary, fast) = (join.subscriber_primary, join.fast_publish);
        let moved = self.is_on_another_node(join.server_info.as_ref());
        self.joined = Some(Joined {
            server_info: join.server_info.clone().unwrap_or_else(|| proto::ServerInfo {
                version: join.server_version.clone(),
                region: join.server_region.clone(),
                ..Default::default()
            }),
            participant_sid: join.participant.as_ref().map(|own| own.sid.clone()).unwrap_or_default(),
            publishes_fast: !join.enabled_publish_codecs.is_empty(),
            no_resume: forbids_resume(join.client_configuration.as_ref()),
            since: self.now,
        });
        let events = self.roster.join(&mut join, self.options.auto_subscribe, moved);
        self.tell(events);
        self.restore_own_state();
        self.await_others();
        self.emit(Event::SignalConnected);
        self.tell_wishes();
        if !self.capabilities.rtc {
            return self.attempt_succeeded(purpose);
        }
        self.stage = Stage::Transport(purpose);
        self.timers.set(Timer::Transport, self.now.after(self.options.peer_connection_timeout_ms));
        if self.negotiation.is_open() {
            self.peer(PeerAction::Configure(ice));
        } else {
            self.open_peer(Some(ice));
            self.negotiation.set_subscriber_primary(primary);
            if !self.negotiation.is_dual() {
                self.make_offer(false);
            } else if !primary || fast {
                self.use_publisher();
            }
        }
        self.publish_waiting();
    }

    /// The transport that decides is connected, or there is none.
    pub(super) fn attempt_succeeded(&mut self, purpose: Purpose) {
        self.timers.stop(Timer::Transport);
        self.timers.stop(Timer::ConnectBudget);
        self.stage = Stage::Live;
        self.timers.set(Timer::Stable, self.now.after(crate::engine::episode::STABLE_MS));
        if let Some(joined) = &mut self.joined {
            joined.since = self.now;
        }
        self.data.set_live(self.capabilities.rtc);
        self.arrived();
        match purpose {
            Purpose::Join => {
                self.record(What::Connected, "");
                self.plugins_shall_begin();
                self.set_state(ConnectionState::Connected);
                self.emit(Event::Connected);
                for call in self.connecting.take().map(|connecting| connecting.calls).unwrap_or_default() {
                    self.settle(call, Ok(Reply::Done));
                }
            }
            Purpose::Rejoin | Purpose::Resume => self.recovered(),
        }
        let events = self.roster.release_media();
        self.tell(events);
        if self.roster.expects_media() {
            self.watch_media();
        }
        self.release_waiting();
        self.watch_publisher();
    }

    /// The attempt under way came to nothing. Its socket is hung up; its beginner decides what is next.
    pub(super) fn attempt_failed(&mut self, failure: Failure, why: Hangup) {
        let Some(purpose) = self.purpose() else { return };
        if purpose == Purpose::Join && why != Hangup::ServerAsked {
            self.say_leave();
        }
        self.record(What::Failed, &failure.error.message);
        self.hang_up(why);
        for timer in [Timer::Transport, Timer::Answer, Timer::Race] {
            self.timers.stop(timer);
        }
        self.stop_validating();
        // v1 is unknown to this server: the older path, once. There is no way back from it, so no loop.
        if failure.error.code == Code::ServiceNotFound && self.version == Version::V1 && purpose != Purpose::Resume {
            self.version = Version::V0;
            self.log(log::Level::Debug, "the server does not know the v1 signalling path, trying v0");
            return self.begin(purpose);
        }
        match purpose {
            Purpose::Join => self.join_failed(failure),
            Purpose::Rejoin | Purpose::Resume => self.recovery_failed(failure),
        }
    }

    /// The server wants to be met somewhere else.
    fn handle_redirect(&mut self, url: &str) {
        let error = Error::new(Code::ServerUnreachable, "the server named another one that takes its place");
        self.attempt_failed(Failure { redirect: Some(url.to_owned()), ..Failure::from(error) }, Hangup::ServerAsked);
    }

    pub(super) fn handle_socket_did_not_open(&mut self) {
        let error = Error::new(Code::Timeout, "the signal socket did not open in time");
        self.attempt_failed(Failure::from(error), Hangup::OpenTimeout);
    }

    pub(super) fn handle_no_first_message(&mut self) {
        let error = Error::new(Code::Timeout, "the server said nothing after the signal socket had opened");
        self.attempt_failed(Failure::from(error), Hangup::FirstMessageTimeout);
    }

    pub(super) fn handle_transport_timeout(&mut self) {
        if self.is_live() {
            return self.handle_publisher_timeout();
        }
        let error = Error::new(Code::Timeout, "the media transport did not connect in time");
        self.attempt_failed(Failure::refused(error), Hangup::Transport);
    }

    pub(super) fn close_peer(&mut self) {
        self.peer(PeerAction::Close);
        self.negotiation.close(&mut self.timers);
        let ended = self.roster.transport_replaced();
        self.tell(ended);
    }

    pub(super) fn hang_up(&mut self, why: Hangup) {
        let action = self.link.hang_up(self.now, why, &mut self.timers);
        self.socket(action);
    }

    /// Whether everything works.
    pub(super) fn is_live(&self) -> bool {
        matches!(self.stage, Stage::Live)
    }

    /// Whether the transport that decides is up.
    pub(super) fn is_transport_connected(&self) -> bool {
        self.negotiation.primary() == PeerState::Connected
    }
}

/// ICE servers and policy as the host takes them.
pub(super) fn ice_config(servers: &[proto::IceServer], client: Option<&proto::ClientConfiguration>) -> IceConfig {
    let force_relay = client.is_some_and(|client| client.force_relay == proto::ClientConfigSetting::Enabled as i32);
    let mut config = IceConfig { servers: Vec::new(), force_relay };
    for server in servers {
        config.servers.push(IceServer {
            urls: server.urls.clone(),
            username: server.username.clone(),
            credential: Secret::new(server.credential.clone()),
        });
    }
    config
}

/// Whether the server wants a new session instead of a resume.
pub(super) fn forbids_resume(client: Option<&proto::ClientConfiguration>) -> bool {
    client.is_some_and(|client| client.resume_connection == proto::ClientConfigSetting::Disabled as i32)
}
