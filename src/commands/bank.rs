//! `gradepost bank import|check`: question banks, before they are used.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Subcommand;

use crate::analysis::bank::{BankFault, QuestionBank};
use crate::analysis::coverage::levels_never_given;
use crate::analysis::import::from_answer_key;
use crate::analysis::lints;
use crate::commands::files::{self, Replace};
use crate::commands::output::{self, note, outln};
use crate::report::language::Language;
use crate::translations;

/// Commands about question banks.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a bank of the answer key the platform exports (Edit questions, Export, .xls or .xlsx)
    Import {
        /// The exported file
        file: PathBuf,
        /// Where to write the bank; default: print it
        #[arg(long)]
        out: Option<PathBuf>,
        /// Replace the file that is there
        #[arg(long, requires = "out")]
        force: bool,
    },
    /// Find every fault in a bank, each with its line, and what is probably not meant
    Check {
        /// The bank (CSV)
        file: PathBuf,
        /// Profiles of assessments (TOML), to try the levels on this bank
        #[arg(long)]
        profile: Option<PathBuf>,
        /// The assessment's title, to find its profile; default: the file's name
        #[arg(long, requires = "profile")]
        title: Option<String>,
        /// Language of the findings: es, en or pt
        #[arg(long, env = "REPORT_LANGUAGE", default_value = "es")]
        language: Language,
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Import { file, out, force } => import_key(&file, out.as_deref(), Replace::Nothing.or_forced(force)),
        Command::Check { file, profile, title, language, json } => check(&file, profile.as_deref(), title, language, json),
    }
}

fn import_key(file: &Path, out: Option<&Path>, replace: Replace) -> anyhow::Result<()> {
    let imported = from_answer_key(&files::read(file)?)?;
    for note in &imported.notes {
        note!("note: {note}");
    }
    if let Some(out) = out {
        return files::write(out, imported.csv.as_bytes(), replace);
    }
    Ok(output::text(&imported.csv)?)
}

fn check(file: &Path, profile: Option<&Path>, title: Option<String>, language: Language, json: bool) -> anyhow::Result<()> {
    let said = |fault: &BankFault| translations::bank_fault(fault, language);
    match QuestionBank::from_csv(&files::read(file)?, &file.display().to_string()) {
        Ok(bank) => {
            let mut warnings: Vec<String> = lints::find(&bank).iter().map(said).collect();
            if let Some(path) = profile {
                let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                warnings.extend(try_levels(&bank, path, title.or(stem).as_deref(), language)?);
            }
            print_sound(file, &bank, &warnings, language, json)
        }
        Err(errors) => {
            if json {
                let faults: Vec<String> = errors.faults.iter().map(said).collect();
                output::json(&serde_json::json!({ "faults": faults }))?;
            } else {
                outln!("{}", translations::bank_errors(&errors, language))?;
            }
            match language {
                Language::En => bail!("{} cannot be used as a question bank", file.display()),
                Language::Es => bail!("{} no se puede usar como banco de preguntas", file.display()),
                Language::Pt => bail!("{} não pode ser usado como banco de questões", file.display()),
            }
        }
    }
}

/// What the profile's levels come to on this bank.
fn try_levels(bank: &QuestionBank, path: &Path, title: Option<&str>, language: Language) -> anyhow::Result<Vec<String>> {
    let profiles = files::profiles(path)?;
    let profile = profiles.get(None, title);
    match levels_never_given(bank, profile) {
        Ok(levels) => Ok(levels
            .iter()
            .map(|level| match language {
                Language::En => {
                    format!(
                        "the level '{level}' of the profile '{}' comes out of no result that was tried: can it be reached?",
                        profile.name
                    )
                }
                Language::Es => format!(
                    "ningún resultado de los que se probaron da el nivel '{level}' del perfil '{}': ¿se puede alcanzar?",
                    profile.name
                ),
                Language::Pt => {
                    format!("nenhum resultado dos que se provaram dá o nível '{level}' do perfil '{}': pode ser alcançado?", profile.name)
                }
            })
            .collect()),
        Err(error) => Ok(vec![error.to_string()]),
    }
}

fn print_sound(file: &Path, bank: &QuestionBank, warnings: &[String], language: Language, json: bool) -> anyhow::Result<()> {
    if json {
        return output::json(&serde_json::json!({
            "questions": bank.questions().len(), "columns": bank.columns(), "faults": [], "warnings": warnings,
        }));
    }
    let (no_faults, warned) = match language {
        Language::En => ("questions, no faults", "warning"),
        Language::Es => ("preguntas, sin errores", "aviso"),
        Language::Pt => ("questões, sem erros", "aviso"),
    };
    outln!("{}: {} {no_faults}", file.display(), bank.questions().len())?;
    for column in bank.columns() {
        outln!("  {column}: {}", bank.group_names(column).join(", "))?;
    }
    for warning in warnings {
        outln!("  {warned}: {warning}")?;
    }
    Ok(())
}
