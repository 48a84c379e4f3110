//! The scripted server: obliging unless told otherwise, field by field.

use std::collections::VecDeque;

use rejoin::engine::io::Attempt;
use rejoin::protocol::join::Dial;
use rejoin::protocol::proto;
use rejoin::protocol::signal::Ask;
use rejoin::protocol::signal::{RequestResponse, SignalResponse, Told};
use rejoin::protocol::url::Version;
use rejoin::protocol::wire::Message as _;

use super::{Incoming, join_request};

/// What happens to a dial. The first of [`Server::dials`] is used up by the next dial; then it is `Serve` again.
#[derive(Clone, Debug)]
pub enum OnDial {
    /// Opens and answers as the fields of [`Server`] say.
    Serve,
    /// Closes before it is open.
    Refuse,
    /// Never opens.
    Stall,
    /// Opens and says nothing.
    Mute,
    /// Opens and says this.
    Say(Vec<Told>),
    /// Opens and sends these bytes.
    Garble(Vec<u8>),
    /// Opens and closes with this code before the first message.
    Close(u16),
}

/// See the module.
pub struct Server {
    pub dials: VecDeque<OnDial>,
    /// What always happens to dials of a URL that begins like this.
    pub places: Vec<(String, OnDial)>,
    pub join: proto::JoinResponse,
    pub reconnect: proto::ReconnectResponse,
    /// Answers offers.
    pub answers: bool,
    /// Answers `add_track`.
    pub publishes: bool,
    /// Answers pings.
    pub pongs: bool,
    /// Answers requests with a number with this reason; `None`: not at all.
    pub responds: Option<i32>,
    tracks: u32,
    sessions: u32,
}

impl Default for Server {
    fn default() -> Self {
        let codec = proto::Codec { mime: "video/vp8".into(), ..Default::default() };
        Self {
            dials: VecDeque::new(),
            places: Vec::new(),
            join: proto::JoinResponse {
                room: Some(proto::Room { sid: "RM_1".into(), name: "room".into(), ..Default::default() }),
                participant: Some(participant("me", "PA_me")),
                server_info: Some(proto::ServerInfo {
                    version: "1.13.5".into(),
                    region: "here".into(),
                    ..Default::default()
                }),
                ping_interval: 5,
                ping_timeout: 15,
                enabled_publish_codecs: vec![codec],
                ..Default::default()
            },
            reconnect: proto::ReconnectResponse::default(),
            answers: true,
            publishes: true,
            pongs: true,
            responds: Some(0),
            tracks: 0,
            sessions: 0,
        }
    }
}

/// A participant.
pub fn participant(identity: &str, sid: &str) -> proto::ParticipantInfo {
    proto::ParticipantInfo {
        identity: identity.into(),
        sid: sid.into(),
        state: proto::participant_info::State::Active as i32,
        ..Default::default()
    }
}

impl Server {
    /// The next dials go like this.
    pub fn next_dials(&mut self, dials: impl IntoIterator<Item = OnDial>) {
        self.dials.extend(dials);
    }

    pub(super) fn dialled(&mut self, attempt: Attempt, dial: &Dial) -> Vec<Incoming> {
        let opened = |says: Vec<Told>| {
            let frames = says.into_iter().map(|message| frame(attempt, message));
            std::iter::once(Incoming::Open(attempt)).chain(frames).collect()
        };
        let place = self.places.iter().find(|(url, _)| dial.server_url.starts_with(url.as_str()));
        let next = place.map(|(_, always)| always.clone()).or_else(|| self.dials.pop_front());
        match next.unwrap_or(OnDial::Serve) {
            OnDial::Serve => opened(self.first_messages(dial)),
            OnDial::Refuse => vec![Incoming::Closed(attempt, 1006, String::new())],
            OnDial::Stall => Vec::new(),
            OnDial::Mute => opened(Vec::new()),
            OnDial::Say(says) => opened(says),
            OnDial::Garble(bytes) => vec![Incoming::Open(attempt), Incoming::Frame(attempt, bytes)],
            OnDial::Close(code) => {
                vec![Incoming::Open(attempt), Incoming::Closed(attempt, code, String::new())]
            }
        }
    }

    fn first_messages(&mut self, dial: &Dial) -> Vec<Told> {
        let (resumes, offer) = match dial.version {
            Version::V1 => {
                let request = join_request(dial);
                (request.reconnect, request.publisher_offer)
            }
            Version::V0 => (dial.query.contains(&("reconnect", "1".into())), None),
        };
        if resumes {
            return vec![Told::Reconnect(self.reconnect.clone())];
        }
        self.sessions += 1;
        let mut join = self.join.clone();
        if let Some(own) = &mut join.participant
            && self.sessions > 1
        {
            own.sid = format!("PA_me_{}", self.sessions);
        }
        let answer = offer.filter(|_| self.answers).map(|offer| Told::Answer(answer(&offer)));
        std::iter::once(Told::Join(join)).chain(answer).collect()
    }

    pub(super) fn heard(&mut self, attempt: Attempt, message: &Ask) -> Vec<Incoming> {
        let says = match message {
            Ask::Offer(offer) if self.answers => vec![Told::Answer(answer(offer))],
            Ask::AddTrack(request) if self.publishes => {
                self.tracks += 1;
                let track = proto::TrackInfo {
                    sid: format!("TR_{}", self.tracks),
                    name: request.name.clone(),
                    r#type: request.r#type,
                    source: request.source,
                    muted: request.muted,
                    ..Default::default()
                };
                vec![Told::TrackPublished(proto::TrackPublishedResponse {
                    cid: request.cid.clone(),
                    track: Some(track),
                })]
            }
            Ask::PingReq(ping) if self.pongs => {
                vec![Told::PongResp(proto::Pong { last_ping_timestamp: ping.timestamp, timestamp: ping.timestamp })]
            }
            Ask::UpdateMetadata(update) => self
                .responds
                .map(|reason| {
                    Told::RequestResponse(RequestResponse {
                        request_id: update.request_id,
                        reason,
                        ..Default::default()
                    })
                })
                .into_iter()
                .collect(),
            _ => Vec::new(),
        };
        says.into_iter().map(|message| frame(attempt, message)).collect()
    }
}

fn answer(offer: &proto::SessionDescription) -> proto::SessionDescription {
    proto::SessionDescription {
        r#type: "answer".into(),
        sdp: format!("answer to {}", offer.sdp),
        id: offer.id,
        ..Default::default()
    }
}

fn frame(attempt: Attempt, message: Told) -> Incoming {
    Incoming::Frame(attempt, SignalResponse { message: Some(message) }.encode_to_vec())
}
