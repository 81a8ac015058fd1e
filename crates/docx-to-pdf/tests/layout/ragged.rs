//! Rows whose cells do not cover their table's grid.
//!
//! Places that LibreOffice 7.4 and Spire agree on (`docs/engine-rules.md`).
//! Pages are 300 pt wide with margins of 50 pt; cells have margins of 5.4 pt.

use crate::breadth::Sheet;
use crate::measured::{p, row, table};

const FIXED: &str = r#"<w:tblLayout w:type="fixed"/>"#;

/// A row of cells that ask for widths in twips, each over so many columns.
fn asking(cells: &[(u32, u32, &str)]) -> String {
    let cells: Vec<(String, String)> = cells
        .iter()
        .map(|(width, span, text)| (format!(r#"<w:tcW w:w="{width}" w:type="dxa"/><w:gridSpan w:val="{span}"/>"#), p("", text)))
        .collect();
    let cells: Vec<(&str, String)> = cells.iter().map(|(properties, content)| (properties.as_str(), content.clone())).collect();
    row("", &cells)
}

#[test]
fn cells_that_do_not_cover_the_grid_are_as_wide_as_they_ask() {
    for layout in ["", FIXED] {
        // One cell in a grid of two columns, and one beside another.
        let narrow = table(layout, &[400, 2600], &asking(&[(2600, 1, "wide words here")]));
        Sheet::body(narrow).stands(&[(0, "wide words here", 55.4, 61.2)]);
        let rows = format!(
            "{}{}",
            asking(&[(1600, 1, "short"), (1000, 1, "next")]),
            asking(&[(700, 1, "one"), (1600, 1, "two"), (1000, 1, "three")])
        );
        let ragged = table(layout, &[700, 1600, 1000], &rows);
        Sheet::body(ragged.clone()).stands(&[
            (0, "short", 55.4, 61.2),
            (0, "next", 135.4, 61.2),
            (0, "two", 90.4, 75.0),
            (0, "three", 170.4, 75.0),
        ]);
        // They are stretched with the table.
        let stretched = ragged.replace(r#"<w:tblPr><w:tblW w:w="0" w:type="auto"/>"#, r#"<w:tblPr><w:tblW w:w="3960" w:type="dxa"/>"#);
        Sheet::body(stretched).stands(&[(0, "next", 151.4, 61.2), (0, "two", 97.4, 75.0)]);
    }
}

#[test]
fn cells_over_several_columns_go_by_their_width_where_the_layout_is_fixed() {
    let rows = format!("{}{}", asking(&[(1800, 2, "wide"), (600, 1, "b")]), asking(&[(1200, 2, "two"), (1200, 2, "all")]));
    for (layout, left) in [(FIXED, 145.4), ("", 115.4)] {
        let spanning = table(layout, &[600, 600, 600, 600], &rows);
        Sheet::body(spanning).stands(&[(0, "b", left, 61.2), (0, "all", 115.4, 75.0)]);
    }
}

#[test]
fn rows_that_cover_the_grid_go_by_it_alone() {
    let covering = table(FIXED, &[1000, 1000], &asking(&[(400, 1, "a"), (1600, 1, "b")]));
    Sheet::body(covering).stands(&[(0, "b", 105.4, 61.2)]);
    // A cell that asks for no width leaves its row to the grid, too.
    let silent = table(FIXED, &[1000, 1000, 1000], &row("", &[("", p("", "a")), (r#"<w:tcW w:w="400" w:type="dxa"/>"#, p("", "b"))]));
    Sheet::body(silent).stands(&[(0, "b", 105.4, 61.2)]);
}
