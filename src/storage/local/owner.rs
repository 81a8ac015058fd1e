//! Whose files these are: all processes on a folder run as one user, and nobody else may read students' data.

use std::fs;
use std::fs::{Metadata, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use crate::storage::local::fault::FileError;
use crate::storage::local::private::{LOCKS, PRIVATE_FOLDER};
use crate::storage::local::walk::Walk;

/// What everybody but the owner may do.
const OTHERS: u32 = 0o077;
/// Folders that hold students' data.
const PERSONAL: [&str; 6] = ["jobs/", "webhook_reports/", "results/", "outbox/", "cohorts/", "plans/"];
/// Files looked at in each of them: what an older version wrote comes first or not at all.
const LOOKED_AT: usize = 200;

/// Refuses another user than the one who keeps the folder: his files could not be read by the service, and one such record stops a job.
///
/// Who keeps it tells the folder of locks, which the first process made. Before there is one, only root is refused, in a folder that is not his: a container's volume may belong to root though the service does not.
pub(super) fn check(root: &Path) -> Result<(), FileError> {
    let own = rustix::process::geteuid().as_raw();
    let owner = match fs::metadata(root.join(LOCKS)) {
        Ok(locks) => locks.uid(),
        Err(_) if own == 0 => fs::metadata(root).map_err(|error| FileError::io("look at", root, error))?.uid(),
        Err(_) => own,
    };
    if owner == own { Ok(()) } else { Err(FileError::Foreign { root: root.to_owned(), owner, own }) }
}

/// Takes a folder of our own from everybody else; where that cannot be done, [`concerns`] tells.
pub(super) fn close_to_others(folder: &Path) {
    if fs::metadata(folder).is_ok_and(|metadata| is_open(&metadata)) {
        fs::set_permissions(folder, Permissions::from_mode(PRIVATE_FOLDER)).ok();
    }
}

/// Files of older versions that others may read, unless the folder as a whole is closed to them.
pub(super) fn concerns(root: &Path) -> Vec<String> {
    if fs::metadata(root).is_ok_and(|metadata| !is_open(&metadata)) {
        return Vec::new();
    }
    let is_file_open = |key: &String| fs::metadata(root.join(key)).is_ok_and(|metadata| is_open(&metadata));
    let open = PERSONAL.iter().flat_map(|folder| Walk::new(root, folder, None).take(LOOKED_AT)).flatten().find(is_file_open);
    let tell = |key: String| {
        format!(
            "other users of this machine may read students' data in {folder} (for example {key}); close it: chmod -R u=rwX,go= {folder}",
            folder = root.display()
        )
    };
    open.map(tell).into_iter().collect()
}

fn is_open(metadata: &Metadata) -> bool {
    metadata.permissions().mode() & OTHERS != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::PutMode;
    use crate::storage::local::files::Files;
    use crate::storage::local::private::PRIVATE_FILE;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().mode() & 0o777
    }

    #[test]
    fn what_is_written_is_for_the_service_alone() {
        let root = tempfile::tempdir().unwrap().path().join("data");
        let files = Files::open(root.clone()).unwrap();
        files.put("jobs/x/event.json", &bytes::Bytes::from_static(b"{}"), &PutMode::Create).unwrap();
        files.put("jobs/x/event.json", &bytes::Bytes::from_static(b"{ }"), &PutMode::Overwrite).unwrap();
        for folder in ["", "jobs", "jobs/x", ".locks", ".tmp"] {
            assert_eq!(mode(&root.join(folder)), PRIVATE_FOLDER, "{folder}");
        }
        assert_eq!(mode(&root.join("jobs/x/event.json")), PRIVATE_FILE);
        let locks: Vec<u32> = fs::read_dir(root.join(".locks")).unwrap().map(|lock| mode(&lock.unwrap().path())).collect();
        assert_eq!(locks, [PRIVATE_FILE]);
    }

    #[test]
    fn files_of_an_older_version_are_told_until_they_are_closed() {
        let root = tempfile::tempdir().unwrap();
        fs::set_permissions(root.path(), Permissions::from_mode(0o755)).unwrap();
        let files = Files::open(root.path().to_owned()).unwrap();
        files.put("webhook_reports/c/a.pdf", &bytes::Bytes::from_static(b"x"), &PutMode::Create).unwrap();
        assert!(concerns(root.path()).is_empty());
        fs::set_permissions(root.path().join("webhook_reports/c/a.pdf"), Permissions::from_mode(0o644)).unwrap();
        let told = concerns(root.path());
        assert!(told.len() == 1 && told[0].contains("webhook_reports/c/a.pdf") && told[0].contains("chmod"), "{told:?}");
        fs::set_permissions(root.path(), Permissions::from_mode(0o700)).unwrap();
        assert!(concerns(root.path()).is_empty(), "nobody comes past a closed root");
    }

    #[test]
    fn the_folder_of_locks_is_closed_to_others_when_an_older_version_left_it_open() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join(LOCKS)).unwrap();
        fs::set_permissions(root.path().join(LOCKS), Permissions::from_mode(0o755)).unwrap();
        Files::open(root.path().to_owned()).unwrap();
        assert_eq!(mode(&root.path().join(LOCKS)), PRIVATE_FOLDER);
    }
}
