//! Whether two texts are the same answer.

use crate::analysis::fold;

/// In what respect two texts are the same; for explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Same {
    /// But for case, width and spaces.
    Text,
    /// By letters and digits alone.
    Letters,
    /// One names the other's option letter.
    OptionLetter,
    /// One carries an option prefix that the other lacks.
    WithoutPrefix,
}

impl Same {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Text => "same text",
            Self::Letters => "same letters and digits",
            Self::OptionLetter => "same option letter",
            Self::WithoutPrefix => "same text but for the option letter in front",
        }
    }
}

/// Compares two answers: the text, then letters and digits, then the option prefix (`b) `).
pub(crate) fn same(a: &str, b: &str) -> Option<Same> {
    let (a, b) = (fold::plain(a), fold::plain(b));
    if a.is_empty() || b.is_empty() {
        return None;
    }
    if let Some(same) = same_text(&a, &b) {
        return Some(same);
    }
    let (letter_a, letter_b) = (lone_letter(&a), lone_letter(&b));
    if letter_a.is_some() && letter_a == letter_b {
        return Some(Same::OptionLetter);
    }
    // Where both carry a prefix the whole text had to agree: `A. Pérez` is not `B. Pérez`.
    let (prefixed, other, other_letter) = match (option_prefix(&a), option_prefix(&b)) {
        (Some(prefix), None) => (prefix, &b, letter_b),
        (None, Some(prefix)) => (prefix, &a, letter_a),
        _ => return None,
    };
    if other_letter == Some(prefixed.0) {
        return Some(Same::OptionLetter);
    }
    same_text(prefixed.1, other).map(|_| Same::WithoutPrefix)
}

fn same_text(a: &str, b: &str) -> Option<Same> {
    if a == b {
        return Some(Same::Text);
    }
    let (a, b) = (letters(a)?, letters(b)?);
    (a == b).then_some(Same::Letters)
}

/// What of a folded text tells it from others when punctuation and spaces may differ; `None` when nothing is left.
///
/// In words that is letters and digits.
/// In a formula every sign counts, for `-5` and `5` are two different options, and so are `3,5` and `35`: there only spaces and a closing full stop are dropped.
pub(crate) fn letters(plain: &str) -> Option<String> {
    let key = if is_formula(plain) { tight(plain) } else { plain.chars().filter(|c| c.is_alphanumeric()).collect() };
    (!key.is_empty()).then_some(key)
}

/// Without spaces (but between digits: `3 1/2`) and without a closing full stop.
fn tight(plain: &str) -> String {
    let plain = plain.trim_end_matches(['.', ';', ':', ',', ' ']);
    let words: Vec<&str> = plain.split(' ').collect();
    let mut key = String::with_capacity(plain.len());
    for word in words {
        if key.ends_with(|c: char| c.is_ascii_digit()) && word.starts_with(|c: char| c.is_ascii_digit()) {
            key.push(' ');
        }
        key.push_str(word);
    }
    key
}

/// Whether signs carry the meaning: an operator beside a digit, a comma or full stop within a number, or no word at all.
pub(crate) fn is_formula(plain: &str) -> bool {
    let chars: Vec<char> = plain.chars().filter(|c| *c != ' ').collect();
    let digit = |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(char::is_ascii_digit);
    let at_number = chars.iter().enumerate().any(|(i, c)| {
        let (before, after) = (digit(i.checked_sub(1)), digit(Some(i + 1)));
        (is_operator(*c) && (before || after)) || (matches!(c, '.' | ',' | ':') && before && after)
    });
    let has_word = plain.split(|c: char| !c.is_alphabetic()).any(|word| word.chars().count() > 1);
    at_number || (!has_word && chars.iter().any(|c| is_operator(*c)))
}

fn is_operator(c: char) -> bool {
    matches!(
        c,
        '+' | '-'
            | '*'
            | '/'
            | '^'
            | '='
            | '<'
            | '>'
            | '%'
            | '√'
            | '±'
            | '×'
            | '÷'
            | '·'
            | '∙'
            | '°'
            | '≤'
            | '≥'
            | '≠'
            | '∞'
            | '∪'
            | '∩'
    )
}

/// The letter of an answer that is nothing else: `B`, `b)`, `(B)`, `Alternativa B`.
pub(crate) fn lone_letter(plain: &str) -> Option<char> {
    let words = ["alternativa", "opción", "opcion", "option", "opção", "letra", "answer"];
    let bare = words.iter().find_map(|word| plain.strip_prefix(word)).filter(|rest| rest.starts_with([' ', ':'])).unwrap_or(plain);
    let bare = bare.trim_matches([' ', '(', ')', '[', ']', '.', ':', '-', '"', '\'']);
    let mut chars = bare.chars();
    chars.next().filter(|c| c.is_ascii_lowercase() && chars.next().is_none())
}

/// The option letter and the text behind it: `b) Santiago`, `(b) Santiago`, `b. Santiago`, `b - Santiago`.
pub(crate) fn option_prefix(plain: &str) -> Option<(char, &str)> {
    let opened = plain.strip_prefix('(');
    let text = opened.unwrap_or(plain);
    let letter = text.chars().next().filter(char::is_ascii_lowercase)?;
    let rest = &text[1..];
    let rest = if opened.is_some() {
        rest.strip_prefix(')')
    } else {
        // `b)Santiago` is a prefix, `e.g.` and `x-ray` are none.
        let spaced = || [". ", ": ", "- ", " - "].iter().find_map(|mark| rest.strip_prefix(mark));
        rest.strip_prefix(')').or_else(|| rest.strip_prefix(".-")).or_else(spaced)
    }?;
    let rest = rest.trim_start();
    (!rest.is_empty()).then_some((letter, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_answer_in_two_spellings_is_the_same() {
        for (a, b, how) in [
            ("A", " a ", Same::Text),
            ("Ａ", "A", Same::Text),
            ("El  Sol", "el sol", Same::Text),
            ("El Sol.", "el sol", Same::Letters),
            ("¿Qué? ¡Sí!", "qué sí", Same::Letters),
            ("x = 5", "x=5", Same::Letters),
            ("50 %", "50%", Same::Letters),
            ("−5", "-5", Same::Text),
            ("b) Santiago", "B", Same::OptionLetter),
            ("b)", "B", Same::Letters),
            ("Alternativa B", "b", Same::OptionLetter),
            ("b. Santiago", "Santiago", Same::WithoutPrefix),
            ("(b) Santiago", "santiago.", Same::WithoutPrefix),
            ("b) Santiago", "b. Santiago", Same::Letters),
            ("a) -5", "-5", Same::WithoutPrefix),
        ] {
            assert_eq!(same(a, b), Some(how), "{a:?} and {b:?}");
            assert_eq!(same(b, a), Some(how), "{b:?} and {a:?}");
        }
    }

    #[test]
    fn different_answers_stay_different() {
        for (a, b) in [
            ("-5", "5"),
            ("3,5", "35"),
            ("3.5", "35"),
            ("1/2", "12"),
            ("10³", "103"),
            ("x^2", "x2"),
            ("2 - 3", "2 + 3"),
            ("50%", "50"),
            ("<", ">"),
            ("3 1/2", "31/2"),
            ("A. Pérez", "B. Pérez"),
            ("A", "B"),
            ("A", "a la izquierda"),
            ("papá", "papa"),
            ("b) Santiago", "c"),
            ("", "A"),
            ("...", "!!!"),
        ] {
            assert_eq!(same(a, b), None, "{a:?} and {b:?}");
            assert_eq!(same(b, a), None, "{b:?} and {a:?}");
        }
    }
}
