//! Completion → submission: the platform's API first, the event's own answers when it has none.

use std::time::Duration;

use crate::intake::submissions::{FetchError, RetryAdvice, SubmissionAnswer, SubmissionQuery};
use crate::jobs::ask::FromStep;
use crate::jobs::handler::JobError;
use crate::model::completion::Completion;
use crate::model::submission::Submission;
use crate::pipeline::claim;
use crate::pipeline::records::Fetched;
use crate::pipeline::run::Run;

/// How long a submission may take to show at the platform before its absence is a fault; the platform lists it some seconds after the event.
const LATE: Duration = Duration::from_mins(10);

/// Gets the answers, and tells whether they are recorded.
pub(super) async fn step(run: &Run<'_>) -> Result<(Fetched, bool), JobError> {
    if let Some(fetched) = run.recorded_before("fetched", FromStep::Analyse).await? {
        return Ok((fetched, true));
    }
    let fetched = fetch(run).await?;
    claim::wait_when_stale(run, &fetched)?;
    Ok((fetched, false))
}

/// Records the answers, and tells what counts.
pub(super) async fn record(run: &Run<'_>, fetched: &Fetched) -> Result<Fetched, JobError> {
    run.record("fetched", fetched).await
}

async fn fetch(run: &Run<'_>) -> Result<Fetched, JobError> {
    let is_answered = |submission: &Submission| !submission.answers.is_empty();
    let own = run.completion.submission.clone().filter(is_answered);
    let completion = asked(run).await?;
    let again = run.job.round() > 1;
    let found = run.services.submissions.find(&SubmissionQuery { completion: &completion, again }).await;
    let (at, duplicate) = (run.job.now(), false);
    match (found, own) {
        (Ok(SubmissionAnswer { submission, student, title, course_title }), own) => match (submission.filter(is_answered), own) {
            (Some(submission), _) => Ok(Fetched { at, from_event: false, student, submission, title, course_title, duplicate }),
            (None, Some(submission)) => Ok(Fetched { at, from_event: true, student, submission, title, course_title, duplicate }),
            (None, None) => Err(late(run)),
        },
        // A platform that does not get well in time need not be waited for when the answers are at hand.
        (Err(error), Some(submission)) if error.advice == RetryAdvice::Person || waited(run) >= LATE => {
            tracing::info!(job.id = %run.job.id(), cause = error.cause, "the event's own answers are used");
            Ok(Fetched {
                at,
                from_event: true,
                student: run.completion.student.clone(),
                submission,
                title: None,
                course_title: None,
                duplicate,
            })
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// What is asked for: when a person opens a job again, the submission it was about before, not one that came since.
async fn asked(run: &Run<'_>) -> Result<Completion, JobError> {
    let mut completion = run.completion.clone();
    for round in (1..run.job.round()).rev() {
        if completion.submission_id.is_some() {
            break;
        }
        completion.submission_id = run.recorded_in::<Fetched>("fetched", round).await?.and_then(|fetched| fetched.submission.id);
    }
    Ok(completion)
}

fn waited(run: &Run<'_>) -> Duration {
    run.job.now().duration_since(run.job.event().received_at).unsigned_abs()
}

/// No answers: too early to say, or a fault.
fn late(run: &Run<'_>) -> JobError {
    let assessment = run.completion.assessment.id.as_deref().unwrap_or("without id");
    if waited(run) < LATE {
        return JobError::retry("no_responses", format!("assessment {assessment} shows no answers of this student yet"));
    }
    JobError::park(
        "no_responses",
        format!(
            "the platform shows no answers of this student on assessment {assessment}; check there that the submission exists and that the assessment is the right one, then release the job"
        ),
    )
}

impl From<FetchError> for JobError {
    fn from(error: FetchError) -> Self {
        match error.advice {
            RetryAdvice::Time(after) => Self::retry_after(error.cause, error.message, after),
            RetryAdvice::Person => Self::park(error.cause, error.message),
        }
    }
}
