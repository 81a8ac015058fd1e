//! JSON that an automation's template broke: a quotation mark or a line break in a name, a variable that was empty.
//!
//! The body is a text in which the platform replaces variables without escaping them, so `"name": "{{user.name}}"` becomes `"name": "Ana "la Chica" Pérez"`.
//! One pass; where the structure does not tell what was meant, nothing is guessed.

use serde_json::Value;

/// More repairs than a template has variables; a body that needs more is something else.
const MOST_REPAIRS: usize = 500;
/// How far ahead is looked for the end of a key.
const KEY_REACH: usize = 100;

/// What is wrong with a text that is no JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Broken {
    /// The line, from 1.
    pub(super) line: usize,
    /// The column, from 1.
    pub(super) column: usize,
}

/// Reads JSON, repaired where it has to be; tells whether it had to.
pub(super) fn read(text: &str) -> Result<(Value, bool), Broken> {
    let strict = match serde_json::from_str(text) {
        Ok(value) => return Ok((value, false)),
        Err(error) => error,
    };
    let broken = Broken { line: strict.line(), column: strict.column() };
    let repaired = Repair::new(text).run().ok_or(broken)?;
    serde_json::from_str(&repaired).map(|value| (value, true)).map_err(|_| broken)
}

struct Repair<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    out: String,
    /// The open brackets.
    open: Vec<u8>,
    repairs: usize,
    /// A value is expected: after `:`, or in an array after `[` and `,`.
    wants_value: bool,
}

impl<'a> Repair<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            bytes: text.as_bytes(),
            at: 0,
            out: String::with_capacity(text.len() + 64),
            open: Vec::new(),
            repairs: 0,
            wants_value: false,
        }
    }

    fn run(mut self) -> Option<String> {
        while let Some(&byte) = self.bytes.get(self.at) {
            if self.repairs > MOST_REPAIRS {
                return None;
            }
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    self.open.push(byte);
                    self.wants_value = byte == b'[';
                    self.copy();
                }
                b'}' | b']' => self.close(byte)?,
                b':' => {
                    self.wants_value = true;
                    self.copy();
                }
                b',' => {
                    self.missing_value();
                    self.wants_value = self.open.last() == Some(&b'[');
                    self.copy();
                }
                b' ' | b'\t' | b'\r' | b'\n' => self.copy(),
                _ => self.bare_word()?,
            }
        }
        Some(self.out)
    }

    fn copy(&mut self) {
        self.out.push(char::from(self.bytes[self.at]));
        self.at += 1;
    }

    fn close(&mut self, byte: u8) -> Option<()> {
        let opened = self.open.pop()?;
        if (opened == b'{') != (byte == b'}') {
            return None;
        }
        if opened == b'{' {
            self.missing_value();
        }
        // A comma before the end stands for nothing.
        let end = self.out.trim_end().len();
        if self.out[..end].ends_with(',') {
            self.out.truncate(end - 1);
            self.repairs += 1;
        }
        self.wants_value = false;
        self.copy();
        Some(())
    }

    /// `"grade": ,` comes from an empty variable.
    fn missing_value(&mut self) {
        if self.wants_value && self.out.trim_end().ends_with(':') {
            self.out.push_str("null");
            self.repairs += 1;
        }
    }

    /// A number or literal as it is; any other word becomes a text (`"id": 6130afb278d2`).
    fn bare_word(&mut self) -> Option<()> {
        if !self.wants_value {
            return None;
        }
        let rest = &self.text[self.at..];
        let end = rest.find([',', '}', ']', '\n', '"', ':']).unwrap_or(rest.len());
        let word = rest[..end].trim_end();
        if word.is_empty() {
            return None;
        }
        if serde_json::from_str::<Value>(word).is_ok() {
            self.out.push_str(word);
        } else {
            self.out.push_str(&Value::from(word).to_string());
            self.repairs += 1;
        }
        self.wants_value = false;
        self.at += word.len();
        Some(())
    }

    /// A text from its opening quotation mark to the one that closes it.
    fn string(&mut self) {
        let is_value = self.wants_value;
        self.copy();
        while let Some(character) = self.text[self.at..].chars().next() {
            match character {
                '"' if self.closes(is_value) || self.repairs > MOST_REPAIRS => {
                    self.copy();
                    self.wants_value = false;
                    return;
                }
                '"' => {
                    self.out.push_str("\\\"");
                    self.at += 1;
                    self.repairs += 1;
                }
                '\\' => self.escape(),
                c if c < ' ' => {
                    self.out.push_str(match c {
                        '\n' => "\\n",
                        '\r' => "\\r",
                        '\t' => "\\t",
                        _ => " ",
                    });
                    self.at += 1;
                    self.repairs += 1;
                }
                c => {
                    self.out.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
    }

    /// An escape as it is, when it is one; else the backslash was meant as such (`C:\Users`).
    fn escape(&mut self) {
        let next = self.bytes.get(self.at + 1).copied();
        let digits = self.text.get(self.at + 2..self.at + 6).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        match (next, digits) {
            (Some(b'u'), Some(unit)) if !(0xd800..0xe000).contains(&unit) || self.is_pair(unit) => {
                let length = if (0xd800..0xdc00).contains(&unit) { 12 } else { 6 };
                self.out.push_str(&self.text[self.at..self.at + length]);
                self.at += length;
            }
            (Some(b'u'), Some(_)) => {
                // Half of a pair.
                self.out.push('\u{fffd}');
                self.at += 6;
                self.repairs += 1;
            }
            (Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'), _) => {
                self.copy();
                self.copy();
            }
            _ => {
                self.out.push_str("\\\\");
                self.at += 1;
                self.repairs += 1;
            }
        }
    }

    fn is_pair(&self, unit: u16) -> bool {
        let low = self.text.get(self.at + 6..self.at + 12).and_then(|next| next.strip_prefix("\\u"));
        (0xd800..0xdc00).contains(&unit)
            && low.and_then(|digits| u16::from_str_radix(digits, 16).ok()).is_some_and(|low| (0xdc00..0xe000).contains(&low))
    }

    /// Whether the quotation mark here ends its text: by what follows it.
    fn closes(&self, is_value: bool) -> bool {
        let rest = self.text[self.at + 1..].trim_start();
        let mut next = rest.chars();
        match next.next() {
            None => true,
            Some(':') => !is_value,
            Some(',') if is_value => self.goes_on(next.as_str().trim_start()),
            Some('}') if is_value => {
                self.open.last() == Some(&b'{') && matches!(next.as_str().trim_start().chars().next(), None | Some(',' | '}' | ']'))
            }
            Some(']') if is_value => {
                self.open.last() == Some(&b'[') && matches!(next.as_str().trim_start().chars().next(), None | Some(',' | '}' | ']'))
            }
            Some(_) => false,
        }
    }

    /// Whether what follows a comma is the next key of an object or the next value of an array.
    fn goes_on(&self, rest: &str) -> bool {
        if self.open.last() == Some(&b'[') {
            return rest.starts_with(['"', '{', '[', '-', 't', 'f', 'n', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
        }
        // A comma before the end.
        if rest.starts_with('}') {
            return true;
        }
        let Some(key) = rest.strip_prefix('"') else { return false };
        let reach = key.char_indices().take(KEY_REACH).find(|(_, c)| *c == '"').map(|(at, _)| at);
        reach.is_some_and(|end| key[end + 1..].trim_start().starts_with(':'))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_templates_break_is_repaired() {
        for (broken, meant) in [
            (r#"{"user":{"name":"Ana "la Chica" Pérez","id":"u"}}"#, json!({"user":{"name":"Ana \"la Chica\" Pérez","id":"u"}})),
            (r#"{"name":"Ana "la Chica"","id":"u"}"#, json!({"name":"Ana \"la Chica\"","id":"u"})),
            (r#"{"name":""Ana"","id":"u"}"#, json!({"name":"\"Ana\"","id":"u"})),
            (r#"{"name":"Ana "la Chica", hija","id":"u"}"#, json!({"name":"Ana \"la Chica\", hija","id":"u"})),
            (r#"{"title":"El "Quijote""}"#, json!({"title":"El \"Quijote\""})),
            ("{\"title\":\"Lengua\ny literatura\",\"x\":1}", json!({"title":"Lengua\ny literatura","x":1})),
            ("{\"title\":\"a\tb\r\n\u{1}c\"}", json!({"title":"a\tb\r\n c"})),
            (r#"{"path":"C:\Users\ana"}"#, json!({"path":"C:\\Users\\ana"})),
            (r#"{"url":"https://x/?a=1\&unit=2"}"#, json!({"url":"https://x/?a=1\\&unit=2"})),
            (r#"{"name":"Al\ud800umno \ud83d\ude00"}"#, json!({"name":"Al\u{fffd}umno 😀"})),
            (r#"{"grade": ,"passed":}"#, json!({"grade":null,"passed":null})),
            (r#"{"id": 6130afb278d2c94eeb228d12, "ok": True, "n": 12.5}"#, json!({"id":"6130afb278d2c94eeb228d12","ok":"True","n":12.5})),
            (r#"{"a":[1,2,],"b":"c",}"#, json!({"a":[1,2],"b":"c"})),
            (r#"{"answers":["El "Quijote"","B"]}"#, json!({"answers":["El \"Quijote\"","B"]})),
        ] {
            assert_eq!(read(broken), Ok((meant, true)), "{broken}");
        }
    }

    #[test]
    fn what_is_no_json_at_all_is_told_with_its_place() {
        for nothing in ["", "{not json", "<html>", "{\"a\":1}}", "{\"a\":[1}", "hola", "{\"a\":1} {\"b\":2}", "{'a':'b'}"] {
            assert!(read(nothing).is_err(), "{nothing:?}: {:?}", read(nothing));
        }
        assert_eq!(read("{\n  \"a\": tr\"}").map_err(|broken| broken.line), Err(2));
    }

    #[test]
    fn sound_json_is_left_alone() {
        let sound = r#"{"a":"x \" y","b":[{"c":null}],"d":"á\u00e1"}"#;
        assert_eq!(read(sound).map(|(_, repaired)| repaired), Ok(false));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[\\[\\]{}:,\"\\\\ u0-9a-dtn\n]{0,60}") {
            let _ = read(&text);
        }
    }
}
