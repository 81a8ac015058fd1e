//! How shapes and pictures look: gradients, shadows, what pictures are cut to and recoloured to; and texts that go on in other boxes, columns of equal height.
//!
//! The rules and their sources are in `docs/engine-rules.md`. Pages are 300 pt wide and high with margins of 50 pt; text is 12 pt Liberation Serif
//! (a line is 13.8 pt high, its baseline at 11.2).

use docx_to_pdf::fonts::Fonts;
use docx_to_pdf::graphics::Rgb;
use docx_to_pdf::layout::frame::{Frames, PlacedImage};
use docx_to_pdf::layout::frame::{Item, Path, PathStep, Shape};
use docx_to_pdf::{pdf, svg};

use crate::breadth::Sheet;
use crate::measured::{PAGE, p};

fn inline(width: u32, height: u32, graphic: &str) -> String {
    let extent = format!(r#"<wp:extent cx="{}" cy="{}"/>"#, width * 12_700, height * 12_700);
    format!(
        r#"<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0">{extent}<wp:docPr id="1" name="s"/>{graphic}</wp:inline></w:drawing></w:r>"#
    )
}

/// A shape of 100 by 40 pt.
fn shape(turn: &str, looks: &str) -> String {
    let graphic = format!(
        r#"<a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr><a:xfrm{turn}><a:off x="0" y="0"/><a:ext cx="1270000" cy="508000"/></a:xfrm><a:prstGeom prst="rect"/>{looks}</wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic>"#
    );
    format!("<w:p>{}</w:p>", inline(100, 40, &graphic))
}

/// A picture of 100 by 40 pt.
fn picture(preset: &str, blip: &str, turn: &str, looks: &str) -> String {
    let graphic = format!(
        r#"<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:blipFill><a:blip r:embed="picture">{blip}</a:blip></pic:blipFill><pic:spPr><a:xfrm{turn}/><a:prstGeom prst="{preset}"/>{looks}</pic:spPr></pic:pic></a:graphicData></a:graphic>"#
    );
    format!("<w:p>{}</w:p>", inline(100, 40, &graphic))
}

/// All items of the first page with the groups they are in, outermost first.
pub(crate) fn items(frames: &Frames) -> Vec<(Vec<[f32; 6]>, bool, &Item)> {
    fn walk<'f>(items: &'f [Item], around: &[[f32; 6]], cut: bool, found: &mut Vec<(Vec<[f32; 6]>, bool, &'f Item)>) {
        for item in items {
            if let Shape::Group { transform, clip, items } = &item.shape {
                walk(items, &[around, &[*transform]].concat(), cut || clip.is_some(), found);
            } else {
                found.push((around.to_vec(), cut, item));
            }
        }
    }
    let mut found = Vec::new();
    walk(&frames.pages[0].items, &[], false, &mut found);
    found
}

pub(crate) fn paths(frames: &Frames) -> Vec<&Path> {
    let path = |item: &'_ Item| matches!(item.shape, Shape::Path(_));
    items(frames)
        .into_iter()
        .filter(|(_, _, item)| path(item))
        .filter_map(|(_, _, item)| if let Shape::Path(path) = &item.shape { Some(path) } else { None })
        .collect()
}

/// Left, top, right and bottom of a path.
pub(crate) fn bounds(path: &Path) -> [f32; 4] {
    let points = path.steps.iter().flat_map(|step| match *step {
        PathStep::Move(x, y) | PathStep::Line(x, y) | PathStep::Curve(_, _, _, _, x, y) => vec![(x.0, y.0)],
        PathStep::Close => Vec::new(),
    });
    points.fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[l, t, r, b], (x, y)| [l.min(x), t.min(y), r.max(x), b.max(y)])
}

fn gradient(stops: &[(u32, &str)], way: &str) -> String {
    let stops: Vec<String> = stops.iter().map(|(at, color)| format!(r#"<a:gs pos="{at}"><a:srgbClr val="{color}"/></a:gs>"#)).collect();
    format!("<a:gradFill><a:gsLst>{}</a:gsLst>{way}</a:gradFill><a:ln><a:noFill/></a:ln>", stops.concat())
}

#[test]
fn a_gradient_goes_from_its_first_color_to_its_last() {
    let red_to_blue = [(0, "FF0000"), (100_000, "0000FF")];
    for (way, side) in [("", 0), (r#"<a:lin ang="0" scaled="0"/>"#, 0), (r#"<a:lin ang="5400000" scaled="1"/>"#, 1)] {
        let frames = Sheet::body(shape("", &gradient(&red_to_blue, way))).laid().0;
        let strips = paths(&frames);
        assert!(strips.len() > 20, "{} strips", strips.len());
        assert_eq!(strips.first().and_then(|path| path.fill), Some(Rgb(255, 0, 0)));
        assert!(strips.last().and_then(|path| path.fill).is_some_and(|last| last.0 < 6 && last.2 > 249));
        // Each begins further along, from the one edge to the other; the group that cuts them moves them to their place.
        let starts: Vec<f32> = strips.iter().skip(2).map(|path| bounds(path)[side]).collect();
        assert!(starts.windows(2).all(|pair| pair[0] <= pair[1] + 0.01), "{starts:?}");
        let (from, to) = if side == 0 { (0.0, 100.0) } else { (0.0, 40.0) };
        assert!(starts.first().is_some_and(|start| (start - from).abs() < 5.0), "{starts:?}");
        assert!(starts.last().is_some_and(|start| (start - to).abs() < 5.0), "{starts:?}");
    }
}

#[test]
fn a_gradient_keeps_sharp_edges_and_narrows_to_its_middle() {
    // Half red, half blue: two strips and their ends.
    let halves = [(0, "FF0000"), (50_000, "FF0000"), (50_000, "0000FF"), (100_000, "0000FF")];
    let frames = Sheet::body(shape("", &gradient(&halves, r#"<a:lin ang="0"/>"#))).laid().0;
    let blue = paths(&frames).into_iter().filter(|path| path.fill == Some(Rgb(0, 0, 255))).map(|path| bounds(path)[0]);
    assert!(blue.clone().any(|left| (left - 50.0).abs() < 0.1), "{:?}", blue.collect::<Vec<_>>());
    // The first colour stands in the middle, drawn last.
    let inward = r#"<a:path path="rect"><a:fillToRect l="50000" t="50000" r="50000" b="50000"/></a:path>"#;
    let frames = Sheet::body(shape("", &gradient(&[(0, "FF0000"), (100_000, "0000FF")], inward))).laid().0;
    let strips = paths(&frames);
    let first = strips.first().map(|path| (path.fill, bounds(path)));
    assert!(first.is_some_and(|(fill, box_of)| fill.is_some_and(|fill| fill.2 > 249) && box_of == [0.0, 0.0, 100.0, 40.0]), "{first:?}");
    let last = strips.last().map(|path| (path.fill, bounds(path)));
    assert!(last.is_some_and(|(fill, [left, top, ..])| fill.is_some_and(|fill| fill.0 > 249) && left > 45.0 && top > 15.0), "{last:?}");
}

#[test]
fn vml_gradients_go_from_the_second_color_to_the_first() {
    let vml = |fill: &str| {
        format!(
            r##"<w:p><w:r><w:pict><v:rect style="width:100pt;height:40pt" fillcolor="#ff0000" stroked="f"><v:fill color2="#0000ff" {fill}/></v:rect></w:pict></w:r></w:p>"##
        )
    };
    let (red, blue) = (Rgb(255, 0, 0), Rgb(0, 0, 255));
    for (fill, first, last) in [
        (r#"type="gradient""#, blue, red),
        (r#"type="gradient" focus="100%""#, red, blue),
        (r#"type="gradient" focus="-100%""#, red, blue),
        (r#"type="gradient" focus="50%""#, red, red),
        (r#"type="gradient" focus="-50%" angle="90""#, blue, blue),
    ] {
        let frames = Sheet::body(vml(fill)).laid().0;
        let strips = paths(&frames);
        let near = |path: Option<&&Path>, color: Rgb| {
            path.and_then(|path| path.fill).is_some_and(|fill| fill.0.abs_diff(color.0) < 10 && fill.2.abs_diff(color.2) < 10)
        };
        assert!(near(strips.first(), first) && near(strips.last(), last), "{fill}");
    }
}

#[test]
fn a_shadow_lies_beside_its_shape_whichever_way_that_is_turned() {
    let shadow = |stays: u8| {
        format!(
            r#"<a:solidFill><a:srgbClr val="FF0000"/></a:solidFill><a:ln><a:noFill/></a:ln><a:effectLst><a:outerShdw dist="127000" dir="0" rotWithShape="{stays}"><a:srgbClr val="000000"><a:alpha val="40000"/></a:srgbClr></a:outerShdw></a:effectLst>"#
        )
    };
    // Turned by a quarter, 10 pt to the right are 10 pt up before it is turned.
    for (turn, stays, moved) in [("", 0, (10.0, 0.0)), (r#" rot="5400000""#, 1, (10.0, 0.0)), (r#" rot="5400000""#, 0, (0.0, -10.0))] {
        let frames = Sheet::body(shape(turn, &shadow(stays))).laid().0;
        let found = items(&frames).into_iter().find_map(|(around, _, item)| match &item.shape {
            Shape::Path(path) if path.fill == Some(Rgb(0, 0, 0)) => around.last().map(|group| (path.opacity, group[4], group[5])),
            _ => None,
        });
        let (opacity, x, y) = found.expect("a shadow");
        // In the line the group is moved to its place, too, where nothing turns it.
        let (x, y) = if turn.is_empty() { (x - 50.0, y - 50.0) } else { (x, y) };
        assert!((opacity - 0.4).abs() < 0.01 && (x - moved.0).abs() < 0.1 && (y - moved.1).abs() < 0.1, "{turn}: {opacity} {x} {y}");
    }
    let vml = r##"<w:p><w:r><w:pict><v:rect style="width:100pt;height:40pt" fillcolor="#ff0000"><v:shadow on="t" offset="3pt,5pt" color="#00ff00"/></v:rect></w:pict></w:r></w:p>"##;
    let frames = Sheet::body(vml).laid().0;
    assert!(paths(&frames).iter().any(|path| path.fill == Some(Rgb(0, 255, 0))));
}

fn image(frames: &Frames) -> (bool, PlacedImage) {
    let found = items(frames).into_iter().find_map(|(_, cut, item)| match &item.shape {
        Shape::Image(image) => Some((cut, image.clone())),
        _ => None,
    });
    found.expect("a picture")
}

#[test]
fn a_picture_is_cut_to_its_shape_and_turns_with_its_outline() {
    let line = r#"<a:ln w="12700"><a:solidFill><a:srgbClr val="FF0000"/></a:solidFill></a:ln>"#;
    for (preset, turn, looks, cut) in [
        ("rect", "", "", false),
        ("ellipse", "", "", true),
        ("roundRect", r#" rot="2700000""#, line, true),
        ("rect", r#" rot="2700000""#, line, false),
    ] {
        let frames = Sheet::body(picture(preset, "", turn, looks)).laid().0;
        let (clipped, placed) = image(&frames);
        assert_eq!(clipped, cut, "{preset}");
        if !turn.is_empty() {
            // The group turns both: its sine is that of 45 degrees.
            let turned = items(&frames)
                .iter()
                .filter(|(around, ..)| around.iter().any(|group| (group[1] - std::f32::consts::FRAC_1_SQRT_2).abs() < 0.001))
                .count();
            assert_eq!((placed.rotation, turned), (0.0, 2), "{preset}");
        }
    }
}

#[test]
fn pictures_are_recolored() {
    // The sheet's picture is black.
    let plain = image_bytes("");
    for change in [
        r#"<a:duotone><a:prstClr val="red"/><a:srgbClr val="FFAA00"/></a:duotone>"#,
        r#"<a:biLevel thresh="0"/>"#,
        r#"<a:clrChange><a:clrFrom><a:srgbClr val="000000"/></a:clrFrom><a:clrTo><a:srgbClr val="000000"><a:alpha val="0"/></a:srgbClr></a:clrTo></a:clrChange>"#,
    ] {
        assert_ne!(image_bytes(change), plain, "{change}");
    }
    assert_eq!(image_bytes(r#"<a:lum bright="0"/>"#), plain);
}

fn image_bytes(change: &str) -> Vec<u8> {
    let (frames, warnings) = Sheet::body(picture("rect", change, "", "")).laid();
    assert!(warnings.is_empty(), "{warnings:?}");
    frames.images[0].bytes.to_vec()
}

/// Two boxes of these heights, 80 pt wide without insets; the text of the first goes on in the second.
fn linked(heights: (u32, u32), text: &str) -> String {
    let frame = |at: u32, height: u32, inner: &str| {
        format!(
            r#"<w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>{}</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV><wp:extent cx="1016000" cy="{}"/><wp:wrapNone/><wp:docPr id="1" name="s"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr><a:prstGeom prst="rect"/></wps:spPr>{inner}<wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#,
            at * 12_700,
            height * 12_700
        )
    };
    let first = frame(0, heights.0, &format!(r#"<wps:txbx id="4"><w:txbxContent>{text}</w:txbxContent></wps:txbx>"#));
    let second = frame(100, heights.1, r#"<wps:linkedTxbx id="4" seq="1"/>"#);
    format!("<w:p>{first}{second}</w:p>")
}

#[test]
fn text_goes_on_in_the_next_box() {
    let lines: String = (0..4).map(|line| p("", &format!("l{line}"))).collect();
    let sheet = Sheet::body(linked((30, 40), &lines));
    sheet.stands(&[(0, "l1", 50.0, 61.2 + 13.8), (0, "l2", 150.0, 61.2), (0, "l3", 150.0, 61.2 + 13.8)]);
    // What fits neither is cut off, with a warning.
    let (_, warnings) = Sheet::body(linked((30, 14), &lines)).laid();
    assert!(warnings.iter().any(|warning| warning.to_string().contains("does not fit its box")), "{warnings:?}");
    // In a header and a cell, too.
    let header = Sheet {
        header: linked((30, 40), &lines),
        section: r#"<w:headerReference w:type="default" r:id="header"/>"#.to_owned(),
        ..Sheet::body(p("", "body"))
    };
    header.stands(&[(0, "l1", 50.0, 31.2 + 13.8), (0, "l2", 150.0, 31.2)]);
    let cell = format!(
        r#"<w:tbl><w:tblPr/><w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>"#,
        linked((30, 40), &lines)
    );
    Sheet::body(cell).stands(&[(0, "l1", 55.4, 61.2 + 13.8), (0, "l2", 155.4, 61.2)]);
}

#[test]
fn a_next_box_that_is_laid_out_again_keeps_its_text() {
    let lines: String = (0..4).map(|line| p("", &format!("l{line}"))).collect();
    let (first, second) =
        linked((30, 40), &lines).split_once("</w:r><w:r>").map(|(first, second)| (first.to_owned(), second.to_owned())).unwrap();
    let second = second.trim_end_matches("</w:p>");
    // The second box's paragraph begins at a page's end and goes to the next one with the one it is kept with: it is laid out twice.
    let filler = (0..47).map(|line| p("", &format!("f{line}"))).collect::<String>();
    for fillers in 0..48 {
        let filler = filler.split_inclusive("</w:p>").take(fillers).collect::<String>();
        let kept = format!(r"<w:p><w:pPr><w:keepNext/></w:pPr><w:r>{second}<w:r><w:t>kept</w:t></w:r></w:p>");
        let sheet = Sheet::body(format!("{first}</w:r></w:p>{filler}{kept}{}{}", p("<w:keepNext/>", "a"), p("", "b")));
        let places = sheet.places();
        let of = |word: &str| places.iter().find(|place| place.1 == word).unwrap_or_else(|| panic!("{fillers}: {word} of {places:?}"));
        assert_eq!(of("l2").0, of("kept").0, "{fillers}: the box is where its paragraph is");
        assert_eq!(places.iter().filter(|place| place.1 == "l2").count(), 1);
    }
}

#[test]
fn text_that_is_too_long_for_the_last_box_is_cut_there_whatever_the_box_would_do_alone() {
    let lines: String = (0..6).map(|line| p("", &format!("l{line}"))).collect();
    let shrinking = linked((30, 28), &lines).replace(r#"bIns="0"/></wps:wsp>"#, r#"bIns="0"><a:normAutofit/></wps:bodyPr></wps:wsp>"#);
    let sheet = Sheet::body(shrinking);
    sheet.stands(&[(0, "l1", 50.0, 61.2 + 13.8), (0, "l2", 150.0, 61.2), (0, "l3", 150.0, 61.2 + 13.8)]);
    assert!(sheet.laid().1.iter().any(|warning| warning.to_string().contains("does not fit its box")));
}

#[test]
fn a_paragraph_over_two_boxes_leaves_no_line_alone() {
    // Words of 36 pt: two on a line, six lines. Two lines of room after the first paragraph leave none for one line of the second.
    let text = format!("{}{}", p("", "first"), p("", &["mmmm"; 12].join(" ")));
    let sheet = Sheet::body(linked((30, 90), &text));
    sheet.stands(&[(0, "first", 50.0, 61.2), (0, "mmmm", 150.0, 61.2)]);
    assert!(!sheet.places().iter().any(|place| place.1.starts_with("mmmm") && place.2 < 140.0), "{:?}", sheet.places());
    let off = format!("{}{}", p("", "first"), p(r#"<w:widowControl w:val="0"/>"#, &["mmmm"; 12].join(" ")));
    Sheet::body(linked((30, 90), &off)).stands(&[(0, "mmmm", 50.0, 61.2 + 13.8), (0, "mmmm", 150.0, 61.2)]);
}

#[test]
fn vml_boxes_go_on_in_the_one_they_name() {
    let shape = |id: &str, left: u32, style: &str, text: &str| {
        format!(
            r#"<w:r><w:pict><v:shape id="{id}" stroked="f" style="position:absolute;margin-left:{left}pt;margin-top:0;width:80pt;height:30pt"><v:textbox style="{style}" inset="0,0,0,0"><w:txbxContent>{text}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>"#
        )
    };
    let lines: String = (0..4).map(|line| p("", &format!("l{line}"))).collect();
    let body = |next: &str| format!("<w:p>{}{}</w:p>", shape("a", 0, next, &lines), shape("b", 100, "", ""));
    Sheet::body(body("mso-next-textbox:#b")).stands(&[(0, "l1", 50.0, 75.0), (0, "l2", 150.0, 61.2), (0, "l3", 150.0, 75.0)]);
    // A box that is not there takes nothing: the text is cut off and told.
    let (_, warnings) = Sheet::body(body("mso-next-textbox:#c")).laid();
    assert!(warnings.iter().any(|warning| warning.to_string().contains("does not fit its box")), "{warnings:?}");
}

#[test]
fn columns_are_balanced_under_lines_whose_spacing_hangs_over() {
    // Lines of 1.5 times their height: what is added hangs over the columns' end, so that six lines make three columns of two.
    let spaced = |line: u32| format!(r#"<w:spacing w:line="{line}" w:lineRule="auto"/>"#);
    for line in [260, 360, 480] {
        let lines: String = (0..6).map(|number| p(&spaced(line), &format!("l{number}"))).collect();
        let ends = format!(
            r#"<w:p><w:pPr><w:sectPr><w:type w:val="continuous"/>{PAGE}<w:cols w:num="3" w:space="200"/></w:sectPr></w:pPr></w:p>"#
        );
        let sheet =
            Sheet { section: r#"<w:type w:val="continuous"/>"#.to_owned(), ..Sheet::body(format!("{lines}{ends}{}", p("", "below"))) };
        let height = 13.8 * line as f32 / 240.0;
        let first = sheet.places().into_iter().find(|place| place.1 == "l0").map_or(0.0, |place| place.3);
        sheet.stands(&[
            (0, "l1", 50.0, first + height),
            (0, "l2", 120.0, first),
            (0, "l4", 190.0, first),
            (0, "l5", 190.0, first + height),
        ]);
    }
}

#[test]
fn text_below_a_shape_keeps_out_of_its_outline_and_its_tail() {
    let below = |preset: &str, adjustments: &str, line: u32, said: u32| {
        let line = if line == 0 {
            "<a:ln><a:noFill/></a:ln>".to_owned()
        } else {
            format!(r#"<a:ln w="{line}"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>"#)
        };
        let body = format!(
            r#"<w:p><w:r><w:drawing><wp:anchor distT="0" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>127000</wp:posOffset></wp:positionV><wp:extent cx="1270000" cy="508000"/><wp:effectExtent l="0" t="0" r="0" b="{said}"/><wp:wrapTopAndBottom/><wp:docPr id="1" name="s"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/><wps:spPr><a:prstGeom prst="{preset}"><a:avLst>{adjustments}</a:avLst></a:prstGeom>{line}</wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r><w:r><w:t>text</w:t></w:r></w:p>"#
        );
        Sheet::body(body)
    };
    // The shape stands from 60 to 100; the line's baseline is 11.2 below what it keeps out of.
    for (preset, line, said, end) in [
        ("rect", 0, 0, 100.0),
        ("rect", 127_000, 0, 105.0),
        ("rect", 127_000, 25_400, 105.0),
        ("rect", 12_700, 50_800, 104.0),
        // Their tails end 12.5 % below them.
        ("wedgeRectCallout", 0, 0, 105.0),
        ("wedgeRoundRectCallout", 0, 0, 105.0),
        ("wedgeEllipseCallout", 12_700, 0, 105.0),
        // Its last circle is about the tip.
        ("cloudCallout", 0, 0, 106.1),
    ] {
        below(preset, "", line, said).stands(&[(0, "text", 50.0, end + 11.2)]);
    }
    let up = r#"<a:gd name="adj1" fmla="val 0"/><a:gd name="adj2" fmla="val -90000"/>"#;
    let sheet = below("wedgeRoundRectCallout", up, 12_700, 0);
    sheet.stands(&[(0, "text", 50.0, 100.5 + 11.2)]);
    // The tail ends 40 % above the shape, whose top is at 60.
    let frames = sheet.laid().0;
    assert!(paths(&frames).iter().any(|path| (bounds(path)[1] - 44.0).abs() < 0.1), "{:?}", paths(&frames));
}

#[test]
fn presets_are_drawn_within_their_frame() {
    for preset in ["cloud", "ribbon", "ribbon2", "plaque", "frame"] {
        let looks = r#"<a:solidFill><a:srgbClr val="FF0000"/></a:solidFill>"#;
        let (frames, warnings) = Sheet::body(shape("", looks).replace(r#"prst="rect""#, &format!(r#"prst="{preset}""#))).laid();
        assert!(warnings.is_empty(), "{warnings:?}");
        let drawn = paths(&frames);
        let [left, top, right, bottom] =
            drawn.iter().find(|path| path.fill == Some(Rgb(255, 0, 0))).map(|path| bounds(path)).unwrap_or_default();
        // The cloud's bends reach a little further than where its arcs meet.
        assert!((49.9..56.0).contains(&left) && (49.9..56.0).contains(&top), "{preset}: {left} {top}");
        assert!((144.0..150.5).contains(&right) && (84.0..90.5).contains(&bottom), "{preset}: {right} {bottom}");
    }
}

#[test]
fn each_path_of_a_shape_is_filled_and_stroked_as_it_says_20_1_9_15() {
    let path = |attributes: &str, x: u32| {
        format!(
            r#"<a:path w="10" h="10" {attributes}><a:moveTo><a:pt x="{x}" y="0"/></a:moveTo><a:lnTo><a:pt x="10" y="10"/></a:lnTo><a:lnTo><a:pt x="0" y="10"/></a:lnTo><a:close/></a:path>"#
        )
    };
    let own = [
        path(r#"stroke="0""#, 0),
        path(r#"stroke="false" fill="darken""#, 2),
        path(r#"fill="none""#, 4),
        path(r#"fill="lightenLess""#, 6),
        path(r#"fill="none" stroke="0""#, 8),
    ];
    let geometry = format!("<a:custGeom><a:pathLst>{}</a:pathLst></a:custGeom>", own.concat());
    let looks = r#"<a:solidFill><a:srgbClr val="FF6400"/></a:solidFill><a:ln w="12700"><a:solidFill><a:srgbClr val="0000FF"/></a:solidFill></a:ln>"#;
    let (frames, warnings) = Sheet::body(shape("", looks).replace(r#"<a:prstGeom prst="rect"/>"#, &geometry)).laid();
    assert!(warnings.is_empty(), "{warnings:?}");
    // Where each begins, its fill, and whether it is stroked; in their order.
    let drawn: Vec<(i32, Option<Rgb>, bool)> = paths(&frames)
        .into_iter()
        .map(|path| {
            let Some(PathStep::Move(x, _)) = path.steps.first() else { panic!("no start") };
            (x.0.round() as i32, path.fill, path.stroke.is_some())
        })
        .collect();
    let expected = [
        (50, Some(Rgb(255, 100, 0)), false),
        (70, Some(Rgb(153, 60, 0)), false),
        (90, None, true),
        (110, Some(Rgb(255, 131, 51)), false),
        (110, None, true),
    ];
    assert_eq!(drawn, expected);

    let picture = svg::page(&frames, &Fonts::default(), 0).unwrap_or_default();
    let fills = ["#ff6400", "#993c00", "#ff8333"].map(|color| picture.matches(&format!(r#"fill="{color}""#)).count());
    assert_eq!((fills, picture.matches(r##"stroke="#0000ff""##).count()), ([1; 3], 2), "{picture}");

    let meta = pdf::Meta { title: "t".to_owned(), language: "en".to_owned(), producer: "p".to_owned(), ..pdf::Meta::default() };
    let written = pdf::write(&frames, &Fonts::default(), &meta).expect("a PDF");
    let document = lopdf::Document::load_mem(&written).expect("it can be read");
    let pages = document.get_pages();
    let operations = lopdf::content::Content::decode(&document.get_page_content(pages[&1])).expect("operators").operations;
    let painted: String =
        operations.iter().map(|operation| operation.operator.as_str()).filter(|name| matches!(*name, "f" | "S")).collect();
    assert_eq!(painted, "ffSfS");
}

#[test]
fn a_shape_is_shaded_with_its_gradient_or_picture() {
    // Gradients in the colours of each path; a picture is covered with a fifth of black or white.
    let filled = |looks: &str| {
        let (frames, warnings) = Sheet::body(shape("", looks).replace(r#"prst="rect""#, r#"prst="cube""#)).laid();
        assert!(warnings.is_empty(), "{warnings:?}");
        frames
    };
    let stop = |at: u32| format!(r#"<a:gs pos="{at}"><a:srgbClr val="6496C8"/></a:gs>"#);
    let gradient = format!("<a:gradFill><a:gsLst>{}{}</a:gsLst><a:lin ang=\"0\"/></a:gradFill>", stop(0), stop(100_000));
    let frames = filled(&gradient);
    let mut colors: Vec<Rgb> = paths(&frames).iter().filter_map(|path| path.fill).collect();
    colors.dedup();
    assert_eq!(colors, [Rgb(100, 150, 200), Rgb(80, 120, 160), Rgb(131, 171, 211)]);
    // In very many paths it is one colour: strips in each would be too many.
    let path = r#"<a:path w="10" h="10" stroke="0"><a:moveTo><a:pt x="0" y="0"/></a:moveTo><a:lnTo><a:pt x="9" y="9"/></a:lnTo></a:path>"#;
    let geometry = format!("<a:custGeom><a:pathLst>{}</a:pathLst></a:custGeom>", path.repeat(100));
    let frames = Sheet::body(shape("", &gradient).replace(r#"<a:prstGeom prst="rect"/>"#, &geometry)).laid().0;
    assert_eq!(paths(&frames).iter().filter(|path| path.fill == Some(Rgb(100, 150, 200))).count(), 100);
    let frames = filled(r#"<a:blipFill><a:blip r:embed="picture"/></a:blipFill>"#);
    let veils: Vec<(Option<Rgb>, f32)> = paths(&frames).iter().map(|path| (path.fill, path.opacity)).collect();
    assert_eq!(veils, [(Some(Rgb(0, 0, 0)), 0.2), (Some(Rgb(255, 255, 255)), 0.2)]);
}

#[test]
fn text_stands_in_the_rectangle_of_clouds_and_ribbons() {
    let inside = |preset: &str| {
        let text = r#"<wps:txbx><w:txbxContent><w:p><w:r><w:t>in</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"/>"#;
        let looks = "<a:ln><a:noFill/></a:ln>";
        Sheet::body(shape("", looks).replace(r#"prst="rect""#, &format!(r#"prst="{preset}""#)).replace("<wps:bodyPr/>", text))
    };
    // Of 100 by 40 pt: 13.78 % and 15.1 % of a cloud, a quarter and a sixth of a ribbon.
    inside("cloud").stands(&[(0, "in", 63.8, 56.0 + 11.2)]);
    inside("ribbon").stands(&[(0, "in", 75.0, 56.7 + 11.2)]);
    inside("ribbon2").stands(&[(0, "in", 75.0, 50.0 + 11.2)]);
    // The box behind an arrow is 64.977 % of the shape; it is mirrored with it.
    let callout = inside("rightArrowCallout");
    callout.stands(&[(0, "in", 50.0, 50.0 + 11.2)]);
    let mirrored = Sheet::body(callout.body.replace("<a:xfrm>", r#"<a:xfrm flipH="1">"#));
    mirrored.stands(&[(0, "in", 85.0, 50.0 + 11.2)]);
    let arrow = inside("upArrowCallout");
    arrow.stands(&[(0, "in", 50.0, 64.0 + 11.2)]);
    let mirrored = Sheet::body(arrow.body.replace("<a:xfrm>", r#"<a:xfrm flipV="1">"#));
    mirrored.stands(&[(0, "in", 50.0, 50.0 + 11.2)]);
}

#[test]
fn changes_of_a_color_count_as_word_counts_them_20_1_2_3() {
    // Read from the pages of both engines, to the number of sRGB.
    let checks = [
        ("4F81BD", r#"<a:tint val="66000"/>"#, Rgb(0xA8, 0xB9, 0xD6)),
        ("1F497D", r#"<a:tint val="23500"/>"#, Rgb(0xE3, 0xE5, 0xE9)),
        ("C0504D", r#"<a:shade val="50000"/>"#, Rgb(0x8C, 0x38, 0x36)),
        ("9BBB59", r#"<a:shade val="75000"/>"#, Rgb(0x88, 0xA4, 0x4D)),
        ("4F81BD", r#"<a:lumMod val="75000"/>"#, Rgb(0x37, 0x60, 0x92)),
        ("C0504D", r#"<a:lumMod val="40000"/><a:lumOff val="60000"/>"#, Rgb(0xE6, 0xB9, 0xB8)),
        ("9BBB59", r#"<a:tint val="44500"/><a:satMod val="160000"/>"#, Rgb(0xDB, 0xEB, 0xC4)),
        ("4F81BD", r#"<a:lumMod val="99000"/><a:satMod val="120000"/><a:shade val="78000"/>"#, Rgb(0x3A, 0x71, 0xB2)),
        ("4F81BD", r#"<a:hueOff val="3750088"/><a:satOff val="-5627"/><a:lumOff val="-915"/>"#, Rgb(0x8C, 0x53, 0xB5)),
        ("C0504D", r#"<a:hue val="7200000"/>"#, Rgb(0x4D, 0xC0, 0x4D)),
        ("9BBB59", r#"<a:sat val="50000"/>"#, Rgb(0x9E, 0xC5, 0x50)),
        ("1F497D", r#"<a:lum val="50000"/>"#, Rgb(0x33, 0x77, 0xCC)),
        ("C0504D", "<a:gray/>", Rgb(0x71, 0x71, 0x71)),
        ("4F81BD", "<a:inv/>", Rgb(0xB0, 0x7E, 0x42)),
        ("9BBB59", "<a:comp/>", Rgb(0x79, 0x59, 0xBB)),
        ("4F81BD", r#"<a:redMod val="50000"/>"#, Rgb(0x28, 0x81, 0xBD)),
        ("4F81BD", r#"<a:greenOff val="20000"/>"#, Rgb(0x4F, 0xB4, 0xBD)),
        ("4F81BD", r#"<a:blue val="50000"/>"#, Rgb(0x4F, 0x81, 0x80)),
        ("4F81BD", r#"<a:gamma/><a:unknown val="5"/>"#, Rgb(0x4F, 0x81, 0xBD)),
    ];
    for (base, change, Rgb(r, g, b)) in checks {
        let fill = format!(r#"<a:solidFill><a:srgbClr val="{base}">{change}</a:srgbClr></a:solidFill>"#);
        let frames = Sheet::body(shape("", &fill)).laid().0;
        let found = paths(&frames).into_iter().find_map(|path| path.fill).expect("the shape is filled");
        let near = |a: u8, b: u8| a.abs_diff(b) <= 1;
        assert!(near(found.0, r) && near(found.1, g) && near(found.2, b), "{base} {change}: {found:?}");
    }
    // `alphaOff` makes it fainter.
    let faint = r#"<a:solidFill><a:srgbClr val="4F81BD"><a:alphaOff val="-40000"/></a:srgbClr></a:solidFill>"#;
    let frames = Sheet::body(shape("", faint)).laid().0;
    assert!((paths(&frames)[0].opacity - 0.6).abs() < 0.01);
}

#[test]
fn a_line_has_the_dashes_and_the_opacity_it_says_20_1_8_48() {
    let stroked = |line: &str| {
        let looks = format!(r#"<a:solidFill><a:srgbClr val="FFFF00"/></a:solidFill><a:ln w="25400" {line}</a:ln>"#);
        let frames = Sheet::body(shape("", &looks)).laid().0;
        let all = paths(&frames);
        let fill = all.iter().find(|path| path.fill.is_some()).expect("the shape is filled");
        assert!((fill.opacity - 1.0).abs() < 0.01, "the line's opacity is its own");
        let path = all.into_iter().find(|path| path.stroke.is_some()).expect("the shape has a line");
        let stroke = path.stroke.clone().expect("it is stroked");
        (stroke.dash, stroke.round, path.opacity)
    };
    let red = r#"<a:solidFill><a:srgbClr val="FF0000"/></a:solidFill>"#;
    let preset = |name: &str, cap: &str| stroked(&format!(r#"{cap}>{red}<a:prstDash val="{name}"/>"#));
    for (name, lengths) in [
        ("solid", &[][..]),
        ("dot", &[1.0, 3.0]),
        ("dash", &[4.0, 3.0]),
        ("lgDashDotDot", &[8.0, 3.0, 1.0, 3.0, 1.0, 3.0]),
        ("sysDash", &[3.0, 1.0]),
        ("sysDashDotDot", &[3.0, 1.0, 1.0, 1.0, 1.0, 1.0]),
    ] {
        let expected: Vec<f32> = lengths.iter().map(|length| length * 2.0).collect();
        assert_eq!(preset(name, ""), (expected, false, 1.0), "{name}");
    }
    // Round ends are part of a dash's length.
    assert_eq!(preset("dash", r#"cap="rnd""#), (vec![6.0, 8.0], true, 1.0));
    let own = format!(r#">{red}<a:custDash><a:ds d="300000" sp="100000"/><a:ds d="100000" sp="150000"/></a:custDash>"#);
    assert_eq!(stroked(&own), (vec![6.0, 2.0, 2.0, 3.0], false, 1.0));
    let faint = r#"><a:solidFill><a:srgbClr val="FF0000"><a:alpha val="40000"/></a:srgbClr></a:solidFill>"#;
    assert_eq!(stroked(faint), (Vec::new(), false, 0.4));
}

#[test]
fn patterns_are_drawn_in_their_two_colors_20_1_8_47() {
    let filled = |name: &str| {
        let colors = r#"<a:fgClr><a:srgbClr val="C00000"/></a:fgClr><a:bgClr><a:srgbClr val="FFFFAA"/></a:bgClr>"#;
        Sheet::body(shape("", &format!(r#"<a:pattFill prst="{name}">{colors}</a:pattFill>"#))).laid().0
    };
    // A shape of 100 by 40 pt is covered by tiles of 48 pt; a pixel of the pattern is three quarters of a point.
    let frames = filled("ltDnDiag");
    let tiles: Vec<&PlacedImage> = items(&frames)
        .iter()
        .filter_map(|(_, cut, item)| match &item.shape {
            Shape::Image(image) if *cut => Some(image),
            _ => None,
        })
        .collect();
    assert_eq!(tiles.len(), 3, "three beside each other");
    assert!((tiles[1].x.0 - 48.0).abs() < 0.01 && (tiles[1].width.0 - 48.0).abs() < 0.01);
    let picture = image::load_from_memory(&frames.images[tiles[0].image.0].bytes).expect("the tile is a picture").to_rgb8();
    let dots = picture.width() / 64;
    let at = |x: u32, y: u32| picture.get_pixel(x * dots, y * dots).0;
    for (x, y) in [(0, 0), (4, 0), (1, 1), (7, 3), (8, 8), (63, 63)] {
        assert_eq!(at(x, y), [0xC0, 0, 0], "{x}, {y}");
    }
    for (x, y) in [(1, 0), (0, 1), (63, 62)] {
        assert_eq!(at(x, y), [0xFF, 0xFF, 0xAA], "{x}, {y}");
    }
    // One nobody knows is its mean colour.
    let frames = filled("plaidish");
    assert_eq!(paths(&frames)[0].fill, Some(Rgb(0xE0, 0x80, 0x55)));
}

#[test]
fn a_gradient_that_does_not_turn_with_its_shape_is_turned_back() {
    let starts = |turn: &str, says: &str| {
        let fill =
            gradient(&[(0, "FF0000"), (100_000, "0000FF")], r#"<a:lin ang="0"/>"#).replace("<a:gradFill>", &format!("<a:gradFill{says}>"));
        let frames = Sheet::body(shape(turn, &fill)).laid().0;
        // The first strip's edge, along x and y of the shape itself.
        bounds(paths(&frames)[5])
    };
    let plain = starts("", "");
    assert_eq!(starts(r#" rot="5400000""#, ""), plain);
    assert_eq!(starts(r#" rot="5400000""#, r#" rotWithShape="1""#), plain);
    let back = starts(r#" rot="5400000""#, r#" rotWithShape="0""#);
    assert!((back[3] - plain[3]).abs() > 5.0, "upwards in the turned shape: {back:?} and {plain:?}");
}
