//! A disk that is full or failing, by making the real binary's system calls fail.

use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

use crate::harness::{Service, completion, files, gradepost, mails, school};
use crate::ledger::Process;

/// Starts the service with a system call failing, as `strace -e inject=…` says it; `None` where strace cannot run.
fn start_failing(folder: &std::path::Path, inject: &str) -> Option<Process> {
    if !Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status().is_ok_and(|status| status.success()) {
        assert!(std::env::var("CI").as_deref() != Ok("true"), "strace must run in CI");
        eprintln!("skipped: strace cannot run here");
        return None;
    }
    let settings: BTreeMap<String, String> = [
        ("PORT", "0"),
        ("LOG_FORMAT", "json"),
        ("DATA_DIR", folder.to_str().unwrap()),
        ("WEBHOOK_SECRET", crate::harness::SECRET),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
        ("WEBHOOK_WAIT_SECONDS", "25"),
        // An attempt whose outcome cannot be written is taken over when its lease is over.
        ("LEASE_SECONDS", "3"),
        ("SWEEP_SECONDS", "1"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect();
    let plain = gradepost(&["serve"], &settings);
    let mut command = Command::new("strace");
    // The service is the process, strace its observer: killing the one ends the other.
    command.args(["-f", "-D", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e", &format!("inject={inject}")]);
    command.arg(plain.get_program()).args(plain.get_args()).env_clear();
    command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?))));
    Process::launch(&mut command)
}

/// Whatever the disk says, an event is either promised and done, or refused with 503 and done when it is sent again.
async fn refused_then_accepted(inject: &str) {
    let school = school();
    let Some(mut failing) = start_failing(school.path(), inject) else { return };
    let answer = failing.webhook(&completion("ana")).await;
    assert_eq!(answer.status().as_u16(), 503, "{inject}");
    assert!(answer.headers().contains_key("retry-after"));
    failing.kill();
    assert_eq!(mails(school.path()).len(), 0, "nothing was promised, nothing happened");

    let mended = Service::start(school.path(), &[]);
    let again = mended.webhook(&completion("ana")).await;
    assert_eq!((again.status, again.body["status"].as_str()), (200, Some("processed")), "{}\n{}", again.text, mended.log());
    assert_eq!(mails(school.path()).len(), 1);
    assert_eq!(files(&school.path().join(".tmp")), Vec::<String>::new(), "what the failed writes left is cleaned away");
}

#[tokio::test]
async fn a_full_disk_refuses_events_until_there_is_space() {
    refused_then_accepted("linkat:error=ENOSPC").await;
}

#[tokio::test]
async fn a_disk_that_cannot_sync_promises_nothing() {
    refused_then_accepted("fsync:error=EIO").await;
}

#[tokio::test]
async fn a_disk_that_fails_for_a_moment_costs_a_retry_and_nothing_else() {
    let school = school();
    // The acceptance takes fewer syncs than this; the failure meets the job's later records.
    let Some(mut failing) = start_failing(school.path(), "fsync:error=EIO:when=14..18") else { return };
    let answer = failing.webhook(&completion("ana")).await;
    assert!(answer.status().is_success(), "the event was durable before the disk failed: {}", answer.status());
    let deadline = std::time::Instant::now() + Duration::from_mins(4);
    while mails(school.path()).is_empty() && std::time::Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    failing.kill();
    assert_eq!(mails(school.path()).len(), 1);
}
