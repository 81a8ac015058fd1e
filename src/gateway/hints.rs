//! What this instance knows of endpoints at the moment: who struggles, how many attempts are under way, how many may be made this second. Only hints: the truth is in the store.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::gateway::ids::EndpointId;

/// First tries at one endpoint at once; more go to its queue, so that a slow one keeps no worker from the others.
const AT_ONCE: u32 = 16;
/// An endpoint whose last answer came within this is quick,
const QUICK: Duration = Duration::from_millis(250);
/// and may have more under way than its share while not so many are under way to all: three quarters of the workers, unless `WORKERS` says otherwise.
const ALL_AT_ONCE: u32 = 48;
/// An endpoint that failed is left to its queue for so long, then one first try looks whether it is well again.
const STRUGGLES: Duration = Duration::from_secs(30);
/// More endpoints than this are not kept in mind.
const MOST: usize = 50_000;

#[derive(Default)]
struct Hint {
    struggles_until: Duration,
    under_way: u32,
    /// Its last answer came quickly.
    is_quick: bool,
    tokens: f64,
    filled: Duration,
    looked_at_health: Option<Duration>,
    /// Which of several keys its receiver took last, where the headers have room for one.
    heard: usize,
    /// The hour of which deaths are told together at its end.
    deaths: Option<i64>,
}

/// What is known of all of them.
#[derive(Default)]
pub(crate) struct Hints {
    by_endpoint: Mutex<HashMap<EndpointId, Hint>>,
    /// First tries under way to all of them.
    under_way: AtomicU32,
    /// Endpoints drained here, and whether something came to their queue since it was last looked at.
    drained: Mutex<HashMap<EndpointId, bool>>,
}

/// One first try under way, until it is dropped.
pub(crate) struct UnderWay<'a> {
    hints: &'a Hints,
    endpoint: EndpointId,
}

impl UnderWay<'_> {
    /// It was answered after so long.
    pub(crate) fn answered(self, took: Duration) {
        if let Some(hint) = self.hints.lock().get_mut(&self.endpoint) {
            hint.is_quick = took <= QUICK;
        }
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.hints.under_way.fetch_sub(1, Ordering::Relaxed);
        if let Some(hint) = self.hints.lock().get_mut(&self.endpoint) {
            hint.under_way = hint.under_way.saturating_sub(1);
        }
    }
}

impl Hints {
    /// Leave to make a first try now; none when it is better left to the endpoint's queue.
    pub(crate) fn may_try(&self, endpoint: EndpointId, rate: u32, now: Duration) -> Option<UnderWay<'_>> {
        let mut all = self.lock();
        if all.len() >= MOST && !all.contains_key(&endpoint) {
            all.retain(|_, hint| hint.under_way > 0);
        }
        let hint = all.entry(endpoint).or_insert_with(|| Hint { tokens: f64::from(rate), filled: now, ..Hint::default() });
        let most = if hint.is_quick && self.under_way.load(Ordering::Relaxed) < ALL_AT_ONCE { ALL_AT_ONCE } else { AT_ONCE };
        if hint.struggles_until > now || hint.under_way >= most || !hint.take(rate, now) {
            return None;
        }
        hint.under_way += 1;
        self.under_way.fetch_add(1, Ordering::Relaxed);
        Some(UnderWay { hints: self, endpoint })
    }

    /// How long until one more delivery to the endpoint fits its rate; takes its place when that is now.
    pub(crate) fn wait_for_rate(&self, endpoint: EndpointId, rate: u32, now: Duration) -> Duration {
        let mut all = self.lock();
        let hint = all.entry(endpoint).or_insert_with(|| Hint { tokens: f64::from(rate), filled: now, ..Hint::default() });
        if hint.take(rate, now) {
            return Duration::ZERO;
        }
        Duration::from_secs_f64(((1.0 - hint.tokens) / f64::from(rate.max(1))).max(0.001))
    }

    /// An attempt failed: what comes next goes to the queue.
    pub(crate) fn failed(&self, endpoint: EndpointId, now: Duration, asked: Option<Duration>) {
        let hint_until = now + asked.unwrap_or_default().max(STRUGGLES);
        self.lock().entry(endpoint).or_default().struggles_until = hint_until;
    }

    /// An attempt succeeded; whether its health's record should be looked at, which is now and then.
    pub(crate) fn succeeded(&self, endpoint: EndpointId, now: Duration) -> bool {
        let mut all = self.lock();
        let hint = all.entry(endpoint).or_default();
        let struggled = hint.struggles_until > Duration::ZERO;
        hint.struggles_until = Duration::ZERO;
        let is_due = struggled || hint.looked_at_health.is_none_or(|looked| now.saturating_sub(looked) >= Duration::from_mins(1));
        if is_due {
            hint.looked_at_health = Some(now);
        }
        is_due
    }

    /// The endpoint took a delivery whose headers of older schemes carried the key of this number.
    pub(crate) fn heard(&self, endpoint: EndpointId, key: usize) {
        let mut all = self.lock();
        match all.get_mut(&endpoint) {
            Some(hint) => hint.heard = key,
            // The first is what is tried without a hint.
            None if key > 0 => all.entry(endpoint).or_default().heard = key,
            None => {}
        }
    }

    /// The number of the key that it took last.
    pub(crate) fn last_heard(&self, endpoint: EndpointId) -> usize {
        self.lock().get(&endpoint).map_or(0, |hint| hint.heard)
    }

    /// Whether deaths of this hour are told together at its end already.
    pub(crate) fn knows_of_death(&self, endpoint: EndpointId, hour: i64) -> bool {
        self.lock().get(&endpoint).is_some_and(|hint| hint.deaths == Some(hour))
    }

    /// Deaths of this hour are told together at its end.
    pub(crate) fn note_death(&self, endpoint: EndpointId, hour: i64) {
        self.lock().entry(endpoint).or_default().deaths = Some(hour);
    }

    /// A drain of the endpoint begins here.
    pub(crate) fn drain_begins(&self, endpoint: EndpointId) {
        self.drains().insert(endpoint, false);
    }

    /// Something came to the queue; whether a drain of this instance will see it.
    pub(crate) fn came(&self, endpoint: EndpointId) -> bool {
        self.drains().get_mut(&endpoint).map(|came| *came = true).is_some()
    }

    /// A drain is about to look at the queue.
    pub(crate) fn drain_looks(&self, endpoint: EndpointId) {
        if let Some(came) = self.drains().get_mut(&endpoint) {
            *came = false;
        }
    }

    /// A drain wants to end; `false` when something came since it looked.
    pub(crate) fn drain_ends(&self, endpoint: EndpointId) -> bool {
        let mut drains = self.drains();
        if drains.get(&endpoint) == Some(&true) {
            return false;
        }
        drains.remove(&endpoint);
        true
    }

    /// A drain ends in any case.
    pub(crate) fn drain_is_over(&self, endpoint: EndpointId) {
        self.drains().remove(&endpoint);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<EndpointId, Hint>> {
        self.by_endpoint.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn drains(&self) -> MutexGuard<'_, HashMap<EndpointId, bool>> {
        self.drained.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Hint {
    /// Takes one from a bucket that holds a second's worth.
    fn take(&mut self, rate: u32, now: Duration) -> bool {
        let rate = f64::from(rate.max(1));
        let since = now.saturating_sub(self.filled).as_secs_f64();
        self.tokens = (self.tokens + since * rate).min(rate);
        self.filled = now;
        let takes = self.tokens >= 1.0;
        if takes {
            self.tokens -= 1.0;
        }
        takes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::ids::Chance;

    fn endpoint() -> EndpointId {
        EndpointId::new("2026-11-28T12:00:00Z".parse().unwrap(), &Chance::seeded(1))
    }

    #[test]
    fn a_rate_is_kept_by_the_clock() {
        let (hints, endpoint) = (Hints::default(), endpoint());
        let mut now = Duration::from_secs(100);
        let mut made = 0;
        for _ in 0..1000 {
            made += u32::from(hints.wait_for_rate(endpoint, 20, now).is_zero());
            now += Duration::from_millis(10);
        }
        // Ten seconds at 20 a second, and the second's worth the bucket began with.
        assert!((199..=221).contains(&made), "{made}");
    }

    #[test]
    fn a_slow_or_failing_endpoint_takes_no_more_first_tries_than_its_share() {
        let (hints, endpoint) = (Hints::default(), endpoint());
        let now = Duration::from_secs(100);
        let held: Vec<_> = (0..100).filter_map(|_| hints.may_try(endpoint, 1000, now)).collect();
        assert_eq!(held.len(), 16);
        drop(held);
        assert!(hints.may_try(endpoint, 1000, now).is_some());
        hints.failed(endpoint, now, None);
        assert!(hints.may_try(endpoint, 1000, now + Duration::from_secs(29)).is_none());
        assert!(hints.may_try(endpoint, 1000, now + Duration::from_secs(31)).is_some());
        hints.failed(endpoint, now, Some(Duration::from_mins(5)));
        assert!(hints.may_try(endpoint, 1000, now + Duration::from_mins(4)).is_none(), "as long as it asked for");
        hints.succeeded(endpoint, now);
        assert!(hints.may_try(endpoint, 1000, now).is_some());
    }

    #[test]
    fn a_quick_endpoint_uses_what_others_leave_and_takes_nobody_s_share() {
        let (hints, quick) = (Hints::default(), endpoint());
        let other = EndpointId::new("2026-11-28T12:00:00Z".parse().unwrap(), &Chance::seeded(2));
        let now = Duration::from_secs(100);
        let tries = |endpoint| (0..100).filter_map(|_| hints.may_try(endpoint, 1000, now)).collect::<Vec<_>>();
        hints.may_try(quick, 1000, now).unwrap().answered(Duration::from_millis(3));
        let held = tries(quick);
        assert_eq!(held.len(), 48);
        assert_eq!(tries(other).len(), 16, "another has its own share whatever the quick one does");
        drop(held);
        hints.may_try(other, 1000, now).unwrap().answered(Duration::from_millis(3));
        let held = tries(other);
        assert_eq!((held.len(), tries(quick).len()), (48, 16));
        drop(held);
        hints.may_try(quick, 1000, now).unwrap().answered(Duration::from_secs(2));
        assert_eq!(tries(quick).len(), 16, "a slow answer ends it");
    }

    #[test]
    fn what_comes_while_a_drain_works_is_not_overlooked() {
        let (hints, endpoint) = (Hints::default(), endpoint());
        assert!(!hints.came(endpoint), "nobody drains it here");
        hints.drain_begins(endpoint);
        hints.drain_looks(endpoint);
        assert!(hints.came(endpoint) && !hints.drain_ends(endpoint));
        hints.drain_looks(endpoint);
        assert!(hints.drain_ends(endpoint) && !hints.came(endpoint));
    }
}
