//! Where things end: automatic space at the end of a header, outlines and tails of shapes, turned text above its last space, tables at a page's lower edge, tabs that end a frame.
//!
//! Places that LibreOffice 7.4 and Spire agree on, or Spire's where LibreOffice alone differs (`docs/engine-rules.md`).
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use docx_to_pdf::layout::frame::Shape;

use crate::breadth::Sheet;
use crate::measured::{borders, lines, p, row, table};

const AUTOMATIC: &str = r#"<w:spacing w:after="0" w:afterAutospacing="1"/>"#;
const FIXED: &str = r#"<w:tblLayout w:type="fixed"/>"#;
const SQUARE: &str = r#"<wp:wrapSquare wrapText="bothSides"/>"#;

/// A shape of 100 by 40 pt without any effect extent at the left of its column: its base and distance down, its preset with adjustments, its outline in points.
fn shape((base, down): (&str, f32), preset: &str, outline: f32) -> String {
    let emu = |points: f32| (points * 12_700.0) as i64;
    let line = if outline > 0.0 {
        format!(r#"<a:ln w="{}"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>"#, emu(outline))
    } else {
        "<a:ln><a:noFill/></a:ln>".to_owned()
    };
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="{base}"><wp:posOffset>{}</wp:posOffset></wp:positionV><wp:extent cx="1270000" cy="508000"/><wp:effectExtent l="0" t="0" r="0" b="0"/>{SQUARE}<wp:docPr id="1" name="s"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr><a:prstGeom {preset}</a:prstGeom>{line}</wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#,
        emu(down)
    )
}

fn anchored(drawing: &str) -> String {
    format!("<w:p>{drawing}<w:r><w:t>anchor</w:t></w:r></w:p>")
}

fn words(count: u8) -> String {
    (0..count).map(|at| p("", &format!("w{}", char::from(b'a' + at)))).collect()
}

#[test]
fn automatic_space_ends_headers_and_footers_but_no_cells() {
    let header = format!("{}{}{}", p("", "one"), p("", "two"), p(AUTOMATIC, "three"));
    let footer = p(AUTOMATIC, "foot");
    let references = r#"<w:headerReference w:type="default" r:id="header"/><w:footerReference w:type="default" r:id="footer"/>"#;
    let sheet = Sheet { section: references.to_owned(), header, footer, ..Sheet::body(p("", "body")) };
    let places = sheet.places();
    let of = |word: &str| places.iter().find(|place| place.1 == word).map_or(0.0, |place| place.3);
    // The text begins a line and 14 pt below the header's last line; the footer ends 14 pt above its distance from the edge.
    assert!((of("body") - of("three") - 27.8).abs() < 0.1, "{places:?}");
    let plain = Sheet { footer: p("", "foot"), section: references.to_owned(), ..Sheet::body(p("", "body")) };
    let lower = plain.places().iter().find(|place| place.1 == "foot").map_or(0.0, |place| place.3);
    assert!((lower - of("foot") - 14.0).abs() < 0.1, "{lower} {places:?}");
    let cell = table(&format!("{}{FIXED}", borders(4)), &[3900], &row("", &[("", p(AUTOMATIC, "cell"))]));
    Sheet::body(format!("{cell}{}", p("", "below"))).stands(&[(0, "cell", 55.65, 61.7), (0, "below", 50.0, 76.0)]);
}

#[test]
fn half_the_outline_above_a_shape_pushes_the_line_there_aside() {
    // The line above the shape's paragraph ends where the shape begins, but not where its outline does.
    let body = |outline: f32| format!("{}{}{}", words(2), anchored(&shape(("paragraph", 0.0), r#"prst="rect">"#, outline)), p("", "below"));
    Sheet::body(body(0.0)).stands(&[(0, "wb", 50.0, 75.0), (0, "anchor", 150.0, 88.8)]);
    for outline in [0.75, 6.0] {
        Sheet::body(body(outline)).stands(&[(0, "wa", 50.0, 61.2), (0, "wb", 150.0, 75.0), (0, "anchor", 150.0, 88.8)]);
    }
}

#[test]
fn text_does_not_stand_beside_the_tail_of_a_callout_that_it_goes_around() {
    let callout = |adjust: i32| {
        format!(
            r#"prst="wedgeRoundRectCallout"><a:avLst><a:gd name="adj1" fmla="val 0"/><a:gd name="adj2" fmla="val {adjust}"/><a:gd name="adj3" fmla="val 16667"/></a:avLst>"#
        )
    };
    // The tail reaches 16 pt out of the shape, which stands from 110 to 150 pt.
    let body = |adjust: i32| format!("{}{}", anchored(&shape(("margin", 60.0), &callout(adjust), 0.0)), words(10));
    Sheet::body(body(90_000)).stands(&[(0, "wc", 50.0, 102.6), (0, "wd", 150.0, 116.4), (0, "wh", 150.0, 171.6), (0, "wi", 50.0, 185.4)]);
    Sheet::body(body(-90_000)).stands(&[(0, "wb", 50.0, 88.8), (0, "wc", 150.0, 102.6), (0, "wg", 150.0, 157.8), (0, "wh", 50.0, 171.6)]);
}

#[test]
fn the_space_after_turned_text_counts_where_it_is_aligned() {
    for (direction, align, x) in
        [("tbRl", "center", 130.95), ("tbRl", "bottom", 78.3), ("btLr", "center", 119.7), ("btLr", "bottom", 172.4)]
    {
        let properties = format!(r#"<w:textDirection w:val="{direction}"/><w:vAlign w:val="{align}"/>"#);
        let cell = (properties.as_str(), p(r#"<w:spacing w:after="400"/>"#, "turned"));
        let rows = row(r#"<w:trHeight w:val="2000" w:hRule="exact"/>"#, &[cell]);
        let places = Sheet::body(format!("{}{}", table(&format!("{}{FIXED}", borders(4)), &[3000], &rows), p("", "below"))).places();
        let found = places.iter().find(|place| place.1 == "turned").map_or(0.0, |place| place.2);
        assert!((found - x).abs() < 0.3, "{direction} {align}: {found}, not {x}");
    }
}

#[test]
fn a_floating_table_placed_on_its_page_moves_up_to_stay_whole() {
    for (base, down) in [("margin", 3700), ("page", 4700)] {
        for (rows, top) in [(2, 235.0), (6, 214.1), (10, 156.9)] {
            let position = format!(
                r#"<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="{base}" w:horzAnchor="margin" w:tblpX="1" w:tblpY="{down}"/>"#
            );
            let rows: Vec<String> = (0..rows).map(|at| row("", &[("", p("", &format!("r{at}x")))])).collect();
            let floating = table(&format!("{position}{}{FIXED}", borders(4)), &[2000], &rows.concat());
            let places = Sheet::body(format!("{}{floating}{}", p("", "above"), p("", "below"))).places();
            let first = places.iter().find(|place| place.1 == "r0x").map_or((9, 0.0), |place| (place.0, place.3));
            // Its edge, its border and the baseline below that.
            assert!(first.0 == 0 && (first.1 - top - 0.5 - 11.2).abs() < 0.5, "{base}: {first:?}, not {top}");
            assert!(places.iter().all(|place| place.0 == 0), "{places:?}");
        }
    }
}

#[test]
fn a_tab_makes_a_frame_as_wide_as_its_stop() {
    let frame = r#"<w:framePr w:wrap="around" w:vAnchor="text" w:hAnchor="text" w:x="0" w:y="0"/>"#;
    for (tabs, beside) in [("", 86.0), (r#"<w:tabs><w:tab w:val="left" w:pos="2500"/></w:tabs>"#, 175.0)] {
        let framed = format!("<w:p><w:pPr>{frame}{tabs}</w:pPr><w:r><w:t>label</w:t><w:tab/></w:r></w:p>");
        let places = Sheet::body(format!("{}{framed}{}", p("", "above"), p("", "beside"))).places();
        let found = places.iter().find(|place| place.1 == "beside").map_or((0.0, 0.0), |place| (place.2, place.3));
        assert!((found.0 - beside).abs() < 0.3 && (found.1 - 75.0).abs() < 0.3, "{found:?}, not at {beside}");
    }
}

const KEPT: &str = "<w:keepNext/>";

/// Rows of two cells; `first` and `second` are the properties of their paragraphs.
fn kept_rows(count: u8, first: &str, second: &str) -> String {
    let cells = |at: u8| [("", p(first, &format!("a{at}x"))), ("", p(second, &format!("b{at}x")))];
    (0..count).map(|at| row("", &cells(at))).collect()
}

fn page_of(sheet: &Sheet, word: &str) -> usize {
    sheet.places().iter().find(|place| place.1 == word).map_or(9, |place| place.0)
}

#[test]
fn rows_stay_together_by_the_first_paragraph_of_their_first_cell() {
    let look = format!("{}{FIXED}", borders(4));
    let body = |first: &str, second: &str| {
        let rows = format!("{}{}", kept_rows(3, first, second), row("", &[("", p("", "last")), ("", p("", "one"))]));
        Sheet::body(format!("{}{}", words(12), table(&look, &[1500, 1500], &rows)))
    };
    // Two rows have room on the first page.
    assert_eq!(page_of(&body(KEPT, ""), "a0x"), 1);
    assert_eq!(page_of(&body(KEPT, KEPT), "a0x"), 1);
    assert_eq!(page_of(&body("", KEPT), "a0x"), 0);
    assert_eq!(page_of(&body("", ""), "a2x"), 1);
}

#[test]
fn paragraphs_above_stay_with_all_rows_that_stay_together() {
    let look = format!("{}{FIXED}", borders(4));
    let body = |rows: u8, kept: &str| {
        let rows = format!("{}{}", kept_rows(rows, kept, kept), row("", &[("", p("", "last")), ("", p("", "one"))]));
        Sheet::body(format!("{}{}{}", words(11), p(KEPT, "heading"), table(&look, &[1500, 1500], &rows)))
    };
    // Also where all of them have no room on one page.
    for rows in [2, 4, 18] {
        assert_eq!(page_of(&body(rows, KEPT), "heading"), 1, "{rows}");
    }
    assert_eq!(page_of(&body(2, ""), "heading"), 0);
    // They are not left alone at the top of a page by rows that have no room together anyway.
    let rows = kept_rows(18, KEPT, KEPT);
    let sheet = Sheet::body(format!("{}{}", p(KEPT, "heading"), table(&look, &[1500, 1500], &rows)));
    assert_eq!((page_of(&sheet, "heading"), page_of(&sheet, "a0x"), page_of(&sheet, "a17x")), (0, 0, 1));
    let sheet = Sheet::body(format!("{}{}", p("", "heading"), table(&look, &[1500, 1500], &rows)));
    assert_eq!((page_of(&sheet, "heading"), page_of(&sheet, "a0x")), (0, 1));
    // Of a row that may be divided, the first lines are enough.
    let three = format!("{}{}{}", p("", "one"), p("", "two"), p("", "three"));
    let divided = table(&look, &[1500], &row("", &[("", three)]));
    let sheet = Sheet::body(format!("{}{}{divided}", words(12), p(KEPT, "heading")));
    assert_eq!((page_of(&sheet, "heading"), page_of(&sheet, "one"), page_of(&sheet, "two")), (0, 0, 1));
}

#[test]
fn a_table_of_which_the_last_row_is_kept_stays_with_the_paragraph_below() {
    let look = format!("{}{FIXED}", borders(4));
    for (kept, page) in [(KEPT, 1), ("", 0)] {
        let rows = table(&look, &[1500, 1500], &kept_rows(3, kept, ""));
        // The rows end 6 pt above the page's end.
        let sheet = Sheet::body(format!("{}{rows}{}", words(11), p("", "below")));
        assert_eq!((page_of(&sheet, "a0x"), page_of(&sheet, "below")), (page, 1));
        let sheet = Sheet::body(format!("{}{}{rows}{}", words(10), p(KEPT, "heading"), p("", "below")));
        assert_eq!((page_of(&sheet, "heading"), page_of(&sheet, "below")), (page, 1));
    }
}

#[test]
fn the_cells_of_a_row_share_the_largest_margins_above_and_below() {
    let look = format!("{}{FIXED}", borders(4));
    let cells = |margin: &str, align: &str| {
        let properties = format!(r#"<w:tcMar><w:{margin} w:w="300" w:type="dxa"/></w:tcMar>"#);
        let aligned = format!(r#"<w:vAlign w:val="{align}"/>"#);
        let three = format!("{}{}{}", p("", "one"), p("", "two"), p("", "three"));
        let row = row("", &[("", three), (&properties, p("", "own")), (&aligned, p("", "other"))]);
        Sheet::body(format!("{}{}", table(&look, &[1300, 1300, 1300], &row), p("", "below")))
    };
    // The row is 15 pt higher than its lines.
    for (margin, align, top, other) in
        [("top", "top", 76.7, 76.7), ("top", "bottom", 76.7, 104.3), ("bottom", "center", 61.7, 75.5), ("bottom", "bottom", 61.7, 89.3)]
    {
        let sheet = cells(margin, align);
        let places = sheet.places();
        let of = |word: &str| places.iter().find(|place| place.1 == word).map_or(0.0, |place| place.3);
        let found = (of("one"), of("other"), of("below"));
        let near = (found.0 - top).abs() < 0.3 && (found.1 - other).abs() < 0.3 && (found.2 - 118.6).abs() < 0.3;
        assert!(near, "{margin} {align}: {found:?}, not {top}, {other}, 118.6");
    }
}

/// In two columns of 90 pt with 20 pt between them.
fn in_columns(mode: u32, body: String) -> Sheet {
    Sheet { mode, section: r#"<w:cols w:num="2" w:space="400"/>"#.to_owned(), ..Sheet::body(body) }
}

/// Space above of 3 pt and below of 4 pt, a mark of so many half points.
fn spaced(mark: u32) -> String {
    format!(r#"<w:spacing w:before="60" w:after="80"/><w:rPr><w:sz w:val="{mark}"/></w:rPr>"#)
}

#[test]
fn a_paragraph_s_mark_follows_a_column_break_at_its_end() {
    for (mark, line) in [(4, 2.3), (24, 13.8), (48, 27.6)] {
        for before in ["", "<w:t>left</w:t>"] {
            let content = format!(r#"<w:p><w:pPr>{}</w:pPr><w:r>{before}<w:br w:type="column"/></w:r></w:p>"#, spaced(mark));
            let body = format!("{}{content}{}", p("", "one"), p("", "two"));
            in_columns(15, body.clone()).stands(&[(0, "one", 50.0, 61.2), (0, "two", 160.0, 61.2 + line + 4.0)]);
            // Up to Word 2010 a paragraph that only begins there keeps its space above.
            let above = if before.is_empty() { 3.0 } else { 0.0 };
            for mode in [12, 14] {
                in_columns(mode, body.clone()).stands(&[(0, "two", 160.0, 61.2 + above + line + 4.0)]);
            }
        }
    }
}

#[test]
fn a_paragraph_that_begins_with_a_break_keeps_its_space_above_behind_it_up_to_word_2010() {
    for (kind, page, left) in [("column", 0, 160.0), ("page", 1, 50.0)] {
        let content = format!(r#"<w:p><w:pPr>{}</w:pPr><w:r><w:br w:type="{kind}"/><w:t>two</w:t></w:r></w:p>"#, spaced(24));
        for (mode, above) in [(12, 3.0), (14, 3.0), (15, 0.0)] {
            in_columns(mode, format!("{}{content}", p("", "one"))).stands(&[(page, "two", left, 61.2 + above)]);
        }
        let behind = content.replace("<w:r><w:br", "<w:r><w:t>first</w:t><w:br");
        in_columns(14, format!("{}{behind}", p("", "one"))).stands(&[(page, "two", left, 61.2)]);
    }
}

#[test]
fn a_column_break_that_begins_a_paragraph_does_not_make_its_column_longer_up_to_word_2010() {
    let section = |columns: u32| {
        format!(
            r#"<w:sectPr><w:type w:val="continuous"/><w:pgSz w:w="6000" w:h="6000"/><w:pgMar w:top="1000" w:bottom="1000" w:left="1000" w:right="1000"/><w:cols w:num="{columns}" w:space="400"/></w:sectPr>"#
        )
    };
    let end = |columns: u32, text: &str| format!("<w:p><w:pPr>{}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>", section(columns));
    let breaks = r#"<w:p><w:pPr><w:spacing w:before="60"/></w:pPr><w:r><w:br w:type="column"/><w:t>right</w:t></w:r></w:p>"#;
    // A line above, two lines at the left, then the break: the next section begins below the two.
    let body = format!("{}{}{}{breaks}{}{}", end(1, "above"), p("", "one"), p("", "two"), end(2, "end"), p("", "below"));
    let sheet = |mode: u32| Sheet { mode, section: r#"<w:type w:val="continuous"/>"#.to_owned(), ..Sheet::body(body.clone()) };
    let right = 61.2 + 13.8 + 3.0;
    for mode in [12, 14] {
        sheet(mode).stands(&[
            (0, "two", 50.0, 88.8),
            (0, "right", 160.0, right),
            (0, "end", 160.0, right + 13.8),
            (0, "below", 50.0, right + 27.6),
        ]);
    }
    let shorter = body.replace("<w:r><w:t>end</w:t></w:r>", "");
    let sheet = |mode: u32| Sheet { mode, section: r#"<w:type w:val="continuous"/>"#.to_owned(), ..Sheet::body(shorter.clone()) };
    sheet(14).stands(&[(0, "below", 50.0, 102.6)]);
    // From Word 2013 on the line of the break counts, without the space above it.
    sheet(15).stands(&[(0, "right", 160.0, right), (0, "below", 50.0, 116.4)]);
}

#[test]
fn an_empty_paragraph_that_ends_a_section_takes_no_room_behind_another_and_all_of_it_behind_a_table() {
    let section = r#"<w:sectPr><w:type w:val="continuous"/><w:pgSz w:w="6000" w:h="6000"/><w:pgMar w:top="1000" w:bottom="1000" w:left="1000" w:right="1000"/></w:sectPr>"#;
    let end = format!("<w:p><w:pPr>{section}</w:pPr></w:p>");
    let cell = table("", &[3900], &row("", &[("", p("", "cell"))]));
    let sheet = |body: String| Sheet {
        section: r#"<w:type w:val="continuous"/>"#.to_owned(),
        ..Sheet::body(format!("{body}{end}{}", p("", "below")))
    };
    sheet(p("", "one")).stands(&[(0, "below", 50.0, 75.0)]);
    sheet(format!("{cell}{}", p("", "one"))).stands(&[(0, "one", 50.0, 75.0), (0, "below", 50.0, 88.8)]);
    sheet(format!("{}{cell}", p("", "one"))).stands(&[(0, "below", 50.0, 102.6)]);
    // Behind a page break it does not begin a page.
    let broken = format!(r#"{cell}<w:p><w:r><w:br w:type="page"/></w:r></w:p>{end}{}"#, p("", "below"));
    Sheet::body(broken).stands(&[(1, "below", 50.0, 61.2)]);
}

#[test]
fn numbers_of_lists_from_right_to_left_stand_at_the_right_of_their_text() {
    let numbering = r#"<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/><w:pPr><w:ind w:left="1000" w:hanging="400"/></w:pPr></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#;
    let places = |align: &str| {
        let item = p(&format!(r#"<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr><w:bidi/>{align}"#), "text");
        let places = Sheet { numbering: numbering.to_owned(), ..Sheet::body(item) }.places();
        let of = |word: &str| places.iter().find(|place| place.1 == word).map(|place| place.2).expect(word);
        (of("1"), of("text"))
    };
    let width = Sheet::body(p(r#"<w:jc w:val="right"/>"#, "text")).places()[0].2;
    // The text ends 50 pt, the number 30 pt from the right edge.
    let (number, text) = places("");
    assert!((text - (width - 50.0)).abs() < 0.3 && (number - (250.0 - 30.0 - 6.0)).abs() < 0.3, "{number} {text}");
    // At the left edge the number keeps its distance.
    let (number, text) = places(r#"<w:jc w:val="right"/>"#);
    assert!((text - 50.0).abs() < 0.3 && (number - text - (250.0 - width + 20.0 - 6.0)).abs() < 0.3, "{number} {text}");
}

#[test]
fn the_last_paragraph_of_a_cell_keeps_automatic_space_where_it_is_an_item_of_a_list() {
    let numbering = r#"<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>"#;
    let list = r#"<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>"#;
    for (list, space) in [("", 0.0), (list, 14.0)] {
        let cell = table("", &[3900], &row("", &[("", p(&format!("{list}{AUTOMATIC}"), "cell"))]));
        let sheet = Sheet { numbering: numbering.to_owned(), ..Sheet::body(format!("{cell}{}", p("", "below"))) };
        sheet.stands(&[(0, "below", 50.0, 75.0 + space)]);
    }
}

#[test]
fn the_first_page_of_a_section_is_the_one_it_begins_on_also_where_that_is_another_section_s() {
    let page = r#"<w:pgSz w:w="6000" w:h="6000"/><w:pgMar w:top="1000" w:bottom="1000" w:left="1000" w:right="1000" w:footer="400"/>"#;
    let first = format!("<w:p><w:pPr><w:sectPr>{page}<w:titlePg/></w:sectPr></w:pPr><w:r><w:t>one</w:t></w:r></w:p>");
    let broken = r#"<w:p><w:r><w:t>two</w:t><w:br w:type="page"/></w:r></w:p>"#;
    let shown = |start: &str| {
        let section = format!(r#"<w:footerReference r:id="footer"/><w:type w:val="{start}"/><w:titlePg/>"#);
        let sheet = Sheet { section, footer: p("", "foot"), ..Sheet::body(format!("{first}{broken}{}", p("", "three"))) };
        sheet.places().into_iter().filter(|place| place.1 == "foot").map(|place| place.0).collect::<Vec<_>>()
    };
    assert_eq!(shown("continuous"), [1], "the second page is not its first");
    assert_eq!(shown("nextPage"), [2], "of three pages");
}

#[test]
fn an_empty_paragraph_below_a_table_takes_its_room_in_notes_and_boxes_and_none_in_cells() {
    let inner = table("", &[2000], &row("", &[("", p("", "in"))]));
    let outer = |content: &str| table("", &[3900], &row("", &[("", content.to_owned())]));
    let body = format!("{}{}", outer(&format!("{inner}{}", p("", ""))), p("", "below"));
    Sheet::body(body).stands(&[(0, "below", 50.0, 75.0)]);
    let noted = r#"<w:p><w:r><w:t>one</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>"#;
    let note = |end: &str| format!(r#"<w:footnote w:id="1">{}{inner}{end}</w:footnote>"#, p("", "note"));
    let height = |end: &str| {
        let sheet = Sheet { footnotes: note(end), ..Sheet::body(noted) };
        sheet.places().iter().find(|place| place.1 == "in").map(|place| place.3).expect("the note's table")
    };
    assert!((height("") - height(&p("", "")) - 13.8).abs() < 0.1, "{} {}", height(""), height(&p("", "")));
    let text = format!("{inner}{}", p("", ""));
    let boxed = format!(
        r#"<w:p><w:r><w:pict><v:rect stroked="f" style="width:100pt;height:60pt;v-text-anchor:bottom"><v:textbox inset="0,0,0,0"><w:txbxContent>{text}</w:txbxContent></v:textbox></v:rect></w:pict></w:r></w:p>"#
    );
    Sheet::body(boxed).stands(&[(0, "in", 55.4, 110.0 - 2.6 - 13.8)]);
}

#[test]
fn a_separator_of_the_document_s_own_takes_the_room_of_its_paragraph_above_the_notes() {
    // 17.11.23, Spire. The note is one line, 236.2 to 250; the text may go on to where the separator's paragraph begins.
    let separator = |look: &str, inner: &str| {
        format!(
            r#"<w:footnote w:type="separator" w:id="0"><w:p><w:pPr>{look}</w:pPr><w:r>{inner}</w:r></w:p></w:footnote><w:footnote w:id="1">{}</w:footnote>"#,
            p("", "note")
        )
    };
    let body = |count: usize| {
        let lines = (1..count).map(|_| p("", "line")).collect::<String>();
        format!(r#"<w:p><w:r><w:t>one</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>{lines}{}"#, p("", "last"))
    };
    let pages = |footnotes: String, count: usize| Sheet { footnotes, ..Sheet::body(body(count)) }.laid().0.pages.len();
    let line = "<w:separator/>";
    let plain = format!(r#"<w:footnote w:id="1">{}</w:footnote>"#, p("", "note"));
    // Of the 200 pt 13.8 are the note's: 13 lines beside a line in 5.7 pt, 12 beside one as high as the text, 11 with space after it.
    assert_eq!([pages(plain.clone(), 12), pages(plain, 13)], [1, 2]);
    let own = |look: &str, count: usize| pages(separator(look, line), count);
    assert_eq!([own("", 11), own("", 12)], [1, 2]);
    let spaced = r#"<w:spacing w:after="200"/>"#;
    assert_eq!([own(spaced, 10), own(spaced, 11)], [1, 2]);
    // A separator without its line shows none.
    let strokes = |inner: &str| {
        let frames = Sheet { footnotes: separator("", inner), ..Sheet::body(body(1)) }.laid().0;
        frames.pages[0].items.iter().filter(|item| matches!(&item.shape, Shape::Path(path) if path.stroke.is_some())).count()
    };
    assert_eq!([strokes(line), strokes("<w:t>* * *</w:t>")], [1, 0]);
}

#[test]
fn the_box_of_a_form_is_a_square_as_high_as_a_line_of_its_size() {
    // 17.16.7; both engines, but for a size of its own (17.16.31): Spire. A line of 12 pt is 13.8 pt high.
    let check = |size: &str| {
        format!(
            r#"<w:p><w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:checkBox>{size}<w:default w:val="1"/></w:checkBox></w:ffData></w:fldChar></w:r><w:r><w:instrText> FORMCHECKBOX </w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>yes</w:t></w:r></w:p>{}"#,
            p("", "next")
        )
    };
    for (size, x, baseline) in
        [("<w:sizeAuto/>", 63.8, 61.2), (r#"<w:size w:val="24"/>"#, 63.8, 61.2), (r#"<w:size w:val="48"/>"#, 77.6, 72.4)]
    {
        let lower = baseline + if size.contains("48") { 5.2 + 11.2 } else { 13.8 };
        Sheet::body(check(size)).stands(&[(0, "yes", x, baseline), (0, "next", 50.0, lower)]);
    }
}

#[test]
fn a_separator_without_end_leaves_the_pages_to_their_text() {
    let separator = format!(r#"<w:footnote w:type="separator" w:id="0">{}</w:footnote>"#, p("", "sep").repeat(500));
    let footnotes = format!(r#"{separator}<w:footnote w:id="1">{}</w:footnote>"#, p("", "note"));
    let noted = r#"<w:p><w:r><w:t>one</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>"#;
    let sheet = Sheet { footnotes, ..Sheet::body(format!("{noted}{}", p("", "two"))) };
    sheet.stands(&[(0, "one", 50.0, 61.2), (0, "two", 50.0, 75.0), (0, "note", 50.0, 247.4)]);
}

#[test]
fn widow_control_holds_in_notes() {
    // Each word fills a line.
    let words = |count: usize| (0..count).map(|word| format!("n{word}{} ", "a".repeat(30))).collect::<Vec<_>>().concat();
    let noted = r#"<w:p><w:r><w:t>noted</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>"#;
    let sheet = |control: &str, above: usize, count: usize| Sheet {
        footnotes: format!(r#"<w:footnote w:id="1">{}</w:footnote>"#, p(control, &words(count))),
        ..Sheet::body(format!("{}{noted}{}", lines(above), p("", "below")))
    };
    let off = r#"<w:widowControl w:val="0"/>"#;
    let check = |sheet: &Sheet, expected: &[(&str, usize)]| {
        let places = sheet.places();
        for (word, page) in expected {
            assert!(places.iter().any(|place| place.1.starts_with(word) && place.0 == *page), "{word} is not on page {page}: {places:?}");
        }
    };
    // There is room for one line of the note: two that stay together take their line along.
    check(&sheet(off, 12, 2), &[("noted", 0), ("n0a", 0), ("n1a", 1)]);
    check(&sheet("", 12, 2), &[("noted", 1), ("n0a", 1), ("n1a", 1)]);
    // Of four lines three have room: two come on each page.
    check(&sheet(off, 10, 4), &[("noted", 0), ("n2a", 0), ("n3a", 1)]);
    check(&sheet("", 10, 4), &[("noted", 0), ("n1a", 0), ("n2a", 1), ("n3a", 1)]);
    // A page's lines that stay together do so above the note.
    let paragraph = |control: &str| {
        format!(
            r#"<w:p><w:pPr>{control}</w:pPr><w:r><w:t xml:space="preserve">{}</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:t xml:space="preserve"> {}</w:t></w:r></w:p>"#,
            words(2).replace('n', "m"),
            words(1).replace('n', "o")
        )
    };
    let three = |above: usize| Sheet { body: format!("{}{}", lines(above), paragraph("")), ..sheet("", 0, 2) };
    check(&three(9), &[("m0a", 0), ("o0a", 0), ("n1a", 0)]);
    check(&three(10), &[("m0a", 1), ("o0a", 1), ("n1a", 1)]);
}
