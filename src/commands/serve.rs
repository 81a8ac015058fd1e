//! `gradepost serve`: the service.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Context as _;

use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::commands::settings::{Settings, tell_hints};
use crate::config::Config;
use crate::telemetry;

/// Serves until SIGTERM or Ctrl-C.
pub fn run(settings: &Settings) -> anyhow::Result<()> {
    let mut env = settings.quiet_env()?;
    let config = Config::from_env(&mut env).inspect_err(|_| tell_hints(&env))?;
    telemetry::init(&config.telemetry);
    for hint in env.hints() {
        tracing::warn!(variable = hint.variable, "a setting is probably misspelt: {}", hint.message);
    }
    for warning in env.warnings() {
        tracing::warn!(variable = warning.variable, "{warning}");
    }
    // Whatever the service writes holds students' data: nobody but its user may read it.
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
    files::block_on(async {
        let mut stop = Box::pin(app::stop_signal());
        // Whoever may do everything without a key must be on this machine.
        let address = if config.access.open { Ipv4Addr::LOCALHOST } else { Ipv4Addr::UNSPECIFIED };
        let listener = app::listen(address, config.http.port).await?;
        let app = tokio::select! {
            app = App::open(config, Arc::new(SystemClock)) => app.context("cannot start")?,
            // Nothing runs yet that would have to be ended.
            () = &mut stop => return Ok(()),
        };
        app.serve(listener, stop).await
    })
}
