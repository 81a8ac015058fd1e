//! Builds a part's tree: what each name means and where it is left out.

use std::borrow::Cow;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use quick_xml::Reader;
use quick_xml::events::{BytesText, Event};

use super::repeats::{Known, Repeats};
use super::scanner::{Scanner, Token};
use super::tag::{Piece, Tag, declares};
use super::weight::{DESCRIPTION, FORMULA_CHARACTER, long_words, text_weight, weight};
use super::{Entry, NONE, Span, Tree};
use crate::document::error::XmlError;
use crate::package::Limits;

/// An element that is open while the tree is built.
enum Open {
    /// It became a node.
    Node,
    /// Its content counts as its parent's.
    Transparent,
    /// `mc:AlternateContent`; whether one of its choices was taken.
    Alternate(bool),
}

/// How many trees were begun.
static TREES: AtomicU64 = AtomicU64::new(0);

/// Reads a part.
pub(super) fn build<'x>(xml: &'x [u8], limits: &Limits) -> Result<Tree<'x>, XmlError> {
    let text = decode(xml)?;
    if let Cow::Borrowed(text) = text
        && let Some(scanner) = Scanner::new(text)
        && let Some(tree) = Builder::new(text, String::new(), text.len(), *limits).scan(scanner)?
    {
        return Ok(tree);
    }
    // What is seldom written so is worth a second reading, into a text of its own.
    Builder::new("", String::with_capacity(text.len()), text.len(), *limits).read(&text)
}

struct Builder<'x> {
    limits: Limits,
    /// What the elements so far will cost.
    weight: usize,
    /// The length of the word that the text so far ends with.
    word: usize,
    tree: Tree<'x>,
    open: Vec<Open>,
    /// Open nodes with their last child so far.
    parents: Vec<(u32, u32)>,
    /// How deep the element stands that keeps all blanks in it (`xml:space`, which is inherited).
    keeps_blanks: Option<usize>,
    /// Prefixes that do not mean what they usually do: element depth, prefix, usual prefix.
    renamed: Vec<(usize, String, &'static str)>,
    /// Nodes that elements met again would have been.
    nodes_saved: usize,
    repeats: Repeats,
    /// Open elements that may be met again: kind, and what is known of them so far.
    repeatable: Vec<(usize, Known)>,
}

impl<'x> Builder<'x> {
    /// `text` is what the tree refers to of the part, which has so many bytes; what is not written there comes to `heap`.
    fn new(text: &'x str, heap: String, bytes: usize, limits: Limits) -> Self {
        // Two thirds of all parts need no more, as what repeats is built once (measured).
        let guess = (bytes / 48).min(limits.xml_nodes).min(1 << 18);
        let (entries, attributes) = (Vec::with_capacity(guess), Vec::with_capacity(guess));
        Self {
            limits,
            weight: 0,
            word: 0,
            tree: Tree {
                number: TREES.fetch_add(1, Ordering::Relaxed),
                weight: 0,
                text,
                heap,
                entries,
                attributes,
                fields: OnceLock::new(),
                shape_types: OnceLock::new(),
            },
            open: Vec::new(),
            parents: Vec::new(),
            keeps_blanks: None,
            renamed: Vec::new(),
            nodes_saved: 0,
            repeats: Repeats::default(),
            repeatable: Vec::new(),
        }
    }

    /// Takes what the scanner finds; nothing where that does not know what is written.
    fn scan(mut self, mut scanner: Scanner<'_>) -> Result<Option<Tree<'x>>, XmlError> {
        while let Some(token) = scanner.token() {
            match token {
                Token::Start(tag) => {
                    let (from, depth) = (tag.from(), self.open.len());
                    let kind = Repeats::kind(tag.name().text).filter(|_| self.plain_around());
                    if let Some(known) = kind.and_then(|kind| self.repeats.find(kind, self.tree.text.as_bytes(), from, depth)) {
                        self.again(known)?;
                        scanner.leave_for(from + known.to - known.from);
                        continue;
                    }
                    let at = self.tree.entries.len() as u32;
                    let begun = kind.map(|kind| {
                        let (nodes, weight) = (self.nodes(), self.weight);
                        (kind, Known { from, to: from, at, nodes, weight, ends_word: false, depth })
                    });
                    if self.start(&tag)? == Content::Skipped && scanner.skip().is_none() {
                        return Ok(None);
                    }
                    self.repeatable.extend(begun);
                }
                Token::Empty(tag) => self.empty(&tag)?,
                Token::End => {
                    self.end();
                    self.end_repeatable(scanner.at());
                }
                Token::Text(text) if text.text.contains('\r') => self.text(alone(&BytesText::from_escaped(text.text).xml10_content()))?,
                Token::Text(text) => self.text(text)?,
                Token::Reference(text) => self.text(alone(text))?,
                Token::Done => {
                    self.tree.weight = self.weight;
                    return Ok(Some(self.tree));
                }
            }
        }
        Ok(None)
    }

    /// Takes what quick-xml finds.
    fn read(mut self, text: &str) -> Result<Tree<'x>, XmlError> {
        let malformed = |reader: &Reader<&[u8]>, error: &quick_xml::Error| XmlError::Malformed {
            at: reader.error_position(),
            reason: error.to_string(),
        };
        let (mut reader, mut pairs) = (Reader::from_str(text), Vec::new());
        reader.config_mut().allow_dangling_amp = true;
        loop {
            let event = reader.read_event().map_err(|error| malformed(&reader, &error))?;
            match event {
                Event::Start(start) => {
                    if self.start(&Tag::alone(&start, &mut pairs))? == Content::Skipped {
                        reader.read_to_end(start.name()).map_err(|error| malformed(&reader, &error))?;
                    }
                }
                Event::Empty(start) => self.empty(&Tag::alone(&start, &mut pairs))?,
                Event::End(_) => self.end(),
                Event::Text(text) => self.text(alone(&text.xml10_content()))?,
                Event::CData(text) => self.text(alone(&text.xml10_content()))?,
                Event::GeneralRef(reference) => {
                    let character = reference.resolve_char_ref().ok().flatten();
                    match (character, quick_xml::escape::resolve_predefined_entity(&reference)) {
                        (Some(character), _) => self.text(alone(character.encode_utf8(&mut [0; 4])))?,
                        (None, Some(text)) => self.text(alone(text))?,
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
            Err(XmlError::Malformed { at: reader.buffer_position(), reason: "it ends inside an element".to_owned() })
        }
    }

    fn start(&mut self, tag: &Tag<'_>) -> Result<Content, XmlError> {
        if self.open.len() >= self.limits.xml_depth {
            return Err(XmlError::TooDeep(self.limits.xml_depth));
        }
        self.declare(tag);
        let name = self.usual(tag.name());
        match self.role(&name.text, tag) {
            Role::Node => {
                let at = self.add(&name, tag)?;
                self.parents.push((at, NONE));
                self.open.push(Open::Node);
            }
            Role::Transparent => self.open.push(Open::Transparent),
            Role::Alternate => self.open.push(Open::Alternate(false)),
            Role::Skip => {
                self.forget_names();
                return Ok(Content::Skipped);
            }
        }
        Ok(Content::Read)
    }

    fn empty(&mut self, tag: &Tag<'_>) -> Result<(), XmlError> {
        self.declare(tag);
        let name = self.usual(tag.name());
        if matches!(self.role(&name.text, tag), Role::Node) {
            self.add(&name, tag)?;
        }
        self.forget_names();
        self.forget_blanks();
        Ok(())
    }

    fn end(&mut self) {
        if matches!(self.open.pop(), Some(Open::Node)) {
            self.parents.pop();
        }
        self.forget_names();
        self.forget_blanks();
    }

    /// Prefixes hold within the element that binds them.
    fn forget_names(&mut self) {
        // Nearly all files use the usual ones.
        if !self.renamed.is_empty() {
            let depth = self.open.len();
            self.renamed.retain(|(declared, ..)| *declared < depth);
        }
    }

    fn forget_blanks(&mut self) {
        let depth = self.open.len();
        self.keeps_blanks = self.keeps_blanks.filter(|declared| *declared < depth);
    }

    fn text(&mut self, text: Piece<'_>) -> Result<(), XmlError> {
        let Some(&(parent, last)) = self.parents.last() else { return Ok(()) };
        let blank = text.text.bytes().all(|byte| byte.is_ascii_whitespace());
        // Behind other text a blank is one between two references (`&gt; &quot;`), not indentation.
        let goes_on = last != NONE && self.tree.entries.get(last as usize).is_some_and(|before| !before.element);
        if blank && !goes_on && !matches!(self.tree.node(parent).name(), "w:t" | "w:instrText" | "m:t" | "a:t") {
            return Ok(());
        }
        let value = self.keep(text);
        let attributes = self.tree.attributes.len() as u32;
        self.push(Entry { value, element: false, attributes: (attributes, attributes), first: NONE, next: NONE }, text.text)?;
        Ok(())
    }

    fn add(&mut self, name: &Name<'_>, tag: &Tag<'_>) -> Result<u32, XmlError> {
        let value = self.keep(name.piece());
        let from = self.tree.attributes.len() as u32;
        let (mut own_space, mut described) = (false, 0);
        tag.each(|written, text| {
            if declares(written.text.as_bytes()) {
                return;
            }
            // A name without a prefix is in no namespace, whatever the default one is.
            let key = if self.renamed.is_empty() || !written.text.contains(':') {
                self.keep(written)
            } else {
                let usual = self.usual(written);
                self.keep(usual.piece())
            };
            own_space |= written.text == "xml:space";
            if own_space && text.text == "preserve" && name.text != "w:t" && self.keeps_blanks.is_none() {
                self.keeps_blanks = Some(self.open.len());
            }
            if matches!(written.text, "descr" | "title" | "alt") {
                described += text.text.len();
            }
            let text = self.keep(text);
            self.tree.attributes.push((key, text));
        });
        self.weight += described * DESCRIPTION;
        if name.text == "w:t" && !own_space && self.keeps_blanks.is_some() {
            let inherited = (self.keep(alone("xml:space")), self.keep(alone("preserve")));
            self.tree.attributes.push(inherited);
        }
        let to = self.tree.attributes.len() as u32;
        self.push(Entry { value, element: true, attributes: (from, to), first: NONE, next: NONE }, &name.text)
    }

    /// Adds an entry, whose name or text is `value`.
    fn push(&mut self, entry: Entry, value: &str) -> Result<u32, XmlError> {
        let at = self.tree.entries.len();
        if self.nodes() >= self.limits.xml_nodes {
            return Err(XmlError::TooLarge(self.limits.xml_nodes));
        }
        self.weight += if entry.element {
            if ends_word(value) {
                self.word = 0;
            }
            weight(value)
        } else {
            let parent = self.parents.last().and_then(|(parent, _)| self.tree.entries.get(*parent as usize));
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
        self.link(entry);
        Ok(at as u32)
    }

    /// Adds an entry behind the last one of its parent.
    fn link(&mut self, entry: Entry) {
        let at = self.tree.entries.len() as u32;
        self.tree.entries.push(entry);
        if let Some((parent, last)) = self.parents.last_mut() {
            let link = if *last == NONE { *parent } else { *last };
            let first = *last == NONE;
            *last = at;
            if let Some(entry) = self.tree.entries.get_mut(link as usize) {
                if first { entry.first = at } else { entry.next = at }
            }
        }
    }

    /// Whether an element means here what it means elsewhere.
    fn plain_around(&self) -> bool {
        self.renamed.is_empty() && self.keeps_blanks.is_none()
    }

    /// Adds an element that was built before.
    fn again(&mut self, known: Known) -> Result<(), XmlError> {
        let Some(&Entry { value, element, attributes, first, .. }) = self.tree.entries.get(known.at as usize) else { return Ok(()) };
        if self.nodes() + known.nodes > self.limits.xml_nodes {
            return Err(XmlError::TooLarge(self.limits.xml_nodes));
        }
        self.weight += known.weight;
        if self.weight > self.limits.layout_bytes {
            return Err(XmlError::TooHeavy(self.limits.layout_bytes));
        }
        self.nodes_saved += known.nodes - 1;
        if known.ends_word {
            self.word = 0;
        }
        self.link(Entry { value, element, attributes, first, next: NONE });
        Ok(())
    }

    /// Keeps an element that ended, if it is one that may be met again.
    fn end_repeatable(&mut self, to: usize) {
        let Some((kind, begun)) = self.repeatable.pop_if(|(_, known)| known.depth == self.open.len()) else { return };
        let inside = self.tree.entries.get(begun.at as usize..).unwrap_or_default();
        let mut names = inside.iter().map(|entry| self.tree.str(entry.value));
        if names.clone().zip(inside).all(|(name, entry)| entry.element && may_repeat(name)) {
            let (nodes, weight) = (self.nodes() - begun.nodes, self.weight - begun.weight);
            self.repeats.add(kind, Known { to, nodes, weight, ends_word: names.any(ends_word), ..begun });
        }
    }

    /// How many nodes there would be if each element had been built.
    fn nodes(&self) -> usize {
        self.tree.entries.len() + self.nodes_saved
    }

    fn keep(&mut self, piece: Piece<'_>) -> Span {
        if let Some(at) = piece.at {
            return Span(at, at + piece.text.len() as u32);
        }
        let (before, from) = (self.tree.text.len(), self.tree.heap.len());
        self.tree.heap.push_str(piece.text);
        Span((before + from) as u32, (before + self.tree.heap.len()) as u32)
    }

    /// Notes prefixes that are bound to a known namespace under another name than usual.
    fn declare(&mut self, tag: &Tag<'_>) {
        if !tag.declares() {
            return;
        }
        let depth = self.open.len();
        tag.each_raw(|key, value| {
            let prefix = if key == "xmlns" { "" } else { key.strip_prefix("xmlns:").unwrap_or(key) };
            if key != "xmlns" && prefix.len() == key.len() {
                return;
            }
            if let Some(usual) = usual_prefix(value)
                && usual != prefix
            {
                self.renamed.push((depth, prefix.to_owned(), usual));
            }
        });
    }

    /// A name with the usual prefix of its namespace.
    fn usual<'n>(&self, name: Piece<'n>) -> Name<'n> {
        let renamed = || {
            let (prefix, local) = name.text.split_once(':').unwrap_or(("", name.text));
            let (.., usual) = self.renamed.iter().rev().find(|(_, renamed, _)| renamed == prefix)?;
            Some(format!("{usual}:{local}"))
        };
        match if self.renamed.is_empty() { None } else { renamed() } {
            Some(text) => Name { text: Cow::Owned(text), at: None },
            None => Name { text: Cow::Borrowed(name.text), at: name.at },
        }
    }

    fn role(&mut self, name: &str, tag: &Tag<'_>) -> Role {
        match name {
            "mc:AlternateContent" => Role::Alternate,
            "mc:Choice" | "mc:Fallback" => {
                let wanted = name == "mc:Fallback" || self.understands(tag);
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
    fn understands(&self, tag: &Tag<'_>) -> bool {
        let is_known = |prefix: &str| {
            let usual = self.renamed.iter().rev().find(|(_, renamed, _)| renamed == prefix).map_or(prefix, |(.., usual)| usual);
            matches!(usual, "wps" | "wpg" | "wpc" | "w14" | "w15" | "a14" | "v")
        };
        let mut understood = None;
        tag.each_raw(|key, value| {
            if key == "Requires" && understood.is_none() {
                understood = Some(value.split_ascii_whitespace().all(is_known));
            }
        });
        understood.unwrap_or(true)
    }
}

/// Whether an element is the same wherever it stands: nobody asks for its place in the document, and it is not text.
fn may_repeat(element: &str) -> bool {
    !matches!(element, "w:p" | "w:r" | "w:fldChar") && !element.starts_with("v:")
}

fn ends_word(element: &str) -> bool {
    matches!(element, "w:p" | "w:tab" | "w:br" | "w:cr")
}

/// A name with its usual prefix.
struct Name<'n> {
    text: Cow<'n, str>,
    at: Option<u32>,
}

impl Name<'_> {
    fn piece(&self) -> Piece<'_> {
        Piece { text: &self.text, at: self.at }
    }
}

/// A piece that the tree does not keep yet.
fn alone(text: &str) -> Piece<'_> {
    Piece { text, at: None }
}

/// What becomes of what stands in an element.
#[derive(PartialEq)]
enum Content {
    Read,
    Skipped,
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
        // The shapes over a chart are written as a diagram's are.
        "http://schemas.microsoft.com/office/drawing/2008/diagram"
        | "http://schemas.openxmlformats.org/drawingml/2006/chartDrawing"
        | "http://purl.oclc.org/ooxml/drawingml/chartDrawing" => "dsp",
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::xml::Node;

    fn told(node: Node<'_>) -> String {
        let attributes: Vec<(&str, &str)> = node.attributes().collect();
        let content: String =
            node.all().map(|inner| if inner.is_element() { told(inner) } else { format!("{:?}", inner.name()) }).collect();
        format!("<{}{attributes:?}>{content}</>", node.name())
    }

    /// What the scanner makes of a text, and what quick-xml makes of it.
    fn both(text: &str) -> (Option<Result<String, XmlError>>, Result<String, XmlError>) {
        let limits = Limits { xml_depth: 12, xml_nodes: 60, ..Limits::default() };
        let builder = |text| Builder::new(text, String::new(), 0, limits);
        let tell = |tree: Tree<'_>| format!("{} {}", tree.weight, tree.root().map(told).unwrap_or_default());
        let scanned = Scanner::new(text).map(|scanner| builder(text).scan(scanner));
        (scanned.and_then(Result::transpose).map(|tree| tree.map(tell)), builder("").read(text).map(tell))
    }

    #[test]
    fn what_is_written_as_usual_needs_no_other_reader() {
        let text =
            "<?xml version=\"1.0\"?>\r\n<w:a><w:p w:val='ñ \"1\"' b=\"x &lt;\n&#65;>\" ><w:t>1 &lt; 2\r\n</w:t><w:br/></w:p >\n</w:a>";
        let (scanned, read) = both(&text.replace("</w:p >", "</w:p>"));
        assert_eq!(scanned, Some(read));
        let (scanned, read) = both(text);
        assert!(scanned.is_none() && read.is_ok());
    }

    #[test]
    fn what_is_seldom_or_broken_is_left_to_the_other_reader() {
        for text in [
            "<a><!-- --></a>",
            "<a><![CDATA[x]]></a>",
            "<a>&#65;</a>",
            "<!DOCTYPE a><a/>",
            "<a><b></a></b>",
            "<a",
            "<a b=\"",
            "<a>",
            "</a>",
            "<é/>",
        ] {
            assert!(both(text).0.is_none(), "{text}");
        }
    }

    /// Pieces of a part, in elements that hold others.
    fn written() -> impl Strategy<Value = String> {
        const LEAVES: [&str; 22] = [
            "<w:t xml:space='preserve'> ñ\r\n</w:t>",
            "<w:t>1 &lt; 2 &amp;&quot; </w:t>",
            "<w:br/>",
            "text ",
            "\n ",
            "<w:jc w:val=\"left\"/>",
            "<w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>",
            "<w:pPr><w:jc w:val=\"left\"/></w:pPr>",
            "<w:rPr><w:b></w:b></w:rPr>",
            "<w:rPr><w:t>x</w:t></w:rPr>",
            "<w:tcPr><w:tcW descr=\"x\"></w:tcW></w:tcPr>",
            "<x:t xmlns:x=\"http://purl.oclc.org/ooxml/wordprocessingml/main\" x:val=\"2\"/>",
            "<w:proofErr w:type=\"x\"/>",
            "<w:del/>",
            "<a descr=\"a &quot;b&quot;\"/>",
            "<a b = '1'/>",
            "<a b='>'></a>",
            "&#10;",
            "&bad;",
            "<!-- c -->",
            "<a>",
            "</a>",
        ];
        const AROUND: [[&str; 2]; 13] = [
            ["<w:p>", "</w:p>"],
            ["<w:p a=\"1\" xml:space=\"preserve\">", "</w:p>"],
            ["<w:pPr>", "</w:pPr>"],
            ["<w:rPr>", "</w:rPr>"],
            ["<w:trPr>", "</w:trPr>"],
            ["<wps:wsp>", "</wps:wsp>"],
            ["<w:ins>", "</w:ins>"],
            ["<w:del>", "</w:del>"],
            ["<mc:AlternateContent>", "</mc:AlternateContent>"],
            ["<mc:Choice Requires=\"wps\">", "</mc:Choice>"],
            ["<mc:Fallback>", "</mc:Fallback>"],
            ["<x:r xmlns:x=\"http://purl.oclc.org/ooxml/wordprocessingml/main\">", "</x:r>"],
            ["<w:latentStyles>", "</w:latentStyles>"],
        ];
        // Those that only one reader knows come seldom: the last third.
        let leaf = prop_oneof![20 => prop::sample::select(&LEAVES[..17]), 1 => prop::sample::select(&LEAVES[17..])].prop_map(str::to_owned);
        leaf.prop_recursive(6, 60, 6, |inner| {
            (prop::sample::select(&AROUND[..]), prop::collection::vec(inner, 0..6))
                .prop_map(|([open, close], content)| format!("{open}{}{close}", content.concat()))
        })
    }

    proptest! {
        #[test]
        fn both_readers_make_the_same_of_it(pieces in prop::collection::vec(written(), 1..4)) {
            // What stands twice is built once.
            let (scanned, read) = both(&format!("<w:r>{}</w:r>", pieces.concat().repeat(2)));
            if let Some(scanned) = scanned {
                prop_assert_eq!(scanned, read);
            }
        }
    }
}
