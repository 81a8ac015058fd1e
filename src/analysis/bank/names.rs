//! Which file is the bank of an assessment.

use crate::analysis::fold;

/// The file names under which an assessment's bank may lie, best first: the configured one, then the four patterns of the service this one replaces.
pub fn candidates(title: &str, configured: Option<&str>) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(configured) = configured.map(str::trim).filter(|c| !c.is_empty()) {
        names.push(configured.to_owned());
        if !has_csv_extension(configured) {
            names.push(format!("{configured}.csv"));
        }
    }
    let title = title.trim();
    if !title.is_empty() {
        names.extend([
            format!("{title}.csv"),
            format!("{title}_questions.csv"),
            format!("{title}_bank.csv"),
            format!("banco_preguntas_{title}.csv"),
        ]);
    }
    names
}

/// The first candidate's file among the available ones; names are compared as [`same_name`] does.
pub fn find<'a>(available: &'a [String], candidates: &[String]) -> Option<&'a str> {
    candidates.iter().find_map(|candidate| available.iter().find(|name| same_name(name, candidate))).map(String::as_str)
}

/// Whether two names are one after NFC, case and space folding.
pub fn same_name(a: &str, b: &str) -> bool {
    fold::name(a) == fold::name(b)
}

fn has_csv_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && extension.eq_ignore_ascii_case("csv"))
}
