//! `gradepost console …`: signing in from the shell.

use std::sync::Arc;

use clap::Subcommand;

use crate::app;
use crate::audit::{Act, Audit};
use crate::clock::{Clock, SystemClock};
use crate::commands::files;
use crate::commands::output::{note, outln};
use crate::commands::settings::Settings;
use crate::config::Section;
use crate::model::role::Role;

/// Commands about the console.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print a link that signs in once, within 15 minutes; no mail is needed
    Link {
        /// What whoever opens it may do: reader, operator or admin
        #[arg(long, value_parser = role, default_value = "admin")]
        role: Role,
        /// The name that the pages show
        #[arg(long, default_value = "")]
        name: String,
    },
}

fn role(word: &str) -> Result<Role, String> {
    Role::of_people(word).ok_or_else(|| "use reader, operator or admin".to_owned())
}

/// Runs one of the commands.
pub fn run(command: Command, settings: &Settings) -> anyhow::Result<()> {
    let Command::Link { role, name } = command;
    let config = settings.config(&[Section::Http, Section::Storage])?;
    let clock = Arc::new(SystemClock);
    let link = app::console::link(&config, role, &name, clock.now())?;
    let by = crate::commands::jobs::by();
    files::block_on(async {
        let audit = Audit::new(app::open_store(&config).await?, clock);
        audit.record(Act { who: &by, role: Some(role), act: "console.link", ..Act::default() }).await?;
        Ok::<_, anyhow::Error>(())
    })?;
    outln!("{link}")?;
    note!("Whoever opens it first is signed in as {role}; it is good for 15 minutes, once. The service must run with the same settings.");
    Ok(())
}
