//! The small server behind `template preview`: a page that shows the newest PDF and what is wrong with the template.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::{StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// The browser asks again after so long without news.
const LONG_POLL: Duration = Duration::from_secs(25);

/// Something to tell the author.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Note {
    /// No PDF can be made before it is fixed.
    pub error: bool,
    /// What is wrong and what to do.
    pub message: String,
    /// Where, in words; empty when it is about the whole file.
    pub place: String,
    /// The text around the place.
    pub context: String,
}

/// What there is to see.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    /// Counts the renderings.
    pub version: u64,
    /// The newest PDF that could be made.
    pub pdf: Option<Bytes>,
    /// The PDF is of an earlier save, because the newest has mistakes.
    pub outdated: bool,
    /// The template's file name.
    pub name: String,
    /// The language of the page (`es`, `en`).
    pub language: &'static str,
    /// Mistakes and warnings of the newest save.
    pub notes: Vec<Note>,
}

/// Serves on this machine only, until Ctrl-C; tells its address once it listens.
pub async fn serve(
    port: u16,
    snapshots: watch::Receiver<Snapshot>,
    ready: impl FnOnce(String) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let listener =
        tokio::net::TcpListener::bind(address).await.with_context(|| format!("cannot listen on {address}; choose another --port"))?;
    ready(format!("http://{}/", listener.local_addr()?))?;
    let stop = async {
        // Without a handler for Ctrl-C the process ends by the signal itself, which is as good.
        let _ = tokio::signal::ctrl_c().await;
    };
    tokio::select! {
        served = async { axum::serve(listener, router(snapshots)).await } => served.context("the preview server failed"),
        () = stop => Ok(()),
    }
}

/// The preview's pages.
pub fn router(snapshots: watch::Receiver<Snapshot>) -> Router {
    Router::new()
        .route("/", get(async || Html(include_str!("preview.html"))))
        .route("/preview.pdf", get(pdf))
        .route("/news", get(news))
        .with_state(snapshots)
}

async fn pdf(State(snapshots): State<watch::Receiver<Snapshot>>) -> Response {
    let pdf = snapshots.borrow().pdf.clone();
    match pdf {
        Some(pdf) => ([(header::CONTENT_TYPE, "application/pdf"), (header::CACHE_CONTROL, "no-store")], pdf).into_response(),
        None => (StatusCode::NOT_FOUND, "there is no PDF yet").into_response(),
    }
}

#[derive(Debug, Deserialize)]
struct FileStamp {
    version: Option<u64>,
}

/// Answers at once when there is something newer than what the browser has seen, else when something comes.
async fn news(State(mut snapshots): State<watch::Receiver<Snapshot>>, Query(seen): Query<FileStamp>) -> axum::Json<serde_json::Value> {
    let newer = |snapshot: &Snapshot| seen.version.is_none_or(|version| snapshot.version != version);
    // Running out of time or out of publishers only means that nothing is new.
    let _ = tokio::time::timeout(LONG_POLL, snapshots.wait_for(newer)).await;
    let snapshot = snapshots.borrow().clone();
    axum::Json(serde_json::json!({
        "version": snapshot.version,
        "has_pdf": snapshot.pdf.is_some(),
        "outdated": snapshot.outdated,
        "name": snapshot.name,
        "language": snapshot.language,
        "notes": snapshot.notes,
    }))
}
