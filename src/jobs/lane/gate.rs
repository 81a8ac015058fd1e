//! Deliveries give way to reports: while many reports wait for a worker here, workers of deliveries take up nothing new, for a while.
//!
//! A student waits for a report, and both are made on the same processors. The lanes still wait for nobody: what is under way goes on, and a backlog that lasts
//! (a mail server that is away) holds deliveries back no longer than [`LONGEST`], and at most half of the time.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// So many reports for each of their workers are a burst.
const BURST: usize = 2;
/// Deliveries are held back no longer; shorter than the time after which other instances would take them up.
const LONGEST: Duration = Duration::from_secs(8);
/// How often workers that give way look again.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// Whether deliveries give way.
#[derive(Debug, Default)]
pub(crate) struct Gate(Mutex<State>);

#[derive(Debug, Default, Clone, Copy)]
enum State {
    /// Nothing holds them back.
    #[default]
    Open,
    /// Reports came in a burst at this time.
    Held(Duration),
    /// They were held back long enough for now.
    Rests(Duration),
}

/// What is looked at.
#[derive(Debug, Clone, Copy)]
pub(super) struct GateReading {
    /// The time, by the steady clock.
    pub(super) now: Duration,
    /// Reports that wait for a worker, and the workers there are for them.
    pub(super) reports: usize,
    pub(super) workers: usize,
    /// Too many deliveries wait here already: calls would be refused.
    pub(super) is_crowded: bool,
}

impl Gate {
    /// Whether deliveries give way now.
    pub(super) fn holds(&self, look: GateReading) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_burst = look.reports >= look.workers.max(1) * BURST && !look.is_crowded;
        *state = match *state {
            State::Held(since) => {
                let held = look.now.saturating_sub(since);
                let is_over = look.reports < look.workers || look.is_crowded || held >= LONGEST;
                if is_over { State::Rests(look.now + held) } else { State::Held(since) }
            }
            State::Rests(until) if look.now < until => State::Rests(until),
            State::Open | State::Rests(_) if is_burst => State::Held(look.now),
            State::Open | State::Rests(_) => State::Open,
        };
        matches!(*state, State::Held(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(ms: u64, reports: usize) -> GateReading {
        GateReading { now: Duration::from_millis(ms), reports, workers: 8, is_crowded: false }
    }

    #[test]
    fn deliveries_give_way_from_a_burst_of_reports_on_until_fewer_wait_than_there_are_workers() {
        let gate = Gate::default();
        let seen = [(0, 15), (100, 16), (1000, 500), (2000, 8), (3000, 7)].map(|(ms, reports)| gate.holds(look(ms, reports)));
        assert_eq!(seen, [false, true, true, true, false]);
    }

    #[test]
    fn a_backlog_that_lasts_holds_deliveries_back_half_of_the_time_at_most_and_never_long() {
        let gate = Gate::default();
        let held: Vec<bool> = (0..1600).map(|step| gate.holds(look(step * 100, 5000))).collect();
        let all = held.iter().filter(|held| **held).count();
        assert!((700..=800).contains(&all), "{all} of 1600");
        let longest = held.split(|held| !held).map(<[bool]>::len).max().unwrap();
        assert!(longest as u64 * 100 <= 8000, "{longest}");
    }

    #[test]
    fn whoever_would_be_refused_is_not_held_back() {
        let gate = Gate::default();
        assert!(!gate.holds(GateReading { is_crowded: true, ..look(0, 5000) }));
        assert!(gate.holds(look(100, 5000)));
        assert!(!gate.holds(GateReading { is_crowded: true, ..look(200, 5000) }));
    }
}
