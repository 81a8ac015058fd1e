use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::jobs::ask::Ask;
use crate::jobs::handler::{AcceptedEvent, JobKind};
use crate::model::lane::LaneName;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const START: &str = "2026-03-01T10:00:00Z";
const PATIENCE: Patience = Patience { retry: RetryProfile::PATIENT, chance: 1.0 };
const TERM: Duration = Duration::from_secs(32);

/// A look at this time by the clock, at a job that this process has seen unchanged for so many seconds.
fn look(now: &str, unchanged: u64) -> Observation {
    Observation { now: at(now), unchanged: Duration::from_secs(unchanged), term: TERM }
}

fn fresh() -> Job {
    let kind = JobKind::new("test", LaneName::Reports, RetryProfile::PATIENT);
    let event = AcceptedEvent::new(&kind, "test", "e".to_owned(), at(START), json!({}));
    Job::new(JobId::from_digest([1; 32]), EventRecord { event, due: at("2026-03-01T10:00:10Z") })
}

fn running(until: &str) -> Job {
    let mut job = fresh();
    job.note(RecordName::Lease(1));
    job.held = Some(HeldLease {
        record: LeaseRecord {
            version: 1,
            owner: "a-0".to_owned(),
            round: 1,
            taken_at: at(START),
            until: at(until),
            fenced: false,
            watched: false,
            committed: false,
        },
        version: Version("1".to_owned()),
        owner: Owner::Unknown,
    });
    job
}

fn waiting(due: &str) -> Job {
    let mut job = fresh();
    job.note(RecordName::Lease(1));
    job.note(RecordName::Outcome(1));
    job.outcome = Some(OutcomeRecord { version: 1, at: at(START), due: at(due), cause: "c".into(), message: "m".to_owned() });
    job
}

#[test]
fn an_accepted_job_may_start_at_once_whatever_its_pointer_says() {
    assert_eq!(fresh().next_step(look(START, 0)), NextStep::Start { attempt: 1 });
}

#[test]
fn a_waiting_job_starts_when_it_is_due_and_not_before() {
    let job = waiting("2026-03-01T10:01:00Z");
    let due = at("2026-03-01T10:01:00Z");
    assert_eq!(job.next_step(look("2026-03-01T10:00:59Z", 0)), NextStep::LookAgain { at: due, running: false });
    assert_eq!(job.next_step(look("2026-03-01T10:01:00Z", 0)), NextStep::Start { attempt: 2 });
}

#[test]
fn a_clock_set_back_makes_no_job_wait_longer_than_it_was_meant_to() {
    let job = waiting("2026-03-01T10:01:00Z");
    for back in ["2026-03-01T09:00:00Z", "2026-02-28T10:00:00Z", "1970-01-01T00:00:00Z"] {
        assert_eq!(job.next_step(look(back, 59)), NextStep::LookAgain { at: later(at(back), Duration::from_secs(1)), running: false });
        assert_eq!(job.next_step(look(back, 60)), NextStep::Start { attempt: 2 }, "{back}");
    }
}

#[test]
fn a_running_job_is_left_alone_until_its_lease_was_seen_unchanged_for_a_term_whatever_the_clock_shows() {
    let job = running("2026-03-01T10:00:30Z");
    for now in [START, "2026-03-02T10:00:00Z", "2026-02-01T10:00:00Z"] {
        let left = later(at(now), Duration::from_secs(1));
        assert_eq!(job.next_step(look(now, 31)), NextStep::LookAgain { at: left, running: true }, "{now}");
        assert!(matches!(job.next_step(look(now, 32)), NextStep::TakeOver { attempt: 2, .. }), "{now}");
    }
}

#[test]
fn a_living_owner_at_what_cannot_be_undone_is_left_alone_for_longer() {
    let mut job = running("2026-03-01T10:00:30Z");
    job.held.as_mut().unwrap().owner = Owner::Alive;
    assert!(matches!(job.next_step(look(START, 32)), NextStep::TakeOver { .. }), "a stopped process keeps nobody waiting");
    job.held.as_mut().unwrap().record.committed = true;
    assert!(matches!(job.next_step(look(START, 300)), NextStep::LookAgain { running: true, .. }));
    assert!(matches!(job.next_step(look(START, 320)), NextStep::TakeOver { .. }), "it does not keep its jobs for ever");
}

#[test]
fn an_owner_at_what_cannot_be_undone_is_not_taken_for_dead_on_a_hint() {
    let mut job = running("2026-03-01T10:00:30Z");
    let held = job.held.as_mut().unwrap();
    (held.owner, held.record.committed) = (Owner::Gone, true);
    assert!(matches!(job.next_step(look(START, 31)), NextStep::LookAgain { running: true, .. }));
    assert!(matches!(job.next_step(look(START, 32)), NextStep::TakeOver { .. }));
}

#[test]
fn a_fenced_lease_is_taken_over_at_once() {
    let mut job = running("2026-03-01T10:00:30Z");
    job.held.as_mut().unwrap().record.fenced = true;
    assert!(matches!(job.next_step(look(START, 0)), NextStep::TakeOver { attempt: 2, .. }));
}

#[test]
fn the_lease_of_a_dead_owner_is_taken_over_at_once() {
    let mut job = running("2026-03-01T10:00:30Z");
    job.held.as_mut().unwrap().owner = Owner::Gone;
    assert!(matches!(job.next_step(look(START, 0)), NextStep::TakeOver { attempt: 2, .. }));
}

#[test]
fn an_attempt_of_an_ended_round_is_not_running_in_the_next() {
    let mut job = fresh();
    job.note(RecordName::Lease(1));
    job.note(RecordName::End(1));
    job.note(RecordName::Round(2));
    job.opened = Some(RoundRecord {
        version: 1,
        at: at(START),
        due: at(START),
        first_attempt: 2,
        action: RoundAction::Run,
        payload: None,
        ask: Ask::default(),
    });
    assert_eq!((job.has_end(), job.open_attempt(), job.silent_attempts()), (false, None, 0));
    assert_eq!(job.next_step(look(START, 0)), NextStep::Start { attempt: 2 });
}

#[test]
fn a_discarded_job_is_dead_without_an_end_record() {
    let mut job = fresh();
    job.note(RecordName::End(1));
    job.note(RecordName::Round(2));
    job.opened = Some(RoundRecord {
        version: 1,
        at: at(START),
        due: at(START),
        first_attempt: 2,
        action: RoundAction::Discard,
        payload: None,
        ask: Ask::default(),
    });
    assert!(matches!(job.state(), JobState::Ended(End { state: EndState::Dead, .. })));
}

#[test]
fn what_the_handler_says_decides_what_follows() {
    let now = at("2026-03-01T10:00:01Z");
    let after = |attempted| next(&fresh(), 1, attempted, now, PATIENCE);
    let state = |transition| match transition {
        Transition::End(end) => end.state.as_str(),
        Transition::Again { .. } => "again",
    };
    assert_eq!(state(after(Attempted::Finished(json!(1)))), "done");
    assert_eq!(state(after(Attempted::Failed(JobError::park("c", "m")))), "parked");
    assert_eq!(state(after(Attempted::Failed(JobError::dead("c", "m")))), "dead");
    assert_eq!(state(after(Attempted::Failed(JobError::retry("c", "m")))), "again");
    assert_eq!(state(after(Attempted::Released)), "again");
}

#[test]
fn a_retry_waits_for_the_backoff_or_longer_when_asked() {
    let due = |error| match next(&fresh(), 1, Attempted::Failed(error), at(START), PATIENCE) {
        Transition::Again { due, .. } => due,
        Transition::End(end) => panic!("{end:?}"),
    };
    assert_eq!(due(JobError::retry("c", "m")), at("2026-03-01T10:00:05Z"));
    assert_eq!(due(JobError::retry_after("c", "m", Some(Duration::from_secs(90)))), at("2026-03-01T10:01:30Z"));
}

#[test]
fn a_job_is_given_up_after_a_day_of_tries_but_not_for_a_day_of_downtime() {
    let late = at("2026-03-03T10:00:00Z");
    let after = |attempt| next(&fresh(), attempt, Attempted::Failed(JobError::retry("smtp", "no route")), late, PATIENCE);
    assert!(matches!(after(2), Transition::Again { .. }), "the service was down, the job was tried twice only");
    let Transition::End(end) = after(8) else { panic!("eight tries are enough") };
    assert_eq!((end.state, end.cause.as_deref()), (EndState::Dead, Some("smtp")));
    assert!(end.message.unwrap().contains("no route"), "the last cause is kept");
}

proptest! {
    #[test]
    fn a_job_that_always_fails_is_given_up(chance in 0.0..1.0f64, asked in proptest::option::of(0u64..100_000)) {
        let patience = Patience { chance, ..PATIENCE };
        let (mut now, mut attempt) = (at(START), 1);
        let end = loop {
            prop_assert!(attempt < 200_000, "it goes on forever");
            let error = JobError::retry_after("c", "m", asked.map(Duration::from_secs));
            match next(&fresh(), attempt, Attempted::Failed(error), now, patience) {
                Transition::Again { due, .. } => {
                    prop_assert!(due > now, "time goes on");
                    now = due;
                }
                Transition::End(end) => break end,
            }
            attempt += 1;
        };
        prop_assert_eq!(end.state, EndState::Dead);
    }
}
