//! From an authentic body to an event.
//!
//! | shape | known by |
//! |---|---|
//! | S1 nested automation | `user`, `assessment`, perhaps `submission` at the root |
//! | S2 automation default | `user` without any assessment: unusable, the administrator is told |
//! | S3, S4 flat | `user_id`, `email`, `assessment_id` or `assessment_name` at the root |
//! | S5 v2 envelope | the same objects under `data` |
//! | S6 submission as the API writes it | `answers`, `submittedTimestamp`, `user_id` at the root |
//! | S7 and the platform's own events | a known or unrelated event name: ignored |

use serde_json::Value;

use super::NAME;
use super::reference::{self, Reference};
use crate::intake::decode::{Decoded, decode};
use crate::intake::event::{EventKind, IntakeEvent, Rejection, effect_key};
use crate::intake::repair::{self, Broken};
use crate::intake::source::Headers;
use crate::intake::wire::{self, Fields, MOST_ANSWERS, shape_of};
use crate::model::completion::{Assessment, Completion};
use crate::model::person::Student;
use crate::signing;

/// The events of the platform's own webhooks, `type` and `trigger`; none is about an assessment. Compared without case and separators.
const OTHER_EVENTS: &[(&str, &str)] = &[
    ("userUpdated", "user_updated"),
    ("productBought", "new_purchase"),
    ("paymentCreated", "new_purchase"),
    ("enrolledFreeCourse", "enrolled_free"),
    ("leadCreated", "email_register"),
    ("awardedCertificate", "certificate_awarded"),
    ("courseCompleted", "course_completed"),
    ("learningProgramCompleted", "learning_program_completed"),
    ("subscriptionPaymentPlanBought", "subscription_started"),
    ("subscriptionPaymentPlanCanceled", "subscription_cancelled"),
    ("subscriptionTrialStarted", "subscription_trial_started"),
    ("subscriptionTrialWillEnd", "subscription_trial_will_end"),
    // The platform's own spelling.
    ("subscriptionUpdated", "subsription_changed"),
    ("previewedFree", "free_section_previewed"),
    ("userUnenrolledFromProduct", "unenrolled_from_product"),
    ("userTagAdded", "user_tag_added"),
    ("userTagDeleted", "user_tag_deleted"),
];

/// Words in an event's name that say the assessment is not finished.
const NOT_FINISHED: &[&str] = &["started", "opened", "viewed", "created", "updated", "deleted", "saved"];

/// Understands a body.
pub(super) fn parse(headers: Headers<'_>, body: &[u8], most: usize) -> Result<IntakeEvent, Rejection> {
    let delivery_key = signing::sha256_hex(body);
    let event = |kind| IntakeEvent { source: NAME, delivery_key: delivery_key.clone(), kind };
    let value = match decode(headers, body, most)? {
        Decoded::Form(value) => value,
        Decoded::Text(text) => match repair::read(&text) {
            Ok((value, repaired)) => {
                if repaired {
                    tracing::warn!(
                        "an automation's body is no valid JSON and was repaired: a value in it holds a quotation mark or a line break"
                    );
                }
                value
            }
            Err(broken) => return Ok(event(EventKind::Unreadable { message: unreadable(broken) })),
        },
    };
    let Some(root) = Fields::of(&value) else {
        return Ok(event(EventKind::Unreadable { message: "the body is not a JSON object".to_owned() }));
    };
    let kind = kind(&Body::of(root), &value, &delivery_key);
    Ok(event(kind))
}

fn unreadable(broken: Broken) -> String {
    format!("the body is not JSON (line {}, column {})", broken.line, broken.column)
}

/// What the body means, by what is in it; event names only decide where the structure does not.
fn kind(body: &Body<'_>, value: &Value, delivery_key: &str) -> EventKind {
    let event = body.event_name();
    let assessment = body.assessment();
    let named = assessment.id.is_some() || assessment.title.is_some();
    if let Some(reason) = ignored(event.as_deref(), named || body.has_submission(), assessment.id.is_some()) {
        return EventKind::Ignored { reason };
    }
    let student = body.student();
    let has_student = student.id.is_some() || student.email.is_some();
    if event.is_none() && !named && !has_student && !body.has_submission() {
        return EventKind::Ignored { reason: format!("no assessment completion in this shape: {}", shape_of(value)) };
    }
    let completion = body.completion(student, assessment);
    let instance = body.started().map_or_else(|| delivery_key.to_owned(), |started| format!("started:{started}"));
    let effect_key = effect_key(&completion, &instance);
    let completion = Box::new(completion);
    if body.has_too_many_answers() {
        let message = format!("The call brings more than {MOST_ANSWERS} answers, which no test of ours has; check the automation's body.");
        return EventKind::Unusable { completion, effect_key, cause: "too_many_answers", message };
    }
    match (named, has_student) {
        (true, true) => EventKind::Completed { completion, effect_key },
        (false, _) => EventKind::Unusable { completion, effect_key, cause: "no_assessment", message: no_assessment(&shape_of(value)) },
        (true, false) => EventKind::Unusable { completion, effect_key, cause: "no_student", message: no_student(&shape_of(value)) },
    }
}

fn no_assessment(shape: &str) -> String {
    format!(
        "The call names no assessment. Add its player address (the one with unit=) to the automation's body as assessment.url, or its id as assessment_id. Received: {shape}"
    )
}

fn no_student(shape: &str) -> String {
    format!("The call names no student. Add user.id and user.email to the automation's body. Received: {shape}")
}

/// Why a named event is none of ours, if so.
fn ignored(event: Option<&str>, looks_finished: bool, has_id: bool) -> Option<String> {
    let event = event?;
    let folded = fold(event);
    let about_assessments = folded.contains("assessment");
    // A name on the list with an assessment's id beside it is an administrator's own body written after a sample.
    let known = OTHER_EVENTS.iter().any(|(kind, trigger)| fold(kind) == folded || fold(trigger) == folded);
    // "submission created" is how some say "finished".
    let unfinished = about_assessments && !folded.contains("submi") && NOT_FINISHED.iter().any(|word| folded.contains(word));
    let unrelated = !about_assessments && !looks_finished;
    ((known && !has_id) || unfinished || unrelated).then(|| format!("event {}", printable(event)))
}

fn fold(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// An event's name is a programmer's word; anything else is not repeated.
fn printable(event: &str) -> &str {
    let plain = event.len() <= 64 && event.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b));
    if plain { event } else { "of an unknown type" }
}

/// A body's layers: `data` of an envelope first, then the root.
struct Body<'a> {
    layers: Vec<Fields<'a>>,
}

impl<'a> Body<'a> {
    fn of(root: Fields<'a>) -> Self {
        Self { layers: root.object(&["data"]).into_iter().chain([root]).collect() }
    }

    fn first<T>(&self, read: impl Fn(&Fields<'a>) -> Option<T>) -> Option<T> {
        self.layers.iter().find_map(read)
    }

    fn object(&self, names: &[&str]) -> Option<Fields<'a>> {
        self.first(|layer| layer.object(names))
    }

    fn text(&self, names: &[&str]) -> Option<String> {
        self.first(|layer| layer.text(names))
    }

    fn label(&self, names: &[&str]) -> Option<String> {
        self.first(|layer| layer.label(names))
    }

    fn id(&self, names: &[&str]) -> Option<String> {
        self.first(|layer| layer.id(names))
    }

    fn event_name(&self) -> Option<String> {
        let root = self.layers.last()?;
        root.text(&["type"]).or_else(|| root.text(&["event", "eventtype", "eventname"])).or_else(|| root.text(&["trigger"]))
    }

    fn student(&self) -> Student {
        // Some of the platform's events wrap the user once more.
        let nested = self.object(&["user"]).map(|user| user.object(&["user"]).unwrap_or(user)).map(wire::student).unwrap_or_default();
        let bare = self.text(&["user"]);
        let (bare_email, bare_id) = bare.into_iter().partition::<Vec<_>, _>(|text| text.contains('@'));
        Student {
            id: nested.id.or_else(|| self.id(&["userid"])).or_else(|| wire::id(bare_id.first()?)),
            email: nested.email.or_else(|| self.text(&["email", "useremail"])).or_else(|| bare_email.into_iter().next()),
            name: nested.name.or_else(|| self.label(&["username"])),
            first_name: nested.first_name.or_else(|| self.label(&["firstname"])),
            last_name: nested.last_name.or_else(|| self.label(&["lastname"])),
        }
    }

    fn assessment(&self) -> Assessment {
        let nested = self.object(&["assessment", "learningunit"]);
        let course = self.object(&["course"]);
        let bare = self.text(&["assessment"]);
        let bare_title = bare.clone().filter(|text| !reference::is_address(text) && !is_object_id(text));
        let reference = self.reference(nested, bare);
        Assessment {
            id: reference.unit,
            title: nested
                .and_then(|fields| fields.label(&["title", "name"]))
                .or_else(|| self.label(&["assessmenttitle", "assessmentname"]))
                .or_else(|| wire::label(&bare_title?)),
            course_id: course.and_then(|fields| fields.id(&["id", "slug"])).or_else(|| self.id(&["courseid"])).or(reference.course),
            course_title: course
                .and_then(|fields| fields.label(&["title", "name"]))
                .or_else(|| self.label(&["coursetitle", "coursename"]))
                .or_else(|| self.label(&["course"])),
        }
    }

    /// The assessment's id: from an address first, because its `unit` is known to be the id, then from what calls itself one.
    fn reference(&self, nested: Option<Fields<'_>>, bare: Option<String>) -> Reference {
        let addresses =
            [nested.and_then(|fields| fields.text(&["url", "link", "playerurl"])), self.text(&["assessmenturl", "url", "link"]), bare];
        let ids =
            [nested.and_then(|fields| fields.text(&["id", "assessmentid", "unitid"])), self.text(&["assessmentid", "unitid", "unit"])];
        let mut found = Reference::default();
        let candidates = addresses.into_iter().map(|text| (text, false)).chain(ids.into_iter().map(|text| (text, true)));
        for (text, is_id) in candidates {
            let Some(text) = text else { continue };
            let read = if reference::is_address(&text) {
                reference::read(&text)
            } else if is_id || is_object_id(&text) {
                Reference { unit: wire::id(&text), course: None }
            } else {
                continue;
            };
            found.unit = found.unit.or(read.unit);
            found.course = found.course.or(read.course);
        }
        found
    }

    /// Where the submission's own fields lie: its object, or the layer that is one.
    fn submission_fields(&self) -> Option<Fields<'a>> {
        self.object(&["submission"])
            .or_else(|| self.layers.iter().copied().find(|layer| layer.has_list(&["answers"]) || layer.time(wire::SUBMITTED).is_some()))
    }

    fn has_submission(&self) -> bool {
        self.submission_fields().is_some()
    }

    fn has_too_many_answers(&self) -> bool {
        self.submission_fields().and_then(|fields| fields.list(&["answers"])).is_some_and(|answers| answers.len() > MOST_ANSWERS)
    }

    /// When the attempt was started, as the flat shapes tell; it tells attempts apart, but says nothing about when one was handed in.
    fn started(&self) -> Option<jiff::Timestamp> {
        self.submission_fields().and_then(|fields| fields.time(&["created"])).or_else(|| self.layers.last()?.time(&["created"]))
    }

    fn completion(&self, student: Student, assessment: Assessment) -> Completion {
        let submission = self.submission_fields().map(wire::submission);
        let submission_id = submission.as_ref().and_then(|submission| submission.id.clone()).or_else(|| self.id(&["submissionid"]));
        let submitted_at = submission
            .as_ref()
            .and_then(|submission| submission.submitted_at)
            .or_else(|| self.first(|layer| layer.time(wire::SUBMITTED)))
            .or_else(|| self.first(|layer| layer.time(&["completedat", "timestamp"])));
        let school = self.object(&["school"]).and_then(|school| school.label(&["name", "title", "id"]));
        Completion {
            source: NAME.to_owned(),
            student,
            assessment,
            submission: submission.filter(|submission| !submission.answers.is_empty()),
            submission_id,
            submitted_at,
            school: school.or_else(|| self.label(&["school", "schoolname", "schoolid"])),
            score_to: None,
        }
    }
}

fn is_object_id(text: &str) -> bool {
    text.len() == 24 && text.bytes().all(|b| b.is_ascii_hexdigit())
}
