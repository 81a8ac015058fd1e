//! The faces that come with the program (`fonts/`, with their licences).

use std::sync::{Arc, LazyLock};

use super::face::Face;

/// A file of the set: family, bold, italic, bytes.
type Entry = (&'static str, bool, bool, &'static [u8]);

#[cfg(feature = "bundled-fonts")]
macro_rules! font {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/fonts/", $name, ".ttf"))
    };
}

/// The set. `select` finds a family's styles by these names; the order is the order of fallback after DejaVu Sans.
#[cfg(feature = "bundled-fonts")]
const ENTRIES: &[Entry] = &[
    ("Liberation Sans", false, false, font!("LiberationSans-Regular")),
    ("Liberation Sans", true, false, font!("LiberationSans-Bold")),
    ("Liberation Sans", false, true, font!("LiberationSans-Italic")),
    ("Liberation Sans", true, true, font!("LiberationSans-BoldItalic")),
    ("Liberation Serif", false, false, font!("LiberationSerif-Regular")),
    ("Liberation Serif", true, false, font!("LiberationSerif-Bold")),
    ("Liberation Serif", false, true, font!("LiberationSerif-Italic")),
    ("Liberation Serif", true, true, font!("LiberationSerif-BoldItalic")),
    ("Liberation Mono", false, false, font!("LiberationMono-Regular")),
    ("Liberation Mono", true, false, font!("LiberationMono-Bold")),
    ("Liberation Mono", false, true, font!("LiberationMono-Italic")),
    ("Liberation Mono", true, true, font!("LiberationMono-BoldItalic")),
    ("Liberation Sans Narrow", false, false, font!("LiberationSansNarrow-Regular")),
    ("Liberation Sans Narrow", true, false, font!("LiberationSansNarrow-Bold")),
    ("Liberation Sans Narrow", false, true, font!("LiberationSansNarrow-Italic")),
    ("Liberation Sans Narrow", true, true, font!("LiberationSansNarrow-BoldItalic")),
    ("Carlito", false, false, font!("Carlito-Regular")),
    ("Carlito", true, false, font!("Carlito-Bold")),
    ("Carlito", false, true, font!("Carlito-Italic")),
    ("Carlito", true, true, font!("Carlito-BoldItalic")),
    ("Caladea", false, false, font!("Caladea-Regular")),
    ("Caladea", true, false, font!("Caladea-Bold")),
    ("Caladea", false, true, font!("Caladea-Italic")),
    ("Caladea", true, true, font!("Caladea-BoldItalic")),
    ("DejaVu Sans", false, false, font!("DejaVuSans")),
    ("DejaVu Sans", true, false, font!("DejaVuSans-Bold")),
    ("DejaVu Sans", false, true, font!("DejaVuSans-Oblique")),
    ("DejaVu Sans", true, true, font!("DejaVuSans-BoldOblique")),
    ("DejaVu Serif", false, false, font!("DejaVuSerif")),
    ("DejaVu Serif", true, false, font!("DejaVuSerif-Bold")),
];

/// Without the feature the set is empty: a caller brings faces of their own.
#[cfg(not(feature = "bundled-fonts"))]
const ENTRIES: &[Entry] = &[];

/// The bundled faces, parsed when first used and shared by every [`super::Fonts`] of the process.
pub(super) fn faces() -> &'static [Arc<Face>] {
    static FACES: LazyLock<Vec<Arc<Face>>> =
        LazyLock::new(|| ENTRIES.iter().map(|&(family, bold, italic, data)| Arc::new(Face::new(family, bold, italic, data, 0))).collect());
    &FACES
}
