//! Who lives: each process that says so holds a lock on a file of its own, and the operating system frees it when the process ends, however it ends.

use std::fs::{File, OpenOptions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

use crate::storage::local::lock::lock_within;
use crate::storage::local::owner;
use crate::storage::local::private::{PRIVATE_FILE, PRIVATE_FOLDER};

/// One file per living process.
const ALIVE: &str = ".alive";
/// How often the file is made anew when a cleaner took it before it was locked.
const TRIES: usize = 3;
/// How long a cleaner may hold the file of another.
const PATIENCE: Duration = Duration::from_secs(1);

/// The sign of life; taken down when dropped.
#[derive(Debug)]
pub(super) struct Sign {
    path: PathBuf,
    /// Open as long as the sign stands: closing it frees the lock.
    _locked: File,
}

/// Holds a sign of life under a name that nobody else uses.
pub(super) fn hold(root: &Path, name: &str) -> io::Result<Sign> {
    let folder = root.join(ALIVE);
    // Not its parents: a root that was pulled away is not made anew.
    match fs::DirBuilder::new().mode(PRIVATE_FOLDER).create(&folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => return Err(error),
        _ => owner::close_to_others(&folder),
    }
    let path = folder.join(name);
    for _ in 0..TRIES {
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(PRIVATE_FILE).open(&path)?;
        if lock_within(&file, PATIENCE).is_err() {
            continue;
        }
        if file.metadata()?.nlink() > 0 {
            return Ok(Sign { path, _locked: file });
        }
    }
    Err(io::Error::from(ErrorKind::ResourceBusy))
}

/// Whether a sign that was held under this name is held no more.
pub(super) fn is_released(root: &Path, name: &str) -> bool {
    match File::open(root.join(ALIVE).join(name)) {
        Ok(file) => file.try_lock_shared().is_ok(),
        Err(error) => error.kind() == ErrorKind::NotFound,
    }
}

/// Removes what the dead left.
pub(super) fn clean(root: &Path) {
    let Ok(entries) = fs::read_dir(root.join(ALIVE)) else { return };
    for path in entries.flatten().map(|entry| entry.path()) {
        if File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            fs::remove_file(&path).ok();
        }
    }
}

impl Drop for Sign {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "the test leaves what a killed process leaves")]
    fn a_sign_stands_as_long_as_its_owner_and_is_cleaned_after_it() {
        let root = tempfile::tempdir().unwrap();
        assert!(is_released(root.path(), "a"), "who is gone without a trace is gone");
        let sign = hold(root.path(), "a").unwrap();
        clean(root.path());
        assert!(!is_released(root.path(), "a"));
        drop(sign);
        assert!(is_released(root.path(), "a"));
        // As a killed process leaves it: the file without its lock.
        fs::write(root.path().join(ALIVE).join("b"), "").unwrap();
        assert!(is_released(root.path(), "b"));
        clean(root.path());
        assert!(!root.path().join(ALIVE).join("b").exists());
    }
}
