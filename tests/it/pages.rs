//! The pages, as a real browser shows them.

use std::process::{Command, Stdio};

use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, school};

/// The page's content after its scripts ran; `None` where no browser is installed.
fn browse(url: &str) -> Option<String> {
    let profile = tempfile::tempdir().unwrap();
    let mut browser = Command::new("chromium");
    browser.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"]);
    browser.args(["--disable-component-update", "--disable-sync", "--dump-dom"]);
    browser.arg(format!("--user-data-dir={}", profile.path().display())).arg(url);
    let output = peer("chromium", browser.stderr(Stdio::null()).output().map_err(|error| error.to_string()))?;
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_browser_shows_what_the_service_is() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    let Some(page) = browse(&service.url("/")) else { return };
    assert!(page.contains("<h1>gradepost") && page.contains("/webhook"), "{page}");
}
