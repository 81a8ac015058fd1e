//! From a part with tags to the source minijinja compiles: everything that is no tag stays byte for byte.
//!
//! The change is a list of edits on the source.
//! The marks minijinja sees are noncharacters, so nothing an author writes can be mistaken for one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::Range;

use super::blocks::{Blocks, containers, own_paragraphs};
use super::edits::{Edit, GRID, MARK, STATEMENT, VALUE, mark, paragraphs_mark, run_props};
use super::keywords::is_cell_mark;
use super::lifted::Lifted;
use super::scan::{Host, Paragraph, Scan, Segment, Within};
use super::tags::{Action, Level, Spelling, Tag};
use super::{ascii, cells, check, fields, names};
use crate::report::xml::{Kind, NONE, escape_into};

/// What minijinja compiles.
#[derive(Debug)]
pub(super) struct Rewritten {
    pub source: String,
    /// For each tag written, the line its code stands on; ascending.
    pub lines: Vec<(usize, usize)>,
    /// Rows, cells or paragraphs were lifted out, so the result may need repair.
    pub lifted: bool,
    /// Cells repeat or span, so the grids of marked tables may need repair.
    pub regrid: bool,
}

/// Writes a part's template source.
///
/// `rounds`: the loops that count their rounds, so that lists can begin anew in each.
pub(super) fn rewrite(scan: &Scan, blocks: &Blocks, source: &str, mut edits: Vec<Edit>, rounds: &BTreeSet<usize>) -> Rewritten {
    let lifted = containers(scan, blocks);
    let mut removed: Vec<bool> = vec![false; scan.tags.len()];
    lift(scan, blocks, &lifted, &mut removed, &mut edits);
    paragraphs(scan, blocks, &lifted, &mut edits);
    cells::edits(scan, source, &lifted, &mut edits);

    let swallowed = swallowed(scan);
    let mut by_paragraph: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (index, placed) in scan.tags.iter().enumerate() {
        if lifted.group_of(scan, scan.element(placed)).is_some() {
            continue;
        }
        match placed.host {
            Host::Paragraph(number) if !fields::is_own_edit(&placed.tag) => by_paragraph.entry(number).or_default().push(index),
            Host::Paragraph(_) => {}
            Host::Loose { at, .. } => edits.push(Edit::replace(at + placed.tag.start, at + placed.tag.end, mark(index))),
        }
    }
    for (number, tags) in by_paragraph {
        let work = Inline {
            scan,
            source,
            blocks,
            lifted: &lifted,
            swallowed: &swallowed,
            paragraph: &scan.paragraphs[number],
            tags: &tags,
            removed: &removed,
        };
        work.edit(&mut edits);
    }
    assemble(scan, blocks, source, edits, &lifted, rounds)
}

/// Lets paragraphs from the data take the place of the paragraph their tag stands in.
fn paragraphs(scan: &Scan, blocks: &Blocks, lifted: &Lifted, edits: &mut Vec<Edit>) {
    for (tag, paragraph) in own_paragraphs(scan, blocks) {
        if lifted.group_of(scan, paragraph).is_none() {
            let place = scan.tree.elements[paragraph];
            edits.push(Edit::before(place.start, paragraphs_mark(tag)));
            edits.push(Edit::behind(place.end, format!("{}endif{}", STATEMENT.0, STATEMENT.1)));
        }
    }
}

/// Text that goes away with what a tag replaces.
pub(super) struct Lost {
    pub tag: usize,
    pub text: String,
    pub level: Level,
}

/// The text, besides tags, of the paragraphs, cells and rows that give way to statements.
pub(super) fn lost(scan: &Scan, blocks: &Blocks) -> Vec<Lost> {
    let lifted = containers(scan, blocks);
    let mut groups: BTreeMap<usize, usize> = BTreeMap::new();
    let mut tags: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (tag, placed) in scan.tags.iter().enumerate() {
        if let Host::Paragraph(number) = placed.host
            && placed.tag.action != Action::Value
        {
            tags.entry(number).or_default().push((placed.tag.start, placed.tag.end));
        }
        let Some(group) = lifted.group_of(scan, scan.element(placed)) else { continue };
        if blocks.container(scan, tag) == Some(group) {
            groups.entry(group).or_insert(tag);
        }
    }
    let text_in = |group: usize| {
        let inside = scan.paragraphs.partition_point(|paragraph| paragraph.element < group);
        let all =
            scan.paragraphs.iter().enumerate().skip(inside).take_while(|(_, paragraph)| paragraph.element < scan.tree.elements[group].last);
        let mut text = String::new();
        for (number, paragraph) in all {
            let mut at = 0;
            for &(start, end) in tags.get(&number).map_or(&[][..], Vec::as_slice) {
                text.push_str(paragraph.text.get(at..start).unwrap_or_default());
                text.push(' ');
                at = end;
            }
            text.push_str(paragraph.text.get(at..).unwrap_or_default());
            text.push(' ');
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let lost = groups.into_iter().map(|(group, tag)| Lost { tag, text: super::tags::clip(&text_in(group), 60), level: blocks.level[tag] });
    lost.filter(|lost| !lost.text.is_empty()).collect()
}

fn lift(scan: &Scan, blocks: &Blocks, lifted: &Lifted, removed: &mut [bool], edits: &mut Vec<Edit>) {
    let mut groups: BTreeMap<usize, String> = BTreeMap::new();
    for (tag, placed) in scan.tags.iter().enumerate() {
        if let Some(group) = lifted.group_of(scan, scan.element(placed)) {
            let text = groups.entry(group).or_default();
            if matches!(&placed.tag.action, Action::Statement(keyword) if !is_cell_mark(keyword)) {
                text.push_str(&mark(tag));
            }
        } else if let Some(element) = blocks.container(scan, tag)
            && lifted.elements.get(&element) == Some(&false)
            && matches!(placed.tag.action, Action::Statement(_))
        {
            removed[tag] = true;
            let place = scan.tree.elements[element];
            let opens = blocks.block_of[tag].is_none_or(|block| blocks.blocks[block].members[0] == tag);
            edits.push(if opens { Edit::before(place.start, mark(tag)) } else { Edit::behind(place.end, mark(tag)) });
        }
    }
    for (element, text) in groups {
        let place = scan.tree.elements[element];
        edits.push(Edit::replace(place.start, place.end, text));
    }
}

/// The tags that stay inside one paragraph.
struct Inline<'a> {
    scan: &'a Scan,
    source: &'a str,
    blocks: &'a Blocks,
    lifted: &'a Lifted,
    swallowed: &'a BTreeSet<usize>,
    paragraph: &'a Paragraph,
    tags: &'a [usize],
    /// Tags already written elsewhere; here they only vanish.
    removed: &'a [bool],
}

impl Inline<'_> {
    fn edit(&self, edits: &mut Vec<Edit>) {
        let mut gone = self.trimmed_breaks();
        let text = &self.paragraph.text;
        let words = text.len() - text.trim_start().len()..text.trim_end().len();
        for segment in &self.paragraph.segments {
            if self.tags_over(segment.start, segment.end.max(segment.start + 1)).is_empty() {
                continue;
            }
            let element = self.scan.tree.elements[segment.element];
            if element.kind != Kind::Text {
                gone.insert(segment.element);
                continue;
            }
            let content = self.content(segment.element, segment.start, segment.end);
            if content.is_empty() {
                gone.insert(segment.element);
                continue;
            }
            let open = &self.source[element.start..element.open_end];
            if !open.contains("preserve") {
                let name = format!("<{}t xml:space=\"preserve\">", self.scan.tree.prefix);
                edits.push(Edit::replace(element.start, element.open_end, name));
            }
            edits.push(Edit::replace(element.open_end, element.close, content));
            self.join(segment, &words, edits);
        }
        self.remove(&gone, edits);
    }

    /// The tags that reach into a stretch of the paragraph's text; they stand in their order and do not overlap.
    fn tags_over(&self, start: usize, end: usize) -> &[usize] {
        let tag = |index: usize| &self.scan.tags[index].tag;
        let first = self.tags.partition_point(|&index| tag(index).end <= start);
        let behind = self.tags.partition_point(|&index| tag(index).start < end);
        self.tags.get(first..behind).unwrap_or_default()
    }

    /// Line breaks and tabs right before `{%-` and right behind `-%}`.
    fn trimmed_breaks(&self) -> BTreeSet<usize> {
        let tree = &self.scan.tree;
        let is_break = |segment: &&Segment| tree.elements[segment.element].kind != Kind::Text;
        let blank = |from: usize, to: usize| self.paragraph.text.get(from..to).is_some_and(|text| text.trim().is_empty());
        let segments = &self.paragraph.segments;
        let mut out = BTreeSet::new();
        for tag in self.tags.iter().map(|&index| &self.scan.tags[index].tag) {
            if tag.trim_before {
                let before = segments[..segments.partition_point(|segment| segment.start < tag.start)].iter().rev();
                let before = before.take_while(|segment| blank(segment.start, segment.end.min(tag.start)));
                out.extend(before.filter(is_break).map(|segment| segment.element));
            }
            if tag.trim_after {
                let behind = segments[segments.partition_point(|segment| segment.end <= tag.end)..].iter();
                let behind = behind.take_while(|segment| blank(segment.start.max(tag.end), segment.end));
                out.extend(behind.filter(is_break).map(|segment| segment.element));
            }
        }
        out
    }

    /// What a text element holds once its tags are marks.
    fn content(&self, element: usize, start: usize, end: usize) -> String {
        let place = self.scan.tree.elements[element];
        let text = &self.paragraph.text;
        let keeps_space = self.source[place.start..place.open_end].contains("preserve");
        let mut out = String::new();
        let mut at = start;
        let tags = self.tags_over(start, end);
        for &index in tags {
            let tag = &self.scan.tags[index].tag;
            let mut literal = text.get(at..tag.start.max(at)).unwrap_or_default();
            if at == start && !keeps_space {
                literal = literal.trim_start();
            }
            escape_into(if tag.trim_before { literal.trim_end() } else { literal }, &mut out);
            if tag.start >= start && !self.removed[index] {
                out.push_str(&self.written(index, tag, place.parent));
            }
            at = tag.end.min(end);
        }
        let mut literal = text.get(at..end).unwrap_or_default();
        if !keeps_space {
            literal = literal.trim_end();
        }
        if tags.iter().any(|&index| self.scan.tags[index].tag.end == at && self.scan.tags[index].tag.trim_after) {
            literal = literal.trim_start();
        }
        escape_into(literal, &mut out);
        // docxtpl's `vm` keeps the text beside it in the first of the merged cells only.
        let merges = |tag: &Tag| tag.start >= start && matches!(&tag.action, Action::Statement(keyword) if keyword == "vm");
        if tags.iter().any(|&index| merges(&self.scan.tags[index].tag)) {
            return cells::only_first(&out);
        }
        out
    }

    fn written(&self, index: usize, tag: &Tag, run: usize) -> String {
        if matches!(&tag.action, Action::Statement(keyword) if is_cell_mark(keyword)) || tag.action == Action::Comment {
            return String::new();
        }
        let in_run = self.scan.tree.elements.get(run).is_some_and(|run| run.kind == Kind::Run);
        if self.blocks.level[index] != Level::Run || !in_run {
            return mark(index);
        }
        let w = &self.scan.tree.prefix;
        let props = run_props(self.scan, self.source, run);
        format!("</{w}t></{w}r>{}<{w}r>{props}<{w}t xml:space=\"preserve\">", mark(index))
    }

    /// `{%-` and `-%}` at the edges of a paragraph join it with the text before and behind. `words` is the paragraph's text without the blanks at its ends.
    fn join(&self, segment: &Segment, words: &Range<usize>, edits: &mut Vec<Edit>) {
        let elements = &self.scan.tree.elements;
        let (element, start, end) = (segment.element, segment.start, segment.end);
        let place = elements[element];
        for &index in self.tags_over(start, end) {
            let tag = &self.scan.tags[index].tag;
            if tag.start < start {
                continue;
            }
            if tag.trim_before
                && tag.start <= words.start
                && let Some(before) = (0..element).rev().find(|&before| self.holds_text(before))
                && self.joins(before, element)
            {
                edits.push(Edit::replace(elements[before].close, place.open_end, ""));
            }
            // The tag may end in a later run than it begins in.
            let last = self.paragraph.segment_at(tag.end - 1).map_or(element, |segment| segment.element);
            if tag.trim_after
                && tag.end >= words.end
                && let Some(behind) = (last + 1..elements.len()).find(|&behind| self.holds_text(behind))
                && self.joins(element, behind)
            {
                edits.push(Edit::replace(place.close, elements[behind].open_end, ""));
            }
        }
    }

    /// Whether an element is text that something is left of.
    fn holds_text(&self, element: usize) -> bool {
        let place = self.scan.tree.elements[element];
        place.kind == Kind::Text && place.close > place.open_end && !self.swallowed.contains(&element)
    }

    /// Whether two texts can be joined: nothing but their runs and paragraphs ends and begins between them.
    fn joins(&self, left: usize, right: usize) -> bool {
        let tree = &self.scan.tree;
        let to = tree.elements[right].open_end;
        let kept = |element: &crate::report::xml::Element| {
            matches!(element.kind, Kind::Table | Kind::Drawing | Kind::FieldChar | Kind::SimpleField | Kind::SectionProps | Kind::Control)
        };
        // What a statement replaces keeps its edges.
        let lifted = |&element: &usize| self.lifted.elements.contains_key(&element);
        let ends = std::iter::successors(Some(left), |&element| Some(tree.elements[element].parent))
            .take_while(|&element| tree.elements.get(element).is_some_and(|element| element.end < to));
        tree.mirrors(left, right, self.source)
            && !tree.elements[left + 1..right].iter().any(kept)
            && self.lifted.elements.range(left + 1..=right).next().is_none()
            && !ends.into_iter().any(|element| lifted(&element))
    }

    /// Takes out text that was swallowed by a tag, and runs that held nothing else.
    fn remove(&self, gone: &BTreeSet<usize>, edits: &mut Vec<Edit>) {
        let tree = &self.scan.tree;
        let is_empty = |run: usize| {
            tree.elements.get(run).is_some_and(|run| run.kind == Kind::Run)
                && tree.children(run).all(|child| tree.elements[child].kind == Kind::RunProps || gone.contains(&child))
        };
        let mut last = (NONE, false);
        for &element in gone {
            let run = tree.elements[element].parent;
            if run != last.0 {
                last = (run, is_empty(run));
            }
            let place = tree.elements[if last.1 { run } else { element }];
            edits.push(Edit::replace(place.start, place.end, ""));
            // Where a paragraph before joined it, its beginning is gone already.
            if tree.elements[element].kind == Kind::Text {
                edits.push(Edit::replace(tree.elements[element].open_end, tree.elements[element].close, ""));
            }
        }
    }
}

/// Texts that hold nothing but the rest of a tag that begins before them.
fn swallowed(scan: &Scan) -> BTreeSet<usize> {
    let mut out = BTreeSet::new();
    for placed in &scan.tags {
        let Some(paragraph) = scan.paragraph(placed) else { continue };
        let (start, end) = (placed.tag.start, placed.tag.end);
        let first = paragraph.segments.partition_point(|segment| segment.start <= start);
        let inside = paragraph.segments[first..].iter().take_while(|segment| segment.end <= end);
        out.extend(inside.map(|segment| segment.element));
    }
    out
}

/// Marks the grids of tables whose cells repeat or span; tells whether there are any.
fn mark_grids(scan: &Scan, source: &str, edits: &mut Vec<Edit>) -> bool {
    let changes = |tag: &Tag| {
        tag.level == Level::Cell || matches!(&tag.action, Action::Statement(keyword) if matches!(keyword.as_str(), "hm" | "colspan"))
    };
    let placed = scan.tags.iter().filter(|placed| changes(&placed.tag));
    let tables: BTreeSet<usize> = placed.filter_map(|placed| scan.tree.ancestor(scan.element(placed), Kind::Table)).collect();
    let grids = tables.iter().filter_map(|&table| scan.tree.children(table).find(|&child| scan.tree.name(child, source) == "tblGrid"));
    let before = edits.len();
    edits.extend(grids.map(|grid| Edit::behind(scan.tree.elements[grid].end, GRID)));
    edits.len() > before
}

fn assemble(scan: &Scan, blocks: &Blocks, source: &str, mut edits: Vec<Edit>, lifted: &Lifted, rounds: &BTreeSet<usize>) -> Rewritten {
    let regrid = mark_grids(scan, source, &mut edits);
    // A wider edit at the same place swallows the narrower ones.
    edits.sort_by(|left, right| (left.start, left.order, usize::MAX - left.end).cmp(&(right.start, right.order, usize::MAX - right.end)));
    let out = String::with_capacity(source.len() + 64 * edits.len());
    let mut writer = Writer { out, line: 1, lines: Vec::new(), tags: scan, blocks, rounds };
    let mut at = 0;
    for edit in edits {
        // An insertion inside a stretch that was taken out goes with it.
        if edit.start < at {
            continue;
        }
        writer.copy(&source[at..edit.start]);
        writer.write(&edit.text);
        at = edit.end;
    }
    writer.copy(&source[at..]);
    Rewritten { source: writer.out, lines: writer.lines, lifted: !lifted.elements.is_empty(), regrid }
}

struct Writer<'a> {
    out: String,
    line: usize,
    lines: Vec<(usize, usize)>,
    tags: &'a Scan,
    blocks: &'a Blocks,
    rounds: &'a BTreeSet<usize>,
}

impl Writer<'_> {
    fn copy(&mut self, text: &str) {
        self.line += text.bytes().filter(|&byte| byte == b'\n').count();
        self.out.push_str(text);
    }

    /// Writes an edit's text, its marks as the tags they stand for.
    fn write(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, after)) = rest.split_once(MARK.0) {
            self.copy(before);
            let Some((number, behind)) = after.split_once(MARK.1) else { break };
            match (number.parse(), number.strip_suffix('p').and_then(|number| number.parse().ok())) {
                (Ok(number), _) => self.tag(number),
                (_, Some(number)) => self.paragraphs(number),
                _ => {}
            }
            rest = behind;
        }
        self.copy(rest);
    }

    /// What weighs a statement's work (see `guard`): the names it binds, the body it repeats.
    fn weighed(&self, number: usize, keyword: &str, code: &str) -> String {
        let rest = code.get(keyword.len()..).unwrap_or_default();
        let names = match keyword {
            "endset" => block_name(self.tags, self.blocks, number).into_iter().collect(),
            _ => check::bound_by(keyword, rest),
        };
        let repeats = matches!(keyword, "for" | "macro" | "call" | "filter" | "with") || keyword == "set" && !rest.contains('=');
        let body = if repeats { body(self.tags, self.blocks, number) } else { 0 };
        if names.is_empty() && body == 0 {
            return String::new();
        }
        let names = names.into_iter().map(|name| ascii::names(&name).into_owned());
        let given: Vec<String> = std::iter::once(body.to_string()).chain(names).collect();
        format!("{}__grow({}){}", VALUE.0, given.join(", "), VALUE.1)
    }

    /// What asks the data for paragraphs, and keeps the template's own when there are none.
    fn paragraphs(&mut self, number: usize) {
        let tag = &self.tags.tags[number].tag;
        let code = tag.code.replace(['\n', '\r'], " ");
        self.line += 1;
        self.lines.push((self.line, number));
        let kept = format!("{}if __kept(){}", STATEMENT.0, STATEMENT.1);
        let written = write!(self.out, "{}\n({})|__paragraphs({number}){}{kept}", VALUE.0, ascii::names(&expression(tag, &code)), VALUE.1);
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }

    /// The line break before the code puts each tag on a line of its own, so that an error's line names its tag.
    fn tag(&mut self, number: usize) {
        let placed = &self.tags.tags[number];
        let tag = &placed.tag;
        if tag.action == Action::Comment {
            return;
        }
        let code = tag.code.replace(['\n', '\r'], " ");
        self.line += 1;
        self.lines.push((self.line, number));
        let written = match &tag.action {
            Action::Statement(keyword) => {
                let code = ascii::names(&code);
                let round = if self.rounds.contains(&number) { format!("{}__round({number}){}", VALUE.0, VALUE.1) } else { String::new() };
                write!(self.out, "{}\n{code} {}{round}{}", STATEMENT.0, STATEMENT.1, self.weighed(number, keyword, &code))
            }
            Action::Comment => Ok(()),
            Action::Value => {
                let filter = match placed.host {
                    Host::Loose { within: Within::Attribute, .. } => format!("__attribute({number})"),
                    Host::Loose { within: Within::Address { whole }, .. } => format!("__address({number}, {whole})"),
                    Host::Paragraph(_) if self.blocks.level[number] == Level::Run => format!("__run({number})"),
                    Host::Paragraph(_) => format!("__text({number})"),
                };
                write!(self.out, "{}\n({})|{filter}{}", VALUE.0, ascii::names(&expression(tag, &code)), VALUE.1)
            }
        };
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }
}

/// Where a `set` block's name is to be weighed: behind its end.
fn block_name(scan: &Scan, blocks: &Blocks, tag: usize) -> Option<String> {
    let first = blocks.block_of[tag].and_then(|block| blocks.blocks[block].members.first())?;
    let rest = scan.tags[*first].tag.code.strip_prefix("set")?;
    rest.split('|').next().map(|name| name.trim().to_owned())
}

/// The bytes between a block's first tag and its last, their paragraphs included.
fn body(scan: &Scan, blocks: &Blocks, tag: usize) -> usize {
    let Some(members) = blocks.block_of[tag].map(|block| &blocks.blocks[block].members) else { return 0 };
    let (Some(first), Some(last)) = (members.first(), members.last()) else { return 0 };
    let element = |tag: usize| scan.tree.elements[scan.element(&scan.tags[tag])];
    element(*last).end.saturating_sub(element(*first).start)
}

/// The expression a tag shows. A plain name may be one the data has itself; then the data's own value counts.
pub(super) fn expression(tag: &Tag, code: &str) -> String {
    if tag.spelling == Spelling::Jinja {
        return code.to_owned();
    }
    let quoted = code.replace(['"', '\\'], "");
    // In braces an upper-case name may be one that the template binds itself.
    if tag.shown.starts_with('{') && names::is_path(code) {
        return code.to_owned();
    }
    // A control's expression is one already.
    if code.starts_with('(') {
        return code.to_owned();
    }
    match names::expression(code) {
        Some(known) => format!("__name(\"{quoted}\", {known})"),
        None if names::is_path(code) => code.to_owned(),
        None => format!("__name(\"{quoted}\")"),
    }
}
