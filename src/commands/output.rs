//! The one place that writes to standard output and standard error.
//!
//! A reader that went away (`| head -1`) ends a command quietly, a full disk ends it with one line and exit 1; `println!` would panic at both.
//! Names, titles and a mail server's words come from outside: characters that a terminal obeys are printed as escapes.

use std::fmt;
use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use crate::text::{plain, plain_json};

/// What a shell reports of a program that wrote to a closed pipe: 128 and the number of SIGPIPE.
const CLOSED_PIPE: u8 = 141;

/// Standard output could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the output: {0}")]
pub struct OutputError(#[from] io::Error);

/// Prints a line, or several, to standard output: `outln!("{count} jobs")?`.
macro_rules! outln {
    () => { $crate::commands::output::text("\n") };
    ($($arg:tt)*) => { $crate::commands::output::text(&format!("{}\n", format_args!($($arg)*))) };
}
/// Prints a line to standard error: `note!("warning: {warning}")`.
macro_rules! note {
    ($($arg:tt)*) => { $crate::commands::output::error_line(format_args!($($arg)*)) };
}
pub(crate) use {note, outln};

/// Prints text as it is, but for characters that a terminal obeys.
///
/// # Errors
/// The reader went away, or the disk is full.
pub fn text(text: &str) -> Result<(), OutputError> {
    raw(plain(text).as_bytes())
}

/// Prints bytes for another program to read.
///
/// # Errors
/// As [`text`].
#[expect(clippy::disallowed_methods, reason = "this is the door to standard output")]
pub fn raw(bytes: &[u8]) -> Result<(), OutputError> {
    let mut out = io::stdout().lock();
    out.write_all(bytes)?;
    Ok(out.flush()?)
}

/// Prints a value as indented JSON.
///
/// # Errors
/// As [`text`].
pub fn json(value: &impl serde::Serialize) -> anyhow::Result<()> {
    Ok(raw(format!("{}\n", plain_json(&serde_json::to_string_pretty(value)?)).as_bytes())?)
}

pub use crate::text::no_formula;

/// Prints a line to standard error. When that cannot be written there is nobody left to tell.
#[expect(clippy::disallowed_methods, reason = "this is the door to standard error")]
pub fn error_line(line: fmt::Arguments<'_>) {
    let line = format!("{}\n", plain(&line.to_string()));
    io::stderr().lock().write_all(line.as_bytes()).ok();
}

/// Tells why a command failed; the exit code says how.
pub fn failure(error: &anyhow::Error) -> ExitCode {
    let output = error.chain().find_map(|cause| cause.downcast_ref::<OutputError>());
    if output.is_some_and(|OutputError(error)| error.kind() == ErrorKind::BrokenPipe) {
        return ExitCode::from(CLOSED_PIPE);
    }
    note!("error: {error:#}");
    ExitCode::FAILURE
}

/// Prints what the parser of the command line has to say: help and version, or what is wrong with the arguments.
#[expect(clippy::disallowed_methods, reason = "this is the door to standard output")]
pub fn usage(answer: &clap::Error) -> ExitCode {
    match answer.print().and_then(|()| io::stdout().flush()) {
        Err(error) if !answer.use_stderr() => failure(&OutputError(error).into()),
        _ => u8::try_from(answer.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
    }
}
