//! Every command when nobody reads its output, when the disk is full, and when the output holds what a terminal obeys.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Read as _;
use std::process::{Output, Stdio};

use clap::CommandFactory as _;
use serde_json::json;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::harness::{self, SECRET, Service, completion, repository, school};
use crate::svix;

/// Commands that write nothing to standard output.
const SILENT: &[&str] = &["serve", "render", "demo-school"];

/// Commands that need a person who answers, or a broker.
const NOT_TRIED: &[&str] = &["init", "kafka retry"];

/// A school with sent and parked jobs, an institution with an endpoint, a key, an erased student, its service, and a platform without submissions.
struct World {
    folder: tempfile::TempDir,
    service: Service,
    platform: MockServer,
    sent: Vec<String>,
    parked: Vec<String>,
    endpoint: String,
    key: String,
}

/// Jobs that one pass over all commands acts on, beside the one it looks at.
const ACTED_ON: usize = 4;

impl World {
    async fn new() -> Self {
        let folder = school();
        let service = svix::start(&folder);
        let mut sent = Vec::new();
        for number in 0..=2 * ACTED_ON {
            sent.push(service.webhook(&completion(&format!("student{number}"))).await.body["job_id"].as_str().unwrap().to_owned());
        }
        let mut parked = Vec::new();
        for student in ["ben", "cleo"] {
            let event = completion(student).replace("Test de diagnóstico Parte 1", "Un test nuevo");
            parked.push(service.webhook(&event).await.body["job_id"].as_str().unwrap().to_owned());
        }
        let platform = MockServer::start().await;
        let page = json!({ "data": [], "meta": { "page": 1, "totalItems": 0, "totalPages": 1, "itemsPerPage": 20 } });
        Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(page)).mount(&platform).await;
        let made = |path: &str, body: serde_json::Value| {
            let call = service.client().post(service.url(&format!("/api/v1{path}"))).bearer_auth(svix::ADMIN).json(&body);
            async {
                let answer = service.send(call).await;
                assert_eq!(answer.status, 201, "{}", answer.text);
                answer.body
            }
        };
        made("/institutions", json!({ "name": "Liceo 1", "uid": "liceo-1" })).await;
        let endpoint = json!({ "institution": "liceo-1", "url": "http://127.0.0.1:9/hook", "event_types": ["grade.*"] });
        let endpoint = made("/endpoints", endpoint).await["id"].as_str().unwrap().to_owned();
        let mut world = Self { folder, service, platform, sent, parked, endpoint, key: String::new() };
        let of = |line: &[&str]| line.iter().map(|part| (*part).to_owned()).collect::<Vec<_>>();
        let key = world.run(&of(&["keys", "create", "first", "--role", "sender", "--json"]), Stdio::piped());
        let key: serde_json::Value = serde_json::from_slice(&key.stdout).unwrap();
        key["id"].as_str().unwrap().clone_into(&mut world.key);
        let erased = world.run(&of(&["privacy", "erase", "--student", "nobody", "--reason", "a test"]), Stdio::piped());
        assert!(erased.status.success(), "{}", String::from_utf8_lossy(&erased.stderr));
        world
    }

    /// A command line for every command that prints, so that it has something to print; each pass acts on jobs of its own.
    fn lines(&self, pass: usize) -> Vec<Vec<String>> {
        let parked = self.parked[pass].as_str();
        let acted_on = &self.sent[1 + pass * ACTED_ON..];
        let file = |name: &str| self.folder.path().join(name).to_str().unwrap().to_owned();
        let repo = |name: &str| repository(name).to_str().unwrap().to_owned();
        let event: serde_json::Value = serde_json::from_str(&completion("ana")).unwrap();
        std::fs::write(file("event.json"), event.to_string()).unwrap();
        std::fs::write(file("submission.json"), event["submission"].to_string()).unwrap();
        let bank = repo("test_data/questions/Test de diagnóstico Parte 1.csv");
        let template = repo("templates/plantilla_test_diagnostico.docx");
        let (mails, looks, zip) = (file("mails"), file("looks"), file(&format!("export{pass}.zip")));
        std::fs::create_dir_all(&looks).unwrap();
        let (event, submission, pdf, demo) = (file("event.json"), file("submission.json"), file("out.pdf"), file("demo"));
        let (key, url, token) = (repo("test_data/questions/export/answer_key.xlsx"), self.service.url("/webhook"), format!("v1={SECRET}"));
        let lines: Vec<Vec<&str>> = vec![
            vec!["--help"],
            vec!["--version"],
            vec!["jobs", "list", "--help"],
            vec!["demo", "--data-dir", &demo],
            vec!["convert", "--quiet", "--repeat", "1", &template, &pdf],
            vec!["template", "check", &template],
            vec!["template", "init", "--list"],
            vec!["template", "preview", &template, "--no-open", "--port", "0"],
            vec!["analyse", "--bank", &bank, "--submission", &submission],
            vec!["analyse", "--bank", &bank, "--submission", &submission, "--explain"],
            vec!["bank", "check", &bank],
            vec!["bank", "check", &bank, "--json"],
            vec!["bank", "import", &key],
            vec!["webhook", "send", &event, "--url", &url, "--secret", SECRET],
            vec!["webhook", "sign", &event, "--secret", SECRET],
            vec!["webhook", "verify", &event, "--secret", SECRET, "--signature", &token],
            vec!["webhook", "try", "--to", "me@example.com", "--url", &url],
            vec!["storage", "check"],
            vec!["email", "test", "--to", "me@example.com"],
            vec!["jobs", "list"],
            vec!["jobs", "list", "--json"],
            vec!["jobs", "list", "--csv", "--last", "1"],
            vec!["report"],
            vec!["report", "--csv"],
            vec!["jobs", "show", &self.sent[0]],
            vec!["jobs", "show", &self.sent[0], "--json"],
            vec!["jobs", "release", parked],
            vec!["jobs", "retry", &acted_on[0]],
            vec!["jobs", "send", &acted_on[1]],
            vec!["jobs", "render", &acted_on[2]],
            vec!["jobs", "mark", &acted_on[3]],
            vec!["jobs", "discard", parked],
            vec!["jobs", "repair"],
            vec!["template", "mail", "init", &mails, "--force"],
            vec!["template", "mail", "check", &mails],
            vec!["template", "mail", "preview", &mails, "--out", &looks, "--force"],
            vec!["backfill", "--assessment", "a1", "--dry-run"],
            vec!["export", "processed"],
            vec!["projections", "rebuild"],
            vec!["doctor"],
            vec!["doctor", "--json"],
            vec!["completions", "bash"],
            vec!["connect", "canvas"],
            vec!["connect", "lti"],
            vec!["connect", "moodle"],
            vec!["lookup", "rebuild"],
            vec!["lookup", "status"],
            vec!["privacy", "register"],
            vec!["privacy", "holdings", "--student", "student0"],
            vec!["privacy", "export", "--student", "student0", "--out", &zip],
            vec!["privacy", "erase", "--student", "student0", "--dry-run"],
            vec!["privacy", "erase", "--student", "nobody", "--reason", "a test"],
            vec!["privacy", "receipts"],
            vec!["privacy", "replay"],
            vec!["privacy", "resume"],
            vec!["privacy", "block", "--student", "somebody", "--reason", "a test"],
            vec!["privacy", "object", "--student", "somebody", "--reason", "a test"],
            vec!["privacy", "wishes"],
            vec!["privacy", "lift", "--student", "somebody"],
            vec!["privacy", "retain"],
            vec!["console", "link"],
            vec!["lookup", "drop"],
            vec!["keys", "create", "another", "--role", "sender"],
            vec!["keys", "list"],
            vec!["keys", "revoke", &self.key],
            vec!["events", "send", "grade.submitted", "{}", "--institution", "liceo-1"],
            vec!["events", "list", "--institution", "liceo-1"],
            vec!["kafka", "status", "--json"],
            vec!["kafka", "rejected", "--json"],
            vec!["endpoints", "list", "--institution", "liceo-1"],
            vec!["endpoints", "test", &self.endpoint, "--institution", "liceo-1"],
            vec!["endpoints", "replay", &self.endpoint, "--institution", "liceo-1"],
        ];
        lines.into_iter().map(|line| line.into_iter().map(str::to_owned).collect()).collect()
    }

    fn run(&self, line: &[String], stdout: Stdio) -> Output {
        let arguments: Vec<&str> = line.iter().map(String::as_str).collect();
        let (uri, address) = (self.platform.uri(), self.service.url(""));
        // `webhook try` refuses to begin without a mail server; it prints before it needs one.
        let mail = if arguments.contains(&"try") { ("SMTP_SERVER", "127.0.0.1") } else { ("MAIL_TRANSPORT", "file") };
        let settings: BTreeMap<String, String> = [
            ("DATA_DIR", self.folder.path().to_str().unwrap()),
            ("WEBHOOK_SECRET", SECRET),
            ("EMAIL_USER", "informes@colegio.example"),
            ("SCHOOL_DOMAIN", &uri),
            ("CLIENT_ID", "c"),
            ("ACCESS_TOKEN", "t"),
            ("GRADEPOST_URL", &address),
            ("GRADEPOST_KEY", svix::ADMIN),
            ("WEBHOOK_ENCRYPTION_KEY", svix::MASTER),
            ("ADMIN_TOKEN", svix::ADMIN),
            mail,
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        harness::gradepost(&arguments, &settings).stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()).output().unwrap()
    }
}

/// Every command there is, without groups.
fn commands() -> BTreeSet<String> {
    fn leaves(command: &clap::Command, path: &str, found: &mut BTreeSet<String>) {
        let groups: Vec<_> = command.get_subcommands().collect();
        if groups.is_empty() {
            found.insert(path.to_owned());
        }
        for below in groups {
            leaves(below, format!("{path} {}", below.get_name()).trim(), found);
        }
    }
    let mut found = BTreeSet::new();
    leaves(&gradepost::commands::Cli::command(), "", &mut found);
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_command_ends_quietly_when_nobody_reads_and_in_one_line_when_the_disk_is_full() {
    let mut world = World::new().await;
    let lines = world.lines(0);
    let tried: Vec<String> = lines.iter().map(|line| line.join(" ")).collect();
    let missing: Vec<_> = commands()
        .into_iter()
        .filter(|name| {
            !SILENT.contains(&name.as_str()) && !NOT_TRIED.contains(&name.as_str()) && !tried.iter().any(|line| line.starts_with(name))
        })
        .collect();
    assert!(missing.is_empty(), "these commands are not in the table: {missing:?}");
    let mut faults = Vec::new();
    // What acts on jobs comes last and without the service, which would act on them, too.
    let acts = |line: &Vec<String>| line[0] == "jobs";
    let again = world.lines(1);
    let (mut closed, mut full) = (Vec::new(), Vec::new());
    for acting in [false, true] {
        if acting {
            world.service.kill();
        }
        for line in lines.iter().filter(|line| acts(line) == acting) {
            let (reader, writer) = std::io::pipe().unwrap();
            drop(reader);
            closed.push((line, world.run(line, writer.into())));
        }
        for line in again.iter().filter(|line| acts(line) == acting) {
            full.push((line, world.run(line, OpenOptions::new().write(true).open("/dev/full").unwrap().into())));
        }
    }
    for (line, closed) in closed {
        let words = String::from_utf8_lossy(&closed.stderr).into_owned();
        if closed.status.code() != Some(141) || words.contains("panicked") || words.contains("error") {
            faults.push(format!("closed pipe: {}: {:?} {words}", line.join(" "), closed.status.code()));
        }
    }
    for (line, full) in full {
        let words = String::from_utf8_lossy(&full.stderr).into_owned();
        let errors = words.lines().filter(|line| line.starts_with("error: ")).count();
        if full.status.code() != Some(1) || !words.contains("No space left") || words.contains("panicked") || errors != 1 {
            faults.push(format!("full disk: {}: {:?} {words}", line.join(" "), full.status.code()));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_file_that_cannot_be_written_whole_is_told_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let template = repository("templates/plantilla_test_diagnostico.docx");
    let data = repository("test_data/reports/short/data.json");
    let [template, data] = [&template, &data].map(|path| path.to_str().unwrap());
    for line in
        [&["render", "--template", template, "--data", data, "--out", "/dev/full"][..], &["convert", "--quiet", template, "/dev/full"]]
    {
        let output = harness::run(line);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{line:?}: {words}");
        assert!(words.lines().count() == 1 && words.contains("/dev/full") && words.contains("No space left"), "{line:?}: {words}");
    }
    assert!(harness::files(folder.path()).is_empty());
}

#[test]
fn what_cannot_be_said_on_standard_error_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pdf");
    let bank = repository("test_data/questions/export/answer_key.xlsx");
    let full = || Stdio::from(OpenOptions::new().write(true).open("/dev/full").unwrap());
    let noted = harness::gradepost(&["bank", "import", bank.to_str().unwrap()], &BTreeMap::new()).stderr(full()).output().unwrap();
    assert!(noted.status.success() && !noted.stdout.is_empty());
    let failed = harness::gradepost(&["convert", "nowhere.docx", out.to_str().unwrap()], &BTreeMap::new()).stderr(full()).status().unwrap();
    assert_eq!(failed.code(), Some(1));
}

#[tokio::test]
async fn the_service_serves_on_when_its_log_cannot_be_written() {
    let folder = school();
    // The port cannot be read from the log here, so a free one is chosen beforehand.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let settings: BTreeMap<String, String> = [
        ("PORT", port.to_string()),
        ("DATA_DIR", folder.path().to_str().unwrap().to_owned()),
        ("WEBHOOK_SECRET", SECRET.to_owned()),
        ("WEBHOOK_WAIT_SECONDS", "25".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut service = harness::gradepost(&["serve"], &settings).stderr(full).spawn().unwrap();
    let client = reqwest::Client::builder().build().unwrap();
    let post = || {
        client
            .post(format!("http://127.0.0.1:{port}/webhook"))
            .header("Content-Type", "application/json")
            .header("Learnworlds-Webhook-Signature", format!("v1={SECRET}"))
    };
    let mut answer = None;
    let deadline = std::time::Instant::now() + std::time::Duration::from_mins(1);
    while answer.is_none() && std::time::Instant::now() < deadline {
        answer = post().body(completion("ana")).send().await.ok();
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let status = answer.map(|answer| answer.status().as_u16());
    let _ = service.kill();
    let _ = service.wait();
    assert_eq!(status, Some(200), "the report was made and mailed");
    assert_eq!(harness::mails(folder.path()).len(), 1);
}

#[test]
fn a_reader_that_leaves_in_the_middle_gets_what_it_read() {
    let mut child =
        harness::gradepost(&["completions", "bash"], &BTreeMap::new()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 16];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(first.starts_with(b"_gradepost()") && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
