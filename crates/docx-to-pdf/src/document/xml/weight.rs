//! What elements and texts cost on their way to the PDF.

use unicode_normalization::char::{compose, is_combining_mark};

/// What an element costs on its way to the PDF, in bytes: measured as the peak of whole runs over documents of ten to fifty thousand of a kind, rounded up.
pub(super) fn weight(element: &str) -> usize {
    match element {
        "w:p" => 4000,
        "w:tc" => 2400,
        "w:r" => 160,
        // Their signs and strokes.
        "m:f" | "m:rad" | "m:nary" | "m:d" | "m:acc" | "m:bar" | "m:groupChr" | "m:borderBox" => 2500,
        _ => 64,
    }
}

/// A byte of text, as part of a positioned glyph.
const CHARACTER: usize = 50;
/// A byte of a word that no line can hold, on top: it is shaped, and taken apart, once for each line.
const LONG_WORD: usize = 150;
/// What of a word is beyond so many bytes costs that.
const LONG: usize = 200;
/// A byte of what a screen reader says of a picture: it is written with the structure.
pub(super) const DESCRIPTION: usize = 12;
/// A byte of a formula: nearly every sign and letter of it stands by itself.
pub(super) const FORMULA_CHARACTER: usize = 1300;
/// A letter with marks or a joiner that stay apart from it: together they are a piece of marked content with a text of its own.
const MARK: usize = 800;
/// A change between scripts that run to the right and to the left: what stands between two of them is a run of glyphs of its own, and of what runs to the left also an element.
const TURN: usize = 350;

/// What a text costs on its way to the PDF. A letter whose marks make another letter (`é` in two pieces) costs what letters cost.
pub(super) fn text_weight(text: &str) -> usize {
    let plain = text.len() * CHARACTER;
    // Marks and joiners begin at U+0300, whose first byte this is.
    if text.bytes().all(|byte| byte < 0xcc) {
        return plain;
    }
    let joins = |c: char| is_combining_mark(c) || matches!(c, '\u{200d}' | '\u{fe00}'..='\u{fe0f}');
    let (mut pieces, mut turns, mut before, mut leftward) = (0, 0, None, None);
    for character in text.chars() {
        let composed = before.filter(|_| joins(character)).and_then(|letter| compose(letter, character));
        // Further marks belong to the same piece.
        pieces += usize::from(joins(character) && composed.is_none() && !before.is_some_and(joins));
        before = composed.or(Some(character));
        if !character.is_whitespace() && !joins(character) {
            let runs_left = Some(is_written_leftward(character));
            turns += usize::from(leftward.is_some() && leftward != runs_left);
            leftward = runs_left;
        }
    }
    plain + pieces * MARK + turns * TURN
}

/// Whether a character stands in one of the blocks of Hebrew, Arabic and their relatives.
fn is_written_leftward(character: char) -> bool {
    matches!(character, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// What the words of a run cost on top where they are endless. `word` is the length of the one that the runs before end with, and becomes that of this one's last.
pub(super) fn long_words(text: &str, word: &mut usize) -> usize {
    // Scripts that are written without blanks begin at U+0800; their lines end between letters.
    let ends = |byte: &u8| byte.is_ascii_whitespace() || *byte >= 0xe0;
    if *word + text.len() <= LONG {
        *word = text.bytes().rposition(|byte| ends(&byte)).map_or(*word + text.len(), |at| text.len() - at - 1);
        return 0;
    }
    let mut long = 0;
    for (at, piece) in text.as_bytes().split(ends).enumerate() {
        let before = if at == 0 { *word } else { 0 };
        *word = before + piece.len();
        long += word.saturating_sub(before.max(LONG));
    }
    long * LONG_WORD
}
