//! The answers of a submitted quiz, asked of Canvas' REST API.
//!
//! Canvas tells the questions of a graded submission without what was answered; that stands in the history of the assignment's submission, by attempt.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::events::local;
use crate::intake::outside::{Answered, Ask, NamedBy, Outside};
use crate::intake::submissions::{SubmissionQuery, FetchError, SubmissionAnswer, RetryAdvice, Submissions};
use crate::intake::{platform, wire};
use crate::model::completion::Completion;
use crate::model::person::{EmailAddress, Student};
use crate::model::submission::{Answer, Submission};

/// How the platform is called in messages.
const CANVAS: &str = "Canvas";
/// Pages of questions; each has a hundred.
const MOST_PAGES: usize = 20;
/// An attempt may be told so many seconds after it ended.
const TOLD_WITHIN_SECONDS: i64 = 120;

/// One school's API.
pub(super) struct CanvasApi {
    root: Url,
    token: SecretString,
    outside: Arc<dyn Outside>,
}

pub(super) fn not_configured() -> FetchError {
    platform::not_configured(CANVAS, "CANVAS_API_URL and CANVAS_API_TOKEN")
}

impl CanvasApi {
    pub(super) fn new(root: Url, token: SecretString, outside: Arc<dyn Outside>) -> Self {
        Self { root, token, outside }
    }

    /// The attempts by their numbers, as the history of the assignment's submission has them.
    async fn attempts(&self, course: &str, quiz: &Value, user: &str) -> Result<BTreeMap<u32, Value>, FetchError> {
        let assignment = wire::id_at(quiz, &["assignment_id"]).ok_or_else(|| FetchError {
            cause: "platform_refused",
            message: "this quiz is a practice quiz or a survey: Canvas keeps no answers of it that could be asked for; make it a graded quiz".to_owned(),
            advice: RetryAdvice::Person,
        })?;
        let path = format!("courses/{course}/assignments/{assignment}/submissions/{user}");
        let submission = self.get(&path, &[("include[]", "submission_history")]).await?;
        let history = submission.get("submission_history").and_then(Value::as_array).cloned().unwrap_or_default();
        let numbered = |entry: Value| Some((wire::number_at(&entry, &["attempt"])? as u32, entry));
        Ok(history.into_iter().filter_map(numbered).collect())
    }

    /// The questions as they were in an attempt, by id, in their order.
    async fn questions(&self, submission: &str, attempt: u32) -> Result<Vec<Value>, FetchError> {
        let number = attempt.to_string();
        let query = [("quiz_submission_attempt", number.as_str()), ("per_page", "100")];
        let mut next = Some(self.url(&format!("quiz_submissions/{submission}/questions"), &query));
        let mut questions = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some(url) = next.take() else { break };
            let answer = self.ask(url).await?;
            let page = platform::json(CANVAS, &answer)?;
            questions.extend(page.get("quiz_submission_questions").and_then(Value::as_array).cloned().unwrap_or_default());
            next = self.next_page(&answer);
        }
        Ok(questions)
    }

    /// The next page, when it is one of this school's: the token goes to nobody else.
    fn next_page(&self, answer: &Answered) -> Option<Url> {
        let link = answer.header("link")?.split(',').find(|link| link.contains("rel=\"next\""))?;
        let url = Url::parse(link.split_once('<')?.1.split_once('>')?.0).ok()?;
        (url.origin() == self.root.origin()).then_some(url)
    }

    async fn student(&self, user: &str, completion: &Completion) -> Result<Student, FetchError> {
        let profile = self.get(&format!("users/{user}/profile"), &[]).await?;
        let address = |key: &str| wire::text_at(&profile, &[key]).filter(|text| EmailAddress::parse(text).is_ok());
        Ok(Student {
            id: Some(local(user)),
            email: address("primary_email").or_else(|| address("login_id")).or_else(|| completion.student.email.clone()),
            name: wire::text_at(&profile, &["name"]).and_then(|name| wire::label(&name)),
            ..Student::default()
        })
    }

    /// A title is worth a call, not a failure.
    async fn course_title(&self, course: &str) -> Option<String> {
        let course = self.get(&format!("courses/{course}"), &[]).await.ok()?;
        wire::text_at(&course, &["name"]).and_then(|name| wire::label(&name))
    }

    async fn get(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, FetchError> {
        platform::json(CANVAS, &self.ask(self.url(path, query)).await?)
    }

    fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.root.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(["api", "v1"]).extend(path.split('/'));
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        url
    }

    async fn ask(&self, url: Url) -> Result<Answered, FetchError> {
        let ask = Ask::get(url, NamedBy::Operator).with_bearer(Some(self.token.clone()));
        platform::checked(CANVAS, self.outside.ask(&ask).await)
    }
}

#[async_trait]
impl Submissions for CanvasApi {
    /// The submission that a completion is about.
    async fn find(&self, asked: &SubmissionQuery<'_>) -> Result<SubmissionAnswer, FetchError> {
        let completion = asked.completion;
        let assessment = &completion.assessment;
        let (Some(course), Some(quiz), Some(submission)) = (&assessment.course_id, &assessment.id, &completion.submission_id) else {
            return Err(FetchError {
                cause: "platform_refused",
                message: "the event names no course, quiz or submission, without which Canvas cannot be asked".to_owned(),
                advice: RetryAdvice::Person,
            });
        };
        // What was found before is named with its attempt.
        let (submission, attempt) = match submission.split_once('-') {
            Some((submission, attempt)) => (submission, attempt.parse().ok()),
            None => (submission.as_str(), None),
        };
        let about = self.get(&format!("courses/{course}/quizzes/{quiz}"), &[]).await?;
        let listed = self.get(&format!("courses/{course}/quizzes/{quiz}/submissions/{submission}"), &[]).await?;
        let current = listed.pointer("/quiz_submissions/0").cloned().ok_or_else(|| platform::odd(CANVAS, "no quiz submission in its answer"))?;
        let user = wire::id_at(&current, &["user_id"]).ok_or_else(|| platform::odd(CANVAS, "a quiz submission of nobody"))?;
        if !is_of(&user, completion) {
            return Err(platform::odd(CANVAS, "a quiz submission of another student than the one the event names"));
        }
        let student = self.student(&user, completion).await?;
        let attempts = self.attempts(course, &about, &user).await?;
        let Some(number) = attempt.or_else(|| chosen(&attempts, &current, completion)) else {
            return Ok(SubmissionAnswer { student, ..SubmissionAnswer::default() });
        };
        let questions = self.questions(submission, number).await?;
        let course_title = self.course_title(course).await;
        let found = attempts.get(&number).map(|attempt| read_attempt(submission, number, attempt, &questions, &about));
        Ok(SubmissionAnswer { submission: found, student, title: wire::text_at(&about, &["title"]).and_then(|title| wire::label(&title)), course_title })
    }

    /// Whether Canvas takes the token. Whether its owner may see quiz results only a quiz shows.
    async fn check(&self) -> Option<Result<&'static str, FetchError>> {
        Some(self.get("users/self/profile", &[]).await.map(|_| "Canvas takes our token"))
    }
}

/// Whether a submission's user is the one the event names; whoever submits for a student is told by the event, so that only an event of a student can differ.
fn is_of(user: &str, completion: &Completion) -> bool {
    completion.student.id.as_deref().is_none_or(|named| named == local(user))
}

/// The attempt that the event means: the last that ended before it was told, else the newest.
fn chosen(attempts: &BTreeMap<u32, Value>, current: &Value, completion: &Completion) -> Option<u32> {
    let told = completion.submitted_at;
    let ended = |entry: &Value| wire::time_at(entry, &["submitted_at"]);
    let before = attempts.iter().rev().find(|(_, entry)| match (ended(entry), told) {
        (Some(ended), Some(told)) => ended.as_second() <= told.as_second() + TOLD_WITHIN_SECONDS,
        _ => false,
    });
    before.map(|(number, _)| *number).or_else(|| {
        let number = wire::number_at(current, &["attempt"])? as u32;
        attempts.contains_key(&number).then_some(number)
    })
}

fn read_attempt(id: &str, number: u32, attempt: &Value, questions: &[Value], quiz: &Value) -> Submission {
    let data = attempt.get("submission_data").and_then(Value::as_array);
    let by_question: BTreeMap<String, &Value> =
        data.into_iter().flatten().filter_map(|entry| Some((wire::id_at(entry, &["question_id"])?, entry))).collect();
    let mut answers: Vec<Answer> = questions
        .iter()
        .filter(|question| question.get("question_type").and_then(Value::as_str) != Some("text_only_question"))
        .take(wire::MOST_ANSWERS)
        .map(|question| answer(question, wire::id_at(question, &["id"]).and_then(|id| by_question.get(&id).copied())))
        .collect();
    if answers.is_empty() {
        answers = by_question.values().map(|entry| answer(&Value::Null, Some(entry))).collect();
    }
    // Nothing is graded yet, and nothing answered: there is nothing to report on.
    if data.is_none() {
        answers.clear();
    }
    let score = wire::number_at(attempt, &["score"]);
    Submission {
        id: Some(format!("{id}-{number}")),
        submitted_at: wire::time_at(attempt, &["submitted_at"]),
        attempt: Some(number),
        grade: crate::intake::shapes::percent(score, wire::number_at(quiz, &["points_possible"])),
        passed: None,
        answers,
    }
}

fn answer(question: &Value, given: Option<&Value>) -> Answer {
    let id = wire::id_at(question, &["id"]).or_else(|| wire::id_at(given?, &["question_id"]));
    let kind = wire::text_at(question, &["question_type"]);
    Answer {
        block_id: id,
        description: wire::text_at(question, &["question_text"])
            .or_else(|| wire::text_at(question, &["question_name"]))
            .map(|text| wire::shortened(wire::plain(&text), wire::LONGEST_QUESTION)),
        answer: given.and_then(|given| words(question, given)).map(|text| wire::shortened(text, wire::LONGEST_ANSWER)),
        // Until a teacher has graded an essay, its points say nothing.
        points: given.filter(|given| given.get("correct").and_then(Value::as_str) != Some("undefined")).and_then(|given| wire::number_at(given, &["points"])),
        max_points: wire::number_at(question, &["points_possible"]),
        block_type: kind,
    }
}

/// What was answered, in words: the chosen options, the filled blanks, or the text.
fn words(question: &Value, given: &Value) -> Option<String> {
    let options = question.get("answers").and_then(Value::as_array);
    let option = |id: &str| {
        let option = options?.iter().find(|option| wire::id_at(option, &["id"]).as_deref() == Some(id))?;
        let text = ["html", "text", "left"].iter().find_map(|key| wire::text_at(option, &[key]))?;
        Some(wire::plain(&text))
    };
    if let Some(id) = wire::id_at(given, &["answer_id"])
        && let Some(text) = option(&id)
    {
        return Some(text);
    }
    let fields = given.as_object()?;
    // Several options are told each as `answer_<id>`: "1" for a chosen one; blanks as `answer_for_<blank>`, pairs as `answer_<id>`: id of the match.
    let blanks: Vec<String> = fields.iter().filter(|(key, _)| key.starts_with("answer_for_")).filter_map(|(_, value)| wire::text(value)).collect();
    if !blanks.is_empty() {
        return Some(blanks.iter().map(|text| option(text).unwrap_or_else(|| text.clone())).collect::<Vec<_>>().join(" | "));
    }
    let chosen: Vec<String> = fields
        .iter()
        .filter_map(|(key, value)| Some((key.strip_prefix("answer_").filter(|id| id.bytes().all(|b| b.is_ascii_digit()))?, wire::text(value)?)))
        .filter(|(_, value)| value != "0")
        .filter_map(|(id, value)| if value == "1" { option(id) } else { Some(format!("{} = {}", option(id)?, matched(question, &value)?)) })
        .collect();
    if !chosen.is_empty() {
        return Some(chosen.join(" | "));
    }
    wire::text_at(given, &["text"]).map(|text| wire::plain(&text))
}

/// The other half of a pair.
fn matched(question: &Value, id: &str) -> Option<String> {
    let matches = question.get("matches")?.as_array()?;
    let found = matches.iter().find(|other| wire::id_at(other, &["match_id"]).as_deref() == Some(id))?;
    wire::text_at(found, &["text"])
}
