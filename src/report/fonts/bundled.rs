//! The faces that come with the program (`templates/fonts/`, with their licences).

use std::sync::{Arc, LazyLock};

use super::face::Face;
use super::symbols::Recode;

/// A file of the set: family, bold, italic, recoding, bytes.
type Entry = (&'static str, bool, bool, Option<Recode>, &'static [u8]);

macro_rules! font {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/templates/fonts/", $name, ".ttf"))
    };
}

const OPEN_SYMBOL: &[u8] = font!("OpenSymbol");
const DEJAVU_SANS: &[u8] = font!("DejaVuSans");

/// The set. `select` finds a family's styles by these names; the order is the order of fallback after DejaVu Sans.
const ENTRIES: &[Entry] = &[
    ("Liberation Sans", false, false, None, font!("LiberationSans-Regular")),
    ("Liberation Sans", true, false, None, font!("LiberationSans-Bold")),
    ("Liberation Sans", false, true, None, font!("LiberationSans-Italic")),
    ("Liberation Sans", true, true, None, font!("LiberationSans-BoldItalic")),
    ("Liberation Serif", false, false, None, font!("LiberationSerif-Regular")),
    ("Liberation Serif", true, false, None, font!("LiberationSerif-Bold")),
    ("Liberation Serif", false, true, None, font!("LiberationSerif-Italic")),
    ("Liberation Serif", true, true, None, font!("LiberationSerif-BoldItalic")),
    ("Liberation Mono", false, false, None, font!("LiberationMono-Regular")),
    ("Liberation Mono", true, false, None, font!("LiberationMono-Bold")),
    ("Liberation Mono", false, true, None, font!("LiberationMono-Italic")),
    ("Liberation Mono", true, true, None, font!("LiberationMono-BoldItalic")),
    ("Liberation Sans Narrow", false, false, None, font!("LiberationSansNarrow-Regular")),
    ("Liberation Sans Narrow", true, false, None, font!("LiberationSansNarrow-Bold")),
    ("Liberation Sans Narrow", false, true, None, font!("LiberationSansNarrow-Italic")),
    ("Liberation Sans Narrow", true, true, None, font!("LiberationSansNarrow-BoldItalic")),
    ("Carlito", false, false, None, font!("Carlito-Regular")),
    ("Carlito", true, false, None, font!("Carlito-Bold")),
    ("Carlito", false, true, None, font!("Carlito-Italic")),
    ("Carlito", true, true, None, font!("Carlito-BoldItalic")),
    ("Caladea", false, false, None, font!("Caladea-Regular")),
    ("Caladea", true, false, None, font!("Caladea-Bold")),
    ("Caladea", false, true, None, font!("Caladea-Italic")),
    ("Caladea", true, true, None, font!("Caladea-BoldItalic")),
    ("DejaVu Sans", false, false, None, DEJAVU_SANS),
    ("DejaVu Sans", true, false, None, font!("DejaVuSans-Bold")),
    ("DejaVu Sans", false, true, None, font!("DejaVuSans-Oblique")),
    ("DejaVu Sans", true, true, None, font!("DejaVuSans-BoldOblique")),
    ("OpenSymbol", false, false, None, OPEN_SYMBOL),
    // Symbol fonts address glyphs by code, not by character. Each stands for its table over OpenSymbol, whose low metrics
    // do not push bullet lines apart, and over DejaVu Sans for what OpenSymbol lacks.
    ("Symbol", false, false, Some(Recode::Symbol), OPEN_SYMBOL),
    ("Symbol", false, false, Some(Recode::Symbol), DEJAVU_SANS),
    ("Wingdings", false, false, Some(Recode::Wingdings), OPEN_SYMBOL),
    ("Wingdings", false, false, Some(Recode::Wingdings), DEJAVU_SANS),
    ("Wingdings 2", false, false, Some(Recode::Wingdings2), OPEN_SYMBOL),
    ("Wingdings 2", false, false, Some(Recode::Wingdings2), DEJAVU_SANS),
    ("Wingdings 3", false, false, Some(Recode::Wingdings3), OPEN_SYMBOL),
    ("Wingdings 3", false, false, Some(Recode::Wingdings3), DEJAVU_SANS),
    ("Webdings", false, false, Some(Recode::Webdings), OPEN_SYMBOL),
    ("Webdings", false, false, Some(Recode::Webdings), DEJAVU_SANS),
];

/// The bundled faces, parsed when first used and shared by every [`super::Fonts`] of the process.
pub(super) fn faces() -> &'static [Arc<Face>] {
    static FACES: LazyLock<Vec<Arc<Face>>> = LazyLock::new(|| {
        ENTRIES.iter().map(|&(family, bold, italic, recode, data)| Arc::new(Face::new(family, bold, italic, recode, data, 0))).collect()
    });
    &FACES
}
