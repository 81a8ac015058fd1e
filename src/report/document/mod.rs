//! A Word document as the layout needs it: every property resolved, nothing of XML left.
//!
//! The reader (`read`) is tolerant: an unknown element is skipped with a warning, never an error.
//! It resolves the whole cascade (docDefaults, table style with its conditions, paragraph style, numbering, character style, direct; ECMA-376 part 1, 17.7.2), so that layout sees values, not inheritance.

pub mod model;
