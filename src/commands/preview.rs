//! `gradepost template preview`: watches a template, renders it at each save, shows it in the browser.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use docx_to_pdf::fonts::Fonts;
use notify::{RecursiveMode, Watcher as _};

use crate::app::preview::{self, Note, Snapshot};
use crate::commands::files;
use crate::commands::output::outln;
use crate::commands::report_inputs::{FontArgs, read_data};
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::starter::{self, BundledTemplate, Case};
use crate::report::template::{FillOptions, Finding, Missing, Severity, Template};
use crate::report::{self, Options};

/// Word saves in several steps; after the first sign of a change, wait until so long nothing more happens.
const SETTLE: Duration = Duration::from_millis(250);

/// Arguments of `template preview`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The Word template
    template: PathBuf,
    /// Data to fill it with; default: a sample student
    #[arg(long)]
    data: Option<PathBuf>,
    /// The sample student: usual, best, worst, or first (of a school, at a first attempt); the sample is of the template's own method
    #[arg(long, default_value = "usual", conflicts_with = "data")]
    sample: Case,
    /// Port on this machine; 0 = any free one
    #[arg(long, default_value_t = 8090)]
    port: u16,
    /// Do not open the browser
    #[arg(long)]
    no_open: bool,
    /// Language of the page, and of the report's dates and numbers: es, en or pt
    #[arg(long, default_value = "es")]
    language: Language,
    #[command(flatten)]
    fonts: FontArgs,
}

/// Serves until interrupted.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let fonts = args.fonts.load()?;
    let data = args.data.as_deref().map_or_else(|| Ok(sample_for(&args.template, args.sample, args.language)), read_data)?;
    let language = args.language;
    let first = render(&args.template, &data, &fonts, language);
    let (publish, snapshots) = tokio::sync::watch::channel(first);
    let (changed, changes) = mpsc::channel();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
        // A closed channel means that we are ending.
        let _ = changed.send(event);
    })
    .context("cannot watch files")?;
    // Word replaces the file, so its folder is watched.
    let folder = args.template.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    watcher.watch(folder, RecursiveMode::NonRecursive).with_context(|| format!("cannot watch {}", folder.display()))?;
    let template = args.template.clone();
    std::thread::spawn(move || {
        while changes.recv().is_ok() {
            while changes.recv_timeout(SETTLE).is_ok() {}
            publish.send_modify(|snapshot| {
                let next = render(&template, &data, &fonts, language);
                let outdated = next.pdf.is_none();
                *snapshot = Snapshot { version: snapshot.version + 1, pdf: next.pdf.or_else(|| snapshot.pdf.take()), outdated, ..next };
            });
        }
    });
    files::block_on(preview::serve(args.port, snapshots, |url| {
        outln!("{url} shows {}; save it in Word and look again. Ctrl-C ends.", args.template.display())?;
        if !args.no_open {
            crate::commands::demo::open(&url);
        }
        Ok(())
    }))
}

/// The sample of the method whose file name the template has; else that of the usual one.
fn sample_for(template: &Path, case: Case, language: Language) -> ReportData {
    let file = template.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let method = BundledTemplate::find(&file).map_or("lecture", |template| template.name);
    starter::of_method(method, case, language)
}

/// The PDF, or what is wrong; a save with mistakes keeps the last good PDF on the page.
fn render(path: &Path, data: &ReportData, fonts: &Fonts, language: Language) -> Snapshot {
    let attempt = || -> anyhow::Result<(Option<Vec<u8>>, Vec<Note>)> {
        let template = Template::parse(&files::read(path)?)?;
        let findings = template.check(Some(data));
        let mut notes: Vec<Note> = findings.iter().map(|finding| mistake(finding, language)).collect();
        if findings.iter().any(|finding| finding.severity == Severity::Error) {
            return Ok((None, notes));
        }
        let fill = FillOptions { missing: Missing::Dash, language, ..FillOptions::default() };
        let rendered = report::render(&template, data, fonts, &Options { fill, ..Options::default() })?;
        notes.extend(rendered.warnings.iter().map(|warning| Note { message: warning.to_string(), ..Note::default() }));
        Ok((Some(rendered.pdf), notes))
    };
    let (pdf, notes) = attempt().unwrap_or_else(|error| {
        let message = format!("{error:#}");
        (None, vec![Note { error: true, message, ..Note::default() }])
    });
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let language = language.code();
    Snapshot { version: 0, outdated: false, pdf: pdf.map(Into::into), name, language, notes }
}

fn mistake(finding: &Finding, language: Language) -> Note {
    Note {
        error: finding.severity == Severity::Error,
        message: finding.message(language),
        place: finding.place.describe(language),
        context: finding.context.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sample_is_of_the_template_s_own_method_and_of_the_case_asked_for() {
        let sample = |file: &str, case: Case| format!("{:?}", sample_for(Path::new(file), case, Language::Es));
        let of_method = |method: &str, case: Case| format!("{:?}", starter::of_method(method, case, Language::Es));
        let cases = || [Case::Usual, Case::Best, Case::Worst, Case::First];
        for case in cases() {
            assert_eq!(sample("somewhere/plantilla_porcentaje.docx", case), of_method("percentage", case));
            assert_eq!(sample("mi plantilla.docx", case), of_method("lecture", case), "a file of no method");
        }
        let different: std::collections::BTreeSet<String> = cases().map(|case| sample("plantilla_hyst.docx", case)).into();
        assert_eq!(different.len(), 4, "each case shows something else");
        assert_ne!(sample("plantilla_hyst.docx", Case::Usual), sample("plantilla_porcentaje.docx", Case::Usual));
    }
}
