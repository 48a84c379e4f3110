//! Writing messages: the half of the interpreter that nobody but this client feeds.

use super::{LAST_TAG, Message, Pair, Slot, Value};

pub(super) fn write(message: &mut dyn Message, out: &mut Vec<u8>) {
    for tag in 1..=LAST_TAG {
        if let Some(Slot { value, explicit }) = message.field(tag, false) {
            write_field(tag, value, explicit, out);
        }
    }
}

fn write_field(tag: u32, value: Value<'_>, explicit: bool, out: &mut Vec<u8>) {
    let mut number = |number: u64| {
        if explicit || number != 0 {
            write_number(u64::from(tag << 3), out);
            write_number(number, out);
        }
    };
    match value {
        Value::Bool(of) => number(u64::from(*of)),
        // Negative numbers are written with all the bits of the larger type.
        Value::I32(of) => number(i64::from(*of) as u64),
        Value::U32(of) => number(u64::from(*of)),
        Value::I64(of) => number(*of as u64),
        Value::U64(of) => number(*of),
        Value::F32(of) if explicit || of.to_bits() != 0 => {
            write_number(u64::from(tag << 3 | 5), out);
            out.extend_from_slice(&of.to_le_bytes());
        }
        Value::F32(_) => {}
        Value::Text(of) if explicit || !of.is_empty() => write_bytes(tag, of.as_bytes(), out),
        Value::Bytes(of) if explicit || !of.is_empty() => write_bytes(tag, of, out),
        Value::Text(_) | Value::Bytes(_) => {}
        Value::Numbers(of) if of.is_empty() => {}
        Value::Numbers(of) => {
            let mut packed = Vec::new();
            for number in of {
                write_number(i64::from(*number) as u64, &mut packed);
            }
            write_bytes(tag, &packed, out);
        }
        Value::Texts(of) => of.iter().for_each(|text| write_bytes(tag, text.as_bytes(), out)),
        Value::Pairs(of) => {
            for (key, value) in of.iter() {
                write_message(tag, &mut Pair(key.clone(), value.clone()), out);
            }
        }
        Value::Message(of) => write_message(tag, of, out),
        Value::Messages(of) => {
            let mut index = 0;
            while let Some(message) = of.at(index) {
                write_message(tag, message, out);
                index += 1;
            }
        }
    }
}

fn write_message(tag: u32, message: &mut dyn Message, out: &mut Vec<u8>) {
    let mut body = Vec::new();
    write(message, &mut body);
    write_bytes(tag, &body, out);
}

fn write_bytes(tag: u32, bytes: &[u8], out: &mut Vec<u8>) {
    write_number(u64::from(tag << 3 | 2), out);
    write_number(bytes.len() as u64, out);
    out.extend_from_slice(bytes);
}

/// A varint.
pub fn write_number(mut number: u64, out: &mut Vec<u8>) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}
