//! The question bank: which answers are right, and what each question belongs to.
//!
//! A bank is a CSV file a teacher keeps in a spreadsheet.
//! The reader forgives what spreadsheets do (delimiters, encodings, header spellings) and is strict about what would make a report wrong: a bank with a single bad row is not used, and every fault is named with its line.

mod columns;
mod decode;
pub(crate) mod errors;
mod faults;
mod names;
mod quotes;
mod read;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use faults::{BankErrors, BankFault};
pub use names::{candidates, find, is_bank_name, makeable, same_name, workbook};

pub(crate) use columns::{DIFFICULTY, LECTURE, group_column};
pub(crate) use faults::shown;
pub(crate) use read::escape_bar;

use crate::analysis::compare::kind::Kind;

/// The questions of one assessment with their right answers and groups, in the file's order.
#[derive(Debug, Clone, PartialEq)]
pub struct QuestionBank {
    name: String,
    questions: Vec<Question>,
    columns: Vec<String>,
}

/// One question of the bank.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Its number, from 1 without gaps.
    pub number: u32,
    /// Its line in the file, from 1.
    pub(crate) line: u64,
    /// The right answers as written: an option's letter or its text; empty only for questions a teacher grades.
    pub correct: Vec<String>,
    /// The options in order, where the bank lists them (an imported answer key does).
    pub options: Vec<String>,
    /// The kind of question, where the bank says it; else the platform's block type decides.
    pub(crate) kind: Option<Kind>,
    /// What it is worth; 1 where the bank has no points.
    pub points: f64,
    /// Its text, where the bank holds it.
    pub text: Option<String>,
    /// Where to study it, where the bank says it.
    pub link: Option<String>,
    /// Column to group name (`lecture` → `Porcentajes`), every group in one spelling; a blank cell is no entry.
    pub groups: BTreeMap<String, String>,
}

impl QuestionBank {
    /// Reads a bank from a CSV file's bytes; `name` is the file's name for messages.
    ///
    /// Delimiter (`,`, `;`, tab), byte order mark, UTF-8, UTF-16 or Windows-1252, header spellings and quoting are found out.
    ///
    /// # Errors
    /// Every fault of the file at once, each with its line.
    pub fn from_csv(bytes: &[u8], name: &str) -> Result<Self, BankErrors> {
        let (questions, columns) = read::read(bytes).map_err(|faults| BankErrors { name: name.to_owned(), faults })?;
        Ok(Self { name: name.to_owned(), questions, columns })
    }

    /// Whether a header names the columns that a bank needs.
    pub(crate) fn has_columns(header: &csv::StringRecord) -> bool {
        columns::Columns::read(header, 1).is_ok()
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The questions in the file's order.
    pub fn questions(&self) -> &[Question] {
        &self.questions
    }

    /// The grouping columns in the file's order, under the names that profiles use (`lecture`, `materia`, `skill`, `difficulty`, …).
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The names in a grouping column, order of first appearance.
    pub fn group_names(&self, column: &str) -> Vec<&str> {
        let mut seen = BTreeSet::new();
        self.questions.iter().filter_map(|q| q.groups.get(column)).filter(|name| seen.insert(*name)).map(String::as_str).collect()
    }
}
