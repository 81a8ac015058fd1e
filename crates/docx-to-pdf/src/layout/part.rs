//! Places in content: where a line, a page or a box of a chain begins.

use crate::document::model::Block;

/// A place between or inside atoms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Position {
    /// Atom.
    pub atom: usize,
    /// Byte in its text, when a long word was cut.
    pub byte: usize,
}

/// Blocks from one of them on, and from a place in that.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part<'a> {
    /// All of them.
    pub blocks: &'a [Block],
    /// The first in question.
    pub block: usize,
    /// Where in it.
    pub from: Position,
}
