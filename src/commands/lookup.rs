//! `gradepost lookup …`: the index that the console's lists and searches read.

use std::sync::Arc;

use anyhow::bail;
use clap::Subcommand;

use crate::app;
use crate::clock::{Clock as _, SystemClock};
use crate::commands::files;
use crate::commands::output::{self, outln};
use crate::commands::settings::Settings;
use crate::config::Section;
use crate::lookup::unseen::Nobody;
use crate::lookup::{FileLocation, Lookup};
use crate::privacy::wishes::Wishes;

/// Commands about the index of reports; it is derived, and made anew at will.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Throw the index away and make it anew from the records
    Rebuild {
        /// Make another one beside it and tell whether they say the same
        #[arg(long)]
        verify: bool,
    },
    /// Tell what is in the index, how large and how fresh it is
    Status {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Remove the index; the next look makes it anew
    Drop,
}

/// Runs one of the commands.
pub fn run(command: &Command, settings: &Settings) -> anyhow::Result<()> {
    let config = settings.config(&[Section::Storage])?;
    files::block_on(async {
        let store = app::open_existing_store(&config).await?;
        let clock = Arc::new(SystemClock);
        let lookup = app::lookup(&config, store.clone(), clock.clone(), Arc::new(Wishes::new(store.clone(), clock.clone())), None);
        match command {
            Command::Rebuild { verify: false } => {
                let began = clock.monotonic();
                lookup.rebuild().await?;
                let status = lookup.status().await?;
                if status.is_private {
                    bail!("the running service has the index; it makes it anew from its health page, or stop it first");
                }
                Ok(outln!(
                    "{} reports of {} students in {:.1} s",
                    status.reports,
                    status.students,
                    clock.monotonic().saturating_sub(began).as_secs_f64()
                )?)
            }
            Command::Rebuild { verify: true } => {
                lookup.reconcile().await?;
                let parts = crate::lookup::Parts {
                    store,
                    clock,
                    zone: config.pipeline.zone.clone(),
                    place: FileLocation::Temporary,
                    blocks: Arc::new(Nobody),
                    jobs: None,
                };
                let fresh = Lookup::new(parts);
                fresh.rebuild().await?;
                let differences = lookup.differences(&fresh).await?;
                if differences > 0 {
                    bail!("{differences} rows of the index are not as the records say; gradepost lookup rebuild makes it anew");
                }
                Ok(outln!("the index says what {} records say", fresh.status().await?.reports)?)
            }
            Command::Status { json } => {
                lookup.look().await?;
                let status = lookup.status().await?;
                if *json {
                    return output::json(&status);
                }
                outln!(
                    "file      {}{}",
                    status.file,
                    if status.is_private { " (for this command only: the running service has the other)" } else { "" }
                )?;
                outln!("size      {:.1} MiB", status.bytes as f64 / 1024.0 / 1024.0)?;
                outln!("reports   {}", status.reports)?;
                outln!("students  {}", status.students)?;
                let synced = status.fresh.synced_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
                outln!("synced    {synced}")?;
                if let Some(problem) = status.fresh.problem {
                    outln!("problem   {problem}")?;
                }
                Ok(())
            }
            Command::Drop => {
                let was_there = lookup.discard().await?;
                Ok(outln!("{}", if was_there { "removed; the next look makes it anew" } else { "there is none" })?)
            }
        }
    })
}
