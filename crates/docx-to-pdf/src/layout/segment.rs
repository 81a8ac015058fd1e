//! A stretch of a line, and what is placed in it.

use std::rc::Rc;

use crate::document::model::{BreakKind, Leader};
use crate::layout::look::Word;
use crate::layout::part::Position;
use crate::units::Pt;

/// Whether a line may end somewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// No.
    Never,
    /// No, and where a line is full after this, it goes back to the start of the word.
    Back,
    /// Yes.
    Here,
}

/// An atom on a line.
#[derive(Clone)]
pub(super) struct Placed {
    /// Which.
    pub atom: usize,
    /// Its left edge.
    pub x: Pt,
    /// Its width here.
    pub width: Pt,
    /// What is shown instead of the whole atom: a piece of a long word, or the hyphen.
    pub word: Option<Rc<Word>>,
    /// What fills a tab.
    pub leader: Leader,
}

/// Why a line ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnd {
    /// No more room.
    Wrap,
    /// A break.
    Break(BreakKind),
    /// The paragraph is over.
    Paragraph,
}

/// Atoms filling one stretch of a line.
#[derive(Clone)]
pub(super) struct Segment {
    /// The atoms in logical order.
    pub placed: Vec<Placed>,
    /// Left end of the stretch.
    pub left: Pt,
    /// Right end of the stretch.
    pub right: Pt,
    /// Right end of what shows: trailing spaces hang.
    pub ink_right: Pt,
    /// How many of `placed` come before the trailing spaces.
    pub shown: usize,
    /// First of `placed` after the last tab: only text from here stretches.
    pub after_tab: usize,
    /// Where the next stretch starts.
    pub next: Position,
    /// Why it ended.
    pub end: LineEnd,
}

impl Segment {
    /// Moves it along its line.
    pub(super) fn shift(&mut self, by: Pt) {
        for placed in &mut self.placed {
            placed.x += by;
        }
        self.left += by;
        self.right += by;
        self.ink_right += by;
    }
}
