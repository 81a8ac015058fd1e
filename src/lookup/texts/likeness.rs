//! How alike two texts are, told from their words alone.
//!
//! [`HashedWords`] is no model of language: it counts words and pairs of words, each thrown into one of some hundred numbers by a hash. Texts that use the same words are alike, texts that say the same in other words are not. It runs here, needs no network and no weights, and gives the same numbers on every machine.

use std::collections::BTreeMap;

use crate::text::folded;

/// Tells how alike texts are. A better one takes its place by another value at `TextSearch::new`; indexes made with another one are made anew.
pub trait Likeness: Send + Sync {
    /// Its name and version; answers tell it.
    fn name(&self) -> &'static str;

    /// What a text is compared by.
    fn vector(&self, title: &str, text: &str) -> Vec<u8>;

    /// How alike two are: 1 is the same, 0 and less have nothing in common.
    fn closeness(&self, one: &[u8], other: &[u8]) -> f64;
}

/// Words and pairs of words, hashed.
#[derive(Debug, Clone, Copy, Default)]
pub struct HashedWords;

/// How many numbers a text is.
const NUMBERS: usize = 384;
/// Words of a text that count: about ten hours of speech.
const MOST_WORDS: usize = 100_000;
/// A word of a title counts for so many.
const TITLE: u32 = 4;
/// A word's first letters: `fracción` and `fracciones` begin alike.
const STEM: usize = 5;
/// Words that say nothing about a text's subject, folded: Spanish, English, Portuguese.
const EMPTY: &[&str] = &[
    "a", "al", "an", "and", "ao", "are", "as", "at", "be", "by", "com", "como", "con", "da", "das", "de", "del", "do", "dos", "e", "el",
    "em", "en", "es", "esta", "este", "for", "from", "ha", "hay", "in", "is", "it", "la", "las", "le", "lo", "los", "mas", "na", "nao",
    "no", "nos", "not", "o", "of", "on", "or", "os", "ou", "para", "pela", "pelo", "pero", "por", "porque", "que", "se", "ser", "si", "so",
    "son", "su", "sus", "te", "that", "the", "this", "to", "u", "um", "uma", "un", "una", "was", "we", "with", "y", "ya", "you",
];

impl Likeness for HashedWords {
    fn name(&self) -> &'static str {
        "hashed-words-1"
    }

    fn vector(&self, title: &str, text: &str) -> Vec<u8> {
        let mut counts: BTreeMap<u64, u32> = BTreeMap::new();
        for (text, weight) in [(title, TITLE), (text, 1)] {
            let folded = folded(text);
            let mut before: Option<&str> = None;
            let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty() && !EMPTY.contains(word));
            for word in words.take(MOST_WORDS) {
                *counts.entry(hash(&["w", word])).or_default() += weight;
                if let Some((end, _)) = word.char_indices().nth(STEM) {
                    *counts.entry(hash(&["s", &word[..end]])).or_default() += weight;
                }
                if let Some(before) = before {
                    *counts.entry(hash(&["p", before, word])).or_default() += weight;
                }
                before = Some(word);
            }
        }
        let mut numbers = [0.0_f64; NUMBERS];
        for (hash, count) in counts {
            // A second part of the hash is the sign, so that what falls together by chance takes itself out.
            let sign = if hash >> 63 == 0 { 1.0 } else { -1.0 };
            numbers[(hash % NUMBERS as u64) as usize] += sign * (1.0 + f64::from(count).ln());
        }
        let largest = numbers.iter().fold(0.0_f64, |largest, number| largest.max(number.abs()));
        if largest == 0.0 {
            return Vec::new();
        }
        numbers.iter().map(|number| ((number / largest * 127.0).round() as i8).cast_unsigned()).collect()
    }

    fn closeness(&self, one: &[u8], other: &[u8]) -> f64 {
        if one.len() != other.len() || one.is_empty() {
            return 0.0;
        }
        let (mut dot, mut first, mut second) = (0_i64, 0_i64, 0_i64);
        for (a, b) in one.iter().zip(other) {
            let (a, b) = (i64::from(a.cast_signed()), i64::from(b.cast_signed()));
            (dot, first, second) = (dot + a * b, first + a * a, second + b * b);
        }
        if first == 0 || second == 0 { 0.0 } else { dot as f64 / ((first as f64).sqrt() * (second as f64).sqrt()) }
    }
}

/// FNV-1a over parts that cannot run together; the same on every machine and in every release.
fn hash(parts: &[&str]) -> u64 {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    // The last bytes reach the upper half, too.
    hash ^ (hash >> 29)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRACTIONS: &str = "Hoy sumamos fracciones con distinto denominador: primero se busca el mínimo común múltiplo.";
    const MORE_FRACTIONS: &str = "¿Cómo se restan dos fracciones? También con el mínimo común múltiplo de los denominadores.";
    const CELLS: &str = "La célula vegetal tiene pared celular y cloroplastos; la animal no.";

    fn closeness(one: &str, other: &str) -> f64 {
        HashedWords.closeness(&HashedWords.vector("", one), &HashedWords.vector("", other))
    }

    #[test]
    fn texts_with_the_same_words_are_more_alike_than_others() {
        assert!((closeness(FRACTIONS, FRACTIONS) - 1.0).abs() < 1e-9);
        assert!((closeness(FRACTIONS, &FRACTIONS.to_uppercase()) - 1.0).abs() < 1e-9);
        let (near, far) = (closeness(FRACTIONS, MORE_FRACTIONS), closeness(FRACTIONS, CELLS));
        assert!(near > 0.3 && near > far + 0.2, "{near} {far}");
    }

    #[test]
    fn a_text_without_words_is_like_nothing() {
        for empty in ["", "  ", "¿¡…!?", "de la que"] {
            assert_eq!(closeness(empty, FRACTIONS), 0.0);
            assert_eq!(closeness(empty, empty), 0.0);
        }
        assert_eq!(HashedWords.closeness(&[1, 2], &[1]), 0.0);
    }

    #[test]
    fn the_numbers_are_the_same_in_every_process() {
        let sum: u64 = HashedWords.vector("Fracciones", FRACTIONS).iter().enumerate().map(|(at, byte)| at as u64 * u64::from(*byte)).sum();
        assert_eq!(
            sum,
            HashedWords.vector("Fracciones", FRACTIONS).iter().enumerate().map(|(at, byte)| at as u64 * u64::from(*byte)).sum::<u64>()
        );
        assert_eq!(hash(&["w", "celula"]), hash(&["w", "celula"]));
        assert_ne!(hash(&["p", "a", "bc"]), hash(&["p", "ab", "c"]));
    }
}
