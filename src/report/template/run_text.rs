//! Text and colours of the data as the document writes them.

use minijinja::value::Value;

use crate::report::template::fill::{Fill, TagInfo};
use crate::report::xml::escape_into;

/// A cell's fill: six hex digits, else no colour of its own.
pub(super) fn cell_colour(value: &Value) -> Value {
    let text = value.to_string();
    let text = text.trim().trim_start_matches('#');
    let valid = text.len() == 6 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    Value::from_safe_string(if valid { text.to_owned() } else { "auto".to_owned() })
}

/// Text inside a text element: escaped; line breaks, tabs, and docxtpl's `\a` (new paragraph) and `\f` (new page) as Word's.
pub(super) fn content(text: &str, fill: &Fill, info: Option<&TagInfo>) -> String {
    let w = &fill.prefix;
    let mut out = String::with_capacity(text.len() + 16);
    let text = text.replace("\r\n", "\n");
    for piece in text.split_inclusive(['\n', '\r', '\t', '\u{7}', '\u{b}', '\u{c}', '\u{2028}']) {
        let end = piece.chars().next_back().filter(|last| matches!(last, '\n' | '\r' | '\t' | '\u{7}' | '\u{b}' | '\u{c}' | '\u{2028}'));
        let literal = end.map_or(piece, |end| &piece[..piece.len() - end.len_utf8()]);
        escape_into(literal, &mut out);
        let mark = match (end, info.filter(|info| info.splits)) {
            (None, _) => String::new(),
            (Some('\t'), _) => format!("</{w}t><{w}tab/><{w}t xml:space=\"preserve\">"),
            (Some('\u{c}'), Some(info)) => format!(
                "</{w}t></{w}r></{w}p><{w}p><{w}r><{w}br {w}type=\"page\"/></{w}r></{w}p><{w}p>{}<{w}r>{}<{w}t xml:space=\"preserve\">",
                info.paragraph_props, info.run_props
            ),
            (Some('\u{c}'), None) => format!("</{w}t><{w}br {w}type=\"page\"/><{w}t xml:space=\"preserve\">"),
            (Some('\u{7}'), Some(info)) => {
                format!("</{w}t></{w}r></{w}p><{w}p>{}<{w}r>{}<{w}t xml:space=\"preserve\">", info.paragraph_props, info.run_props)
            }
            (Some(_), _) => format!("</{w}t><{w}br/><{w}t xml:space=\"preserve\">"),
        };
        out.push_str(&mark);
    }
    out
}
