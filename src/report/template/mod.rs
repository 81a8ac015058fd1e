//! The template language: a Word document with names, loops and conditions in it, filled with a report's data.
//!
//! Two spellings of the same thing, plain (`<<ALUMNO>>`) and Jinja as python-docx-template writes it, plus Word's own content controls and mail-merge fields.
//! A part goes through four phases when a template is parsed, and one for each report:
//!
//! 1. `scan`: the text of every paragraph is joined and searched for tags, whatever runs they are split over;
//! 2. `blocks`: beginnings and ends are paired, and it is decided whether they replace their text, paragraph, cell or row;
//! 3. `rewrite`: edits on the source turn the part into a minijinja template, everything else byte for byte;
//! 4. `check`: every tag is looked at on its own, so that all errors are told at once with their places;
//! 5. `engine`: minijinja fills the part, values become WordprocessingML, `repair` mends what loops left empty.
//!
//! Parts without tags, and everything that is no text, are carried over as they are.

mod append;
mod blocks;
mod cells;
mod check;
mod engine;
mod fields;
mod filters;
mod finding;
mod guard;
mod names;
mod part;
mod place;
mod python;
mod repair;
mod rewrite;
mod rich;
mod scan;
mod tags;
mod trial;
mod unknown;
mod values;
mod width;
mod xml;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Value;

pub use finding::{Finding, Findings, Problem, Severity};
pub use place::{PartKind, Place};
pub(in crate::report) use xml::escape;

use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::package::{Limits, Package, PackageError};
use crate::report::starter;
use crate::report::warning::Warning;
use engine::{Charts, Context, Fill};
use part::Part;
use xml::Tree;

/// What to show for a value a report does not have (`MISSING_VALUE`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Missing {
    /// Refuse to fill, naming all of them.
    Error,
    /// Nothing.
    #[default]
    Blank,
    /// A dash.
    Dash,
}

/// How to fill.
#[derive(Debug, Clone)]
pub struct FillOptions {
    /// Words, numbers and dates, unless the data's own `language` says otherwise.
    pub language: Language,
    /// What to do about values that are not there.
    pub missing: Missing,
    /// Whether a template without a group table gets the result section appended.
    pub append_results: bool,
    /// The day of the report (`2026-11-21`), for data that has no `today`.
    pub today: Option<String>,
}

impl Default for FillOptions {
    fn default() -> Self {
        Self { language: Language::default(), missing: Missing::default(), append_results: true, today: None }
    }
}

/// Why a template cannot be read or filled.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file itself.
    #[error(transparent)]
    Package(#[from] PackageError),
    /// A part is not the XML it should be.
    #[error("the part {part} is damaged ({reason}); open the file in Word and save it again")]
    Part {
        /// The part.
        part: String,
        /// What is wrong.
        reason: String,
    },
    /// The template has errors.
    #[error("the template has errors:\n{0}")]
    Invalid(Findings),
    /// Values are missing and must not be.
    #[error("the report's data lacks values this template needs:\n{0}")]
    Missing(Findings),
    /// The filled part outgrew every sensible size.
    #[error("the filled part {part} is larger than {limit} bytes; look for a loop that repeats too much")]
    TooLarge {
        /// The part.
        part: String,
        /// The limit.
        limit: usize,
    },
    /// The engine could not be set up.
    #[error("the template engine could not be set up: {0}")]
    Engine(String),
}

/// A template, parsed once and kept; filling it does not change it.
#[derive(Debug)]
pub struct Template {
    package: Package,
    parts: Vec<Part>,
    environment: Environment<'static>,
    /// What is wrong whatever the data, each with its position for sorting.
    findings: Vec<(Position, Finding)>,
}

/// Part and place in its source: the order of the document.
type Position = (usize, usize);

/// A filled document.
#[derive(Debug)]
pub struct Filled {
    /// Its parts, ready for the document reader; no need to pack and unpack them.
    pub package: Package,
    /// What was not as it should be.
    pub warnings: Vec<Warning>,
}

impl Filled {
    /// The document as a .docx file.
    pub fn docx(&self) -> Result<Vec<u8>, PackageError> {
        self.package.save()
    }
}

impl Template {
    /// Reads a template. Errors in its tags do not fail here: [`Template::check`] tells them all, and [`Template::fill`] refuses.
    pub fn parse(docx: &[u8]) -> Result<Self, TemplateError> {
        Self::from_package(Package::open(docx, &Limits::default())?)
    }

    /// The same from an opened package.
    pub fn from_package(package: Package) -> Result<Self, TemplateError> {
        let environment = engine::environment(package.limits().template_steps).map_err(|error| TemplateError::Engine(error.to_string()))?;
        let mut template = Self { package, parts: Vec::new(), environment, findings: Vec::new() };
        let headings = template.headings();
        let main = template.package.main_document()?;
        let mut page = None;
        for (name, kind) in template.candidates(&main) {
            let source = template.source(&name)?;
            let tree =
                Tree::read(&source, template.package.limits()).map_err(|reason| TemplateError::Part { part: name.clone(), reason })?;
            let number = template.parts.len();
            let page = *page.get_or_insert_with(|| width::last_section(&tree, &source));
            let around = part::Surroundings { kind, headings: &headings, page, number };
            let Some((part, found)) = Part::build(&mut template.environment, &name, &source, tree, &around) else { continue };
            template.findings.extend(found.into_iter().map(|(at, finding)| ((number, at), finding)));
            template.parts.push(part);
        }
        Ok(template)
    }

    /// All that is wrong, in the order of the document. With data, names the data has are known too, and a trial filling finds what only values can show.
    pub fn check(&self, data: Option<&ReportData>) -> Vec<Finding> {
        let mut found = self.findings.clone();
        let root = data.map(ReportData::root);
        // A name is looked up once, however often it is used.
        let mut known: HashMap<&check::Name, Option<Problem>> = HashMap::new();
        for (number, part) in self.parts.iter().enumerate() {
            for used in &part.uses {
                let problem = known.entry(&used.name).or_insert_with(|| unknown::problem(&used.name, root));
                if let Some(problem) = problem.clone() {
                    found.push(((number, part.position(used.tag)), part.finding(used.tag, Severity::Error, problem)));
                }
            }
        }
        found.sort_by_key(|(position, _)| *position);
        let mut out: Vec<Finding> = found.into_iter().map(|(_, finding)| finding).collect();
        if self.findings.is_empty() {
            let all_known = out.is_empty();
            out.extend(self.try_out(data, all_known));
        }
        out.dedup();
        out
    }

    /// Fills the template.
    pub fn fill(&self, data: &ReportData, options: &FillOptions) -> Result<Filled, TemplateError> {
        if !self.findings.is_empty() {
            return Err(TemplateError::Invalid(Findings(self.findings.iter().map(|(_, finding)| finding.clone()).collect())));
        }
        let mut package = self.package.clone();
        let (mut warnings, mut missing) = (Vec::new(), Vec::new());
        for part in &self.parts {
            let (xml, fill) = self.fill_part(part, data, options)?;
            for tag in fill.absent_tags() {
                let name = part.marks.get(tag).map(|mark| mark.name.clone()).unwrap_or_default();
                if options.missing == Missing::Error {
                    missing.push(part.finding(tag, Severity::Error, Problem::MissingValue { name: name.clone() }));
                }
                warnings.push(Warning::MissingValue { name });
            }
            package.set_part(&part.name, xml.into_bytes());
        }
        if !missing.is_empty() {
            return Err(TemplateError::Missing(Findings(missing)));
        }
        warnings.sort();
        warnings.dedup();
        Ok(Filled { package, warnings })
    }

    fn fill_part(&self, part: &Part, data: &ReportData, options: &FillOptions) -> Result<(String, Arc<Fill>), TemplateError> {
        let (mut xml, fill) = self.evaluate(&self.environment, part, data, options).map_err(|failure| match failure {
            Failure::TooLarge => TemplateError::TooLarge { part: part.name.clone(), limit: self.package.limits().filled_bytes },
            Failure::Evaluation(error) => TemplateError::Invalid(Findings(vec![part.runtime_finding(&error)])),
        })?;
        if part.lifted {
            xml = repair::mend(xml, &part.prefix);
        }
        if part.regrid {
            xml = repair::regrid(&xml, self.package.limits()).map_err(|reason| TemplateError::Part { part: part.name.clone(), reason })?;
        }
        Ok((xml, fill))
    }

    /// Lets minijinja fill a part.
    fn evaluate(
        &self,
        environment: &Environment<'_>,
        part: &Part,
        data: &ReportData,
        options: &FillOptions,
    ) -> Result<(String, Arc<Fill>), Failure> {
        let fill = Arc::new(part.filling(data, options, self.package.limits()));
        let context = Value::from_object(Context {
            root: data.root().clone(),
            fill: Value::from_dyn_object(Arc::clone(&fill)),
            chart: Value::from_object(Charts),
            today: options.today.as_deref().map_or(Value::UNDEFINED, Value::from),
            language: Value::from(fill.language.code()),
        });
        let limit = self.package.limits().filled_bytes;
        let mut sink = Sink { bytes: Vec::new(), limit, full: false };
        let rendered =
            environment.get_template(&part.name).and_then(|template| template.render_captured_to(context, &mut sink).map(|_| ()));
        if sink.full {
            return Err(Failure::TooLarge);
        }
        rendered.map_err(Failure::Evaluation)?;
        // minijinja writes UTF-8 only.
        Ok((String::from_utf8_lossy(&sink.bytes).into_owned(), fill))
    }

    /// Fills with the data, or with samples, and reports what fails.
    fn try_out(&self, data: Option<&ReportData>, all_known: bool) -> Vec<Finding> {
        match data {
            Some(data) => self.try_with(data),
            // Without data, names of the author's own would only fail for want of it.
            None if !all_known => Vec::new(),
            None => {
                let mut found = self.try_with(&starter::sample(Language::Es));
                for mut finding in self.try_with(&starter::sparse_sample(Language::Es)) {
                    if found.iter().any(|known| (&known.place, &known.tag) == (&finding.place, &finding.tag)) {
                        continue;
                    }
                    if let Problem::Evaluation { reason } = finding.problem {
                        finding.problem = Problem::EvaluationOfNothing { reason };
                    }
                    found.push(finding);
                }
                found
            }
        }
    }

    fn try_with(&self, data: &ReportData) -> Vec<Finding> {
        let options = FillOptions { today: Some("2026-01-01".to_owned()), ..FillOptions::default() };
        self.parts.iter().flat_map(|part| trial::findings(self, part, data, &options)).collect()
    }

    /// The parts that may hold tags.
    fn candidates(&self, main: &str) -> Vec<(String, PartKind)> {
        let mut out = vec![(main.to_owned(), PartKind::Body)];
        let relationships = self.package.relationships(main);
        let kinds = [
            ("header", PartKind::Header),
            ("footer", PartKind::Footer),
            ("footnotes", PartKind::Footnotes),
            ("endnotes", PartKind::Endnotes),
        ];
        for (short, kind) in kinds {
            out.extend(relationships.of_kind(short).filter_map(|relationship| relationship.part()).map(|part| (part.to_owned(), kind)));
        }
        let properties = self.package.relationships("");
        out.extend(
            properties
                .of_kind("core-properties")
                .filter_map(|relationship| relationship.part())
                .map(|part| (part.to_owned(), PartKind::Properties)),
        );
        let mut seen = HashSet::new();
        out.retain(|(part, _)| self.package.part(part).is_some() && seen.insert(part.to_lowercase()));
        out
    }

    fn source(&self, part: &str) -> Result<String, TemplateError> {
        let bytes = self.package.part(part).unwrap_or_default();
        let damaged = |reason: &str| TemplateError::Part { part: part.to_owned(), reason: reason.to_owned() };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let text = match bytes {
            [0xFF, 0xFE, ..] => encoding_rs::UTF_16LE.decode(bytes).0.into_owned(),
            [0xFE, 0xFF, ..] => encoding_rs::UTF_16BE.decode(bytes).0.into_owned(),
            _ => std::str::from_utf8(bytes).map_err(|_| damaged("it is not UTF-8"))?.to_owned(),
        };
        // The engine's own marks have no business in a document.
        let mark = |c: char| ('\u{fdd0}'..='\u{fdef}').contains(&c);
        Ok(if text.contains(mark) { text.replace(mark, "") } else { text })
    }

    fn headings(&self) -> HashSet<String> {
        let Ok(main) = self.package.main_document() else { return HashSet::new() };
        let styles = self.package.relationships(&main).of_kind("styles").find_map(|relationship| relationship.part().map(str::to_owned));
        let Some(source) = styles.and_then(|styles| self.source(&styles).ok()) else { return HashSet::new() };
        Tree::read(&source, self.package.limits()).map(|tree| place::heading_styles(&source, &tree)).unwrap_or_default()
    }
}

/// Why a part could not be filled.
enum Failure {
    TooLarge,
    Evaluation(minijinja::Error),
}

/// Takes what minijinja writes, up to a limit.
struct Sink {
    bytes: Vec<u8>,
    limit: usize,
    full: bool,
}

impl Write for Sink {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + buffer.len() > self.limit {
            self.full = true;
            return Err(io::Error::other("the filled part is too large"));
        }
        self.bytes.extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
