//! What our job does: a completion becomes a report in the student's inbox.
//!
//! ```text
//! fetch ─► analyse ─► render ─► archive ─► mail ─► notify
//! ```
//!
//! Each step is one file and does the same three things: read what is recorded, do the work, record it.
//! A job that was cut anywhere goes on after its last record; repeating a step is harmless, but for mail, which keeps its own account of tries.
//! A step fails by saying what happens next (retry, park, dead) and what a person should do.

mod alerts;
mod analyse;
mod archive;
mod assets;
mod claim;
mod cohort;
mod compose;
pub mod config;
pub mod consent;
pub mod draft_trial;
pub mod engine;
pub mod fetch;
mod history;
mod mail;
pub mod mail_templates;
mod plan;
pub mod processed;
mod projection;
mod records;
pub mod render;
mod render_pool;
mod resolved;
mod run;
mod spool;
mod tailer;
#[cfg(test)]
mod tests;
mod trouble;
mod waits;
mod wishes;

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use bytes::Bytes;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::clock::Clock;
use crate::delivery::mail::Mailer;
use crate::intake::submissions::Submissions;
use crate::jobs::ask::FromStep;
use crate::jobs::failpoint;
use crate::jobs::handler::{Follows, Handler, Handlers, JobContext, JobError, JobKind, Next};
use crate::jobs::operator::JobView;
use crate::model::analysis::GroupResult;
use crate::model::card::{AssessmentFacts, Card, MailFacts, ReportFacts, StudentFacts};
use crate::model::cause::Cause;
use crate::model::completion::Completion;
use crate::model::ids::JobId;
use crate::pipeline::alerts::{Alerts, Waiting};
use crate::pipeline::archive::Archived;
use crate::pipeline::assets::AssetCache;
use crate::pipeline::cohort::Cohorts;
use crate::pipeline::config::PipelineConfig;
use crate::pipeline::consent::Consent;
use crate::pipeline::engine::Renderer;
use crate::pipeline::mail::{Mailed, Mailing};
use crate::pipeline::mail_templates::school::SchoolMails;
use crate::pipeline::plan::Plans;
use crate::pipeline::processed::{Processed, ProcessedError};
use crate::pipeline::projection::Projection;
use crate::pipeline::records::{Analysed, Fetched};
use crate::pipeline::render::Rendered;
use crate::pipeline::render_pool::RenderPool;
use crate::pipeline::resolved::PlatformSigns;
use crate::pipeline::run::{Run, Services};
use crate::pipeline::tailer::Tailer;
use crate::storage::{Store, StoreError};

/// How often the feed is followed for what other instances did.
#[cfg(test)]
pub(crate) const FOLLOWED_EVERY: Duration = tailer::EVERY;

/// How long a job fails before the admin hears of it, though it goes on trying.
const STUBBORN: Duration = Duration::from_mins(15);

/// What the pipeline works with; built by the composition root.
pub struct Parts {
    /// The room's settings.
    pub config: PipelineConfig,
    /// The time, for what runs beside the jobs.
    pub clock: Arc<dyn Clock>,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where answers come from.
    pub submissions: Arc<dyn Submissions>,
    /// The report engine.
    pub renderer: Arc<dyn Renderer>,
    /// Who sends.
    pub mailer: Arc<Mailer>,
    /// What persons want done with their data.
    pub consent: Arc<dyn Consent>,
}

/// The work of one job, and what runs beside the jobs.
pub struct Pipeline {
    services: Services,
    processed: Arc<Processed>,
    alerts: Arc<Alerts>,
    plans: Arc<Plans>,
    tailer: Tailer,
    platform: PlatformSigns,
    observer: OnceLock<Arc<dyn StepObserver>>,
}

/// Hears how long steps took.
pub trait StepObserver: Send + Sync {
    /// A step of a report that went out took so long.
    fn step(&self, step: &'static str, took: Duration);

    /// A report that went out has so many warnings of its template and layout.
    fn warnings(&self, count: u64);
}

impl Pipeline {
    /// A pipeline over its parts.
    ///
    /// # Errors
    /// A bundled mail template is broken, a fault of this build; or the machine has no thread left.
    pub fn new(parts: Parts) -> anyhow::Result<Self> {
        let Parts { config, clock, store, submissions, renderer, mailer, consent } = parts;
        let school = config.school.clone().or_else(|| mailer.sender_name().map(ToOwned::to_owned));
        let mails = Arc::new(SchoolMails::new(store.clone(), school, config.school_color.clone()));
        // A bundled template that is broken is found at the start.
        mails.plain()?;
        let alerts = Arc::new(Alerts::new(store.clone(), mailer.clone(), mails.clone(), config.language, consent.clone()));
        let platform = PlatformSigns::since(clock.now());
        let pool = Arc::new(RenderPool::new(config.memory).context("cannot start the threads that judge answers and lay reports out")?);
        let assets = Arc::new(AssetCache::new(store.clone(), renderer, pool.clone(), clock.clone(), config.language));
        let cohorts = Arc::new(Cohorts::new(store.clone(), consent.clone()));
        let processed = Arc::new(Processed::new(store.clone(), consent.clone()));
        let plans = Arc::new(Plans::new(store.clone(), assets.clone(), config.language));
        let projections: Vec<Arc<dyn Projection>> = vec![processed.clone(), cohorts.clone(), plans.clone(), alerts.clone()];
        let tailer = Tailer::new(store.clone(), clock, projections);
        let services = Services { config, store, submissions, mailer, assets, mails, cohorts, pool, consent };
        Ok(Self { services, processed, alerts, plans, tailer, platform, observer: OnceLock::new() })
    }

    /// Who starts the jobs of study plans, from now on; the first one who is told. Without anybody none is started.
    pub fn start_plans_with(&self, follows: Arc<dyn Follows>) {
        self.plans.start_with(follows);
    }

    /// Brings everything that is derived from ended jobs up to date: processed.csv, cohorts, study plans, the admin's alerts; for a scheduler and before the process ends.
    ///
    /// # Errors
    /// The store's; what is left is done the next time.
    pub async fn upkeep(&self) -> Result<(), StoreError> {
        self.tailer.run().await
    }

    /// Does [`upkeep`](Self::upkeep) when there is something new, for as long as the process lives.
    pub async fn keep_up(&self) {
        self.tailer.keep_up().await;
    }

    /// Calls this whenever something new is met in the feed of reports, whichever instance entered it; the first one who asks.
    pub fn tell_news_to(&self, news: Box<dyn Fn() + Send + Sync>) {
        self.tailer.tell_news_to(news);
    }

    /// How long something that is to be derived from ended jobs is left undone; nothing when all is done.
    pub fn lag(&self) -> Option<Duration> {
        self.tailer.lag()
    }

    /// The names of what is derived from ended jobs.
    pub fn projections(&self) -> Vec<&'static str> {
        self.tailer.projections().iter().map(|projection| projection.name()).collect()
    }

    /// Makes one of them anew from the jobs' records, and tells what came of it.
    ///
    /// # Errors
    /// There is none of this name, or what could not be made.
    pub async fn rebuild(&self, name: &str, now: Timestamp) -> anyhow::Result<String> {
        let found = self.tailer.projections().iter().find(|projection| projection.name() == name);
        let found = found.with_context(|| format!("there is no projection '{name}'; there are: {}", self.projections().join(", ")))?;
        found.rebuild(now).await
    }

    /// Takes the rows of these jobs' reports out of `processed.csv` while their students' data are blocked, and puts them back once they are no more.
    ///
    /// # Errors
    /// The store's; or an index cannot be read, and the others were seen to.
    pub async fn follow_wishes(&self, jobs: &BTreeSet<JobId>) -> Result<(), ProcessedError> {
        self.processed.follow(jobs).await
    }

    /// The job that makes a submission's report, if one does; for `backfill`.
    ///
    /// # Errors
    /// The store's.
    pub async fn holder(&self, completion: &Completion) -> Result<Option<JobId>, StoreError> {
        claim::holder(self.services.store.as_ref(), completion).await
    }

    /// Whether the template that serves by default can be used; for `/ready` and `doctor`.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub async fn check_template(&self) -> Result<(), String> {
        self.services.assets.template(None, self.services.config.language).await.map(drop).map_err(|error| error.message)
    }

    /// Tells whoever measures how long steps took, from now on; the first one who asks.
    pub fn observe(&self, observer: Arc<dyn StepObserver>) {
        let _ = self.observer.set(observer);
    }

    /// Tells how long the steps of a report that went out took.
    fn tell_times(&self, result: &Result<serde_json::Value, JobError>) {
        let (Some(observer), Ok(summary)) = (self.observer.get(), result) else { return };
        for step in ["fetch", "analyse", "render", "mail"] {
            if let Some(ms) = summary["steps_ms"][step].as_u64() {
                observer.step(step, Duration::from_millis(ms));
            }
        }
        if let Some(warnings) = summary["warnings"].as_u64() {
            observer.warnings(warnings);
        }
    }

    /// Tells the admin of something that is about no job, throttled and grouped as everything else.
    pub fn tell_admin(&self, cause: &str, message: &str) {
        self.alerts.note_without_job(cause, message);
    }

    /// The kinds of job this room does, each with its handler.
    pub fn handlers(self: Arc<Self>) -> Handlers {
        Handlers::new().with(plan::KIND, Arc::new(StudyPlans(Arc::clone(&self)))).with(JobKind::REPORT, self)
    }

    /// The steps of a study plan: what was judged before is gathered in place of fetching and judging.
    async fn plan(&self, job: &dyn JobContext) -> Result<serde_json::Value, JobError> {
        let run = self.begin(job)?;
        let started = job.now();
        wishes::ask(&run, &run.completion.student).await?;
        let (fetched, analysed) = plan::gather(&run).await?;
        let prepared = match recorded(&run).await? {
            Some(ready) => ready,
            None => prepare(&run, &fetched, analysed).await?,
        };
        send(&run, &fetched, prepared, started).await
    }

    /// The steps of a report, in order.
    async fn report(&self, job: &dyn JobContext) -> Result<serde_json::Value, JobError> {
        let mut run = self.begin(job)?;
        let started = job.now();
        // Before anything is fetched of somebody who does not want it.
        wishes::ask(&run, &run.completion.student).await?;
        let (mut fetched, is_recorded) = fetch::step(&run).await?;
        if !fetched.from_event {
            self.platform.answered(fetched.at);
        }
        if fetched.student != run.completion.student {
            wishes::ask(&run, &fetched.student).await?;
        }
        run.adopt_titles(&fetched);
        if fetched.duplicate {
            return Ok(duplicate(&run, &fetched));
        }
        let prepared = if let Some(ready) = recorded(&run).await? {
            ready
        } else {
            let opinion = match judged_before(&run).await? {
                Some(analysed) => Some(analysed),
                None => judge(&run, &mut fetched, is_recorded).await?,
            };
            let Some(analysed) = opinion else { return Ok(duplicate(&run, &fetched)) };
            if let Some(reason) = &analysed.skip {
                let card = ReportFacts { status: Some("skipped".to_owned()), ..judged(&run, &fetched, &analysed) };
                let title = run.completion.assessment.display_title();
                return Ok(json!({ "status": "skipped", "reason": reason, "assessment_title": title, "card": card }));
            }
            prepare(&run, &fetched, analysed).await?
        };
        let part = plan::part_of(&run, &fetched, &prepared.record.analysed);
        let mut summary = send(&run, &fetched, prepared, started).await?;
        if let Some(part) = part {
            summary[plan::PART] = json!(part);
        }
        Ok(summary)
    }

    fn begin<'a>(&'a self, job: &'a dyn JobContext) -> Result<Run<'a>, JobError> {
        // Whoever tries again, or asked for it, may have corrected a file meanwhile.
        if job.attempt() > 1 {
            self.services.assets.look_anew();
        }
        Run::of(&self.services, job)
    }
}

/// `prepared.json`: the judgement and every decision that hangs on it, and where the report is filed; recorded together, as all of it can be made again until the mail goes out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Prepared {
    analysed: Analysed,
    /// None where a release that recorded each step has it in a record of its own.
    rendered: Option<Rendered>,
    archived: Archived,
    /// What begins as soon as this is recorded.
    #[serde(default, skip_serializing_if = "Begun::is_nothing")]
    next: Begun,
}

/// The steps that a record announces together with its own, each as its own record would.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Begun {
    #[serde(skip_serializing_if = "Option::is_none")]
    mailing: Option<Mailing>,
}

impl Begun {
    fn is_nothing(&self) -> bool {
        self.mailing.is_none()
    }
}

/// A report that is ready, and its mail when that is announced already.
struct ReadyReport {
    record: Prepared,
    pdf: Bytes,
    announced: Option<mail::Ready>,
}

/// The report as an earlier attempt of this round prepared it, with its bytes.
async fn recorded(run: &Run<'_>) -> Result<Option<ReadyReport>, JobError> {
    let own = run.recorded::<Prepared>("prepared").await?;
    let record = match own {
        Some(record) => record,
        None => match run.recorded_before::<Prepared>("prepared", FromStep::Mail).await? {
            // Tries of another round are none of this one's.
            Some(record) => Prepared { next: Begun::default(), ..record },
            None => return Ok(None),
        },
    };
    let pdf = archive::read_back(run, &record.archived).await?;
    Ok(Some(ReadyReport { record, pdf, announced: None }))
}

/// The judgement of an earlier round, when the person who opened this one wants the report made anew from it.
async fn judged_before(run: &Run<'_>) -> Result<Option<Analysed>, JobError> {
    if run.job.ask().from < FromStep::Render {
        return Ok(None);
    }
    if let Some(prepared) = run.recorded_earlier::<Prepared>("prepared").await? {
        return Ok(Some(prepared.analysed));
    }
    run.recorded_earlier("analysed").await
}

/// Judges the answers, files their result under the submission's claim, and records them; `None` when another job makes this submission's report.
///
/// What another attempt recorded first counts, and is judged instead. The claim comes before the record: a job that may yet have to look for a newer submission has settled on none.
async fn judge(run: &Run<'_>, fetched: &mut Fetched, is_recorded: bool) -> Result<Option<Analysed>, JobError> {
    if is_recorded {
        return judge_recorded(run, fetched).await;
    }
    let (is_held, opinion) = tokio::join!(claim::is_held(run, fetched), analyse::judge(run, fetched));
    let before = fetched.clone();
    let opinion = match (is_held?, opinion) {
        (true, _) => return is_duplicate(run, fetched).await,
        (false, Ok(opinion)) => opinion,
        (false, Err(error)) => {
            // Whatever stands in the way, the submission is this job's from now on, unless it is another's.
            if claim::is_taken(run, fetched).await? {
                return is_duplicate(run, fetched).await;
            }
            *fetched = fetch::record(run, fetched).await?;
            return Err(error);
        }
    };
    let settled = analyse::settle(run, &before, opinion, fetch::record(run, &before)).await?;
    let Some((analysed, kept)) = settled else { return is_duplicate(run, fetched).await };
    if kept == before {
        return Ok(Some(analysed));
    }
    *fetched = kept;
    if fetched.duplicate { Ok(None) } else { judge_recorded(run, fetched).await }
}

/// Judges answers that are recorded, unless a release that recorded each step has recorded that.
async fn judge_recorded(run: &Run<'_>, fetched: &Fetched) -> Result<Option<Analysed>, JobError> {
    if let Some(analysed) = run.recorded("analysed").await? {
        return Ok(Some(analysed));
    }
    let opinion = analyse::judge(run, fetched).await?;
    Ok(analyse::settle(run, fetched, opinion, std::future::ready(Ok(()))).await?.map(|(analysed, ())| analysed))
}

/// Records that another job reports the submission.
async fn is_duplicate(run: &Run<'_>, fetched: &mut Fetched) -> Result<Option<Analysed>, JobError> {
    *fetched = fetch::record(run, &Fetched { duplicate: true, ..fetched.clone() }).await?;
    Ok(None)
}

/// What a job came to whose submission another job reports.
fn duplicate(run: &Run<'_>, fetched: &Fetched) -> serde_json::Value {
    let card = ReportFacts { status: Some("duplicate".to_owned()), ..facts(run, fetched) };
    json!({ "status": "duplicate", "assessment_title": run.completion.assessment.display_title(), "card": card })
}

/// Lays the report out and files it where people look for it, and announces its mail where that can go out at once.
async fn prepare(run: &Run<'_>, fetched: &Fetched, analysed: Analysed) -> Result<ReadyReport, JobError> {
    if let Some(archived) = run.recorded::<Archived>("archived").await? {
        let pdf = archive::read_back(run, &archived).await?;
        let record = Prepared { analysed, rendered: None, archived, next: Begun::default() };
        return Ok(ReadyReport { record, pdf, announced: None });
    }
    let (pdf, rendered) = render::step(run, fetched, &analysed).await?;
    let archived = archive::step(run, fetched, &analysed, &pdf).await?;
    let (ready, mailing) = mail::at_once(run, fetched, &analysed, &pdf).await?.unzip();
    let own = Prepared { analysed, rendered: Some(rendered), archived, next: Begun { mailing } };
    let passes = |when| {
        if own.next.mailing.is_some() {
            failpoint::hit("step.mailing", when);
        }
    };
    passes("before");
    let kept = run.record("prepared", &own).await?;
    passes("after");
    let is_ours = kept.next.mailing.as_ref().is_some_and(|mailing| mailing.attempt == run.job.attempt());
    // What another attempt recorded first counts.
    let pdf = if kept.archived.file == own.archived.file { pdf } else { archive::read_back(run, &kept.archived).await? };
    if kept.next.mailing.is_some() && !is_ours {
        return Err(mail::elsewhere());
    }
    let announced = ready.filter(|_| is_ours);
    Ok(ReadyReport { record: kept, pdf, announced })
}

/// Mails the report, and tells of it.
async fn send(run: &Run<'_>, fetched: &Fetched, report: ReadyReport, started: Timestamp) -> Result<serde_json::Value, JobError> {
    let ReadyReport { record: Prepared { analysed, archived, rendered, next }, pdf, announced } = report;
    let (analysed, archived) = (&analysed, &archived);
    if run.job.ask().mail {
        let mailed = match announced {
            Some(ready) => mail::send(run, ready).await?,
            None => mail::step(run, fetched, analysed, &pdf, next.mailing.as_ref()).await?,
        };
        let mut summary = summary(run, fetched, analysed, archived, &mailed, started);
        summary["warnings"] = json!(rendered.as_ref().map_or(0, Rendered::warnings));
        return Ok(summary);
    }
    // Filed only: what the student got before stays what the student got.
    if let Some(mailed) = run.recorded_earlier::<Mailed>("mailed").await? {
        return Ok(summary(run, fetched, analysed, archived, &mailed, started));
    }
    let (title, file) = (run.completion.assessment.display_title(), archived.file.clone());
    let kb = Some(archived.size_bytes.div_ceil(1024) as u64);
    let card = ReportFacts { status: Some("filed".to_owned()), kb, file: Some(file.clone()), ..judged(run, fetched, analysed) };
    Ok(json!({ "status": "filed", "assessment_title": title, "file": file, "card": card }))
}

/// What the card of a job tells once its answers are there.
fn facts(run: &Run<'_>, fetched: &Fetched) -> ReportFacts {
    ReportFacts {
        submitted: fetched.submission.submitted_at.or(run.completion.submitted_at),
        submission: fetched.submission.id.clone().or_else(|| run.completion.submission_id.clone()),
        student: StudentFacts {
            key: run.student_key(&fetched.student),
            name: fetched.student.display_name(),
            email: fetched.student.email.clone(),
        },
        assessment: AssessmentFacts { key: run.assessment_key(), title: run.completion.assessment.display_title() },
        ..ReportFacts::default()
    }
}

/// What it tells once they are judged.
fn judged(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed) -> ReportFacts {
    let group = |group: &GroupResult| (group.kind.clone(), group.name.clone(), group.correct, group.total);
    ReportFacts {
        course: Some(analysed.course.clone()),
        profile: Some(analysed.profile.clone()),
        template: analysed.template.clone(),
        language: Some(analysed.language.to_string()),
        pct: Some(analysed.analysis.percentage),
        measure: Some(analysed.analysis.measure),
        right: Some((analysed.analysis.correct, analysed.analysis.total)),
        level: analysed.analysis.level.clone(),
        passed: analysed.analysis.passed,
        notes: analysed.analysis.notes.clone(),
        groups: analysed.analysis.groups.iter().map(group).collect(),
        plans: analysed.plans.clone(),
        is_plan: !analysed.parts.is_empty(),
        ..facts(run, fetched)
    }
}

/// What it tells once the report was sent.
fn sent(run: &Run<'_>, fetched: &Fetched, analysed: &Analysed, archived: &Archived, mailed: &Mailed) -> ReportFacts {
    ReportFacts {
        status: Some("sent".to_owned()),
        kb: Some(archived.size_bytes.div_ceil(1024) as u64),
        file: Some(archived.file.clone()),
        mail: Some(MailFacts { at: mailed.at, tries: mailed.tries, ambiguous: mailed.ambiguous }),
        ..judged(run, fetched, analysed)
    }
}

/// What `end.json` tells people about a report that was sent.
fn summary(
    run: &Run<'_>,
    fetched: &Fetched,
    analysed: &Analysed,
    archived: &Archived,
    mailed: &Mailed,
    started: Timestamp,
) -> serde_json::Value {
    let since = |from: Timestamp, to: Timestamp| to.duration_since(from).as_millis().max(0);
    json!({
        "status": "sent",
        "user_id": fetched.student.id,
        "assessment_title": run.completion.assessment.display_title(),
        "course": analysed.course,
        "percentage": analysed.analysis.percentage,
        "measure": analysed.analysis.measure,
        "correct": analysed.analysis.correct,
        "total": analysed.analysis.total,
        "mark": analysed.analysis.mark,
        "level": analysed.analysis.level,
        "file": archived.file,
        "size_bytes": archived.size_bytes,
        "message_id": mailed.message_id,
        "mailed_at": mailed.at,
        "mail_tries": mailed.tries,
        "mail_ambiguous": mailed.ambiguous,
        "answers_from_event": fetched.from_event,
        "notes": analysed.analysis.notes,
        "card": sent(run, fetched, analysed, archived, mailed),
        "steps_ms": {
            "fetch": since(started.min(fetched.at), fetched.at),
            "analyse": since(fetched.at, analysed.at),
            "render": since(analysed.at, archived.at),
            "mail": since(archived.at, mailed.at),
        },
    })
}

impl Pipeline {
    /// Tells the admin what a run met that a person should know of.
    fn tell(&self, job: &dyn JobContext, result: &Result<serde_json::Value, JobError>) {
        self.tell_times(result);
        let who = Waiting::of_event(job.event());
        for complaint in self.services.assets.complaints() {
            self.alerts.note(job.id(), &who, complaint.cause, &complaint.words);
            self.tailer.tell();
        }
        if let Some(words) = self.services.mails.complaint() {
            self.alerts.note(job.id(), &who, &Cause::MailTemplateOutdated, &words);
            self.tailer.tell();
        }
        if let Err(JobError { next: Next::Retry(_), cause, message }) = result
            && !cause.is_patient()
            && (cause.waits_for_the_mail_account() || job.now().duration_since(job.opened_at()).unsigned_abs() >= STUBBORN)
        {
            self.alerts.note(job.id(), &who, cause, message);
            self.tailer.tell();
        }
    }
}

/// Reports.
#[async_trait]
impl Handler for Pipeline {
    async fn run(&self, job: &dyn JobContext) -> Result<serde_json::Value, JobError> {
        // A release that knew no kinds recorded a plan's event as it did any other.
        let result = if plan::is_plan(job.event()) { self.plan(job).await } else { self.report(job).await };
        self.tell(job, &result);
        result
    }

    async fn resolved(&self, parked: &[JobView]) -> Vec<JobId> {
        resolved::jobs(&self.services, &self.platform, parked).await
    }

    fn unreadable(&self, job: &JobId, message: &str) {
        self.alerts.note(job, &Waiting::default(), &Cause::RecordUnreadable, message);
        self.tailer.tell();
    }

    fn ended(&self, _card: &Card) {
        self.tailer.tell();
    }
}

/// Study plans.
struct StudyPlans(Arc<Pipeline>);

#[async_trait]
impl Handler for StudyPlans {
    async fn run(&self, job: &dyn JobContext) -> Result<serde_json::Value, JobError> {
        let result = self.0.plan(job).await;
        self.0.tell(job, &result);
        result
    }

    async fn resolved(&self, parked: &[JobView]) -> Vec<JobId> {
        self.0.resolved(parked).await
    }

    fn unreadable(&self, job: &JobId, message: &str) {
        self.0.unreadable(job, message);
    }

    fn ended(&self, card: &Card) {
        self.0.ended(card);
    }
}
