//! `gradepost template check|init|preview`: for the people who write templates in Word.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::commands::{files, preview};
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::starter;
use crate::report::template::Template;

/// Commands about templates.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find every mistake in a template at once, each with its place and what to do
    Check {
        /// The Word template
        template: PathBuf,
        /// Data to check the names against; default: the standard report data
        #[arg(long)]
        data: Option<PathBuf>,
        /// Print the findings as JSON
        #[arg(long)]
        json: bool,
    },
    /// Write the starter template, to be edited in Word
    Init {
        /// Where to write it
        out: PathBuf,
        /// Language of its texts: es, en or pt
        #[arg(long, default_value = "es")]
        language: Language,
    },
    /// Show the PDF in the browser, and again each time Word saves the template
    Preview(preview::Args),
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Check { template, data, json } => check(&template, data.as_deref(), json),
        Command::Init { out, language } => {
            files::write(&out, &starter::diagnostic(language)?)?;
            println!("{} is ready to be edited in Word; check it with: gradepost template check {}", out.display(), out.display());
            Ok(())
        }
        Command::Preview(args) => preview::run(&args),
    }
}

/// Reads and parses a template.
pub fn load(path: &Path) -> anyhow::Result<Template> {
    Template::parse(&files::read(path)?).with_context(|| format!("cannot use {} as a template", path.display()))
}

/// Reads report data.
pub fn read_data(path: &Path) -> anyhow::Result<ReportData> {
    ReportData::from_json(&files::read(path)?).with_context(|| format!("{} is not report data", path.display()))
}

fn check(path: &Path, data: Option<&Path>, json: bool) -> anyhow::Result<()> {
    let template = load(path)?;
    let data = data.map(read_data).transpose()?;
    let findings = template.check(data.as_ref());
    if json {
        files::print_json(&findings)?;
    } else {
        for finding in &findings {
            println!("{finding}\n");
        }
    }
    match findings.len() {
        0 => {
            if !json {
                println!("{}: no mistakes found", path.display());
            }
            Ok(())
        }
        1 => bail!("{} has 1 mistake", path.display()),
        n => bail!("{} has {n} mistakes", path.display()),
    }
}
