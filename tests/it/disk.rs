//! A disk that is full or failing, by making the real binary's system calls fail.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, completion, files, gradepost, mails, processed, school, until};
use crate::ledger::Process;
use crate::scripted_smtp::{Act, Scripted};

/// Starts the service with a system call failing, as `strace -e inject=…` says it; `None` where strace cannot run.
fn start_failing(folder: &Path, inject: &str) -> Option<Process> {
    start_traced(folder, &["-o", "/dev/null", "-e", &format!("inject={inject}")])
}

/// Starts the service under strace; `None` where that cannot run.
fn start_traced(folder: &Path, options: &[&str]) -> Option<Process> {
    let traced = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    peer(
        "strace",
        traced.map_err(|error| error.to_string()).and_then(|status| status.success().then_some(()).ok_or_else(|| status.to_string())),
    )?;
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
    command.args(["-f", "-D", "-qq", "-e", "signal=none"]).args(options);
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

    let fixed = Service::start(school.path(), &[]);
    let again = fixed.webhook(&completion("ana")).await;
    assert_eq!((again.status, again.body["status"].as_str()), (200, Some("processed")), "{}\n{}", again.text, fixed.log());
    assert_eq!(mails(school.path()).len(), 1);
    // The running service keeps one empty file there, of which empty objects are names.
    let staging = school.path().join(".tmp");
    let left: Vec<_> = files(&staging).into_iter().filter(|name| std::fs::metadata(staging.join(name)).unwrap().len() > 0).collect();
    assert_eq!(left, Vec::<String>::new(), "what the failed writes left is cleaned away");
}

#[tokio::test]
async fn a_full_disk_refuses_events_until_there_is_space() {
    refused_then_accepted("linkat:error=ENOSPC").await;
}

#[tokio::test]
async fn a_disk_that_became_read_only_refuses_events_until_it_is_mended() {
    refused_then_accepted("linkat:error=EROFS").await;
}

#[tokio::test]
async fn a_disk_that_cannot_sync_promises_nothing() {
    refused_then_accepted("fsync:error=EIO").await;
}

/// The system calls of a trace, in the order in which they ended: thread, name and the rest of the line.
fn calls(trace: &str) -> Vec<(&str, String, String)> {
    let mut begun: BTreeMap<&str, String> = BTreeMap::new();
    let mut ended = Vec::new();
    for line in trace.lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let whole = match (call.trim().strip_suffix("<unfinished ...>"), call.split_once("resumed>")) {
            (Some(begin), _) => {
                begun.insert(thread, begin.to_owned());
                continue;
            }
            (None, Some((_, rest))) => begun.remove(thread).unwrap_or_default() + rest,
            (None, None) => call.to_owned(),
        };
        if let Some((name, rest)) = whole.trim().split_once('(').filter(|_| whole.trim().ends_with("= 0")) {
            ended.push((thread, name.to_owned(), rest.to_owned()));
        }
    }
    ended
}

#[tokio::test]
async fn every_object_is_synced_before_it_is_named_and_its_folder_after_it_but_for_the_content_of_leases() {
    let (school, traces) = (school(), tempfile::tempdir().unwrap());
    let file = traces.path().join("calls");
    let Some(mut service) = start_traced(school.path(), &["-y", "-o", file.to_str().unwrap(), "-e", "trace=fsync,linkat,rename"]) else {
        return;
    };
    assert_eq!(service.webhook(&completion("ana")).await.status().as_u16(), 200);
    service.terminate();
    let read = || std::fs::read_to_string(&file).unwrap();
    until(read, async || read().contains("/processed.csv\"").then_some(())).await;
    let trace = read();
    let calls = calls(&trace);
    let of_fsync = |rest: &str| rest.split_once('<').and_then(|(_, path)| path.split_once('>')).map(|(path, _)| path.to_owned());
    let (mut synced, mut named, mut unsynced) = (Vec::new(), Vec::new(), Vec::new());
    for (at, (thread, name, rest)) in calls.iter().enumerate() {
        if name == "fsync" {
            synced.extend(of_fsync(rest));
            continue;
        }
        let mut quoted = rest.split('"').skip(1).step_by(2).map(str::to_owned);
        let (from, to) = (quoted.next().unwrap(), quoted.next().unwrap());
        let (folder, object) = to.rsplit_once('/').unwrap();
        let next = calls[at + 1..].iter().find(|(of, ..)| of == thread).unwrap_or_else(|| panic!("nothing follows {to}"));
        assert_eq!((next.1.as_str(), of_fsync(&next.2).as_deref()), ("fsync", Some(folder)), "what follows {to}");
        if !synced.contains(&from) {
            unsynced.push(object.to_owned());
        }
        named.push(to);
    }
    assert_eq!(unsynced, ["lease-1.json"]);
    for record in ["/event.json", "/lease-1.json", "/prepared.json", "/end.json", "/processed.csv"] {
        assert!(named.iter().any(|path| path.ends_with(record)), "{record}: {named:?}");
    }
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

#[tokio::test]
async fn a_full_disk_is_one_line_and_space_again_is_another() {
    let school = school();
    // The acceptance's tries meet a full disk, the first three on each thread that writes; then there is space.
    let Some(mut failing) = start_failing(school.path(), "linkat:error=ENOSPC:when=1..3") else { return };
    let mut refused = 0;
    while refused < 300 && failing.webhook(&completion("ana")).await.status().as_u16() == 503 {
        refused += 1;
    }
    assert!((1..300).contains(&refused), "{refused}");
    until(|| failing.log(), async || (!mails(school.path()).is_empty()).then_some(())).await;
    failing.kill();
    let log = failing.log();
    let lines = |words: &str| log.lines().filter(|line| line.contains(words)).count();
    // A thread that has had its three failures writes again, and five writes in a row are space again: so now and then, never for each refusal.
    let (full, again) = (lines("is full: events are answered 503"), lines("has space again"));
    assert!((1..=1 + refused / 5).contains(&full) && (1..=full).contains(&again), "{full} and {again} of {refused}: {log}");
    assert_eq!(mails(school.path()).len(), 1);
}

/// A receipt that the mail server gave, and a disk that takes nothing just then: it is kept, the lease is held, and nobody mails that report again.
async fn heard_but_not_written(error: &str) {
    const STUDENTS: usize = 3;
    // The server takes its time to say that it has a mail, so that the disk can be taken away meanwhile.
    let smtp = Scripted::start(false, |verb| (verb == "end").then(|| Act::Drip(b"250 2.0.0 queued\r\n".to_vec()))).await;
    let school = school();
    let port = smtp.port().to_string();
    let settings = [("MAIL_TRANSPORT", "smtp"), ("SMTP_SERVER", "127.0.0.1"), ("SMTP_PORT", &port), ("SMTP_TLS", "none")];
    let quick = [("WEBHOOK_WAIT_SECONDS", "0"), ("LEASE_SECONDS", "3"), ("SWEEP_SECONDS", "1")];
    // Another instance beside it would mail what is not held.
    let mut services = [0, 1].map(|_| Service::start(school.path(), &[&settings[..], &quick].concat()));
    for number in 0..STUDENTS {
        assert_eq!(services[0].webhook(&completion(&format!("student{number}"))).await.status, 202);
    }
    let under_way = || files(&school.path().join("jobs")).iter().filter(|name| name.ends_with("/prepared.json")).count();
    until(|| format!("mails under way\n{}", services[0].log()), async || (under_way() == STUDENTS).then_some(())).await;
    let pid = services[0].pid().to_string();
    let inject = format!("inject=linkat:error={error}");
    let mut strace =
        Command::new("strace").args(["-f", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e", &inject, "-p", &pid]).spawn().unwrap();
    let heard = || smtp.seen().messages;
    until(|| format!("{} of {STUDENTS} mails", heard()), async || (heard() >= STUDENTS).then_some(())).await;
    // Two terms of a lease and more.
    tokio::time::sleep(Duration::from_secs(8)).await;
    assert!(Command::new("kill").args(["-TERM", &strace.id().to_string()]).status().unwrap().success());
    strace.wait().unwrap();
    let told = || format!("{} rows\n{}\n{}", processed(school.path()).len(), services[0].log(), services[1].log());
    until(told, async || (processed(school.path()).len() == STUDENTS).then_some(())).await;
    assert_eq!(heard(), STUDENTS, "{error}: each once\n{}", services[0].log());
    for service in &mut services {
        assert!(service.terminate().success());
    }
    assert_eq!(heard(), STUDENTS, "{error}: each once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_that_the_disk_does_not_take_is_kept_and_nobody_is_mailed_twice() {
    let traced = Command::new("strace").args(["-qq", "-o", "/dev/null", "true"]).status();
    let traces =
        traced.map_err(|error| error.to_string()).and_then(|status| status.success().then_some(()).ok_or_else(|| status.to_string()));
    let Some(()) = peer("strace", traces) else { return };
    futures::future::join_all(["ENOSPC", "EIO", "EDQUOT", "EROFS"].map(heard_but_not_written)).await;
}
