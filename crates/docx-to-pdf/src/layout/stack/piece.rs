//! What a column is made of: lines and rows, which page ends do not part.

use std::rc::Rc;

use crate::layout::ink::Ink;
use crate::layout::table;
use crate::units::Pt;

/// An unbreakable piece of a column: a line, or a row.
#[derive(Debug, Clone, Default)]
pub(in crate::layout) struct Piece {
    /// Its top in the column.
    pub top: Pt,
    /// Its height.
    pub height: Pt,
    /// What it draws, in the column's coordinates but for `shift`. Shared, as rows are copied when they are divided.
    pub ink: Rc<Ink>,
    /// The box that its paragraph shares with the one above, between the two; there is none where the piece starts a page.
    pub bridge: Option<Rc<Ink>>,
    /// How far it has moved down since it was drawn.
    pub shift: Pt,
    /// The space before its paragraph: it comes again where the piece starts a page.
    pub before: Pt,
    /// The space after its paragraph, if it is the last line of one.
    pub after: Pt,
    /// It stays with the next piece.
    pub glued: bool,
    /// Footnotes it refers to.
    pub notes: Vec<i32>,
    /// The row of a nested table that it is.
    pub row: Option<Rc<NestedRow>>,
}

/// A row of a table in a cell: it is divided between pages as the rows of the body are.
#[derive(Debug)]
pub(in crate::layout) struct NestedRow {
    /// Its table.
    pub table: Rc<table::TableBox>,
    /// Which of its rows.
    pub index: usize,
    /// How far it stands aside from its table, beside a float.
    pub aside: Pt,
    /// What of it; `None` = all.
    pub part: Option<table::RowBox>,
    /// Its top is here.
    pub starts: bool,
}

impl NestedRow {
    fn row(&self) -> &table::RowBox {
        self.part.as_ref().unwrap_or(&self.table.rows[self.index])
    }
}

impl Piece {
    /// What it draws, at its place.
    pub(in crate::layout) fn drawn(self) -> Ink {
        let mut ink = Rc::unwrap_or_clone(self.ink);
        if let Some(bridge) = self.bridge {
            let lines = std::mem::replace(&mut ink, Rc::unwrap_or_clone(bridge));
            ink.append(lines);
        }
        if self.shift != Pt::ZERO {
            ink.translate(Pt::ZERO, self.shift);
        }
        ink
    }

    /// Moves it down.
    pub(in crate::layout) fn move_down(&mut self, by: Pt) {
        self.top += by;
        self.shift += by;
    }

    /// Its bottom in the column.
    pub(in crate::layout) fn end(&self) -> Pt {
        self.top + self.height
    }

    /// The room it needs below it where it ends a page.
    pub(in crate::layout) fn closing(&self) -> Pt {
        self.row.as_ref().map_or(Pt::ZERO, |row| row.row().closing())
    }

    /// The height its first lines need.
    pub(in crate::layout) fn least_height(&self) -> Pt {
        self.row.as_ref().map_or(self.height, |row| row.row().least_height())
    }

    /// The part of a nested row that fits into this height, and the rest, which starts at 0.
    pub(in crate::layout) fn split(&self, room: Pt) -> Option<(Self, Self)> {
        let row = self.row.as_ref()?;
        // Merged cells are drawn with their last row, so that rows with such stay whole.
        let simple = row.row().cells.iter().all(|cell| cell.rows == 1 && !cell.continued);
        if !row.row().can_split || !simple {
            return None;
        }
        let (upper, lower) = row.row().split(room, false)?;
        let part = |part: table::RowBox, top: Pt, starts: bool, ends: bool| {
            let mut ink = table::Emitter::new(&row.table).part(&part, row.index, top, starts, ends);
            if !ends {
                ink.append(table::Emitter::closing(&part, top));
            }
            ink.translate(row.table.x + row.aside, Pt::ZERO);
            let (height, notes) = (part.height, part.notes());
            let row = NestedRow { table: Rc::clone(&row.table), index: row.index, aside: row.aside, part: Some(part), starts };
            Self { top, height, ink: Rc::new(ink), notes, row: Some(Rc::new(row)), ..Self::default() }
        };
        Some((part(upper, self.top, row.starts, false), part(lower, Pt::ZERO, false, true)))
    }
}
