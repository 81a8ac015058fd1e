//! Entries of the feed that are written together: ends of jobs of which there are very many and of which nobody has to hear at once ([`JobKind::shares_entries`]).
//!
//! A job's due pointer stands until its entry is written, so what dies in between is made up for by a sweep, as with every other end.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::jobs::handler::{Handler, JobKind};
use crate::jobs::lane::Lane;
use crate::jobs::records::{End, EndState};
use crate::jobs::state::Job;
use crate::jobs::stop::stop_or;
use crate::jobs::{failpoint, feed};
use crate::model::card::{Card, ReportFacts};

/// How long ends gather: nobody waits for their entry, and each write to a bucket costs money.
const GATHER: Duration = Duration::from_millis(50);
const GATHER_REMOTE: Duration = Duration::from_secs(1);
/// Ends of one entry.
const MOST: usize = 500;
/// Pointers removed at once.
const AT_ONCE: usize = 16;

/// Ends whose entry is still to be written.
#[derive(Default)]
pub(crate) struct SharedEntries {
    /// None while nobody writes what gathers.
    waiting: Mutex<Option<Vec<Ended>>>,
    came: Notify,
}

/// One of them: its card, and the time of its due pointer.
struct Ended {
    card: Card,
    due: Timestamp,
}

impl SharedEntries {
    fn waiting(&self) -> MutexGuard<'_, Option<Vec<Ended>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets an end wait for the next entry; `false` when nobody would write it.
    fn add(&self, ended: Ended) -> bool {
        let mut waiting = self.waiting();
        let Some(waiting) = waiting.as_mut() else { return false };
        waiting.push(ended);
        self.came.notify_one();
        true
    }

    /// The next ends of one entry.
    fn take(&self) -> Vec<Ended> {
        let mut waiting = self.waiting();
        let Some(waiting) = waiting.as_mut() else { return Vec::new() };
        let rest = waiting.split_off(waiting.len().min(MOST));
        std::mem::replace(waiting, rest)
    }
}

impl Lane {
    /// What is done once an end is recorded ([`Core::settle`](crate::jobs::core::Core::settle)).
    pub(super) async fn settle(&self, job: &Job, end: &End, by: (&JobKind, &dyn Handler)) {
        let (kind, handler) = by;
        // An end after a person's act has an entry of its own, beside the one that tells of the act.
        if kind.shares_entries && end.state == EndState::Done && job.round == 1 {
            let mut card = feed::card(job, end);
            // Nobody looks for a person in these.
            card.report = ReportFacts { kind: card.report.kind, ..ReportFacts::default() };
            if self.shared.add(Ended { card: card.clone(), due: job.due() }) {
                handler.ended(&card);
                return;
            }
        }
        self.core.settle(job, end, Some(handler)).await;
    }

    /// From now on ends gather.
    pub(crate) fn share(&self) {
        self.shared.waiting().get_or_insert_default();
    }

    /// Writes what gathers until told to stop; ends that come later have entries of their own.
    pub(super) async fn share_on(&self, stop: &CancellationToken) {
        self.share();
        let gather = if self.core.store.is_remote() { GATHER_REMOTE } else { GATHER };
        let gathered = async || {
            self.shared.came.notified().await;
            tokio::time::sleep(gather).await;
        };
        while stop_or(stop, gathered()).await.is_some() {
            self.write_shared().await;
        }
        self.write_shared().await;
        // What came meanwhile is the last: it is entered by whoever takes it out.
        let last = self.shared.waiting().take().unwrap_or_default();
        self.enter(last).await;
    }

    /// Writes what gathered.
    pub(crate) async fn write_shared(&self) {
        loop {
            let ended = self.shared.take();
            if ended.is_empty() {
                return;
            }
            self.enter(ended).await;
        }
    }

    async fn enter(&self, ended: Vec<Ended>) {
        if ended.is_empty() {
            return;
        }
        let cards: Vec<&Card> = ended.iter().map(|ended| &ended.card).collect();
        failpoint::hit("ended", "before");
        if let Err(error) = feed::enter_together(&*self.core.store, self.name, &cards, self.core.now()).await {
            tracing::warn!(jobs = cards.len(), %error, "The ends of some jobs could not be entered in the feed; a sweep does it");
            return;
        }
        failpoint::hit("ended", "after");
        stream::iter(&ended).for_each_concurrent(AT_ONCE, |ended| self.core.unpoint_at(self.name, ended.due, &ended.card.job)).await;
    }
}
