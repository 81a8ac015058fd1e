//! `gradepost demo-school`: plays a school that hears of its students.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::app;
use crate::commands::files;
use crate::commands::output::note;
use crate::commands::settings::Settings;
use crate::telemetry;

/// What the school listens on and where it keeps its students.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The port; 0 takes a free one
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Where it keeps its students
    #[arg(long, value_name = "DIR", default_value = "school-data")]
    data: PathBuf,
}

/// Serves until SIGTERM or Ctrl-C.
pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<()> {
    let mut env = settings.env()?;
    let secret = env.guard(&["WEBHOOK_SECRET"]).context("set WEBHOOK_SECRET to the secret that registering the school's webhook showed")?;
    telemetry::init(&telemetry::TelemetryConfig::from_env(&mut env));
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    files::block_on(app::school::serve(args.port, &args.data, secret, |port| {
        note!("The school listens on http://127.0.0.1:{port}/webhook and shows its students on http://127.0.0.1:{port}/ (Ctrl-C ends it)");
        tracing::info!(port, "the demo school is ready");
        Ok(())
    }))
}
