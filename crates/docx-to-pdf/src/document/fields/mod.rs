//! Fields (ECMA-376 part 1, 17.16): those whose value layout knows become fields, links become links, what the document itself tells is worked out, all others show their stored result.

mod code;
mod contents;
mod evaluate;
mod format;
mod formula;
mod locale;
mod unclosed;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

pub(super) use contents::Heading;
pub use evaluate::{Computed, merge_field};

use code::{Piece, Token, behind, has, tokens};
use contents::Gathering;
use evaluate::{Facts, Outcome, evaluate, keeps_stored};
use formula::Cells;
pub(super) use formula::{Signs, TableText};

use jiff::civil::DateTime;
pub(super) use unclosed::unclosed;

use super::inline::Line;
use super::model::{Block, Field, Inline, LinkTo, NumberFormat, Paragraph, RunProps};
use super::numerals::{NumberLanguage, format_switched, numeral};
use super::read::Reader;
use super::values::{font_size, integer, is_on, switched};
use super::xml::Node;
use crate::units::HalfPoints;

/// Whether a language writes `1,5` for one and a half.
pub(super) fn decimal_comma(language: Option<&str>) -> bool {
    locale::Locale::of(language).decimal_comma
}

/// No more fields are open at once, and no instruction or result kept for another field is longer.
const DEEPEST: usize = 64;
const LONGEST_INSTRUCTION: usize = 4096;
/// No more bookmarks and sequences are kept, and no text of one that is longer: a reference to it shows its stored result.
const MOST_NAMES: usize = 10_000;
const LONGEST_BOOKMARK: usize = 65_536;
const MOST_NAMED: usize = 8 << 20;
/// No more text is worked out for one document's fields, as each may show a long text again; the rest show their stored results.
const MOST_TEXT: usize = 1_000_000;

/// What one reading of a document tells the next.
#[derive(Debug, Default)]
pub(super) struct Ahead {
    pub(super) bookmarks: HashMap<String, String>,
    pub(super) headings: Vec<Heading>,
    tables: HashMap<usize, Cells>,
}

/// What is known and counted for fields while a document is read.
#[derive(Debug, Default)]
pub(super) struct FieldState {
    /// The wall clock of the conversion.
    pub(super) now: Option<DateTime>,
    /// Properties by the upper-case name of their field.
    pub(super) properties: HashMap<String, String>,
    /// Text of bookmarks read so far, or in an earlier reading.
    pub(super) bookmarks: HashMap<String, String>,
    /// Bookmarks that are open: id, name, text so far.
    open_bookmarks: Vec<(String, String, String)>,
    sequences: HashMap<String, i64>,
    /// Bytes of text of bookmarks.
    named: usize,
    /// Bytes of text that fields have come to.
    made: usize,
    /// Bytes that formulas have read of cells.
    read: Cell<usize>,
    /// Tables around the place being read.
    pub(super) tables: Vec<TableText>,
    /// So many tables have begun.
    tables_met: usize,
    /// Cells of tables, by where in the document those begin: as an earlier reading found them, and those that the next one asks for.
    known_tables: HashMap<usize, Cells>,
    asked_tables: HashMap<usize, Cells>,
    /// How the document's author wrote formulas.
    pub(super) signs: Option<Signs>,
    /// Bookmarks a field asked for before they were read.
    missed: HashSet<String>,
    /// Tables of contents are made anew.
    pub(super) contents: bool,
    /// The headings of an earlier reading, for tables of contents.
    pub(super) headings: Vec<Heading>,
    /// Headings met so far, and the further styles that tables of contents gather.
    met: Vec<Heading>,
    styles: Vec<String>,
    /// The table of contents in work, with its stored entries, and whether its field has ended.
    gathering: Option<(Gathering, Vec<Block>, bool)>,
    /// A table of contents was met.
    gathered: bool,
}

impl FieldState {
    /// `w:bookmarkStart`.
    pub(super) fn open_bookmark(&mut self, node: Node<'_>) {
        if let (Some(id), Some(name)) = (node.attr("w:id"), node.attr("w:name"))
            && self.open_bookmarks.len() < DEEPEST
        {
            self.open_bookmarks.push((id.to_owned(), name.to_owned(), String::new()));
        }
    }

    /// `w:bookmarkEnd`.
    pub(super) fn close_bookmark(&mut self, node: Node<'_>) {
        let Some(at) = self.open_bookmarks.iter().position(|(id, ..)| node.attr("w:id") == Some(id)) else { return };
        let (_, name, text) = self.open_bookmarks.remove(at);
        if text.len() <= LONGEST_BOOKMARK {
            self.name_text(&name, text);
        }
    }

    /// Text that is shown belongs to the open bookmarks and to the table cell around.
    pub(super) fn shown(&mut self, text: &str) {
        for (.., so_far) in &mut self.open_bookmarks {
            if so_far.len() <= LONGEST_BOOKMARK {
                so_far.push_str(text);
            }
        }
    }

    /// What is known for another reading: bookmarks where a field asked for one before it was read, headings where there are contents.
    pub(super) fn ahead(self) -> Option<Ahead> {
        let missed = self.missed.iter().any(|name| self.bookmarks.contains_key(name));
        let asked = missed || self.gathered || !self.asked_tables.is_empty();
        asked.then_some(Ahead { bookmarks: self.bookmarks, headings: self.met, tables: self.asked_tables })
    }

    /// Starts from what an earlier reading found.
    pub(super) fn know(&mut self, ahead: Ahead) {
        (self.bookmarks, self.headings, self.known_tables) = (ahead.bookmarks, ahead.headings, ahead.tables);
    }

    /// A table begins.
    pub(super) fn open_table(&mut self) {
        let whole = self.known_tables.remove(&self.tables_met);
        self.tables.push(TableText { at: self.tables_met, whole, ..TableText::default() });
        self.tables_met += 1;
    }

    /// A table ends: its cells are kept where a formula in it asked for some that came later.
    pub(super) fn close_table(&mut self) {
        let Some(table) = self.tables.pop() else { return };
        if table.asked_ahead.get() && self.asked_tables.len() < MOST_NAMES {
            self.asked_tables.insert(table.at, table.rows);
        }
    }

    /// A paragraph of a story: headings are noted and can be found again, entries of contents are kept back, until those that are made take their place.
    pub(super) fn paragraph(&mut self, mut paragraph: Paragraph) -> (Option<Paragraph>, Vec<Block>) {
        if !self.contents {
            return (Some(paragraph), Vec::new());
        }
        if let Some((_, stored, ended)) = &mut self.gathering {
            stored.push(Block::Paragraph(paragraph));
            return (None, if *ended { self.contents_made() } else { Vec::new() });
        }
        if self.met.len() < MOST_NAMES
            && let Some(heading) = Heading::of(&paragraph, &self.styles)
        {
            paragraph.content.insert(0, Inline::Bookmark(Heading::bookmark(self.met.len())));
            self.met.push(heading);
        }
        (Some(paragraph), Vec::new())
    }

    /// The entries of contents that have ended; the stored ones where there are no headings.
    pub(super) fn contents_made(&mut self) -> Vec<Block> {
        let Some((gathering, stored, _)) = self.gathering.take() else { return Vec::new() };
        let made = gathering.entries(&stored, &self.headings);
        if made.is_empty() { stored } else { made }
    }

    fn name_text(&mut self, name: &str, text: String) {
        // Any number of bookmarks may stand around the same text.
        self.named += text.len();
        if self.named > MOST_NAMED {
            return;
        }
        if self.bookmarks.len() < MOST_NAMES || self.bookmarks.contains_key(&name.to_lowercase()) {
            self.bookmarks.insert(name.to_lowercase(), text);
        }
    }

    /// 17.16.5.56 SEQ: the number of a caption.
    fn sequence(&mut self, tokens: &[Token], language: Option<&str>) -> Outcome {
        let Some(name) = tokens.get(1).filter(|token| !token.is_switch()) else { return Outcome::Stored };
        // `\\s` counts anew below each heading, which only Word's outline tells.
        if has(tokens, "\\s") || self.sequences.len() >= MOST_NAMES {
            return Outcome::NotWorkedOut;
        }
        let number = self.sequences.entry(name.text.to_lowercase()).or_default();
        if let Some(start) = behind(tokens, "\\r").next().and_then(integer) {
            *number = start;
        } else if !has(tokens, "\\c") {
            *number += 1;
        }
        let shown = *number;
        if has(tokens, "\\h") && behind(tokens, "\\*").next().is_none() {
            return Outcome::Text(String::new());
        }
        let format = behind(tokens, "\\*").find_map(format_switched).unwrap_or_default();
        Outcome::Text(numeral(shown, format, NumberLanguage::of(language)))
    }
}

/// A field that has begun.
#[derive(Debug, Default)]
pub(super) struct OpenField {
    code: Vec<Piece>,
    /// Its result has begun.
    in_result: bool,
    /// Something in its instruction is no text (a picture, a table): its stored result says more than we could.
    beyond_text: bool,
    /// Its stored result, kept where it stands in another field's instruction.
    stored: String,
    /// Its result is not shown: layout knows better.
    placed: Option<Placed>,
    /// It is a link around its result.
    link: Option<LinkTo>,
    /// It keeps its stored result (17.16.18 `fldLock`).
    locked: bool,
    /// A check box of a form, which has no result: whether it is checked, and its size if that is not the text's.
    check_box: Option<(bool, Option<HalfPoints>)>,
    /// The entry chosen in a drop-down list of a form, whose result Word leaves empty.
    choice: Option<String>,
    /// How much stood in the paragraph when the result began.
    before: usize,
    /// A table of contents or of figures (17.16.5.68).
    toc: bool,
    /// A table of contents that is made anew.
    contents: bool,
}

/// Where a field's value will stand.
#[derive(Debug)]
struct Placed {
    paragraph: u64,
    at: usize,
    /// Behind its last piece.
    until: usize,
    cached: String,
}

/// What an instruction asks for.
enum Meaning {
    Value(Field),
    Text(String),
    Contents(Gathering),
    Link(LinkTo),
    Symbol(char, Option<String>),
    Words(String),
    Cached,
}

impl OpenField {
    fn value(&mut self, text: &str) {
        // One value may stand in several runs.
        if let Some(Piece::Value(value)) = self.code.last_mut() {
            if value.len() < LONGEST_INSTRUCTION {
                value.push_str(text);
            }
        } else if self.code.len() < LONGEST_INSTRUCTION {
            self.code.push(Piece::Value(text.to_owned()));
        }
    }

    fn asks_layout(&self) -> bool {
        self.code.iter().any(|piece| matches!(piece, Piece::Layout(_)))
    }
}

impl Reader<'_> {
    /// What a field asks for, worked out where the document tells it.
    fn meaning(&mut self, field: &OpenField, props: &Arc<RunProps>, line: &Line<'_>) -> Meaning {
        let words = tokens(&field.code, &mut |_| "1".to_owned());
        let known = meaning(&words);
        if !matches!(known, Meaning::Cached) {
            return known;
        }
        if field.in_result && (field.locked || keeps_stored(&words)) {
            return Meaning::Cached;
        }
        let name = words.first().filter(|name| !name.quoted).map(|name| name.text.to_ascii_uppercase()).unwrap_or_default();
        let computes = name == "IF" || name == "COMPARE" || name == "QUOTE" || name.starts_with('=');
        if field.beyond_text && computes {
            self.warn_of_stored(&words, line);
            return Meaning::Cached;
        }
        if field.asks_layout() && computes {
            return Meaning::Value(Field::Computed(Box::new(Computed::new(
                field.code.clone(),
                props.lang.as_deref().map(str::to_owned),
                self.field_state.signs,
            ))));
        }
        match self.worked_out(&words, props.lang.as_deref()) {
            Outcome::Text(text) => Meaning::Text(text),
            Outcome::Stored => Meaning::Cached,
            Outcome::NotWorkedOut => {
                self.warn_of_stored(&words, line);
                Meaning::Cached
            }
        }
    }

    /// Whether we are between a field's begin and its result.
    pub(super) fn in_field_code(&self) -> bool {
        self.fields.iter().any(|field| !field.in_result)
    }

    /// Whether this stands in a table of contents.
    pub(super) fn in_contents(&self) -> bool {
        self.fields.iter().any(|field| field.toc)
    }

    fn silent(&self) -> bool {
        self.fields.iter().any(|field| !field.in_result || field.placed.is_some())
    }

    /// Adds to a paragraph, unless a field keeps it from showing.
    pub(super) fn emit(&self, line: &mut Line<'_>, inline: Inline) {
        if !self.silent() {
            line.content.push(inline);
        }
    }

    /// Takes text of a result that is not shown: it tells the field's look and what the document says it is.
    pub(super) fn swallow(&mut self, text: &str, props: &Arc<RunProps>, line: &mut Line<'_>) -> bool {
        let serial = self.paragraph_serial;
        let Some(placed) = self.fields.iter_mut().find_map(|field| field.placed.as_mut()) else { return false };
        if placed.cached.is_empty() && placed.paragraph == serial {
            for inline in line.content.get_mut(placed.at..placed.until).unwrap_or_default() {
                if let Inline::Field { props: look, .. } | Inline::Text { props: look, .. } | Inline::Tab(look) | Inline::Break(_, look) =
                    inline
                {
                    *look = Arc::clone(props);
                }
            }
        }
        if placed.cached.len() < LONGEST_INSTRUCTION {
            placed.cached.push_str(text);
        }
        true
    }

    /// A tab in the result of PAGEREF stays before the number, and so does what stands before it: LibreOffice writes entries of contents so, with or without their words.
    pub(super) fn tab_before_page_number(&mut self, props: &Arc<RunProps>, line: &mut Line<'_>) -> bool {
        let serial = self.paragraph_serial;
        let Some(placed) = self.fields.iter_mut().find_map(|field| field.placed.as_mut()) else { return false };
        let Some(Inline::Field { field: Field::PageRef { .. }, props: look }) = line.content.get(placed.at) else { return false };
        if placed.paragraph != serial {
            return false;
        }
        let words = std::mem::take(&mut placed.cached);
        let words = (!words.is_empty()).then(|| Inline::Text { text: words, props: Arc::clone(look) });
        for inline in words.into_iter().chain([Inline::Tab(Arc::clone(props))]) {
            line.content.insert(placed.at, inline);
            (placed.at, placed.until) = (placed.at + 1, placed.until + 1);
        }
        true
    }

    /// `w:instrText`.
    pub(super) fn field_instruction(&mut self, text: &str) {
        if let Some(field) = self.fields.last_mut().filter(|field| !field.in_result) {
            if let Some(Piece::Code(code)) = field.code.last_mut() {
                if code.len() < LONGEST_INSTRUCTION {
                    code.push_str(text);
                }
            } else if field.code.len() < LONGEST_INSTRUCTION {
                field.code.push(Piece::Code(text.to_owned()));
            }
        }
    }

    /// Text in an instruction: a value filled in, or the stored result of a field inside.
    pub(super) fn text_in_code(&mut self, text: &str) -> bool {
        if !self.in_field_code() {
            return false;
        }
        if let Some(field) = self.fields.last_mut() {
            if field.in_result {
                if field.stored.len() < LONGEST_INSTRUCTION {
                    field.stored.push_str(text);
                }
            } else {
                field.value(text);
            }
        }
        true
    }

    /// Something that is no text stands in an instruction.
    pub(super) fn object_in_code(&mut self) {
        for field in self.fields.iter_mut().filter(|field| !field.in_result) {
            field.beyond_text = true;
        }
    }

    /// What a field comes to here and now.
    fn worked_out(&mut self, words: &[Token], language: Option<&str>) -> Outcome {
        let outcome = if self.field_state.made > MOST_TEXT { Outcome::NotWorkedOut } else { self.outcome(words, language) };
        if let Outcome::Text(text) = &outcome {
            self.field_state.made += text.len();
        }
        outcome
    }

    fn outcome(&mut self, words: &[Token], language: Option<&str>) -> Outcome {
        let name = words.first().filter(|name| !name.quoted).map(|name| name.text.to_ascii_uppercase()).unwrap_or_default();
        match name.as_str() {
            "SEQ" => self.field_state.sequence(words, language),
            "SET" => {
                if let (Some(name), Some(value)) = (words.get(1), words.get(2)) {
                    self.field_state.name_text(&name.text, value.text.clone());
                }
                Outcome::Text(String::new())
            }
            _ => {
                let state = &self.field_state;
                let missed = RefCell::new(None);
                let bookmark = |name: &str| {
                    let name = name.to_lowercase();
                    let text = state.bookmarks.get(&name).cloned();
                    if text.is_none() {
                        missed.replace(Some(name));
                    }
                    text
                };
                let facts = Facts {
                    language,
                    signs: state.signs,
                    now: state.now,
                    properties: &state.properties,
                    bookmark: &bookmark,
                    table: state.tables.last(),
                    read: &state.read,
                };
                let outcome = evaluate(words, &facts);
                let missed = missed.into_inner();
                if self.field_state.missed.len() < MOST_NAMES {
                    self.field_state.missed.extend(missed);
                }
                outcome
            }
        }
    }

    fn warn_of_stored(&mut self, words: &[Token], line: &Line<'_>) {
        let name = words.first().map(|name| name.text.to_uppercase()).unwrap_or_default();
        let name = if name.starts_with('=') { "formula".to_owned() } else { name };
        self.warnings
            .other(format!("a {name} field is not worked out; the result stored in the document is shown ({})", line.scope.part.name));
    }

    /// `w:fldChar`.
    pub(super) fn field_char(&mut self, node: Node<'_>, props: &Arc<RunProps>, line: &mut Line<'_>) {
        match node.attr("w:fldCharType") {
            Some("begin") if self.unclosed.contains(&node.index()) => {
                self.warnings.other(format!("a field that is never ended is shown as its text ({})", line.scope.part.name));
            }
            Some("begin") if self.fields.len() < DEEPEST => {
                let check_box = node.path(&["w:ffData", "w:checkBox"]).map(checked);
                let choice = node.path(&["w:ffData", "w:ddList"]).and_then(chosen);
                self.fields.push(OpenField { check_box, choice, locked: locked(node), ..OpenField::default() });
            }
            Some("separate") => self.separate(props, line),
            Some("end") => self.end(props, line),
            _ => {}
        }
    }

    /// `w:fldSimple`: instruction and result in one element.
    pub(super) fn simple_field(&mut self, node: Node<'_>, line: &mut Line<'_>, depth: usize) {
        if self.fields.len() >= DEEPEST {
            return;
        }
        let instruction = node.attr("w:instr").unwrap_or_default().to_owned();
        self.fields.push(OpenField { code: vec![Piece::Code(instruction)], locked: locked(node), ..OpenField::default() });
        let base = Arc::clone(&line.base);
        self.separate(&base, line);
        self.inlines(node, line, depth + 1);
        self.end(&base, line);
    }

    fn separate(&mut self, props: &Arc<RunProps>, line: &mut Line<'_>) {
        let Some(mut field) = self.fields.pop().filter(|field| !field.in_result) else { return };
        field.in_result = true;
        field.toc = tokens(&field.code, &mut |_| String::new()).first().is_some_and(|name| name.text.eq_ignore_ascii_case("TOC"));
        field.before = line.content.len();
        if self.in_field_code() {
            // It stands in another field's instruction, which takes its value when it ends.
            return self.fields.push(field);
        }
        match self.meaning(&field, props, line) {
            Meaning::Value(value) if !self.silent() => {
                let at = line.content.len();
                field.placed = Some(Placed { paragraph: self.paragraph_serial, at, until: at + 1, cached: String::new() });
                line.content.push(Inline::Field { field: value, props: Arc::clone(props) });
            }
            Meaning::Text(text) if !self.silent() => {
                let at = line.content.len();
                // A look of its own, so that it joins no text before or behind it.
                self.text(&text, &Arc::new((**props).clone()), line);
                field.placed = Some(Placed { paragraph: self.paragraph_serial, at, until: line.content.len(), cached: String::new() });
            }
            Meaning::Link(LinkTo::Uri(address)) if !self.follows(&address, line.scope.part) => {}
            Meaning::Link(target) if !self.silent() => {
                line.content.push(Inline::LinkStart(target.clone()));
                field.link = Some(target);
            }
            Meaning::Contents(gathering) if self.field_state.contents && self.field_state.gathering.is_none() => {
                self.field_state.styles.extend(gathering.styles());
                self.field_state.gathering = Some((gathering, Vec::new(), false));
                self.field_state.gathered = true;
                field.contents = true;
            }
            _ => {}
        }
        self.fields.push(field);
    }

    fn end(&mut self, props: &Arc<RunProps>, line: &mut Line<'_>) {
        let Some(field) = self.fields.pop() else { return };
        if self.in_field_code() {
            return self.end_in_code(field, props, line);
        }
        if !field.in_result {
            return self.without_result(&field, props, line);
        }
        if let Some(placed) = field.placed
            && placed.paragraph == self.paragraph_serial
            && let Some(Inline::Field { field, .. }) = line.content.get_mut(placed.at)
        {
            match field {
                Field::PageRef { cached, .. } | Field::StyleRef { cached, .. } => *cached = placed.cached,
                Field::Computed(computed) => computed.stored = placed.cached,
                _ => {}
            }
        }
        if field.link.is_some() {
            self.emit(line, Inline::LinkEnd);
        }
        if let Some((.., ended)) = self.field_state.gathering.as_mut().filter(|_| field.contents) {
            *ended = true;
        }
        if let Some(found) = field.check_box {
            self.check_box(found, props, line);
        }
        if let Some(choice) = field.choice
            && line.content.iter().skip(field.before).all(|inline| matches!(inline, Inline::Bookmark(_)))
        {
            self.text(&choice, props, line);
        }
    }

    /// A field in another one's instruction gives it its value.
    fn end_in_code(&mut self, field: OpenField, props: &Arc<RunProps>, line: &mut Line<'_>) {
        let piece = match self.meaning(&field, props, line) {
            Meaning::Value(Field::Computed(mut computed)) => {
                computed.stored = field.stored;
                Piece::Layout(Field::Computed(computed))
            }
            Meaning::Link(_) | Meaning::Contents(_) | Meaning::Cached => Piece::Value(field.stored),
            Meaning::Value(value) => Piece::Layout(value),
            Meaning::Text(text) | Meaning::Words(text) => Piece::Value(text),
            Meaning::Symbol(character, _) => Piece::Value(character.to_string()),
        };
        if let Some(outer) = self.fields.last_mut()
            && outer.code.len() < LONGEST_INSTRUCTION
        {
            if outer.in_result {
                if let Piece::Value(text) = piece {
                    outer.stored.push_str(&text);
                }
            } else {
                outer.code.push(piece);
            }
        }
    }

    /// The box of a form: some programs write an empty result for it, Word none at all.
    fn check_box(&mut self, (checked, size): (bool, Option<HalfPoints>), props: &Arc<RunProps>, line: &mut Line<'_>) {
        let mut own = RunProps { form_box: true, ..(**props).clone() };
        // A size of its own (17.16.31): Spire; LibreOffice keeps the text's.
        own.size = size.unwrap_or(own.size);
        let own = line.share(own);
        self.text(if checked { "☒" } else { "☐" }, &own, line);
    }

    /// A field that was never worked out, or that has no result by nature.
    fn without_result(&mut self, field: &OpenField, props: &Arc<RunProps>, line: &mut Line<'_>) {
        if let Some(found) = field.check_box {
            return self.check_box(found, props, line);
        }
        if let Some(choice) = &field.choice {
            return self.text(choice, props, line);
        }
        match self.meaning(field, props, line) {
            Meaning::Value(value) => self.emit(line, Inline::Field { field: value, props: Arc::clone(props) }),
            Meaning::Text(text) => self.text(&text, props, line),
            Meaning::Symbol(character, font) => {
                let mut own = (**props).clone();
                own.font = font.map_or(own.font, Arc::from);
                let own = line.share(own);
                self.text(character.encode_utf8(&mut [0; 4]), &own, line);
            }
            Meaning::Words(words) => self.text(&words, props, line),
            Meaning::Link(_) | Meaning::Contents(_) | Meaning::Cached => {}
        }
    }

    /// A link that began in a paragraph before goes on in this one.
    pub(super) fn reopen_links(&self, line: &mut Line<'_>) {
        line.content.extend(self.fields.iter().filter_map(|field| field.link.clone()).map(Inline::LinkStart));
    }

    /// Links do not reach over a paragraph's end.
    pub(super) fn close_links(&self, line: &mut Line<'_>) {
        line.content.extend(self.fields.iter().filter(|field| field.link.is_some()).map(|_| Inline::LinkEnd));
    }
}

fn locked(node: Node<'_>) -> bool {
    node.attr("w:fldLock").is_some_and(is_on)
}

/// 17.16.7: the state of a form's check box, else its default.
fn checked(node: Node<'_>) -> (bool, Option<HalfPoints>) {
    let checked = node.child("w:checked").map_or_else(|| node.child_val("w:default").is_some_and(is_on), switched);
    let size = node.child_val("w:size").filter(|_| node.child("w:sizeAuto").is_none()).and_then(font_size);
    (checked, size)
}

/// 17.16.9: the entry of a form's drop-down list that is chosen, else its default, else the first.
fn chosen(node: Node<'_>) -> Option<String> {
    let index = node.child_val("w:result").or_else(|| node.child_val("w:default")).and_then(integer).unwrap_or(0);
    let mut entries = node.children().filter(|entry| entry.name() == "w:listEntry");
    entries.nth(usize::try_from(index).ok()?).and_then(Node::val).map(str::to_owned)
}

/// The fields that are understood by their name alone.
fn meaning(words: &[Token]) -> Meaning {
    let name = words.first().filter(|name| !name.quoted).map(|name| name.text.to_ascii_uppercase()).unwrap_or_default();
    let argument = words.get(1).filter(|word| !word.is_switch()).map(|word| word.text.as_str());
    let after = |switch: &str| behind(words, switch).next().map(str::to_owned);
    match (name.as_str(), argument) {
        ("PAGE", _) => Meaning::Value(Field::Page(number_switch(words))),
        ("NUMPAGES", _) => Meaning::Value(Field::NumPages(number_switch(words))),
        ("SECTIONPAGES", _) => Meaning::Value(Field::SectionPages(number_switch(words))),
        ("SECTION", _) => Meaning::Value(Field::Section(number_switch(words))),
        // `\p` asks for "above" or "below", which only the cached result tells.
        ("PAGEREF", Some(bookmark)) if !has(words, "\\p") => {
            Meaning::Value(Field::PageRef { bookmark: bookmark.to_owned(), cached: String::new() })
        }
        ("STYLEREF", Some(style)) if !["\\n", "\\r", "\\w", "\\p"].iter().any(|switch| has(words, switch)) => {
            Meaning::Value(Field::StyleRef { style: style.to_owned(), cached: String::new() })
        }
        ("HYPERLINK", _) => match (argument, after("\\l")) {
            (Some(address), Some(place)) => Meaning::Link(LinkTo::Uri(format!("{address}#{place}").into())),
            (Some(address), None) => Meaning::Link(LinkTo::Uri(address.into())),
            (None, Some(place)) => Meaning::Link(LinkTo::Bookmark(place.into())),
            (None, None) => Meaning::Cached,
        },
        ("TOC", _) => Gathering::read(words).map_or(Meaning::Cached, Meaning::Contents),
        ("SYMBOL", Some(code)) => symbol_code(code).map_or(Meaning::Cached, |character| Meaning::Symbol(character, after("\\f"))),
        ("MACROBUTTON", Some(_)) => {
            let shown: Vec<&str> = words.iter().skip(2).map(|word| word.text.as_str()).collect();
            Meaning::Words(shown.join(" "))
        }
        _ => Meaning::Cached,
    }
}

fn symbol_code(text: &str) -> Option<char> {
    let code = match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(hex) => u32::from_str_radix(hex, 16).ok()?,
        None => u32::try_from(integer(text)?).ok()?,
    };
    char::from_u32(code)
}

/// The format after `\\*`, where it is one of numbers.
fn number_switch(words: &[Token]) -> Option<NumberFormat> {
    behind(words, "\\*").find_map(format_switched)
}
