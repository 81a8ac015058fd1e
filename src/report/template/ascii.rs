//! Names with letters of any language (`{{ año }}`, `{{ g.lección }}`): the evaluator's identifiers are ASCII.

use std::borrow::Cow;
use std::fmt::Write;

/// What stands before the code of a letter.
const ESCAPE: &str = "__u";

/// An expression or statement with its names in ASCII: a name that stands alone is written in a code that [`original`] undoes, one behind a point as an item (`g["lección"]`).
pub(super) fn names(code: &str) -> Cow<'_, str> {
    if code.is_ascii() {
        return Cow::Borrowed(code);
    }
    let mut out = String::with_capacity(code.len() + 16);
    let (mut rest, mut quote, mut escaped) = (code, None, false);
    while let Some(character) = rest.chars().next() {
        if let Some(open) = quote {
            if character == open && !escaped {
                quote = None;
            }
            escaped = character == '\\' && !escaped;
        } else if matches!(character, '"' | '\'') {
            quote = Some(character);
        } else if character.is_alphabetic() || character == '_' {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || is_mark(c))).unwrap_or(rest.len());
            let name = &rest[..end];
            if name.is_ascii() {
                out.push_str(name);
            } else if out.trim_end().ends_with('.') {
                out.truncate(out.trim_end().len() - 1);
                let written = write!(out, "[\"{name}\"]");
                debug_assert!(written.is_ok(), "writing to a string does not fail");
            } else {
                encode(name, &mut out);
            }
            rest = &rest[end..];
            continue;
        }
        out.push(character);
        rest = &rest[character.len_utf8()..];
    }
    Cow::Owned(out)
}

fn is_mark(character: char) -> bool {
    unicode_normalization::char::is_combining_mark(character)
}

fn encode(name: &str, out: &mut String) {
    for character in name.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            let written = write!(out, "{ESCAPE}{:x}_", u32::from(character));
            debug_assert!(written.is_ok(), "writing to a string does not fail");
        }
    }
}

/// The name as its author wrote it.
pub(super) fn original(name: &str) -> Cow<'_, str> {
    if !name.contains(ESCAPE) {
        return Cow::Borrowed(name);
    }
    let mut out = String::with_capacity(name.len());
    let mut rest = name;
    while let Some((before, behind)) = rest.split_once(ESCAPE) {
        out.push_str(before);
        let letter = behind.split_once('_').and_then(|(code, rest)| Some((char::from_u32(u32::from_str_radix(code, 16).ok()?)?, rest)));
        if let Some((letter, behind)) = letter {
            out.push(letter);
            rest = behind;
        } else {
            out.push_str(ESCAPE);
            rest = behind;
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_any_language_become_ascii_and_come_back() {
        assert_eq!(names("student.name"), "student.name");
        assert_eq!(names("g.año|upper"), "g[\"año\"]|upper");
        assert_eq!(names("'año' ~ \"ñ\""), "'año' ~ \"ñ\"");
        for name in ["año", "имя", "名前", "nombre_año2"] {
            let written = names(name).into_owned();
            assert!(written.is_ascii(), "{written}");
            assert_eq!(original(&written), name);
        }
        assert_eq!(original("__ux"), "__ux");
    }
}
