//! One part of a template on its way from source to something minijinja fills.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize};
use std::sync::{Arc, Mutex};

use docx_to_pdf::package::Limits;
use minijinja::Environment;

use super::blocks::Blocks;
use super::fill::{self, Fill, TagInfo};
use super::finding::{Cause, Container, Finding, Problem, Severity};
use super::lists::{self, Numbering};
use super::lookalike::{self, Meant};
use super::place::{PartKind, Place, Places};
use super::rounds::{Instances, Rounds};
use super::scan::{self, Host, Scan};
use super::tags::{self, Action, Level, Spelling};
use super::{FillOptions, append, check, edits, fields, guard, rewrite, syntax, width};
use crate::report::data::ReportData;
use crate::report::xml::{Kind, Tree};

/// Pictures we draw are numbered from here, far from Word's own.
const FIRST_PICTURE: u32 = 900_000;
/// Each part has so many numbers: pictures of a document must not share one.
const PICTURES: u32 = 1_000_000;

/// What a part needs to know about the document around it.
pub(super) struct Surroundings<'a> {
    /// What the part is for.
    pub kind: PartKind,
    /// The ids of heading styles.
    pub headings: &'a HashSet<String>,
    /// Text width of the main part, in twips, for parts without a section of their own.
    pub page: i64,
    /// Its number among the parts with tags.
    pub number: usize,
    /// What the document's lists are.
    pub numbering: &'a Numbering,
}

/// What the parts of one filled document share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    pub instances: Arc<Instances>,
    /// The colour of pictures.
    pub accent: String,
}

/// A part with tags.
#[derive(Debug)]
pub(super) struct Part {
    pub name: String,
    pub prefix: String,
    pub infos: Arc<[TagInfo]>,
    /// For each tag: its place, the text around it, the name it shows.
    pub marks: Vec<TagMark>,
    pub uses: Vec<check::Use>,
    pub lines: Vec<(usize, usize)>,
    pub lifted: bool,
    pub regrid: bool,
    pub append: Option<fill::Plan>,
    first_picture: u32,
}

#[derive(Debug)]
pub(super) struct TagMark {
    pub at: usize,
    pub place: Place,
    pub context: String,
    pub shown: String,
    pub name: String,
    pub code: String,
}

impl Part {
    /// Takes a part through the phases: its template is added to the environment, and what is wrong is told by its position.
    /// `None` for a part that stays as it is.
    pub(super) fn build(
        environment: &mut Environment<'static>,
        name: &str,
        source: &str,
        tree: Tree,
        around: &Surroundings<'_>,
    ) -> Option<(Self, Vec<(usize, Finding)>)> {
        // Which tags there are.
        let mut scan = Scan::new(tree, source);
        let mut edits = fields::edits(&mut scan, source);
        let own: Vec<(usize, usize)> = edits.iter().map(|edit| (edit.start, edit.end)).collect();
        let append = (around.kind == PartKind::Body && !append::shows_groups(&scan)).then(|| append::plan(&scan, source, around.headings));
        if append.is_some() {
            edits.extend(append::edit(&scan));
        }
        if scan.tags.is_empty() && scan.broken.is_empty() && append.is_none() && !scan.may_hold_lookalikes() {
            return None;
        }
        // What they replace.
        let blocks = Blocks::new(&scan, source);
        // Whether each is sound.
        let found = check::inspect(environment, &scan, &blocks);
        // The source minijinja compiles.
        let rounds = lists::edits(&scan, &blocks, source, around.numbering, &mut edits);
        let rewritten = rewrite::rewrite(&scan, &blocks, source, edits, &rounds);
        let places = Places::new(&scan, source, name, around.kind, around.headings);
        let mut part = Self {
            name: name.to_owned(),
            prefix: scan.tree.prefix.clone(),
            infos: infos(&scan, source, around.page),
            marks: marks(&scan, &places, name, around.kind),
            uses: found.uses,
            lines: rewritten.lines,
            lifted: rewritten.lifted,
            regrid: rewritten.regrid,
            append,
            first_picture: u32::try_from(around.number).unwrap_or(0).saturating_mul(PICTURES).saturating_add(FIRST_PICTURE),
        };
        part.uses.dedup();
        let mut findings = not_closed(&scan, &places);
        findings.extend(lookalikes(&scan, &places, &own));
        if blocks.faults.is_empty() {
            findings.extend(rewrite::lost(&scan, &blocks).into_iter().map(|lost| part.lost(lost)));
        }
        let sound = |findings: &[(usize, Finding)]| findings.iter().all(|(_, finding)| finding.severity != Severity::Error);
        findings.extend(found.problems.into_iter().map(|(tag, problem)| (part.position(tag), part.finding(tag, Severity::Error, problem))));
        if sound(&findings)
            && let Err(error) = environment.add_template_owned(name.to_owned(), rewritten.source)
        {
            let tag = part.tag_of(&error);
            let problem = Problem::Syntax { reason: part.syntax_of(&scan, tag) };
            findings.push((part.position(tag), part.finding(tag, Severity::Error, problem)));
        }
        findings.sort_by_key(|(at, _)| *at);
        Some((part, findings))
    }

    pub(super) fn finding(&self, tag: usize, severity: Severity, problem: Problem) -> Finding {
        let mark = self.marks.get(tag);
        Finding {
            severity,
            problem,
            place: mark.map(|mark| mark.place.clone()).unwrap_or_default(),
            tag: mark.map(|mark| mark.shown.clone()).unwrap_or_default(),
            context: mark.map(|mark| mark.context.clone()).unwrap_or_default(),
            also: Vec::new(),
        }
    }

    /// Text that goes away beside a tag, as a finding.
    fn lost(&self, lost: rewrite::Lost) -> (usize, Finding) {
        let container = match lost.level {
            Level::Row => Container::Row,
            Level::Cell => Container::Cell,
            _ => Container::Paragraph,
        };
        (self.position(lost.tag), self.finding(lost.tag, Severity::Warning, Problem::TextLost { text: lost.text, container }))
    }

    /// Why a tag is refused when its part is compiled as a whole.
    fn syntax_of(&self, scan: &Scan, tag: usize) -> syntax::Syntax {
        let Some(tag) = scan.tags.get(tag).map(|placed| &placed.tag) else { return syntax::Syntax::Other { near: self.name.clone() } };
        match &tag.action {
            Action::Statement(keyword) => syntax::explain(Some(keyword), tag.code.get(keyword.len()..).unwrap_or_default()),
            _ => syntax::explain(None, &tag.code),
        }
    }

    /// Where a tag stands in the source.
    pub(super) fn position(&self, tag: usize) -> usize {
        self.marks.get(tag).map_or(0, |mark| mark.at)
    }

    pub(super) fn runtime_finding(&self, error: &minijinja::Error) -> Finding {
        self.finding(self.tag_of(error), Severity::Error, Problem::Evaluation { reason: Cause::of(error) })
    }

    /// The tag an error's line belongs to; one that does not exist when it has none.
    pub(super) fn tag_of(&self, error: &minijinja::Error) -> usize {
        let at = error.line().and_then(|line| self.lines.partition_point(|(start, _)| *start <= line).checked_sub(1));
        at.and_then(|at| self.lines.get(at)).map_or(usize::MAX, |(_, tag)| *tag)
    }

    pub(super) fn filling(&self, data: &ReportData, options: &FillOptions, limits: &Limits, shared: &Shared) -> Fill {
        let named = data.root().get_attr("language").ok();
        let language = named.and_then(|code| code.as_str().and_then(|code| code.parse().ok())).unwrap_or(options.language);
        Fill {
            root: data.root().clone(),
            language,
            missing: options.missing,
            prefix: self.prefix.clone(),
            tags: Arc::clone(&self.infos),
            next_id: AtomicU32::new(self.first_picture),
            room: AtomicUsize::new(limits.filled_bytes.saturating_mul(guard::SPARE)),
            replaced: AtomicBool::new(false),
            append: self.append.clone().filter(|_| options.append_results),
            absent: Mutex::default(),
            accent: shared.accent.clone(),
            rounds: Rounds::new(&shared.instances),
            printed: Mutex::default(),
        }
    }
}

/// Tags whose closing mark is missing.
fn not_closed(scan: &Scan, places: &Places) -> Vec<(usize, Finding)> {
    let finding = |(paragraph, broken): &(usize, tags::Broken)| {
        let (text, element) = (&scan.paragraphs[*paragraph].text, scan.paragraphs[*paragraph].element);
        let finding = Finding {
            severity: Severity::Error,
            problem: Problem::TagNotClosed { closing: broken.closing.to_owned() },
            place: places.of(*paragraph),
            tag: broken.shown.clone(),
            context: around(text, broken.at, broken.end),
            also: Vec::new(),
        };
        (scan.tree.elements[element].start + broken.at, finding)
    };
    scan.broken.iter().map(finding).collect()
}

/// More of them in a part are told after the first ones are fixed.
const MOST_LOOKALIKES: usize = 500;

/// What looks like a mark and is none; `own`: stretches of the source that fields and controls give way to.
fn lookalikes(scan: &Scan, places: &Places, own: &[(usize, usize)]) -> Vec<(usize, Finding)> {
    // What stands in `raw` is wanted as it is.
    if scan.tags.iter().any(|placed| placed.tag.action == Action::Comment && placed.tag.shown.starts_with("{%")) {
        return Vec::new();
    }
    let mut taken: Vec<Vec<(usize, usize)>> = vec![Vec::new(); scan.paragraphs.len()];
    for placed in &scan.tags {
        if let Host::Paragraph(number) = placed.host
            && !fields::is_own_edit(&placed.tag)
        {
            taken[number].push((placed.tag.start, placed.tag.end));
        }
    }
    for (number, broken) in &scan.broken {
        taken[*number].push((broken.at, broken.end));
    }
    let mut out = Vec::new();
    for (number, (paragraph, mut taken)) in scan.paragraphs.iter().zip(taken).enumerate() {
        if out.len() > MOST_LOOKALIKES {
            break;
        }
        taken.sort_unstable();
        for found in lookalike::find(&paragraph.text, &taken) {
            let element = paragraph.segment_at(found.at).map_or(paragraph.element, |segment| segment.element);
            let at = scan.tree.elements[element].open_end;
            let (severity, problem) = match found.meant {
                Meant::Mark(write) => (Severity::Warning, Problem::Miswritten { write }),
                Meant::Closing(_) => (Severity::Warning, Problem::LoneClosing),
                Meant::Quotation(write) if !paragraph.has_more => (Severity::Note, Problem::Quotation { write }),
                Meant::Quotation(_) => continue,
            };
            if own.iter().any(|(start, end)| (*start..*end).contains(&at)) {
                continue;
            }
            let tag = paragraph.text[found.at..found.end].to_owned();
            let context = around(&paragraph.text, found.at, found.end);
            let finding = Finding { severity, problem, place: places.of(number), tag, context, also: Vec::new() };
            out.push((at + found.at, finding));
        }
    }
    out
}

/// What the values need to know about the places of a part's tags.
fn infos(scan: &Scan, source: &str, page: i64) -> Arc<[TagInfo]> {
    // As XML, and whether a section ends with them, by the element that has them: many tags may share a paragraph, and its properties may be long.
    let mut known: HashMap<(usize, bool), (Arc<str>, bool)> = HashMap::new();
    let mut props = |element: usize, kind: Kind| {
        let read = || {
            let xml = edits::props(scan, source, element, kind);
            (xml.into(), xml.contains("sectPr"))
        };
        known.entry((element, kind == Kind::RunProps)).or_insert_with(read).clone()
    };
    let info = |placed: &scan::Placed| {
        let tag = &placed.tag;
        let plain = tag.spelling != Spelling::Jinja;
        let mut info = TagInfo { plain, said: tag.said.clone(), ..TagInfo::default() };
        let Some(paragraph) = scan.paragraph(placed) else { return info };
        if tag.code.contains("chart") {
            info.width = width::at(&scan.tree, paragraph.element, source, page);
        }
        let run = paragraph.segment_at(tag.start).map(|segment| scan.tree.elements[segment.element].parent);
        if let Some(run) = run.filter(|_| !fields::is_own_edit(tag)) {
            (info.run_props, _) = props(run, Kind::RunProps);
            let ends_section;
            (info.paragraph_props, ends_section) = props(paragraph.element, Kind::ParagraphProps);
            info.in_run = scan.tree.elements[run].kind == Kind::Run;
            info.splits = info.in_run && scan.tree.elements[run].parent == paragraph.element && !ends_section;
        }
        info
    };
    scan.tags.iter().map(info).collect()
}

fn marks(scan: &Scan, places: &Places, part: &str, kind: PartKind) -> Vec<TagMark> {
    let mark = |placed: &scan::Placed| {
        let (place, context) = match placed.host {
            Host::Paragraph(number) => {
                let text = &scan.paragraphs[number].text;
                (places.of(number), around(text, placed.tag.start, placed.tag.end))
            }
            Host::Loose { .. } => (Place { part: part.to_owned(), kind, ..Place::default() }, placed.tag.shown.clone()),
        };
        let at = scan.tree.elements[scan.element(placed)].start + placed.tag.start;
        TagMark { at, place, context, shown: placed.tag.shown.clone(), name: check::shown_name(&placed.tag), code: placed.tag.code.clone() }
    };
    scan.tags.iter().map(mark).collect()
}

/// A stretch of text with a little before and behind.
fn around(text: &str, start: usize, end: usize) -> String {
    let before: Vec<char> = text.get(..start).unwrap_or_default().chars().rev().take(30).collect();
    let behind: String = text.get(end..).unwrap_or_default().chars().take(30).collect();
    let before: String = before.into_iter().rev().collect();
    let here = text.get(start..end).unwrap_or_default();
    format!("{before}{here}{behind}").split_whitespace().collect::<Vec<_>>().join(" ")
}
