//! What a table is for: to relate data, or only to put things beside each other.
//!
//! ISO 32000-1, 14.8.4.3.4 keeps `Table` for rows and columns that mean something, and PDF/UA-1, 7.5 asks for headers then.
//! Word does not say which it is, so it is told by the signs browsers go by for pages without headers (Chromium's and Firefox's rules for layout tables):
//! a header row, an alternative text or many rows speak for data; a single row or column, or nothing drawn around the cells of a small table, against it.

use crate::document::model::{Border, Cell, CellBorders, Row, Table, TableBorders};

/// So many rows are data, whatever they look like.
const MANY_ROWS: usize = 20;
/// And so many columns.
const MANY_COLUMNS: usize = 5;

/// Whether a table only lays things out.
pub(super) fn only_lays_out(table: &Table, rows: &[&Row]) -> bool {
    if table.description.is_some() || rows.iter().any(|row| row.header) {
        return false;
    }
    let columns = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
    if rows.len() <= 1 || columns <= 1 {
        return true;
    }
    let mut cells = rows.iter().flat_map(|row| &row.cells);
    rows.len() < MANY_ROWS && columns < MANY_COLUMNS && !draws_between(&table.borders) && !cells.any(is_drawn_around)
}

/// Lines between all cells, or around them all.
fn draws_between(borders: &TableBorders) -> bool {
    let outer = &borders.outer;
    [borders.inside_h, borders.inside_v, outer.top, outer.right, outer.bottom, outer.left].iter().any(Option::is_some)
}

fn is_drawn_around(cell: &Cell) -> bool {
    let CellBorders { top, right, bottom, left, .. } = &cell.borders;
    let drawn = |border: &Option<Option<Border>>| matches!(border, Some(Some(_)));
    cell.shading.is_some() || [top, right, bottom, left].into_iter().any(drawn)
}
