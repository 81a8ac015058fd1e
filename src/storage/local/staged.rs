//! Durable temporary files on their way to the place where they are looked for.

use std::fs;
use std::fs::File;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::storage::local::fault::FileError;

/// A durable temporary file; removed when dropped.
#[derive(Debug)]
pub(super) struct Staged {
    pub(super) path: PathBuf,
    /// Its lock tells cleaners in other processes that the writer lives.
    pub(super) _lock: File,
}

impl Staged {
    /// Gives the file its name, unless something has it.
    pub(super) fn link_to(&self, target: &Path) -> Result<(), FileError> {
        fs::hard_link(&self.path, target).map_err(|error| match error.kind() {
            // A folder of that name is no object that somebody else wrote first.
            ErrorKind::AlreadyExists if !target.is_dir() => FileError::Exists,
            _ => FileError::io("link", target, error),
        })
    }

    /// Puts the file in the place of what has its name.
    pub(super) fn rename_to(&self, target: &Path) -> Result<(), FileError> {
        fs::rename(&self.path, target).map_err(|error| FileError::io("replace", target, error))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Gone already after a rename; otherwise the next start cleans up.
        fs::remove_file(&self.path).ok();
    }
}
