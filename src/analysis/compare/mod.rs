//! What makes two texts the same: markup, foldings, numbers, option letters.
//!
//! Everything here takes time proportional to the length of its texts, whatever they hold, and texts are looked at up to [`LONGEST`]: answers, titles and banks come from outside.

pub(crate) mod comparison_key;
pub(crate) mod decimal;
mod entities;
pub(crate) mod equality;
pub(crate) mod fold;
pub(crate) mod kind;
pub(crate) mod markup;
pub(crate) mod question_number;
mod tex;

/// As many characters of a text are compared; no option and no question of a test is longer.
pub(crate) const LONGEST: usize = 10_000;

/// The part of a text that is compared.
pub(crate) fn cut(text: &str) -> &str {
    if text.len() <= LONGEST {
        return text;
    }
    text.char_indices().nth(LONGEST).map_or(text, |(end, _)| &text[..end])
}

/// The text without its markup, as far as it is compared.
pub(crate) fn bare(raw: &str) -> String {
    cut(&markup::text(raw)).to_owned()
}
