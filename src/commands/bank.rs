//! `gradepost bank import|check`: question banks, before they are used.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Subcommand;

use crate::analysis::bank::QuestionBank;
use crate::analysis::import::from_answer_key;
use crate::analysis::rehearse::levels_never_given;
use crate::commands::files;

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
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Import { file, out } => import_key(&file, out.as_deref()),
        Command::Check { file, profile, title, json } => check(&file, profile.as_deref(), title, json),
    }
}

fn import_key(file: &Path, out: Option<&Path>) -> anyhow::Result<()> {
    let imported = from_answer_key(&files::read(file)?)?;
    for note in &imported.notes {
        eprintln!("note: {note}");
    }
    if let Some(out) = out {
        return files::write(out, imported.csv.as_bytes());
    }
    print!("{}", imported.csv);
    Ok(())
}

fn check(file: &Path, profile: Option<&Path>, title: Option<String>, json: bool) -> anyhow::Result<()> {
    match QuestionBank::from_csv(&files::read(file)?, &file.display().to_string()) {
        Ok(bank) => {
            let mut warnings: Vec<String> = bank.doubts().iter().map(ToString::to_string).collect();
            if let Some(path) = profile {
                let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned());
                warnings.extend(try_levels(&bank, path, title.or(stem).as_deref())?);
            }
            print_sound(file, &bank, &warnings, json)
        }
        Err(errors) => {
            if json {
                let faults: Vec<String> = errors.faults.iter().map(ToString::to_string).collect();
                files::print_json(&serde_json::json!({ "faults": faults }))?;
            } else {
                println!("{errors}");
            }
            bail!("{} cannot be used as a question bank", file.display())
        }
    }
}

/// What the profile's levels come to on this bank.
fn try_levels(bank: &QuestionBank, path: &Path, title: Option<&str>) -> anyhow::Result<Vec<String>> {
    let profiles = files::profiles(path)?;
    let profile = profiles.get(None, title);
    match levels_never_given(bank, profile) {
        Ok(levels) => Ok(levels
            .iter()
            .map(|level| {
                format!("the level '{level}' of the profile '{}' comes out of no result that was tried: can it be reached?", profile.name)
            })
            .collect()),
        Err(error) => Ok(vec![error.to_string()]),
    }
}

fn print_sound(file: &Path, bank: &QuestionBank, warnings: &[String], json: bool) -> anyhow::Result<()> {
    if json {
        return files::print_json(&serde_json::json!({
            "questions": bank.questions().len(), "columns": bank.columns(), "faults": [], "warnings": warnings,
        }));
    }
    println!("{}: {} questions, no faults", file.display(), bank.questions().len());
    for column in bank.columns() {
        println!("  {column}: {}", bank.group_names(column).join(", "));
    }
    for warning in warnings {
        println!("  warning: {warning}");
    }
    Ok(())
}
