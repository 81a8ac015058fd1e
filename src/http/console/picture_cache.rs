//! Pictures of reports that were made just now.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Sets of pictures that are kept.
const KEPT: usize = 8;

/// For how long.
const FRESH: SignedDuration = SignedDuration::from_mins(1);

/// The pictures of a report.
pub type Pictures = Arc<Vec<String>>;

/// What was made when.
type Made = (String, Timestamp, Pictures);

/// Pictures that were made just now.
#[derive(Default)]
pub struct PictureCache(Mutex<VecDeque<Made>>);

impl PictureCache {
    /// What was made under this name, if it is not too old.
    pub fn find(&self, key: &str, now: Timestamp) -> Option<Pictures> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, at, _)| now.duration_since(*at).abs() < FRESH);
        kept.iter().find(|(known, ..)| known == key).map(|(.., pictures)| Arc::clone(pictures))
    }

    /// Keeps what was made.
    pub fn keep(&self, key: String, now: Timestamp, pictures: Pictures) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.truncate(KEPT - 1);
        kept.push_front((key, now, pictures));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_kept_for_a_minute_and_only_a_few() {
        let (kept, now) = (PictureCache::default(), "2026-03-03T10:00:00Z".parse::<Timestamp>().unwrap());
        for n in 0..20 {
            kept.keep(format!("job {n}"), now, Arc::new(vec![format!("<svg>{n}</svg>")]));
        }
        assert!(kept.find("job 19", now).is_some() && kept.find("job 11", now).is_none());
        assert!(kept.find("job 19", now.saturating_add(SignedDuration::from_secs(61)).unwrap()).is_none());
    }
}
