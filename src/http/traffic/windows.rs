//! So many calls in any sixty seconds, exactly.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// The span that calls are counted over.
const SPAN: Duration = Duration::from_mins(1);
/// More callers than this at once are forgotten and counted anew: memory is bounded.
const MOST_CALLERS: usize = 4096;

/// Who calls what: the endpoint, the service its path names (a known one only), and the caller's network.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::http) struct Caller {
    pub(in crate::http) endpoint: &'static str,
    pub(in crate::http) service: Option<String>,
    pub(in crate::http) network: Option<IpAddr>,
}

/// When each caller's last calls came.
#[derive(Debug, Default)]
pub(in crate::http) struct Windows {
    calls: Mutex<HashMap<Caller, VecDeque<Duration>>>,
}

impl Windows {
    /// Counts a call at `now` (on a clock that only goes forward).
    ///
    /// # Errors
    /// How long until there is room for one again.
    pub(in crate::http) fn enter(&self, caller: Caller, most: usize, now: Duration) -> Result<(), Duration> {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        if calls.len() >= MOST_CALLERS && !calls.contains_key(&caller) {
            calls.retain(|_, times| times.back().is_some_and(|last| now.saturating_sub(*last) < SPAN));
            if calls.len() >= MOST_CALLERS {
                calls.clear();
            }
        }
        let times = calls.entry(caller).or_default();
        while times.front().is_some_and(|first| now.saturating_sub(*first) >= SPAN) {
            times.pop_front();
        }
        match times.front() {
            Some(first) if times.len() >= most => Err((*first + SPAN).saturating_sub(now)),
            _ => {
                times.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(last: u8) -> Caller {
        Caller { endpoint: "/webhooks/lti/events", service: None, network: Some(IpAddr::from([10, 0, 0, last])) }
    }

    #[test]
    fn in_any_minute_there_are_exactly_so_many_calls() {
        let windows = Windows::default();
        let at = Duration::from_millis;
        for n in 0..100 {
            assert_eq!(windows.enter(caller(1), 100, at(n * 500)), Ok(()));
        }
        assert_eq!(windows.enter(caller(1), 100, at(50_000)), Err(at(10_000)));
        assert_eq!(windows.enter(caller(2), 100, at(50_000)), Ok(()), "another caller has its own");
        assert_eq!(windows.enter(caller(1), 100, at(59_999)), Err(at(1)));
        assert_eq!(windows.enter(caller(1), 100, at(60_000)), Ok(()));
        assert_eq!(windows.enter(caller(1), 100, at(60_000)), Err(at(500)));
    }

    #[test]
    fn callers_that_are_gone_are_forgotten() {
        let windows = Windows::default();
        for n in 0..3 * MOST_CALLERS as u64 {
            let network = Some(IpAddr::from((u128::from(n)).to_be_bytes()));
            let _ = windows.enter(Caller { network, ..caller(0) }, 1, Duration::from_millis(n));
        }
        assert!(windows.calls.lock().unwrap().len() <= MOST_CALLERS);
    }
}
