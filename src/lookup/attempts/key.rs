//! Ids as the log keeps them: the 20 bytes that 27 base62 digits stand for, which sort as the text does and take two thirds of its place.

use jiff::Timestamp;
use rusqlite::types::Value;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits of an id behind its prefix.
const LENGTH: usize = 27;
/// What they stand for.
const BYTES: usize = 20;

/// An id as it is kept; one that is not ours stays text.
pub(super) fn pack(id: &str) -> Value {
    let digits = id.rsplit_once('_').map_or(id, |(_, digits)| digits);
    match decode(digits) {
        Some(bytes) => Value::Blob(bytes.to_vec()),
        None => Value::Text(id.to_owned()),
    }
}

/// The id that was kept, with its prefix.
pub(super) fn unpack(prefix: &str, kept: Value) -> String {
    match kept {
        Value::Blob(bytes) => format!("{prefix}{}", encode(&bytes)),
        Value::Text(text) => text,
        Value::Null | Value::Integer(_) | Value::Real(_) => String::new(),
    }
}

/// The least id of an instant: ids begin with the seconds since 2014-05-13 and a 256th of a second.
pub(super) fn first_at(at: Timestamp) -> Value {
    let milliseconds = (at.as_millisecond() - 1_400_000_000_000).max(0);
    let seconds = u32::try_from(milliseconds / 1000).unwrap_or(u32::MAX);
    let mut bytes = seconds.to_be_bytes().to_vec();
    bytes.push(u8::try_from(milliseconds % 1000 / 4).unwrap_or(u8::MAX));
    Value::Blob(bytes)
}

fn decode(digits: &str) -> Option<[u8; BYTES]> {
    if digits.len() != LENGTH {
        return None;
    }
    let mut bytes = [0_u8; BYTES];
    for digit in digits.bytes() {
        let mut carry = DIGITS.iter().position(|known| *known == digit)? as u32;
        for byte in bytes.iter_mut().rev() {
            let value = u32::from(*byte) * 62 + carry;
            *byte = (value & 0xff) as u8;
            carry = value >> 8;
        }
        if carry != 0 {
            return None;
        }
    }
    Some(bytes)
}

fn encode(bytes: &[u8]) -> String {
    let mut number = bytes.to_vec();
    let mut digits = vec![b'0'; LENGTH];
    for digit in digits.iter_mut().rev() {
        let mut rest = 0_u32;
        for byte in &mut number {
            let value = (rest << 8) | u32::from(*byte);
            *byte = (value / 62) as u8;
            rest = value % 62;
        }
        *digit = DIGITS[rest as usize];
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_id_comes_back_and_sorts_as_its_text_does(a in proptest::array::uniform20(any::<u8>()), b in proptest::array::uniform20(any::<u8>())) {
            let (x, y) = (encode(&a), encode(&b));
            prop_assert_eq!(decode(&x), Some(a));
            prop_assert_eq!(unpack("msg_", pack(&format!("msg_{x}"))), format!("msg_{x}"));
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
        }
    }

    #[test]
    fn what_is_no_id_of_ours_stays_as_it_is() {
        for odd in ["", "msg_short", "msg_zzzzzzzzzzzzzzzzzzzzzzzzzzz", "ñ", "inst-a"] {
            assert_eq!(unpack("msg_", pack(odd)), odd);
        }
    }
}
