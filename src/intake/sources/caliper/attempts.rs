//! What an envelope tells of attempts: answers to items, and scores.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::NAME;
use crate::intake::event::EventKind;
use crate::intake::{shapes, wire};
use crate::model::completion::{Assessment, Completion};
use crate::model::person::Student;
use crate::model::submission::{Answer, Submission};

/// One attempt at an assessment, as far as the envelope tells.
#[derive(Default)]
struct Attempt {
    student: Student,
    assessment: Assessment,
    at: Option<Timestamp>,
    is_finished: bool,
    count: Option<u32>,
    score: Option<f64>,
    max: Option<f64>,
    answers: Vec<Answer>,
}

/// The completions of an envelope: attempts that are submitted or graded, with a result or with answers.
pub(super) fn completions(data: &[Value]) -> Vec<EventKind> {
    let mut attempts: BTreeMap<String, Attempt> = BTreeMap::new();
    let mut item_scores: BTreeMap<String, (f64, Option<f64>)> = BTreeMap::new();
    for event in data {
        let is = |kind: &str, action: &str| {
            wire::text_at(event, &["type"]).as_deref() == Some(kind) && wire::text_at(event, &["action"]).as_deref() == Some(action)
        };
        if is("GradeEvent", "Graded") {
            graded(event, &mut attempts, &mut item_scores);
        } else if is("AssessmentEvent", "Submitted") {
            submitted(event, &mut attempts);
        } else if is("AssessmentItemEvent", "Completed") {
            answered(event, &mut attempts);
        }
    }
    for answer in attempts.values_mut().flat_map(|attempt| &mut attempt.answers) {
        let Some((points, max)) = answer.block_type.as_ref().and_then(|id| item_scores.get(id)).copied() else { continue };
        (answer.points, answer.max_points) = (Some(points), max);
    }
    attempts.into_iter().filter(|(_, attempt)| attempt.is_finished).filter_map(|(id, attempt)| attempt.completion(&id)).collect()
}

impl Attempt {
    fn completion(self, id: &str) -> Option<EventKind> {
        let Self { student, assessment, at, count, score, max, answers, .. } = self;
        // The item's own attempt was noted there only to find its score.
        let mut answers: Vec<Answer> = answers.into_iter().map(|answer| Answer { block_type: None, ..answer }).collect();
        if answers.is_empty() {
            answers = shapes::result_alone(assessment.title.as_deref(), None, score, max);
        }
        if answers.is_empty() {
            return None;
        }
        let submission =
            Submission { id: Some(id.to_owned()), submitted_at: at, attempt: count, grade: shapes::percent(score, max), passed: None, answers };
        let completion = Completion {
            source: NAME.to_owned(),
            student,
            assessment,
            submission_id: Some(id.to_owned()),
            submitted_at: at,
            school: None,
            score_to: None,
            submission: Some(submission),
        };
        Some(shapes::completion_kind(completion, id))
    }

    fn learn(&mut self, event: &Value, attempt: &Value, assignable: &Value) {
        let person = [attempt.get("assignee"), event.get("actor")].into_iter().flatten().find(|person| reference(person).is_some());
        if self.student.id.is_none()
            && let Some(person) = person
        {
            self.student = student(person);
        }
        // The actor tells more of themselves than a reference does.
        if let Some(actor) = event.get("actor").filter(|actor| reference(actor) == self.student.id) {
            let told = student(actor);
            self.student.email = self.student.email.take().or(told.email);
            self.student.name = self.student.name.take().or(told.name);
        }
        self.assessment.id = self.assessment.id.take().or_else(|| reference(assignable));
        self.assessment.title = self.assessment.title.take().or_else(|| wire::text_at(assignable, &["name"]).and_then(|name| wire::label(&name)));
        if let Some(course) = event.get("group") {
            self.assessment.course_id = self.assessment.course_id.take().or_else(|| reference(course));
            self.assessment.course_title =
                self.assessment.course_title.take().or_else(|| wire::text_at(course, &["name"]).and_then(|name| wire::label(&name)));
        }
        self.count = self.count.or_else(|| wire::number_at(attempt, &["count"]).map(|count| count as u32));
    }
}

/// An entity's id, whether it is described or only referred to.
fn reference(entity: &Value) -> Option<String> {
    match entity {
        Value::String(id) => wire::id(id),
        _ => wire::id_at(entity, &["id"]),
    }
}

fn student(person: &Value) -> Student {
    let told = |key: &str| wire::text_at(person, &[key]).or_else(|| wire::text_at(person, &["extensions", key]));
    let id = reference(person);
    let from_id = id.as_deref().and_then(|id| id.strip_prefix("mailto:")).map(ToOwned::to_owned);
    Student { email: told("email").or(from_id), name: told("name").and_then(|name| wire::label(&name)), id, ..Student::default() }
}

fn is_item(assignable: &Value) -> bool {
    assignable.get("type").and_then(Value::as_str) == Some("AssessmentItem")
}

static NOTHING: Value = Value::Null;

fn graded(event: &Value, attempts: &mut BTreeMap<String, Attempt>, item_scores: &mut BTreeMap<String, (f64, Option<f64>)>) {
    let attempt = event.get("object").unwrap_or(&NOTHING);
    // A score without an attempt is kept, but there is nobody to report to.
    let (Some(id), Some(score)) = (reference(attempt), wire::number_at(event, &["generated", "scoreGiven"])) else { return };
    let max = wire::number_at(event, &["generated", "maxScore"]);
    let assignable = attempt.get("assignable").unwrap_or(&NOTHING);
    if is_item(assignable) {
        item_scores.insert(id, (score, max));
        return;
    }
    let known = attempts.entry(id).or_default();
    // A grader is the actor: only the attempt tells whose it is.
    let grader_aside = serde_json::json!({ "group": event.get("group") });
    known.learn(if attempt.get("assignee").is_some() { &grader_aside } else { event }, attempt, assignable);
    (known.score, known.max, known.is_finished) = (Some(score), max, true);
    known.at = known.at.or_else(|| wire::time_at(attempt, &["endedAtTime"])).or_else(|| wire::time_at(event, &["eventTime"]));
}

fn submitted(event: &Value, attempts: &mut BTreeMap<String, Attempt>) {
    // The attempt is what the submission made, or what was submitted.
    let attempt = event.get("generated").or_else(|| event.get("object")).unwrap_or(&NOTHING);
    let Some(id) = reference(attempt) else { return };
    let assignable = attempt.get("assignable").or_else(|| event.get("object")).unwrap_or(&NOTHING);
    let known = attempts.entry(id).or_default();
    known.learn(event, attempt, assignable);
    known.is_finished = true;
    known.at = wire::time_at(event, &["eventTime"]).or(known.at);
}

fn answered(event: &Value, attempts: &mut BTreeMap<String, Attempt>) {
    let (item, response) = (event.get("object").unwrap_or(&NOTHING), event.get("generated").unwrap_or(&NOTHING));
    let own = response.get("attempt").unwrap_or(&NOTHING);
    let whole = own.get("isPartOf").unwrap_or(&NOTHING);
    let Some(id) = reference(whole) else { return };
    let known = attempts.entry(id).or_default();
    let assignable = whole.get("assignable").or_else(|| item.get("isPartOf")).unwrap_or(&NOTHING);
    known.learn(event, whole, assignable);
    if known.answers.len() >= wire::MOST_ANSWERS {
        return;
    }
    known.answers.push(Answer {
        block_id: reference(item),
        block_type: reference(own),
        description: wire::text_at(item, &["description"]).or_else(|| wire::text_at(item, &["name"])).map(|text| wire::shortened(text, wire::LONGEST_QUESTION)),
        answer: values(response).map(|text| wire::shortened(text, wire::LONGEST_ANSWER)),
        points: None,
        max_points: wire::number_at(item, &["maxScore"]),
    });
}

/// What was answered: `value`, `values`, or `selections` of a choice.
fn values(response: &Value) -> Option<String> {
    let listed = |key: &str| {
        let items: Vec<String> = response.get(key)?.as_array()?.iter().take(100).filter_map(wire::text).collect();
        (!items.is_empty()).then(|| items.join(" | "))
    };
    wire::text_at(response, &["value"]).or_else(|| listed("values")).or_else(|| listed("selections"))
}
