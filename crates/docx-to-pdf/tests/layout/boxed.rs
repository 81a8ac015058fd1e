//! Boxes that paragraphs share: borders and shading of neighbours.
//!
//! Places that LibreOffice 7.4 and Spire agree on (`docs/engine-rules.md`).
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use docx_to_pdf::graphics::Rgb;
use docx_to_pdf::layout::frame::{PathStep, Shape};

use crate::breadth::Sheet;
use crate::measured::{lines, p, row, table};
use crate::support::filled;

const SHADE: &str = r#"<w:shd w:val="clear" w:fill="DDEEFF"/>"#;
const OTHER: &str = r#"<w:shd w:val="clear" w:fill="FFDDEE"/>"#;
const UPPER: &str = r#"<w:spacing w:before="0" w:after="200"/>"#;
const LOWER: &str = r#"<w:spacing w:before="100" w:after="0"/>"#;

/// Borders of some sides, each `eighths` of a point wide and `space` points away.
fn sides(names: &[&str], eighths: u32, space: u32) -> String {
    let side = |name: &&str| format!(r#"<w:{name} w:val="single" w:sz="{eighths}" w:space="{space}" w:color="000000"/>"#);
    format!("<w:pBdr>{}</w:pBdr>", names.iter().map(side).collect::<Vec<_>>().concat())
}

/// Stretches of a page from top to bottom, those that touch as one.
fn stretches(mut parts: Vec<(f32, f32)>) -> Vec<(f32, f32)> {
    parts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut found: Vec<(f32, f32)> = Vec::new();
    for (top, bottom) in parts {
        match found.last_mut() {
            Some(last) if top <= last.1 + 0.01 => last.1 = last.1.max(bottom),
            _ => found.push((top, bottom)),
        }
    }
    found.into_iter().map(|(top, bottom)| ((top * 10.0).round() / 10.0, (bottom * 10.0).round() / 10.0)).collect()
}

/// What is shaded on a page.
fn shaded(sheet: &Sheet, page: usize, color: Rgb) -> Vec<(f32, f32)> {
    stretches(filled(&sheet.laid().0.pages[page], color).iter().map(|[_, top, _, bottom]| (*top, *bottom)).collect())
}

/// The lines of a page: upright ones by their stretches, level ones by their heights.
fn ruled(sheet: &Sheet) -> (Vec<(f32, f32)>, Vec<f32>) {
    let (mut upright, mut level) = (Vec::new(), Vec::new());
    for item in &sheet.laid().0.pages[0].items {
        let Shape::Path(path) = &item.shape else { continue };
        if let ([PathStep::Move(from, top), PathStep::Line(to, bottom)], Some(_)) = (&path.steps[..], &path.stroke) {
            if (from.0 - to.0).abs() < 0.01 { upright.push((top.0, bottom.0)) } else { level.push((top.0 * 10.0).round() / 10.0) }
        }
    }
    level.sort_by(f32::total_cmp);
    (stretches(upright), level)
}

const LIGHT: Rgb = Rgb(0xDD, 0xEE, 0xFF);

#[test]
fn shading_goes_on_between_paragraphs_that_are_shaded_alike() {
    let pair = format!("{}{}", p(&format!("{SHADE}{UPPER}"), "one"), p(&format!("{SHADE}{LOWER}"), "two"));
    assert_eq!(shaded(&Sheet::body(pair.clone()), 0, LIGHT), [(50.0, 87.6)]);
    // In a cell, a header and a note.
    let cell = table("", &[3000], &row("", &[("", pair.clone())]));
    assert_eq!(shaded(&Sheet::body(format!("{cell}{}", p("", "end"))), 0, LIGHT), [(50.0, 87.6)]);
    let header = Sheet { header: pair.clone(), section: r#"<w:headerReference r:id="header"/>"#.to_owned(), ..Sheet::body(p("", "x")) };
    assert_eq!(shaded(&header, 0, LIGHT), [(20.0, 57.6)]);
    let noted = r#"<w:p><w:r><w:t>x</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r></w:p>"#;
    let note = Sheet { footnotes: format!(r#"<w:footnote w:id="1">{pair}</w:footnote>"#), ..Sheet::body(noted) };
    assert_eq!(shaded(&note, 0, LIGHT), [(212.4, 250.0)]);
    // An empty paragraph between; a first line that is indented or hangs over to the same edge.
    let empty = format!("<w:p><w:pPr>{SHADE}{UPPER}</w:pPr></w:p>");
    let three = format!("{}{empty}{}", p(&format!("{SHADE}{UPPER}"), "one"), p(SHADE, "two"));
    assert_eq!(shaded(&Sheet::body(three), 0, LIGHT), [(50.0, 111.4)]);
    for indent in [r#"<w:ind w:firstLine="300"/>"#, r#"<w:ind w:left="300" w:hanging="300"/>"#] {
        let body = format!("{}{}", p(&format!("{SHADE}{UPPER}"), "one"), p(&format!("{SHADE}{indent}"), "two"));
        assert_eq!(shaded(&Sheet::body(body), 0, LIGHT), [(50.0, 87.6)], "{indent}");
    }
}

#[test]
fn the_space_between_two_shades_is_the_upper_ones() {
    let body = format!("{}{}", p(&format!("{OTHER}{UPPER}"), "one"), p(&format!("{SHADE}{LOWER}"), "two"));
    assert_eq!(shaded(&Sheet::body(body.clone()), 0, LIGHT), [(73.8, 87.6)]);
    assert_eq!(shaded(&Sheet::body(body), 0, Rgb(0xFF, 0xDD, 0xEE)), [(50.0, 73.8)]);
}

#[test]
fn boxes_with_other_edges_are_boxes_of_their_own() {
    let second = [r#"<w:ind w:left="300"/>"#, r#"<w:ind w:right="300"/>"#, r#"<w:ind w:left="100" w:hanging="200"/>"#];
    for indent in second {
        let body = format!("{}{}", p(&format!("{SHADE}{UPPER}"), "one"), p(&format!("{SHADE}{indent}"), "two"));
        assert_eq!(shaded(&Sheet::body(body), 0, LIGHT), [(50.0, 63.8), (73.8, 87.6)], "{indent}");
    }
    for (above, below) in [(SHADE, ""), ("", SHADE)] {
        let body = format!("{}{}", p(&format!("{above}{UPPER}"), "one"), p(below, "two"));
        let [(top, bottom)] = shaded(&Sheet::body(body), 0, LIGHT)[..] else { panic!("one of them is shaded") };
        assert!((bottom - top - 13.8).abs() < 0.05, "{top} to {bottom}");
    }
    // With hanging first lines whose boxes begin elsewhere, borders are not shared either.
    let box_of = sides(&["top", "left", "bottom", "right"], 8, 1);
    let (flush, hanging) = (r#"<w:ind w:left="300"/>"#, r#"<w:ind w:left="300" w:hanging="300"/>"#);
    let body = format!("{}{}", p(&format!("{box_of}{flush}"), "one"), p(&format!("{box_of}{hanging}"), "two"));
    Sheet::body(body).stands(&[(0, "one", 65.0, 63.2), (0, "two", 50.0, 81.0)]);
}

#[test]
fn a_box_around_paragraphs_is_closed_at_its_sides() {
    for names in [&["top", "left", "bottom", "right"][..], &["left"], &["left", "right"]] {
        let look = sides(names, 8, 1);
        let pair = format!("{}{}", p(&format!("{look}{UPPER}"), "one"), p(&format!("{look}{LOWER}"), "two"));
        let room = if names.contains(&"top") { 2.0 } else { 0.0 };
        for (body, x) in [(pair.clone(), "body"), (table("", &[3000], &row("", &[("", pair.clone())])), "cell")] {
            let (upright, _) = ruled(&Sheet::body(format!("{body}{}", p("", "end"))));
            assert_eq!(upright, [(50.0, 87.6 + 2.0 * room)], "{x} {names:?}");
        }
    }
}

#[test]
fn a_line_between_paragraphs_has_its_space_on_both_sides() {
    for (eighths, space) in [(4, 1), (24, 4), (8, 10)] {
        for names in [&["top", "bottom", "between"][..], &["between"]] {
            let look = sides(names, eighths, space);
            let upper = format!("{look}{SHADE}{UPPER}");
            let body = format!("{}{}{}", p(&upper, "one"), p(&upper, "two"), p("", "end"));
            let (width, space) = (eighths as f32 / 8.0, space as f32);
            let above = if names.len() > 1 { width + space } else { 0.0 };
            let second = 50.0 + above + 13.8 + 10.0 + 2.0 * space + width;
            let sheet = Sheet::body(body);
            sheet.stands(&[
                (0, "one", 50.0, 61.2 + above),
                (0, "two", 50.0, second + 11.2),
                (0, "end", 50.0, second + 13.8 + above + 10.0 + 11.2),
            ]);
            let line = ((second - space - width / 2.0) * 10.0).round() / 10.0;
            assert!(ruled(&sheet).1.contains(&line), "a line at {line}: {:?}", ruled(&sheet).1);
            assert_eq!(shaded(&sheet, 0, LIGHT).len(), 1);
        }
    }
}

#[test]
fn no_box_goes_on_above_the_top_of_a_page() {
    // The second paragraph, with space above, begins the next page.
    let upper = format!("{SHADE}{UPPER}");
    let body = |count: usize, lower: &str| format!("{}{}{}", lines(count), p(&upper, "one"), p(&format!("{SHADE}{lower}"), "two"));
    let kept = r#"<w:spacing w:before="400" w:after="0"/>"#;
    let sheet = Sheet { mode: 14, ..Sheet::body(body(13, &format!("<w:pageBreakBefore/>{kept}"))) };
    assert_eq!(shaded(&sheet, 0, LIGHT), [(229.4, 243.2)]);
    assert_eq!(shaded(&sheet, 1, LIGHT), [(70.0, 83.8)]);
    assert_eq!(shaded(&Sheet::body(body(13, kept)), 1, LIGHT), [(50.0, 63.8)]);
    // So does the part of a row that goes on there.
    let cell = table("", &[3000], &row("", &[("", body(12, kept))]));
    let sheet = Sheet::body(format!("{cell}{}", p("", "end")));
    assert_eq!(shaded(&sheet, 0, LIGHT), [(215.6, 229.4)]);
    assert_eq!(shaded(&sheet, 1, LIGHT), [(70.0, 83.8)]);
}

#[test]
fn lines_of_a_box_lie_within_it_and_meet_at_its_corners() {
    for (eighths, space) in [(4, 1), (24, 4), (48, 0)] {
        let look = sides(&["top", "left", "bottom", "right"], eighths, space);
        let body = format!("{}{}", p(&format!("{look}{SHADE}"), "one"), p("", "end"));
        let (width, space) = (eighths as f32 / 8.0, space as f32);
        let round = |value: f32| (value * 10.0).round() / 10.0;
        let mut found: Vec<[f32; 4]> = Vec::new();
        let sheet = Sheet::body(body);
        for item in &sheet.laid().0.pages[0].items {
            let Shape::Path(path) = &item.shape else { continue };
            if let ([PathStep::Move(a, b), PathStep::Line(c, d)], Some(_)) = (&path.steps[..], &path.stroke) {
                found.push([a.0, b.0, c.0, d.0].map(round));
            }
        }
        // The text's column is 50 to 250, its line 13.8 high; the box stands around it.
        let (left, right) = (50.0 - space - width, 250.0 + space + width);
        let (top, bottom) = (50.0, 50.0 + 2.0 * (space + width) + 13.8);
        let half = width / 2.0;
        for line in [
            [left, top + half, right, top + half],
            [left, bottom - half, right, bottom - half],
            [left + half, top, left + half, bottom],
            [right - half, top, right - half, bottom],
        ] {
            let near = |other: &[f32; 4]| other.iter().zip(line).all(|(a, b)| (a - b).abs() < 0.15);
            assert!(found.iter().any(near), "{line:?}: {found:?}");
        }
        let [[a, b, c, d]] = filled(&sheet.laid().0.pages[0], LIGHT)[..] else { panic!("one line is shaded") };
        assert!([(a, left), (b, top), (c, right), (d, bottom)].iter().all(|(is, should)| (is - should).abs() < 0.15), "{a} {b} {c} {d}");
    }
}

#[test]
fn lines_of_boxes_meet_line_by_line_at_the_corners_of_pages_paragraphs_and_characters() {
    let side = |name: &str, style: &str, space: u32| format!(r#"<w:{name} w:val="{style}" w:sz="16" w:space="{space}" w:color="000000"/>"#);
    let stroked = |sheet: &Sheet| {
        let mut found: Vec<[f32; 4]> = Vec::new();
        for item in &sheet.laid().0.pages[0].items {
            let Shape::Path(path) = &item.shape else { continue };
            if let ([PathStep::Move(a, b), PathStep::Line(c, d)], Some(_)) = (&path.steps[..], &path.stroke) {
                found.push([a.0, b.0, c.0, d.0]);
            }
        }
        found
    };
    // Lines of 2 pt with a gap of 2 pt: two rectangles, one within the other.
    let rings = |[left, top, right, bottom]: [f32; 4]| {
        [0.0, 4.0].map(|in_by| {
            let (l, t, r, b) = (left + in_by, top + in_by, right - in_by, bottom - in_by);
            [[l, t + 1.0, r, t + 1.0], [l, b - 1.0, r, b - 1.0], [l + 1.0, t, l + 1.0, b], [r - 1.0, t, r - 1.0, b]]
        })
    };
    let check = |sheet: &Sheet, outer: [f32; 4]| {
        let found = stroked(sheet);
        for line in rings(outer).concat() {
            let near = |other: &[f32; 4]| other.iter().zip(line).all(|(a, b)| (a - b).abs() < 0.1);
            assert!(found.iter().any(near), "{line:?}: {found:?}");
        }
    };
    let four = |style: &str, space: u32| ["top", "left", "bottom", "right"].map(|name| side(name, style, space)).concat();
    let paragraph = format!("<w:pBdr>{}</w:pBdr>", four("double", 1));
    check(&Sheet::body(p(&paragraph, "text")), [43.0, 50.0, 257.0, 50.0 + 2.0 * 7.0 + 13.8]);
    let around = |from: &str, space: u32| Sheet {
        section: format!(r#"<w:pgBorders w:offsetFrom="{from}">{}</w:pgBorders>"#, four("double", space)),
        ..Sheet::body(p("", "text"))
    };
    check(&around("page", 24), [24.0, 24.0, 276.0, 276.0]);
    check(&around("text", 4), [40.0, 40.0, 260.0, 260.0]);
    let run = format!("<w:p><w:r><w:rPr>{}</w:rPr><w:t>text</w:t></w:r></w:p>", side("bdr", "double", 0));
    let found = stroked(&Sheet::body(run));
    let outer = found.iter().fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[a, b, c, d], line| {
        [a.min(line[0]), b.min(line[1]), c.max(line[2]), d.max(line[3])]
    });
    // The ends of the outer lines are the box's corners.
    assert_eq!(found.len(), 8, "{found:?}");
    assert!(found.iter().any(|line| (line[0] - outer[0]).abs() < 0.1 && (line[2] - outer[2]).abs() < 0.1), "{found:?}");
    // Other styles at other sides: a thick and a thin line at the top, one line at the left.
    let mixed = format!("<w:pBdr>{}{}</w:pBdr>", side("top", "thinThickSmallGap", 0), side("left", "single", 0));
    let found = stroked(&Sheet::body(p(&mixed, "text")));
    let at = |x: f32, y: f32| found.iter().any(|line| (line[0] - x).abs() < 0.1 && (line[1] - y).abs() < 0.1);
    assert!(at(48.0, 51.0) && at(48.0, 53.125) && at(49.0, 50.0), "{found:?}");
}
