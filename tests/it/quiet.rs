//! Nothing that is logged tells of a person, a secret, an answer or a search: a whole representative day, with every page, every program's call and every command that works on records, at the most talkative level.

use std::collections::BTreeMap;

use gradepost::http::{console, gateway_pages};
use serde_json::{Value, json};

use crate::console::{ADMIN, OPERATOR, READER, TOKENS, filled};
use crate::harness::{SECRET, Service, completion, gradepost, school};
use crate::person::{Person, field};

/// Who must not be told of, by whatever name; an answer that nobody else gives; what was searched for.
const STUDENT: &str = "zoraida-of-the-log";
const MASTER: &str = "a master key of the tests, 32 characters and more";

#[tokio::test]
async fn no_log_of_a_whole_day_names_a_person_a_secret_an_answer_or_a_search() {
    let folder = school();
    let mut service = Service::start(
        folder.path(),
        &[
            TOKENS[0],
            TOKENS[1],
            TOKENS[2],
            ("DEBUG", "true"),
            ("GATEWAY", "on"),
            ("GATEWAY_SCHOOL", "colegio"),
            ("WEBHOOK_ENCRYPTION_KEY", MASTER),
            ("ADMIN_EMAIL", "directora-quintanilla@colegio.example"),
        ],
    );
    let mut event: Value = serde_json::from_str(&completion(STUDENT)).unwrap();
    let answer = "an-answer-nobody-else-gives";
    let text = event.to_string().replacen("\"answer\":\"A\"", &format!("\"answer\":\"{answer}\""), 1);
    assert!(text.contains(answer));
    event = serde_json::from_str(&text).unwrap();
    let job = service.webhook(&event.to_string()).await.body["job_id"].as_str().unwrap().to_owned();
    // What fails tells more: no address, no JSON, a wrong signature.
    event["user"]["email"] = json!(format!("{STUDENT}@@example.com"));
    event["submission"]["id"] = json!("68aded265f0c3a0f8a0b1c98");
    service.webhook(&event.to_string()).await;
    service.webhook(&format!("{{\"user\": \"{STUDENT}\"")).await;
    service
        .send(service.client().post(service.url("/webhook")).header("Learnworlds-Webhook-Signature", format!("v1={STUDENT}")).body(text))
        .await;
    // Every page, by whoever may and by whoever may not.
    let searched = "Zacarias-the-searched";
    let mut people = vec![Person::new(&service)];
    for token in [READER, OPERATOR, ADMIN] {
        people.push(Person::signed_in(&service, token).await);
    }
    let ours = console::routes::<()>().into_iter().map(|route| route.path);
    let paths: Vec<String> = ours.chain(gateway_pages::routes().into_iter().map(|route| route.path)).collect();
    for path in &paths {
        let path = filled(path, &job);
        for person in &mut people {
            person.get(&path).await;
            person.post(&path, &[("csrf", STUDENT), ("token", STUDENT), ("why", STUDENT)]).await;
        }
    }
    let admin = people.last_mut().unwrap();
    let csrf = field(&admin.get("/console/reports").await.text, "csrf");
    for (path, name) in
        [("/console/reports/search", "q"), ("/console/privacy", "q"), ("/console/people", "email"), ("/console/health/mail", "to")]
    {
        admin.post(path, &[("csrf", &csrf), (name, searched)]).await;
    }
    admin.post(&format!("/console/reports/{job}/address"), &[("csrf", &csrf)]).await;
    admin
        .answer(
            &format!("/console/reports/{job}/send-to"),
            &[("to", "apoderada-zoraida@example.com"), ("again", "apoderada-zoraida@example.com"), ("why", "Lo pidió")],
        )
        .await;
    let visitor = people.first_mut().unwrap();
    let csrf = field(&visitor.get("/console/sign-in").await.text, "csrf");
    visitor.post("/console/sign-in/mail", &[("csrf", &csrf), ("email", &format!("{STUDENT}@example.com"))]).await;
    // Programs.
    for (path, body) in [
        ("/api/v1/reports/search", json!({ "filter": { "text": searched } })),
        ("/api/v1/students/search", json!({ "text": searched })),
        ("/api/v1/reports/search", json!({ "filter": { "txt": STUDENT } })),
        ("/api/students", json!({ "schoolId": "nobody", "name": STUDENT, "email": format!("{STUDENT}@example.com") })),
        ("/submit_grade", json!({ "student_id": STUDENT, "course_id": "C", "grade": "A", "university_id": "U" })),
        ("/webhooks/services/acme", json!({ "type": "user.behavior", "data": { "userId": STUDENT } })),
    ] {
        service.send(service.client().post(service.url(path)).bearer_auth(ADMIN).json(&body)).await;
    }
    for path in [format!("/api/v1/reports/{STUDENT}"), format!("/api/v1/students/{STUDENT}?q={searched}"), format!("/{STUDENT}")] {
        service.send(service.client().get(service.url(&path)).bearer_auth(STUDENT)).await;
    }
    service.leaves_jobs_open("a command opens a report once more, which may come after the service's end");
    // Commands, of which what they log counts: lists name people on purpose.
    let mut logs = String::new();
    for arguments in [
        vec!["jobs", "list"],
        vec!["jobs", "show", &job],
        vec!["jobs", "retry", "ffffffff"],
        vec!["jobs", "render", &job],
        vec!["lookup", "status"],
        vec!["export", "processed"],
        vec!["projections", "rebuild", "cohorts"],
        vec!["privacy", "holdings", "--student", STUDENT],
        vec!["privacy", "object", "--student", "somebody-else-of-the-log", "--reason", "asked"],
        vec!["report"],
        vec!["keys", "list"],
        vec!["doctor"],
    ] {
        let mut settings: BTreeMap<String, String> = TOKENS.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        settings.extend(
            [
                ("DATA_DIR", folder.path().to_str().unwrap()),
                ("DEBUG", "true"),
                ("MAIL_TRANSPORT", "file"),
                ("EMAIL_USER", "informes@colegio.example"),
                ("WEBHOOK_SECRET", SECRET),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let output = gradepost(&arguments, &settings).output().unwrap();
        logs.push_str(&String::from_utf8_lossy(&output.stderr));
    }
    service.terminate();
    logs.push_str(&service.whole_log());
    let small = logs.to_lowercase();
    assert!(
        small.contains("/webhook") && small.contains("/console/reports/{job}") && small.contains("/api/v1/reports/search"),
        "the day is in the log"
    );
    for secret in [
        "zoraida",
        "zacarias",
        "quintanilla",
        "somebody-else-of-the-log",
        answer,
        SECRET,
        ADMIN,
        OPERATOR,
        READER,
        MASTER,
        "whsec_",
        "gp_live_",
        "@example.com",
    ] {
        let lines: Vec<&str> = logs.lines().filter(|line| line.to_lowercase().contains(&secret.to_lowercase())).collect();
        assert!(lines.is_empty(), "{secret} stands in the log:\n{}", lines.join("\n"));
    }
}
