//! `gradepost convert`: a Word document becomes a PDF as it stands.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::commands::files;
use crate::commands::render::FontArgs;
use crate::report;

/// Arguments of `convert`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The Word document (.docx)
    input: PathBuf,
    /// Where to write the PDF
    output: PathBuf,
    #[command(flatten)]
    fonts: FontArgs,
    /// Say nothing about what could not be laid out exactly
    #[arg(long, short)]
    quiet: bool,
}

/// Lays out the document and writes the PDF.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let document = files::read(&args.input)?;
    let rendered = report::convert(&document, &args.fonts.load()?, &report::Options::default())
        .with_context(|| format!("cannot convert {}", args.input.display()))?;
    files::write(&args.output, &rendered.pdf)?;
    if !args.quiet {
        for warning in &rendered.warnings {
            eprintln!("warning: {warning}");
        }
    }
    Ok(())
}
