//! Text around outlines, and around tables that float in cells: places that LibreOffice 7.4 and Spire agree on (`docs/engine-rules.md`).
//!
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use crate::breadth::Sheet;
use crate::measured::{borders, p, row, table};

/// A picture at the paragraph's left top corner, 9 pt kept at its sides; the corners of its outline are in percent.
fn outlined(wrap: &str, (width, height): (f32, f32), above: f32, corners: &[(i32, i32)]) -> String {
    let emu = |points: f32| (points * 12_700.0) as i64;
    let (width, height, above) = (emu(width), emu(height), emu(above));
    let corner = |name: &str, (x, y): (i32, i32)| format!(r#"<wp:{name} x="{}" y="{}"/>"#, x * 216, y * 216);
    let rest: String = corners[1..].iter().chain(&corners[..1]).map(|at| corner("lineTo", *at)).collect();
    let polygon = format!(r#"<wp:wrapPolygon edited="0">{}{rest}</wp:wrapPolygon>"#, corner("start", corners[0]));
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="{above}" distB="{above}" distL="114300" distR="114300" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="{width}" cy="{height}"/><wp:{wrap} wrapText="bothSides">{polygon}</wp:{wrap}><wp:docPr id="5" name="p"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip r:embed="picture"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#
    )
}

/// A paragraph with a picture and a word on each line.
fn lined(picture: &str, words: &[&str]) -> String {
    let lines: Vec<String> = words.iter().map(|word| format!("<w:r><w:t>{word}</w:t></w:r>")).collect();
    format!("<w:p>{picture}{}</w:p>", lines.join("<w:r><w:br/></w:r>"))
}

const WORDS: [&str; 7] = ["aa", "bb", "cc", "dd", "ee", "ff", "gg"];
/// Narrower towards its bottom: half a point for each point.
const WEDGE: [(i32, i32); 4] = [(0, 0), (0, 100), (50, 100), (100, 0)];

#[test]
fn text_goes_around_an_outline_line_by_line() {
    for wrap in ["wrapTight", "wrapThrough"] {
        let picture = outlined(wrap, (100.0, 100.0), 0.0, &WEDGE);
        Sheet::body(lined(&picture, &WORDS)).stands(&[
            (0, "aa", 159.0, 61.2),
            (0, "bb", 152.1, 75.0),
            (0, "cc", 145.2, 88.8),
            (0, "gg", 117.6, 144.0),
        ]);
    }
    let cell = table(&borders(8), &[3900], &row("", &[("", lined(&outlined("wrapTight", (60.0, 60.0), 0.0, &WEDGE), &WORDS))]));
    Sheet::body(format!("{cell}{}", p("", "x"))).stands(&[(0, "aa", 124.9, 62.2), (0, "bb", 118.0, 76.0), (0, "ff", 55.9, 131.2)]);
}

#[test]
fn a_rectangle_and_square_wrapping_have_no_outline() {
    let whole = [(0, 0), (0, 100), (100, 100), (100, 0)];
    for picture in [outlined("wrapTight", (100.0, 100.0), 0.0, &whole), outlined("wrapSquare", (100.0, 100.0), 0.0, &WEDGE)] {
        Sheet::body(lined(&picture, &WORDS)).stands(&[(0, "aa", 159.0, 61.2), (0, "gg", 159.0, 144.0)]);
    }
}

#[test]
fn lines_above_and_below_an_outline_are_free_but_for_the_space_it_keeps() {
    let inner = [(20, 30), (20, 70), (60, 70), (60, 30)];
    let picture = outlined("wrapTight", (100.0, 100.0), 0.0, &inner);
    Sheet::body(lined(&picture, &WORDS)).stands(&[
        (0, "bb", 50.0, 75.0),
        (0, "cc", 119.0, 88.8),
        (0, "ff", 119.0, 130.2),
        (0, "gg", 50.0, 144.0),
    ]);
    let spaced = outlined("wrapTight", (100.0, 100.0), 10.0, &inner);
    Sheet::body(lined(&spaced, &WORDS)).stands(&[(0, "aa", 50.0, 61.2), (0, "bb", 119.0, 75.0), (0, "gg", 50.0, 144.0)]);
}

#[test]
fn text_stands_in_the_hollow_of_an_outline_only_where_it_goes_through() {
    let hollow = [(0, 0), (0, 100), (100, 100), (100, 0), (80, 0), (80, 70), (20, 70), (20, 0)];
    let place = |wrap: &str| Sheet::body(lined(&outlined(wrap, (150.0, 100.0), 0.0, &hollow), &WORDS));
    place("wrapThrough").stands(&[(0, "aa", 89.0, 61.2), (0, "ee", 89.0, 116.4), (0, "ff", 209.0, 130.2)]);
    place("wrapTight").stands(&[(0, "aa", 209.0, 61.2), (0, "ff", 209.0, 130.2)]);
}

/// A table of one column that floats; its rows are 14.8 pt high.
fn floating(position: &str) -> String {
    let rows: String = (0..2).map(|at| row("", &[("", p("", &format!("c{at}")))])).collect();
    let position = format!(r#"<w:tblpPr w:leftFromText="100" w:rightFromText="100" {position}/>"#);
    table(&format!(r#"{position}{}<w:tblLayout w:type="fixed"/>"#, borders(8)), &[1000], &rows)
}

#[test]
fn a_table_floats_in_its_cell_and_makes_it_higher() {
    let place = |position: &str, after: &str| {
        let content = format!("{}{}{}", p("", "top"), floating(position), p("", after));
        Sheet::body(format!("{}{}", table(&borders(8), &[3900], &row("", &[("", content)])), p("", "below")))
    };
    // Text goes around it, to the right and then below.
    place(r#"w:vertAnchor="text" w:tblpX="0" w:tblpY="0""#, "mm").stands(&[
        (0, "top", 55.9, 62.2),
        (0, "c0", 61.3, 77.0),
        (0, "c1", 61.3, 91.8),
        (0, "mm", 110.9, 76.0),
        (0, "below", 50.0, 107.6),
    ]);
    // Its place counts from the cell, and it does not leave it.
    place(r#"w:vertAnchor="page" w:horzAnchor="page" w:tblpX="9000" w:tblpY="1000""#, "mm")
        .stands(&[(0, "c0", 200.9, 113.2), (0, "mm", 55.9, 76.0)]);
    place(r#"w:vertAnchor="text" w:tblpXSpec="right" w:tblpY="0""#, "mm").stands(&[(0, "c0", 195.5, 77.0), (0, "mm", 55.9, 76.0)]);
}

#[test]
fn the_rest_of_a_paragraph_from_the_page_before_goes_around_what_reaches_up_to_it() {
    let broken =
        |rest: &str| format!(r#"<w:p><w:r><w:t>first</w:t></w:r><w:r><w:br w:type="page"/></w:r><w:r><w:t>{rest}</w:t></w:r></w:p>"#);
    // The table stands at the top of the second page, 100 points wide with 5 kept at its right; it is met after the rest of the paragraph.
    let table = floating(r#"w:vertAnchor="margin" w:horzAnchor="margin" w:tblpX="0" w:tblpY="0""#);
    let body = format!("{}{table}{}", broken("rest"), p("", "anchor"));
    Sheet::body(body).stands(&[(0, "first", 50.0, 61.2), (1, "rest", 105.0, 61.2), (1, "c0", 55.4, 62.2), (1, "anchor", 105.0, 75.0)]);
    // The same where the page was full, and of a paragraph in which the picture itself is anchored further down.
    let lines: Vec<String> = (0..16).map(|at| format!("<w:r><w:t>line{at}</w:t></w:r>")).collect();
    let long = format!("<w:p>{}</w:p>", lines.join("<w:r><w:br/></w:r>"));
    let picture = outlined("wrapSquare", (60.0, 20.0), 0.0, &WEDGE)
        .replace(r#"positionV relativeFrom="paragraph""#, r#"positionV relativeFrom="margin""#);
    Sheet::body(format!("{long}<w:p>{picture}<w:r><w:t>anchor</w:t></w:r></w:p>"))
        .stands(&[(1, "line14", 119.0, 61.2), (1, "line15", 119.0, 75.0)]);
}

#[test]
fn a_tab_character_in_a_text_is_a_blank() {
    for space in ["", r#" xml:space="preserve""#] {
        let text = format!("<w:p><w:r><w:t{space}>au\n\t\tsamedi</w:t></w:r></w:p>");
        Sheet::body(text).stands(&[(0, "au   samedi", 50.0, 61.2)]);
    }
}

#[test]
fn a_long_word_in_small_capitals_keeps_them_where_it_is_cut() {
    let small = |text: &str| format!("<w:p><w:r><w:rPr><w:smallCaps/></w:rPr><w:t>{text}</w:t></w:r></w:p>");
    let cell = table("", &[1500], &row("", &[("", small("abcdefghijklmnopqrstuvwxyz"))]));
    // Three lines; in capitals of full size it would take four.
    Sheet::body(format!("{cell}{}", p("", "below"))).stands(&[
        (0, "ABCDEFGHIJ", 55.4, 61.2),
        (0, "KLMNOPQRS", 55.4, 75.0),
        (0, "TUVWXYZ", 55.4, 88.8),
    ]);
}

#[test]
fn a_table_goes_to_a_new_page_with_its_first_paragraph() {
    let body = |content: [String; 2]| {
        let cells: Vec<(&str, String)> = content.into_iter().map(|cell| ("", cell)).collect();
        Sheet::body(format!("{}{}{}", p("", "above"), table(&borders(8), &[1500, 1500], &row("", &cells)), p("", "below")))
    };
    let breaks = "<w:pageBreakBefore/>";
    body([p(breaks, "c0"), p("", "c1")]).stands(&[
        (0, "above", 50.0, 61.2),
        (1, "c0", 55.9, 62.2),
        (1, "c1", 130.9, 62.2),
        (1, "below", 50.0, 77.0),
    ]);
}

#[test]
fn a_page_that_a_floating_table_would_fill_keeps_its_text_and_the_table_goes_on() {
    let rows: String = (0..13).map(|at| row("", &[("", p("", &format!("c{at}")))])).collect();
    let tall = |x: u32| {
        format!(
            r#"<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="margin" w:horzAnchor="margin" w:tblpX="{x}" w:tblpY="60"/>"#
        )
    };
    let table = |x: u32, width: u32| table(&format!(r#"{}{}<w:tblLayout w:type="fixed"/>"#, tall(x), borders(8)), &[width], &rows);
    let body = |x: u32, width: u32| Sheet::body(format!("{}{}{}", p("", "above"), table(x, width), p("", "anchor")));
    body(0, 4000).stands(&[(0, "above", 50.0, 61.2), (1, "c0", 55.4, 65.2)]);
    // Beside a narrow one there is room: all stays on the page.
    body(2000, 2000).stands(&[(0, "above", 50.0, 61.2), (0, "anchor", 50.0, 75.0), (0, "c0", 155.4, 65.2)]);
}

#[test]
fn a_floating_table_does_not_leave_the_page_to_the_left_or_below() {
    let page = r#"w:vertAnchor="page" w:horzAnchor="page""#;
    let place = |at: &str, mode: u32| Sheet { mode, ..Sheet::body(format!("{}{}", floating(&format!("{page} {at}")), p("", "m"))) };
    // Up to Word 2010 it is the text that does not (Spire).
    for (mode, x) in [(14, 0.0), (15, 5.4)] {
        place(r#"w:tblpY="2000""#, mode).stands(&[(0, "c0", x, 112.2)]);
        place(r#"w:tblpX="-600" w:tblpY="2000""#, mode).stands(&[(0, "c0", x, 112.2)]);
        // Its 30.6 points end at the page's edge.
        place(r#"w:tblpX="2000" w:tblpY="5900""#, mode).stands(&[(0, "m", 50.0, 61.2)]);
    }
    place(r#"w:tblpX="1000" w:tblpY="2000""#, 14).stands(&[(0, "c0", 49.5, 112.2)]);
    place(r#"w:tblpX="1000" w:tblpY="2000""#, 15).stands(&[(0, "c0", 55.4, 112.2)]);
    place(r#"w:tblpX="1000" w:tblpY="5900""#, 15).stands(&[(0, "c0", 55.4, 281.6), (0, "c1", 55.4, 296.4)]);
}

#[test]
fn frames_in_cells_stand_in_the_text() {
    for frame in [
        r#"w:w="2400" w:hSpace="141" w:wrap="around" w:vAnchor="text" w:hAnchor="margin" w:xAlign="right" w:y="200""#,
        r#"w:w="2000" w:hSpace="141" w:wrap="around" w:vAnchor="page" w:hAnchor="page" w:x="1600" w:y="6000""#,
        r#"w:w="0" w:h="0" w:hSpace="0" w:vSpace="0" w:y="0" w:xAlign="left" w:vAnchor="margin" w:hRule="exact""#,
    ] {
        let framed = p(&format!("<w:framePr {frame}/>"), "framed");
        let cell = |content: String| Sheet::body(format!("{}{}", table(&borders(8), &[3900], &row("", &[("", content)])), p("", "below")));
        cell(format!("{framed}{}", p("", "after"))).stands(&[
            (0, "framed", 55.9, 62.2),
            (0, "after", 55.9, 76.0),
            (0, "below", 50.0, 90.8),
        ]);
        cell(format!("{}{framed}{}", p("", "top"), p("", "after"))).stands(&[(0, "framed", 55.9, 76.0), (0, "after", 55.9, 89.8)]);
    }
}

#[test]
fn a_bullet_of_a_symbol_font_raises_its_line_less_than_one_of_letters() {
    let list = |font: &str, bullet: &str| {
        format!(
            r#"<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:numFmt w:val="bullet"/><w:lvlText w:val="{bullet}"/><w:pPr><w:ind w:left="720" w:hanging="360"/></w:pPr><w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#
        )
    };
    let item = |text: &str, size: u32| {
        format!(
            r#"<w:p><w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr></w:pPr><w:r><w:rPr><w:sz w:val="{size}"/></w:rPr><w:t>{text}</w:t></w:r></w:p>"#
        )
    };
    let place = |numbering: String, size: u32| Sheet { numbering, ..Sheet::body(format!("{}{}", item("one", size), item("two", size))) };
    for (font, bullet) in [("Symbol", "\u{F0B7}"), ("Wingdings", "\u{F0A7}")] {
        place(list(font, bullet), 16).stands(&[(0, "one", 86.0, 58.3), (0, "two", 86.0, 69.2)]);
        place(list(font, bullet), 24).stands(&[(0, "one", 86.0, 61.2), (0, "two", 86.0, 75.0)]);
    }
    place(list("Liberation Serif", "-"), 16).stands(&[(0, "one", 86.0, 61.2), (0, "two", 86.0, 75.0)]);
}

#[test]
fn an_empty_paragraph_stands_beside_a_floating_table_only_where_text_would() {
    // A table 40 pt high, at the left of 200 pt of text.
    let beside = |room: u32, empty: &str| {
        let properties = r#"<w:tblpPr w:vertAnchor="text" w:horzAnchor="margin" w:tblpX="0" w:tblpY="1"/><w:tblLayout w:type="fixed"/>"#;
        let rows = row(r#"<w:trHeight w:val="800" w:hRule="exact"/>"#, &[("", p("", "cell"))]);
        let long = "l".repeat(40);
        Sheet::body(format!("{}{empty}{}", table(properties, &[(200 - room) * 20], &rows), p("", &long)))
    };
    for empty in [p("", ""), "<w:p><w:bookmarkStart w:id=\"1\" w:name=\"b\"/><w:bookmarkEnd w:id=\"1\"/></w:p>".to_owned()] {
        // Below the table, and the text below it; beside it the text alone goes below.
        for room in [0, 5, 10] {
            beside(room, &empty).stands(&[(0, "lll", 50.0, 115.1)]);
        }
        for room in [20, 50] {
            beside(room, &empty).stands(&[(0, "lll", 50.0, 101.3)]);
        }
    }
}
