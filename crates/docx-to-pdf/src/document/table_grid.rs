//! Rows whose cells do not cover the table's grid have the widths that these ask for (17.4.71), each row its own.
//!
//! LibreOffice and Spire agree, also that a row which covers the grid goes by that alone (writerfilter, `DomainMapperTableManager::endOfRowAction`; measured).

use super::model::{Row, Width};
use super::table_join::{MOST_COLUMNS, placed};
use crate::units::Twips;

/// A table of more columns over all its rows keeps its grid.
const MOST_CELLS: usize = 1_000_000;

/// An edge within so many twips of one of the grid's is that one: what cells ask for is rounded.
const NEAR: i64 = 15;

/// The grid with an edge for each of these rows' cells, and the rows on it.
pub(super) fn with_own_widths(grid: Vec<Twips>, rows: Vec<Row>, fixed: bool) -> (Vec<Twips>, Vec<Row>) {
    if grid.is_empty() || grid.iter().any(|width| width.0 <= 0) || rows.iter().all(|row| columns(row) == grid.len()) {
        return (grid, rows);
    }
    let mut common = vec![0];
    for width in &grid {
        common.push(common.last().copied().unwrap_or(0) + i64::from(width.0));
    }
    if rows.iter().map(columns).sum::<usize>() > MOST_CELLS {
        return (grid, rows);
    }
    let own: Vec<Option<Vec<i64>>> = rows.iter().map(|row| own_edges(row, &common, fixed)).collect();
    // Of the grid, only what rows stand on counts: a table of which all rows are narrower is as wide as they are.
    let reached = rows.iter().zip(&own).filter(|(_, own)| own.is_none()).map(|(row, _)| columns(row)).max().unwrap_or(0);
    let Some(of_grid) = common.get(..=reached).filter(|_| own.iter().any(Option::is_some)) else { return (grid, rows) };
    let mut all: Vec<i64> = own.iter().flatten().flatten().chain(of_grid).copied().collect();
    all.sort_unstable();
    all.dedup_by(|a, b| *a - *b <= 1);
    if all.len() > MOST_COLUMNS {
        return (grid, rows);
    }
    let new = all.windows(2).map(|pair| Twips(i32::try_from(pair[1] - pair[0]).unwrap_or(i32::MAX))).collect();
    let rows = rows.into_iter().zip(own).map(|(row, own)| placed(row, own.as_deref().unwrap_or(&common), &all)).collect();
    (new, rows)
}

/// Columns of the grid that a row covers.
fn columns(row: &Row) -> usize {
    let cells: usize = row.cells.iter().map(|cell| cell.span as usize).sum();
    row.skip_before as usize + cells + row.skip_after as usize
}

/// Where the columns of a row begin by its cells' widths, if it goes by these: it does not cover the grid, and all of them ask for one. Where columns fit their content, cells over several of them are the grid's.
fn own_edges(row: &Row, common: &[i64], fixed: bool) -> Option<Vec<i64>> {
    if columns(row) + 1 == common.len() || row.cells.is_empty() {
        return None;
    }
    let mut edges = common.get(..=row.skip_before as usize)?.to_vec();
    for cell in &row.cells {
        let Width::Fixed(Twips(width @ 1..)) = cell.width else { return None };
        if cell.span > 1 && !fixed {
            return None;
        }
        let last = edges.last().copied()?;
        edges.extend((1..cell.span).map(|_| last));
        let end = last + i64::from(width);
        let near =
            common.get(common.partition_point(|edge| *edge < end - NEAR)).copied().filter(|edge| *edge <= end + NEAR && *edge > last);
        edges.push(near.unwrap_or(end));
    }
    Some(edges)
}
