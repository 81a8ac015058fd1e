//! `gradepost storage check`: try the storage settings for real.

use anyhow::Context as _;
use clap::Subcommand;

use crate::app;
use crate::commands::files;
use crate::commands::output::outln;
use crate::commands::settings::Settings;
use crate::config::Section;

/// Commands about storage.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Write, read and remove a small object; nothing stays
    Check,
}

/// Runs one of the commands.
pub fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    let Command::Check = command;
    let config = settings.config(&[Section::Storage])?;
    files::block_on(async {
        let store = app::open_existing_store(&config).await?;
        let steps = store.probe().await.with_context(|| format!("{} is not usable", store.describe()))?;
        outln!("{}: {steps}", store.describe())?;
        for concern in store.concerns().await {
            outln!("warning: {concern}")?;
        }
        Ok(())
    })
}
