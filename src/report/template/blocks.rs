//! Which statements belong together, and what each of them replaces: itself, its paragraph, its cell or its row.
//!
//! docxtpl's letters (`{%tr`) say it outright.
//! Without a letter, tags that stand alone in their rows or paragraphs replace them, so that a loop leaves no empty line behind.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::keywords::{OPENING, SINGLE, is_cell_mark};
use super::lifted::Lifted;
use super::scan::{Host, Scan};
use super::tags::{Action, Level};
use crate::report::xml::Kind;

/// Statements that belong together: `for` … `else` … `endfor`; or one that stands for itself (`set`).
#[derive(Debug)]
pub(super) struct Block {
    /// Indices into [`Scan::tags`], in document order.
    pub members: Vec<usize>,
}

/// What is wrong with the blocks of a part.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum BlockError {
    /// A beginning without an end.
    Unclosed { tag: usize },
    /// An end, or a middle, without a beginning.
    Unopened { tag: usize },
    /// Beginning and end stand in different cells.
    CrossesCell { tag: usize, other: usize },
    /// Beginning and end do not stand side by side (one in a text box, a link, another table …).
    Tangled { tag: usize, other: usize },
    /// A row or cell tag outside of a table.
    NoContainer { tag: usize },
    /// Blocks inside each other, too many.
    TooDeep { tag: usize },
    /// A mark that merges the cells of a loop, outside of one.
    OutsideLoop { tag: usize },
    /// A statement the engine does not know or does not allow.
    UnknownStatement { tag: usize },
}

/// The blocks of a part.
#[derive(Debug)]
pub(super) struct Blocks {
    pub blocks: Vec<Block>,
    /// For each tag its block.
    pub block_of: Vec<Option<usize>>,
    /// For each tag what it replaces in the end.
    pub level: Vec<Level>,
    pub faults: Vec<BlockError>,
}

/// Blocks inside each other; more is no document but an attack.
const DEEPEST: usize = 60;

impl Blocks {
    /// Pairs the statements of a part and decides what they replace.
    pub(super) fn new(scan: &Scan, source: &str) -> Self {
        let mut blocks = Self {
            blocks: Vec::new(),
            block_of: vec![None; scan.tags.len()],
            level: scan.tags.iter().map(|placed| placed.tag.level).collect(),
            faults: Vec::new(),
        };
        blocks.pair(scan);
        blocks.even_out();
        blocks.lift(scan);
        blocks.verify(scan, source);
        blocks
    }

    /// The element a tag replaces, by its level; `None` for one that stays inline.
    pub(super) fn container(&self, scan: &Scan, tag: usize) -> Option<usize> {
        container(scan, tag, self.level[tag])
    }

    fn pair(&mut self, scan: &Scan) {
        let mut open: Vec<(String, Vec<usize>)> = Vec::new();
        for (index, placed) in scan.tags.iter().enumerate() {
            let Action::Statement(keyword) = &placed.tag.action else { continue };
            let keyword = keyword.as_str();
            if keyword == "set" && is_assignment(&placed.tag.code) || SINGLE.contains(&keyword) {
                if !is_cell_mark(keyword) {
                    self.add(vec![index]);
                } else if matches!(keyword, "vm" | "hm") && !open.iter().any(|(opening, _)| opening == "for") {
                    self.faults.push(BlockError::OutsideLoop { tag: index });
                }
            } else if OPENING.contains(&keyword) {
                if open.len() >= DEEPEST {
                    self.faults.push(BlockError::TooDeep { tag: index });
                }
                open.push((keyword.to_owned(), vec![index]));
            } else if matches!(keyword, "elif" | "else") {
                match open.last_mut() {
                    Some((opening, members)) if opening == "if" || opening == "for" && keyword == "else" => {
                        members.push(index);
                        // The evaluator nests each branch into the one before.
                        if members.len() == DEEPEST {
                            self.faults.push(BlockError::TooDeep { tag: index });
                        }
                    }
                    _ => self.faults.push(BlockError::Unopened { tag: index }),
                }
            } else if let Some(ends) = keyword.strip_prefix("end") {
                let Some(at) = open.iter().rposition(|(opening, _)| opening == ends) else {
                    // `endfro` is a slip, and no end of something called `fro`.
                    let is_end = OPENING.contains(&ends);
                    self.faults.push(if is_end {
                        BlockError::Unopened { tag: index }
                    } else {
                        BlockError::UnknownStatement { tag: index }
                    });
                    continue;
                };
                for (_, members) in open.split_off(at + 1) {
                    self.faults.push(BlockError::Unclosed { tag: members[0] });
                }
                if let Some((_, mut members)) = open.pop() {
                    members.push(index);
                    self.add(members);
                }
            } else {
                self.faults.push(BlockError::UnknownStatement { tag: index });
            }
        }
        for (_, members) in open {
            self.faults.push(BlockError::Unclosed { tag: members[0] });
        }
    }

    fn add(&mut self, members: Vec<usize>) {
        for &member in &members {
            self.block_of[member] = Some(self.blocks.len());
        }
        self.blocks.push(Block { members });
    }

    /// A block with one tag between runs has all of them there: half inside a run would leave that run open.
    fn even_out(&mut self) {
        for block in &self.blocks {
            if block.members.iter().any(|&member| self.level[member] == Level::Run) {
                for &member in &block.members {
                    if self.level[member] == Level::Inline {
                        self.level[member] = Level::Run;
                    }
                }
            }
        }
    }

    /// Lifts blocks whose tags stand alone to the rows or paragraphs they stand in.
    ///
    /// A row can only be replaced when everything in it goes; so blocks are lowered again until what remains agrees.
    fn lift(&mut self, scan: &Scan) {
        let alone = Alone::new(scan);
        let mut wish: Vec<Level> = self.blocks.iter().map(|block| alone.wish(scan, block, &self.level)).collect();
        for _ in 0..16 {
            let levels = self.levels_for(&wish);
            let refused: Vec<usize> = self.refused(scan, &levels);
            if refused.is_empty() {
                self.level = levels;
                return;
            }
            for block in refused {
                wish[block] = match wish[block] {
                    Level::Row if alone.fits(scan, &self.blocks[block], &self.level, Level::Paragraph) => Level::Paragraph,
                    _ => Level::Inline,
                };
            }
        }
    }

    fn levels_for(&self, wish: &[Level]) -> Vec<Level> {
        let mut levels = self.level.clone();
        for (block, &wished) in self.blocks.iter().zip(wish) {
            for &member in &block.members {
                if levels[member] == Level::Inline {
                    levels[member] = wished;
                }
            }
        }
        levels
    }

    /// Blocks that would replace a container in which other statements stay behind.
    fn refused(&self, scan: &Scan, levels: &[Level]) -> Vec<usize> {
        let mut lowest: HashMap<usize, Level> = HashMap::new();
        for (tag, placed) in scan.tags.iter().enumerate() {
            if !matches!(placed.tag.action, Action::Statement(_)) {
                continue;
            }
            for kind in [Kind::Row, Kind::Paragraph] {
                if let Some(element) = scan.tree.ancestor(scan.element(placed), kind) {
                    lowest.entry(element).and_modify(|level| *level = levels[tag].min(*level)).or_insert(levels[tag]);
                }
            }
        }
        let mut refused: Vec<usize> = Vec::new();
        for (number, block) in self.blocks.iter().enumerate() {
            let stays_behind = block.members.iter().any(|&member| {
                let lifted = scan.tags[member].tag.level == Level::Inline && levels[member] > Level::Run;
                lifted
                    && container(scan, member, levels[member])
                        .is_some_and(|element| lowest.get(&element).is_some_and(|&level| level < levels[member]))
            });
            if stays_behind {
                refused.push(number);
            }
        }
        refused
    }

    fn verify(&mut self, scan: &Scan, source: &str) {
        for tag in 0..scan.tags.len() {
            if self.level[tag] > Level::Run && self.container(scan, tag).is_none() {
                self.faults.push(BlockError::NoContainer { tag });
            }
        }
        for block in &self.blocks {
            let first = block.members[0];
            for &other in &block.members[1..] {
                if let Some(fault) = self.misplaced(scan, source, first, other) {
                    self.faults.push(fault);
                    break;
                }
            }
        }
        if self.faults.is_empty() {
            self.verify_replaced(scan);
        }
    }

    /// A statement goes along when its paragraph, cell or row gives way to another one, or is repeated by it: then its whole block must.
    fn verify_replaced(&mut self, scan: &Scan) {
        let lifted = containers(scan, self);
        let place = |member: usize| {
            let element = scan.element(&scan.tags[member]);
            let replaced = lifted.group_of(scan, element).or_else(|| self.container(scan, member));
            let beside = replaced.map(|element| scan.tree.elements[element].parent);
            (beside, lifted.around(scan, beside.unwrap_or(element)))
        };
        let torn = self.blocks.iter().filter_map(|block| {
            let first = place(block.members[0]);
            let other = block.members.iter().copied().find(|&member| place(member) != first)?;
            Some(BlockError::Tangled { tag: block.members[0], other })
        });
        let torn: Vec<BlockError> = torn.collect();
        self.faults.extend(torn);
    }

    /// Whether two tags of a block stand where the text between them can be repeated or left out as a whole.
    fn misplaced(&self, scan: &Scan, source: &str, first: usize, other: usize) -> Option<BlockError> {
        let (here, there) = (scan.element(&scan.tags[first]), scan.element(&scan.tags[other]));
        let tree = &scan.tree;
        let different_cells = tree.ancestor(here, Kind::Cell) != tree.ancestor(there, Kind::Cell);
        if self.level[first] != self.level[other] && self.level[first].max(self.level[other]) > Level::Run {
            let fault =
                if different_cells { BlockError::CrossesCell { tag: first, other } } else { BlockError::Tangled { tag: first, other } };
            return Some(fault);
        }
        let containers = self.container(scan, first).zip(self.container(scan, other));
        let side_by_side = containers.map_or_else(
            || {
                let (left, right) = (text_of(scan, first), text_of(scan, other));
                let mirrored = left.zip(right).map_or(left == right, |(left, right)| tree.mirrors(left, right, source));
                tree.elements[here].parent == tree.elements[there].parent && mirrored
            },
            |(left, right)| tree.elements[left].parent == tree.elements[right].parent,
        );
        match side_by_side {
            true => None,
            false if different_cells && self.level[first] < Level::Row => Some(BlockError::CrossesCell { tag: first, other }),
            false => Some(BlockError::Tangled { tag: first, other }),
        }
    }
}

/// `set x = 1`, in contrast to `set x` … `endset`.
fn is_assignment(code: &str) -> bool {
    code.contains('=')
}

fn container(scan: &Scan, tag: usize, level: Level) -> Option<usize> {
    let kind = match level {
        Level::Inline | Level::Run => return None,
        Level::Paragraph => Kind::Paragraph,
        Level::Cell => Kind::Cell,
        Level::Row => Kind::Row,
    };
    scan.tree.ancestor(scan.element(&scan.tags[tag]), kind)
}

/// The text element a tag begins in.
fn text_of(scan: &Scan, tag: usize) -> Option<usize> {
    let placed = &scan.tags[tag];
    scan.paragraph(placed)?.segment_at(placed.tag.start).map(|segment| segment.element)
}

/// Which paragraphs and rows hold nothing but statements.
struct Alone {
    paragraphs: Vec<bool>,
    /// Row element → nothing but statements in it, and at least one.
    rows: HashMap<usize, bool>,
}

impl Alone {
    fn new(scan: &Scan) -> Self {
        let mut bare: Vec<bool> = scan.paragraphs.iter().map(|paragraph| !paragraph.has_more).collect();
        let mut covered: Vec<usize> = vec![0; scan.paragraphs.len()];
        let mut statements: Vec<bool> = vec![false; scan.paragraphs.len()];
        for placed in &scan.tags {
            let Host::Paragraph(number) = placed.host else { continue };
            let counts = match &placed.tag.action {
                Action::Value => false,
                Action::Comment => true,
                Action::Statement(keyword) => !is_cell_mark(keyword),
            };
            if !counts || placed.tag.trim_before || placed.tag.trim_after {
                bare[number] = false;
            }
            statements[number] |= matches!(placed.tag.action, Action::Statement(_));
            covered[number] += count_ink(&placed.tag.shown);
        }
        let mut rows: HashMap<usize, bool> = HashMap::new();
        let mut rows_with_tags: HashMap<usize, bool> = HashMap::new();
        for (number, paragraph) in scan.paragraphs.iter().enumerate() {
            bare[number] = bare[number] && count_ink(&paragraph.text) == covered[number];
            if let Some(row) = scan.tree.ancestor(paragraph.element, Kind::Row) {
                rows.entry(row).and_modify(|alone| *alone &= bare[number]).or_insert(bare[number]);
                *rows_with_tags.entry(row).or_default() |= statements[number];
            }
            bare[number] = bare[number] && statements[number];
        }
        rows.retain(|row, alone| *alone && rows_with_tags.get(row).copied().unwrap_or_default());
        Self { paragraphs: bare, rows }
    }

    /// The highest level a block can have.
    fn wish(&self, scan: &Scan, block: &Block, explicit: &[Level]) -> Level {
        [Level::Row, Level::Paragraph].into_iter().find(|&level| self.fits(scan, block, explicit, level)).unwrap_or(Level::Inline)
    }

    fn fits(&self, scan: &Scan, block: &Block, explicit: &[Level], level: Level) -> bool {
        let single = block.members.len() == 1;
        if single && level == Level::Row {
            return false;
        }
        let mut containers: Vec<usize> = Vec::with_capacity(block.members.len());
        for &member in &block.members {
            let Host::Paragraph(number) = scan.tags[member].host else { return false };
            let Some(element) = container(scan, member, level) else { return false };
            let alone = if level == Level::Row { self.rows.contains_key(&element) } else { self.paragraphs[number] };
            if explicit[member] != level && (explicit[member] != Level::Inline || !alone) {
                return false;
            }
            containers.push(element);
        }
        let parent = |element: usize| scan.tree.elements[element].parent;
        let apart = single || containers.first() != containers.last();
        apart && containers.iter().all(|&element| parent(element) == parent(containers[0]))
    }
}

/// The characters of a text that are not white space.
fn count_ink(text: &str) -> usize {
    text.chars().filter(|character| !character.is_whitespace()).count()
}

/// A block that begins and ends in one row (cell, paragraph) repeats it; otherwise the element gives way to the statement.
pub(super) fn containers(scan: &Scan, blocks: &Blocks) -> Lifted {
    let mut elements: BTreeMap<usize, bool> = BTreeMap::new();
    for (tag, placed) in scan.tags.iter().enumerate() {
        // A comment with a letter takes its row or paragraph with it.
        if placed.tag.action == Action::Value {
            continue;
        }
        let Some(element) = blocks.container(scan, tag) else { continue };
        let wraps = is_wrapping(scan, blocks, tag, element) || holds_section(scan, element);
        elements.entry(element).and_modify(|goes| *goes &= !wraps).or_insert(!wraps);
    }
    for (tag, paragraph) in own_paragraphs(scan, blocks) {
        if !elements.contains_key(&paragraph) && blocks.level[tag] == Level::Paragraph {
            elements.insert(paragraph, false);
        }
    }
    Lifted { elements }
}

/// Tags written `{{p …}}` with the paragraphs they stand in: those without a statement, which would be cut in two, and without a section's end.
pub(super) fn own_paragraphs(scan: &Scan, blocks: &Blocks) -> BTreeMap<usize, usize> {
    let stands_in = |tag: usize| match scan.tags[tag].host {
        Host::Paragraph(number) => Some(scan.paragraphs[number].element),
        Host::Loose { .. } => None,
    };
    let is_value = |tag: usize| scan.tags[tag].tag.action == Action::Value && blocks.level[tag] == Level::Paragraph;
    if !(0..scan.tags.len()).any(is_value) {
        return BTreeMap::new();
    }
    let is_statement = |tag: &usize| matches!(scan.tags[*tag].tag.action, Action::Statement(_));
    let cut: BTreeSet<usize> = (0..scan.tags.len()).filter(is_statement).filter_map(stands_in).collect();
    let mut seen = BTreeSet::new();
    let own = (0..scan.tags.len()).filter(|&tag| is_value(tag)).filter_map(|tag| stands_in(tag).map(|paragraph| (tag, paragraph)));
    own.filter(|&(_, paragraph)| !cut.contains(&paragraph) && !holds_section(scan, paragraph) && seen.insert(paragraph)).collect()
}

fn is_wrapping(scan: &Scan, blocks: &Blocks, tag: usize, element: usize) -> bool {
    let Some(block) = blocks.block_of[tag].map(|number| &blocks.blocks[number]) else { return false };
    block.members.len() > 1 && block.members.iter().all(|&member| blocks.container(scan, member) == Some(element))
}

/// A paragraph that ends a section must stay, or the section's page set-up goes with it.
fn holds_section(scan: &Scan, element: usize) -> bool {
    scan.tree.elements[element].kind == Kind::Paragraph
        && scan.tree.child(element, Kind::ParagraphProps).is_some_and(|props| scan.tree.contains(props, Kind::SectionProps))
}
