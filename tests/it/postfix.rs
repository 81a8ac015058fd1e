//! The reports of a whole course, taken by a real mail system: Debian's Postfix, with TLS required.
//!
//! `GRADEPOST_PROVE_REPORTS` (default 40) makes it longer.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, completion, files, processed, repository, school};
use crate::smtp_server::certificates;

/// A Postfix of our own; stopped when dropped.
struct Postfix {
    folder: tempfile::TempDir,
    port: String,
}

impl Postfix {
    /// `None` with a word why where it cannot run.
    fn start() -> Option<Self> {
        // It changes to users of its own and serves from folders of its own, which only root may set up.
        let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout == b"0\n");
        let can_start = is_root && Path::new("/usr/sbin/postfix").exists();
        peer("postfix", can_start.then_some(()).ok_or_else(|| "it needs to be installed, and root to start it".to_owned()))?;
        let folder = tempfile::tempdir().unwrap();
        let (ca, cert, key) = certificates().unwrap();
        for (name, text) in [("ca.pem", &ca), ("cert.pem", &cert), ("key.pem", &key)] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let postfix = Self { folder, port };
        let started = Self::script(&["start", postfix.folder(), &postfix.port]);
        assert!(started, "postfix does not start");
        Some(postfix)
    }

    fn script(arguments: &[&str]) -> bool {
        let output = Command::new("bash").arg(repository("tests/parts/postfix.sh")).args(arguments).output().unwrap();
        if !output.status.success() {
            eprintln!("{}", String::from_utf8_lossy(&output.stderr));
        }
        output.status.success()
    }

    fn folder(&self) -> &str {
        self.folder.path().to_str().unwrap()
    }

    /// The recipients of the mails that were delivered, and how many mails that is.
    fn delivered(&self) -> (BTreeSet<String>, usize) {
        let inbox = self.folder.path().join("mail/all/new");
        let names = files(&inbox);
        let recipient = |name: &String| {
            let mail = std::fs::read(inbox.join(name)).unwrap_or_default();
            let text = String::from_utf8_lossy(&mail);
            text.lines()
                .find_map(|line| line.strip_prefix("X-Original-To: ").or_else(|| line.strip_prefix("Delivered-To: ")))
                .unwrap_or_default()
                .to_owned()
        };
        (names.iter().map(recipient).collect(), names.len())
    }
}

impl Drop for Postfix {
    fn drop(&mut self) {
        Self::script(&["stop", self.folder()]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postfix_takes_every_report_once() {
    let Some(postfix) = Postfix::start() else { return };
    let count: usize = std::env::var("GRADEPOST_PROVE_REPORTS").ok().and_then(|text| text.parse().ok()).unwrap_or(40);
    let school = school();
    let ca = format!("{}/ca.pem", postfix.folder());
    let settings = [
        ("MAIL_TRANSPORT", "smtp"),
        ("SMTP_SERVER", "localhost"),
        ("SMTP_PORT", postfix.port.as_str()),
        ("SMTP_CA_FILE", ca.as_str()),
        ("EMAIL_FROM", "informes@colegio.example"),
        ("EMAIL_USER", ""),
        ("WEBHOOK_WAIT_SECONDS", "0"),
        ("RATE_LIMIT_PER_MINUTE", "0"),
    ];
    let mut service = Service::start(school.path(), &settings);
    let begin = Instant::now();
    for n in 0..count {
        let answer = service.webhook(&completion(&format!("student{n}"))).await;
        assert!(answer.status < 300, "{}", answer.text);
    }
    let deadline = Instant::now() + Duration::from_mins(10);
    while (postfix.delivered().1 < count || !files(&school.path().join("due")).is_empty()) && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    let took = begin.elapsed();
    assert!(service.terminate().success());
    let (recipients, mails) = postfix.delivered();
    println!(
        "\npostfix took {mails} mails for {} students in {:.1} s; {} rows",
        recipients.len(),
        took.as_secs_f64(),
        processed(school.path()).len()
    );
    assert_eq!((mails, recipients.len(), processed(school.path()).len()), (count, count, count), "{}", service.log());
}
