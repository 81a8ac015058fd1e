//! Floating objects: where they stand, and the room they leave for text.

use std::rc::Rc;

use crate::document::model::{Drawing, FloatPosition, HorizontalBase, Offset, Placement, TableFloat, VerticalBase, WrapSide};
use crate::layout::ink::Rect;
use crate::layout::length::{emu, twips};
use crate::units::Pt;

/// Stretches narrower than this beside a float stay empty.
const NARROWEST: Pt = Pt(15.0);

impl Zone {
    /// The room of a floating table of this size.
    pub(super) fn around((x, y): (Pt, Pt), (width, height): (Pt, Pt), float: TableFloat) -> Self {
        let [top, right, bottom, left] = float.space.map(twips);
        let rect = Rect::new(x - left, y - top, x + width + right, y + height + bottom);
        Self { rect, side: Some(WrapSide::Both), rim: Pt::ZERO, below: bottom, outline: None, tight: false, table: true }
    }

    /// The same area elsewhere.
    pub(super) fn moved(self, dx: Pt, dy: Pt) -> Self {
        let Rect { left, top, right, bottom } = self.rect;
        Self { rect: Rect::new(left + dx, top + dy, right + dx, bottom + dy), ..self }
    }

    /// What of the area a line between these heights meets, from left to right.
    fn spans(&self, top: Pt, bottom: Pt) -> Vec<Rect> {
        let Some(outline) = &self.outline else { return vec![self.rect] };
        let spans = outline.spans((top - self.rect.top).0, (bottom - self.rect.top).0);
        let across = |(left, right): (f32, f32)| Rect { left: self.rect.left + Pt(left), right: self.rect.left + Pt(right), ..self.rect };
        spans.into_iter().map(across).collect()
    }
}

/// Areas text keeps out of, in the coordinates of their column or page.
#[derive(Debug, Clone, Default)]
pub(super) struct Floats {
    zones: Vec<Zone>,
    /// So many of the first are of the page's header and footer.
    running: usize,
}

/// One such area, with the space kept around it.
#[derive(Debug, Clone)]
pub(super) struct Zone {
    /// The area.
    pub rect: Rect,
    /// Where text may stand beside it; `None` = nowhere (above and below only).
    pub side: Option<WrapSide>,
    /// How far a line around it reaches up: the space below a paragraph may.
    pub rim: Pt,
    /// How much of the area is space kept below: it does not make a cell higher.
    pub below: Pt,
    /// What of the rectangle is really taken; `None` = all.
    pub outline: Option<Rc<Outline>>,
    /// Text goes around it tightly, whether or not it has an outline.
    pub tight: bool,
    /// It is a table's.
    pub table: bool,
}

/// The outline of a float (Word, LibreOffice and Spire agree for pictures; measured): what a line meets anywhere between its top and its bottom is taken, and the space kept around is added to that.
#[derive(Debug)]
pub(super) struct Outline {
    /// Corners, from the left top corner of the zone's rectangle.
    points: Vec<(f32, f32)>,
    /// Space kept at the left, above, at the right, below.
    space: [f32; 4],
    /// Text stands in hollows, too.
    hollows: bool,
}

impl Outline {
    /// The zone's rectangle and its outline: corners in the page's coordinates, with the space kept around.
    pub(super) fn around(points: &[(Pt, Pt)], space: [Pt; 4], hollows: bool) -> (Rect, Self) {
        let fold = |of: fn(&(Pt, Pt)) -> Pt, by: fn(Pt, Pt) -> Pt| points.iter().map(of).reduce(by).unwrap_or(Pt::ZERO);
        let [left, top, right, bottom] = space;
        let rect = Rect::new(
            fold(|point| point.0, Pt::min) - left,
            fold(|point| point.1, Pt::min) - top,
            fold(|point| point.0, Pt::max) + right,
            fold(|point| point.1, Pt::max) + bottom,
        );
        let points = points.iter().map(|(x, y)| ((*x - rect.left).0, (*y - rect.top).0)).collect();
        (rect, Self { points, space: space.map(|space| space.0), hollows })
    }

    fn edges(&self) -> impl Iterator<Item = ((f32, f32), (f32, f32))> {
        self.points.iter().copied().zip(self.points.iter().copied().cycle().skip(1))
    }

    /// What is taken between two heights, from left to right, none touching another.
    fn spans(&self, top: f32, bottom: f32) -> Vec<(f32, f32)> {
        let [left, above, right, below] = self.space;
        let (top, bottom) = (top - below, bottom + above);
        // Nothing but corners and crossings lies outermost between two heights; of hollows, what they hold at every height there counts as free.
        let mut heights = vec![top + SLIGHTLY, bottom - SLIGHTLY];
        if self.hollows {
            let corners = self.points.iter().flat_map(|(_, y)| [y - SLIGHTLY, y + SLIGHTLY]);
            heights.extend(corners.filter(|y| *y > top && *y < bottom));
            heights.sort_by(f32::total_cmp);
            heights.dedup_by(|a, b| (*a - *b).abs() < SLIGHTLY / 2.0);
            heights = heights.iter().copied().step_by(heights.len().div_ceil(MOST_HEIGHTS).max(1)).collect();
        }
        let mut spans: Vec<(f32, f32)> = heights.iter().flat_map(|y| self.inside(*y)).collect();
        if !self.hollows {
            spans.extend(self.points.iter().filter(|(_, y)| *y > top && *y < bottom).map(|(x, _)| (*x, *x)));
            let whole = spans.iter().copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            spans = whole.into_iter().collect();
        }
        let mut widened: Vec<(f32, f32)> = spans.into_iter().map(|(start, end)| (start - left, end + right)).collect();
        widened.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut joined: Vec<(f32, f32)> = Vec::with_capacity(widened.len());
        for (start, end) in widened {
            match joined.last_mut() {
                Some(last) if start <= last.1 => last.1 = last.1.max(end),
                _ => joined.push((start, end)),
            }
        }
        joined
    }

    /// What lies inside at one height (even and odd crossings).
    fn inside(&self, y: f32) -> Vec<(f32, f32)> {
        let crossing = |((x, from), (next_x, to)): ((f32, f32), (f32, f32))| {
            let crosses = (from <= y) != (to <= y);
            crosses.then(|| x + (next_x - x) * (y - from) / (to - from))
        };
        let mut crossings: Vec<f32> = self.edges().filter_map(crossing).collect();
        crossings.sort_by(f32::total_cmp);
        crossings.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    }

    /// The next height of a corner below `y`.
    fn next_corner(&self, y: f32) -> Option<f32> {
        self.points.iter().map(|(_, corner)| corner + self.space[3]).filter(|corner| *corner > y + 0.01).min_by(f32::total_cmp)
    }
}

/// Heights are looked at so far beside a corner.
const SLIGHTLY: f32 = 0.02;
/// An outline is looked at at most at so many heights for one line.
const MOST_HEIGHTS: usize = 8;
/// So many floats of a page are gone around by their outlines, further ones by their rectangles.
const MOST_OUTLINES: usize = 24;

/// Text keeps out of no more floats on one page or in one cell; what comes behind them it runs through.
const MOST_ZONES: usize = 500;

/// A line or row is pushed aside by no more floats than this, one behind the other: each looks at all of them.
const MOST_PUSHES: usize = 24;

impl Floats {
    /// What floats in a page's header and footer.
    pub(super) fn of_running_parts(zones: impl IntoIterator<Item = Zone>) -> Self {
        let mut floats = Self::default();
        for zone in zones {
            floats.add(zone);
        }
        floats.running = floats.len();
        floats
    }

    /// Text keeps out of this from now on.
    pub(super) fn add(&mut self, mut zone: Zone) {
        // A page or cell with so many is no text any more: each line would look at all of them.
        if self.zones.len() >= MOST_ZONES {
            return;
        }
        if zone.outline.is_some() && self.zones.iter().filter(|zone| zone.outline.is_some()).count() >= MOST_OUTLINES {
            zone.outline = None;
        }
        self.zones.push(zone);
    }

    /// The areas.
    pub(super) fn into_zones(self) -> Vec<Zone> {
        self.zones
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.zones.len()
    }

    /// There are none.
    pub(super) fn is_empty(&self) -> bool {
        self.zones.is_empty()
    }

    /// Forgets the later ones.
    pub(super) fn truncate(&mut self, length: usize) {
        self.zones.truncate(length);
    }

    /// Whether any reaches into this row; one that text goes around tightly only above `tight`, where that is given.
    pub(super) fn touch_row(&self, row: Rect, tight: Option<Pt>) -> bool {
        let reaches = |zone: &Zone| {
            let bottom = tight.filter(|_| zone.tight).unwrap_or(row.bottom);
            overlaps(zone.rect, Rect { bottom, ..row })
        };
        self.zones.iter().any(reaches)
    }

    /// The bottom of everything that reaches below `y`, without the space kept below it.
    pub(super) fn bottom(&self, y: Pt) -> Pt {
        self.zones.iter().map(|zone| zone.rect.bottom - zone.below).fold(y, Pt::max)
    }

    /// The stretches of `left..right` that are free between two heights, from left to right.
    ///
    /// Text stands in none narrower than [`NARROWEST`], an empty line only beside tables (LibreOffice and Spire agree; measured): beside other floats it stands in any (LibreOffice).
    /// What text goes around tightly is met by the text itself, not by the `lead` that a line has above it or the `tail` below.
    pub(super) fn slots(&self, (left, right): (Pt, Pt), (top, bottom): (Pt, Pt), (lead, tail, empty): (Pt, Pt, bool)) -> Vec<(Pt, Pt)> {
        let line = |zone: &Zone| {
            let (top, bottom) = if zone.tight { (top + lead, bottom - tail) } else { (top, bottom - zone.rim.min(tail)) };
            Rect::new(left, top, right, bottom.max(top + Pt(0.1)))
        };
        let mut free = vec![(left, right)];
        let mut by_table = false;
        for zone in self.zones.iter().filter(|zone| overlaps(zone.rect, line(zone))) {
            let Some(side) = zone.side else { return Vec::new() };
            by_table |= zone.table;
            let line = line(zone);
            for span in zone.spans(line.top, line.bottom) {
                free = free.into_iter().flat_map(|slot| cut(slot, span, side)).collect();
            }
        }
        if self.zones.is_empty() {
            return free;
        }
        let whole = right - left;
        let least = if empty && !by_table { Pt(0.05) } else { NARROWEST };
        free.retain(|(start, end)| *end - *start >= least.min(whole));
        free
    }

    /// How far the beginning of a line or row is pushed by what stands at its left, whatever outline text goes around; headers and footers push nothing (LibreOffice and Spire agree; measured).
    ///
    /// Rows stand beside what text only stands above and below of, too (Spire; LibreOffice agrees on the height); a `tight` end is that of what is met tightly.
    pub(super) fn push(&self, line: Rect, tight: Option<Pt>, is_row: bool) -> Pt {
        let mut start = line.left;
        let zones = self.zones.get(self.running..).unwrap_or_default();
        for _ in 0..zones.len().min(MOST_PUSHES) {
            let pushes = |zone: &&Zone| {
                let bottom = tight.filter(|_| zone.tight).unwrap_or(line.bottom).max(line.top + Pt(0.1));
                (is_row || zone.side.is_some())
                    && zone.rect.left < start + NARROWEST
                    && overlaps(zone.rect, Rect { left: start, bottom, ..line })
            };
            match zones.iter().find(pushes) {
                Some(zone) => start = zone.rect.right,
                None => break,
            }
        }
        start - line.left
    }

    /// The next height below `y` where a stretch becomes free.
    pub(super) fn next_edge(&self, y: Pt) -> Option<Pt> {
        let edge = |zone: &Zone| {
            let corner = zone.outline.as_ref().and_then(|outline| outline.next_corner((y - zone.rect.top).0));
            corner.map_or(zone.rect.bottom, |corner| zone.rect.top + Pt(corner))
        };
        self.zones.iter().map(edge).filter(|bottom| *bottom > y + Pt(0.01)).min_by(|a, b| a.0.total_cmp(&b.0))
    }
}

fn overlaps(a: Rect, b: Rect) -> bool {
    // A twip counts: what Word places at y = 1 ends a twip below the lines that it is as high as, and one more line stands beside it (LibreOffice and Spire agree; measured).
    let slack = Pt(0.02);
    a.left + slack < b.right && b.left + slack < a.right && a.top + slack < b.bottom && b.top + slack < a.bottom
}

/// What a zone leaves of a stretch.
fn cut((start, end): (Pt, Pt), zone: Rect, side: WrapSide) -> Vec<(Pt, Pt)> {
    if zone.right <= start || zone.left >= end {
        return vec![(start, end)];
    }
    let before = (start, zone.left);
    let after = (zone.right, end);
    let room = |slot: (Pt, Pt)| slot.1 - slot.0;
    match side {
        WrapSide::Both => [before, after].into_iter().filter(|slot| room(*slot) > Pt::ZERO).collect(),
        WrapSide::Left => vec![before],
        WrapSide::Right => vec![after],
        WrapSide::Largest => vec![if room(before) >= room(after) { before } else { after }],
    }
}

/// What positions count from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bases {
    /// The page.
    pub page: Rect,
    /// The text area between the margins.
    pub margin: Rect,
    /// The column or cell.
    pub column: Rect,
    /// Top of the anchor's paragraph.
    pub paragraph: Pt,
    /// Top of the anchor's line.
    pub line: Pt,
    /// The anchor's place on the line.
    pub character: Pt,
    /// How far earlier floats push the beginning of the paragraph's first line: the column begins behind them, up to Word 2010.
    pub beside: Pt,
    /// The page is a right-hand page (odd): inside is left.
    pub odd: bool,
    /// Everything counts from the column: the anchor stands in a cell.
    pub in_cell: bool,
    /// The anchor stands in a header or footer, outside of text boxes.
    pub running: bool,
    /// The margins of the cell around the column: top, right, bottom, left.
    pub cell_margins: [Pt; 4],
}

/// Whether a drawing floats and counts from its column.
pub(super) fn counts_from_column(drawing: &Drawing) -> bool {
    matches!(&drawing.placement, Placement::Anchor(anchor) if anchor.position.horizontal.0 == HorizontalBase::Column)
}

/// Whether a float stands by its anchor's line, or by its place on that.
pub(super) fn hangs_on_its_line(drawing: &Drawing) -> bool {
    match &drawing.placement {
        Placement::Anchor(anchor) => {
            anchor.position.horizontal.0 == HorizontalBase::Character || anchor.position.vertical.0 == VerticalBase::Line
        }
        Placement::Inline => false,
    }
}

/// Where a paragraph's floats are anchored is worked out anew for so many of them, as each moves the text of the next; of more it is worked out once.
pub(super) const MOST_ON_LINES: usize = 8;

impl Bases {
    /// Where a column of its own is all there is: in a note, or in an inline drawing.
    pub(super) fn alone(column: Rect) -> Self {
        Self {
            page: column,
            margin: column,
            column,
            paragraph: Pt::ZERO,
            line: Pt::ZERO,
            character: column.left,
            beside: Pt::ZERO,
            odd: true,
            in_cell: true,
            running: false,
            cell_margins: [Pt::ZERO; 4],
        }
    }

    /// The left top corner of an object so wide that stays in its cell: below the cell's top and between its edges, whatever space is kept around it (measured on LibreOffice 7.4).
    pub(super) fn inside(&self, (x, y): (Pt, Pt), width: Pt) -> (Pt, Pt) {
        let [top, right, _, left] = self.cell_margins;
        (x.min(self.column.right + right - width).max(self.column.left - left), y.max(self.column.top - top))
    }

    /// The left top corner of an object that text goes around: one that counts from the text does not leave its page (Spire; of pictures LibreOffice agrees, and keeps others there, too).
    pub(super) fn on_page(&self, (x, y): (Pt, Pt), position: FloatPosition, (width, height): (Pt, Pt)) -> (Pt, Pt) {
        let by_text = position.horizontal.0 == HorizontalBase::Column || position.vertical.0 == VerticalBase::Paragraph;
        let by_line = by_text || position.vertical.0 == VerticalBase::Line;
        let page = self.page;
        (
            if by_text { x.min(page.right - width).max(page.left) } else { x },
            // One in a footer may reach over the page's lower edge (Spire; of shapes LibreOffice agrees).
            match (by_line, self.paragraph < self.margin.bottom) {
                (true, true) => y.min(page.bottom - height).max(page.top),
                (true, false) => y.max(page.top),
                (false, _) => y,
            },
        )
    }

    /// The left top corner of an object of this size.
    pub(super) fn place(&self, position: FloatPosition, width: Pt, height: Pt) -> (Pt, Pt) {
        (self.horizontal(position.horizontal, width), self.vertical(position.vertical, height))
    }

    fn horizontal(&self, (base, offset): (HorizontalBase, Offset), width: Pt) -> Pt {
        let (start, end) = self.span(base);
        match offset {
            Offset::By(distance) => start + emu(distance),
            Offset::Start => start,
            Offset::Center => (start + end - width) / 2.0,
            Offset::End => end - width,
            Offset::Inside => {
                if self.odd {
                    start
                } else {
                    end - width
                }
            }
            Offset::Outside => {
                if self.odd {
                    end - width
                } else {
                    start
                }
            }
        }
    }

    /// The width that a drawing's share counts from (MS-ODRAWXML 2.7.1.6); in a cell, too, that of the page or its margins.
    pub(super) fn breadth(&self, base: HorizontalBase) -> Pt {
        let (start, end) = match base {
            HorizontalBase::Column | HorizontalBase::Character => (self.margin.left, self.margin.right),
            base => Self { in_cell: false, ..*self }.span(base),
        };
        end - start
    }

    /// The height that a drawing's share counts from (MS-ODRAWXML 2.7.1.7).
    pub(super) fn height(&self, base: VerticalBase) -> Pt {
        match base {
            VerticalBase::Page => self.page.height(),
            VerticalBase::TopMargin | VerticalBase::InsideMargin => self.margin.top - self.page.top,
            VerticalBase::BottomMargin | VerticalBase::OutsideMargin => self.page.bottom - self.margin.bottom,
            _ => self.margin.height(),
        }
    }

    fn span(&self, base: HorizontalBase) -> (Pt, Pt) {
        let left_area = (self.page.left, self.margin.left);
        let right_area = (self.margin.right, self.page.right);
        match base {
            HorizontalBase::Character => (self.character, self.character),
            _ if self.in_cell => self.span_in_cell(base),
            HorizontalBase::Margin => (self.margin.left, self.margin.right),
            HorizontalBase::Page => (self.page.left, self.page.right),
            HorizontalBase::Column => (self.column.left, self.column.right),
            HorizontalBase::LeftMargin => left_area,
            HorizontalBase::RightMargin => right_area,
            HorizontalBase::InsideMargin => {
                if self.odd {
                    left_area
                } else {
                    right_area
                }
            }
            HorizontalBase::OutsideMargin => {
                if self.odd {
                    right_area
                } else {
                    left_area
                }
            }
        }
    }

    /// In a cell, the page is the cell and its margins are the cell's (Spire; LibreOffice agrees for pictures that count from the page, and where text goes around for those that count from the left margin; measured).
    fn span_in_cell(&self, base: HorizontalBase) -> (Pt, Pt) {
        let Rect { left, right, .. } = self.column;
        let [_, right_margin, _, left_margin] = self.cell_margins;
        match base {
            HorizontalBase::Page => (left - left_margin, right + right_margin),
            HorizontalBase::LeftMargin => (left - left_margin, left),
            HorizontalBase::RightMargin => (right, right + right_margin),
            _ => (left, right),
        }
    }

    fn vertical(&self, (base, offset): (VerticalBase, Offset), height: Pt) -> Pt {
        let by_top = |top: Pt| match offset {
            Offset::By(distance) => top + emu(distance),
            _ => top,
        };
        let (start, end) = match base {
            // A paragraph's height is not asked for (Spire; LibreOffice does).
            VerticalBase::Paragraph => return by_top(self.paragraph),
            // What is aligned with a line stands below its top, above it, or has its middle there (LibreOffice and Spire agree; measured).
            VerticalBase::Line => (self.line, self.line),
            // The cell's height follows from what is in it: all that is aligned stands at its top (Spire).
            _ if self.in_cell => return by_top(self.column.top),
            VerticalBase::Margin => (self.margin.top, self.margin.bottom),
            VerticalBase::Page => (self.page.top, self.page.bottom),
            VerticalBase::TopMargin | VerticalBase::InsideMargin => (self.page.top, self.margin.top),
            VerticalBase::BottomMargin | VerticalBase::OutsideMargin => (self.margin.bottom, self.page.bottom),
        };
        match offset {
            Offset::By(distance) => start + emu(distance),
            Offset::Start | Offset::Inside => start,
            Offset::Center => (start + end - height) / 2.0,
            Offset::End | Offset::Outside => end - height,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(left: f32, top: f32, right: f32, bottom: f32, side: Option<WrapSide>) -> Zone {
        Zone {
            rect: Rect::new(Pt(left), Pt(top), Pt(right), Pt(bottom)),
            side,
            rim: Pt(0.0),
            below: Pt(0.0),
            outline: None,
            tight: false,
            table: false,
        }
    }

    #[test]
    fn text_stands_on_both_sides_of_a_square_float() {
        let mut floats = Floats::default();
        floats.add(zone(100.0, 10.0, 200.0, 60.0, Some(WrapSide::Both)));
        assert_eq!(
            floats.slots((Pt(0.0), Pt(400.0)), (Pt(20.0), Pt(32.0)), (Pt::ZERO, Pt::ZERO, false)),
            vec![(Pt(0.0), Pt(100.0)), (Pt(200.0), Pt(400.0))]
        );
        assert_eq!(floats.slots((Pt(0.0), Pt(400.0)), (Pt(60.0), Pt(72.0)), (Pt::ZERO, Pt::ZERO, false)), vec![(Pt(0.0), Pt(400.0))]);
    }

    #[test]
    fn a_top_and_bottom_float_leaves_no_room_beside_it() {
        let mut floats = Floats::default();
        floats.add(zone(100.0, 10.0, 200.0, 60.0, None));
        assert!(floats.slots((Pt(0.0), Pt(400.0)), (Pt(5.0), Pt(17.0)), (Pt::ZERO, Pt::ZERO, false)).is_empty());
        assert_eq!(floats.next_edge(Pt(5.0)), Some(Pt(60.0)));
    }
}
