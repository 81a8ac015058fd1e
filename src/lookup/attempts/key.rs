//! Ids as the log keeps them: the 20 bytes that 27 base62 digits stand for, which sort as the text does and take two thirds of its place; and the rows of calls, which sort as their ids do.

use jiff::Timestamp;
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, params};

use crate::signing::sha256;

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// What each letter stands for; what is no digit, 255.
const VALUES: [u8; 256] = values();
/// Digits of an id behind its prefix.
const LENGTH: usize = 27;
/// What they stand for.
const BYTES: usize = 20;
/// Digits that are taken together: so many fit a word.
const TOGETHER: usize = 5;
/// Words of four bytes, the most significant first.
const WORDS: usize = BYTES / 4;
/// Bits of chance in a row.
const CHANCE: u32 = 23;
/// Places that a call may have whose first one is taken.
const PLACES: i64 = 16;

const fn values() -> [u8; 256] {
    let mut values = [255; 256];
    let mut digit = 0;
    while digit < DIGITS.len() {
        values[DIGITS[digit] as usize] = digit as u8;
        digit += 1;
    }
    values
}

/// An id as it is kept; one that is not ours stays text.
pub(super) fn pack(id: &str) -> Value {
    match decode(digits(id)) {
        Some(bytes) => Value::Blob(bytes.to_vec()),
        None => Value::Text(id.to_owned()),
    }
}

fn digits(id: &str) -> &str {
    id.rsplit_once('_').map_or(id, |(_, digits)| digits)
}

/// The id that was kept, with its prefix.
pub(super) fn unpack(prefix: &str, kept: Value) -> String {
    match kept {
        Value::Blob(bytes) => format!("{prefix}{}", encode(&bytes)),
        Value::Text(text) => text,
        Value::Null | Value::Integer(_) | Value::Real(_) => String::new(),
    }
}

/// The rows that a call may have, the first that is free counts: 40 bits of time and 23 of chance, as its id begins. One that is not ours lies before all of ours.
pub(super) fn places(id: &str) -> impl Iterator<Item = i64> {
    let first = if let Some([a, b, c, d, part, x, y, z, ..]) = decode(digits(id)) {
        let chance = u32::from_be_bytes([0, x, y, z]) >> (24 - CHANCE);
        (place_of(u32::from_be_bytes([a, b, c, d]), part)) | i64::from(chance)
    } else {
        let [a, b, c, d, e, f, g, h, ..] = sha256(id.as_bytes());
        i64::MIN + (i64::from_be_bytes([a, b, c, d, e, f, g, h]) & (i64::MAX >> 1))
    };
    (0..PLACES).map(move |step| first.saturating_add(step))
}

fn place_of(seconds: u32, part: u8) -> i64 {
    // The seconds are counted from 2014: their first bit stays free until 2082, and the row positive.
    (i64::from(seconds & (u32::MAX >> 1)) << (CHANCE + 8)) | (i64::from(part) << CHANCE)
}

/// The least row of an instant: ids begin with the seconds since 2014-05-13 and a 256th of a second.
pub(super) fn first_at(at: Timestamp) -> i64 {
    let milliseconds = (at.as_millisecond() - 1_400_000_000_000).max(0);
    let seconds = u32::try_from(milliseconds / 1000).unwrap_or(u32::MAX >> 1);
    place_of(seconds, u8::try_from(milliseconds % 1000 / 4).unwrap_or(u8::MAX))
}

/// The row of a call.
pub(super) fn find(db: &Connection, id: &str) -> rusqlite::Result<Option<i64>> {
    let first = places(id).next().unwrap_or_default();
    let mut find = db.prepare_cached("SELECT row FROM attempt WHERE row BETWEEN ?1 AND ?2 AND id = ?3")?;
    find.query_row(params![first, first.saturating_add(PLACES), pack(id)], |row| row.get(0)).optional()
}

/// The row of a call, or where it would be.
pub(super) fn find_or_first(db: &Connection, id: &str) -> rusqlite::Result<i64> {
    Ok(find(db, id)?.unwrap_or_else(|| places(id).next().unwrap_or_default()))
}

fn decode(digits: &str) -> Option<[u8; BYTES]> {
    if digits.len() != LENGTH {
        return None;
    }
    let mut words = [0_u32; WORDS];
    for group in digits.as_bytes().chunks(TOGETHER) {
        let (mut carry, mut factor) = (0_u64, 1_u64);
        for digit in group {
            let value = VALUES[usize::from(*digit)];
            if value == u8::MAX {
                return None;
            }
            carry = carry * 62 + u64::from(value);
            factor *= 62;
        }
        for word in words.iter_mut().rev() {
            let value = u64::from(*word) * factor + carry;
            *word = value as u32;
            carry = value >> 32;
        }
        if carry != 0 {
            return None;
        }
    }
    let mut bytes = [0; BYTES];
    for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
        place.copy_from_slice(&word.to_be_bytes());
    }
    Some(bytes)
}

fn encode(bytes: &[u8]) -> String {
    let mut number: Vec<u32> = bytes
        .rchunks(4)
        .rev()
        .map(|chunk| {
            let mut word = [0; 4];
            word[4 - chunk.len()..].copy_from_slice(chunk);
            u32::from_be_bytes(word)
        })
        .collect();
    let mut digits = [b'0'; LENGTH];
    for group in digits.rchunks_mut(TOGETHER) {
        let divisor = 62_u64.pow(TOGETHER as u32);
        let mut rest = 0_u64;
        for word in &mut number {
            let value = (rest << 32) | u64::from(*word);
            *word = (value / divisor) as u32;
            rest = value % divisor;
        }
        for digit in group.iter_mut().rev() {
            *digit = DIGITS[(rest % 62) as usize];
            rest /= 62;
        }
    }
    digits.into_iter().map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn every_id_comes_back_and_sorts_as_its_text_and_its_row_do(a in proptest::array::uniform20(any::<u8>()), b in proptest::array::uniform20(any::<u8>())) {
            let (a, b) = (of_our_time(a), of_our_time(b));
            let (x, y) = (encode(&a), encode(&b));
            prop_assert_eq!(decode(&x), Some(a));
            prop_assert_eq!(unpack("msg_", pack(&format!("msg_{x}"))), format!("msg_{x}"));
            prop_assert_eq!(a.cmp(&b), x.cmp(&y));
            let row = |id: &str| places(id).next().unwrap();
            prop_assert!(row(&x) >= 0 && row("app_odd") < 0);
            if row(&x) != row(&y) {
                prop_assert_eq!(a.cmp(&b), row(&x).cmp(&row(&y)));
            }
        }
    }

    /// Before 2082.
    fn of_our_time(mut bytes: [u8; BYTES]) -> [u8; BYTES] {
        bytes[0] &= 0x7f;
        bytes
    }

    #[test]
    fn digits_are_taken_together_as_one_by_one() {
        for (text, last) in [("000000000000000000000000000", 0), ("00000000000000000000000000z", 61), ("000000000000000000000000010", 62)] {
            let mut bytes = [0; BYTES];
            bytes[BYTES - 1] = last;
            assert_eq!((decode(text), encode(&bytes)), (Some(bytes), text.to_owned()));
        }
        // The greatest id there is, and one more.
        assert_eq!(decode("aWgEPTl1tmebfsQzFP4bxwgy80V"), Some([255; BYTES]));
        assert_eq!(encode(&[255; BYTES]), "aWgEPTl1tmebfsQzFP4bxwgy80V");
        assert_eq!(decode("aWgEPTl1tmebfsQzFP4bxwgy80W"), None);
    }

    #[test]
    fn what_is_no_id_of_ours_stays_as_it_is() {
        for odd in ["", "msg_short", "msg_zzzzzzzzzzzzzzzzzzzzzzzzzzz", "ñ", "inst-a"] {
            assert_eq!(unpack("msg_", pack(odd)), odd);
        }
    }
}
