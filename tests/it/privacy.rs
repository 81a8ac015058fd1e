//! A person's data with the real binary: planted through every door, erased by a process that dies at each of its fail points, blocked, objected to, kept for a time only.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Command;

use gradepost::privacy::erase::STEPS;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::console::{ADMIN, TOKENS, audited, until};
use crate::harness::{Answer, SECRET, Service, completion, files, gradepost, mails, school};
use crate::person::{Person, field};

const STUDENT: &str = "zoraida-the-erased";
const ADDRESS: &str = "zoraida-the-erased@example.com";
const MASTER: &str = "a master key of the tests, 32 characters and more";

/// Where something tells of the student, in names and contents; of what is packed, in what was packed.
fn traces(folder: &Path) -> Vec<String> {
    let tells = |bytes: &[u8]| bytes.windows(STUDENT.len()).any(|window| window == STUDENT.as_bytes());
    let content = |name: &str| {
        // What the running service takes away meanwhile tells nothing.
        let bytes = std::fs::read(folder.join(name)).unwrap_or_default();
        if !name.to_ascii_lowercase().ends_with(".gz") {
            return bytes;
        }
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_end(&mut unpacked).unwrap();
        unpacked
    };
    files(folder).into_iter().filter(|name| name.contains(STUDENT) || tells(&content(name))).collect()
}

fn settings(folder: &Path) -> BTreeMap<String, String> {
    [
        ("DATA_DIR", folder.to_str().unwrap()),
        ("MAIL_TRANSPORT", "file"),
        ("EMAIL_USER", "informes@colegio.example"),
        ("GATEWAY", "on"),
        ("WEBHOOK_ENCRYPTION_KEY", MASTER),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn command(folder: &Path, arguments: &[&str], failpoint: Option<&str>) -> std::process::Output {
    let mut settings = settings(folder);
    settings.extend(failpoint.map(|point| ("GRADEPOST_FAILPOINT".to_owned(), point.to_owned())));
    gradepost(arguments, &settings).output().unwrap()
}

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A receiver that answers with what it was sent, as some do: so that answers hold personal data, too.
fn echo() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            std::thread::spawn(move || {
                let mut read = Vec::new();
                let mut chunk = [0; 8192];
                let body = loop {
                    let n = stream.read(&mut chunk).unwrap_or(0);
                    read.extend_from_slice(&chunk[..n]);
                    let text = String::from_utf8_lossy(&read).into_owned();
                    let Some((head, body)) = text.split_once("\r\n\r\n") else {
                        if n == 0 {
                            return;
                        }
                        continue;
                    };
                    let length =
                        head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.trim().parse().ok());
                    if body.len() >= length.unwrap_or(0) || n == 0 {
                        break body.to_owned();
                    }
                };
                let _ = write!(
                    stream,
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                    body.len()
                );
            });
        }
    });
    port
}

async fn post(service: &Service, path: &str, body: &Value) -> Answer {
    service.send(service.client().post(service.url(path)).bearer_auth(ADMIN).json(body)).await
}

/// The student, and another one beside, through every door there is.
async fn planted(folder: &Path) -> Service {
    let service = Service::start(
        folder,
        &[
            TOKENS[0],
            ("GATEWAY", "on"),
            ("GATEWAY_SCHOOL", "colegio"),
            ("WEBHOOK_ENCRYPTION_KEY", MASTER),
            ("WEBHOOK_ALLOW_HTTP", "true"),
            ("WEBHOOK_ALLOW_NETWORKS", "127.0.0.0/8"),
            ("XAPI_TOKEN", "xapi-user:xapi-pass"),
            ("SERVICE_ACME_KEY", "service-k3y-1b9"),
        ],
    );
    let url = format!("http://127.0.0.1:{}/hook", echo());
    let registered =
        post(&service, "/api/webhook/register", &json!({ "schoolId": "colegio", "webhookUrl": url, "schoolName": "Colegio" })).await;
    assert_eq!(registered.status, 201, "{}", registered.text);
    assert_eq!(post(&service, "/register_webhooks", &json!({ "university_id": "UNI", "webhook_url": url })).await.status, 200);
    for student in [STUDENT, "other-student"] {
        assert_eq!(service.webhook(&completion(student)).await.body["status"], "processed", "{}", service.log());
        let added =
            post(&service, "/api/students", &json!({ "schoolId": "colegio", "name": student, "email": format!("{student}@example.com") }))
                .await;
        assert_eq!(added.status, 201, "{}", added.text);
        let id = added.body["data"]["id"].as_str().unwrap().to_owned();
        let put = service.client().put(service.url(&format!("/api/students/{id}"))).bearer_auth(ADMIN);
        assert_eq!(service.send(put.json(&json!({ "name": format!("{student} again") }))).await.status, 200);
        let grade = json!({ "student_id": student, "course_id": "C", "grade": "A", "university_id": "UNI" });
        assert_eq!(post(&service, "/submit_grade", &grade).await.status, 200);
        let behaviour = json!({ "type": "user.behavior", "data": { "userId": student, "sessionId": "s", "events": [{ "type": "click", "element": "#play", "timestamp": "2026-03-01T10:00:00Z" }] } });
        let request = service.client().post(service.url("/webhooks/services/acme")).header("X-API-Key", "service-k3y-1b9");
        assert_eq!(service.send(request.json(&behaviour)).await.status, 200);
    }
    // All of it was worked on: an answer that echoes the student lies in the log of calls.
    let told = |folder: &Path| {
        let all = traces(folder);
        let has = |start: &str| all.iter().any(|name| name.starts_with(start));
        (has("gw/attempts/"), has("inbound/records/"), has("gw/students/"), all)
    };
    let look = async || {
        let (attempts, inbound, students, _) = told(folder);
        (attempts && inbound && students && files(&folder.join("gw/queue")).is_empty()).then_some(())
    };
    crate::harness::until(|| format!("{:?}\n{}", told(folder), service.log()), look).await;
    // The index of calls holds the answers as well, once somebody looked; calls gather for a moment before they are told to it.
    let looked = async || {
        let look = service.client().get(service.url("/webhook-logs/colegio")).bearer_auth(ADMIN).header("Accept", "application/json");
        assert_eq!(service.send(look).await.status, 200);
        traces(folder).iter().any(|name| name.starts_with("index/")).then_some(())
    };
    crate::harness::until(|| service.log(), looked).await;
    service
}

#[tokio::test]
async fn an_erased_student_is_gone_wherever_the_process_died_meanwhile() {
    let original = school();
    let mut service = planted(original.path()).await;
    service.finish();
    let before = traces(original.path());
    for place in ["jobs/", "webhook_reports/", "results/", "gw/students/", "gw/attempts/", "inbound/records/", "outbox/", "index/"] {
        assert!(before.iter().any(|name| name.starts_with(place)), "nothing under {place}: {before:?}");
    }
    let erase = ["privacy", "erase", "--student", STUDENT, "--reason", "asked for"];
    let points = STEPS.iter().flat_map(|step| [format!("erase.{step}.before"), format!("erase.{step}.after")]);
    for point in points {
        let folder = tempfile::tempdir().unwrap();
        assert!(
            Command::new("cp").arg("-a").arg(format!("{}/.", original.path().display())).arg(folder.path()).status().unwrap().success()
        );
        let died = command(folder.path(), &erase, Some(&point));
        assert_eq!(died.status.code(), None, "{point} was not passed: {}", said(&died));
        let next: &[&str] = if point == "erase.promise.before" { &erase } else { &["privacy", "resume"] };
        let done = command(folder.path(), next, None);
        assert!(done.status.success(), "{point}: {}", said(&done));
        assert_eq!(traces(folder.path()), Vec::<String>::new(), "after dying at {point}");
        let receipts = command(folder.path(), &["privacy", "receipts"], None);
        assert!(said(&receipts).contains("done 20"), "{point}");
        assert!(files(folder.path()).iter().any(|name| name.contains("other-student")), "the other one stays");
    }
}

#[tokio::test]
async fn what_is_given_out_holds_what_other_platforms_told_and_nobody_else() {
    let original = school();
    let mut service = planted(original.path()).await;
    service.finish();
    let out = original.path().join("out.zip");
    let given = command(original.path(), &["privacy", "export", "--student", STUDENT, "--out", out.to_str().unwrap()], None);
    assert!(given.status.success(), "{}", said(&given));
    let listed = Command::new("python3")
        .args(["-c", "import sys, zipfile; sys.stdout.write(zipfile.ZipFile(sys.argv[1]).read('datos.json').decode())"])
        .arg(&out)
        .output()
        .unwrap();
    let records = String::from_utf8(listed.stdout).unwrap();
    for part in ["event.json", "inbound/records/", "webhook_event", ADDRESS] {
        assert!(records.contains(part), "{part}: {}", said(&given));
    }
    assert!(!records.contains("other-student@"), "nobody else");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_told_again_of_an_erased_report_makes_it_not_anew_and_leaves_no_trace() {
    const UNIT: &str = "0123456789abcdef01234567";
    let (folder, platform) = (school(), MockServer::start().await);
    let event: Value = serde_json::from_str(&completion(STUDENT)).unwrap();
    // Just handed in: of an older one a newer one would be waited for.
    let now = jiff::Timestamp::now().as_second() as f64;
    let submission = json!({
        "id": "aaaaaaaaaaaaaaaaaaaaaa01", "user_id": STUDENT, "email": ADDRESS, "grade": 50, "passed": null, "created": now - 100.0,
        "modified": now, "submittedTimestamp": now, "answers": event["submission"]["answers"],
    });
    let page = json!({ "data": [submission], "meta": { "page": 1, "totalItems": 1, "totalPages": 1, "itemsPerPage": 20 } });
    let responses = Mock::given(method("GET")).and(path(format!("/admin/api/v2/assessments/{UNIT}/responses")));
    responses.respond_with(ResponseTemplate::new(200).set_body_json(page)).mount(&platform).await;
    let user = json!({ "id": STUDENT, "email": ADDRESS, "username": "Zoraida" });
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(200).set_body_json(user)).with_priority(9).mount(&platform).await;
    let uri = platform.uri();
    let of_platform = [("SCHOOL_DOMAIN", uri.as_str()), ("CLIENT_ID", "c"), ("ACCESS_TOKEN", "t")];
    let mut service = Service::start(folder.path(), &of_platform);
    // An automation that tells no submission: the platform is asked which one it was.
    let mut bare = event.clone();
    bare.as_object_mut().unwrap().remove("submission");
    let first = service.webhook(&bare.to_string()).await;
    crate::harness::until(|| format!("{}\n{}", first.text, service.log()), async || (mails(folder.path()).len() == 1).then_some(())).await;
    assert_eq!(mails(folder.path()).len(), 1, "{}\n{}", first.text, service.log());
    service.finish();
    let erase = command(folder.path(), &["privacy", "erase", "--student", STUDENT, "--reason", "asked for"], None);
    assert!(erase.status.success(), "{}", said(&erase));
    assert_eq!(traces(folder.path()), Vec::<String>::new());
    // A backfill finds the submission at the platform and knows of no report of it.
    let mut settings = settings(folder.path());
    settings.extend(of_platform.map(|(name, value)| (name.to_owned(), value.to_owned())));
    settings.insert("WEBHOOK_SECRET".to_owned(), SECRET.to_owned());
    let backfill = gradepost(&["backfill", "--assessment", UNIT, "--title", "Test de diagnóstico Parte 1"], &settings).output().unwrap();
    assert!(backfill.status.success(), "{}", said(&backfill));
    assert!(mails(folder.path()).is_empty(), "nobody gets a mail");
    assert!(!files(&folder.path().join("webhook_reports")).iter().any(|name| name.contains(".pdf")), "and no report is made");
    // What it learnt meanwhile goes.
    assert!(!traces(folder.path()).is_empty());
    let resume = command(folder.path(), &["privacy", "resume"], None);
    assert!(resume.status.success(), "{}", said(&resume));
    assert_eq!(traces(folder.path()), Vec::<String>::new());
    // The very call again meets the job that made it.
    let service = Service::start(folder.path(), &of_platform);
    assert_eq!(service.webhook(&bare.to_string()).await.body["status"], "duplicate");
}

#[tokio::test]
async fn who_objects_gets_no_report_and_the_operator_sees_it() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    assert_eq!(service.webhook(&completion("ana")).await.body["status"], "processed", "{}", service.log());
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let page = admin.get("/console/privacy").await.text;
    let found = admin.post("/console/privacy", &[("csrf", &field(&page, "csrf")), ("q", "ANA")]).await.text;
    let at = format!("/console/privacy/students/{}", found.split("/console/privacy/students/").nth(1).unwrap().split('"').next().unwrap());
    let named = admin.answer(&format!("{at}/object"), &[("why", "Student ana lo pidió por carta")]).await;
    assert!(named.status == 422 && named.text.contains("nombra a la persona"), "{}", named.text);
    assert_eq!(admin.answer(&format!("{at}/object"), &[("why", "Lo pidió por carta")]).await.status, 303);
    let mut retake: Value = serde_json::from_str(&completion("ana")).unwrap();
    retake["submission"]["id"] = json!("68aded265f0c3a0f8a0b1c99");
    let parked = service.webhook(&retake.to_string()).await;
    assert_eq!((&parked.body["status"], mails(folder.path()).len()), (&json!("parked"), 1), "{}", parked.text);
    let todo = admin.get("/console/todo").await.text;
    assert!(todo.contains("La persona pidió no tratar sus datos") && todo.contains("/console/privacy"), "{todo}");
    // Nor does she get one by another way.
    let job = parked.body["job_id"].as_str().unwrap().to_owned();
    admin.answer(&format!("/console/reports/{job}/continue"), &[]).await;
    until(&mut admin, &format!("/console/reports/{job}"), |page| {
        page.matches("pidió no tratar").count() >= 1 && !page.contains("En curso")
    })
    .await;
    assert_eq!(mails(folder.path()).len(), 1);
    let page = admin.get("/console/privacy").await.text;
    assert!(page.contains("No tratar más") && page.contains("Lo pidió por carta"));
    let lift = format!(
        "/console/privacy/wishes/{}",
        page.split("/console/privacy/wishes/").find(|rest| rest.contains("/lift")).unwrap().split('"').next().unwrap()
    );
    assert_eq!(admin.answer(&lift, &[]).await.status, 303);
    until(&mut admin, "/console/reports?state=sent", |page| page.matches("class=\"who\"").count() == 2).await;
    assert_eq!(mails(folder.path()).len(), 2, "what waited goes on");
    let acts = audited(folder.path());
    for act in ["student.object", "student.lift"] {
        assert!(acts.iter().any(|entry| entry["act"] == act), "{act}");
    }
    let records: String = files(&folder.path().join("privacy"))
        .iter()
        .map(|name| name.clone() + &std::fs::read_to_string(folder.path().join("privacy").join(name)).unwrap())
        .collect();
    assert!(!records.contains("ana@") && !records.contains("Student ana"), "{records}");
}

#[tokio::test]
async fn blocked_data_wait_until_the_command_lifts_it_whether_or_not_there_was_a_report() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    let blocked = command(folder.path(), &["privacy", "block", "--student", "luis", "--reason", "under dispute"], None);
    assert!(blocked.status.success(), "{}", said(&blocked));
    // Whoever looks at the key for the first time may have seen a moment ago that there is none.
    let answer = service.webhook(&completion("luis")).await;
    assert_eq!((&answer.body["status"], mails(folder.path()).len()), (&json!("parked"), 0), "{}", answer.text);
    assert_eq!(service.webhook(&completion("eva")).await.body["status"], "processed");
    let wishes = command(folder.path(), &["privacy", "wishes"], None);
    assert!(said(&wishes).contains("blocked") && said(&wishes).contains("under dispute") && !said(&wishes).contains("luis"));
    let lifted = command(folder.path(), &["privacy", "lift", "--student", "luis"], None);
    assert!(said(&lifted).contains("1 reports go on"), "{}", said(&lifted));
    crate::harness::until(|| service.log(), async || (mails(folder.path()).len() == 2).then_some(())).await;
    assert_eq!(mails(folder.path()).len(), 2);
    let twice = command(folder.path(), &["privacy", "lift", "--student", "luis"], None);
    assert!(!twice.status.success() && said(&twice).contains("nothing of this person is blocked"));
}

#[tokio::test]
async fn whose_data_are_blocked_shows_on_no_page_and_in_no_answer_but_where_privacy_is_decided() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    let mut jobs = BTreeMap::new();
    for student in ["zoraida", "ana", "luis"] {
        let answer = service.webhook(&completion(student)).await;
        assert_eq!(answer.body["status"], "processed", "{}", service.log());
        jobs.insert(student, answer.body["job_id"].as_str().unwrap().to_owned());
    }
    let api = async |method: reqwest::Method, path: &str, body: Option<Value>| {
        let mut request = service.client().request(method, service.url(&format!("/api/v1{path}"))).bearer_auth(ADMIN);
        if let Some(body) = body {
            request = request.json(&body);
        }
        service.send(request).await
    };
    let (get, post) = (reqwest::Method::GET, reqwest::Method::POST);
    // A report is answered a moment before it is listed.
    let hash = crate::harness::until(
        || service.log(),
        async || {
            let found = api(post.clone(), "/students/search", Some(json!({ "text": "zoraida" }))).await;
            found.body["data"][0]["hash"].as_str().map(ToOwned::to_owned)
        },
    )
    .await;
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let job = jobs["zoraida"].clone();
    assert!(admin.get("/console/reports").await.text.contains("Student zoraida"));
    let index = || {
        let filed = files(&folder.path().join("webhook_reports"));
        let name = filed.iter().find(|name| name.ends_with("processed.csv"));
        name.map_or_else(String::new, |name| std::fs::read_to_string(folder.path().join("webhook_reports").join(name)).unwrap())
    };
    crate::harness::until(|| service.log(), async || (index().lines().count() == 4).then_some(())).await;

    // Blocked through the API, once however often it is sent; not with a reason that names her.
    let named = api(post.clone(), &format!("/students/{hash}/block"), Some(json!({ "reason": "Zoraida asked" }))).await;
    assert_eq!(named.status, 422, "{}", named.text);
    let over = api(post.clone(), &format!("/students/{hash}/block"), Some(json!({ "reason": "x", "until": "2020-01-01T00:00:00Z" }))).await;
    assert_eq!(over.status, 422, "{}", over.text);
    let blocked = api(post.clone(), &format!("/students/{hash}/block"), Some(json!({ "reason": "under dispute" }))).await;
    assert_eq!(
        (blocked.status, &blocked.body["wish"], &blocked.body["student"]),
        (200, &json!("blocked"), &json!(hash)),
        "{}",
        blocked.text
    );
    // What comes in of her waits, and tells nobody whose it is.
    let mut retake: Value = serde_json::from_str(&completion("zoraida")).unwrap();
    retake["submission"]["id"] = json!("68aded265f0c3a0f8a0b1c99");
    let parked = service.webhook(&retake.to_string()).await;
    assert_eq!(parked.body["status"], "parked", "{}", parked.text);
    let waiting = parked.body["job_id"].as_str().unwrap().to_owned();

    let shows = |text: &str| text.to_lowercase().contains("zoraida") || text.contains(&job) || text.contains(&waiting);
    for path in [
        "/console/today",
        "/console/reports",
        "/console/reports?state=sent",
        "/console/reports?state=waits",
        "/console/reports?state=waits&cause=person_blocked",
        "/console/todo",
        "/console/todo/person_blocked",
        "/console/results",
        "/console/reports.csv",
        "/console/templates",
    ] {
        let page = admin.get(path).await;
        assert!(page.status == 200 && !shows(&page.text), "{path}: {}", page.text);
    }
    assert!(admin.get("/console/todo").await.text.contains("están bloqueados"), "that something waits is told");
    let csrf = field(&admin.get("/console/me").await.text, "csrf");
    for text in ["zoraida", "zoraida@example.com", &job[..10]] {
        let answer = admin.post("/console/reports/search", &[("csrf", &csrf), ("q", text)]).await;
        let page = admin.get(answer.headers["location"].to_str().unwrap()).await.text;
        let list = page.split("id=\"list\"").nth(1).unwrap_or_default();
        assert!(!list.contains("Student zoraida") && !page.contains("class=\"who\""), "{text}: {page}");
    }
    // Her reports are not opened, and nothing is done with them: neither one by one nor with many.
    for path in ["", "/pdf", "/pages", "/page/1", "/send", "/mark", "/send-to"] {
        for job in [&job, &waiting] {
            let page = admin.get(&format!("/console/reports/{job}{path}")).await;
            assert!(
                page.status == 403 && page.text.contains("están bloqueados") && !page.text.contains("zoraida"),
                "{path}: {}",
                page.text
            );
        }
    }
    assert_eq!(admin.post(&format!("/console/reports/{job}/address"), &[("csrf", &csrf)]).await.status, 403);
    assert_eq!(admin.post(&format!("/console/reports/{job}/send"), &[("csrf", &csrf), ("expected", "1.1.done")]).await.status, 403);
    assert_eq!(admin.get(&format!("/console/students/{hash}")).await.status, 404);
    let many = [("csrf", csrf.as_str()), ("which", "picked"), ("act", "send"), ("job", job.as_str()), ("job", jobs["ana"].as_str())];
    let asked = admin.post("/console/reports/many", &many).await;
    let question = admin.get(asked.headers["location"].to_str().unwrap()).await.text;
    assert!(question.contains("1 informe") && !shows(&question), "{question}");
    for (path, status) in [
        (format!("/reports/{job}"), 403),
        (format!("/reports/{job}/story"), 403),
        (format!("/reports/{job}/pdf"), 403),
        (format!("/students/{hash}"), 404),
        ("/reports".to_owned(), 200),
        ("/todo".to_owned(), 200),
        ("/results".to_owned(), 200),
        (format!("/reports?student={hash}"), 200),
    ] {
        let answer = api(get.clone(), &path, None).await;
        assert!(
            answer.status == status && !answer.text.contains("Student zoraida") && !answer.text.contains("zoraida@"),
            "{path}: {}",
            answer.text
        );
        assert!(status != 403 || answer.body["code"] == "person_blocked", "{path}: {}", answer.text);
    }
    assert_eq!(api(post.clone(), &format!("/reports/{job}/send"), Some(json!({}))).await.body["code"], "person_blocked");
    for (path, body) in
        [("/reports/search", json!({ "filter": { "text": "zoraida" } })), ("/students/search", json!({ "text": "zoraida" }))]
    {
        assert_eq!(api(post.clone(), path, Some(body)).await.body["data"], json!([]), "{path}");
    }
    let bulk = api(post.clone(), "/bulk", Some(json!({ "filter": {}, "act": "send", "start": false }))).await;
    assert_eq!((bulk.status, &bulk.body["reports"]), (202, &json!(2)), "{}", bulk.text);
    // Nor in the course's file, also where it is made anew.
    assert_eq!((index().contains("zoraida"), index().lines().count()), (false, 3), "{}", index());
    assert!(command(folder.path(), &["export", "processed"], None).status.success());
    assert_eq!((index().contains("zoraida"), index().lines().count()), (false, 3), "{}", index());
    // The commands' lists as well.
    for arguments in [
        &["jobs", "list"][..],
        &["jobs", "list", "--json"],
        &["jobs", "list", "--csv"],
        &["jobs", "list", "--search", "zoraida"],
        &["jobs", "list", "--find", "zoraida"],
    ] {
        let list = command(folder.path(), arguments, None);
        assert!(list.status.success() && !said(&list).contains("zoraida"), "{arguments:?}: {}", said(&list));
    }

    // Privacy shows her: to be given out, lifted, erased.
    let page = admin.post("/console/privacy", &[("csrf", &csrf), ("q", "zoraida")]).await.text;
    assert!(page.contains("Student zoraida") && page.contains("under dispute"), "{page}");
    assert!(admin.get(&format!("/console/privacy/students/{hash}")).await.text.contains("Bloqueado"));
    let wishes = api(get.clone(), "/wishes", None).await;
    assert_eq!(
        (&wishes.body["data"][0]["student"], &wishes.body["data"][0]["reason"]),
        (&json!(hash), &json!("under dispute")),
        "{}",
        wishes.text
    );
    assert!(!wishes.text.contains("zoraida"));
    assert_eq!(api(get.clone(), &format!("/students/{hash}/export"), None).await.status, 200);
    assert_eq!(mails(folder.path()).len(), 3, "nothing was sent meanwhile");

    let lifted = api(post.clone(), &format!("/students/{hash}/lift"), None).await;
    assert_eq!((lifted.status, &lifted.body["released"]), (200, &json!(1)), "{}", lifted.text);
    assert_eq!(api(post.clone(), &format!("/students/{hash}/lift"), None).await.status, 404);
    assert!(index().contains(&job), "her row comes back: {}", index());
    until(&mut admin, "/console/reports?state=sent", |page| page.matches("class=\"who\"").count() == 4).await;
    assert_eq!(admin.get(&format!("/console/reports/{job}")).await.status, 200);
    assert_eq!(mails(folder.path()).len(), 4, "what waited goes on");
    let acts = audited(folder.path());
    for act in ["student.block", "student.lift"] {
        assert!(acts.iter().any(|entry| entry["act"] == act && !entry.to_string().contains("zoraida")), "{act}: {acts:?}");
    }

    // Somebody of whom there is no report, by the address; another program lifts it by its number.
    let body = json!({ "student": "eva@example.com", "wish": "blocked", "reason": "before the first report" });
    let recorded = api(post.clone(), "/wishes", Some(body)).await;
    assert_eq!((recorded.status, recorded.body["student"].is_null()), (200, true), "{}", recorded.text);
    assert_eq!(service.webhook(&completion("eva")).await.body["status"], "parked");
    until(&mut admin, "/console/reports", |page| !page.contains("Student eva") && page.matches("class=\"who\"").count() == 4).await;
    let subject = recorded.body["subject"].as_str().unwrap();
    let lifted = api(post.clone(), &format!("/wishes/{subject}/lift"), None).await;
    assert_eq!((lifted.status, &lifted.body["released"]), (200, &json!(1)), "{}", lifted.text);
    assert_eq!(api(post, &format!("/wishes/{subject}/lift"), None).await.status, 404);
    assert!(!service.log().contains("zoraida") && !service.log().contains("eva@"), "no log names a person");
}

#[tokio::test]
async fn erasing_on_the_page_asks_for_the_name_and_shows_when_it_is_done() {
    let folder = school();
    let service = Service::start(folder.path(), &TOKENS);
    for student in [STUDENT, "other-student"] {
        assert_eq!(service.webhook(&completion(student)).await.body["status"], "processed", "{}", service.log());
    }
    let mut admin = Person::signed_in(&service, ADMIN).await;
    let page = admin.get("/console/privacy").await.text;
    let found = admin.post("/console/privacy", &[("csrf", &field(&page, "csrf")), ("q", "zoraida")]).await.text;
    let at = format!("/console/privacy/students/{}", found.split("/console/privacy/students/").nth(1).unwrap().split('"').next().unwrap());
    assert!(!at.contains("zoraida"));
    let page = admin.get(&at).await.text;
    let given = admin.post(&format!("{at}/export"), &[("csrf", &field(&page, "csrf"))]).await;
    assert_eq!((given.status, given.headers["content-type"].to_str().unwrap()), (200, "application/zip"));
    let question = admin.get(&format!("{at}/erase")).await.text;
    assert!(question.contains("Informes: 1; objetos: ") && question.contains("los correos ya enviados"), "{question}");
    let wrong = admin.answer(&format!("{at}/erase"), &[("why", "Lo pidió"), ("name", "Otra Persona")]).await;
    assert!(wrong.status == 422 && wrong.text.contains("El nombre no es el mismo"));
    assert!(!traces(folder.path()).is_empty());
    let name = format!("Student {STUDENT}");
    assert_eq!(admin.answer(&format!("{at}/erase"), &[("why", "Lo pidió"), ("name", &name)]).await.status, 303);
    until(&mut admin, "/console/privacy", |page| page.contains("Borrado</")).await;
    assert_eq!(traces(folder.path()), Vec::<String>::new());
    assert_eq!(admin.get(&at).await.status, 404);
    let reports = admin.get("/console/reports").await.text;
    assert!(reports.contains("other-student") && !reports.contains("zoraida"));
    assert!(!service.log().contains("zoraida"), "no log names the student");
}

#[tokio::test]
async fn what_is_kept_for_a_time_only_goes_class_by_class() {
    let folder = school();
    let mut service = Service::start(folder.path(), &TOKENS);
    let job = crate::console::report_of(&service, "ana").await;
    service.finish();
    // Two days ago, as far as the records tell.
    let run = |days: &[(&str, &str)], arguments: &[&str]| {
        let mut all = settings(folder.path());
        all.extend(days.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let output = gradepost(arguments, &all).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    age(folder.path(), 10);
    let record = |name: &str| std::fs::read_to_string(folder.path().join(format!("jobs/{job}/{name}.json"))).unwrap_or_default();
    assert!(run(&[], &["privacy", "retain"]).contains("answers of 0 reports"), "without a term nothing goes");
    assert!(run(&[("KEEP_ANSWERS_DAYS", "5")], &["privacy", "retain", "--dry-run"]).contains("answers of 1 reports"));
    assert!(record("event").contains("\"answer\""));
    assert!(run(&[("KEEP_ANSWERS_DAYS", "5")], &["privacy", "retain"]).contains("answers of 1 reports"));
    assert!(
        !record("event").contains("\"answer\"")
            && !record("fetched").contains("\"answer\":")
            && record("event").contains("ana@example.com")
    );
    assert!(
        run(&[("KEEP_ANSWERS_DAYS", "5")], &["privacy", "retain"]).contains("answers of 0 reports"),
        "what is done is not looked at again"
    );
    let pdfs = || files(&folder.path().join("webhook_reports")).iter().filter(|name| name.to_ascii_lowercase().ends_with(".pdf")).count();
    assert_eq!((pdfs(), mails(folder.path()).len()), (1, 1));
    run(&[("KEEP_REPORTS_DAYS", "5")], &["privacy", "retain"]);
    assert_eq!((pdfs(), mails(folder.path()).len()), (0, 0));
    run(&[("KEEP_RECORDS_DAYS", "5")], &["privacy", "retain"]);
    let left: Vec<String> = files(folder.path())
        .into_iter()
        .filter(|name| String::from_utf8_lossy(&std::fs::read(folder.path().join(name)).unwrap()).contains("ana@example.com"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

/// Moves everything that tells when a report ended so many days back: names of the feed's entries, and times in records.
fn age(folder: &Path, days: i64) {
    let now = jiff::Timestamp::now();
    let then = now - jiff::SignedDuration::from_hours(24 * days);
    let today = now.strftime("%Y-%m-%d").to_string();
    let (yesterday, before) =
        ((now - jiff::SignedDuration::from_hours(24)).strftime("%Y-%m-%d").to_string(), then.strftime("%Y-%m-%d").to_string());
    for name in files(folder).into_iter().filter(|name| name.starts_with("jobs/") || name.starts_with("feed/")) {
        let path = folder.join(&name);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace(&today, &before).replace(&yesterday, &before)).unwrap();
        if let Some((_, entry)) = name.strip_prefix("feed/").and_then(|rest| rest.split_once('/')) {
            let (number, rest) = entry.split_once('-').unwrap();
            let older = format!("{:010}", number.parse::<i64>().unwrap() + days * 86_400);
            let moved = folder.join(format!("feed/{}/{older}-{rest}", &older[..5]));
            std::fs::create_dir_all(moved.parent().unwrap()).unwrap();
            std::fs::rename(&path, moved).unwrap();
        }
    }
    let _ = std::fs::remove_dir_all(folder.join("index"));
}
