//! `gradepost convert`: a Word document becomes a PDF as it stands.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use jiff::tz::TimeZone;

use crate::clock::{Clock as _, SystemClock};
use crate::commands::files::{self, Replace};
use crate::commands::output::{note, outln};
use crate::commands::report_inputs::FontArgs;
use crate::report;

/// Arguments of `convert`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The Word document (.docx)
    input: PathBuf,
    /// Where to write the PDF
    output: PathBuf,
    /// Replace the file that is there, whatever it is; a PDF that gradepost made is replaced anyway
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    fonts: FontArgs,
    /// Say nothing about what could not be laid out exactly
    #[arg(long, short)]
    quiet: bool,
    /// Make a PDF for archives (PDF/A-2a)
    #[arg(long)]
    pdf_a: bool,
    /// Convert so many times and print how long it took, in this process with everything loaded
    #[arg(long, value_name = "TIMES", value_parser = clap::value_parser!(u32).range(1..100_000))]
    repeat: Option<u32>,
}

/// Lays out the document and writes the PDF.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let replace = Replace::OwnPdf.or_forced(args.force);
    files::check_free(&args.output, replace)?;
    let document = files::read(&args.input)?;
    // Word and LibreOffice show today in DATE fields, by the clock of the machine.
    let now = SystemClock.now().to_zoned(TimeZone::system()).datetime();
    let (fonts, options) = (args.fonts.load()?, report::Options { now: Some(now), archive: args.pdf_a, ..report::Options::default() });
    let rendered = report::convert(&document, &fonts, &options).with_context(|| format!("cannot convert {}", args.input.display()))?;
    files::write(&args.output, &rendered.pdf, replace)?;
    if !args.quiet {
        for warning in &rendered.warnings {
            note!("warning: {warning}");
        }
    }
    if let Some(times) = args.repeat {
        let mut took = Vec::new();
        for _ in 0..times {
            let start = Instant::now();
            report::convert(&document, &fonts, &options)?;
            took.push(start.elapsed().as_secs_f64() * 1000.0);
        }
        took.sort_by(f64::total_cmp);
        let at = |share: usize| took.get((took.len() - 1) * share / 100).copied().unwrap_or_default();
        outln!("median {:.2} ms, best {:.2} ms, nine of ten within {:.2} ms, {times} times", at(50), at(0), at(90))?;
    }
    Ok(())
}
