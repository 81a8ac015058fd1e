//! What has ended costs nothing: counted in requests to the store, not in time.

use super::stores::Counting;
use super::*;
use crate::jobs::operator::JobFilter;
use crate::jobs::outcome::Outcome;

/// Requests and listed keys of one job's whole life, two sweeps and a page of the list, with so many jobs ended before.
async fn cost_after(ended: usize) -> (usize, usize) {
    let world = World::new();
    let jobs = world.instance();
    for n in 0..ended {
        jobs.accept(world.event(&format!("old {n}"))).await.unwrap();
        let job = reports(&jobs).queue.pop().await;
        assert!(matches!(jobs.run_one(&Scripted::default(), &job).await, Outcome::Ended(_)));
    }
    let counting = Counting::over(Arc::clone(&world.store) as Arc<dyn Store>);
    let jobs = world.instance_on(Arc::clone(&counting) as Arc<dyn Store>);
    jobs.sweep().await;
    let job = jobs.accept(world.event("new")).await.unwrap().job().clone();
    jobs.run_one(&Scripted::default(), &job).await;
    jobs.sweep().await;
    assert_eq!(jobs.operator().list(&JobFilter { state: None, lane: None, limit: 5 }).await.unwrap().len(), 5);
    counting.cost()
}

#[tokio::test]
async fn ten_thousand_ended_jobs_cost_no_request_more_than_thirty() {
    let (few, many) = (cost_after(30).await, cost_after(10_000).await);
    assert_eq!(few.0, many.0);
    assert!(few.0 < 70, "a job's life takes a bounded number of requests: {few:?}");
    assert!(many.1 < 1100, "a list reads one page of keys, however many there are: {many:?}");
}
