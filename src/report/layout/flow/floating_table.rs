//! Floating tables (`w:tblpPr`, ECMA-376 part 1, 17.4.57): text goes around them, and they go on on the next page where this one ends.

use std::rc::Rc;

use crate::report::document::model::{HorizontalBase, Offset, SectionStart, Table, TableFloat, WrapSide};
use crate::report::layout::context::twips;
use crate::report::layout::float::Zone;
use crate::report::layout::flow::Flow;
use crate::report::layout::ink::{Ink, Rect};
use crate::report::layout::stack::space_after;
use crate::report::layout::table::{Emitter, TableBox, text_inset};
use crate::report::units::Pt;

/// A table that leaves less room beside it stands in the text (LibreOffice's import, `FloatingTableConversion`: 4.69 mm; measured).
const LEAST_ROOM: Pt = Pt(13.3);
/// Less room than this holds no line.
const LINE: Pt = Pt(10.0);
/// Slack against rounding at a page's end.
const SLACK: Pt = Pt(0.06);

/// What of a floating table comes on the next pages.
#[derive(Clone)]
pub(super) struct Carried {
    /// Its left edge.
    x: Pt,
    width: Pt,
    float: TableFloat,
    /// What stands on each page.
    shares: Rc<Vec<Share>>,
    /// The share of the next page.
    next: usize,
}

/// The rows of a floating table on one page, from 0 down.
struct Share {
    ink: Ink,
    height: Pt,
    notes: Vec<i32>,
}

impl Flow<'_> {
    /// Whether a table with a position of its own floats here.
    ///
    /// One nearly as wide as the text would have nothing beside it and is laid out as any other, unless it is placed by the page or stands in columns; so is one that ends its section before a new page (as LibreOffice's import has it).
    pub(super) fn floats(&self, table: &Table, laid: &TableBox, last: bool) -> bool {
        let Some(float) = table.float else { return false };
        let next = self.context.document.sections.get(self.section + 1);
        if last && next.is_some_and(|next| next.start == SectionStart::NextPage) {
            return false;
        }
        let beside = laid.width + twips(float.space[1]) + twips(float.space[3]) + LEAST_ROOM;
        beside < self.current().1 || float.position.horizontal.0 == HorizontalBase::Page || self.columns.len() > 1
    }

    /// Draws a floating table at its place. Its text, not its edge, stands at a given distance (measured on LibreOffice 7.4).
    ///
    /// LibreOffice 7.4 moves a table up that reaches over its page's end, and cuts it off where that does not help; here its rows go on on the next page, as in Word.
    pub(super) fn floating_table(&mut self, table: &Table, laid: &TableBox) {
        let Some(float) = table.float else { return };
        let height = laid.height();
        let y = self.y + self.previous.map_or(Pt::ZERO, |above| space_after(&above.props));
        let (mut x, y) = self.bases(y).place(float.position, laid.width, height);
        if matches!(float.position.horizontal.1, Offset::By(_)) {
            x -= text_inset(table);
        }
        let (page, text) = self.drafts.last().map(|draft| (draft.page, draft.text)).unwrap_or_default();
        let first = if y + height > page.bottom + SLACK { text.bottom - y } else { height };
        if first < height && laid.rows.iter().any(|row| row.height > text.height() + SLACK) {
            self.context.unsupported("a row of a floating table higher than its page (cut off)");
        }
        let shares = Rc::new(shares(laid, first, text.height()));
        if let Some(share) = shares.first() {
            self.floating_share(share, (x, y), laid.width, float);
        }
        if shares.len() > 1 {
            self.carried.push(Carried { x, width: laid.width, float, shares, next: 1 });
        }
        self.leave_filled();
    }

    /// On a new page: what floating tables of the page before had no room for.
    pub(super) fn continue_floating_tables(&mut self) {
        let mut carried = std::mem::take(&mut self.carried);
        for table in &mut carried {
            if let Some(share) = table.shares.get(table.next) {
                self.floating_share(share, (table.x, self.column_top), table.width, table.float);
            }
            table.next += 1;
        }
        let any = !carried.is_empty();
        carried.retain(|table| table.next < table.shares.len());
        self.carried = carried;
        if any {
            self.leave_filled();
        }
    }

    /// Where floating tables leave no room for a line, text goes on to the next page; that ends, for each page takes a share of them.
    fn leave_filled(&mut self) {
        let (left, width) = self.current();
        let mut y = self.y;
        while self.floats.slots((left, left + width), (y, y + LINE), false).is_empty() {
            let Some(edge) = self.floats.next_edge(y) else { return };
            y = edge;
            if y + LINE > self.limit() {
                self.at_top = false;
                return;
            }
        }
    }

    fn floating_share(&mut self, share: &Share, (x, y): (Pt, Pt), width: Pt, float: TableFloat) {
        if share.height <= Pt::ZERO {
            return;
        }
        let mut ink = share.ink.clone();
        ink.translate(x, y);
        self.ink().append(ink);
        let notes = self.new_notes(&share.notes);
        self.place_notes(notes, self.y.max(y + share.height));
        let [top, right, bottom, left] = float.space.map(twips);
        let rect = Rect::new(x - left, y - top, x + width + right, y + share.height + bottom);
        self.floats.add(Zone { rect, side: Some(WrapSide::Both), below: bottom, passed: false });
    }
}

/// Deals a table's rows out to pages: `first` is the room on the first one, `page` that on all others.
fn shares(laid: &TableBox, first: Pt, page: Pt) -> Vec<Share> {
    let mut emitter = Emitter::new(laid);
    let mut shares = Vec::new();
    let (mut ink, mut notes, mut y, mut room) = (Ink::default(), Vec::new(), Pt::ZERO, first);
    for (index, row) in laid.rows.iter().enumerate() {
        // A row higher than a page stands alone on one and is cut off at its end.
        if y + row.height > room + SLACK && (y > Pt::ZERO || shares.is_empty() && room < page) {
            if let Some(above) = index.checked_sub(1).and_then(|above| laid.rows.get(above)).filter(|_| y > Pt::ZERO) {
                ink.append(Emitter::closing(above, y - above.height));
            }
            ink.append(emitter.page_break(y));
            emitter.goes_on_at(Pt::ZERO);
            shares.push(Share { ink: std::mem::take(&mut ink), height: y, notes: std::mem::take(&mut notes) });
            (y, room) = (Pt::ZERO, page);
        }
        ink.append(emitter.row(index, y));
        notes.extend(row.notes());
        y += row.height;
    }
    shares.push(Share { ink, height: y, notes });
    shares
}
