//! A mail server's reply: its code, its enhanced status code, its words made safe to show.

/// The longest text of a reply that is kept; more says nothing more.
const TEXT_CHARACTERS: usize = 400;

/// A whole reply, however many lines it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// The three digits (RFC 5321, section 4.2).
    pub(super) code: u16,
    /// The enhanced status code (RFC 3463), wherever in the text it stands; qmail writes it last, as `(#5.1.1)`.
    pub(super) enhanced: Option<Enhanced>,
    /// All lines joined, without codes at their beginning, without anything a terminal or a log would obey.
    pub(super) text: String,
}

/// Class, subject and detail of an enhanced status code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Enhanced {
    pub(super) class: u16,
    pub(super) subject: u16,
    pub(super) detail: u16,
}

impl Reply {
    /// Reads the lines of one reply as they came, without their line ends.
    pub(super) fn of(lines: &[String]) -> Self {
        let code = lines.last().and_then(|line| line.get(..3)).and_then(|code| code.parse().ok()).unwrap_or_default();
        let texts: Vec<&str> = lines.iter().map(|line| line.get(4..).unwrap_or_default().trim()).collect();
        let enhanced =
            texts.iter().find_map(|text| enhanced_at_start(text)).or_else(|| texts.iter().find_map(|text| enhanced_in_parentheses(text)));
        let mut text = String::new();
        for line in texts {
            // A server that repeats the enhanced code on each line has said it once for us.
            let line = match line.split_once(' ') {
                Some((word, rest)) if !text.is_empty() && enhanced_at_start(word) == enhanced && enhanced.is_some() => rest,
                _ => line,
            };
            if !text.is_empty() && !line.is_empty() {
                text.push(' ');
            }
            text.push_str(line);
        }
        Self { code, enhanced, text: shortened(&printable(&text)) }
    }

    /// Whether the server refused, for now or for good.
    pub(super) fn is_refusal(&self) -> bool {
        (400..600).contains(&self.code)
    }

    /// The first digit.
    pub(super) fn class(&self) -> u16 {
        self.code / 100
    }

    /// Code and text, for people.
    pub(super) fn shown(&self) -> String {
        format!("{} {}", self.code, self.text).trim().to_owned()
    }
}

/// The code when the text begins with one.
fn enhanced_at_start(text: &str) -> Option<Enhanced> {
    let word = text.split([' ', ':', ';']).next().unwrap_or_default();
    parse(word)
}

/// The code in qmail's manner, `(#5.1.1)`.
fn enhanced_in_parentheses(text: &str) -> Option<Enhanced> {
    text.match_indices("(#").find_map(|(at, _)| parse(text[at + 2..].split(')').next().unwrap_or_default()))
}

fn parse(word: &str) -> Option<Enhanced> {
    let mut parts = word.split('.').map(|part| Some(part).filter(|part| (1..=3).contains(&part.len())).and_then(|part| part.parse().ok()));
    let (class, subject, detail) = (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none() && matches!(class, 2 | 4 | 5)).then_some(Enhanced { class, subject, detail })
}

/// The text without control characters, terminal escapes and marks that turn the reading direction; each run of them becomes one space.
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c == '\u{1b}' {
            skip_escape(&mut rest);
        }
        if obeyed(c) {
            if !shown.ends_with(' ') {
                shown.push(' ');
            }
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Characters that a terminal, a log reader or a text renderer obeys instead of showing.
fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Passes over what belongs to a terminal escape (ECMA-48), so that its parameters do not stay behind as text.
fn skip_escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>) {
    match rest.peek() {
        Some('[') => {
            rest.next();
            while rest.next_if(|c| matches!(c, '\u{20}'..='\u{3f}')).is_some() {}
            let _ = rest.next_if(|c| matches!(c, '\u{40}'..='\u{7e}'));
        }
        // An operating system command ends with BEL or with another escape.
        Some(']') => while rest.next_if(|c| *c != '\u{7}' && *c != '\u{1b}').is_some() {},
        _ => {}
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARACTERS) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reply(lines: &[&str]) -> Reply {
        Reply::of(&lines.iter().map(|line| (*line).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn the_enhanced_code_is_found_at_the_start_and_in_parentheses() {
        let found = |text: &str| reply(&[text]).enhanced.map(|e| (e.class, e.subject, e.detail));
        assert_eq!(found("550 5.1.1 no such user"), Some((5, 1, 1)));
        assert_eq!(found("550 5.7.708: Access denied"), Some((5, 7, 708)));
        assert_eq!(found("553 sorry, no mailbox here by that name. (#5.1.1)"), Some((5, 1, 1)));
        for none in ["550 no such user", "550 1.2.3.4 is blocked", "550 5.1 x", "550 5.1.1.1 x", "550 9.1.1 x", "550"] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn the_lines_of_a_reply_are_one_text() {
        let reply = reply(&["550-5.7.1 The first line", "550-5.7.1 the second", "550 5.7.1 the last."]);
        assert_eq!((reply.code, reply.text.as_str()), (550, "5.7.1 The first line the second the last."));
    }

    #[test]
    fn nothing_in_a_reply_is_obeyed_by_a_terminal() {
        let shown = printable("\u{1b}]0;owned\u{7}\u{1b}[2J\u{1b}[31mall is well\u{1b}[0m \u{202e} gnp.exe");
        assert_eq!(shown.split_whitespace().collect::<Vec<_>>(), ["all", "is", "well", "gnp.exe"]);
    }

    proptest! {
        #[test]
        fn any_bytes_become_a_short_printable_text(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
            let line = String::from_utf8_lossy(&bytes).into_owned();
            let reply = Reply::of(&[line]);
            prop_assert!(reply.text.chars().count() <= TEXT_CHARACTERS + 1);
            prop_assert!(!reply.text.chars().any(obeyed), "{:?}", reply.text);
        }
    }
}
