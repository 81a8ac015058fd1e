//! Lists: their definitions, and counting through the document (ECMA-376 part 1, 17.9).

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::model::{Align, NumberFormat, NumberSuffix};
use super::numerals::{NumberLanguage, format_custom, format_named, is_known, numeral};
use super::paragraph_props::{ParagraphPatch, alignment};
use super::run_props::RunPatch;
use super::styles::Styles;
use super::theme::Theme;
use super::values::{integer, switched};
use super::xml::{Node, Tree};

const LEVELS: usize = 9;

/// All lists of a document.
#[derive(Debug, Default)]
pub(super) struct Numbering<'p> {
    /// `w:abstractNum` by id.
    definitions: HashMap<i32, Definition>,
    /// `w:num` by id.
    lists: HashMap<i32, List>,
    /// `w:numPicBullet`: the element that holds the picture.
    pictures: HashMap<i32, u32>,
    tree: Option<Tree<'p>>,
}

#[derive(Debug, Default)]
struct Definition {
    levels: Vec<Option<Rc<Level>>>,
    /// A numbering style whose list is meant (17.9.21).
    link: Option<String>,
}

#[derive(Debug, Default)]
struct List {
    definition: i32,
    /// `w:startOverride`.
    starts: [Option<i64>; LEVELS],
    levels: [Option<Rc<Level>>; LEVELS],
}

/// One level of a list.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) format: NumberFormat,
    /// Its numbers have another form than those we write.
    pub(super) foreign: bool,
    /// `%1.%2`.
    text: String,
    start: i64,
    /// Restarts after a level up to this one (from 1); 0 = never (17.9.11).
    restart: Option<i64>,
    /// All numbers in figures (17.9.4).
    legal: bool,
    pub(super) suffix: NumberSuffix,
    pub(super) align: Align,
    pub(super) paragraph: ParagraphPatch,
    pub(super) run: RunPatch,
    pub(super) picture: Option<i32>,
}

impl<'p> Numbering<'p> {
    /// Reads the numbering part.
    pub(super) fn read(tree: Tree<'p>, theme: &Theme, styles: &Styles<'_>) -> Self {
        let mut numbering = Self::default();
        if let Some(root) = tree.root() {
            for node in root.children() {
                numbering.add(node, theme);
            }
        }
        numbering.follow_links(styles);
        numbering.tree = Some(tree);
        numbering
    }

    fn add(&mut self, node: Node<'_>, theme: &Theme) {
        let id = |name: &str| node.attr(name).and_then(integer).map(|id| id as i32);
        match node.name() {
            "w:abstractNum" => {
                let Some(id) = id("w:abstractNumId") else { return };
                let mut definition = Definition { levels: vec![None; LEVELS], link: node.child_val("w:numStyleLink").map(str::to_owned) };
                for (at, level) in node.children().filter(|child| child.name() == "w:lvl").filter_map(|child| Level::read(child, theme)) {
                    definition.levels[at] = Some(Rc::new(level));
                }
                self.definitions.insert(id, definition);
            }
            "w:num" => {
                let (Some(id), Some(definition)) = (id("w:numId"), node.child_val("w:abstractNumId").and_then(integer)) else { return };
                let mut list = List { definition: definition as i32, ..List::default() };
                for change in node.children().filter(|child| child.name() == "w:lvlOverride") {
                    let Some(at) = change.attr("w:ilvl").and_then(integer).filter(|at| (0..LEVELS as i64).contains(at)) else { continue };
                    list.starts[at as usize] = change.child_val("w:startOverride").and_then(integer).map(in_range);
                    list.levels[at as usize] =
                        change.child("w:lvl").and_then(|level| Level::read(level, theme)).map(|(_, level)| Rc::new(level));
                }
                self.lists.insert(id, list);
            }
            "w:numPicBullet" => {
                self.pictures.extend(id("w:numPicBulletId").map(|id| (id, node.index())));
            }
            _ => {}
        }
    }

    /// A definition that only names a numbering style is read as that style's list.
    fn follow_links(&mut self, styles: &Styles) {
        let linked: Vec<(i32, i32)> = self
            .definitions
            .iter()
            .filter_map(|(id, definition)| {
                let target = self.lists.get(&styles.list_of(definition.link.as_deref()?)?)?.definition;
                (target != *id && definition.levels.iter().all(Option::is_none)).then_some((*id, target))
            })
            .collect();
        for (id, target) in linked {
            let levels = self.definitions.get(&target).map(|definition| definition.levels.clone());
            if let (Some(levels), Some(definition)) = (levels, self.definitions.get_mut(&id)) {
                definition.levels = levels;
            }
        }
    }

    /// A level of a list.
    pub(super) fn level(&self, list: i32, level: u8) -> Option<&Rc<Level>> {
        let list = self.lists.get(&list)?;
        let at = usize::from(level);
        list.levels.get(at)?.as_ref().or_else(|| self.definitions.get(&list.definition)?.levels.get(at)?.as_ref())
    }

    /// The element that holds a picture bullet.
    pub(super) fn picture(&self, id: i32) -> Option<Node<'_>> {
        Some(self.tree.as_ref()?.node(*self.pictures.get(&id)?))
    }
}

/// Every paragraph of a list repeats its level's text; Word takes no more characters than this for one.
const LONGEST_TEXT: usize = 255;
/// Numbers longer than this are cut to it once all of them together have so many bytes: each paragraph of a list shows one.
const USUAL_TEXT: usize = 32;
const MOST_LONG: usize = 1_000_000;

impl Level {
    fn read(node: Node<'_>, theme: &Theme) -> Option<(usize, Self)> {
        let at = node.attr("w:ilvl").and_then(integer).filter(|at| (0..LEVELS as i64).contains(at))?;
        let number = |name: &str| node.child_val(name).and_then(integer).map(in_range);
        let custom = node.child("w:numFmt").and_then(|format| format.attr("w:format"));
        let level = Self {
            format: match node.child_val("w:numFmt").unwrap_or("decimal") {
                "custom" => custom.and_then(format_custom).unwrap_or_default(),
                name => format_named(name),
            },
            foreign: !node.child_val("w:numFmt").is_none_or(is_known),
            text: node.child_val("w:lvlText").unwrap_or_default().chars().take(LONGEST_TEXT).collect(),
            start: number("w:start").unwrap_or(0),
            restart: number("w:lvlRestart"),
            legal: node.child("w:isLgl").is_some_and(switched),
            suffix: match node.child_val("w:suff") {
                Some("space") => NumberSuffix::Space,
                Some("nothing") => NumberSuffix::Nothing,
                _ => NumberSuffix::Tab,
            },
            align: node.child_val("w:lvlJc").and_then(alignment).unwrap_or_default(),
            paragraph: node.child("w:pPr").map(|properties| ParagraphPatch::read(properties, theme)).unwrap_or_default(),
            run: node.child("w:rPr").map(|run| RunPatch::read(run, theme)).unwrap_or_default(),
            picture: number("w:lvlPicBulletId").map(|id| id as i32),
        };
        Some((at as usize, level))
    }
}

fn in_range(number: i64) -> i64 {
    number.clamp(0, 1_000_000)
}

/// Where every list stands.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters {
    /// By definition: lists of one definition count on together (17.9.15).
    counts: HashMap<i32, [Option<i64>; LEVELS]>,
    /// Lists that have used their own start.
    started: HashSet<i32>,
    /// Bytes of long numbers so far.
    long: usize,
}

impl Counters {
    /// Counts one paragraph and tells its number's text, in the paragraph's language.
    pub(super) fn next(&mut self, numbering: &Numbering, list_id: i32, at: u8, language: NumberLanguage) -> Option<(String, Rc<Level>)> {
        let level = Rc::clone(numbering.level(list_id, at)?);
        let list = numbering.lists.get(&list_id)?;
        let is_first = !self.counts.contains_key(&list.definition);
        let counts = self.counts.entry(list.definition).or_default();
        let here = usize::from(at);
        // A level above that nothing has counted yet begins with this item, so that its own first item is the second (LibreOffice and Spire agree; measured).
        for above in 0..at {
            if let Some(named) = numbering.level(list_id, above) {
                let start = list.starts[usize::from(above)].filter(|_| is_first).unwrap_or(named.start);
                counts[usize::from(above)].get_or_insert(start);
            }
        }
        // The first item of a level that the list starts anew takes its other levels along (the same): they go on, or begin as the definition says.
        let own_start = list.starts[here].filter(|_| self.started.insert(list_id));
        counts[here] = Some(match (own_start, counts[here]) {
            (Some(start), _) => start,
            (None, Some(count)) => (count + 1).min(i64::from(i32::MAX)),
            (None, None) => level.start,
        });
        for below in at + 1..LEVELS as u8 {
            let restart = numbering.level(list_id, below).and_then(|level| level.restart);
            if restart.is_none_or(|after| i64::from(at) < after) {
                counts[usize::from(below)] = None;
            }
        }
        let counts = *counts;
        let mut text = level_text(numbering, list_id, &level, &counts, language);
        if text.len() > USUAL_TEXT {
            self.long += text.len();
            if self.long > MOST_LONG {
                text = text.chars().take(USUAL_TEXT).collect();
            }
        }
        Some((text, level))
    }
}

/// The level's text with its numbers in it. A level above that has not been counted yet shows its start.
fn level_text(numbering: &Numbering, list: i32, level: &Level, counts: &[Option<i64>; LEVELS], language: NumberLanguage) -> String {
    if level.format == NumberFormat::Bullet {
        return level.text.clone();
    }
    let mut text = String::new();
    let mut characters = level.text.chars().peekable();
    while let Some(character) = characters.next().filter(|_| text.len() < 4 * LONGEST_TEXT) {
        let digit = characters.peek().and_then(|next| next.to_digit(10)).filter(|digit| character == '%' && (1..=9).contains(digit));
        let Some(digit) = digit else {
            text.push(character);
            continue;
        };
        characters.next();
        let at = digit as u8 - 1;
        let Some(named) = numbering.level(list, at) else { continue };
        let number = counts[usize::from(at)].unwrap_or(named.start);
        let format = match named.format {
            NumberFormat::Bullet | NumberFormat::None => NumberFormat::None,
            // Figures stay as they are, so that the usual "Section 1.01" does.
            format @ NumberFormat::DecimalZero(_) => format,
            _ if level.legal => NumberFormat::Decimal,
            format => format,
        };
        text.push_str(&numeral(number, format, language));
    }
    text
}
