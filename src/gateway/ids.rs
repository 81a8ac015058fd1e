//! Ids of the gateway: a kind's prefix and a KSUID with milliseconds, so that ids sort by the time they were made.
//!
//! Twenty bytes: seconds since 2014-05-13 (four bytes), a 256th of a second (one byte), chance (fifteen bytes). People see them in base62;
//! the store's keys hold them in lower-case hex, because base62 tells letters apart by their case and some file systems do not.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use serde::{Deserialize, Serialize};

/// Bytes of an id.
const BYTES: usize = 20;
/// Characters of an id behind its prefix.
const CHARACTERS: usize = 27;
/// The second that KSUIDs count from.
const EPOCH: i64 = 1_400_000_000;
const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Where the gateway's ids and secrets get their chance from.
pub struct Chance(Mutex<StdRng>);

impl Chance {
    /// Chance from the operating system.
    #[allow(clippy::disallowed_methods, reason = "secrets and ids need the system's chance; tests seed their own")]
    #[allow(clippy::allow_attributes, reason = "the path of `rand::rng` differs between releases of rand")]
    pub fn of_the_system() -> Self {
        Self(Mutex::new(StdRng::from_rng(&mut rand::rng())))
    }

    /// Chance that is the same again for the same seed; for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Bytes that nobody can guess.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// A number from 0 up to, but not, 1.
    pub fn share(&self) -> f64 {
        f64::from(u32::from_be_bytes(self.bytes::<4>())) / (f64::from(u32::MAX) + 1.0)
    }
}

/// The twenty bytes of an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ksuid([u8; BYTES]);

impl Ksuid {
    /// A new one.
    pub fn new(at: Timestamp, chance: &Chance) -> Self {
        let mut bytes = Self::first_at(at).0;
        bytes[5..].copy_from_slice(&chance.bytes::<15>());
        Self(bytes)
    }

    /// The least one of an instant: all ids made at it or later are not less.
    pub fn first_at(at: Timestamp) -> Self {
        let milliseconds = (at.as_millisecond() - EPOCH * 1000).max(0);
        let seconds = u32::try_from(milliseconds / 1000).unwrap_or(u32::MAX);
        let mut bytes = [0; BYTES];
        bytes[..4].copy_from_slice(&seconds.to_be_bytes());
        bytes[4] = u8::try_from(milliseconds % 1000 / 4).unwrap_or(u8::MAX);
        Self(bytes)
    }

    /// When it was made, to four milliseconds.
    pub fn time(self) -> Timestamp {
        let seconds = i64::from(u32::from_be_bytes([self.0[0], self.0[1], self.0[2], self.0[3]])) + EPOCH;
        Timestamp::from_millisecond(seconds * 1000 + i64::from(self.0[4]) * 4).unwrap_or_default()
    }

    /// One byte of chance, the same for the same id.
    pub(crate) fn last_byte(self) -> u8 {
        self.0[BYTES - 1]
    }

    /// As the store's keys hold it.
    pub fn hex(self) -> String {
        hex::encode(self.0)
    }

    /// As keys hold it that sort the newest first.
    pub fn newest_first_hex(self) -> String {
        hex::encode(self.0.map(|byte| !byte))
    }

    /// Reads [`Self::hex`] back.
    pub fn from_hex(text: &str) -> Option<Self> {
        let is_lower = text.len() == BYTES * 2 && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        is_lower.then(|| hex::decode(text).ok()?.try_into().ok().map(Self)).flatten()
    }

    /// Reads [`Self::newest_first_hex`] back.
    pub fn from_newest_first_hex(text: &str) -> Option<Self> {
        Self::from_hex(text).map(|inverted| Self(inverted.0.map(|byte| !byte)))
    }

    fn base62(self) -> String {
        let (mut number, mut digits) = (self.0, [0; CHARACTERS]);
        for digit in digits.iter_mut().rev() {
            let mut rest = 0_u32;
            for byte in &mut number {
                let value = rest * 256 + u32::from(*byte);
                *byte = (value / 62) as u8;
                rest = value % 62;
            }
            *digit = ALPHABET[rest as usize];
        }
        digits.iter().map(|digit| char::from(*digit)).collect()
    }

    fn from_base62(text: &str) -> Option<Self> {
        if text.len() != CHARACTERS {
            return None;
        }
        let mut number = [0_u8; BYTES];
        for letter in text.bytes() {
            let mut carry = u32::try_from(ALPHABET.iter().position(|known| *known == letter)?).ok()?;
            for byte in number.iter_mut().rev() {
                let value = u32::from(*byte) * 62 + carry;
                *byte = (value % 256) as u8;
                carry = value / 256;
            }
            if carry > 0 {
                return None;
            }
        }
        Some(Self(number))
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Ksuid);

        impl $name {
            /// What ids of this kind begin with.
            pub const PREFIX: &'static str = $prefix;

            /// A new id.
            pub fn new(at: Timestamp, chance: &Chance) -> Self {
                Self(Ksuid::new(at, chance))
            }

            /// The id of these bytes.
            pub fn of(ksuid: Ksuid) -> Self {
                Self(ksuid)
            }

            /// Its bytes.
            pub fn ksuid(self) -> Ksuid {
                self.0
            }

            /// Reads an id as people write it.
            pub fn parse(text: &str) -> Option<Self> {
                Ksuid::from_base62(text.strip_prefix($prefix)?).map(Self)
            }

            /// As the store's keys hold it.
            pub fn hex(self) -> String {
                self.0.hex()
            }

            /// Reads [`Self::hex`] back.
            pub fn from_hex(text: &str) -> Option<Self> {
                Ksuid::from_hex(text).map(Self)
            }

            /// When it was made.
            pub fn time(self) -> Timestamp {
                self.0.time()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}{}", $prefix, self.0.base62())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = String;
            fn from_str(text: &str) -> Result<Self, String> {
                Self::parse(text).ok_or_else(|| format!("'{text}' is no id that begins with {}", $prefix))
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;
            fn try_from(text: String) -> Result<Self, String> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// An institution (Svix: an application).
    InstitutionId = "app_";
    /// An endpoint.
    EndpointId = "ep_";
    /// An event (Svix: a message); also its `webhook-id`.
    MessageId = "msg_";
    /// One attempt at one delivery.
    AttemptId = "atmpt_";
    /// A background task.
    TaskId = "qtask_";
    /// A student of an institution.
    StudentId = "stu_";
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_id_has_its_prefix_and_twenty_seven_characters() {
        let id = MessageId::new("2026-11-28T12:00:00Z".parse().unwrap(), &Chance::seeded(1));
        let text = id.to_string();
        assert_eq!((&text[..4], text.len()), ("msg_", 31));
        assert_eq!(MessageId::parse(&text), Some(id));
        assert_eq!(EndpointId::parse(&text), None, "another kind's prefix");
        assert_eq!(id.time().to_string(), "2026-11-28T12:00:00Z");
    }

    #[test]
    fn text_that_is_no_id_is_refused() {
        for text in
            ["", "msg_", "msg_123", "msg_zzzzzzzzzzzzzzzzzzzzzzzzzzz", "msg_00000000000000000000000000-", "msg_é0000000000000000000000000"]
        {
            assert_eq!(MessageId::parse(text), None, "{text}");
        }
        assert!(Ksuid::from_hex(&"A".repeat(40)).is_none() && Ksuid::from_hex("00").is_none());
    }

    #[test]
    fn base62_is_that_of_ksuid() {
        // The example of segmentio/ksuid's README: 0669F7EFB5A1CD34B5F99D1154FB6853345C9735.
        let known = Ksuid::from_hex("0669f7efb5a1cd34b5f99d1154fb6853345c9735").unwrap();
        assert_eq!(known.base62(), "0ujtsYcgvSTl8PAuAdqWYSMnLOv");
    }

    proptest! {
        #[test]
        fn ids_read_back_and_sort_by_time(a in 1_500_000_000_000_i64..4_000_000_000_000, b in 1_500_000_000_000_i64..4_000_000_000_000, seed: u64) {
            let chance = Chance::seeded(seed);
            let of = |ms| MessageId::new(Timestamp::from_millisecond(ms).unwrap(), &chance);
            let (first, second) = (of(a), of(b));
            prop_assert_eq!(MessageId::parse(&first.to_string()), Some(first));
            prop_assert_eq!(Ksuid::from_newest_first_hex(&first.ksuid().newest_first_hex()), Some(first.ksuid()));
            if b - a >= 4 {
                prop_assert!(first < second && first.to_string() < second.to_string() && first.hex() < second.hex());
                prop_assert!(first.ksuid().newest_first_hex() > second.ksuid().newest_first_hex());
            }
            prop_assert!((first.time().as_millisecond() - a).abs() < 4);
        }
    }
}
