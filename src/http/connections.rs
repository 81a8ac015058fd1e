//! The open connections of the server: how many there may be, and how long each may go without a request.
//!
//! A connection costs a file descriptor, and the store and the mail server need descriptors, too.
//! So there is a limit, and when it is reached the connection that has been idle longest makes room for a new one: a thousand idle callers keep nobody out.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;

/// What connections may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConnectionLimits {
    /// Connections at once.
    pub most: usize,
    /// The longest time from the first byte of a request's head to its last, and from connecting to the first request.
    pub head: Duration,
    /// The longest time a connection is kept open between two requests.
    pub idle: Duration,
    /// The longest time a client may take to receive a response.
    pub response: Duration,
}

impl Default for ConnectionLimits {
    fn default() -> Self {
        Self { most: 512, head: Duration::from_secs(10), idle: Duration::from_secs(75), response: Duration::from_mins(2) }
    }
}

/// All open connections.
#[derive(Debug)]
pub(super) struct Connections {
    limits: ConnectionLimits,
    open: Mutex<Open>,
    left: Notify,
}

#[derive(Debug, Default)]
struct Open {
    count: usize,
    next: u64,
    /// Those without a request in progress, by when they became idle.
    idle: BTreeMap<u64, Arc<Notify>>,
}

/// One open connection; leaves the books when it is dropped.
#[derive(Debug)]
pub(super) struct Connection {
    all: Arc<Connections>,
    evicted: Arc<Notify>,
    activity: Mutex<Activity>,
}

#[derive(Debug)]
struct Activity {
    /// Requests in progress.
    requests: u32,
    /// Responses being sent.
    responses: u32,
    /// The place among the idle ones.
    idle_place: Option<u64>,
    since: Instant,
    /// When the first byte since the last request came.
    head_since: Option<Instant>,
    served: bool,
    /// HTTP/2: control frames come at any time and are no head.
    multiplexed: bool,
}

impl Connections {
    pub(super) fn new(limits: ConnectionLimits) -> Arc<Self> {
        Arc::new(Self { limits, open: Mutex::default(), left: Notify::new() })
    }

    /// Resolves when there is room for one more, or an idle connection that can make room.
    pub(super) async fn room(&self) {
        loop {
            let left = self.left.notified();
            {
                let open = self.lock();
                if open.count < self.limits.most || !open.idle.is_empty() {
                    return;
                }
            }
            left.await;
        }
    }

    /// Enters a new connection; above the limit, the one that is idle longest is closed.
    pub(super) fn open(self: &Arc<Self>, now: Instant) -> Connection {
        let evicted = Arc::new(Notify::new());
        let mut open = self.lock();
        if open.count >= self.limits.most {
            Self::evict(&mut open);
        }
        open.count += 1;
        let place = open.enter_idle(&evicted);
        drop(open);
        let activity = Activity {
            requests: 0,
            responses: 0,
            idle_place: Some(place),
            since: now,
            head_since: None,
            served: false,
            multiplexed: false,
        };
        Connection { all: Arc::clone(self), evicted, activity: Mutex::new(activity) }
    }

    /// Closes the connection that is idle longest; for a process that has no descriptor left.
    pub(super) fn evict_one(&self) {
        Self::evict(&mut self.lock());
    }

    fn evict(open: &mut Open) {
        if let Some((_, evicted)) = open.idle.pop_first() {
            evicted.notify_one();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn enter_idle(&mut self, evicted: &Arc<Notify>) -> u64 {
        let place = self.next;
        self.next += 1;
        self.idle.insert(place, Arc::clone(evicted));
        place
    }
}

impl Connection {
    /// Bytes arrived.
    pub(super) fn received(&self, now: Instant) {
        let mut activity = self.lock();
        if activity.requests == 0 && activity.head_since.is_none() {
            activity.head_since = Some(now);
        }
    }

    /// A request's head is complete; it is in progress until the guard is dropped.
    pub(super) fn request(self: &Arc<Self>, multiplexed: bool) -> InProgress {
        let mut activity = self.lock();
        activity.requests += 1;
        activity.served = true;
        activity.multiplexed = multiplexed;
        activity.head_since = None;
        if let Some(place) = activity.idle_place.take() {
            self.all.lock().idle.remove(&place);
        }
        drop(activity);
        InProgress { connection: Arc::clone(self), responding: false }
    }

    /// Resolves when the connection has to make room for another.
    pub(super) async fn evicted(&self) {
        self.evicted.notified().await;
    }

    /// When the connection has to be looked at again; `None` when its time is up.
    pub(super) fn deadline(&self, now: Instant) -> Option<Instant> {
        /// A head may begin at any time, so idle connections are looked at this often.
        const LOOK: Duration = Duration::from_secs(5);
        let activity = self.lock();
        let limits = &self.all.limits;
        let until = match &*activity {
            // The handlers have limits of their own.
            Activity { requests: 1.., responses: 0, .. } => return Some(now + LOOK),
            Activity { requests: 1.., .. } => activity.since + limits.response,
            Activity { head_since: Some(since), multiplexed: false, .. } => *since + limits.head,
            Activity { served: false, .. } => activity.since + limits.head,
            _ => activity.since + limits.idle,
        };
        (until > now).then(|| until.min(now + LOOK))
    }

    fn lock(&self) -> MutexGuard<'_, Activity> {
        self.activity.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let place = self.lock().idle_place.take();
        let mut open = self.all.lock();
        open.count -= 1;
        if let Some(place) = place {
            open.idle.remove(&place);
        }
        drop(open);
        self.all.left.notify_one();
    }
}

/// A request in progress.
#[derive(Debug)]
pub(super) struct InProgress {
    connection: Arc<Connection>,
    responding: bool,
}

impl InProgress {
    /// The response is ready; what remains is that the client takes it.
    pub(super) fn respond(&mut self, now: Instant) {
        let mut activity = self.connection.lock();
        activity.responses += 1;
        activity.since = now;
        drop(activity);
        self.responding = true;
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        let mut activity = self.connection.lock();
        activity.requests -= 1;
        activity.responses -= u32::from(self.responding);
        if activity.requests == 0 {
            activity.since = Instant::now();
            activity.head_since = None;
            let all = &self.connection.all;
            activity.idle_place = Some(all.lock().enter_idle(&self.connection.evicted));
            drop(activity);
            all.left.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn limited(most: usize) -> Arc<Connections> {
        Connections::new(ConnectionLimits { most, ..ConnectionLimits::default() })
    }

    #[tokio::test]
    async fn above_the_limit_the_longest_idle_connection_makes_room_and_a_busy_one_never() {
        let (all, start) = (limited(3), Instant::now());
        let [first, busy, last] = [(); 3].map(|()| Arc::new(all.open(start)));
        let request = busy.request(false);
        let again = first.request(false);
        drop(again);
        let newest = all.open(start);
        assert!(last.evicted().now_or_never().is_some(), "the first was idle for a shorter time, since it had a request");
        for other in [&first, &busy] {
            assert!(other.evicted().now_or_never().is_none());
        }
        drop((request, newest));
    }

    #[tokio::test]
    async fn when_all_are_busy_a_new_one_waits_until_one_is_not() {
        let (all, start) = (limited(1), Instant::now());
        let only = Arc::new(all.open(start));
        let request = only.request(false);
        assert!(all.room().now_or_never().is_none());
        drop(request);
        assert!(all.room().now_or_never().is_some(), "an idle one can make room");
        drop(only);
        assert!(all.room().now_or_never().is_some());
    }

    #[tokio::test]
    async fn a_connection_is_over_when_its_head_drips_or_it_idles_or_does_not_take_its_answer() {
        let (all, start) = (limited(9), Instant::now());
        let mut now = start;
        let limits = ConnectionLimits::default();
        let silent = all.open(start);
        let dripping = all.open(start);
        now += limits.head / 2;
        dripping.received(now);
        assert!(silent.deadline(now).is_some() && dripping.deadline(now).is_some());
        now += limits.head / 2 + Duration::from_secs(1);
        dripping.received(now);
        assert!(silent.deadline(now).is_none(), "no request within the limit");
        now += limits.head;
        assert!(dripping.deadline(now).is_none(), "a byte now and then is not a head");

        let kept = Arc::new(all.open(now));
        let mut request = kept.request(false);
        now += limits.idle * 9;
        assert!(kept.deadline(now).is_some(), "a handler may take its time");
        request.respond(now);
        now += limits.response + Duration::from_secs(1);
        assert!(kept.deadline(now).is_none(), "a client must take its answer");
        drop(request);
        let mut now = Instant::now();
        assert!(kept.deadline(now).is_some());
        now += limits.idle + Duration::from_secs(1);
        assert!(kept.deadline(now).is_none());
    }

    #[tokio::test]
    async fn control_frames_of_http_2_do_not_look_like_a_head() {
        let (all, start) = (limited(9), Instant::now());
        let mut now = start;
        let kept = Arc::new(all.open(start));
        drop(kept.request(true));
        kept.received(now);
        now += ConnectionLimits::default().head * 2;
        assert!(kept.deadline(now).is_some());
    }
}
