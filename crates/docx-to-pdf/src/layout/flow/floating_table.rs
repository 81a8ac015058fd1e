//! Floating tables (`w:tblpPr`, ECMA-376 part 1, 17.4.57): text goes around them, and they go on on the next page where this one ends.

use std::rc::Rc;

use crate::document::model::{SectionStart, Table, TableFloat, VerticalBase};
use crate::layout::float::{Floats, Zone};
use crate::layout::flow::Flow;
use crate::layout::ink::Ink;
use crate::layout::stack::space_after;
use crate::layout::table::{Emitter, RowBox, TableBox, float_corner};
use crate::units::Pt;

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
    /// One that ends its section before a new page is laid out as any other (as LibreOffice's import has it).
    /// One as wide as the text keeps its place too, although nothing stands beside it (LibreOffice and Spire agree; measured).
    pub(super) fn floats(&self, table: &Table, last: bool) -> bool {
        let next = self.context.document.sections.get(self.section + 1);
        table.float.is_some() && !(last && next.is_some_and(|next| next.start == SectionStart::NextPage))
    }

    /// Whether a table that is not placed by the text would leave no room for the paragraph below it, in which it is anchored, on a page that holds text already: then both go to the next page, and what stands here stays (LibreOffice and Spire agree; measured).
    pub(super) fn fills_page(&self, table: &Table, laid: &TableBox) -> bool {
        let Some(float) = table.float.filter(|float| float.position.vertical.0 != VerticalBase::Paragraph && !self.at_top) else {
            return false;
        };
        let (x, y) = float_corner(&self.context, table, (laid.width, laid.height()), &self.bases(self.y));
        let mut floats = Floats::default();
        floats.add(Zone::around((x, y), (laid.width, laid.height()), float));
        let (left, width) = self.current();
        let beside = floats.slots((left, left + width), (self.y, self.y + LINE), (Pt::ZERO, Pt::ZERO, false));
        // One that is higher than a page gains nothing there: its rows are divided (LibreOffice and Spire agree; measured).
        let highest = self.drafts.last().map_or(Pt::ZERO, |draft| draft.text.height());
        beside.is_empty() && y + laid.height() + LINE > self.limit() && laid.height() <= highest
    }

    /// Draws a floating table at its place.
    ///
    /// LibreOffice 7.4 moves a table up that reaches over its page's end, and cuts it off where that does not help; here its rows go on on the next page, as in Word.
    /// Tells whether all of it stands on this page. `Err`: it reaches above what stands here already; the page is laid out again from that block, with its room kept.
    pub(super) fn floating_table(&mut self, table: &Table, laid: &TableBox) -> Result<bool, usize> {
        let Some(float) = table.float else { return Ok(true) };
        let height = laid.height();
        let above = self.previous.filter(|_| !self.at_top);
        let y = self.y + above.map_or(Pt::ZERO, |above| space_after(&above.props));
        let (x, y) = float_corner(&self.context, table, (laid.width, height), &self.bases(y));
        let (page, text) = self.drafts.last().map(|draft| (draft.page, draft.text)).unwrap_or_default();
        // It moves up rather than reach over the page's lower edge; one that is placed by the text only where not even its first row has room there (LibreOffice and Spire agree; measured).
        let by_text = float.position.vertical.0 == VerticalBase::Paragraph;
        let begins = laid.rows.first().is_none_or(|row| y + row.height <= page.bottom + SLACK);
        let y = if height > text.height() || by_text && begins { y } else { y.min(page.bottom - height) };
        let first = if y + height > page.bottom + SLACK { text.bottom - y } else { height };
        let (shares, cut) = shares(laid, first, text.height());
        if cut {
            self.context.unsupported("a row of a floating table higher than its page (cut off)");
        }
        let shares = Rc::new(shares);
        if let Some(share) = shares.first().filter(|share| share.height > Pt::ZERO) {
            let key = std::ptr::from_ref(table) as usize;
            let zone = Zone::around((x, y), (laid.width, share.height), float);
            let mut corner = (x, y);
            if let Some(kept) = self.known_float(key) {
                // It stays where it was when it pushed the text.
                corner = (x + kept.rect.left - zone.rect.left, y + kept.rect.top - zone.rect.top);
            } else {
                self.reserve(key, zone, self.y)?;
            }
            self.floating_share(share, corner);
        }
        let whole = shares.len() <= 1;
        if !whole {
            self.carried.push(Carried { x, width: laid.width, float, shares, next: 1 });
        }
        self.leave_filled();
        Ok(whole)
    }

    /// On a new page: what floating tables of the page before had no room for.
    pub(super) fn continue_floating_tables(&mut self) {
        let mut carried = std::mem::take(&mut self.carried);
        for table in &mut carried {
            if let Some(share) = table.shares.get(table.next).filter(|share| share.height > Pt::ZERO) {
                let corner = (table.x, self.column_top);
                self.floats.add(Zone::around(corner, (table.width, share.height), table.float));
                self.floating_share(share, corner);
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
        while self.floats.slots((left, left + width), (y, y + LINE), (Pt::ZERO, Pt::ZERO, false)).is_empty() {
            let Some(edge) = self.floats.next_edge(y) else { return };
            y = edge;
            if y + LINE > self.limit() {
                self.at_top = false;
                return;
            }
        }
    }

    fn floating_share(&mut self, share: &Share, (x, y): (Pt, Pt)) {
        let mut ink = share.ink.clone();
        ink.translate(x, y);
        self.ink().append(ink);
        let notes = self.new_notes(&share.notes);
        self.place_notes(notes, self.y.max(y + share.height));
    }
}

/// Deals a table's rows out to pages: `first` is the room on the first one, `page` that on all others. Rows are divided as those of other tables are (LibreOffice and Spire agree; measured).
/// Tells, too, whether a row had to be cut off at its page's end.
fn shares(laid: &TableBox, first: Pt, page: Pt) -> (Vec<Share>, bool) {
    let mut emitter = Emitter::new(laid);
    let (mut shares, mut cut) = (Vec::new(), false);
    let (mut ink, mut notes, mut y, mut room) = (Ink::default(), Vec::new(), Pt::ZERO, first);
    let (mut index, mut rest): (usize, Option<RowBox>) = (0, None);
    while let Some(whole) = laid.rows.get(index) {
        let row = rest.as_ref().unwrap_or(whole);
        let starts = rest.is_none();
        // Nothing stands on this page yet, and the next one has no more room.
        let fresh = y <= Pt::ZERO && (room >= page || !shares.is_empty());
        let fits = y + row.height <= room + SLACK;
        let divided = if !fits && room > y && (row.can_split || fresh) { row.split(room - y, fresh) } else { None };
        let Some((upper, mut lower)) = divided else {
            if fits || fresh {
                cut |= !fits;
                ink.append(emitter.part(row, index, y, starts, true));
                notes.extend(row.notes());
                y += row.height;
                (index, rest) = (index + 1, None);
                continue;
            }
            if let Some(above) = index.checked_sub(1).and_then(|above| laid.rows.get(above)).filter(|_| y > Pt::ZERO) {
                ink.append(Emitter::closing(above, y - above.height));
            }
            ink.append(emitter.page_break(y));
            emitter.goes_on_at(Pt::ZERO);
            shares.push(Share { ink: std::mem::take(&mut ink), height: y, notes: std::mem::take(&mut notes) });
            (y, room) = (Pt::ZERO, page);
            continue;
        };
        ink.append(emitter.part(&upper, index, y, starts, false));
        ink.append(Emitter::closing(&upper, y));
        notes.extend(upper.notes());
        y += upper.height;
        ink.append(emitter.page_break(y));
        emitter.goes_on_at(Pt::ZERO);
        shares.push(Share { ink: std::mem::take(&mut ink), height: y, notes: std::mem::take(&mut notes) });
        (y, room) = (Pt::ZERO, page);
        lower.hold_merged(emitter.needed(index));
        rest = Some(lower);
    }
    shares.push(Share { ink, height: y, notes });
    (shares, cut)
}
