//! Locks on keys against every thread and process: advisory, freed by the operating system when their process ends, and never waited for without end.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::storage::local::fault::FileError;
use crate::storage::local::owner;
use crate::storage::local::private::{LOCKS, PRIVATE_FILE, make_own, make_private};

/// Keys share this many locks; one lock file per key would never be cleaned up.
const STRIPES: usize = 64;
/// Locks are held for a rename, so whoever waits longer waits for a process that was stopped.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a lock is waited for that was waited for in vain before.
const STUCK_PATIENCE: Duration = Duration::from_millis(50);
/// The pauses between two tries.
const FIRST_PAUSE: Duration = Duration::from_micros(100);
const LONGEST_PAUSE: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct Locks {
    folder: PathBuf,
    /// Locks that were waited for in vain the last time.
    stuck: Vec<AtomicBool>,
}

impl Locks {
    pub(super) fn open(root: &Path) -> Result<Self, FileError> {
        let folder = root.join(LOCKS);
        make_private(&folder)?;
        // `flock` needs no more than the right to read: older versions left the folder open to everybody.
        owner::close_to_others(&folder);
        Ok(Self { folder, stuck: (0..STRIPES).map(|_| AtomicBool::new(false)).collect() })
    }

    /// The locks of a store that is there; their folder is made by the first that is taken.
    pub(super) fn existing(root: &Path) -> Self {
        Self { folder: root.join(LOCKS), stuck: (0..STRIPES).map(|_| AtomicBool::new(false)).collect() }
    }

    /// Holds the key's lock until the answer is dropped.
    pub(super) fn take(&self, key: &str) -> Result<File, FileError> {
        let stripe = key.bytes().fold(0usize, |hash, byte| hash.wrapping_mul(31).wrapping_add(usize::from(byte))) % STRIPES;
        let path = self.folder.join(stripe.to_string());
        if !self.folder.is_dir() {
            make_own(&self.folder)?;
        }
        let opened = OpenOptions::new().create(true).truncate(false).write(true).mode(PRIVATE_FILE).open(&path);
        let file = opened.map_err(|error| FileError::io("lock", &path, error))?;
        let stuck = &self.stuck[stripe];
        let patience = if stuck.load(Ordering::Relaxed) { STUCK_PATIENCE } else { PATIENCE };
        match lock_within(&file, patience) {
            Ok(()) => {
                stuck.store(false, Ordering::Relaxed);
                Ok(file)
            }
            Err(TryLockError::Error(error)) => Err(FileError::io("lock", &path, error)),
            Err(TryLockError::WouldBlock) => {
                if !stuck.swap(true, Ordering::Relaxed) {
                    let name = path.display();
                    tracing::error!(
                        "Another process holds {name} and does not let go: it may be stopped. Continue or kill it; jobs behind that lock wait, all others go on"
                    );
                }
                Err(FileError::Busy { lock: path })
            }
        }
    }
}

/// Locks the file, unless another holds it for longer than this.
pub(super) fn lock_within(file: &File, patience: Duration) -> Result<(), TryLockError> {
    let give_up = Instant::now() + patience;
    let mut pause = FIRST_PAUSE;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if Instant::now() < give_up => sleep(pause),
            done => return done,
        }
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_another_process_holds_is_waited_for_a_bounded_time_and_the_next_time_hardly_at_all() {
        let root = tempfile::tempdir().unwrap();
        let (locks, other) = (Locks::open(root.path()).unwrap(), Locks::open(root.path()).unwrap());
        let held = other.take("a/b").unwrap();
        let start = Instant::now();
        assert!(matches!(locks.take("a/b"), Err(FileError::Busy { .. })));
        assert!((PATIENCE..PATIENCE * 3).contains(&start.elapsed()));
        let start = Instant::now();
        for _ in 0..10 {
            assert!(matches!(locks.take("a/b"), Err(FileError::Busy { .. })));
        }
        assert!(start.elapsed() < PATIENCE, "a stuck lock does not use up the threads that all files share");
        drop(held);
        drop(locks.take("a/b").unwrap());
    }
}
