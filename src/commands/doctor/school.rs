//! The files a school edits, each read as a job would read it: profiles, question banks, templates.

use bytes::Bytes;

use super::{Line, State};
use crate::analysis::bank::{self, BankFault, QuestionBank};
use crate::analysis::lints;
use crate::analysis::profile::{Profile, Profiles};
use crate::report::language::Language;
use crate::report::starter::catalogue::BundledTemplate;
use crate::report::template::{Finding, Severity, Template, TemplateError};
use crate::storage::key::{ObjectKey, QUESTIONS_FOLDER};
use crate::storage::{Store, StoreError};
use crate::translations;

/// The school's template; the bundled one serves until there is one.
const TEMPLATE: &str = "plantilla_test_diagnostico.docx";
const TEMPLATES_FOLDER: &str = "templates/";
/// More files of a kind than any school has.
const MOST: usize = 10_000;
/// Faults of one file that are told; its own check lists them all.
const TOLD: usize = 3;

/// What is wrong with the school's files, and what is there where nothing is.
pub(super) async fn check(store: &dyn Store, language: Language) -> Vec<Line> {
    let unreadable = |part: &str, error: &StoreError| vec![Line::new(part, State::Problem, error.to_string())];
    let (banks, templates) = match (names(store, QUESTIONS_FOLDER).await, names(store, TEMPLATES_FOLDER).await) {
        (Ok(banks), Ok(templates)) => (banks, templates),
        (Err(error), _) => return unreadable("question banks", &error),
        (_, Err(error)) => return unreadable("template", &error),
    };
    let (profiles, mut lines) = profiles(store, language).await;
    lines.extend(check_banks(store, &banks, &profiles, language).await);
    lines.extend(needed_banks(&profiles, &banks));
    lines.extend(check_templates(store, &templates, &profiles, language).await);
    lines
}

/// The files in a folder; not what spreadsheets, Word, consoles and desktops leave there beside them.
async fn names(store: &dyn Store, folder: &str) -> Result<Vec<String>, StoreError> {
    let is_left = |name: &&str| {
        let base = name.rsplit('/').next().unwrap_or(name);
        base.is_empty() || base.starts_with(['.', '~']) || ["thumbs.db", "desktop.ini"].iter().any(|junk| base.eq_ignore_ascii_case(junk))
    };
    let keys = store.list(folder, None, MOST).await?;
    Ok(keys.iter().filter_map(|key| key.strip_prefix(folder)).filter(|name| !is_left(name)).map(ToOwned::to_owned).collect())
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
}

async fn profiles(store: &dyn Store, language: Language) -> (Profiles, Vec<Line>) {
    let key = ObjectKey::Assessments.path();
    let problem = |words: String| (Profiles::default(), vec![Line::new("profiles", State::Problem, words)]);
    let bytes = match store.get(&key).await {
        Ok(Some((bytes, _))) => bytes,
        Ok(None) => {
            return (
                Profiles::default(),
                vec![Line::new("profiles", State::Off, format!("no {key}: every assessment is judged by lessons"))],
            );
        }
        Err(error) => return problem(error.to_string()),
    };
    let Ok(text) = std::str::from_utf8(&bytes) else { return problem(format!("{key} is not UTF-8 text; save it as UTF-8")) };
    match Profiles::from_toml(text, &key) {
        Ok(profiles) => {
            let count = profiles.iter().count();
            (profiles, vec![Line::new("profiles", State::Ok, format!("{key}: {count} with the one for everything else"))])
        }
        Err(faults) => (
            Profiles::default(),
            faults.iter().map(|fault| Line::new("profiles", State::Problem, translations::profile_error(fault, language))).collect(),
        ),
    }
}

async fn check_banks(store: &dyn Store, names: &[String], profiles: &Profiles, language: Language) -> Vec<Line> {
    const PART: &str = "question banks";
    let mut lines = Vec::new();
    let mut sound = 0;
    for name in names {
        let key = format!("{QUESTIONS_FOLDER}{name}");
        if !has_extension(name, "csv") {
            let words = format!("{key} is no bank: banks are .csv files; gradepost bank import makes one of an exported answer key");
            lines.push(Line::new(PART, State::Warning, words));
            continue;
        }
        match read(store, &key)
            .await
            .and_then(|bytes| QuestionBank::from_csv(&bytes, &key).map_err(|errors| told(&in_words(&errors.faults, language))))
        {
            Ok(bank) => {
                sound += 1;
                let lints = lints::find(&bank).len();
                if lints > 0 {
                    let remarks = if lints == 1 { "1 remark" } else { &format!("{lints} remarks") };
                    lines.push(Line::new(PART, State::Warning, format!("{key}: {remarks}; see gradepost bank check")));
                }
            }
            Err(words) => lines.push(Line::new(PART, State::Problem, format!("{key}: {words}"))),
        }
    }
    let needs_none = profiles.iter().all(|profile| profile.bank_optional);
    lines.push(match sound {
        0 if needs_none => Line::new(PART, State::Off, "none, and no profile needs one"),
        0 if names.iter().any(|name| has_extension(name, "csv")) => Line::new(PART, State::Problem, "none that can be used"),
        0 => Line::new(
            PART,
            State::Problem,
            format!("none yet: completions wait until there is one; put <assessment title>.csv into {QUESTIONS_FOLDER}"),
        ),
        1 => Line::new(PART, State::Ok, "1 bank"),
        n => Line::new(PART, State::Ok, format!("{n} banks")),
    });
    lines
}

/// Profiles whose bank is not there.
fn needed_banks(profiles: &Profiles, names: &[String]) -> Vec<Line> {
    let missing = |profile: &Profile| {
        let is_plain = |title: &&String| !title.contains(['*', '?']);
        let mut titles: Vec<&str> = profile.matches.titles.iter().filter(is_plain).map(String::as_str).collect();
        if titles.is_empty() && profile.bank.is_some() {
            titles.push("");
        }
        titles.retain(|title| bank::find(names, &bank::candidates(title, profile.bank.as_deref())).is_none());
        titles.iter().map(|title| bank::candidates(title, profile.bank.as_deref()).swap_remove(0)).collect::<Vec<_>>()
    };
    let line = |profile: &Profile, wanted: &str| {
        let words = format!(
            "the profile '{}' needs the bank {QUESTIONS_FOLDER}{wanted}, which is not there; put it there, or correct match or bank in assessments.toml",
            profile.name
        );
        Line::new("question banks", if profile.bank_optional { State::Warning } else { State::Problem }, words)
    };
    profiles.iter().flat_map(|profile| missing(profile).into_iter().map(|wanted| line(profile, &wanted)).collect::<Vec<_>>()).collect()
}

async fn check_templates(store: &dyn Store, names: &[String], profiles: &Profiles, language: Language) -> Vec<Line> {
    const PART: &str = "template";
    let mut lines = Vec::new();
    let wanted: Vec<(&str, &str)> = profiles
        .iter()
        .filter_map(|profile| Some((profile.name.as_str(), profile.template.as_deref()?)))
        .chain(profiles.plans().iter().filter_map(|plan| Some((plan.name.as_str(), plan.template.as_deref()?))))
        .collect();
    for (profile, template) in &wanted {
        let is_there = names.iter().any(|name| ObjectKey::Template(template).path() == format!("{TEMPLATES_FOLDER}{name}"));
        if !is_there && BundledTemplate::find(template).is_none() {
            let words = format!(
                "the profile '{profile}' needs {TEMPLATES_FOLDER}{template}, which is not there and comes with no gradepost; put it there, or correct template in assessments.toml"
            );
            lines.push(Line::new(PART, State::Problem, words));
        }
    }
    for name in names.iter().filter(|name| has_extension(name, "docx")) {
        let is_used = name == TEMPLATE
            || wanted.iter().any(|(_, template)| ObjectKey::Template(template).path() == format!("{TEMPLATES_FOLDER}{name}"));
        let state = if is_used { State::Problem } else { State::Warning };
        let key = format!("{TEMPLATES_FOLDER}{name}");
        match read(store, &key).await.and_then(|bytes| faults(&bytes, language)) {
            Ok(undrawn) if is_used && !undrawn.is_empty() => {
                lines.push(Line::new(PART, State::Warning, format!("{key}: {}; see gradepost template check", told(&undrawn))));
            }
            Ok(_) if is_used => lines.push(Line::new(PART, State::Ok, key)),
            Ok(_) => lines.push(Line::new(PART, State::Ok, format!("{key} (no profile uses it)"))),
            Err(words) => lines.push(Line::new(PART, state, format!("{key}: {words}"))),
        }
    }
    if !names.iter().any(|name| name == TEMPLATE) {
        lines.push(Line::new(PART, State::Ok, format!("the bundled one serves until there is {TEMPLATES_FOLDER}{TEMPLATE}")));
    }
    lines
}

/// What keeps reports from being written with a template; with a sound one, what students will read or miss that nobody means them to.
fn faults(bytes: &Bytes, language: Language) -> Result<Vec<String>, String> {
    let template = Template::parse(bytes).map_err(|error| match error {
        TemplateError::NotWord(kind) => kind.describe(language).to_owned(),
        error => error.to_string(),
    })?;
    let findings = template.check(None);
    let words = |findings: &[Finding], severity: Severity| -> Vec<String> {
        let of_it = findings.iter().filter(|finding| finding.severity == severity);
        of_it.map(|finding| format!("{}: {}", finding.place.describe(language), finding.message(language))).collect()
    };
    let errors = words(&findings, Severity::Error);
    if errors.is_empty() {
        Ok([words(&findings, Severity::Warning), words(&template.undrawn(), Severity::Warning)].concat())
    } else {
        Err(format!("{}; see gradepost template check", told(&errors)))
    }
}

async fn read(store: &dyn Store, key: &str) -> Result<Bytes, String> {
    match store.get(key).await {
        Ok(Some((bytes, _))) => Ok(bytes),
        Ok(None) => Err("it is gone".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

fn in_words(faults: &[BankFault], language: Language) -> Vec<String> {
    faults.iter().map(|fault| translations::bank_fault(fault, language)).collect()
}

/// The first few faults, and how many more there are.
fn told<T: ToString>(faults: &[T]) -> String {
    let mut words: Vec<String> = faults.iter().take(TOLD).map(ToString::to_string).collect();
    if faults.len() > TOLD {
        words.push(format!("and {} more", faults.len() - TOLD));
    }
    words.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::storage::PutMode;
    use crate::storage::memory::MemoryStore;

    const GOOD: &str = "question_number,correct_alternative,lecture\n1,A,Números\n2,B,Números\n";

    async fn lines(files: &[(&str, &[u8])]) -> Vec<Line> {
        let store = MemoryStore::new();
        for (key, bytes) in files {
            store.put(key, Bytes::copy_from_slice(bytes), PutMode::Overwrite).await.unwrap();
        }
        check(&store, Language::Es).await
    }

    async fn problems(files: &[(&str, &[u8])]) -> Vec<String> {
        lines(files)
            .await
            .into_iter()
            .filter(|line| line.state == State::Problem)
            .map(|line| format!("{}: {}", line.part, line.detail))
            .collect()
    }

    #[tokio::test]
    async fn a_sound_school_has_no_problem() {
        let template = BundledTemplate::find("lecture").unwrap().bytes(Language::Es).unwrap();
        let files: &[(&str, &[u8])] = &[
            ("questions/Test.csv", GOOD.as_bytes()),
            ("questions/~$Test.csv", b"x"),
            ("questions/Thumbs.db", b"x"),
            ("templates/plantilla_test_diagnostico.docx", &template),
            ("assessments.toml", b"[[assessment]]\nmatch = { title = \"Test\" }\nname = \"uno\"\n"),
        ];
        assert_eq!(problems(files).await, [""; 0]);
        assert!(lines(files).await.contains(&Line::new("question banks", State::Ok, "1 bank")), "what Excel leaves is no bank");
    }

    #[tokio::test]
    async fn each_broken_file_is_named_with_its_fault() {
        let told = problems(&[
            ("questions/Uno.csv", b"hola;chao\n1;2\n"),
            ("questions/Dos.csv", b"PK\x03\x04 a workbook"),
            ("questions/Tres.csv", GOOD.as_bytes()),
            ("templates/plantilla_test_diagnostico.docx", b"no zip"),
            ("assessments.toml", b"[[assessment]]\nnam = 3\n"),
        ])
        .await;
        for name in ["questions/Uno.csv", "questions/Dos.csv", "templates/plantilla_test_diagnostico.docx", "assessments.toml:2"] {
            assert_eq!(told.iter().filter(|line| line.contains(name)).count(), 1, "{name}: {told:#?}");
        }
        assert!(!told.iter().any(|line| line.contains("Tres")), "{told:#?}");
    }

    #[tokio::test]
    async fn what_a_profile_names_must_be_there() {
        let toml = b"[[assessment]]\nmatch = { title = \"Test\" }\nname = \"uno\"\ntemplate = \"propia.docx\"\nbank = \"Otro.csv\"\n\n[[assessment]]\nmatch = { title = \"Dos\" }\nname = \"dos\"\ntemplate = \"plantilla_ciencias.docx\"\n";
        let told = problems(&[("questions/Test.csv", GOOD.as_bytes()), ("assessments.toml", toml)]).await;
        assert!(told.iter().any(|line| line.contains("'uno'") && line.contains("templates/propia.docx")), "{told:#?}");
        assert!(told.iter().any(|line| line.contains("'dos'") && line.contains("questions/Dos.csv")), "{told:#?}");
        assert!(!told.iter().any(|line| line.contains("'uno'") && line.contains("bank")), "a bank of the title's name serves: {told:#?}");
    }

    #[tokio::test]
    async fn no_bank_at_all_is_a_problem_and_broken_banks_are_no_banks() {
        assert!(problems(&[]).await.iter().any(|line| line.contains("none yet")));
        assert!(problems(&[("questions/Uno.csv", b"x")]).await.iter().any(|line| line.contains("none that can be used")));
        assert!(problems(&[("questions/Uno.xlsx", b"x")]).await.iter().any(|line| line.contains("none yet")));
    }
}
