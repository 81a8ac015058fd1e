//! A start tag: its name and its attributes, as nearly all are written, without the steps that the rare ones need.

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

/// Where something begins and ends in a text.
pub(super) type Place = (u32, u32);

/// An attribute's name and its value.
pub(super) type Pair = (Place, Place);

/// A piece of a part's text.
#[derive(Clone, Copy)]
pub(super) struct Piece<'t> {
    pub(super) text: &'t str,
    /// Where it begins in the text that the tree keeps, if it stands there.
    pub(super) at: Option<u32>,
}

/// The tag that begins an element.
pub(super) struct Tag<'t> {
    text: &'t str,
    /// Whether the tree keeps `text`.
    kept: bool,
    name: Place,
    attributes: Attributes<'t>,
}

/// Attributes as they are written.
pub(super) enum Attributes<'t> {
    /// All as `name="value"`, with values that are what they mean.
    Plain(&'t [Pair]),
    Other(BytesStart<'t>),
}

impl<'t> Tag<'t> {
    /// A tag of the text that the tree keeps.
    pub(super) fn kept(text: &'t str, name: Place, attributes: Attributes<'t>) -> Self {
        Self { text, kept: true, name, attributes }
    }

    /// A tag that stands for itself.
    pub(super) fn alone(start: &'t BytesStart<'_>, pairs: &'t mut Vec<Pair>) -> Self {
        let (text, name) = (&**start, start.name().into_inner().len());
        let plain = scan(text.as_bytes(), name, pairs).is_some_and(|end| end == text.len());
        let attributes = if plain { Attributes::Plain(pairs) } else { Attributes::Other(start.borrow()) };
        Self { text, kept: false, name: (0, name as u32), attributes }
    }

    /// Where it begins.
    pub(super) fn from(&self) -> usize {
        (self.name.0 as usize).saturating_sub("<".len())
    }

    pub(super) fn name(&self) -> Piece<'t> {
        self.piece(self.name)
    }

    /// Whether a namespace is declared here.
    pub(super) fn declares(&self) -> bool {
        match &self.attributes {
            Attributes::Plain(pairs) => {
                let names = pairs.iter().filter_map(|(name, _)| self.text.as_bytes().get(name.0 as usize..name.1 as usize));
                names.into_iter().any(declares)
            }
            Attributes::Other(start) => start.attributes_raw().contains("xmlns"),
        }
    }

    /// Tells of each attribute. A value that cannot be unescaped is as good as absent.
    pub(super) fn each(&self, mut tell: impl FnMut(Piece<'_>, Piece<'_>)) {
        match &self.attributes {
            Attributes::Plain(pairs) => pairs.iter().for_each(|&(name, value)| tell(self.piece(name), self.piece(value))),
            Attributes::Other(start) => {
                for attribute in start.attributes().with_checks(false).flatten() {
                    if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
                        tell(Piece { text: attribute.key.into_inner(), at: None }, Piece { text: &value, at: None });
                    }
                }
            }
        }
    }

    /// Tells of each attribute as it is written.
    pub(super) fn each_raw(&self, mut tell: impl FnMut(&str, &str)) {
        match &self.attributes {
            Attributes::Plain(_) => self.each(|name, value| tell(name.text, value.text)),
            Attributes::Other(start) => {
                for attribute in start.attributes().with_checks(false).flatten() {
                    tell(attribute.key.into_inner(), &attribute.value);
                }
            }
        }
    }

    fn piece(&self, place: Place) -> Piece<'t> {
        let text = self.text.get(place.0 as usize..place.1 as usize).unwrap_or_default();
        Piece { text, at: self.kept.then_some(place.0) }
    }
}

/// Whether an attribute of this name declares a namespace. Nearly none does, which its first letter tells.
pub(super) fn declares(name: &[u8]) -> bool {
    matches!(name, [b'x', b'm', b'l', b'n', b's', ..])
}

/// Finds names and values from `at` on, and tells where they end; nothing where one is written otherwise than `name="value"`, or its value is not what it means.
pub(super) fn scan(bytes: &[u8], mut at: usize, pairs: &mut Vec<Pair>) -> Option<usize> {
    pairs.clear();
    loop {
        while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        let name = at;
        let end = name + name_length(bytes, name);
        if end == name {
            return Some(at);
        }
        let (Some(b'='), Some(quote @ (b'"' | b'\''))) = (bytes.get(end), bytes.get(end + 1)) else { return None };
        let value = end + 2;
        // The other quote may stand in a value.
        let length = bytes.get(value..)?.iter().position(|byte| is(*byte, END) && (byte == quote || !matches!(byte, b'"' | b'\'')))?;
        let end_of_value = value + length;
        if bytes.get(end_of_value) != Some(quote) {
            return None;
        }
        pairs.push(((name as u32, end as u32), (value as u32, end_of_value as u32)));
        at = end_of_value + 1;
    }
}

/// How long the name is that begins there.
pub(super) fn name_length(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| !is(*byte, NAME)).unwrap_or(rest.len())
}

/// Stands in a name.
const NAME: u8 = 1;
/// Ends a value, or makes it one that is not plain.
const END: u8 = 2;

/// What each byte may be: all of a document's attributes come by here, so that one look has to do.
const KINDS: [u8; 256] = {
    let mut kinds = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b':' | b'_' | b'-' | b'.' => NAME,
            b'"' | b'\'' | b'&' | b'<' | b'\t' | b'\n' | b'\r' => END,
            _ => 0,
        };
        byte += 1;
    }
    kinds
};

fn is(byte: u8, kind: u8) -> bool {
    KINDS[usize::from(byte)] == kind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(raw: &str) -> (bool, Vec<(String, String)>) {
        let (start, mut pairs) = (BytesStart::from_content(raw, 1), Vec::new());
        let tag = Tag::alone(&start, &mut pairs);
        let mut found = Vec::new();
        tag.each(|name, value| found.push((name.text.to_owned(), value.text.to_owned())));
        (matches!(tag.attributes, Attributes::Plain(_)), found)
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn plain_attributes_are_read_at_once_and_others_mean_the_same() {
        assert_eq!(told("p"), (true, pairs(&[])));
        assert_eq!(told("p w:val=\"ñ 1\"  b='\"'\n c=\"\""), (true, pairs(&[("w:val", "ñ 1"), ("b", "\""), ("c", "")])));
        assert_eq!(told("p a=\"1 &amp; 2\" b=\"x\ty\""), (false, pairs(&[("a", "1 & 2"), ("b", "x y")])));
        assert_eq!(told("p a = \"1\" b=\"2\""), (false, pairs(&[("a", "1"), ("b", "2")])));
        let many: String = (0..20).fold(String::new(), |text, number| text + &format!(" a{number}=\"{number}\""));
        let (plain, found) = told(&format!("p{many}"));
        assert!(plain && found.len() == 20);
    }

    #[test]
    fn what_is_cut_off_or_damaged_is_left_to_the_reader_of_xml() {
        for raw in ["p a", "p a=", "p a=\"", "p a=1", "p =\"1\"", "p \"1\"", "p a=\"1\" /"] {
            assert!(!told(raw).0, "{raw}");
        }
    }

    #[test]
    fn a_declaration_is_seen_either_way() {
        let declares = |raw: &str| {
            let (start, mut pairs) = (BytesStart::from_content(raw, 1), Vec::new());
            Tag::alone(&start, &mut pairs).declares()
        };
        assert!(declares("p xmlns:w=\"x\"") && declares("p a='&lt;' xmlns='x'") && !declares("p a=\"1\""));
    }
}
