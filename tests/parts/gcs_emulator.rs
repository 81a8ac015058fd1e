//! The bucket emulator of `gcs_emulator.py`, started once for all tests of a process that need it.

#[path = "peer.rs"]
pub(crate) mod peer;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// Ends with this process, because its standard input does.
struct Emulator {
    _process: Option<Child>,
    endpoint: String,
}

/// A fresh bucket's endpoint and name, or `None` where the emulator is missing and not required.
pub(crate) async fn fresh_bucket() -> Option<(String, String)> {
    static EMULATOR: OnceLock<Result<Emulator, String>> = OnceLock::new();
    static BUCKETS: AtomicU32 = AtomicU32::new(0);
    let started = EMULATOR.get_or_init(start).as_ref().map_err(|why| format!("{why}; GRADEPOST_TEST_GCS may name the address of one"));
    let endpoint = peer::peer("gcs", started)?.endpoint.clone();
    let name = format!("test-{}-{}", std::process::id(), BUCKETS.fetch_add(1, Ordering::Relaxed));
    create(&endpoint, &name).await;
    Some((endpoint, name))
}

async fn create(endpoint: &str, name: &str) {
    // Another test may have chosen the same provider before.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let asked = client.post(format!("{endpoint}/storage/v1/b?project=test")).json(&serde_json::json!({ "name": name })).send().await;
    let answer = asked.expect("the emulator answers");
    assert!(answer.status().is_success(), "the emulator makes a bucket: {}", answer.status());
}

fn start() -> Result<Emulator, String> {
    if let Some(endpoint) = setting("GRADEPOST_TEST_GCS") {
        return Ok(Emulator { _process: None, endpoint: endpoint.trim_end_matches('/').to_owned() });
    }
    let mut command = Command::new(setting("GRADEPOST_TEST_PYTHON").unwrap_or_else(|| "python3".to_owned()));
    command.arg(format!("{}/tests/parts/gcs_emulator.py", env!("CARGO_MANIFEST_DIR"))).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().map_err(|error| format!("python: {error}"))?;
    let mut line = String::new();
    BufReader::new(process.stdout.take().ok_or("no stdout")?).read_line(&mut line).map_err(|error| error.to_string())?;
    let facts: serde_json::Value = serde_json::from_str(&line).map_err(|_| "it ended before it was ready".to_owned())?;
    let endpoint = facts["endpoint"].as_str().ok_or("no endpoint")?.to_owned();
    Ok(Emulator { _process: Some(process), endpoint })
}

#[expect(clippy::disallowed_methods, reason = "where test servers are is told by the environment")]
fn setting(name: &str) -> Option<String> {
    std::env::vars_os().find(|(key, _)| key == name).and_then(|(_, value)| value.into_string().ok()).filter(|value| !value.is_empty())
}
