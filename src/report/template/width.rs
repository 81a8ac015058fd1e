//! How wide a picture may be where its tag stands.

use crate::report::xml::{Kind, Tree};

/// A twip in EMU.
const TWIP: i64 = 635;
/// Text width of a Letter page with Word's margins, in twips: used when a document does not say.
const USUAL: i64 = 9360;
/// Padding of a cell left and right when nothing says otherwise (ECMA-376 part 1, 17.4.42).
const CELL_PADDING: i64 = 216;

/// The room at a paragraph, in EMU.
pub(super) fn at(tree: &Tree, paragraph: usize, source: &str, page: i64) -> i64 {
    let twips = cell(tree, paragraph, source).unwrap_or_else(|| section(tree, paragraph, source).unwrap_or(page))
        - indents(tree, paragraph, source);
    twips.clamp(720, 30_000) * TWIP
}

/// Text width of the last section, in twips.
pub(super) fn last_section(tree: &Tree, source: &str) -> i64 {
    let last = tree.elements.iter().rposition(|element| element.kind == Kind::SectionProps);
    last.and_then(|section| text_width(tree, section, source)).unwrap_or(USUAL)
}

fn number(tree: &Tree, element: usize, name: &str, source: &str) -> Option<i64> {
    tree.attribute(element, name, source)?.parse::<f64>().ok().filter(|number| number.abs() < 1e6).map(|number| number as i64)
}

/// The width of the enclosing cell, less its padding.
fn cell(tree: &Tree, paragraph: usize, source: &str) -> Option<i64> {
    let cell = tree.ancestor(paragraph, Kind::Cell)?;
    let props = tree.child(cell, Kind::CellProps);
    let own =
        props.and_then(|props| tree.child(props, Kind::CellWidth)).filter(|&width| tree.attribute(width, "type", source) != Some("pct"));
    let own = own.and_then(|width| number(tree, width, "w", source)).filter(|&width| width > 0);
    let width = own.or_else(|| grid_width(tree, cell, source))?;
    Some(width - CELL_PADDING)
}

/// The width of the grid columns a cell covers.
fn grid_width(tree: &Tree, cell: usize, source: &str) -> Option<i64> {
    let span = |cell: usize| {
        let span = tree.child(cell, Kind::CellProps).and_then(|props| tree.child(props, Kind::GridSpan));
        span.and_then(|span| number(tree, span, "val", source)).unwrap_or(1).clamp(1, 1000) as usize
    };
    let row = tree.ancestor(cell, Kind::Row)?;
    let table = tree.ancestor(row, Kind::Table)?;
    let before: usize =
        tree.children(row).take_while(|&child| child != cell).filter(|&child| tree.elements[child].kind == Kind::Cell).map(span).sum();
    let grid = tree.children(table).find(|&child| tree.name(child, source) == "tblGrid")?;
    let columns: Vec<i64> = tree.children(grid).filter_map(|column| number(tree, column, "w", source)).collect();
    let width: i64 = columns.iter().skip(before).take(span(cell)).sum();
    (width > 0).then_some(width)
}

/// The text width of the section a paragraph belongs to: the next section mark behind it.
fn section(tree: &Tree, paragraph: usize, source: &str) -> Option<i64> {
    let next = tree.elements[paragraph..].iter().position(|element| element.kind == Kind::SectionProps)?;
    text_width(tree, paragraph + next, source)
}

fn text_width(tree: &Tree, section: usize, source: &str) -> Option<i64> {
    let child = |name: &str| tree.children(section).find(|&child| tree.name(child, source) == name);
    let page = number(tree, child("pgSz")?, "w", source)?;
    let margins = child("pgMar");
    let margin = |name: &str| margins.and_then(|margins| number(tree, margins, name, source)).unwrap_or(1440);
    let width = page - margin("left") - margin("right");
    let columns = child("cols").and_then(|columns| number(tree, columns, "num", source)).unwrap_or(1).clamp(1, 45);
    let gap = child("cols").and_then(|columns| number(tree, columns, "space", source)).unwrap_or(720);
    Some((width - gap * (columns - 1)) / columns)
}

fn indents(tree: &Tree, paragraph: usize, source: &str) -> i64 {
    let Some(props) = tree.child(paragraph, Kind::ParagraphProps) else { return 0 };
    let Some(indent) = tree.children(props).find(|&child| tree.name(child, source) == "ind") else { return 0 };
    let side = |names: [&str; 2]| names.iter().find_map(|name| number(tree, indent, name, source)).unwrap_or(0);
    side(["left", "start"]) + side(["right", "end"])
}
