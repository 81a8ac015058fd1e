//! What is kept apart: cells with space between them, shapes and the text that goes around them tightly, frames that end a twip below a line, what shapes keep around their text when they grow.
//!
//! Places that LibreOffice 7.4 and Spire agree on, or Spire's where LibreOffice alone differs (`docs/engine-rules.md`).
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use crate::breadth::Sheet;
use crate::measured::{borders, p, row, table};

const FIXED: &str = r#"<w:tblLayout w:type="fixed"/>"#;
const LONG: &str = "framed one two three four five six seven eight nine";

fn spaced(look: &str, grid: &[u32], rows: &str) -> String {
    let rows = table(&format!(r#"<w:tblCellSpacing w:w="100" w:type="dxa"/>{look}{FIXED}"#), grid, rows);
    format!("{}{rows}{}", p("", "above"), p("", "below"))
}

fn pairs() -> String {
    let cells = |first: &str, second: &str| row("", &[("", p("", first)), ("", p("", second))]);
    format!("{}{}", cells("aba", "baba"), cells("caca", "dada"))
}

#[test]
fn cells_stand_apart_by_twice_their_spacing() {
    // From mode 15 on the spaces are part of the table's width.
    let plain = Sheet::body(spaced("", &[1500, 1500], &pairs()));
    plain.stands(&[(0, "aba", 65.4, 85.0), (0, "baba", 135.4, 85.0), (0, "caca", 65.4, 108.8), (0, "below", 50.0, 132.6)]);
    let lined = Sheet::body(spaced(&borders(8), &[1500, 1500], &pairs()));
    lined.stands(&[(0, "aba", 65.9, 87.0), (0, "baba", 135.9, 87.0), (0, "dada", 135.9, 112.8), (0, "below", 50.0, 138.6)]);
    // Before, the text of the first column stays where it is, and columns are as far apart as they say.
    let old = Sheet { mode: 14, ..Sheet::body(spaced(&borders(8), &[1500, 1500], &pairs())) };
    old.stands(&[(0, "aba", 50.0, 87.0), (0, "baba", 125.0, 87.0), (0, "dada", 125.0, 112.8), (0, "below", 50.0, 138.6)]);
    let indented = Sheet::body(spaced(&format!(r#"<w:tblInd w:w="300" w:type="dxa"/>{}"#, borders(8)), &[1500, 1500], &pairs()));
    indented.stands(&[(0, "aba", 80.9, 87.0), (0, "dada", 150.9, 112.8)]);
}

#[test]
fn cells_that_stand_apart_may_span_columns_and_rows() {
    let right = r#"<w:jc w:val="right"/>"#;
    let spanning = row("", &[(r#"<w:gridSpan w:val="2"/>"#, p(right, "caca")), ("", p(right, "dada"))]);
    let rows = format!("{}{spanning}", row("", &[("", p("", "aba")), ("", p("", "baba")), ("", p("", "ma"))]));
    let sheet = Sheet::body(spaced(&borders(8), &[1000, 1000, 1000], &rows));
    sheet.stands(&[(0, "baba", 112.6, 87.0), (0, "ma", 159.2, 87.0), (0, "caca", 117.1, 112.8), (0, "dada", 162.4, 112.8)]);
    let first = row("", &[(r#"<w:vMerge w:val="restart"/><w:vAlign w:val="bottom"/>"#, p("", "aba")), ("", p("", "baba"))]);
    let merged = format!("{first}{}", row("", &[("<w:vMerge/>", p("", "")), ("", p("", "dada"))]));
    Sheet::body(spaced(&borders(8), &[1500, 1500], &merged)).stands(&[(0, "aba", 65.9, 112.8), (0, "below", 50.0, 138.6)]);
}

#[test]
fn a_least_height_is_that_of_the_cells_an_exact_one_holds_the_space() {
    let height = |rule: &str| format!(r#"<w:trHeight w:val="600" w:hRule="{rule}"/>"#);
    let cells = |first: &str| [("", p("", first)), ("", p("", "x"))];
    let rows = format!("{}{}{}", row(&height("exact"), &cells("aba")), row(&height("atLeast"), &cells("caca")), row("", &cells("fafa")));
    Sheet::body(spaced(&borders(8), &[1500, 1500], &rows)).stands(&[
        (0, "aba", 65.9, 87.0),
        (0, "caca", 65.9, 117.0),
        (0, "fafa", 65.9, 159.0),
        (0, "below", 50.0, 184.8),
    ]);
}

#[test]
fn space_between_cells_comes_again_on_the_next_page() {
    let rows: String = (0..12).map(|at| row("", &[("", p("", &format!("r{at}x"))), ("", p("", "x"))])).collect();
    let sheet = Sheet::body(spaced("", &[1500, 1500], &rows));
    sheet.stands(&[(0, "r0x", 65.4, 85.0), (0, "r6x", 65.4, 227.8), (1, "r7x", 65.4, 71.2), (1, "r8x", 65.4, 95.0)]);
}

#[test]
fn a_cell_that_stands_apart_is_drawn_with_borders_of_its_own() {
    let drawn = |spacing: &str| {
        let body = table(&format!("{spacing}{}{FIXED}", borders(8)), &[1500, 1500], &pairs());
        Sheet::body(format!("{body}{}", p("", "below"))).laid().0.pages[0].items.len()
    };
    // Four lines around each of four cells and around the table (its sides once a row), instead of one between two cells.
    let (apart, beside) = (drawn(r#"<w:tblCellSpacing w:w="100" w:type="dxa"/>"#), drawn(""));
    assert!(apart >= beside + 8, "{apart} lines and words, {beside} without space");
}

/// A shape of 100 by 40 pt at the left of its column that text goes around tightly, without an outline of its own.
fn tight(outline: i32) -> String {
    let polygon = r#"<wp:wrapPolygon edited="0"><wp:start x="0" y="0"/><wp:lineTo x="0" y="21600"/><wp:lineTo x="21600" y="21600"/><wp:lineTo x="21600" y="0"/><wp:lineTo x="0" y="0"/></wp:wrapPolygon>"#;
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="1270000" cy="508000"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapTight wrapText="bothSides">{polygon}</wp:wrapTight><wp:docPr id="1" name="s"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr><a:prstGeom prst="rect"/><a:ln w="{outline}"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#
    )
}

#[test]
fn half_the_outline_of_what_text_goes_around_tightly_pushes_the_line_above() {
    for outline in [9_525, 50_800] {
        let anchor = format!("<w:p>{}<w:r><w:t>anchor</w:t></w:r></w:p>", tight(outline));
        let sheet = Sheet::body(format!("{}{}{anchor}", p("", "first"), p("", "second")));
        sheet.stands(&[(0, "first", 50.0, 61.2), (0, "second", 150.0, 75.0), (0, "anchor", 150.0, 88.8)]);
    }
}

#[test]
fn a_line_that_a_frame_reaches_by_a_twip_stands_beside_it() {
    let body = |text: &str, y: u32| {
        let place =
            format!(r#"<w:framePr w:w="1200" w:hSpace="100" w:wrap="around" w:vAnchor="text" w:hAnchor="margin" w:x="1" w:y="{y}"/>"#);
        Sheet::body(format!(
            "{}{}{}{}",
            p("", "above"),
            p(&place, text),
            p("", "wa"),
            ["wb", "wc", "wd", "we", "wf"].map(|word| p("", word)).concat()
        ))
    };
    // One line of the frame, and five.
    body("framed", 1).stands(&[(0, "wa", 115.0, 75.0), (0, "wb", 115.0, 88.8), (0, "wc", 50.0, 102.6)]);
    body("framed", 0).stands(&[(0, "wa", 115.0, 75.0), (0, "wb", 50.0, 88.8)]);
    body(LONG, 1).stands(&[(0, "wa", 115.0, 75.0), (0, "we", 115.0, 130.2), (0, "wf", 115.0, 144.0)]);
}

/// A shape of 150 by 40 pt without insets that grows with these paragraphs.
fn grown(preset: &str, paragraphs: &str) -> String {
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="1905000" cy="508000"/><wp:effectExtent l="0" t="0" r="0" b="0"/><wp:wrapSquare wrapText="bothSides"/><wp:docPr id="1" name="s"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="{preset}"/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent>{paragraphs}</w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"><a:spAutoFit/></wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#
    )
}

#[test]
fn a_shape_grows_by_its_text_and_keeps_what_it_kept_of_its_saved_size() {
    let after = r#"<w:spacing w:after="200"/>"#;
    let text = format!("{}{}", p(after, "inone"), p(after, "intwo"));
    let body = |preset: &str| {
        Sheet::body(format!(
            "<w:p>{}<w:r><w:t>anchor</w:t></w:r></w:p>{}",
            grown(preset, &text),
            (0..6).map(|at| p("", &format!("w{at}x"))).collect::<String>()
        ))
    };
    // A plus keeps a quarter of its height above and below: 67.6 pt in all, of which the text begins at 16.9.
    body("plus").stands(&[(0, "inone", 50.0, 78.1), (0, "w3x", 200.0, 116.4), (0, "w4x", 50.0, 130.2)]);
    body("ellipse").stands(&[(0, "inone", 72.0, 69.9), (0, "w3x", 200.0, 116.4), (0, "w4x", 50.0, 130.2)]);
}

#[test]
fn a_floating_table_that_pushes_its_paragraph_to_the_next_page_goes_along() {
    // The third line has no room beside the table, nor below it: both stay apart, and the line where it was.
    for (anchors, down) in
        [(r#"w:vertAnchor="margin" w:horzAnchor="margin""#, 600), (r#"w:vertAnchor="page" w:horzAnchor="page""#, 1600), ("", 600)]
    {
        let position = format!(r#"<w:tblpPr w:leftFromText="100" w:rightFromText="100" {anchors} w:tblpXSpec="center" w:tblpY="{down}"/>"#);
        let rows: String = (0..11).map(|at| row("", &[("", p("", &format!("r{at}x")))])).collect();
        let floating = table(&format!("{position}{}{FIXED}", borders(4)), &[2000], &rows);
        let above = ["first", "second", "widewordthird"].map(|word| p("", word)).concat();
        for mode in [14, 15] {
            let sheet = Sheet { mode, ..Sheet::body(format!("{above}{floating}{}{}", p("", "anchor"), p("", "last"))) };
            sheet.stands(&[(0, "widewordthird", 50.0, 88.8), (1, "r0x", 105.4, 91.7), (1, "anchor", 50.0, 61.2)]);
        }
    }
}

#[test]
fn a_floating_table_goes_to_a_new_page_with_the_paragraph_it_begins_with() {
    let position = r#"<w:tblpPr w:leftFromText="100" w:rightFromText="100" w:vertAnchor="text" w:tblpXSpec="left" w:tblpY="1"/>"#;
    let starts = p("<w:pageBreakBefore/>", "starts");
    let floating = table(&format!("{position}{}{FIXED}", borders(4)), &[2000], &row("", &[("", starts)]));
    let sheet = Sheet::body(format!("{}{floating}{}", p("", "first"), p("", "anchor")));
    let page = |word: &str| sheet.places().iter().find(|place| place.1 == word).map(|place| place.0);
    assert_eq!((page("first"), page("starts"), page("anchor")), (Some(0), Some(1), Some(1)));
}

/// A paragraph of so many lines that are kept together.
fn kept_lines(count: u8) -> String {
    let line = |at: u8| format!("<w:r><w:t>k{at}x</w:t>{}</w:r>", if at + 1 < count { "<w:br/>" } else { "" });
    format!("<w:p><w:pPr><w:keepLines/></w:pPr>{}</w:p>", (0..count).map(line).collect::<String>())
}

fn lines_above(count: u8) -> String {
    (0..count).map(|at| p("", &format!("x{at}"))).collect()
}

#[test]
fn lines_are_not_kept_together_in_cells() {
    let of = |sheet: &Sheet, word: &str| sheet.places().iter().find(|place| place.1 == word).map(|place| place.0);
    let look = format!("{}{FIXED}", borders(4));
    for lines in [6, 14, 20] {
        let plain = table(&look, &[3000], &row("", &[("", kept_lines(lines))]));
        let beside = table(&look, &[1500, 1500], &row("", &[("", kept_lines(lines)), ("", p("", "other"))]));
        let nested = table(
            &look,
            &[3000],
            &row("", &[("", format!("{}{}", table(&look, &[2500], &row("", &[("", kept_lines(lines))])), p("", "end")))]),
        );
        for rows in [plain, beside, nested] {
            let sheet = Sheet::body(format!("{}{rows}{}", lines_above(10), p("", "below")));
            assert_eq!((of(&sheet, "k0x"), of(&sheet, "k3x"), of(&sheet, "k5x")), (Some(0), Some(0), Some(1)), "{lines}");
        }
        // In the body they are.
        let body = Sheet::body(format!("{}{}", lines_above(10), kept_lines(lines)));
        assert_eq!(of(&body, "k0x"), Some(1), "{lines}");
    }
}

#[test]
fn lines_kept_together_that_are_higher_than_a_page_leave_none_alone() {
    // Fourteen lines fill a page.
    let sheet = Sheet::body(format!("{}{}{}", lines_above(10), kept_lines(15), p("", "below")));
    sheet.stands(&[
        (1, "k0x", 50.0, 61.2),
        (1, "k12x", 50.0, 226.8),
        (2, "k13x", 50.0, 61.2),
        (2, "k14x", 50.0, 75.0),
        (2, "below", 50.0, 88.8),
    ]);
}

#[test]
fn rows_kept_with_the_next_go_to_the_next_page_however_high_they_are() {
    let look = format!("{}{FIXED}", borders(4));
    let kept = "<w:keepNext/>";
    let one = |properties: &str, word: &str| row("", &[("", p(properties, word))]);
    let of = |body: String, word: &str| Sheet::body(body).places().iter().find(|place| place.1 == word).map(|place| place.0);
    for lines in [8, 14, 20] {
        let tall = |first: &str| row("", &[("", format!("{}{}", p(first, "tall"), lines_above(lines - 1)))]);
        let many: String = (0..lines).map(|at| one(kept, &format!("m{at}x"))).collect();
        let body = |rows: &str| format!("{}{}{}", lines_above(7), table(&look, &[3000], rows), p("", "below"));
        assert_eq!(of(body(&format!("{}{}{}", one("", "first"), tall(kept), one("", "end"))), "tall"), Some(1), "{lines}");
        assert_eq!(of(body(&format!("{}{}", tall(kept), one("", "end"))), "tall"), Some(1), "{lines}");
        assert_eq!(of(body(&format!("{}{many}{}", one("", "first"), one("", "end"))), "m0x"), Some(1), "{lines}");
        // Others are divided where the page ends.
        assert_eq!(of(body(&format!("{}{}{}", one("", "first"), tall(""), one("", "end"))), "tall"), Some(0), "{lines}");
    }
}
