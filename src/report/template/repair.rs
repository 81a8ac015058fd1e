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
pub(super) fn repair(xml: &str, w: &str) -> String {
    let mut out = String::with_capacity(xml.len() + 64);
    let mut done = 0;
    for (at, name) in closings(xml, w) {
        let what = match name {
            "tbl" => Closed::Table,
            "tc" | "hdr" | "ftr" | "txbxContent" | "footnote" | "endnote" => Closed::Container,
            _ => continue,
        };
        out.push_str(&xml[done..at]);
        done = at;
        match what {
            Closed::Table => {
                if let Some(start) = empty_table(&out, w) {
                    out.truncate(start);
                    done += closing(w, name);
                }
            }
            Closed::Container if needs_paragraph(&out, w) => out.push_str(&format!("<{w}p/>")),
            Closed::Container => {}
        }
    }
    out.push_str(&xml[done..]);
    out
}

/// What a tag closes.
enum Closed {
    Table,
    Container,
}

/// The tags of our prefix that close an element: where each stands, and its name.
fn closings<'t>(text: &'t str, w: &'t str) -> impl Iterator<Item = (usize, &'t str)> {
    let mut from = 0;
    std::iter::from_fn(move || {
        loop {
            // Byte by byte: tags stand so near each other that a search for each, which looks at many bytes at once, costs more.
            let at = from + text.as_bytes().get(from..)?.iter().position(|byte| *byte == b'<')?;
            from = at + 1;
            let name = text[from..].strip_prefix('/').and_then(|name| name.strip_prefix(w));
            if let Some((name, end)) = name.and_then(|name| Some((name, name.find('>')?))) {
                return Some((at, &name[..end]));
            }
        }
    })
}

/// How long such a tag is.
fn closing(w: &str, name: &str) -> usize {
    "</>".len() + w.len() + name.len()
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

/// Where the table starts that is about to be closed, if it has no rows.
fn empty_table(before: &str, w: &str) -> Option<usize> {
    let before = before.trim_end();
    let without_rows = before.ends_with(&format!("</{w}tblGrid>")) || before.ends_with(&format!("<{w}tblGrid/>"));
    without_rows.then(|| table_start(before, w)).flatten()
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
        assert_eq!(repair("<w:tc><w:tcPr/></w:tc><w:tc><w:p/></w:tc>", "w:"), "<w:tc><w:tcPr/><w:p/></w:tc><w:tc><w:p/></w:tc>");
        assert_eq!(repair("<w:hdr></w:hdr>", "w:"), "<w:hdr><w:p/></w:hdr>");
    }

    #[test]
    fn a_table_left_without_rows_goes() {
        let xml = "<w:tc><w:tbl><w:tblGrid><w:gridCol/></w:tblGrid></w:tbl></w:tc>";
        assert_eq!(repair(xml, "w:"), "<w:tc><w:p/></w:tc>");
    }

    #[test]
    fn a_grid_grows_and_shrinks_with_its_cells() {
        assert_eq!(spread(&[1000.0, 1000.0], 4).iter().sum::<i64>(), 2000);
        assert_eq!(spread(&[1000.0, 500.0, 500.0], 1), [2000]);
    }
}
