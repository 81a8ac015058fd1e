//! Numbered lists inside of loops begin anew in each round, where the round holds a list and more than a list.
//!
//! A loop whose rounds are the items of one list (`1. {{ name }}`) goes on counting.
//! A round that begins anew gets a list instance of its own (ECMA-376 part 1, 17.9.16), which is added to the numbering part.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use minijinja::value::Value;
use minijinja::{Error, State};

use super::blocks::Blocks;
use super::edits::{Edit, VALUE};
use super::fill::Fill;
use super::scan::Scan;
use super::tags::{Action, Level};
use crate::report::xml::{Kind, Tree, unescape};

/// The levels of a list.
const LEVELS: usize = 9;
/// What the numbering and styles parts say about lists.
#[derive(Debug, Default)]
pub(super) struct Numbering {
    /// Instance → its definition.
    instances: HashMap<u32, u32>,
    /// Definition → where each level starts; only those that count.
    starts: HashMap<u32, [u32; LEVELS]>,
    /// Style → instance and level.
    styles: HashMap<String, (u32, u32)>,
    largest: u32,
}

impl Numbering {
    /// Reads both parts; what cannot be read has no lists.
    pub(super) fn read(numbering: Option<(&str, &Tree)>, styles: Option<(&str, &Tree)>) -> Self {
        let mut out = Self::default();
        if let Some((source, tree)) = numbering {
            out.read_numbering(source, tree);
        }
        if let Some((source, tree)) = styles {
            out.read_styles(source, tree);
        }
        out
    }

    fn read_numbering(&mut self, source: &str, tree: &Tree) {
        let number = |element: usize, name: &str| tree.attribute(element, name, source).and_then(|value| value.trim().parse::<u32>().ok());
        let child = |element: usize, name: &str| tree.children(element).find(|&child| tree.name(child, source) == name);
        for index in 0..tree.elements.len() {
            match tree.name(index, source) {
                "abstractNum" => {
                    let Some(id) = number(index, "abstractNumId") else { continue };
                    let mut starts = [1; LEVELS];
                    let mut counts = false;
                    for level in tree.children(index).filter(|&level| tree.name(level, source) == "lvl") {
                        let place = number(level, "ilvl").unwrap_or(0) as usize;
                        if let Some(start) = child(level, "start").and_then(|start| number(start, "val"))
                            && let Some(slot) = starts.get_mut(place)
                        {
                            *slot = start;
                        }
                        let format = child(level, "numFmt").and_then(|format| tree.attribute(format, "val", source)).unwrap_or("decimal");
                        counts |= !matches!(format, "bullet" | "none");
                    }
                    if counts {
                        self.starts.insert(id, starts);
                    }
                }
                "num" => {
                    let Some(id) = number(index, "numId") else { continue };
                    self.largest = self.largest.max(id);
                    // An instance that changes its levels is more than its definition.
                    let changes = tree.children(index).any(|part| tree.name(part, source) == "lvlOverride");
                    if let Some(definition) =
                        child(index, "abstractNumId").and_then(|definition| number(definition, "val")).filter(|_| !changes)
                    {
                        self.instances.insert(id, definition);
                    }
                }
                _ => {}
            }
        }
    }

    fn read_styles(&mut self, source: &str, tree: &Tree) {
        let child = |element: usize, name: &str| tree.children(element).find(|&child| tree.name(child, source) == name);
        let mut based: HashMap<String, String> = HashMap::new();
        for index in (0..tree.elements.len()).filter(|&index| tree.name(index, source) == "style") {
            let Some(id) = tree.attribute(index, "styleId", source).map(unescape) else { continue };
            if let Some(parent) = child(index, "basedOn").and_then(|parent| tree.attribute(parent, "val", source)) {
                based.insert(id.clone(), unescape(parent));
            }
            if let Some(list) = child(index, "pPr").and_then(|props| child(props, "numPr")).and_then(|props| list_of(tree, props, source)) {
                self.styles.insert(id, list);
            }
        }
        for id in based.keys().cloned().collect::<Vec<_>>() {
            let parents = std::iter::successors(Some(&id), |id| based.get(*id)).take(20);
            if let Some(list) = parents.into_iter().find_map(|id| self.styles.get(id)).copied() {
                self.styles.insert(id, list);
            }
        }
    }

    fn counts(&self, instance: u32) -> bool {
        self.instances.get(&instance).is_some_and(|definition| self.starts.contains_key(definition))
    }

    /// The first number that is free for a new instance.
    pub(super) fn first_free(&self) -> u32 {
        self.largest.saturating_add(1)
    }

    /// The numbering part with instances added.
    pub(super) fn with(&self, source: &str, tree: &Tree, made: &[(u32, u32)]) -> String {
        let w = &tree.prefix;
        let mut added = String::new();
        for (new, old) in made {
            let Some((definition, starts)) =
                self.instances.get(old).and_then(|definition| Some((definition, self.starts.get(definition)?)))
            else {
                continue;
            };
            let mut written = write!(added, "<{w}num {w}numId=\"{new}\"><{w}abstractNumId {w}val=\"{definition}\"/>");
            for (level, start) in starts.iter().enumerate() {
                let one = write!(added, "<{w}lvlOverride {w}ilvl=\"{level}\"><{w}startOverride {w}val=\"{start}\"/></{w}lvlOverride>");
                written = written.and(one);
            }
            written = written.and(write!(added, "</{w}num>"));
            debug_assert!(written.is_ok(), "writing to a string does not fail");
        }
        let last = tree.children(0).find(|&child| tree.name(child, source) == "numIdMacAtCleanup");
        let at = last.map_or(tree.elements[0].close, |last| tree.elements[last].start);
        format!("{}{added}{}", &source[..at], &source[at..])
    }
}

/// Instance and level in list properties.
fn list_of(tree: &Tree, props: usize, source: &str) -> Option<(u32, u32)> {
    let value = |name: &str| {
        let child = tree.children(props).find(|&child| tree.name(child, source) == name)?;
        tree.attribute(child, "val", source)?.trim().parse::<u32>().ok()
    };
    Some((value("numId").filter(|id| *id > 0)?, value("ilvl").unwrap_or(0)))
}

/// A loop that repeats paragraphs, cells or rows.
struct Loop {
    tag: usize,
    /// The elements between its beginning and its end.
    from: usize,
    to: usize,
}

/// A paragraph of a list.
struct Item {
    element: usize,
    instance: u32,
    level: u32,
    cell: Option<usize>,
}

/// The edits that give each round its own list, and the loops that count their rounds.
pub(super) fn edits(scan: &Scan, blocks: &Blocks, source: &str, numbering: &Numbering, edits: &mut Vec<Edit>) -> BTreeSet<usize> {
    let mut counting = BTreeSet::new();
    if numbering.starts.is_empty() {
        return counting;
    }
    let loops = loops(scan, blocks);
    let items = items(scan, source, numbering);
    if loops.is_empty() || items.is_empty() {
        return counting;
    }
    // For each list the loops whose rounds begin it anew, outermost first.
    let mut anew: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for round in &loops {
        let inside: Vec<&Item> =
            items[items.partition_point(|item| item.element < round.from)..].iter().take_while(|item| item.element < round.to).collect();
        let lists: BTreeSet<u32> = inside.iter().map(|item| item.instance).collect();
        for list in lists {
            if begins_anew(scan, round, &loops, &inside, list) {
                for item in inside.iter().filter(|item| item.instance == list) {
                    anew.entry(item.element).or_default().push(round.tag);
                }
                counting.insert(round.tag);
            }
        }
    }
    for item in &items {
        if let Some(rounds) = anew.get(&item.element) {
            give(scan, source, item, rounds, edits);
        }
    }
    counting
}

fn loops(scan: &Scan, blocks: &Blocks) -> Vec<Loop> {
    let mut out = Vec::new();
    for block in &blocks.blocks {
        let (Some(&first), Some(&last)) = (block.members.first(), block.members.last()) else { continue };
        let is_loop = matches!(&scan.tags[first].tag.action, Action::Statement(keyword) if keyword == "for");
        if !is_loop || blocks.level[first] <= Level::Run {
            continue;
        }
        let (Some(start), Some(end)) = (blocks.container(scan, first), blocks.container(scan, last)) else { continue };
        let element = scan.tree.elements[start];
        let (from, to) = if start == end { (start, element.last) } else { (element.last, end) };
        out.push(Loop { tag: first, from, to });
    }
    out.sort_by_key(|round| (round.from, usize::MAX - round.to));
    out
}

fn items(scan: &Scan, source: &str, numbering: &Numbering) -> Vec<Item> {
    let tree = &scan.tree;
    let item = |paragraph: &super::scan::Paragraph| {
        let props = tree.child(paragraph.element, Kind::ParagraphProps)?;
        let child = |name: &str| tree.children(props).find(|&child| tree.name(child, source) == name);
        let style = || numbering.styles.get(&unescape(tree.attribute(child("pStyle")?, "val", source)?)).copied();
        let own = child("numPr").map(|props| list_of(tree, props, source));
        let (instance, level) = own.unwrap_or_else(style)?;
        let cell = tree.ancestor(paragraph.element, Kind::Cell);
        numbering.counts(instance).then_some(Item { element: paragraph.element, instance, level, cell })
    };
    scan.paragraphs.iter().filter_map(item).collect()
}

/// A round holds several items of the list, or a loop of them, and something that is not of the list.
fn begins_anew(scan: &Scan, round: &Loop, loops: &[Loop], inside: &[&Item], list: u32) -> bool {
    let own: Vec<&&Item> = inside.iter().filter(|item| item.instance == list).collect();
    let top = own.iter().map(|item| item.level).min();
    let mut in_cell: HashMap<Option<usize>, usize> = HashMap::new();
    for item in own.iter().filter(|item| Some(item.level) == top) {
        *in_cell.entry(item.cell).or_default() += 1;
    }
    let nested = |item: &&Item| {
        loops.iter().any(|inner| {
            inner.tag != round.tag && round.from <= inner.from && inner.to <= round.to && (inner.from..inner.to).contains(&item.element)
        })
    };
    if in_cell.values().all(|count| *count < 2) && !own.iter().any(|item| nested(item)) {
        return false;
    }
    let listed: BTreeSet<usize> = own.iter().map(|item| item.element).collect();
    let first = scan.paragraphs.partition_point(|paragraph| paragraph.element < round.from);
    let mut paragraphs = scan.paragraphs[first..].iter().take_while(|paragraph| paragraph.element < round.to);
    paragraphs.any(|paragraph| !listed.contains(&paragraph.element) && !is_mark(&paragraph.text))
}

/// Whether a paragraph holds nothing, or only a statement.
fn is_mark(text: &str) -> bool {
    let text = text.trim();
    text.is_empty()
        || text.starts_with("{%")
            && text.ends_with("%}")
            && text.matches("{%").count() == text.matches("%}").count()
            && !text.contains("}}")
}

/// Writes which list a paragraph belongs to in a round.
fn give(scan: &Scan, source: &str, item: &Item, rounds: &[usize], edits: &mut Vec<Edit>) {
    let (tree, w) = (&scan.tree, &scan.tree.prefix);
    let keys: Vec<String> = rounds.iter().map(ToString::to_string).collect();
    let value = format!("{}__list({}, [{}]){}", VALUE.0, item.instance, keys.join(", "), VALUE.1);
    let Some(props) = tree.child(item.element, Kind::ParagraphProps) else { return };
    let child = |parent: usize, name: &str| tree.children(parent).find(|&child| tree.name(child, source) == name);
    let element = format!("<{w}numId {w}val=\"{value}\"/>");
    if let Some(own) = child(props, "numPr").and_then(|list| child(list, "numId")) {
        edits.push(Edit::replace(tree.elements[own].start, tree.elements[own].end, element));
        return;
    }
    // Behind what stands before list properties (ECMA-376 part 1, 17.3.1.26).
    let before = ["pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl"];
    let at = tree.children(props).filter(|&part| before.contains(&tree.name(part, source))).last();
    let at = at.map_or(tree.elements[props].open_end, |part| tree.elements[part].end);
    edits.push(Edit::behind(at, format!("<{w}numPr><{w}ilvl {w}val=\"{}\"/>{element}</{w}numPr>", item.level)));
}

/// `__round(tag)`: a round of a loop begins.
#[expect(clippy::unnecessary_wraps, reason = "minijinja's functions may fail")]
pub(super) fn round(state: &State, tag: usize) -> Result<Value, Error> {
    if let Some(fill) = Fill::of(state) {
        fill.rounds.begin(tag);
    }
    Ok(Value::from_safe_string(String::new()))
}

/// `__list(instance, loops)`: the list instance of this round; the first round keeps the template's own.
#[expect(clippy::needless_pass_by_value, reason = "minijinja hands arguments over")]
pub(super) fn number(state: &State, instance: u32, loops: Vec<usize>) -> Value {
    Value::from(Fill::of(state).map_or(instance, |fill| fill.rounds.instance(instance, &loops)))
}
