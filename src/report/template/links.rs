//! Marks in the addresses of links: a link whose address holds one becomes a field, so that a loop can give each round its own; the code of a field that Word split is put together.

use docx_to_pdf::package::Relationships;

use super::tags;
use crate::report::xml::{Kind, Tree, escape, unescape};

/// The part with its links to marked addresses as fields; `None` when there are none.
pub(super) fn as_fields(source: &str, tree: &Tree, relationships: &Relationships) -> Option<String> {
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    let w = &tree.prefix;
    for (index, element) in tree.elements.iter().enumerate() {
        if element.kind != Kind::Word || element.is_empty_tag() || tree.name(index, source) != "hyperlink" {
            continue;
        }
        let Some(target) = tree.attribute(index, "id", source).and_then(|id| relationships.get(&unescape(id))).filter(|link| link.external)
        else {
            continue;
        };
        let address = decoded(&target.target);
        if !tags::find(&address).0.iter().any(|tag| !tag.shown.starts_with('«')) {
            continue;
        }
        let switch = |letter: char, name: &str| {
            let value = tree.attribute(index, name, source).map(unescape).filter(|value| !value.contains('"'));
            value.map(|value| format!(" \\{letter} \"{value}\"")).unwrap_or_default()
        };
        let code = format!(" HYPERLINK \"{}\"{}{} ", address, switch('l', "anchor"), switch('o', "tooltip"));
        edits.push((element.start, element.open_end, format!("<{w}fldSimple {w}instr=\"{}\">", escape(&code))));
        edits.push((element.close, element.end, format!("</{w}fldSimple>")));
    }
    edited(source, edits)
}

/// The part with each field's code in one piece, where a mark is split over several; `None` when there are none.
pub(super) fn with_whole_codes(source: &str, tree: &Tree) -> Option<String> {
    let mut edits = Vec::new();
    let mut pieces: Vec<usize> = Vec::new();
    for (index, element) in tree.elements.iter().enumerate() {
        match element.kind {
            Kind::FieldCode => pieces.push(index),
            Kind::FieldChar | Kind::Paragraph => join(source, tree, &mut pieces, &mut edits),
            _ => {}
        }
    }
    join(source, tree, &mut pieces, &mut edits);
    edited(source, edits)
}

/// Moves the pieces of a code into the first of them when only together they hold all of its marks.
fn join(source: &str, tree: &Tree, pieces: &mut Vec<usize>, edits: &mut Vec<(usize, usize, String)>) {
    let inside = |&piece: &usize| (tree.elements[piece].open_end, tree.elements[piece].close);
    let places: Vec<(usize, usize)> =
        pieces.drain(..).filter(|&piece| !tree.elements[piece].is_empty_tag()).map(|piece| inside(&piece)).collect();
    let Some((first, rest)) = places.split_first().filter(|(_, rest)| !rest.is_empty()) else { return };
    let marks = |text: &str| tags::find(&unescape(text)).0.len();
    let whole: String = places.iter().map(|&(from, to)| &source[from..to]).collect();
    if marks(&whole) > places.iter().map(|&(from, to)| marks(&source[from..to])).sum() {
        edits.push((first.0, first.1, whole));
        edits.extend(rest.iter().map(|&(from, to)| (from, to, String::new())));
    }
}

/// The source with stretches of it replaced; `None` without any.
fn edited(source: &str, mut edits: Vec<(usize, usize, String)>) -> Option<String> {
    if edits.is_empty() {
        return None;
    }
    edits.sort_unstable();
    let mut out = String::with_capacity(source.len());
    let mut at = 0;
    for (start, end, text) in edits {
        out.push_str(&source[at..start]);
        out.push_str(&text);
        at = end;
    }
    out.push_str(&source[at..]);
    Some(out)
}

/// An address with its marks as their author typed them: Word writes `%7B%7B` and `%3c%3c` in their place.
pub(super) fn decoded(address: &str) -> String {
    let lower = address.to_ascii_lowercase();
    let mut out = String::with_capacity(address.len());
    let mut at = 0;
    while let Some(start) = ["%7b%7b", "%3c%3c"].iter().filter_map(|opening| lower[at..].find(opening)).min().map(|found| at + found) {
        let closing = if lower[start..].starts_with("%7b") { "%7d%7d" } else { "%3e%3e" };
        let Some(end) = lower[start..].find(closing).map(|found| start + found + closing.len()) else { break };
        out.push_str(&address[at..start]);
        out.push_str(&percent_decoded(&address[start..end]));
        at = end;
    }
    out.push_str(&address[at..]);
    out
}

fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'%').then(|| text.get(at + 1..at + 3)).flatten().and_then(|code| u8::from_str_radix(code, 16).ok());
        out.push(code.unwrap_or(byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_read_as_word_writes_them_and_the_rest_stays() {
        assert_eq!(decoded("mailto:%3c%3cEMAIL%3e%3e"), "mailto:<<EMAIL>>");
        assert_eq!(
            decoded("https://a.example/x%20y?id=%7B%7B%20submission.id%20%7D%7D&z=%7B"),
            "https://a.example/x%20y?id={{ submission.id }}&z=%7B"
        );
        assert_eq!(decoded("https://a.example/%7B%7Bx"), "https://a.example/%7B%7Bx");
    }
}
