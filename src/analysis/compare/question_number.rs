//! The question number a description names.

use crate::analysis::compare::fold;

/// Words that announce a question's number, without accents, longest first.
const WORDS: &[&str] = &[
    "pregunta",
    "question",
    "pergunta",
    "questao",
    "ejercicio",
    "exercise",
    "problema",
    "numero",
    "item",
    "preg",
    "num",
    "nro",
    "no",
    "n",
    "q",
    "p",
];
/// The words clear enough to count behind a heading (`Matemática – Pregunta 7`).
const CLEAR_WORDS: usize = 4;
/// The words before which a question is spoken of and not named (`según la pregunta 3`).
const SPEAKING_OF: &[&str] = &[
    "la", "las", "el", "a", "as", "da", "das", "na", "nas", "de", "del", "en", "em", "y", "e", "o", "con", "com", "per", "por", "para",
    "segun", "segundo", "the", "of", "in", "to", "for", "from", "on", "and", "or", "with", "see", "cada", "esta", "this", "each",
];

/// How many characters of a description are looked at for the number it begins with; questions can be whole texts.
const BEGINNING: usize = 40;

/// The number a description, without its markup, begins with: `Pregunta 12`, `Question 12:`, `Q12`, `12.`, `12)`, `12.-`, or nothing but `12`.
pub(crate) fn leading(description: &str) -> Option<u32> {
    let text = description.trim_start_matches(|c: char| !c.is_alphanumeric());
    let beginning = text.char_indices().nth(BEGINNING).map_or(text, |(end, _)| &text[..end]);
    // The skeleton of `nº` would be the word `no`.
    let text = fold::skeleton(&beginning.replace('º', "°"));
    word_and_number(&text, WORDS).map(|(number, _)| number).or_else(|| bare_number(&text))
}

/// A number that a clear word names behind a heading (`Matemática – Pregunta 12`); a sentence that speaks of another question (`Según la pregunta 3, …`) names none.
pub(crate) fn mentioned(description: &str) -> Option<u32> {
    let text = fold::skeleton(description);
    let mut starts = text.char_indices().filter(|(i, c)| matches!(c, 'p' | 'q') && !text[..*i].ends_with(char::is_alphanumeric));
    starts.find_map(|(start, _)| {
        let (number, after) = word_and_number(&text[start..], &WORDS[..CLEAR_WORDS])?;
        let last = text[..start].trim_end().rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        (!SPEAKING_OF.contains(&last) && !after.trim_start().starts_with(',')).then_some(number)
    })
}

/// The description without the number it begins with.
pub(crate) fn without(description: &str) -> &str {
    let Some(number) = leading(description).map(|number| number.to_string()) else { return description };
    description.split_once(&number).map_or(description, |(_, rest)| rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '('))
}

/// The number behind one of the words, and what follows it.
fn word_and_number<'t>(text: &'t str, words: &[&str]) -> Option<(u32, &'t str)> {
    words.iter().find_map(|word| {
        let rest = text.strip_prefix(word)?;
        let number = rest.trim_start_matches([' ', '.', '#', '°']);
        // `No 3 de cada 5` is a sentence; `No. 3`, `N°3` and `Q3` are numbers.
        let loose = word.len() <= 2 && rest.starts_with(' ') && !rest.trim_start().starts_with(['.', '#', '°']);
        // `p(3)` and `n - 3` are mathematics.
        let number = if word.len() > 3 { number.trim_start_matches([' ', ':', '-', '(']) } else { number };
        // `Pregunta N° 12`, `Question no. 12`.
        let number = if word.len() > 3 { number_sign(number) } else { number };
        let (value, after) = digits(number)?;
        let continues = after.starts_with(char::is_alphanumeric)
            || is_decimal(after)
            || (loose && after.trim_start().starts_with(char::is_alphanumeric));
        (!continues).then_some((value, after))
    })
}

fn number_sign(text: &str) -> &str {
    let sign = ["numero", "num", "nro", "no", "n"].iter().find_map(|sign| text.strip_prefix(sign));
    sign.map_or(text, |rest| rest.trim_start_matches([' ', '.', 'º', '°', ':']))
}

/// Digits with a mark of numbering behind them, or nothing at all; `3.5`, `12:30` and `12 - 5` are no question numbers.
fn bare_number(text: &str) -> Option<u32> {
    let (value, after) = digits(text)?;
    let mark = after.trim_start();
    let Some(first) = mark.chars().next() else { return Some(value) };
    let rest = &mark[first.len_utf8()..];
    let no_digit = |text: &str| !text.starts_with(|c: char| c.is_ascii_digit());
    let numbering = match first {
        ')' | ']' => true,
        '.' | ':' => after.starts_with(first) && no_digit(rest),
        '-' => is_dash(rest),
        _ => false,
    };
    numbering.then_some(value)
}

/// A dash after a number sets off a text (`12 - Elige`); before a figure or a variable it is a minus, and glued to a word it is part of a name (`2-butanol`).
fn is_dash(rest: &str) -> bool {
    let text = rest.trim_start();
    let word = text.chars().take_while(|c| c.is_alphanumeric()).collect::<String>();
    let glued = rest.starts_with(char::is_alphanumeric);
    text.is_empty() || (!glued && !word.starts_with(|c: char| c.is_ascii_digit()) && word.chars().count() != 1)
}

fn digits(text: &str) -> Option<(u32, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let value = text[..end].parse().ok().filter(|n| *n > 0 && end <= 4)?;
    Some((value, &text[end..]))
}

/// `Pregunta 1.2` is not question 1.
fn is_decimal(after: &str) -> bool {
    after.strip_prefix(['.', ',']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_question_number_is_read() {
        for text in [
            "Pregunta 12",
            "PREGUNTA 12: ¿Cuánto es 3 + 4?",
            "pregunta\u{a0}12",
            "Pregunta N° 12",
            "Pregunta nº12.",
            "Pregunta #12",
            "Question 12",
            "Question no. 12",
            "Questão 12",
            "Q12",
            "q. 12",
            "12.",
            "12. ¿Cuál es?",
            "12.- ¿Cuál es?",
            "12) ¿Cuál es?",
            "12 ) x",
            "12: elige",
            "12",
            "**Pregunta 12**",
            "N° 12",
            "Nº 12 Elige",
            "No. 12 Choose",
            "Q12 Choose",
            "(12) Elige",
            "Pregunta 12 - Raíces",
        ] {
            assert_eq!(leading(text), Some(12), "{text:?}");
        }
    }

    #[test]
    fn numbers_that_belong_to_the_question_itself_are_not_taken() {
        for text in [
            "3.5 es igual a",
            "12 - 5 es igual a",
            "12:30 es la hora de",
            "12 manzanas cuestan",
            "2-3",
            "¿Cuánto es 12?",
            "No 3x",
            "No 3 de cada 5 personas",
            "P 3 es un punto",
            "P(3) es igual a",
            "12 - x = 4",
            "2-butanol es",
            "Pregunta 1.2",
            "Pregunta 12a",
            "Pedro tiene 12.",
            "0.",
            "123456.",
            "",
        ] {
            assert_eq!(leading(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_clear_word_counts_behind_a_heading_and_not_in_a_sentence() {
        assert_eq!(mentioned("Matemática – Pregunta 7"), Some(7));
        assert_eq!(mentioned("Matemática pregunta 7: ¿cuál?"), Some(7));
        assert_eq!(mentioned("Según la pregunta 3, ¿cuál?"), None);
        assert_eq!(mentioned("Explica tu respuesta a la pregunta 3."), None);
        assert_eq!(mentioned("Compara con la pregunta 3, y luego con pregunta 4"), None);
        assert_eq!(mentioned("Look at question 3, then answer"), None);
        assert_eq!(mentioned("repregunta 3"), None);
        assert_eq!(mentioned("el n 3"), None);
    }
}
