//! Texts that many reports share, and what names words and students in addresses.

use crate::lookup::view::{StudentHash, WordTag};
use crate::signing::{hmac_sha256, sha256};

/// What a word is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i64)]
pub(super) enum WordKind {
    Course = 1,
    Assessment = 2,
    Level = 3,
    Cause = 4,
    Source = 5,
    Template = 6,
    Group = 7,
}

/// What parts a group's kind from its name in its word.
pub(super) const GROUP_SEPARATOR: char = '\u{1f}';

/// The tag of a word.
pub(super) fn tag(kind: WordKind, ext: &str) -> WordTag {
    let digest = sha256(format!("{}\0{ext}", kind as i64).as_bytes());
    let bytes = [0, 0, digest[0], digest[1], digest[2], digest[3], digest[4], digest[5]];
    WordTag(i64::from_be_bytes(bytes))
}

/// The tag of a course, by the folder that its reports are filed under.
pub fn course_tag(folder: &str) -> WordTag {
    tag(WordKind::Course, folder)
}

/// The tag of an assessment, by what its results are filed under.
pub fn assessment_tag(key: &str) -> WordTag {
    tag(WordKind::Assessment, key)
}

/// Makes the hashes that name students in addresses.
#[derive(Clone)]
pub struct StudentHasher([u8; 32]);

impl StudentHasher {
    /// With the school's key for this.
    pub fn new(key: [u8; 32]) -> Self {
        Self(key)
    }

    /// The hash of a student's key.
    pub fn hash(&self, key: &str) -> StudentHash {
        let digest = hmac_sha256(&self.0, format!("student\0{key}").as_bytes());
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&digest[..8]);
        StudentHash(i64::from_be_bytes(bytes))
    }
}
