//! What lifting rows, cells and paragraphs out can leave behind, fixed: Word refuses a cell without a paragraph and a table without rows.

#![expect(
    clippy::format_push_string,
    clippy::format_collect,
    reason = "short pieces read best as format strings, and there are few of them"
)]

use crate::report::template::edits::GRID;

use docx_to_pdf::package::Limits;

use crate::report::xml::{Kind, Tree};

/// Puts a paragraph where a cell, header or text box was left without one, and takes out tables without rows.
pub(super) fn repair(xml: String, w: &str) -> String {
    let xml = drop_empty_tables(xml, w);
    let mut out = String::with_capacity(xml.len() + 64);
    let mut rest = xml.as_str();
    let closings: Vec<String> =
        ["tc", "hdr", "ftr", "txbxContent", "footnote", "endnote"].iter().map(|name| format!("</{w}{name}>")).collect();
    while let Some((at, closing)) = next_closing(rest, &closings) {
        let (before, behind) = rest.split_at(at);
        out.push_str(before);
        if needs_paragraph(&out, w) {
            out.push_str(&format!("<{w}p/>"));
        }
        out.push_str(closing);
        rest = &behind[closing.len()..];
    }
    out.push_str(rest);
    out
}

/// The next of some closing tags.
fn next_closing<'c>(text: &str, closings: &'c [String]) -> Option<(usize, &'c str)> {
    let mut from = 0;
    while let Some(at) = text[from..].find("</").map(|at| at + from) {
        if let Some(closing) = closings.iter().find(|closing| text[at..].starts_with(closing.as_str())) {
            return Some((at, closing));
        }
        from = at + 2;
    }
    None
}

/// Whether what is about to be closed ends without a paragraph: right behind its start, its properties or a table.
fn needs_paragraph(before: &str, w: &str) -> bool {
    let before = before.trim_end();
    let Some(open) = before.rfind('<') else { return false };
    let tag = &before[open..];
    let name = tag.trim_start_matches(['<', '/']).split([' ', '>', '/', '\n']).next().unwrap_or_default();
    let Some(local) = name.strip_prefix(w) else { return false };
    if tag.starts_with("</") {
        return matches!(local, "tcPr" | "tbl");
    }
    matches!(local, "tc" | "tcPr" | "hdr" | "ftr" | "txbxContent" | "footnote" | "endnote")
}

fn drop_empty_tables(xml: String, w: &str) -> String {
    let (grid_end, empty_grid, table_end) = (format!("</{w}tblGrid>"), format!("<{w}tblGrid/>"), format!("</{w}tbl>"));
    let mut out = String::new();
    let mut rest = xml.as_str();
    while let Some(end) = rest.find(&table_end) {
        let (before, behind) = (&rest[..end], &rest[end + table_end.len()..]);
        out.push_str(before);
        let bare = out.trim_end();
        let start = (bare.ends_with(&grid_end) || bare.ends_with(&empty_grid)).then(|| table_start(&out, w)).flatten();
        match start {
            Some(start) => out.truncate(start),
            None => out.push_str(&table_end),
        }
        rest = behind;
    }
    if out.is_empty() {
        return xml;
    }
    out.push_str(rest);
    out
}

fn table_start(before: &str, w: &str) -> Option<usize> {
    before.rfind(&format!("<{w}tbl>")).max(before.rfind(&format!("<{w}tbl ")))
}

/// Makes the grid of every marked table as wide as its widest row, keeping the table's whole width.
pub(super) fn regrid(xml: &str, limits: &Limits) -> Result<String, String> {
    let tree = Tree::read(xml, limits)?;
    let mut out = String::with_capacity(xml.len());
    let mut at = 0;
    for (table, element) in tree.elements.iter().enumerate() {
        if element.kind != Kind::Table {
            continue;
        }
        let Some(grid) = tree.children(table).find(|&child| tree.name(child, xml) == "tblGrid") else { continue };
        let place = tree.elements[grid];
        if place.start < at || !xml[place.end..].starts_with(GRID) {
            continue;
        }
        let columns: Vec<f64> = tree
            .children(grid)
            .filter(|&child| tree.elements[child].kind == Kind::GridColumn)
            .map(|child| {
                tree.attribute(child, "w", xml).and_then(|width| width.parse().ok()).filter(|width: &f64| width.is_finite()).unwrap_or(0.0)
            })
            .collect();
        let wanted = inside(&tree, table, Kind::Row).into_iter().map(|row| row_width(&tree, row, xml)).max().unwrap_or(0).min(1000);
        let w = &tree.prefix;
        if wanted == columns.len() || wanted == 0 {
            out.push_str(&xml[at..place.end]);
        } else {
            let grid: String = spread(&columns, wanted).iter().map(|width| format!("<{w}gridCol {w}w=\"{width}\"/>")).collect();
            out.push_str(&xml[at..place.start]);
            out.push_str(&format!("<{w}tblGrid>{grid}</{w}tblGrid>"));
        }
        at = place.end + GRID.len();
    }
    out.push_str(&xml[at..]);
    Ok(out)
}

/// The rows of a table, or the cells of a row, those in content controls included.
fn inside(tree: &Tree, parent: usize, kind: Kind) -> Vec<usize> {
    let mut out = Vec::new();
    let mut open: Vec<usize> = tree.children(parent).collect();
    while let Some(child) = open.pop() {
        match tree.elements[child].kind {
            found if found == kind => out.push(child),
            Kind::Control | Kind::ControlContent => open.extend(tree.children(child)),
            _ => {}
        }
    }
    out
}

/// The columns a row takes, with those it leaves free before and behind its cells.
fn row_width(tree: &Tree, row: usize, xml: &str) -> usize {
    let number = |element: usize| tree.attribute(element, "val", xml).and_then(|value| value.parse::<usize>().ok());
    let properties = tree.children(row).find(|&child| tree.name(child, xml) == "trPr");
    let free = properties.map_or(0, |properties| {
        let skips = tree.children(properties).filter(|&child| matches!(tree.name(child, xml), "gridBefore" | "gridAfter"));
        skips.map(|skip| number(skip).unwrap_or(0).min(1000)).sum()
    });
    let cell = |cell: usize| {
        let span = tree.child(cell, Kind::CellProps).and_then(|props| tree.child(props, Kind::GridSpan));
        span.and_then(number).unwrap_or(1).clamp(1, 1000)
    };
    free + inside(tree, row, Kind::Cell).into_iter().map(cell).sum::<usize>()
}

/// So many columns over the same width: existing ones keep their proportions, new ones get the average, as docxtpl does it.
fn spread(columns: &[f64], wanted: usize) -> Vec<i64> {
    let whole: f64 = columns.iter().sum();
    let average = whole / wanted as f64;
    let kept = columns.len().min(wanted);
    let kept_width: f64 = columns[..kept].iter().sum();
    let room = whole - average * (wanted - kept) as f64;
    let factor = if kept_width > 0.0 { room / kept_width } else { 1.0 };
    (0..wanted).map(|column| columns.get(column).map_or(average, |width| width * factor) as i64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_left_empty_gets_a_paragraph() {
        assert_eq!(repair("<w:tc><w:tcPr/></w:tc><w:tc><w:p/></w:tc>".into(), "w:"), "<w:tc><w:tcPr/><w:p/></w:tc><w:tc><w:p/></w:tc>");
        assert_eq!(repair("<w:hdr></w:hdr>".into(), "w:"), "<w:hdr><w:p/></w:hdr>");
    }

    #[test]
    fn a_table_left_without_rows_goes() {
        let xml = "<w:tc><w:tbl><w:tblGrid><w:gridCol/></w:tblGrid></w:tbl></w:tc>".to_owned();
        assert_eq!(repair(xml, "w:"), "<w:tc><w:p/></w:tc>");
    }

    #[test]
    fn a_grid_grows_and_shrinks_with_its_cells() {
        assert_eq!(spread(&[1000.0, 1000.0], 4).iter().sum::<i64>(), 2000);
        assert_eq!(spread(&[1000.0, 500.0, 500.0], 1), [2000]);
    }
}
