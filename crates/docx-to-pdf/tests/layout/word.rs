//! Rules on which Word's imitator and LibreOffice agree, or where Word is followed against LibreOffice alone; each with its cases varied.
//!
//! The rules and their sources are in `docs/engine-rules.md`. Pages are 300 pt wide and high with margins of 50 pt; text is 12 pt Liberation Serif
//! (a line is 13.8 pt high, its baseline at 11.2) unless a test says otherwise.

use docx_to_pdf::layout::frame::{Item, Shape};
use docx_to_pdf::warning::Warning;

use crate::breadth::Sheet;
use crate::measured::floats::picture;
use crate::measured::{DEFAULTS, borders, lines, p, row, table};

fn blank(size: u32, inner: &str) -> String {
    format!(r#"<w:r><w:rPr><w:sz w:val="{size}"/></w:rPr>{inner}</w:r>"#)
}

const SPACES: &str = r#"<w:t xml:space="preserve">   </w:t>"#;

fn run(text: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

fn said(warnings: &[Warning]) -> String {
    warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A text box in front of the text, its left top corner at the paragraph's.
fn text_box(shape: &str, (width, height): (f32, f32), body: &str, content: &str) -> String {
    let emu = |points: f32| (points * 12_700.0) as i64;
    let (width, height) = (emu(width), emu(height));
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="{width}" cy="{height}"/><wp:wrapNone/><wp:docPr id="1" name="b"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="{shape}"/><a:solidFill><a:srgbClr val="DDE8F8"/></a:solidFill></wps:spPr><wps:txbx><w:txbxContent>{content}</w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0">{body}</wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#
    )
}

#[test]
fn blanks_and_tabs_do_not_raise_a_line_wherever_it_stands() {
    for (size, inner) in [(96, SPACES), (72, "<w:tab/>"), (40, r#"<w:t xml:space="preserve"> </w:t><w:tab/>"#)] {
        let before = format!("<w:p>{}{}</w:p>{}", blank(size, inner), run("word"), p("", "next"));
        Sheet::body(before.clone()).stands(&[(0, "next", 50.0, 75.0)]);
        let after = format!("<w:p>{}{}</w:p>{}", run("word"), blank(size, inner), p("", "next"));
        Sheet::body(after.clone()).stands(&[(0, "word", 50.0, 61.2), (0, "next", 50.0, 75.0)]);
        let cell = table(&borders(8), &[3000], &row("", &[("", after.clone())]));
        Sheet::body(format!("{cell}{}", p("", "below"))).stands(&[(0, "below", 50.0, 90.8)]);
        Sheet { header: after.clone(), section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "x")) }
            .stands(&[(0, "next", 50.0, 45.0)]);
        let boxed = format!("<w:p>{}</w:p>", text_box("rect", (100.0, 60.0), "", &after));
        Sheet::body(boxed).stands(&[(0, "next", 50.0, 75.0)]);
    }
    let held = format!("<w:p>{}{}</w:p>{}", run("word"), blank(96, "<w:t>\u{A0}</w:t>"), p("", "next"));
    Sheet::body(held).stands(&[(0, "next", 50.0, 50.0 + 55.2 + 11.2)]);
}

#[test]
fn a_paragraph_of_blanks_is_as_high_as_its_mark() {
    let mark =
        |size: u32| format!(r#"<w:p><w:pPr><w:rPr><w:sz w:val="{size}"/></w:rPr></w:pPr>{}</w:p>{}"#, blank(96, SPACES), p("", "next"));
    Sheet::body(mark(24)).stands(&[(0, "next", 50.0, 75.0)]);
    Sheet::body(mark(48)).stands(&[(0, "next", 50.0, 88.8)]);
}

/// A table of one column that floats; its rows are 14.8 pt high.
fn floating(width: u32, position: &str) -> String {
    let rows: String = (0..2).map(|at| row("", &[("", p("", &format!("c{at}")))])).collect();
    let position = format!(r#"<w:tblpPr w:leftFromText="0" w:rightFromText="0" {position}/>"#);
    table(&format!(r#"{position}{}<w:tblLayout w:type="fixed"/>"#, borders(8)), &[width], &rows)
}

#[test]
fn floating_tables_as_wide_as_the_text_keep_their_place() {
    let body = |width: u32, position: &str| Sheet::body(format!("{}{}{}", lines(2), floating(width, position), p("", "m")));
    let margin = r#"w:vertAnchor="text" w:horzAnchor="margin""#;
    body(4000, &format!(r#"{margin} w:tblpX="-200" w:tblpY="100""#)).stands(&[(0, "c0", 45.4, 94.8), (0, "m", 50.0, 124.4)]);
    body(4600, &format!(r#"{margin} w:tblpXSpec="center" w:tblpY="1""#)).stands(&[(0, "c0", 40.4, 89.9)]);
    body(4600, &format!(r#"{margin} w:tblpXSpec="right" w:tblpY="1""#)).stands(&[(0, "c0", 30.8, 89.9)]);
}

#[test]
fn a_floating_table_without_vertical_anchor_counts_from_the_margin_and_text_above_goes_around_it() {
    let body = |position: &str| Sheet::body(format!("{}{}{}", lines(6), floating(1500, position), p("", "m")));
    body(r#"w:tblpX="2000" w:tblpY="1000""#).stands(&[(0, "c0", 155.4, 112.2), (0, "l5", 50.0, 130.2)]);
    body(r#"w:horzAnchor="margin""#).stands(&[(0, "c0", 55.4, 62.2), (0, "l0", 125.0, 61.2), (0, "l5", 50.0, 130.2)]);
}

#[test]
fn a_floating_table_goes_where_the_paragraph_below_it_goes() {
    let table = floating(1500, r#"w:vertAnchor="page" w:horzAnchor="page" w:tblpX="3000" w:tblpY="2000""#);
    let body = format!("{}{table}{}", lines(2), p("<w:pageBreakBefore/>", "below"));
    Sheet::body(body).stands(&[(0, "l1", 50.0, 75.0), (1, "c0", 155.4, 112.2), (1, "below", 50.0, 61.2)]);
    let body = format!("{}{table}{}", lines(14), p("", "below"));
    Sheet::body(body).stands(&[(0, "l13", 50.0, 240.6), (1, "c0", 155.4, 112.2), (1, "below", 50.0, 61.2)]);
}

#[test]
fn text_above_a_float_of_its_column_goes_around_it() {
    // The space that the picture keeps above it reaches into the line before.
    let wrap = "<wp:wrapTopAndBottom/>";
    let anchored = picture(0.0, 60.0, wrap, r#"behindDoc="0" layoutInCell="1""#)
        .replace("<wp:posOffset>47625</wp:posOffset>", "<wp:posOffset>0</wp:posOffset>");
    let content = format!("{}{}{anchored}{}", p("", "one"), p("", "two"), p("", "three"));
    let cell = table(&borders(8), &[3900], &row("", &[("", content.clone())]));
    let places = Sheet::body(cell).places();
    let y = |text: &str| places.iter().find(|place| place.1 == text).map(|place| place.3).expect("it is there");
    assert!((y("one") - 62.2).abs() < 0.3 && y("two") > 140.0 && y("three") > y("two"), "{places:?}");
}

#[test]
fn floating_tables_of_headers_and_footers_stand_at_their_place() {
    let table = floating(1500, r#"w:vertAnchor="page" w:horzAnchor="page" w:tblpX="3000" w:tblpY="200""#);
    let header = format!("{table}{}", p("", "head"));
    let sheet = Sheet { header, section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "x")) };
    sheet.stands(&[(0, "head", 50.0, 31.2), (0, "c0", 155.4, 22.2), (0, "x", 50.0, 61.2)]);
}

#[test]
fn frames_in_the_defaults_and_frames_in_line_are_none() {
    let zeros = r#"<w:framePr w:anchorLock="0" w:w="0" w:h="0" w:vSpace="0" w:hSpace="0" w:xAlign="left" w:y="0" w:hRule="exact" w:vAnchor="margin"/>"#;
    for frame in [zeros, r#"<w:framePr w:w="2000" w:vAnchor="page" w:y="3000"/>"#] {
        let defaults =
            DEFAULTS.replace("</w:docDefaults>", &format!("<w:pPrDefault><w:pPr>{frame}</w:pPr></w:pPrDefault></w:docDefaults>"));
        let body = format!("{}{}", p(r#"<w:jc w:val="right"/>"#, "right"), lines(20));
        Sheet { defaults, ..Sheet::body(body) }.stands(&[(0, "right", 227.3, 61.2), (0, "l0", 50.0, 75.0), (1, "l14", 50.0, 75.0)]);
    }
    // A style's frame is taken away where the paragraph says that it stands in line.
    let style = r#"<w:style w:type="paragraph" w:styleId="F"><w:name w:val="F"/><w:pPr><w:framePr w:hSpace="141" w:wrap="around" w:vAnchor="text" w:hAnchor="text" w:xAlign="center" w:y="1"/></w:pPr></w:style>"#;
    let inline = r#"<w:pStyle w:val="F"/><w:framePr w:hSpace="0" w:wrap="auto" w:vAnchor="margin" w:xAlign="left" w:yAlign="inline"/>"#;
    let body = format!("{}{}{}", p("", "one"), p(inline, "two"), p("", "three"));
    Sheet { styles: style.to_owned(), ..Sheet::body(body) }.stands(&[(0, "two", 50.0, 75.0), (0, "three", 50.0, 88.8)]);
    // Others are, also with nothing but zeros.
    Sheet::body(format!("{}{}", p("", "flow"), p(zeros, "framed"))).stands(&[(0, "framed", 50.0, 61.2)]);
    let body =
        format!("{}{}", p(r#"<w:framePr w:w="1000" w:vAnchor="page" w:hAnchor="page" w:x="4000" w:y="4000"/>"#, "framed"), p("", "flow"));
    Sheet::body(body).stands(&[(0, "framed", 200.0, 211.2), (0, "flow", 50.0, 61.2)]);
}

#[test]
fn what_floats_in_a_header_lies_below_the_body() {
    let header = format!("<w:p>{}</w:p>", text_box("rect", (200.0, 200.0), "", &p("", "inside")));
    let sheet = Sheet { header, section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "body")) };
    let (frames, _) = sheet.laid();
    let items = &frames.pages[0].items;
    let fill = items.iter().position(|item| matches!(&item.shape, Shape::Path(path) if path.fill.is_some()));
    let is_body = |item: &Item| matches!(&item.shape, Shape::Glyphs(run) if run.text.starts_with("body"));
    assert!(fill.expect("the shape is drawn") < items.iter().position(is_body).expect("the body is drawn"));
}

#[test]
fn a_row_of_a_header_does_not_grow_for_a_picture_in_front_of_the_text() {
    let anchored = picture(0.0, 60.0, "<wp:wrapNone/>", r#"behindDoc="0" layoutInCell="1""#);
    let header = format!("{}{}", table(&borders(8), &[3900], &row("", &[("", format!("{anchored}{}", p("", "aa")))])), p("", "end"));
    let sheet = Sheet { header, section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "x")) };
    sheet.stands(&[(0, "end", 50.0, 20.0 + 29.6 + 11.2)]);
}

#[test]
fn text_stands_in_the_rectangle_of_its_shape() {
    let at = |shape: &str, x: f32, y: f32| {
        let boxed = format!("<w:p>{}</w:p>", text_box(shape, (100.0, 80.0), "", &p("", "t")));
        Sheet::body(boxed).stands(&[(0, "t", 50.0 + x, 50.0 + y + 11.2)]);
    };
    at("rect", 0.0, 0.0);
    at("roundRect", 3.9, 3.9);
    at("ellipse", 14.6, 11.7);
    at("diamond", 25.0, 20.0);
    at("triangle", 25.0, 40.0);
    at("rightArrow", 0.0, 20.0);
    at("leftArrow", 20.0, 20.0);
    at("upArrow", 25.0, 20.0);
    at("star5", 30.9, 30.6);
    at("plus", 0.0, 20.0);
    at("octagon", 11.7, 11.7);
    at("flowChartTerminator", 4.7, 11.7);
    at("can", 0.0, 20.0);
    at("cube", 0.0, 20.0);
    at("foldedCorner", 0.0, 0.0);
    at("trapezoid", 13.3, 10.7);
    at("parallelogram", 16.7, 13.3);
}

#[test]
fn a_box_grows_with_its_text_or_cuts_it_or_makes_it_smaller() {
    let boxed = |fit: &str, anchor: &str| {
        let content = (0..6).map(|at| p("", &format!("w{at}"))).collect::<String>();
        let text = text_box("rect", (100.0, 40.0), fit, &content).replace("<wps:bodyPr ", &format!("<wps:bodyPr {anchor} "));
        Sheet::body(format!("<w:p>{text}</w:p>"))
    };
    let grown = boxed("<a:spAutoFit/>", "");
    grown.stands(&[(0, "w5", 50.0, 130.2)]);
    assert_eq!(said(&grown.laid().1), "");
    for anchor in ["", r#"anchor="ctr""#, r#"anchor="b""#] {
        let cut = boxed("<a:noAutofit/>", anchor);
        cut.stands(&[(0, "w0", 50.0, 61.2), (0, "w2", 50.0, 88.8)]);
        let (frames, warnings) = cut.laid();
        assert!(said(&warnings).contains("cut off at the box's edge"), "{warnings:?}");
        assert!(!cut.places().iter().any(|place| place.1 == "w3"), "what begins below the box does not show");
        assert!(frames.pages[0].items.iter().any(|item| matches!(&item.shape, Shape::Group { clip: Some(_), .. })));
    }
    // It shrinks to its text as well: what is aligned at the bottom of a box that is too high stands at its top.
    let short = text_box("rect", (100.0, 90.0), "<a:spAutoFit/>", &p("", "t")).replace("<wps:bodyPr ", r#"<wps:bodyPr anchor="b" "#);
    Sheet::body(format!("<w:p>{short}</w:p>")).stands(&[(0, "t", 50.0, 61.2)]);
    let smaller = boxed("<a:normAutofit/>", "");
    let places = smaller.places();
    let last = places.iter().find(|place| place.1 == "w5").expect("all of it shows");
    assert!(last.3 < 90.0 && last.3 > 80.0, "{places:?}");
    assert_eq!(said(&smaller.laid().1), "");
}

#[test]
fn a_row_of_exact_height_cuts_its_text_and_says_so() {
    let tall = (0..4).map(|at| p("", &format!("w{at}"))).collect::<String>();
    let rows = row(r#"<w:trHeight w:val="500" w:hRule="exact"/>"#, &[("", tall)]);
    let sheet = Sheet::body(format!("{}{}", table(&borders(8), &[3000], &rows), p("", "below")));
    sheet.stands(&[(0, "w0", 55.9, 62.2), (0, "w1", 55.9, 76.0), (0, "below", 50.0, 87.2)]);
    assert!(said(&sheet.laid().1).contains("row of exact height"));
    let fits = row(r#"<w:trHeight w:val="500" w:hRule="exact"/>"#, &[("", p("", "w"))]);
    assert_eq!(said(&Sheet::body(table(&borders(8), &[3000], &fits)).laid().1), "");
}

#[test]
fn page_breaks_break_nothing_in_cells_headers_and_boxes() {
    let broken = format!(r#"<w:p>{}<w:r><w:br w:type="page"/></w:r>{}</w:p>{}"#, run("a"), run("b"), p("", "next"));
    let cell = table(&borders(8), &[3000], &row("", &[("", broken.clone())]));
    Sheet::body(format!("{cell}{}", p("", "below"))).stands(&[(0, "next", 55.9, 76.0), (0, "below", 50.0, 90.8)]);
    Sheet { header: broken.clone(), section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "x")) }
        .stands(&[(0, "next", 50.0, 45.0), (0, "x", 50.0, 61.2)]);
    Sheet::body(format!("<w:p>{}</w:p>", text_box("rect", (100.0, 60.0), "", &broken))).stands(&[(0, "next", 50.0, 75.0)]);
}

#[test]
fn a_merged_cell_is_aligned_in_its_part_of_each_page() {
    let rows = |align: &str| {
        let first = row("", &[(&*format!(r#"<w:vMerge w:val="restart"/>{align}"#), p("", "centre")), ("", p("", "r0"))]);
        let rest = (1..14).map(|at| row("", &[("<w:vMerge/>", "<w:p/>".to_owned()), ("", p("", &format!("r{at}")))])).collect::<String>();
        Sheet::body(format!("{}{}", lines(7), table(&borders(8), &[1500, 1500], &format!("{first}{rest}"))))
    };
    // Six rows of 14.8 pt stand on the first page.
    rows(r#"<w:vAlign w:val="center"/>"#).stands(&[(0, "r5", 130.9, 232.8), (0, "centre", 55.9, 195.8), (1, "r6", 130.9, 62.2)]);
    rows(r#"<w:vAlign w:val="bottom"/>"#).stands(&[(0, "centre", 55.9, 232.8)]);
    rows("").stands(&[(0, "centre", 55.9, 158.8)]);
}

#[test]
fn turned_text_takes_more_lines_rather_than_a_higher_row() {
    for way in ["btLr", "tbRl"] {
        let turned = format!(r#"<w:textDirection w:val="{way}"/>"#);
        let body = |height: &str| {
            let rows = row(height, &[(&*turned, p("", "ca cb cc cd")), ("", p("", "plain"))]);
            Sheet::body(format!("{}{}", table(&borders(8), &[1500, 2000], &rows), p("", "below")))
        };
        body("").stands(&[(0, "plain", 130.9, 62.2), (0, "below", 50.0, 76.8 + 0.2)]);
        body(r#"<w:trHeight w:val="800"/>"#).stands(&[(0, "below", 50.0, 103.2)]);
    }
    let rows = row("", &[(r#"<w:textDirection w:val="btLr"/>"#, p("", "ca cb cc cd ce cf")), ("", p("", "plain"))]);
    let sheet = Sheet::body(table(&borders(8), &[600, 2000], &rows));
    assert!(said(&sheet.laid().1).contains("turned text that does not fit"));
}

#[test]
fn a_field_that_is_never_ended_loses_no_text() {
    let begun = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> REF x </w:instrText></w:r>"#;
    let whole = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> ADDRESSBLOCK </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>result</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>"#;
    let body = format!("<w:p>{begun}{}</w:p><w:p>{whole}</w:p>{}", run("first"), p("", "last"));
    let sheet = Sheet::body(body.clone());
    sheet.stands(&[(0, "first", 50.0, 61.2), (0, "result", 50.0, 75.0), (0, "last", 50.0, 88.8)]);
    assert!(said(&sheet.laid().1).contains("never ended"));
    let cell = table(&borders(8), &[3000], &row("", &[("", body.clone())]));
    Sheet::body(cell).stands(&[(0, "first", 55.9, 62.2), (0, "last", 55.9, 89.8)]);
    Sheet { header: body.clone(), section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "x")) }
        .stands(&[(0, "last", 50.0, 58.8)]);
    Sheet::body(format!("<w:p>{}{}</w:p>", text_box("rect", (100.0, 60.0), "", &body), run("around"))).stands(&[(0, "last", 50.0, 88.8)]);
}

#[test]
fn a_style_named_normal_is_the_default_one() {
    for name in ["Normal", "normal"] {
        let style = format!(
            r#"{DEFAULTS}<w:style w:type="paragraph" w:styleId="S"><w:name w:val="{name}"/><w:pPr><w:spacing w:after="200"/></w:pPr></w:style>"#
        );
        let body = format!("{}{}", p("", "one"), p("", "two"));
        Sheet { defaults: style, ..Sheet::body(body) }.stands(&[(0, "two", 50.0, 85.0)]);
    }
}

#[test]
fn spacing_in_lines_gives_way_to_the_plain_number_beside_it() {
    let spaced = |spacing: &str| Sheet::body(format!("{}{}", p("", "one"), p(&format!("<w:spacing {spacing}/>"), "two")));
    spaced(r#"w:beforeLines="100" w:before="400""#).stands(&[(0, "two", 50.0, 95.0)]);
    spaced(r#"w:beforeLines="100""#).stands(&[(0, "two", 50.0, 87.0)]);
    spaced(r#"w:beforeLines="100" w:before="0""#).stands(&[(0, "two", 50.0, 75.0)]);
}

#[test]
fn what_follows_a_picture_wider_than_the_text_starts_at_the_edge() {
    let wide = r#"<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="3175000" cy="254000"/><wp:docPr id="1" name="d"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:blipFill><a:blip r:embed="picture"/></pic:blipFill><pic:spPr/></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>"#;
    let body = format!("<w:p>{}{wide}{}</w:p>", run("before "), run(" after"));
    Sheet::body(body).stands(&[(0, "before", 50.0, 61.2), (0, "after", 50.0, 95.0)]);
}

#[test]
fn tens_of_thousands_of_marks_on_one_letter_are_laid_out() {
    for mark in ['\u{301}', '\u{200D}', '\u{FE0F}'] {
        let word: String = std::iter::once('a').chain(std::iter::repeat_n(mark, 70_000)).collect();
        let (frames, _) = Sheet::body(format!("{}{}", p("", &word), p("", "after"))).laid();
        assert!(!frames.pages.is_empty());
    }
}
