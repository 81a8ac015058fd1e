//! `gradepost export processed`: rebuild what is derived from the records.

use std::sync::Arc;

use clap::Subcommand;

use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::commands::output::outln;
use crate::commands::settings::Settings;
use crate::config::Section;

/// Commands about derived files.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Rebuild every processed.csv from the records of sent reports
    Processed,
}

/// Runs one of the commands.
pub fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    let Command::Processed = command;
    let config = settings.config(&[Section::Storage])?;
    files::block_on(async {
        let store = app::open_existing_store(&config).await?;
        let app = App::with_store(config, store, Arc::new(SystemClock))?;
        Ok(outln!("{}", app.pipeline.rebuild("processed", app.clock.now()).await?)?)
    })
}
