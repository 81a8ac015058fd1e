//! `gradepost serve`: the service.

use std::net::Ipv4Addr;
use std::sync::Arc;

use anyhow::Context as _;

use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::config::Config;
use crate::env::Env;
use crate::telemetry;

/// Serves until SIGTERM or Ctrl-C.
pub fn run() -> anyhow::Result<()> {
    let config = Config::from_env(&mut Env::from_process())?;
    telemetry::init(&config.telemetry);
    files::block_on(async {
        let listener = app::listen(Ipv4Addr::UNSPECIFIED, config.http.port).await?;
        let app = App::open(config, Arc::new(SystemClock)).await.context("cannot start")?;
        app.serve(listener, app::stop_signal()).await
    })
}
