//! How long an acceptance takes until it is durable, at 200 a second on local storage, in an empty store and beside 10,000 ended jobs.
//!
//! `cargo bench --bench jobs` prints percentiles; arrivals are on a fixed schedule, so a slow answer also counts for those that wait behind it.

use std::sync::Arc;
use std::time::Duration;

use gradepost::clock::{Clock as _, SystemClock};
use gradepost::jobs::Jobs;
use gradepost::jobs::config::JobsConfig;
use gradepost::jobs::handler::{AcceptedEvent, Handler, JobContext, JobError};
use gradepost::jobs::worker::WorkerPool;
use gradepost::storage::Store;
use gradepost::storage::local::LocalStore;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use tokio::time::Instant;

const PER_SECOND: u32 = 200;
const SECONDS: u32 = 10;
const OLD_JOBS: u32 = 10_000;

/// Records what a real job records, without its work.
struct Records;

#[async_trait::async_trait]
impl Handler for Records {
    async fn run(&self, job: &dyn JobContext) -> Result<Value, JobError> {
        for step in ["fetched", "analysed", "rendered", "archived", "mailing", "mailed", "notified"] {
            job.write_step(step, json!({ "answers": "x".repeat(1000) })).await?;
        }
        Ok(json!({ "status": "processed" }))
    }
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    println!("durable accept at {PER_SECOND}/s for {SECONDS} s, jobs running beside it (local folder {})", folder.path().display());
    println!("{:<28}{:>10}{:>10}{:>10}{:>10}", "", "p50 ms", "p99 ms", "max ms", "ended");
    measure(&start(folder.path()).await?, "empty", "empty store").await?;
    fill(folder.path()).await?;
    measure(&start(folder.path()).await?, "full", "beside 10,000 ended jobs").await?;
    Ok(())
}

async fn start(folder: &std::path::Path) -> Result<(Arc<Jobs>, WorkerPool), Box<dyn std::error::Error>> {
    let store: Arc<dyn Store> = Arc::new(LocalStore::open(folder).await?);
    let jobs = Jobs::new(store, Arc::new(SystemClock), JobsConfig { workers: 4, queue_limit: 100_000, ..JobsConfig::for_testing() });
    let pool = Arc::clone(&jobs).start(Arc::new(Records));
    Ok((jobs, pool))
}

async fn measure((jobs, _pool): &(Arc<Jobs>, WorkerPool), series: &str, name: &str) -> Result<(), Box<dyn std::error::Error>> {
    let start = Instant::now();
    let mut arrivals = JoinSet::new();
    for n in 0..PER_SECOND * SECONDS {
        let arrival = start + Duration::from_secs(1) * n / PER_SECOND;
        let (jobs, event) = (Arc::clone(jobs), event(&format!("{series} {n}")));
        arrivals.spawn(async move {
            tokio::time::sleep_until(arrival).await;
            let accepted = jobs.accept(event).await;
            (arrival.elapsed(), accepted.map(|claim| claim.job().clone()))
        });
    }
    let (mut times, mut last) = (Vec::new(), Vec::new());
    for (time, job) in arrivals.join_all().await {
        times.push(time.as_secs_f64() * 1000.0);
        last.push(job?);
    }
    let mut ended = 0;
    for job in &last {
        ended += u32::from(jobs.wait(job, Duration::from_mins(1)).await.is_some());
    }
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!("{name:<28}{:>10.2}{:>10.2}{:>10.2}{ended:>10}", at(0.5), at(0.99), at(1.0));
    Ok(())
}

/// Runs 10,000 jobs to their end.
async fn fill(folder: &std::path::Path) -> Result<(), Box<dyn std::error::Error>> {
    let (jobs, pool) = start(folder).await?;
    for batch in 0..OLD_JOBS / 500 {
        let mut accepted = JoinSet::new();
        for n in 0..500 {
            let (jobs, event) = (Arc::clone(&jobs), event(&format!("old {batch} {n}")));
            accepted.spawn(async move { jobs.accept(event).await.map(|claim| claim.job().clone()) });
        }
        for job in accepted.join_all().await {
            jobs.wait(&job?, Duration::from_mins(2)).await.ok_or("an old job did not end")?;
        }
    }
    pool.shutdown(Duration::from_secs(10)).await;
    Ok(())
}

fn event(effect: &str) -> AcceptedEvent {
    AcceptedEvent {
        version: 1,
        source: "learnworlds".to_owned(),
        delivery_key: gradepost::signing::sha256_hex(effect.as_bytes()),
        effect_key: effect.to_owned(),
        received_at: SystemClock.now(),
        payload: json!({ "answers": "x".repeat(2000) }),
        trace: None,
        park: None,
    }
}
