//! What drawings take beyond their frames, columns that begin below text, floating tables higher than a page, text at stops beyond an indent: rules found on documents that were written for other engines' tests.
//!
//! The rules and their sources are in `docs/engine-rules.md`. Pages are 300 pt wide and high with margins of 50 pt; text is 12 pt Liberation Serif
//! (a line is 13.8 pt high, its baseline at 11.2).

use docx_to_pdf::layout::frame::{Item, PathStep, Shape};
use docx_to_pdf::units::Pt;

use crate::breadth::Sheet;
use crate::measured::{PAGE, lines, p, row, table};

const SQUARE: &str = r#"<wp:wrapSquare wrapText="bothSides"/>"#;

fn run(text: &str) -> String {
    format!(r#"<w:r><w:t xml:space="preserve">{text}</w:t></w:r>"#)
}

fn emu(points: f32) -> i64 {
    (points * 12_700.0) as i64
}

/// A rectangle of this size, turned by so many degrees; `line` is its `a:ln`.
fn shape((width, height): (f32, f32), degrees: i32, line: &str) -> String {
    let turned = if degrees == 0 { String::new() } else { format!(r#" rot="{}""#, degrees * 60_000) };
    let (width, height) = (emu(width), emu(height));
    format!(
        r#"<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr><a:xfrm{turned}><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm><a:prstGeom prst="rect"/><a:solidFill><a:srgbClr val="DDE8F8"/></a:solidFill>{line}</wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>"#
    )
}

fn extent((width, height): (f32, f32), around: Option<[f32; 4]>) -> String {
    let around = around.map(|[l, t, r, b]| format!(r#"<wp:effectExtent l="{}" t="{}" r="{}" b="{}"/>"#, emu(l), emu(t), emu(r), emu(b)));
    format!(r#"<wp:extent cx="{}" cy="{}"/>{}"#, emu(width), emu(height), around.unwrap_or_default())
}

/// A shape at such a place in its column and paragraph.
fn floating((x, y): (f32, f32), extent: &str, graphic: &str, more: &str) -> String {
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>{}</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>{}</wp:posOffset></wp:positionV>{extent}{SQUARE}<wp:docPr id="1" name="s"/>{graphic}{more}</wp:anchor></w:drawing></w:r>"#,
        emu(x),
        emu(y)
    )
}

/// Short words that fill a few lines.
fn text() -> String {
    run(&"mm ".repeat(60))
}

/// Left edges of the text on the line with this baseline.
fn edges(sheet: &Sheet, baseline: f32) -> Vec<f32> {
    let mut edges: Vec<f32> =
        sheet.places().iter().filter(|place| place.0 == 0 && (place.3 - baseline).abs() < 0.3).map(|place| place.2).collect();
    edges.sort_by(f32::total_cmp);
    edges
}

/// Checks that there is text at a left edge on the line with this baseline.
#[track_caller]
fn begins(body: &str, baseline: f32, edge: f32) {
    let found = edges(&Sheet::body(body), baseline);
    assert!(found.iter().any(|left| (left - edge).abs() < 0.3), "no text begins at {edge}: {found:?}");
}

#[test]
fn text_keeps_out_of_the_effect_extent_of_a_shape() {
    let size = (40.0, 20.0);
    for (around, line, edge) in [
        (Some([10.0, 0.0, 15.0, 0.0]), "<a:ln><a:noFill/></a:ln>", 165.0),
        // The outline is a part of it; where it is not said, half the outline is.
        (Some([0.0; 4]), r#"<a:ln w="127000"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>"#, 150.0),
        (None, r#"<a:ln w="127000"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>"#, 155.0),
    ] {
        let anchored = floating((60.0, 0.0), &extent(size, around), &shape(size, 0, line), "");
        begins(&format!("<w:p>{anchored}{}</w:p>", text()), 61.2, edge);
    }
}

#[test]
fn text_keeps_out_of_the_rectangle_that_holds_a_turned_shape() {
    let size = (80.0, 20.0);
    // Upright it stands from 140 to 160, and from 50 to 130 down the page.
    let anchored = floating((60.0, 30.0), &extent(size, Some([0.0; 4])), &shape(size, 90, "<a:ln><a:noFill/></a:ln>"), "");
    let body = format!("<w:p>{anchored}{}</w:p>", text());
    begins(&body, 61.2, 160.0);
    begins(&body, 61.2 + 4.0 * 13.8, 160.0);
    // By 45 degrees it takes as much to each side: (80 + 20) · cos 45° = 70.7.
    let anchored = floating((60.0, 30.0), &extent(size, Some([0.0; 4])), &shape(size, 45, "<a:ln><a:noFill/></a:ln>"), "");
    begins(&format!("<w:p>{anchored}{}</w:p>", text()), 61.2 + 13.8, 150.0 + 35.36);
}

#[test]
fn a_shape_in_the_line_is_as_high_as_with_its_effects_or_turned() {
    for (size, around, degrees, height) in
        [((40.0, 20.0), [5.0, 10.0, 5.0, 7.0], 0, 37.0), ((80.0, 20.0), [0.0; 4], 90, 80.0), ((80.0, 20.0), [0.0; 4], 180, 20.0)]
    {
        let graphic = shape(size, degrees, "<a:ln><a:noFill/></a:ln>");
        let inline = format!(
            r#"<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">{}<wp:docPr id="1" name="s"/>{graphic}</wp:inline></w:drawing></w:r>"#,
            extent(size, Some(around))
        );
        Sheet::body(format!("<w:p>{inline}</w:p>{}", p("", "below"))).stands(&[(0, "below", 50.0, 50.0 + height + 11.2)]);
    }
}

#[test]
fn a_share_of_the_page_s_width_counts_from_the_page() {
    let size = (20.0, 20.0);
    for (base, edge) in [("page", 200.0), ("margin", 150.0), ("leftMargin", 75.0)] {
        let share = format!(r#"<wp14:sizeRelH relativeFrom="{base}"><wp14:pctWidth>50000</wp14:pctWidth></wp14:sizeRelH>"#);
        let anchored = floating((0.0, 0.0), &extent(size, Some([0.0; 4])), &shape(size, 0, "<a:ln><a:noFill/></a:ln>"), &share);
        begins(&format!("<w:p>{anchored}{}</w:p>", text()), 61.2, edge);
    }
}

#[test]
fn a_polyline_stands_where_its_points_are() {
    let polyline = r##"<w:r><w:pict><v:polyline style="position:absolute;z-index:1;mso-wrap-distance-left:0;mso-wrap-distance-right:0" points="60pt,10pt,100pt,10pt,100pt,40pt" filled="f" strokecolor="#000000" strokeweight="2pt"><w10:wrap type="square"/></v:polyline></w:pict></w:r>"##;
    let sheet = Sheet::body(format!("<w:p>{polyline}{}</w:p>", text()));
    assert!(edges(&sheet, 61.2).iter().any(|left| (left - 151.0).abs() < 0.3), "{:?}", sheet.places());
    let frames = sheet.laid().0;
    let starts = |item: &Item| match &item.shape {
        Shape::Path(path) => path.steps.first().copied(),
        _ => None,
    };
    let first = frames.pages[0].items.iter().find_map(starts);
    assert_eq!(first, Some(PathStep::Move(Pt(110.0), Pt(60.0))));
}

#[test]
fn corners_and_tips_of_a_preset_go_by_the_size_it_is_drawn_with() {
    // 20.1.9.18: a trapezoid's sides lean by a quarter of its shorter side, also where the text makes it lower than it is saved (Spire).
    let size = (100.0, 80.0);
    let text = format!(
        r#"<wps:txbx><w:txbxContent>{}</w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"><a:spAutoFit/></wps:bodyPr>"#,
        p("", "in")
    );
    let drawn = |graphic: String| {
        let frames = Sheet::body(format!("<w:p>{}</w:p>", floating((0.0, 20.0), &extent(size, None), &graphic, ""))).laid().0;
        let path =
            frames.pages[0].items.iter().find_map(|item| if let Shape::Path(path) = &item.shape { Some(path.steps.clone()) } else { None });
        let points = path.unwrap_or_default().into_iter().filter_map(|step| match step {
            PathStep::Move(x, y) | PathStep::Line(x, y) => Some((x.0 - 50.0, y.0 - 70.0)),
            _ => None,
        });
        points.collect::<Vec<_>>()
    };
    let trapezoid = shape(size, 0, "").replace(r#"prst="rect""#, r#"prst="trapezoid""#);
    let close = |found: &[(f32, f32)], wanted: [(f32, f32); 4]| {
        let near = |a: &(f32, f32), b: &(f32, f32)| (a.0 - b.0).abs() < 0.1 && (a.1 - b.1).abs() < 0.1;
        assert!(found.len() == 4 && found.iter().zip(&wanted).all(|(a, b)| near(a, b)), "{found:?} instead of {wanted:?}");
    };
    close(&drawn(trapezoid.clone()), [(0.0, 80.0), (20.0, 0.0), (80.0, 0.0), (100.0, 80.0)]);
    let lower = drawn(trapezoid.replace("<wps:bodyPr/>", &text));
    let height = lower.iter().map(|point| point.1).fold(0.0, f32::max);
    assert!(height < 50.0, "{lower:?}");
    close(&lower, [(0.0, height), (height / 4.0, 0.0), (100.0 - height / 4.0, 0.0), (100.0, height)]);
}

#[test]
fn lines_have_heads_where_they_are_said_to() {
    let line = |ends: &str| {
        let graphic =
            shape((60.0, 0.0), 0, &format!(r#"<a:ln w="12700"><a:solidFill><a:srgbClr val="000000"/></a:solidFill>{ends}</a:ln>"#))
                .replace(r#"prst="rect""#, r#"prst="line""#);
        let frames = Sheet::body(format!("<w:p>{}</w:p>", floating((0.0, 20.0), &extent((60.0, 0.0), None), &graphic, ""))).laid().0;
        let paths = frames.pages[0].items.iter().filter_map(|item| match &item.shape {
            Shape::Path(path) => Some(path.steps.clone()),
            _ => None,
        });
        paths.collect::<Vec<_>>()
    };
    assert_eq!(line("").len(), 1);
    let drawn = line(r#"<a:headEnd type="oval" w="sm" len="sm"/><a:tailEnd type="triangle"/>"#);
    assert_eq!(drawn.len(), 3);
    // The head's tip is where the line ends, and three widths of a line of two points long; the line itself ends inside of it.
    assert_eq!(
        drawn[2][..3],
        [PathStep::Move(Pt(110.0), Pt(70.0)), PathStep::Line(Pt(104.0), Pt(73.0)), PathStep::Line(Pt(104.0), Pt(67.0))]
    );
    let Some(PathStep::Line(end, _)) = drawn[0].last() else { panic!("it is a line: {drawn:?}") };
    assert!((*end - Pt(104.6)).abs() < Pt(0.01), "{end:?}");
    assert_eq!(line(r#"<a:tailEnd type="none"/>"#).len(), 1);
}

#[test]
fn columns_that_begin_below_text_all_begin_below_the_space_after_it() {
    let above = format!(r#"<w:p><w:pPr><w:spacing w:after="200"/><w:sectPr>{PAGE}</w:sectPr></w:pPr>{}</w:p>"#, run("above"));
    let section = r#"<w:type w:val="continuous"/><w:cols w:num="2" w:space="400"/>"#.to_owned();
    Sheet { section: section.clone(), ..Sheet::body(format!("{above}{}", lines(26))) }.stands(&[
        (0, "above", 50.0, 61.2),
        (0, "l0", 50.0, 85.0),
        (0, "l12", 160.0, 85.0),
        (1, "l24", 50.0, 61.2),
    ]);
    // What their first paragraphs keep above them is more than that.
    let spaced: String = (0..10).map(|at| p(r#"<w:spacing w:before="300"/>"#, &format!("s{at}"))).collect();
    Sheet { section, ..Sheet::body(format!("{above}{spaced}")) }.stands(&[(0, "s0", 50.0, 90.0), (0, "s6", 160.0, 90.0)]);
}

#[test]
fn a_row_of_a_floating_table_is_divided_where_its_page_ends() {
    let content = lines(20);
    let table = format!(
        r#"<w:tbl><w:tblPr><w:tblpPr w:vertAnchor="page" w:horzAnchor="margin" w:tblpX="0" w:tblpY="2000"/><w:tblW w:w="4000" w:type="dxa"/></w:tblPr><w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid><w:tr><w:tc><w:tcPr><w:tcMar><w:left w:w="0" w:type="dxa"/></w:tcMar></w:tcPr>{content}</w:tc></w:tr></w:tbl>"#
    );
    let sheet = Sheet::body(format!("{}{table}{}", p("", "first"), p("", "below")));
    sheet.stands(&[
        (0, "first", 50.0, 61.2),
        (0, "l0", 50.0, 111.2),
        (0, "l9", 50.0, 235.4),
        (1, "l10", 50.0, 61.2),
        (1, "l19", 50.0, 185.4),
    ]);
    assert!(!sheet.laid().1.iter().any(|warning| warning.to_string().contains("cut off")), "{:?}", sheet.laid().1);
}

#[test]
fn a_float_that_pushes_its_own_paragraph_to_the_next_page_goes_there_with_it() {
    let graphic = shape((200.0, 60.0), 0, "<a:ln><a:noFill/></a:ln>");
    let anchored = floating((0.0, 0.0), &extent((200.0, 60.0), Some([0.0; 4])), &graphic, "")
        .replace(SQUARE, "<wp:wrapTopAndBottom/>")
        .replace(r#"<wp:positionV relativeFrom="paragraph">"#, r#"<wp:positionV relativeFrom="margin">"#);
    let body = format!("{}<w:p>{anchored}{}</w:p>{}", lines(13), run("anchor"), p("", "below"));
    Sheet::body(body).stands(&[(0, "l0", 50.0, 61.2), (0, "l12", 50.0, 226.8), (1, "anchor", 50.0, 121.2), (1, "below", 50.0, 135.0)]);
    // One that leaves its paragraph its place pushes what stands above it.
    let body = format!("{}<w:p>{anchored}{}</w:p>", lines(3), run("anchor"));
    Sheet::body(body).stands(&[(0, "l0", 50.0, 121.2), (0, "anchor", 50.0, 162.6)]);
}

#[test]
fn text_longer_than_its_stop_leaves_reaches_to_the_column_s_edge() {
    for (kind, mode) in [("decimal", 15), ("right", 15), ("center", 15), ("decimal", 12)] {
        let props =
            format!(r#"<w:tabs><w:tab w:val="right" w:pos="3100"/><w:tab w:val="{kind}" w:pos="3200"/></w:tabs><w:ind w:right="1000"/>"#);
        let body =
            format!(r"<w:p><w:pPr>{props}</w:pPr>{}<w:r><w:tab/></w:r>{}<w:r><w:tab/></w:r>{}</w:p>", run("q"), run("aaaa"), run("bbbb"));
        Sheet { mode, ..Sheet::body(format!("{body}{}", p("", "below"))) }.stands(&[(0, "bbbb", 205.0, 61.2), (0, "below", 50.0, 75.0)]);
    }
}

#[test]
fn before_mode_15_a_tab_behind_text_beyond_the_column_stays_on_its_line() {
    let props = r#"<w:tabs><w:tab w:val="right" w:pos="4100"/></w:tabs>"#;
    let body =
        format!(r"<w:p><w:pPr>{props}</w:pPr>{}<w:r><w:tab/></w:r>{}<w:r><w:tab/></w:r></w:p>{}", run("q"), run("aaaa"), p("", "below"));
    Sheet { mode: 14, ..Sheet::body(body) }.stands(&[(0, "below", 50.0, 75.0)]);
}

#[test]
fn what_text_goes_around_is_not_covered_by_the_paragraph_s_shading() {
    let graphic = shape((40.0, 20.0), 0, "<a:ln><a:noFill/></a:ln>");
    let anchored =
        floating((60.0, 0.0), &extent((40.0, 20.0), Some([0.0; 4])), &graphic, "").replace(r#"behindDoc="0""#, r#"behindDoc="1""#);
    let order = |anchored: &str| {
        let body = format!(r#"<w:p><w:pPr><w:shd w:val="clear" w:fill="FFFFAA"/></w:pPr>{anchored}{}</w:p>"#, text());
        let frames = Sheet::body(body).laid().0;
        let fills = frames.pages[0].items.iter().filter_map(|item| match &item.shape {
            Shape::Path(path) => path.fill.map(|color| color.2),
            _ => None,
        });
        fills.collect::<Vec<u8>>()
    };
    // The shape is blue, the shading yellow.
    assert_eq!(order(&anchored).last(), Some(&0xF8));
    assert_eq!(order(&anchored.replace(SQUARE, "<wp:wrapNone/>")).first(), Some(&0xF8));
}

#[test]
fn a_page_break_before_a_section_s_new_page_makes_no_empty_page() {
    let broken = r#"<w:r><w:br w:type="page"/></w:r>"#;
    let ends = |inner: &str| format!("<w:p><w:pPr><w:sectPr>{PAGE}</w:sectPr></w:pPr>{inner}</w:p>");
    for (body, page) in [
        (format!("{}<w:p>{broken}</w:p>{}", p("", "one"), ends("")), 1),
        (format!("<w:p>{}{broken}</w:p>{}", run("one"), ends("")), 1),
        (format!("{}{}", p("", "one"), ends(broken)), 1),
        (format!("{}{}", p("", "one"), ends(&format!("{}{broken}", run("two")))), 1),
        // A paragraph below the break stands on a page of its own.
        (format!("{}<w:p>{broken}</w:p><w:p/>{}", p("", "one"), ends("")), 2),
        (format!("{}<w:p>{broken}</w:p>{}{}", p("", "one"), p("", "two"), ends("")), 2),
    ] {
        Sheet::body(format!("{body}{}", p("", "last"))).stands(&[(0, "one", 50.0, 61.2), (page, "last", 50.0, 61.2)]);
    }
    // The page that is left stays as it is: two lines, of which the second holds the break.
    let centred = ends("").replace("<w:sectPr>", r#"<w:sectPr><w:vAlign w:val="center"/>"#);
    let body = format!("{}<w:p>{broken}</w:p>{centred}{}", p("", "one"), p("", "last"));
    Sheet::body(body).stands(&[(0, "one", 50.0, 147.4), (1, "last", 50.0, 61.2)]);
}

#[test]
fn a_table_in_a_text_box_stands_out_by_its_margin_before_mode_15() {
    for (mode, left) in [(12, 70.0), (14, 70.0), (15, 80.0)] {
        let table = r#"<w:tbl><w:tblPr><w:tblW w:w="1500" w:type="dxa"/><w:tblInd w:w="200" w:type="dxa"/><w:tblCellMar><w:left w:w="200" w:type="dxa"/></w:tblCellMar></w:tblPr><w:tblGrid><w:gridCol w:w="1500"/></w:tblGrid><w:tr><w:tc><w:p><w:r><w:t>cell</w:t></w:r></w:p></w:tc></w:tr></w:tbl><w:p/>"#;
        let text =
            format!("<wps:txbx><w:txbxContent>{table}</w:txbxContent></wps:txbx><wps:bodyPr lIns=\"0\" tIns=\"0\" rIns=\"0\" bIns=\"0\"/>");
        let graphic = shape((100.0, 60.0), 0, "<a:ln><a:noFill/></a:ln>").replace("<wps:bodyPr/>", &text);
        let anchored = floating((10.0, 0.0), &extent((100.0, 60.0), Some([0.0; 4])), &graphic, "");
        Sheet { mode, ..Sheet::body(format!("<w:p>{anchored}</w:p>")) }.stands(&[(0, "cell", left, 61.2)]);
    }
}

#[test]
fn a_picture_wider_than_its_cell_is_cut_off_at_the_cell_s_edge() {
    // Both engines. The cell is 50 pt wide, the picture 80 by 20.
    let picture = |width: f32| {
        format!(
            r#"<w:p><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">{}<wp:docPr id="1" name="p"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:nvPicPr><pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill><a:blip r:embed="picture"/></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="1" cy="1"/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#,
            extent((width, 20.0), None)
        )
    };
    let clips = |body: String| {
        let frames = Sheet::body(body).laid().0;
        let clip = |item: &Item| match &item.shape {
            Shape::Group { clip: Some(steps), transform, .. } => Some((steps.clone(), transform[4])),
            _ => None,
        };
        let across = |(steps, moved): (Vec<PathStep>, f32)| {
            let x = steps.into_iter().filter_map(|step| match step {
                PathStep::Move(x, _) | PathStep::Line(x, _) => Some((x.0 + moved).round()),
                _ => None,
            });
            x.fold((f32::MAX, f32::MIN), |(least, most), x| (least.min(x), most.max(x)))
        };
        frames.pages[0].items.iter().filter_map(clip).map(across).collect::<Vec<_>>()
    };
    let cell = |width: f32| table(r#"<w:tblLayout w:type="fixed"/>"#, &[1000], &row("", &[("", picture(width))]));
    assert_eq!(clips(cell(80.0)), [(50.0, 100.0)]);
    assert_eq!(clips(cell(30.0)), []);
    assert_eq!(clips(picture(400.0)), []);
}
