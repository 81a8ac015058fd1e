//! `gradepost backfill`: submissions at the platform that never got a report.
//!
//! Resumable: what got its report, from a webhook or an earlier run, is passed over.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;

use crate::app::{self, App};
use crate::clock::SystemClock;
use crate::commands::files;
use crate::commands::output::{note, outln};
use crate::commands::settings::Settings;
use crate::config::Config;
use crate::intake::event::effect_key;
use crate::intake::sources::learnworlds::answers::{Response, ResponsePage};
use crate::intake::sources::learnworlds::client::LearnWorldsClient;
use crate::jobs::accept::Claim;
use crate::jobs::error::AcceptError;
use crate::jobs::handler::{AcceptedEvent, JobKind};
use crate::jobs::records::EndState;
use crate::model::completion::{Assessment, Completion};
use crate::model::ids::JobId;
use crate::model::lane::LaneName;
use crate::telemetry;

/// Arguments of `backfill`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The assessment's id at the platform (the unit= of its address)
    #[arg(long)]
    assessment: String,
    /// Its title, which names the question bank and stands in the report
    #[arg(long)]
    title: Option<String>,
    /// The course its reports are filed under
    #[arg(long)]
    course: Option<String>,
    /// Only submissions handed in since then, for example 2026-03-01 or 2026-03-01T08:00:00Z
    #[arg(long, value_parser = parse_since)]
    since: Option<Timestamp>,
    /// Only count what would be made
    #[arg(long)]
    dry_run: bool,
}

fn parse_since(text: &str) -> Result<Timestamp, String> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned(jiff::tz::TimeZone::UTC).ok();
    text.parse().ok().or_else(|| day().map(|day| day.timestamp())).ok_or_else(|| format!("'{text}' is no date like 2026-03-01"))
}

/// How long the next job may take to end before the command begins to lose patience.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Debug, Default)]
struct Tally {
    seen: u64,
    reported: u64,
    /// Submissions whose job of another event or an earlier run needs a person.
    stuck: u64,
    jobs: Vec<JobId>,
}

/// Pages through the platform's responses and makes and runs the missing jobs.
pub fn run(args: &Args, settings: &Settings) -> anyhow::Result<()> {
    let config = Config::from_env(&mut settings.env()?)?;
    telemetry::init(&config.telemetry);
    files::block_on(async {
        let clock: Arc<dyn crate::clock::Clock> = Arc::new(SystemClock);
        let client = app::parts::learnworlds(&config, &clock)?
            .context("backfill asks the platform: set SCHOOL_DOMAIN, CLIENT_ID and CLIENT_SECRET or ACCESS_TOKEN")?;
        let title = args.title.clone().or_else(|| config.learnworlds.assessment_name(&args.assessment).map(ToOwned::to_owned));
        let assessment = Assessment { id: Some(args.assessment.clone()), title, course_id: None, course_title: args.course.clone() };
        let app = App::open(config, clock).await?;
        let workers = (!args.dry_run).then(|| app.jobs.clone().start(app.pipeline.clone().handlers()));
        let tally = collect(args, &app, &client, &assessment).await;
        let tally = match tally {
            Ok(tally) => tally,
            Err(error) => {
                // What was accepted is safe: the service or the next run goes on with it.
                if let Some(workers) = workers {
                    workers.shutdown(Duration::from_secs(9)).await;
                }
                return Err(error);
            }
        };
        if args.dry_run {
            outln!(
                "{} submissions: {} with a report, {} without, {} whose job needs a person",
                tally.seen,
                tally.reported,
                tally.jobs.len(),
                tally.stuck
            )?;
            return Ok(());
        }
        finish(&app, &tally).await?;
        // Study plans that are whole now are begun before the workers stop.
        app.pipeline.upkeep().await.context("cannot bring processed.csv up to date")?;
        if let Some(workers) = workers {
            workers.shutdown(Duration::from_secs(9)).await;
        }
        app.pipeline.upkeep().await.context("cannot bring processed.csv up to date")?;
        Ok(())
    })
}

async fn collect(args: &Args, app: &App, client: &LearnWorldsClient, assessment: &Assessment) -> anyhow::Result<Tally> {
    let bar = progress("asking the platform");
    let mut tally = Tally::default();
    let mut number = Some(1);
    let mut responses = Vec::new();
    while let Some(page) = number {
        let answer = page_of(client, &args.assessment, page).await?;
        number = answer.next();
        bar.set_length(answer.total_items.unwrap_or_default());
        for response in answer.responses {
            bar.inc(1);
            let at = response.submission.submitted_at;
            if at.is_some() && args.since.is_none_or(|since| at >= Some(since)) {
                responses.push(response);
            }
        }
        say(&bar);
    }
    bar.finish_and_clear();
    // Oldest first, so that attempts are compared, and RETAKE_POLICY judges them, in the order in which they were made.
    responses.sort_by_key(|response| response.submission.submitted_at);
    let mut seen = BTreeSet::new();
    for response in responses {
        // A new submission pushes others to the next page, where they are seen again.
        if response.submission.id.clone().is_none_or(|id| seen.insert(id)) {
            tally.seen += 1;
            take(args, app, assessment, response, &mut tally).await?;
        }
    }
    Ok(tally)
}

/// One page, waiting as long as the platform asks to.
async fn page_of(client: &LearnWorldsClient, assessment: &str, page: u32) -> anyhow::Result<ResponsePage> {
    const TRIES: u32 = 8;
    let mut tried = 0;
    loop {
        match client.all_responses(assessment, page).await {
            Ok(answer) => return Ok(answer),
            Err(error) if error.is_transient() && tried < TRIES => {
                tried += 1;
                tokio::time::sleep(error.retry_after().unwrap_or(Duration::from_secs(1 << tried.min(5)))).await;
            }
            Err(error) => return Err(error).with_context(|| format!("page {page} of the submissions; run the command again to go on")),
        }
    }
}

async fn take(args: &Args, app: &App, assessment: &Assessment, response: Response, tally: &mut Tally) -> anyhow::Result<()> {
    let completion = Completion {
        source: "learnworlds".to_owned(),
        student: response.student,
        assessment: assessment.clone(),
        submission_id: response.submission.id.clone(),
        submitted_at: response.submission.submitted_at,
        submission: Some(response.submission),
        school: None,
        score_to: None,
    };
    if let Some(job) = app.pipeline.holder(&completion).await? {
        match app.jobs.operator().show(&job).await?.map(|view| view.state) {
            Some("parked" | "dead") => tally.stuck += 1,
            Some("waiting" | "running") => tally.jobs.push(job),
            _ => tally.reported += 1,
        }
        return Ok(());
    }
    let key = effect_key(&completion, "");
    if args.dry_run {
        tally.jobs.push(crate::jobs::accept::job_id(&key));
        return Ok(());
    }
    let payload = serde_json::to_value(&completion)?;
    let event = AcceptedEvent::new(&JobKind::REPORT, &completion.source, key, app.clock.now(), payload);
    loop {
        match app.jobs.accept(event.clone()).await {
            Ok(Claim::Finished { end, .. }) if end.state == EndState::Done => tally.reported += 1,
            Ok(Claim::Finished { .. }) => tally.stuck += 1,
            Ok(claim) => tally.jobs.push(claim.job().clone()),
            // Our own workers are busy; they get on while we wait.
            Err(AcceptError::Saturated { .. }) => {
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
            Err(error) => return Err(error).context("cannot store a job; run the command again to go on"),
        }
        return Ok(());
    }
}

/// Waits for the jobs and tells what became of them.
async fn finish(app: &App, tally: &Tally) -> anyhow::Result<()> {
    let bar = progress("making reports");
    bar.set_length(tally.jobs.len() as u64);
    let (mut done, mut stuck, mut waiting) = (0, tally.stuck, 0);
    // When nothing ends any more, each wait is half the one before: the rest is left to the service after two minutes of silence.
    let mut patience = PATIENCE;
    for job in &tally.jobs {
        let end = app.jobs.lane(LaneName::Reports).wait(job, patience).await;
        patience = if end.is_some() { PATIENCE } else { patience / 2 };
        match end.map(|end| end.state) {
            Some(EndState::Done) => done += 1,
            Some(EndState::Parked | EndState::Dead) => stuck += 1,
            None => waiting += 1,
        }
        bar.inc(1);
        if bar.position().is_multiple_of(LINE_EVERY) {
            say(&bar);
        }
    }
    bar.finish_and_clear();
    outln!(
        "{} submissions: {} had a report, {done} got one, {stuck} need a person, {waiting} are tried again later by the service",
        tally.seen,
        tally.reported
    )?;
    if stuck > 0 {
        bail!("{stuck} reports need a person: see gradepost jobs list --state parked and --state dead");
    }
    Ok(())
}

/// How many reports a line stands for where there is no terminal.
const LINE_EVERY: u64 = 50;

/// Where there is no terminal for the bar, a line says how far we are.
fn say(bar: &ProgressBar) {
    if bar.is_hidden() {
        note!("{}: {} of {}", bar.message(), bar.position(), bar.length().unwrap_or_default());
    }
}

/// A bar on a terminal.
fn progress(what: &'static str) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {eta}").unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(0).with_style(style).with_message(what)
}
