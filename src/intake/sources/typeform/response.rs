//! What a finished form says: who, which quiz, and the answers in the form's order.

use std::collections::BTreeMap;

use serde_json::Value;

use super::NAME;
use crate::intake::wire;
use crate::intake::wire::Fields;
use crate::model::completion::{Assessment, Completion};
use crate::model::person::Student;
use crate::model::submission::{Answer, Submission};

/// Fields that ask who somebody is, or ask nothing.
const NO_QUESTIONS: &[&str] =
    &["email", "phone_number", "contact_info", "address", "statement", "payment", "legal", "file_upload", "calendly", "group", "inline_group"];
/// References (set by the form's author) of questions about the name.
const FULL_NAME: &[&str] = &["name", "nombre", "nome", "full_name", "nombre_completo", "nome_completo"];
const FIRST_NAME: &[&str] = &["first_name", "nombres", "primeiro_nome"];
const LAST_NAME: &[&str] = &["last_name", "apellido", "apellidos", "sobrenome"];
/// The key that parts of contact data and addresses have.
const SUBFIELD: &str = "subfield_key";
/// Groups of questions stand in groups; forms allow one level.
const DEEPEST_GROUP: usize = 3;

/// The completion that a `form_response` tells.
pub(super) fn completion(told: &Value) -> Completion {
    let answers = by_field(told);
    let fields = fields(told);
    let submitted_at = wire::time_at(told, &["submitted_at"]);
    let hidden = wire::at(told, &["hidden"]).and_then(Fields::of);
    let submission_id = wire::id_at(told, &["token"]);
    let submission = Submission {
        id: submission_id.clone(),
        submitted_at,
        attempt: None,
        // A form's score has no maximum beside it, so it is no grade.
        grade: None,
        passed: None,
        answers: fields.iter().filter(|field| is_question(field)).take(wire::MOST_ANSWERS).map(|field| answer(field, &answers)).collect(),
    };
    Completion {
        source: NAME.to_owned(),
        student: student(told, hidden, &fields, &answers),
        assessment: Assessment {
            id: wire::id_at(told, &["form_id"]).or_else(|| wire::id_at(told, &["definition", "id"])),
            title: wire::text_at(told, &["definition", "title"]).and_then(|title| wire::label(&title)),
            course_id: hidden.and_then(|hidden| hidden.id(&["courseid", "course", "curso"])),
            course_title: hidden.and_then(|hidden| hidden.label(&["coursetitle", "coursename"])),
        },
        submission_id,
        submitted_at,
        school: None,
        score_to: None,
        submission: Some(submission).filter(|submission| submission.answers.iter().any(|answer| answer.answer.is_some())),
    }
}

/// The answers by the id of their field.
type ByField<'a> = BTreeMap<&'a str, &'a Value>;

fn by_field(told: &Value) -> ByField<'_> {
    let answers = wire::at(told, &["answers"]).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    answers.iter().take(wire::MOST_ANSWERS).filter_map(|answer| Some((answer.pointer("/field/id")?.as_str()?, answer))).collect()
}

/// The form's fields in their order, those of groups in the place of their group.
fn fields(told: &Value) -> Vec<&Value> {
    fn gather<'a>(list: Option<&'a Value>, depth: usize, found: &mut Vec<&'a Value>) {
        for field in list.and_then(Value::as_array).into_iter().flatten() {
            if found.len() >= wire::MOST_ANSWERS {
                return;
            }
            found.push(field);
            if depth < DEEPEST_GROUP {
                gather(field.pointer("/properties/fields"), depth + 1, found);
            }
        }
    }
    let mut found = Vec::new();
    gather(told.pointer("/definition/fields"), 0, &mut found);
    found
}

/// What a field is called: by Typeform within its group for contact data, else by the form's author.
fn reference(field: &Value) -> Option<String> {
    let reference = field.get(SUBFIELD).or_else(|| field.get("ref"))?;
    Some(reference.as_str()?.trim().to_ascii_lowercase().replace('-', "_"))
}

fn is_called(field: &Value, names: &[&str]) -> bool {
    reference(field).is_some_and(|reference| names.contains(&reference.as_str()))
}

fn is_question(field: &Value) -> bool {
    let is_about_the_student = [FULL_NAME, FIRST_NAME, LAST_NAME].iter().any(|names| is_called(field, names));
    let kind = field.get("type").and_then(Value::as_str).unwrap_or_default();
    !is_about_the_student && field.get(SUBFIELD).is_none() && !NO_QUESTIONS.contains(&kind)
}

/// The student: what the form was opened with (hidden fields) before what was typed into it.
fn student(told: &Value, hidden: Option<Fields<'_>>, fields: &[&Value], answers: &ByField<'_>) -> Student {
    let typed = |is_it: &dyn Fn(&Value) -> bool| {
        let field = fields.iter().find(|field| is_it(field))?;
        words(answers.get(field.get("id")?.as_str()?)?)
    };
    let named = |names: &[&str]| typed(&|field| is_called(field, names)).and_then(|name| wire::label(&name));
    let typed_email = || typed(&|field| field.get("type").and_then(Value::as_str) == Some("email"));
    let email = hidden.and_then(|hidden| hidden.text(&["email", "mail", "correo", "useremail", "studentemail"])).or_else(typed_email);
    let id = hidden.and_then(|hidden| hidden.id(&["userid", "studentid", "id", "user", "student"]));
    let name = hidden.and_then(|hidden| hidden.label(&["name", "nombre", "nome", "username", "fullname"])).or_else(|| named(FULL_NAME));
    let respondent = || wire::id_at(told, &["respondent_id"]);
    Student {
        id: id.or_else(|| email.clone()).or_else(respondent),
        email,
        name,
        first_name: hidden.and_then(|hidden| hidden.label(&["firstname", "nombres"])).or_else(|| named(FIRST_NAME)),
        last_name: hidden.and_then(|hidden| hidden.label(&["lastname", "apellido", "apellidos"])).or_else(|| named(LAST_NAME)),
    }
}

/// A question; one that was skipped is there without an answer, so that questions keep their numbers.
fn answer(field: &Value, answers: &ByField<'_>) -> Answer {
    let given = field.get("id").and_then(Value::as_str).and_then(|id| answers.get(id));
    Answer {
        block_id: wire::id_at(field, &["id"]),
        block_type: wire::id_at(field, &["type"]),
        description: wire::text_at(field, &["title"]).map(|title| wire::shortened(wire::plain(&title), wire::LONGEST_QUESTION)),
        answer: given.and_then(|given| words(given)).map(|words| wire::shortened(words, wire::LONGEST_ANSWER)),
        points: None,
        max_points: None,
    }
}

/// An answer in words: the labels of what was chosen, or what was typed.
fn words(answer: &Value) -> Option<String> {
    let kind = answer.get("type")?.as_str()?;
    let told = answer.get(kind)?;
    match kind {
        "choice" => wire::text_at(told, &["label"]).or_else(|| wire::text_at(told, &["other"])),
        "choices" => {
            let labels = told.get("labels").and_then(Value::as_array).into_iter().flatten();
            let chosen: Vec<String> = labels.chain(told.get("other")).take(wire::MOST_ANSWERS).filter_map(wire::text).collect();
            (!chosen.is_empty()).then(|| chosen.join(" | "))
        }
        "boolean" => told.as_bool().map(|yes| yes.to_string()),
        _ => wire::text(told),
    }
}
