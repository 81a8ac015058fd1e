//! The process dies at every single write, before it lands and after: what was accepted still happens, once.

use super::stores::Failing;
use super::*;
use crate::jobs::accept::{Claim, job_id};

/// Mails as the pipeline does: notes that it is about to, mails, notes the reply. Counts what went out.
#[derive(Default)]
struct Mails {
    /// The receipt comes last: it is recorded with the end.
    ends_at_once: bool,
    sent: AtomicUsize,
    ambiguous: AtomicUsize,
}

#[async_trait]
impl Handler for Mails {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        for step in ["fetched", "rendered"] {
            if job.read_step(step).await?.is_none() {
                job.write_step(step, json!(step)).await?;
            }
        }
        if job.read_step("mailed").await?.is_none() {
            if job.write_step("mailing", json!(job.attempt())).await? != json!(job.attempt()) {
                self.ambiguous.fetch_add(1, Ordering::Relaxed);
            }
            job.check_lease().await?;
            self.sent.fetch_add(1, Ordering::Relaxed);
            if self.ends_at_once {
                job.write_last_fact("mailed", json!("250 ok")).await?;
                return Ok(json!("sent"));
            }
            job.write_fact("mailed", json!("250 ok")).await?;
        }
        if job.attempt() == 1 && !self.ends_at_once {
            return Err(JobError::retry("not_yet", "the first attempt fails after mailing"));
        }
        Ok(json!("sent"))
    }
}

/// Lets one instance die after `writes` writes, then lets another go on until nothing is due. Returns whether the first one died.
async fn die_after(writes: i64, last_lands: bool, ends_at_once: bool) -> bool {
    let world = World::new();
    let mails = Mails { ends_at_once, ..Mails::default() };
    let scene = format!("death after write {writes}, landing: {last_lands}, ends at once: {ends_at_once}");
    let failing = Failing::after(writes, last_lands, Arc::clone(&world.store) as Arc<dyn Store>);
    let dying = world.instance_on(Arc::clone(&failing) as Arc<dyn Store>);
    let promised = dying.accept(world.event("a")).await.is_ok();
    for _ in 0..3 {
        dying.run_one(&mails, &job_id("a")).await;
        world.pass(10);
    }
    let died = failing.is_down();

    let heir = world.instance();
    let platform_repeats = heir.accept(world.event("a")).await.unwrap();
    assert!(!promised || !matches!(platform_repeats, Claim::Started { .. }), "{scene}: what was promised is remembered");
    for _ in 0..20 {
        world.pass(30);
        heir.sweep().await;
        while reports(&heir).queue.len() > 0 {
            let job = reports(&heir).queue.pop().await;
            heir.run_one(&mails, &job).await;
        }
    }
    // What a death left between two writes is cleaned once nobody can be between them any more.
    heir.sweep().await;
    world.pass(3600);
    heir.sweep().await;
    let view = heir.operator().show(&job_id("a")).await.unwrap().unwrap();
    assert_eq!(view.state, "done", "{scene}");
    assert_eq!(world.keys("due/"), Vec::<String>::new(), "{scene}: no job is left open, no pointer is left over");
    assert_eq!(world.keys("feed/").len(), 1, "{scene}: it is in the feed once");
    let (sent, ambiguous) = (mails.sent.into_inner(), mails.ambiguous.into_inner());
    assert!(sent == 1 || (sent == 2 && ambiguous == 1), "{scene}: sent {sent} times, {ambiguous} ambiguous");
    died
}

#[tokio::test]
async fn death_at_any_write_loses_nothing_and_repeats_only_what_is_ambiguous() {
    for (last_lands, ends_at_once, writes) in [(false, false, 12), (true, false, 12), (false, true, 9), (true, true, 9)] {
        let mut deaths = 0;
        while die_after(deaths, last_lands, ends_at_once).await {
            deaths += 1;
        }
        assert!(deaths >= writes, "every write of a life is tried, not {deaths}");
    }
}

#[tokio::test]
async fn an_event_the_store_did_not_take_is_not_promised() {
    let world = World::new();
    for writes in [0, 1] {
        let failing = Failing::after(writes, false, Arc::clone(&world.store) as Arc<dyn Store>);
        let refused = world.instance_on(failing).accept(world.event("a")).await;
        assert!(matches!(refused, Err(crate::jobs::error::AcceptError::Unavailable { .. })));
    }
    let heir = world.instance();
    assert_eq!(heir.operator().show(&job_id("a")).await.unwrap(), None);
    world.pass(2 * 3600);
    assert_eq!(heir.sweep().await.cleaned, 0, "somebody whose clock differs may be about to write the event");
    world.pass(601);
    let report = heir.sweep().await;
    assert_eq!((report.woken, report.cleaned), (0, 1), "the pointer to nothing is cleaned away in time");
}
