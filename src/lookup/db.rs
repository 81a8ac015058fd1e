//! The index's file and the connections to it: one writer, two readers, never on an async thread.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::hash::{BuildHasher as _, RandomState};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::tz::TimeZone;
use rusqlite::{Connection, InterruptHandle};
use tokio::sync::Semaphore;

use crate::lookup::LookupError;
use crate::lookup::index::{Index, SCHEMA, connect};
use crate::lookup::words::StudentHasher;

/// Queries at once.
const READERS: usize = 2;
/// A query that takes longer is ended.
const LONGEST_QUERY: Duration = Duration::from_secs(2);

/// Where the file lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileLocation {
    /// In this folder, for as long as nobody wants it away. A second process gets a file of its own.
    Folder(PathBuf),
    /// In a private folder for temporary files, gone with the process.
    Temporary,
}

/// An open index.
pub(super) struct Db {
    path: PathBuf,
    is_private: bool,
    /// Closed before the writer, which then tidies up.
    readers: Mutex<Vec<Reader>>,
    writer: Mutex<Index>,
    permits: Semaphore,
    _folder: Folder,
}

/// One connection for queries.
struct Reader {
    conn: Connection,
    interrupt: Arc<InterruptHandle>,
}

/// The folder that the file lies in; it is locked, or removed with the process.
enum Folder {
    Locked(#[expect(dead_code, reason = "the lock is held for as long as the file is open")] File),
    Own(PathBuf),
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Self::Own(path) = self {
            // What stays behind is in a folder that the system clears.
            let _ = std::fs::remove_dir_all(path);
        }
    }
}

impl Db {
    /// Opens the file, or makes an empty one. Blocks.
    ///
    /// A file of this process's own begins with a copy: `seed`, or the shared file that another process has.
    pub(super) fn open(place: &FileLocation, zone: &TimeZone, hasher: &StudentHasher, seed: Option<&[u8]>) -> Result<Self, LookupError> {
        let (folder, dir, is_private) = match place {
            FileLocation::Folder(dir) => match lock(dir)? {
                Some(file) => (Folder::Locked(file), dir.clone(), false),
                None => own_folder()?,
            },
            FileLocation::Temporary => own_folder()?,
        };
        let path = dir.join(file_name());
        if is_private {
            begin(&path, place, seed);
        }
        let index = open_index(&path, zone, hasher)?;
        Ok(Self {
            path,
            is_private,
            writer: Mutex::new(index),
            readers: Mutex::default(),
            permits: Semaphore::new(READERS),
            _folder: folder,
        })
    }

    /// The file.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is this process's own, because another one has the shared one or there is none.
    pub(super) fn is_private(&self) -> bool {
        self.is_private
    }

    /// Asks the index.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        ask: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LookupError> {
        let db = Arc::clone(self);
        let _permit = self.permits.acquire().await.map_err(|_| LookupError::closed())?;
        let reader = self.take_reader()?;
        let interrupt = Arc::clone(&reader.interrupt);
        let mut asked = tokio::task::spawn_blocking(move || {
            let answer = ask(&reader.conn);
            // One that met a fault is not used again.
            if answer.is_ok() {
                db.readers.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
            }
            answer
        });
        tokio::select! {
            answer = &mut asked => answer.map_err(|_| LookupError::closed())?.map_err(LookupError::from),
            () = tokio::time::sleep(LONGEST_QUERY) => {
                interrupt.interrupt();
                // It ends at once; its connection must not be asked anew before.
                let _ = asked.await;
                Err(LookupError::TooSlow)
            }
        }
    }

    /// Changes the index.
    pub(super) async fn write<T: Send + 'static>(
        self: &Arc<Self>,
        change: impl FnOnce(&mut Index) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, LookupError> {
        let db = Arc::clone(self);
        let changed = tokio::task::spawn_blocking(move || change(&mut db.writer.lock().unwrap_or_else(PoisonError::into_inner)));
        changed.await.map_err(|_| LookupError::closed())?.map_err(LookupError::from)
    }

    fn take_reader(&self) -> Result<Reader, LookupError> {
        if let Some(reader) = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop() {
            return Ok(reader);
        }
        let conn = connect(&self.path, true)?;
        Ok(Reader { interrupt: Arc::new(conn.get_interrupt_handle()), conn })
    }
}

/// Gives a file of one's own what is known elsewhere; without it, or when it turns out to be damaged, all is read from the records.
fn begin(path: &Path, place: &FileLocation, seed: Option<&[u8]>) {
    match (seed, place) {
        (Some(seed), _) => {
            let mut options = OpenOptions::new();
            let written = options.create(true).write(true).truncate(true).mode(0o600).open(path).and_then(|mut file| file.write_all(seed));
            if written.is_err() {
                let _ = std::fs::remove_file(path);
            }
        }
        (None, FileLocation::Folder(shared)) => {
            if copy(&shared.join(file_name()), path).is_err() {
                let _ = std::fs::remove_file(path);
            }
        }
        (None, FileLocation::Temporary) => {}
    }
}

/// Copies an index, also one that another process is writing.
pub(super) fn copy(from: &Path, to: &Path) -> Result<(), LookupError> {
    let _ = std::fs::remove_file(to);
    let conn = connect(from, true)?;
    conn.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}

/// The name of the file of this schema.
pub(super) fn file_name() -> String {
    format!("v{SCHEMA}.sqlite")
}

/// Moves a file that cannot be used out of the way, where a person may look at it; the one before it is gone.
pub(super) fn set_aside(path: &Path) {
    let _ = std::fs::rename(path, path.with_extension("sqlite.broken"));
    remove_companions(path);
}

/// Removes the file; whether it was there.
pub(super) fn remove(path: &Path) -> bool {
    let was_there = std::fs::remove_file(path).is_ok();
    remove_companions(path);
    was_there
}

fn remove_companions(path: &Path) {
    for suffix in ["sqlite-wal", "sqlite-shm", "sqlite-journal"] {
        let _ = std::fs::remove_file(path.with_extension(suffix));
    }
}

fn open_index(path: &Path, zone: &TimeZone, hasher: &StudentHasher) -> Result<Index, LookupError> {
    for _ in 0..2 {
        // Made before SQLite opens it, so that nobody else may read it for a moment.
        OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(|error| LookupError::file(path, &error))?;
        match Index::open(path, zone, hasher.clone()) {
            Ok(Some(index)) if index.is_sound()? => return Ok(index),
            Ok(Some(index)) => {
                drop(index);
                tracing::warn!("The index of reports is damaged; it is set aside and made anew");
                set_aside(path);
            }
            // Of another release, or another time zone.
            Ok(None) => drop(remove(path)),
            Err(error) if LookupError::is_damage(&error) => {
                tracing::warn!(%error, "The index of reports is damaged; it is set aside and made anew");
                set_aside(path);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Err(LookupError::closed())
}

/// Takes the folder for this process; `None` when another one has it.
pub(super) fn lock(dir: &Path) -> Result<Option<File>, LookupError> {
    make_folder(dir)?;
    let path = dir.join("lock");
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(&path).map_err(|error| LookupError::file(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        // Held by another process; or the file system has no locks, and then the file is not shared.
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => Ok(None),
    }
}

fn own_folder() -> Result<(Folder, PathBuf, bool), LookupError> {
    let dir = std::env::temp_dir().join(format!("gradepost-lookup-{:016x}", RandomState::new().hash_one(0)));
    make_folder(&dir)?;
    Ok((Folder::Own(dir.clone()), dir, true))
}

fn make_folder(dir: &Path) -> Result<(), LookupError> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|error| LookupError::file(dir, &error))
}
