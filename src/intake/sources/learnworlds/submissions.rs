//! Which submission a completion is about, and what the event left out, asked of the platform's API.

use std::sync::PoisonError;

use async_trait::async_trait;

use super::LearnWorlds;
use super::answers;
use super::client::LearnWorldsClient;
use super::error::ApiError;
use crate::intake::submissions::{FetchError, RetryAdvice, SubmissionAnswer, SubmissionQuery, Submissions};
use crate::model::completion::{Assessment, Completion};
use crate::model::person::{EmailAddress, Student};

impl LearnWorlds {
    /// What the platform calls an assessment and its course, where the event does not say; what cannot be looked up is left out.
    async fn titles(&self, client: &LearnWorldsClient, assessment: &Assessment) -> Result<Titles, ApiError> {
        let Some(course) = &assessment.course_id else { return Ok(Titles::default()) };
        let title = match (&assessment.title, &assessment.id) {
            (None, Some(id)) => {
                let unit = async || {
                    let units = client.course_contents(course).await?;
                    Ok(units.into_iter().find(|unit| unit.id == *id).and_then(|unit| unit.title))
                };
                self.title_once(format!("unit {id}"), unit).await?
            }
            _ => None,
        };
        let course_title = match &assessment.course_title {
            // A title is worth a call, not a failure or a wait.
            None => self.title_once(format!("course {course}"), async || client.course_title(course).await).await.unwrap_or_default(),
            Some(_) => None,
        };
        Ok(Titles { title, course_title })
    }

    /// Asks for a title once, also when there is none.
    async fn title_once(
        &self,
        key: String,
        ask: impl AsyncFnOnce() -> Result<Option<String>, ApiError>,
    ) -> Result<Option<String>, ApiError> {
        let known = self.titles.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        let title = match ask().await {
            Ok(title) => title,
            Err(error) if error.is_transient() => return Err(error),
            Err(_) => None,
        };
        let mut titles = self.titles.lock().unwrap_or_else(PoisonError::into_inner);
        if titles.len() >= MOST_TITLES {
            titles.clear();
        }
        titles.insert(key, title.clone());
        Ok(title)
    }

    /// The student as the event and the platform tell together; the platform is asked only when something is missing that the report or its mail needs, or when a person opened the job again.
    async fn student(&self, client: &LearnWorldsClient, asked: &SubmissionQuery<'_>) -> Result<Student, ApiError> {
        let student = &asked.completion.student;
        let has_address = student.email.as_deref().is_some_and(|email| EmailAddress::parse(email).is_ok());
        let has_name = student.first_name.is_some() || student.name.as_deref().is_some_and(|name| !name.contains('@'));
        if student.id.is_some() && has_address && has_name && !asked.again {
            return Ok(student.clone());
        }
        let Some(key) = student.id.as_deref().or(student.email.as_deref()) else { return Ok(student.clone()) };
        let known = match client.user(key).await {
            Ok(known) if is_the_one(&known, student) => known,
            Ok(_) => {
                tracing::error!("the platform answered with another user than the one asked for; its answer is not used");
                return if student.id.is_some() && has_address { Ok(student.clone()) } else { Err(another_user()) };
            }
            // A name is worth a call, not a failure; so is today's address, as long as there is one.
            Err(_) if student.id.is_some() && has_address => return Ok(student.clone()),
            Err(error) => return Err(error),
        };
        let known_address = known.email.filter(|email| EmailAddress::parse(email).is_ok());
        let email = match (asked.again || !has_address, known_address) {
            (true, Some(address)) => Some(address),
            _ => student.email.clone(),
        };
        Ok(Student {
            id: student.id.clone().or(known.id),
            email,
            name: if has_name { student.name.clone() } else { known.name.or_else(|| student.name.clone()) },
            first_name: student.first_name.clone().or(known.first_name),
            last_name: student.last_name.clone().or(known.last_name),
        })
    }
}

/// Titles the event left out.
#[derive(Debug, Default)]
struct Titles {
    title: Option<String>,
    course_title: Option<String>,
}

/// More titles than a school has assessments and courses; when they are reached, the platform is asked anew.
const MOST_TITLES: usize = 10_000;

/// Whether a user record is about the student asked for: nobody's report may ever go to another's address.
fn is_the_one(known: &Student, asked: &Student) -> bool {
    match (&asked.id, &asked.email) {
        (Some(id), _) => known.id.as_ref() == Some(id),
        (None, Some(email)) => known.email.as_ref().is_some_and(|known| known.eq_ignore_ascii_case(email)),
        (None, None) => false,
    }
}

fn another_user() -> ApiError {
    ApiError::Malformed {
        message: "LearnWorlds answered with another user than the one asked for; nothing is sent on the strength of that answer".to_owned(),
    }
}

#[async_trait]
impl Submissions for LearnWorlds {
    async fn find(&self, asked: &SubmissionQuery<'_>) -> Result<SubmissionAnswer, FetchError> {
        let completion = asked.completion;
        let api = self.api.as_ref().ok_or(ApiError::NotConfigured)?;
        let student = self.student(&api.client, asked).await?;
        let (Some(assessment), Some(user)) = (&completion.assessment.id, &student.id) else {
            return Ok(SubmissionAnswer { student, ..SubmissionAnswer::default() });
        };
        let responses = api.together.responses(assessment, user).await?;
        let submission = match &completion.submission_id {
            // The event names the submission: another attempt of the same student is not it.
            Some(id) => responses.into_iter().find(|submission| submission.id.as_ref() == Some(id)),
            None => answers::pick(responses, completion.submitted_at),
        };
        let Titles { title, course_title } =
            if submission.is_some() { self.titles(&api.client, &completion.assessment).await? } else { Titles::default() };
        Ok(SubmissionAnswer { submission, student, title, course_title })
    }

    fn expect(&self, completion: &Completion) {
        if let (Some(api), Some(assessment), Some(student)) = (&self.api, &completion.assessment.id, &completion.student.id) {
            api.together.expect(assessment, student);
        }
    }

    fn can_fetch(&self) -> bool {
        self.api.is_some()
    }

    fn complete(&self, assessment: &mut Assessment) {
        if assessment.id.is_none() {
            assessment.id = assessment.title.as_deref().and_then(|title| self.config.assessment_id(title)).map(ToOwned::to_owned);
        }
        if assessment.title.is_none() {
            assessment.title = assessment.id.as_deref().and_then(|id| self.config.assessment_name(id)).map(ToOwned::to_owned);
        }
    }
}

impl From<ApiError> for FetchError {
    fn from(error: ApiError) -> Self {
        let advice = if error.is_transient() { RetryAdvice::Time(error.retry_after()) } else { RetryAdvice::Person };
        Self { cause: error.cause(), message: error.to_string(), advice }
    }
}

#[cfg(test)]
mod tests;
