//! One text, many spellings: the foldings under which texts are compared.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A text for comparing answers: NFKC, case folded, white space collapsed, typographic dashes, quotes and invisible characters made plain.
///
/// What is raised becomes `^2` instead of NFKC's `2`: in mathematics `10³` and `103` are two different options.
pub(crate) fn plain(text: &str) -> String {
    // Most answers are a letter: what has nothing to fold but case skips Unicode's tables.
    if text.is_ascii() {
        return collapse_spaces(&text.to_ascii_lowercase());
    }
    let marked = mark_superscripts(text);
    let folded: String = marked.nfkc().filter_map(plain_char).flat_map(fold_case).collect();
    // Folding case can undo the normal form: what it gives may compose anew with the mark behind it.
    let folded = if folded.is_ascii() { folded } else { folded.nfkc().collect() };
    collapse_spaces(&folded)
}

/// A text for comparing headers, names of groups and words: as [`plain`], and without accents.
pub(crate) fn unaccented(text: &str) -> String {
    let plain = plain(text);
    if plain.is_ascii() {
        return plain;
    }
    plain.nfd().filter(|c| !is_combining_mark(*c)).nfc().collect()
}

/// A text's letters and signs as near to ASCII as they come, for finding numbers and words in descriptions: a single pass, which does not compose what it took apart.
pub(crate) fn skeleton(text: &str) -> String {
    let mut skeleton = String::with_capacity(text.len());
    for c in text.chars().filter_map(plain_char) {
        if c.is_ascii() {
            skeleton.push(c.to_ascii_lowercase());
        } else {
            decompose_compatible(c, |part| {
                if !is_combining_mark(part) {
                    skeleton.extend(part.to_lowercase());
                }
            });
        }
    }
    skeleton
}

/// A file's or an assessment's name: NFC, case and white space folded, accents kept.
pub(crate) fn name(text: &str) -> String {
    collapse_spaces(&text.nfc().flat_map(fold_case).collect::<String>()).nfc().collect()
}

/// The text trimmed, runs of white space as one space.
pub(crate) fn collapse_spaces(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Upper then lower case, character by character: folds `ß` with `SS` and the final sigma with the others.
fn fold_case(c: char) -> impl Iterator<Item = char> {
    c.to_uppercase().flat_map(char::to_lowercase)
}

fn plain_char(c: char) -> Option<char> {
    match c {
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{2018}'..='\u{201b}' | '\u{2032}' => Some('\''),
        '\u{201c}'..='\u{201f}' | '«' | '»' => Some('"'),
        '\u{2044}' | '\u{2215}' => Some('/'),
        '\u{2217}' => Some('*'),
        '\u{2219}' | '\u{22c5}' => Some('·'),
        '\u{2236}' => Some(':'),
        '\u{223c}' => Some('~'),
        _ => Some(c),
    }
}

fn mark_superscripts(text: &str) -> String {
    let mut marked = String::with_capacity(text.len());
    let mut raised = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let superscript = is_superscript(c);
        // A charge is the same raised or not: `Na⁺`.
        let charge = matches!(c, '⁺' | '⁻') && !chars.peek().copied().is_some_and(is_superscript);
        if superscript && !raised && !charge {
            marked.push('^');
        }
        // NFKC would glue `3½` to `31/2`.
        if matches!(c, '¼'..='¾' | '⅐'..='⅞') {
            marked.push(' ');
        }
        marked.push(c);
        raised = superscript;
    }
    marked
}

/// Raised figures, signs and letters; the ordinals `º` and `ª` are none.
fn is_superscript(c: char) -> bool {
    matches!(c, '²' | '³' | '¹' | '⁰'..='ⁿ' | 'ʰ'..='ʸ' | 'ˡ'..='ˣ' | 'ᴬ'..='ᵛ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_text_fold_together() {
        for (a, b) in [
            ("  Santiago\u{a0} de  Chile ", "santiago de chile"),
            ("Ａ", "a"),
            ("Straße", "STRASSE"),
            ("diagno\u{301}stico", "DIAGNÓSTICO"),
            ("ﬁn", "fin"),
            ("−5", "-5"),
            ("½", "1/2"),
            ("ca\u{200b}sa", "casa"),
        ] {
            assert_eq!(plain(a), plain(b), "{a:?} and {b:?}");
        }
    }

    #[test]
    fn a_power_is_not_a_longer_number() {
        assert_eq!(plain("10³"), "10^3");
        assert_eq!(plain("x¹²"), "x^12");
        assert_ne!(plain("3½"), plain("31/2"));
    }

    #[test]
    fn accents_count_in_answers_and_not_in_headers() {
        assert_ne!(plain("papá"), plain("papa"));
        assert_eq!(unaccented("Lección"), unaccented("LECCION"));
    }
}
