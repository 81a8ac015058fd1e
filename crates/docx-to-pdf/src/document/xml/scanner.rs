//! XML as Word and nearly every other program writes it: tags, texts and the five references that need no table, read in one go.
//!
//! Comments, CDATA, document types, numbered references and everything that is not well-formed are not known here: quick-xml reads such a part, from its beginning.

use quick_xml::events::BytesStart;

use super::tag::{Attributes, Pair, Piece, Place, Tag, name_length, scan};

/// What comes next in a part.
pub(super) enum Token<'t> {
    Start(Tag<'t>),
    /// An element without content.
    Empty(Tag<'t>),
    End,
    Text(Piece<'t>),
    /// What a reference stands for.
    Reference(&'static str),
    Done,
}

/// Goes through a part's text.
pub(super) struct Scanner<'x> {
    text: &'x str,
    at: usize,
    /// The names of open elements.
    open: Vec<Place>,
    /// The attributes of the tag in work.
    pairs: Vec<Pair>,
}

impl<'x> Scanner<'x> {
    /// Begins behind the line that says that this is XML. Places are told in 32 bits.
    pub(super) fn new(text: &'x str) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        let at = if text.starts_with("<?xml ") { text.find("?>")? + 2 } else { 0 };
        Some(Self { text, at, open: Vec::new(), pairs: Vec::new() })
    }

    /// What comes next; nothing where quick-xml is needed.
    pub(super) fn token(&mut self) -> Option<Token<'_>> {
        let bytes = self.text.as_bytes();
        match bytes.get(self.at) {
            None => self.open.is_empty().then_some(Token::Done),
            Some(b'<') => match bytes.get(self.at + 1)? {
                b'/' => self.end(),
                _ => self.start(),
            },
            Some(b'&') => self.reference(),
            Some(_) => self.text(),
        }
    }

    /// Where it is in the text.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Leaves the element that began last, and goes on where it ends.
    pub(super) fn leave_for(&mut self, end: usize) {
        self.open.pop();
        self.at = end;
    }

    /// Goes on behind the element that began last.
    pub(super) fn skip(&mut self) -> Option<()> {
        let outside = self.open.len().checked_sub(1)?;
        while self.open.len() > outside {
            self.token()?;
        }
        Some(())
    }

    fn start(&mut self) -> Option<Token<'_>> {
        let bytes = self.text.as_bytes();
        let from = self.at + 1;
        let name = (from as u32, (from + name_length(bytes, from)) as u32);
        if name.0 == name.1 {
            return None;
        }
        let end_of_pairs = scan(bytes, name.1 as usize, &mut self.pairs);
        let plain = end_of_pairs.and_then(|at| match (bytes.get(at), bytes.get(at + 1)) {
            (Some(b'>'), _) => Some((at, false)),
            (Some(b'/'), Some(b'>')) => Some((at + 1, true)),
            _ => None,
        });
        let (close, empty, attributes) = if let Some((close, empty)) = plain {
            (close, empty, Attributes::Plain(&self.pairs))
        } else {
            let close = from + end_of_tag(bytes.get(from..)?)?;
            let written = self.text.get(from..close)?;
            let content = written.strip_suffix('/').unwrap_or(written);
            let length = (name.1 - name.0) as usize;
            // A name of other letters goes on.
            content.as_bytes().get(length).filter(|byte| byte.is_ascii_whitespace())?;
            (close, content.len() < written.len(), Attributes::Other(BytesStart::from_content(content, length)))
        };
        self.at = close + 1;
        let tag = Tag::kept(self.text, name, attributes);
        if empty {
            return Some(Token::Empty(tag));
        }
        self.open.push(name);
        Some(Token::Start(tag))
    }

    fn end(&mut self) -> Option<Token<'_>> {
        let bytes = self.text.as_bytes();
        let (from, to) = self.open.pop()?;
        let name = bytes.get(from as usize..to as usize)?;
        let rest = bytes.get(self.at + 2..)?.strip_prefix(name)?;
        self.at += name.len() + 3;
        (rest.first() == Some(&b'>')).then_some(Token::End)
    }

    fn text(&mut self) -> Option<Token<'_>> {
        let from = self.at;
        let rest = self.text.as_bytes().get(from..)?;
        self.at += rest.iter().position(|byte| matches!(byte, b'<' | b'&')).unwrap_or(rest.len());
        Some(Token::Text(Piece { text: self.text.get(from..self.at)?, at: Some(from as u32) }))
    }

    fn reference(&mut self) -> Option<Token<'_>> {
        const KNOWN: [(&str, &str); 5] = [("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'")];
        let rest = self.text.get(self.at..)?;
        let (written, meant) = KNOWN.iter().find(|(written, _)| rest.starts_with(written))?;
        self.at += written.len();
        Some(Token::Reference(meant))
    }
}

/// Where a tag ends: brackets may stand in values.
fn end_of_tag(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    bytes.iter().position(|&byte| {
        if let Some(open) = quote {
            quote = quote.filter(|_| byte != open);
            return false;
        }
        quote = matches!(byte, b'"' | b'\'').then_some(byte);
        byte == b'>'
    })
}
