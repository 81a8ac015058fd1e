//! Where the world reaches this service.

use axum::http::{HeaderMap, header};

use crate::http::state::AppState;

/// The service's own address without a path: as `PUBLIC_URL` says, else as the request was made.
pub fn base_url(headers: &HeaderMap, state: &AppState) -> String {
    if let Some(url) = &state.access.config().public_url {
        return url.clone();
    }
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_plain = |host: &&str| !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || b"-.:[]_".contains(&b));
    let host = text(header::HOST.as_str()).filter(is_plain).unwrap_or("localhost");
    // Only a word of the two can come of it, so a lie costs nothing but the liar's own links.
    let scheme = if text("x-forwarded-proto") == Some("https") { "https" } else { "http" };
    format!("{scheme}://{host}")
}
