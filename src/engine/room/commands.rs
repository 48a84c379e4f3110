//! What the app asks for. What the link cannot take now waits in the queue; what can never be done fails at once.

use crate::engine::cause::Evidence;
use crate::engine::config::ConnectOptions;
use crate::engine::error::{Code, Error};
use crate::engine::history::What;
use crate::engine::link::Hangup;
use crate::engine::room::command::{CallId, Command, Reply, Scenario, TrackPermission};
use crate::engine::room::connecting::Connecting;
use crate::engine::room::event::{ConnectionState, ReconnectKind};
use crate::engine::room::joining::{Purpose, Stage};
use crate::engine::room::requests::Change;
use crate::engine::room::session::Session;
use crate::engine::room::signal_queue::Request;
use crate::engine::timers::Timer;
use crate::protocol::proto;
use crate::protocol::proto::ReconnectReason;
use crate::protocol::proto::simulate_scenario;
use crate::protocol::regions::Refusal;
use crate::protocol::secret::Secret;
use crate::protocol::signal::{About, Ask, RequestResponse};
use crate::protocol::text::text;
use crate::protocol::url::{Server, Version};

impl Session {
    pub(super) fn handle_command(&mut self, call: CallId, command: Command) {
        if self.farewell.is_some() {
            match command {
                Command::Disconnect | Command::Prepare { .. } | Command::ReconnectNow => {}
                Command::SetSubscriptionPermissions { .. } => {}
                Command::Connect { .. } => self.leave(),
                _ => return self.settle(call, Err(self.left_by_app())),
            }
        }
        match command {
            Command::Connect { url, token, options } => return self.connect(call, url.reveal(), token, options),
            Command::Prepare { url, token } => return self.prepare(call, url.reveal(), token),
            Command::Disconnect => return self.disconnect(call),
            Command::ReconnectNow => {
                self.attempt_now();
                return self.settle(call, Ok(Reply::Done));
            }
            Command::SetSubscriptionPermissions { all_participants, permissions } => {
                self.restrict_subscription(all_participants, permissions);
                return self.settle(call, Ok(Reply::Done));
            }
            Command::Simulate(Scenario::FailOnV1Path) => self.v1_fails = true,
            _ if matches!(self.stage, Stage::Idle) => {
                return self.settle(call, Err(Error::new(Code::UnexpectedState, "the room is not connected")));
            }
            _ => {}
        }
        let done = match command {
            Command::Connect { .. }
            | Command::Prepare { .. }
            | Command::Disconnect
            | Command::ReconnectNow
            | Command::SetSubscriptionPermissions { .. } => Ok(()),
            Command::PublishData(message) => return self.publish_data(call, message),
            Command::UpdateMetadata { name, metadata, attributes } => {
                return self.update_metadata(call, Change { name, metadata, attributes });
            }
            Command::PublishTrack(track) => return self.publish_track(call, track),
            Command::DescribeTrack(track) => {
                self.publications.describe(track.request);
                Ok(())
            }
            Command::UnpublishTrack { cid } => {
                self.unpublish(&cid, Error::new(Code::Cancelled, "the track was unpublished"));
                Ok(())
            }
            Command::MuteTrack { cid, muted } => self.mute(cid, muted),
            Command::UpdateAudioTrack { cid, features } => match self.publications.get(&cid) {
                Some(_) => {
                    self.ask(Request::AudioTrack { cid, features });
                    Ok(())
                }
                None => Err(Error::new(Code::UnexpectedState, "no track is published under this client id")),
            },
            Command::SetSubscribed { track_sids, subscribed } => {
                for track_sid in track_sids {
                    self.roster.set_desired(&track_sid, subscribed);
                    let events = self.roster.follow_wishes();
                    self.tell(events);
                    self.ask(Request::Subscribe { track_sid, subscribed });
                }
                Ok(())
            }
            Command::SetTrackSettings { track_sid, settings } => {
                self.roster.set_settings(&track_sid, settings);
                self.ask(Request::TrackSettings { track_sid });
                Ok(())
            }
            Command::Simulate(scenario) => self.simulate(scenario),
        };
        self.settle(call, done.map(|()| Reply::Done));
    }

    fn connect(&mut self, call: CallId, url: &str, token: Secret, options: ConnectOptions) {
        if let Some(connecting) = &mut self.connecting {
            return connecting.calls.push(call);
        }
        match self.state {
            ConnectionState::Disconnected => {}
            ConnectionState::Connected => return self.settle(call, Ok(Reply::Done)),
            _ => {
                let error = Error::new(Code::UnexpectedState, "the room is reconnecting; disconnect it first");
                return self.settle(call, Err(error));
            }
        }
        if let Err(error) = Server::parse(url) {
            return self.settle(call, Err(Error::new(Code::InvalidArgument, error.message())));
        }
        if token.is_empty() {
            return self.settle(call, Err(Error::new(Code::NotAllowed, "the token is empty")));
        }
        if let Err((by, why)) = self.regions.start(self.now, url) {
            let what = match why {
                Refusal::Insecure => {
                    "a token does not travel without TLS to another machine: use wss, or the option allowInsecure"
                }
                other => other.as_str(),
            };
            let message = [by.as_str(), ": ", what].concat();
            return self.settle(call, Err(Error::new(Code::InvalidArgument, message)));
        }
        // What the host said of the network was said before this; from now on it is listened to again.
        self.surroundings = Default::default();
        self.resumes_in_vain = false;
        self.record(What::Connect, "");
        self.timers.set(Timer::ConnectBudget, self.now.after(options.connect_timeout_ms));
        self.connecting = Some(Connecting { calls: vec![call], retries_left: options.max_retries, failed_with: None });
        (self.token, self.options) = (token, options);
        self.version = if self.config.single_peer_connection { Version::V1 } else { Version::V0 };
        self.set_state(ConnectionState::Connecting);
        self.begin(Purpose::Join);
    }

    /// Sends a request now, or keeps it for when it can be sent.
    pub(super) fn ask(&mut self, request: Request) {
        self.queue.keep(request);
        self.send_waiting();
    }

    /// Puts a request into words as of this moment. What has become pointless is dropped.
    fn send_request(&mut self, request: Request) {
        let message = match &request {
            Request::Mute { cid } => self.publications.get(cid).and_then(|track| {
                let sid = track.sid()?.into();
                Some(Ask::Mute(proto::MuteTrackRequest { sid, muted: track.muted() }))
            }),
            Request::AudioTrack { cid, features } => {
                self.publications.get(cid).and_then(|track| track.sid()).map(|sid| {
                    let (track_sid, features) = (sid.into(), features.clone());
                    Ask::UpdateAudioTrack(proto::UpdateLocalAudioTrack { track_sid, features })
                })
            }
            Request::Subscribe { track_sid, subscribed } => {
                Some(self.subscription(vec![track_sid.to_string()], *subscribed))
            }
            Request::TrackSettings { track_sid } => self.track_settings(track_sid),
            Request::Permissions => self.publications.restriction().map(Ask::SubscriptionPermission),
            Request::Numbered(id) => {
                let local = self.roster.local().map(|local| &*local.info);
                self.requests.message(self.now, *id, local).map(Ask::UpdateMetadata)
            }
        };
        if let Some(message) = message {
            self.send(message);
            let requests = &self.requests;
            self.queue.sent(request, |id| requests.is_open(id));
        }
    }

    /// The way is free again: everything that waited goes out, in order.
    pub(super) fn release_waiting(&mut self) {
        self.publish_waiting();
        self.send_waiting();
        self.pump_data();
    }

    /// What may be sent now is sent, in order; the rest follows.
    pub(super) fn send_waiting(&mut self) {
        while self.is_live() {
            match self.queue.take_next(self.now) {
                Ok(Some(request)) => self.send_request(request),
                Ok(None) => return,
                Err(later) => return self.timers.set(Timer::Pace, later),
            }
        }
    }

    /// Who may subscribe to local tracks, in this session and in all that follow: whoever was shut out once is not let in
    /// because a connection was lost.
    fn restrict_subscription(&mut self, all: bool, permissions: Vec<TrackPermission>) {
        let mut track_permissions = Vec::new();
        for permission in permissions {
            track_permissions.push(proto::TrackPermission {
                participant_sid: permission.sid,
                all_tracks: permission.all_tracks,
                track_sids: permission.track_sids,
                participant_identity: permission.identity,
            });
        }
        self.publications.restrict(proto::SubscriptionPermission { all_participants: all, track_permissions });
        if !matches!(self.stage, Stage::Idle) {
            self.ask(Request::Permissions);
        }
    }

    fn update_metadata(&mut self, call: CallId, change: Change) {
        let Some(id) = self.requests.add(call, change) else {
            let error = Error::new(Code::QueueFull, "too many requests wait for an answer");
            return self.settle(call, Err(error));
        };
        self.ask(Request::Numbered(id));
        // What is so already needs no answer, unless something else is on its way.
        if self.requests.waits_alone() {
            self.settle_shown_requests();
        }
    }

    /// The session is a new one, and its server may know an older name, metadata and attributes.
    pub(super) fn restore_own_state(&mut self) {
        let Some(local) = self.roster.local() else { return };
        if let Some(id) = self.requests.restore(&local.info) {
            self.queue.keep_first(Request::Numbered(id));
        }
    }

    pub(super) fn settle_shown_requests(&mut self) {
        let Some(local) = self.roster.local() else { return };
        for (call, result) in self.requests.shown(&local.info) {
            self.settle(call, result.map(|()| Reply::Done));
        }
    }

    pub(super) fn handle_request_response(&mut self, response: &RequestResponse) {
        if let Some((call, result)) = self.requests.answered(self.now, response) {
            return self.settle(call, result.map(|()| Reply::Done));
        }
        // Refusals of tracks carry no number but the request itself. One that is queued will be announced: the server
        // still holds an earlier one of this client id.
        let waits = [proto::request_response::Reason::Ok as i32, proto::request_response::Reason::Queued as i32];
        if let Some(About::AddTrack(request)) = &response.request
            && !waits.contains(&response.reason)
        {
            let message = match response.message.as_str() {
                "" => text!("the server refused the track (request reason ", response.reason.unsigned_abs(), ")"),
                message => message.to_owned(),
            };
            let error = Error::new(Code::PublishTrack, message);
            self.publish_failed(&request.cid, error.with_request_reason(response.reason));
        }
    }

    pub(super) fn handle_request_timeouts(&mut self) {
        if self.requests.prolong(self.now, self.liveness.reached()) {
            self.suspect_way_up("a request stays unanswered");
        }
        for (call, result) in self.requests.expired(self.now) {
            self.settle(call, result.map(|()| Reply::Done));
        }
    }

    fn simulate(&mut self, scenario: Scenario) -> Result<(), Error> {
        let evidence = |kind| Evidence::Asked(kind);
        let dropped = ReconnectReason::RrSignalDisconnected;
        match scenario {
            Scenario::SignalReconnect => self.lost_by(evidence(ReconnectKind::Resume), dropped, Hangup::Simulated),
            Scenario::ResumeReconnect => {
                let failed = ReconnectReason::RrPublisherFailed;
                self.lost_by(evidence(ReconnectKind::Resume), failed, Hangup::Simulated);
            }
            Scenario::FullReconnect => {
                self.lost_by(evidence(ReconnectKind::Full), dropped, Hangup::FullReconnect);
            }
            Scenario::DisconnectSignalOnResume { no_messages } => {
                let scenario = match no_messages {
                    true => simulate_scenario::Scenario::DisconnectSignalOnResumeNoMessages(true),
                    false => simulate_scenario::Scenario::DisconnectSignalOnResume(true),
                };
                self.forward(scenario)?;
                self.lost_by(evidence(ReconnectKind::Resume), dropped, Hangup::Simulated);
            }
            Scenario::FailOnV1Path => {}
            Scenario::Server(scenario) => self.forward(scenario)?,
        }
        Ok(())
    }

    fn forward(&mut self, scenario: simulate_scenario::Scenario) -> Result<(), Error> {
        let sent =
            self.link.is_live() && self.send(Ask::Simulate(proto::SimulateScenario { scenario: Some(scenario) }));
        match sent {
            true => Ok(()),
            false => Err(Error::new(Code::UnexpectedState, "there is no connection to simulate on")),
        }
    }
}
