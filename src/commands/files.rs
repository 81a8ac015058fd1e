//! Files named on the command line, with errors that name them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::analysis::profile::Profiles;
use crate::commands::words::language;
use crate::translations;

/// Reads a file the user named.
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).with_context(|| format!("cannot read {}", path.display()))?;
    if bytes.len() as u64 > LARGEST {
        bail!("{} is larger than {} MiB, which no template, bank or answer key is", path.display(), LARGEST >> 20);
    }
    Ok(bytes)
}

/// The largest file that a command reads: twice the largest document that is laid out.
const LARGEST: u64 = 128 << 20;

/// Reads a text file the user named.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| anyhow::anyhow!("{} is not UTF-8 text", path.display()))
}

/// What a command may write over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replace {
    /// Nothing: what is there may be somebody's work.
    Nothing,
    /// A PDF that gradepost made: the same command makes it again.
    OwnPdf,
    /// Whatever is there; the user said so.
    Anything,
}

impl Replace {
    /// `--force` allows everything.
    pub fn or_forced(self, force: bool) -> Self {
        if force { Self::Anything } else { self }
    }
}

/// How every PDF of ours names its maker (`docx_to_pdf`, metadata).
const OWN_PDF: &[u8] = b"<pdf:Producer>gradepost";

/// Fails when the file is there and may not be replaced; commands ask before the work begins.
///
/// # Errors
/// Names the file and `--force`.
pub fn check_free(path: &Path, replace: Replace) -> anyhow::Result<()> {
    let is_free = match replace {
        Replace::Anything => true,
        // A device or a pipe keeps nothing that could be lost.
        _ if path.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir()) => true,
        Replace::Nothing => path.symlink_metadata().is_err(),
        Replace::OwnPdf => path.symlink_metadata().is_err() || is_own_pdf(path),
    };
    if !is_free {
        bail!("{} exists already and is left as it is; name another file, or replace it with --force", path.display());
    }
    Ok(())
}

#[expect(clippy::disallowed_methods, reason = "a command looks at the files its user names")]
fn is_own_pdf(path: &Path) -> bool {
    let Ok(bytes) = fs::read(path) else { return false };
    bytes.starts_with(b"%PDF-") && bytes.windows(OWN_PDF.len()).any(|window| window == OWN_PDF)
}

/// Writes a file the user named: whole or not at all, and over another one only where `replace` allows it.
///
/// # Errors
/// Names the file and what the system said.
pub fn write(path: &Path, bytes: &[u8], replace: Replace) -> anyhow::Result<()> {
    check_free(path, replace)?;
    let context = || format!("cannot write {}", path.display());
    match path.metadata() {
        Ok(found) if found.is_dir() => bail!("{} is a folder; name a file in it", path.display()),
        Ok(found) if !found.is_file() => {
            return OpenOptions::new().write(true).open(path).and_then(|mut device| device.write_all(bytes)).with_context(context);
        }
        _ => {}
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    if !folder.is_dir() {
        bail!("cannot write {}: there is no folder {}; make it first", path.display(), folder.display());
    }
    // What a symbolic link leads to is written, the link stays.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let staged = Staged::write(&target, bytes).with_context(context)?;
    if replace == Replace::Nothing {
        // Creating is atomic: whoever made the file meanwhile keeps it.
        return staged.create(&target).with_context(context);
    }
    if let Ok(found) = target.metadata() {
        fs::set_permissions(&staged.path, found.permissions()).with_context(context)?;
    }
    fs::rename(&staged.path, &target).with_context(context)
}

/// A file written beside its target; removed unless it became the target.
struct Staged {
    path: PathBuf,
}

impl Staged {
    fn write(target: &Path, bytes: &[u8]) -> io::Result<Self> {
        let name = target.file_name().ok_or(ErrorKind::InvalidFilename)?;
        // A name of full length has no room for more.
        let name: String = name.to_string_lossy().chars().take(40).collect();
        let path = target.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let mut file = File::create(&path)?;
        let staged = Self { path };
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(staged)
    }

    fn create(&self, target: &Path) -> io::Result<()> {
        match fs::hard_link(&self.path, target) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists && !target.exists() => fs::rename(&self.path, target),
            linked => linked,
        }
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // Gone already after a rename.
        fs::remove_file(&self.path).ok();
    }
}

/// Threads that wait for files; so many writes are synced in one go, and more would only stand in line.
const FILE_THREADS: usize = 64;

/// Runs a command's asynchronous part.
pub fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .max_blocking_threads(FILE_THREADS)
        .build()
        .context("cannot start the runtime")?;
    let done = runtime.block_on(work);
    // A file operation that does not come back (a disk that hangs, a lock of a stopped process) must not keep the process.
    runtime.shutdown_background();
    done
}

/// Reads profiles of assessments.
pub fn profiles(path: &Path) -> anyhow::Result<Profiles> {
    Profiles::from_toml(&read_text(path)?, &path.display().to_string()).map_err(|errors| {
        anyhow::anyhow!(errors.iter().map(|error| translations::profile_error(error, language())).collect::<Vec<_>>().join("\n"))
    })
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "tests arrange and read the files they check")]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_that_is_there_stays_unless_replacing_it_is_allowed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plantilla.docx");
        write(&path, b"first", Replace::Nothing).unwrap();
        for replace in [Replace::Nothing, Replace::OwnPdf] {
            let error = write(&path, b"second", replace).unwrap_err().to_string();
            assert!(error.contains("plantilla.docx") && error.contains("--force"), "{error}");
        }
        assert_eq!(fs::read(&path).unwrap(), b"first");
        write(&path, b"second", Replace::Anything).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(names(folder.path()), ["plantilla.docx"], "nothing else is left");
    }

    #[test]
    fn only_a_pdf_of_ours_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.pdf");
        for (bytes, may) in [
            (&b"%PDF-1.7 <pdf:Producer>gradepost 0.1.0</pdf:Producer>"[..], true),
            (b"%PDF-1.7 <pdf:Producer>LibreOffice</pdf:Producer>", false),
            (b"a note: <pdf:Producer>gradepost", false),
            (b"", false),
        ] {
            fs::write(&path, bytes).unwrap();
            assert_eq!(write(&path, b"new", Replace::OwnPdf).is_ok(), may, "{}", String::from_utf8_lossy(bytes));
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_devices_and_rights_are_respected() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = tempfile::tempdir().unwrap();
        let (path, link, loose) = (folder.path().join("a"), folder.path().join("link"), folder.path().join("loose"));
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        symlink(&path, &link).unwrap();
        write(&link, b"new", Replace::Anything).unwrap();
        assert!(link.is_symlink() && fs::read(&path).unwrap() == b"new");
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        symlink("nowhere", &loose).unwrap();
        assert!(write(&loose, b"new", Replace::Nothing).is_err(), "a link that leads nowhere is somebody's, too");
        write(Path::new("/dev/null"), b"new", Replace::Nothing).unwrap();
    }

    #[test]
    fn where_nothing_can_be_written_the_file_and_the_reason_are_named() {
        let folder = tempfile::tempdir().unwrap();
        for (path, words) in [
            (folder.path().to_owned(), "is a folder"),
            (folder.path().join("no/out.pdf"), "there is no folder"),
            (PathBuf::from("/dev/full"), "No space"),
        ] {
            let error = format!("{:#}", write(&path, b"new", Replace::Anything).unwrap_err());
            assert!(error.contains(words) && error.contains(&path.display().to_string()), "{error}");
        }
        assert!(names(folder.path()).is_empty());
    }
}
