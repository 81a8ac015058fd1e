//! Style, script and icons: in the binary, under names that change when they change.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::signing::sha256_hex;

/// A file of the console.
pub struct Asset {
    name: String,
    media_type: &'static str,
    bytes: &'static [u8],
}

static CSS: LazyLock<Asset> = LazyLock::new(|| asset("console.css", "text/css; charset=utf-8", include_bytes!("assets/console.css")));
static JS: LazyLock<Asset> = LazyLock::new(|| asset("console.js", "text/javascript; charset=utf-8", include_bytes!("assets/console.js")));
static ICONS: LazyLock<Asset> = LazyLock::new(|| asset("icons.svg", "image/svg+xml", include_bytes!("assets/icons.svg")));

fn asset(name: &str, media_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { name: format!("{}-{name}", &sha256_hex(bytes)[..10]), media_type, bytes }
}

/// The address of the style.
pub fn css() -> String {
    address(&CSS)
}

/// The address of the script.
pub fn js() -> String {
    address(&JS)
}

/// The address of an icon.
pub fn icon(name: &str) -> String {
    format!("{}#{name}", address(&ICONS))
}

/// The address of the mark that browsers show in a tab.
pub fn mark() -> String {
    address(&ICONS)
}

fn address(asset: &Asset) -> String {
    format!("/console/assets/{}", asset.name)
}

/// `GET /console/assets/<hash>-<name>`.
pub async fn serve(Path(name): Path<String>) -> Response {
    let known = [&*CSS, &*JS, &*ICONS].into_iter().find(|asset| asset.name == name);
    let Some(asset) = known else { return StatusCode::NOT_FOUND.into_response() };
    let headers = [(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, asset.bytes).into_response()
}
