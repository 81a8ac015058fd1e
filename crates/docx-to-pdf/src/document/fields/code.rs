//! A field's instruction as tokens (ECMA-376 part 1, 17.16.3).

use crate::document::model::Field;

/// A piece of an instruction: what the author typed, or what a field inside it came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As typed.
    Code(String),
    /// The value of a field inside: one operand, whatever blanks or quotes it holds.
    Value(String),
    /// A field inside that only layout can work out.
    Layout(Field),
}

/// A word of an instruction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: String,
    /// It stood in quotes, or came from a field: never a switch or an operator.
    pub(super) quoted: bool,
}

impl Token {
    /// A switch such as `\*`.
    pub(super) fn is_switch(&self) -> bool {
        !self.quoted && self.text.starts_with('\\')
    }
}

/// An instruction's words; quotes keep blanks together. `layout` gives the text of fields that layout works out.
pub(super) fn tokens(pieces: &[Piece], layout: &mut dyn FnMut(&Field) -> String) -> Vec<Token> {
    let mut reader = Words::default();
    for piece in pieces {
        match piece {
            Piece::Code(code) => reader.code(code),
            Piece::Value(value) => reader.value(value),
            Piece::Layout(field) => reader.value(&layout(field)),
        }
    }
    reader.finish()
}

#[derive(Default)]
struct Words {
    done: Vec<Token>,
    word: Token,
    open: bool,
    in_quotes: bool,
    escaped: bool,
}

impl Words {
    fn code(&mut self, code: &str) {
        for character in code.chars() {
            match character {
                // `\"` and `\\` inside quotes are the characters themselves.
                '"' | '\\' if self.in_quotes && self.escaped => self.push(character),
                '\\' if self.in_quotes => self.escaped = true,
                '"' | '“' | '”' | '«' | '»' if character == '"' || !matches!(character, '«' | '»') => self.quote(),
                blank if (blank.is_whitespace() || blank.is_control()) && !self.in_quotes => self.close(),
                other => {
                    if std::mem::take(&mut self.escaped) {
                        self.word.text.push('\\');
                    }
                    // `{ MERGEFIELD x }>=10`: an operator ends the value before it.
                    if !self.in_quotes && self.word.quoted && matches!(other, '=' | '<' | '>') {
                        self.close();
                    }
                    // `\*MERGEFORMAT` and `\*ROMAN` are written without a blank too.
                    if !self.in_quotes && !self.word.quoted && matches!(self.word.text.as_str(), "\\*" | "\\@" | "\\#") {
                        self.close();
                    }
                    self.push(other);
                }
            }
        }
    }

    fn push(&mut self, character: char) {
        self.escaped = false;
        self.word.text.push(character);
        self.open = true;
    }

    fn quote(&mut self) {
        self.escaped = false;
        // `="a"` and `"a""b"`: a quote begins a word of its own.
        if !self.in_quotes && self.open {
            self.close();
        }
        self.in_quotes = !self.in_quotes;
        self.word.quoted = true;
        self.open = true;
        if !self.in_quotes {
            self.close();
        }
    }

    fn value(&mut self, value: &str) {
        self.escaped = false;
        self.word.text.push_str(value);
        self.open = true;
        if !self.in_quotes {
            // A value that follows typed letters belongs to their word (`A{ SEQ x }`), else it is one of its own.
            self.word.quoted |= self.word.text.len() == value.len();
        }
    }

    fn close(&mut self) {
        if self.open {
            self.done.push(std::mem::take(&mut self.word));
        }
        self.open = false;
    }

    fn finish(mut self) -> Vec<Token> {
        self.close();
        self.done
    }
}

/// The words behind a switch, in order of its occurrences.
pub(super) fn behind<'t>(tokens: &'t [Token], switch: &'t str) -> impl Iterator<Item = &'t str> {
    tokens
        .windows(2)
        .filter(move |pair| !pair[0].quoted && pair[0].text.eq_ignore_ascii_case(switch))
        .filter(|pair| !pair[1].is_switch())
        .map(|pair| pair[1].text.as_str())
}

/// Whether a switch is there.
pub(super) fn has(tokens: &[Token], switch: &str) -> bool {
    tokens.iter().any(|token| !token.quoted && token.text.eq_ignore_ascii_case(switch))
}
