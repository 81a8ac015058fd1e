//! A walk over the files in the byte order of their keys: each folder is read once, when the walk comes to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

use crate::storage::StoreError;
use crate::storage::local::fault::{FileError, is_absent};

/// The keys under a prefix, after a key.
pub(super) struct Walk {
    prefix: String,
    after: Option<String>,
    /// The folder to begin with; none once it was read.
    start: Option<Folder>,
    /// The folders the walk is in, outermost first, with the names still to come.
    inside: Vec<(Folder, IntoIter<String>)>,
}

struct Folder {
    path: PathBuf,
    /// What the keys in it begin with; ends in a slash, but for the root.
    base: String,
}

impl Walk {
    pub(super) fn new(root: &Path, prefix: &str, after: Option<&str>) -> Self {
        let base = prefix.rfind('/').map_or("", |slash| &prefix[..=slash]);
        let start = Folder { path: root.join(base), base: base.to_owned() };
        Self { prefix: prefix.to_owned(), after: after.map(ToOwned::to_owned), start: Some(start), inside: Vec::new() }
    }

    /// The next keys, at most so many; empty at the end.
    pub(super) fn next_batch(&mut self, limit: usize) -> Vec<Result<String, StoreError>> {
        let batch: Vec<_> = self.by_ref().take(limit).collect();
        batch.into_iter().map(|next| next.map_err(|fault| fault.into_store_error(self.prefix.clone()))).collect()
    }

    fn enter(&mut self, folder: Folder) -> Result<(), FileError> {
        let names = sorted_names(&folder.path)?;
        self.inside.push((folder, names.into_iter()));
        Ok(())
    }

    fn is_wanted(&self, key: &str) -> bool {
        key.starts_with(&self.prefix) && self.after.as_deref().is_none_or(|after| key > after)
    }

    fn may_hold_wanted(&self, base: &str) -> bool {
        let is_near = base.starts_with(&self.prefix) || self.prefix.starts_with(base);
        is_near && self.after.as_deref().is_none_or(|after| base > after || after.starts_with(base))
    }
}

impl Iterator for Walk {
    type Item = Result<String, FileError>;

    /// A folder that cannot be read is one item; the walk goes on beside it.
    fn next(&mut self) -> Option<Self::Item> {
        if let Some(start) = self.start.take()
            && let Err(fault) = self.enter(start)
        {
            return Some(Err(fault));
        }
        loop {
            let (folder, names) = self.inside.last_mut()?;
            let Some(name) = names.next() else {
                self.inside.pop();
                continue;
            };
            let (path, key) = (folder.path.join(&name), format!("{}{name}", folder.base));
            if !name.ends_with('/') {
                if self.is_wanted(&key) {
                    return Some(Ok(key));
                }
            } else if self.may_hold_wanted(&key)
                && let Err(fault) = self.enter(Folder { path, base: key })
            {
                return Some(Err(fault));
            }
        }
    }
}

/// The names in a folder; a folder's name ends in a slash, because that is how it sorts among keys (`a-b` before `a/x`).
fn sorted_names(folder: &Path) -> Result<Vec<String>, FileError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if is_absent(&error) => return Ok(Vec::new()),
        Err(error) => return Err(FileError::io("list", folder, error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| FileError::io("list", folder, error))?;
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
