//! The small server behind `demo-school`.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use secrecy::SecretString;

use crate::clock::SystemClock;
use crate::http::gateway::school_client::School;
use crate::storage::local::LocalStore;

/// Serves on this machine only, until SIGTERM or Ctrl-C; tells its port once it listens.
pub async fn serve(port: u16, folder: &Path, secret: SecretString, ready: impl FnOnce(u16) -> anyhow::Result<()>) -> anyhow::Result<()> {
    let store = LocalStore::open(folder).await.context("cannot open the school's folder")?;
    let school = School::open(secret, Arc::new(store), Arc::new(SystemClock)).await?;
    let listener = crate::app::listen(Ipv4Addr::LOCALHOST, port).await?;
    let stop = crate::app::stop_signal();
    ready(listener.local_addr()?.port())?;
    axum::serve(listener, school.router()).with_graceful_shutdown(stop).await.context("the server failed")
}
