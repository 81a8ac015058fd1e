//! The rounds of loops, and the instances of lists that they are given, so that a list begins anew in each.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// More list instances than these are not made: the lists go on counting.
const MOST: usize = 2000;

/// The instances made for a document while its parts are filled.
#[derive(Debug, Default)]
pub(super) struct Instances {
    next: AtomicU32,
    /// New instance, and the one it is like.
    made: Mutex<Vec<(u32, u32)>>,
}

impl Instances {
    pub(super) fn from(first: u32) -> Self {
        Self { next: AtomicU32::new(first), made: Mutex::default() }
    }

    /// What was made.
    pub(super) fn made(&self) -> Vec<(u32, u32)> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn like(&self, old: u32) -> Option<u32> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        (made.len() < MOST).then(|| {
            let new = self.next.fetch_add(1, Ordering::Relaxed);
            made.push((new, old));
            new
        })
    }
}

/// The rounds of a part's loops, and the list instances given to them.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    instances: Arc<Instances>,
    state: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    rounds: HashMap<usize, u32>,
    given: HashMap<(u32, Vec<u32>), u32>,
}

impl Rounds {
    pub(super) fn new(instances: &Arc<Instances>) -> Self {
        Self { instances: Arc::clone(instances), state: Mutex::default() }
    }

    /// A round of a loop begins.
    pub(super) fn begin(&self, tag: usize) {
        *self.counts().rounds.entry(tag).or_default() += 1;
    }

    /// The list instance of this round of these loops; the first round keeps the template's own.
    pub(super) fn instance(&self, own: u32, loops: &[usize]) -> u32 {
        let mut counts = self.counts();
        let rounds: Vec<u32> = loops.iter().map(|tag| counts.rounds.get(tag).copied().unwrap_or(1)).collect();
        if rounds.iter().all(|round| *round <= 1) {
            return own;
        }
        let key = (own, rounds);
        if let Some(given) = counts.given.get(&key) {
            return *given;
        }
        let Some(new) = self.instances.like(own) else { return own };
        counts.given.insert(key, new);
        new
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
