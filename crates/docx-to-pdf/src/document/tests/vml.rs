//! VML's shape types, paths and formulas (ECMA-376 part 4, 19.1.2).

use super::Maker;
use crate::document::model::GeometryStep::{Close, Curve, Line, Move};
use crate::document::model::{Block, DrawingContent, DrawingShape, Fill, Geometry, GeometryStep, Inline, PathFill, Picture, PictureData};
use crate::graphics::Rgb;

/// All shapes of some blocks, those in groups and tables too.
fn shapes(blocks: &[Block]) -> Vec<DrawingShape> {
    fn of(content: &DrawingContent, found: &mut Vec<DrawingShape>) {
        match content {
            DrawingContent::Shape(shape) => found.push((**shape).clone()),
            DrawingContent::Group { children, .. } => children.iter().for_each(|child| of(&child.content, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(paragraph) => {
                for inline in &paragraph.content {
                    if let Inline::Drawing(drawing) = inline {
                        of(&drawing.content, &mut found);
                    }
                }
            }
            Block::Table(table) => {
                for cell in table.rows.iter().flat_map(|row| &row.cells) {
                    found.extend(shapes(&cell.blocks));
                }
            }
        }
    }
    found
}

fn read(body: &str) -> Vec<DrawingShape> {
    shapes(&Maker::body(body).blocks())
}

fn picture(inside: &str) -> String {
    format!("<w:p><w:r><w:pict>{inside}</w:pict></w:r></w:p>")
}

/// A shape of a type with this path, formulas and adjustments in a square of 100.
fn steps(attributes: &str, formulas: &[&str], own: &str) -> Vec<GeometryStep> {
    let formulas: Vec<String> = formulas.iter().map(|formula| format!(r#"<v:f eqn="{formula}"/>"#)).collect();
    let body = picture(&format!(
        r##"<v:shapetype id="t" coordsize="100,100" {attributes}><v:formulas>{}</v:formulas></v:shapetype><v:shape type="#t" {own} style="width:50pt;height:50pt"/>"##,
        formulas.concat()
    ));
    match read(&body).pop().map(|shape| shape.geometry) {
        Some(Geometry::Path(steps)) => steps,
        other => panic!("no path: {other:?}"),
    }
}

#[test]
fn a_type_holds_for_its_whole_part_wherever_it_is_defined_19_1_2_20() {
    let kind =
        r#"<v:shapetype id="_x0000_t75" coordsize="21600,21600" o:spt="75" path="m,l,21600r21600,l21600,xe" filled="f" stroked="f"/>"#;
    let shape = r##"<v:shape type="#_x0000_t75" style="width:10pt;height:10pt"/>"##;
    let in_group = format!(r#"<v:group style="width:10pt;height:10pt" coordsize="10,10">{kind}{shape}</v:group>"#);
    let in_cell = format!("<w:tbl><w:tr><w:tc>{}</w:tc></w:tr></w:tbl>", picture(shape));
    for body in [
        picture(kind) + &picture(shape),
        picture(shape) + &picture(kind),
        picture(&in_group) + &picture(shape) + &in_cell,
        picture(kind) + "<w:p/>" + &in_cell,
        // Defined nowhere: the number says it.
        picture(shape),
        picture(&format!(r#"<v:group style="width:10pt;height:10pt" coordsize="10,10">{shape}</v:group>"#)),
    ] {
        let found = read(&body);
        assert!(!found.is_empty(), "{body}");
        assert!(found.iter().all(|shape| shape.fill.is_none() && shape.outline.is_none()), "{body}");
    }
}

#[test]
fn of_several_types_of_one_name_the_nearest_before_the_shape_counts() {
    let kind = |color: &str| format!(r#"<v:shapetype id="t" fillcolor="{color}" path="m,l5,5,5,xe"/>"#);
    let shape = r##"<v:shape type="#t" style="width:10pt;height:10pt"/>"##;
    let body = [picture(shape), picture(&kind("red")), picture(shape), picture(&kind("blue")), picture(shape), picture(shape)].concat();
    let colors: Vec<Rgb> = read(&body)
        .into_iter()
        .map(|shape| if let Some(Fill::Solid(color, _)) = shape.fill { color } else { panic!("one colour") })
        .collect();
    let (red, blue) = (Rgb(255, 0, 0), Rgb(0, 0, 255));
    assert_eq!(colors, [red, red, blue, blue]);
}

#[test]
fn lines_and_brackets_whose_type_is_defined_nowhere_are_not_filled() {
    let painted = |number: u16, own: &str| {
        let body = picture(&format!(r##"<v:shape type="#_x0000_t{number}" {own} style="width:10pt;height:10pt"/>"##));
        let shape = read(&body).pop().expect("a shape");
        (shape.fill.is_some(), shape.outline.is_some())
    };
    for number in [19, 20, 32, 34, 38, 85, 86, 87, 88, 185] {
        assert_eq!(painted(number, ""), (false, true), "{number}");
    }
    assert_eq!(
        (painted(75, ""), painted(201, ""), painted(202, ""), painted(5, "")),
        ((false, false), (false, false), (true, true), (true, true))
    );
    assert_eq!((painted(75, r#"filled="t""#), painted(87, r#"filled="t" stroked="f""#)), ((true, false), (true, false)));
    let path = r#"<v:shapetype id="h" path="m,l5,5,5,xe"><v:path strokeok="f" fillok="f"/></v:shapetype><v:shape type="h" style="width:9pt;height:9pt"/>"#;
    let shape = read(&picture(path)).pop().expect("a shape");
    assert!(shape.fill.is_none() && shape.outline.is_none());
}

#[test]
fn adjustments_of_the_shape_come_before_those_of_its_type() {
    let path = r#"adj="10,20,30" path="m#0,#1l#2,50xe""#;
    assert_eq!(steps(path, &[], ""), [Move(0.1, 0.2), Line(0.3, 0.5), Close]);
    assert_eq!(steps(path, &[], r#"adj=",40""#), [Move(0.1, 0.4), Line(0.3, 0.5), Close]);
    assert_eq!(steps(path, &[], r#"adj="60,40,80""#), [Move(0.6, 0.4), Line(0.8, 0.5), Close]);
    assert_eq!(steps(r#"path="m#7,#8l9,9e""#, &[], ""), [Move(0.0, 0.0), Line(0.09, 0.09)]);
}

#[test]
fn formulas_are_worked_out_as_the_standard_says_19_1_2_6() {
    let degrees = |degrees: f64| degrees * 65_536.0;
    for (formula, expected) in [
        ("val 7".to_owned(), 7.0),
        ("sum 10 20 5".to_owned(), 25.0),
        ("prod 10 20 5".to_owned(), 40.0),
        ("mid 10 20".to_owned(), 15.0),
        ("abs -12".to_owned(), 12.0),
        ("min 3 4".to_owned(), 3.0),
        ("max 3 4".to_owned(), 4.0),
        ("if 1 5 6".to_owned(), 5.0),
        ("if 0 5 6".to_owned(), 6.0),
        ("mod 3 4 12".to_owned(), 13.0),
        (format!("sin 50 {}", degrees(90.0)), 50.0),
        (format!("cos 50 {}", degrees(60.0)), 25.0),
        (format!("tan 50 {}fd", degrees(45.0)), 50.0),
        ("cosatan2 50 3 4".to_owned(), 30.0),
        ("sinatan2 50 3 4".to_owned(), 40.0),
        ("sqrt 49".to_owned(), 7.0),
        ("ellipse 6 10 50".to_owned(), 40.0),
        ("sum width height 150".to_owned(), 50.0),
        ("sum xcenter ycenter 10".to_owned(), 90.0),
        ("prod pixelWidth 3 4".to_owned(), 50.0),
        ("prod emuHeight 1 12700".to_owned(), 50.0),
        ("sum lineDrawn 0 pixelLineWidth".to_owned(), 0.0),
        ("sum @9 7 @0".to_owned(), 7.0),
        ("prod 5 1 0".to_owned(), 5.0),
        ("sqrt -4".to_owned(), 0.0),
        ("nonsense 1 2 3".to_owned(), 0.0),
    ] {
        let found = steps(r#"path="m@0,l50,50e""#, &[&formula], "");
        let Some(Move(x, _)) = found.first() else { panic!("{formula}") };
        assert!((f64::from(*x) * 100.0 - expected).abs() < 0.01, "{formula}: {x}");
    }
    // Angles: 65,536ths of a degree.
    let turned = steps(r#"path="m@2,l50,50e""#, &["atan2 3 3", "sumangle @0 60 15", "sin 80 @1"], "");
    assert_eq!(turned, [Move(0.8, 0.0), Line(0.5, 0.5)]);
}

#[test]
fn a_comma_by_itself_stands_for_zero_in_a_path() {
    let corners = [Move(0.0, 0.0), Line(0.0, 0.2), Line(0.2, 0.2), Line(0.2, 0.0), Close];
    assert_eq!(steps(r#"path="m,l,20r20,l20,xe""#, &[], ""), corners);
    assert_eq!(steps(r#"path=" m 0 0 l 0 20 20 20 20 0 x e ""#, &[], ""), corners);
    assert_eq!(steps(r#"adj="20" path="m,l0#0#0#0@0,xe""#, &["val #0"], ""), corners);
    assert_eq!(steps(r#"path="m10-10l,-20-20,e""#, &[], ""), [Move(0.1, -0.1), Line(0.0, -0.2), Line(-0.2, 0.0)]);
}

/// Where a step ends.
fn end(step: &GeometryStep) -> (f32, f32) {
    match *step {
        Move(x, y) | Line(x, y) | Curve(_, _, _, _, x, y) => (x, y),
        Close => (f32::NAN, f32::NAN),
    }
}

#[test]
fn arcs_go_around_their_box_as_their_command_says() {
    let near = |(x, y): (f32, f32), (a, b): (f32, f32)| (x - a).abs() < 1e-4 && (y - b).abs() < 1e-4;
    let middle_of = |path: &str| {
        let found = steps(&format!(r#"path="{path}""#), &[], "");
        let ends: Vec<(f32, f32)> = found.iter().map(end).collect();
        (*ends.first().expect("a step"), ends.get(1).copied().unwrap_or_default(), *ends.last().expect("a step"))
    };
    // From the right to the bottom: a quarter clockwise, three quarters against the clock.
    let (first, second, last) = middle_of("wr,,100,100,100,50,50,100e");
    assert!(near(first, (1.0, 0.5)) && near(second, (0.5, 1.0)) && near(last, (0.5, 1.0)));
    let (first, second, last) = middle_of("ar,,100,100,100,50,50,100e");
    assert!(near(first, (1.0, 0.5)) && near(second, (0.5, 0.0)) && near(last, (0.5, 1.0)));
    // With a line to the start where there is a point to come from.
    let (first, second, last) = middle_of("m50,50at,,100,100,100,50,50,e");
    assert!(near(first, (0.5, 0.5)) && near(second, (1.0, 0.5)) && near(last, (0.5, 0.0)));
    let (first, second, last) = middle_of("m50,50wa,,100,100,50,,100,50e");
    assert!(near(first, (0.5, 0.5)) && near(second, (0.5, 0.0)) && near(last, (1.0, 0.5)));
    // Angles against the clock, from the right.
    let (first, _, last) = middle_of("al50,50,40,20,0,5898240e");
    assert!(near(first, (0.9, 0.5)) && near(last, (0.5, 0.3)));
    let (first, second, _) = middle_of("m50,50ae50,50,40,20,5898240,5898240e");
    assert!(near(first, (0.5, 0.5)) && near(second, (0.5, 0.3)));
    // Quarters by turns along x and along y.
    let quarters = steps(r#"path="m50,qx,50,50,100,100,50,50,xe""#, &[], "");
    assert_eq!(quarters.len(), 6);
    let Some(Curve(ax, ay, bx, by, x, y)) = quarters.get(2).copied() else { panic!("a curve") };
    assert!(near((ax, ay), (0.0, 0.776_14)) && near((bx, by), (0.223_86, 1.0)) && near((x, y), (0.5, 1.0)));
    let relative = steps(r#"path="m10,10t10,10r10,v10,,10,10,20,10qb90,90,100,xe""#, &[], "");
    let places: Vec<(f32, f32)> = relative.iter().map(end).take(5).collect();
    for (place, expected) in places.into_iter().zip([(0.1, 0.1), (0.2, 0.2), (0.3, 0.2), (0.5, 0.3), (1.0, 0.0)]) {
        assert!(near(place, expected), "{place:?} {expected:?}");
    }
}

#[test]
fn corners_keep_their_form_beyond_a_limit_of_stretching() {
    let kind = |size: &str| {
        let body = picture(&format!(
            r##"<v:shapetype id="t" coordsize="100,100" adj="20" path="m@0,l@1,,100@0,50,100xe"><v:formulas><v:f eqn="val #0"/><v:f eqn="sum width 0 #0"/></v:formulas><v:path limo="50,50" textboxrect="20,20,@1,80;0,0,9,9"/></v:shapetype><v:shape type="#t" style="{size}"><v:textbox><w:txbxContent><w:p/></w:txbxContent></v:textbox></v:shape>"##
        ));
        let shape = read(&body).pop().expect("a shape");
        let area = shape.text.as_ref().map(|text| text.area.shares(200.0, 100.0));
        (shape.geometry, area.expect("text"))
    };
    let (geometry, area) = kind("width:100pt;height:100pt");
    let square = [Move(0.2, 0.0), Line(0.8, 0.0), Line(1.0, 0.2), Line(0.5, 1.0), Close];
    assert_eq!((geometry, area), (Geometry::Path(square.to_vec()), [0.2, 0.2, 0.8, 0.8]));
    // Twice as wide: the corners are as wide as before.
    let (geometry, area) = kind("width:200pt;height:100pt");
    let wide = [Move(0.1, 0.0), Line(0.9, 0.0), Line(1.0, 0.2), Line(0.5, 1.0), Close];
    assert_eq!((geometry, area), (Geometry::Path(wide.to_vec()), [0.1, 0.2, 0.9, 0.8]));
}

#[test]
fn wild_paths_and_formulas_end_in_finite_numbers() {
    let endless = format!("m{}e", "1,1l2,2".repeat(40_000));
    let formulas: Vec<String> = (0..6000).map(|at| format!("prod @{} 1e300 0.000001", at - 1)).collect();
    let formulas: Vec<&str> = formulas.iter().map(String::as_str).collect();
    for path in [
        endless.as_str(),
        "m@5999@@##@-1l1e999,-99999999999999999999wr,,,,,,,,ae1,2,0,0,99999999999999,9e",
        "m@0@1l@2@3@4@5e",
        "lzé,,m;;l5,5",
    ] {
        let body = picture(&format!(
            r##"<v:shapetype id="t" coordsize="0,-5" coordorigin="x,y" adj="9e99,inf,nan,-5" path="{path}"><v:formulas>{}</v:formulas><v:path limo="0,9e99" textboxrect="@1,@2,@3"/></v:shapetype><v:shape type="#t" style="width:50pt;height:1e9pt"/>"##,
            formulas.iter().map(|formula| format!(r#"<v:f eqn="{formula}"/>"#)).collect::<Vec<_>>().concat()
        ));
        let paths = match read(&body).pop().map(|shape| shape.geometry) {
            Some(Geometry::Path(steps)) => vec![steps],
            Some(Geometry::Paths(paths)) => paths.into_iter().map(|path| path.steps).collect(),
            _ => Vec::new(),
        };
        for steps in paths {
            assert!(steps.len() <= 20_000);
            assert!(steps.iter().map(end).all(|(x, y)| !x.is_infinite() && !y.is_infinite()));
        }
    }
}

#[test]
fn many_shapes_and_types_take_their_number_and_not_its_square() {
    let pair = |at: usize| {
        picture(&format!(
            r##"<v:shapetype id="t{at}" path="m,l5,5,5,xe"/><v:shape type="#t{}" style="width:5pt;height:5pt"/>"##,
            at * 7919 % 20_000
        ))
    };
    let body: Vec<String> = (0..20_000).map(pair).collect();
    assert_eq!(read(&body.concat()).len(), 20_000);
    // A type that is long is not drawn any number of times.
    let long = format!(r#"<v:shapetype id="t" path="m,{}e"/>"#, "l1,1".repeat(5000));
    let shape = r##"<v:shape type="#t" style="width:5pt;height:5pt"/>"##;
    let found = read(&picture(&(long + &shape.repeat(2000))));
    let steps = found.iter().map(|shape| if let Geometry::Path(steps) = &shape.geometry { steps.len() } else { 0 }).sum::<usize>();
    assert!(found.len() == 2000 && steps < 4_000_000, "{steps}");
}

/// The paths of a shape with this one: how many steps each has, and whether it is filled and stroked.
fn pieces(path: &str) -> Vec<(usize, bool, bool)> {
    let body = picture(&format!(r#"<v:shape coordsize="100,100" path="{path}" style="width:50pt;height:50pt"/>"#));
    match read(&body).pop().map(|shape| shape.geometry) {
        Some(Geometry::Path(steps)) => vec![(steps.len(), true, true)],
        Some(Geometry::Paths(paths)) => {
            paths.into_iter().map(|path| (path.steps.len(), path.fill == PathFill::Normal, path.stroked)).collect()
        }
        other => panic!("no path: {other:?}"),
    }
}

#[test]
fn pieces_of_a_path_may_be_without_a_fill_or_a_line_19_1_2_14() {
    assert_eq!(pieces("m,l9,9,,9xe"), [(4, true, true)]);
    assert_eq!(pieces("m,l9,9nfem,l9,9,,9xnse"), [(2, false, true), (4, true, false)]);
    assert_eq!(pieces("ar,,9,9,9,4,,4nfear,,9,9,9,4,,4l,nsxe"), [(3, false, true), (5, true, false)]);
    assert_eq!(pieces("m,l9,9ns nf e m,l5,5e"), [(2, false, false), (2, true, true)]);
    // A piece that draws nothing is none.
    assert_eq!(pieces("m5,5nfem,l9,9e"), [(2, true, true)]);
    // Of hundreds those are one that are painted alike.
    assert_eq!(pieces(&"m,l9,9nfem,l9,9,,9xe".repeat(200)), [(400, false, true), (800, true, true)]);
}

#[test]
fn what_lies_within_another_sub_path_is_left_out_whichever_way_it_goes() {
    /// Twice the area of a polygon, clockwise counted positive.
    fn area(steps: &[GeometryStep]) -> f32 {
        let points: Vec<(f32, f32)> = steps.iter().map(end).filter(|(x, _)| !x.is_nan()).collect();
        points.iter().zip(points.iter().cycle().skip(1)).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum()
    }
    let (clockwise, against) = ("m20,20l80,20,80,80,20,80x", "m20,20l20,80,80,80,80,20x");
    let around = ["m,l100,,100,100,,100x", "m,l,100,100,100,100,x"];
    for outer in around {
        for inner in [clockwise, against] {
            for path in [format!("{outer}{inner}e"), format!("{inner}{outer}e")] {
                let found = steps(&format!(r#"path="{path}""#), &[], "");
                let (first, second) = found.split_at(found.len() / 2);
                assert!(area(first) * area(second) < 0.0, "{path}: {found:?}");
            }
        }
    }
    // Beside each other they go the same way, and in a hollow the first one's again.
    let beside = steps(r#"path="m,l10,,10,10xm20,l20,10,30,10xe""#, &[], "");
    assert!(area(&beside[..4]) > 0.0 && area(&beside[4..]) > 0.0);
    let thrice = steps(&format!(r#"path="{}{clockwise}m40,40l60,40,60,60xe""#, around[0]), &[], "");
    assert!(area(&thrice[..5]) > 0.0 && area(&thrice[5..10]) < 0.0 && area(&thrice[10..]) > 0.0);
    // Curves keep their form.
    let curved = steps(&format!(r#"path="{}m50,20c80,20,80,80,50,80l50,20xe""#, around[0]), &[], "");
    assert_eq!(curved[5..], [Move(0.5, 0.2), Line(0.5, 0.8), Curve(0.8, 0.8, 0.8, 0.2, 0.5, 0.2), Close]);
}

#[test]
fn cubes_cans_and_bevels_have_shaded_sides_of_the_size_their_adjustment_says() {
    let shape = |number: u16, adj: &str, size: &str| {
        let body = picture(&format!(
            r##"<v:shapetype id="t" o:spt="{number}" adj="5400" coordsize="21600,21600" path="m,l9,9,,9xe"/><v:shape type="#t" {adj} style="{size}"/>"##
        ));
        let Some(Geometry::Paths(paths)) = read(&body).pop().map(|shape| shape.geometry) else { panic!("{number}: paths") };
        paths
    };
    for number in [16, 22, 84] {
        let paths = shape(number, "", "width:100pt;height:50pt");
        assert!(paths.iter().any(|path| !matches!(path.fill, PathFill::None | PathFill::Normal)), "{number}");
    }
    // The front of a cube begins a quarter of the shorter side down, or as far as the shape says.
    for (adj, top) in [("", 0.25), (r#"adj="10800""#, 0.5)] {
        let paths = shape(16, adj, "width:100pt;height:50pt");
        assert!(paths.iter().flat_map(|path| &path.steps).any(|step| (end(step).1 - top).abs() < 1e-3), "{adj}");
    }
    // A can's lid is a part of its height.
    for size in ["width:20pt;height:100pt", "width:100pt;height:100pt"] {
        let paths = shape(22, r#"adj="4320""#, size);
        assert!(paths.iter().flat_map(|path| &path.steps).any(|step| (end(step).1 - 0.1).abs() < 1e-3), "{size}");
    }
}

#[test]
fn pictures_are_made_anew_in_the_colors_they_ask_for_19_1_2_11() {
    let colors = |attributes: &str| {
        let mut bytes = Vec::new();
        let mut picture = image::RgbImage::new(2, 1);
        picture.put_pixel(0, 0, image::Rgb([255, 0, 0]));
        picture.put_pixel(1, 0, image::Rgb([250, 250, 250]));
        picture.write_to(&mut std::io::Cursor::new(&mut bytes), image::ImageFormat::Png).unwrap();
        let body = picture_of(attributes);
        let paragraph = Maker::body(&body).bytes("word/media/i.png", &bytes).related("i", "image", "media/i.png").paragraph();
        let found = paragraph.content.into_iter().find_map(|inline| match inline {
            Inline::Drawing(drawing) => match drawing.content {
                DrawingContent::Picture(Picture { data: PictureData::Bitmap(image), .. }) => Some(image),
                _ => None,
            },
            _ => None,
        });
        let pixels = image::load_from_memory(&found.expect("a picture").bytes).expect("it can be decoded").into_rgba8();
        [pixels.get_pixel(0, 0).0, pixels.get_pixel(1, 0).0]
    };
    assert_eq!(colors(""), [[255, 0, 0, 255], [250, 250, 250, 255]]);
    assert_eq!(colors(r#"grayscale="t""#), [[76, 76, 76, 255], [250, 250, 250, 255]]);
    assert_eq!(colors(r#"grayscale="t" bilevel="t""#), [[0, 0, 0, 255], [255, 255, 255, 255]]);
    assert_eq!(colors(r#"chromakey="red""#), [[255, 0, 0, 0], [250, 250, 250, 255]]);
    let [dark, light] = colors(r##"recolortarget="#0000ff [4]""##);
    assert_eq!((dark, light), ([76, 76, 255, 255], [250, 250, 255, 255]));
}

fn picture_of(attributes: &str) -> String {
    picture(&format!(r#"<v:shape style="width:10pt;height:10pt"><v:imagedata r:id="i" {attributes}/></v:shape>"#))
}

#[test]
fn a_line_is_as_opaque_as_its_stroke_says() {
    for (opacity, left) in [("1", 1.0), (".5", 0.5), ("0", 0.0), ("2", 1.0)] {
        let rect = format!(r#"<v:rect style="width:9pt;height:9pt" strokecolor="red"><v:stroke opacity="{opacity}"/></v:rect>"#);
        let shape = read(&picture(&rect)).pop().expect("a shape");
        assert_eq!(shape.outline.map(|line| (line.color, line.opacity)), Some((Rgb(255, 0, 0), left)));
    }
}

#[test]
fn dashes_of_lines_have_their_lengths() {
    let dashes = |stroke: &str| {
        let rect = format!(r#"<v:rect style="width:9pt;height:9pt"><v:stroke {stroke}/></v:rect>"#);
        let shape = read(&picture(&rect)).pop().expect("a shape");
        shape.outline.map(|line| line.dashes.lengths().to_vec()).expect("a line")
    };
    assert_eq!(dashes(r#"dashstyle="longdashdotdot""#), [8.0, 3.0, 1.0, 3.0, 1.0, 3.0]);
    assert_eq!(dashes(r#"dashstyle="longDashDot""#), [8.0, 3.0, 1.0, 3.0]);
    assert_eq!(dashes(r#"dashstyle="shortdash""#), [3.0, 1.0]);
    assert_eq!(dashes(r#"dashstyle="dot""#), [1.0, 3.0]);
    assert_eq!(dashes(r#"dashstyle="5 2 1 2""#), [5.0, 2.0, 1.0, 2.0]);
    assert_eq!(dashes(r#"dashstyle="1 2" endcap="round""#), [0.0, 3.0]);
    assert_eq!(dashes(r#"dashstyle="solid""#), [0.0; 0]);
    assert_eq!(dashes(r#"dashstyle="-4 inf""#), [0.0; 0]);
    assert!(dashes(&format!(r#"dashstyle="{}""#, "3 ".repeat(99))).len() <= 16);
}

#[test]
fn an_arc_goes_clockwise_from_its_first_angle_from_the_top_19_1_2_1() {
    let ends = |angles: &str| {
        let shape = read(&picture(&format!(r#"<v:arc style="width:9pt;height:9pt" {angles}/>"#))).pop().expect("a shape");
        let Geometry::Path(steps) = shape.geometry else { panic!("a path") };
        [steps.first().map(end), steps.last().map(end)].map(|place| place.map(|(x, y)| ((x * 100.0).round(), (y * 100.0).round())))
    };
    assert_eq!(ends(""), [Some((50.0, 0.0)), Some((100.0, 50.0))]);
    assert_eq!(ends(r#"startangle="-90" endangle="180""#), [Some((0.0, 50.0)), Some((50.0, 100.0))]);
}
