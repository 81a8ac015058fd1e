//! The attributes of an element as nearly all are written, read without the steps that the rare ones need.

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

/// Elements with more are read the long way.
const MOST: usize = 16;

/// Attributes of one element: names as they are written, and values.
pub(super) struct Attributes<'s> {
    start: &'s BytesStart<'s>,
    /// The first so many of `list`, when all were plain.
    plain: Option<usize>,
    list: [(&'s str, &'s str); MOST],
}

impl<'s> Attributes<'s> {
    pub(super) fn of(start: &'s BytesStart<'_>) -> Self {
        let mut list = [("", ""); MOST];
        let plain = scan(start.attributes_raw(), &mut list);
        Self { start, plain, list }
    }

    /// Whether a namespace is declared here.
    pub(super) fn declare(&self) -> bool {
        match self.plain {
            Some(count) => self.list.iter().take(count).any(|(name, _)| name.starts_with("xmlns")),
            None => self.start.attributes_raw().contains("xmlns"),
        }
    }

    /// Tells of each. A value that cannot be unescaped is as good as absent.
    pub(super) fn each(&self, mut tell: impl FnMut(&str, &str)) {
        if let Some(count) = self.plain {
            return self.list.iter().take(count).for_each(|(name, value)| tell(name, value));
        }
        for attribute in self.start.attributes().with_checks(false).flatten() {
            if let Ok(value) = attribute.normalized_value(XmlVersion::Implicit1_0) {
                tell(attribute.key.into_inner(), &value);
            }
        }
    }
}

/// Finds names and values; nothing where one is written otherwise than `name="value"`, or its value is not what it means.
fn scan<'s>(raw: &'s str, list: &mut [(&'s str, &'s str); MOST]) -> Option<usize> {
    let bytes = raw.as_bytes();
    let (mut at, mut count) = (0, 0);
    loop {
        while matches!(bytes.get(at), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            at += 1;
        }
        let name = at;
        if name == bytes.len() {
            return Some(count);
        }
        let length = bytes.get(name..)?.iter().position(|byte| !is_name(*byte)).filter(|length| *length > 0)?;
        let end = name + length;
        let (Some(b'='), Some(quote @ (b'"' | b'\''))) = (bytes.get(end), bytes.get(end + 1)) else { return None };
        let value = end + 2;
        let length = bytes.get(value..)?.iter().position(|byte| byte == quote || matches!(byte, b'&' | b'<' | b'\t' | b'\n' | b'\r'))?;
        if bytes.get(value + length) != Some(quote) {
            return None;
        }
        *list.get_mut(count)? = (raw.get(name..end)?, raw.get(value..value + length)?);
        count += 1;
        at = value + length + 1;
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'-' | b'.')
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
