//! Finds what is wrong with a school's mail templates before a student reads it.

use std::collections::BTreeSet;
use std::fmt;

use crate::pipeline::mail_templates::{FILES, LAYOUT, MailTemplates, sample};
use crate::report::language::Language;

/// One thing that is wrong, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The file, by its name in `templates/mail/`.
    pub file: String,
    /// The line, from 1, where there is one.
    pub line: Option<usize>,
    /// What is wrong and what to do.
    pub words: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "{}, line {line}: {}", self.file, self.words),
            None => write!(f, "{}: {}", self.file, self.words),
        }
    }
}

impl Finding {
    pub(super) fn of_error(file: &str, error: &minijinja::Error) -> Self {
        // An error in a frame is told where it stands, not where it was asked for.
        let file = error.name().unwrap_or(file).to_owned();
        Self { file, line: error.line(), words: error.detail().map_or_else(|| error.kind().to_string(), ToOwned::to_owned) }
    }

    pub(super) fn unknown_file(file: &str) -> Self {
        let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        let near = nearest(file, names.iter().copied()).map_or_else(|| names.join(", "), |near| format!("did you mean {near}?"));
        Self { file: file.to_owned(), line: None, words: format!("there is no mail template of this name; {near}") }
    }
}

/// What the names and a trial of each mail say about the files.
pub(super) fn findings(templates: &MailTemplates, files: &[(String, String)]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = files.iter().flat_map(|(name, text)| unknown_names(templates, name, text)).collect();
    if findings.is_empty() {
        findings = trials(templates, files);
    }
    findings
}

/// The names a file uses that no mail of its kind has.
fn unknown_names(templates: &MailTemplates, file: &str, text: &str) -> Vec<Finding> {
    let Ok(template) = templates.templates.get_template(file) else { return Vec::new() };
    let used: BTreeSet<String> = template.undeclared_variables(true).into_iter().collect();
    let known = known_names(file);
    let is_known = |used: &str| known.iter().any(|name| *name == used || name.strip_prefix(used).is_some_and(|rest| rest.starts_with('.')));
    used.iter()
        // What the language itself offers (`loop`, `super`) is no value.
        .filter(|name| {
            !is_known(name)
                && !["loop", "super", "self", "range", "namespace", "dict", "debug"].contains(&name.split('.').next().unwrap_or_default())
        })
        .map(|name| Finding {
            file: file.to_owned(),
            line: line_of(text, name),
            words: match nearest(name, known.iter().copied()) {
                Some(near) => format!("there is no {name}; did you mean {near}?"),
                None => format!("there is no {name}; there are {}", known.join(", ")),
            },
        })
        .collect()
}

/// The names that the mails of a file's kind have.
fn known_names(file: &str) -> Vec<&'static str> {
    const COMMON: &[&str] = &["language", "school", "color.light", "color.dark", "logo"];
    const STUDENT: &[&str] = &["student.name"];
    const REPORT: &[&str] = &[
        "assessment.title",
        "result.figures",
        "result.bar",
        "result.level",
        "groups.passed",
        "groups.total",
        "groups.words.one",
        "groups.words.many",
        "review",
        "review_more",
        "all_correct",
    ];
    const PLAN: &[&str] = &["parts"];
    const ALERT: &[&str] = &["cause", "title", "steps", "by_itself", "detail", "serves_on", "reports", "more", "count"];
    let name = file.rsplit('/').next().unwrap_or(file);
    let of_kind: Vec<&[&str]> = match name {
        LAYOUT => vec![STUDENT, REPORT, PLAN],
        _ if name.starts_with("alert") => vec![ALERT],
        _ if name.starts_with("plan") => vec![STUDENT, PLAN],
        _ => vec![STUDENT, REPORT],
    };
    COMMON.iter().chain(of_kind.into_iter().flatten()).copied().collect()
}

/// Each mail of each language once, as a student would get it.
fn trials(templates: &MailTemplates, files: &[(String, String)]) -> Vec<Finding> {
    let touched = |language: Language| files.iter().any(|(name, _)| name == LAYOUT || name.starts_with(&format!("{}/", language.code())));
    let mut findings: Vec<Finding> = Vec::new();
    for language in [Language::Es, Language::En, Language::Pt].into_iter().filter(|language| touched(*language)) {
        for (kind, text) in sample::mails(templates, language) {
            match text {
                Err(error) => findings.push(Finding::of_error(&format!("{}/{kind}", language.code()), &error)),
                Ok(text) if text.subject.is_empty() => findings.push(Finding {
                    file: format!("{}/{}subject.txt", language.code(), if kind == "report" { String::new() } else { format!("{kind}_") }),
                    line: None,
                    words: "the subject is empty".to_owned(),
                }),
                Ok(_) => {}
            }
        }
    }
    findings.dedup();
    findings
}

fn line_of(text: &str, name: &str) -> Option<usize> {
    let last = name.rsplit('.').next().unwrap_or(name);
    let at = |wanted: &str| text.lines().position(|line| line.contains(wanted)).map(|line| line + 1);
    at(name).or_else(|| at(last))
}

/// The name that differs least, when it differs little.
fn nearest<'a>(name: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let found = names.map(|other| (distance(name, other), other)).min()?;
    (found.0 <= name.chars().count() / 3 + 1).then_some(found.1)
}

/// Letters to change, add or take away (Levenshtein); names are short.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(80).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().take(80).enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, b) in other.iter().enumerate() {
            let changed = corner + usize::from(a != *b);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[other.len()]
}
