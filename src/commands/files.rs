//! Files named on the command line, with errors that name them.

use std::path::Path;

use anyhow::Context as _;

use crate::analysis::profile::Profiles;

/// Reads a file the user named.
#[expect(clippy::disallowed_methods, reason = "a command reads the files its user names")]
pub fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Reads a text file the user named.
pub fn read_text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| anyhow::anyhow!("{} is not UTF-8 text", path.display()))
}

/// Writes a file the user named.
#[expect(clippy::disallowed_methods, reason = "a command writes the files its user names")]
pub fn write(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
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
    runtime.block_on(work)
}

/// Prints a value as indented JSON.
pub fn print_json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(value)?);
    Ok(())
}

/// Reads profiles of assessments.
pub fn profiles(path: &Path) -> anyhow::Result<Profiles> {
    Profiles::from_toml(&read_text(path)?, &path.display().to_string())
        .map_err(|errors| anyhow::anyhow!(errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}
