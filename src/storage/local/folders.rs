//! Syncing folders: whoever asks while another syncs the same folder shares the next sync with everybody who waits.
//!
//! A name that was linked before a sync began is durable once it ended, whoever asked for it. Of many writers into one folder each would otherwise have it written for himself.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::storage::local::fault::FileError;

/// The folders that are being synced.
#[derive(Debug, Default)]
pub(super) struct Folders {
    turns: Mutex<HashMap<PathBuf, Arc<Turns>>>,
}

/// Who asked for a folder's sync, in the order of asking, and what came of it.
#[derive(Debug, Default)]
struct Turns {
    asked: AtomicU64,
    /// Held by whoever syncs.
    ended: Mutex<Ended>,
}

#[derive(Debug, Default)]
struct Ended {
    /// Everybody up to here was served.
    served: u64,
    /// Everybody up to here met this failure.
    failed: Option<(u64, io::Error)>,
}

impl Folders {
    /// Makes durable what was linked in the folder, renamed into it, or made in it before the call.
    pub(super) fn sync(&self, folder: &Path) -> Result<(), FileError> {
        self.sync_by(folder, || File::open(folder).and_then(|opened| opened.sync_all()))
    }

    fn sync_by(&self, folder: &Path, sync: impl FnOnce() -> io::Result<()>) -> Result<(), FileError> {
        let turns = Arc::clone(self.lock().entry(folder.to_owned()).or_default());
        let synced = turns.wait(sync).map_err(|error| FileError::io("sync the folder", folder, error));
        drop(turns);
        let mut all = self.lock();
        // Nobody else waits, and nobody can come while the map is locked.
        if all.get(folder).is_some_and(|turns| Arc::strong_count(turns) == 1) {
            all.remove(folder);
        }
        synced
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<PathBuf, Arc<Turns>>> {
        self.turns.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turns {
    fn wait(&self, sync: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        let mine = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
        let mut ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner);
        // The operating system tells a failure once: the next sync may succeed without what this one lost (`fsync(2)`), so all who were to share it hear of it.
        if let Some((_, error)) = ended.failed.as_ref().filter(|(last, _)| mine <= *last) {
            return Err(same(error));
        }
        if mine <= ended.served {
            return Ok(());
        }
        let all = self.asked.load(Ordering::SeqCst);
        match sync() {
            Ok(()) => ended.served = all,
            Err(error) => {
                ended.failed = Some((all, same(&error)));
                return Err(error);
            }
        }
        Ok(())
    }
}

fn same(error: &io::Error) -> io::Error {
    error.raw_os_error().map_or_else(|| error.kind().into(), io::Error::from_raw_os_error)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::sync::Barrier;
    use std::sync::atomic::AtomicUsize;
    use std::thread;

    use super::*;

    /// A sync that begins and ends when the test says so.
    struct Turn {
        begun: Barrier,
        go_on: Barrier,
    }

    impl Default for Turn {
        fn default() -> Self {
            Self { begun: Barrier::new(2), go_on: Barrier::new(2) }
        }
    }

    impl Turn {
        fn take(&self, outcome: io::Result<()>) -> io::Result<()> {
            self.begun.wait();
            self.go_on.wait();
            outcome
        }
    }

    /// Returns once so many have asked since the first sync began.
    fn wait_for_waiters(folders: &Folders, folder: &Path, many: u64) {
        while folders.lock().get(folder).is_none_or(|turns| turns.asked.load(Ordering::SeqCst) < many) {
            thread::yield_now();
        }
    }

    #[test]
    fn those_who_wait_share_one_sync_and_none_shares_one_that_had_begun() {
        let (folders, folder, syncs, first) = (Folders::default(), Path::new("jobs"), AtomicUsize::new(0), Turn::default());
        let count = || {
            syncs.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        thread::scope(|scope| {
            scope.spawn(|| folders.sync_by(folder, || first.take(Ok(()))).unwrap());
            first.begun.wait();
            for _ in 0..8 {
                scope.spawn(|| folders.sync_by(folder, count).unwrap());
            }
            wait_for_waiters(&folders, folder, 9);
            first.go_on.wait();
        });
        assert_eq!(syncs.load(Ordering::SeqCst), 1, "the eight share one, and not the one that had begun before they came");
        assert!(folders.lock().is_empty(), "nothing is kept of a folder that nobody syncs");
    }

    #[test]
    fn a_sync_that_fails_is_told_to_all_who_were_to_share_it_and_to_none_who_came_later() {
        let (folders, folder) = (Folders::default(), Path::new("jobs"));
        let (first, second, last) = (Turn::default(), Turn::default(), Turn::default());
        thread::scope(|scope| {
            let running = scope.spawn(|| folders.sync_by(folder, || first.take(Ok(()))));
            first.begun.wait();
            let failing: Vec<_> =
                (0..2).map(|_| scope.spawn(|| folders.sync_by(folder, || second.take(Err(ErrorKind::StorageFull.into()))))).collect();
            wait_for_waiters(&folders, folder, 3);
            first.go_on.wait();
            second.begun.wait();
            // Comes after the sync that fails has begun.
            let later = scope.spawn(|| folders.sync_by(folder, || last.take(Ok(()))));
            wait_for_waiters(&folders, folder, 4);
            second.go_on.wait();
            last.begun.wait();
            last.go_on.wait();
            running.join().unwrap().unwrap();
            for failed in failing {
                let error = failed.join().unwrap().unwrap_err();
                assert!(matches!(error, FileError::Io { error, .. } if error.kind() == ErrorKind::StorageFull));
            }
            later.join().unwrap().unwrap();
        });
    }
}
