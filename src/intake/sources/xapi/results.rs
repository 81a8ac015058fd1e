//! What statements tell of finished tests.

use jiff::Timestamp;
use serde_json::Value;

use super::NAME;
use crate::intake::event::{EventKind, event_key};
use crate::intake::{shapes, wire};
use crate::model::completion::{Assessment, Completion};
use crate::model::person::Student;
use crate::model::submission::{Answer, Submission};

/// Verbs that end a test.
const FINISHED: &[&str] = &["completed", "passed", "failed", "scored", "submitted"];
/// Activity types that are tests, by their last part.
const TESTS: &[&str] = &["assessment", "quiz", "exam", "test", "attempt"];
/// Senders tell that a test is completed and that it is passed, moments apart and under different ids.
const ONE_RESULT_SECONDS: i64 = 60;

/// The completions among the statements of a call; the answers of the same student to questions of the same test come along.
pub(super) fn completions(statements: &[Value]) -> Vec<EventKind> {
    let mut found: Vec<(StatementResult, EventKind)> = Vec::new();
    let voided: Vec<String> = statements.iter().filter_map(voids).collect();
    let counts = |statement: &&Value| {
        is_finished_test(statement) && !wire::text_at(statement, &["id"]).is_some_and(|id| voided.contains(&id.to_ascii_lowercase()))
    };
    for statement in statements.iter().filter(counts) {
        let Some((result, kind)) = completion(statement, statements) else { continue };
        // Told twice around a full minute it would be two keys.
        if found.iter().all(|(known, _)| !known.is_same(&result)) {
            found.push((result, kind));
        }
    }
    found.into_iter().map(|(_, kind)| kind).collect()
}

/// A result apart from the statement that tells it.
struct StatementResult {
    /// Who, what, which attempt, and the score.
    what: String,
    at: Option<Timestamp>,
}

impl StatementResult {
    fn is_same(&self, other: &Self) -> bool {
        let apart = self.at.zip(other.at).map_or(0, |(one, two)| one.duration_since(two).as_secs().abs());
        self.what == other.what && apart < ONE_RESULT_SECONDS
    }
}

fn last_part(statement: &Value, path: &[&str]) -> Option<String> {
    wire::text_at(statement, path).and_then(|id| id.rsplit(['/', '#']).next().map(str::to_ascii_lowercase))
}

/// The statement that this one takes back.
fn voids(statement: &Value) -> Option<String> {
    let is_void = last_part(statement, &["verb", "id"]).as_deref() == Some("voided");
    let is_reference = wire::text_at(statement, &["object", "objectType"]).as_deref() == Some("StatementRef");
    wire::text_at(statement, &["object", "id"]).filter(|_| is_void && is_reference).map(|id| id.to_ascii_lowercase())
}

/// Whether it was sent by an assignable unit of cmi5, whose activities need not say what they are: what it passed or failed with a score was a test.
fn is_judged_unit(statement: &Value, verb: Option<&str>) -> bool {
    const CMI5: &str = "https://w3id.org/xapi/cmi5/context/categories/cmi5";
    let categories = wire::at(statement, &["context", "contextActivities", "category"]);
    let is_cmi5 = |category: &Value| category.get("id").and_then(Value::as_str) == Some(CMI5);
    // Version 1.0 lets one stand without its list.
    let is_cmi5 = categories.is_some_and(|categories| categories.as_array().map_or_else(|| is_cmi5(categories), |all| all.iter().any(is_cmi5)));
    is_cmi5 && matches!(verb, Some("passed" | "failed")) && wire::at(statement, &["result", "score"]).is_some()
}

fn is_finished_test(statement: &Value) -> bool {
    let verb = last_part(statement, &["verb", "id"]);
    let kind = last_part(statement, &["object", "definition", "type"]);
    let is = |words: &[&str], word: &Option<String>| word.as_deref().is_some_and(|word| words.contains(&word));
    let is_test = is(FINISHED, &verb) && is(TESTS, &kind) && statement.get("result").is_some();
    is_test || is_judged_unit(statement, verb.as_deref())
}

fn completion(statement: &Value, all: &[Value]) -> Option<(StatementResult, EventKind)> {
    let actor = statement.get("actor")?;
    let student = student(actor);
    let assessment_id = wire::id_at(statement, &["object", "id"])?;
    let title = title(statement.get("object")?);
    let (score, max) = score(statement.get("result")?);
    let mut answers: Vec<Answer> =
        all.iter().filter(|other| is_answer_to(other, actor, &assessment_id)).take(wire::MOST_ANSWERS).map(answer).collect();
    if answers.is_empty() {
        answers = shapes::result_alone(title.as_deref(), response(statement), score, max);
    }
    if answers.is_empty() {
        return None;
    }
    let at = wire::time_at(statement, &["timestamp"]);
    let course = statement.pointer("/context/contextActivities/grouping/0");
    let submission = Submission {
        id: None,
        submitted_at: at,
        attempt: None,
        grade: shapes::percent(score, max),
        passed: wire::at(statement, &["result", "success"]).and_then(Value::as_bool),
        answers,
    };
    let who = student.id.clone().or_else(|| student.email.clone()).unwrap_or_default();
    let registration = wire::text_at(statement, &["context", "registration"]).unwrap_or_default();
    let minute = at.map_or(0, |at| at.as_second() / ONE_RESULT_SECONDS);
    let what = format!("completion;{};{who};{};{assessment_id};{registration};{score:?}", who.len(), assessment_id.len());
    let key = format!("{what};{minute}");
    let completion = Completion {
        source: NAME.to_owned(),
        student,
        assessment: Assessment {
            id: Some(assessment_id),
            title,
            course_id: course.and_then(|course| wire::id_at(course, &["id"])),
            course_title: course.and_then(title_of),
        },
        submission_id: None,
        submitted_at: at,
        school: None,
        score_to: None,
        submission: Some(submission),
    };
    let kind = match shapes::completion_kind(completion, &key) {
        EventKind::Completed { completion, .. } => EventKind::Completed { completion, effect_key: event_key(NAME, &key) },
        other => other,
    };
    Some((StatementResult { what, at }, kind))
}

fn title_of(activity: &Value) -> Option<String> {
    title(activity)
}

/// An activity's name in one of its languages.
fn title(activity: &Value) -> Option<String> {
    wire::label(&in_a_language(wire::at(activity, &["definition", "name"])?)?)
}

/// A text of a language map: Spanish, English or Portuguese first, else whichever comes first.
fn in_a_language(map: &Value) -> Option<String> {
    let map = map.as_object()?;
    let preferred = ["es", "en", "pt"].iter().find_map(|language| map.iter().find(|(key, _)| key.starts_with(language)));
    wire::text(preferred.or_else(|| map.iter().next())?.1)
}

fn student(actor: &Value) -> Student {
    let email = wire::text_at(actor, &["mbox"]).map(|mbox| mbox.trim_start_matches("mailto:").to_owned());
    let account = wire::id_at(actor, &["account", "name"]);
    let other = wire::id_at(actor, &["openid"]).or_else(|| wire::id_at(actor, &["mbox_sha1sum"]));
    // Moodle and others use the address as the account's name.
    let email = email.or_else(|| account.clone().filter(|name| name.contains('@')));
    let name = wire::text_at(actor, &["name"]).and_then(|name| wire::label(&name));
    Student { id: account.or(other).or_else(|| email.clone()), email, name, ..Student::default() }
}

/// The points and how many there are: as they are, or the scaled ones as percent.
fn score(result: &Value) -> (Option<f64>, Option<f64>) {
    let number = |key: &str| wire::number_at(result, &["score", key]);
    match (number("raw"), number("max"), number("scaled")) {
        (Some(raw), Some(max), _) => (Some(raw - number("min").unwrap_or(0.0)), Some(max - number("min").unwrap_or(0.0))),
        (_, _, Some(scaled)) => (Some((scaled.clamp(0.0, 1.0) * 1e6).round() / 1e4), Some(100.0)),
        (raw, max, None) => (raw, max),
    }
}

fn response(statement: &Value) -> Option<String> {
    wire::text_at(statement, &["result", "response"]).map(|text| wire::shortened(text, wire::LONGEST_ANSWER))
}

/// Whether a statement tells the answer of this student to a question of this test.
fn is_answer_to(statement: &Value, actor: &Value, assessment: &str) -> bool {
    let is_answered = last_part(statement, &["verb", "id"]).as_deref() == Some("answered");
    let belongs = |list: &str| {
        let activities = wire::at(statement, &["context", "contextActivities", list]).and_then(Value::as_array);
        activities.is_some_and(|activities| activities.iter().any(|activity| activity.get("id").and_then(Value::as_str) == Some(assessment)))
    };
    let same = |actor: &Value| {
        let student = student(actor);
        (student.id, student.email)
    };
    is_answered && statement.get("actor").map(same) == Some(same(actor)) && (belongs("parent") || belongs("grouping"))
}

fn answer(statement: &Value) -> Answer {
    let definition = statement.pointer("/object/definition").unwrap_or(&Value::Null);
    let text = |key: &str| wire::at(definition, &[key]).and_then(in_a_language);
    let (raw, max) = statement.get("result").map(score).unwrap_or_default();
    let success = wire::at(statement, &["result", "success"]).and_then(Value::as_bool);
    let points = raw.or_else(|| success.map(|right| f64::from(u8::from(right))));
    Answer {
        block_id: wire::id_at(statement, &["object", "id"]),
        block_type: wire::id_at(definition, &["interactionType"]),
        description: text("description").or_else(|| text("name")).map(|text| wire::shortened(text, wire::LONGEST_QUESTION)),
        answer: response(statement).map(|response| in_words(&response, definition)),
        points,
        max_points: max.or_else(|| points.map(|_| 1.0)),
    }
}

/// The words of what was chosen; ids of choices stand between `[,]`.
fn in_words(response: &str, definition: &Value) -> String {
    let choices = wire::at(definition, &["choices"]).and_then(Value::as_array);
    let words = |id: &str| {
        let choice = choices?.iter().find(|choice| choice.get("id").and_then(Value::as_str) == Some(id))?;
        in_a_language(choice.get("description")?)
    };
    response.split("[,]").take(100).map(|id| words(id).unwrap_or_else(|| id.to_owned())).collect::<Vec<_>>().join(" | ")
}
