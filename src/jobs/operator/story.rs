//! What happened to a job, moment by moment, as its records tell it.

use futures::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;
use serde_json::Value;

use super::{JobView, Operator};
use crate::jobs::ask::Ask;
use crate::jobs::error::JobsError;
use crate::jobs::reading;
use crate::jobs::records::{self, End, EndRecord, LeaseRecord, OutcomeRecord, RecordName, RoundAction, RoundRecord};
use crate::model::cause::Cause;
use crate::model::ids::JobId;

/// Records of one job that are read at the same time.
const READS: usize = 8;
/// The field of a step's record that holds what was recorded together with it, by the names of the steps.
pub const NEXT: &str = "next";
/// The most records that a story tells; a job that failed for days has many, and the newest count.
const MOST: usize = 400;

/// A job with all that happened to it, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct Story {
    /// How it stands.
    pub view: JobView,
    /// The effect that it brings about.
    pub effect_key: String,
    /// The trace of the request that brought it.
    pub trace: Option<String>,
    /// What happened.
    pub moments: Vec<Moment>,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Moment {
    /// When; none where the record does not tell.
    pub at: Option<Timestamp>,
    /// In which round.
    pub round: u32,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The event was accepted.
    Received,
    /// An attempt began.
    Attempt {
        /// Its number over all rounds.
        number: u32,
    },
    /// An attempt ended without ending the job.
    Failed {
        /// Why.
        cause: Cause,
        /// The same in words.
        message: String,
        /// When it is tried again.
        due: Timestamp,
    },
    /// The handler recorded a step.
    Step {
        /// Its name without the round.
        name: String,
        /// What it recorded; it may hold personal data.
        value: Value,
    },
    /// A person opened the job again, or closed it.
    Opened {
        /// Which of the two.
        action: RoundAction,
        /// What was asked.
        ask: Ask,
    },
    /// The round ended.
    Ended(End),
    /// A record that cannot be read.
    Damaged {
        /// Its name.
        record: String,
    },
}

impl Operator {
    /// All that is known of a job; `None` when there is none of this id. A record that is damaged is a moment of its own and hides no other.
    ///
    /// # Errors
    /// The store's; [`JobsError::Unreadable`] when what makes it a job is damaged.
    pub async fn story(&self, id: &JobId) -> Result<Option<Story>, JobsError> {
        let Some(job) = self.core.job(id).await? else { return Ok(None) };
        let mut names = reading::record_names(&*self.core.store, id).await?;
        if names.len() > MOST {
            names.drain(..names.len() - MOST);
        }
        let read = |name: String| async move { self.moment(id, &name).await };
        let told: Vec<Vec<Moment>> = futures::stream::iter(names).map(read).buffered(READS).try_collect().await?;
        let event = &job.event.event;
        let mut moments = vec![Moment { at: Some(event.received_at), round: 1, what: What::Received }];
        moments.extend(told.into_iter().flatten());
        for moment in &mut moments {
            // Records of attempts do not name their round; rounds tell where they begin.
            if let What::Failed { .. } = moment.what {
                moment.round = 0;
            }
        }
        moments.sort_by_key(|moment| (moment.at.unwrap_or(Timestamp::MAX), rank(&moment.what)));
        let mut round = 1;
        for moment in &mut moments {
            match moment.what {
                What::Opened { .. } => round = moment.round,
                What::Failed { .. } => moment.round = round,
                _ => {}
            }
        }
        let (effect_key, trace) = (event.effect_key.clone(), event.trace.clone());
        Ok(Some(Story { view: JobView::of(job), effect_key, trace, moments }))
    }

    async fn moment(&self, id: &JobId, name: &str) -> Result<Vec<Moment>, JobsError> {
        match self.read_moments(id, name).await {
            Ok(found) => Ok(found),
            Err(error) if self.core.concerns_one(&error).await => {
                Ok(vec![Moment { at: None, round: 1, what: What::Damaged { record: name.to_owned() } }])
            }
            Err(error) => Err(error),
        }
    }

    /// What one record tells: one thing, or what was recorded together with it as well.
    async fn read_moments(&self, id: &JobId, name: &str) -> Result<Vec<Moment>, JobsError> {
        let record = RecordName::parse(name);
        let (store, key) = (&*self.core.store, record.key(id));
        let one: Option<Moment> = match record {
            // When somebody wanted the next attempt: nothing happened yet.
            RecordName::Event | RecordName::Hurry(..) => None,
            RecordName::Lease(number) => records::read::<LeaseRecord>(store, &key).await?.map(|(lease, _)| Moment {
                at: Some(lease.taken_at),
                round: lease.round,
                what: What::Attempt { number },
            }),
            RecordName::Outcome(_) => records::read::<OutcomeRecord>(store, &key).await?.map(|(outcome, _)| Moment {
                at: Some(outcome.at),
                round: 1,
                what: What::Failed { cause: outcome.cause, message: outcome.message, due: outcome.due },
            }),
            RecordName::End(round) => {
                let Some((record, _)) = records::read::<EndRecord>(store, &key).await? else { return Ok(Vec::new()) };
                let with_it = record.facts.into_iter().map(|(name, value)| step(&name, value));
                let end = Moment { at: Some(record.end.at), round, what: What::Ended(record.end) };
                return Ok(with_it.chain([end]).collect());
            }
            RecordName::Round(round) => records::read::<RoundRecord>(store, &key).await?.map(|(record, _)| Moment {
                at: Some(record.at),
                round,
                what: What::Opened { action: record.action, ask: record.ask },
            }),
            RecordName::Step(name) => {
                let Some((mut value, _)) = records::read::<Value>(store, &key).await? else { return Ok(Vec::new()) };
                // A step may carry the beginning of the next one, named as that is.
                let next = value.as_object_mut().and_then(|record| record.remove(NEXT)).filter(Value::is_object);
                let steps = next.into_iter().flat_map(|next| next.as_object().cloned().unwrap_or_default());
                let round = scope(name).1;
                let with_it = steps.map(|(next, value)| Moment { round, ..step(&next, value) });
                return Ok([step(name, value)].into_iter().chain(with_it).collect());
            }
        };
        Ok(one.into_iter().collect())
    }
}

fn step(record: &str, value: Value) -> Moment {
    let (name, round) = scope(record);
    let at = value["at"].as_str().and_then(|at| at.parse().ok());
    Moment { at, round, what: What::Step { name: name.to_owned(), value } }
}

/// A step's name without its round, and the round.
fn scope(step: &str) -> (&str, u32) {
    let scoped = step.rsplit_once('-').and_then(|(name, digits)| Some((name, digits.parse().ok()?)));
    scoped.unwrap_or((step, 1))
}

/// Of what happened at the same instant, what comes first.
fn rank(what: &What) -> u8 {
    match what {
        What::Received => 0,
        What::Opened { .. } => 1,
        What::Attempt { .. } => 2,
        What::Step { .. } => 3,
        What::Failed { .. } => 4,
        What::Ended(_) => 5,
        What::Damaged { .. } => 6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steps_name_is_told_from_its_round() {
        assert_eq!(scope("mailed"), ("mailed", 1));
        assert_eq!(scope("mailed-2"), ("mailed", 2));
        assert_eq!(scope("mailing_2-3"), ("mailing_2", 3));
    }
}
