//! Data messages on their way in: each once.

use crate::engine::peer::Channel;
use crate::engine::room::data_channels::DataChannels;
use crate::engine::room::event::{Event, Id};
use crate::engine::time::Millis;
use crate::protocol::data::{DataPacket, DataValue, Nonce};
use crate::protocol::proto;
use crate::protocol::wire::Message as _;

/// For so long a sender's last sequence is remembered after its last packet.
const RECEIVE_STATE_MS: u64 = 30_000;
/// So many of the last nonces that came in are remembered.
const NONCES: usize = 1_024;

/// What came in.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Received {
    Event(Event),
    /// Who speaks, as servers before protocol 3 tell it.
    Speakers(Vec<proto::SpeakerInfo>),
    /// A duplicate, or something nothing reads.
    Nothing,
    /// No packet.
    Garbled,
}

impl DataChannels {
    /// A packet came in. A reliable one that was there already is nothing.
    pub fn receive(&mut self, now: Millis, channel: Channel, bytes: &[u8]) -> Received {
        let Ok(packet) = DataPacket::decode(bytes) else { return Received::Garbled };
        if packet.sequence > 0 && !packet.participant_sid.is_empty() {
            self.forget_senders(now);
            let last = self.received.get(&packet.participant_sid).map_or(0, |(sequence, _)| *sequence);
            if packet.sequence <= last {
                return Received::Nothing;
            }
            self.received.insert(packet.participant_sid, (packet.sequence, now));
        }
        let identity = |text: String| (!text.is_empty()).then(|| Id::from(text));
        match packet.value {
            Some(DataValue::User(user)) if self.has_had(&user.nonce) => Received::Nothing,
            Some(DataValue::User(user)) => Received::Event(Event::DataReceived {
                payload: user.payload,
                identity: identity(packet.participant_identity).or_else(|| identity(user.participant_identity)),
                reliable: channel == Channel::Reliable,
                topic: user.topic,
            }),
            Some(DataValue::Transcription(transcription)) => Received::Event(Event::TranscriptionReceived {
                identity: identity(packet.participant_identity),
                transcription: Box::new(transcription),
            }),
            Some(DataValue::ChatMessage(message)) => Received::Event(Event::ChatMessage {
                identity: identity(packet.participant_identity),
                message: Box::new(message),
            }),
            Some(DataValue::SipDtmf(dtmf)) => Received::Event(Event::SipDtmfReceived {
                identity: identity(packet.participant_identity),
                dtmf: Box::new(dtmf),
            }),
            Some(DataValue::Speaker(update)) => Received::Speakers(update.speakers),
            None => Received::Nothing,
        }
    }

    /// Whether the same message came in before, perhaps in another session of its sender.
    fn has_had(&mut self, nonce: &[u8]) -> bool {
        let Ok(nonce) = Nonce::try_from(nonce) else { return false };
        if self.seen.contains(&nonce) {
            return true;
        }
        if self.seen.len() >= NONCES {
            self.seen.remove(0);
        }
        self.seen.push(nonce);
        false
    }

    /// For `SyncState`: the last sequence of everybody who was heard lately.
    pub fn receive_states(&mut self, now: Millis) -> Vec<proto::DataChannelReceiveState> {
        self.purged = Millis::default();
        self.forget_senders(now);
        let mut states = Vec::new();
        for (sid, (last_seq, _)) in self.received.iter() {
            states.push(proto::DataChannelReceiveState { publisher_sid: sid.clone(), last_seq: *last_seq });
        }
        states
    }

    fn forget_senders(&mut self, now: Millis) {
        if now.since(self.purged) > RECEIVE_STATE_MS {
            self.purged = now;
            self.received.retain(|_, (_, heard)| now.since(*heard) <= RECEIVE_STATE_MS);
        }
    }
}
