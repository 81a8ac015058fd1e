//! Footnotes at the bottom of a page, endnotes after the text.

use std::rc::Rc;

use crate::document::model::Block;
use crate::graphics::Rgb;
use crate::layout::context::Context;
use crate::layout::float::Bases;
use crate::layout::frame::Stroke;
use crate::layout::ink::{Ink, Rect};
use crate::layout::stack::{Column, Stacked, Story, pile};
use crate::units::Pt;

/// Space above the separator line and below it where the document does not have one (LibreOffice's defaults: 0.1 cm each).
const SEPARATOR_SPACE: Pt = Pt(2.85);
/// How far down in its paragraph's line the separator line stands (measured on Spire).
const LINE_AT: f32 = 0.58;
/// Its length (Word, Spire).
const LINE_LENGTH: Pt = Pt(144.0);
/// A separator higher than this, or one that draws more, is replaced by a line: it comes again on each page with notes.
const MOST_SEPARATOR: (Pt, usize) = (Pt(72.0), 200);

/// What stands above the notes.
#[derive(Debug, Default)]
pub(super) struct Separator {
    height: Pt,
    /// Where in it its line stands.
    line: Option<Pt>,
    /// What else it shows.
    ink: Ink,
}

impl Separator {
    /// As high as the document's own: it is a paragraph like others (17.11.23; Spire; of Word's own page breaks in 14 documents with footnotes nine more are found and one fewer). LibreOffice has a line of its own in 5.7 pt.
    pub(super) fn of(context: &mut Context<'_>, width: Pt) -> Self {
        let line = Self { height: SEPARATOR_SPACE * 2.0, line: Some(SEPARATOR_SPACE), ink: Ink::default() };
        let Some(own) = &context.document.footnote_separator else { return line };
        let outer = context.structure.enter_artifact();
        let bases = Bases::alone(Rect::new(Pt::ZERO, Pt::ZERO, width, Pt::ZERO));
        let stacked = pile(context, &own.blocks, Column { width, bases, holds_floats: false, story: Story::Text });
        context.structure.leave(outer);
        if stacked.height > MOST_SEPARATOR.0 || stacked.weight() > MOST_SEPARATOR.1 {
            return line;
        }
        let at = stacked.pieces.first().map_or(SEPARATOR_SPACE, |piece| piece.top + piece.height * LINE_AT);
        let Ink { items, .. } = stacked.clone().into_ink();
        Self { height: stacked.height, line: own.line.then_some(at), ink: Ink { items, ..Ink::default() } }
    }
}

/// Slack against rounding at a page's end.
const SLACK: Pt = Pt(0.06);

/// A note, or what is left of it, on its way to a page.
#[derive(Debug, Clone)]
pub(super) struct Share {
    /// The note's id.
    id: i32,
    note: Rc<Stacked>,
    /// Its pieces that stand here.
    from: usize,
    to: usize,
}

impl Share {
    /// A whole note.
    pub(super) fn whole(id: i32, note: Rc<Stacked>) -> Self {
        let to = note.pieces.len();
        Self { id, note, from: 0, to }
    }

    fn top(&self) -> Pt {
        self.note.pieces.get(self.from).filter(|_| self.from > 0).map_or(Pt::ZERO, |piece| piece.top)
    }

    /// The height up to a piece; with all of them the space after the last paragraph counts.
    fn height_to(&self, to: usize) -> Pt {
        let end = match to.checked_sub(1).and_then(|last| self.note.pieces.get(last)) {
            Some(last) if to < self.note.pieces.len() => last.end(),
            _ => self.note.height,
        };
        (end - self.top()).max(Pt::ZERO)
    }

    /// Its height.
    fn height(&self) -> Pt {
        self.height_to(self.to)
    }

    /// How many pieces from its first on stay together.
    fn first_lines(&self) -> usize {
        let pieces = &self.note.pieces[self.from..self.to];
        pieces.iter().position(|piece| !piece.glued).map_or(pieces.len(), |last| last + 1)
    }

    /// The height its first lines need.
    fn least(&self) -> Pt {
        self.height_to(self.from + self.first_lines())
    }

    /// How many of its pieces fit into a height, ending where a break is allowed.
    fn fitting(&self, room: Pt) -> usize {
        let fitting = (self.from..self.to).take_while(|piece| self.height_to(piece + 1) <= room + SLACK).count();
        let parts = |count: &usize| self.from + count == self.to || *count == 0 || !self.note.pieces[self.from + count - 1].glued;
        (0..=fitting).rev().find(parts).unwrap_or(0)
    }
}

/// The footnotes of the page in work, by its columns where these have their own.
#[derive(Debug, Clone, Default)]
pub(super) struct PageNotes {
    /// What stands on this page, in order.
    notes: Vec<Share>,
    /// The columns before the one in work.
    earlier: Vec<Earlier>,
    /// The first note of the column in work.
    from: usize,
    /// The height of that column's notes with the separator; 0 when there are none.
    pub height: Pt,
    /// What found no room: it comes first in the next column or on the next page.
    waiting: Vec<Share>,
    separator: Rc<Separator>,
}

/// The notes of a column that is done.
#[derive(Debug, Clone)]
struct Earlier {
    from: usize,
    height: Pt,
    /// What found no room there.
    waiting: Vec<Share>,
}

/// How much there was on a page, to go back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Length {
    notes: usize,
    height: Pt,
    waiting: usize,
    columns: usize,
}

impl PageNotes {
    /// None yet.
    pub(super) fn new(separator: Separator) -> Self {
        Self { separator: Rc::new(separator), ..Self::default() }
    }

    /// The notes of a page that goes on with what the one before had no room for.
    pub(super) fn after(before: Self, most: Pt) -> Self {
        let mut notes = Self { separator: before.separator, ..Self::default() };
        for share in before.waiting {
            notes.push(share, most - notes.height);
        }
        notes
    }

    /// Goes on with the next column's own notes.
    pub(super) fn next_column(&mut self, most: Pt) {
        let waiting = std::mem::take(&mut self.waiting);
        self.earlier.push(Earlier { from: self.from, height: self.height, waiting: waiting.clone() });
        self.from = self.notes.len();
        self.height = Pt::ZERO;
        for share in waiting {
            self.push(share, most - self.height);
        }
    }

    /// The column in work has none yet.
    fn is_empty(&self) -> bool {
        self.notes.len() <= self.from
    }

    /// The height of the separator, where there is none yet.
    fn separator(&self) -> Pt {
        if self.is_empty() { self.separator.height } else { Pt::ZERO }
    }

    /// The least height of the area with these notes too: all but the last are whole.
    pub(super) fn least_with(&self, more: &[Share]) -> Pt {
        let Some((last, whole)) = more.split_last() else { return self.height };
        self.height + self.separator() + whole.iter().map(Share::height).sum::<Pt>() + last.least()
    }

    /// Adds a note, as much of it as fits into this height; the rest waits for the next page.
    ///
    /// The first note of a page has at least one line there.
    pub(super) fn push(&mut self, mut share: Share, room: Pt) {
        let first = self.is_empty();
        let mut count = if self.waiting.is_empty() { share.fitting(room - self.separator()) } else { 0 };
        if count == 0 && first && share.from < share.to {
            count = 1;
        }
        let end = share.from + count;
        if end < share.to {
            self.waiting.push(Share { from: end, ..share.clone() });
        }
        if count > 0 || share.from == share.to {
            share.to = end;
            self.height += self.separator() + share.height();
            self.notes.push(share);
        }
    }

    /// Whether a note stands here, or waits.
    pub(super) fn holds(&self, id: i32) -> bool {
        self.notes.iter().chain(&self.waiting).any(|share| share.id == id)
    }

    /// Whether anything waits for the next page.
    pub(super) fn goes_on(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// How many there are, and their height: to go back to.
    pub(super) fn length(&self) -> Length {
        Length { notes: self.notes.len(), height: self.height, waiting: self.waiting.len(), columns: self.earlier.len() }
    }

    /// Back to fewer notes.
    pub(super) fn truncate(&mut self, length: Length) {
        if let Some(column) = self.earlier.get_mut(length.columns) {
            (self.from, self.waiting) = (column.from, std::mem::take(&mut column.waiting));
            self.earlier.truncate(length.columns);
        }
        self.notes.truncate(length.notes);
        self.height = length.height;
        self.waiting.truncate(length.waiting);
    }

    /// Draws them so that they end at `bottom`: those of each column in that, or all in the first. None is lost where there are fewer columns: the last has the rest.
    pub(super) fn draw(&self, columns: &[(Pt, Pt)], bottom: Pt) -> Ink {
        let mut ink = Ink::default();
        let mut starts: Vec<(usize, Pt)> = self.earlier.iter().map(|column| (column.from, column.height)).collect();
        starts.push((self.from, self.height));
        let ends = starts.iter().skip(1).map(|(from, _)| *from).chain([self.notes.len()]).collect::<Vec<_>>();
        let last = columns.last().copied().unwrap_or_default();
        let columns = columns.iter().copied().chain(std::iter::repeat(last));
        for (((from, height), to), column) in starts.iter().zip(ends).zip(columns) {
            draw_in(&mut ink, &self.separator, &self.notes[(*from).min(to)..to], column, bottom - *height);
        }
        ink
    }
}

/// Draws notes in a column below their separator.
fn draw_in(ink: &mut Ink, separator: &Separator, notes: &[Share], column: (Pt, Pt), top: Pt) {
    if notes.is_empty() {
        return;
    }
    if let Some(line) = separator.line {
        let stroke = Stroke { color: Rgb(0, 0, 0), width: Pt(0.5), dash: Vec::new(), round: false };
        ink.line((column.0, top + line), (column.0 + column.1.min(LINE_LENGTH), top + line), stroke, None);
    }
    let mut own = separator.ink.clone();
    own.translate(column.0, top);
    ink.append(own);
    let mut y = top + separator.height;
    for share in notes {
        for (at, piece) in share.note.pieces[share.from..share.to].iter().enumerate() {
            let mut piece = piece.clone();
            piece.bridge = piece.bridge.filter(|_| at > 0);
            let mut drawn = piece.drawn();
            drawn.translate(column.0, y - share.top());
            ink.append(drawn);
        }
        y += share.height();
    }
}

/// Lays a note out.
pub(super) fn lay<'a>(context: &mut Context<'a>, (footnote, blocks): (Option<i32>, &'a [Block]), number: String, width: Pt) -> Stacked {
    let node = context.structure.note(footnote);
    let outer = context.structure.enter(node);
    let outer_mark = std::mem::replace(&mut context.note_mark, number);
    let column = Rect::new(Pt::ZERO, Pt::ZERO, width, Pt::ZERO);
    let bases = Bases::alone(column);
    let stacked = pile(context, blocks, Column { width, bases, holds_floats: false, story: Story::Text });
    context.note_mark = outer_mark;
    context.structure.leave(outer);
    stacked
}
