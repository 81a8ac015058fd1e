//! Column widths and where the table stands.
//!
//! LibreOffice takes Word's saved grid as relative widths and scales it to the table's width; it does not fit columns to their content (writerfilter, `DomainMapperTableManager::endOfRowAction`).

use crate::document::model::{Align, Cell, Row, Table, Width};
use crate::layout::context::Context;
use crate::layout::length::{bounded, twips};
use crate::units::Pt;

/// More columns than Word allows are cut off.
const MOST_COLUMNS: usize = 1024;

/// The edges of the grid's columns from 0 on.
pub(super) fn columns(table: &Table, available: Pt) -> Vec<Pt> {
    let used = table.rows.iter().map(used_columns).max().unwrap_or(0).clamp(1, MOST_COLUMNS);
    let mut widths: Vec<Pt> = table.grid.iter().take(MOST_COLUMNS).map(|width| twips(*width).max(Pt::ZERO)).collect();
    let sum: Pt = widths.iter().copied().sum();
    if widths.len() != used || sum <= Pt::ZERO {
        widths = from_cells(table, used, available, &widths);
    }
    let natural: Pt = widths.iter().copied().sum();
    let wanted = match table.width {
        Width::Fixed(width) if width.0 > 0 => twips(width),
        Width::Percent(share) if share.is_finite() && share > 0.0 => {
            // LibreOffice keeps whole percent (measured: 64.48 % is laid out as 64 %).
            let whole = (share.min(10.0) * 100.0 + 0.001).floor().max(1.0);
            available * (whole / 100.0)
        }
        Width::Auto | Width::Fixed(_) | Width::Percent(_) => natural,
    };
    let factor = if natural > Pt::ZERO { wanted / natural } else { 1.0 };
    let mut edges = vec![Pt::ZERO];
    let mut at = Pt::ZERO;
    for width in widths {
        at = bounded(at + width * factor);
        edges.push(at);
    }
    edges
}

fn used_columns(row: &Row) -> usize {
    let cells: usize = row.cells.iter().map(|cell| cell.span.clamp(1, 1024) as usize).sum();
    cells + row.skip_before.min(1024) as usize + row.skip_after.min(1024) as usize
}

/// Widths for a grid that is missing or does not match: what cells without a span ask for, else an equal share of the rest.
fn from_cells(table: &Table, used: usize, available: Pt, grid: &[Pt]) -> Vec<Pt> {
    let mut widths: Vec<Option<Pt>> = (0..used).map(|column| grid.get(column).copied().filter(|width| *width > Pt::ZERO)).collect();
    if grid.len() < used {
        widths.fill(None);
    }
    for row in &table.rows {
        let mut at = row.skip_before as usize;
        for cell in &row.cells {
            let span = cell.span.clamp(1, 1024) as usize;
            let asked = match cell.width {
                Width::Fixed(width) if width.0 > 0 => Some(twips(width)),
                Width::Percent(share) if share.is_finite() && share > 0.0 => Some(available * share.min(1.0)),
                _ => None,
            };
            if let (1, Some(width), Some(slot @ None)) = (span, asked, widths.get_mut(at)) {
                *slot = Some(width);
            }
            at = at.saturating_add(span);
        }
    }
    let known: Pt = widths.iter().flatten().copied().sum();
    let unknown = widths.iter().filter(|width| width.is_none()).count().max(1);
    let share = ((available - known) / unknown as f32).max(Pt(36.0));
    widths.into_iter().map(|width| width.unwrap_or(share)).collect()
}

/// The table's left edge in its column.
///
/// Before compatibility mode 15 the text aligns with the margin, so the table stands out by its own left cell margin (not its first cell's); from 15 on the border's outer edge does, so it stands in by half the border (measured on LibreOffice 7.4).
pub(super) fn offset(context: &Context<'_>, table: &Table, width: Pt, available: Pt, nested: bool) -> Pt {
    // A table in a cell stands where it is told in either mode; one in a text box does as in the body (LibreOffice and Spire agree; measured).
    let out = context.document.settings.compatibility_mode < 15 && !nested;
    match table.align {
        Align::Center => (available - width) / 2.0,
        // One at the right stands out there, by as much as others do at the left (Spire; LibreOffice never).
        Align::Right => available - width + if out { twips(table.cell_margins[3]) } else { Pt::ZERO },
        _ => {
            let indent = twips(table.indent);
            if out { indent - twips(table.cell_margins[3]) } else { indent + left_border(table) / 2.0 }
        }
    }
}

/// How far a table's text stands in from its left edge: the first cell's margin and half its border.
pub(in crate::layout) fn text_inset(table: &Table) -> Pt {
    left_margin(table) + left_border(table) / 2.0
}

/// How far the text of its last column stands in from its right edge: the margin of the first row's last cell.
pub(in crate::layout) fn last_inset(table: &Table) -> Pt {
    let last = table.rows.first().and_then(|row| row.cells.last());
    twips(last.and_then(|cell| cell.margins[1]).unwrap_or(table.cell_margins[1]))
}

fn first_cell(table: &Table) -> Option<&Cell> {
    table.rows.first().and_then(|row| row.cells.first())
}

/// The left margin of the first cell.
pub(super) fn left_margin(table: &Table) -> Pt {
    let own = first_cell(table).and_then(|cell| cell.margins[3]);
    twips(own.unwrap_or(table.cell_margins[3]))
}

/// Width of the first cell's left border.
fn left_border(table: &Table) -> Pt {
    let own = first_cell(table).and_then(|cell| cell.borders.left);
    own.unwrap_or(table.borders.outer.left).map_or(Pt::ZERO, |border| bounded(border.width))
}
