//! How shapes of VML look that Word wrote up to 2007: their gradients, the letters of WordArt, the text in them.
//!
//! The rules and their sources are in `docs/engine-rules.md`. Pages are 300 pt wide and high with margins of 50 pt.

use docx_to_pdf::graphics::Rgb;
use docx_to_pdf::layout::frame::{Frames, Path, PathStep, Shape};

use crate::breadth::Sheet;
use crate::measured::p;
use crate::painted::{bounds, items, paths};
use crate::support::texts;

const RED: Rgb = Rgb(255, 0, 0);
const BLUE: Rgb = Rgb(0, 0, 255);

fn pict(inside: &str) -> String {
    format!("<w:p><w:r><w:pict>{inside}</w:pict></w:r></w:p>")
}

/// The same in the body, in a cell, in a group, and in a header.
fn everywhere(inside: &str) -> Vec<Frames> {
    let cell =
        format!(r#"<w:tbl><w:tblGrid><w:gridCol w:w="4000"/></w:tblGrid><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>{}"#, pict(inside), p("", ""));
    let group = pict(&format!(r#"<v:group style="width:100pt;height:40pt" coordsize="100,40">{}</v:group>"#, inside.replace("pt", "")));
    let header = Sheet { header: pict(inside), section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "x")) };
    let sheets = [Sheet::body(pict(inside)), Sheet::body(cell), Sheet::body(group), header];
    sheets.into_iter().map(|sheet| sheet.laid().0).collect()
}

/// A gradient's colours in the order of its strips, those near the given ones only.
fn order(frames: &Frames, colors: &[(char, Rgb)]) -> String {
    let near = |fill: Rgb, color: Rgb| [(fill.0, color.0), (fill.1, color.1), (fill.2, color.2)].iter().all(|(a, b)| a.abs_diff(*b) < 20);
    let mut found = String::new();
    for path in paths(frames) {
        let name = path.fill.and_then(|fill| colors.iter().find(|(_, color)| near(fill, *color)));
        if let Some((name, _)) = name
            && !found.ends_with(*name)
        {
            found.push(*name);
        }
    }
    found
}

#[test]
fn gradients_go_through_all_their_colors_to_where_their_focus_is() {
    let yellow = Rgb(255, 255, 0);
    let rect = |fill: &str| {
        format!(
            r##"<v:rect style="width:100pt;height:40pt" fillcolor="#ff0000" stroked="f"><v:fill color2="#0000ff" type="gradient" {fill}/></v:rect>"##
        )
    };
    let colors = r#"colors="0 red;.25 yellow;1 #0000ff""#;
    for (fill, expected) in [
        (colors.to_owned(), "byr"),
        (format!(r#"{colors} focus="100%""#), "ryb"),
        (format!(r#"{colors} focus="50%""#), "rybyr"),
        (format!(r#"{colors} focus="-50%""#), "byryb"),
        (format!(r#"{colors} focus="50%" angle="-90""#), "byryb"),
        (r#"colors="0 red""#.to_owned(), "br"),
        (r#"colors="wild;1e9 red;-4 blue;;""#.to_owned(), "rb"),
    ] {
        for frames in everywhere(&rect(&fill)) {
            let order = order(&frames, &[('r', RED), ('y', yellow), ('b', BLUE)]);
            let wild = fill.contains("wild");
            assert!(order == expected || wild && order.len() >= 2, "{fill}: {order}");
        }
    }
    // A quarter down is the second colour, with the first on both sides.
    let frames = Sheet::body(pict(&rect(r#"focus="25%""#))).laid().0;
    let deepest = paths(&frames).into_iter().filter(|path| path.fill.is_some_and(|fill| fill.2 > 245)).map(|path| bounds(path)[1]);
    assert!(deepest.clone().any(|top| (top - 10.0).abs() < 1.5), "{:?}", deepest.collect::<Vec<_>>());
}

#[test]
fn radial_gradients_go_around_the_place_they_name() {
    // Where the innermost of the strips lies.
    let middle = |fill: &str| {
        let shape = format!(
            r#"<v:rect style="width:100pt;height:40pt" fillcolor="red" stroked="f"><v:fill type="gradientRadial" focus="100%" color2="blue" {fill}/></v:rect>"#
        );
        let frames = Sheet::body(pict(&shape)).laid().0;
        bounds(paths(&frames).last().expect("strips")).map(f32::round)
    };
    let near = |found: [f32; 4], expected: [f32; 4]| found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 3.5);
    for (fill, expected) in [
        ("", [0.0, 0.0, 0.0, 0.0]),
        (r#"focusposition="" focussize="""#, [0.0, 0.0, 0.0, 0.0]),
        (r#"focusposition=".5,.5""#, [50.0, 20.0, 50.0, 20.0]),
        (r#"focusposition="1""#, [100.0, 0.0, 100.0, 0.0]),
        (r#"focusposition="1,1" focussize="""#, [100.0, 40.0, 100.0, 40.0]),
        (r#"focusposition="16384f,.25" focussize=".5,.5""#, [25.0, 10.0, 75.0, 30.0]),
        (r#"focusposition="-9,nan" focussize="7""#, [0.0, 0.0, 100.0, 0.0]),
    ] {
        let found = middle(fill);
        assert!(near(found, expected), "{fill}: {found:?}");
    }
}

#[test]
fn gradients_stay_when_their_shape_is_turned_unless_they_are_to_turn_with_it() {
    let first_strip = |turn: &str, fill: &str| {
        let shape = format!(
            r##"<v:rect style="width:100pt;height:40pt;{turn}" fillcolor="#ff0000" stroked="f"><v:fill color2="#0000ff" type="gradient" {fill}/></v:rect>"##
        );
        let frames = Sheet::body(pict(&shape)).laid().0;
        let strips = paths(&frames);
        let [left, top, right, bottom] = bounds(strips.get(strips.len() / 2).expect("strips"));
        // Across where the strips begin further right, down where they begin further down.
        (left > 40.0 && left < 60.0 && right > 99.0, top > 15.0 && top < 25.0 && bottom > 39.0)
    };
    assert_eq!(first_strip("", ""), (false, true));
    assert_eq!(first_strip("rotation:180", r#"rotate="t""#), (false, true));
    assert_eq!(first_strip("rotation:270", ""), (false, false));
    assert_eq!(first_strip("rotation:-270", ""), (true, false));
    assert_eq!(first_strip("rotation:-270", r#"rotate="t""#), (false, true));
}

#[test]
fn tiles_cover_a_shape_from_its_corner_on_and_are_never_too_many() {
    let tiles = |width: u32, height: u32, kind: &str| {
        let shape = format!(
            r#"<v:oval style="width:{width}pt;height:{height}pt" fillcolor="red"><v:fill r:id="picture" type="{kind}" color2="blue"/></v:oval>"#
        );
        let frames = Sheet::body(pict(&shape)).laid().0;
        let images = items(&frames).into_iter().filter_map(|(_, cut, item)| match &item.shape {
            Shape::Image(image) => Some((cut, image.x.0, image.y.0, image.width.0)),
            _ => None,
        });
        images.collect::<Vec<_>>()
    };
    let size = tiles(1, 1, "tile").first().expect("a tile").3;
    for kind in ["tile", "pattern"] {
        let found = tiles(6, 3, kind);
        assert!(found.iter().all(|(cut, ..)| *cut), "they are cut to the shape");
        assert!(found.iter().any(|(_, x, y, _)| *x == 0.0 && *y == 0.0), "{kind}");
        assert_eq!(found.len(), (6.0 / size).ceil() as usize * (3.0 / found[0].3.min(size)).ceil() as usize, "{kind}: {found:?}");
    }
    let many = tiles(190, 190, "tile");
    assert!(many.len() <= 2000 && many.len() > 200, "{}", many.len());
    assert_eq!(tiles(6, 3, "frame").len(), 1);
}

#[test]
fn compound_lines_are_parted_by_the_colors_of_paper_and_fill() {
    let (white, yellow) = (Rgb(255, 255, 255), Rgb(255, 255, 0));
    // Strokes in their order: color, width, and whether they are cut to the shape.
    let strokes = |style: &str, fill: &str| {
        let shape = format!(
            r#"<v:shape coordsize="10,10" path="m,l10,,10,10,,10xe" style="width:100pt;height:40pt" {fill} strokecolor="blue" strokeweight="6pt"><v:stroke {style}/></v:shape>"#
        );
        let frames = Sheet::body(pict(&shape)).laid().0;
        let strokes = items(&frames).into_iter().filter_map(|(_, cut, item)| match &item.shape {
            Shape::Path(path) => path.stroke.as_ref().map(|stroke| (stroke.color, (stroke.width.0 * 10.0).round() / 10.0, cut)),
            _ => None,
        });
        strokes.collect::<Vec<_>>()
    };
    let line = (BLUE, 6.0, false);
    let fill = r#"fillcolor="yellow""#;
    assert_eq!(strokes("", fill), [line]);
    assert_eq!(strokes(r#"linestyle="single""#, fill), [line]);
    assert_eq!(strokes(r#"linestyle="thinThin""#, fill), [line, (white, 2.0, false), (yellow, 2.0, true)]);
    assert_eq!(strokes(r#"linestyle="thinThin""#, r#"filled="f""#), [line, (white, 2.0, false), (white, 2.0, true)]);
    assert_eq!(strokes(r#"linestyle="thickThin""#, fill), [line, (yellow, 3.6, true), (BLUE, 1.2, true)]);
    assert_eq!(strokes(r#"linestyle="thinThick""#, fill), [line, (white, 3.6, false), (BLUE, 1.2, false), (BLUE, 6.0, true)]);
    let triple = [line, (white, 4.0, false), (BLUE, 2.0, false), (yellow, 4.0, true), (BLUE, 2.0, true)];
    assert_eq!(strokes(r#"linestyle="thickBetweenThin""#, fill), triple);
    // A line with a head is one.
    assert_eq!(strokes(r#"linestyle="thinThin" endarrow="block""#, fill).iter().filter(|stroke| stroke.0 != BLUE).count(), 0);
    // DrawingML says the same in other words.
    let drawing = r#"<w:p><w:r><w:drawing><wp:inline><wp:extent cx="1270000" cy="508000"/><wp:docPr id="1" name="s"/><a:graphic><a:graphicData><wps:wsp><wps:spPr><a:prstGeom prst="rect"/><a:ln w="76200" cmpd="dbl"><a:solidFill><a:srgbClr val="0000FF"/></a:solidFill></a:ln></wps:spPr></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#;
    let frames = Sheet::body(drawing).laid().0;
    let widths = paths(&frames).into_iter().filter_map(|path| path.stroke.as_ref()).map(|stroke| (stroke.width.0 * 10.0).round() / 10.0);
    assert_eq!(widths.collect::<Vec<_>>(), [6.0, 2.0, 2.0]);
}

#[test]
fn dots_are_round_where_their_ends_are() {
    let dots = |style: &str| {
        let shape = format!(r#"<v:rect style="width:100pt;height:40pt" strokeweight="3pt"><v:stroke {style}/></v:rect>"#);
        let frames = Sheet::body(pict(&shape)).laid().0;
        let found = paths(&frames).into_iter().find_map(|path| path.stroke.clone());
        found.map(|stroke| (stroke.dash, stroke.round)).expect("a line")
    };
    assert_eq!(dots(r#"dashstyle="1 1""#), (vec![3.0, 3.0], false));
    assert_eq!(dots(r#"dashstyle="1 1" endcap="round""#), (vec![0.0, 6.0], true));
    assert_eq!(dots(r#"endcap="round""#), (vec![], false));
}

fn word_art(attributes: &str, inside: &str, path: &str, text: &str) -> String {
    format!(
        r##"<v:shape type="#_x0000_t136" style="width:100pt;height:40pt" {attributes}>{inside}<v:textpath {path} string="{text}"/></v:shape>"##
    )
}

/// What is painted of letters: fills and strokes of paths, and whether the text itself does not show.
fn letters(frames: &Frames) -> (Vec<&Path>, bool) {
    let found = items(frames);
    let text = found.iter().find_map(|(_, _, item)| if let Shape::Glyphs(run) = &item.shape { Some(run) } else { None });
    (paths(frames), text.expect("the words are text").unseen)
}

#[test]
fn letters_are_painted_as_shapes_are_and_stay_text() {
    for frames in everywhere(&word_art(r#"fillcolor="white" strokecolor="blue" strokeweight="2pt""#, "", "", "Escola")) {
        let (painted, unseen) = letters(&frames);
        let stroke = painted.iter().find_map(|path| path.stroke.as_ref());
        assert_eq!(stroke.map(|stroke| (stroke.color, stroke.width.0, unseen)), Some((BLUE, 2.0, false)));
        assert!(texts(&frames.pages[0]).iter().any(|(text, ..)| text == "Escola"));
        let [left, top, right, bottom] = bounds(painted.last().expect("an outline"));
        assert!((right - left - 100.0).abs() < 0.1 && bottom - top > 20.0 && bottom - top < 40.1, "{left} {top} {right} {bottom}");
    }
    // One colour without a line: it is the text itself.
    let frames = Sheet::body(pict(&word_art(r#"fillcolor="red" stroked="f""#, "", "", "DRAFT"))).laid().0;
    assert!(letters(&frames).0.is_empty());
    // Without a fill nothing shows but the line.
    let frames = Sheet::body(pict(&word_art(r#"filled="f" strokecolor="red""#, "", "", "Hollow"))).laid().0;
    let (painted, unseen) = letters(&frames);
    assert!(unseen && painted.len() == 1 && painted.iter().all(|path| path.fill.is_none()));
    // A half clear line is that on letters, too.
    let faint = r#"<v:stroke opacity=".5"/>"#;
    let frames = Sheet::body(pict(&word_art(r#"filled="f" strokecolor="red""#, faint, "", "Hollow"))).laid().0;
    assert!(letters(&frames).0.iter().all(|path| path.stroke.is_some() && (path.opacity - 0.5).abs() < 0.01));
    // Half clear: the paper shows through.
    let frames = Sheet::body(pict(&word_art(r#"fillcolor="red""#, r#"<v:fill opacity=".5"/>"#, "", "half"))).laid().0;
    let (painted, unseen) = letters(&frames);
    assert!(unseen && painted.iter().any(|path| path.fill == Some(RED) && (path.opacity - 0.5).abs() < 0.01));
    // A gradient is cut to the letters.
    let fill = r#"<v:fill color2="blue" type="gradient"/>"#;
    let frames = Sheet::body(pict(&word_art(r#"fillcolor="red" stroked="f""#, fill, "", "fading"))).laid().0;
    assert_eq!(order(&frames, &[('r', RED), ('b', BLUE)]), "br");
    assert!(items(&frames).iter().filter(|(_, _, item)| matches!(item.shape, Shape::Path(_))).all(|(_, cut, _)| *cut));
}

#[test]
fn letters_cast_a_shadow_before_they_are_drawn() {
    let shadow = r#"<v:shadow on="t" color="blue" offset="3pt,4pt"/>"#;
    for (attributes, filled) in [(r#"fillcolor="red" stroked="f""#, true), (r#"filled="f" strokecolor="red""#, false)] {
        let frames = Sheet::body(pict(&word_art(attributes, shadow, "", "Sombra"))).laid().0;
        let found = items(&frames);
        let (around, _, item) = found.first().expect("a shadow");
        let Shape::Path(path) = &item.shape else { panic!("the shadow lies below all") };
        let color = if filled { path.fill } else { path.stroke.as_ref().map(|stroke| stroke.color) };
        let moved = around.last().expect("it is moved");
        assert_eq!((color, item.tag), (Some(BLUE), None));
        assert!((moved[4] - 50.0 - 3.0).abs() < 0.1 || (moved[4] - 3.0).abs() < 0.1, "{moved:?}");
    }
}

#[test]
fn lines_of_word_art_share_a_scale_and_stand_in_the_middle() {
    let place = |path: &str| {
        let frames = Sheet::body(pict(&word_art(r#"fillcolor="red""#, "", path, "l&#10;WWWW"))).laid().0;
        let outline = paths(&frames).into_iter().next_back().expect("an outline").clone();
        // The first letter is a contour by itself.
        let end = outline.steps.iter().position(|step| *step == PathStep::Close).expect("a contour");
        let first = Path { steps: outline.steps[..end].to_vec(), ..outline.clone() };
        let [left, _, right, _] = bounds(&first);
        (left - 50.0, right - 50.0)
    };
    let (left, right) = place("");
    assert!(left > 40.0 && right < 60.0, "{left} {right}");
    let (left, right) = place(r#"style="v-text-align:left""#);
    assert!(left.abs() < 0.1 && right < 20.0, "{left} {right}");
    let (left, right) = place(r#"style="v-text-align:right""#);
    assert!(left > 80.0 && right < 100.1, "{left} {right}");
    let (left, right) = place(r#"style="v-text-align:stretch-justify""#);
    assert!(left.abs() < 0.1 && (right - 100.0).abs() < 0.1, "{left} {right}");
}

#[test]
fn letters_of_many_words_are_text_in_one_color_at_last() {
    let art = word_art(r#"fillcolor="red""#, "", "", &"W".repeat(1900));
    let body: Vec<String> = (0..40).map(|_| pict(&art)).collect();
    let frames = Sheet::body(body.concat()).laid().0;
    let steps: usize = frames
        .pages
        .iter()
        .flat_map(|page| &page.items)
        .map(|item| {
            let mut open = vec![item];
            let mut steps = 0;
            while let Some(item) = open.pop() {
                match &item.shape {
                    Shape::Group { items, .. } => open.extend(items),
                    Shape::Path(path) => steps += path.steps.len(),
                    _ => {}
                }
            }
            steps
        })
        .sum();
    assert!(steps > 100_000 && steps < 1_000_000, "{steps}");
}

#[test]
fn text_stands_in_the_rectangle_that_its_type_keeps_for_it() {
    let shape = r##"<v:shapetype id="t" coordsize="100,100" adj="50" path="m@0,l100,50@0,100,,50xe"><v:formulas><v:f eqn="val #0"/></v:formulas><v:path textboxrect="@0,25,100,75;0,0,100,100"/></v:shapetype><v:shape type="#t" stroked="f" style="width:100pt;height:40pt" adj="40"><v:textbox inset="0,0,0,0"><w:txbxContent><w:p><w:r><w:t>in</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape>"##;
    let frames = Sheet::body(pict(shape)).laid().0;
    let (_, x, y) = texts(&frames.pages[0]).into_iter().find(|(text, ..)| text == "in").expect("the text");
    // 40 % along, and a quarter down with the baseline 11.2 pt below.
    assert!((x - 90.0).abs() < 0.1 && (y - 50.0 - 10.0 - 11.2).abs() < 0.5, "{x} {y}");
}

#[test]
fn a_shape_in_the_line_takes_half_its_outline_beyond_its_frame_and_its_text_stands_within_the_other_half() {
    let boxed = |kind: &str, weight: &str| {
        let text = format!(r#"<v:textbox inset="0,0,0,0"><w:txbxContent>{}</w:txbxContent></v:textbox>"#, p("", "inside"));
        let shape = format!(r#"<w:r><w:pict><v:{kind} style="width:60pt;height:40pt" {weight}>{text}</v:{kind}></w:pict></w:r>"#);
        Sheet::body(format!("<w:p>{shape}<w:r><w:t>after</w:t></w:r></w:p>{}", p("", "next")))
    };
    // Without an outline the line is as high as the box and the text's descent.
    boxed("rect", r#"stroked="f""#).stands(&[(0, "inside", 50.0, 61.2), (0, "after", 110.0, 90.0), (0, "next", 50.0, 103.8)]);
    for (weight, width) in [("4pt", 4.0), ("1pt", 1.0)] {
        let weight = format!(r#"strokeweight="{weight}""#);
        boxed("rect", &weight).stands(&[
            (0, "inside", 50.0 + width, 61.2 + width),
            (0, "after", 110.0 + width, 90.0 + width),
            (0, "next", 50.0, 103.8 + width),
        ]);
        // The text of an ellipse has the rectangle of the ellipse within the outline.
        let corner = (1.0 - 0.5_f32.sqrt()) / 2.0;
        boxed("oval", &weight).stands(&[(0, "inside", 50.0 + width + (60.0 - width) * corner, 61.2 + width + (40.0 - width) * corner)]);
    }
}

/// Where the first path of a page begins and ends.
fn ends(frames: &Frames) -> [(f32, f32); 2] {
    let all = items(frames);
    let (around, path) = all
        .iter()
        .find_map(|(around, _, item)| if let Shape::Path(path) = &item.shape { Some((around, path)) } else { None })
        .expect("a path");
    let points: Vec<(f32, f32)> = path
        .steps
        .iter()
        .filter_map(|step| if let PathStep::Move(x, y) | PathStep::Line(x, y) = step { Some((x.0, y.0)) } else { None })
        .collect();
    let placed = |point: (f32, f32)| around.iter().rev().fold(point, |(x, y), [a, b, c, d, e, f]| (a * x + c * y + e, b * x + d * y + f));
    [placed(points[0]), placed(points[points.len() - 1])]
}

const PLACED: &str = "position:absolute;margin-left:100pt;margin-top:100pt;width:60pt;height:20pt;mso-position-horizontal-relative:page;mso-position-vertical-relative:page;";

#[test]
fn what_is_turned_is_mirrored_after_that() {
    // From the left top corner to the right top one and down; its middle is at 130, 110.
    for (turn, [start, end]) in [
        ("", [(-30.0, -10.0), (30.0, 10.0)]),
        ("flip:x", [(30.0, -10.0), (-30.0, 10.0)]),
        ("rotation:90", [(10.0, -30.0), (-10.0, 30.0)]),
        ("rotation:90;flip:x", [(-10.0, -30.0), (10.0, 30.0)]),
        ("rotation:90;flip:y", [(10.0, 30.0), (-10.0, -30.0)]),
        ("rotation:90;flip:x y", [(-10.0, 30.0), (10.0, -30.0)]),
        ("rotation:-90;flip:x", [(10.0, 30.0), (-10.0, -30.0)]),
        ("rotation:5898240fd;flip:x", [(-10.0, -30.0), (10.0, 30.0)]),
    ] {
        let shape = format!(r#"<v:shape style="{PLACED}{turn}" coordsize="100,100" path="m,l100,,100,100e" filled="f"/>"#);
        let found = ends(&Sheet::body(pict(&shape)).laid().0);
        for ((x, y), (right, down)) in found.into_iter().zip([start, end]) {
            assert!((x - 130.0 - right).abs() < 0.1 && (y - 110.0 - down).abs() < 0.1, "{turn}: {found:?}");
        }
    }
}

#[test]
fn text_stays_upright_in_a_turned_shape_but_not_in_a_group() {
    let shape = |turn: &str| {
        let text = format!(r#"<v:textbox inset="0,0,0,0"><w:txbxContent>{}</w:txbxContent></v:textbox>"#, p("", "in"));
        format!(r#"<v:rect style="{PLACED}{turn}" stroked="f">{text}</v:rect>"#)
    };
    let place = |inside: &str| {
        let frames = Sheet::body(pict(inside)).laid().0;
        let (_, x, y) = texts(&frames.pages[0]).into_iter().find(|(text, ..)| text == "in").expect("the text");
        (x, y)
    };
    // Lying on its side the shape is 20 pt wide and 60 pt high.
    for (turn, left, top) in
        [("", 100.0, 100.0), ("rotation:180", 100.0, 100.0), ("rotation:30", 100.0, 100.0), ("rotation:90", 120.0, 80.0)]
    {
        let (x, y) = place(&shape(turn));
        assert!((x - left).abs() < 0.1 && (y - top - 11.2).abs() < 0.1, "{turn}: {x} {y}");
    }
    let child = shape("rotation:180").replace(PLACED, "left:0;top:0;width:60;height:20;");
    let group = format!(r#"<v:group style="{PLACED}" coordsize="60,20">{child}</v:group>"#);
    let (x, y) = place(&group);
    assert!((x - 160.0).abs() < 0.1 && (y - 120.0 + 11.2).abs() < 0.1, "{x} {y}");
}

#[test]
fn a_drawing_canvas_is_shown_as_it_is_drawn_and_has_a_background() {
    let fill = |color: &str| format!(r#"<a:solidFill><a:srgbClr val="{color}"/></a:solidFill>"#);
    let shape = format!(
        r#"<wps:wsp><wps:cNvSpPr/><wps:spPr><a:xfrm><a:off x="127000" y="63500"/><a:ext cx="254000" cy="127000"/></a:xfrm><a:prstGeom prst="rect"/>{}</wps:spPr><wps:bodyPr/></wps:wsp>"#,
        fill("0000FF")
    );
    let canvas = format!(
        r#"<w:p><w:r><mc:AlternateContent><mc:Choice Requires="wpc"><w:drawing><wp:inline><wp:extent cx="1270000" cy="508000"/><wp:docPr id="1" name=""/><a:graphic><a:graphicData><wpc:wpc xmlns:wpc="http://schemas.microsoft.com/office/word/2010/wordprocessingCanvas"><wpc:bg>{}</wpc:bg><wpc:whole/>{shape}</wpc:wpc></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice><mc:Fallback>{}</mc:Fallback></mc:AlternateContent></w:r></w:p>"#,
        fill("FF0000"),
        pict(r#"<v:rect style="width:100pt;height:40pt" fillcolor="green"/>"#).replace("<w:p><w:r>", "").replace("</w:r></w:p>", "")
    );
    let frames = Sheet::body(canvas).laid().0;
    let found: Vec<(Option<Rgb>, [f32; 4])> = paths(&frames).into_iter().map(|path| (path.fill, bounds(path))).collect();
    let sizes: Vec<(Option<Rgb>, f32, f32)> = found.iter().map(|(fill, [l, t, r, b])| (*fill, (r - l).round(), (b - t).round())).collect();
    assert_eq!(sizes, [(Some(RED), 100.0, 40.0), (Some(BLUE), 20.0, 10.0)]);
}
