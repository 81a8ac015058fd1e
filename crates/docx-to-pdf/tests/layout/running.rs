//! Headers and footers: what floats in them, and the text beside it.
//!
//! Places that Spire gives (`docs/engine-rules.md`); where LibreOffice and Spire agree, the line says so.
//! Pages are 300 pt wide and high with margins of 50 pt, header and footer 20 pt from the edge; a line of text is 13.8 pt high, its baseline at 11.2.

use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::package::{Limits, Package};
use docx_to_pdf::{LaidOut, Options, lay_out};

use crate::breadth::Sheet;
use crate::measured::{NAMESPACES, PAGE, p, row, table};
use crate::support::{texts, zip_of};

const FIXED: &str = r#"<w:tblLayout w:type="fixed"/>"#;
const CENTERED: &str = r#"<w:jc w:val="center"/>"#;
const SQUARE: &str = r#"<wp:wrapSquare wrapText="bothSides"/>"#;
const IN_FRONT: &str = "<wp:wrapNone/>";

/// A paragraph that a picture of 60 by 40 pt is anchored in.
fn with_picture(look: &str, word: &str, across: &str, wrap: &str) -> String {
    let down = r#"<wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV>"#;
    with_picture_at(look, word, (across, down), wrap)
}

fn with_picture_at(look: &str, word: &str, (across, down): (&str, &str), wrap: &str) -> String {
    format!(
        r#"<w:p><w:pPr>{look}</w:pPr><w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column">{across}</wp:positionH>{down}<wp:extent cx="762000" cy="508000"/><wp:effectExtent l="0" t="0" r="0" b="0"/>{wrap}<wp:docPr id="1" name="p"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="picture"/></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="762000" cy="508000"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r><w:r><w:t>{word}</w:t></w:r></w:p>"#
    )
}

fn headed(header: String) -> Sheet {
    Sheet { header, section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "body")) }
}

fn footed(footer: String) -> Sheet {
    Sheet { footer, section: r#"<w:footerReference r:id="footer"/>"#.to_owned(), ..Sheet::body(p("", "body")) }
}

#[test]
fn text_of_headers_and_footers_goes_around_what_floats_there() {
    // 20.4.2.17; Spire where the float takes the line's beginning, LibreOffice never.
    let left = ["<wp:posOffset>0</wp:posOffset>", "<wp:align>left</wp:align>"];
    let right = ["<wp:posOffset>1778000</wp:posOffset>", "<wp:align>right</wp:align>"];
    for (places, aside) in [(left, 30.0), (right, -30.0)] {
        for across in places {
            let lines =
                |wrap: &str| format!("{}{}{}", with_picture(CENTERED, "one", across, wrap), p(CENTERED, "two"), p(CENTERED, "three"));
            let at = |top: f32, aside: f32| [(0, "one", 141.3 + aside, top + 11.2), (0, "three", 138.0 + aside, top + 38.8)];
            headed(lines(SQUARE)).stands(&at(20.0, aside));
            footed(lines(SQUARE)).stands(&at(238.6, aside));
            headed(lines(SQUARE)).stands(&[(0, "body", 50.0, 72.6)]);
            // What text runs through moves nothing (both engines).
            headed(lines(IN_FRONT)).stands(&at(20.0, 0.0));
            footed(lines(IN_FRONT)).stands(&at(238.6, 0.0));
        }
    }
}

#[test]
fn up_to_word_2010_text_of_headers_and_footers_runs_through_what_floats_there_but_for_cells() {
    // Both engines; the body's text goes around all the same.
    let floating = table(
        &format!(
            r#"<w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="text" w:horzAnchor="margin" w:tblpX="1" w:tblpY="1"/>{FIXED}"#
        ),
        &[1200],
        &row("", &[("", p("", "cell"))]),
    );
    let left = "<wp:align>left</wp:align>";
    for (mode, aside) in [(12, 50.0), (14, 50.0), (15, 110.0)] {
        for first in [with_picture("", "one", left, SQUARE), format!("{floating}{}", p("", "one"))] {
            let lines = format!("{first}{}", p("", "two"));
            let near = |x: f32| if x > 50.0 && first.contains("tblpPr") { x + 0.1 } else { x };
            Sheet { mode, ..headed(lines.clone()) }.stands(&[(0, "one", near(aside), 31.2)]);
            Sheet { mode, ..footed(lines) }.stands(&[(0, "two", near(aside), 277.4)]);
        }
        Sheet { mode, ..headed(with_picture("", "one", left, "<wp:wrapTopAndBottom/>")) }.stands(&[(
            0,
            "body",
            50.0,
            if mode < 15 { 71.2 } else { 85.0 },
        )]);
        let inside = table(FIXED, &[4000], &row("", &[("", with_picture("", "one", left, SQUARE))]));
        let edge = if mode < 15 { 110.0 } else { 115.4 };
        Sheet { mode, ..headed(format!("{inside}{}", p("", "two"))) }.stands(&[(0, "one", edge, 31.2), (0, "two", 50.0, 71.2)]);
    }
}

#[test]
fn a_header_is_higher_by_what_its_text_stands_below() {
    for across in ["<wp:align>left</wp:align>", "<wp:align>right</wp:align>"] {
        let lines = format!("{}{}", with_picture("", "one", across, "<wp:wrapTopAndBottom/>"), p("", "two"));
        headed(lines.clone()).stands(&[(0, "one", 50.0, 71.2), (0, "two", 50.0, 85.0), (0, "body", 50.0, 98.8)]);
        // A footer reaches higher up, its text stays (both engines).
        footed(lines).stands(&[(0, "one", 50.0, 263.6), (0, "two", 50.0, 277.4)]);
    }
}

#[test]
fn text_of_a_footer_does_not_move_for_what_floats_by_the_page() {
    // Both engines; of a header it does (Spire).
    for (base, in_header, in_footer) in [("page", 20, 255), ("margin", -30, 205), ("bottomMargin", -230, 5)] {
        let lines = |points: i32, wrap: &str| {
            let down = format!(r#"<wp:positionV relativeFrom="{base}"><wp:posOffset>{}</wp:posOffset></wp:positionV>"#, points * 12_700);
            format!("{}{}", with_picture_at("", "one", ("<wp:align>left</wp:align>", &down), wrap), p("", "two"))
        };
        for wrap in [SQUARE, "<wp:wrapTopAndBottom/>"] {
            footed(lines(in_footer, wrap)).stands(&[(0, "one", 50.0, 263.6), (0, "two", 50.0, 277.4)]);
        }
        headed(lines(in_header, SQUARE)).stands(&[(0, "one", 110.0, 31.2), (0, "two", 110.0, 45.0)]);
    }
}

#[test]
fn text_of_a_header_goes_around_its_floating_table_but_through_its_frame() {
    let place =
        r#"<w:tblpPr w:leftFromText="100" w:rightFromText="100" w:vertAnchor="text" w:horzAnchor="margin" w:tblpX="1" w:tblpY="1"/>"#;
    let floating = table(&format!("{place}{FIXED}"), &[1200], &row("", &[("", p("", "cell"))]));
    let header = format!("{floating}{}{}", p("", "one"), p("", "two"));
    headed(header).stands(&[(0, "cell", 55.4, 31.2), (0, "one", 115.1, 31.2), (0, "two", 115.1, 45.0)]);
    // Frames: both engines.
    let frame = r#"<w:framePr w:w="1200" w:hSpace="100" w:wrap="around" w:vAnchor="text" w:hAnchor="margin" w:x="1" w:y="1"/>"#;
    let framed = format!("{}{}{}", p(frame, "framed"), p("", "one"), p("", "two"));
    headed(framed.clone()).stands(&[(0, "framed", 50.0, 31.2), (0, "one", 50.0, 31.2), (0, "two", 50.0, 45.0)]);
    footed(framed).stands(&[(0, "framed", 50.0, 263.6), (0, "one", 50.0, 263.6)]);
}

#[test]
fn a_table_of_a_header_stands_where_it_is_below_a_float() {
    // Both engines, for the table; its rows do not move aside or down.
    let rows = table(FIXED, &[2000], &row("", &[("", p("", "cell"))]));
    let content = format!("{}{rows}{}", with_picture("", "one", "<wp:align>left</wp:align>", SQUARE), p("", "two"));
    headed(content.clone()).stands(&[(0, "one", 110.0, 31.2), (0, "cell", 55.4, 45.0), (0, "two", 110.0, 58.8), (0, "body", 50.0, 72.6)]);
    footed(content).stands(&[(0, "one", 110.0, 249.8), (0, "cell", 55.4, 263.6), (0, "two", 110.0, 277.4)]);
}

#[test]
fn what_leaves_a_cell_of_a_header_keeps_none_of_its_text_away() {
    // Both engines; `layoutInCell` off counts up to Word 2010, in the body its text goes around.
    let picture = |kept: bool| {
        let inside = with_picture("", "text", "<wp:posOffset>0</wp:posOffset>", SQUARE);
        if kept { inside } else { inside.replace(r#"layoutInCell="1""#, r#"layoutInCell="0""#) }
    };
    let cell = |kept: bool| format!("{}{}", table(FIXED, &[3000], &row("", &[("", picture(kept))])), p("", "after"));
    for (mode, kept, aside) in [(12, true, 60.0), (12, false, 0.0), (14, false, 0.0), (15, false, 60.0)] {
        // Up to Word 2010 a table stands further left by its cells' margin.
        let left = if mode < 15 { 50.0 } else { 55.4 };
        Sheet { mode, ..headed(cell(kept)) }.stands(&[(0, "text", left + aside, 31.2)]);
        Sheet { mode, ..Sheet::body(cell(kept)) }.stands(&[(0, "text", left + 60.0, 61.2)]);
    }
}

#[test]
fn a_header_of_nothing_but_a_floating_table_shows_it_wherever_the_header_begins() {
    // The header begins 20 pt below the text.
    let section = PAGE.replace(r#"w:header="400""#, r#"w:header="1400""#);
    let document = format!(
        r#"<w:document {NAMESPACES}><w:body>{}<w:sectPr><w:headerReference w:type="default" r:id="h"/>{section}</w:sectPr></w:body></w:document>"#,
        p("", "body")
    );
    let placed = r#"<w:tblpPr w:vertAnchor="page" w:horzAnchor="page" w:tblpX="1000" w:tblpY="200"/><w:tblLayout w:type="fixed"/>"#;
    let header = format!("<w:hdr {NAMESPACES}>{}</w:hdr>", table(placed, &[2000], &row("", &[("", p("", "head"))])));
    let parts: [(&str, &[u8]); 3] = [
        ("word/document.xml", document.as_bytes()),
        ("word/header.xml", header.as_bytes()),
        ("word/_rels/document.xml.rels", br#"<Relationships><Relationship Id="h" Type="x/header" Target="header.xml"/></Relationships>"#),
    ];
    let package = Package::open(&zip_of(&parts), &Limits::default()).expect("the parts are a package");
    let LaidOut { frames, warnings, .. } = lay_out(&package, &Fonts::default(), &Options::default()).expect("it can be laid out");
    assert!(warnings.is_empty(), "{warnings:?}");
    assert!(texts(&frames.pages[0]).iter().any(|(text, _, y)| text == "head" && *y < 30.0), "{:?}", texts(&frames.pages[0]));
}

#[test]
fn the_body_keeps_away_from_floats_of_headers_where_the_margins_grown_by_them_put_them() {
    // Both engines. A header of `lines` lines moves the margin down; the text right of the picture is wide enough to stand beside it.
    let across = "<wp:posOffset>0</wp:posOffset>";
    let down = r#"<wp:positionV relativeFrom="margin"><wp:posOffset>0</wp:posOffset></wp:positionV>"#;
    let top_and_bottom = "<wp:wrapTopAndBottom/>";
    for lines in [1, 3, 5] {
        let header = format!("{}{}", with_picture_at("", "head", (across, down), top_and_bottom), p("", "more").repeat(lines - 1));
        let top = (20.0 + 13.8 * lines as f32).max(50.0);
        headed(header.clone()).stands(&[(0, "body", 50.0, top + 40.0 + 11.2)]);
        // By the paragraph it stands where the header begins, whatever that does.
        let by_paragraph = header.replace(r#"relativeFrom="margin""#, r#"relativeFrom="paragraph""#);
        let pushed = Sheet { mode: 14, ..headed(by_paragraph) };
        pushed.stands(&[(0, "body", 50.0, top.max(60.0) + 11.2)]);
    }
    // A footer lifts the lower margin: what stands at that is lifted along.
    let end = r#"<wp:positionV relativeFrom="margin"><wp:align>bottom</wp:align></wp:positionV>"#;
    let footer = format!("{}{}", with_picture_at("", "foot", (across, end), SQUARE), p("", "more").repeat(4));
    let bottom = 280.0 - 13.8 * 5.0;
    let rows = (0..12).map(|line| p("", &format!("line{line}"))).collect::<Vec<_>>().concat();
    let sheet = Sheet { body: rows, ..footed(footer) };
    let beside = |y: f32| y > bottom - 40.0;
    for (at, place) in sheet.places().iter().filter(|place| place.1.starts_with("line")).enumerate() {
        let y = 61.2 + 13.8 * at as f32;
        assert!((place.3 - y).abs() < 0.3 || place.0 > 0, "{place:?}");
        assert_eq!(place.0 == 0 && place.2 > 100.0, place.0 == 0 && beside(y - 11.2 + 13.8), "{place:?}");
    }
}

#[test]
fn tabs_in_the_text_a_field_chooses_by_the_page_lead_to_the_stops() {
    let begin = r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r>"#;
    let end = r#"<w:r><w:fldChar w:fldCharType="end"/></w:r>"#;
    let code = |text: &str| format!(r#"<w:r><w:instrText xml:space="preserve">{text}</w:instrText></w:r>"#);
    let page = format!("{begin}{}{end}", code("PAGE"));
    let field =
        format!("{begin}{}{page}{}<w:r><w:tab/></w:r>{}{page}{}{end}", code("IF "), code(" &lt; 9 \"one"), code("two "), code("\""));
    let header = format!(r#"<w:p><w:pPr><w:tabs><w:tab w:val="left" w:pos="2400"/></w:tabs></w:pPr>{field}</w:p>"#);
    headed(header).stands(&[(0, "one", 50.0, 31.2), (0, "two 1", 170.0, 31.2)]);
}
