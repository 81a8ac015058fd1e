//! `gradepost export processed`: rebuild what is derived from the records.

use std::sync::Arc;

use anyhow::Context as _;
use clap::Subcommand;

use crate::app::App;
use crate::clock::SystemClock;
use crate::commands::files;
use crate::config::{Config, Section};
use crate::env::Env;

/// Commands about derived files.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Rebuild every processed.csv from the records of sent reports
    Processed,
}

/// Runs one of the commands.
pub fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Processed = command;
    let config = Config::for_command(&mut Env::from_process(), &[Section::Storage])?;
    files::block_on(async {
        let app = App::open(config, Arc::new(SystemClock)).await?;
        let rebuilt = app.pipeline.processed().rebuild(app.clock.now()).await.context("cannot rebuild processed.csv")?;
        println!("{} rows in {} courses", rebuilt.rows, rebuilt.courses);
        Ok(())
    })
}
