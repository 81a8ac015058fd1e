//! Tables that follow each other without a paragraph between are one table, if they have the same style and neither floats.
//!
//! What the later ones say about the table wins for all rows; each row keeps its own columns, as shares of the last table's width (measured on LibreOffice 7.4).

use super::model::Row;
use super::xml::Node;
use crate::units::Twips;

/// More columns than this are not joined.
pub(super) const MOST_COLUMNS: usize = 1000;

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
pub(super) fn placed(mut row: Row, own: &[i64], all: &[i64]) -> Row {
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
