//! The template language: a Word document with names, loops and conditions in it, filled with a report's data.
//!
//! Two spellings of the same thing, plain (`<<ALUMNO>>`) and Jinja as python-docx-template writes it, plus Word's own content controls and mail-merge fields.
//! A part goes through four phases when a template is parsed, and one for each report:
//!
//! 1. `scan`: the text of every paragraph is joined and searched for tags, whatever runs they are split over;
//! 2. `blocks`: beginnings and ends are paired, and it is decided whether they replace their text, paragraph, cell or row;
//! 3. `rewrite`: edits on the source turn the part into a minijinja template, everything else byte for byte;
//! 4. `check`: every tag is looked at on its own, so that all errors are told at once with their places;
//! 5. `engine`: minijinja fills the part, values become WordprocessingML, `repair` fixes what loops left empty.
//!
//! Parts without tags, and everything that is no text, are carried over as they are.

mod absent;
mod append;
mod ascii;
mod blocks;
mod cells;
mod check;
mod edits;
mod engine;
mod fields;
mod fill;
mod filters;
mod finding;
mod guard;
mod keywords;
mod lifted;
mod links;
mod lists;
mod lookalike;
mod names;
mod part;
mod place;
mod python;
mod repair;
mod rewrite;
mod rich;
mod rounds;
mod run_text;
mod scan;
mod syntax;
mod tags;
mod trial;
mod undrawn;
mod unknown;
mod values;
mod width;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::io::{self, Write};
use std::sync::Arc;

use minijinja::Environment;
use minijinja::value::Value;

pub use finding::{Cause, Container, Finding, Findings, Problem, Severity};
pub use place::{PartKind, Place};

use crate::report::colour;
use crate::report::data::ReportData;
use crate::report::language::Language;
use crate::report::starter;
use crate::report::warning::{Filling, Warning};
use crate::report::wordfile::{self, FileKind};
use crate::report::xml::Tree;
use docx_to_pdf::package::{Limits, Package, PackageError};
use engine::{Charts, Context};
use fill::Fill;
use lists::Numbering;
use part::{Part, Shared};
use rounds::Instances;

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
    /// Another kind of file.
    #[error("{}", .0.describe(Language::En))]
    NotWord(FileKind),
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

impl TemplateError {
    /// What is wrong, as far as its author can correct it in the author's language.
    pub fn describe(&self, language: Language) -> String {
        let (frame, findings) = match (self, language) {
            (Self::NotWord(kind), _) => return kind.describe(language).to_owned(),
            (Self::Invalid(findings), Language::Es) => ("la plantilla tiene errores:", findings),
            (Self::Invalid(findings), Language::Pt) => ("o modelo tem erros:", findings),
            _ => return self.to_string(),
        };
        format!("{frame}\n{}", findings.describe(language))
    }
}

/// A template, parsed once and kept; filling it does not change it.
#[derive(Debug)]
pub struct Template {
    package: Package,
    parts: Vec<Part>,
    environment: Environment<'static>,
    numbering: Numbering,
    /// The first accent of the document's theme, six hex digits.
    theme: Option<String>,
    /// What is wrong whatever the data, each with its position for sorting; only errors keep a report from being written.
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
        Self::from_package(wordfile::open(docx, &Limits::default())?.map_err(TemplateError::NotWord)?)
    }

    /// The same from an opened package.
    pub fn from_package(package: Package) -> Result<Self, TemplateError> {
        let environment = engine::environment(package.limits().template_steps).map_err(|error| TemplateError::Engine(error.to_string()))?;
        let mut template =
            Self { package, parts: Vec::new(), environment, numbering: Numbering::default(), theme: None, findings: Vec::new() };
        let headings = template.headings();
        template.numbering = template.read_numbering();
        template.theme = template.related("theme").and_then(|(_, source)| first_accent(&source));
        let main = template.package.main_document()?;
        let mut page = None;
        for (name, kind) in template.candidates(&main) {
            let mut source = template.source(&name)?;
            let read = |source: &str| {
                Tree::read(source, template.package.limits()).map_err(|reason| TemplateError::Part { part: name.clone(), reason })
            };
            let mut tree = read(&source)?;
            if let Some(whole) = links::with_whole_codes(&source, &tree) {
                tree = read(&whole)?;
                source = whole;
            }
            if let Some(linked) = links::as_fields(&source, &tree, &template.package.relationships(&name)) {
                tree = read(&linked)?;
                source = linked;
            }
            let number = template.parts.len();
            let page = *page.get_or_insert_with(|| width::last_section(&tree, &source));
            let around = part::Surroundings { kind, headings: &headings, page, number, numbering: &template.numbering };
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
                } else if let Some(problem) = used.printed.then(|| unknown::printed(&used.name, root)).flatten() {
                    found.push(((number, part.position(used.tag)), part.finding(used.tag, Severity::Warning, problem)));
                }
            }
        }
        found.sort_by_key(|(position, _)| *position);
        let mut out: Vec<Finding> = found.into_iter().map(|(_, finding)| finding).collect();
        if self.errors().next().is_none() {
            let all_known = out.iter().all(|finding| finding.severity != Severity::Error);
            out.extend(self.try_out(data, all_known));
        }
        finding::merged(out)
    }

    /// What reports will not show as the template has it, found by laying one out: charts and pictures of kinds that are not drawn, effects, texts that are cut off.
    pub fn undrawn(&self) -> Vec<Finding> {
        undrawn::findings(self)
    }

    /// What keeps reports from being written with the standard data.
    pub fn mistakes(&self) -> Vec<Finding> {
        self.check(None).into_iter().filter(|finding| finding.severity == Severity::Error).collect()
    }

    /// The errors there are whatever the data.
    fn errors(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().map(|(_, finding)| finding).filter(|finding| finding.severity == Severity::Error)
    }

    /// Fills the template.
    pub fn fill(&self, data: &ReportData, options: &FillOptions) -> Result<Filled, TemplateError> {
        let errors: Vec<Finding> = self.errors().cloned().collect();
        if !errors.is_empty() {
            return Err(TemplateError::Invalid(Findings(finding::merged(errors))));
        }
        let mut package = self.package.clone();
        let (mut warnings, mut missing) = (Vec::new(), Vec::new());
        let shared = self.shared(data);
        for part in &self.parts {
            let (xml, fill) = self.fill_part(part, data, options, &shared)?;
            for tag in fill.absent_tags() {
                let name = part.marks.get(tag).map(|mark| mark.name.clone()).unwrap_or_default();
                if options.missing == Missing::Error {
                    missing.push(part.finding(tag, Severity::Error, Problem::MissingValue { name: name.clone() }));
                }
                warnings.push(Warning::Filling(Filling::MissingValue { name }));
            }
            package.set_part(&part.name, xml.into_bytes());
        }
        if !missing.is_empty() {
            return Err(TemplateError::Missing(Findings(finding::merged(missing))));
        }
        self.add_instances(&shared.instances, &mut package);
        self.recolour(data, &mut package);
        warnings.sort();
        warnings.dedup();
        Ok(Filled { package, warnings })
    }

    /// What the parts of one document share.
    fn shared(&self, data: &ReportData) -> Shared {
        let theme = self.theme.as_deref();
        let accent = theme.filter(|accent| colour::is_chosen(accent)).map(str::to_owned).or_else(|| school_colour(data));
        let accent = accent.or_else(|| theme.map(str::to_owned)).unwrap_or_else(|| colour::ACCENT.to_owned());
        Shared { instances: Arc::new(Instances::from(self.numbering.first_free())), accent: colour::readable(&accent) }
    }

    /// Gives a bundled template whose accent nobody changed the school's colour.
    fn recolour(&self, data: &ReportData, package: &mut Package) {
        let Some(school) = school_colour(data).filter(|_| self.theme.as_deref() == Some(colour::ACCENT)) else { return };
        let Some((name, source)) = self.related("theme") else { return };
        let Some((before, behind)) = source.split_once("<a:accent1>") else { return };
        let changed = behind.replacen(colour::ACCENT, &colour::readable(&school), 1);
        package.set_part(&name, format!("{before}<a:accent1>{changed}").into_bytes());
    }

    /// Adds the list instances that rounds of loops have got.
    fn add_instances(&self, instances: &Instances, package: &mut Package) {
        let made = instances.made();
        let Some((name, source)) = (!made.is_empty()).then(|| self.related("numbering")).flatten() else { return };
        if let Ok(tree) = Tree::read(&source, self.package.limits()) {
            package.set_part(&name, self.numbering.with(&source, &tree, &made).into_bytes());
        }
    }

    fn fill_part(
        &self,
        part: &Part,
        data: &ReportData,
        options: &FillOptions,
        shared: &Shared,
    ) -> Result<(String, Arc<Fill>), TemplateError> {
        let (mut xml, fill) = self.evaluate(&self.environment, part, data, options, shared).map_err(|failure| match failure {
            Failure::TooLarge => TemplateError::TooLarge { part: part.name.clone(), limit: self.package.limits().filled_bytes },
            Failure::Evaluation(error) => TemplateError::Invalid(Findings(vec![part.runtime_finding(&error)])),
        })?;
        if part.lifted {
            xml = repair::repair(&xml, &part.prefix);
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
        shared: &Shared,
    ) -> Result<(String, Arc<Fill>), Failure> {
        let fill = Arc::new(part.filling(data, options, self.package.limits(), shared));
        let context = Value::from_object(Context {
            root: data.root().clone(),
            fill: Value::from_dyn_object(Arc::clone(&fill)),
            chart: Value::from_object(Charts),
            today: options.today.as_deref().map_or(Value::UNDEFINED, Value::from),
            language: Value::from(fill.language.code()),
            plain: true,
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
        let xml = String::from_utf8(sink.bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok((xml, fill))
    }

    /// Fills with the data, or with samples, and reports what fails.
    fn try_out(&self, data: Option<&ReportData>, all_known: bool) -> Vec<Finding> {
        match data {
            Some(data) => self.try_with(data),
            // Without data, names of the author's own would only fail for want of it.
            None if !all_known => {
                let mut found = self.try_with(&starter::sample(Language::Es));
                found.retain(|finding| matches!(finding.problem, Problem::Printed { .. }));
                found
            }
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
        for short in ["core-properties", "extended-properties", "custom-properties"] {
            let parts = properties.of_kind(short).filter_map(|relationship| relationship.part());
            out.extend(parts.map(|part| (part.to_owned(), PartKind::Properties)));
        }
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

    /// The part of a kind the main part leads to, with its text.
    fn related(&self, kind: &str) -> Option<(String, String)> {
        let main = self.package.main_document().ok()?;
        let part = self.package.relationships(&main).of_kind(kind).find_map(|relationship| relationship.part().map(str::to_owned))?;
        let source = self.source(&part).ok()?;
        Some((part, source))
    }

    fn read_numbering(&self) -> Numbering {
        let read = |kind: &str| {
            let (_, source) = self.related(kind)?;
            let tree = Tree::read(&source, self.package.limits()).ok()?;
            Some((source, tree))
        };
        let (numbering, styles) = (read("numbering"), read("styles"));
        Numbering::read(
            numbering.as_ref().map(|(source, tree)| (source.as_str(), tree)),
            styles.as_ref().map(|(source, tree)| (source.as_str(), tree)),
        )
    }

    fn headings(&self) -> HashSet<String> {
        let Ok(main) = self.package.main_document() else { return HashSet::new() };
        let styles = self.package.relationships(&main).of_kind("styles").find_map(|relationship| relationship.part().map(str::to_owned));
        let Some(source) = styles.and_then(|styles| self.source(&styles).ok()) else { return HashSet::new() };
        Tree::read(&source, self.package.limits()).map(|tree| place::heading_styles(&source, &tree)).unwrap_or_default()
    }
}

/// The school's colour in the data.
fn school_colour(data: &ReportData) -> Option<String> {
    let school = data.root().get_attr("school").ok()?;
    school.get_attr("color").ok()?.as_str().and_then(colour::hex)
}

/// The first accent of a theme.
fn first_accent(theme: &str) -> Option<String> {
    let accent = theme.split_once("accent1>")?.1.split_once("accent1>")?.0;
    crate::report::xml::attribute(accent.split_once("srgbClr")?.1, "val").and_then(colour::hex)
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
