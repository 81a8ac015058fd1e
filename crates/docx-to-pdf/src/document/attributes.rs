//! The attributes of an element as nearly all are written, read without the steps that the rare ones need.

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

/// Elements with more are read the long way, as are those whose attributes take more than 65,535 bytes.
const MOST: usize = 16;

/// Attributes of one element: names as they are written, and values.
pub(super) struct Attributes<'s> {
    start: &'s BytesStart<'s>,
    /// The first so many of `places`, when all were plain.
    plain: Option<usize>,
    /// Where the name and the value of each begin and end.
    places: [[u16; 4]; MOST],
}

impl<'s> Attributes<'s> {
    pub(super) fn of(start: &'s BytesStart<'_>) -> Self {
        let mut places = [[0; 4]; MOST];
        let plain = scan(start.attributes_raw().as_bytes(), &mut places);
        Self { start, plain, places }
    }

    /// Names and values, of plain ones.
    fn pairs(&self, count: usize) -> impl Iterator<Item = (&str, &str)> {
        let raw = self.start.attributes_raw();
        let text = move |from: u16, to: u16| raw.get(usize::from(from)..usize::from(to)).unwrap_or_default();
        self.places.iter().take(count).map(move |&[name, end, value, end_of_value]| (text(name, end), text(value, end_of_value)))
    }

    /// Whether a namespace is declared here.
    pub(super) fn declare(&self) -> bool {
        match self.plain {
            Some(count) => self.pairs(count).any(|(name, _)| name.starts_with("xmlns")),
            None => self.start.attributes_raw().contains("xmlns"),
        }
    }

    /// Tells of each. A value that cannot be unescaped is as good as absent.
    pub(super) fn each(&self, mut tell: impl FnMut(&str, &str)) {
        if let Some(count) = self.plain {
            return self.pairs(count).for_each(|(name, value)| tell(name, value));
        }
        for attribute in self.start.attributes().with_checks(false).flatten() {
            if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
                tell(attribute.key.into_inner(), &value);
            }
        }
    }
}

/// Finds names and values; nothing where one is written otherwise than `name="value"`, or its value is not what it means.
fn scan(bytes: &[u8], places: &mut [[u16; 4]; MOST]) -> Option<usize> {
    let (mut at, mut count) = (0, 0);
    loop {
        while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        let name = at;
        if name == bytes.len() {
            return Some(count);
        }
        let length = bytes.get(name..)?.iter().position(|byte| !is(*byte, NAME)).filter(|length| *length > 0)?;
        let end = name + length;
        let (Some(b'='), Some(quote @ (b'"' | b'\''))) = (bytes.get(end), bytes.get(end + 1)) else { return None };
        let value = end + 2;
        // The other quote may stand in a value.
        let length = bytes.get(value..)?.iter().position(|byte| is(*byte, END) && (byte == quote || !matches!(byte, b'"' | b'\'')))?;
        let end_of_value = value + length;
        if bytes.get(end_of_value) != Some(quote) {
            return None;
        }
        let place = [name, end, value, end_of_value].map(|at| u16::try_from(at).unwrap_or(u16::MAX));
        *places.get_mut(count).filter(|_| end_of_value < usize::from(u16::MAX))? = place;
        count += 1;
        at = end_of_value + 1;
    }
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
        let start = BytesStart::from_content(raw, 1);
        let attributes = Attributes::of(&start);
        let mut found = Vec::new();
        attributes.each(|name, value| found.push((name.to_owned(), value.to_owned())));
        (attributes.plain.is_some(), found)
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
        assert!(!plain && found.len() == 20);
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
            let start = BytesStart::from_content(raw, 1);
            Attributes::of(&start).declare()
        };
        assert!(declares("p xmlns:w=\"x\"") && declares("p a='&lt;' xmlns='x'") && !declares("p a=\"1\""));
    }
}
