//! Where drawings stand: what they count from in cells, and what of turned ones is aligned and kept in its place.
//!
//! Places that LibreOffice 7.4 and Spire agree on, or Spire's where LibreOffice alone differs (`docs/engine-rules.md`).
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use crate::breadth::Sheet;
use crate::measured::{p, row, table};

const FIXED: &str = r#"<w:tblLayout w:type="fixed"/>"#;
const SQUARE: &str = r#"<wp:wrapSquare wrapText="bothSides"/>"#;

/// Where a drawing stands in one direction: an alignment, or a distance in points.
#[derive(Clone, Copy)]
enum At {
    Side(&'static str),
    By(i32),
}

fn position(element: &str, (base, at): (&str, At)) -> String {
    let at = match at {
        At::Side(side) => format!("<wp:align>{side}</wp:align>"),
        At::By(points) => format!("<wp:posOffset>{}</wp:posOffset>", points * 12_700),
    };
    format!(r#"<wp:{element} relativeFrom="{base}">{at}</wp:{element}>"#)
}

fn anchored(across: (&str, At), down: (&str, At), (width, height): (i32, i32), wrap: &str, graphic: &str) -> String {
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/>{}{}<wp:extent cx="{}" cy="{}"/><wp:effectExtent l="0" t="0" r="0" b="0"/>{wrap}<wp:docPr id="1" name="d"/><a:graphic>{graphic}</a:graphic></wp:anchor></w:drawing></w:r>"#,
        position("positionH", across),
        position("positionV", down),
        width * 12_700,
        height * 12_700
    )
}

fn picture(turn: i32) -> String {
    format!(
        r#"<a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="picture"/></pic:blipFill><pic:spPr><a:xfrm rot="{turn}"/><a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData>"#
    )
}

fn shape(turn: i32, text: &str) -> String {
    format!(
        r#"<a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr><a:xfrm rot="{turn}"/><a:prstGeom prst="rect"/><a:ln><a:noFill/></a:ln></wps:spPr><wps:txbx><w:txbxContent>{text}</w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"/></wps:wsp></a:graphicData>"#
    )
}

fn with(drawing: &str, word: &str) -> String {
    format!("<w:p>{drawing}<w:r><w:t>{word}</w:t></w:r></w:p>")
}

#[test]
fn the_page_of_a_picture_in_a_cell_is_the_cell() {
    // The cell begins at 110, its text at 115.4; before mode 15 both begin 5.4 further left.
    let places = [
        ("page", At::By(0), 140.0),
        ("page", At::By(20), 160.0),
        ("page", At::Side("left"), 140.0),
        ("leftMargin", At::By(0), 140.0),
        ("column", At::By(0), 145.4),
        ("margin", At::Side("left"), 145.4),
        // Those further right leave the word where it is.
        ("page", At::Side("right"), 115.4),
        ("rightMargin", At::Side("left"), 115.4),
    ];
    for (base, at, x) in places {
        let drawing = anchored((base, at), ("paragraph", At::By(0)), (30, 20), SQUARE, &picture(0));
        let rows = table(FIXED, &[1200, 2800], &row("", &[("", p("", "first")), ("", with(&drawing, "word"))]));
        for (mode, out) in [(15, 0.0), (14, -5.4)] {
            let sheet = Sheet { mode, ..Sheet::body(format!("{rows}{}", p("", "below"))) };
            sheet.stands(&[(0, "word", x + out, 61.2), (0, "below", 50.0, 81.2)]);
        }
    }
}

#[test]
fn the_margins_of_a_box_in_a_cell_are_those_of_the_cell() {
    // Spire; LibreOffice counts from the page where text runs through. The cell reaches from 110 to 250, its text from 125 to 235.
    let margins = r#"<w:tcMar><w:top w:w="200" w:type="dxa"/><w:left w:w="300" w:type="dxa"/><w:bottom w:w="200" w:type="dxa"/><w:right w:w="300" w:type="dxa"/></w:tcMar>"#;
    let places = [
        (("page", At::By(0)), ("page", At::By(0)), 110.0),
        (("leftMargin", At::By(0)), ("margin", At::By(0)), 110.0),
        (("rightMargin", At::Side("left")), ("page", At::Side("bottom")), 235.0),
        (("page", At::Side("right")), ("margin", At::Side("center")), 220.0),
        (("column", At::By(0)), ("topMargin", At::Side("bottom")), 125.0),
    ];
    for (across, down, x) in places {
        let drawing = anchored(across, down, (30, 15), "<wp:wrapNone/>", &shape(0, &p("", "box")));
        let content = format!("{}{}", p("", "above"), with(&drawing, "word"));
        let rows = table(FIXED, &[1200, 2800], &row("", &[("", p("", "first")), (margins, content)]));
        Sheet::body(format!("{rows}{}", p("", "below"))).stands(&[
            (0, "box", x, 71.2),
            (0, "word", 125.0, 85.0),
            (0, "below", 50.0, 108.8),
        ]);
    }
}

#[test]
fn the_rectangle_of_a_turned_drawing_is_aligned_and_kept_in_its_cell_and_on_its_page() {
    let quarter = [5_400_000, 16_200_000];
    for graphic in quarter.map(picture).into_iter().chain(quarter.map(|turn| shape(turn, ""))) {
        // 80 by 20 pt, 20 by 80 when it is turned.
        let tall = |across: At| with(&anchored(("column", across), ("paragraph", At::By(0)), (80, 20), SQUARE, &graphic), "word");
        let cell = |content: String| table(FIXED, &[4000], &row("", &[("", content)]));
        for (across, x, in_cell) in [(At::Side("left"), 70.0, 75.4), (At::By(-40), 60.0, 70.0), (At::By(0), 50.0, 55.4)] {
            Sheet::body(tall(across)).stands(&[(0, "word", x, 61.2)]);
            // In the cell it does not reach above the text: the row is as high as it is.
            let sheet = Sheet::body(format!("{}{}", cell(tall(across)), p("", "below")));
            sheet.stands(&[(0, "word", in_cell, 61.2), (0, "below", 50.0, 141.2)]);
        }
        // 20 by 80 pt, 80 by 20 when it is turned: it lies beside the third line.
        let wide = |across: At| anchored(("column", across), ("paragraph", At::By(0)), (20, 80), SQUARE, &graphic);
        let lines = |across: At| format!("{}{}{}", with(&wide(across), "word"), p("", "la"), p("", "lb"));
        for (across, x, in_cell) in [(At::Side("left"), 130.0, 135.4), (At::By(-40), 80.0, 130.0), (At::By(-10), 90.0, 130.0)] {
            Sheet::body(lines(across)).stands(&[(0, "word", 50.0, 61.2), (0, "lb", x, 88.8)]);
            Sheet::body(cell(lines(across))).stands(&[(0, "word", 55.4, 61.2), (0, "lb", in_cell, 88.8)]);
        }
    }
}

#[test]
fn what_is_aligned_with_a_line_stands_below_its_top_above_it_or_around_it() {
    // The line's top is at 63.8.
    let body = |base: &str, side: &'static str, height: i32| {
        let drawing = anchored(("column", At::By(100)), (base, At::Side(side)), (30, height), "<wp:wrapNone/>", &shape(0, &p("", "box")));
        format!("{}{}{}", p("", "first"), with(&drawing, "word"), p("", "below"))
    };
    for height in [15, 40] {
        let up = height as f32;
        // Of those outside LibreOffice takes the top.
        for (side, top) in [("top", 63.8), ("inside", 63.8), ("center", 63.8 - up / 2.0), ("bottom", 63.8 - up), ("outside", 63.8 - up)] {
            Sheet::body(body("line", side, height)).stands(&[(0, "box", 150.0, top + 11.2), (0, "word", 50.0, 75.0)]);
            // Nothing is aligned with a paragraph's height (Spire; of the outside LibreOffice, too).
            Sheet::body(body("paragraph", side, height)).stands(&[(0, "box", 150.0, 75.0)]);
            let header = body("line", side, height);
            let sheet = Sheet { header, section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "body")) };
            sheet.stands(&[(0, "box", 150.0, top - 30.0 + 11.2)]);
        }
    }
}

#[test]
fn up_to_word_2010_the_column_of_a_float_begins_behind_earlier_ones_beside_its_paragraph() {
    // Both engines. The first float is 60 by 50 pt at the column's left; the second stands by the next line, in the text or in front of it.
    let first = |x: i32, wrap: &str| with(&anchored(("column", At::By(x)), ("paragraph", At::By(0)), (60, 50), wrap, &shape(0, "")), "one");
    let second =
        |across: (&str, At), wrap: &str| with(&anchored(across, ("paragraph", At::By(0)), (20, 20), wrap, &shape(0, &p("", "box"))), "two");
    let sheet =
        |mode, x, wrap: &str, across, own: &str| Sheet { mode, ..Sheet::body(format!("{}{}", first(x, wrap), second(across, own))) };
    let around = r#"<wp:wrapTight wrapText="bothSides"><wp:wrapPolygon edited="0"><wp:start x="0" y="0"/><wp:lineTo x="0" y="21600"/><wp:lineTo x="21600" y="21600"/><wp:lineTo x="21600" y="0"/></wp:wrapPolygon></wp:wrapTight>"#;
    let front = "<wp:wrapNone/>";
    for (wrap, own) in [(SQUARE, front), (SQUARE, SQUARE), (around, front), (r#"<wp:wrapSquare wrapText="largest"/>"#, front)] {
        for (at, older, newer) in
            [(At::By(0), 110.0, 50.0), (At::By(-30), 80.0, 20.0), (At::Side("left"), 110.0, 50.0), (At::Side("center"), 200.0, 140.0)]
        {
            sheet(14, 0, wrap, ("column", at), own).stands(&[(0, "box", older, 75.0)]);
            sheet(15, 0, wrap, ("column", at), own).stands(&[(0, "box", newer, 75.0)]);
        }
    }
    // What counts from elsewhere does not move, nor what stands beside a float further right or one that text runs through.
    sheet(14, 0, SQUARE, ("margin", At::By(0)), front).stands(&[(0, "box", 50.0, 75.0)]);
    sheet(14, 100, SQUARE, ("column", At::By(0)), front).stands(&[(0, "box", 50.0, 75.0)]);
    sheet(14, 0, front, ("column", At::By(0)), front).stands(&[(0, "box", 50.0, 75.0)]);
    // In cells it is the same; a float of the page's header moves none.
    let rows = table(FIXED, &[4000], &row("", &[("", format!("{}{}", first(0, SQUARE), second(("column", At::By(0)), front)))]));
    Sheet { mode: 14, ..Sheet::body(rows) }.stands(&[(0, "box", 110.0, 75.0)]);
    let header = with(&anchored(("column", At::By(0)), ("page", At::By(40)), (60, 50), SQUARE, &shape(0, "")), "head");
    let section = r#"<w:headerReference r:id="header"/>"#.to_owned();
    Sheet { mode: 14, header, section, ..Sheet::body(second(("column", At::By(0)), front)) }
        .stands(&[(0, "two", 110.0, 61.2), (0, "box", 50.0, 61.2)]);
}

#[test]
fn up_to_word_2010_the_space_after_a_paragraph_keeps_away_from_floats() {
    // Spire; LibreOffice never. The second line ends at 77.6, the space after it at 89.6.
    let spaced = r#"<w:spacing w:after="240"/>"#;
    let graphic = |line: &str| shape(0, "").replace("<a:ln><a:noFill/></a:ln>", line);
    let outlined = graphic(r#"<a:ln w="25400"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>"#);
    let float = |top: i32, wrap: &str, graphic: &str| {
        with(&anchored(("column", At::By(0)), ("page", At::By(top)), (60, 30), wrap, graphic), "three")
    };
    let sheet = |mode, float: String| Sheet { mode, ..Sheet::body(format!("{}{}{float}", p("", "one"), p(spaced, "two"))) };
    let plain = graphic("<a:ln><a:noFill/></a:ln>");
    for (top, beside) in [(76, 110.0), (80, 110.0), (88, 110.0), (91, 50.0)] {
        sheet(14, float(top, SQUARE, &plain)).stands(&[(0, "two", beside, 75.0)]);
        sheet(15, float(top.max(80), SQUARE, &plain)).stands(&[(0, "two", 50.0, 75.0)]);
    }
    let above = "<wp:wrapTopAndBottom/>";
    sheet(14, float(80, above, &plain)).stands(&[(0, "two", 50.0, 121.2), (0, "three", 50.0, 147.0)]);
    sheet(15, float(80, above, &plain)).stands(&[(0, "two", 50.0, 75.0), (0, "three", 50.0, 121.2)]);
    // Neither what text goes around tightly nor the line drawn around a shape meets the space.
    sheet(14, float(80, r#"<wp:wrapTight wrapText="bothSides"/>"#, &plain)).stands(&[(0, "two", 50.0, 75.0)]);
    sheet(14, float(90, SQUARE, &outlined)).stands(&[(0, "two", 50.0, 75.0)]);
    sheet(14, float(88, SQUARE, &outlined)).stands(&[(0, "two", 110.0, 75.0)]);
}

#[test]
fn a_table_stands_beside_a_float_at_its_left_that_leaves_it_room() {
    // Spire; LibreOffice leaves it where it is, over the float, at the same height. The float is 60 by 40 pt, from 70 to 110.
    let rows = |look: &str, widths: u32| {
        table(&format!("{look}{FIXED}"), &[widths], &["ra", "rb", "rc", "rd", "re"].map(|word| row("", &[("", p("", word))])).concat())
    };
    let body = |mode, across: At, wrap: &str, look: &str, width: u32| {
        let float = with(&anchored(("column", across), ("page", At::By(70)), (60, 40), wrap, &shape(0, "")), "one");
        Sheet { mode, ..Sheet::body(format!("{float}{}", rows(look, width))) }
    };
    let left = At::By(0);
    // The first four rows stand beside it, the fifth below it at the margin again.
    body(15, left, SQUARE, "", 2000).stands(&[(0, "ra", 115.4, 75.0), (0, "rd", 115.4, 116.4), (0, "re", 55.4, 130.2)]);
    body(14, left, SQUARE, "", 2000).stands(&[(0, "ra", 110.0, 75.0), (0, "re", 50.0, 130.2)]);
    body(15, left, SQUARE, r#"<w:tblInd w:w="200" w:type="dxa"/>"#, 2000).stands(&[(0, "ra", 125.4, 75.0)]);
    body(15, left, SQUARE, r#"<w:jc w:val="center"/>"#, 2000).stands(&[(0, "ra", 135.4, 75.0)]);
    body(15, left, "<wp:wrapTopAndBottom/>", "", 2000).stands(&[(0, "ra", 115.4, 75.0), (0, "re", 55.4, 130.2)]);
    // Where it has no room it goes below, as it does below a float in the middle.
    body(15, left, SQUARE, "", 3000).stands(&[(0, "ra", 55.4, 121.2)]);
    body(15, At::By(60), SQUARE, "", 2000).stands(&[(0, "ra", 55.4, 121.2)]);
    // Up to Word 2010 what text goes around tightly is met by a row's top only.
    let tight = r#"<wp:wrapTight wrapText="bothSides"/>"#;
    body(14, left, tight, "", 2000).stands(&[(0, "ra", 50.0, 75.0), (0, "rb", 110.0, 88.8)]);
    body(15, left, tight, "", 2000).stands(&[(0, "ra", 115.4, 75.0)]);
}

#[test]
fn rows_that_share_a_cell_stay_below_each_other_beside_a_float() {
    // The float is 60 by 10 pt, from 70 to 80: of the rows alone only the first two meet it.
    let float = with(&anchored(("column", At::By(0)), ("page", At::By(70)), (60, 10), SQUARE, &shape(0, "")), "one");
    let body = |merged: bool| {
        let first = |at: usize| match (merged, at) {
            (true, 0) => r#"<w:vMerge w:val="restart"/>"#,
            (true, 1 | 2) => "<w:vMerge/>",
            _ => "",
        };
        let rows = ["ra", "rb", "rc", "rd"].iter().enumerate().map(|(at, word)| row("", &[(first(at), p("", "")), ("", p("", word))]));
        format!("{float}{}", table(FIXED, &[1000, 1000], &rows.collect::<String>()))
    };
    for (merged, third) in [(true, 165.4), (false, 105.4)] {
        Sheet::body(body(merged)).stands(&[
            (0, "ra", 165.4, 75.0),
            (0, "rb", 165.4, 88.8),
            (0, "rc", third, 102.6),
            (0, "rd", 105.4, 116.4),
        ]);
    }
}
