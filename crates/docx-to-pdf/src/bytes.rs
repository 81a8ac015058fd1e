//! Bytes of a file or of a stretch of it, shared by everything that shows them: a picture is in memory once.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// Bytes that are never copied.
#[derive(Clone, Default)]
pub struct Bytes {
    whole: Arc<[u8]>,
    range: Range<usize>,
}

impl Bytes {
    /// A stretch of them; `None` where they do not reach so far.
    #[must_use]
    pub fn stretch(&self, range: Range<usize>) -> Option<Self> {
        self.get(range.clone())?;
        let from = self.range.start;
        Some(Self { whole: Arc::clone(&self.whole), range: from + range.start..from + range.end })
    }
}

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.whole.get(self.range.clone()).unwrap_or_default()
    }
}

impl From<Arc<[u8]>> for Bytes {
    fn from(whole: Arc<[u8]>) -> Self {
        Self { range: 0..whole.len(), whole }
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(whole: Vec<u8>) -> Self {
        Arc::<[u8]>::from(whole).into()
    }
}

impl From<&[u8]> for Bytes {
    fn from(whole: &[u8]) -> Self {
        Arc::<[u8]>::from(whole).into()
    }
}

impl PartialEq for Bytes {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq::<[u8]>(&**self, &**other) || **self == **other
    }
}

/// Not the bytes themselves: a picture has millions.
impl fmt::Debug for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} bytes", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::Bytes;

    #[test]
    fn a_stretch_is_within_its_whole() {
        let whole = Bytes::from(&b"0123456789"[..]);
        let inner = whole.stretch(2..8).unwrap();
        assert_eq!((&*inner, &*inner.stretch(1..3).unwrap()), (&b"234567"[..], &b"34"[..]));
        assert!(inner.stretch(3..7).is_none() && whole.stretch(4..11).is_none());
        assert_eq!(inner, Bytes::from(&b"234567"[..]));
        assert_ne!(inner, whole);
    }
}
