//! What the room's host does with outputs: it carries them out, and what they cause comes in afterwards.

use rejoin::engine::Output;
use rejoin::engine::io::SocketAction;
use rejoin::engine::peer::{Channel, Generation, PeerAction, PeerEvent, PeerState, Target};
use rejoin::protocol::signal::SignalRequest;
use rejoin::protocol::wire::Message as _;

use super::{Incoming, Room};

impl Room {
    pub(super) fn carry_out(&mut self) {
        while let Some(output) = self.session.poll() {
            match output {
                Output::Socket(action) => self.carry_out_socket(action),
                Output::Fetch(request) => {
                    let place = self.answers.iter().find(|(url, _)| request.url.reveal().starts_with(url.as_str()));
                    match place.map_or_else(|| self.validate.clone(), |(_, answer)| answer.clone()) {
                        Some(answer) => self.incoming.push_back(Incoming::Fetch(request.id, answer)),
                        None => self.asking.push(request.id),
                    }
                    self.fetches.push(request);
                }
                Output::AbortFetch(id) => self.asking.retain(|open| *open != id),
                Output::Peer(generation, action) => {
                    self.actions.push((generation, action.clone()));
                    self.carry_out_peer(generation, action);
                }
                Output::Settle(call, result) => self.settled.entry(call.0).or_default().push(result),
                Output::Event(event) => self.events.push(event),
                Output::Plugin(action) => self.plugins.push(action),
                Output::AskPolicy(question, context) => self.questions.push((question, *context)),
                Output::Log(level, line) => {
                    assert!(!line.contains("eyJ"), "a token in the log: {line}");
                    self.logs.push((level, line));
                }
            }
        }
    }

    fn carry_out_socket(&mut self, action: SocketAction) {
        match action {
            SocketAction::Dial(attempt, dial) => {
                assert_eq!(self.socket, None, "a second socket is dialled while one is there");
                self.socket = Some(attempt);
                let answers = self.server.dialled(attempt, &dial);
                self.dials.push(*dial);
                self.hear_from_server(answers);
            }
            SocketAction::Send(attempt, bytes) => {
                if self.closing == Some(attempt) {
                    return;
                }
                assert_eq!(self.socket, Some(attempt), "sent on a socket that is not there");
                let request = SignalRequest::decode(bytes.as_slice()).expect("a frame that cannot be read");
                let message = request.message.expect("a frame without a message");
                let answers = self.server.heard(attempt, &message);
                self.sent.push(message);
                self.hear_from_server(answers);
            }
            SocketAction::Close(attempt, code, reason) => {
                let there = self.socket.take().or(self.closing.take());
                assert_eq!(there, Some(attempt), "closed a socket that is not there");
                self.closed.push((code, reason));
            }
        }
    }

    fn hear_from_server(&mut self, answers: Vec<Incoming>) {
        for answer in answers {
            if let Incoming::Closed(..) = answer {
                self.closing = self.socket.take();
            }
            self.incoming.push_back(answer);
        }
    }

    fn carry_out_peer(&mut self, generation: Generation, action: PeerAction) {
        match &action {
            PeerAction::Open { .. } => {
                assert!(self.peers.is_empty(), "a second peer is opened while one is open");
                self.peers.push(generation);
                return;
            }
            PeerAction::Close => return self.peers.retain(|open| *open != generation),
            _ => assert!(self.peers.contains(&generation), "{action:?} for a peer that is not open"),
        }
        if !self.peer.works {
            return;
        }
        let mut say = |event| self.incoming.push_back(Incoming::Peer(generation, event));
        match action {
            PeerAction::Offer { offer_id, ice_restart, .. } => {
                let sdp = format!("offer {} {offer_id}{}", generation.0, if ice_restart { " ice-restart" } else { "" });
                say(PeerEvent::Offer { offer_id, sdp });
            }
            PeerAction::Answer { offer_id, .. } => {
                let max_message_bytes = self.peer.max_message_bytes;
                say(PeerEvent::AnswerApplied { offer_id, max_message_bytes });
                if self.peer.connects && self.peer.connected != Some(generation) {
                    self.peer.connected = Some(generation);
                    for state in [PeerState::Connecting, PeerState::Connected] {
                        say(PeerEvent::State { target: Target::Publisher, state });
                    }
                    say(PeerEvent::ChannelOpen(Channel::Lossy));
                    say(PeerEvent::ChannelOpen(Channel::Reliable));
                }
            }
            PeerAction::RemoteOffer { offer_id, .. } => {
                say(PeerEvent::LocalAnswer { offer_id, sdp: "subscriber answer".into() });
                if self.peer.connects {
                    say(PeerEvent::State { target: Target::Subscriber, state: PeerState::Connected });
                }
            }
            PeerAction::AddSender { cid } => say(PeerEvent::SenderAdded { cid }),
            PeerAction::Finish if self.peer.finishes => say(PeerEvent::ChannelClosed(Channel::Reliable)),
            PeerAction::Send { channel, .. } => say(PeerEvent::ChannelBuffered { channel, bytes: 0 }),
            _ => {}
        }
    }
}
