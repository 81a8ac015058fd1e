//! Word template in, PDF out, in process (report.md).
//!
//! Pure: no network, no clock, no environment, no file system, no other room.
//! A template is parsed once and kept; fonts are loaded once.

pub mod charts;
pub mod data;
pub mod document;
pub mod fonts;
pub mod language;
pub mod layout;
pub mod package;
pub mod starter;
pub mod template;
pub mod units;
pub mod warning;
