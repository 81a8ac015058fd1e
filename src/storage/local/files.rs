//! The blocking half of the local store.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;

use crate::signing::sha256_hex;
use crate::storage::local::presence;
use crate::storage::{PutMode, StoreError, Version};

/// Half-written files; on the same file system as the objects, so that they can be linked into place.
const STAGING: &str = ".tmp";
/// Files that are only ever locked.
const LOCKS: &str = ".locks";
/// Keys share this many locks; a lock file a key would never be cleaned up.
const LOCK_STRIPES: u64 = 64;
/// How often a write starts over when its temporary file was cleaned away between its creation and its lock.
const STAGING_TRIES: usize = 3;

#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
    staged: AtomicU64,
}

/// A failure of one operation.
#[derive(Debug)]
pub(super) enum Fault {
    /// Create-only met a file.
    Exists,
    /// The version is not the current one.
    Stale,
    /// The file system said no.
    Io { doing: &'static str, path: PathBuf, error: io::Error },
}

impl Files {
    pub(super) fn open(root: PathBuf) -> Result<Self, Fault> {
        for folder in [STAGING, LOCKS] {
            let path = root.join(folder);
            fs::create_dir_all(&path).map_err(|error| Fault::io("make the folder", &path, error))?;
        }
        let files = Self { root, staged: AtomicU64::new(0) };
        files.clean_staging()?;
        presence::clean(&files.root);
        Ok(files)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn put(&self, key: &str, bytes: &Bytes, mode: &PutMode) -> Result<Version, Fault> {
        for _ in 1..STAGING_TRIES {
            match self.try_put(key, bytes, mode) {
                Err(Fault::Io { error, .. }) if error.kind() == ErrorKind::NotFound => {}
                done => return done,
            }
        }
        self.try_put(key, bytes, mode)
    }

    fn try_put(&self, key: &str, bytes: &Bytes, mode: &PutMode) -> Result<Version, Fault> {
        let target = self.root.join(key);
        let folder = target.parent().unwrap_or(&self.root);
        // Before any folder is made: when the root itself was removed or unmounted, nothing may be written beside it.
        let staged = self.stage(bytes)?;
        self.ensure_folder(folder)?;
        match mode {
            PutMode::Create => staged.link_to(&target).inspect_err(|_| {
                // Whoever hears "exists already" will rely on it, so it must be as durable for him as for the writer, who may still be syncing.
                sync_folder(folder).and_then(|()| sync_folder(folder.parent().unwrap_or(folder))).ok();
            })?,
            PutMode::Overwrite => {
                let _lock = self.lock(key)?;
                staged.rename_to(&target)?;
            }
            PutMode::Update(version) => {
                let _lock = self.lock(key)?;
                if self.get(key)?.is_none_or(|(_, current)| current != *version) {
                    return Err(Fault::Stale);
                }
                staged.rename_to(&target)?;
            }
        }
        sync_folder(folder)?;
        Ok(version_of(bytes))
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, Fault> {
        let path = self.root.join(key);
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|mut file| io::Read::read_to_end(&mut file, &mut bytes));
        match read {
            Ok(_) => {
                let bytes = Bytes::from(bytes);
                let version = version_of(&bytes);
                Ok(Some((bytes, version)))
            }
            Err(error) if is_absent(&error) => Ok(None),
            Err(error) => Err(Fault::io("read", &path, error)),
        }
    }

    pub(super) fn delete(&self, key: &str) -> Result<(), Fault> {
        let path = self.root.join(key);
        let _lock = self.lock(key)?;
        match fs::remove_file(&path) {
            // Not synced: a removal may be undone by a power cut, and whatever is removed is a hint or folded elsewhere (`Store::delete`).
            Ok(()) => Ok(()),
            Err(error) if is_absent(&error) => Ok(()),
            Err(error) => Err(Fault::io("remove", &path, error)),
        }
    }

    pub(super) fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, Fault> {
        let base = prefix.rfind('/').map_or("", |slash| &prefix[..=slash]);
        let mut listing = Listing { prefix, after, limit, keys: Vec::new() };
        listing.walk(&self.root.join(base), base)?;
        Ok(listing.keys)
    }

    /// Writes the bytes to a temporary file and makes them durable there.
    fn stage(&self, bytes: &[u8]) -> Result<Staged, Fault> {
        let (path, mut file) = self.new_staging_file()?;
        let staged = Staged { path };
        // The lock tells cleaners in other processes that the writer lives.
        let written = file.lock().and_then(|()| file.write_all(bytes)).and_then(|()| file.sync_all());
        written.map_err(|error| Fault::io("write", &staged.path, error))?;
        Ok(staged)
    }

    fn new_staging_file(&self) -> Result<(PathBuf, File), Fault> {
        loop {
            let n = self.staged.fetch_add(1, Ordering::Relaxed);
            let path = self.root.join(STAGING).join(format!("{}-{n}", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok((path, file)),
                // Containers on one directory may share a process id.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(Fault::io("write", &path, error)),
            }
        }
    }

    /// Removes temporary files whose writers died: those that nobody holds locked.
    fn clean_staging(&self) -> Result<(), Fault> {
        let staging = self.root.join(STAGING);
        let entries = fs::read_dir(&staging).map_err(|error| Fault::io("list", &staging, error))?;
        for path in entries.flatten().map(|entry| entry.path()) {
            let Ok(file) = OpenOptions::new().write(true).open(&path) else { continue };
            match file.try_lock() {
                Err(TryLockError::WouldBlock) => {}
                Ok(()) | Err(TryLockError::Error(_)) => {
                    fs::remove_file(&path).ok();
                }
            }
        }
        Ok(())
    }

    /// Makes the folder and its parents durably; the root itself must be there.
    fn ensure_folder(&self, folder: &Path) -> Result<(), Fault> {
        if folder.is_dir() {
            return Ok(());
        }
        let parent = folder.parent().unwrap_or(&self.root);
        if folder != self.root {
            self.ensure_folder(parent)?;
        }
        match fs::create_dir(folder) {
            Ok(()) => sync_folder(parent),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => sync_folder(parent),
            Err(error) => Err(Fault::io("make the folder", folder, error)),
        }
    }

    /// Holds the key's lock against every thread and process until it is dropped.
    fn lock(&self, key: &str) -> Result<File, Fault> {
        let stripe = key.bytes().fold(0u64, |hash, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte))) % LOCK_STRIPES;
        let path = self.root.join(LOCKS).join(stripe.to_string());
        let lock = || {
            let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        lock().map_err(|error| Fault::io("lock", &path, error))
    }
}

/// A durable temporary file; removed when dropped.
struct Staged {
    path: PathBuf,
}

impl Staged {
    fn link_to(&self, target: &Path) -> Result<(), Fault> {
        fs::hard_link(&self.path, target).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Fault::Exists,
            _ => Fault::io("link", target, error),
        })
    }

    fn rename_to(&self, target: &Path) -> Result<(), Fault> {
        fs::rename(&self.path, target).map_err(|error| Fault::io("replace", target, error))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Gone already after a rename; otherwise the next start cleans up.
        fs::remove_file(&self.path).ok();
    }
}

/// A walk over the files in the byte order of their keys.
struct Listing<'a> {
    prefix: &'a str,
    after: Option<&'a str>,
    limit: usize,
    keys: Vec<String>,
}

impl Listing<'_> {
    fn walk(&mut self, folder: &Path, base: &str) -> Result<(), Fault> {
        for name in sorted_names(folder)? {
            if self.keys.len() >= self.limit {
                return Ok(());
            }
            let key = format!("{base}{name}");
            if name.ends_with('/') {
                if self.may_hold_matches(&key) {
                    self.walk(&folder.join(&name), &key)?;
                }
            } else if key.starts_with(self.prefix) && self.after.is_none_or(|after| key.as_str() > after) {
                self.keys.push(key);
            }
        }
        Ok(())
    }

    fn may_hold_matches(&self, folder: &str) -> bool {
        let wanted = folder.starts_with(self.prefix) || self.prefix.starts_with(folder);
        wanted && self.after.is_none_or(|after| folder > after || after.starts_with(folder))
    }
}

/// The names in a folder; a folder's name ends in a slash, because that is how it sorts among keys (`a-b` before `a/x`).
fn sorted_names(folder: &Path) -> Result<Vec<String>, Fault> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(Fault::io("list", folder, error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| Fault::io("list", folder, error))?;
        let Ok(mut name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') {
            continue;
        }
        // Mounted configuration consists of symbolic links, so the kind is that of what they point to.
        let kind =
            entry.file_type().and_then(|kind| if kind.is_symlink() { fs::metadata(entry.path()).map(|m| m.file_type()) } else { Ok(kind) });
        match kind {
            Ok(kind) if kind.is_dir() => name.push('/'),
            Ok(_) => {}
            Err(_) => continue,
        }
        names.push(name);
    }
    names.sort_unstable();
    Ok(names)
}

fn sync_folder(folder: &Path) -> Result<(), Fault> {
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(|error| Fault::io("sync the folder", folder, error))
}

/// The content tells the version: two equal contents need no telling apart.
fn version_of(bytes: &[u8]) -> Version {
    Version(sha256_hex(bytes))
}

/// Whether the error only says that there is no such object.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory)
}

impl Fault {
    fn io(doing: &'static str, path: &Path, error: io::Error) -> Self {
        Self::Io { doing, path: path.to_owned(), error }
    }

    /// What the caller can do about it: some conditions mend themselves, the others need a person.
    pub(super) fn into_store_error(self, key: String) -> StoreError {
        let (doing, path, error) = match self {
            Self::Exists => return StoreError::AlreadyExists { key },
            Self::Stale => return StoreError::Conflict { key },
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
