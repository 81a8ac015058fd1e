//! Files and folders that the service's user alone may read.

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;

use crate::storage::local::fault::FileError;

/// Students' data is for the service's user alone.
pub(super) const PRIVATE_FILE: u32 = 0o600;
/// The same for folders.
pub(super) const PRIVATE_FOLDER: u32 = 0o700;

/// Makes a folder that only the service's user may enter, unless it is there.
pub(super) fn make_private(folder: &Path) -> Result<(), FileError> {
    let made = fs::DirBuilder::new().recursive(true).mode(PRIVATE_FOLDER).create(folder);
    made.map_err(|error| FileError::io("make the folder", folder, error))
}

/// Makes one of the store's own folders; the root itself must be there, because one that was pulled away is not made anew.
pub(super) fn make_own(folder: &Path) -> Result<(), FileError> {
    match fs::DirBuilder::new().mode(PRIVATE_FOLDER).create(folder) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(FileError::io("make the folder", folder, error)),
        _ => Ok(()),
    }
}

/// Files that are only ever locked.
pub(super) const LOCKS: &str = ".locks";
