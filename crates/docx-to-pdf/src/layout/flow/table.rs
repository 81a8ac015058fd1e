//! A table of the body: its rows over pages, with the header rows repeated.

use crate::document::model::{Block, Table, VerticalBase};
use crate::layout::flow::{Flow, Step};
use crate::layout::ink::Rect;
use crate::layout::stack::space_after;
use crate::layout::table::{Emitter, RowBox, TableBox, lay};
use crate::units::Pt;

/// Slack against rounding at a page's end.
const SLACK: Pt = Pt(0.06);
/// A row looks for room beside the floats at so many heights; then it goes below what it meets.
const MOST_ASIDE: usize = 8;

/// Tries at dividing a row between its text and its footnotes: finer than a line on any page.
const TRIES: usize = 8;

impl<'a> Flow<'a> {
    /// Lays a table out.
    pub(super) fn table(&mut self, blocks: &'a [Block], index: usize, table: &'a Table) -> Step {
        let start = self.checkpoint();
        let floats = self.floats(table, index + 1 == blocks.len());
        // A floating table is anchored in the paragraph below it and goes where that goes.
        let moves = matches!(blocks.get(index + 1), Some(Block::Paragraph(below)) if below.props.page_break_before);
        if (starts_page(table) || floats && moves) && !(self.at_top && !self.natural && self.column == 0) {
            self.new_page(false);
            return Step::Back(index);
        }
        // One that pushes the paragraph it is anchored in to the next page goes there with it (LibreOffice and Spire agree; measured).
        if floats && !self.at_top && self.is_passed_on(std::ptr::from_ref(table) as usize) {
            self.new_page(true);
            return Step::Back(index);
        }
        let (_, width) = self.current();
        let bases = self.bases(self.y);
        let mut laid = lay(&mut self.context, table, width, bases, false);
        if floats && self.fills_page(table, &laid) {
            self.restore(&start);
            self.new_page(true);
            return Step::Back(index);
        }
        if floats {
            return match self.floating_table(table, &laid) {
                Ok(whole) => {
                    // One that is placed by the text may itself be what leaves the paragraph no room: it stays.
                    let by_text = table.float.is_some_and(|float| float.position.vertical.0 == VerticalBase::Paragraph);
                    if whole && !by_text {
                        self.chain.get_or_insert((index, start));
                    }
                    Step::Next(1)
                }
                Err(back) => Step::Back(back),
            };
        }
        // A paragraph before the break that began the page keeps its space there.
        if let Some(above) = self.previous.filter(|_| !self.at_top) {
            self.y += space_after(&above.props);
        }
        let height = laid.rows.first().map_or(Pt::ZERO, |row| row.height);
        let (below, _) = self.beside_floats(&laid, (self.y, height));
        let needed = laid.rows.first().map_or(Pt::ZERO, RowBox::first_lines);
        // Below floats that leave no room nothing is forced onto the page.
        let fresh = self.at_top && (below <= self.y || below + needed <= self.limit() + SLACK);
        self.y = below;
        // Paragraphs that stay with the table stay with all its rows that stay together, and as much of the next as is not divided (LibreOffice and Spire agree; measured).
        let chain = self.chain.take();
        if let Some((from, checkpoint)) = &chain
            && self.y + together(&laid, 0).1 > self.limit() + SLACK
            && !checkpoint.at_top
            && self.restore(&start)
            && self.restore(checkpoint)
        {
            self.next_column(true);
            return Step::Back(*from);
        }
        let column = (self.drafts.len(), self.column);
        // Rows that stay together do not leave the paragraphs that stay with them alone at the top (Word as Spire has it; LibreOffice parts them).
        let led = chain.as_ref().is_some_and(|(_, checkpoint)| checkpoint.at_top);
        self.rows(&mut laid, fresh, led);
        self.previous = None;
        // A table of which the last row is kept with the next stays with the paragraph below it (both; measured).
        if laid.rows.last().is_some_and(|row| row.keep_next) && column == (self.drafts.len(), self.column) {
            self.chain = chain.or(Some((index, start)));
        }
        Step::Next(1)
    }

    /// Where a row so high stands, and how far it moves aside: beside floats at its left it begins where its column does there, and where it has no room it goes below the first that it meets.
    ///
    /// So has Spire it; LibreOffice leaves a table that has room where it is, below nothing, and moves one without room as a whole.
    fn beside_floats(&self, laid: &TableBox, (y, height): (Pt, Pt)) -> (Pt, Pt) {
        let (column, room) = self.current();
        let mut y = y;
        for tried in 0..self.floats.len() {
            let left = column + laid.x;
            let row = Rect::new(left, y, left + laid.width, (y + height).min(self.limit()).max(y + Pt(10.0)));
            // Before mode 15 what text goes around tightly is met by a row's top only (Spire).
            let tight = self.is_older().then_some(y + Pt(1.0));
            if !self.floats.touch_row(row, tight) {
                break;
            }
            let pushed = if tried < MOST_ASIDE {
                self.floats.push(Rect { left: column, right: column + room, ..row }, tight, true)
            } else {
                Pt::ZERO
            };
            let aside = pushed * laid.moves;
            // Before mode 15 its margin stands out over the float, as it does over the column's edge.
            let moved = Rect { left: (row.left + aside).max(column + pushed), right: row.right + aside, ..row };
            if aside > Pt::ZERO && moved.right <= column + room + SLACK && !self.floats.touch_row(moved, tight) {
                return (y, aside);
            }
            match self.floats.next_edge(y) {
                Some(edge) => y = edge,
                None => break,
            }
        }
        (y, Pt::ZERO)
    }

    /// Goes below the floats at the top of a page, unless they leave no room; tells whether the table may go on here.
    fn go_below_floats(&mut self, laid: &TableBox, needed: Pt) -> bool {
        let (below, _) = self.beside_floats(laid, (self.y, needed));
        if below > self.y && below + needed > self.limit() + SLACK {
            return false;
        }
        self.y = below;
        true
    }

    /// Lays the rows out; `fresh`: only repeated header rows stand above on this page; `led`: only paragraphs that stay with the first row do. Rows that are drawn whole are left without their cells, but for header rows.
    fn rows(&mut self, laid: &mut TableBox, fresh: bool, led: bool) {
        let mut emitter = Emitter::new(laid);
        let mut index = 0;
        let mut rest: Option<RowBox> = None;
        let mut fresh = fresh;
        while let Some(whole) = laid.rows.get(index).filter(|_| !self.full) {
            let row = rest.as_ref().unwrap_or(whole);
            let starts = rest.is_none();
            if starts && !fresh && !(led && index == 0) && self.parts_company(laid, index) {
                self.close_page(laid, index);
                self.break_rows(&mut emitter, laid, row, index);
                fresh = true;
                continue;
            }
            let (below, aside) = self.beside_floats(laid, (self.y, row.height));
            if below > self.y && (below + row.first_lines() <= self.limit() + SLACK || !fresh) {
                if !fresh {
                    self.close_page(laid, index);
                }
                if below + row.first_lines() > self.limit() + SLACK {
                    self.break_rows(&mut emitter, laid, &row.clone(), index);
                    fresh = true;
                    continue;
                }
                self.y = below;
            }
            // Rows that share a cell stand below each other.
            let shares = !fresh && row.cells.iter().any(|cell| cell.continued);
            self.row_aside = if shares { aside.max(self.row_aside) } else { aside };
            let noted = self.least_notes(row);
            let room = self.bottom - noted - self.y;
            if row.height + row.closing() <= room + SLACK {
                self.emit_last(&mut emitter, laid, rest.take(), index);
                index += 1;
                fresh = false;
                continue;
            }
            let divided = if row.can_split && index >= laid.header_rows || fresh { self.divide(row, noted, fresh) } else { None };
            let mut next = None;
            if let Some((upper, lower)) = divided {
                self.emit(&mut emitter, laid, &upper, index, starts);
                let closing = Emitter::closing(&upper, self.y - upper.height);
                self.add(laid, closing);
                next = Some(lower);
            } else if fresh {
                // Nothing to divide and a page of its own: it is cut off at the page's end.
                self.emit_last(&mut emitter, laid, rest.take(), index);
                index += 1;
                fresh = false;
                continue;
            } else {
                self.close_page(laid, index);
            }
            self.break_rows(&mut emitter, laid, next.as_ref().unwrap_or(row), index);
            if let Some(lower) = &mut next {
                lower.hold_merged(emitter.needed(index));
            }
            rest = next.or(rest);
            fresh = true;
        }
        self.row_aside = Pt::ZERO;
    }

    /// Divides a row so that what stays has room with its own footnotes; `noted` is their height with those of the whole row.
    fn divide(&mut self, row: &RowBox, noted: Pt, force: bool) -> Option<(RowBox, RowBox)> {
        let most = self.limit() - self.y;
        let least = self.bottom - noted - self.y;
        if least >= most {
            return row.split(most, force);
        }
        let (mut low, mut high, mut room) = (least, most, most);
        let mut best = None;
        for _ in 0..TRIES {
            match row.split(room, false) {
                Some((upper, lower)) if room <= self.bottom - self.least_notes(&upper) - self.y + SLACK => {
                    best = Some((upper, lower));
                    low = room;
                }
                None if room < row.height => low = room,
                _ => high = room,
            }
            if low >= most {
                break;
            }
            room = (low + high) / 2.0;
        }
        best.or_else(|| row.split(least, force))
    }

    /// The lines below the row that ends a page.
    fn close_page(&mut self, laid: &TableBox, index: usize) {
        if let Some(above) = index.checked_sub(1).and_then(|above| laid.rows.get(above)) {
            let closing = Emitter::closing(above, self.y - above.height);
            self.add(laid, closing);
        }
    }

    /// Whether rows that belong together would be parted here: header rows from the first row below them, rows kept with the next.
    ///
    /// A group longer than a page is parted all the same: header rows here, rows kept with the next from the next page on (LibreOffice and Spire agree; measured).
    fn parts_company(&self, laid: &TableBox, index: usize) -> bool {
        let starts_group = index == 0 || index > laid.header_rows && !laid.rows[index - 1].keep_next;
        if !starts_group {
            return false;
        }
        let (kept, height) = together(laid, index);
        let may_move = laid.rows[index].keep_next || height <= self.bottom - self.column_top;
        kept > 0 && height > self.limit() - self.y + SLACK && may_move
    }

    /// On to the next column or page where `row` has room, with the header rows again.
    fn break_rows(&mut self, emitter: &mut Emitter, laid: &TableBox, row: &RowBox, index: usize) {
        let headers: Pt = laid.rows.iter().take(laid.header_rows).map(|row| row.height).sum();
        let repeat = index >= laid.header_rows && headers < (self.bottom - self.column_top) / 2.0 && self.context.may_run();
        let merged = emitter.page_break(self.y);
        self.add(laid, merged);
        self.row_aside = Pt::ZERO;
        let needed = row.first_lines() + if repeat { headers } else { Pt::ZERO };
        loop {
            // Pages that floating tables fill are passed over; each of them takes a share of those.
            let filled = !self.carried.is_empty();
            self.next_column(true);
            if self.go_below_floats(laid, needed) || !filled || self.full {
                break;
            }
        }
        if repeat {
            let mut again = Emitter::new(laid);
            for header in 0..laid.header_rows {
                let ink = again.row(&laid.rows[header], header, self.y).into_artifact();
                self.context.running_drawn += ink.weight();
                self.add(laid, ink);
                self.y += laid.rows[header].height;
            }
            self.at_top = false;
        }
        emitter.goes_on_at(self.y);
    }

    /// Draws the upper part of a row.
    fn emit(&mut self, emitter: &mut Emitter, laid: &TableBox, row: &RowBox, index: usize, starts: bool) {
        self.notes_of(row);
        let ink = emitter.part(row, index, self.y, starts, false);
        self.add(laid, ink);
        self.pass(row.height);
    }

    /// Draws a row, or the rest of one, to its end: nobody asks for its cells any more, unless it is a header row, which comes again.
    fn emit_last(&mut self, emitter: &mut Emitter, laid: &mut TableBox, rest: Option<RowBox>, index: usize) {
        let starts = rest.is_none();
        let comes_again = starts && index < laid.header_rows;
        let mut rest = rest;
        let Some(row) = rest.as_mut().or_else(|| laid.rows.get_mut(index)) else { return };
        self.notes_of(row);
        let cells = if comes_again { row.cells.clone() } else { std::mem::take(&mut row.cells) };
        let ink = emitter.cells(row, cells, index, self.y, (starts, true));
        let height = row.height;
        self.add(laid, ink);
        self.pass(height);
    }

    fn notes_of(&mut self, row: &RowBox) {
        let notes = self.new_notes(&row.notes());
        self.place_notes(notes, self.y + row.height);
    }

    fn pass(&mut self, height: Pt) {
        self.y += height;
        self.at_top = false;
    }

    fn add(&mut self, laid: &TableBox, ink: crate::layout::ink::Ink) {
        let mut ink = ink;
        let left = self.current().0;
        ink.translate(left + laid.x + self.row_aside, Pt::ZERO);
        self.ink().append(ink);
    }

    /// The least height of the page's footnotes with those of a row.
    fn least_notes(&mut self, row: &RowBox) -> Pt {
        let ids = row.notes();
        if ids.is_empty() {
            return self.notes.height;
        }
        let elements = self.context.structure.checkpoint();
        let numbers = self.context.footnote_numbers.count();
        let notes = self.new_notes(&ids);
        let least = self.notes.least_with(&notes);
        self.context.structure.restore(&elements);
        self.context.footnote_numbers.truncate(numbers);
        least
    }
}

/// How many rows from one on stay with the row below them, header rows and rows kept with the next, and the height of these with what the row below needs.
fn together(laid: &TableBox, index: usize) -> (usize, Pt) {
    let header = if index == 0 { laid.header_rows } else { 0 };
    let kept = header + laid.rows.iter().skip(index + header).take_while(|row| row.keep_next).count();
    let group: Pt = laid.rows.iter().skip(index).take(kept).map(|row| row.height).sum();
    let last = laid.rows.get(index + kept).map_or(Pt::ZERO, |row| row.least_height() + row.closing());
    (kept, group + last)
}

/// A table, floating or not, goes to a new page with the paragraph it begins with (LibreOffice and Spire agree; measured).
fn starts_page(table: &Table) -> bool {
    let first = table.rows.first().and_then(|row| row.cells.first()).and_then(|cell| cell.blocks.first());
    matches!(first, Some(Block::Paragraph(paragraph)) if paragraph.props.page_break_before)
}
