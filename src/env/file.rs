//! Reads a file of settings (`.env`): one `NAME=value` per line.
//!
//! Written with any editor on any system: byte order marks, UTF-16, Windows-1252 and Windows line endings are read.
//! A value without quotes goes to the end of its line, spaces inside it included, so that Google's app passwords and names need no quotes.
//! Nothing is expanded: `$` and `\` are themselves, but for `\"`, `\\`, `\n`, `\t` and `\$` in double quotes.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// A file of settings that cannot be used. It never repeats a value.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnvFileError {
    /// It cannot be read.
    #[error("cannot read the settings in {file}: {reason}")]
    Unreadable {
        /// The file.
        file: String,
        /// What the system said.
        reason: String,
    },
    /// A line is no setting.
    #[error("{file}, line {line}: {message}")]
    Line {
        /// The file.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what to do.
        message: String,
    },
}

/// One setting of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) line: usize,
}

/// The entries of the file named, else of the default file where it exists.
#[expect(clippy::disallowed_methods, reason = "a file of settings is part of the environment")]
pub(super) fn read(named: Option<&Path>, default: &Path) -> Result<Option<(PathBuf, Vec<Entry>)>, EnvFileError> {
    let path = named.unwrap_or(default);
    let file = path.display().to_string();
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if named.is_none() && matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => return Ok(None),
        Err(error) => return Err(EnvFileError::Unreadable { file, reason: error.to_string() }),
    };
    let entries = parse(&decode(&bytes)).map_err(|(line, message)| EnvFileError::Line { file, line, message })?;
    Ok(Some((path.to_owned(), entries)))
}

/// The text, in whichever of the encodings of today's editors.
fn decode(bytes: &[u8]) -> String {
    match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, _)) => encoding.decode(bytes).0.into_owned(),
        None => String::from_utf8(bytes.to_vec()).unwrap_or_else(|_| encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned()),
    }
}

type Fault = (usize, String);

fn parse(text: &str) -> Result<Vec<Entry>, Fault> {
    let mut entries = Vec::new();
    let mut rest = text;
    let mut line = 1;
    while !rest.is_empty() {
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (content, after) = rest.split_at(end);
        let mut taken = end;
        if !content.trim().is_empty() && !content.trim_start().starts_with('#') {
            let (name, value) = split(content).ok_or((line, "is no setting; write NAME=value, or # before a remark".to_owned()))?;
            let name = check_name(name).map_err(|message| (line, message))?;
            let from = end - value.len();
            let (value, used) = read_value(rest.get(from..).unwrap_or_default()).map_err(|message| (line, message))?;
            taken = from + used;
            entries.push(Entry { name, value, line });
        } else if after.is_empty() {
            break;
        }
        let (done, mut next) = rest.split_at(taken);
        line += breaks(done);
        if let Some(after) = next.strip_prefix("\r\n").or_else(|| next.strip_prefix(['\n', '\r'])) {
            next = after;
            line += 1;
        }
        rest = next;
    }
    Ok(entries)
}

/// Name and value of a line; PowerShell's and the command prompt's ways to set one are understood.
fn split(content: &str) -> Option<(&str, &str)> {
    let (name, value) = content.split_once('=')?;
    let name = name.trim();
    let name = ["export ", "set ", "SET ", "$env:", "$Env:"].iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name);
    Some((name.trim(), value))
}

fn check_name(name: &str) -> Result<String, String> {
    let is_name =
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name { Ok(name.to_owned()) } else { Err("what stands before = is no name; names have letters, digits and _ only".to_owned()) }
}

/// How many line breaks a text has, whichever system's.
fn breaks(text: &str) -> usize {
    text.matches('\n').count() + text.matches('\r').count() - text.matches("\r\n").count()
}

/// The value at the start of `text`, and how many bytes it takes up to the end of its line.
fn read_value(text: &str) -> Result<(String, usize), String> {
    let line_end = |from: usize| text.get(from..).and_then(|rest| rest.find(['\n', '\r'])).map_or(text.len(), |end| from + end);
    let end = line_end(0);
    let content = text.get(..end).unwrap_or_default();
    let start = content.len() - content.trim_start().len();
    let Some(quote) = content.trim_start().chars().next() else { return Ok((String::new(), end)) };
    if matches!(quote, '“' | '”' | '‘' | '’' | '«' | '„') {
        return Err("the value is in typographic quotes; use plain ones (\") or none".to_owned());
    }
    if !matches!(quote, '"' | '\'') {
        return Ok((without_remark(content).trim().to_owned(), end));
    }
    let open = start + 1;
    let (value, close) = quoted(text.get(open..).unwrap_or_default(), quote).ok_or_else(|| {
        format!(
            "the quote ({quote}) that opens the value is never closed; a quote that belongs to the value goes into quotes of the other kind"
        )
    })?;
    let after = open + close;
    let end = line_end(after);
    let left = text.get(after..end).unwrap_or_default().trim();
    if left.is_empty() || left.starts_with('#') {
        return Ok((value, end));
    }
    Err("there is more behind the closing quote; put the whole value into quotes".to_owned())
}

/// A value without quotes ends where a remark begins: at # behind a space.
fn without_remark(content: &str) -> &str {
    if content.trim_start().starts_with('#') {
        return "";
    }
    let remark = content.match_indices('#').find(|(at, _)| content.get(..*at).is_some_and(|before| before.ends_with([' ', '\t'])));
    remark.map_or(content, |(at, _)| content.get(..at).unwrap_or(content))
}

/// The text up to the closing quote, and the bytes taken with it.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if c == quote {
            return Some((value, at + 1));
        }
        if c != '\\' || quote == '\'' {
            value.push(c);
            continue;
        }
        match chars.next()?.1 {
            'n' => value.push('\n'),
            't' => value.push('\t'),
            escaped @ ('"' | '\\' | '$') => value.push(escaped),
            // A path of Windows is written as it is.
            other => value.extend(['\\', other]),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text).expect("a good file").into_iter().map(|entry| (entry.name, entry.value)).collect()
    }

    fn value(line: &str) -> String {
        pairs(&format!("NAME={line}\nNEXT=1\n")).swap_remove(0).1
    }

    #[test]
    fn a_value_without_quotes_goes_to_the_end_of_its_line() {
        for (line, expected) in [
            ("abcd efgh ijkl mnop", "abcd efgh ijkl mnop"),
            (" Colegio San José ", "Colegio San José"),
            ("a=b==", "a=b=="),
            ("pa#ss$word\\n", "pa#ss$word\\n"),
            ("587 # STARTTLS", "587"),
            ("# only a remark", ""),
            ("O'Higgins \"El Libertador\"", "O'Higgins \"El Libertador\""),
            ("", ""),
        ] {
            assert_eq!(value(line), expected, "{line}");
        }
    }

    #[test]
    fn quotes_keep_what_is_in_them() {
        for (line, expected) in [
            ("\"a b # c\" # remark", "a b # c"),
            ("'$5 \\n \"x\"'", "$5 \\n \"x\""),
            (r#""a\"b\\c\n\$d""#, "a\"b\\c\n$d"),
            (r#""C:\Users\ana""#, r"C:\Users\ana"),
            ("\" spaced \"", " spaced "),
            ("\"two\nlines\"", "two\nlines"),
            ("\"\"", ""),
        ] {
            assert_eq!(value(line), expected, "{line}");
        }
    }

    #[test]
    fn files_of_every_editor_and_shell_are_read() {
        let expected = vec![("A".to_owned(), "ñandú".to_owned()), ("B".to_owned(), "2".to_owned())];
        for text in
            ["A=ñandú\nB=2", "\nA=ñandú\r\n\r\n# remark\r\nB=2\r\n", "export A=ñandú\rexport  B = 2\r", "$env:A = \"ñandú\"\nset B=2"]
        {
            assert_eq!(pairs(text), expected, "{text:?}");
            let utf16: Vec<u8> = std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
            let latin = encoding_rs::WINDOWS_1252.encode(text).0.into_owned();
            for bytes in [[b"\xef\xbb\xbf", text.as_bytes()].concat(), utf16, latin] {
                assert_eq!(pairs(&decode(&bytes)), expected, "{bytes:?}");
            }
        }
    }

    #[test]
    fn a_faulty_line_is_named_and_its_value_is_not() {
        for (text, line, words) in [
            ("A=1\nhunter2\n", 2, "NAME=value"),
            ("A=\"x\ny\"\n\nB=\"hunter2\n", 4, "never closed"),
            ("A=\"hunter\" 2\n", 1, "behind the closing quote"),
            ("A=“hunter2”\n", 1, "typographic"),
            ("MY NAME=hunter2\n", 1, "no name"),
        ] {
            let (found, message) = parse(text).expect_err(text);
            assert_eq!(found, line, "{text:?}");
            assert!(message.contains(words) && !message.contains("hunter"), "{text:?}: {message}");
        }
    }

    #[test]
    fn only_a_file_that_was_named_must_exist() {
        let nowhere = Path::new("/nowhere/.env");
        assert_eq!(read(None, nowhere), Ok(None));
        assert!(read(Some(nowhere), nowhere).is_err());
    }
}
