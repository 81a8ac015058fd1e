//! Clients that others made for Svix, against the real service: what they send is taken, what we answer is read.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, repository};

pub(crate) const ADMIN: &str = "admin-token-of-the-test";
/// Sealing and signing keys are derived from it.
pub(crate) const MASTER: &str = "a master key of the tests, 32 characters and more";

/// A service with a gateway; its endpoints may be on this machine.
pub(crate) fn start(folder: &tempfile::TempDir) -> Service {
    let service = Service::start(
        folder.path(),
        &[
            ("ADMIN_TOKEN", ADMIN),
            ("WEBHOOK_ENCRYPTION_KEY", MASTER),
            ("WEBHOOK_ALLOW_HTTP", "true"),
            ("WEBHOOK_ALLOW_NETWORKS", "127.0.0.0/8"),
        ],
    );
    service.leaves_jobs_open("the endpoints that clients make answer nothing, and their deliveries wait for the next try");
    service
}

/// Runs a client to its end and fails with what it printed.
fn succeeds(mut client: Command, what: &str) -> String {
    let output = client.stdin(Stdio::null()).output().unwrap();
    let printed = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{what}:\n{printed}");
    printed
}

/// Where the pinned npm packages lie.
pub(crate) fn node_modules() -> Option<PathBuf> {
    let folder = std::env::var("GRADEPOST_TEST_NPM").map_or_else(|_| repository("target/parts/npm"), PathBuf::from).join("node_modules");
    let needed = ["svix/src/KitchenSink.test.ts", ".bin/tsx", "standardwebhooks/package.json"];
    let found = if needed.iter().all(|path| folder.join(path).exists()) {
        Ok(folder)
    } else {
        Err("npm packages svix, tsx and standardwebhooks".to_owned())
    };
    peer("npm", found)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_kitchen_sink_that_the_npm_client_ships_passes() {
    let Some(modules) = node_modules() else { return };
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    let run = || {
        let mut client = Command::new(modules.join(".bin/tsx"));
        client.arg("--test").arg(modules.join("svix/src/KitchenSink.test.ts"));
        client.env("SVIX_TOKEN", ADMIN).env("SVIX_SERVER_URL", service.url("").trim_end_matches('/'));
        client
    };
    let printed = succeeds(run(), "the kitchen sink of npm's svix");
    assert!(printed.contains("# pass") && !printed.contains("# skipped 1"), "it ran, and was not skipped:\n{printed}");
    // Its event types are there by now: the second run meets 409, as it allows.
    succeeds(run(), "the kitchen sink of npm's svix, once more");
}

/// Runs one of the stories with the Python client, and tells its parts.
fn python(story: &str) -> Option<Vec<String>> {
    let python = std::env::var("GRADEPOST_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let there = Command::new(&python).args(["-c", "import svix"]).stderr(Stdio::null()).status();
    let there = there
        .map_err(|error| error.to_string())
        .and_then(|status| status.success().then_some(()).ok_or_else(|| "Python's svix".to_owned()));
    peer("svix", there)?;
    let folder = tempfile::tempdir().unwrap();
    let service = start(&folder);
    let mut client = Command::new(python);
    client.arg(repository("tests/parts").join(story)).arg(service.url("").trim_end_matches('/')).arg(ADMIN);
    let printed = succeeds(client, story);
    Some(printed.lines().filter_map(|line| line.strip_prefix("ok ")).map(ToOwned::to_owned).collect())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_finds_everything_as_it_expects_it() {
    let Some(parts) = python("svix_client.py") else { return };
    assert_eq!(parts.len(), 13, "{parts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_python_client_sees_every_delivery_and_sends_again() {
    let Some(parts) = python("svix_deliveries.py") else { return };
    assert_eq!(parts.len(), 9, "{parts:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_of_the_client_is_served_or_says_in_its_words_that_it_is_not() {
    let Some(parts) = python("svix_calls.py") else { return };
    assert_eq!(parts, ["every_call_has_an_outcome", "the_operators_endpoints", "usage_is_counted_in_the_background"]);
}
