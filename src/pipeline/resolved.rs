//! Which causes are resolved: the bank has arrived, the template opens, the platform answers again.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use crate::jobs::operator::JobView;
use crate::model::cause::Cause;
use crate::model::completion::{Assessment, Completion};
use crate::model::ids::JobId;
use crate::pipeline::analyse::about;
use crate::pipeline::run::Services;

/// What is known of the platform: when it last answered, and whether one job has tried since the start.
#[derive(Debug)]
pub(super) struct PlatformSigns {
    started: Timestamp,
    signs: Mutex<Signs>,
}

#[derive(Debug, Default)]
struct Signs {
    answered: Option<Timestamp>,
    tried: bool,
}

impl PlatformSigns {
    pub(super) fn since(started: Timestamp) -> Self {
        Self { started, signs: Mutex::default() }
    }

    /// The platform answered a job.
    pub(super) fn answered(&self, at: Timestamp) {
        self.signs.lock().unwrap_or_else(PoisonError::into_inner).answered = Some(at);
    }

    /// Whether a job that parked then may go: the platform has answered since; or the service was started since, with another token perhaps, and this is the one job that tries it.
    fn lets_go(&self, parked: Timestamp) -> bool {
        let mut signs = self.signs.lock().unwrap_or_else(PoisonError::into_inner);
        if signs.answered.is_some_and(|at| at > parked) {
            return true;
        }
        let tries = parked < self.started && !signs.tried;
        signs.tried |= tries;
        tries
    }
}

/// The jobs that may go. What many wait for is looked at once.
pub(super) async fn jobs(services: &Services, platform: &PlatformSigns, parked: &[JobView]) -> Vec<JobId> {
    let mut seen: HashMap<(Cause, String, Assessment), bool> = HashMap::new();
    let mut resolved = Vec::new();
    for view in parked {
        let Some(cause) = &view.cause else { continue };
        let Ok(completion) = serde_json::from_value::<Completion>(view.payload.clone()) else { continue };
        let goes = match cause {
            Cause::PlatformNotConfigured | Cause::PlatformUnauthorized | Cause::PlatformForbidden => {
                view.ended_at.is_some_and(|ended| platform.lets_go(ended))
            }
            _ => {
                let mut assessment = completion.assessment;
                services.submissions.complete(&mut assessment);
                let subject = (cause.clone(), completion.source, assessment);
                if let Some(known) = seen.get(&subject) {
                    *known
                } else {
                    let found = file_is_resolved(services, cause, &subject.1, &subject.2).await;
                    seen.insert(subject, found);
                    found
                }
            }
        };
        if goes {
            resolved.push(view.id.clone());
        }
    }
    resolved
}

/// Whether the school's file that a cause speaks of can be used now.
async fn file_is_resolved(services: &Services, cause: &Cause, source: &str, assessment: &Assessment) -> bool {
    let Ok(profiles) = services.assets.profiles().await else { return false };
    let (id, title) = (assessment.id.as_deref(), assessment.title.as_deref());
    let profile = profiles.find(&about(source, assessment));
    match cause {
        Cause::ProfileInvalid => true,
        Cause::PlanMissing => id.is_some_and(|name| profiles.plan(name).is_some()),
        Cause::BankMissing | Cause::BankInvalid => {
            let title = title.or(id).unwrap_or_default();
            matches!(services.assets.bank(title, profile.bank.as_deref()).await, Ok(Some(_)))
        }
        Cause::TemplateMissing | Cause::TemplateBroken => {
            services.assets.template(profile.template.as_deref(), services.config.language).await.is_ok()
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jobs::handler::Handler as _;
    use crate::pipeline::tests::harness::{World, completion};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_platform_that_answers_again_lets_all_go_and_a_new_start_lets_one_try() {
        let platform = PlatformSigns::since(at("2026-03-01T10:00:00Z"));
        let (before, after) = (at("2026-03-01T09:00:00Z"), at("2026-03-01T10:30:00Z"));
        assert!(!platform.lets_go(after), "nothing has changed since it parked");
        assert!(platform.lets_go(before), "the token may be another now");
        assert!(!platform.lets_go(before), "one tries for all");
        platform.answered(at("2026-03-01T11:00:00Z"));
        assert!(platform.lets_go(before) && platform.lets_go(after));
    }

    /// A parked job of Ana's completion.
    fn parked(number: u8, cause: Cause, title: &str) -> JobView {
        let completion =
            Completion { assessment: Assessment { title: Some(title.to_owned()), id: None, ..completion().assessment }, ..completion() };
        JobView {
            id: JobId::from_digest([number; 32]),
            state: "parked",
            kind: "report".to_owned(),
            lane: crate::model::lane::LaneName::Reports,
            source: "learnworlds".to_owned(),
            received_at: at("2026-03-01T10:00:00Z"),
            round: 1,
            attempts: 1,
            due: None,
            cause: Some(cause),
            message: None,
            ended_at: Some(at("2026-03-01T10:00:00Z")),
            summary: serde_json::Value::Null,
            steps: Vec::new(),
            payload: serde_json::to_value(completion).unwrap(),
        }
    }

    #[tokio::test]
    async fn jobs_go_when_the_file_they_wait_for_can_be_used() {
        let world = World::new().await;
        let waiting = [
            parked(1, Cause::BankMissing, "Not there yet"),
            parked(2, Cause::BankInvalid, "Broken"),
            parked(3, Cause::AddressMissing, "Not there yet"),
            parked(4, Cause::ProfileInvalid, "Not there yet"),
        ];
        world.keep("assessments.toml", "[[assessment").await;
        assert_eq!(world.pipeline.resolved(&waiting).await, Vec::<JobId>::new());
        world.keep("assessments.toml", "").await;
        assert_eq!(world.pipeline.resolved(&waiting).await, [waiting[3].id.clone()]);
        world.keep("questions/Not there yet.csv", "question_number,correct_alternative,lecture\n1,A,L1\n").await;
        assert_eq!(world.pipeline.resolved(&waiting).await, [waiting[0].id.clone(), waiting[3].id.clone()]);
        world.keep("questions/Broken.csv", "question_number,correct_alternative,lecture\n1,A,L1\n").await;
        assert_eq!(world.pipeline.resolved(&waiting).await.len(), 3, "a job that waits for its student's address stays");
    }
}
