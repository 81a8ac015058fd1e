//! How the bridge fares, for `/ready`, `/metrics` and the log: what is wrong is logged once when it begins and once when it is over.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;

/// What became of messages, as one stable word each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A message became an event.
    Accepted,
    /// It had become one before.
    Repeated,
    /// It was one of our own.
    Own,
    /// It was passed over.
    Rejected,
    /// It was a command, and was followed.
    Command,
    /// An event was told.
    Told,
    /// What became of a delivery was told.
    Mirrored,
    /// An event could not be told: the brokers take no message as large.
    Untellable,
}

impl Outcome {
    const ALL: [Self; 8] =
        [Self::Accepted, Self::Repeated, Self::Own, Self::Rejected, Self::Command, Self::Told, Self::Mirrored, Self::Untellable];

    fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Repeated => "repeated",
            Self::Own => "own",
            Self::Rejected => "rejected",
            Self::Command => "command",
            Self::Told => "told",
            Self::Mirrored => "mirrored",
            Self::Untellable => "untellable",
        }
    }
}

/// How far a partition was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartitionLag {
    /// Its topic.
    pub topic: String,
    /// Its number.
    pub partition: i32,
    /// Messages that are still to be read.
    pub lag: i64,
}

/// Something that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Trouble {
    since: Timestamp,
    message: String,
}

/// How the bridge fares on this instance.
#[derive(Debug, Default)]
pub struct Status {
    counts: [AtomicU64; Outcome::ALL.len()],
    troubles: Mutex<BTreeMap<String, Trouble>>,
    lags: Mutex<BTreeMap<(String, i32), i64>>,
}

impl Status {
    pub(crate) fn count(&self, outcome: Outcome) {
        self.counts[outcome as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Something is wrong with a part; it is logged when it begins.
    pub(crate) fn away(&self, part: &str, message: impl Into<String>, now: Timestamp) {
        let message = message.into();
        let mut troubles = lock(&self.troubles);
        if let Some(known) = troubles.get_mut(part) {
            known.message = message;
            return;
        }
        tracing::warn!(part, error = message, "The Kafka bridge has trouble and tries again; webhooks and reports go on");
        troubles.insert(part.to_owned(), Trouble { since: now, message });
    }

    /// A part is well; it is logged when it was not.
    pub(crate) fn well(&self, part: &str) {
        if let Some(trouble) = lock(&self.troubles).remove(part) {
            tracing::info!(part, since = %trouble.since, "The Kafka bridge is well again");
        }
    }

    /// A part is another instance's now.
    pub(crate) fn left(&self, part: &str, topic: &str, partition: i32) {
        lock(&self.troubles).remove(part);
        lock(&self.lags).remove(&(topic.to_owned(), partition));
    }

    pub(crate) fn progress(&self, topic: &str, partition: i32, lag: i64) {
        lock(&self.lags).insert((topic.to_owned(), partition), lag.max(0));
    }

    /// Whether nothing is wrong.
    pub fn is_well(&self) -> bool {
        lock(&self.troubles).is_empty()
    }

    /// How far each partition was read that this instance reads.
    pub fn lags(&self) -> Vec<PartitionLag> {
        let lags = lock(&self.lags);
        lags.iter().map(|((topic, partition), lag)| PartitionLag { topic: topic.clone(), partition: *partition, lag: *lag }).collect()
    }

    /// What became of messages here, under stable words.
    pub fn totals(&self) -> Vec<(&'static str, u64)> {
        Outcome::ALL.iter().map(|outcome| (outcome.as_str(), self.counts[*outcome as usize].load(Ordering::Relaxed))).collect()
    }

    /// A sentence for the operator.
    pub fn sentence(&self) -> String {
        let troubles = lock(&self.troubles);
        if let Some((part, trouble)) = troubles.iter().next() {
            let more = match troubles.len() {
                1 => String::new(),
                n => format!("; and {} more", n - 1),
            };
            return format!("{part}: {} (since {}; it is tried again, webhooks go on){more}", trouble.message, trouble.since);
        }
        drop(troubles);
        let lags = self.lags();
        format!("{} partitions read here, {} messages behind", lags.len(), lags.iter().map(|lag| lag.lag).sum::<i64>())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_with_its_beginning_until_it_is_over() {
        let (status, at) = (Status::default(), |s: i64| Timestamp::from_second(1_800_000_000 + s).unwrap());
        status.progress("webhook_payload", 0, 3);
        assert_eq!(status.sentence(), "1 partitions read here, 3 messages behind");
        status.away("out", "connection refused", at(0));
        status.away("out", "timed out", at(60));
        assert!(!status.is_well());
        assert_eq!(status.sentence(), format!("out: timed out (since {}; it is tried again, webhooks go on)", at(0)));
        status.well("out");
        assert!(status.is_well());
        status.left("webhook_payload/0", "webhook_payload", 0);
        assert!(status.lags().is_empty());
    }

    #[test]
    fn every_outcome_is_counted_under_a_word_of_its_own() {
        let status = Status::default();
        for outcome in Outcome::ALL {
            status.count(outcome);
        }
        let totals = status.totals();
        let words: std::collections::BTreeSet<_> = totals.iter().map(|(word, _)| *word).collect();
        assert!(words.len() == 8 && totals.iter().all(|(_, count)| *count == 1));
    }
}
