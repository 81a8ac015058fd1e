//! The grid that a table's rows stand on, where it is not one grid for all of them.
//!
//! Tables that follow each other without a paragraph between are one table, if they have the same style and neither floats. What the later ones say about the table wins for all rows; each row keeps its own columns, as shares of the last table's width (measured on LibreOffice 7.4).
//!
//! Rows whose cells do not cover the grid have the widths that these ask for (17.4.71), each row its own. LibreOffice and Spire agree, also that a row which covers the grid goes by that alone (writerfilter, `DomainMapperTableManager::endOfRowAction`; measured).

use super::model::{Row, Width};
use super::xml::Node;
use crate::units::Twips;

/// A grid of more columns is not made.
const MOST_COLUMNS: usize = 1000;

/// The children of a container one by one, but tables that are one together.
pub(super) fn groups<'n, 't>(children: &'n [Node<'t>]) -> impl Iterator<Item = &'n [Node<'t>]> {
    children.chunk_by(|last, next| next.name() == "w:tbl" && joins(*last, *next))
}

/// Whether the table goes on with the next one.
fn joins(table: Node<'_>, next: Node<'_>) -> bool {
    let style = |table: Node<'_>| table.path(&["w:tblPr", "w:tblStyle"]).and_then(Node::val).map(str::to_owned);
    let floats = |table: Node<'_>| table.path(&["w:tblPr", "w:tblpPr"]).is_some();
    table.name() == "w:tbl" && !floats(table) && !floats(next) && style(table) == style(next)
}

/// One grid for all rows, each given with the number of its table.
pub(super) fn one_grid(grids: &[Vec<Twips>], rows: Vec<(usize, Row)>) -> (Vec<Twips>, Vec<Row>) {
    let last = grids.last().cloned().unwrap_or_default();
    let plain = |rows: Vec<(usize, Row)>| rows.into_iter().map(|(_, row)| row).collect();
    if grids.iter().all(|grid| *grid == last) || !rows.iter().all(|(table, row)| fits(row, grids.get(*table))) {
        return (last, plain(rows));
    }
    let total: i64 = last.iter().map(|width| i64::from(width.0)).sum();
    let edges: Vec<Vec<i64>> = grids.iter().map(|grid| scaled(grid, total)).collect();
    let mut all: Vec<i64> = edges.concat();
    all.sort_unstable();
    all.dedup_by(|a, b| *a - *b <= 1);
    if all.len() > MOST_COLUMNS {
        return (last, plain(rows));
    }
    let grid = all.windows(2).map(|pair| Twips((pair[1] - pair[0]) as i32)).collect();
    let rows = rows.into_iter().map(|(table, row)| placed(row, &edges[table], &all)).collect();
    (grid, rows)
}

/// The row's cells cover its table's grid.
fn fits(row: &Row, grid: Option<&Vec<Twips>>) -> bool {
    let cells: usize = row.cells.iter().map(|cell| cell.span as usize).sum();
    let columns = row.skip_before as usize + cells + row.skip_after as usize;
    grid.is_some_and(|grid| grid.len() == columns && grid.iter().all(|width| width.0 > 0))
}

/// The edges of a grid, stretched to a total width.
fn scaled(grid: &[Twips], total: i64) -> Vec<i64> {
    let sum: i64 = grid.iter().map(|width| i64::from(width.0)).sum::<i64>().max(1);
    let mut at = 0;
    let mut edges = vec![0];
    for width in grid {
        at += i64::from(width.0);
        edges.push(at * total / sum);
    }
    edges
}

/// The row on the common grid.
fn placed(mut row: Row, own: &[i64], all: &[i64]) -> Row {
    let index = |edge: usize| {
        let at = own.get(edge).or(own.last()).copied().unwrap_or(0);
        all.partition_point(|common| *common < at - 1) as u32
    };
    let mut at = row.skip_before as usize;
    row.skip_before = index(at);
    for cell in &mut row.cells {
        let next = at + cell.span as usize;
        cell.span = (index(next) - index(at)).max(1);
        at = next;
    }
    row.skip_after = (all.len() as u32 - 1).saturating_sub(index(at));
    row
}

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
