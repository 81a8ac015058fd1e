//! Characters that a terminal obeys instead of showing them, and those that nobody sees.
//!
//! Names, titles, file names and a mail server's words come from outside; with control characters in them they could clear an operator's screen, rename its window, or show the end of a line before its start.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// Whether a terminal acts on the character: control characters, and those that turn the direction of writing.
pub fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{e0001}'..='\u{e007f}')
}

/// Whether the character takes no place: it hides in secrets and addresses that were copied.
pub fn is_invisible(c: char) -> bool {
    is_control(c)
        || matches!(c, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Whether the character turns the direction in which what follows is shown; languages from right to left need none of these.
fn turns(c: char) -> bool {
    matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Text for a page: a replacement character where one would turn the direction of what follows, so that no name shows an address or a file's end as something else.
pub fn straight(text: String) -> String {
    if text.contains(turns) { text.replace(turns, "\u{fffd}") } else { text }
}

/// Text for a terminal: line breaks and tabs stay, all other characters that a terminal obeys become escapes such as `\u{1b}`.
pub fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_control(c) && !matches!(c, '\n' | '\t'), |c, out| out.extend(c.escape_unicode()))
}

/// Text for one field of a line: as [`plain`], and white space of any kind is one space.
pub fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    plain(&words.join(" ")).into_owned()
}

/// Text for comparing: small letters without accents, so that "jose" finds "José".
pub fn folded(text: &str) -> String {
    let bare = text.nfkd().filter(|c| !is_combining_mark(*c) && !is_invisible(*c));
    bare.flat_map(char::to_lowercase).collect()
}

/// Whether a spreadsheet would take the field for a formula and run it; some read the full-width signs as the plain ones.
pub fn begins_a_formula(field: &str) -> bool {
    field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A field of CSV that no spreadsheet takes for a formula.
pub fn no_formula(field: String) -> String {
    if begins_a_formula(&field) && field.parse::<f64>().is_err() { format!("'{field}") } else { field }
}

/// JSON in which no character is left that a terminal obeys; its meaning is the same.
pub fn plain_json(json: &str) -> Cow<'_, str> {
    escaped(
        json,
        |c| is_control(c) && c != '\n',
        |c, out| {
            let mut units = [0; 2];
            for unit in c.encode_utf16(&mut units) {
                // Writing into a string does not fail.
                let _ = write!(out, "\\u{unit:04x}");
            }
        },
    )
}

fn escaped(text: &str, is_bad: impl Fn(char) -> bool, escape: impl Fn(char, &mut String)) -> Cow<'_, str> {
    if !text.chars().any(&is_bad) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if is_bad(c) {
            escape(c, &mut out);
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{1b}[2J\r\u{9b}31m\u{202e}gnp.exe\u{7f}";

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_everything_else_stays() {
        let shown = plain(HOSTILE);
        assert!(!shown.chars().any(is_control), "{shown}");
        assert!(shown.contains("owned") && shown.contains("\\u{1b}") && shown.contains("\\u{202e}gnp.exe"), "{shown}");
        for text in ["María-José Ñ\n\tO'Higgins", "שלום", "محمد", "👩‍🎓 한국", "می‌خواهم"] {
            assert!(matches!(plain(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn texts_are_compared_without_accents_and_case() {
        for (text, expected) in [
            ("José Núñez", "jose nunez"),
            ("JOSE\u{301}", "jose"),
            ("ﬁn ÅNGSTRÖM", "fin angstrom"),
            ("İstanbul", "istanbul"),
            ("ΣΟΦΙΑ", "σοφια"),
            ("田中", "田中"),
        ] {
            assert_eq!(folded(text), expected);
        }
    }

    #[test]
    fn a_field_keeps_to_its_line() {
        assert_eq!(one_line(" Ana\n\nPérez\u{2028}0a1b  done\t\u{1b}[1m "), "Ana Pérez 0a1b done \\u{1b}[1m");
    }

    #[test]
    fn what_a_spreadsheet_would_run_is_seen_in_every_width() {
        for field in ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x"] {
            assert!(begins_a_formula(field), "{field:?}");
        }
        for field in ["", "Ana", "a=b", "1-1", "'=1"] {
            assert!(!begins_a_formula(field), "{field:?}");
        }
    }

    #[test]
    fn json_means_the_same_without_such_characters() {
        let value = serde_json::json!({ "name": format!("{HOSTILE}\u{e0041}"), "lines": "a\nb" });
        let json = serde_json::to_string_pretty(&value).unwrap();
        let shown = plain_json(&json);
        assert!(!shown.chars().any(|c| is_control(c) && c != '\n'), "{shown}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
    }
}
