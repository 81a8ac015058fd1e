//! A Word document as the layout needs it: every property resolved, nothing of XML left.
//!
//! The reader (`read`) is tolerant: an unknown element is skipped with a warning, never an error.
//! It resolves the whole cascade (docDefaults, table style with its conditions, paragraph style, numbering, character style, direct; ECMA-376 part 1, 17.7.2), so that layout sees values, not inheritance.

#![expect(clippy::option_option, reason = "in a cascade saying nothing, saying none and saying something are three things")]

pub mod model;
pub mod numerals;

mod beyond;
mod canvas;
mod chain;
mod chart;
mod color;
mod drawing;
mod error;
mod fields;
mod formula;
mod images;
mod inline;
mod link;
mod metafile;
mod number_words;
mod numbering;
mod paragraph;
mod paragraph_props;
mod read;
mod recolor;
mod run_props;
mod section;
mod settings;
mod stored_fonts;
mod styles;
mod symbols;
mod table;
mod table_grid;
mod table_style;
mod theme;
mod values;
mod vml;
mod warnings;
mod xml;

pub use error::{DocumentError, XmlError};
pub use fields::{Computed, merge_field};
pub use read::{ReadOptions, read, read_with};
pub use stored_fonts::{StoredFont, stored_fonts};

#[cfg(test)]
mod tests;
