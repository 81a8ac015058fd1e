//! Acts of a person on what they saw: refused when the job moved meanwhile, so that doing it twice does it once.

use std::fmt;

use super::{JobView, Operator};
use crate::jobs::ask::Ask;
use crate::jobs::error::JobsError;
use crate::jobs::handler::JobError;
use crate::jobs::records::{End, EndState, RoundAction};
use crate::jobs::settle::wrong_state;
use crate::jobs::state::{Attempted, Job, JobState};
use crate::model::cause::Cause;
use crate::model::ids::JobId;

/// How a job stood when a person decided; a short text for forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    round: u32,
    attempts: u32,
    state: String,
}

impl Expected {
    /// How the job stands in this view.
    pub fn of(view: &JobView) -> Self {
        Self { round: view.round, attempts: view.attempts, state: view.state.to_owned() }
    }

    /// As a list tells it.
    pub fn standing(round: u32, attempts: u32, state: &str) -> Self {
        Self { round, attempts, state: state.to_owned() }
    }

    /// Reads it back from a form.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '.');
        let (round, attempts, state) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?);
        let is_word = !state.is_empty() && state.len() <= 16 && state.bytes().all(|b| b.is_ascii_lowercase());
        is_word.then(|| Self { round, attempts, state: state.to_owned() })
    }

    fn holds(&self, job: &Job) -> bool {
        self.round == job.round && self.attempts == job.attempts() && self.state == job.state().word()
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.round, self.attempts, self.state)
    }
}

const MOVED: &str = "it moved since you looked; look again";

impl Operator {
    /// The job, if it stands as it did when the person decided.
    async fn unmoved(&self, id: &JobId, expected: Option<&Expected>) -> Result<Job, JobsError> {
        let job = self.job(id).await?;
        if expected.is_some_and(|expected| !expected.holds(&job)) {
            return Err(wrong_state(&job, &job.state(), MOVED));
        }
        Ok(job)
    }

    /// Tries a waiting job at once.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] when it does not wait, or moved.
    pub async fn try_now(&self, id: &JobId, expected: Option<&Expected>) -> Result<(), JobsError> {
        let job = self.unmoved(id, expected).await?;
        match job.state() {
            JobState::Waiting { .. } => {
                self.act_on_open(&job, Attempted::Released).await?;
                self.core.wake(job.lane(), id).await;
                Ok(())
            }
            state => Err(wrong_state(&job, &state, "only a waiting job is tried now")),
        }
    }

    /// Opens an ended job's next round, with what is asked of it.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] when it has not ended, or moved.
    pub async fn reopen(&self, id: &JobId, expected: Option<&Expected>, ask: Ask) -> Result<(), JobsError> {
        let job = self.unmoved(id, expected).await?;
        match job.state() {
            JobState::Ended(_) => self.core.open_round(&job, RoundAction::Run, None, ask).await,
            state => Err(wrong_state(&job, &state, "only a job that ended is opened again")),
        }
    }

    /// As [`Operator::discard`], on what a person saw, with who and why.
    ///
    /// # Errors
    /// [`JobsError::WrongState`] while it runs, when it is done, or when it moved.
    pub async fn discard_as(&self, id: &JobId, expected: Option<&Expected>, ask: Ask) -> Result<(), JobsError> {
        let job = self.unmoved(id, expected).await?;
        match job.state() {
            JobState::Ended(End { state: EndState::Parked | EndState::Dead, .. }) => {
                self.core.open_round(&job, RoundAction::Discard, None, ask).await
            }
            state @ JobState::Ended(_) => Err(wrong_state(&job, &state, "what is done cannot be discarded")),
            JobState::Running { .. } | JobState::Waiting { .. } => {
                self.act_on_open(&job, Attempted::Failed(JobError::dead(Cause::Discarded, "a person discarded it"))).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expectation_is_read_back_as_written_and_nothing_else_is() {
        let expected = Expected { round: 2, attempts: 3, state: "parked".to_owned() };
        assert_eq!(Expected::parse(&expected.to_string()), Some(expected));
        for bad in ["", "1", "1.2", "1.2.", "1.2.PARKED", "-1.2.done", "1.2.done.x", "1.2.<b>"] {
            assert_eq!(Expected::parse(bad), None, "{bad}");
        }
    }
}
