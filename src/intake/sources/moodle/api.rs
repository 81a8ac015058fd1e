//! The answers of a submitted quiz attempt, asked of Moodle's web services (REST, JSON).
//!
//! Moodle answers errors with status 200 and an `exception`.

use std::sync::Arc;

use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::review;
use crate::intake::outside::{Ask, NamedBy, Outside, Sent};
use crate::intake::submissions::{SubmissionQuery, FetchError, SubmissionAnswer, RetryAdvice, Submissions};
use crate::intake::{platform, shapes, wire};
use crate::model::completion::Completion;
use crate::model::person::{EmailAddress, Student};
use crate::model::submission::Submission;

/// How the platform is called in messages.
const MOODLE: &str = "Moodle";
/// A review holds each question's page, with its pictures' addresses.
const LARGEST_REVIEW: usize = 16 << 20;

/// One school's web services.
pub(super) struct MoodleApi {
    endpoint: Url,
    token: SecretString,
    outside: Arc<dyn Outside>,
}

pub(super) fn not_configured() -> FetchError {
    platform::not_configured(MOODLE, "MOODLE_URL and MOODLE_API_TOKEN")
}

impl MoodleApi {
    pub(super) fn new(root: Url, token: SecretString, outside: Arc<dyn Outside>) -> Self {
        let mut endpoint = root;
        if let Ok(mut segments) = endpoint.path_segments_mut() {
            segments.pop_if_empty().extend(["webservice", "rest", "server.php"]);
        }
        Self { endpoint, token, outside }
    }

    async fn student(&self, completion: &Completion) -> Result<Student, FetchError> {
        let id = completion.student.id.clone().unwrap_or_default();
        let users = self.call("core_user_get_users_by_field", &[("field", "id"), ("values[0]", &id)]).await?;
        let user = users.as_array().and_then(|users| users.iter().find(|user| wire::id_at(user, &["id"]).as_ref() == Some(&id)));
        let Some(user) = user else { return Ok(completion.student.clone()) };
        let label = |key: &str| wire::text_at(user, &[key]).and_then(|name| wire::label(&name));
        Ok(Student {
            id: Some(id),
            email: wire::text_at(user, &["email"]).filter(|email| EmailAddress::parse(email).is_ok()),
            name: label("fullname"),
            first_name: label("firstname"),
            last_name: label("lastname"),
        })
    }

    /// A quiz's name, and the grade that all points give.
    async fn quiz(&self, quiz: Option<&str>, course: Option<&str>) -> Result<(Option<String>, Option<f64>), FetchError> {
        let (Some(quiz), Some(course)) = (quiz, course) else { return Ok((None, None)) };
        let listed = self.call("mod_quiz_get_quizzes_by_courses", &[("courseids[0]", course)]).await?;
        let quizzes = listed.get("quizzes").and_then(Value::as_array);
        let found = quizzes.and_then(|quizzes| quizzes.iter().find(|other| wire::id_at(other, &["id"]).as_deref() == Some(quiz)));
        let title = found.and_then(|found| wire::text_at(found, &["name"])).and_then(|name| wire::label(&name));
        Ok((title, found.and_then(|found| wire::number_at(found, &["grade"]))))
    }

    /// A title is worth a call, not a failure.
    async fn course_title(&self, course: Option<&str>) -> Option<String> {
        let listed = self.call("core_course_get_courses_by_field", &[("field", "id"), ("value", course?)]).await.ok()?;
        wire::text_at(listed.pointer("/courses/0")?, &["fullname"]).and_then(|name| wire::label(&name))
    }

    async fn call(&self, function: &str, arguments: &[(&str, &str)]) -> Result<Value, FetchError> {
        // The token goes into the body: addresses end up in logs.
        let own = [("wstoken", self.token.expose_secret()), ("wsfunction", function), ("moodlewsrestformat", "json")];
        let form = own.iter().chain(arguments).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let mut ask = Ask::get(self.endpoint.clone(), NamedBy::Operator);
        (ask.sent, ask.most_bytes) = (Sent::Form(form), LARGEST_REVIEW);
        let answer = platform::checked(MOODLE, self.outside.ask(&ask).await)?;
        let value = platform::json(MOODLE, &answer)?;
        if value.get("exception").is_some() { Err(refused(&value, function)) } else { Ok(value) }
    }
}

#[async_trait]
impl Submissions for MoodleApi {
    /// The attempt that a completion is about.
    async fn find(&self, asked: &SubmissionQuery<'_>) -> Result<SubmissionAnswer, FetchError> {
        let completion = asked.completion;
        let attempt = completion.submission_id.as_deref().ok_or_else(|| FetchError {
            cause: "platform_refused",
            message: "the event names no attempt, without which Moodle cannot be asked".to_owned(),
            advice: RetryAdvice::Person,
        })?;
        let review = self.call("mod_quiz_get_attempt_review", &[("attemptid", attempt), ("page", "-1")]).await?;
        let about = review.get("attempt").ok_or_else(|| platform::odd(MOODLE, "a review without its attempt"))?;
        let user = wire::id_at(about, &["userid"]);
        // Nobody's report may ever go to another.
        if user.is_none() || user != completion.student.id {
            return Err(platform::odd(MOODLE, "an attempt of another student than the one the event names"));
        }
        let student = self.student(completion).await?;
        let quiz = wire::id_at(about, &["quiz"]).or_else(|| completion.assessment.id.clone());
        let (title, highest) = self.quiz(quiz.as_deref(), completion.assessment.course_id.as_deref()).await?;
        let course_title = self.course_title(completion.assessment.course_id.as_deref()).await;
        let is_over = about.get("state").and_then(Value::as_str) == Some("finished");
        let submission = is_over.then(|| submission(attempt, &review, about, highest));
        Ok(SubmissionAnswer { submission, student, title, course_title })
    }

    /// Whether Moodle takes the token, and the token may call what every report needs. Whether its user may see reviews only a review shows.
    async fn check(&self) -> Option<Result<&'static str, FetchError>> {
        let asked = async {
            self.call("core_course_get_courses_by_field", &[("field", "id"), ("value", "1")]).await?;
            self.call("core_user_get_users_by_field", &[("field", "id"), ("values[0]", "0")]).await?;
            Ok("Moodle's web service takes our token")
        };
        Some(asked.await)
    }
}

/// Why Moodle refuses, by its error code; its own words may name people.
fn refused(value: &Value, function: &str) -> FetchError {
    let code = wire::text_at(value, &["errorcode"]).unwrap_or_default();
    let (cause, advice) = match code.as_str() {
        "invalidtoken" | "invalidtimedtoken" | "sitemaintenance" => ("platform_unauthorized", "make a new web-service token and put it into MOODLE_API_TOKEN"),
        "accessexception" | "webservice_access_exception" | "requireloginerror" | "nopermissions" | "noreviewattempt" | "notyourattempt" => (
            "platform_forbidden",
            "add the function to the token's service, and give its user the capability mod/quiz:viewreports (docs/platforms.md)",
        ),
        "invalidrecord" | "invalidcoursemodule" | "attempterrorinvalid" => ("platform_not_found", "the attempt, quiz or course is gone there"),
        "upgraderunning" | "dmlreadexception" | "dmlconnectionexception" => {
            return FetchError {
                cause: "platform_unavailable",
                message: format!("Moodle cannot answer {function} now ({code})"),
                advice: RetryAdvice::Time(None),
            };
        }
        _ => ("platform_refused", "look the code up in Moodle's documentation"),
    };
    let code = if code.len() <= 60 && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') { code } else { "no code".to_owned() };
    FetchError { cause, message: format!("Moodle refuses {function} ({code}): {advice}"), advice: RetryAdvice::Person }
}

fn submission(id: &str, review: &Value, attempt: &Value, highest: Option<f64>) -> Submission {
    let questions = review.get("questions").and_then(Value::as_array);
    // A description is no question; it has no number.
    let answers = questions.into_iter().flatten().filter(|question| question.get("type").and_then(Value::as_str) != Some("description"));
    Submission {
        id: Some(id.to_owned()),
        submitted_at: wire::time_at(attempt, &["timefinish"]),
        attempt: wire::number_at(attempt, &["attempt"]).map(|number| number as u32),
        grade: shapes::percent(wire::number_at(review, &["grade"]), highest),
        passed: None,
        answers: answers.take(wire::MOST_ANSWERS).map(review::answer).collect(),
    }
}
