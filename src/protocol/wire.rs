//! The encoding of protocol buffers, read and written by one interpreter.
//!
//! A message says where the value of a field lies ([`Message::field`]); everything else, varints, lengths, nesting,
//! lists, skipping what is unknown, is done here once and not once for each message: generated code is a kilobyte of
//! wasm a message. Nothing here knows what a field means. The messages are in [`crate::protocol::proto`].
//!
//! Bytes come from strangers. What is unknown is skipped, a text that is not UTF-8 is read as well as it goes, nothing
//! is allocated that the bytes do not hold, and nesting is as deep as the messages are and no deeper.

mod write;

use crate::protocol::map::Map;
use write::write;
pub use write::write_number;

/// No message here has a field beyond it.
const LAST_TAG: u32 = 32;
/// Groups, which LiveKit does not use, may be nested this deep.
const GROUPS: u32 = 100;

/// The bytes are not a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError;

/// Where a field's value lies.
#[allow(missing_docs)]
pub enum Value<'a> {
    Bool(&'a mut bool),
    I32(&'a mut i32),
    U32(&'a mut u32),
    I64(&'a mut i64),
    U64(&'a mut u64),
    F32(&'a mut f32),
    Text(&'a mut String),
    Bytes(&'a mut Vec<u8>),
    Numbers(&'a mut Vec<i32>),
    Texts(&'a mut Vec<String>),
    Pairs(&'a mut Map<String, String>),
    Message(&'a mut dyn Message),
    Messages(&'a mut dyn List),
}

/// A field that is there.
pub struct Slot<'a> {
    /// Its place.
    pub value: Value<'a>,
    /// It is written even when it is nothing: it says something by being there.
    pub explicit: bool,
}

/// A struct whose fields have tags.
pub trait Message {
    /// The field of a tag. `grow`: it is about to be read into, so make it if it is optional; without, an optional
    /// field that is not there is `None`, and nothing is changed.
    fn field(&mut self, tag: u32, grow: bool) -> Option<Slot<'_>>;

    /// Reads a whole message.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError>
    where
        Self: Default + Sized,
    {
        let mut message = Self::default();
        merge(&mut message, bytes, &mut most_items(bytes))?;
        Ok(message)
    }

    /// Writes it. What is nothing (0, "", an empty list) is left out, as in all of protocol buffers' third version.
    fn encode_to_vec(mut self) -> Vec<u8>
    where
        Self: Sized,
    {
        let mut out = Vec::new();
        write(&mut self, &mut out);
        out
    }
}

/// A list of messages.
pub trait List {
    /// A new last one.
    fn add(&mut self) -> Option<&mut dyn Message>;
    /// One of them.
    fn at(&mut self, index: usize) -> Option<&mut dyn Message>;
}

impl<M: Message + Default> List for Vec<M> {
    fn add(&mut self) -> Option<&mut dyn Message> {
        self.push(M::default());
        self.last_mut().map(|last| last as &mut dyn Message)
    }

    fn at(&mut self, index: usize) -> Option<&mut dyn Message> {
        self.get_mut(index).map(|one| one as &mut dyn Message)
    }
}

/// What a field may be. Types of fields say by it how they travel.
pub trait Field {
    /// As [`Message::field`].
    fn slot(&mut self, grow: bool) -> Option<Slot<'_>>;
}

macro_rules! fields {
    ($($type:ty: $value:ident),* $(,)?) => {$(
        impl Field for $type {
            fn slot(&mut self, _grow: bool) -> Option<Slot<'_>> {
                Some(Slot { value: Value::$value(self), explicit: false })
            }
        }
    )*};
}

fields! {
    bool: Bool, i32: I32, u32: U32, i64: I64, u64: U64, f32: F32, String: Text, Vec<u8>: Bytes, Vec<i32>: Numbers,
    Vec<String>: Texts, Map<String, String>: Pairs,
}

impl<M: Message + Default> Field for Vec<M> {
    fn slot(&mut self, _grow: bool) -> Option<Slot<'_>> {
        Some(Slot { value: Value::Messages(self), explicit: false })
    }
}

impl<T: Field + Default> Field for Option<T> {
    fn slot(&mut self, grow: bool) -> Option<Slot<'_>> {
        if grow && self.is_none() {
            *self = Some(T::default());
        }
        explicit(self.as_mut()?)
    }
}

fn explicit<T: Field>(field: &mut T) -> Option<Slot<'_>> {
    field.slot(true).map(|slot| Slot { explicit: true, ..slot })
}

/// One of several fields at a time.
pub trait OneOf: Sized {
    /// Whether it is ever read; what is only written needs no code for it.
    const READ: bool = true;
    /// The one of this tag, empty.
    fn empty(tag: u32) -> Option<Self>;
    /// The tag of the one that is there, and its place.
    fn held(&mut self) -> (u32, &mut dyn Field);
}

/// [`Message::field`] of the fields that exclude each other.
pub fn choose<O: OneOf>(place: &mut Option<O>, tag: u32, grow: bool) -> Option<Slot<'_>> {
    if grow && O::READ && place.as_mut().is_none_or(|one| one.held().0 != tag) {
        *place = Some(O::empty(tag)?);
    }
    let (held, field) = place.as_mut()?.held();
    let slot = field.slot(true).filter(|_| held == tag)?;
    Some(Slot { explicit: true, ..slot })
}

/// A key with its value, as the entries of maps travel.
#[derive(Default)]
struct Pair(String, String);

impl Message for Pair {
    fn field(&mut self, tag: u32, grow: bool) -> Option<Slot<'_>> {
        match tag {
            1 => self.0.slot(grow),
            2 => self.1.slot(grow),
            _ => None,
        }
    }
}

/// A value as it travels.
enum Raw<'a> {
    Number(u64),
    Fixed32([u8; 4]),
    Bytes(&'a [u8]),
    /// Read over: nothing here has such a field.
    Unused,
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, length: u64) -> Result<&'a [u8], DecodeError> {
        let length = usize::try_from(length).map_err(|_| DecodeError)?;
        let (taken, rest) = self.0.split_at_checked(length).ok_or(DecodeError)?;
        self.0 = rest;
        Ok(taken)
    }

    fn number(&mut self) -> Result<u64, DecodeError> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first().ok_or(DecodeError)?;
            self.0 = rest;
            number |= u64::from(byte & 0x7f) << shift;
            if *byte < 0x80 {
                return Ok(number);
            }
        }
        Err(DecodeError)
    }

    /// A tag with its kind.
    fn key(&mut self) -> Result<(u32, u64), DecodeError> {
        let key = self.number()?;
        let tag = u32::try_from(key >> 3).ok().filter(|tag| *tag > 0).ok_or(DecodeError)?;
        Ok((tag, key & 7))
    }

    fn value(&mut self, kind: u64) -> Result<Raw<'a>, DecodeError> {
        Ok(match kind {
            0 => Raw::Number(self.number()?),
            1 => {
                self.take(8)?;
                Raw::Unused
            }
            2 => {
                let length = self.number()?;
                Raw::Bytes(self.take(length)?)
            }
            3 => {
                self.skip_group()?;
                Raw::Unused
            }
            5 => Raw::Fixed32(self.take(4)?.try_into().map_err(|_| DecodeError)?),
            _ => return Err(DecodeError),
        })
    }

    // Without recursion: how deep it goes is a stranger's word.
    fn skip_group(&mut self) -> Result<(), DecodeError> {
        let mut depth = 1;
        while depth > 0 {
            match self.key()?.1 {
                3 if depth == GROUPS => return Err(DecodeError),
                3 => depth += 1,
                4 => depth -= 1,
                kind => {
                    self.value(kind)?;
                }
            }
        }
        Ok(())
    }
}

/// Reads fields into a message. Lists grow, everything else is overwritten.
/// What lists of one frame hold together at most. An item is two bytes in a frame and hundreds in memory: a server's have
/// more in them than that, so no frame of one comes near this.
fn most_items(bytes: &[u8]) -> usize {
    1_024 + bytes.len() / 16
}

fn merge(message: &mut dyn Message, bytes: &[u8], items: &mut usize) -> Result<(), DecodeError> {
    let mut reader = Reader(bytes);
    while !reader.0.is_empty() {
        let (tag, kind) = reader.key()?;
        let raw = reader.value(kind)?;
        if let Some(slot) = message.field(tag, true) {
            read(slot.value, raw, items)?;
        }
    }
    Ok(())
}

fn read(value: Value<'_>, raw: Raw<'_>, items: &mut usize) -> Result<(), DecodeError> {
    match (value, raw) {
        // `as` cuts numbers off where they are too large, as everybody who reads protocol buffers does.
        (Value::Bool(to), Raw::Number(number)) => *to = number != 0,
        (Value::I32(to), Raw::Number(number)) => *to = number as i32,
        (Value::U32(to), Raw::Number(number)) => *to = number as u32,
        (Value::I64(to), Raw::Number(number)) => *to = number as i64,
        (Value::U64(to), Raw::Number(number)) => *to = number,
        (Value::F32(to), Raw::Fixed32(bytes)) => *to = f32::from_le_bytes(bytes),
        (Value::Text(to), Raw::Bytes(bytes)) => *to = text(bytes),
        (Value::Bytes(to), Raw::Bytes(bytes)) => *to = bytes.to_vec(),
        (Value::Numbers(to), Raw::Number(number)) => to.push(number as i32),
        (Value::Numbers(to), Raw::Bytes(bytes)) => {
            let mut reader = Reader(bytes);
            while !reader.0.is_empty() {
                to.push(reader.number()? as i32);
            }
        }
        (Value::Texts(to), Raw::Bytes(bytes)) => to.push(text(bytes)),
        (Value::Pairs(to), Raw::Bytes(bytes)) => {
            let mut pair = Pair::default();
            merge(&mut pair, bytes, items)?;
            to.insert(pair.0, pair.1);
        }
        (Value::Message(to), Raw::Bytes(bytes)) => merge(to, bytes, items)?,
        (Value::Messages(to), Raw::Bytes(bytes)) => {
            *items = items.checked_sub(1).ok_or(DecodeError)?;
            merge(to.add().ok_or(DecodeError)?, bytes, items)?;
        }
        _ => return Err(DecodeError),
    }
    Ok(())
}

/// What is no UTF-8 becomes a question mark. The usual mark has three bytes: a text would be larger than its frame.
fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push('?');
        }
    }
    text
}

/// Messages: structs whose fields carry their tags, and `..name: Enum` where some of them exclude each other.
macro_rules! messages {
    ($($(#[$about:meta])* pub struct $name:ident {
        $($field:ident: $type:ty = $tag:literal,)* $(..$one:ident: $of:ty,)?
    })*) => {$(
        $(#[$about])*
        #[allow(missing_docs)]
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $(pub $field: $type,)*
            $(pub $one: Option<$of>,)?
        }

        impl $crate::protocol::wire::Message for $name {
            fn field(&mut self, tag: u32, grow: bool) -> Option<$crate::protocol::wire::Slot<'_>> {
                #[allow(unused_imports)]
                use $crate::protocol::wire::Field as _;
                match tag {
                    $($tag => self.$field.slot(grow),)*
                    $(tag => $crate::protocol::wire::choose(&mut self.$one, tag, grow),)?
                    #[allow(unreachable_patterns)]
                    _ => None,
                }
            }
        }

        impl $crate::protocol::wire::Field for $name {
            fn slot(&mut self, _grow: bool) -> Option<$crate::protocol::wire::Slot<'_>> {
                Some($crate::protocol::wire::Slot { value: $crate::protocol::wire::Value::Message(self), explicit: true })
            }
        }
    )*};
}

/// Fields that exclude each other, with their tags.
macro_rules! oneofs {
    ($($(#[$about:meta])* pub enum $name:ident $((READ = $read:expr))? { $($variant:ident($type:ty) = $tag:literal,)* })*) => {$(
        $(#[$about])*
        #[allow(missing_docs)]
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $($variant($type),)*
        }

        impl $crate::protocol::wire::OneOf for $name {
            $(const READ: bool = $read;)?

            fn empty(tag: u32) -> Option<Self> {
                Some(match tag {
                    $($tag => Self::$variant(Default::default()),)*
                    _ => return None,
                })
            }

            fn held(&mut self) -> (u32, &mut dyn $crate::protocol::wire::Field) {
                match self {
                    $(Self::$variant(held) => ($tag, held),)*
                }
            }
        }
    )*};
}

/// Numbers with names. A number without one is no error on the wire: fields hold `i32`.
macro_rules! enums {
    ($($(#[$about:meta])* pub enum $name:ident { $($variant:ident = $number:literal,)* })*) => {$(
        $(#[$about])*
        #[allow(missing_docs)]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($variant = $number,)*
        }

        impl TryFrom<i32> for $name {
            type Error = i32;

            fn try_from(number: i32) -> Result<Self, i32> {
                Ok(match number {
                    $($number => Self::$variant,)*
                    _ => return Err(number),
                })
            }
        }
    )*};
}

pub(crate) use {enums, messages, oneofs};
