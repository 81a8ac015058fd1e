//! How long this process has seen something unchanged, by its own steady clock.
//!
//! Clocks of machines differ and are set; what a process has watched itself needs neither.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Things watched at once; beyond it those not looked at for the longest time are forgotten, which only makes them wait anew.
const MOST: usize = 200_000;

#[derive(Debug, Default)]
pub(crate) struct Sightings {
    seen: Mutex<HashMap<String, Sighting>>,
}

#[derive(Debug)]
struct Sighting {
    state: String,
    first: Duration,
    last: Duration,
    looks: u32,
}

/// How long something was seen unchanged, and how often it was looked at before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeenUnchanged {
    pub(crate) unchanged: Duration,
    pub(crate) looks: u32,
}

impl Sightings {
    /// Looks at something in a state, at an instant of the steady clock.
    pub(crate) fn look(&self, thing: &str, state: &str, now: Duration) -> SeenUnchanged {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MOST && !seen.contains_key(thing) {
            let mut last: Vec<Duration> = seen.values().map(|sighting| sighting.last).collect();
            let middle = last.len() / 2;
            let (_, median, _) = last.select_nth_unstable(middle);
            let median = *median;
            seen.retain(|_, sighting| sighting.last > median);
        }
        let sighting =
            seen.entry(thing.to_owned()).or_insert_with(|| Sighting { state: state.to_owned(), first: now, last: now, looks: 0 });
        if sighting.state != state {
            *sighting = Sighting { state: state.to_owned(), first: now, last: now, looks: 0 };
        }
        let found = SeenUnchanged { unchanged: now.saturating_sub(sighting.first), looks: sighting.looks };
        sighting.last = now;
        sighting.looks += 1;
        found
    }

    /// What is known of something without looking at it now.
    pub(crate) fn known(&self, thing: &str, now: Duration) -> Option<SeenUnchanged> {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(thing).map(|sighting| SeenUnchanged { unchanged: now.saturating_sub(sighting.first), looks: sighting.looks })
    }

    /// It is of no interest any more.
    pub(crate) fn forget(&self, thing: &str) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).remove(thing);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_starts_the_time_anew() {
        let (sightings, at) = (Sightings::default(), Duration::from_secs);
        assert_eq!(sightings.look("a", "1", at(5)), SeenUnchanged { unchanged: at(0), looks: 0 });
        assert_eq!(sightings.look("a", "1", at(9)), SeenUnchanged { unchanged: at(4), looks: 1 });
        assert_eq!(sightings.look("a", "2", at(10)), SeenUnchanged { unchanged: at(0), looks: 0 });
        assert_eq!(sightings.known("a", at(12)), Some(SeenUnchanged { unchanged: at(2), looks: 1 }));
        sightings.forget("a");
        assert_eq!(sightings.known("a", at(12)), None);
    }

    #[test]
    fn memory_is_bounded_and_the_newest_are_kept() {
        let sightings = Sightings::default();
        for n in 0..=MOST as u64 {
            sightings.look(&n.to_string(), "", Duration::from_millis(n));
        }
        assert!(sightings.seen.lock().unwrap().len() <= MOST);
        assert!(sightings.known(&MOST.to_string(), Duration::from_hours(1)).is_some());
    }
}
