//! `gradepost render`: a template and data become a PDF. No configuration, no network.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::ValueEnum;

use crate::commands::files::{self, Replace};
use crate::commands::output::note;
use crate::commands::report_inputs::{FontArgs, load, read_data};
use crate::report::language::Language;
use crate::report::template::FillOptions;
use crate::report::{self, Options};

/// Arguments of `render`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The Word template
    #[arg(long)]
    template: PathBuf,
    /// The data as JSON (test_data/reports has samples)
    #[arg(long)]
    data: PathBuf,
    /// Where to write the PDF
    #[arg(long)]
    out: PathBuf,
    /// Also write the filled Word document here
    #[arg(long)]
    docx_out: Option<PathBuf>,
    /// Replace files that are there, whatever they are; a PDF that gradepost made is replaced anyway
    #[arg(long)]
    force: bool,
    /// What stands where the data has no value
    #[arg(long, value_enum, default_value_t = Missing::Error)]
    missing: Missing,
    /// Language of dates, numbers and status words: es, en or pt; overrules the one the data names [default: the data's, else es]
    #[arg(long)]
    language: Option<Language>,
    /// Add no result table when the template has none
    #[arg(long)]
    no_append: bool,
    /// Make a PDF for archives (PDF/A-2a)
    #[arg(long)]
    pdf_a: bool,
    #[command(flatten)]
    fonts: FontArgs,
}

/// What stands where the data has no value.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Missing {
    /// Fail and name what is missing
    Error,
    /// Nothing
    Blank,
    /// A dash
    Dash,
}

/// Fills the template, lays it out, writes the files.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let (pdf, docx) = (Replace::OwnPdf.or_forced(args.force), Replace::Nothing.or_forced(args.force));
    files::check_free(&args.out, pdf)?;
    args.docx_out.as_deref().map_or(Ok(()), |path| files::check_free(path, docx))?;
    let template = load(&args.template)?;
    let data = read_data(&args.data)?;
    let data = args.language.map_or_else(|| data.clone(), |language| data.clone().speaking(language));
    let missing = match args.missing {
        Missing::Error => report::template::Missing::Error,
        Missing::Blank => report::template::Missing::Blank,
        Missing::Dash => report::template::Missing::Dash,
    };
    let fill =
        FillOptions { language: args.language.unwrap_or_default(), missing, append_results: !args.no_append, ..FillOptions::default() };
    let options = Options { fill, archive: args.pdf_a, ..Options::default() };
    let rendered = report::render(&template, &data, &args.fonts.load()?, &options)
        .with_context(|| format!("cannot render {}", args.template.display()))?;
    files::write(&args.out, &rendered.pdf, pdf)?;
    if let Some(path) = &args.docx_out {
        files::write(path, &rendered.package.save()?, docx)?;
    }
    for warning in &rendered.warnings {
        note!("warning: {warning}");
    }
    Ok(())
}
