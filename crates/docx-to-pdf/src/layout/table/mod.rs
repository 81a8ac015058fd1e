//! Tables: widths first, then cells, row heights, borders; rows are drawn one by one as pages take them.

mod borders;
mod by_rows;
mod emit;
mod grid;
mod purpose;
mod row;
mod spaced;
#[cfg(all(test, feature = "bundled-fonts"))]
mod tests;

use std::collections::HashMap;

use crate::document::model::{
    Align, Block, Cell, HorizontalBase, Inline, Offset, Row, RowHeight, Table, TableFloat, TextDirection, VerticalMerge,
};
use crate::layout::context::{Context, DEEPEST};
use crate::layout::float::Bases;
use crate::layout::frame::{NodeId, Role};
use crate::layout::ink::Rect;
use crate::layout::length::twips;
use crate::layout::stack::{Column, Stacked, Story, natural_width, pile};
use crate::units::Pt;

pub(super) use emit::Emitter;
pub(super) use row::{CellBox, RowBox};

/// Turned text makes a row at most so high by itself.
const LONGEST_TURNED: Pt = Pt(150.0);

/// A table with every row measured.
#[derive(Debug)]
pub(super) struct TableBox {
    /// Its left edge in the column.
    pub x: Pt,
    /// Its width.
    pub width: Pt,
    /// Its rows.
    pub rows: Vec<RowBox>,
    /// How many rows at its start are repeated on every page.
    pub header_rows: usize,
    /// The share by which it moves where its column begins further right: all of it, half where it is centred, nothing at the right.
    pub moves: f32,
}

impl TableBox {
    /// Its height on one page.
    pub(in crate::layout) fn height(&self) -> Pt {
        self.rows.iter().map(|row| row.height).sum()
    }
}

/// No cell says that it spans more columns.
const MOST_COLUMNS: usize = 1000;

/// Lays a table out in a column of this width; `nested`: in a cell of another one.
pub(super) fn lay<'a>(context: &mut Context<'a>, table: &'a Table, available: Pt, bases: Bases, nested: bool) -> TableBox {
    let rows: Vec<&'a Row> = table.rows.iter().filter(|row| !row.hidden).collect();
    let lays_out = purpose::only_lays_out(table, &rows);
    let role = if lays_out { Role::Division } else { Role::Table };
    let node = if context.depth < DEEPEST { context.structure.add(role) } else { None };
    if let (Some(node), Some(description)) = (node, &table.description)
        && let Some(element) = context.structure.node(node)
    {
        element.alt = Some(description.clone());
    }
    let outer = context.structure.enter(node);
    let columns = grid::columns(table, available);
    let spacing = spaced::Spacing::of(context, table, &columns);
    let x = grid::offset(context, table, spacing.total(&columns), available, nested) - spacing.out(context, table, nested);
    let header_rows = rows.iter().take_while(|row| row.header).count();
    let ends = rows.iter().map(|row| row_end(row));
    let most = ends.max().unwrap_or(0);
    let mut boxes = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let place = if lays_out {
            Place::Division(node)
        } else {
            Place::Row { node: context.structure.add_below(Role::Row, node), header: index < header_rows }
        };
        // A row that begins later or ends sooner than others has empty cells there in the structure: its table stays regular (ISO 14289-1, 7.5).
        place.empty_cell(context, row.skip_before as usize);
        let mut cells = cells(context, table, row, (&columns, spacing), place, bases);
        place.empty_cell(context, most - row_end(row));
        let others = turned_height(context, row, &cells, bases);
        for cell in cells.iter_mut().filter(|cell| cell.direction != TextDirection::Horizontal) {
            cell.content_height = others;
        }
        boxes.push(RowBox {
            cells,
            height: Pt::ZERO,
            least: Pt::ZERO,
            border_top: Pt::ZERO,
            border_bottom: Pt::ZERO,
            below: Pt::ZERO,
            gaps: (Pt::ZERO, Pt::ZERO),
            can_split: !row.cant_split,
            keep_next: keeps_next(row),
            exact: matches!(row.height, RowHeight::Exact(_)),
            lines: Vec::new(),
        });
    }
    context.structure.leave(outer);
    merge(&mut boxes, &rows);
    if !lays_out {
        tag_merged(context, &boxes);
    }
    if spacing.is_none() {
        borders::resolve(table, &rows, &mut boxes, &columns);
    } else {
        spaced::resolve(table, &rows, &mut boxes, (spacing, spacing.total(&columns)));
    }
    heights(&mut boxes, &rows, spacing);
    if boxes.iter().any(RowBox::cuts_text) {
        context.warn("text that does not fit a table row of exact height is cut off at the row's edge; let the row be higher");
    }
    turn(context, &mut boxes, &rows, bases);
    if table.rtl {
        mirror(&mut boxes, spacing.total(&columns));
    }
    let header_rows = if header_rows < boxes.len() { header_rows } else { 0 };
    if header_rows == 0 && !bases.in_cell && rows.iter().all(|row| row.header) {
        stand_together(&mut boxes);
    }
    let moves = match table.align {
        Align::Center => 0.5,
        Align::Right => 0.0,
        _ => 1.0,
    };
    TableBox { x, width: spacing.total(&columns), rows: boxes, header_rows, moves }
}

/// Header rows with nothing below them are not repeated, but neither divided nor parted, as others are not (LibreOffice and Spire agree; measured).
fn stand_together(rows: &mut [RowBox]) {
    let last = rows.len().saturating_sub(1);
    for (index, row) in rows.iter_mut().enumerate() {
        row.can_split = false;
        row.keep_next |= index < last;
    }
}

/// The left top corner of a floating table. Before mode 15 its text, not its edge, stands at a given distance and where it is aligned to the left, as with other tables; aligned to the right the text of its last column does in every mode (Spire; LibreOffice 7.4 places the text in every mode, and keeps the space to the text where a table is aligned).
pub(super) fn float_corner(context: &Context<'_>, table: &Table, (width, height): (Pt, Pt), bases: &Bases) -> (Pt, Pt) {
    let Some(TableFloat { position, .. }) = table.float else { return (Pt::ZERO, Pt::ZERO) };
    let (x, y) = bases.place(position, width, height);
    let older = context.document.settings.compatibility_mode < 15;
    let (base, offset) = position.horizontal;
    let out = match offset {
        Offset::By(_) if older => -grid::text_inset(table),
        // In a cell the edges are aligned, and with the page nothing is to leave that.
        _ if bases.in_cell => Pt::ZERO,
        Offset::Start | Offset::End if base == HorizontalBase::Page => Pt::ZERO,
        Offset::End => grid::last_inset(table),
        Offset::Start | Offset::Inside | Offset::Outside if older => -grid::text_inset(table),
        _ => Pt::ZERO,
    };
    if bases.in_cell {
        return (x + out, y);
    }
    // It does not leave the page to the left (LibreOffice and Spire agree; measured): before mode 15 its text does not (Spire).
    let margin = if older { grid::left_margin(table) } else { Pt::ZERO };
    let x = (x + out).max(bases.page.left - margin);
    (x, y)
}

/// Where the content of cells goes in the structure.
#[derive(Debug, Clone, Copy)]
enum Place {
    /// Into cells of a row.
    Row { node: Option<NodeId>, header: bool },
    /// Straight into the element of a table that only lays out.
    Division(Option<NodeId>),
}

impl Place {
    fn empty_cell(self, context: &mut Context<'_>, columns: usize) {
        let columns = columns.min(MOST_COLUMNS) as u16;
        if let (Self::Row { node, header }, 1..) = (self, columns) {
            let rows = 1;
            context.structure.add_below(if header { Role::HeaderCell { columns, rows } } else { Role::Cell { columns, rows } }, node);
        }
    }
}

/// Where a row's last cell ends, in columns.
fn row_end(row: &Row) -> usize {
    let ends = |at: usize, cell: &Cell| at.saturating_add(cell.span.max(1) as usize).min(1 << 20);
    row.cells.iter().fold(row.skip_before as usize, ends)
}

/// Whether a row stays with the next: its first cell's first paragraph does (LibreOffice and Spire agree; measured).
fn keeps_next(row: &Row) -> bool {
    let first = row.cells.first().and_then(|cell| cell.blocks.first());
    matches!(first, Some(Block::Paragraph(paragraph)) if paragraph.props.keep_next)
}

/// Lays out the cells of a row. `columns` are the grid's edges, the first is 0.
fn cells<'a>(
    context: &mut Context<'a>,
    table: &'a Table,
    row: &'a Row,
    (columns, spacing): (&[Pt], spaced::Spacing),
    place: Place,
    bases: Bases,
) -> Vec<CellBox> {
    let mut at = row.skip_before as usize;
    let mut boxes = Vec::with_capacity(row.cells.len());
    // All cells of a row have the largest of their margins above, and of those below (LibreOffice and Spire agree; measured).
    let widest = |side: usize| row.cells.iter().map(|cell| margin(table, cell, side)).fold(Pt::ZERO, Pt::max);
    let shared = (widest(0), widest(2));
    for cell in &row.cells {
        let span = cell.span.max(1) as usize;
        let left = edge(columns, at);
        let right = edge(columns, at + span);
        boxes.push(cell_box(context, table, cell, (at, span), spacing.apart((left, right)), (place, shared), bases));
        at = at.saturating_add(span).min(1 << 20);
    }
    boxes
}

/// A margin of a cell: top, right, bottom, left.
fn margin(table: &Table, cell: &Cell, side: usize) -> Pt {
    twips(cell.margins[side].unwrap_or(table.cell_margins[side])).max(Pt::ZERO)
}

/// An edge of the grid; cells beyond it get no width.
fn edge(columns: &[Pt], index: usize) -> Pt {
    columns.get(index).or(columns.last()).copied().unwrap_or(Pt::ZERO)
}

fn cell_box<'a>(
    context: &mut Context<'a>,
    table: &'a Table,
    cell: &'a Cell,
    (column, span): (usize, usize),
    (left, right): (Pt, Pt),
    (place, (above, below)): (Place, (Pt, Pt)),
    bases: Bases,
) -> CellBox {
    let margins = [above, margin(table, cell, 1), below, margin(table, cell, 3)];
    let continued = cell.merge == VerticalMerge::Continue;
    let mut node = None;
    let stacked = if continued {
        Stacked::default()
    } else {
        let extent = (span.min(MOST_COLUMNS) as u16, 1);
        let (columns, rows) = extent;
        node = match place {
            Place::Division(node) => node,
            Place::Row { node, header: true } => context.structure.add_below(Role::HeaderCell { columns, rows }, node),
            Place::Row { node, header: false } => context.structure.add_below(Role::Cell { columns, rows }, node),
        };
        if cell.direction == TextDirection::Horizontal {
            fill(context, cell, node, (right - left - margins[1] - margins[3]).max(Pt(1.0)), Bases { cell_margins: margins, ..bases })
        } else {
            // Turned text runs along the row's height; it is laid out when that is known, and asks for its longest paragraph until then.
            Stacked { height: natural_length(context, cell), ..Stacked::default() }
        }
    };
    if cell.no_wrap && wraps(cell, &stacked) {
        context.unsupported("text that may not wrap in its cell (noWrap)");
    }
    // 17.4.21: the mark of a cell that hides it gives an empty cell no height.
    let no_height = cell.hide_mark && is_empty(cell);
    CellBox {
        column,
        span,
        left,
        right,
        margins,
        content_height: if no_height { Pt::ZERO } else { stacked.height },
        length: if cell.direction == TextDirection::Horizontal { Pt::ZERO } else { stacked.height },
        depth: Pt::ZERO,
        pieces: stacked.pieces,
        vertical_align: cell.vertical_align,
        shading: cell.shading,
        direction: cell.direction,
        continued,
        rows: 1,
        node,
        diagonals: (cell.borders.down, cell.borders.up),
    }
}

fn is_empty(cell: &Cell) -> bool {
    matches!(cell.blocks.as_slice(), [Block::Paragraph(paragraph)] if paragraph.content.is_empty())
}

/// Whether a cell's text has more lines than paragraphs and breaks.
fn wraps(cell: &Cell, stacked: &Stacked) -> bool {
    let lines = |block: &Block| match block {
        Block::Paragraph(paragraph) => 1 + paragraph.content.iter().filter(|inline| matches!(inline, Inline::Break(..))).count(),
        Block::Table(table) => table.rows.len(),
    };
    stacked.pieces.len() > cell.blocks.iter().map(lines).sum()
}

/// Lays out a cell's content in a column of this width.
fn fill<'a>(context: &mut Context<'a>, cell: &'a Cell, node: Option<NodeId>, width: Pt, bases: Bases) -> Stacked {
    let outer = context.structure.enter(node);
    let outer_background = context.background;
    context.background = cell.shading.or(outer_background);
    let bases = Bases { column: Rect::new(Pt::ZERO, Pt::ZERO, width, Pt::ZERO), in_cell: true, ..bases };
    let stacked = pile(context, &cell.blocks, Column { width, bases, holds_floats: true, story: Story::Text });
    context.background = outer_background;
    context.structure.leave(outer);
    stacked
}

/// The length of a cell's longest paragraph on one line.
fn natural_length<'a>(context: &mut Context<'a>, cell: &'a Cell) -> Pt {
    let paragraphs: Vec<_> = cell
        .blocks
        .iter()
        .filter_map(|block| match block {
            Block::Paragraph(paragraph) => Some(paragraph),
            Block::Table(_) => None,
        })
        .collect();
    natural_width(context, &paragraphs, LONGEST_TURNED)
}

/// What turned text asks of its row. It does not make a row higher that has a height or other text: it takes more lines (LibreOffice and Spire agree; measured).
/// Where there is none the row is as high as the paragraphs of merged cells that go on in it, else as the turned text would be, were it level (Spire; LibreOffice 7.4 leaves such a row no height).
fn turned_height<'a>(context: &mut Context<'a>, row: &'a Row, cells: &[CellBox], bases: Bases) -> Pt {
    let level = |cell: &CellBox| cell.direction == TextDirection::Horizontal && !cell.continued;
    if !matches!(row.height, RowHeight::Auto)
        || cells.iter().all(|cell| cell.direction == TextDirection::Horizontal)
        || cells.iter().any(level)
    {
        return Pt::ZERO;
    }
    let goes_on = cells.iter().any(|cell| cell.continued);
    let (elements, footnotes, endnotes) =
        (context.structure.checkpoint(), context.footnote_numbers.count(), context.endnote_numbers.count());
    let mut highest = Pt::ZERO;
    for (cell, source) in cells.iter().zip(&row.cells).filter(|(cell, _)| cell.continued == goes_on) {
        let width = (cell.right - cell.left - cell.margins[1] - cell.margins[3]).max(Pt(1.0));
        highest = highest.max(fill(context, source, None, width, Bases { cell_margins: cell.margins, ..bases }).height);
    }
    context.structure.restore(&elements);
    context.footnote_numbers.truncate(footnotes);
    context.endnote_numbers.truncate(endnotes);
    highest
}

/// Lays out turned text along the heights of its rows.
fn turn<'a>(context: &mut Context<'a>, boxes: &mut [RowBox], rows: &[&'a Row], bases: Bases) {
    for index in 0..boxes.len() {
        for at in 0..boxes[index].cells.len() {
            let cell = &boxes[index].cells[at];
            let Some(source) = rows[index].cells.get(at).filter(|_| cell.direction != TextDirection::Horizontal && !cell.continued) else {
                continue;
            };
            let covered: Pt = boxes.iter().skip(index).take(cell.rows).map(|row| row.height).sum();
            let width = (covered - boxes[index].border_top - cell.margins[0] - cell.margins[2]).max(Pt(1.0));
            let across = cell.right - cell.left;
            let stacked = fill(context, source, cell.node, width, Bases { cell_margins: [Pt::ZERO; 4], ..bases });
            if stacked.pieces.last().is_some_and(|last| last.end() > across + emit::CUT) {
                context.warn(
                    "turned text that does not fit its table cell is cut off at the cell's edge; make the row higher or the cell wider",
                );
            }
            (boxes[index].cells[at].pieces, boxes[index].cells[at].depth) = (stacked.pieces, stacked.height);
        }
    }
}

/// Finds how many rows each vertically merged cell covers.
fn merge(boxes: &mut [RowBox], rows: &[&Row]) {
    for index in (0..boxes.len()).rev() {
        for cell in 0..boxes[index].cells.len() {
            let (column, continued) = (boxes[index].cells[cell].column, boxes[index].cells[cell].continued);
            if continued || rows[index].cells.get(cell).is_none_or(|cell| cell.merge != VerticalMerge::Start) {
                continue;
            }
            let below =
                boxes[index + 1..].iter().take_while(|row| row.cells.iter().any(|other| other.continued && other.column == column)).count();
            boxes[index].cells[cell].rows = below + 1;
        }
    }
}

/// Says in the structure over how many rows cells reach. A cell that goes on one that is not there is an empty one.
fn tag_merged(context: &mut Context<'_>, boxes: &[RowBox]) {
    if boxes.iter().flat_map(|row| &row.cells).all(|cell| cell.rows == 1 && !cell.continued) {
        return;
    }
    // Until which row each column belongs to a merged cell.
    let mut taken: HashMap<usize, usize> = HashMap::new();
    for (index, row) in boxes.iter().enumerate() {
        let mut before = None;
        for (at, cell) in row.cells.iter().enumerate() {
            let columns = cell.span.min(MOST_COLUMNS) as u16;
            if !cell.continued {
                taken.insert(cell.column, index + cell.rows);
                let rows = cell.rows.min(MOST_COLUMNS) as u16;
                if let Some(node) = cell.node.filter(|_| rows > 1).and_then(|node| context.structure.node(node)) {
                    match &mut node.role {
                        Role::Cell { rows: told, .. } | Role::HeaderCell { rows: told, .. } => *told = rows,
                        _ => {}
                    }
                }
                before = cell.node.or(before);
            } else if taken.get(&cell.column).is_none_or(|end| *end <= index) {
                let next = row.cells[at..].iter().find_map(|cell| cell.node);
                context.structure.add_beside(Role::Cell { columns, rows: 1 }, before, next);
            }
        }
    }
}

/// Row heights. What a merged cell needs beyond its rows goes to its last row.
fn heights(boxes: &mut [RowBox], rows: &[&Row], spacing: spaced::Spacing) {
    let last = boxes.len().saturating_sub(1);
    let mut pending: Vec<(usize, Pt)> = Vec::new();
    for index in 0..boxes.len() {
        let row = &mut boxes[index];
        // An exact height holds the border above, not the one below the last row; a least height holds neither (measured).
        let below = if index == last || !spacing.is_none() { row.border_bottom } else { Pt::ZERO };
        row.below = below;
        let borders = row.border_top + below;
        let mut height = borders;
        for cell in &row.cells {
            let needed = borders + cell.margins[0] + cell.content_height + cell.margins[2];
            if cell.rows > 1 {
                pending.push((index + cell.rows - 1, needed));
            } else if !cell.continued {
                height = height.max(needed);
            }
        }
        // The widest margins above and below of the row's cells come on top of a least height, those below of an exact one (Spire; LibreOffice from 24.8 on, as Word has it; 7.4 counts them in).
        let widest = |side: usize| row.cells.iter().map(|cell| cell.margins[side]).fold(Pt::ZERO, Pt::max);
        height = match rows[index].height {
            RowHeight::Auto => height,
            RowHeight::AtLeast(least) => {
                row.least = twips(least) + borders + widest(0) + widest(2);
                height.max(row.least)
            }
            RowHeight::Exact(exact) => twips(exact).max(Pt(0.5)) + spacing.beside_exact(row, below) + widest(2),
        };
        let exact = matches!(rows[index].height, RowHeight::Exact(_));
        for (end, needed) in &mut pending {
            if *end == index && !exact {
                height = height.max(*needed);
            }
            *needed -= height;
        }
        pending.retain(|(end, _)| *end > index);
        row.height = height;
    }
}

/// Columns from right to left.
fn mirror(boxes: &mut [RowBox], width: Pt) {
    for cell in boxes.iter_mut().flat_map(|row| &mut row.cells) {
        (cell.left, cell.right) = (width - cell.right, width - cell.left);
    }
    for line in boxes.iter_mut().flat_map(|row| &mut row.lines) {
        line.mirror(width);
    }
}
