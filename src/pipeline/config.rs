//! The settings of the work itself.

use jiff::tz::TimeZone;

use crate::env::{Env, shown};
use crate::report::language::Language;

/// How reports are made and sent.
#[derive(Debug, Clone)]
pub struct PipelineConfig {
    /// `RETAKE_POLICY`: which submissions of one student on one assessment get a report; default `every`.
    pub retakes: RetakePolicy,
    /// `AMBIGUOUS_MAIL`: what happens to a mail of which nobody knows whether it arrived; default `resend`.
    pub ambiguous: AmbiguousMail,
    /// `REPORT_LANGUAGE`: `es`, `en` or `pt`; default `es`. A profile may say otherwise for its assessment.
    pub language: Language,
    /// `MISSING_VALUE`: what stands for a value the student does not have; default `blank`.
    pub missing: MissingValue,
    /// `REPORT_TIMEZONE`: where the school's day begins; default `America/Santiago`.
    pub zone: TimeZone,
    /// `SCHOOL_NAME`: how mails are signed and what `{{ school.name }}` says; default `EMAIL_FROM_NAME`, else a neutral phrase.
    pub school: Option<String>,
    /// `SCHOOL_COLOR`: the colour of the bundled templates, of pictures and of mails, six hex digits; default: the template's own, and the product's blue in mails.
    pub school_color: Option<String>,
    /// So much memory the process may hold, in bytes; no setting, as who starts the process knows it.
    pub memory: Option<u64>,
}

/// Which submissions of one student on one assessment get a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RetakePolicy {
    /// Each.
    Every,
    /// Only the first.
    First,
    /// One that is better than all before.
    Best,
}

/// What happens to a mail of which nobody knows whether it arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmbiguousMail {
    /// It goes out again under the same `Message-ID`: at least once.
    Resend,
    /// The job parks until a person decides: at most once.
    Hold,
}

/// What stands for a value the student does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingValue {
    /// Nothing is made; the job parks.
    Error,
    /// Nothing.
    Blank,
    /// A dash.
    Dash,
}

impl PipelineConfig {
    /// Reads the section; problems are noted in `env`.
    pub fn from_env(env: &mut Env) -> Self {
        let retakes = [("every", RetakePolicy::Every), ("first", RetakePolicy::First), ("best", RetakePolicy::Best)];
        let ambiguous = [("resend", AmbiguousMail::Resend), ("hold", AmbiguousMail::Hold)];
        let languages = [("es", Language::Es), ("en", Language::En), ("pt", Language::Pt)];
        let missing = [("error", MissingValue::Error), ("blank", MissingValue::Blank), ("dash", MissingValue::Dash)];
        Self {
            retakes: env.one_of("RETAKE_POLICY", RetakePolicy::Every, &retakes),
            ambiguous: env.one_of("AMBIGUOUS_MAIL", AmbiguousMail::Resend, &ambiguous),
            language: env.one_of("REPORT_LANGUAGE", Language::Es, &languages),
            missing: env.one_of("MISSING_VALUE", MissingValue::Blank, &missing),
            zone: zone(env),
            school: env.var("SCHOOL_NAME").map(ToOwned::to_owned),
            school_color: color(env),
            memory: None,
        }
    }

    /// The defaults, in UTC.
    pub fn for_testing() -> Self {
        Self { zone: TimeZone::UTC, ..Self::from_env(&mut Env::default()) }
    }
}

/// Six hex digits, with or without `#`.
fn color(env: &mut Env) -> Option<String> {
    let text = env.var("SCHOOL_COLOR")?.trim().trim_start_matches('#').to_owned();
    let is_hex = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_hex {
        env.problem("SCHOOL_COLOR", "write six hex digits, as in 1F4E79");
    }
    is_hex.then_some(text)
}

fn zone(env: &mut Env) -> TimeZone {
    let name = env.var("REPORT_TIMEZONE").unwrap_or("America/Santiago").to_owned();
    TimeZone::get(&name).unwrap_or_else(|_| {
        env.problem("REPORT_TIMEZONE", format!("{} is no time zone; use a name like America/Santiago or UTC", shown(&name)));
        TimeZone::UTC
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_first_school() {
        let config = PipelineConfig::from_env(&mut Env::default());
        assert_eq!((config.retakes, config.ambiguous, config.language), (RetakePolicy::Every, AmbiguousMail::Resend, Language::Es));
        assert_eq!(config.zone.iana_name(), Some("America/Santiago"));
    }

    #[test]
    fn every_unknown_word_is_a_problem() {
        let names = ["RETAKE_POLICY", "AMBIGUOUS_MAIL", "REPORT_LANGUAGE", "MISSING_VALUE", "REPORT_TIMEZONE", "SCHOOL_COLOR"];
        let mut env = Env::from_pairs(names.map(|name| (name, "nonsense")));
        PipelineConfig::from_env(&mut env);
        assert_eq!(env.problems().iter().map(|problem| problem.variable.as_str()).collect::<Vec<_>>(), names);
    }
}
