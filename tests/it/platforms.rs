//! A completion from any platform becomes the same report: Canvas and Moodle asked over their APIs' true shapes, standards that bring the answers along.

use std::path::Path;

use serde_json::{Value, json};
use wiremock::matchers::{body_string_contains, header, method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::harness::{Answer, Service, files, mails, repository, school, until};

const TITLE: &str = "Test de diagnóstico Parte 1";

async fn mails_become(folder: &Path, wanted: usize, service: &Service) -> Vec<String> {
    let enough = async || Some(mails(folder)).filter(|found| found.len() >= wanted);
    until(|| format!("{wanted} mails\n{}", service.log()), enough).await
}

async fn post(service: &Service, address: &str, headers: &[(String, String)], body: &str) -> Answer {
    let mut request = service.client().post(service.url(address)).body(body.to_owned());
    for (name, value) in headers {
        request = request.header(name.as_str(), value.as_str());
    }
    service.send(request).await
}

/// Sends a fixture.
async fn play(service: &Service, address: &str, name: &str) -> Answer {
    let request: Value =
        serde_json::from_str(&std::fs::read_to_string(repository(&format!("test_data/webhooks/{name}.json"))).unwrap()).unwrap();
    let headers: Vec<(String, String)> = request["headers"]
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| !name.starts_with(':'))
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    post(service, address, &headers, request["body"].as_str().unwrap()).await
}

/// What the demo's student answered, one letter a question.
fn answers() -> Vec<String> {
    let demo: Value =
        serde_json::from_str(&std::fs::read_to_string(repository("test_data/webhooks/learnworlds/demo.json")).unwrap()).unwrap();
    demo["submission"]["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer["answer"].as_str().unwrap_or_default().to_owned())
        .collect()
}

fn reports(folder: &Path) -> Vec<String> {
    files(folder).into_iter().filter(|name| name.starts_with("webhook_reports/") && name.contains(".pdf")).collect()
}

async fn on(server: &MockServer, address: &str, body: Value) {
    Mock::given(method("GET"))
        .and(path(address))
        .and(header("authorization", "Bearer canvas-api-token"))
        .respond_with(ResponseTemplate::new(200).set_body_json(body))
        .mount(server)
        .await;
}

/// A question as Canvas tells it of a graded submission: with its options, whether it was right, and without what was answered.
fn question(number: usize) -> Value {
    let options: Vec<Value> = "ABCDE"
        .chars()
        .enumerate()
        .map(|(at, letter)| json!({ "id": number * 10 + at, "text": letter.to_string(), "html": "", "comments": "" }))
        .collect();
    json!({ "id": 5000 + number, "quiz_id": 2333, "position": number, "question_name": "Question", "question_type": "multiple_choice_question",
        "question_text": format!("<p>Pregunta&nbsp;{number}</p>"), "points_possible": 1.0, "answers": options, "matches": null, "flagged": false, "correct": true })
}

fn attempt(number: u32, at: &str, answers: &[String]) -> Value {
    let data: Vec<Value> = answers.iter().enumerate().map(|(at, letter)| {
        let (number, place) = (at + 1, "ABCDE".find(letter.as_str()));
        json!({ "correct": true, "points": 1, "question_id": 5000 + number, "answer_id": place.map(|place| number * 10 + place), "text": place.map_or(String::new(), |place| (number * 10 + place).to_string()) })
    }).collect();
    json!({ "id": 11086, "user_id": 48, "assignment_id": 355, "attempt": number, "score": 11.0, "submitted_at": at, "workflow_state": "graded", "submission_type": "online_quiz", "submission_data": data })
}

async fn canvas(answers: &[String]) -> MockServer {
    let server = MockServer::start().await;
    on(&server, "/api/v1/courses/565", json!({ "id": 565, "name": "Ciencias 8A" })).await;
    on(
        &server,
        "/api/v1/courses/565/quizzes/2333",
        json!({ "id": 2333, "title": TITLE, "assignment_id": 355, "points_possible": 15.0, "quiz_type": "assignment" }),
    )
    .await;
    let current = json!({ "quiz_submissions": [{ "id": 13995, "quiz_id": 2333, "user_id": 48, "submission_id": 11086, "attempt": 2, "workflow_state": "complete", "score": 3 }] });
    on(&server, "/api/v1/courses/565/quizzes/2333/submissions/13995", current).await;
    on(
        &server,
        "/api/v1/users/48/profile",
        json!({ "id": 48, "name": "Ana Pérez", "short_name": "Ana", "primary_email": "ana@example.com", "login_id": "ana" }),
    )
    .await;
    // A later attempt is there already; the event is about the first.
    let later = attempt(2, "2026-03-01T11:00:00Z", &vec!["E".to_owned(); answers.len()]);
    let history =
        json!({ "id": 11086, "user_id": 48, "attempt": 2, "submission_history": [attempt(1, "2026-03-01T09:59:59Z", answers), later] });
    on(&server, "/api/v1/courses/565/assignments/355/submissions/48", history).await;
    let half = answers.len() / 2;
    let questions = |from: usize, to: usize| json!({ "quiz_submission_questions": (from..=to).map(question).collect::<Vec<_>>() });
    let next =
        format!("<{0}/api/v1/quiz_submissions/13995/questions?page=2&per_page=100>; rel=\"next\", <{0}/x>; rel=\"first\"", server.uri());
    Mock::given(path("/api/v1/quiz_submissions/13995/questions"))
        .and(query_param("page", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_json(questions(half + 1, answers.len())))
        .mount(&server)
        .await;
    Mock::given(path("/api/v1/quiz_submissions/13995/questions"))
        .and(query_param("quiz_submission_attempt", "1"))
        .respond_with(ResponseTemplate::new(200).insert_header("link", next.as_str()).set_body_json(questions(1, half)))
        .mount(&server)
        .await;
    server
}

fn canvas_settings(server: &MockServer) -> Vec<(String, String)> {
    [
        ("CANVAS_WEBHOOK_SECRET", "canvas-path-5e8c"),
        ("CANVAS_API_URL", &server.uri()),
        ("CANVAS_API_TOKEN", "canvas-api-token"),
        ("SWEEP_SECONDS", "1"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn start(folder: &Path, settings: &[(String, String)]) -> Service {
    Service::start(folder, &settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>())
}

#[tokio::test]
async fn a_submitted_canvas_quiz_becomes_a_report_of_the_attempt_that_the_event_means() {
    let school = school();
    let answers = answers();
    let server = canvas(&answers).await;
    let service = start(school.path(), &canvas_settings(&server));
    for address in ["/webhooks/canvas/canvas-path-5e8c", "/webhooks/canvas/canvas-path-5e8c"] {
        let answer = play(&service, address, "canvas/valid_quiz").await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert_eq!(play(&service, "/webhooks/canvas/canvas-path-5e8c", "canvas/valid_caliper_quiz").await.body["status"], "duplicate");
    let mails = mails_become(school.path(), 1, &service).await;
    assert!(mails[0].contains("ana@example.com"));
    let reports = reports(school.path());
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains(&format!("48_{TITLE}")), "{reports:?}");
    // The same judgement as of the demo's student, who answered the same at another platform.
    let of_canvas = judgement(school.path()).await;
    let other = crate::harness::school();
    let service = Service::start(other.path(), &[]);
    service.webhook(&std::fs::read_to_string(repository("test_data/webhooks/learnworlds/demo.json")).unwrap()).await;
    assert_eq!(of_canvas, judgement(other.path()).await);
}

/// The record of the only job's end, once there is one.
fn end_of_job(folder: &Path) -> Option<String> {
    files(folder).into_iter().find(|name| name.starts_with("jobs/") && name.ends_with("/end.json"))
}

/// Right answers and how many there were, as the job's end tells.
async fn judgement(folder: &Path) -> (Value, Value) {
    // The mail is out a moment before the end is written.
    let end = until(|| "the job's end".to_owned(), async || end_of_job(folder)).await;
    let end: Value = serde_json::from_str(&std::fs::read_to_string(folder.join(end)).unwrap()).unwrap();
    let summary = end.pointer("/end/summary").or_else(|| end.get("summary")).cloned().unwrap();
    (summary["correct"].clone(), summary["total"].clone())
}

#[tokio::test]
async fn canvas_is_waited_for_when_it_is_busy_and_never_believed_about_another_student() {
    let school = school();
    let answers = answers();
    let busy = canvas(&answers).await;
    Mock::given(path("/api/v1/courses/565/quizzes/2333"))
        .respond_with(
            ResponseTemplate::new(403)
                .insert_header("x-rate-limit-remaining", "0.0")
                .set_body_string("403 Forbidden (Rate Limit Exceeded)"),
        )
        .up_to_n_times(1)
        .with_priority(1)
        .mount(&busy)
        .await;
    let service = start(school.path(), &canvas_settings(&busy));
    play(&service, "/webhooks/canvas/canvas-path-5e8c", "canvas/valid_quiz").await;
    mails_become(school.path(), 1, &service).await;

    let other = crate::harness::school();
    let confused = MockServer::start().await;
    on(&confused, "/api/v1/courses/565/quizzes/2333", json!({ "id": 2333, "title": TITLE, "assignment_id": 355 })).await;
    on(
        &confused,
        "/api/v1/courses/565/quizzes/2333/submissions/13995",
        json!({ "quiz_submissions": [{ "id": 13995, "user_id": 49, "attempt": 1 }] }),
    )
    .await;
    let service = start(other.path(), &canvas_settings(&confused));
    play(&service, "/webhooks/canvas/canvas-path-5e8c", "canvas/valid_quiz").await;
    let parked = async || files(other.path()).into_iter().find(|name| name.starts_with("ended/parked/"));
    until(|| format!("a parked job\n{}", service.log()), parked).await;
    assert!(mails(other.path()).is_empty());
}

async fn moodle(answers: &[String]) -> MockServer {
    let server = MockServer::start().await;
    let on = async |function: &str, body: Value| {
        Mock::given(method("POST"))
            .and(path("/webservice/rest/server.php"))
            .and(body_string_contains(format!("wsfunction={function}&")))
            .and(body_string_contains("wstoken=moodle-api-token"))
            .respond_with(ResponseTemplate::new(200).set_body_json(body))
            .mount(&server)
            .await;
    };
    let questions: Vec<Value> = answers.iter().enumerate().map(|(at, letter)| {
        let number = at + 1;
        let options: Vec<String> = "ABCDE".chars().map(|option| {
            let checked = if option.to_string() == *letter { " checked=\"checked\"" } else { "" };
            format!("<div class=\"r0\"><input type=\"radio\" name=\"q301:{number}_answer\" value=\"0\" id=\"q301:{number}_{option}\" aria-labelledby=\"q301:{number}_{option}_label\"{checked} /><div class=\"d-flex\" id=\"q301:{number}_{option}_label\" data-region=\"answer-label\"><span class=\"answernumber\">a. </span><div class=\"flex-fill ml-1\">{option}</div></div></div>")
        }).collect();
        let options = options.concat();
        json!({ "slot": number, "type": "multichoice", "page": 0, "questionnumber": number.to_string(), "number": number, "state": "gradedright", "status": "Correcta", "mark": "1.00", "maxmark": 1,
            "html": format!("<div id=\"question-301-{number}\" class=\"que multichoice\"><div class=\"formulation\"><div class=\"qtext\"><p>Pregunta {number}</p></div><div class=\"answer\">{options}</div></div></div>") })
    }).collect();
    let review = json!({ "grade": "73.33", "attempt": { "id": 301, "quiz": 3, "userid": 5, "attempt": 1, "uniqueid": 310, "state": "finished", "timestart": 1_772_358_000, "timefinish": 1_772_359_200, "sumgrades": 11 }, "additionaldata": [], "questions": questions, "warnings": [] });
    on("mod_quiz_get_attempt_review", review).await;
    on("core_user_get_users_by_field", json!([{ "id": 5, "username": "beto", "firstname": "Beto", "lastname": "Rojas", "fullname": "Beto Rojas", "email": "beto@example.com" }])).await;
    on("mod_quiz_get_quizzes_by_courses", json!({ "quizzes": [{ "id": 2, "name": "Otro", "course": 2, "grade": 10 }, { "id": 3, "coursemodule": 15, "course": 2, "name": TITLE, "grade": 100 }], "warnings": [] })).await;
    on(
        "core_course_get_courses_by_field",
        json!({ "courses": [{ "id": 2, "fullname": "Ciencias 8A", "shortname": "C8A" }], "warnings": [] }),
    )
    .await;
    server
}

/// What `doctor` says of the platforms' APIs.
fn doctor(folder: &Path, settings: &[(&str, &str)]) -> Vec<Value> {
    let own = [("DATA_DIR", folder.to_str().unwrap()), ("MAIL_TRANSPORT", "file"), ("EMAIL_USER", "informes@colegio.example")];
    let all: std::collections::BTreeMap<String, String> =
        own.iter().chain(settings).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let output = crate::harness::gradepost(&["doctor", "--json"], &all).output().unwrap();
    let lines: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    lines.into_iter().filter(|line| line.to_string().contains("platform API")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_school_on_moodle_alone_gets_its_report_of_a_submitted_attempt() {
    let school = school();
    let server = moodle(&answers()).await;
    let settings = [
        ("WEBHOOK_SECRET", ""),
        ("MOODLE_WEBHOOK_TOKEN", "moodle-t0ken-91aa"),
        ("MOODLE_URL", &server.uri()),
        ("MOODLE_API_TOKEN", "moodle-api-token"),
    ];
    let said = doctor(school.path(), &settings);
    assert!(said.len() == 1 && said[0].to_string().contains("takes our token"), "{said:?}");
    let wrong = [("MOODLE_WEBHOOK_TOKEN", "moodle-t0ken-91aa"), ("MOODLE_URL", &server.uri()), ("MOODLE_API_TOKEN", "another")];
    assert!(!doctor(school.path(), &wrong)[0].to_string().contains("takes our token"));
    let service = Service::start(school.path(), &settings);
    // Both plugins tell of the same attempt.
    assert_eq!(play(&service, "/webhooks/moodle", "moodle/valid_attempt").await.status, 200);
    assert_eq!(play(&service, "/webhooks/moodle", "moodle/valid_trigger").await.body["status"], "duplicate");
    let mails = mails_become(school.path(), 1, &service).await;
    assert!(mails[0].contains("beto@example.com"));
    assert!(reports(school.path())[0].contains(&format!("5_{TITLE}")), "{:?}", reports(school.path()));
    let of_moodle = judgement(school.path()).await;
    let other = crate::harness::school();
    let service = Service::start(other.path(), &[]);
    service.webhook(&std::fs::read_to_string(repository("test_data/webhooks/learnworlds/demo.json")).unwrap()).await;
    assert_eq!(of_moodle, judgement(other.path()).await);
}

#[tokio::test]
async fn moodles_refusals_say_what_to_do_and_an_attempt_of_another_student_is_never_reported() {
    let parked = async |answer: Value| {
        let school = school();
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(ResponseTemplate::new(200).set_body_json(answer)).mount(&server).await;
        let settings =
            [("MOODLE_WEBHOOK_TOKEN", "moodle-t0ken-91aa"), ("MOODLE_URL", &server.uri()), ("MOODLE_API_TOKEN", "moodle-api-token")];
        let service = Service::start(school.path(), &settings);
        play(&service, "/webhooks/moodle", "moodle/valid_attempt").await;
        let end = until(|| format!("the job's end\n{}", service.log()), async || end_of_job(school.path())).await;
        assert!(mails(school.path()).is_empty());
        std::fs::read_to_string(school.path().join(end)).unwrap()
    };
    let refused = parked(json!({ "exception": "core\\exception\\moodle_exception", "errorcode": "invalidtoken", "message": "Invalid token - token not found" })).await;
    assert!(refused.contains("platform_unauthorized") && refused.contains("MOODLE_API_TOKEN"), "{refused}");
    let other = json!({ "grade": "10", "attempt": { "id": 301, "quiz": 3, "userid": 6, "state": "finished" }, "questions": [] });
    assert!(parked(other).await.contains("another student"));
}

#[tokio::test]
async fn results_of_statements_and_envelopes_become_reports_by_the_profile_of_their_test() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("assessments.toml"), "[[assessment]]\nname = \"puntos\"\nmatch = { title = \"Test*\" }\nbank = \"optional\"\npercentage = \"points\"\nlanguage = \"en\"\n").unwrap();
    let settings = [
        ("XAPI_TOKEN", "lrs-user:lrs-passw0rd"),
        ("CALIPER_TOKEN", "caliper-key-77d0"),
        ("STANDARD_WEBHOOK_SECRET", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
        ("TYPEFORM_WEBHOOK_SECRET", "typeform-s3cret-4c1e"),
    ];
    let service = Service::start(folder.path(), &settings);
    let posted = play(&service, "/webhooks/xapi/statements", "xapi/valid").await;
    assert_eq!(posted.status, 200, "{}", posted.text);
    mails_become(folder.path(), 1, &service).await;
    assert_eq!(play(&service, "/webhooks/caliper", "caliper/valid").await.status, 200);
    mails_become(folder.path(), 2, &service).await;
    // The same test, answered question by question.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let answers: Vec<Value> = (1..=4)
        .map(|n| json!({ "id": format!("q{n}"), "question": format!("Pregunta {n}"), "answer": "A", "points": 1, "maxPoints": 1 }))
        .collect();
    let body = json!({ "type": "assessment.completed", "data": { "userId": "u3", "email": "carla@example.com", "name": "Carla", "assessmentTitle": "Test de ciencias", "submissionId": "s3", "submittedAt": "2026-03-01T10:00:00Z", "answers": answers } }).to_string();
    let signer = standardwebhooks::Webhook::new("whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD").unwrap();
    let signature = signer.sign("msg_1", now as i64, body.as_bytes()).unwrap();
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("webhook-id", "msg_1".to_owned()),
        ("webhook-timestamp", now.to_string()),
        ("webhook-signature", signature),
    ];
    let headers: Vec<(String, String)> = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    assert_eq!(post(&service, "/webhooks/standard", &headers, &body).await.status, 200);
    let again = post(&service, "/webhooks/standard", &headers, &body).await;
    assert_eq!(again.body["status"], "duplicate", "{}", again.text);
    let mails = mails_become(folder.path(), 3, &service).await;
    assert_eq!(mails.iter().filter(|mail| mail.contains("carla@example.com")).count(), 1);
    assert_eq!(reports(folder.path()).len(), 3);
}

#[tokio::test]
async fn a_quiz_made_as_a_form_is_judged_by_its_bank_and_reported_once() {
    let folder = tempfile::tempdir().unwrap();
    let bank = "question_number,correct_alternative,lecture\n1,4,Números\n2,Santiago,Países\n3,2|7,Números\n4,Falso,Planetas\n5,6,Figuras\n6,Arica,Países\n";
    std::fs::create_dir_all(folder.path().join("questions")).unwrap();
    std::fs::write(folder.path().join("questions/Test de diagnóstico Parte 1.csv"), bank).unwrap();
    let service = Service::start(folder.path(), &[("TYPEFORM_WEBHOOK_SECRET", "typeform-s3cret-4c1e")]);
    assert_eq!(play(&service, "/webhooks/typeform", "typeform/bad_signature_hex").await.status, 401);
    let posted = play(&service, "/webhooks/typeform", "typeform/valid").await;
    assert_eq!(posted.status, 200, "{}", posted.text);
    let mails = mails_become(folder.path(), 1, &service).await;
    assert!(mails[0].contains("ana.perez@example.com"), "to the address that was typed into the form");
    let row = async || Some(crate::harness::processed(folder.path())).filter(|rows| !rows.is_empty());
    let rows = until(|| format!("the row\n{}", service.log()), row).await;
    assert!(rows[0].contains(",75.0,"), "the skipped question fails its lesson, one of four: {rows:?}");
    assert_eq!(play(&service, "/webhooks/typeform", "typeform/valid").await.body["status"], "duplicate");
    assert_eq!(play(&service, "/webhooks/typeform", "typeform/valid_partial").await.status, 200);
    assert_eq!(reports(folder.path()).len(), 1);
}

#[test]
fn connect_prints_what_to_paste_with_the_documents_subscription() {
    let keys = std::collections::BTreeMap::from([("CANVAS_WEBHOOK_KEYS".to_owned(), "https://keys.example/jwks".to_owned())]);
    let said = |arguments: &[&str], settings: &std::collections::BTreeMap<String, String>| {
        let output = crate::harness::gradepost(arguments, settings).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let canvas = said(&["connect", "canvas"], &keys);
    let json: Value = serde_json::from_str(canvas.split("\n\n").next().unwrap()).unwrap();
    let document = json!({ "subscription": { "context_type": "Course", "context_id": "123456", "event_types": ["assignment_created", "assignment_updated", "grade_posted", "submission_created", "discussion_topic_created"],
        "transport_metadata": { "url": "https://your-domain.com/webhooks/lti/events" }, "transport_type": "https" } });
    assert_eq!(json, document);
    let none = std::collections::BTreeMap::new();
    assert!(
        said(&["connect", "canvas", "--url", "https://r.school.example/"], &none)
            .contains("https://r.school.example/webhooks/lti/events/<CANVAS_WEBHOOK_SECRET>")
    );
    let moodle = said(&["connect", "moodle", "--url", "https://r.school.example"], &none);
    for words in [
        "https://r.school.example/webhooks/moodle",
        "\\mod_quiz\\event\\attempt_submitted",
        "user_graded",
        "course_completed",
        "course_module_created",
        "mod_quiz_get_attempt_review",
    ] {
        assert!(moodle.contains(words), "{words}: {moodle}");
    }
    assert!(said(&["connect", "lti"], &none).contains("X-Webhook-Signature: sha256="));
}

#[tokio::test]
async fn webhook_send_plays_every_platform() {
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("LTI_WEBHOOK_SECRET", "lti-s3cret-7f21"),
        ("CANVAS_WEBHOOK_SECRET", "canvas-path-5e8c"),
        ("MOODLE_WEBHOOK_TOKEN", "moodle-t0ken-91aa"),
        ("CALIPER_TOKEN", "caliper-key-77d0"),
        ("XAPI_TOKEN", "lrs-user:lrs-passw0rd"),
        ("SERVICE_ACME_KEY", "service-k3y-1b9"),
        ("INTERNAL_JWT_SECRET", "internal-jwt-secret-0123456789abcdef"),
        ("STANDARD_WEBHOOK_SECRET", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"),
        ("TYPEFORM_WEBHOOK_SECRET", "typeform-s3cret-4c1e"),
    ];
    let service = Service::start(folder.path(), &settings);
    service.leaves_jobs_open("a transcription of the sample is fetched from an address where nobody is");
    let own: std::collections::BTreeMap<String, String> =
        settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    for platform in ["lti", "canvas", "moodle", "caliper", "xapi", "services", "internal", "standard", "typeform"] {
        let arguments = ["webhook", "send", "--as", platform, "--service", "acme", "--url", &service.url("")];
        let output = crate::harness::gradepost(&arguments, &own).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && said.starts_with("200"), "{platform}: {said}{}", String::from_utf8_lossy(&output.stderr));
        let wrong = [&arguments[..], &["--secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]].concat();
        assert!(!crate::harness::gradepost(&wrong, &own).output().unwrap().status.success(), "{platform} with a wrong secret");
    }
}
