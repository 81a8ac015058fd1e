//! Keeps our calls within what the platform allows: 30 in 10 seconds.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;

/// Calls in one window.
const CALLS: usize = 30;
/// The window; a quarter second longer than the platform's, which counts arrivals and not departures.
const WINDOW: Duration = Duration::from_millis(10_250);
/// A caller is not kept longer; it is told when to come back instead, so that workers do not stand in line.
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// A sliding window over the calls made and promised. Knows no clock and never sleeps; the caller does.
#[derive(Debug, Default)]
pub(super) struct Limiter {
    /// When the calls of the last window leave, oldest first; the newest may lie ahead.
    slots: VecDeque<Timestamp>,
    /// The platform asked for silence until then.
    silent_until: Option<Timestamp>,
}

impl Limiter {
    /// Books the next free moment: `Ok(wait)` to call after that time, `Err(wait)` when it is too far away to stand in line.
    pub(super) fn reserve(&mut self, now: Timestamp) -> Result<Duration, Duration> {
        self.forget(now);
        let after_window = self.slots.len().checked_sub(CALLS).and_then(|at| self.slots.get(at)).map(|slot| later(*slot, WINDOW));
        let moment = [after_window, self.silent_until, self.slots.back().copied()].into_iter().flatten().fold(now, Timestamp::max);
        let wait = Duration::try_from(moment.duration_since(now)).unwrap_or_default();
        if wait > LONGEST_WAIT {
            return Err(wait);
        }
        self.slots.push_back(moment);
        Ok(wait)
    }

    /// The platform said "too many": nobody calls before `until`.
    pub(super) fn silence(&mut self, until: Timestamp) {
        self.silent_until = self.silent_until.max(Some(until));
    }

    fn forget(&mut self, now: Timestamp) {
        while self.slots.front().is_some_and(|slot| later(*slot, WINDOW) <= now) {
            self.slots.pop_front();
        }
        // A clock that was set back would otherwise leave bookings in a far future.
        if self.slots.back().is_some_and(|slot| *slot > later(now, LONGEST_WAIT)) {
            self.slots.clear();
        }
        self.silent_until = self.silent_until.filter(|until| *until > now);
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    time.saturating_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap()
    }

    #[test]
    fn thirty_calls_leave_at_once_and_the_next_waits_for_the_window() {
        let mut limiter = Limiter::default();
        for _ in 0..CALLS {
            assert_eq!(limiter.reserve(at(0)), Ok(Duration::ZERO));
        }
        assert_eq!(limiter.reserve(at(0)), Ok(WINDOW));
        assert_eq!(limiter.reserve(at(4_000)), Ok(Duration::from_millis(6_250)));
        assert_eq!(limiter.reserve(at(30_000)), Ok(Duration::ZERO));
    }

    #[test]
    fn who_would_wait_too_long_is_told_when_to_come_back_and_takes_no_place() {
        let mut limiter = Limiter::default();
        for _ in 0..2 * CALLS {
            limiter.reserve(at(0)).unwrap();
        }
        assert_eq!(limiter.reserve(at(0)), Err(WINDOW * 2));
        assert_eq!(limiter.reserve(at(0)), Err(WINDOW * 2));
        assert_eq!(limiter.reserve(at(20_500)), Ok(Duration::ZERO));
    }

    #[test]
    fn silence_asked_for_by_the_platform_holds_everyone() {
        let mut limiter = Limiter::default();
        limiter.silence(at(5_000));
        limiter.silence(at(2_000));
        assert_eq!(limiter.reserve(at(0)), Ok(Duration::from_secs(5)));
        assert_eq!(limiter.reserve(at(6_000)), Ok(Duration::ZERO));
        limiter.silence(at(60_000));
        assert_eq!(limiter.reserve(at(6_000)), Err(Duration::from_secs(54)));
    }

    #[test]
    fn a_clock_set_back_does_not_stop_the_service() {
        let mut limiter = Limiter::default();
        limiter.reserve(at(3_600_000)).unwrap();
        assert_eq!(limiter.reserve(at(0)), Ok(Duration::ZERO));
    }

    proptest! {
        #[test]
        fn no_window_ever_holds_more_than_thirty_calls(steps in proptest::collection::vec(0_i64..3_000, 1..200)) {
            let mut limiter = Limiter::default();
            let mut now = 0;
            let mut calls = Vec::new();
            for step in steps {
                now += step;
                if let Ok(wait) = limiter.reserve(at(now)) {
                    calls.push(now + wait.as_millis() as i64);
                }
            }
            for window in calls.windows(CALLS + 1) {
                prop_assert!(window[CALLS] - window[0] >= 10_000, "{window:?}");
            }
        }
    }
}
