//! The languages a student reads, and how each writes words, numbers and dates: one file for each, in which no word can be missing.

mod en;
mod es;
mod pt;

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// A language a report can be written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Spanish, as written in Chile: decimal comma, thousands with a point.
    #[default]
    Es,
    /// English: decimal point, thousands with a comma.
    En,
    /// Portuguese: decimal comma, thousands with a point.
    Pt,
}

/// A word asked for that is none of `es`, `en`, `pt`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown language {0:?}: use es, en or pt")]
pub struct UnknownLanguage(String);

impl FromStr for Language {
    type Err = UnknownLanguage;

    /// By its code, with or without a region (`es`, `es-CL`, `pt_BR`).
    fn from_str(code: &str) -> Result<Self, Self::Err> {
        let primary = code.trim().split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        match primary.as_str() {
            "es" => Ok(Self::Es),
            "en" => Ok(Self::En),
            "pt" => Ok(Self::Pt),
            _ => Err(UnknownLanguage(code.to_owned())),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The words the engine itself puts into a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// A passed lesson.
    pub passed: &'static str,
    /// A failed lesson.
    pub failed: &'static str,
    /// Title of the appended result section.
    pub results_title: &'static str,
    /// Column of the enclosing groups.
    pub parent: &'static str,
    /// Column of the lessons.
    pub lesson: &'static str,
    /// Column of the status.
    pub status: &'static str,
    /// What stands for a true value in a plain placeholder.
    pub yes: &'static str,
    /// What stands for a false one.
    pub no: &'static str,
    /// Label of the student's own bar or mark.
    pub you: &'static str,
    /// Label of the mean of a cohort.
    pub mean: &'static str,
    /// An attempt, followed by its number.
    pub attempt: &'static str,
    /// What a chart says when there is nothing to draw.
    pub no_data: &'static str,
    /// A correct answer count (`18 de 25 correctas` with [`Words::of`]).
    pub correct: &'static str,
    /// Between a part and its whole.
    pub of: &'static str,
    /// Alternative text of the result bar, before its percentage.
    pub score_alt: &'static str,
    /// Alternative text of the bars per group, before the list.
    pub groups_alt: &'static str,
    /// Alternative text of the attempts, before the list.
    pub history_alt: &'static str,
    /// Alternative text of the place in the cohort.
    pub cohort_alt: &'static str,
    /// Alternative text of the stairs of levels, before the level.
    pub level_alt: &'static str,
    /// Alternative text of the grid of questions, before the counts.
    pub questions_alt: &'static str,
    /// Questions answered right, before their numbers.
    pub right: &'static str,
    /// Questions answered wrong, before their numbers.
    pub wrong: &'static str,
    /// Questions without an answer, before their numbers.
    pub unanswered: &'static str,
    /// Joins the last of several names.
    pub and: &'static str,
    /// Below how many of the others: text before the share in the cohort picture.
    pub better_than: &'static str,
    /// Text after it.
    pub of_students: &'static str,
    /// Whom a greeting names when the platform knows no name.
    pub student: &'static str,
    /// A numbered level, before its number.
    pub level: &'static str,
    /// One group of a kind, at the beginning of a sentence.
    pub a_lesson: &'static str,
    /// A subject.
    pub a_subject: &'static str,
    /// A skill.
    pub a_skill: &'static str,
    /// A group of any other kind.
    pub a_section: &'static str,
    /// When `{one}` passes with all of its questions right.
    pub passes_with_all: &'static str,
    /// When `{one}` passes from `{share}` on.
    pub passes_from: &'static str,
    /// The levels and statuses of the bundled profiles, in the order of the Spanish ones.
    pub judgements: [&'static str; 9],
    /// The months, January first.
    pub months: [&'static str; 12],
    /// The days of the week, Monday first.
    pub days: [&'static str; 7],
}

impl Language {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Es => "es",
            Self::En => "en",
            Self::Pt => "pt",
        }
    }

    /// The engine's own words in it.
    pub fn words(self) -> &'static Words {
        match self {
            Self::Es => &es::WORDS,
            Self::En => &en::WORDS,
            Self::Pt => &pt::WORDS,
        }
    }

    /// A number with so many decimals. Rounds as Python does, so that old templates keep their figures.
    pub fn number(self, value: f64, decimals: usize) -> String {
        if !value.is_finite() {
            return "–".to_owned();
        }
        let (group, point) = match self {
            Self::Es | Self::Pt => ('.', ','),
            Self::En => (',', '.'),
        };
        let plain = format!("{:.*}", decimals.min(12), value.abs());
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut out = String::with_capacity(plain.len() + 4);
        if value < 0.0 && plain.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0') {
            out.push('-');
        }
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                out.push(group);
            }
            out.push(digit);
        }
        if !fraction.is_empty() {
            out.push(point);
            out.push_str(fraction);
        }
        out
    }

    /// A number as people write it: whole when it is whole, else one decimal.
    pub fn short_number(self, value: f64) -> String {
        let decimals = usize::from((value - value.round()).abs() >= 0.05);
        self.number(value, decimals)
    }

    /// A percentage (0–100) with so many decimals.
    pub fn percent(self, value: f64, decimals: usize) -> String {
        self.with_sign(&self.number(value, decimals))
    }

    /// A figure with the sign of percent: Spanish sets a space that does not break between them (`60 %`), English and Portuguese do not (`60%`).
    fn with_sign(self, figure: &str) -> String {
        match self {
            Self::Es => format!("{figure}\u{a0}%"),
            Self::En | Self::Pt => format!("{figure}%"),
        }
    }

    /// A percentage (0–100) as people write it: whole when it is whole, else one decimal, so that 59,6 % never reads as a 60 % that failed.
    pub fn short_percent(self, value: f64) -> String {
        self.with_sign(&self.short_number(value))
    }

    /// A month's name, 1–12.
    pub fn month(self, month: i8) -> &'static str {
        usize::try_from(month - 1).ok().and_then(|at| self.words().months.get(at)).copied().unwrap_or_default()
    }

    /// A weekday's name, Monday first, from 0.
    pub fn weekday(self, from_monday: i8) -> &'static str {
        usize::try_from(from_monday).ok().and_then(|at| self.words().days.get(at)).copied().unwrap_or_default()
    }

    /// A date in full (`21 de noviembre de 2026`, `November 21, 2026`).
    pub fn long_date(self, date: Date) -> String {
        let (day, month, year) = (date.day(), self.month(date.month()), date.year());
        match self {
            Self::Es | Self::Pt => format!("{day} de {month} de {year}"),
            Self::En => format!("{month} {day}, {year}"),
        }
    }

    /// A date in figures (`21-11-2026`, `11/21/2026`, `21/11/2026`).
    pub fn short_date(self, date: Date) -> String {
        let (day, month, year) = (date.day(), date.month(), date.year());
        match self {
            Self::Es => format!("{day:02}-{month:02}-{year}"),
            Self::En => format!("{month:02}/{day:02}/{year}"),
            Self::Pt => format!("{day:02}/{month:02}/{year}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_follow_the_language() {
        assert_eq!(Language::Es.number(1_234_567.891, 2), "1.234.567,89");
        assert_eq!(Language::En.number(1_234_567.891, 2), "1,234,567.89");
        assert_eq!(Language::Pt.percent(75.0, 1), "75,0%");
        assert_eq!(Language::En.short_number(66.666), "66.7");
        assert_eq!(Language::En.short_number(66.99), "67");
        assert_eq!(Language::Es.short_percent(2800.0 / 47.0), "59,6\u{a0}%");
        assert_eq!(Language::Es.short_percent(60.0), "60\u{a0}%");
        assert_eq!(Language::Es.number(-0.001, 1), "0,0");
        assert_eq!(Language::Es.number(f64::NAN, 1), "–");
    }

    #[test]
    fn dates_follow_the_language() {
        let date = jiff::civil::date(2026, 11, 21);
        assert_eq!(Language::Es.long_date(date), "21 de noviembre de 2026");
        assert_eq!(Language::En.long_date(date), "November 21, 2026");
        assert_eq!(Language::Pt.short_date(date), "21/11/2026");
        assert_eq!(Language::Es.weekday(5), "sábado");
    }

    #[test]
    fn a_language_is_named_with_or_without_its_region() {
        assert_eq!("es-CL".parse(), Ok(Language::Es));
        assert_eq!("pt_BR".parse(), Ok(Language::Pt));
        assert!("fr".parse::<Language>().is_err());
    }
}
