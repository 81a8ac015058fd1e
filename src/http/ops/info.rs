//! `GET /`: what this is and where its doors are, for programs as JSON and for people as a page.

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

/// Method, path and purpose of every endpoint.
pub const ENDPOINTS: &[(&str, &str, &str)] = &[
    ("GET", "/", "this page"),
    ("GET", "/healthz", "the process is alive"),
    ("GET", "/health", "the same, for Cloud Run, which keeps paths ending in z"),
    ("GET", "/ready", "every part is fit to work"),
    ("POST", "/webhook", "the platform reports a finished assessment (signed)"),
    ("POST", "/tasks/run", "a task queue runs a job (bearer token)"),
    ("POST", "/tasks/sweep", "a scheduler looks for overdue jobs (bearer token)"),
    ("GET", "/metrics", "Prometheus metrics (bearer token)"),
];

/// Service information: JSON, or a small page when `Accept` prefers HTML.
pub async fn show(headers: HeaderMap) -> Response {
    if prefers_html(&headers) { Html(page()).into_response() } else { Json(description()).into_response() }
}

fn description() -> serde_json::Value {
    let endpoints: Vec<_> =
        ENDPOINTS.iter().map(|(method, path, purpose)| json!({ "method": method, "path": path, "purpose": purpose })).collect();
    json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "description": env!("CARGO_PKG_DESCRIPTION"),
        "endpoints": endpoints,
    })
}

/// HTML is named before JSON, as browsers do; `*/*` alone gets JSON.
fn prefers_html(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    match (accept.find("text/html"), accept.find("application/json")) {
        (Some(html), Some(json)) => html < json,
        (html, None) => html.is_some(),
        (None, Some(_)) => false,
    }
}

fn page() -> String {
    let row =
        |(method, path, purpose): &(&str, &str, &str)| format!("<tr><td>{method}</td><td><code>{path}</code></td><td>{purpose}</td></tr>");
    let rows = ENDPOINTS.iter().map(row).collect::<Vec<_>>().join("\n");
    format!(
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>gradepost {version}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }}
h1 {{ margin-bottom: 0; }}
p {{ margin-top: .25rem; opacity: .75; }}
table {{ border-collapse: collapse; width: 100%; }}
td {{ padding: .4rem .8rem .4rem 0; border-top: 1px solid #8884; vertical-align: top; }}
</style>
</head>
<body>
<h1>gradepost <small>{version}</small></h1>
<p>{description}.</p>
<table>{rows}</table>
</body>
</html>
"#,
        version = env!("CARGO_PKG_VERSION"),
        description = env!("CARGO_PKG_DESCRIPTION"),
    )
}
