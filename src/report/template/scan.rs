//! A part's paragraphs as joined text with a map back to their runs, and the tags in them.

use super::tags::{self, Action, Broken, Tag};
use crate::report::xml::{Kind, NONE, Tree, unescape};

/// A part, looked through.
#[derive(Debug)]
pub(super) struct Scan {
    pub tree: Tree,
    pub paragraphs: Vec<Paragraph>,
    /// All tags, in document order.
    pub tags: Vec<Placed>,
    /// What looks like a tag and is not one.
    pub broken: Vec<(usize, Broken)>,
    /// A `raw` that makes text of all that follows.
    pub raw_without_end: Option<usize>,
}

/// A paragraph with its own text; text boxes inside it are paragraphs of their own.
#[derive(Debug)]
pub(super) struct Paragraph {
    pub element: usize,
    pub text: String,
    pub segments: Vec<Segment>,
    /// It holds a picture or a field, so it is more than its text.
    pub has_more: bool,
}

/// A stretch of a paragraph's text and the element it comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Segment {
    pub element: usize,
    pub start: usize,
    pub end: usize,
}

/// A tag and where it stands.
#[derive(Debug)]
pub(super) struct Placed {
    pub tag: Tag,
    pub host: Host,
}

/// What a tag stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Host {
    /// A paragraph, by its number in [`Scan::paragraphs`].
    Paragraph(usize),
    /// Text outside of runs: an attribute, a field's code, a document property. Where its text begins in the source, its element, and what it is.
    Loose { at: usize, element: usize, within: Within },
}

/// What text outside of runs is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// Words.
    Attribute,
    /// The address of a link: all of it, or a piece.
    Address { whole: bool },
}

impl Scan {
    /// Looks a part through.
    pub(super) fn new(tree: Tree, source: &str) -> Self {
        let paragraphs = join(&tree, source);
        let mut scan = Self { tree, paragraphs, tags: Vec::new(), broken: Vec::new(), raw_without_end: None };
        let mut found: Vec<(usize, Placed)> = Vec::new();
        for (number, paragraph) in scan.paragraphs.iter().enumerate() {
            if !may_hold_tags(&paragraph.text) {
                continue;
            }
            let (tags, broken) = tags::find(&paragraph.text);
            for tag in tags {
                let position = paragraph.source_position(&scan.tree, tag.start);
                found.push((position, Placed { tag, host: Host::Paragraph(number) }));
            }
            scan.broken.extend(broken.into_iter().map(|broken| (number, broken)));
        }
        loose(&scan.tree, source, &mut found);
        // Text boxes stand in the source before the rest of their paragraph's text.
        found.sort_by_key(|(position, placed)| (*position, placed.tag.start));
        (scan.tags, scan.raw_without_end) = without_raw(found.into_iter().map(|(_, placed)| placed).collect());
        scan
    }

    /// The paragraph a tag stands in.
    pub(super) fn paragraph(&self, placed: &Placed) -> Option<&Paragraph> {
        match placed.host {
            Host::Paragraph(number) => self.paragraphs.get(number),
            Host::Loose { .. } => None,
        }
    }

    /// Whether text outside of tags may look like one.
    pub(super) fn may_hold_lookalikes(&self) -> bool {
        self.paragraphs
            .iter()
            .any(|paragraph| paragraph.text.contains(['<', '{', '}', '[', '%', '#', '$', '«', '‹', '≪', '>', '＜', '｛', '《', '〈', '⟨']))
    }

    /// The element a tag stands in: its paragraph, or what its loose text belongs to.
    pub(super) fn element(&self, placed: &Placed) -> usize {
        match placed.host {
            Host::Paragraph(number) => self.paragraphs[number].element,
            Host::Loose { element, .. } => element,
        }
    }
}

impl Paragraph {
    /// The segment a place in the joined text belongs to.
    pub(super) fn segment_at(&self, at: usize) -> Option<&Segment> {
        self.segments.get(self.segments.partition_point(|segment| segment.end <= at)).filter(|segment| segment.start <= at)
    }

    fn source_position(&self, tree: &Tree, at: usize) -> usize {
        self.segment_at(at).map_or(0, |segment| tree.elements[segment.element].open_end)
    }
}

fn may_hold_tags(text: &str) -> bool {
    text.contains(['{', '«']) || text.contains("<<") || text.contains("_}")
}

/// Joins the text of every paragraph.
fn join(tree: &Tree, source: &str) -> Vec<Paragraph> {
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    // For each element the paragraph it belongs to, inherited from its parent.
    let mut owner: Vec<usize> = Vec::with_capacity(tree.elements.len());
    for (index, element) in tree.elements.iter().enumerate() {
        let inherited = if element.parent == NONE { NONE } else { owner[element.parent] };
        let own = if element.kind == Kind::Paragraph {
            paragraphs.push(Paragraph { element: index, text: String::new(), segments: Vec::new(), has_more: false });
            paragraphs.len() - 1
        } else {
            inherited
        };
        owner.push(own);
        let Some(paragraph) = paragraphs.get_mut(own) else { continue };
        let start = paragraph.text.len();
        match element.kind {
            Kind::Text => paragraph.text.push_str(&unescape(&source[element.open_end..element.close])),
            Kind::Break | Kind::Tab if is_in_run(tree, element.parent) => {
                paragraph.text.push(if element.kind == Kind::Tab { '\t' } else { '\n' });
            }
            Kind::Drawing | Kind::FieldChar | Kind::SimpleField => {
                paragraph.has_more = true;
                continue;
            }
            _ => continue,
        }
        paragraph.segments.push(Segment { element: index, start, end: paragraph.text.len() });
    }
    paragraphs
}

fn is_in_run(tree: &Tree, parent: usize) -> bool {
    tree.elements.get(parent).is_some_and(|parent| parent.kind == Kind::Run)
}

/// Elements whose attributes are names for Word itself.
const INTERNAL: [&str; 5] = ["tag", "alias", "bookmarkStart", "docPart", "ffData"];

/// Tags in attributes, field codes and document properties.
fn loose(tree: &Tree, source: &str, found: &mut Vec<(usize, Placed)>) {
    let may_hold = |text: &str| text.contains("{{") || text.contains("&lt;&lt;");
    if !may_hold(source) {
        return;
    }
    for (index, element) in tree.elements.iter().enumerate() {
        let leaf = element.last == index + 1 && !matches!(element.kind, Kind::Text);
        let spans = [Some((element.start, element.open_end)), leaf.then_some((element.open_end, element.close))];
        for (from, to) in spans.into_iter().flatten() {
            let raw = &source[from..to];
            if !may_hold(raw) || INTERNAL.contains(&tree.name(index, source)) {
                continue;
            }
            let (text, places) = unescaped(raw);
            for mut tag in tags::find(&text).0 {
                if tag.action != Action::Value || tag.shown.starts_with('«') || tag.flaw.is_some() {
                    continue;
                }
                let within = within(tree, source, index, &text[..tag.start]);
                (tag.start, tag.end) = (places[tag.start], places[tag.end]);
                found.push((from + tag.start, Placed { tag, host: Host::Loose { at: from, element: index, within } }));
            }
        }
    }
}

/// Source text as it reads, and for each of its bytes (and its end) the place in the source.
fn unescaped(raw: &str) -> (String, Vec<usize>) {
    let (mut text, mut places) = (String::with_capacity(raw.len()), Vec::with_capacity(raw.len() + 1));
    let mut at = 0;
    while let Some(character) = raw[at..].chars().next() {
        let (taken, read) =
            if character == '&' { crate::report::xml::entity(&raw[at..]) } else { (character.len_utf8(), character.to_string()) };
        places.extend(std::iter::repeat_n(at, read.len()));
        text.push_str(&read);
        at += taken;
    }
    places.push(raw.len());
    (text, places)
}

/// Whether a tag stands in the code of a link, and whether the address begins with it.
fn within(tree: &Tree, source: &str, element: usize, before: &str) -> Within {
    let is_code = matches!(tree.elements[element].kind, Kind::FieldCode | Kind::SimpleField);
    let Some(at) = before.rfind("HYPERLINK").filter(|_| is_code && !tree.name(element, source).is_empty()) else {
        return Within::Attribute;
    };
    let address = &before[at + "HYPERLINK".len()..];
    // The first pair of quotes holds the address; behind it come the tip and the place inside.
    match address.matches('"').count() {
        1 => Within::Address { whole: address.trim_end().ends_with('"') },
        0 => Within::Address { whole: address.trim().is_empty() },
        _ => Within::Attribute,
    }
}

/// Takes `{% raw %}` at its word: what stands between is text. With it the one that does not end.
fn without_raw(tags: Vec<Placed>) -> (Vec<Placed>, Option<usize>) {
    let mut raw = None;
    let mut out = Vec::with_capacity(tags.len());
    for mut placed in tags {
        let keyword = match &placed.tag.action {
            Action::Statement(keyword) => keyword.as_str(),
            _ => "",
        };
        match (raw, keyword) {
            (None, "raw") => {
                raw = Some(out.len());
                placed.tag.action = Action::Comment;
            }
            (Some(_), "endraw") => {
                raw = None;
                placed.tag.action = Action::Comment;
            }
            (Some(_), _) => continue,
            _ => {}
        }
        out.push(placed);
    }
    (out, raw)
}
