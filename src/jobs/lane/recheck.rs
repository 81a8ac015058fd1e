//! Lets parked jobs go when the program sees that what they wait for is resolved.

use std::time::Duration;

use jiff::Timestamp;

use crate::jobs::error::JobsError;
use crate::jobs::lane::Lane;
use crate::jobs::operator::{JobView, Operator};
use crate::model::cause::Cause;

/// Parked jobs looked at in one pass.
const MOST: usize = 1000;
/// The pause after a pass that let jobs go, or after this instance parked one; it doubles while nothing is resolved.
const SHORTEST: Duration = Duration::from_mins(1);
/// The longest pause while something waits.
const LONGEST: Duration = Duration::from_mins(10);
/// The pause while nothing waits that this instance knows of.
const IDLE: Duration = Duration::from_hours(3);
/// A job that parked again after it was let go waits so long before the next time, and ten times as long after that.
const AGAIN_AFTER: Duration = Duration::from_mins(10);

/// When the next pass is due.
#[derive(Debug, Default)]
pub(crate) struct RecheckSchedule {
    next: Option<Duration>,
    pause: Duration,
}

impl RecheckSchedule {
    /// Soon: this instance has just parked a job.
    pub(crate) fn hurry(&mut self, now: Duration) {
        self.pause = SHORTEST;
        self.next = Some(self.next.map_or(now + SHORTEST, |next| next.min(now + SHORTEST)));
    }

    fn is_due(&self, now: Duration) -> bool {
        self.next.is_none_or(|next| next <= now)
    }

    fn passed(&mut self, pass: Pass, now: Duration) {
        self.pause = match pass {
            Pass { released: 1.., .. } => SHORTEST,
            Pass { waiting: 0, .. } => IDLE,
            _ => (self.pause * 2).clamp(SHORTEST, LONGEST),
        };
        self.next = Some(now + self.pause);
    }
}

/// What a pass over the parked jobs came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Pass {
    /// Jobs whose cause the program sees resolved.
    pub(crate) waiting: usize,
    /// Those that were let go.
    pub(crate) released: usize,
}

impl Lane {
    /// Looks at the parked jobs, when it is time to.
    pub(crate) async fn recheck_when_due(&self) {
        if !self.lock_recheck().is_due(self.core.clock.monotonic()) {
            return;
        }
        let pass = self.release_resolved().await.unwrap_or_else(|error| {
            tracing::warn!(lane = self.name.as_str(), %error, "Parked jobs are looked at later");
            Pass { waiting: 1, released: 0 }
        });
        self.lock_recheck().passed(pass, self.core.clock.monotonic());
    }

    /// Releases the parked jobs whose cause is resolved.
    pub(crate) async fn release_resolved(&self) -> Result<Pass, JobsError> {
        let Some(handlers) = self.handlers.get() else { return Ok(Pass::default()) };
        let operator = Operator::over(self.core.clone());
        let now = self.core.now();
        let mut is_ours = |view: &JobView| view.cause.as_ref().is_some_and(Cause::is_seen_resolved) && rests(view, now);
        let parked = operator.list_parked(self.name, MOST, &mut is_ours).await?;
        let mut pass = Pass { waiting: parked.len(), released: 0 };
        for (kind, handler) in handlers.all_of(self.name) {
            let of_kind: Vec<JobView> = parked.iter().filter(|view| view.kind == kind.name).cloned().collect();
            if of_kind.is_empty() {
                continue;
            }
            for job in handler.resolved(&of_kind).await {
                match operator.release(&job).await {
                    Ok(()) => pass.released += 1,
                    Err(error) => tracing::warn!(job.id = %job, %error, "A job whose cause is fixed could not be released"),
                }
            }
        }
        if pass.released > 0 {
            tracing::info!(
                lane = self.name.as_str(),
                released = pass.released,
                "What parked jobs waited for is corrected; they resume automatically"
            );
        }
        Ok(pass)
    }
}

/// Whether a parked job may be let go: one that was, and parked again, rests longer each time.
fn rests(view: &JobView, now: Timestamp) -> bool {
    let rest = match view.round {
        0 | 1 => Duration::ZERO,
        round => AGAIN_AFTER.saturating_mul(10u32.saturating_pow((round - 2).min(4))),
    };
    view.ended_at.is_none_or(|ended| now.duration_since(ended).unsigned_abs() >= rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_is_made_soon_after_a_job_parked_and_seldom_while_nothing_waits() {
        let (mut schedule, at) = (RecheckSchedule::default(), Duration::from_secs);
        assert!(schedule.is_due(at(0)), "at the start");
        schedule.passed(Pass { waiting: 0, released: 0 }, at(0));
        assert!(!schedule.is_due(at(3 * 3600 - 1)) && schedule.is_due(at(3 * 3600)));
        schedule.hurry(at(10));
        assert!(!schedule.is_due(at(69)) && schedule.is_due(at(70)));
        let mut now = at(70);
        let mut pauses = Vec::new();
        for _ in 0..6 {
            schedule.passed(Pass { waiting: 5, released: 0 }, now);
            pauses.push(schedule.pause.as_secs() / 60);
            now += schedule.pause;
        }
        assert_eq!(pauses, [2, 4, 8, 10, 10, 10]);
        schedule.passed(Pass { waiting: 5, released: 5 }, now);
        assert_eq!(schedule.pause, SHORTEST);
    }
}
