//! `gradepost template check|init|preview`: for the people who write templates in Word.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::commands::files::{self, Replace};
use crate::commands::output::{self, outln};
use crate::commands::report_inputs::read_data;
use crate::commands::{mail_templates, preview};
use crate::report::language::Language;
use crate::report::starter::catalogue::{ALL, BundledTemplate};
use crate::report::template::{Finding, Severity, Template, TemplateError};

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
        /// Language of the findings: es, en or pt
        #[arg(long, env = "REPORT_LANGUAGE", default_value = "en")]
        language: Language,
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
        method: Option<&'static BundledTemplate>,
        /// Language of its texts: es, en or pt
        #[arg(long, default_value = "es")]
        language: Language,
        /// List the templates there are
        #[arg(long, conflicts_with_all = ["out", "method"])]
        list: bool,
        /// Replace the file that is there
        #[arg(long)]
        force: bool,
    },
    /// Show the PDF in the browser, and again each time Word saves the template
    Preview(preview::Args),
    /// The texts of the school's mails: write them to edit, check them, look at them
    #[command(subcommand)]
    Mail(mail_templates::Command),
}

/// Runs one of the commands.
pub fn run(command: Command) -> anyhow::Result<()> {
    match command {
        Command::Check { template, data, json, language } => check(&template, data.as_deref(), json, language),
        Command::Init { out: Some(out), method, language, force, .. } => init(&out, method, language, Replace::Nothing.or_forced(force)),
        Command::Init { out: None, .. } => list(),
        Command::Preview(args) => preview::run(&args),
        Command::Mail(command) => mail_templates::run(command),
    }
}

/// A template by its name, for the command line.
fn known(name: &str) -> Result<&'static BundledTemplate, String> {
    let names = || ALL.iter().map(|starter| starter.name).collect::<Vec<_>>().join(", ");
    BundledTemplate::find(name).ok_or_else(|| format!("there is no template '{name}'; there are {}", names()))
}

fn list() -> anyhow::Result<()> {
    for starter in ALL {
        outln!("{:<14}{:<34}{}", starter.name, starter.file, starter.about)?;
    }
    Ok(outln!("\ngradepost template init NAME writes one under its own file name; --language en or pt has it in English or Portuguese.")?)
}

fn init(out: &Path, method: Option<&'static BundledTemplate>, language: Language, replace: Replace) -> anyhow::Result<()> {
    let named = out.extension().is_none().then(|| out.to_str().map(known)).flatten().transpose().map_err(anyhow::Error::msg)?;
    let (starter, out) = match (method, named) {
        (None, Some(named)) => (named, Path::new(named.file)),
        (method, _) => (method.unwrap_or(&ALL[0]), out),
    };
    files::write(out, &starter.bytes(language)?, replace)?;
    Ok(outln!("{} is ready to be edited in Word; check it with: gradepost template check {}", out.display(), out.display())?)
}

fn check(path: &Path, data: Option<&Path>, json: bool, language: Language) -> anyhow::Result<()> {
    let template = match Template::parse(&files::read(path)?) {
        Err(TemplateError::NotWord(kind)) => bail!("{}: {}", path.display(), kind.describe(language)),
        template => template.with_context(|| format!("cannot use {} as a template", path.display()))?,
    };
    let data = data.map(read_data).transpose()?;
    let mut findings = template.check(data.as_ref());
    findings.extend(template.undrawn());
    if json {
        output::json(&findings)?;
    } else {
        for finding in &findings {
            outln!("{}{}\n", label(finding, language), finding.describe(language))?;
        }
    }
    verdict(&path.display().to_string(), &findings, json, language)
}

/// What goes before a finding that is no mistake.
fn label(finding: &Finding, language: Language) -> &'static str {
    match (finding.is_mistake(), finding.severity, language) {
        (true, ..) => "",
        (false, Severity::Note, Language::En) => "Note: ",
        (false, Severity::Note, _) => "Nota: ",
        (false, _, Language::En) => "Warning: ",
        (false, ..) => "Aviso: ",
    }
}

/// The last line, and with mistakes an error.
fn verdict(path: &str, findings: &[Finding], json: bool, language: Language) -> anyhow::Result<()> {
    let (mistakes, others): (Vec<&Finding>, Vec<&Finding>) = findings.iter().partition(|finding| finding.is_mistake());
    let warnings = others.iter().filter(|finding| finding.severity > Severity::Note).count();
    let line = match (mistakes.len(), warnings, language) {
        (0, 0, Language::En) => format!("{path}: no mistakes found"),
        (0, 0, Language::Es) => format!("{path}: no se encontraron errores"),
        (0, 0, Language::Pt) => format!("{path}: nenhum erro encontrado"),
        (0, 1, Language::En) => format!("{path} can be used; 1 warning: look at it"),
        (0, 1, Language::Es) => format!("{path} se puede usar; 1 aviso: revíselo"),
        (0, 1, Language::Pt) => format!("{path} pode ser usado; 1 aviso: reveja-o"),
        (0, n, Language::En) => format!("{path} can be used; {n} warnings: look at them"),
        (0, n, Language::Es) => format!("{path} se puede usar; {n} avisos: revíselos"),
        (0, n, Language::Pt) => format!("{path} pode ser usado; {n} avisos: reveja-os"),
        (1, _, Language::En) => bail!("{path} has 1 mistake"),
        (1, _, Language::Es) => bail!("{path} tiene 1 error"),
        (1, _, Language::Pt) => bail!("{path} tem 1 erro"),
        (n, _, Language::En) => bail!("{path} has {n} mistakes"),
        (n, _, Language::Es) => bail!("{path} tiene {n} errores"),
        (n, _, Language::Pt) => bail!("{path} tem {n} erros"),
    };
    if !json {
        outln!("{line}")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::template::{Place, Problem};

    #[test]
    fn the_last_line_is_in_the_language_of_the_findings() {
        let mistake = || Finding {
            severity: Severity::Warning,
            problem: Problem::PictureLink,
            place: Place::default(),
            tag: String::new(),
            context: String::new(),
            also: Vec::new(),
        };
        let said = |language| {
            [vec![mistake()], vec![mistake(), mistake()]]
                .map(|findings| verdict("x.docx", &findings, true, language).unwrap_err().to_string())
        };
        assert_eq!(said(Language::En), ["x.docx has 1 mistake", "x.docx has 2 mistakes"]);
        assert_eq!(said(Language::Es), ["x.docx tiene 1 error", "x.docx tiene 2 errores"]);
        assert_eq!(said(Language::Pt), ["x.docx tem 1 erro", "x.docx tem 2 erros"]);
    }
}
