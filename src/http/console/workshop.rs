//! The school's files as the console sees them: checked and tried by whoever can, which is not the console.

use async_trait::async_trait;
use bytes::Bytes;

use crate::http::console::words::Language;
use crate::model::ids::JobId;
use crate::storage::key::{ObjectKey, QUESTIONS_FOLDER};

/// One finding about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Whether it keeps the file from being used.
    pub is_mistake: bool,
    /// Where, and what to do, in words.
    pub text: String,
}

/// A file that was checked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What it holds, a line each.
    pub holds: Vec<String>,
}

impl Checked {
    /// Whether it can be used.
    pub fn is_sound(&self) -> bool {
        !self.findings.iter().any(|finding| finding.is_mistake)
    }
}

/// The kinds of file that a school edits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A Word template.
    Template,
    /// A question bank.
    Bank,
    /// `assessments.toml`.
    Rules,
}

impl FileKind {
    /// The word in keys and records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Template => "templates",
            Self::Bank => "banks",
            Self::Rules => "rules",
        }
    }

    /// Its pages.
    pub fn path(self) -> &'static str {
        match self {
            Self::Template => "/console/templates",
            Self::Bank => "/console/banks",
            Self::Rules => "/console/profiles",
        }
    }

    /// The folder whose files are of this kind.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Template => "templates/",
            Self::Bank => QUESTIONS_FOLDER,
            Self::Rules => "assessments.toml",
        }
    }

    /// Where a file of this name lies.
    pub fn key(self, name: &str) -> String {
        match self {
            Self::Template => ObjectKey::Template(name).path(),
            Self::Bank => ObjectKey::Question(name).path(),
            Self::Rules => ObjectKey::Assessments.path(),
        }
    }

    /// Whether a file of this name may be of this kind.
    pub fn takes(self, name: &str) -> bool {
        let ends = |ending: &str| name.to_lowercase().ends_with(ending);
        let is_plain = !name.is_empty() && name.len() <= 200 && !name.contains(['/', '\\', '\0']) && !name.starts_with('.');
        is_plain
            && match self {
                Self::Template => ends(".docx"),
                Self::Bank => ends(".csv"),
                Self::Rules => name == "assessments.toml",
            }
    }
}

/// How two versions differ for one report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Verdict {
    /// Not at all.
    #[default]
    Same,
    /// In what it says.
    Differs,
    /// In the level.
    Level,
    /// In how many pages.
    Pages,
    /// In new warnings.
    Warnings,
    /// It cannot be made.
    Fails,
}

/// How one report comes out with two versions of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compared {
    /// Pages or result before.
    pub before: String,
    /// And now.
    pub now: String,
    /// What differs.
    pub verdict: Verdict,
    /// The same in words.
    pub details: Vec<String>,
}

/// How a question of a test was answered by many students.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its number.
    pub number: u32,
    /// Students who had it; five at least.
    pub students: usize,
    /// How many of a hundred had it right.
    pub right: f64,
    /// How it goes with the rest of the test, from −1 to 1.
    pub discrimination: Option<f64>,
    /// The wrong answer that most chose, and how many of a hundred.
    pub wrong: Option<(String, f64)>,
}

/// Checks and tries files without putting them in use.
#[async_trait]
pub trait Workshop: Send + Sync {
    /// Checks a file as if it were in use.
    async fn check(&self, kind: FileKind, name: &str, bytes: Bytes, words: Language) -> Checked;

    /// A made-up report by a template.
    ///
    /// # Errors
    /// Why it cannot be made, in words.
    async fn preview(&self, name: &str, template: Bytes, case: &str, words: Language) -> Result<Bytes, String>;

    /// The templates that come with the product, by file name.
    fn bundled(&self, words: Language) -> Vec<(&'static str, Bytes)>;

    /// A bank made of a platform's answer key; any other file as it is.
    ///
    /// # Errors
    /// Why it is no answer key, in words.
    async fn import(&self, name: &str, bytes: &Bytes) -> Result<(String, Bytes), String>;

    /// Whether a report of this assessment, filled by this template, hangs on the file.
    async fn concerns(&self, kind: FileKind, name: &str, title: &str, template: Option<&str>) -> bool;

    /// One finished report, made with the file in use and with another one; nothing is stored.
    ///
    /// # Errors
    /// Why it cannot be tried, in words.
    async fn compare(&self, kind: FileKind, name: &str, draft: &Bytes, job: &JobId, words: Language) -> Result<Compared, String>;

    /// How each question was answered in these finished reports, one of each student; those whose records are gone tell nothing.
    async fn items(&self, jobs: &[JobId]) -> Vec<Item>;

    /// What one finished report came to, and what it would come to with the bank and rules that serve today; nothing is stored.
    ///
    /// # Errors
    /// Why it cannot be tried, in words.
    async fn remark(&self, job: &JobId, words: Language) -> Result<Compared, String>;

    /// One finished report made with this template, else with the one in use; nothing is stored.
    ///
    /// # Errors
    /// Why it cannot be made, in words.
    async fn remake(&self, template: Option<&Bytes>, job: &JobId) -> Result<Bytes, String>;

    /// As [`remake`](Self::remake), as pictures of its pages: one SVG document each.
    ///
    /// # Errors
    /// Why they cannot be made, in words.
    async fn pictures(&self, template: Option<&Bytes>, job: &JobId) -> Result<Vec<String>, String>;
}
