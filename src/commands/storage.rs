//! `gradepost storage check`: try the storage settings for real.

use anyhow::Context as _;
use clap::Subcommand;

use crate::app;
use crate::commands::files;
use crate::config::{Config, Section};
use crate::env::Env;

/// Commands about storage.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write, read, list and remove a small object
    Check,
}

/// Runs one of the commands.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Check = command;
    let config = Config::for_command(&mut Env::from_process(), &[Section::Storage])?;
    files::block_on(async {
        let store = app::open_store(&config).await?;
        let steps = app::try_store(store.as_ref()).await.with_context(|| format!("{} is not usable", store.describe()))?;
        println!("{}: {steps}", store.describe());
        Ok(())
    })
}
