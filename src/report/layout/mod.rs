//! Paragraphs, tables and pictures become pages of positioned glyphs and paths.

pub mod frame;
