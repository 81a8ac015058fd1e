//! Places that LibreOffice 7.4 and Spire agree on, or where Word is followed as Spire has it; found by searching with fresh documents (`docs/engine-rules.md`).
//!
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use docx_to_pdf::warning::Warning;

use crate::breadth::Sheet;
use crate::measured::{borders, p, row, table};

const SQUARE: &str = r#"<wp:wrapSquare wrapText="bothSides"/>"#;
const AROUND: &str = "<wp:wrapTopAndBottom/>";
const FIXED: &str = r#"<w:tblLayout w:type="fixed"/>"#;

/// What floats: its base and distance down, its place in the column, its size, what text does, what it is.
fn floating((base, down): (&str, i32), across: i32, (width, height): (i32, i32), wrap: &str, content: &str) -> String {
    let emu = |points: i32| points * 12_700;
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>{}</wp:posOffset></wp:positionH><wp:positionV relativeFrom="{base}"><wp:posOffset>{}</wp:posOffset></wp:positionV><wp:extent cx="{}" cy="{}"/>{wrap}<wp:docPr id="5" name="p"/><a:graphic>{content}</a:graphic></wp:anchor></w:drawing></w:r>"#,
        emu(across),
        emu(down),
        emu(width),
        emu(height)
    )
}

fn picture(place: (&str, i32), across: i32, size: (i32, i32), wrap: &str) -> String {
    let content = r#"<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip r:embed="picture"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData>"#;
    floating(place, across, size, wrap, content)
}

fn shape(preset: &str, size: (i32, i32), fit: &str, text: &str) -> String {
    let content = format!(
        r#"<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="{preset}"/></wps:spPr><wps:txbx><w:txbxContent>{text}</w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0">{fit}</wps:bodyPr></wps:wsp></a:graphicData>"#
    );
    floating(("paragraph", 0), 0, size, AROUND, &content)
}

fn paragraph(properties: &str, content: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr>{content}</w:p>")
}

fn run(text: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

const TAB: &str = "<w:r><w:tab/></w:r>";

/// Paragraphs of one word each.
fn words(word: &str, count: u8) -> String {
    (0..count).map(|at| p("", &format!("{word}{}", char::from(b'a' + at)))).collect()
}

/// A table of one cell, 195 pt wide.
fn cell(content: &str) -> String {
    table(&format!("{}{FIXED}", borders(8)), &[3900], &row("", &[("", content.to_owned())]))
}

fn said(warnings: &[Warning]) -> String {
    warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn text_stands_in_the_rectangle_of_the_grown_shape_in_the_lines_of_the_small_one() {
    let text = format!("{}{}", p("", "aaa bbb"), ["ccc", "ddd", "eee"].map(|word| p("", word)).concat());
    // The lid of a can is as high as its shorter side asks: the width, once the can is higher than wide. So high was it not when it was saved, which is what the can keeps around its text (Spire; LibreOffice keeps the lid's final height).
    let can = paragraph("", &format!("{}{}", shape("can", (60, 30), "<a:spAutoFit/>", &text), run("anchor")));
    Sheet::body(can).stands(&[(0, "aaa", 50.0, 76.2), (0, "eee", 50.0, 117.6), (0, "anchor", 50.0, 127.7)]);
    // Grown it would leave no room for two words in a line.
    let text = format!("{}{}{}", p("", "aaaaa bbb"), p("", "ccc"), p("", "ddd"));
    let plate = paragraph("", &format!("{}{}", shape("homePlate", (60, 30), "<a:spAutoFit/>", &text), run("anchor")));
    Sheet::body(plate).stands(&[(0, "ccc", 50.0, 75.0), (0, "ddd", 50.0, 88.8), (0, "anchor", 50.0, 102.6)]);
}

#[test]
fn a_row_goes_below_the_float_that_it_would_meet() {
    let rows: String =
        ["a", "b", "c"].map(|at| row("", &[("", format!("{}{}", p("", &format!("r{at}one")), p("", &format!("r{at}two"))))])).concat();
    let below = |down: i32, across: i32, width: u32| {
        let anchor = paragraph("", &format!("{}{}", picture(("page", down), across, (40, 40), SQUARE), run("anchor")));
        let rows = table(&format!("{}{FIXED}", borders(8)), &[width], &rows);
        Sheet::body(format!("{anchor}{rows}{}", p("", "after")))
    };
    below(80, 0, 3900).stands(&[(0, "raone", 55.9, 132.2), (0, "rcone", 55.9, 189.4), (0, "after", 50.0, 218.0)]);
    // Spire; in LibreOffice the whole table goes below.
    below(110, 0, 3900).stands(&[(0, "raone", 55.9, 76.0), (0, "ratwo", 55.9, 89.8), (0, "rbone", 55.9, 162.2), (0, "after", 50.0, 219.4)]);
    below(80, 150, 2000).stands(&[(0, "raone", 55.9, 76.0), (0, "rcone", 55.9, 133.2), (0, "after", 50.0, 161.8)]);
}

#[test]
fn what_is_anchored_in_a_paragraph_without_room_moves_nothing_on_its_page() {
    let anchor = format!("{}{}<w:r><w:br/></w:r>{}", picture(("page", 60), 0, (40, 40), SQUARE), run("first"), run("second"));
    Sheet::body(format!("{}{}", words("line", 13), paragraph("<w:keepLines/>", &anchor))).stands(&[
        (0, "linea", 50.0, 61.2),
        (0, "lineb", 50.0, 75.0),
        (0, "linem", 50.0, 226.8),
        (1, "first", 90.0, 61.2),
        (1, "second", 90.0, 75.0),
    ]);
}

#[test]
fn a_line_may_end_at_a_page_break_in_a_cell() {
    let broken = paragraph("", &format!(r#"{}<w:r><w:br w:type="page"/></w:r>{}"#, run("aaaa bbbb "), run(&"c".repeat(30))));
    Sheet::body(format!("{}{}", cell(&broken), p("", "x"))).stands(&[
        (0, "aaaa bbbb", 55.9, 62.2),
        (0, "ccc", 55.9, 76.0),
        (0, "x", 50.0, 90.8),
    ]);
}

#[test]
fn text_in_a_cell_stands_at_a_decimal_stop_without_a_tab() {
    let stop = r#"<w:tabs><w:tab w:val="decimal" w:pos="1700"/></w:tabs>"#;
    Sheet::body(format!("{}{}", cell(&p(stop, "abc")), p(stop, "body"))).stands(&[(0, "abc", 124.2, 62.2), (0, "body", 50.0, 77.0)]);
    let both = format!("{}{}", p(&format!(r#"{stop}<w:jc w:val="right"/>"#), "abc"), p(stop, "twelve"));
    Sheet::body(cell(&both)).stands(&[(0, "abc", 223.4, 62.2), (0, "twelve", 108.9, 76.0)]);
}

#[test]
fn a_tab_beyond_a_right_indent_goes_to_the_next_line() {
    let indent = r#"<w:ind w:right="1900"/>"#;
    let right = r#"<w:ind w:right="1900"/><w:jc w:val="right"/>"#;
    let body = [
        paragraph(indent, &format!("{}{TAB}", run("aaaaaa bbbbbb"))),
        paragraph(right, &format!("{}{TAB}", run("gggggg hhhhhh"))),
        p("", "after"),
    ];
    Sheet::body(body.concat()).stands(&[(0, "aaaaaa", 50.0, 61.2), (0, "gggggg", 80.0, 75.0), (0, "after", 50.0, 102.6)]);
    let narrow = paragraph(r#"<w:ind w:right="2100"/>"#, &format!("{}{TAB}{}", run("aaaaaa bbbbbb c"), run("fff")));
    Sheet::body(format!("{narrow}{}", p("", "after"))).stands(&[(0, "fff", 86.0, 75.0), (0, "after", 50.0, 88.8)]);
}

#[test]
fn letter_spacing_behind_the_last_letter_of_a_justified_line_needs_no_room() {
    for indent in [1520, 1538] {
        let properties = format!(r#"<w:ind w:right="{indent}"/><w:jc w:val="both"/>"#);
        let text = r#"<w:r><w:rPr><w:spacing w:val="40"/></w:rPr><w:t>aaaaa bbbbb ccccc ddddd</w:t></w:r>"#;
        let sheet = Sheet::body(paragraph(&properties, text));
        sheet.stands(&[(0, "aaaaa", 50.0, 61.2), (0, "ddddd", 50.0, 75.0)]);
        assert!(sheet.places().iter().all(|place| place.3 < 76.0), "two lines: {:?}", sheet.places());
    }
}

#[test]
fn what_proportional_spacing_adds_may_hang_over_a_float() {
    let half_more = r#"<w:spacing w:line="360" w:lineRule="auto"/>"#;
    let place = |down: i32| {
        let anchor = format!("{}{}", picture(("paragraph", down), 0, (60, 20), AROUND), run("above"));
        Sheet::body(format!("{}{}", paragraph(half_more, &anchor), p("", "after")))
    };
    for down in [14, 18, 22] {
        place(down).stands(&[(0, "above", 50.0, 61.2)]);
    }
    place(10).stands(&[(0, "above", 50.0, 91.2), (0, "after", 50.0, 111.9)]);
}

#[test]
fn frames_in_cells_and_text_boxes_stand_in_the_text() {
    let frame = r#"<w:framePr w:w="0" w:h="0" w:hSpace="0" w:vSpace="0" w:y="0" w:xAlign="left" w:vAnchor="margin" w:hRule="exact"/>"#;
    let text = format!("{}{}", p(frame, "framed"), p("", "plain"));
    let boxed = paragraph("", &format!("{}{}", shape("rect", (100, 40), "<a:noAutofit/>", &text), run("anchor")));
    Sheet::body(boxed).stands(&[(0, "framed", 50.0, 61.2), (0, "plain", 50.0, 75.0), (0, "anchor", 50.0, 101.2)]);
    // Nor do they keep automatic space at the cell's top.
    let text = format!("{}{}", p(&format!(r#"{frame}<w:spacing w:beforeAutospacing="1"/>"#), "framed"), p("", "plain"));
    Sheet::body(format!("{}{}", cell(&text), p("", "x"))).stands(&[
        (0, "framed", 55.9, 62.2),
        (0, "plain", 55.9, 76.0),
        (0, "x", 50.0, 90.8),
    ]);
}

#[test]
fn a_frame_counts_from_above_the_space_that_contextual_spacing_drops() {
    let frame = r#"<w:framePr w:w="1000" w:hSpace="0" w:wrap="around" w:vAnchor="text" w:hAnchor="margin" w:xAlign="right" w:y="1"/>"#;
    for (contextual, y) in [("<w:contextualSpacing/>", 75.0), ("", 85.0)] {
        let above = p(&format!(r#"<w:spacing w:after="200"/>{contextual}"#), "above");
        Sheet::body(format!("{above}{}{}", p(frame, "framed"), p("", "below"))).stands(&[(0, "framed", 200.0, y), (0, "below", 50.0, y)]);
    }
}

#[test]
fn turned_text_stands_between_the_margins_of_its_cell() {
    let margins = r#"<w:tblCellMar><w:left w:w="200" w:type="dxa"/><w:right w:w="40" w:type="dxa"/></w:tblCellMar>"#;
    for (direction, [top, middle, last]) in [("btLr", [71.7, 156.3, 240.9]), ("tbRl", [102.3, 147.7, 193.1])] {
        let turned =
            |align: &str, word: &str| (format!(r#"<w:textDirection w:val="{direction}"/><w:vAlign w:val="{align}"/>"#), p("", word));
        let cells = [turned("top", "one"), turned("center", "two"), turned("bottom", "three")];
        let cells: Vec<(&str, String)> = cells.iter().map(|(properties, content)| (properties.as_str(), content.clone())).collect();
        let turned = row(r#"<w:trHeight w:val="1000" w:hRule="atLeast"/>"#, &cells);
        let sheet =
            Sheet::body(format!("{}{}", table(&format!("{}{FIXED}{margins}", borders(8)), &[1300, 1300, 1300], &turned), p("", "x")));
        for (word, x) in [("one", top), ("two", middle), ("three", last)] {
            let places = sheet.places();
            assert!(
                places.iter().any(|place| place.1 == word && (place.2 - x).abs() < 0.4),
                "{direction} {word} is not at {x}: {places:?}"
            );
        }
    }
}

#[test]
fn a_fifth_of_the_page_is_left_to_the_text_between_a_huge_header_and_footer() {
    let reference = |kind: &str| format!(r#"<w:{kind}Reference r:id="{kind}"/>"#);
    let footed = Sheet { footer: words("foot", 16), section: reference("footer"), ..Sheet::body(words("body", 8)) };
    footed.stands(&[(0, "bodya", 50.0, 61.2), (0, "bodyc", 50.0, 88.8), (1, "bodyd", 50.0, 61.2), (2, "bodyh", 50.0, 75.0)]);
    assert!(said(&footed.laid().1).contains("a footer that leaves the text too little"));
    let headed = Sheet { header: words("head", 18), section: reference("header"), ..Sheet::body(words("body", 8)) };
    headed.stands(&[(0, "bodya", 50.0, 215.2), (0, "bodyc", 50.0, 242.8), (1, "bodyd", 50.0, 215.2), (2, "bodyh", 50.0, 229.0)]);
    assert!(said(&headed.laid().1).contains("a header that leaves the text too little"));
    // What leaves more pushes the text as ever.
    let fits = Sheet { footer: words("foot", 10), section: reference("footer"), ..Sheet::body(words("body", 8)) };
    fits.stands(&[(0, "bodyf", 50.0, 130.2), (1, "bodyg", 50.0, 61.2), (0, "foota", 50.0, 153.2)]);
    assert!(!said(&fits.laid().1).contains("too little"));
}

#[test]
fn a_row_that_a_merged_cell_makes_high_is_divided_between_pages() {
    let start = r#"<w:vMerge w:val="restart"/>"#;
    let rows = [
        row("", &[(start, words("tall", 20)), ("", p("", "first"))]),
        row("", &[("<w:vMerge/>", "<w:p/>".to_owned()), ("", p("", "second"))]),
    ];
    let merged = table(&format!("{}{FIXED}", borders(8)), &[1900, 1900], &rows.concat());
    Sheet::body(format!("{merged}{}", p("", "after"))).stands(&[
        (0, "first", 150.9, 62.2),
        (0, "second", 150.9, 77.0),
        (0, "talln", 55.9, 241.6),
        (1, "tallo", 55.9, 62.2),
        (1, "tallt", 55.9, 131.2),
        (1, "after", 50.0, 146.0),
    ]);
}

#[test]
fn text_below_a_float_of_its_cell_stays_below_it_on_the_next_page() {
    let anchor = paragraph("", &format!("{}{}", picture(("paragraph", 0), 0, (190, 30), SQUARE), run("below")));
    let long = format!("{}{anchor}{}", words("cell", 13), p("", "last"));
    Sheet::body(format!("{}{}", cell(&long), p("", "after"))).stands(&[
        (0, "cellm", 55.9, 227.8),
        (1, "below", 55.9, 92.2),
        (1, "last", 55.9, 106.0),
        (1, "after", 50.0, 120.8),
    ]);
}

#[test]
fn a_float_moves_the_text_above_it_on_a_page_that_begins_within_a_table() {
    let rows: String = (0..15_u8).map(|at| row("", &[("", p("", &format!("row{}", char::from(b'a' + at))))])).collect();
    let anchor = paragraph("", &format!("{}{}", picture(("margin", 40), 0, (60, 30), AROUND), run("anchor")));
    let rows = table(&format!("{}{FIXED}", borders(8)), &[3900], &rows);
    Sheet::body(format!("{rows}{}{anchor}{}", p("", "above"), p("", "last"))).stands(&[
        (1, "rowo", 55.9, 77.0),
        (1, "above", 50.0, 131.2),
        (1, "anchor", 50.0, 145.0),
        (1, "last", 50.0, 158.8),
    ]);
}

/// A list of numbers, each level indented by 36 pt more and hanging by 18.
fn numbering() -> String {
    let level = |at: u32| {
        format!(
            r#"<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%{}."/><w:lvlJc w:val="left"/><w:pPr><w:ind w:left="{}" w:hanging="360"/></w:pPr></w:lvl>"#,
            at + 1,
            720 * (at + 1)
        )
    };
    format!(
        r#"<w:abstractNum w:abstractNumId="0">{}{}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#,
        level(0),
        level(1)
    )
}

fn item(level: u32, text: &str) -> String {
    p(&format!(r#"<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>"#), text)
}

#[test]
fn a_number_beside_a_float_stands_at_its_edge_and_its_text_at_the_indent_or_a_default_stop() {
    let beside = |width: i32, mode: u32, level: u32| {
        let anchor = paragraph("", &format!("{}{}", picture(("paragraph", 0), 0, (width, 60), SQUARE), run("anchor")));
        Sheet { numbering: numbering(), mode, ..Sheet::body(format!("{anchor}{}{}", item(level, "text"), p("", "after"))) }
    };
    for (width, level, text) in [(60, 0, 146.0), (30, 0, 116.0), (25, 0, 86.0), (60, 1, 122.0), (90, 1, 176.0)] {
        let edge = 50.0 + width as f32;
        beside(width, 15, level).stands(&[(0, "1.", edge, 75.0), (0, "text", text, 75.0), (0, "after", edge, 88.8)]);
    }
    // Before mode 15 both keep their indents from the float.
    for (width, level, number) in [(80, 0, 148.0), (80, 1, 184.0), (60, 1, 164.0)] {
        beside(width, 14, level).stands(&[(0, "1.", number, 75.0), (0, "text", number + 18.0, 75.0)]);
    }
    let anchor = paragraph("", &format!("{}{}", picture(("paragraph", 0), 0, (60, 40), SQUARE), run("anchor")));
    let inside = Sheet { numbering: numbering(), ..Sheet::body(cell(&format!("{anchor}{}", item(0, "text")))) };
    inside.stands(&[(0, "1.", 115.9, 76.0), (0, "text", 151.9, 76.0)]);
    // Where nothing reaches the number it stands as ever.
    beside(10, 15, 0).stands(&[(0, "1.", 68.0, 75.0), (0, "text", 86.0, 75.0)]);
}

#[test]
fn a_first_line_indent_counts_from_the_float_beside_it() {
    let anchor = paragraph("", &format!("{}{}", picture(("paragraph", 0), 0, (80, 110), SQUARE), run("anchor")));
    let lines = |first: &str, second: &str| format!("{}<w:r><w:br/></w:r>{}", run(first), run(second));
    let indented = paragraph(r#"<w:ind w:left="360" w:firstLine="300"/>"#, &lines("firsta", "firstb"));
    // One that has no room beside the float does not go below it for that.
    let far = picture(("paragraph", 0), 120, (40, 60), r#"<wp:wrapSquare wrapText="largest"/>"#);
    let far = paragraph(r#"<w:ind w:firstLine="2400"/>"#, &format!("{far}{}", run("far")));
    Sheet::body(format!("{}{far}", p("", "one"))).stands(&[(0, "one", 50.0, 61.2), (0, "far", 210.0, 75.0)]);
    let hanging = paragraph(r#"<w:ind w:left="720" w:hanging="200"/>"#, &lines("hanga", "hangb"));
    for (mode, hang) in [(15, 130.0), (14, 156.0)] {
        Sheet { mode, ..Sheet::body(format!("{anchor}{indented}{hanging}")) }.stands(&[
            (0, "firsta", 145.0, 75.0),
            (0, "firstb", 130.0, 88.8),
            (0, "hanga", hang, 102.6),
            (0, "hangb", 130.0, 116.4),
        ]);
    }
}

const TURNED: &str = r#"<w:textDirection w:val="btLr"/>"#;

#[test]
fn a_row_with_turned_text_is_divided_between_pages() {
    let turned = |count: u8, width: u32| {
        let rows = [row("", &[("", words("r", count)), (TURNED, p("", "zz"))]), row("", &[("", p("", "below")), ("", p("", "beside"))])];
        table(&format!("{}{FIXED}", borders(8)), &[width, width], &rows.concat())
    };
    // Spire; LibreOffice moves the row of the body to the next page, and agrees for the nested one's first lines.
    Sheet::body(format!("{}{}{}", words("q", 5), turned(10, 1950), p("", "after"))).stands(&[
        (0, "ra", 55.9, 131.2),
        (1, "rj", 55.9, 62.2),
        (1, "below", 55.9, 77.0),
        (1, "after", 50.0, 91.8),
    ]);
    Sheet::body(format!("{}{}{}", words("q", 5), cell(&format!("{}{}", turned(10, 1500), p("", "end"))), p("", "after"))).stands(&[
        (0, "ra", 61.8, 132.2),
        (1, "rj", 61.8, 63.2),
        (1, "below", 61.8, 78.0),
        (1, "after", 50.0, 107.6),
    ]);
    // One longer than a page loses nothing.
    Sheet::body(format!("{}{}{}", p("", "one"), turned(20, 1950), p("", "after")))
        .stands(&[(0, "rl", 55.9, 227.8), (1, "rt", 55.9, 145.0)]);
}

#[test]
fn a_row_of_turned_text_alone_is_as_high_as_it_were_level() {
    let many = "aa bb cc dd ee ff gg hh ii jj kk ll mm nn";
    for (text, y) in [(p("", "ab"), 77.0), (p("", many), 104.6), (format!("{}{}", p("", many), p("", "cc dd ee")), 118.4)] {
        let rows = format!("{}{}", row("", &[(TURNED, text)]), row("", &[("", p("", "below"))]));
        Sheet::body(format!("{}{}", table(&format!("{}{FIXED}", borders(8)), &[1950], &rows), p("", "after")))
            .stands(&[(0, "below", 55.9, y), (0, "after", 50.0, y + 14.8)]);
    }
    // Beside a merged cell that goes on it is as high as the paragraph there.
    let goes_on = || ("<w:vMerge/>", "<w:p/>".to_owned());
    let rows = [
        row("", &[(r#"<w:vMerge w:val="restart"/>"#, p("", "x")), ("", p("", "y"))]),
        row("", &[goes_on(), (TURNED, p("", many))]),
        row("", &[goes_on(), ("", p("", "below"))]),
    ];
    let merged = table(&format!("{}{FIXED}", borders(8)), &[1950, 1950], &rows.concat());
    Sheet::body(format!("{merged}{}", p("", "after"))).stands(&[(0, "below", 153.4, 91.8), (0, "after", 50.0, 106.6)]);
}

#[test]
fn a_merged_cell_of_a_nested_table_loses_no_line_where_a_page_ends() {
    let goes_on = || ("<w:vMerge/>", "<w:p/>".to_owned());
    let nested = |lines: u8, align: &str| {
        let start = format!(r#"<w:vMerge w:val="restart"/>{align}"#);
        let rows = [
            row("", &[(&*start, words("m", lines)), ("", p("", "sa"))]),
            row("", &[goes_on(), ("", words("t", 6))]),
            row("", &[goes_on(), ("", words("u", 6))]),
        ];
        let inner = table(&format!("{}{FIXED}", borders(8)), &[1500, 1500], &rows.concat());
        cell(&format!("{inner}{}", p("", "end")))
    };
    for (lines, end) in [(16, 160.8), (3, 119.4)] {
        Sheet::body(format!("{}{}{}", words("q", 5), nested(lines, ""), p("", "after"))).stands(&[
            (0, "ma", 61.8, 132.2),
            (0, "mc", 61.8, 159.8),
            (0, "ub", 136.8, 244.6),
            (1, "uc", 136.8, 63.2),
            (1, "end", 55.9, end),
        ]);
    }
    Sheet::body(format!("{}{}", words("q", 5), nested(16, ""))).stands(&[
        (0, "mi", 61.8, 242.6),
        (1, "mj", 61.8, 63.2),
        (1, "mp", 61.8, 146.0),
    ]);
    // On one page it is aligned over all its rows.
    Sheet::body(nested(3, r#"<w:vAlign w:val="bottom"/>"#)).stands(&[(0, "mc", 61.8, 230.8), (0, "uf", 136.8, 230.8)]);
}

#[test]
fn a_merged_cell_is_aligned_above_the_table_s_last_border() {
    for (align, y, width) in [("bottom", 146.0, 8), ("center", 117.9, 8), ("bottom", 148.0, 16)] {
        let start = format!(r#"<w:vMerge w:val="restart"/><w:vAlign w:val="{align}"/>"#);
        let rows = [
            row("", &[(&*start, words("m", 3)), ("", p("", "sa"))]),
            row("", &[("<w:vMerge/>", "<w:p/>".to_owned()), ("", words("t", 6))]),
        ];
        let merged = table(&format!("{}{FIXED}", borders(width)), &[1500, 1500], &rows.concat());
        let x = 55.4 + width as f32 / 16.0;
        Sheet::body(format!("{merged}{}", p("", "after"))).stands(&[(0, "mc", x, y)]);
    }
}

#[test]
fn a_framed_paragraph_may_start_a_page() {
    for (place, x, y) in [
        (r#"w:vAnchor="page" w:hAnchor="page" w:x="1600" w:y="3000""#, 80.0, 161.2),
        (r#"w:vAnchor="text" w:hAnchor="text" w:xAlign="right" w:y="1""#, 200.0, 61.2),
    ] {
        let framed = p(&format!(r#"<w:pageBreakBefore/><w:framePr w:w="1000" w:hSpace="0" w:wrap="around" {place}/>"#), "framed");
        Sheet::body(format!("{}{framed}{}", p("", "one"), p("", "below"))).stands(&[
            (0, "one", 50.0, 61.2),
            (1, "framed", x, y),
            (1, "below", 50.0, 61.2),
        ]);
    }
}

#[test]
fn a_frame_pushes_the_text_above_it_and_moves_up_rather_than_leave_the_page() {
    let frame = |place: &str| format!(r#"<w:framePr w:w="1000" w:hSpace="0" w:wrap="around" {place}/>"#);
    for (place, y) in [
        (r#"w:vAnchor="page" w:hAnchor="page" w:x="1000" w:y="1500""#, 86.2),
        (r#"w:vAnchor="margin" w:hAnchor="margin" w:xAlign="left" w:y="300""#, 76.2),
    ] {
        for mode in [14, 15] {
            let body = format!("{}{}{}", words("q", 5), p(&frame(place), "framed"), p("", "below"));
            Sheet { mode, ..Sheet::body(body) }.stands(&[
                (0, "qa", 50.0, 61.2),
                (0, "qb", 100.0, 75.0),
                (0, "qd", 50.0, 102.6),
                (0, "framed", 50.0, y),
                (0, "below", 50.0, 130.2),
            ]);
        }
    }
    let lines = |count: u8| {
        let lines = (0..count).map(|at| run(&format!("f{}", char::from(b'a' + at)))).collect::<Vec<_>>();
        lines.join("<w:r><w:br/></w:r>")
    };
    let long = |count: u8, align: &str| {
        let place = frame(&format!(r#"w:vAnchor="text" w:hAnchor="text" w:xAlign="{align}" w:y="1""#));
        Sheet::body(format!("{}{}{}", words("q", 5), paragraph(&place, &lines(count)), p("", "below")))
    };
    long(14, "left").stands(&[
        (0, "qd", 50.0, 102.6),
        (0, "qe", 100.0, 116.4),
        (0, "fa", 50.0, 118.0),
        (0, "fn", 50.0, 297.4),
        (0, "below", 100.0, 130.2),
    ]);
    long(14, "right").stands(&[(0, "qe", 50.0, 116.4), (0, "fa", 200.0, 118.0), (0, "below", 50.0, 130.2)]);
    long(12, "left").stands(&[(0, "qe", 50.0, 116.4), (0, "fa", 50.0, 130.3), (0, "below", 100.0, 130.2)]);
}

#[test]
fn text_goes_around_a_frame_as_its_wrapping_says() {
    for (wrap, qb, qc, below) in [
        (r#"w:wrap="none""#, (50.0, 75.0), (50.0, 88.8), 102.6),
        (r#"w:wrap="notBeside""#, (50.0, 90.0), (50.0, 103.8), 117.6),
        (r#"w:wrap="auto""#, (100.0, 75.0), (100.0, 88.8), 102.6),
        (r#"w:wrap="through""#, (100.0, 75.0), (100.0, 88.8), 102.6),
    ] {
        let frame = format!(r#"<w:framePr w:w="1000" {wrap} w:y="1300" w:xAlign="left" w:vAnchor="page" w:hAnchor="margin"/>"#);
        Sheet::body(format!("{}{}{}", words("q", 3), p(&frame, "framed"), p("", "below"))).stands(&[
            (0, "qa", 50.0, 61.2),
            (0, "framed", 50.0, 76.2),
            (0, "qb", qb.0, qb.1),
            (0, "qc", qc.0, qc.1),
            (0, "below", 50.0, below),
        ]);
    }
}

#[test]
fn a_row_of_a_nested_table_stands_beside_a_float_or_below_it() {
    let nested = |width: u32, down: i32, wrap: &str| {
        let rows: String = ["ra", "rb", "rc"].map(|word| row("", &[("", p("", word))])).concat();
        let inner = table(&format!("{}{FIXED}", borders(8)), &[width], &rows);
        let anchor = paragraph("", &format!("{}{}", picture(("page", down), 10, (60, 20), wrap), run("anchor")));
        Sheet::body(format!("{}{}", cell(&format!("{}{inner}{anchor}", p("", "top"))), p("", "after")))
    };
    // Spire (which keeps the rows below aside, too); in LibreOffice the whole table goes below.
    nested(2000, 20, SQUARE).stands(&[
        (0, "ra", 131.8, 77.0),
        (0, "rb", 131.8, 91.8),
        (0, "anchor", 55.9, 121.4),
        (0, "after", 50.0, 136.2),
    ]);
    nested(2000, 45, SQUARE).stands(&[(0, "rb", 61.8, 91.8), (0, "rc", 131.8, 106.6), (0, "anchor", 125.9, 121.4)]);
    for wrap in [AROUND, SQUARE] {
        // Without room beside it (both engines for the first row).
        nested(3000, 20, wrap).stands(&[
            (0, "ra", 61.8, 103.2),
            (0, "rc", 61.8, 132.8),
            (0, "anchor", 55.9, 147.6),
            (0, "after", 50.0, 162.4),
        ]);
        nested(3000, 45, wrap).stands(&[(0, "rb", 61.8, 91.8), (0, "rc", 61.8, 128.2), (0, "after", 50.0, 157.8)]);
    }
}

#[test]
fn header_rows_with_nothing_below_them_go_to_the_next_page_together() {
    let header = "<w:tblHeader/>";
    let rows = |rows: &[String]| table(&format!("{}{FIXED}", borders(8)), &[3900], &rows.concat());
    for mode in [14, 15] {
        let x = if mode == 14 { 50.0 } else { 55.9 };
        let one = rows(&[row(header, &[("", words("r", 7))])]);
        Sheet { mode, ..Sheet::body(format!("{}{one}{}", words("q", 9), p("", "after"))) }.stands(&[
            (0, "qi", 50.0, 171.6),
            (1, "ra", x, 62.2),
            (1, "rg", x, 145.0),
            (1, "after", 50.0, 159.8),
        ]);
        let two = rows(&[row(header, &[("", words("r", 2))]), row(header, &[("", words("s", 7))])]);
        Sheet { mode, ..Sheet::body(format!("{}{two}{}", words("q", 9), p("", "after"))) }.stands(&[
            (1, "ra", x, 62.2),
            (1, "sa", x, 90.8),
            (1, "after", 50.0, 188.4),
        ]);
    }
    // Higher than a page it starts one, and loses nothing (LibreOffice cuts it off).
    let long = rows(&[row(header, &[("", words("r", 17))])]);
    Sheet::body(format!("{}{long}{}", words("q", 9), p("", "after"))).stands(&[(1, "ra", 55.9, 62.2), (2, "rq", 55.9, 89.8)]);
    // In a cell it is divided as any other row (Spire).
    let nested =
        cell(&format!("{}{}", table(&format!("{}{FIXED}", borders(8)), &[3000], &row(header, &[("", words("r", 7))])), p("", "end")));
    Sheet::body(format!("{}{nested}", words("q", 9))).stands(&[(0, "ra", 61.8, 187.4), (1, "rg", 61.8, 77.0), (1, "end", 55.9, 91.8)]);
}

fn stop(kind: &str, at: u32) -> String {
    format!(r#"<w:tabs><w:tab w:val="{kind}" w:pos="{at}"/></w:tabs>"#)
}

fn tabbed(properties: &str, before: &str, after: &str) -> String {
    paragraph(properties, &format!("{}{TAB}{}", run(before), if after.is_empty() { String::new() } else { run(after) }))
}

#[test]
fn a_tab_to_a_left_stop_beyond_the_column_stands_alone_on_the_next_line() {
    for at in [4100, 5000] {
        let body = [tabbed(&stop("left", at), "aa bb", ""), tabbed(&stop("left", at), "dd ee", "ff gg"), p("", "after")];
        Sheet::body(body.concat()).stands(&[
            (0, "aa", 50.0, 61.2),
            (0, "dd", 50.0, 88.8),
            (0, "ff", 50.0, 116.4),
            (0, "after", 50.0, 130.2),
        ]);
        // In a header and in a cell, too.
        let header = tabbed(&stop("left", at), "dd ee", "ff gg");
        let headed = Sheet { header, section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "one")) };
        headed.stands(&[(0, "dd", 50.0, 31.2), (0, "ff", 50.0, 58.8), (0, "one", 50.0, 72.6)]);
        let inside = format!("{}{}", tabbed(&stop("left", at), "aa bb", ""), tabbed(&stop("left", at), "dd ee", "ff gg"));
        Sheet::body(format!("{}{}", cell(&inside), p("", "after"))).stands(&[
            (0, "dd", 55.9, 89.8),
            (0, "ff", 55.9, 117.4),
            (0, "after", 50.0, 132.2),
        ]);
    }
}

#[test]
fn before_mode_15_a_stop_beyond_the_column_holds_and_its_text_runs_out_there() {
    for mode in [12, 14] {
        for (kind, at, x) in [("left", 5000, 300.0), ("left", 4100, 255.0), ("center", 5000, 288.5), ("center", 4100, 243.5)] {
            let body = [tabbed(&stop(kind, at), "aa bb", ""), tabbed(&stop(kind, at), "dd ee", "ff gg"), p("", "after")];
            Sheet { mode, ..Sheet::body(body.concat()) }.stands(&[(0, "dd", 50.0, 75.0), (0, "ff", x, 75.0), (0, "after", 50.0, 88.8)]);
        }
        // It has about as much room there as the column is wide (LibreOffice; in Spire it never ends).
        let long = tabbed(&stop("left", 5000), "hh", "long text that goes on and on until line is more than full");
        Sheet { mode, ..Sheet::body(format!("{long}{}", p("", "after"))) }.stands(&[
            (0, "long", 300.0, 61.2),
            (0, "more", 50.0, 75.0),
            (0, "after", 50.0, 88.8),
        ]);
        let right = format!(r#"{}<w:jc w:val="right"/>"#, stop("left", 5000));
        Sheet { mode, ..Sheet::body(tabbed(&right, "hh", "kk")) }.stands(&[(0, "hh", 50.0, 61.2), (0, "kk", 300.0, 61.2)]);
    }
}

#[test]
fn text_at_a_stop_beyond_a_right_indent_reaches_to_the_column_s_edge() {
    for (at, x, last) in [(3500, 225.0, "hh"), (3600, 230.0, "gg")] {
        let indented = tabbed(&format!(r#"{}<w:ind w:right="600"/>"#, stop("left", at)), "dd ee", "ff gg hh ii");
        Sheet::body(format!("{indented}{}", p("", "after"))).stands(&[(0, "ff", x, 61.2), (0, last, 50.0, 75.0), (0, "after", 50.0, 88.8)]);
        Sheet { mode: 14, ..Sheet::body(format!("{indented}{}", p("", "after"))) }.stands(&[(0, "ff", x, 61.2), (0, "after", 50.0, 75.0)]);
    }
}

#[test]
fn a_line_ends_behind_a_blank_before_a_bracket_after_quotation_marks_and_before_a_slash() {
    // 60 pt: the first two words have room, not the third.
    let narrow = r#"<w:ind w:right="2800"/>"#;
    for (first, second) in [
        ("aaaa “bb”", "(ccc)"),
        ("aaaa \"bb\"", "[ccc]"),
        ("aaaa bbb’", "{ccc}"),
        ("aaaa „bb“", "„ccc“"),
        ("aaaa «bb»", "¿ccc"),
        ("aaaa bbbb", "/ccccc"),
    ] {
        let text = format!("{first} {second}").replace('"', "&quot;");
        Sheet::body(p(narrow, &text)).stands(&[(0, first, 50.0, 61.2), (0, second, 50.0, 75.0)]);
    }
    // A blank within brackets and quotation marks still parts nothing.
    Sheet::body(p(narrow, "aaaaaaaa ( bb")).stands(&[(0, "aaaaaaaa", 50.0, 61.2), (0, "( bb", 50.0, 75.0)]);
}
