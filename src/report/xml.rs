//! A part's elements with their places in the source, so that filling can change a stretch and leave the rest byte for byte.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use docx_to_pdf::package::Limits;

/// WordprocessingML, transitional and strict (ECMA-376 part 1, annex A; ISO/IEC 29500 strict).
const WORD: [&str; 2] =
    ["http://schemas.openxmlformats.org/wordprocessingml/2006/main", "http://purl.oclc.org/ooxml/wordprocessingml/main"];

/// The order of a cell's properties (ECMA-376 part 1, 17.4.69); Word refuses some files that break it.
pub(in crate::report) const CELL_PROPERTIES: [&str; 13] = [
    "cnfStyle",
    "tcW",
    "gridSpan",
    "hMerge",
    "vMerge",
    "tcBorders",
    "shd",
    "noWrap",
    "tcMar",
    "textDirection",
    "tcFitText",
    "vAlign",
    "hideMark",
];

/// What an element is, as far as templates care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::report) enum Kind {
    Paragraph,
    ParagraphProps,
    Run,
    RunProps,
    Text,
    Break,
    Tab,
    Table,
    Row,
    Cell,
    CellProps,
    CellWidth,
    GridColumn,
    GridSpan,
    SectionProps,
    Control,
    ControlProps,
    ControlContent,
    FieldChar,
    FieldCode,
    SimpleField,
    /// A picture, shape or embedded object: makes a paragraph more than its text.
    Drawing,
    Body,
    /// Anything else of Word's.
    Word,
    /// Anything of another namespace.
    Other,
}

impl Kind {
    /// What says how its parent looks. An element has one of these, before all else (ECMA-376 part 1, 17.3.1.26, 17.3.2.28, 17.4.69).
    fn is_props(self) -> bool {
        matches!(self, Self::ParagraphProps | Self::RunProps | Self::CellProps | Self::ControlProps)
    }
}

/// One element and where it stands in the source.
#[derive(Debug, Clone, Copy)]
pub(in crate::report) struct Element {
    pub kind: Kind,
    /// Index of the parent; `NONE` for the root.
    pub parent: usize,
    /// Its `<`.
    pub start: usize,
    /// Behind the `>` of its start tag.
    pub open_end: usize,
    /// The `<` of its end tag; `open_end` when it is self-closing.
    pub close: usize,
    /// Behind its end tag.
    pub end: usize,
    /// Index behind its last descendant.
    pub last: usize,
    /// Its properties, where it has some: they are asked for by each tag, and a paragraph may hold tens of thousands of runs.
    props: usize,
}

/// No element.
pub(in crate::report) const NONE: usize = usize::MAX;

/// A part's elements in document order.
#[derive(Debug)]
pub(in crate::report) struct Tree {
    pub elements: Vec<Element>,
    /// The prefix of Word's namespace with its colon (`w:`), as this part spells it.
    pub prefix: String,
}

impl Element {
    /// Written as `<x/>`.
    pub(in crate::report) fn is_empty_tag(&self) -> bool {
        self.close == self.end
    }
}

impl Tree {
    /// Reads a part. The message says what is wrong in words.
    pub(in crate::report) fn read(source: &str, limits: &Limits) -> Result<Self, String> {
        let mut reader = Reader::from_str(source);
        let mut tree = Self { elements: Vec::new(), prefix: "w:".to_owned() };
        let mut open: Vec<usize> = Vec::new();
        loop {
            let start = reader.buffer_position() as usize;
            let event = reader.read_event().map_err(|error| error.to_string())?;
            let end = reader.buffer_position() as usize;
            match event {
                Event::Start(tag) => {
                    let index = tree.push(&tag, start, end, open.last().copied());
                    open.push(index);
                }
                Event::Empty(tag) => {
                    let index = tree.push(&tag, start, end, open.last().copied());
                    tree.elements[index].last = index + 1;
                }
                Event::End(_) => {
                    let Some(index) = open.pop() else { return Err("an element is closed that was not opened".to_owned()) };
                    let last = tree.elements.len();
                    let element = &mut tree.elements[index];
                    (element.close, element.end, element.last) = (start, end, last);
                }
                Event::DocType(_) => return Err("a document type is declared".to_owned()),
                Event::Eof if open.is_empty() => return Ok(tree),
                Event::Eof => return Err("it ends in the middle".to_owned()),
                _ => {}
            }
            if open.len() > limits.xml_depth {
                return Err(format!("elements are nested more than {} deep", limits.xml_depth));
            }
            if tree.elements.len() > limits.xml_nodes {
                return Err(format!("it has more than {} elements", limits.xml_nodes));
            }
        }
    }

    fn push(&mut self, tag: &BytesStart<'_>, start: usize, end: usize, parent: Option<usize>) -> usize {
        if self.elements.is_empty() {
            self.prefix = word_prefix(tag);
        }
        let kind = self.kind_of(tag.name().as_ref());
        let (index, parent) = (self.elements.len(), parent.unwrap_or(NONE));
        if let Some(parent) = self.elements.get_mut(parent).filter(|parent| kind.is_props() && parent.props == NONE) {
            parent.props = index;
        }
        self.elements.push(Element { kind, parent, start, open_end: end, close: end, end, last: index + 1, props: NONE });
        index
    }

    fn kind_of(&self, name: impl AsRef<[u8]>) -> Kind {
        let name = name.as_ref();
        let Some(local) = name.strip_prefix(self.prefix.as_bytes()) else {
            return if name.ends_with(b":inline") || name.ends_with(b":anchor") { Kind::Drawing } else { Kind::Other };
        };
        match local {
            b"p" => Kind::Paragraph,
            b"pPr" => Kind::ParagraphProps,
            b"r" => Kind::Run,
            b"rPr" => Kind::RunProps,
            b"t" => Kind::Text,
            b"br" | b"cr" => Kind::Break,
            b"tab" => Kind::Tab,
            b"tbl" => Kind::Table,
            b"tr" => Kind::Row,
            b"tc" => Kind::Cell,
            b"tcPr" => Kind::CellProps,
            b"tcW" => Kind::CellWidth,
            b"gridCol" => Kind::GridColumn,
            b"gridSpan" => Kind::GridSpan,
            b"sectPr" => Kind::SectionProps,
            b"sdt" => Kind::Control,
            b"sdtPr" => Kind::ControlProps,
            b"sdtContent" => Kind::ControlContent,
            b"fldChar" => Kind::FieldChar,
            b"instrText" => Kind::FieldCode,
            b"fldSimple" => Kind::SimpleField,
            b"drawing" | b"pict" | b"object" => Kind::Drawing,
            b"body" => Kind::Body,
            _ => Kind::Word,
        }
    }

    /// The direct children of an element.
    pub(in crate::report) fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let last = self.elements[index].last;
        let mut next = index + 1;
        std::iter::from_fn(move || {
            (next < last).then(|| {
                let child = next;
                next = self.elements[child].last;
                child
            })
        })
    }

    /// The first direct child of a kind.
    pub(in crate::report) fn child(&self, index: usize, kind: Kind) -> Option<usize> {
        let props = self.elements[index].props;
        if kind.is_props() && self.elements.get(props).is_none_or(|props| props.kind == kind) {
            return Some(props).filter(|&props| props != NONE);
        }
        self.children(index).find(|&child| self.elements[child].kind == kind)
    }

    /// The element itself or its nearest ancestor of a kind.
    pub(in crate::report) fn ancestor(&self, index: usize, kind: Kind) -> Option<usize> {
        let mut at = index;
        while at != NONE {
            if self.elements[at].kind == kind {
                return Some(at);
            }
            at = self.elements[at].parent;
        }
        None
    }

    /// Whether an element holds one of a kind at any depth.
    pub(in crate::report) fn contains(&self, index: usize, kind: Kind) -> bool {
        self.elements[index + 1..self.elements[index].last].iter().any(|element| element.kind == kind)
    }

    /// Whether what lies between the inside of one element and the inside of another can be left out or repeated:
    /// it closes as many elements as it opens, and of the same names.
    pub(in crate::report) fn mirrors(&self, mut left: usize, mut right: usize, source: &str) -> bool {
        while left != right {
            if left == NONE || right == NONE || self.qualified_name(left, source) != self.qualified_name(right, source) {
                return false;
            }
            (left, right) = (self.elements[left].parent, self.elements[right].parent);
        }
        true
    }

    /// The name of an element with its prefix.
    fn qualified_name<'s>(&self, index: usize, source: &'s str) -> &'s str {
        let tag = &source[self.elements[index].start + 1..self.elements[index].open_end];
        tag.split([' ', '\t', '\r', '\n', '/', '>']).next().unwrap_or_default()
    }

    /// The local name of an element.
    pub(in crate::report) fn name<'s>(&self, index: usize, source: &'s str) -> &'s str {
        self.qualified_name(index, source).rsplit(':').next().unwrap_or_default()
    }

    /// The raw value of an attribute by its local name (`val`).
    pub(in crate::report) fn attribute<'s>(&self, index: usize, name: &str, source: &'s str) -> Option<&'s str> {
        let element = self.elements.get(index)?;
        attribute(&source[element.start..element.open_end], name)
    }
}

/// The raw value of an attribute in a start tag, by its local name.
pub(in crate::report) fn attribute<'s>(tag: &'s str, name: &str) -> Option<&'s str> {
    let mut rest = tag;
    while let Some(equals) = rest.find('=') {
        let (before, after) = rest.split_at(equals);
        let key = before.trim_end().rsplit([' ', '\t', '\r', '\n', ':']).next().unwrap_or_default();
        let after = after[1..].trim_start();
        let quote = after.chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
        let close = after[1..].find(quote)? + 1;
        if key == name {
            return Some(&after[1..close]);
        }
        rest = &after[close + 1..];
    }
    None
}

/// The prefix bound to Word's namespace at the root.
fn word_prefix(root: &BytesStart<'_>) -> String {
    let tag: &str = root.as_ref();
    for namespace in WORD {
        let Some(at) = tag.find(&format!("\"{namespace}\"")).or_else(|| tag.find(&format!("'{namespace}'"))) else { continue };
        let name = tag[..at].trim_end().trim_end_matches('=').trim_end();
        let name = name.rsplit([' ', '\t', '\r', '\n']).next().unwrap_or_default();
        return name.strip_prefix("xmlns:").map_or_else(String::new, |prefix| format!("{prefix}:"));
    }
    "w:".to_owned()
}

/// Text as it stands between tags, read: entities resolved, CDATA opened, comments left out.
pub(in crate::report) fn unescape(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find(['&', '<']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (taken, text) = if let Some(data) = rest.strip_prefix("<![CDATA[") {
            let end = data.find("]]>").unwrap_or(data.len());
            ((9 + end + 3).min(rest.len()), data[..end].to_owned())
        } else if rest.starts_with('<') {
            (rest.find('>').map_or(rest.len(), |end| end + 1), String::new())
        } else {
            entity(rest)
        };
        out.push_str(&text);
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// The character an entity at the start of `text` stands for, and its length; an unknown one stands for itself.
pub(in crate::report) fn entity(text: &str) -> (usize, String) {
    let end = text.bytes().take(12).position(|byte| byte == b';');
    let Some(end) = end else { return (1, "&".to_owned()) };
    let character = match &text[1..end] {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        code => code
            .strip_prefix("#x")
            .or_else(|| code.strip_prefix("#X"))
            .map_or_else(|| code.strip_prefix('#').and_then(|number| number.parse().ok()), |hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32),
    };
    character.map_or_else(|| (1, "&".to_owned()), |character| (end + 1, character.to_string()))
}

/// Text escaped for an element or a double-quoted attribute; characters XML 1.0 does not know are left out.
pub(in crate::report) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    escape_into(text, &mut out);
    out
}

/// The same, appended.
pub(in crate::report) fn escape_into(text: &str, out: &mut String) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            _ if is_xml_char(character) => out.push(character),
            _ => {}
        }
    }
}

/// A character a document may hold (XML 1.0, 2.2), less the noncharacters the engine uses as marks.
pub(in crate::report) fn is_xml_char(character: char) -> bool {
    !matches!(character, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fdd0}'..='\u{fdef}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMESPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";

    #[test]
    fn elements_know_their_places() {
        let source = format!(r#"<w:p xmlns:w="{NAMESPACE}"><w:r><w:t>a&lt;b</w:t><w:br/></w:r></w:p>"#);
        let tree = Tree::read(&source, &Limits::default()).unwrap();
        let kinds: Vec<Kind> = tree.elements.iter().map(|element| element.kind).collect();
        assert_eq!(kinds, [Kind::Paragraph, Kind::Run, Kind::Text, Kind::Break]);
        let text = tree.elements[2];
        assert_eq!(unescape(&source[text.open_end..text.close]), "a<b");
        assert!(tree.elements[3].is_empty_tag());
        assert_eq!(tree.ancestor(2, Kind::Paragraph), Some(0));
    }

    #[test]
    fn another_prefix_is_followed() {
        let source = format!(r#"<x:p xmlns:x="{NAMESPACE}"><x:r/></x:p>"#);
        let tree = Tree::read(&source, &Limits::default()).unwrap();
        assert_eq!((tree.prefix.as_str(), tree.elements[1].kind), ("x:", Kind::Run));
    }

    #[test]
    fn damage_is_an_error() {
        for source in ["<a><b></a>", "<a>", "</a>", "<!DOCTYPE a []><a/>"] {
            assert!(Tree::read(source, &Limits::default()).is_err(), "{source}");
        }
        let deep = "<a>".repeat(300);
        assert!(Tree::read(&deep, &Limits::default()).is_err());
    }

    #[test]
    fn entities_and_cdata_are_read() {
        assert_eq!(unescape("a&amp;&#65;&#x42;<![CDATA[<&]]>&nope;"), "a&AB<&&nope;");
        assert_eq!(attribute(r#"<w:tag w:val="a b" x='c'/>"#, "x"), Some("c"));
        assert_eq!(attribute(r#"<w:tag w:val="a b"/>"#, "val"), Some("a b"));
    }
}
