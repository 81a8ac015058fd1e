//! What the derived files that are no index of reports share: how they are opened, kept private, and thrown away.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

/// Statements that a connection keeps prepared.
const STATEMENTS: usize = 64;
/// How long a process waits for another one on the same file.
const BUSY: Duration = Duration::from_secs(2);

/// What every connection is set to.
pub(super) fn settle(db: &Connection) -> rusqlite::Result<()> {
    db.busy_timeout(BUSY)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    db.execute_batch("PRAGMA cache_size = -4096; PRAGMA mmap_size = 0; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY;")
}

/// Opens a file for writing, and makes its tables where it is new.
///
/// # Errors
/// It is of another schema, damaged, or cannot be made.
pub(super) fn open(path: &Path, tables: &str, schema: i64) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    settle(&db)?;
    db.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA secure_delete = ON;")?;
    let found: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found == 0 {
        db.execute_batch(&format!("BEGIN; {tables} PRAGMA user_version = {schema}; COMMIT;"))?;
    } else if found != schema {
        return Err(rusqlite::Error::InvalidQuery);
    }
    private(path);
    Ok(db)
}

/// Opens a file; one that `open` refuses is thrown away and made anew.
pub(super) fn open_or_renew(path: &Path, open: impl Fn(&Path) -> rusqlite::Result<Connection>) -> rusqlite::Result<Connection> {
    open(path).or_else(|_| {
        remove(path);
        open(path)
    })
}

/// Which file stands there.
pub(super) fn inode(path: &Path) -> Option<u64> {
    std::fs::metadata(path).ok().map(|found| found.ino())
}

/// Removes a file and its companions.
pub(super) fn remove(path: &Path) {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        // It is made anew in any case; what cannot be removed, opening it tells.
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
}

/// What stands in it may quote people: the file is nobody else's.
fn private(path: &Path) {
    let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
}
