//! The one empty file that empty objects are names of.
//!
//! A due pointer or a mark is a name and nothing else. With a file of its own each would cost a file made, synced and removed again; and where a file system has no journal, it looks past every file that was removed within the last minutes when it makes another (`recently_deleted` in Linux' ext4).

use std::io::ErrorKind;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::storage::local::fault::FileError;
use crate::storage::local::staged::Staged;

/// The empty file; made when it is first needed, and anew when it has all the names that the file system allows (65,000 on ext4).
#[derive(Debug, Default)]
pub(super) struct Blank {
    current: Mutex<Option<Arc<Staged>>>,
}

impl Blank {
    /// Gives the empty file one more name, unless something has it. `make` makes the file.
    pub(super) fn link_to(&self, target: &Path, make: impl Fn() -> Result<Staged, FileError>) -> Result<(), FileError> {
        let known = self.file(None, &make)?;
        match known.link_to(target) {
            Err(error) if is_used_up(&error, &known) => self.file(Some(&known), make)?.link_to(target),
            linked => linked,
        }
    }

    /// The current file; another one where this one was found unusable and nobody else has changed it yet.
    fn file(&self, unusable: Option<&Arc<Staged>>, make: impl Fn() -> Result<Staged, FileError>) -> Result<Arc<Staged>, FileError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Some(file) if unusable.is_none_or(|unusable| !Arc::ptr_eq(file, unusable)) => Ok(Arc::clone(file)),
            _ => Ok(Arc::clone(current.insert(Arc::new(make()?)))),
        }
    }
}

/// Whether another file would do: this one has all its names, or somebody removed it.
fn is_used_up(error: &FileError, file: &Staged) -> bool {
    match error {
        FileError::Io { error, .. } if error.kind() == ErrorKind::NotFound => !file.path.exists(),
        FileError::Io { error, .. } => error.kind() == ErrorKind::TooManyLinks,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::fs::{self, File};

    use super::*;

    /// Makes the next file, and counts.
    fn next(dir: &Path, made: &Cell<u32>) -> Staged {
        made.set(made.get() + 1);
        let path = dir.join(format!("blank-{}", made.get()));
        Staged { _lock: File::create(&path).unwrap(), path }
    }

    #[test]
    fn a_file_that_somebody_removed_is_made_anew_and_one_that_serves_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (blank, made) = (Blank::default(), Cell::new(0));
        let make = || Ok(next(dir.path(), &made));
        blank.link_to(&dir.path().join("a"), make).unwrap();
        blank.link_to(&dir.path().join("b"), make).unwrap();
        assert_eq!(made.get(), 1, "both are names of one file");
        fs::remove_file(dir.path().join("blank-1")).unwrap();
        blank.link_to(&dir.path().join("c"), make).unwrap();
        assert_eq!(made.get(), 2);
        assert!(matches!(blank.link_to(&dir.path().join("c"), make), Err(FileError::Exists)));
        let nowhere = blank.link_to(&dir.path().join("nowhere/d"), make).unwrap_err();
        assert!(matches!(nowhere, FileError::Io { error, .. } if error.kind() == ErrorKind::NotFound), "a folder that is missing is told");
        assert_eq!(made.get(), 2);
        drop(blank);
        assert!(!dir.path().join("blank-2").exists() && dir.path().join("c").exists(), "the objects outlive the file's own name");
    }

    #[test]
    fn more_names_are_given_than_a_file_may_have() {
        // ext4 allows 65,000; where a file system allows more, one file serves.
        const NAMES: usize = 70_000;
        let dir = tempfile::tempdir().unwrap();
        let (blank, made) = (Blank::default(), Cell::new(0));
        let make = || Ok(next(dir.path(), &made));
        for name in 0..NAMES {
            blank.link_to(&dir.path().join(name.to_string()), make).unwrap();
        }
        assert!((1..=2).contains(&made.get()), "{}", made.get());
        // The file in use has a name of its own; the one before lost it.
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), NAMES + 1);
    }
}
