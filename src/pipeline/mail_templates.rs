//! The words of mails: templates filled with values, nothing else.
//!
//! The school's own files under `templates/mail/` take the place of the bundled ones of the same name, each for itself; [`school`] reads them.

mod advice;
mod check;
pub(crate) mod sample;
pub(crate) mod school;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, context};
use serde::Serialize;

use crate::model::cause::Cause;
pub use crate::pipeline::mail_templates::check::Finding;
use crate::report::data;
use crate::report::language::Language;

/// The file that frames all mails in HTML.
const LAYOUT: &str = "layout.html";

/// The name by which the frame shows the school's logo (`cid:`, RFC 2392).
pub(crate) const LOGO_ID: &str = "logo";

/// The texts of one mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailText {
    /// The subject.
    pub subject: String,
    /// The plain text part.
    pub text: String,
    /// The HTML part.
    pub html: Option<String>,
}

/// What all mails of a school have in common.
#[derive(Debug, Clone)]
pub struct Style {
    /// The school's name.
    pub school: Option<String>,
    /// Its colour on white and on black paper.
    pub color: Colors,
    /// Whether it has a logo.
    pub logo: bool,
}

/// A colour in two shades, each readable on its ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Colors {
    /// On white.
    pub light: String,
    /// On a dark ground.
    pub dark: String,
}

/// What a student's mail says.
#[derive(Debug, Clone)]
pub(super) struct ReportMail<'a> {
    pub(super) student: &'a str,
    pub(super) assessment: &'a str,
    /// The headline figure first.
    pub(super) figures: &'a [Figure],
    pub(super) level: Option<&'a str>,
    /// The column of the innermost groups (`lecture`), for the word to use.
    pub(super) group_kind: Option<&'a str>,
    pub(super) groups_passed: usize,
    pub(super) groups_total: usize,
    /// Whether a group passes only with all its questions right.
    pub(super) all_correct: bool,
    /// What to go over again.
    pub(super) review: &'a [ReviewItem],
}

/// A figure with what it counts: `Lecciones aprobadas`, `6 de 10`, `60%`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Figure {
    pub(super) label: String,
    pub(super) count: String,
    pub(super) share: String,
    /// Count and share.
    pub(super) text: String,
    /// The share as a number.
    pub(super) percentage: f64,
}

impl Figure {
    pub(super) fn of(figure: &data::Figure, language: Language) -> Self {
        Self {
            label: figure.label.clone(),
            count: figure.count.clone(),
            share: language.short_percent(figure.percentage),
            text: figure.text.clone(),
            percentage: figure.percentage,
        }
    }
}

/// A group to go over again.
#[derive(Debug, Clone, Serialize)]
pub(super) struct ReviewItem {
    pub(super) name: String,
    /// Its questions in words; empty for none.
    pub(super) questions: String,
    pub(super) link: Option<String>,
}

/// What the mail with a study plan says.
#[derive(Debug, Clone)]
pub(super) struct PlanMail<'a> {
    pub(super) student: &'a str,
    /// The titles of the assessments it is over.
    pub(super) parts: &'a [&'a str],
}

/// What an admin is told about one cause.
#[derive(Debug, Clone)]
pub(super) struct AlertMail<'a> {
    pub(super) cause: &'a Cause,
    /// The message of the newest report, for who looks closer.
    pub(super) detail: &'a str,
    pub(super) reports: &'a [AlertReport],
    /// Whether reports go on, because a file's last good version serves in place of a broken one.
    pub(super) serves_on: bool,
    pub(super) more: usize,
}

/// A report that waits, as its school knows it.
#[derive(Debug, Clone, Serialize)]
pub(super) struct AlertReport {
    /// The job's id, or as much of it as commands take.
    pub(super) id: String,
    pub(super) student: Option<String>,
    pub(super) assessment: Option<String>,
}

/// At most so many groups to go over again are named.
const MOST_REVIEWED: usize = 6;

macro_rules! files {
    ($($name:literal)*) => {
        /// The bundled files, by the name they have in `templates/mail/`.
        pub(crate) const FILES: &[(&str, &str)] = &[$(($name, include_str!(concat!("../../templates/mail/", $name)))),*];
    };
}

files! {
    "layout.html"
    "es/subject.txt" "es/body.txt" "es/body.html" "es/plan_subject.txt" "es/plan.txt" "es/plan.html" "es/alert_subject.txt" "es/alert.txt"
    "en/subject.txt" "en/body.txt" "en/body.html" "en/plan_subject.txt" "en/plan.txt" "en/plan.html" "en/alert_subject.txt" "en/alert.txt"
    "pt/subject.txt" "pt/body.txt" "pt/body.html" "pt/plan_subject.txt" "pt/plan.txt" "pt/plan.html" "pt/alert_subject.txt" "pt/alert.txt"
}

/// All mail templates, parsed once.
pub struct MailTemplates {
    templates: Environment<'static>,
    style: Style,
}

impl MailTemplates {
    /// The bundled templates.
    ///
    /// # Errors
    /// One of them is broken: a fault of this build.
    pub fn bundled(style: Style) -> Result<Self, minijinja::Error> {
        let mut templates = environment()?;
        for (name, text) in FILES {
            templates.add_template(name, text)?;
        }
        Ok(Self { templates, style })
    }

    /// The bundled templates with the school's files in place of those of the same name.
    ///
    /// # Errors
    /// Everything that is wrong with the files.
    pub fn with(files: &[(String, String)], style: Style) -> Result<Self, Vec<Finding>> {
        let mut findings = Vec::new();
        let mut own = Self::bundled(style).map_err(|error| vec![Finding::of_error("", &error)])?;
        for (name, text) in files {
            if !FILES.iter().any(|(known, _)| known == name) {
                findings.push(Finding::unknown_file(name));
            } else if let Err(error) = own.templates.add_template_owned(name.clone(), text.clone()) {
                findings.push(Finding::of_error(name, &error));
            }
        }
        if findings.is_empty() {
            findings = check::findings(&own, files);
        }
        if findings.is_empty() { Ok(own) } else { Err(findings) }
    }

    /// The mail that brings a report.
    pub(super) fn report(&self, language: Language, mail: &ReportMail<'_>) -> Result<MailText, minijinja::Error> {
        let bar = mail.figures.first().map_or(0.0, |figure| figure.percentage).clamp(0.0, 100.0).round() as u32;
        let review = &mail.review[..mail.review.len().min(MOST_REVIEWED)];
        let values = context! {
            student => context! { name => greeting_name(mail.student) },
            assessment => context! { title => mail.assessment },
            result => context! { figures => Serde(mail.figures), bar => bar, level => mail.level },
            groups => context! { passed => mail.groups_passed, total => mail.groups_total, words => words(language, mail.group_kind) },
            review => Serde(review),
            review_more => mail.review.len() - review.len(),
            all_correct => mail.all_correct,
            ..self.common(language)
        };
        self.three(language, ["subject.txt", "body.txt", "body.html"], &values)
    }

    /// The mail that brings a study plan over several assessments.
    pub(super) fn plan(&self, language: Language, mail: &PlanMail<'_>) -> Result<MailText, minijinja::Error> {
        let values = context! {
            student => context! { name => greeting_name(mail.student) },
            parts => Serde(mail.parts),
            ..self.common(language)
        };
        self.three(language, ["plan_subject.txt", "plan.txt", "plan.html"], &values)
    }

    /// The mail that tells an admin what to fix.
    pub(super) fn alert(&self, language: Language, mail: &AlertMail<'_>) -> Result<MailText, minijinja::Error> {
        let values = context! {
            cause => mail.cause.as_str(),
            title => title(mail.cause, language),
            steps => advice::steps(mail.cause, language),
            by_itself => advice::goes_by_itself(mail.cause),
            detail => mail.detail,
            serves_on => mail.serves_on,
            reports => Serde(mail.reports),
            more => mail.more,
            count => mail.reports.len() + mail.more,
            ..self.common(language)
        };
        let fill = |file| self.fill(language, file, &values);
        Ok(MailText { subject: one_line(&fill("alert_subject.txt")?), text: tidy(&fill("alert.txt")?), html: None })
    }

    fn common(&self, language: Language) -> minijinja::Value {
        let Style { school, color, logo } = &self.style;
        context! { language => language.code(), school => school, color => Serde(color), logo => logo.then_some(LOGO_ID) }
    }

    fn three(&self, language: Language, [subject, text, html]: [&str; 3], values: &minijinja::Value) -> Result<MailText, minijinja::Error> {
        Ok(MailText {
            subject: one_line(&self.fill(language, subject, values)?),
            text: tidy(&self.fill(language, text, values)?),
            html: Some(self.fill(language, html, values)?),
        })
    }

    fn fill(&self, language: Language, file: &str, values: &minijinja::Value) -> Result<String, minijinja::Error> {
        self.templates.get_template(&format!("{}/{file}", language.code()))?.render(values)
    }
}

fn environment() -> Result<Environment<'static>, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build()?);
    // A school's file may loop, but not for ever.
    templates.set_fuel(Some(200_000));
    Ok(templates)
}

/// The name to greet by; a platform often has only the address, and nobody likes to be greeted by that.
fn greeting_name(name: &str) -> Option<&str> {
    Some(name.trim()).filter(|name| !name.is_empty() && !name.contains('@'))
}

/// A subject without the line break at the end of its file.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text without the runs of empty lines that conditions leave.
fn tidy(text: &str) -> String {
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end) {
        if !(line.is_empty() && lines.last().is_none_or(|last| last.is_empty())) {
            lines.push(line);
        }
    }
    format!("{}\n", lines.join("\n").trim_end())
}

fn title(cause: &Cause, language: Language) -> &'static str {
    let words = cause.implied().words;
    match language {
        Language::Es => words.es,
        Language::En => words.en,
        Language::Pt => words.pt,
    }
}

/// What the groups are called, one and many; every word is feminine in Spanish and Portuguese, as the sentences need.
fn words(language: Language, kind: Option<&str>) -> minijinja::Value {
    let (one, many) = match (language, kind) {
        (Language::Es, Some("lecture")) => ("lección", "lecciones"),
        (Language::Es, Some("materia")) => ("materia", "materias"),
        (Language::Es, Some("skill")) => ("habilidad", "habilidades"),
        (Language::Es, _) => ("sección", "secciones"),
        (Language::En, Some("lecture")) => ("lesson", "lessons"),
        (Language::En, Some("materia")) => ("subject", "subjects"),
        (Language::En, Some("skill")) => ("skill", "skills"),
        (Language::En, _) => ("section", "sections"),
        (Language::Pt, Some("lecture")) => ("lição", "lições"),
        (Language::Pt, Some("materia")) => ("matéria", "matérias"),
        (Language::Pt, Some("skill")) => ("habilidade", "habilidades"),
        (Language::Pt, _) => ("seção", "seções"),
    };
    context! { one => one, many => many }
}

#[cfg(test)]
mod tests;
