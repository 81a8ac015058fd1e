//! Every kind of object that a service keeps, damaged in every way: no other report waits for it, nobody is mailed twice, and every command says something.
//!
//! The kinds are found in a folder in which jobs ended in every way, so a new kind of object is in the table by itself.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use crate::harness::{Service, completion, files, gradepost, mails, school, until};

/// What may happen to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    /// It ends in the middle, as after a power cut on a disk that lied.
    Cut,
    Empty,
    /// Sound JSON of another shape.
    Null,
    /// Bytes that are no text.
    Noise,
    Gone,
    /// It cannot be read: there is a folder in its place (root may read any file).
    Unreadable,
}

const DAMAGES: [Damage; 6] = [Damage::Cut, Damage::Empty, Damage::Null, Damage::Noise, Damage::Gone, Damage::Unreadable];

impl Damage {
    fn hurt(self, file: &Path) {
        let bytes = std::fs::read(file).unwrap();
        let damaged = match self {
            Self::Cut => &bytes[..bytes.len() / 2],
            Self::Empty => b"",
            Self::Null => b"null",
            Self::Noise => b"\xff\xfe\x00{\x80\x81",
            Self::Gone | Self::Unreadable => {
                std::fs::remove_file(file).unwrap();
                if self == Self::Unreadable {
                    std::fs::create_dir(file).unwrap();
                }
                return;
            }
        };
        std::fs::write(file, damaged).unwrap();
    }
}

/// The kind of an object: its path with everything that counts or identifies left out.
fn kind(path: &str) -> String {
    let is_id = |part: &str| part.len() >= 8 && part.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
    let mut kind: Vec<String> =
        folders.split('/').enumerate().map(|(depth, part)| if depth == 0 { part.to_owned() } else { "*".to_owned() }).collect();
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, ""));
    let stem: String = if is_id(stem) || stem.len() > 24 { "*".to_owned() } else { stem.chars().filter(|c| !c.is_ascii_digit()).collect() };
    kind.push(format!("{stem}.{extension}"));
    kind.join("/")
}

/// A service's settings for the scenes: one place to look often, so that nothing waits for a sweep.
const QUICK: &[(&str, &str)] =
    &[("SWEEP_SECONDS", "1"), ("LEASE_SECONDS", "3"), ("ADMIN_EMAIL", "admin@colegio.example"), ("RETAKE_POLICY", "best")];

/// Students whose jobs stand at each place of a job's life, one for each damage.
fn students(place: &str) -> Vec<String> {
    (0..DAMAGES.len()).map(|number| format!("{place}{number}")).collect()
}

fn without_bank(student: &str) -> String {
    completion(student).replace("Test de diagnóstico Parte 1", "Un test nuevo")
}

/// A folder whose jobs are done, parked, or wait for a mail server that is not there; and one that was accepted right before a crash.
async fn scene() -> tempfile::TempDir {
    let school = school();
    let mut service = Service::start(school.path(), QUICK);
    for student in students("done") {
        assert_eq!(service.webhook(&completion(&student)).await.body["status"], "processed", "{}", service.log());
    }
    for student in students("parked") {
        assert_eq!(service.webhook(&without_bank(&student)).await.body["status"], "parked", "{}", service.log());
    }
    let told = || format!("the rows of {} reports\n{}", DAMAGES.len(), service.log());
    until(told, async || (crate::harness::processed(school.path()).len() == DAMAGES.len()).then_some(())).await;
    assert!(service.terminate().success());
    // Port 9 is nobody's.
    let away =
        [QUICK, &[("MAIL_TRANSPORT", "smtp"), ("SMTP_SERVER", "127.0.0.1"), ("SMTP_PORT", "9"), ("WEBHOOK_WAIT_SECONDS", "0")]].concat();
    let mut service = Service::start(school.path(), &away);
    service.leaves_jobs_open("the scene is of jobs at every place of their life");
    for student in students("open") {
        assert_eq!(service.webhook(&completion(&student)).await.status, 202);
    }
    let tried = || files(&school.path().join("jobs")).iter().filter(|name| name.contains("/outcome-1")).count();
    until(|| format!("{} attempts\n{}", tried(), service.log()), async || (tried() >= DAMAGES.len()).then_some(())).await;
    assert!(service.terminate().success());
    let dying = Service::start(school.path(), &[("GRADEPOST_FAILPOINT", "lease.before")]);
    dying.leaves_jobs_open("it dies right after it accepted one");
    let call = dying.client().post(dying.url("/webhook")).header("Content-Type", "application/json");
    let call = call.header("Learnworlds-Webhook-Signature", format!("v1={}", crate::harness::SECRET)).body(completion("accepted"));
    assert!(call.send().await.is_err(), "it dies before it answers");
    school
}

fn copy(folder: &Path) -> tempfile::TempDir {
    let place = tempfile::tempdir().unwrap();
    let from = format!("{}/.", folder.display());
    assert!(Command::new("cp").args(["-a", &from, place.path().to_str().unwrap()]).status().unwrap().success());
    place
}

fn mails_to(folder: &Path, student: &str) -> usize {
    let address = format!("{student}@example.com");
    mails(folder).iter().filter(|mail| mail.lines().any(|line| line.starts_with("To:") && line.contains(&address))).count()
}

/// Everything that reads what is kept.
const READERS: &[&[&str]] = &[
    &["jobs", "list"],
    &["jobs", "list", "--lane", "all", "--json"],
    &["report"],
    &["jobs", "repair"],
    &["export", "processed"],
    &["projections", "rebuild"],
    &["lookup", "rebuild"],
    &["storage", "check"],
    &["doctor"],
];

/// Starts a service on a damaged folder, and says what is not as it must be.
async fn faults(folder: &Path, what: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut expect = |holds: bool, words: String| {
        if !holds {
            faults.push(format!("{what}: {words}"));
        }
    };
    let mut service = Service::start(folder, QUICK);
    service.leaves_jobs_open("what is damaged cannot end");
    let answer = service.webhook(&completion("new")).await;
    expect(answer.body["status"] == "processed", format!("a new completion is answered {}", answer.text));
    // Of the two that were accepted and not begun, the damage may have been this one's own.
    let ready = service.get("/ready").await.status;
    expect(ready == 200, format!("/ready answers {ready}"));
    let settings: BTreeMap<String, String> = [
        ("DATA_DIR", folder.to_str().unwrap()),
        ("WEBHOOK_SECRET", crate::harness::SECRET),
        ("EMAIL_USER", "a@b.cl"),
        ("MAIL_TRANSPORT", "file"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    for line in READERS {
        let output = gradepost(line, &settings).output().unwrap();
        let (out, words) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        let ended = output.status.code();
        // A list for people that is damaged is theirs to fix, and so is a folder in an object's place; then it is named with what to do.
        let is_told = words.contains("correct it (UTF-8) or remove it") || words.contains("a file and a folder want the same name");
        let may_fail = line[0] == "doctor" || (is_told && ["export", "projections"].contains(&line[0]));
        expect(ended == Some(0) || (may_fail && ended == Some(1)), format!("{line:?} ends with {ended:?}: {words}"));
        expect(!words.contains("panicked"), format!("{line:?}: {words}"));
        if *line == ["jobs", "list"] {
            expect(out.contains("Student new"), format!("the new report is not listed:\n{out}"));
        }
    }
    let log = service.log();
    expect(!log.contains("panicked"), log.lines().filter(|line| line.contains("panicked")).collect());
    expect(service.terminate().success(), "it does not end in good order".to_owned());
    for student in students("done").iter().map(String::as_str).chain(["new", "accepted"]) {
        let count = mails_to(folder, student);
        expect(count <= 1, format!("{student} has {count} mails"));
    }
    faults
}

/// The places where a file of each kind lies, all of them.
fn kinds(folder: &Path) -> BTreeMap<String, Vec<String>> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    // Locks, signs of life and what is being written belong to running processes; mails and PDFs are read by nobody; what a school edits is `reload`'s.
    let theirs = [".", "outbox/", "questions/", "templates/", "last_good/"];
    let is_ours = |path: &String| !theirs.iter().any(|place| path.starts_with(place)) && !path.contains(".pdf");
    for path in files(folder).into_iter().filter(is_ours) {
        kinds.entry(kind(&path)).or_default().push(path);
    }
    kinds
}

/// Damages the files of kinds, each file of a kind in another way, beginning with one.
async fn round(scene: &Path, kinds: &BTreeMap<String, Vec<String>>, first: usize) -> Vec<String> {
    let folder = copy(scene);
    for paths in kinds.values() {
        for (number, path) in paths.iter().enumerate() {
            DAMAGES[(first + number) % DAMAGES.len()].hurt(&folder.path().join(path));
        }
    }
    let names: Vec<&str> = kinds.keys().map(String::as_str).collect();
    faults(folder.path(), &format!("{} from {:?}", names.join(", "), DAMAGES[first])).await
}

/// Each kind by itself, to find out which one it was.
async fn each_alone(scene: &Path, kinds: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    let mut found = Vec::new();
    for (kind, paths) in kinds {
        for first in 0..if paths.len() < DAMAGES.len() { DAMAGES.len() } else { 1 } {
            found.extend(round(scene, &BTreeMap::from([(kind.clone(), paths.clone())]), first).await);
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_damaged_or_gone_no_other_report_waits_and_nobody_is_mailed_twice() {
    let scene = scene().await;
    let kinds = kinds(scene.path());
    for known in ["jobs/*/event.json", "jobs/*/end.json", "jobs/*/outcome-.json", "jobs/*/prepared.json"] {
        assert!(kinds.contains_key(known), "no {known} among {:?}", kinds.keys());
    }
    println!("{} kinds: {:?}", kinds.len(), kinds.keys());
    // All at once, six times, so that every file has had every damage.
    let mut found = Vec::new();
    for first in 0..DAMAGES.len() {
        found.extend(round(scene.path(), &kinds, first).await);
    }
    if !found.is_empty() {
        found.extend(each_alone(scene.path(), &kinds).await);
    }
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}

/// Takes minutes; for who changes what is kept.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the same, kind by kind"]
async fn each_kind_that_is_damaged_alone() {
    let scene = scene().await;
    let found = each_alone(scene.path(), &kinds(scene.path())).await;
    assert!(found.is_empty(), "{}", found.join("\n\n"));
}
