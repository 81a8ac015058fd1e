//! Whether two texts are the same answer.

use std::cell::OnceCell;

use crate::analysis::compare::{self, comparison_key, fold};

/// In what respect two texts are the same; for explanations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Same {
    /// But for case, width and spaces.
    Text,
    /// But for the punctuation of sentences.
    Letters,
    /// One names the other's option letter.
    OptionLetter,
    /// One carries an option prefix that the other lacks.
    WithoutPrefix,
    /// The same number in another notation.
    Number,
}

impl Same {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Text => "same text",
            Self::Letters => "same letters, digits and signs",
            Self::OptionLetter => "same option letter",
            Self::WithoutPrefix => "same text but for the option letter in front",
            Self::Number => "same number",
        }
    }
}

/// A text made ready for being compared with others.
#[derive(Debug, Clone)]
pub(crate) struct Comparable {
    /// Without markup, folded.
    plain: String,
    letter: Option<char>,
    /// The option letter in front, and where the text behind it begins.
    prefix: Option<(char, usize)>,
    key: OnceCell<Option<String>>,
    rest_key: OnceCell<Option<String>>,
}

impl Comparable {
    pub(crate) fn of(raw: &str) -> Self {
        let plain = fold::plain(&compare::bare(raw));
        let prefix = option_prefix(&plain).map(|(letter, rest)| (letter, plain.len() - rest.len()));
        Self { letter: lone_letter(&plain), prefix, key: OnceCell::new(), rest_key: OnceCell::new(), plain }
    }

    /// The folded text.
    pub(crate) fn plain(&self) -> &str {
        &self.plain
    }

    /// What of it counts; `None` when nothing is left.
    pub(crate) fn key(&self) -> Option<&str> {
        self.key.get_or_init(|| comparison_key::key(&self.plain)).as_deref()
    }

    /// The option letter it names or begins with.
    pub(crate) fn option_letter(&self) -> Option<char> {
        self.letter.or(self.prefix.map(|(letter, _)| letter))
    }

    /// The option that a prefix announces: `b) Santiago`.
    fn rest(&self) -> Option<(char, Side<'_>)> {
        let (letter, at) = self.prefix?;
        let text = &self.plain[at..];
        Some((letter, Side { text, key: self.rest_key.get_or_init(|| comparison_key::key(text)).as_deref() }))
    }

    fn whole(&self) -> Side<'_> {
        Side { text: &self.plain, key: self.key() }
    }
}

/// One of two texts, with its key.
#[derive(Clone, Copy)]
struct Side<'t> {
    text: &'t str,
    key: Option<&'t str>,
}

/// Compares two answers: the text, then letters, digits and signs, then the option prefix (`b) `).
pub(crate) fn same(a: &Comparable, b: &Comparable) -> Option<Same> {
    if a.plain.is_empty() || b.plain.is_empty() {
        return None;
    }
    if let Some(same) = same_text(a.whole(), b.whole()) {
        return Some(same);
    }
    if a.letter.is_some() && a.letter == b.letter {
        return Some(Same::OptionLetter);
    }
    match (a.rest(), b.rest()) {
        // `A. Pérez` is not `B. Pérez`.
        (Some((one, rest)), Some((two, other))) => same_text(rest, other).filter(|_| one == two).map(|_| Same::Letters),
        (Some(prefixed), None) => meets_prefixed(prefixed, b),
        (None, Some(prefixed)) => meets_prefixed(prefixed, a),
        (None, None) => None,
    }
}

/// Whether an answer is the option that the other one spells out; a lone letter names an option and is never its text.
fn meets_prefixed((letter, rest): (char, Side<'_>), other: &Comparable) -> Option<Same> {
    match other.letter {
        Some(other) => (other == letter).then_some(Same::OptionLetter),
        None => same_text(rest, other.whole()).map(|_| Same::WithoutPrefix),
    }
}

fn same_text(a: Side<'_>, b: Side<'_>) -> Option<Same> {
    if a.text == b.text {
        return Some(Same::Text);
    }
    (a.key? == b.key?).then_some(Same::Letters)
}

/// The letter of an answer that is nothing else: `B`, `b)`, `(B)`, `B.-`, `Alternativa B`; `-b`, `[b]` and `b'` are formulas.
pub(crate) fn lone_letter(plain: &str) -> Option<char> {
    let words = ["alternativa", "opción", "opcion", "option", "opção", "letra", "answer"];
    let bare = words.iter().find_map(|word| plain.strip_prefix(word)).filter(|rest| rest.starts_with([' ', ':'])).unwrap_or(plain);
    let bare = bare.strip_suffix(".-").unwrap_or(bare).trim_matches([' ', '(', ')', '.', ':']);
    let quoted = |mark: char| bare.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    let bare = quoted('"').or_else(|| quoted('\'')).unwrap_or(bare);
    let mut chars = bare.chars();
    chars.next().filter(|c| c.is_ascii_lowercase() && chars.next().is_none())
}

/// The letters options are counted with; further ones are variables.
const OPTION_LETTERS: std::ops::RangeInclusive<char> = 'a'..='h';

/// The option letter and the text behind it: `b) Santiago`, `(b) Santiago`, `b. Santiago`, `b - Santiago`.
pub(crate) fn option_prefix(plain: &str) -> Option<(char, &str)> {
    let opened = plain.strip_prefix('(');
    let text = opened.unwrap_or(plain);
    let letter = text.chars().next().filter(|c| OPTION_LETTERS.contains(c))?;
    let rest = &text[1..];
    let closed = || rest.strip_prefix(')');
    if opened.is_some() {
        return closed().and_then(behind).map(|rest| (letter, rest));
    }
    // `b)Santiago` is a prefix, `e.g.` and `x-ray` are none.
    let dotted = || [".-", ". ", ": "].iter().find_map(|mark| rest.strip_prefix(mark));
    // `a - b` is a difference.
    let dashed = || ["- ", " - "].iter().find_map(|mark| rest.strip_prefix(mark)).filter(|rest| is_prose(rest));
    closed().or_else(dotted).or_else(dashed).and_then(behind).map(|rest| (letter, rest))
}

/// What stands behind an option letter; a single letter there belongs to a formula or an abbreviation (`(a) b`, `a: b`, `a. C.`).
fn behind(rest: &str) -> Option<&str> {
    let rest = rest.trim_start();
    let letters = rest.chars().filter(|c| c.is_alphanumeric()).count();
    let lone = letters == 1 && rest.starts_with(char::is_alphabetic);
    (!rest.is_empty() && !lone).then_some(rest)
}

/// Words that begin a formula, not a sentence.
const FUNCTIONS: &[&str] =
    &["sen", "sin", "cos", "tan", "tg", "cot", "ctg", "sec", "csc", "cosec", "log", "ln", "exp", "lim", "mod", "max", "min", "mcm", "mcd"];

/// Whether words stand here and no formula: `Santiago`, `no`, `el sol`; not `b`, `5`, `AB`, `sen x`.
fn is_prose(text: &str) -> bool {
    let words = || text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let begins = words().next().is_some_and(|word| text.starts_with(word) && word.chars().nth(1).is_some());
    let long = words().any(|word| word.chars().nth(2).is_some());
    let formula = words().any(|word| FUNCTIONS.contains(&word)) || text.chars().any(comparison_key::is_sign);
    begins && !formula && (long || matches!(text.trim_end_matches('.'), "no" | "sí" | "si"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same(a: &str, b: &str) -> Option<Same> {
        super::same(&Comparable::of(a), &Comparable::of(b))
    }

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
            ("b)", "B", Same::OptionLetter),
            ("\"B\"", "B.-", Same::OptionLetter),
            ("Alternativa B", "b", Same::OptionLetter),
            ("b. Santiago", "Santiago", Same::WithoutPrefix),
            ("(b) Santiago", "santiago.", Same::WithoutPrefix),
            ("b) Santiago", "b. Santiago", Same::Letters),
            ("a) -5", "-5", Same::WithoutPrefix),
            ("A - Santiago", "santiago", Same::WithoutPrefix),
            ("A - Santiago", "a", Same::OptionLetter),
            ("B - No", "no", Same::WithoutPrefix),
            ("c: 25", "25", Same::WithoutPrefix),
            ("AB > CD.", "ab>cd", Same::Letters),
            ("El perro (canino)", "el perro canino", Same::Letters),
            ("Sol, luna; tierra", "sol luna tierra", Same::Letters),
            ("EE. UU.", "EE.UU.", Same::Letters),
            ("U.R.S.S.", "URSS", Same::Letters),
            ("10 000 personas", "10000 personas", Same::Letters),
            ("(x; y)", "( x;y )", Same::Letters),
            ("Na⁺", "Na+", Same::Text),
            ("don't", "dont", Same::Letters),
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
            ("AB > CD", "AB < CD"),
            ("sen x > cos x", "sen x < cos x"),
            ("sen x - cos x", "sen x cos x"),
            ("log (x + 1)", "log x + 1"),
            ("Na+", "Na-"),
            ("Na⁺", "Na"),
            ("2ⁿ", "2n"),
            ("x̄", "x"),
            ("p ∧ q", "p ∨ q"),
            ("si p → q", "si p ↔ q"),
            ("a ∈ B", "a ∉ B"),
            ("A ⊂ B", "A ⊃ B"),
            ("(a, b)", "[a, b]"),
            ("el intervalo (a, b)", "el intervalo a, b"),
            ("]3, 5]", "[3, 5]"),
            ("3; 5", "35"),
            ("3 5", "35"),
            ("los pares 3; 5", "los pares 3, 5"),
            ("AB : CD", "AB CD"),
            ("1...5", "1.5"),
            ("vale .5", "vale 5"),
            ("f'(x)", "f(x)"),
            ("5'", "5\""),
            ("n!", "n"),
            ("Ca(OH)2", "CaOH2"),
            ("$100", "€100"),
            ("x - 5", "5"),
            ("x - 5", "x"),
            ("a - b", "b"),
            ("a - b", "a"),
            ("a - AB", "AB"),
            ("a - sen x", "sen x"),
            ("a: b", "b"),
            ("(a) b", "b"),
            ("-a", "a"),
            ("[a]", "a"),
            ("a'", "a"),
            ("a) b", "b"),
            ("a. C.", "a"),
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

    /// A text of words, variables and figures with a gap for a sign.
    fn with_gap() -> impl Strategy<Value = (String, String)> {
        let word =
            prop::sample::select(vec!["x", "y", "a", "AB", "CD", "sen x", "el sol", "Santiago", "H2O", "3", "12", "0,5", "p", "ABC"]);
        let side = prop::collection::vec(word, 1..4).prop_map(|words| words.join(" "));
        (side.clone(), side)
    }

    proptest! {
        #[test]
        fn texts_that_differ_in_a_mathematical_sign_are_never_equal(
            (left, right) in with_gap(),
            signs in prop::sample::subsequence("+-*/^=<>|~±×÷·√∞≤≥≠≈∈∉⊂⊃⊆∪∩∧∨¬→←↔⇒⇔↑↓∑∫∂∇∀∃⟂∥∠%‰°[]{}:".chars().collect::<Vec<_>>(), 2),
            (before, after) in (any::<bool>(), any::<bool>()),
        ) {
            let space = |wanted: bool| if wanted { " " } else { "" };
            // "a- el sol" and "a: el sol" are the same label, not a difference and a quotient.
            prop_assume!(before || !after || !signs.contains(&':'));
            let text = |sign: &str| format!("{left}{}{sign}{}{right}", space(before), space(after));
            let texts = [text(&signs[0].to_string()), text(&signs[1].to_string()), format!("{left} {right}")];
            for (a, b) in [(0, 1), (0, 2), (1, 2), (1, 0), (2, 0), (2, 1)] {
                prop_assert_eq!(same(&texts[a], &texts[b]), None, "{} and {}", texts[a], texts[b]);
            }
        }

        #[test]
        fn brackets_and_separators_of_figures_count(a in -99..99_i32, b in -99..99_i32) {
            let texts = [format!("({a}, {b})"), format!("[{a}, {b}]"), format!("]{a}, {b}["), format!("({a}; {b})"), format!("{a}; {b}"), format!("{a}{b}"), format!("{a}:{b}")];
            for (i, one) in texts.iter().enumerate() {
                for two in &texts[..i] {
                    prop_assert_eq!(same(one, two), None, "{} and {}", one, two);
                }
            }
        }

        #[test]
        fn a_text_is_the_same_with_other_spaces_case_and_a_full_stop((left, right) in with_gap(), sign in prop::sample::select(vec!["<", " → ", "+ ", " y "])) {
            let text = format!("{left}{sign}{right}");
            let other = format!(" {}. ", text.to_uppercase().replace(' ', "  "));
            prop_assert!(same(&text, &other).is_some(), "{} and {}", text, other);
        }
    }
}
