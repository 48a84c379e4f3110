//! Data messages on their way out and in: sequences, what is kept for a resume, back-pressure, duplicates.
//!
//! A *reliable* message is kept from the call until the server is known to have it. While the connection is not live it
//! waits; after a resume everything the server has not seen is sent again under its old sequence, in a new session what
//! may not have been delivered is sent again under a new one. Nothing confirms delivery from one session to the next, so
//! each has a nonce: by it the server, and whoever receives it, knows what it has had. Its call is settled when it is handed to the channel, so an app
//! that awaits its calls is slowed down to what the channel takes.
//!
//! A *lossy* message is worth something only now: it is dropped, and its call settled, while the channel has more than a
//! little to send or the connection is coming back. (livekit-client does the same.) Only before its channel has first
//! opened does it wait.
//!
//! The channels themselves are the host's; what to send is read with [`DataChannels::poll`].

use std::collections::VecDeque;

use crate::engine::error::{Code, Error};
use crate::engine::map::Map;
use crate::engine::peer::Channel;
use crate::engine::room::command::{CallId, DataMessage};
use crate::engine::room::event::Event;
use crate::engine::time::Millis;
use crate::protocol::data::{Nonce, encode_user, with_sequence};
use crate::protocol::queue::take_first;
use crate::protocol::text::text;

mod inward;
pub use inward::Received;

/// Largest message: what livekit's servers take end to end, whatever SCTP says.
const LARGEST_MESSAGE: usize = 64_000;
/// Room for the sequence.
const SEQUENCE_BYTES: usize = 7;
/// A reliable channel takes messages until it buffers more than this, and then none until it is low again.
const RELIABLE_HIGH: usize = 1_024 * 1_024;
/// Most that waits to be sent.
const WAITING_MESSAGES: usize = 10_000;
/// Most that waits to be sent, in bytes.
const WAITING_BYTES: usize = 16 * 1_024 * 1_024;
/// What left the channel's buffer is kept for a resume within these bounds: it may not have arrived.
const KEPT_BYTES: usize = 1_024 * 1_024;
const KEPT_MS: u64 = 60_000;
/// SCTP repeats what gets lost within this time, or not at all.
const ON_ITS_WAY_MS: u64 = 5_000;
/// So many of the last messages are sent again without need: livekit-server knows the last 100 of a room.
const AGAIN: usize = 90;

/// What to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Hand this to the channel.
    Send(Channel, Vec<u8>),
    /// The call is done.
    Settled(CallId),
}

#[derive(Clone, Debug)]
struct Message {
    /// Encoded, without sequence.
    packet: Vec<u8>,
    sequence: u32,
    call: Option<CallId>,
    /// When it was handed to the channel of this transport.
    sent: Option<Millis>,
}

#[derive(Clone, Debug, Default)]
struct Buffer {
    open: bool,
    /// As reported, and what was handed over since.
    bytes: usize,
    /// Above the high mark and not yet below the low one.
    full: bool,
    /// `DcBufferStatusChanged` said so last.
    not_low: bool,
}

/// The data side of one room.
#[derive(Clone, Debug)]
pub struct DataChannels {
    live: bool,
    /// The lossy channel was: its messages wait only until the first time.
    was_open: bool,
    largest: usize,
    reliable: Buffer,
    lossy: Buffer,
    /// Reliable messages by sequence: sent ones that are kept, then those that wait.
    messages: VecDeque<Message>,
    waiting_bytes: usize,
    kept_bytes: usize,
    next_sequence: u32,
    lossy_waiting: Vec<(Vec<u8>, CallId)>,
    settled: Vec<CallId>,
    /// Last sequence and when it came, by the sender's sid.
    received: Map<String, (u32, Millis)>,
    purged: Millis,
    /// Random: the first half of each nonce.
    origin: u64,
    /// The second half of the last one.
    nonces: u64,
    /// The last that came in, of a room that was left too.
    seen: Vec<Nonce>,
}

impl Default for DataChannels {
    fn default() -> Self {
        Self {
            live: false,
            was_open: false,
            largest: LARGEST_MESSAGE,
            reliable: Buffer::default(),
            lossy: Buffer::default(),
            messages: VecDeque::new(),
            waiting_bytes: 0,
            kept_bytes: 0,
            next_sequence: 1,
            lossy_waiting: Vec::new(),
            settled: Vec::new(),
            received: Map::new(),
            purged: Millis::default(),
            origin: 0,
            nonces: 0,
            seen: Vec::new(),
        }
    }
}

impl DataChannels {
    /// `origin` is random and no other room's.
    pub fn new(origin: u64) -> Self {
        Self { origin, ..Self::default() }
    }

    /// Takes a message. `identity` is the own one. The call is settled by [`Outgoing::Settled`] or is among those of
    /// [`DataChannels::end`].
    pub fn publish(&mut self, call: CallId, message: DataMessage, identity: &str) -> Result<(), Error> {
        let DataMessage { payload, reliable, topic, destination_identities } = message;
        let nonce = reliable.then(|| self.next_nonce());
        let packet = encode_user(payload, topic, identity, destination_identities, nonce);
        let size = packet.len() + SEQUENCE_BYTES;
        if size > self.largest {
            let text = text!("a data message of ", size, " bytes is larger than the ", self.largest, " that fit");
            return Err(Error::new(Code::PublishData, text));
        }
        if !reliable {
            return self.publish_lossy(call, packet);
        }
        let waiting = self.messages.len() - self.first_waiting();
        if waiting >= WAITING_MESSAGES || self.waiting_bytes + size > WAITING_BYTES {
            return Err(Error::new(Code::QueueFull, "too much data waits for the connection"));
        }
        self.waiting_bytes += packet.len();
        let sequence = self.next_sequence;
        self.next_sequence = sequence.wrapping_add(1);
        self.messages.push_back(Message { packet, sequence, call: Some(call), sent: None });
        Ok(())
    }

    fn next_nonce(&mut self) -> Nonce {
        self.nonces += 1;
        (u128::from(self.origin) << 64 | u128::from(self.nonces)).to_be_bytes()
    }

    fn publish_lossy(&mut self, call: CallId, packet: Vec<u8>) -> Result<(), Error> {
        if self.was_open && !(self.live && self.lossy.open && is_low(Channel::Lossy, self.lossy.bytes)) {
            self.settled.push(call);
            return Ok(());
        }
        let bytes: usize = self.lossy_waiting.iter().map(|(packet, _)| packet.len()).sum();
        if self.lossy_waiting.len() >= WAITING_MESSAGES || bytes + packet.len() > WAITING_BYTES {
            return Err(Error::new(Code::QueueFull, "too much data waits for the connection"));
        }
        self.lossy_waiting.push((packet, call));
        Ok(())
    }

    /// What to do next; to be called until it is `None`, after every change.
    pub fn poll(&mut self, now: Millis) -> Option<Outgoing> {
        if let Some(call) = take_first(&mut self.settled) {
            return Some(Outgoing::Settled(call));
        }
        if !self.live {
            return None;
        }
        if self.lossy.open
            && is_low(Channel::Lossy, self.lossy.bytes)
            && let Some((packet, call)) = take_first(&mut self.lossy_waiting)
        {
            self.settled.push(call);
            self.lossy.bytes += packet.len();
            return Some(Outgoing::Send(Channel::Lossy, packet));
        }
        if !self.reliable.open || self.reliable.full {
            return None;
        }
        let index = self.first_waiting();
        let message = self.messages.get_mut(index)?;
        message.sent = Some(now);
        if let Some(call) = message.call.take() {
            self.settled.push(call);
        }
        let bytes = with_sequence(&message.packet, message.sequence);
        self.waiting_bytes = self.waiting_bytes.saturating_sub(message.packet.len());
        self.kept_bytes += message.packet.len();
        self.reliable.bytes += bytes.len();
        self.reliable.full = self.reliable.bytes > RELIABLE_HIGH;
        self.forget_delivered(now);
        Some(Outgoing::Send(Channel::Reliable, bytes))
    }

    /// Whether something waits for a channel that is not open: with two peer connections the channels have to be made.
    pub fn wants_channels(&self) -> bool {
        let reliable = !self.reliable.open && self.messages.back().is_some_and(|message| message.sent.is_none());
        reliable || (!self.lossy.open && !self.lossy_waiting.is_empty())
    }

    /// A channel opened.
    pub fn opened(&mut self, channel: Channel) {
        *self.buffer_mut(channel) = Buffer { open: true, ..Buffer::default() };
        self.was_open |= channel == Channel::Lossy;
    }

    /// A channel closed.
    pub fn closed(&mut self, channel: Channel) {
        self.buffer_mut(channel).open = false;
    }

    /// The host could not send: the message that was handed over last did not go out. A lossy one is lost, and the next may
    /// go out.
    pub fn send_failed(&mut self, channel: Channel) {
        if channel == Channel::Reliable {
            self.reliable.open = false;
            let index = self.first_waiting();
            if let Some(message) = index.checked_sub(1).and_then(|index| self.messages.get_mut(index)) {
                message.sent = None;
                self.count();
            }
        }
    }

    /// What a channel still buffers.
    pub fn buffered(&mut self, channel: Channel, bytes: u32) -> Option<Event> {
        let buffer = self.buffer_mut(channel);
        buffer.bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        let low = is_low(channel, buffer.bytes);
        buffer.full = buffer.full && !low;
        let changed = std::mem::replace(&mut buffer.not_low, !low) == low;
        changed.then_some(Event::DcBufferStatusChanged { reliable: channel == Channel::Reliable, low })
    }

    /// The connection is ended in good order: what little the reliable channel was last said to buffer will have gone
    /// out. (The host reports the buffer after each message and when it runs low, not when it is empty.)
    pub fn drained(&mut self) {
        if is_low(Channel::Reliable, self.reliable.bytes) {
            self.reliable.bytes = 0;
        }
    }

    /// SCTP's largest message; 0 or more than livekit's servers take says nothing.
    pub fn set_largest(&mut self, bytes: u32) {
        let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.largest = if bytes == 0 { LARGEST_MESSAGE } else { bytes.min(LARGEST_MESSAGE) };
    }

    /// Whether the connection is whole: only then anything is sent.
    pub fn set_live(&mut self, live: bool) {
        self.live = live;
    }

    /// The session was resumed; the server has seen the sequences up to this one (0: it cannot say, so nothing is
    /// taken for seen). The rest is sent again as soon as the connection is live.
    pub fn resumed(&mut self, last_sequence: u32) {
        if last_sequence > 0 {
            // What the server has seen is done, also when it was never (knowingly) handed over.
            while let Some(message) = self.messages.pop_front_if(|message| message.sequence <= last_sequence) {
                if let Some(call) = message.call {
                    self.settled.push(call);
                }
            }
        }
        self.messages.iter_mut().for_each(|message| message.sent = None);
        self.count();
    }

    /// A new session begins, on a new transport. What left the channel's buffer before `heard`, when the server was last
    /// known to be there, is taken for delivered; everything else is sent again. Where nothing is known to be wrong with
    /// the old transport (`sound`), that is no more of what left the buffer than the server will know again.
    pub fn restarted(&mut self, heard: Millis, sound: bool) {
        let mut buffered = self.reliable.bytes;
        let mut again = if sound { AGAIN } else { usize::MAX };
        for message in self.messages.iter_mut().rev() {
            let Some(sent) = message.sent else { continue };
            if buffered > 0 || (sent > heard && again > 0) {
                message.sent = None;
                again = again.saturating_sub(1);
                buffered = buffered.saturating_sub(message.packet.len());
            }
        }
        self.messages.retain(|message| message.sent.is_none());
        for (message, sequence) in self.messages.iter_mut().zip(1..) {
            message.sequence = sequence;
        }
        self.next_sequence = self.messages.back().map_or(1, |message| message.sequence.wrapping_add(1));
        self.reliable = Buffer::default();
        self.lossy = Buffer::default();
        self.received.clear();
        self.count();
    }

    /// Whether reliable messages were sent so lately that they may not have arrived.
    pub fn on_its_way(&self, now: Millis) -> bool {
        let lately = |message: &Message| message.sent.is_some_and(|at| now.since(at) < ON_ITS_WAY_MS);
        self.reliable.open && (self.reliable.bytes > 0 || self.messages.iter().any(lately))
    }

    /// The room is left: the calls that are not settled.
    pub fn end(&mut self) -> Vec<CallId> {
        let Self { messages, lossy_waiting, mut settled, origin, nonces, seen, .. } = std::mem::take(self);
        // Whoever comes back may be sent again what it had.
        *self = Self { origin, nonces, seen, ..Self::default() };
        let mut calls = Vec::new();
        for Message { call, .. } in messages {
            if let Some(call) = call {
                calls.push(call);
            }
        }
        for (_, call) in lossy_waiting {
            calls.push(call);
        }
        calls.append(&mut settled);
        calls
    }

    /// Drops what left the channel's buffer and is more or older than what is kept.
    fn forget_delivered(&mut self, now: Millis) {
        while let Some(message) = self.messages.front()
            && let Some(sent) = message.sent
        {
            let size = message.packet.len();
            let surplus = self.kept_bytes.saturating_sub(self.reliable.bytes.max(KEPT_BYTES)) >= size;
            let buffered = self.kept_bytes.saturating_sub(size) < self.reliable.bytes;
            if !surplus && (buffered || now.since(sent) <= KEPT_MS) {
                break;
            }
            self.kept_bytes = self.kept_bytes.saturating_sub(size);
            self.messages.pop_front();
        }
    }

    fn first_waiting(&self) -> usize {
        self.messages.partition_point(|message| message.sent.is_some())
    }

    fn count(&mut self) {
        let (mut kept, mut waiting) = (0, 0);
        for message in &self.messages {
            *if message.sent.is_some() { &mut kept } else { &mut waiting } += message.packet.len();
        }
        (self.kept_bytes, self.waiting_bytes) = (kept, waiting);
    }

    fn buffer_mut(&mut self, channel: Channel) -> &mut Buffer {
        match channel {
            Channel::Reliable => &mut self.reliable,
            Channel::Lossy => &mut self.lossy,
        }
    }
}

fn is_low(channel: Channel, bytes: usize) -> bool {
    u32::try_from(bytes).is_ok_and(|bytes| bytes <= channel.low_bytes())
}

#[cfg(test)]
#[path = "data_channels_tests.rs"]
mod tests;
