//! A part's XML as a small tree, already as a reader wants it.
//!
//! Four things happen while the tree is built, so that nobody has to think of them later:
//! - names get the usual prefix of their namespace, whatever prefix the file uses (and strict names are read as transitional ones);
//! - `mc:AlternateContent` is replaced by the choice we understand, else by its fallback (ECMA-376 part 3, 9.3);
//! - content controls, smart tags, custom XML and insertions are replaced by their content (17.5, 17.13.5);
//! - deletions and records of former properties are left out: tracked changes are read as accepted.
//!
//! All strings of a tree stand in one buffer, and nodes refer to them by range: a tree has three allocations, not thousands.

use std::borrow::Cow;
use std::sync::OnceLock;

use quick_xml::events::{BytesStart, Event};
use unicode_normalization::char::{compose, is_combining_mark};

use super::attributes::Attributes;
use super::error::XmlError;
use crate::package::Limits;

/// A shape type has no more attributes, and no more children.
const MOST_IN_TYPE: u32 = 100;

/// No node.
const NONE: u32 = u32::MAX;

/// A range of the buffer.
#[derive(Debug, Clone, Copy)]
struct Span(u32, u32);

#[derive(Debug)]
struct Entry {
    /// An element's name, or the text.
    value: Span,
    element: bool,
    attributes: (u32, u32),
    first: u32,
    next: u32,
}

/// A part's XML.
#[derive(Debug)]
pub(super) struct Tree {
    /// What its elements will cost on their way to the PDF, in bytes.
    pub(super) weight: usize,
    heap: String,
    entries: Vec<Entry>,
    attributes: Vec<(Span, Span)>,
    /// VML's shape types by their names, once somebody asks.
    shape_types: OnceLock<Vec<(Span, u32)>>,
}

/// An element of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node<'t> {
    tree: &'t Tree,
    at: u32,
}

impl Tree {
    /// Reads a part.
    pub(super) fn parse(xml: &[u8], limits: &Limits) -> Result<Self, XmlError> {
        let text = decode(xml)?;
        Builder::new(&text, *limits).build()
    }

    /// The outermost element.
    pub(super) fn root(&self) -> Option<Node<'_>> {
        let at = self.entries.iter().position(|entry| entry.element)?;
        Some(Node { tree: self, at: at as u32 })
    }

    /// All elements in the order of the document.
    pub(super) fn elements(&self) -> impl Iterator<Item = Node<'_>> {
        let elements = self.entries.iter().enumerate().filter(|(_, entry)| entry.element);
        elements.map(|(at, _)| Node { tree: self, at: at as u32 })
    }

    /// Whether an element of this name stands anywhere.
    fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|entry| entry.element && self.str(entry.value) == name)
    }

    /// The element with the index [`Node::index`] told.
    pub(super) fn node(&self, index: u32) -> Node<'_> {
        Node { tree: self, at: index }
    }

    /// All `v:shapetype` with their names, in the order of names and of the document.
    fn shape_types(&self) -> &[(Span, u32)] {
        self.shape_types.get_or_init(|| {
            // Types are looked through for each of their shapes: of one that is larger than any, nothing is known.
            let small = |element: &Node<'_>| {
                let count = element.entry().map_or(0, |entry| entry.attributes.1 - entry.attributes.0);
                count <= MOST_IN_TYPE && element.children().nth(MOST_IN_TYPE as usize).is_none()
            };
            let types = self.elements().filter(|element| element.name() == "v:shapetype" && small(element));
            let mut named: Vec<(Span, u32)> = types.filter_map(|element| Some((element.attr_span("id")?, element.at))).collect();
            named.sort_by(|a, b| (self.str(a.0), a.1).cmp(&(self.str(b.0), b.1)));
            named
        })
    }

    fn str(&self, span: Span) -> &str {
        self.heap.get(span.0 as usize..span.1 as usize).unwrap_or_default()
    }
}

impl<'t> Node<'t> {
    fn entry(self) -> Option<&'t Entry> {
        self.tree.entries.get(self.at as usize)
    }

    /// A number that names the element within its tree.
    pub(super) fn index(self) -> u32 {
        self.at
    }

    /// Whether an element of this name stands anywhere in its part.
    pub(super) fn part_has(self, name: &str) -> bool {
        self.tree.has(name)
    }

    /// Its name with the usual prefix (`w:p`).
    pub(super) fn name(self) -> &'t str {
        self.entry().map_or("", |entry| self.tree.str(entry.value))
    }

    /// An attribute.
    pub(super) fn attr(self, name: &str) -> Option<&'t str> {
        self.attr_span(name).map(|value| self.tree.str(value))
    }

    fn attr_span(self, name: &str) -> Option<Span> {
        let (from, to) = self.entry()?.attributes;
        let list = self.tree.attributes.get(from as usize..to as usize)?;
        list.iter().find(|(key, _)| self.tree.str(*key) == name).map(|(_, value)| *value)
    }

    /// The `v:shapetype` of this name that stands nearest before the element in its part, else the first behind it: Word defines a type once, where it is used first.
    pub(super) fn shape_type(self, id: &str) -> Option<Node<'t>> {
        let types = self.tree.shape_types();
        let behind = types.partition_point(|(name, at)| (self.tree.str(*name), *at) < (id, self.at));
        let places = [behind.checked_sub(1), Some(behind)];
        let mut found = places.into_iter().flatten().filter_map(|place| types.get(place));
        found.find(|(name, _)| self.tree.str(*name) == id).map(|(_, at)| self.tree.node(*at))
    }

    /// `w:val`.
    pub(super) fn val(self) -> Option<&'t str> {
        self.attr("w:val")
    }

    /// The elements in it.
    pub(super) fn children(self) -> impl Iterator<Item = Node<'t>> {
        self.all().filter(|node| node.entry().is_some_and(|entry| entry.element))
    }

    /// Its first child of a name.
    pub(super) fn child(self, name: &str) -> Option<Node<'t>> {
        self.children().find(|child| child.name() == name)
    }

    /// Descends through first children.
    pub(super) fn path(self, names: &[&str]) -> Option<Node<'t>> {
        names.iter().try_fold(self, |node, name| node.child(name))
    }

    /// A child's `w:val`.
    pub(super) fn child_val(self, name: &str) -> Option<&'t str> {
        self.child(name)?.val()
    }

    /// The first element of a name anywhere below, in document order.
    pub(super) fn descendant(self, name: &str) -> Option<Node<'t>> {
        let mut open: Vec<Node<'t>> = self.children().collect();
        open.reverse();
        while let Some(node) = open.pop() {
            if node.name() == name {
                return Some(node);
            }
            let at = open.len();
            open.extend(node.children());
            open[at..].reverse();
        }
        None
    }

    /// The text directly in it.
    pub(super) fn text(self) -> String {
        self.all().filter_map(Node::entry).filter(|entry| !entry.element).map(|entry| self.tree.str(entry.value)).collect()
    }

    fn all(self) -> impl Iterator<Item = Node<'t>> {
        let tree = self.tree;
        let mut next = self.entry().map_or(NONE, |entry| entry.first);
        std::iter::from_fn(move || {
            let entry = tree.entries.get(next as usize)?;
            let node = Node { tree, at: next };
            next = entry.next;
            Some(node)
        })
    }
}

/// An element that is open while the tree is built.
enum Open {
    /// It became a node.
    Node,
    /// Its content counts as its parent's.
    Transparent,
    /// `mc:AlternateContent`; whether one of its choices was taken.
    Alternate(bool),
}

/// What an element costs on its way to the PDF, in bytes: measured as the peak of whole runs over documents of ten to fifty thousand of a kind, rounded up.
fn weight(element: &str) -> usize {
    match element {
        "w:p" => 4000,
        "w:tc" => 2400,
        "w:r" => 160,
        // Their signs and strokes.
        "m:f" | "m:rad" | "m:nary" | "m:d" | "m:acc" | "m:bar" | "m:groupChr" | "m:borderBox" => 2500,
        _ => 64,
    }
}

/// A byte of text, as part of a positioned glyph.
const CHARACTER: usize = 50;
/// A byte of a word that no line can hold, on top: it is shaped, and taken apart, once for each line.
const LONG_WORD: usize = 150;
/// What of a word is beyond so many bytes costs that.
const LONG: usize = 200;
/// A byte of what a screen reader says of a picture: it is written with the structure.
const DESCRIPTION: usize = 12;
/// A byte of a formula: nearly every sign and letter of it stands by itself.
const FORMULA_CHARACTER: usize = 1300;
/// A letter with marks or a joiner that stay apart from it: together they are a piece of marked content with a text of its own.
const MARK: usize = 800;
/// A change between scripts that run to the right and to the left: what stands between two of them is a run of glyphs of its own, and of what runs to the left also an element.
const TURN: usize = 350;

/// What a text costs on its way to the PDF. A letter whose marks make another letter (`é` in two pieces) costs what letters cost.
fn text_weight(text: &str) -> usize {
    let plain = text.len() * CHARACTER;
    // Marks and joiners begin at U+0300, whose first byte this is.
    if text.bytes().all(|byte| byte < 0xcc) {
        return plain;
    }
    let joins = |c: char| is_combining_mark(c) || matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    let (mut pieces, mut turns, mut before, mut leftward) = (0, 0, None, None);
    for character in text.chars() {
        let composed = before.filter(|_| joins(character)).and_then(|letter| compose(letter, character));
        // Further marks belong to the same piece.
        pieces += usize::from(joins(character) && composed.is_none() && !before.is_some_and(joins));
        before = composed.or(Some(character));
        if !character.is_whitespace() && !joins(character) {
            let runs_left = Some(is_written_leftward(character));
            turns += usize::from(leftward.is_some() && leftward != runs_left);
            leftward = runs_left;
        }
    }
    plain + pieces * MARK + turns * TURN
}

/// Whether a character stands in one of the blocks of Hebrew, Arabic and their relatives.
fn is_written_leftward(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// What the words of a run cost on top where they are endless. `word` is the length of the one that the runs before end with, and becomes that of this one's last.
fn long_words(text: &str, word: &mut usize) -> usize {
    // Scripts that are written without blanks begin at U+0800; their lines end between letters.
    let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte >= 0xe0;
    if *word + text.len() <= LONG {
        *word = text.bytes().rposition(|byte| ends(&byte)).map_or(*word + text.len(), |at| text.len() - at - 1);
        return 0;
    }
    let mut long = 0;
    for (at, piece) in text.as_bytes().split(ends).enumerate() {
        let before = if at == 0 { *word } else { 0 };
        *word = before + piece.len();
        long += word.saturating_sub(before.max(LONG));
    }
    long * LONG_WORD
}

struct Builder<'x> {
    reader: quick_xml::Reader<&'x [u8]>,
    limits: Limits,
    /// What the elements so far will cost.
    weight: usize,
    /// The length of the word that the text so far ends with.
    word: usize,
    tree: Tree,
    open: Vec<Open>,
    /// Open nodes with their last child so far.
    parents: Vec<(u32, u32)>,
    /// How deep the element stands that keeps all blanks in it (`xml:space`, which is inherited).
    keeps_blanks: Option<usize>,
    /// Prefixes that do not mean what they usually do: element depth, prefix, usual prefix.
    renamed: Vec<(usize, String, &'static str)>,
}

impl<'x> Builder<'x> {
    fn new(text: &'x str, limits: Limits) -> Self {
        let mut reader = quick_xml::Reader::from_str(text);
        reader.config_mut().allow_dangling_amp = true;
        let guess = (text.len() / 24).min(limits.xml_nodes).min(1 << 18);
        Self {
            reader,
            limits,
            weight: 0,
            word: 0,
            tree: Tree {
                weight: 0,
                heap: String::with_capacity(text.len()),
                entries: Vec::with_capacity(guess),
                attributes: Vec::with_capacity(guess),
                shape_types: OnceLock::new(),
            },
            open: Vec::new(),
            parents: Vec::new(),
            keeps_blanks: None,
            renamed: Vec::new(),
        }
    }

    fn build(mut self) -> Result<Tree, XmlError> {
        loop {
            let event = self.reader.read_event().map_err(|error| self.malformed(&error))?;
            match event {
                Event::Start(start) => self.start(&start)?,
                Event::Empty(start) => self.empty(&start)?,
                Event::End(_) => self.end(),
                Event::Text(text) => self.text(&text.xml10_content())?,
                Event::CData(text) => self.text(&text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().ok().flatten();
                    match (character, quick_xml::escape::resolve_predefined_entity(&reference)) {
                        (Some(character), _) => self.text(character.encode_utf8(&mut [0; 4]))?,
                        (None, Some(text)) => self.text(text)?,
                        (None, None) => {}
                    }
                }
                Event::DocType(_) => return Err(XmlError::Dtd),
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            }
        }
        self.tree.weight = self.weight;
        if self.open.is_empty() {
            Ok(self.tree)
        } else {
            Err(XmlError::Malformed { at: self.reader.buffer_position(), reason: "it ends inside an element".to_owned() })
        }
    }

    fn malformed(&self, error: &quick_xml::Error) -> XmlError {
        XmlError::Malformed { at: self.reader.error_position(), reason: error.to_string() }
    }

    fn start(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        if self.open.len() >= self.limits.xml_depth {
            return Err(XmlError::TooDeep(self.limits.xml_depth));
        }
        let attributes = Attributes::of(start);
        self.declare(start, &attributes);
        let name = self.usual(start.name().into_inner());
        match self.role(&name, start) {
            Role::Node => {
                let at = self.add(&name, &attributes)?;
                self.parents.push((at, NONE));
                self.open.push(Open::Node);
            }
            Role::Transparent => self.open.push(Open::Transparent),
            Role::Alternate => self.open.push(Open::Alternate(false)),
            Role::Skip => {
                self.renamed.retain(|(depth, ..)| *depth < self.open.len());
                self.reader.read_to_end(start.name()).map_err(|error| self.malformed(&error))?;
            }
        }
        Ok(())
    }

    fn empty(&mut self, start: &BytesStart<'_>) -> Result<(), XmlError> {
        let attributes = Attributes::of(start);
        self.declare(start, &attributes);
        let name = self.usual(start.name().into_inner());
        if matches!(self.role(&name, start), Role::Node) {
            self.add(&name, &attributes)?;
        }
        let depth = self.open.len();
        self.keeps_blanks = self.keeps_blanks.filter(|declared| *declared < depth);
        self.renamed.retain(|(depth, ..)| *depth < self.open.len());
        Ok(())
    }

    fn end(&mut self) {
        if matches!(self.open.pop(), Some(Open::Node)) {
            self.parents.pop();
        }
        let depth = self.open.len();
        self.renamed.retain(|(declared, ..)| *declared < depth);
        self.keeps_blanks = self.keeps_blanks.filter(|declared| *declared < depth);
    }

    fn text(&mut self, text: &str) -> Result<(), XmlError> {
        let Some(&(parent, last)) = self.parents.last() else { return Ok(()) };
        let blank = text.bytes().all(|byte| byte.is_ascii_whitespace());
        // Behind other text a blank is one between two references (`&gt; &quot;`), not indentation.
        let goes_on = last != NONE && self.tree.entries.get(last as usize).is_some_and(|before| !before.element);
        if blank && !goes_on && !matches!(self.tree.node(parent).name(), "w:t" | "w:instrText" | "m:t" | "a:t") {
            return Ok(());
        }
        let value = self.keep(text);
        let attributes = self.tree.attributes.len() as u32;
        self.push(Entry { value, element: false, attributes: (attributes, attributes), first: NONE, next: NONE })?;
        Ok(())
    }

    fn add(&mut self, name: &str, attributes: &Attributes<'_>) -> Result<u32, XmlError> {
        let value = self.keep(name);
        let from = self.tree.attributes.len() as u32;
        let (mut own_space, mut described) = (false, 0);
        attributes.each(|written, text| {
            if written.starts_with("xmlns") {
                return;
            }
            // A name without a prefix is in no namespace, whatever the default one is.
            let key = if self.renamed.is_empty() || !written.contains(':') { Cow::Borrowed(written) } else { self.usual(written) };
            let key = self.keep(&key);
            own_space |= written == "xml:space";
            if own_space && text == "preserve" && name != "w:t" && self.keeps_blanks.is_none() {
                self.keeps_blanks = Some(self.open.len());
            }
            if matches!(written, "descr" | "title" | "alt") {
                described += text.len();
            }
            let text = self.keep(text);
            self.tree.attributes.push((key, text));
        });
        self.weight += described * DESCRIPTION;
        if name == "w:t" && !own_space && self.keeps_blanks.is_some() {
            let inherited = (self.keep("xml:space"), self.keep("preserve"));
            self.tree.attributes.push(inherited);
        }
        let to = self.tree.attributes.len() as u32;
        self.push(Entry { value, element: true, attributes: (from, to), first: NONE, next: NONE })
    }

    fn push(&mut self, entry: Entry) -> Result<u32, XmlError> {
        let at = self.tree.entries.len();
        if at >= self.limits.xml_nodes {
            return Err(XmlError::TooLarge(self.limits.xml_nodes));
        }
        let value = self.tree.str(entry.value);
        let parent = self.parents.last().and_then(|(parent, _)| self.tree.entries.get(*parent as usize));
        self.weight += if entry.element {
            if matches!(value, "w:p" | "w:tab" | "w:br" | "w:cr") {
                self.word = 0;
            }
            weight(value)
        } else {
            let more = match parent.map(|parent| self.tree.str(parent.value)) {
                Some("w:t") => long_words(value, &mut self.word),
                Some("m:t") => value.len() * FORMULA_CHARACTER,
                _ => 0,
            };
            text_weight(value) + more
        };
        if self.weight > self.limits.layout_bytes {
            return Err(XmlError::TooHeavy(self.limits.layout_bytes));
        }
        self.tree.entries.push(entry);
        let at = at as u32;
        if let Some((parent, last)) = self.parents.last_mut() {
            let link = if *last == NONE { *parent } else { *last };
            let first = *last == NONE;
            *last = at;
            if let Some(entry) = self.tree.entries.get_mut(link as usize) {
                if first { entry.first = at } else { entry.next = at }
            }
        }
        Ok(at)
    }

    fn keep(&mut self, text: &str) -> Span {
        let from = self.tree.heap.len() as u32;
        self.tree.heap.push_str(text);
        Span(from, self.tree.heap.len() as u32)
    }

    /// Notes prefixes that are bound to a known namespace under another name than usual.
    fn declare(&mut self, start: &BytesStart<'_>, attributes: &Attributes<'_>) {
        if !attributes.declare() {
            return;
        }
        for attribute in start.attributes().with_checks(false).flatten() {
            let key = attribute.key.into_inner();
            let prefix = if key == "xmlns" { "" } else { key.strip_prefix("xmlns:").unwrap_or(key) };
            if key != "xmlns" && prefix.len() == key.len() {
                continue;
            }
            if let Some(usual) = usual_prefix(&attribute.value)
                && usual != prefix
            {
                self.renamed.push((self.open.len(), prefix.to_owned(), usual));
            }
        }
    }

    /// A name with the usual prefix of its namespace.
    fn usual<'n>(&self, name: &'n str) -> Cow<'n, str> {
        if self.renamed.is_empty() {
            return Cow::Borrowed(name);
        }
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        match self.renamed.iter().rev().find(|(_, renamed, _)| renamed == prefix) {
            Some((.., usual)) => Cow::Owned(format!("{usual}:{local}")),
            None => Cow::Borrowed(name),
        }
    }

    fn role(&mut self, name: &str, start: &BytesStart<'_>) -> Role {
        match name {
            "mc:AlternateContent" => Role::Alternate,
            "mc:Choice" | "mc:Fallback" => {
                let wanted = name == "mc:Fallback" || self.understands(start);
                match self.open.last_mut() {
                    Some(Open::Alternate(taken)) if *taken || !wanted => Role::Skip,
                    Some(Open::Alternate(taken)) => {
                        *taken = true;
                        Role::Transparent
                    }
                    _ => Role::Transparent,
                }
            }
            "w:sdt" | "w:sdtContent" | "w:smartTag" | "w:customXml" | "w:ins" | "w:moveTo" | "w:dir" => Role::Transparent,
            "w:del" | "w:moveFrom" => {
                // Inside properties it marks the paragraph's end or the row as deleted, which the reader has to know.
                let parent = self.parents.last().map(|&(at, _)| self.tree.node(at).name());
                if matches!(parent, Some("w:rPr" | "w:trPr")) { Role::Node } else { Role::Skip }
            }
            "w:sdtPr" | "w:sdtEndPr" | "w:smartTagPr" | "w:customXmlPr" | "w:rPrChange" | "w:pPrChange" | "w:tblPrChange"
            | "w:tblPrExChange" | "w:trPrChange" | "w:tcPrChange" | "w:sectPrChange" | "w:tblGridChange" | "w:numberingChange"
            | "w:latentStyles" | "w:proofErr" | "w:delText" | "w:delInstrText" => Role::Skip,
            _ => Role::Node,
        }
    }

    /// Whether we can show a choice. `wp14` is left to its fallback, which holds plain offsets.
    fn understands(&self, start: &BytesStart<'_>) -> bool {
        let required = start.try_get_attribute("Requires").ok().flatten();
        let required = required.map(|attribute| attribute.value.into_owned()).unwrap_or_default();
        required.split_ascii_whitespace().all(|prefix| {
            let usual = self.renamed.iter().rev().find(|(_, renamed, _)| renamed == prefix).map_or(prefix, |(.., usual)| usual);
            matches!(usual, "wps" | "wpg" | "w14" | "w15" | "a14" | "v")
        })
    }
}

enum Role {
    Node,
    Transparent,
    Alternate,
    Skip,
}

/// The prefix Word gives a namespace, transitional or strict.
fn usual_prefix(namespace: &str) -> Option<&'static str> {
    Some(match namespace {
        "http://schemas.openxmlformats.org/wordprocessingml/2006/main" | "http://purl.oclc.org/ooxml/wordprocessingml/main" => "w",
        "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        | "http://purl.oclc.org/ooxml/officeDocument/relationships" => "r",
        "http://schemas.openxmlformats.org/drawingml/2006/main" | "http://purl.oclc.org/ooxml/drawingml/main" => "a",
        "http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"
        | "http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing" => "wp",
        "http://schemas.openxmlformats.org/drawingml/2006/picture" | "http://purl.oclc.org/ooxml/drawingml/picture" => "pic",
        "http://schemas.openxmlformats.org/drawingml/2006/chart" | "http://purl.oclc.org/ooxml/drawingml/chart" => "c",
        "http://schemas.openxmlformats.org/drawingml/2006/diagram" | "http://purl.oclc.org/ooxml/drawingml/diagram" => "dgm",
        "http://schemas.microsoft.com/office/drawing/2008/diagram" => "dsp",
        "http://schemas.openxmlformats.org/officeDocument/2006/math" | "http://purl.oclc.org/ooxml/officeDocument/math" => "m",
        "http://schemas.openxmlformats.org/markup-compatibility/2006" => "mc",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingShape" => "wps",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingGroup" => "wpg",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas" => "wpc",
        "http://schemas.microsoft.com/office/word/2010/wordprocessingDrawing" => "wp14",
        "http://schemas.microsoft.com/office/word/2010/wordml" => "w14",
        "http://schemas.microsoft.com/office/word/2012/wordml" => "w15",
        "http://schemas.microsoft.com/office/drawing/2010/main" => "a14",
        "urn:schemas-microsoft-com:vml" => "v",
        "urn:schemas-microsoft-com:office:office" => "o",
        "urn:schemas-microsoft-com:office:word" => "w10",
        "http://purl.org/dc/elements/1.1/" => "dc",
        "http://purl.org/dc/terms/" => "dcterms",
        "http://schemas.openxmlformats.org/package/2006/metadata/core-properties" => "cp",
        _ => return None,
    })
}

/// UTF-8 as it is; UTF-16 by its byte order mark.
fn decode(xml: &[u8]) -> Result<Cow<'_, str>, XmlError> {
    let wide = |from: fn([u8; 2]) -> u16| -> Result<Cow<'_, str>, XmlError> {
        let units: Vec<u16> = xml[2..].as_chunks::<2>().0.iter().map(|&pair| from(pair)).collect();
        String::from_utf16(&units).map(Cow::Owned).map_err(|_| XmlError::Encoding)
    };
    match xml {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).map(Cow::Borrowed).map_err(|_| XmlError::Encoding),
        _ => std::str::from_utf8(xml).map(Cow::Borrowed).map_err(|_| XmlError::Encoding),
    }
}
