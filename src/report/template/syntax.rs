//! Why a tag cannot be read, in words an author knows: the evaluator's own speak of parsers and tokens.

use serde::Serialize;

/// A tag may join so many values (`a + b ~ c`).
const MOST_PIECES: usize = 200;
/// Brackets may stand in each other so deep.
const DEEPEST: usize = 20;

/// What is wrong with the inside of a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "cause", rename_all = "snake_case")]
pub enum Syntax {
    /// Nothing stands in it.
    Empty,
    /// A statement without what it needs (`{% if %}`).
    Bare {
        /// The statement.
        statement: String,
    },
    /// A bracket that is not closed.
    BracketOpen {
        /// The bracket.
        bracket: char,
    },
    /// A bracket that closes nothing.
    BracketExtra {
        /// The bracket.
        bracket: char,
    },
    /// Quotation marks that do not come in pairs.
    Quote,
    /// One equals sign where two are meant.
    SingleEquals,
    /// A loop without `in`.
    LoopWithoutIn,
    /// A word or sign of another language.
    Foreign {
        /// As it stands.
        found: String,
        /// As it is written here.
        write: String,
    },
    /// Two values side by side with nothing that joins them.
    SideBySide {
        /// The first.
        left: String,
        /// The second.
        right: String,
    },
    /// A sign with nothing behind it.
    Unfinished {
        /// The sign.
        sign: String,
    },
    /// More in one tag than the engine follows.
    TooMuch,
    /// Something else.
    Other {
        /// Where it was noticed.
        near: String,
    },
}

/// Whether an expression or statement is larger than any author writes: the evaluator follows it with its stack, and deep ones overflow it.
pub(super) fn is_too_much(code: &str) -> bool {
    let mut depth = 0_usize;
    let mut pieces = 0_usize;
    for token in tokens(code) {
        match token {
            Token::Open(_) => {
                depth += 1;
                pieces += 1;
            }
            Token::Close(_) => depth = depth.saturating_sub(1),
            Token::Sign(_) | Token::Word("not" | "and" | "or" | "if" | "else" | "is" | "in") => pieces += 1,
            Token::Word(_) | Token::Number(_) | Token::Text(_) => {}
        }
        if depth > DEEPEST || pieces > MOST_PIECES {
            return true;
        }
    }
    false
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'c> {
    Word(&'c str),
    Number(&'c str),
    /// In quotes; `false` when they do not end.
    Text(bool),
    Open(char),
    Close(char),
    Sign(&'c str),
}

/// The pieces of an expression, one after the other.
fn tokens(code: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = code;
    std::iter::from_fn(move || {
        rest = rest.trim_start();
        let first = rest.chars().next()?;
        let (token, length) = match first {
            '"' | '\'' => {
                // A backslash keeps the quote behind it from ending the text.
                let mut escaped = false;
                let end = rest.char_indices().skip(1).find(|(_, c)| {
                    let ends = *c == first && !escaped;
                    escaped = *c == '\\' && !escaped;
                    ends
                });
                (Token::Text(end.is_some()), end.map_or(rest.len(), |(at, _)| at + 1))
            }
            '(' | '[' | '{' => (Token::Open(first), 1),
            ')' | ']' | '}' => (Token::Close(first), 1),
            c if c.is_alphabetic() || c == '_' => {
                let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
                (Token::Word(&rest[..end]), end)
            }
            c if c.is_ascii_digit() => {
                let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
                (Token::Number(&rest[..end]), end)
            }
            c => {
                let two = rest.get(..2).filter(|two| ["==", "!=", "<=", ">=", "&&", "||", "<>", "=>", "=<", "**", "//"].contains(two));
                let length = two.map_or(c.len_utf8(), str::len);
                (Token::Sign(&rest[..length]), length)
            }
        };
        rest = &rest[length..];
        Some(token)
    })
}

/// Signs and words of other languages, and ours.
const FOREIGN: [(&str, &str); 20] = [
    ("&&", "and"),
    ("||", "or"),
    ("!", "not"),
    ("<>", "!="),
    ("=>", ">="),
    ("=<", "<="),
    ("≥", ">="),
    ("≤", "<="),
    ("≠", "!="),
    ("×", "*"),
    ("÷", "/"),
    ("y", "and"),
    ("e", "and"),
    ("o", "or"),
    ("ou", "or"),
    ("no", "not"),
    ("não", "not"),
    ("en", "in"),
    ("em", "in"),
    ("es", "=="),
];

/// Why the inside of a tag cannot be read; `keyword` is the statement's.
pub(super) fn explain(keyword: Option<&str>, code: &str) -> Syntax {
    let code = code.trim();
    if code.is_empty() {
        return keyword.map_or(Syntax::Empty, |keyword| Syntax::Bare { statement: keyword.to_owned() });
    }
    let all: Vec<Token<'_>> = tokens(code).collect();
    if all.contains(&Token::Text(false)) {
        return Syntax::Quote;
    }
    brackets(&all).or_else(|| foreign(&all, keyword)).or_else(|| order(&all, keyword)).unwrap_or_else(|| {
        let near: String = code.chars().take(40).collect();
        Syntax::Other { near }
    })
}

fn brackets(all: &[Token<'_>]) -> Option<Syntax> {
    let partner = |open: char| match open {
        '(' => ')',
        '[' => ']',
        _ => '}',
    };
    let mut open: Vec<char> = Vec::new();
    for token in all {
        match *token {
            Token::Open(bracket) => open.push(bracket),
            Token::Close(bracket) => match open.pop() {
                Some(opening) if partner(opening) == bracket => {}
                Some(opening) => return Some(Syntax::BracketOpen { bracket: opening }),
                None => return Some(Syntax::BracketExtra { bracket }),
            },
            _ => {}
        }
    }
    open.last().map(|&bracket| Syntax::BracketOpen { bracket })
}

fn foreign(all: &[Token<'_>], keyword: Option<&str>) -> Option<Syntax> {
    let is_value = |token: Option<&Token<'_>>| matches!(token, Some(Token::Word(_) | Token::Number(_) | Token::Text(_) | Token::Close(_)));
    for (place, token) in all.iter().enumerate() {
        let (text, joins) = match *token {
            Token::Sign(sign) => (sign, true),
            // A word may be a name; between two others it is none.
            Token::Word(word) => {
                let before = place.checked_sub(1).and_then(|place| all.get(place));
                let behind = is_value(all.get(place + 1));
                (word, behind && (is_value(before) || word == "no"))
            }
            _ => continue,
        };
        let small = text.to_lowercase();
        if let Some((found, write)) = FOREIGN.iter().find(|(found, _)| joins && *found == small) {
            return Some(Syntax::Foreign { found: (*found).to_owned(), write: (*write).to_owned() });
        }
        if joins && matches!(text, "AND" | "OR" | "NOT" | "IN" | "IS" | "And" | "Or" | "Not" | "In" | "Is" | "If" | "Else") {
            return Some(Syntax::Foreign { found: text.to_owned(), write: small });
        }
    }
    if keyword == Some("for") && !all.contains(&Token::Word("in")) {
        return Some(Syntax::LoopWithoutIn);
    }
    None
}

fn order(all: &[Token<'_>], keyword: Option<&str>) -> Option<Syntax> {
    let mut depth = 0;
    for (place, token) in all.iter().enumerate() {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth -= 1,
            Token::Sign("=") if depth == 0 && !matches!(keyword, Some("set" | "with")) => return Some(Syntax::SingleEquals),
            _ => {}
        }
        let shown = |token: &Token<'_>| match token {
            Token::Word(text) | Token::Number(text) => Some((*text).to_owned()),
            Token::Text(_) => Some("\"…\"".to_owned()),
            _ => None,
        };
        let joining = |token: &Token<'_>| {
            matches!(
                token,
                Token::Word("and" | "or" | "not" | "in" | "is" | "if" | "else" | "recursive" | "defined" | "undefined" | "none")
            )
        };
        let before_is_test = place > 0 && matches!(all[place - 1], Token::Word("is"));
        if let Some(next) = all.get(place + 1)
            && !joining(token)
            && !joining(next)
            && !before_is_test
            && let (Some(left), Some(right)) = (shown(token), shown(next))
        {
            return Some(Syntax::SideBySide { left, right });
        }
    }
    match all.last() {
        Some(Token::Sign(sign)) => Some(Syntax::Unfinished { sign: (*sign).to_owned() }),
        Some(Token::Word(word @ ("and" | "or" | "not" | "in" | "is" | "if" | "else"))) => {
            Some(Syntax::Unfinished { sign: (*word).to_owned() })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_slips_are_named() {
        let foreign = |found: &str, write: &str| Syntax::Foreign { found: found.into(), write: write.into() };
        let cases = [
            (None, "", Syntax::Empty),
            (Some("if"), " ", Syntax::Bare { statement: "if".into() }),
            (None, "(a + b", Syntax::BracketOpen { bracket: '(' }),
            (None, "a)", Syntax::BracketExtra { bracket: ')' }),
            (None, "a|default(\"x)", Syntax::Quote),
            (Some("if"), "result.level = \"Nivel 2\"", Syntax::SingleEquals),
            (Some("for"), "g of groups", Syntax::LoopWithoutIn),
            (Some("for"), "g en groups", foreign("en", "in")),
            (Some("if"), "a && b", foreign("&&", "and")),
            (Some("if"), "a ≥ 60", foreign("≥", ">=")),
            (Some("if"), "a y b", foreign("y", "and")),
            (Some("if"), "no a", foreign("no", "not")),
            (Some("if"), "a AND b", foreign("AND", "and")),
            (None, "student name", Syntax::SideBySide { left: "student".into(), right: "name".into() }),
            (None, "result.percentage|", Syntax::Unfinished { sign: "|".into() }),
            (None, "1 +", Syntax::Unfinished { sign: "+".into() }),
        ];
        for (keyword, code, wanted) in cases {
            assert_eq!(explain(keyword, code), wanted, "{code}");
        }
    }

    #[test]
    fn what_no_author_writes_is_too_much_and_ordinary_tags_are_not() {
        let many = |piece: &str, n: usize| piece.repeat(n);
        for code in [
            format!("{}1", many("not ", 1000)),
            format!("{}1", many("-", 1000)),
            format!("1{}", many("**1", 1000)),
            format!("a{}", many(".b", 1000)),
            format!("a{}", many("[0]", 1000)),
            format!("a{}", many("()", 1000)),
            format!("a{}", many("|upper", 1000)),
            format!("1{}", many(" is defined", 1000)),
            format!("1{}", many(" and 1", 1000)),
            format!("{}1", many("1 if 0 else ", 1000)),
            format!("1{}", many(" in [1]", 1000)),
            format!("{}1{}", many("(", 1000), many(")", 1000)),
            many("{", 1000),
        ] {
            assert!(is_too_much(&code), "{}", &code[..40]);
        }
        assert!(!is_too_much("groups|selectattr('tone', 'equalto', 'good')|list|length"));
        assert!(!is_too_much("(a + b) * (c - d) if x is defined and not y else [1, 2, 3]"));
    }
}
