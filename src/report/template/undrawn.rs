//! What a report will not show as the template has it: a report of sample data is laid out, and what the engine tells of it is found again in the template.

use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::package::Relationships;
use docx_to_pdf::warning::Warning;

use super::finding::{self, Finding, Problem, Severity};
use super::place::{PartKind, Place, Places};
use super::scan::Scan;
use super::{FillOptions, Template, links, tags};
use crate::report::language::Language;
use crate::report::starter;
use crate::report::xml::{Kind, Tree, unescape};

/// What goes missing altogether, by the engine's words for it, and the element it is made of. Everything else that the engine names only looks otherwise.
const CONTENT: [(&str, &str); 11] = [
    ("a chart", "chart"),
    ("SmartArt", "relIds"),
    ("WordArt", "textpath"),
    ("an embedded document", "altChunk"),
    ("a linked subdocument", "subDoc"),
    ("ink", "contentPart"),
    ("a drawing of an unknown kind", "graphicData"),
    ("a linked picture", "blip"),
    ("a picture without data", "pic"),
    ("an embedded object", "object"),
    ("text that goes on in a box before its own", "linkedTxbx"),
];
/// Words of a paragraph that say which it is.
const CONTEXT: usize = 60;

/// All of it, in the order of the document.
pub(super) fn findings(template: &Template) -> Vec<Finding> {
    let parts = parts(template);
    let mut found: Vec<((usize, usize), Finding)> = parts
        .iter()
        .enumerate()
        .flat_map(|(number, part)| part.picture_links(number).into_iter().chain(part.drawn_texts(template, number)))
        .collect();
    for warning in &warnings(template) {
        let Some((severity, problem)) = problem(warning) else { continue };
        let places: Vec<_> = parts.iter().enumerate().flat_map(|(number, part)| part.places_of(warning, number)).collect();
        let places = if places.is_empty() { vec![named(warning, &parts)] } else { places };
        for (at, place, context) in places {
            let finding = Finding { severity, problem: problem.clone(), place, tag: String::new(), context, also: Vec::new() };
            found.push((at, finding));
        }
    }
    found.sort_by_key(|(at, _)| *at);
    finding::merged(found.into_iter().map(|(_, finding)| finding).collect())
}

/// What the engine tells of a report of sample data; of the template itself while it has mistakes.
fn warnings(template: &Template) -> Vec<Warning> {
    let options = FillOptions { today: Some("2026-01-01".to_owned()), append_results: false, ..FillOptions::default() };
    let package =
        template.fill(&starter::sample(Language::Es), &options).map_or_else(|_| template.package.clone(), |filled| filled.package);
    let converted = docx_to_pdf::convert(&package, &Fonts::default(), &docx_to_pdf::Options::default());
    converted.map(|converted| converted.warnings.into_iter().map(by_cause).collect()).unwrap_or_default()
}

/// What the engine names by the report's page, as what it names by its part: a template's author looks for the place in the template. An empty part is any.
fn by_cause(warning: Warning) -> Warning {
    match warning {
        Warning::NotDrawn { what, .. } => {
            let picture = what.strip_prefix("the picture ").and_then(|rest| rest.strip_suffix(')')?.split_once(" ("));
            if let Some((part, reason)) = picture {
                return Warning::Picture { part: part.to_owned(), reason: reason.to_owned() };
            }
            if what.starts_with("a picture that is only linked") {
                return Warning::Picture { part: String::new(), reason: what };
            }
            Warning::Unsupported { feature: what, part: String::new() }
        }
        Warning::Cut { message, .. } => Warning::Other { message },
        other => other,
    }
}

fn problem(warning: &Warning) -> Option<(Severity, Problem)> {
    Some(match warning {
        // The space of a picture that was told of by its part.
        Warning::Unsupported { feature, .. } if feature.contains("cannot be shown") => return None,
        Warning::Unsupported { feature, .. } if element(feature).is_some() => {
            (Severity::Warning, Problem::NotDrawn { feature: feature.clone() })
        }
        Warning::Unsupported { feature, .. } => (Severity::Note, Problem::DrawnOtherwise { feature: feature.clone() }),
        Warning::Picture { part, reason } => (Severity::Warning, Problem::PictureNotShown { part: part.clone(), reason: reason.clone() }),
        Warning::Other { message } if message.contains("does not fit its box") => (Severity::Warning, Problem::CutOff),
        _ => return None,
    })
}

/// The element that a feature is made of.
fn element(feature: &str) -> Option<&'static str> {
    CONTENT.iter().find(|(words, _)| feature.starts_with(words)).map(|(_, element)| *element)
}

/// The place of what is not found in the template: its part, as far as that is known.
fn named(warning: &Warning, parts: &[Looked]) -> ((usize, usize), Place, String) {
    let holder = match warning {
        Warning::Unsupported { part, .. } | Warning::Picture { part, .. } => part.as_str(),
        _ => "",
    };
    let (number, kind) = parts.iter().position(|part| part.name == holder).map_or((0, PartKind::Body), |at| (at, parts[at].kind));
    ((number, usize::MAX), Place { part: holder.to_owned(), kind, ..Place::default() }, String::new())
}

/// A part of the template and the places in it.
struct Looked {
    name: String,
    kind: PartKind,
    source: String,
    scan: Scan,
    places: Places,
    relationships: Relationships,
}

fn parts(template: &Template) -> Vec<Looked> {
    let Ok(main) = template.package.main_document() else { return Vec::new() };
    let headings = template.headings();
    let look = |(name, kind): (String, PartKind)| {
        let source = template.source(&name).ok()?;
        let tree = Tree::read(&source, template.package.limits()).ok()?;
        let scan = Scan::new(tree, &source);
        let places = Places::new(&scan, &source, &name, kind, &headings);
        let relationships = template.package.relationships(&name);
        Some(Looked { name, kind, source, scan, places, relationships })
    };
    template.candidates(&main).into_iter().filter(|(_, kind)| *kind != PartKind::Properties).filter_map(look).collect()
}

impl Looked {
    fn places_of(&self, warning: &Warning, number: usize) -> Vec<((usize, usize), Place, String)> {
        let all = 0..self.scan.tree.elements.len();
        all.filter(|&index| self.is_cause(warning, index)).map(|index| self.place(index, number)).collect()
    }

    fn is_cause(&self, warning: &Warning, index: usize) -> bool {
        let name = self.scan.tree.name(index, &self.source);
        match warning {
            Warning::Unsupported { feature, part } => (part.is_empty() || *part == self.name) && element(feature) == Some(name),
            Warning::Picture { part, .. } => {
                let attributes: &[&str] = match name {
                    "blip" => &["embed", "link"],
                    "imagedata" => &["id", "href"],
                    _ => return false,
                };
                attributes.iter().filter_map(|attribute| self.relationship(index, attribute)).any(|(target, external)| match target {
                    Some(target) => target == *part,
                    None => external && (part.is_empty() || self.name == *part),
                })
            }
            _ => false,
        }
    }

    /// Where an element's relationship leads: the part, or out of the document.
    fn relationship(&self, index: usize, attribute: &str) -> Option<(Option<String>, bool)> {
        let id = self.scan.tree.attribute(index, attribute, &self.source)?;
        let relationship = self.relationships.get(&unescape(id))?;
        Some((relationship.part().map(str::to_owned), relationship.external))
    }

    /// Links of pictures whose address holds a mark: only links of text are filled.
    fn picture_links(&self, number: usize) -> Vec<((usize, usize), Finding)> {
        let tree = &self.scan.tree;
        let find = |index: usize| {
            (tree.name(index, &self.source) == "hlinkClick").then_some(())?;
            let link = self.relationships.get(&unescape(tree.attribute(index, "id", &self.source)?))?;
            let address = links::decoded(&link.target);
            let tag = tags::find(&address).0.into_iter().next()?;
            let (at, place, _) = self.place(index, number);
            let problem = Problem::PictureLink;
            Some((
                at,
                Finding {
                    severity: Severity::Warning,
                    problem,
                    place,
                    tag: tag.shown,
                    context: tags::clip(&address, CONTEXT),
                    also: Vec::new(),
                },
            ))
        };
        (0..tree.elements.len()).filter_map(find).collect()
    }

    /// Charts and diagrams whose text holds a mark: they have parts of their own, which are not filled.
    fn drawn_texts(&self, template: &Template, number: usize) -> Vec<((usize, usize), Finding)> {
        let tree = &self.scan.tree;
        let find = |index: usize| {
            let attribute = match tree.name(index, &self.source) {
                "chart" => "id",
                "relIds" => "dm",
                _ => return None,
            };
            let part = self.relationship(index, attribute)?.0?;
            // Text boxes drawn over a chart have a part of their own.
            let over = template.package.relationships(&part);
            let over = over.of_kind("chartUserShapes").filter_map(|relationship| relationship.part());
            let mut parts = std::iter::once(part.as_str()).chain(over);
            let first = |part: &str| tags::find(&text_of(&template.source(part).ok()?)).0.into_iter().next();
            let tag = parts.find_map(first)?;
            let (at, place, context) = self.place(index, number);
            Some((
                at,
                Finding { severity: Severity::Warning, problem: Problem::DrawnText, place, tag: tag.shown, context, also: Vec::new() },
            ))
        };
        (0..tree.elements.len()).filter_map(find).collect()
    }

    /// Place and words around an element.
    fn place(&self, index: usize, number: usize) -> ((usize, usize), Place, String) {
        let tree = &self.scan.tree;
        let at = (number, tree.elements[index].start);
        let paragraph = tree.ancestor(index, Kind::Paragraph);
        let paragraph =
            paragraph.and_then(|element| self.scan.paragraphs.binary_search_by_key(&element, |paragraph| paragraph.element).ok());
        let Some(paragraph) = paragraph else {
            return (at, Place { part: self.name.clone(), kind: self.kind, ..Place::default() }, String::new());
        };
        (at, self.places.of(paragraph), tags::clip(self.scan.paragraphs[paragraph].text.trim(), CONTEXT))
    }
}

/// The text of a part, a line a paragraph or value: runs of one paragraph may divide a mark.
fn text_of(source: &str) -> String {
    let mut text = String::new();
    for piece in source.split('<').skip(1) {
        let (element, content) = piece.split_once('>').unwrap_or((piece, ""));
        if matches!(element.trim_end(), "/a:p" | "/c:v") {
            text.push('\n');
        }
        text.push_str(&unescape(content));
    }
    text
}
