//! Fields (ECMA-376 part 1, 17.16): the few whose value layout knows become fields, links become links, all others show their cached result.

use std::sync::Arc;

use super::inline::Line;
use super::model::{Field, Inline, LinkTo, NumberFormat, RunProps};
use super::numerals::format_switched;
use super::read::Reader;
use super::values::{integer, is_on, switched};
use super::xml::Node;

/// No more fields are open at once, and no instruction is longer.
const DEEPEST: usize = 64;
const LONGEST_INSTRUCTION: usize = 4096;

/// A field that has begun.
#[derive(Debug, Default)]
pub(super) struct OpenField {
    instruction: String,
    /// Its result has begun.
    in_result: bool,
    /// Its result is not shown: layout knows better.
    placed: Option<Placed>,
    /// It is a link around its result.
    link: Option<LinkTo>,
    /// A check box of a form, which has no result.
    check_box: Option<bool>,
    /// The entry chosen in a drop-down list of a form, whose result Word leaves empty.
    choice: Option<String>,
    /// How much stood in the paragraph when the result began.
    before: usize,
}

/// Where a field's value will stand.
#[derive(Debug)]
struct Placed {
    paragraph: u64,
    at: usize,
    cached: String,
}

/// What an instruction asks for.
enum Meaning {
    Value(Field),
    Link(LinkTo),
    Symbol(char, Option<String>),
    Words(String),
    Cached,
}

impl Reader<'_> {
    /// Whether we are between a field's begin and its result.
    pub(super) fn in_field_code(&self) -> bool {
        self.fields.iter().any(|field| !field.in_result)
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
        if placed.cached.is_empty()
            && placed.paragraph == serial
            && let Some(Inline::Field { props: look, .. }) = line.content.get_mut(placed.at)
        {
            *look = Arc::clone(props);
        }
        if placed.cached.len() < LONGEST_INSTRUCTION {
            placed.cached.push_str(text);
        }
        true
    }

    /// `w:instrText`.
    pub(super) fn field_instruction(&mut self, text: &str) {
        if let Some(field) = self.fields.last_mut().filter(|field| !field.in_result && field.instruction.len() < LONGEST_INSTRUCTION) {
            field.instruction.push_str(text);
        }
    }

    /// `w:fldChar`.
    pub(super) fn field_char(&mut self, node: Node<'_>, props: &Arc<RunProps>, line: &mut Line<'_>) {
        match node.attr("w:fldCharType") {
            Some("begin") if self.fields.len() < DEEPEST => {
                let check_box = node.path(&["w:ffData", "w:checkBox"]).map(checked);
                let choice = node.path(&["w:ffData", "w:ddList"]).and_then(chosen);
                self.fields.push(OpenField { check_box, choice, ..OpenField::default() });
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
        self.fields.push(OpenField { instruction, ..OpenField::default() });
        let base = Arc::clone(&line.base);
        self.separate(&base, line);
        self.inlines(node, line, depth + 1);
        self.end(&base, line);
    }

    fn separate(&mut self, props: &Arc<RunProps>, line: &mut Line<'_>) {
        let Some(mut field) = self.fields.pop().filter(|field| !field.in_result) else { return };
        field.in_result = true;
        field.before = line.content.len();
        match meaning(&field.instruction) {
            Meaning::Value(value) if !self.silent() => {
                field.placed = Some(Placed { paragraph: self.paragraph_serial, at: line.content.len(), cached: String::new() });
                line.content.push(Inline::Field { field: value, props: Arc::clone(props) });
            }
            Meaning::Link(target) if !self.silent() => {
                line.content.push(Inline::LinkStart(target.clone()));
                field.link = Some(target);
            }
            _ => {}
        }
        self.fields.push(field);
    }

    fn end(&mut self, props: &Arc<RunProps>, line: &mut Line<'_>) {
        let Some(field) = self.fields.pop() else { return };
        if !field.in_result {
            return self.without_result(&field, props, line);
        }
        if let Some(placed) = field.placed
            && placed.paragraph == self.paragraph_serial
            && let Some(Inline::Field { field, .. }) = line.content.get_mut(placed.at)
        {
            match field {
                Field::PageRef { cached, .. } | Field::StyleRef { cached, .. } => *cached = placed.cached,
                _ => {}
            }
        }
        if field.link.is_some() {
            self.emit(line, Inline::LinkEnd);
        }
        if let Some(checked) = field.check_box {
            self.check_box(checked, props, line);
        }
        if let Some(choice) = field.choice
            && line.content.len() <= field.before
        {
            self.text(&choice, props, line);
        }
    }

    /// The box of a form: some programs write an empty result for it, Word none at all.
    fn check_box(&mut self, checked: bool, props: &Arc<RunProps>, line: &mut Line<'_>) {
        self.text(if checked { "☒" } else { "☐" }, props, line);
    }

    /// A field that was never worked out, or that has no result by nature.
    fn without_result(&mut self, field: &OpenField, props: &Arc<RunProps>, line: &mut Line<'_>) {
        if let Some(checked) = field.check_box {
            return self.check_box(checked, props, line);
        }
        if let Some(choice) = &field.choice {
            return self.text(choice, props, line);
        }
        match meaning(&field.instruction) {
            Meaning::Value(value) => self.emit(line, Inline::Field { field: value, props: Arc::clone(props) }),
            Meaning::Symbol(character, font) => {
                let mut own = (**props).clone();
                own.font = font.unwrap_or(own.font);
                let own = line.share(own);
                self.text(character.encode_utf8(&mut [0; 4]), &own, line);
            }
            Meaning::Words(words) => self.text(&words, props, line),
            Meaning::Link(_) | Meaning::Cached => {}
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

/// 17.16.7: the state of a form's check box, else its default.
fn checked(node: Node<'_>) -> bool {
    node.child("w:checked").map_or_else(|| node.child_val("w:default").is_some_and(is_on), switched)
}

/// 17.16.9: the entry of a form's drop-down list that is chosen, else its default, else the first.
fn chosen(node: Node<'_>) -> Option<String> {
    let index = node.child_val("w:result").or_else(|| node.child_val("w:default")).and_then(integer).unwrap_or(0);
    let mut entries = node.children().filter(|entry| entry.name() == "w:listEntry");
    entries.nth(usize::try_from(index).ok()?).and_then(Node::val).map(str::to_owned)
}

fn meaning(instruction: &str) -> Meaning {
    let words = words(instruction);
    let mut rest = words.iter().map(String::as_str);
    let name = rest.next().unwrap_or_default().to_ascii_uppercase();
    let argument = rest.clone().next().filter(|word| !word.starts_with('\\'));
    let after = |switch: &str| {
        let at = words.iter().position(|word| word.eq_ignore_ascii_case(switch))?;
        words.get(at + 1).cloned()
    };
    match (name.as_str(), argument) {
        ("PAGE", _) => Meaning::Value(Field::Page(number_switch(&words))),
        ("NUMPAGES", _) => Meaning::Value(Field::NumPages(number_switch(&words))),
        ("SECTIONPAGES", _) => Meaning::Value(Field::SectionPages(number_switch(&words))),
        // `\p` asks for "above" or "below", which only the cached result tells.
        ("PAGEREF", Some(bookmark)) if !words.iter().any(|word| word == "\\p") => {
            Meaning::Value(Field::PageRef { bookmark: bookmark.to_owned(), cached: String::new() })
        }
        ("STYLEREF", Some(style)) if !words.iter().any(|word| matches!(word.as_str(), "\\n" | "\\r" | "\\w" | "\\p")) => {
            Meaning::Value(Field::StyleRef { style: style.to_owned(), cached: String::new() })
        }
        ("HYPERLINK", _) => match (argument, after("\\l")) {
            (Some(address), Some(place)) => Meaning::Link(LinkTo::Uri(format!("{address}#{place}"))),
            (Some(address), None) => Meaning::Link(LinkTo::Uri(address.to_owned())),
            (None, Some(place)) => Meaning::Link(LinkTo::Bookmark(place)),
            (None, None) => Meaning::Cached,
        },
        ("SYMBOL", Some(code)) => symbol_code(code).map_or(Meaning::Cached, |character| Meaning::Symbol(character, after("\\f"))),
        ("MACROBUTTON", Some(_)) => Meaning::Words(words.get(2..).unwrap_or_default().join(" ")),
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

/// The format after `\*`, where it is one of numbers.
fn number_switch(words: &[String]) -> Option<NumberFormat> {
    let mut formats = words.iter().zip(words.iter().skip(1)).filter(|(switch, _)| *switch == "\\*");
    formats.find_map(|(_, name)| format_switched(name))
}

/// An instruction's words; quotes keep blanks together (17.16.3).
fn words(instruction: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let (mut quoted, mut open) = (false, false);
    for character in instruction.chars() {
        match character {
            '"' | '“' | '”' => {
                quoted = !quoted;
                open = true;
            }
            blank if blank.is_whitespace() && !quoted => {
                if open {
                    words.push(std::mem::take(&mut word));
                }
                open = false;
            }
            other => {
                // `\*MERGEFORMAT` and `\*ROMAN` are written without a blank too.
                if word == "\\*" && !quoted {
                    words.push(std::mem::take(&mut word));
                }
                word.push(other);
                open = true;
            }
        }
    }
    if open {
        words.push(word);
    }
    words
}
