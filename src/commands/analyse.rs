//! `gradepost analyse`: what a result means, without a server.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::analysis::bank::QuestionBank;
use crate::analysis::profile::Profile;
use crate::analysis::{analyse, analyse_without_bank};
use crate::commands::files;
use crate::commands::output::{self, outln};
use crate::model::submission::Submission;

/// Arguments of `analyse`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The question bank (CSV); without one, the platform's own points are judged
    #[arg(long)]
    bank: Option<PathBuf>,
    /// The submission (JSON; test_data/submissions has samples)
    #[arg(long)]
    submission: PathBuf,
    /// Profiles of assessments (TOML); default: lessons with levels at 80 and 60 percent
    #[arg(long)]
    profile: Option<PathBuf>,
    /// The assessment's title, to find its profile
    #[arg(long, requires = "profile")]
    title: Option<String>,
    /// The assessment's id, to find its profile
    #[arg(long, requires = "profile")]
    id: Option<String>,
    /// Say which answer met which question and which rule gave the level, instead of JSON
    #[arg(long)]
    explain: bool,
}

/// Prints the analysis.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let submission = Submission::from_json(&files::read(&args.submission)?)
        .with_context(|| format!("{} is not a submission", args.submission.display()))?;
    let profile = find_profile(args)?;
    let analysis = match &args.bank {
        Some(bank) => {
            let bank = QuestionBank::from_csv(&files::read(bank)?, &bank.display().to_string())?;
            analyse(&submission, &bank, &profile)?
        }
        None => analyse_without_bank(&submission, &profile)?,
    };
    if args.explain {
        for line in &analysis.explanation {
            outln!("{line}")?;
        }
        return Ok(());
    }
    output::json(&analysis)
}

fn find_profile(args: &Args) -> anyhow::Result<Profile> {
    let Some(path) = &args.profile else { return Ok(Profile::default()) };
    Ok(files::profiles(path)?.get(args.id.as_deref(), args.title.as_deref()).clone())
}
