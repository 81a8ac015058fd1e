//! Which file is the bank of an assessment.

use std::collections::HashMap;

use crate::analysis::compare::fold;

/// Characters that no file name on Windows, and often none in a bucket's console, may hold.
const FORBIDDEN: &[char] = &[':', '?', '"', '*', '/', '\\', '<', '>', '|'];
/// No file system takes longer names.
const LONGEST: usize = 255;

/// The file names under which an assessment's bank may lie, best first: the configured one, then the four patterns of the service this one replaces.
///
/// A title with characters that file names may not hold is also looked for with all of them written `_`, `-` or as a blank, or left out where that glues no two words or figures together.
pub fn candidates(title: &str, configured: Option<&str>) -> Vec<String> {
    let mut names = Vec::new();
    if let Some(configured) = configured.map(str::trim).filter(|c| !c.is_empty()) {
        names.push(configured.to_owned());
        if !has_csv_extension(configured) {
            names.push(format!("{configured}.csv"));
        }
    }
    for title in spellings(title.trim()) {
        names.extend([
            format!("{title}.csv"),
            format!("{title}_questions.csv"),
            format!("{title}_bank.csv"),
            format!("banco_preguntas_{title}.csv"),
        ]);
    }
    names
}

/// The names worth telling a person: those that every system can make.
pub fn makeable(title: &str, configured: Option<&str>) -> Vec<String> {
    candidates(title, configured).into_iter().filter(|name| !name.contains(FORBIDDEN)).take(4).collect()
}

/// A title as it stands, and as file names can hold it.
fn spellings(title: &str) -> Vec<String> {
    if title.is_empty() || title.len() > LONGEST {
        return Vec::new();
    }
    let mut spellings = vec![title.to_owned()];
    if title.contains(FORBIDDEN) {
        spellings.extend(["_", "-", " "].map(|mark| title.replace(FORBIDDEN, mark)));
        let chars: Vec<char> = title.chars().collect();
        let glues = |at: usize| at > 0 && chars[at - 1].is_alphanumeric() && chars.get(at + 1).is_some_and(|c| c.is_alphanumeric());
        if !(0..chars.len()).any(|at| FORBIDDEN.contains(&chars[at]) && glues(at)) {
            spellings.push(title.replace(FORBIDDEN, ""));
        }
    }
    spellings
}

/// The first candidate's file among the available ones; names are compared as [`same_name`] does.
pub fn find<'a>(available: &'a [String], candidates: &[String]) -> Option<&'a str> {
    let mut folded: HashMap<String, &'a str> = HashMap::with_capacity(available.len());
    for name in available.iter().filter(|name| is_bank_name(name)) {
        folded.entry(fold::name(name)).or_insert(name);
    }
    candidates.iter().find_map(|candidate| folded.get(&fold::name(candidate)).copied())
}

/// Whether two names are one after NFC, case and space folding.
pub fn same_name(a: &str, b: &str) -> bool {
    fold::name(a) == fold::name(b)
}

/// Whether a file of the folder can be a bank: no folder's placeholder, no hidden file, no lock of a program that has it open.
pub fn is_bank_name(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or_default();
    !file.is_empty() && name.len() <= LONGEST && !file.starts_with('.') && !file.starts_with("~$") && !file.ends_with('~')
}

/// A workbook that lies where the bank should: the same name, but not CSV.
pub fn workbook<'a>(available: &'a [String], candidates: &[String]) -> Option<&'a str> {
    let stem = |name: &str| name.rsplit_once('.').map(|(stem, _)| fold::name(stem));
    let is_workbook =
        |name: &str| ["xlsx", "xls", "ods", "xlsm", "numbers"].iter().any(|end| name.to_lowercase().ends_with(&format!(".{end}")));
    let wanted: Vec<String> = candidates.iter().filter_map(|candidate| stem(candidate)).collect();
    available
        .iter()
        .filter(|name| is_bank_name(name) && is_workbook(name))
        .find(|name| stem(name).is_some_and(|stem| wanted.contains(&stem)))
        .map(String::as_str)
}

fn has_csv_extension(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(stem, extension)| !stem.is_empty() && extension.eq_ignore_ascii_case("csv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(title: &str, files: &[&str]) -> Option<String> {
        let files: Vec<String> = files.iter().map(|file| (*file).to_owned()).collect();
        find(&files, &candidates(title, None)).map(str::to_owned)
    }

    #[test]
    fn a_title_that_is_no_file_name_finds_its_bank() {
        for (title, file) in [
            ("Test: uno", "Test_ uno.csv"),
            ("Test: uno", "Test uno.csv"),
            ("Test: uno", "test- UNO.csv"),
            ("¿Qué sabes?", "¿Qué sabes_.csv"),
            ("¿Qué sabes?", "¿Qué sabes.csv"),
            ("Test \"final\"", "Test final.csv"),
            ("Test 1/2", "Test 1-2.csv"),
            ("Test 1/2", "Test 1_2_questions.csv"),
            ("A|B", "banco_preguntas_A B.csv"),
        ] {
            assert_eq!(found(title, &[file]).as_deref(), Some(file), "{title}");
        }
    }

    #[test]
    fn another_assessment_s_bank_is_not_taken_for_it() {
        assert_eq!(found("Test 1/2", &["Test 12.csv", "Test 1.csv"]), None);
        assert_eq!(found("a:b", &["ab.csv"]), None);
        assert_eq!(found("Test: uno", &["Test uno.csv", "Test: uno.csv"]).as_deref(), Some("Test: uno.csv"));
    }

    #[test]
    fn placeholders_and_lock_files_are_no_banks_and_a_workbook_is_told() {
        for name in ["", "sub/", "~$Test.csv", ".DS_Store", "Test.csv~"] {
            assert!(!is_bank_name(name), "{name}");
        }
        let files = ["~$Test Tres.xlsx".to_owned(), "Test Tres.xlsx".to_owned()];
        assert_eq!(workbook(&files, &candidates("Test tres", None)), Some("Test Tres.xlsx"));
        assert_eq!(workbook(&files, &candidates("Test dos", None)), None);
    }

    #[test]
    fn names_that_are_told_can_be_made_everywhere() {
        assert_eq!(makeable("Test: uno", None)[0], "Test_ uno.csv");
        assert_eq!(makeable("Uno", Some("base"))[..2], ["base", "base.csv"]);
    }
}
