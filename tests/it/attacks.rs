//! Attacks that once got through, each against the real binary.
//!
//! Those on connections, bodies and memory are in `door`, those of mail servers in `mail_hostile`, of clocks in `clocks`, of damaged records in `records`, of a full disk in `disk`.

#![expect(clippy::case_sensitive_file_extension_comparisons, reason = "the names are ours")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use wiremock::matchers::{method, path_regex};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

use crate::gcs_emulator::fresh_bucket;
use crate::gcs_emulator::peer::peer;
use crate::harness::{Service, completion, files, mails, repository, run, school, until};
use crate::scripted_smtp::{Act, Scripted};

/// Longer than any of these takes on a busy machine; what is quadratic or never ends takes longer.
const BOUND: Duration = Duration::from_mins(1);

pub(crate) const NAMESPACES: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;

/// A zip of these parts.
pub(crate) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Relationships of a part: their kinds, targets and further attributes.
pub(crate) fn relationships(all: &[(&str, &str, &str)]) -> String {
    let kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let one = |(number, (kind, target, more)): (usize, &(&str, &str, &str))| {
        format!(r#"<Relationship Id="rId{}" Type="{kinds}/{kind}" Target="{target}" {more}/>"#, number + 1)
    };
    let list: String = all.iter().enumerate().map(one).collect();
    format!(r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{list}</Relationships>"#)
}

/// A Word document with this body and these links.
fn docx(body: &str, links: &[&str]) -> Vec<u8> {
    let links: Vec<(&str, &str, &str)> = links.iter().map(|target| ("hyperlink", *target, r#"TargetMode="External""#)).collect();
    package(&[
        ("[Content_Types].xml", "<Types/>"),
        ("_rels/.rels", &relationships(&[("officeDocument", "word/document.xml", "")])),
        ("word/document.xml", &format!("<w:document {NAMESPACES}><w:body>{body}</w:body></w:document>")),
        ("word/_rels/document.xml.rels", &relationships(&links)),
    ])
}

pub(crate) fn paragraph(text: &str) -> String {
    format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
}

/// Renders a template with data to a PDF, and tells how that ended and what was said.
fn render(folder: &Path, template: &Path, data: &Value) -> (Option<i32>, String) {
    let (file, out) = (folder.join("data.json"), folder.join("out.pdf"));
    std::fs::write(&file, data.to_string()).unwrap();
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let begun = Instant::now();
    let output = run(&["render", "--template", &path(template), "--data", &path(&file), "--out", &path(&out), "--no-append", "--force"]);
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stopped_with_every_lock_in_hand_holds_up_neither_health_nor_the_end_and_costs_no_report() {
    let school = school();
    let mut service = Service::start(school.path(), &[("WEBHOOK_WAIT_SECONDS", "1")]);
    assert_eq!(service.webhook(&completion("before")).await.status, 200, "{}", service.log());
    // A process that was stopped keeps what it locked: every lock that the store has.
    let folder = school.path().join(".locks");
    let held: Vec<std::fs::File> = (0..64)
        .map(|number| {
            let file = std::fs::OpenOptions::new().create(true).truncate(false).write(true).open(folder.join(number.to_string())).unwrap();
            file.lock().unwrap();
            file
        })
        .collect();
    let answer = service.webhook(&completion("meanwhile")).await;
    assert!([202, 503].contains(&answer.status), "accepted or refused, never left without an answer: {}", answer.text);
    assert_eq!(service.get("/health").await.status, 200);
    let begun = Instant::now();
    service.terminate();
    assert!(begun.elapsed() < BOUND, "it ended after {:?}", begun.elapsed());
    drop(held);

    let after = Service::start(school.path(), &[]);
    assert_eq!(after.webhook(&completion("meanwhile")).await.status, 200, "{}", after.log());
    until(|| after.log(), async || (mails(school.path()).len() == 2).then_some(())).await;
}

#[tokio::test]
async fn nothing_that_is_kept_of_anybody_can_be_read_by_other_users() {
    let school = school();
    let service = Service::start(school.path(), &[]);
    assert_eq!(service.webhook(&completion("ana")).await.body["status"], "processed", "{}", service.log());
    let ours: Vec<String> = files(school.path()).into_iter().filter(|name| !name.starts_with("questions/")).collect();
    assert!(ours.iter().any(|name| name.ends_with(".pdf")) && ours.iter().any(|name| name.starts_with("jobs/")), "{ours:?}");
    let is_open =
        |name: &&String| std::fs::metadata(school.path().join(name.as_str())).is_ok_and(|about| about.permissions().mode() & 0o077 != 0);
    let folders: Vec<String> = ours.iter().filter_map(|name| Some(name.rsplit_once('/')?.0.to_owned())).collect();
    let open: Vec<&String> = ours.iter().chain(&folders).filter(is_open).collect();
    assert_eq!(open, Vec::<&String>::new());
}

/// A platform whose answer about any user is the record of somebody else.
async fn platform_of_mixed_up_users(unit: &str) -> MockServer {
    let server = MockServer::start().await;
    let answers = serde_json::from_str::<Value>(&completion("ana")).unwrap()["submission"]["answers"].clone();
    let responses = move |request: &Request| {
        let users = request.url.query_pairs().find(|(name, _)| name == "users").map(|(_, users)| users.into_owned()).unwrap_or_default();
        let now = jiff::Timestamp::now().as_second();
        let one = |user: &str| json!({ "id": format!("f{}", &user[1..]), "user_id": user, "submittedTimestamp": now - 1, "created": now - 60, "answers": answers });
        let data: Vec<Value> = users.split(',').map(one).collect();
        ResponseTemplate::new(200).set_body_json(json!({ "data": data, "meta": { "page": 1, "totalPages": 1, "totalItems": data.len() } }))
    };
    let known = Mock::given(method("GET")).and(path_regex(format!("^/admin/api/v2/assessments/{unit}/responses$")));
    known.respond_with(responses).mount(&server).await;
    let somebody = json!({ "id": "ffffffffffffffffffffffff", "email": "somebody.else@example.com", "username": "Somebody Else" });
    Mock::given(method("GET"))
        .and(path_regex("^/admin/api/v2/users/"))
        .respond_with(ResponseTemplate::new(200).set_body_json(somebody))
        .mount(&server)
        .await;
    server
}

#[tokio::test]
async fn a_record_of_somebody_else_never_says_where_a_report_goes() {
    let unit = "0123456789abcdef01234567";
    let platform = platform_of_mixed_up_users(unit).await;
    let school = school();
    let uri = platform.uri();
    let settings = [("SCHOOL_DOMAIN", uri.as_str()), ("CLIENT_ID", "c"), ("ACCESS_TOKEN", "t"), ("WEBHOOK_WAIT_SECONDS", "0")];
    let service = Service::start(school.path(), &settings);
    service.leaves_jobs_open("a platform that mixes its users up is asked again later");
    let event = json!({
        "user": { "id": "0123456789abcdef0000000a" },
        "assessment": { "title": "Test de diagnóstico Parte 1", "url": format!("https://school.example/path-player?unit={unit}") },
    });
    assert_eq!(service.webhook(&event.to_string()).await.status, 202);
    until(|| service.log(), async || service.log().contains("platform_malformed").then_some(())).await;
    assert_eq!(mails(school.path()), Vec::<String>::new());
    assert!(!service.log().contains("somebody.else"), "{}", service.log());
}

#[test]
fn an_expression_too_deep_for_any_stack_is_refused_by_check_and_render_and_ends_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("deep.docx");
    for expression in [
        format!("{{{{ {}1{} }}}}", "(".repeat(20_000), ")".repeat(20_000)),
        format!("{{{{ {}1 }}}}", "not ".repeat(30_000)),
        format!("{{{{ {}{} }}}}", "[".repeat(20_000), "]".repeat(20_000)),
        format!("{{{{ a{} }}}}", ".a".repeat(12_000)),
        format!("{{{{ 'a'{} }}}}", "|upper".repeat(20_000)),
        format!("{{% if 1 %}}{}{{% endif %}}", "{% elif 1 %}".repeat(2_500)),
        format!("{}{}", "{% if 1 %}".repeat(3_000), "{% endif %}".repeat(3_000)),
    ] {
        std::fs::write(&template, docx(&paragraph(&expression), &[])).unwrap();
        let begun = Instant::now();
        let checked = run(&["template", "check", template.to_str().unwrap()]);
        let rendered = render(folder.path(), &template, &json!({ "student": { "name": "Ana" } }));
        let words = String::from_utf8_lossy(&[checked.stdout, checked.stderr].concat()).into_owned();
        let start: String = expression.chars().take(20).collect();
        assert_eq!((checked.status.code(), rendered.0), (Some(1), Some(1)), "{start}: {words}\n{}", rendered.1);
        assert!(words.len() < 4_000 && rendered.1.len() < 4_000, "{start}: few words: {words}");
        assert!(begun.elapsed() < BOUND, "{start}: {:?}", begun.elapsed());
    }
}

#[test]
fn links_that_run_something_or_open_a_file_are_not_in_the_paper_and_others_are() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("links.docx");
    let targets = [
        "javascript:alert(1)",
        "file:///etc/passwd",
        " JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "https://colegio.example/a",
        "mailto:a@colegio.example",
    ];
    let body: Vec<String> = (1..=targets.len())
        .map(|number| format!(r#"<w:p><w:hyperlink r:id="rId{number}"><w:r><w:t>lean {number}</w:t></w:r></w:hyperlink></w:p>"#))
        .collect();
    let body = body.concat();
    std::fs::write(&template, docx(&body, &targets)).unwrap();
    let (code, words) = render(folder.path(), &template, &json!({ "student": { "name": "Ana" } }));
    assert_eq!(code, Some(0), "{words}");
    let (out, plain) = (folder.path().join("out.pdf"), folder.path().join("plain.pdf"));
    let written =
        Command::new("qpdf").args(["--qdf", "--object-streams=disable"]).args([&out, &plain]).status().map_err(|error| error.to_string());
    if peer("qpdf", written).is_none() {
        return;
    }
    let pdf = String::from_utf8_lossy(&std::fs::read(plain).unwrap()).into_owned();
    for written in ["(https://colegio.example/a)", "(mailto:a@colegio.example)"] {
        assert!(pdf.contains(written), "{written}");
    }
    let lower = pdf.to_lowercase();
    for never in ["javascript", "file:", "data:text"] {
        assert!(!lower.contains(never), "{never}");
    }
}

#[test]
fn a_name_of_seventy_thousand_marks_is_laid_out() {
    let folder = tempfile::tempdir().unwrap();
    let template = repository("templates/plantilla_test_diagnostico.docx");
    let mut data: Value = serde_json::from_slice(&std::fs::read(repository("test_data/reports/short/data.json")).unwrap()).unwrap();
    data["student"]["name"] = format!("Ana a{}", "\u{301}".repeat(70_000)).into();
    let (code, words) = render(folder.path(), &template, &data);
    assert!(code == Some(0) || (code == Some(1) && words.starts_with("error: ")), "{code:?} {words}");
}

#[test]
fn a_workbook_that_lies_about_its_size_is_refused_or_read_and_ends_no_process() {
    let folder = tempfile::tempdir().unwrap();
    let main = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let strings = |inner: &str| format!("<sst {main} {inner}</sst>");
    let sheet = |inner: &str| format!("<worksheet {main}>{inner}</worksheet>");
    let none = strings(">");
    let cases = [
        (
            sheet(r#"<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>"#),
            none.clone(),
        ),
        (sheet(r#"<dimension ref="A1:XFD1048576"/><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>"#), none.clone()),
        (
            sheet(r#"<sheetData><row r="1"><c r="A1" t="s"><v>99999999</v></c></row></sheetData>"#),
            strings(r#"count="4000000000" uniqueCount="4000000000"><si><t>x</t></si>"#),
        ),
        (
            sheet(&format!(
                r#"<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>{}</t></is></c></row></sheetData>"#,
                "a".repeat(50_000_000)
            )),
            none,
        ),
    ];
    for (number, (sheet, strings)) in cases.iter().enumerate() {
        let rels = relationships(&[("worksheet", "worksheets/sheet1.xml", ""), ("sharedStrings", "sharedStrings.xml", "")]);
        let book = format!(
            r#"<workbook {main} xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Questions" sheetId="1" r:id="rId1"/></sheets></workbook>"#
        );
        let types = r#"<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>"#;
        let file = folder.path().join(format!("{number}.xlsx"));
        let parts = [
            ("[Content_Types].xml", types),
            ("_rels/.rels", &relationships(&[("officeDocument", "xl/workbook.xml", "")])),
            ("xl/workbook.xml", &book),
            ("xl/_rels/workbook.xml.rels", &rels),
            ("xl/worksheets/sheet1.xml", sheet),
            ("xl/sharedStrings.xml", strings),
        ];
        std::fs::write(&file, package(&parts)).unwrap();
        let begun = Instant::now();
        let output = run(&["bank", "import", file.to_str().unwrap()]);
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.code() == Some(1) && words.lines().count() < 10 && words.len() < 2_000,
            "{number}: {:?} {words}",
            output.status
        );
        assert!(begun.elapsed() < BOUND, "{number}: {:?}", begun.elapsed());
    }
}

/// A way to a server that can be closed: what comes in meanwhile is hung up.
struct Gate {
    port: u16,
    is_open: Arc<AtomicBool>,
}

impl Gate {
    async fn before(endpoint: &str, is_open: bool) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (port, target) = (listener.local_addr().unwrap().port(), endpoint.trim_start_matches("http://").to_owned());
        let is_open = Arc::new(AtomicBool::new(is_open));
        let state = is_open.clone();
        tokio::spawn(async move {
            while let Ok((mut caller, _)) = listener.accept().await {
                if !state.load(Ordering::Relaxed) {
                    continue;
                }
                let target = target.clone();
                tokio::spawn(async move {
                    let Ok(mut server) = TcpStream::connect(target).await else { return };
                    let _ = tokio::io::copy_bidirectional(&mut caller, &mut server).await;
                });
            }
        });
        Self { port, is_open }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hybrid_starts_and_accepts_while_the_bucket_is_away_and_its_reports_go_when_it_is_back() {
    let Some((endpoint, bucket)) = fresh_bucket().await else { return };
    let gate = Gate::before(&endpoint, false).await;
    let school = school();
    let address = format!("http://127.0.0.1:{}", gate.port);
    let settings = [
        ("STORAGE_BACKEND", "hybrid"),
        ("GCS_ENDPOINT", address.as_str()),
        ("GCP_BUCKET_NAME", bucket.as_str()),
        ("GCP_PROJECT_ID", "test"),
        ("WEBHOOK_WAIT_SECONDS", "0"),
    ];
    let service = Service::start(school.path(), &settings);
    for student in ["ana", "benito"] {
        assert_eq!(service.webhook(&completion(student)).await.status, 202, "{}", service.log());
    }
    gate.is_open.store(true, Ordering::Relaxed);
    until(|| service.log(), async || (mails(school.path()).len() == 2).then_some(())).await;
    // The results lie in both places, and no mark says that one lacks them.
    let marks = || files(&school.path().join("uncopied"));
    until(|| format!("{:?}\n{}", marks(), service.log()), async || marks().is_empty().then_some(())).await;
    let listed: Value = service
        .client()
        .get(format!("{endpoint}/storage/v1/b/{bucket}/o?prefix=webhook_reports/"))
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    let reports = listed["items"].as_array().unwrap().iter().filter(|item| item["name"].as_str().unwrap().ends_with(".pdf")).count();
    assert_eq!(reports, 2, "{listed}");
}

#[tokio::test]
async fn a_bucket_that_says_exists_and_then_shows_nothing_is_no_promise() {
    let bucket = MockServer::start().await;
    let taken = json!({ "error": { "code": 412, "message": "At least one of the pre-conditions you specified did not hold." } });
    let missing = json!({ "error": { "code": 404, "message": "No such object" } });
    let is_event = |request: &Request| {
        String::from_utf8_lossy(&request.body).contains("/event.json") || request.url.query().unwrap_or_default().contains("event.json")
    };
    let uploads = move |request: &Request| {
        if is_event(request) {
            return ResponseTemplate::new(412).set_body_json(&taken);
        }
        ResponseTemplate::new(200)
            .set_body_json(json!({ "name": "x", "bucket": "b", "generation": "1", "metageneration": "1", "size": "0" }))
    };
    Mock::given(method("POST")).and(path_regex("^/upload/")).respond_with(uploads).mount(&bucket).await;
    Mock::given(method("GET"))
        .and(path_regex("/o$"))
        .respond_with(ResponseTemplate::new(200).set_body_json(json!({ "items": [] })))
        .mount(&bucket)
        .await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(404).set_body_json(&missing)).with_priority(9).mount(&bucket).await;
    Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(204)).mount(&bucket).await;
    let folder = tempfile::tempdir().unwrap();
    let endpoint = bucket.uri();
    let settings = [
        ("STORAGE_BACKEND", "gcp"),
        ("GCS_ENDPOINT", endpoint.as_str()),
        ("GCP_BUCKET_NAME", "b"),
        ("GCP_PROJECT_ID", "test"),
        ("WEBHOOK_WAIT_SECONDS", "0"),
    ];
    let service = Service::start(folder.path(), &settings);
    let answer = service.webhook(&completion("ana")).await;
    assert_eq!(answer.status, 503, "{}\n{}", answer.text, service.log());
}

#[tokio::test]
async fn keys_that_cannot_be_fetched_are_not_asked_for_at_every_forged_call() {
    use base64::Engine as _;
    let asked = Arc::new(AtomicUsize::new(0));
    let keys = MockServer::start().await;
    let counted = asked.clone();
    let broken = move |_: &Request| {
        counted.fetch_add(1, Ordering::Relaxed);
        ResponseTemplate::new(500)
    };
    Mock::given(method("GET")).respond_with(broken).mount(&keys).await;
    let school = school();
    let address = format!("{}/certs", keys.uri());
    let settings = [
        ("TASK_QUEUE", "pubsub"),
        ("PUBSUB_TOPIC", "projects/p/topics/t"),
        ("PUBSUB_EMULATOR_HOST", "127.0.0.1:9"),
        ("PUBSUB_PUSH_AUDIENCE", "https://svc.example/tasks/run"),
        ("PUBSUB_PUSH_ACCOUNT", "push@school.iam.gserviceaccount.com"),
        ("PUBSUB_PUSH_KEYS", address.as_str()),
    ];
    let service = Service::start(school.path(), &settings);
    let part = |value: Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
    for number in 0..100 {
        let claims = json!({ "iss": "https://accounts.google.com", "aud": "https://svc.example/tasks/run", "exp": 4_000_000_000u64 });
        let token = format!("{}.{}.{}", part(json!({ "alg": "RS256", "kid": format!("k{number}") })), part(claims), part(json!("x")));
        let call = service.client().post(service.url("/tasks/run")).bearer_auth(token).json(&json!({ "job": "0".repeat(32) }));
        let status = service.send(call).await.status;
        assert!([401, 503].contains(&status), "{status}");
    }
    // At most once in 15 seconds; this machine may be slow.
    assert!(asked.load(Ordering::Relaxed) <= 10, "{} fetches for 100 calls", asked.load(Ordering::Relaxed));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sign_of_life_that_cannot_be_seen_costs_nobody_a_second_mail() {
    const STUDENTS: usize = 4;
    // The server takes longer for its last word than the ten seconds after which others look at a job.
    let last_word = format!("250 2.0.0 queued {}\r\n", "x".repeat(80));
    let smtp = Scripted::start(false, move |verb| (verb == "end").then(|| Act::Drip(last_word.clone().into_bytes()))).await;
    let school = school();
    let port = smtp.port().to_string();
    let settings = [
        ("MAIL_TRANSPORT", "smtp"),
        ("SMTP_SERVER", "127.0.0.1"),
        ("SMTP_PORT", port.as_str()),
        ("SMTP_TLS", "none"),
        ("WEBHOOK_WAIT_SECONDS", "0"),
        ("LEASE_SECONDS", "60"),
        ("SWEEP_SECONDS", "1"),
    ];
    let services = [0, 1].map(|_| Service::start(school.path(), &settings));
    for number in 0..STUDENTS {
        assert_eq!(services[0].webhook(&completion(&format!("student{number}"))).await.status, 202);
    }
    until(|| services[0].log(), async || (smtp.seen().messages == STUDENTS).then_some(())).await;
    for name in files(&school.path().join(".alive")) {
        std::fs::remove_file(school.path().join(".alive").join(name)).unwrap();
    }
    let ended = || files(&school.path().join("jobs")).iter().filter(|name| name.ends_with("/end.json")).count();
    until(|| format!("{} ended\n{}", ended(), services[1].log()), async || (ended() == STUDENTS).then_some(())).await;
    assert_eq!(smtp.seen().messages, STUDENTS, "{}\n{}", services[0].log(), services[1].log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lease_that_is_lost_while_the_server_thinks_about_data_leaves_the_mail_to_the_next_attempt() {
    // The server thinks about the first DATA until it is told to go on.
    let let_go = Arc::new(tokio::sync::Notify::new());
    let (thinks, asked) = (let_go.clone(), AtomicUsize::new(0));
    let script = move |verb: &str| {
        let is_first = verb == "DATA" && asked.fetch_add(1, Ordering::Relaxed) == 0;
        is_first.then(|| Act::When(thinks.clone(), b"354 go\r\n".to_vec()))
    };
    let smtp = Scripted::start(false, script).await;
    let school = school();
    let port = smtp.port().to_string();
    let settings = [
        ("MAIL_TRANSPORT", "smtp"),
        ("SMTP_SERVER", "127.0.0.1"),
        ("SMTP_PORT", port.as_str()),
        ("SMTP_TLS", "none"),
        ("SMTP_TIMEOUT_SECONDS", "120"),
        ("WEBHOOK_WAIT_SECONDS", "0"),
        ("SWEEP_SECONDS", "1"),
    ];
    let service = Service::start(school.path(), &settings);
    let job = service.webhook(&completion("ana")).await.body["job_id"].as_str().unwrap().to_owned();
    until(|| service.log(), async || (smtp.count("DATA") == 1).then_some(())).await;

    // As another instance does that takes the job over: the lease is marked, and a renewal of its owner fails from now on.
    let lease = school.path().join("jobs").join(&job).join("lease-1.json");
    let mut record: Value = serde_json::from_slice(&std::fs::read(&lease).unwrap()).unwrap();
    record["fenced"] = json!(true);
    let marked = school.path().join("marked");
    std::fs::write(&marked, record.to_string()).unwrap();
    std::fs::rename(&marked, &lease).unwrap();
    let_go.notify_one();

    until(|| service.log(), async || files(&school.path().join("jobs")).iter().any(|name| name.ends_with("/end.json")).then_some(())).await;
    // Whoever lost the job hands nothing over, though the server asked for it; the next attempt does, once.
    assert_eq!((smtp.count("DATA"), smtp.seen().messages), (2, 1), "{:?}\n{}", smtp.seen().verbs, service.log());
}

/// The processor time that the service has used so far, in clock ticks (a hundredth of a second each).
fn ticks(service: &Service) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{}/stat", service.pid())).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_thousand_pointers_to_nothing_cost_little_at_every_look_and_delay_no_report() {
    const STRAYS: usize = 20_000;
    const REPORTS: usize = 20;
    let school = school();
    let due = school.path().join("due");
    std::fs::create_dir(&due).unwrap();
    for number in 0..STRAYS {
        std::fs::write(due.join(format!("20260101T{:02}{:02}{:02}Z-{number:032x}", number / 3600 % 24, number / 60 % 60, number % 60)), "")
            .unwrap();
    }
    let service = Service::start(school.path(), &[("SWEEP_SECONDS", "1")]);
    for number in 0..REPORTS {
        let begun = Instant::now();
        assert_eq!(service.webhook(&completion(&format!("student{number}"))).await.body["status"], "processed", "{}", service.log());
        assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    }
    assert_eq!(mails(school.path()).len(), REPORTS);
    println!("{STRAYS} pointers and {REPORTS} reports cost {} ms of processor time", ticks(&service) * 10);
    assert!(ticks(&service) < 6_000, "{} ticks", ticks(&service));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_wait_for_their_reports_cost_no_processor_while_they_wait() {
    const WAITING: usize = 800;
    // A mail server that never answers, and one report at a time: all others wait in line.
    let smtp = Scripted::start(false, |verb| (verb == "MAIL").then_some(Act::Hang)).await;
    let school = school();
    let port = smtp.port().to_string();
    let settings = [
        ("MAIL_TRANSPORT", "smtp"),
        ("SMTP_SERVER", "127.0.0.1"),
        ("SMTP_PORT", port.as_str()),
        ("SMTP_TLS", "none"),
        ("SMTP_TIMEOUT_SECONDS", "120"),
        ("WORKERS", "1"),
    ];
    let service = Service::start(school.path(), &settings);
    service.leaves_jobs_open("the mail server never takes a mail");
    let waiting = (0..WAITING).map(|number| {
        let service = &service;
        async move { service.webhook(&completion(&format!("student{number}"))).await.status }
    });
    let statuses = futures::future::join_all(waiting).await;
    assert!(statuses.iter().all(|status| *status == 202), "{statuses:?}");
    println!("{WAITING} calls that waited cost {} ms of processor time", ticks(&service) * 10);
    assert!(ticks(&service) < 4_000, "{} ticks", ticks(&service));
}

#[test]
fn a_connection_says_that_it_ends_where_a_body_was_left_unread_and_serves_on_where_it_was_not() {
    let school = school();
    let service = Service::start(school.path(), &[("TASK_TOKEN", "task-token"), ("ADMIN_TOKEN", "admin-token")]);
    let connect = || {
        let stream = std::net::TcpStream::connect(("127.0.0.1", service.port)).unwrap();
        stream.set_read_timeout(Some(BOUND)).unwrap();
        BufReader::new(stream)
    };
    // What one answer says: its status, and whether the connection ends.
    let answer = |stream: &mut BufReader<std::net::TcpStream>| {
        let (mut head, mut length) = (String::new(), 0);
        while !head.ends_with("\r\n\r\n") {
            let mut line = String::new();
            assert!(stream.read_line(&mut line).unwrap() > 0, "no answer after {head}");
            length = line.to_ascii_lowercase().strip_prefix("content-length: ").map_or(length, |value| value.trim().parse().unwrap());
            head.push_str(&line);
        }
        std::io::copy(&mut stream.by_ref().take(length), &mut std::io::sink()).unwrap();
        (head.split(' ').nth(1).unwrap().to_owned(), head.to_ascii_lowercase().contains("connection: close"))
    };
    for path in ["/tasks/run", "/tasks/sweep", "/api/v1/institutions", "/metrics", "/nowhere", "/webhook"] {
        let mut stream = connect();
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer wrong\r\nContent-Length: 2\r\n\r\n"
        );
        for _ in 0..20 {
            // As many clients send it: the head, and then the body.
            stream.get_mut().write_all(head.as_bytes()).unwrap();
            let _ = stream.get_mut().write_all(b"{}");
            let (status, ends) = answer(&mut stream);
            assert!(status.starts_with('4'), "{path}: {status}");
            if ends {
                stream = connect();
            }
        }
    }
    // A call whose body is read keeps its connection.
    let mut stream = connect();
    for _ in 0..3 {
        let call = "POST /tasks/run HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nAuthorization: Bearer task-token\r\nContent-Length: 2\r\n\r\n{}";
        stream.get_mut().write_all(call.as_bytes()).unwrap();
        let (status, ends) = answer(&mut stream);
        assert_eq!((status.as_str(), ends), ("400", false));
    }
}
