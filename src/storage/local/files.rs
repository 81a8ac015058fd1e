//! The blocking half of the local store.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::{fs, io};

use bytes::Bytes;

use crate::signing::sha256_hex;
use crate::storage::local::blank::Blank;
use crate::storage::local::fault::{FileError, is_absent};
use crate::storage::local::lock::Locks;
use crate::storage::local::private::{LOCKS, PRIVATE_FILE, PRIVATE_FOLDER, make_own, make_private};
use crate::storage::local::staged::Staged;
use crate::storage::local::walk::Walk;
use crate::storage::local::{owner, presence};
use crate::storage::{PutMode, Version};

/// Half-written files; on the same file system as the objects, so that they can be linked into place.
const STAGING: &str = ".tmp";
/// One of these is in every store.
const MARKS: [&str; 6] = ["jobs", "questions", "templates", "webhook_reports", "assessments.toml", LOCKS];
/// How often a write starts over when its temporary file was cleaned away between its creation and its lock.
const STAGING_TRIES: usize = 3;

#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
    locks: Locks,
    blank: Blank,
    staged: AtomicU64,
    is_full: AtomicBool,
    /// Writes in a row that found space since the disk was found full.
    written_since: AtomicU64,
}

/// What of a new object is durable when its write returns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Synced {
    /// Its name and its content.
    Whole,
    /// Its name.
    Name,
}

/// So many writes in a row mean that the disk has space again.
const SPACE_AGAIN: u64 = 5;

impl Files {
    fn new(root: PathBuf, locks: Locks) -> Self {
        Self {
            root,
            locks,
            blank: Blank::default(),
            staged: AtomicU64::new(0),
            is_full: AtomicBool::new(false),
            written_since: AtomicU64::new(0),
        }
    }

    pub(super) fn open(root: PathBuf) -> Result<Self, FileError> {
        make_private(&root)?;
        owner::check(&root)?;
        make_private(&root.join(STAGING))?;
        let locks = Locks::open(&root)?;
        let files = Self::new(root, locks);
        files.clean_staging()?;
        presence::clean(&files.root);
        Ok(files)
    }

    /// The files of a store that is there; nothing is made.
    pub(super) fn existing(root: PathBuf) -> Result<Self, FileError> {
        let no_store = |reason: String| FileError::NoStore { root: root.clone(), reason };
        match fs::read_dir(&root).map(|mut entries| entries.next().is_none()) {
            Ok(true) => return Err(no_store("is empty".to_owned())),
            Ok(false) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(no_store("is not there".to_owned())),
            Err(error) => return Err(no_store(format!("cannot be read ({error})"))),
        }
        if MARKS.iter().all(|name| !root.join(name).exists()) {
            return Err(no_store(format!("holds nothing of gradepost's (no {})", MARKS.join(", "))));
        }
        owner::check(&root)?;
        let locks = Locks::existing(&root);
        Ok(Self::new(root, locks))
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn put(&self, key: &str, bytes: &Bytes, mode: &PutMode) -> Result<Version, FileError> {
        self.put_synced(key, bytes, mode, Synced::Whole)
    }

    /// As a create-only put, but for the content, which is not synced.
    pub(super) fn create_volatile(&self, key: &str, bytes: &Bytes) -> Result<Version, FileError> {
        self.put_synced(key, bytes, &PutMode::Create, Synced::Name)
    }

    fn put_synced(&self, key: &str, bytes: &Bytes, mode: &PutMode, synced: Synced) -> Result<Version, FileError> {
        for _ in 1..STAGING_TRIES {
            match self.try_put(key, bytes, mode, synced) {
                Err(FileError::Io { error, .. }) if error.kind() == ErrorKind::NotFound => {}
                done => return self.watch_space(done),
            }
        }
        self.watch_space(self.try_put(key, bytes, mode, synced))
    }

    /// Says once that the disk is full, and once that it no longer is, however many writes meet it.
    fn watch_space<T>(&self, written: Result<T, FileError>) -> Result<T, FileError> {
        match &written {
            Err(FileError::Io { error, .. }) if is_out_of_space(error) && !self.is_full.swap(true, Ordering::Relaxed) => {
                let folder = self.root.display();
                tracing::error!(%error, "The disk of {folder} is full: events are answered 503 and reports wait until there is space; free some, everything resumes automatically");
            }
            Err(FileError::Io { error, .. }) if is_out_of_space(error) => self.written_since.store(0, Ordering::Relaxed),
            // On a disk that is nearly full small files still find room between the failures; that is not space again.
            Ok(_)
                if self.is_full.load(Ordering::Relaxed)
                    && self.written_since.fetch_add(1, Ordering::Relaxed) + 1 >= SPACE_AGAIN
                    && self.is_full.swap(false, Ordering::Relaxed) =>
            {
                self.written_since.store(0, Ordering::Relaxed);
                tracing::info!("The disk of {} has space again", self.root.display());
            }
            _ => {}
        }
        written
    }

    fn try_put(&self, key: &str, bytes: &Bytes, mode: &PutMode, synced: Synced) -> Result<Version, FileError> {
        let target = self.root.join(key);
        let folder = target.parent().unwrap_or(&self.root);
        match mode {
            PutMode::Create => self.create(bytes, &target, folder, synced).inspect_err(|_| {
                // Whoever hears "exists already" will rely on it, so it must be as durable for him as for the writer, who may still be syncing.
                sync_folder(folder).and_then(|()| sync_folder(folder.parent().unwrap_or(folder))).ok();
            })?,
            PutMode::Overwrite => {
                let staged = self.stage_for(folder, bytes, synced)?;
                let _lock = self.locks.take(key)?;
                staged.rename_to(&target)?;
            }
            PutMode::Update(version) => {
                let staged = self.stage_for(folder, bytes, synced)?;
                let _lock = self.locks.take(key)?;
                if self.get(key)?.is_none_or(|(_, current)| current != *version) {
                    let is_folder = || FileError::io("replace", &target, ErrorKind::IsADirectory.into());
                    return Err(if target.is_dir() { is_folder() } else { FileError::Stale });
                }
                staged.rename_to(&target)?;
            }
        }
        sync_folder(folder)?;
        Ok(version_of(bytes))
    }

    fn create(&self, bytes: &[u8], target: &Path, folder: &Path, synced: Synced) -> Result<(), FileError> {
        if bytes.is_empty() {
            self.ensure_folder(folder)?;
            // Whole in any case: the file is everybody's.
            return self.blank.link_to(target, || self.stage(bytes, Synced::Whole));
        }
        self.stage_for(folder, bytes, synced)?.link_to(target)
    }

    pub(super) fn get(&self, key: &str) -> Result<Option<(Bytes, Version)>, FileError> {
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
            Err(error) => Err(FileError::io("read", &path, error)),
        }
    }

    pub(super) fn delete(&self, key: &str) -> Result<(), FileError> {
        let path = self.root.join(key);
        let _lock = self.locks.take(key)?;
        match fs::remove_file(&path) {
            // Not synced: a removal may be undone by a power cut, and whatever is removed is a hint or folded elsewhere (`Store::delete`).
            Ok(()) => Ok(()),
            Err(error) if is_absent(&error) => Ok(()),
            Err(error) => Err(FileError::io("remove", &path, error)),
        }
    }

    pub(super) fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, FileError> {
        Walk::new(&self.root, prefix, after).take(limit).collect()
    }

    /// A temporary file of these bytes, and the folder that it is to go to.
    fn stage_for(&self, folder: &Path, bytes: &[u8], synced: Synced) -> Result<Staged, FileError> {
        let staged = self.stage(bytes, synced)?;
        self.ensure_folder(folder)?;
        Ok(staged)
    }

    /// Writes the bytes to a temporary file, and makes them durable there unless only the name is to be.
    fn stage(&self, bytes: &[u8], synced: Synced) -> Result<Staged, FileError> {
        let (path, mut file) = self.new_staging_file()?;
        let sync = |file: &File| if synced == Synced::Whole { file.sync_all() } else { Ok(()) };
        let written = file.lock().and_then(|()| file.write_all(bytes)).and_then(|()| sync(&file));
        let staged = Staged { path, _lock: file };
        written.map_err(|error| FileError::io("write", &staged.path, error))?;
        Ok(staged)
    }

    fn new_staging_file(&self) -> Result<(PathBuf, File), FileError> {
        loop {
            let n = self.staged.fetch_add(1, Ordering::Relaxed);
            let path = self.root.join(STAGING).join(format!("{}-{n}", std::process::id()));
            match OpenOptions::new().write(true).create_new(true).mode(PRIVATE_FILE).open(&path) {
                // A command came before the service.
                Err(error) if error.kind() == ErrorKind::NotFound && n == 0 => make_own(&self.root.join(STAGING))?,
                Ok(file) => return Ok((path, file)),
                // Containers on one directory may share a process id.
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(FileError::io("write", &path, error)),
            }
        }
    }

    /// Removes temporary files whose writers died: those that nobody holds locked.
    fn clean_staging(&self) -> Result<(), FileError> {
        let staging = self.root.join(STAGING);
        let entries = fs::read_dir(&staging).map_err(|error| FileError::io("list", &staging, error))?;
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
    fn ensure_folder(&self, folder: &Path) -> Result<(), FileError> {
        if folder.is_dir() {
            return Ok(());
        }
        // A root that was removed or unmounted is not made anew: what would be written below it is not the store.
        let Some(parent) = folder.parent().filter(|_| folder != self.root) else {
            return Err(FileError::io("find the folder", folder, ErrorKind::NotFound.into()));
        };
        self.ensure_folder(parent)?;
        match fs::DirBuilder::new().mode(PRIVATE_FOLDER).create(folder) {
            Ok(()) => sync_folder(parent),
            Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => sync_folder(parent),
            Err(error) => Err(FileError::io("make the folder", folder, error)),
        }
    }
}

fn sync_folder(folder: &Path) -> Result<(), FileError> {
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(|error| FileError::io("sync the folder", folder, error))
}

/// The content tells the version: two equal contents need no telling apart.
fn version_of(bytes: &[u8]) -> Version {
    Version(sha256_hex(bytes))
}

fn is_out_of_space(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
}
