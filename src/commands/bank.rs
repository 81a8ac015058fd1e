//! `gradepost bank import|check`: question banks, before they are used.

use std::path::{Path, PathBuf};

use anyhow::bail;
use clap::Subcommand;

use crate::analysis::bank::QuestionBank;
use crate::analysis::import::from_answer_key;
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
    /// Find every fault in a bank, each with its line
    Check {
        /// The bank (CSV)
        file: PathBuf,
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Import { file, out } => import_key(&file, out.as_deref()),
        Command::Check { file, json } => check(&file, json),
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

fn check(file: &Path, json: bool) -> anyhow::Result<()> {
    match QuestionBank::from_csv(&files::read(file)?, &file.display().to_string()) {
        Ok(bank) => {
            if json {
                return files::print_json(
                    &serde_json::json!({ "questions": bank.questions().len(), "columns": bank.columns(), "faults": [] }),
                );
            }
            println!("{}: {} questions, no faults", file.display(), bank.questions().len());
            for column in bank.columns() {
                println!("  {column}: {}", bank.group_names(column).join(", "));
            }
            Ok(())
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
