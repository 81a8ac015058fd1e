//! Clocks that are set while the service runs, by an hour and by a day, with one instance and with three: every report goes out once, and none waits for what a clock shows.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, completion, files, processed, school, until};
use crate::scripted_smtp::{Act, Scripted, say};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

/// The library that gives a process another clock.
fn faketime() -> Option<String> {
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let found = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1")).find(|library| library.exists());
    peer("faketime", found.map(|path| path.display().to_string()).ok_or_else(|| "no libfaketimeMT.so.1".to_owned()))
}

/// A clock of one process, which can be set while it runs.
struct WallClock {
    _folder: tempfile::TempDir,
    file: PathBuf,
}

impl WallClock {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clock");
        let clock = Self { _folder: folder, file };
        clock.set(0);
        clock
    }

    /// Sets it so many seconds off.
    fn set(&self, seconds: i64) {
        let beside = self.file.with_extension("new");
        std::fs::write(&beside, format!("{seconds:+}\n")).unwrap();
        std::fs::rename(&beside, &self.file).unwrap();
    }
}

/// A service by such a clock, with a mail server.
fn start(folder: &Path, library: &str, clock: &WallClock, smtp: &Scripted) -> Service {
    let port = smtp.port().to_string();
    Service::start(
        folder,
        &[
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", clock.file.to_str().unwrap()),
            ("FAKETIME_NO_CACHE", "1"),
            // Only what a person can set is set: spans are measured on another clock.
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
            ("NO_FAKE_STAT", "1"),
            ("WEBHOOK_WAIT_SECONDS", "0"),
            ("SWEEP_SECONDS", "1"),
            ("LEASE_SECONDS", "3"),
            ("SMTP_SERVER", "127.0.0.1"),
            ("SMTP_PORT", &port),
            ("SMTP_TLS", "none"),
            ("MAIL_TRANSPORT", "smtp"),
        ],
    )
}

/// Records of the jobs by the beginning of their names.
fn records(folder: &Path, name: &str) -> usize {
    let is_it = |path: &&String| path.rsplit('/').next().is_some_and(|file| file.starts_with(name));
    files(&folder.join("jobs")).iter().filter(is_it).count()
}

/// A report whose mail is refused for the moment; its clock is set while it waits.
async fn waits_no_longer(library: &str, seconds: i64) {
    let is_busy = Arc::new(AtomicBool::new(true));
    let busy = Arc::clone(&is_busy);
    let smtp = Scripted::start(false, move |verb| (verb == "RCPT" && busy.load(Ordering::SeqCst)).then(|| say("451 4.3.2 later"))).await;
    let (school, clock) = (school(), WallClock::new());
    let mut service = start(school.path(), library, &clock, &smtp);
    assert_eq!(service.webhook(&completion("ana")).await.status, 202);
    let told = |what: &str| format!("{what}, the clock {seconds} s off\n{}", service.log());
    until(|| told("a first try"), async || (records(school.path(), "outcome-1") == 1).then_some(())).await;
    clock.set(seconds);
    is_busy.store(false, Ordering::SeqCst);
    until(|| told("the mail"), async || (smtp.seen().messages > 0).then_some(())).await;
    until(|| told("the row"), async || (!processed(school.path()).is_empty()).then_some(())).await;
    // What comes at the new time is as quick.
    assert_eq!(service.webhook(&completion("ben")).await.status, 202);
    until(|| told("the next mail"), async || (records(school.path(), "end") == 2).then_some(())).await;
    assert_eq!(smtp.seen().messages, 2, "the clock {seconds} s off");
    assert!(service.terminate().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_set_by_an_hour_or_a_day_makes_no_report_wait_and_none_go_twice() {
    let Some(library) = faketime() else { return };
    futures::future::join_all([HOUR, -HOUR, DAY, -DAY].map(|seconds| waits_no_longer(&library, seconds))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clocks_of_three_instances_that_are_set_while_they_mail_double_nothing() {
    const STUDENTS: usize = 12;
    let Some(library) = faketime() else { return };
    // The server takes three seconds to say that it has a mail: as long as a lease.
    let smtp = Scripted::start(false, |verb| (verb == "end").then(|| Act::Drip(b"250 2.0.0 queued\r\n".to_vec()))).await;
    let school = school();
    let clocks = [WallClock::new(), WallClock::new(), WallClock::new()];
    let mut services: Vec<Service> = clocks.iter().map(|clock| start(school.path(), &library, clock, &smtp)).collect();
    for number in 0..STUDENTS {
        assert_eq!(services[number % 3].webhook(&completion(&format!("student{number}"))).await.status, 202);
    }
    // While mails are under way, every instance goes through every time, and no two show the same.
    let times = [DAY, -DAY, HOUR, -HOUR, 0];
    let mut turn = 0;
    let told = || format!("{} of {STUDENTS} ended, {} mails", records(school.path(), "end"), smtp.seen().messages);
    until(told, async || {
        for (number, clock) in clocks.iter().enumerate() {
            clock.set(times[(turn / 10 + number) % times.len()]);
        }
        turn += 1;
        (records(school.path(), "end") == STUDENTS).then_some(())
    })
    .await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(smtp.seen().messages, STUDENTS, "each once");
    for service in &mut services {
        assert!(service.terminate().success());
    }
    assert_eq!(smtp.seen().messages, STUDENTS, "each once");
}
