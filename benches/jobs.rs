//! How long an acceptance takes until it is durable, at 200 a second on local storage, in an empty store and beside 10,000 ended jobs.
//!
//! Then how long a list and a rebuild of `processed.csv` take over 20,000 and 80,000 ended jobs: in proportion.
//!
//! `cargo bench --bench jobs` prints percentiles; arrivals are on a fixed schedule, so a slow answer also counts for those that wait behind it.

use std::sync::Arc;
use std::time::Duration;

use gradepost::clock::{Clock as _, SystemClock};
use gradepost::jobs::Jobs;
use gradepost::jobs::config::JobsConfig;
use gradepost::jobs::handler::{AcceptedEvent, Handler, Handlers, JobContext, JobError, JobKind};
use gradepost::jobs::lane::WorkerPool;
use gradepost::jobs::operator::{JobFilter, StateFilter};
use gradepost::jobs::records::EndState;
use gradepost::model::lane::LaneName;
use gradepost::pipeline::consent::NoWishes;
use gradepost::pipeline::processed::Processed;
use gradepost::storage::Store;
use gradepost::storage::key::ObjectKey;
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
    println!("\n{:<28}{:>14}{:>14}{:>16}", "", "newest 50 ms", "all parked ms", "export ms");
    for jobs in [20_000, 80_000] {
        scale(jobs).await?;
    }
    Ok(())
}

/// Times the loops that read many, over so many ended jobs.
async fn scale(count: u32) -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    (0..count).try_for_each(|n| ended(folder.path(), n))?;
    let store: Arc<dyn Store> = Arc::new(LocalStore::open(folder.path()).await?);
    let jobs = Jobs::new(store.clone(), Arc::new(SystemClock), JobsConfig::for_testing());
    let timed = Instant::now();
    let newest = jobs.operator().list(&JobFilter { limit: 50, ..JobFilter::default() }).await?.len();
    let listed = timed.elapsed();
    let timed = Instant::now();
    jobs.operator().list(&JobFilter { state: Some(StateFilter::Ended(EndState::Parked)), lane: None, limit: usize::MAX }).await?;
    let parked = timed.elapsed();
    let timed = Instant::now();
    let rows = Processed::new(store, Arc::new(NoWishes)).write_anew().await?.rows;
    let exported = timed.elapsed();
    if (newest, rows) != (50, count as usize) {
        return Err(format!("{newest} jobs listed, {rows} rows").into());
    }
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    println!("{:<28}{:>14.1}{:>14.1}{:>16.1}", format!("{count} ended jobs"), ms(listed), ms(parked), ms(exported));
    Ok(())
}

/// The records of a job that is done, as the service leaves them; not synced, as nobody's report depends on it.
#[expect(clippy::disallowed_methods, reason = "80,000 jobs through the durable store would take an hour of syncing")]
fn ended(folder: &std::path::Path, n: u32) -> std::io::Result<()> {
    let event = event(&format!("scale {n}"));
    let job = gradepost::jobs::accept::job_id(&event.effect_key);
    let at = jiff::Timestamp::from_second(1_790_000_000 + i64::from(n) * 60).map_err(std::io::Error::other)?;
    let facts = json!({
        "status": "sent", "course": "Curso", "student": { "key": format!("u{n}"), "name": "Ana", "email": "ana@example.com" },
        "assessment": { "key": "m1", "title": "M1" }, "pct": 50.0, "file": format!("webhook_reports/Curso/{n}.pdf"),
        "mail": { "at": at, "tries": 1, "ambiguous": 0 },
    });
    let mut record = serde_json::to_value(&event)?;
    record["due"] = json!(at);
    let end = json!({ "version": 1, "attempt": 1, "state": "done", "at": at, "summary": { "card": facts } });
    let lease = json!({ "version": 1, "owner": "x-0", "round": 1, "taken_at": at, "until": at });
    let entry = ObjectKey::Feed { lane: LaneName::Reports, at, state: "done", job: &job }.path();
    let files = [
        (format!("jobs/{job}/event.json"), record),
        (format!("jobs/{job}/lease-1.json"), lease),
        (format!("jobs/{job}/end.json"), end),
        (entry, json!({})),
    ];
    for (key, value) in files {
        let path = folder.join(key);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, value.to_string())?;
    }
    Ok(())
}

async fn start(folder: &std::path::Path) -> Result<(Arc<Jobs>, WorkerPool), Box<dyn std::error::Error>> {
    let store: Arc<dyn Store> = Arc::new(LocalStore::open(folder).await?);
    let jobs = Jobs::new(store, Arc::new(SystemClock), JobsConfig { workers: 4, queue_limit: 100_000, ..JobsConfig::for_testing() });
    let pool = Arc::clone(&jobs).start(Handlers::new().with(JobKind::REPORT, Arc::new(Records)));
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
        ended += u32::from(jobs.lane(LaneName::Reports).wait(job, Duration::from_mins(1)).await.is_some());
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
            jobs.lane(LaneName::Reports).wait(&job?, Duration::from_mins(2)).await.ok_or("an old job did not end")?;
        }
    }
    pool.shutdown(Duration::from_secs(10)).await;
    Ok(())
}

fn event(effect: &str) -> AcceptedEvent {
    AcceptedEvent::new(&JobKind::REPORT, "learnworlds", effect.to_owned(), SystemClock.now(), json!({ "answers": "x".repeat(2000) }))
}
