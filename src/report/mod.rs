//! Word template in, PDF out, in process (report.md).
//!
//! Pure: no network, no clock, no environment, no file system, no other room.
//! A template is parsed once and kept; fonts are loaded once.

pub mod document;
pub mod fonts;
pub mod layout;
pub mod package;
pub mod pdf;
pub mod units;
pub mod warning;
