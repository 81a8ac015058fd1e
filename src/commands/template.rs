//! `gradepost template check|init|preview`: for the people who write templates in Word.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::commands::{files, preview};
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::starter::catalogue::{ALL, Starter};
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
    /// Write a template to start from, to be edited in Word
    ///
    /// `template init plantilla.docx` writes the diagnostic report, `template init CIEN` the one for that method under its own file name.
    Init {
        /// Where to write it, or the name of one of the templates (see --list)
        #[arg(required_unless_present = "list")]
        out: Option<PathBuf>,
        /// Which template: lecture, percentage, materia, M1, CL, CIEN, HYST, three_words, units or plan_estudio
        #[arg(long, value_parser = known)]
        method: Option<&'static Starter>,
        /// Language of its texts: es, en or pt
        #[arg(long, default_value = "es")]
        language: Language,
        /// List the templates there are
        #[arg(long, conflicts_with_all = ["out", "method"])]
        list: bool,
    },
    /// Show the PDF in the browser, and again each time Word saves the template
    Preview(preview::Args),
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Check { template, data, json } => check(&template, data.as_deref(), json),
        Command::Init { out: Some(out), method, language, .. } => init(&out, method, language),
        Command::Init { out: None, .. } => {
            list();
            Ok(())
        }
        Command::Preview(args) => preview::run(&args),
    }
}

/// A template by its name, for the command line.
fn known(name: &str) -> Result<&'static Starter, String> {
    let names = || ALL.iter().map(|starter| starter.name).collect::<Vec<_>>().join(", ");
    Starter::find(name).ok_or_else(|| format!("there is no template '{name}'; there are {}", names()))
}

fn list() {
    for starter in ALL {
        println!("{:<14}{:<34}{}", starter.name, starter.file, starter.about);
    }
    println!("\ngradepost template init NAME writes one under its own file name; --language en or pt has it in English or Portuguese.");
}

fn init(out: &Path, method: Option<&'static Starter>, language: Language) -> anyhow::Result<()> {
    let named = out.extension().is_none().then(|| out.to_str().map(known)).flatten().transpose().map_err(anyhow::Error::msg)?;
    let (starter, out) = match (method, named) {
        (None, Some(named)) => (named, Path::new(named.file)),
        (method, _) => (method.unwrap_or(&ALL[0]), out),
    };
    files::write(out, &starter.bytes(language)?)?;
    println!("{} is ready to be edited in Word; check it with: gradepost template check {}", out.display(), out.display());
    Ok(())
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
