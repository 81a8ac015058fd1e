//! Identifiers and safe path parts.

use std::fmt;

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

/// The id of a job: 32 hex digits derived from what makes an event the same effect, so that the same effect is always the same job.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct JobId(String);

impl JobId {
    /// Takes an id as written; `None` unless it is 32 lower-case hex digits.
    pub fn parse(text: &str) -> Option<Self> {
        let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
        (text.len() == 32 && text.chars().all(hex)).then(|| Self(text.to_owned()))
    }

    /// The id made of the first half of a 32-byte digest.
    pub fn from_digest(digest: [u8; 32]) -> Self {
        Self(hex::encode(&digest[..16]))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for JobId {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("'{text}' is not a job id (32 hex digits)"))
    }
}

impl From<JobId> for String {
    fn from(id: JobId) -> Self {
        id.0
    }
}

/// Longest safe name in bytes; leaves room for a timestamp and an extension under the usual 255.
const SAFE_NAME_BYTES: usize = 96;

/// A name as one safe path part on every file system and in a bucket: NFC, no separators or characters Windows forbids, no leading dots, at most 96 bytes.
///
/// Names that differ only in what had to be changed stay apart: when anything was changed beyond NFC, a 32-bit checksum of the original is appended.
pub fn safe_name(name: &str) -> String {
    let nfc: String = name.nfc().collect();
    let forbidden = |c: char| c.is_control() || r#"<>:"/\|?*"#.contains(c) || is_invisible(c);
    let cleaned: String = nfc.chars().map(|c| if forbidden(c) { '_' } else { c }).collect();
    let trimmed = cleaned.trim().trim_start_matches('.').trim_end_matches(['.', ' ']);
    if trimmed == nfc && !trimmed.is_empty() && trimmed.len() <= SAFE_NAME_BYTES && !is_reserved(trimmed) && !ends_like_checksum(trimmed) {
        return nfc;
    }
    let mut end = trimmed.len().min(SAFE_NAME_BYTES - 9);
    while !trimmed.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}~{:08x}", trimmed[..end].trim_end(), checksum(&nfc))
}

/// Direction marks and zero-width characters make two names look alike.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Device names of Windows, which no file there may carry.
fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).to_ascii_uppercase();
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL")
        || (stem.len() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem.ends_with(|c: char| c.is_ascii_digit()))
}

/// A clean name that ends like one of ours must not meet a changed name's checksum.
fn ends_like_checksum(name: &str) -> bool {
    name.rsplit_once('~').is_some_and(|(_, tail)| tail.len() == 8 && tail.chars().all(|c| c.is_ascii_hexdigit()))
}

/// FNV-1a, 32 bits: tells names apart in a folder; nothing secret hangs on it.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ordinary_names_stay_as_they_are() {
        for name in ["Test de diagnóstico Parte 1", "M1", "6130afb278d2c94eeb228d12", "a.b"] {
            assert_eq!(safe_name(name), name);
        }
    }

    #[test]
    fn dangerous_names_become_harmless_and_stay_distinct() {
        let names = ["../../etc/passwd", "a/b", "a\\b", "a_b", ".hidden", "", " ", "CON", "con.txt", "a\u{202e}b", "a\0b", "x~12345678"];
        let safe: std::collections::BTreeSet<String> = names.iter().map(|n| safe_name(n)).collect();
        assert_eq!(safe.len(), names.len(), "{safe:?}");
        for part in &safe {
            assert!(!part.contains(['/', '\\']) && !part.starts_with('.') && !part.is_empty(), "{part}");
        }
    }

    #[test]
    fn composed_and_decomposed_accents_are_one_name() {
        assert_eq!(safe_name("diagno\u{301}stico"), safe_name("diagnóstico"));
    }

    proptest! {
        #[test]
        fn every_name_is_one_short_part(name in ".{0,300}") {
            let part = safe_name(&name);
            prop_assert!(!part.is_empty() && part.len() <= SAFE_NAME_BYTES);
            prop_assert!(!part.contains(['/', '\\', '\0', '\n']) && !part.starts_with('.'));
            prop_assert_ne!(part.as_str(), "..");
        }
    }
}
