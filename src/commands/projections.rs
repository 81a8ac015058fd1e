//! `gradepost projections`: what is derived from ended jobs, made anew.

use std::sync::Arc;

use clap::Subcommand;

use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::commands::output::outln;
use crate::commands::settings::Settings;
use crate::config::Section;

/// Commands about what is derived from ended jobs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make indexes and figures anew from the jobs' records, beside a running service if need be
    Rebuild {
        /// Which: processed (the processed.csv of every course), cohorts, plans (results that wait for the others of a study plan), alerts (forget what the admin was told); all but the last without a name
        name: Option<String>,
    },
}

/// What is made anew when nothing is named: forgetting what the admin was told is asked for by name.
const USUAL: [&str; 3] = ["processed", "cohorts", "plans"];

/// Runs one of the commands.
pub fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    let Command::Rebuild { name } = command;
    let config = settings.config(&[Section::Storage])?;
    files::block_on(async {
        let store = app::open_existing_store(&config).await?;
        let app = App::with_store(config, store, Arc::new(SystemClock))?;
        let names = name.as_deref().map_or(USUAL.to_vec(), |name| vec![name]);
        for name in names {
            outln!("{name}: {}", app.pipeline.rebuild(name, app.clock.now()).await?)?;
        }
        Ok(())
    })
}
