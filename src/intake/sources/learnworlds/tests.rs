//! The shapes of real bodies, told as one line each.

#![expect(clippy::disallowed_methods, reason = "tests read their fixtures")]

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::json;

use super::{LearnWorlds, NAME};
use crate::intake::accept;
use crate::intake::event::{EventKind, IntakeEvent, Rejection};
use crate::intake::source::{Secrets, Source as _};
use crate::model::completion::Completion;

const UNIT: &str = "0123456789abcdef01234567";
const USER: &str = "6130afb278d2c94eeb228d12";

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("test_data/webhooks").join(NAME)
}

fn fixture(name: &str) -> IntakeEvent {
    parse(&fs::read(folder().join(name).with_extension("json")).unwrap()).unwrap()
}

fn parse(body: &[u8]) -> Result<IntakeEvent, Rejection> {
    LearnWorlds::offline().parse(&|_| None, body, 1 << 20).map(|mut events| events.pop().unwrap())
}

fn parse_json(body: &serde_json::Value) -> IntakeEvent {
    parse(body.to_string().as_bytes()).unwrap()
}

fn completion(event: &IntakeEvent) -> &Completion {
    match &event.kind {
        EventKind::Completed { completion, .. } | EventKind::Unusable { completion, .. } => completion,
        other => panic!("no completion: {other:?}"),
    }
}

fn effect_key(event: &IntakeEvent) -> &str {
    match &event.kind {
        EventKind::Completed { effect_key, .. } | EventKind::Unusable { effect_key, .. } => effect_key,
        other => panic!("no completion: {other:?}"),
    }
}

/// What an event says, as `kind assessment|title|course|student|e-mail|name|submission|time|answers`.
fn told(event: &IntakeEvent) -> String {
    let kind = match &event.kind {
        EventKind::Completed { .. } => "completed",
        EventKind::Unusable { cause, .. } => cause,
        EventKind::Ignored { reason } => return format!("ignored {reason}"),
        EventKind::Unreadable { message } => return format!("unreadable {message}"),
        EventKind::Recorded { .. } | EventKind::Ping => return "not of this platform".to_owned(),
    };
    let completion = completion(event);
    let (student, assessment) = (&completion.student, &completion.assessment);
    let texts =
        [&assessment.id, &assessment.title, &assessment.course_id, &student.id, &student.email, &student.name, &completion.submission_id];
    let texts: Vec<&str> = texts.iter().map(|text| text.as_deref().unwrap_or("-")).collect();
    let time = completion.submitted_at.map_or_else(|| "-".to_owned(), |time| time.to_string());
    let answers = completion.submission.as_ref().map_or(0, |submission| submission.answers.len());
    format!("{kind} {}|{time}|{answers}", texts.join("|"))
}

#[test]
fn every_shape_is_understood() {
    let table = [
        ("s1_nested", format!("completed {UNIT}|Test de diagnóstico Parte 1|m30m-diagnostico|{USER}|ana@example.com|Ana Pérez|-|-|3")),
        ("s1_minimal", format!("completed {UNIT}|-|-|{USER}|ana@example.com|-|-|-|0")),
        ("s1_as_text", format!("completed {UNIT}|-|m30m-diagnostico|{USER}|ana@example.com|-|-|2025-08-26T16:43:18.329633Z|2")),
        ("s1_admin_url", format!("completed {UNIT}|-|-|{USER}|ana@example.com|Ana Pérez|-|-|0")),
        (
            "s1_old_unit",
            format!(
                "completed grokking-the-coding-interview_1628743890075_50Unit|-|grokking-the-coding-interview|{USER}|ana@example.com|Ana Pérez|-|-|0"
            ),
        ),
        ("s1_no_student", format!("no_student {UNIT}|M1|m30m-diagnostico|-|-|-|-|-|0")),
        ("s2_automation", "no_assessment -|-|-|6a7c52613e28030887049ae7|student@example.com|student|-|-|0".to_owned()),
        ("s3_flat", "completed -|CIEN|-|user123|student@example.com|-|-|-|0".to_owned()),
        ("s3_ungraded", "completed -|CIEN|-|user123|student@example.com|-|-|-|0".to_owned()),
        ("s4_event", "completed 67890|-|-|12345|-|-|-|2022-01-01T00:00:00Z|0".to_owned()),
        ("s4_event_iso", "completed 67890|-|-|12345|-|-|-|2022-01-01T00:00:00Z|0".to_owned()),
        ("s4_event_milliseconds", "completed 67890|-|-|12345|-|-|-|2022-01-01T00:00:00Z|0".to_owned()),
        ("s4_started", "ignored event assessment.started".to_owned()),
        (
            "s5_envelope",
            format!(
                "completed {UNIT}|M1|m30m-diagnostico|{USER}|ana@example.com|ana@example.com|63231d88da4ed9ba7d0198f4|2022-09-15T13:00:05.183458Z|2"
            ),
        ),
        ("s5_envelope_wrapped_user", format!("completed {UNIT}|-|-|{USER}|ana@example.com|Ana Pérez|-|-|0")),
        (
            "s6_submission",
            format!(
                "completed {UNIT}|-|-|549d7ee2e4b4c8b511000000|info@learnworlds.com|-|63231d88da4ed9ba7d0198f4|2022-09-15T13:00:05.047033Z|2"
            ),
        ),
        (
            "s6_submission_bare",
            "no_assessment -|-|-|549d7ee2e4b4c8b511000000|info@learnworlds.com|-|63231d88da4ed9ba7d0198f4|2022-09-15T13:00:05.047033Z|2"
                .to_owned(),
        ),
        ("s7_course_completed", "ignored event course_completed".to_owned()),
        ("event_unknown", "ignored event somethingNew".to_owned()),
        (
            "demo",
            format!(
                "completed {UNIT}|Test de diagnóstico Parte 1|m30m-diagnostico|{USER}|ana.perez@example.com|Ana Pérez|68aded265f0c3a0f8a0b1c2d|2025-08-26T16:43:18.329633Z|12"
            ),
        ),
    ];
    for (name, expected) in table {
        assert_eq!(told(&fixture(name)), expected, "{name}");
    }
}

#[test]
fn the_platforms_own_events_are_ignored_by_name() {
    let mut seen = 0;
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let Some(kind) = name.strip_prefix("event_").filter(|kind| *kind != "unknown") else { continue };
        assert_eq!(told(&fixture(&name)), format!("ignored event {kind}"));
        seen += 1;
    }
    assert_eq!(seen, 17);
}

#[test]
fn answers_keep_their_order_their_blocks_and_their_gaps() {
    let event = fixture("s5_envelope");
    let answers = &completion(&event).submission.as_ref().unwrap().answers;
    assert_eq!(answers[0].description.as_deref(), Some("Pregunta 1"));
    assert_eq!((answers[0].block_type.as_deref(), answers[0].answer.as_deref()), (Some("mc"), Some("Paphos")));
    assert_eq!((answers[0].points, answers[0].max_points), (Some(0.0), Some(1.0)));
    assert_eq!(answers[1].points, None);

    let event = fixture("s1_nested");
    let given: Vec<_> = completion(&event).submission.as_ref().unwrap().answers.iter().map(|answer| answer.answer.as_deref()).collect();
    assert_eq!(given, [Some("A"), Some("C"), None]);
}

#[test]
fn grades_names_and_schools_are_read_from_text_too() {
    let event = fixture("s1_as_text");
    let completion = completion(&event);
    let submission = completion.submission.as_ref().unwrap();
    assert_eq!((submission.grade, submission.passed), (Some(85.0), Some(true)));
    assert_eq!(completion.school.as_deref(), Some("Mi colegio"));
    assert_eq!(completion.assessment.course_title.as_deref(), Some("M30M Diagnóstico"));
    assert_eq!((&completion.student.first_name, &completion.student.last_name), (&None, &None));
}

#[test]
fn unusable_events_say_what_to_add_and_show_the_shape_without_values() {
    for (name, hint) in
        [("s2_automation", "assessment.url"), ("s6_submission_bare", "assessment_id"), ("s1_no_student", "user.id and user.email")]
    {
        let EventKind::Unusable { message, .. } = fixture(name).kind else { panic!("{name}") };
        assert!(message.contains(hint) && message.contains("Received: {"), "{message}");
        for value in ["student@example.com", "info@learnworlds.com", "Informe", "Paphos", "M1"] {
            assert!(!message.contains(value), "{message}");
        }
    }
}

#[test]
fn a_body_that_is_no_json_object_is_unreadable_and_says_where() {
    for (body, said) in [
        ("", "the body is not JSON (line 1, column 0)"),
        ("{", "the body is not JSON (line 1, column 1)"),
        ("{\"user\":\n ana", "the body is not JSON (line 2, column 2)"),
        ("[]", "the body is not a JSON object"),
        ("\"x\"", "the body is not a JSON object"),
        ("null", "the body is not a JSON object"),
    ] {
        assert_eq!(told(&parse(body.as_bytes()).unwrap()), format!("unreadable {said}"), "{body}");
    }
    for nothing in [&b"\xff\xfe{}"[..], "[".repeat(100_000).as_bytes()] {
        assert!(told(&parse(nothing).unwrap()).starts_with("unreadable"));
    }
    assert!(parse(b"\xef\xbb\xbf{}").is_ok());
}

#[test]
fn what_says_nothing_about_an_assessment_is_ignored_without_repeating_values() {
    for (body, reason) in [
        (json!({}), "no assessment completion in this shape: {}"),
        (json!({"hello": "Ana", "ana@example.com": 1}), "no assessment completion in this shape: {?: number, hello: string}"),
        (json!({"type": "Ana Pérez did it", "data": {}}), "event of an unknown type"),
        (json!({"event": "ping"}), "event ping"),
    ] {
        assert_eq!(parse_json(&body).kind, EventKind::Ignored { reason: reason.to_owned() });
    }
}

#[test]
fn structure_decides_where_names_do_not() {
    let user = json!({"id": USER, "email": "ana@example.com"});
    let url = format!("https://s.learnworlds.com/path-player?unit={UNIT}");
    let same = [
        json!({"user": user, "assessment": url}),
        json!({"user": user, "assessment": UNIT}),
        json!({"user": user, "assessment_id": url}),
        json!({"user": user, "assessment": {"id": UNIT.to_uppercase()}}),
        json!({"user": user, "Assessment URL": url}),
        json!({"user": user, "url": url}),
        json!({"user": user, "data": {"assessmentId": UNIT}}),
        json!({"type": "courseCompleted", "data": {"user": user, "assessment": {"url": url}}}),
        json!({"event": "assessment.submission.created", "data": {"user": user, "assessment": {"id": UNIT}}}),
        json!({"type": "Assessment Completed", "user": user, "learningUnit": {"id": UNIT, "title": "M1"}}),
        json!({"User ID": USER, "user_email": "ana@example.com", "unit": UNIT}),
        json!({"user": USER, "email": "ana@example.com", "unit_id": UNIT}),
        json!({"user": "ana@example.com", "userId": USER, "unit_id": UNIT}),
    ];
    for body in same {
        let event = parse_json(&body);
        let completion = completion(&event);
        assert!(matches!(event.kind, EventKind::Completed { .. }), "{body}");
        assert_eq!(completion.assessment.id.as_deref(), Some(UNIT), "{body}");
        assert_eq!(
            (completion.student.id.as_deref(), completion.student.email.as_deref()),
            (Some(USER), Some("ana@example.com")),
            "{body}"
        );
    }
}

#[test]
fn decomposed_accents_become_composed_ones() {
    let event = parse_json(&json!({"user": {"id": USER, "username": "Jose\u{301}"}, "assessment": {"title": "Diagno\u{301}stico"}}));
    assert_eq!(completion(&event).student.name.as_deref(), Some("José"));
    assert_eq!(completion(&event).assessment.title.as_deref(), Some("Diagnóstico"));
}

#[test]
fn the_same_submission_is_the_same_effect_however_it_is_told() {
    let told = |body: serde_json::Value| effect_key(&parse_json(&body)).to_owned();
    let url = format!("https://s.learnworlds.com/path-player?unit={UNIT}");
    let nested = told(
        json!({"user": {"id": USER.to_uppercase(), "email": "a@b.cl"}, "assessment": {"url": url, "title": "M1"}, "submission": {"id": "s1"}}),
    );
    let flat = told(json!({"user_id": USER, "assessment_id": UNIT, "submission_id": "s1", "extra": true}));
    assert_eq!(nested, flat);
    assert_ne!(nested, told(json!({"user_id": USER, "assessment_id": UNIT, "submission_id": "s2"})));
    assert_ne!(nested, told(json!({"user_id": "u2", "assessment_id": UNIT, "submission_id": "s1"})));
    assert_ne!(nested, told(json!({"user_id": USER, "assessment_id": "a2", "submission_id": "s1"})));
}

#[test]
fn without_a_submission_id_its_time_and_then_the_body_tell_effects_apart() {
    let told = |body: serde_json::Value| effect_key(&parse_json(&body)).to_owned();
    let timed = |time: &str, extra: u32| told(json!({"user_id": USER, "assessment_id": UNIT, "timestamp": time, "extra": extra}));
    assert_eq!(timed("1640995200", 1), timed("2022-01-01T00:00:00Z", 2));
    assert_ne!(timed("1640995200", 1), timed("1640995201", 1));
    let bare = |extra: u32| told(json!({"user_id": USER, "assessment_id": UNIT, "extra": extra}));
    assert_eq!(bare(1), bare(1));
    assert_ne!(bare(1), bare(2));
    // The start of an attempt tells attempts apart without pretending to be the time it was handed in.
    let started = |time: f64, extra: u32| told(json!({"user_id": USER, "assessment_name": "CIEN", "created": time, "extra": extra}));
    assert_eq!(started(1_756_226_598.3, 1), started(1_756_226_598.3, 2));
    assert_ne!(started(1_756_226_598.3, 1), started(1_756_226_599.3, 1));
}

#[test]
fn effect_keys_tell_nothing_about_the_student() {
    let event = parse_json(&json!({"email": "ana@example.com", "assessment_name": "M1"}));
    let key = effect_key(&event);
    assert!(key.starts_with("learnworlds-") && key.len() == "learnworlds-".len() + 64 && !key.contains('@'), "{key}");
}

/// JSON that is shaped like ours more often than chance would have it.
fn bodies() -> impl Strategy<Value = serde_json::Value> {
    let key = prop_oneof![
        prop::sample::select(vec![
            "user",
            "data",
            "assessment",
            "submission",
            "answers",
            "id",
            "url",
            "email",
            "type",
            "event",
            "created",
            "timestamp",
            "user_id",
            "school",
            "course"
        ])
        .prop_map(str::to_owned),
        ".{0,8}",
    ];
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|b| json!(b)),
        any::<f64>().prop_map(|n| json!(n)),
        any::<i64>().prop_map(|n| json!(n)),
        ".{0,40}".prop_map(|s| json!(s)),
        prop::sample::select(vec![
            "{{user.id}}",
            "null",
            "1e400",
            "https://x/?unit=%FF&unit=\u{0}",
            "2021-12-02T12:11:45+99:00",
            "[[",
            "\u{301}"
        ])
        .prop_map(|s| json!(s)),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(serde_json::Value::from),
            prop::collection::vec((key.clone(), inner), 0..8).prop_map(|pairs| pairs.into_iter().collect()),
        ]
    })
}

fn with(content_type: &str, body: &[u8]) -> IntakeEvent {
    LearnWorlds::offline().parse(&|name| (name == "content-type").then_some(content_type), body, 1 << 20).unwrap().pop().unwrap()
}

#[test]
fn names_and_titles_are_read_as_people_read_them() {
    let event = parse_json(&json!({
        "user": { "id": USER, "email": "brian@example.com", "username": "Brian O&#039;Connor &amp; C&iacute;a" },
        "assessment": { "id": UNIT, "title": "<p>Biolog&iacute;a &amp;amp; Qu&iacute;mica</p>" },
        "course": { "id": "bio", "title": "Ciencias &lt;b&gt;II&lt;/b&gt;" },
    }));
    let completion = completion(&event);
    assert_eq!(completion.student.name.as_deref(), Some("Brian O'Connor & Cía"));
    assert_eq!(completion.assessment.title.as_deref(), Some("Biología & Química"));
    assert_eq!(completion.assessment.course_title.as_deref(), Some("Ciencias II"));
}

#[test]
fn long_names_and_titles_are_cut_to_what_people_read() {
    for odd in ["N", "é", "🎓", "a\u{301}", "שלום ", "&amp;", "<b>"] {
        let long = odd.repeat(200_000);
        let event = parse_json(&json!({
            "user": { "id": USER, "email": "ana@example.com", "username": long },
            "assessment": { "id": UNIT, "title": long },
        }));
        let completion = completion(&event);
        let length = |text: &Option<String>| text.as_ref().map_or(0, |text| text.chars().count());
        assert!(length(&completion.student.name) <= 200 && length(&completion.assessment.title) <= 200, "{odd}");
    }
}

#[test]
fn a_template_broken_by_a_quotation_mark_still_brings_its_report() {
    let body = format!(
        r#"{{"user":{{"id":"{USER}","email":"ana@example.com","username":"Ana "la Chica" Pérez"}},"assessment":{{"url":"https://x/path-player?unit={UNIT}"}}}}"#
    );
    let event = parse(body.as_bytes()).unwrap();
    assert_eq!(completion(&event).student.name.as_deref(), Some("Ana \"la Chica\" Pérez"));
    assert!(matches!(event.kind, EventKind::Completed { .. }));
}

#[test]
fn a_form_is_a_completion_too() {
    let body =
        format!("user[id]={USER}&user[email]=ana%40example.com&user[username]=Ana+P%C3%A9rez&assessment_id={UNIT}&assessment_name=M1");
    let event = with("application/x-www-form-urlencoded", body.as_bytes());
    assert_eq!(told(&event), format!("completed {UNIT}|M1|-|{USER}|ana@example.com|Ana Pérez|-|-|0"));
}

#[test]
fn answers_are_read_as_list_as_object_and_as_text() {
    let one = |text: &str| json!({ "description": text, "answer": "A" });
    for answers in [
        json!([one("P1"), one("P2"), one("P10")]),
        json!({ "0": one("P1"), "2": one("P2"), "10": one("P10") }),
        json!(json!([one("P1"), one("P2"), one("P10")]).to_string()),
    ] {
        let event = parse_json(&json!({ "user_id": USER, "assessment_id": UNIT, "submission": { "id": "s", "answers": answers } }));
        let submission = completion(&event).submission.as_ref().unwrap();
        let read: Vec<&str> = submission.answers.iter().filter_map(|answer| answer.description.as_deref()).collect();
        assert_eq!(read, ["P1", "P2", "P10"]);
    }
    let by_block = json!({ "mc1_1": "A", "mc2_2": { "answer": "B" } });
    let event = parse_json(&json!({ "user_id": USER, "assessment_id": UNIT, "submission": { "id": "s", "answers": by_block } }));
    let answers = &completion(&event).submission.as_ref().unwrap().answers;
    let read: Vec<_> = answers.iter().map(|answer| (answer.block_id.as_deref(), answer.answer.as_deref())).collect();
    assert_eq!(read, [(Some("mc1_1"), Some("A")), (Some("mc2_2"), Some("B"))]);
}

#[test]
fn more_answers_than_a_test_has_are_no_submission() {
    let event = parse_json(&json!({ "user_id": USER, "assessment_id": UNIT, "submission": { "answers": vec![0; 300_000] } }));
    assert!(matches!(event.kind, EventKind::Unusable { cause: "too_many_answers", .. }));
    assert!(completion(&event).submission.is_none());
}

#[test]
fn days_and_written_dates_are_the_day_that_was_meant() {
    let submitted = |time: &str| {
        let event =
            parse_json(&json!({ "user_id": USER, "assessment_id": UNIT, "submission": { "submittedTimestamp": time, "answers": ["A"] } }));
        completion(&event).submitted_at.map(|at| at.to_string())
    };
    for (written, read) in [
        ("2026-03-12", "2026-03-12T12:00:00Z"),
        ("2026-03-12T23:30:00", "2026-03-12T23:30:00Z"),
        ("2026-03-12T23:30:00-03:00", "2026-03-13T02:30:00Z"),
        ("12/03/2026 23:30", "2026-03-12T23:30:00Z"),
        ("12/03/2026", "2026-03-12T12:00:00Z"),
        ("03/25/2026", "2026-03-25T12:00:00Z"),
        ("12-03-2026, 11:30 p. m.", "2026-03-12T23:30:00Z"),
        ("2026/03/12 08:05:09", "2026-03-12T08:05:09Z"),
    ] {
        assert_eq!(submitted(written).as_deref(), Some(read), "{written}");
    }
    for nothing in ["soon", "12/13/14", "1/2", "99/99/2026", "12/03/2026 25:00"] {
        assert_eq!(submitted(nothing), None, "{nothing}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_accept_panic(body in prop::collection::vec(any::<u8>(), 0..400), header in ".{0,80}") {
        let secrets = Secrets { current: Some("secret".into()), previous: None, key: None, allow_unsigned: false };
        let _ = accept(&LearnWorlds::offline(), &|_| Some(&header), &body, &secrets, 1 << 20);
        let _ = parse(&body);
    }

    #[test]
    fn no_json_makes_parse_panic_and_parsing_is_repeatable(body in bodies()) {
        let bytes = body.to_string();
        let first = parse(bytes.as_bytes());
        let unreadable = matches!(&first, Ok(event) if matches!(event.kind, EventKind::Unreadable { .. }));
        prop_assert_eq!(unreadable, !body.is_object());
        prop_assert_eq!(first, parse(bytes.as_bytes()));
    }

    #[test]
    fn a_shape_never_shows_a_value(text in "[a-z]{12}") {
        let shape = super::shape_of(&json!({"user": {"name": text, "n": [text]}, format!("{text} {text}"): 1}));
        prop_assert!(!shape.contains(&text), "{}", shape);
    }
}
