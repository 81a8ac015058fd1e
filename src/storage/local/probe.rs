//! Tries whether the store can be worked in, and leaves nothing behind.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::storage::local::fault::FileError;
use crate::storage::local::private::PRIVATE_FILE;

/// Files that are removed again, whatever happened.
struct Traces(Vec<PathBuf>);

impl Drop for Traces {
    fn drop(&mut self) {
        for path in &self.0 {
            fs::remove_file(path).ok();
        }
    }
}

/// Writes, locks, links, reads back and removes a file in the store's own folder.
pub(super) fn probe(root: &Path) -> Result<(), FileError> {
    let name = |end: &str| root.join(format!(".probe-{}{end}", std::process::id()));
    let (path, link) = (name(""), name("-link"));
    let traces = Traces(vec![path.clone(), link.clone()]);
    let fault = |doing| move |error: io::Error| FileError::Io { doing, path: root.to_owned(), error };
    // What a killed process of the same number left.
    drop(Traces(traces.0.clone()));
    let mut file = OpenOptions::new().write(true).create_new(true).mode(PRIVATE_FILE).open(&path).map_err(fault("write in"))?;
    file.write_all(b"gradepost storage check").and_then(|()| file.sync_all()).map_err(fault("write in"))?;
    file.lock().map_err(fault("lock a file in"))?;
    fs::hard_link(&path, &link).map_err(fault("link a file in"))?;
    fs::metadata(&link).map_err(fault("read in"))?;
    fs::remove_file(&link).map_err(fault("remove a file in"))
}
