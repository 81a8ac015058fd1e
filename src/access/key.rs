//! The text of an API key: `gp_live_<8 id>_<43 secret><6 checksum>`.
//!
//! The id is public: it names the key in lists and logs. The checksum tells a mistyped key from a wrong one, and lets scanners of source code know one of ours.

use secrecy::SecretString;

use crate::sealing;
use crate::signing::{constant_time_eq, sha256, sha256_hex};

const PREFIX: &str = "gp_live_";
/// Small letters and digits only: the id is part of a file's name, and some disks know no capitals.
const ID_LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const LETTERS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const ID: usize = 8;
/// 62^43 is more than 2^256: nothing is to be guessed, so a plain hash is enough at rest.
const SECRET: usize = 43;
const CHECKSUM: usize = 6;
/// So much chance is taken at once.
const CHUNK: usize = 64;

/// A key that was just made. Its text is shown once.
#[derive(Debug)]
pub struct NewKey {
    /// The public part.
    pub id: String,
    /// The whole text.
    pub text: SecretString,
    /// What is kept of it.
    pub sha256: String,
}

impl NewKey {
    /// Makes a key by chance.
    pub fn mint() -> Self {
        Self::from_chance(&mut of_the_system)
    }

    fn from_chance(chance: &mut dyn FnMut(&mut [u8; CHUNK])) -> Self {
        let id = letters(ID_LETTERS, ID, chance);
        let body = format!("{PREFIX}{id}_{}", letters(LETTERS, SECRET, chance));
        let text = format!("{body}{}", checksum(&body));
        let sha256 = sha256_hex(text.as_bytes());
        Self { id, text: text.into(), sha256 }
    }
}

/// A text that has the shape of a key; whether it is one is for the records to say.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyText<'a>(&'a str);

impl<'a> KeyText<'a> {
    /// Reads a key; `None` when it is none of ours or mistyped.
    pub fn parse(text: &'a str) -> Option<Self> {
        let (id, rest) = text.strip_prefix(PREFIX)?.split_once('_')?;
        let is_id = id.len() == ID && id.bytes().all(|b| ID_LETTERS.contains(&b));
        let is_rest = rest.len() == SECRET + CHECKSUM && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        if !is_id || !is_rest {
            return None;
        }
        let (body, given) = text.split_at(text.len() - CHECKSUM);
        (checksum(body) == given).then_some(Self(text))
    }

    /// The public part.
    pub fn id(self) -> &'a str {
        &self.0[PREFIX.len()..PREFIX.len() + ID]
    }

    /// Whether this is the key whose hash is kept, in constant time.
    pub fn is(self, sha256: &str) -> bool {
        constant_time_eq(sha256_hex(self.0.as_bytes()).as_bytes(), sha256.as_bytes())
    }
}

/// Whether a text claims to be a key of ours.
pub fn looks_like_key(text: &str) -> bool {
    text.starts_with("gp_")
}

/// Whether a text may be the public part of a key.
pub fn is_key_id(text: &str) -> bool {
    text.len() == ID && text.bytes().all(|b| ID_LETTERS.contains(&b))
}

fn checksum(body: &str) -> String {
    let digest = sha256(body.as_bytes());
    let mut number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    let mut text = [b'0'; CHECKSUM];
    for place in text.iter_mut().rev() {
        *place = LETTERS[(number % 62) as usize];
        number /= 62;
    }
    text.iter().map(|b| char::from(*b)).collect()
}

/// So many letters by chance, each as likely as the others: bytes beyond the last whole round are thrown away.
pub fn letters(alphabet: &[u8], count: usize, chance: &mut dyn FnMut(&mut [u8; CHUNK])) -> String {
    let rounds = 256 / alphabet.len() * alphabet.len();
    let mut text = String::with_capacity(count);
    while text.len() < count {
        let mut bytes = [0; CHUNK];
        chance(&mut bytes);
        let usable = bytes.iter().map(|b| usize::from(*b)).filter(|b| *b < rounds);
        text.extend(usable.take(count - text.len()).map(|b| char::from(alphabet[b % alphabet.len()])));
    }
    text
}

fn of_the_system(bytes: &mut [u8; CHUNK]) {
    *bytes = sealing::chance();
}

/// An id by chance behind a prefix.
pub fn random_id(prefix: &str) -> String {
    format!("{prefix}{}", letters(ID_LETTERS, 24, &mut of_the_system))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_new_key_is_read_back_and_only_its_hash_is_kept() {
        let key = NewKey::mint();
        let text = key.text.expose_secret();
        assert_eq!(text.len(), PREFIX.len() + ID + 1 + SECRET + CHECKSUM);
        let read = KeyText::parse(text).unwrap();
        assert_eq!(read.id(), key.id);
        assert!(read.is(&key.sha256) && !read.is(&NewKey::mint().sha256) && !read.is(""));
        assert!(!format!("{key:?}").contains(&text[20..]), "a key shows itself to nobody by accident");
        assert_ne!(text, NewKey::mint().text.expose_secret());
    }

    #[test]
    fn every_letter_is_as_likely_as_the_others() {
        let mut counter = 0u8;
        let mut each_byte_once = |bytes: &mut [u8; CHUNK]| {
            for byte in bytes {
                *byte = counter;
                counter = counter.wrapping_add(1);
            }
        };
        let text = letters(LETTERS, 248, &mut each_byte_once);
        for letter in LETTERS {
            assert_eq!(text.bytes().filter(|b| b == letter).count(), 4, "{}", char::from(*letter));
        }
    }

    proptest! {
        #[test]
        fn a_key_with_one_letter_changed_is_none(seed in any::<[u8; 32]>(), at in 8usize..66, letter in "[0-9A-Za-z_]") {
            let mut state = seed;
            let key = NewKey::from_chance(&mut |bytes| for chunk in bytes.chunks_mut(32) {
                state = sha256(&state);
                chunk.copy_from_slice(&state[..chunk.len()]);
            });
            let text = key.text.expose_secret();
            prop_assume!(text[at..=at] != letter);
            let changed = format!("{}{letter}{}", &text[..at], &text[at + 1..]);
            prop_assert!(KeyText::parse(&changed).is_none());
        }

        #[test]
        fn nothing_that_is_no_key_is_read_as_one(text in "\\PC{0,80}") {
            prop_assert!(KeyText::parse(&text).is_none());
        }
    }
}
