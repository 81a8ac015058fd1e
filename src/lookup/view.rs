//! What lists, searches and figures tell: the same facts for the console's pages and for the API.

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::jobs::operator::acts::Expected;
use crate::model::ids::JobId;

/// Where a report stands, as people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReportState {
    /// It is tried by itself.
    Waiting,
    /// An instance works on it.
    Running,
    /// The mail server took it.
    Sent,
    /// Another job makes this submission's report.
    Duplicate,
    /// The retake policy keeps the earlier report.
    Skipped,
    /// A person must act.
    Parked,
    /// Given up.
    Failed,
    /// A person gave it up.
    Discarded,
    /// Done in a way that this release has no word for.
    Done,
    /// Its records are damaged.
    Unreadable,
}

impl ReportState {
    /// All states, by their numbers in the index.
    pub const ALL: [Self; 10] = [
        Self::Waiting,
        Self::Running,
        Self::Sent,
        Self::Duplicate,
        Self::Skipped,
        Self::Parked,
        Self::Failed,
        Self::Discarded,
        Self::Done,
        Self::Unreadable,
    ];

    /// The state as one word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Sent => "sent",
            Self::Duplicate => "duplicate",
            Self::Skipped => "skipped",
            Self::Parked => "parked",
            Self::Failed => "failed",
            Self::Discarded => "discarded",
            Self::Done => "done",
            Self::Unreadable => "unreadable",
        }
    }

    /// The state of this word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == word)
    }

    /// Whether something happens by itself.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Waiting | Self::Running)
    }

    pub(super) fn number(self) -> i64 {
        Self::ALL.iter().position(|state| *state == self).unwrap_or_default() as i64
    }

    pub(super) fn of_number(number: i64) -> Self {
        usize::try_from(number).ok().and_then(|number| Self::ALL.get(number).copied()).unwrap_or(Self::Unreadable)
    }
}

/// Names a course, an assessment or a level in addresses: twelve hex digits, the same in every index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[0-9a-f]{12}$", example = "5f0c3a9be210")]
pub struct WordTag(pub(super) i64);

impl WordTag {
    /// Reads a tag back.
    pub fn parse(text: &str) -> Option<Self> {
        let is_tag = text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        is_tag.then(|| i64::from_str_radix(text, 16).ok().map(Self)).flatten()
    }
}

impl fmt::Display for WordTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:012x}", self.0)
    }
}

impl TryFrom<String> for WordTag {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("'{text}' is no tag (12 hex digits)"))
    }
}

impl From<WordTag> for String {
    fn from(tag: WordTag) -> Self {
        tag.to_string()
    }
}

/// Names a student in addresses: sixteen hex digits of a keyed hash, which tell nothing about the student.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^[0-9a-f]{16}$", example = "8a61f0c35d0b7e21")]
pub struct StudentHash(pub(super) i64);

impl StudentHash {
    /// Reads a hash back.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hash = text.len() == 16 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        is_hash.then(|| u64::from_str_radix(text, 16).ok().map(|n| Self(n as i64))).flatten()
    }
}

impl fmt::Display for StudentHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0 as u64)
    }
}

impl TryFrom<String> for StudentHash {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("'{text}' names no student (16 hex digits)"))
    }
}

impl From<StudentHash> for String {
    fn from(hash: StudentHash) -> Self {
        hash.to_string()
    }
}

/// A course, an assessment or a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Word {
    /// Its name in addresses and filters.
    pub tag: WordTag,
    /// What people call it.
    pub text: String,
}

/// A word and how many reports have it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct WordCount {
    /// The word.
    #[serde(flatten)]
    pub word: Word,
    /// Reports.
    pub reports: u64,
}

/// Who a report is for. Holds personal data: whoever shows it looks at the role first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct StudentView {
    /// The student's name in addresses.
    pub hash: StudentHash,
    /// The platform's id, or what stands for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The name to show.
    pub name: String,
    /// The address, as far as the role may see it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
}

impl StudentView {
    /// Whether a text that is kept names the person: by a longer word of the name, the id or the address.
    pub fn is_named_in(&self, text: &str) -> bool {
        let small = text.to_lowercase();
        let words = self.name.split_whitespace().filter(|word| word.chars().count() > 3).map(str::to_lowercase);
        let ids =
            [self.key.as_deref(), self.email.as_deref()].into_iter().flatten().filter(|id| id.chars().count() > 3).map(str::to_lowercase);
        words.chain(ids).any(|word| small.contains(&word))
    }
}

/// One report of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ReportRow {
    /// The job that makes it.
    #[schema(value_type = String, pattern = "^[0-9a-f]{32}$")]
    pub job: JobId,
    /// Where it stands.
    pub state: ReportState,
    /// When the answers were handed in, else when the event was received; lists are in this order.
    pub at: Timestamp,
    /// When the event was received.
    pub received: Timestamp,
    /// When its round ended; for one that is open, since when it stands so.
    pub since: Timestamp,
    /// When it is tried next, while it waits.
    pub due: Option<Timestamp>,
    /// When the mail server took it.
    pub mailed: Option<Timestamp>,
    /// Who it is for; none when its records are damaged.
    pub student: Option<StudentView>,
    /// The course.
    pub course: Option<Word>,
    /// The assessment.
    pub assessment: Option<Word>,
    /// The headline percentage.
    pub percentage: Option<f64>,
    /// The level.
    pub level: Option<Word>,
    /// Whether the student passed.
    pub passed: Option<bool>,
    /// Right answers.
    pub right: Option<u32>,
    /// Questions.
    pub questions: Option<u32>,
    /// Why it waits, parked or died: a stable word.
    pub cause: Option<String>,
    /// The round, from 1.
    pub round: u32,
    /// Attempts begun so far.
    pub attempts: u32,
    /// The report's pages.
    pub pages: Option<u32>,
    /// The report's size in kilobytes.
    pub kb: Option<u32>,
    /// How many notes there are for the operator.
    pub notes: u32,
    /// How often the mail was tried.
    pub mail_tries: Option<u32>,
    /// How many of these tries may have arrived as well.
    pub mail_ambiguous: Option<u32>,
    /// It is a plan over several assessments.
    pub is_plan: bool,
    /// The template that was filled, where the profile names one.
    pub template: Option<String>,
    /// Where it stands in a list, to page on from it.
    #[serde(skip)]
    pub position: Position,
}

/// A place in a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The time by which lists are ordered, in milliseconds.
    pub sort: i64,
    /// What tells reports of one time apart.
    pub id: i64,
}

impl Position {
    /// Reads a position back, as [`Display`](fmt::Display) writes it.
    pub fn parse(text: &str) -> Option<Self> {
        let (sort, id) = text.rsplit_once('-')?;
        Some(Self { sort: sort.parse().ok()?, id: id.parse().ok()? })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.sort, self.id)
    }
}

/// Which reports are wanted; what is not said does not matter.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReportFilter {
    /// In one of these states.
    pub states: Vec<ReportState>,
    /// Of this course.
    pub course: Option<WordTag>,
    /// On this assessment.
    pub assessment: Option<WordTag>,
    /// Of this level.
    pub level: Option<WordTag>,
    /// For this cause.
    pub cause: Option<String>,
    /// For this student.
    pub student: Option<StudentHash>,
    /// Handed in then or later.
    pub from: Option<Timestamp>,
    /// Handed in before.
    pub until: Option<Timestamp>,
    /// With notes for the operator.
    pub has_notes: bool,
    /// Of those that wait: `true` for what was tried before, `false` for what never was.
    pub tried: Option<bool>,
    /// Made with this template; with the usual one when it is empty.
    pub template: Option<String>,
    /// Words, or parts of words, of the student's name, address or id; accents and case do not matter. A word that no student has is looked for in the courses' and assessments' names.
    pub text: Option<String>,
}

/// In which order a list is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Newest first.
    #[default]
    Newest,
    /// Oldest first.
    Oldest,
    /// By name; only within one course and assessment.
    Name,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// The order.
    pub order: Order,
    /// What comes after this place in that order.
    pub after: Option<Position>,
    /// What comes before this place; where both are given, this counts.
    pub before: Option<Position>,
    /// At most so many rows, 1 to 500; 50 when 0.
    pub limit: usize,
}

/// A part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// There is more before it; ask with this as `before`.
    pub prev: Option<Position>,
    /// There is more after it; ask with this as `after`.
    pub next: Option<Position>,
}

/// A number that is counted up to a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CappedCount {
    /// How many; at the limit when there are more.
    pub count: u64,
    /// There are more.
    pub is_more: bool,
}

/// One student of a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StudentRow {
    /// Who.
    #[serde(flatten)]
    pub student: StudentView,
    /// How many reports there are.
    pub reports: u64,
    /// When the newest was handed in.
    pub newest: Option<Timestamp>,
}

/// What happened on one day, by the school's clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DayCounts {
    /// The day.
    #[schema(value_type = String, format = Date)]
    pub day: Date,
    /// Reports that went out.
    pub sent: u64,
    /// Reports on their way.
    pub open: u64,
    /// Reports that wait for a person.
    pub parked: u64,
    /// Reports that were given up.
    pub failed: u64,
    /// Repeats, skips, and what a person discarded.
    pub other: u64,
}

/// The numbers of today, since midnight by the school's clock.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Today {
    /// The day and its counts.
    #[serde(flatten)]
    pub counts: DayCounts,
    /// When today began.
    pub midnight: Timestamp,
    /// Everything that waits for a person, of whatever day.
    pub parked_now: u64,
    /// Everything on its way, of whatever day.
    pub open_now: u64,
    /// The longest overdue: since when.
    pub overdue_since: Option<Timestamp>,
    /// The median time from handing in to the mail, in milliseconds.
    pub median_ms: Option<u64>,
    /// The longest such time.
    pub slowest_ms: Option<u64>,
    /// When the last report went out, of whatever day.
    pub last_sent: Option<Timestamp>,
    /// Whether there was ever a report.
    pub is_first_day: bool,
}

/// Reports that stand still for one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CauseGroup {
    /// The cause, a stable word.
    pub cause: String,
    /// How many.
    pub reports: u64,
    /// Since when the oldest stands still.
    pub oldest: Timestamp,
    /// Since when the newest does.
    pub newest: Timestamp,
    /// The courses, those with the most first, five at most.
    pub courses: Vec<WordCount>,
    /// The assessments, those with the most first, five at most.
    pub assessments: Vec<WordCount>,
}

/// How a report stood when an act on many was fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The report.
    pub job: JobId,
    /// Where it stood.
    pub state: ReportState,
    /// Its round.
    pub round: u32,
    /// The attempts begun.
    pub attempts: u32,
}

impl Standing {
    /// How the report stood, as its records say it.
    pub fn expected(&self) -> String {
        let state = match self.state {
            ReportState::Waiting => "waiting",
            ReportState::Running => "running",
            ReportState::Parked => "parked",
            ReportState::Failed | ReportState::Discarded => "dead",
            _ => "done",
        };
        Expected::standing(self.round, self.attempts, state).to_string()
    }
}

/// What stood still for a cause and goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResolvedCause {
    /// The cause, a stable word.
    pub cause: String,
    /// How many reports went on.
    pub reports: u64,
    /// Since when the first of them stood still.
    pub since: Timestamp,
    /// When the last of them went on.
    pub at: Timestamp,
}

/// How fresh what is told is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Freshness {
    /// When the index was last brought up to date.
    pub synced_at: Option<Timestamp>,
    /// It is being filled for the first time or anew: what is told is not complete.
    pub is_building: bool,
    /// How far that is, in percent.
    pub progress: Option<u8>,
    /// What the last try to bring it up to date met.
    pub problem: Option<String>,
}
