//! The model server of whole lives: sessions that can be resumed, tracks, metadata, data that arrives and is kept, and
//! the ways in which all of it goes wrong. A storm's server is another one (`storm/crowd.rs`): that one has a capacity.

use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;

use rejoin::engine::Output;
use rejoin::engine::PolicyAnswer;
use rejoin::engine::io::{Attempt, FetchFailed, FetchRequest, FetchResponse};
use rejoin::engine::peer::{Channel, Generation, PeerAction, Target};
use rejoin::engine::policy::ReconnectContext;
use rejoin::engine::rng::Rng;
use rejoin::engine::time::Millis;
use rejoin::protocol::data::Nonce;
use rejoin::protocol::join::Dial;
use rejoin::protocol::proto;
use rejoin::protocol::signal::{Ask, RequestResponse, SignalRequest, Told};
use rejoin::protocol::url::Version;
use rejoin::protocol::wire::Message as _;

use crate::place::{Member, Place};
use crate::storm::agenda::{Happening, News};
use crate::storm::net::{Net, seed_bytes};
use crate::storm::world::Site;
use crate::transport::{Doing, Due};
use crate::watch::Watch;
use crate::wire::{generation, read, request, tell, track};

/// A member without a socket is forgotten after this.
const DEPARTED_MS: u64 = 30_000;
const BOTH: [Target; 2] = [Target::Publisher, Target::Subscriber];
/// As livekit-server.
const NONCES: usize = 100;

/// How dials are met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    Open,
    /// Closes before it is open.
    Refuses,
    /// Never opens.
    Stalls,
    /// Opens and says nothing.
    Mute,
    /// Opens and closes with this code.
    Turns(u16),
}

/// What servers of different ages do differently.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// Says in `reconnect` what data it has seen.
    pub says_sequences: bool,
    /// Answers requests that it grants.
    pub answers_requests: bool,
    /// Answers pings.
    pub pongs: bool,
}

#[derive(Debug)]
enum Job {
    Transport(Target, Due),
    Deliver(Generation, Channel, Vec<u8>),
    Depart(String, u32),
}

/// See the module.
pub struct Sfu {
    pub door: Door,
    /// Where it stands; elsewhere it is open. `None`: everywhere.
    pub door_at: Option<&'static str>,
    pub habits: Habits,
    pub join: proto::JoinResponse,
    /// What `/validate` says; `None`: nothing, ever.
    pub validate: Option<Result<FetchResponse, FetchFailed>>,
    /// What the list of regions is; `None`: it cannot be had.
    pub list: Option<String>,
    /// What the app's own policy says.
    pub answers: fn(&ReconnectContext, &mut Rng) -> PolicyAnswer,
    pub places: Vec<Place>,
    jobs: BTreeMap<u64, Job>,
    last_job: u64,
    sids: u32,
    /// The nonces of the last data messages: what comes again is dropped.
    had: VecDeque<Nonce>,
    rng: Rng,
}

impl Sfu {
    pub fn new(seed: u64) -> Self {
        let join = proto::JoinResponse { ping_interval: 5, ping_timeout: 15, ..crate::storm::join() };
        Self {
            door: Door::Open,
            door_at: None,
            habits: Habits { says_sequences: true, answers_requests: true, pongs: true },
            join,
            validate: Some(Err(FetchFailed)),
            list: None,
            answers: |_, _| PolicyAnswer::Failed,
            places: Vec::new(),
            jobs: BTreeMap::new(),
            last_job: 0,
            sids: 0,
            had: VecDeque::new(),
            rng: Rng::new(seed_bytes(seed, u64::MAX - 2)),
        }
    }

    /// One more client.
    pub fn add(&mut self, watch: Watch) {
        self.places.push(Place::new(self.places.len() as u32, watch));
    }

    pub fn place(&mut self, client: u32) -> &mut Place {
        &mut self.places[client as usize]
    }

    /// Says something on a client's socket, if there is one.
    pub fn say(&mut self, net: &mut Net, client: u32, message: Told) {
        if let Some(attempt) = self.place(client).member.as_ref().and_then(|member| member.socket) {
            tell(net, client, attempt, message);
        }
    }

    /// Closes a client's socket from this end.
    pub fn close(&mut self, net: &mut Net, client: u32, code: u16, reason: &str) {
        let Some(attempt) = self.place(client).member.as_ref().and_then(|member| member.socket) else { return };
        net.tell(client, attempt, News::Closed(code, Rc::from(reason)));
        self.lost_socket(net, client, attempt);
    }

    /// The node dies, or forgets: sessions and transports are gone.
    pub fn forget(&mut self, net: &mut Net, client: u32) {
        self.place(client).member = None;
        self.serve_nothing(net, client);
    }

    fn serve_nothing(&mut self, net: &mut Net, client: u32) {
        for target in BOTH {
            self.serve(net, client, target, None);
        }
    }

    fn serve(&mut self, net: &mut Net, client: u32, target: Target, generation: Option<Generation>) {
        let doings = self.place(client).connection(target).serve(generation);
        self.do_all(net, client, target, doings);
    }

    /// The path of the media goes silent, or is healed.
    pub fn silence_media(&mut self, net: &mut Net, client: u32, silent: bool) {
        for target in BOTH {
            let doings = self.place(client).connection(target).silence(silent);
            self.do_all(net, client, target, doings);
        }
    }

    fn lost_socket(&mut self, net: &mut Net, client: u32, attempt: Attempt) {
        let Some(member) = &mut self.place(client).member else { return };
        if member.socket == Some(attempt) {
            member.socket = None;
            member.absences += 1;
            let job = Job::Depart(member.sid.clone(), member.absences);
            self.later(net, client, DEPARTED_MS, job);
        }
    }

    fn later(&mut self, net: &mut Net, client: u32, ms: u64, job: Job) {
        self.last_job += 1;
        self.jobs.insert(self.last_job, job);
        net.later(ms, client, self.last_job);
    }

    fn do_all(&mut self, net: &mut Net, client: u32, target: Target, doings: Vec<Doing>) {
        for doing in doings {
            match doing {
                Doing::Later(ms, due) => self.later(net, client, ms, Job::Transport(target, due)),
                Doing::Delivered(generation, channel, bytes) => {
                    let at = net.now().after(net.latency(client)).max(self.place(client).arrives);
                    self.place(client).arrives = at;
                    let after = at.since(net.now());
                    self.later(net, client, after, Job::Deliver(generation, channel, bytes));
                }
            }
        }
    }

    fn deliver(&mut self, client: u32, generation: Generation, channel: Channel, bytes: &[u8]) {
        let place = self.place(client);
        let serves = place.transport.serves(generation);
        let Some(member) = place.member.as_mut().filter(|_| serves && channel == Channel::Reliable) else { return };
        let (packet, id, nonce) = read(bytes);
        if packet.sequence <= member.last_sequence {
            return;
        }
        assert_eq!(packet.sequence, member.last_sequence + 1, "a sequence is missing");
        member.last_sequence = packet.sequence;
        if self.had.contains(&nonce) {
            return;
        }
        *self.place(client).delivered.entry(id).or_default() += 1;
        self.had.push_back(nonce);
        if self.had.len() > NONCES {
            self.had.pop_front();
        }
    }

    fn first_message(&mut self, net: &mut Net, client: u32, attempt: Attempt, dial: &Dial) {
        let dual = dial.version == Version::V0;
        let request = request(dial);
        let (says, join) = (self.habits.says_sequences, self.join.clone());
        if request.reconnect {
            let member = self.place(client).member.as_mut().filter(|member| member.sid == request.participant_sid);
            let Some(member) = member else {
                let leave = proto::LeaveRequest {
                    reason: proto::DisconnectReason::StateMismatch as i32,
                    action: proto::leave_request::Action::Reconnect as i32,
                    ..Default::default()
                };
                return tell(net, client, attempt, Told::Leave(leave));
            };
            let last_message_seq = if says { member.last_sequence } else { 0 };
            if let Some(old) = member.socket.replace(attempt) {
                net.tell(client, old, News::Closed(1000, Rc::from("")));
            }
            let reconnect = proto::ReconnectResponse { last_message_seq, ..Default::default() };
            tell(net, client, attempt, Told::Reconnect(reconnect));
            self.show(net, client);
            return self.offer(net, client, attempt, dual);
        }
        self.sids += 1;
        let sid = format!("PA_{}", self.sids);
        let member = Member { sid: sid.clone(), socket: Some(attempt), ..Member::default() };
        if let Some(Member { socket: Some(old), .. }) = self.place(client).member.replace(member) {
            let leave =
                proto::LeaveRequest { reason: proto::DisconnectReason::DuplicateIdentity as i32, ..Default::default() };
            tell(net, client, old, Told::Leave(leave));
            net.tell(client, old, News::Closed(1000, Rc::from("")));
        }
        self.place(client).sessions += 1;
        let mut participant = join.participant.clone().unwrap_or_default();
        participant.sid = sid;
        let (participant, subscriber_primary) = (Some(participant), dual);
        tell(net, client, attempt, Told::Join(proto::JoinResponse { participant, subscriber_primary, ..join }));
        self.serve_nothing(net, client);
        self.offer(net, client, attempt, dual);
        if let Some(offer) = request.publisher_offer {
            self.answer(net, client, attempt, &offer);
        }
    }

    /// Where there are two connections the server makes the offers for one of them.
    fn offer(&mut self, net: &mut Net, client: u32, attempt: Attempt, dual: bool) {
        if dual {
            self.sids += 1;
            let offer = proto::SessionDescription { r#type: "offer".into(), id: self.sids, ..Default::default() };
            tell(net, client, attempt, Told::Offer(offer));
        }
    }

    fn answer(&mut self, net: &mut Net, client: u32, attempt: Attempt, offer: &proto::SessionDescription) {
        self.serve(net, client, Target::Publisher, generation(offer));
        let sdp = format!("answer to {}", offer.sdp);
        let answer = proto::SessionDescription { r#type: "answer".into(), sdp, id: offer.id, ..Default::default() };
        tell(net, client, attempt, Told::Answer(answer));
    }

    /// Tells the client of itself, as the server sees it.
    fn show(&mut self, net: &mut Net, client: u32) {
        let own = self.join.participant.clone().unwrap_or_default();
        let Some(member) = &self.place(client).member else { return };
        let tracks = member.tracks.iter().map(|(sid, (cid, muted))| track(sid, cid, *muted)).collect();
        let (sid, metadata) = (member.sid.clone(), member.metadata.clone());
        let participants = vec![proto::ParticipantInfo { sid, metadata, tracks, ..own }];
        self.say(net, client, Told::Update(proto::ParticipantUpdate { participants }));
    }

    fn asked(&mut self, net: &mut Net, client: u32, attempt: Attempt, message: Ask) {
        let (answers, pongs) = (self.habits.answers_requests, self.habits.pongs);
        self.sids += 1;
        let sid = format!("TR_{}", self.sids);
        let Some(member) = &mut self.place(client).member else { return };
        match message {
            Ask::PingReq(ping) if pongs => {
                let pong = proto::Pong { last_ping_timestamp: ping.timestamp, timestamp: ping.timestamp };
                tell(net, client, attempt, Told::PongResp(pong));
            }
            Ask::Offer(offer) => self.answer(net, client, attempt, &offer),
            Ask::Answer(answer) => self.serve(net, client, Target::Subscriber, generation(&answer)),
            Ask::AddTrack(request) => {
                let there = member.tracks.iter().find(|(_, (cid, _))| *cid == request.cid).map(|(sid, _)| sid.clone());
                let sid = there.unwrap_or(sid);
                member.tracks.insert(sid.clone(), (request.cid.clone(), request.muted));
                let track = Some(track(&sid, &request.cid, request.muted));
                tell(
                    net,
                    client,
                    attempt,
                    Told::TrackPublished(proto::TrackPublishedResponse { cid: request.cid, track }),
                );
            }
            Ask::Mute(mute) => {
                if let Some((_, muted)) = member.tracks.get_mut(&mute.sid) {
                    *muted = mute.muted;
                }
            }
            Ask::UpdateMetadata(update) => {
                member.metadata = update.metadata;
                if answers {
                    let response = RequestResponse { request_id: update.request_id, ..Default::default() };
                    tell(net, client, attempt, Told::RequestResponse(response));
                }
                self.show(net, client);
            }
            Ask::Leave(_) => self.forget(net, client),
            _ => {}
        }
    }
}

impl Site for Sfu {
    fn dialled(&mut self, net: &mut Net, client: u32, attempt: Attempt, dial: &Dial) {
        let closes = |net: &mut Net, code| net.tell(client, attempt, News::Closed(code, Rc::from("")));
        let door = if self.door_at.is_none_or(|at| at == dial.server_url) { self.door } else { Door::Open };
        match door {
            Door::Stalls => return,
            Door::Refuses => return closes(net, 1006),
            _ => net.tell(client, attempt, News::Open),
        }
        match door {
            Door::Turns(code) => closes(net, code),
            Door::Open => self.first_message(net, client, attempt, dial),
            _ => {}
        }
    }

    fn heard(&mut self, net: &mut Net, client: u32, attempt: Attempt, frame: &[u8]) {
        let current = self.place(client).member.as_ref().is_some_and(|member| member.socket == Some(attempt));
        let message = SignalRequest::decode(frame).expect("a frame that cannot be read").message;
        if let Some(message) = message.filter(|_| current) {
            self.asked(net, client, attempt, message);
        }
    }

    fn hung_up(&mut self, net: &mut Net, client: u32, attempt: Attempt) {
        self.lost_socket(net, client, attempt);
    }

    fn due(&mut self, net: &mut Net, client: u32, task: u64) {
        match self.jobs.remove(&task) {
            Some(Job::Transport(target, due)) => {
                let doings = self.place(client).connection(target).due(net, due);
                self.do_all(net, client, target, doings);
            }
            Some(Job::Deliver(generation, channel, bytes)) => self.deliver(client, generation, channel, &bytes),
            Some(Job::Depart(sid, absences)) => {
                let member = self.place(client).member.as_ref();
                if member
                    .is_some_and(|member| member.sid == sid && member.absences == absences && member.socket.is_none())
                {
                    self.forget(net, client);
                }
            }
            None => {}
        }
    }

    fn fetched(&mut self, _: Millis, _: u32, request: &FetchRequest) -> Option<Result<FetchResponse, FetchFailed>> {
        if request.bearer.is_none() {
            return self.validate.clone();
        }
        Some(self.list.clone().map(|body| FetchResponse { status: 200, body, ..Default::default() }).ok_or(FetchFailed))
    }

    fn policy(&mut self, _: u32, context: &ReconnectContext) -> PolicyAnswer {
        (self.answers)(context, &mut self.rng)
    }

    fn peer(&mut self, net: &mut Net, client: u32, generation: Generation, action: PeerAction) {
        let both = match action {
            PeerAction::Open { dual, .. } => dual,
            PeerAction::Close => self.place(client).subscriber.is_open(),
            _ => false,
        };
        let first =
            if matches!(action, PeerAction::RemoteOffer { .. }) { Target::Subscriber } else { Target::Publisher };
        for target in [Some(first), both.then_some(Target::Subscriber)].into_iter().flatten() {
            let doings = self.place(client).connection(target).act(net, generation, action.clone());
            self.do_all(net, client, target, doings);
        }
    }

    fn saw(&mut self, now: Millis, clock: Millis, client: u32, output: &Output) {
        self.place(client).watch.saw(now, clock, output);
    }

    fn given(&mut self, now: Millis, client: u32, what: &Happening) {
        self.place(client).watch.given(now, what);
    }
}
