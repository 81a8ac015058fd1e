//! `gradepost jobs list`: who, which test, what came of it; found by any part of a name, without accents.

use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Serialize;

use super::card::{Card, local};
use crate::commands::output::{self, outln};
use crate::commands::words::told;
use crate::jobs::feed;
use crate::jobs::operator::{JobFilter, Listed, Operator, StateFilter};
use crate::jobs::records::EndState;
use crate::lookup::unseen::Blocked;
use crate::lookup::view::{PageRequest, ReportFilter, ReportRow, ReportState, Word};
use crate::lookup::{Lookup, rows_csv};
use crate::model::card::ReportFacts;
use crate::model::lane::LaneName;
use crate::text::{folded, one_line};

/// Jobs shown unless told otherwise.
const SHOWN: usize = 50;
/// The widest that name and title get in a list.
const NAME: usize = 28;
const TITLE: usize = 36;

/// What asks for jobs of every kind.
const EVERY_KIND: &str = "all";

/// Arguments of `jobs list`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Only jobs in this state
    #[arg(long, value_enum)]
    state: Option<StateName>,
    /// Jobs of this lane; deliveries to endpoints and long work have lanes of their own
    #[arg(long, value_enum)]
    lane: Option<LaneArg>,
    /// Only jobs of this kind, as --json tells it (report, study_plan, webhook_event, webhook_queue, bulk; all for every kind), of all lanes unless one is given
    #[arg(long)]
    kind: Option<String>,
    /// Only jobs with this in the student's name, address, id, the test, course, level or cause; parts of words, without accents, all words
    #[arg(long)]
    search: Option<String>,
    /// Only reports with this in the student's name, address or id; a word that no student has is looked for in the courses' and tests' names. Parts of words, without accents. From the index, so it is quick however many there are
    #[arg(long, value_name = "TEXT", conflicts_with_all = ["search", "student", "course", "test", "last"])]
    pub(super) find: Option<String>,
    /// Only jobs of this student: a part of the name, the address or the platform's id
    #[arg(long)]
    student: Option<String>,
    /// Only jobs of this course, by a part of its name
    #[arg(long)]
    course: Option<String>,
    /// Only jobs of this test, by a part of its title
    #[arg(long)]
    test: Option<String>,
    /// Only jobs of this cause, as the list shows it (bank_missing, mail_refused)
    #[arg(long)]
    cause: Option<String>,
    /// Only jobs whose event came since then, by the school's clock (2026-03-01, 2026-03-01T08:00)
    #[arg(long)]
    since: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = SHOWN)]
    limit: usize,
    /// The newest so many by when their events came, whatever their states
    #[arg(long, value_name = "N", conflicts_with = "limit")]
    last: Option<usize>,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print CSV
    #[arg(long)]
    csv: bool,
}

/// Whose jobs are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum LaneArg {
    /// Reports and study plans; what is listed unless told otherwise
    Reports,
    /// Events for the endpoints of institutions, and their queues
    Deliveries,
    /// Acts on many jobs, replays, events of other platforms
    Chores,
    All,
}

impl LaneArg {
    fn lane(self) -> Option<LaneName> {
        match self {
            Self::Reports => Some(LaneName::Reports),
            Self::Deliveries => Some(LaneName::Deliveries),
            Self::Chores => Some(LaneName::Chores),
            Self::All => None,
        }
    }
}

impl Args {
    /// Reports, unless another lane or kind is asked for.
    fn lane(&self) -> Option<LaneName> {
        match (self.lane, &self.kind) {
            (Some(lane), _) => lane.lane(),
            (None, Some(_)) => None,
            (None, None) => Some(LaneName::Reports),
        }
    }
}

/// A state as the list shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum StateName {
    /// Waiting or running
    Open,
    Waiting,
    Running,
    /// Sent, duplicate or skipped
    Done,
    Sent,
    Duplicate,
    Skipped,
    Parked,
    Dead,
    Unreadable,
}

impl StateName {
    /// The folder of jobs it is looked for in.
    fn filter(self) -> Option<StateFilter> {
        match self {
            Self::Open | Self::Waiting | Self::Running => Some(StateFilter::Open),
            Self::Done | Self::Sent | Self::Duplicate | Self::Skipped => Some(StateFilter::Ended(EndState::Done)),
            Self::Parked => Some(StateFilter::Ended(EndState::Parked)),
            Self::Dead => Some(StateFilter::Ended(EndState::Dead)),
            Self::Unreadable => None,
        }
    }

    /// The states of the index.
    fn reports(self) -> Vec<ReportState> {
        match self {
            Self::Open => vec![ReportState::Waiting, ReportState::Running],
            Self::Waiting => vec![ReportState::Waiting],
            Self::Running => vec![ReportState::Running],
            Self::Done => vec![ReportState::Sent, ReportState::Duplicate, ReportState::Skipped, ReportState::Done],
            Self::Sent => vec![ReportState::Sent],
            Self::Duplicate => vec![ReportState::Duplicate],
            Self::Skipped => vec![ReportState::Skipped],
            Self::Parked => vec![ReportState::Parked],
            Self::Dead => vec![ReportState::Failed, ReportState::Discarded],
            Self::Unreadable => vec![ReportState::Unreadable],
        }
    }

    /// The one state within the folder; none for all of it.
    fn word(self) -> Option<&'static str> {
        match self {
            Self::Waiting => Some("waiting"),
            Self::Running => Some("running"),
            Self::Sent => Some("sent"),
            Self::Duplicate => Some("duplicate"),
            Self::Skipped => Some("skipped"),
            Self::Unreadable => Some("unreadable"),
            Self::Open | Self::Done | Self::Parked | Self::Dead => None,
        }
    }
}

/// Which jobs are wanted, beyond their folder.
struct ListFilter {
    state: Option<&'static str>,
    kind: Option<String>,
    search: Vec<String>,
    student: Vec<String>,
    course: Vec<String>,
    test: Vec<String>,
    cause: Option<String>,
    since: Option<Timestamp>,
    /// Whose data are blocked: they stand in no list.
    blocked: Option<Arc<Blocked>>,
}

impl ListFilter {
    fn of(args: &Args, zone: &TimeZone, blocked: Option<Arc<Blocked>>) -> anyhow::Result<Self> {
        Ok(Self {
            blocked,
            state: args.state.and_then(StateName::word),
            kind: args.kind.clone().filter(|kind| kind != EVERY_KIND),
            search: words(args.search.as_deref()),
            student: words(args.student.as_deref()),
            course: words(args.course.as_deref()),
            test: words(args.test.as_deref()),
            cause: args.cause.clone(),
            since: args.since.as_deref().map(|text| since(text, zone)).transpose()?,
        })
    }

    fn is_everything(&self) -> bool {
        self.state.is_none()
            && self.kind.is_none()
            && [&self.search, &self.student, &self.course, &self.test].iter().all(|words| words.is_empty())
            && self.cause.is_none()
            && self.since.is_none()
            && self.blocked.is_none()
    }

    fn takes(&self, job: &Listed, card: &Card) -> bool {
        let student = &job.card.report.student;
        self.blocked.as_ref().is_none_or(|blocked| !blocked.is(&student.key, student.email.as_deref()))
            && self.state.is_none_or(|state| card.state == state)
            && self.kind.as_ref().is_none_or(|kind| job.kind() == kind)
            && self.since.is_none_or(|since| job.card.received >= since)
            && self.cause.as_ref().is_none_or(|cause| card.cause.eq_ignore_ascii_case(cause))
            && has_all(&self.search, &card.texts(), job)
            && has_all(&self.student, &[&card.name, &card.email, &card.student_id], job)
            && has_all(&self.course, &[&card.course], job)
            && has_all(&self.test, &[&card.title], job)
    }
}

fn words(text: Option<&str>) -> Vec<String> {
    text.map(folded).unwrap_or_default().split_whitespace().map(ToOwned::to_owned).collect()
}

/// Whether each word is somewhere in the texts, or begins the job's id.
fn has_all(words: &[String], texts: &[&str], job: &Listed) -> bool {
    if words.is_empty() {
        return true;
    }
    let texts: Vec<String> = texts.iter().map(|text| folded(text)).collect();
    words.iter().all(|word| {
        texts.iter().any(|text| text.contains(word.as_str()))
            || (word.len() >= super::SHORTEST && job.card.job.as_str().starts_with(word.as_str()))
    })
}

/// A day or moment by the school's clock, or with an offset of its own.
fn since(text: &str, zone: &TimeZone) -> anyhow::Result<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(at);
    }
    let local = text.parse::<jiff::civil::DateTime>().with_context(|| format!("'{text}' is no date like 2026-03-01"))?;
    Ok(local.to_zoned(zone.clone()).with_context(|| format!("'{text}' is no moment by the school's clock"))?.timestamp())
}

/// Prints the list.
pub(super) async fn run(args: &Args, jobs: &Operator, blocked: Option<Arc<Blocked>>, zone: &TimeZone) -> anyhow::Result<()> {
    let wanted = ListFilter::of(args, zone, blocked)?;
    let state = args.state.and_then(StateName::filter);
    let limit = args.last.unwrap_or(args.limit);
    let mut total = 0;
    // What is shown must be read; what is only counted, too, unless everything is wanted.
    let read_all = args.last.is_some() || state.is_some() || !wanted.is_everything();
    let mut newest: Vec<Listed> = Vec::new();
    let mut keep = |job: &Listed| {
        if !wanted.takes(job, &Card::of_listed(job, zone)) {
            return false;
        }
        total += 1;
        if args.last.is_some() {
            newest.push(job.clone());
            trim(&mut newest, limit);
        }
        args.last.is_none() && total <= limit
    };
    let filter = JobFilter { state, lane: args.lane(), limit: if read_all { usize::MAX } else { limit } };
    let mut found = jobs.list_cards(&filter, &mut keep).await.context("cannot list the jobs")?;
    if args.last.is_some() {
        sort(&mut newest);
        newest.truncate(limit);
        found = newest;
    }
    let total = if read_all { total } else { jobs.count(args.lane()).await?.max(found.len()) };
    if args.json {
        return output::json(&found.iter().map(Shown::of).collect::<Vec<_>>());
    }
    let cards: Vec<(Card, &Listed)> = found.iter().map(|job| (Card::of_listed(job, zone), job)).collect();
    if args.csv { print_csv(&cards) } else { print(&cards, total) }
}

/// A job as `--json` tells it.
#[derive(Serialize)]
struct Shown<'a> {
    id: &'a str,
    state: &'a str,
    kind: &'a str,
    lane: LaneName,
    source: &'a str,
    received_at: Timestamp,
    round: u32,
    attempts: u32,
    due: Option<Timestamp>,
    cause: Option<&'a str>,
    message: Option<&'a str>,
    ended_at: Option<Timestamp>,
    #[serde(flatten)]
    report: ReportFacts,
}

impl<'a> Shown<'a> {
    fn of(job: &'a Listed) -> Self {
        let card = &job.card;
        let has_ended = !matches!(card.state.as_str(), feed::WAITING | feed::RUNNING);
        Self {
            id: card.job.as_str(),
            state: &card.state,
            kind: job.kind(),
            lane: job.lane,
            source: &card.source,
            received_at: card.received,
            round: card.round,
            attempts: card.attempts,
            due: card.due,
            cause: card.cause.as_deref(),
            message: card.message.as_deref(),
            ended_at: has_ended.then_some(card.ended),
            report: ReportFacts { kind: None, ..card.report.clone() },
        }
    }
}

/// Prints the reports that the index finds.
pub(super) async fn find(args: &Args, text: &str, lookup: &Arc<Lookup>, zone: &TimeZone) -> anyhow::Result<()> {
    lookup.catch_up().await.context("the index of reports cannot be brought up to date")?;
    let filter = ReportFilter {
        states: args.state.map(StateName::reports).unwrap_or_default(),
        cause: args.cause.as_deref().map(str::to_ascii_lowercase),
        from: args.since.as_deref().map(|text| since(text, zone)).transpose()?,
        text: Some(text.to_owned()),
        ..ReportFilter::default()
    };
    let total = usize::try_from(lookup.count(filter.clone(), u64::MAX >> 1).await?.count).unwrap_or(usize::MAX);
    let mut rows: Vec<ReportRow> = Vec::new();
    let mut request = PageRequest::default();
    while rows.len() < args.limit {
        request.limit = (args.limit - rows.len()).min(500);
        let page = lookup.reports(filter.clone(), request).await?;
        rows.extend(page.rows);
        let Some(next) = page.next else { break };
        request.after = Some(next);
    }
    if args.json {
        return output::json(&rows);
    }
    if args.csv {
        return Ok(output::raw(&rows_csv::write(&rows, zone, true, |row| row.state.as_str().to_owned())?)?);
    }
    if rows.is_empty() {
        return Ok(outln!("no reports")?);
    }
    let word = |word: &Option<Word>| word.as_ref().map(|word| one_line(&word.text)).unwrap_or_default();
    for row in &rows {
        let name = row.student.as_ref().map(|student| one_line(&student.name)).unwrap_or_default();
        let result = row.percentage.map(|pct| format!("{pct:.0} %")).unwrap_or_default();
        let line = format!(
            "{}  {}  {:<9}  {:<NAME$}  {:<TITLE$}  {:<6}  {}",
            row.job.as_str().chars().take(8).collect::<String>(),
            local(row.at, zone),
            row.state.as_str(),
            cut(&name, NAME),
            cut(&word(&row.assessment), TITLE),
            result,
            row.cause.as_deref().unwrap_or_default()
        );
        outln!("{}", line.trim_end())?;
    }
    if rows.len() < total {
        outln!("{} of {total}; --limit {total} shows all", rows.len())?;
    }
    Ok(())
}

/// Forgets the oldest once there are twice as many as are wanted.
fn trim(newest: &mut Vec<Listed>, limit: usize) {
    if newest.len() >= limit.saturating_mul(2).max(64) {
        sort(newest);
        newest.truncate(limit);
    }
}

fn sort(newest: &mut [Listed]) {
    newest.sort_by_key(|job| std::cmp::Reverse(job.card.received));
}

fn print(cards: &[(Card, &Listed)], total: usize) -> anyhow::Result<()> {
    if cards.is_empty() {
        return Ok(outln!("{}", told!("no hay trabajos", "no jobs", "nenhum trabalho"))?);
    }
    let width =
        |of: fn(&Card) -> String, most: usize| cards.iter().map(|(card, _)| of(card).chars().count()).max().unwrap_or_default().min(most);
    let (name, title) = (width(|card| card.name.clone(), NAME), width(|card| card.title.clone(), TITLE));
    let result = width(Card::result, 20);
    for (card, job) in cards {
        let why = match (card.cause.as_str(), &job.card.message) {
            ("", _) | (_, None) => String::new(),
            (cause, Some(message)) => format!("{cause}: {}", one_line(message)),
        };
        let line = format!(
            "{}  {}  {:<9}  {:<name$}  {:<title$}  {:<result$}  {why}",
            card.short_id,
            card.received,
            card.state,
            cut(&card.name, NAME),
            cut(&card.title, TITLE),
            card.result()
        );
        outln!("{}", line.trim_end())?;
    }
    if cards.len() < total {
        let shown = cards.len();
        let more = told!(
            "{shown} de {total}; --limit {total} los muestra todos, --search busca un nombre",
            "{shown} of {total}; --limit {total} shows all, --search finds a name",
            "{shown} de {total}; --limit {total} mostra todos, --search procura um nome",
        );
        outln!("{more}")?;
    }
    Ok(())
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_owned() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

fn print_csv(cards: &[(Card, &Listed)]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "id",
        "received",
        "state",
        "student_id",
        "name",
        "email",
        "course",
        "assessment",
        "correct",
        "total",
        "percentage",
        "level",
        "cause",
        "message",
    ])?;
    for (card, job) in cards {
        let number = |value: Option<String>| value.unwrap_or_default();
        let message = job.card.message.as_deref().map(one_line).unwrap_or_default();
        let fields = [
            job.card.job.to_string(),
            card.received.clone(),
            card.state.clone(),
            card.student_id.clone(),
            card.name.clone(),
            card.email.clone(),
            card.course.clone(),
            card.title.clone(),
            number(card.correct.map(|n| n.to_string())),
            number(card.total.map(|n| n.to_string())),
            number(card.percentage.map(|n| n.to_string())),
            card.level.clone(),
            card.cause.clone(),
            message,
        ];
        writer.write_record(fields.map(output::no_formula))?;
    }
    Ok(output::raw(&writer.into_inner().map_err(csv::IntoInnerError::into_error)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_by_the_schools_clock() {
        let zone = TimeZone::get("America/Santiago").unwrap();
        for (text, expected) in [
            ("2026-07-01", "2026-07-01T04:00:00Z"),
            ("2026-07-01T08:30", "2026-07-01T12:30:00Z"),
            ("2026-07-01T08:30:00Z", "2026-07-01T08:30:00Z"),
        ] {
            assert_eq!(since(text, &zone).unwrap(), expected.parse().unwrap(), "{text}");
        }
        assert!(since("yesterday", &zone).is_err());
    }

    #[test]
    fn what_is_too_wide_is_cut_by_characters() {
        assert_eq!((cut("Ñandú", 5).as_str(), cut("Ñandúes", 5).as_str()), ("Ñandú", "Ñand…"));
    }
}
