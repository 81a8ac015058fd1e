//! First phase: a paragraph's content becomes atoms — words, spaces, tabs, objects — each measured, with the places where a line may end.

use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use unicode_bidi::{BidiInfo, Level};
use unicode_linebreak::{BreakOpportunity, linebreaks};

use crate::document::model::{Border, BreakKind, Drawing, Field, Inline, Leader, LinkTo, Paragraph, Placement, RunProps, TabKind};
use crate::document::numerals::numeral;
use crate::layout::context::Context;
use crate::layout::length::{bounded, thickness};
use crate::layout::look::{Look, Script, Word, ignorable, script};
use crate::layout::math::{self, MathBox};
use crate::layout::room;
use crate::layout::segment::Ending;
use crate::units::Pt;
use crate::warning::Warning;

/// A word is measured in pieces of about so many bytes, so that a text without any space stays linear.
const LONGEST_PIECE: usize = 256;

/// So many bytes of marks go on a piece: the shaper holds no cluster of tens of thousands (no letter has more than a few).
const MOST_MARKS: usize = 1024;

/// A paragraph ready for line breaking.
pub(super) struct Prepared<'a> {
    /// Its atoms in logical order.
    pub atoms: Vec<Atom<'a>>,
    /// The look of an empty line.
    pub mark: Rc<Look>,
    /// Links atoms point into.
    pub links: Vec<&'a LinkTo>,
    /// Its formulas, as they are read out.
    pub formulas: Vec<String>,
    /// The paragraph reads from right to left.
    pub rtl: bool,
    /// Some atom stands at a right-to-left level, so lines are reordered.
    pub mixed: bool,
    /// So many breaks of page or column stand before everything else: the paragraph's first line is the one behind them, with its number, indent and bookmarks (LibreOffice and Spire agree; measured).
    pub leading_breaks: usize,
}

impl Prepared<'_> {
    /// Takes page and column breaks out; a line may still end there.
    pub(super) fn leave_out_page_breaks(&mut self) {
        for at in 1..self.atoms.len() {
            if self.atoms[at].ends_page() {
                self.atoms[at - 1].may_end = Ending::Here;
            }
        }
        self.atoms.retain(|atom| !atom.ends_page());
        self.leading_breaks = 0;
    }
}

impl Atom<'_> {
    /// It is a break of page or column.
    pub(super) fn ends_page(&self) -> bool {
        matches!(self.kind, AtomKind::Break(BreakKind::Page | BreakKind::Column))
    }
}

/// Puts the breaks of page or column that a paragraph begins with before its bookmarks: what a reference looks for stands behind them. Returns how many they are; none in a paragraph with nothing else.
fn lead_with_breaks(atoms: &mut [Atom<'_>]) -> usize {
    if !atoms.first().is_some_and(|atom| atom.ends_page() || matches!(atom.kind, AtomKind::Bookmark(_))) {
        return 0;
    }
    let shows = |atom: &Atom<'_>| !atom.ends_page() && !matches!(atom.kind, AtomKind::Bookmark(_) | AtomKind::Anchor(_));
    let leading = atoms.iter().take_while(|atom| atom.ends_page() || matches!(atom.kind, AtomKind::Bookmark(_))).count();
    if !atoms[leading..].iter().any(shows) {
        return 0;
    }
    atoms[..leading].sort_by_key(|atom| !atom.ends_page());
    atoms[..leading].iter().take_while(|atom| atom.ends_page()).count()
}

/// The smallest thing line breaking moves.
#[derive(Clone)]
pub(super) struct Atom<'a> {
    /// What it is.
    pub kind: AtomKind<'a>,
    /// Its look.
    pub look: Rc<Look>,
    /// Its natural width; tabs get theirs in line breaking.
    pub width: Pt,
    /// A line may end after it.
    pub may_end: Ending,
    /// Bidirectional level.
    pub level: u8,
    /// The link it belongs to.
    pub link: Option<u32>,
}

/// Kinds of atoms.
#[derive(Clone)]
pub(super) enum AtomKind<'a> {
    /// A word or a piece of one.
    Word(Rc<Word>),
    /// Spaces, which stretch in justified lines and hang at a line's end.
    Space(Rc<Word>),
    /// A tab.
    Tab,
    /// A tab to a margin.
    PositionTab(TabKind, Leader),
    /// A break.
    Break(BreakKind),
    /// A hyphen shown at a line's end.
    SoftHyphen(Rc<Word>),
    /// An inline drawing.
    Object(&'a Drawing),
    /// A piece of a formula, and which formula of the paragraph it is.
    Formula(Rc<MathBox>, usize),
    /// A floating drawing's anchor.
    Anchor(&'a Drawing),
    /// A bookmark.
    Bookmark(&'a str),
    /// A reference to a footnote, with its word.
    Note(Rc<Word>, i32),
}

/// What stands for a piece of a formula in the paragraph's text: the line does not end between it and a letter.
const FORMULA: char = '\u{1D453}';

/// What stands for anchors and bookmarks in the paragraph's text: a noncharacter, as lines end around them as though they were not there.
const NOTHING: char = '\u{FDD0}';

/// A stretch of the paragraph's joined text and where it came from.
struct Chunk<'a> {
    range: Range<usize>,
    kind: ChunkKind<'a>,
    look: Rc<Look>,
    link: Option<u32>,
}

enum ChunkKind<'a> {
    Text,
    Note(i32),
    Atom(AtomKind<'a>),
}

/// Measures a paragraph's content.
pub(super) fn prepare<'a>(context: &mut Context<'a>, paragraph: &'a Paragraph) -> Prepared<'a> {
    let mark = context.look(&paragraph.mark);
    let text = std::mem::take(&mut context.spare.text);
    let mut collected = Collected { text, chunks: Vec::new(), links: Vec::new(), formulas: Vec::new(), open: None };
    let outer_background = context.background;
    context.background = paragraph.props.shading.or(outer_background);
    for inline in &paragraph.content {
        collected.push(context, inline);
    }
    context.background = outer_background;
    let Collected { mut text, chunks, links, formulas, .. } = collected;
    let mut breaks = std::mem::take(&mut context.spare.endings);
    opportunities(&text, &mut breaks);
    let levels = levels(&text, paragraph.props.rtl);
    let mut atoms = Vec::with_capacity(text.len() / 3 + chunks.len());
    for chunk in chunks {
        cut(context, &mut atoms, &text, chunk, &breaks, levels.as_deref());
    }
    text.clear();
    context.spare.text = text;
    context.spare.endings = breaks;
    let mixed = levels.is_some();
    let leading_breaks = lead_with_breaks(&mut atoms);
    Prepared { atoms, mark, links, formulas, rtl: paragraph.props.rtl, mixed, leading_breaks }
}

struct Collected<'a> {
    text: String,
    chunks: Vec<Chunk<'a>>,
    links: Vec<&'a LinkTo>,
    formulas: Vec<String>,
    open: Option<u32>,
}

impl<'a> Collected<'a> {
    fn push(&mut self, context: &mut Context<'a>, inline: &'a Inline) {
        match inline {
            Inline::Text { text, props } => self.text(context, text, props),
            Inline::Tab(props) => self.atom(context, '\t', AtomKind::Tab, props),
            Inline::PositionTab { align, leader, props } => self.atom(context, '\t', AtomKind::PositionTab(*align, *leader), props),
            Inline::Break(kind, props) => self.atom(context, '\n', AtomKind::Break(*kind), props),
            Inline::SoftHyphen(props) => self.text(context, "\u{AD}", props),
            Inline::NoBreakHyphen(props) => self.text(context, "\u{2011}", props),
            Inline::Field { field, props } => {
                // Tabs in the text that an `IF` chooses lead to the paragraph's stops, as others do.
                for (at, piece) in field_text(context, field).split('\t').enumerate() {
                    if at > 0 {
                        self.atom(context, '\t', AtomKind::Tab, props);
                    }
                    self.text(context, piece, props);
                }
            }
            Inline::Drawing(drawing) => {
                let (character, kind) = match drawing.placement {
                    Placement::Inline => ('\u{FFFC}', AtomKind::Object(drawing)),
                    Placement::Anchor(_) => (NOTHING, AtomKind::Anchor(drawing)),
                };
                self.atom(context, character, kind, &drawing.props);
            }
            Inline::Formula(formula) => {
                let look = context.look(&formula.props);
                let number = self.formulas.len();
                self.formulas.push(formula.spoken());
                for piece in math::pieces(context, formula) {
                    self.atom_with(Rc::clone(&look), FORMULA, AtomKind::Formula(Rc::new(piece), number));
                }
            }
            Inline::NoteRef { endnote, id, custom_mark, props } => {
                let number = context.note_number(*id, *endnote);
                let text = custom_mark.clone().unwrap_or(number);
                let kind = if *endnote { ChunkKind::Text } else { ChunkKind::Note(*id) };
                self.chunk(context, &text, kind, props);
            }
            Inline::NoteMark(props) => {
                let text = context.note_mark.clone();
                self.text(context, &text, props);
            }
            Inline::Bookmark(name) => {
                if let Some(look) = self.chunks.last().map(|chunk| Rc::clone(&chunk.look)) {
                    self.atom_with(look, NOTHING, AtomKind::Bookmark(name));
                } else {
                    let look = context.look_of(&RunProps::default());
                    self.atom_with(look, NOTHING, AtomKind::Bookmark(name));
                }
            }
            Inline::LinkStart(to) => {
                self.links.push(to);
                self.open = Some(self.links.len() as u32 - 1);
            }
            Inline::LinkEnd => self.open = None,
        }
    }

    fn text(&mut self, context: &mut Context<'a>, text: &str, props: &Arc<RunProps>) {
        self.chunk(context, text, ChunkKind::Text, props);
    }

    fn chunk(&mut self, context: &mut Context<'a>, text: &str, kind: ChunkKind<'a>, props: &Arc<RunProps>) {
        if text.is_empty() || props.hidden {
            return;
        }
        let look = context.look(props);
        let start = self.text.len();
        self.text.push_str(text);
        self.chunks.push(Chunk { range: start..self.text.len(), kind, look, link: self.open });
    }

    fn atom(&mut self, context: &mut Context<'a>, character: char, kind: AtomKind<'a>, props: &Arc<RunProps>) {
        let visible = matches!(kind, AtomKind::Tab | AtomKind::PositionTab(..));
        if props.hidden && visible {
            return;
        }
        let look = context.look(props);
        self.atom_with(look, character, kind);
    }

    fn atom_with(&mut self, look: Rc<Look>, character: char, kind: AtomKind<'a>) {
        let start = self.text.len();
        self.text.push(character);
        self.chunks.push(Chunk { range: start..self.text.len(), kind: ChunkKind::Atom(kind), look, link: self.open });
    }
}

/// The value of a field on the page in work.
fn field_text(context: &mut Context<'_>, field: &Field) -> String {
    let (page_format, language) = (context.page.format, context.document_language());
    match field {
        Field::Page(format) => numeral(i64::from(context.page.number), format.unwrap_or(page_format), language),
        Field::NumPages(format) => {
            context.needs_facts = true;
            numeral(context.facts.pages.unwrap_or(1) as i64, format.unwrap_or_default(), language)
        }
        Field::SectionPages(format) => {
            context.needs_facts = true;
            let pages = context.facts.section_pages.get(context.page.section).copied().unwrap_or(1);
            numeral(pages as i64, format.unwrap_or_default(), language)
        }
        Field::Section(format) => numeral(context.page.section as i64 + 1, format.unwrap_or_default(), language),
        Field::Computed(computed) => computed.text(|inner| field_text(context, inner)),
        Field::PageRef { bookmark, cached } => {
            context.needs_facts = true;
            context.facts.bookmarks.get(bookmark).unwrap_or(cached).clone()
        }
        Field::StyleRef { style, cached } => context.page.styles.get(style).unwrap_or(cached).clone(),
    }
}

/// By byte, where a line may end: where the text without anchors and bookmarks lets it. One that stands there goes to the next line.
fn opportunities(text: &str, breaks: &mut Vec<Ending>) {
    breaks.clear();
    breaks.resize(text.len() + 1, Ending::Never);
    if plain_opportunities(text, breaks) {
        return;
    }
    if !text.contains(NOTHING) {
        return opportunities_in(text, breaks);
    }
    let bare_text = text.replace(NOTHING, "");
    let mut bare = vec![Ending::Never; bare_text.len() + 1];
    opportunities_in(&bare_text, &mut bare);
    let mut at_bare = 0;
    let mut after_nothing = false;
    for (at, character) in text.char_indices() {
        if !after_nothing {
            breaks[at] = bare[at_bare];
        }
        after_nothing = character == NOTHING;
        if !after_nothing {
            at_bare += character.len_utf8();
        }
    }
}

/// Texts of letters, digits, blanks and the signs that part sentences and numbers, as most are: a line may end behind blanks, but before none of these signs (UAX #14: LB7, LB13, LB18, LB23, LB25, LB28 and LB29 are all that apply). Tells whether it is such a text.
fn plain_opportunities(text: &str, breaks: &mut [Ending]) -> bool {
    let mut before = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        match byte {
            b' ' | b'.' | b',' | b':' | b';' => {}
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | 0xc2 | 0xc3 => {
                if before == b' ' {
                    breaks[at] = Ending::Here;
                }
            }
            // The letters from À to ÿ, without the signs of multiplication and division, and the middle dot.
            0x80..=0xbf if before == 0xc3 && !matches!(byte, 0x97 | 0xb7) => {}
            0xb7 if before == 0xc2 => {}
            _ => {
                breaks[..at].fill(Ending::Never);
                return false;
            }
        }
        before = byte;
    }
    true
}

/// UAX #14 with LibreOffice's differences.
fn opportunities_in(text: &str, breaks: &mut [Ending]) {
    for (at, kind) in linebreaks(text) {
        if kind == BreakOpportunity::Allowed || at < text.len() {
            breaks[at] = Ending::Here;
        }
    }
    if !text.bytes().any(may_be_house_sign) {
        return;
    }
    // LibreOffice goes back from a break after a slash to the start of the word; only in a paragraph's first word it has nowhere to go (measured).
    let first_word = text.len() - text.trim_start().len();
    let first_end = text[first_word..].find(char::is_whitespace).map_or(text.len(), |at| first_word + at);
    let mut before: [Option<char>; 2] = [None, None];
    let mut word_end = None;
    for (at, character) in text.char_indices() {
        // LB15 and LB13 hold across blanks what both engines part: a bracket behind quotation marks, a slash (measured).
        if before[1] == Some(' ') && (character == '/' || is_opening(character) && word_end.is_some_and(is_quotation)) {
            breaks[at] = Ending::Here;
        }
        if character != ' ' {
            word_end = Some(character);
        }
        if let [earlier, Some(last)] = before
            && (matches!(last, '/' | '}' | '-' | '\\' | '$' | '%' | '€' | '£' | '№' | '(' | '[' | '{')
                || matches!(character, '%' | '$' | '€' | '£'))
        {
            let around = Around { earlier, last, next: character, later: text[at..].chars().nth(1) };
            if last == '/' && (breaks[at] == Ending::Here || around.word_before_number()) {
                breaks[at] = if at > first_end { Ending::Back } else { Ending::Here };
            } else if around.holds_together() {
                breaks[at] = Ending::Never;
            } else if around.house_rule() {
                breaks[at] = Ending::Here;
            }
        }
        before = [before[1], Some(character)];
    }
}

/// A byte of one of the signs that have rules of their own: itself, or the first byte of `£` or of `€` and `№`. Most texts have none.
fn may_be_house_sign(byte: u8) -> bool {
    matches!(byte, b'/' | b'}' | b'-' | b'\\' | b'$' | b'%' | b'(' | b'[' | b'{' | 0xc2 | 0xe2)
}

/// The signs of UAX #14's class OP that texts of Latin letters have.
fn is_opening(character: char) -> bool {
    matches!(character, '(' | '[' | '{' | '„' | '‚' | '¿' | '¡')
}

/// Its class QU.
fn is_quotation(character: char) -> bool {
    matches!(character, '"' | '\'' | '«' | '»' | '‘' | '’' | '‛' | '“' | '”' | '‟' | '‹' | '›')
}

/// The characters around a place where a line might end.
struct Around {
    earlier: Option<char>,
    last: char,
    next: char,
    later: Option<char>,
}

impl Around {
    /// A slash after letters does not start a number, so that the line may end before the digits behind it (measured on LibreOffice 7.4).
    fn word_before_number(&self) -> bool {
        self.next.is_ascii_digit() && self.earlier.is_some_and(char::is_alphabetic)
    }

    /// A closing brace holds on to the word behind it as other closing brackets do (measured; UAX #14 lets the line end there).
    fn holds_together(&self) -> bool {
        self.last == '}' && (self.next.is_alphanumeric() || "_<=>#&*@^~|".contains(self.next))
    }

    /// Where LibreOffice 7.4 may end a line and UAX #14 does not (measured): after a hyphen before digits, before a sign of percent or money that no number stands before, between such a sign and a bracket, after a backslash.
    fn house_rule(&self) -> bool {
        let Self { earlier, last, next, later } = *self;
        let closes = |character: char| matches!(character, ')' | ']' | '}');
        let number = |character: Option<char>| character.is_some_and(|character| character.is_ascii_digit());
        match (last, next) {
            ('-', '0'..='9') => earlier.is_some_and(|earlier| !earlier.is_whitespace()),
            (_, '%') if last.is_alphabetic() => true,
            (_, '%' | '$' | '€' | '£') => closes(last) && !number(earlier),
            ('$' | '%' | '€' | '£' | '№', '(' | '[' | '{') => !number(later),
            ('\\', _) => next.is_alphanumeric(),
            _ => false,
        }
    }
}

/// Bidirectional levels by byte, when the text needs them.
fn levels(text: &str, rtl: bool) -> Option<Vec<Level>> {
    // Scripts from right to left begin at U+0590, whose first byte is this.
    let right_to_left = |character: char| matches!(character as u32, 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF);
    let needed = rtl || text.bytes().any(|byte| byte >= 0xd6) && text.chars().any(right_to_left);
    if !needed {
        return None;
    }
    let base = if rtl { Level::rtl() } else { Level::ltr() };
    let mut levels = BidiInfo::new(text, Some(base)).levels;
    // Tabs and breaks, and the spaces before them, stand at the paragraph's own level (UAX #9 rule L1).
    let mut before_separator = false;
    for (at, character) in text.char_indices().rev() {
        let separator = matches!(character, '\t' | '\n');
        before_separator = separator || before_separator && character == ' ';
        if before_separator {
            levels[at..at + character.len_utf8()].fill(base);
        }
    }
    Some(levels)
}

/// Cuts a chunk into atoms at spaces, break opportunities and changes of direction.
fn cut<'a>(
    context: &mut Context<'a>,
    atoms: &mut Vec<Atom<'a>>,
    text: &str,
    chunk: Chunk<'a>,
    breaks: &[Ending],
    levels: Option<&[Level]>,
) {
    let level_at = |byte: usize| levels.and_then(|levels| levels.get(byte)).map_or(0, Level::number);
    let Chunk { range, kind, look, link } = chunk;
    if let ChunkKind::Atom(kind) = kind {
        let width = match &kind {
            AtomKind::Object(drawing) => object_width(drawing),
            AtomKind::Formula(piece, _) => piece.width,
            _ => Pt::ZERO,
        };
        let may_end = match kind {
            AtomKind::Anchor(_) | AtomKind::Bookmark(_) => Ending::Never,
            // Its pieces are cut where a line may end.
            AtomKind::Formula(..) if text[range.end..].starts_with(FORMULA) => Ending::Here,
            _ => breaks[range.end],
        };
        atoms.push(Atom { kind, look, width, may_end, level: level_at(range.start), link });
        return;
    }
    let (mut start, mut at) = (range.start, range.start);
    while let Some(character) = text[at..range.end].chars().next() {
        let class = class_of(character);
        let mut end = at + character.len_utf8();
        if class == Class::Text && levels.is_none() {
            // The letters of most words, one look at each.
            let most = range.end.min(start + LONGEST_PIECE);
            while end < most && text.as_bytes()[end].is_ascii_alphanumeric() && breaks[end] == Ending::Never {
                end += 1;
            }
        }
        let goes_on = text[end..range.end].chars().next().is_some_and(|following| {
            class_of(following) == class
                && class != Class::Hyphen
                && (class == Class::Space || breaks[end] == Ending::Never)
                && level_at(end) == level_at(start)
                && (end - start < LONGEST_PIECE || ignorable(following) && end - start < MOST_MARKS)
        });
        at = end;
        if goes_on {
            continue;
        }
        let level = level_at(start);
        let shown = if class == Class::Hyphen { "-" } else { &text[start..end] };
        let word = look.word(context.fonts, shown, level % 2 == 1);
        context.warnings.extend(word.missing.iter().map(|character| Warning::MissingGlyph { character: *character }));
        let width = if class == Class::Hyphen { Pt::ZERO } else { word.width };
        let kind = match (class, &kind) {
            (Class::Space, _) => AtomKind::Space(word),
            (Class::Hyphen, _) => AtomKind::SoftHyphen(word),
            (Class::Text, ChunkKind::Note(id)) => AtomKind::Note(word, *id),
            (Class::Text, _) => AtomKind::Word(word),
        };
        let may_end = if class == Class::Hyphen { Ending::Here } else { breaks[end] };
        atoms.push(Atom { kind, look: Rc::clone(&look), width, may_end, level, link });
        start = end;
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Hyphen,
    Text,
}

fn class_of(character: char) -> Class {
    match character {
        ' ' | '\u{2000}'..='\u{2006}' | '\u{2008}'..='\u{200A}' | '\u{3000}' => Class::Space,
        '\u{AD}' => Class::Hyphen,
        _ => Class::Text,
    }
}

impl Atom<'_> {
    /// It is a tab or consists of blanks: it does not count for the height of its line. No-break spaces do.
    pub(super) fn is_blank(&self) -> bool {
        match &self.kind {
            AtomKind::Tab | AtomKind::PositionTab(..) => true,
            AtomKind::Space(word) => word.text.chars().all(|character| matches!(character, ' ' | '\u{3000}')),
            _ => false,
        }
    }

    /// The border around its run, where it is text.
    pub(super) fn border(&self) -> Option<Border> {
        let text = matches!(self.kind, AtomKind::Word(_) | AtomKind::Space(_) | AtomKind::Note(..));
        self.look.props.border.filter(|_| text)
    }

    /// Height above and below the baseline that its line must have.
    pub(super) fn extent(&self) -> (Pt, Pt) {
        match &self.kind {
            AtomKind::Word(word) | AtomKind::Space(word) | AtomKind::Note(word, _) => {
                let around = self.border().map_or(Pt::ZERO, thickness);
                (word.ascent + around, word.descent + around)
            }
            AtomKind::Object(drawing) => (object_height(drawing), Pt::ZERO),
            // At least as high as the text around it would be.
            AtomKind::Formula(piece, _) => (piece.ascent.max(self.look.ascent()), piece.descent.max(self.look.descent())),
            AtomKind::Anchor(_) | AtomKind::Bookmark(_) | AtomKind::SoftHyphen(_) => (Pt::ZERO, Pt::ZERO),
            AtomKind::Tab | AtomKind::PositionTab(..) | AtomKind::Break(_) => (self.look.ascent(), self.look.descent()),
        }
    }
}

/// An inline drawing's height, with what it takes beyond its frame.
pub(super) fn object_height(drawing: &Drawing) -> Pt {
    let [_, above, _, below] = room::inline(drawing);
    bounded(room::frame(drawing).1 + above + below).max(Pt::ZERO)
}

/// Its width, likewise.
pub(super) fn object_width(drawing: &Drawing) -> Pt {
    let [left, _, right, _] = room::inline(drawing);
    bounded(room::frame(drawing).0 + left + right).max(Pt::ZERO)
}

/// Characters of a word that have a width of their own, for finding where a long word can be cut.
pub(super) fn visible(character: char) -> bool {
    !ignorable(character) && script(character) != Script::Complex
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn plain_texts_end_their_lines_as_all_others_do(text in "[a0Zñ ÿ.,:;·×%]{0,12}") {
            let mut plain = vec![Ending::Never; text.len() + 1];
            let mut whole = plain.clone();
            if plain_opportunities(&text, &mut plain) {
                opportunities_in(&text, &mut whole);
            }
            prop_assert_eq!(plain, whole);
        }
    }
}
