//! How an operation on files fails.

use std::io;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::storage::StoreError;

/// A failure of one operation.
#[derive(Debug)]
pub(super) enum FileError {
    /// Create-only met a file.
    Exists,
    /// The version is not the current one.
    Stale,
    /// Another process holds a lock for longer than anybody waits.
    Busy { lock: PathBuf },
    /// The folder is no store.
    NoStore { root: PathBuf, reason: String },
    /// The folder belongs to another user.
    Foreign { root: PathBuf, owner: u32, own: u32 },
    /// The file system said no.
    Io { doing: &'static str, path: PathBuf, error: io::Error },
}

/// Whether the error only says that there is no such object.
pub(super) fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory)
}

impl FileError {
    pub(super) fn io(doing: &'static str, path: &Path, error: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), error }
    }

    /// What the caller can do about it: some conditions pass by themselves, the others need a person.
    pub(super) fn into_store_error(self, key: String) -> StoreError {
        let (doing, path, error) = match self {
            Self::Exists => return StoreError::AlreadyExists { key },
            Self::Stale => return StoreError::Conflict { key },
            Self::Busy { lock } => {
                let message = format!("another process holds {} and does not let go; it may be stopped", lock.display());
                return StoreError::Unavailable { key, message, retry_after: None };
            }
            Self::NoStore { root, reason } => {
                let message = format!(
                    "no store here: DATA_DIR is {}, which {reason}; set DATA_DIR to the folder the service works in (a new school begins with a bank in DATA_DIR/questions, or with gradepost serve)",
                    root.display()
                );
                return StoreError::Refused { key, message };
            }
            Self::Foreign { root, owner, own } => {
                let folder = root.display();
                let message = format!(
                    "the folder {folder} is kept by user {owner}, and this is user {own}; run it as that user (sudo -u '#{owner}' gradepost …), or give the folder to this one (chown -R {own} {folder}) while no service runs"
                );
                return StoreError::Refused { key, message };
            }
            Self::Io { doing, path, error } => (doing, path, error),
        };
        let what = format!("cannot {doing} {}: {error}", path.display());
        let advice = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space on the disk",
            ErrorKind::PermissionDenied => "give the service's user the right to write there",
            ErrorKind::ReadOnlyFilesystem => "choose a DATA_DIR on a writable disk",
            ErrorKind::Unsupported => "choose a DATA_DIR on a file system with hard links and locks",
            ErrorKind::NotADirectory | ErrorKind::IsADirectory | ErrorKind::AlreadyExists => {
                "a file and a folder want the same name; move the one that is not gradepost's"
            }
            _ => return StoreError::Unavailable { key, message: what, retry_after: None },
        };
        StoreError::Refused { key, message: format!("{what}; {advice}") }
    }
}
