//! Text pushed by what floats, and lines raised by what is raised: places that LibreOffice 7.4 and Spire agree on (`docs/engine-rules.md`).
//!
//! Pages are 300 pt wide and high with margins of 50 pt; a line of text is 13.8 pt high, its baseline at 11.2.

use crate::breadth::Sheet;
use crate::measured::{borders, p, row, table};

/// A box of 100 by 40 pt with its outline in points, its text at its corner.
fn boxed(base: &str, wrap: &str, (above, below): (f32, f32), outline: f32) -> String {
    let emu = |points: f32| (points * 12_700.0) as i64;
    let line = if outline > 0.0 {
        format!(r#"<a:ln w="{}"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln>"#, emu(outline))
    } else {
        String::new()
    };
    format!(
        r#"<w:r><w:drawing><wp:anchor distT="{}" distB="0" distL="0" distR="0" simplePos="0" relativeHeight="2" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"><wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset></wp:positionH><wp:positionV relativeFrom="{base}"><wp:posOffset>{}</wp:posOffset></wp:positionV><wp:extent cx="1270000" cy="508000"/>{wrap}<wp:docPr id="1" name="b"/><a:graphic><a:graphicData uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr><a:prstGeom prst="rect"/>{line}</wps:spPr><wps:txbx><w:txbxContent><w:p><w:r><w:t>BOX</w:t></w:r></w:p></w:txbxContent></wps:txbx><wps:bodyPr lIns="0" tIns="0" rIns="0" bIns="0"><a:noAutofit/></wps:bodyPr></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r>"#,
        emu(above),
        emu(below)
    )
}

fn anchored(properties: &str, drawing: &str) -> String {
    format!("<w:p><w:pPr>{properties}</w:pPr>{drawing}<w:r><w:t>anchor</w:t></w:r></w:p>")
}

const AROUND: &str = "<wp:wrapTopAndBottom/>";

#[test]
fn a_float_that_pushes_the_text_above_it_stays_where_it_was() {
    for base in ["line", "paragraph"] {
        for wrap in [AROUND, r#"<wp:wrapSquare wrapText="left"/>"#] {
            // The space kept above the box reaches into the second line, which goes below the box; the box does not follow.
            let body = format!("{}{}{}", p("", "one"), p("", "two"), anchored("", &boxed(base, wrap, (3.6, 0.0), 0.0)));
            Sheet::body(body).stands(&[
                (0, "one", 50.0, 61.2),
                (0, "BOX", 50.0, 88.8),
                (0, "two", 50.0, 128.8),
                (0, "anchor", 50.0, 142.6),
            ]);
        }
    }
    let inner = format!("{}{}{}", p("", "one"), p("", "two"), anchored("", &boxed("paragraph", AROUND, (3.6, 0.0), 0.0)));
    let cell = table(&borders(8), &[3900], &row("", &[("", inner)]));
    Sheet::body(format!("{cell}{}", p("", "x"))).stands(&[(0, "BOX", 55.9, 89.8), (0, "two", 55.9, 129.8), (0, "anchor", 55.9, 143.6)]);
}

#[test]
fn the_room_of_a_shape_holds_half_its_outline() {
    for (outline, half) in [(0.75, 0.375), (3.0, 1.5)] {
        let body = format!("{}{}{}", p("", "one"), p("", "two"), anchored("", &boxed("paragraph", AROUND, (0.0, 0.0), outline)));
        Sheet::body(body).stands(&[(0, "one", 50.0, 61.2), (0, "two", 50.0, 128.8 + half), (0, "anchor", 50.0, 142.6 + half)]);
    }
    let plain = format!("{}{}{}", p("", "one"), p("", "two"), anchored("", &boxed("paragraph", AROUND, (0.0, 0.0), 0.0)));
    Sheet::body(plain).stands(&[(0, "two", 50.0, 75.0), (0, "anchor", 50.0, 128.8)]);
}

#[test]
fn a_first_line_below_a_float_keeps_the_paragraph_s_own_space_above() {
    let drawing = boxed("paragraph", AROUND, (0.0, 0.0), 0.0);
    for (before, own) in [(300, 15.0), (160, 8.0)] {
        let spacing = format!(r#"<w:spacing w:before="{before}"/>"#);
        Sheet::body(format!("{}{}", p("", "one"), anchored(&spacing, &drawing))).stands(&[(0, "anchor", 50.0, 63.8 + 40.0 + own + 11.2)]);
    }
    // The space after the paragraph above is not kept again (LibreOffice alone does), nor what proportional spacing adds.
    let after = r#"<w:spacing w:after="200"/>"#;
    Sheet::body(format!("{}{}", p(after, "one"), anchored(after, &drawing))).stands(&[(0, "BOX", 50.0, 85.0), (0, "anchor", 50.0, 125.0)]);
    let double = r#"<w:spacing w:line="480" w:lineRule="auto"/>"#;
    Sheet::body(format!("{}{}", p(double, "one"), anchored(double, &drawing)))
        .stands(&[(0, "BOX", 50.0, 88.8), (0, "anchor", 50.0, 128.8)]);
}

#[test]
fn a_frame_counts_from_below_the_space_after_the_paragraph_above() {
    let frame = r#"<w:framePr w:w="3000" w:hSpace="0" w:wrap="around" w:vAnchor="text" w:hAnchor="text" w:xAlign="left" w:y="100"/>"#;
    for (after, space) in [(200, 10.0), (0, 0.0)] {
        let spacing = format!(r#"<w:spacing w:after="{after}"/>"#);
        let body = format!("{}{}{}", p(&spacing, "one"), p(frame, "framed"), p("", "text"));
        Sheet::body(body).stands(&[(0, "framed", 50.0, 63.8 + space + 5.0 + 11.2)]);
    }
}

#[test]
fn a_frame_in_a_cell_stands_in_the_text_at_its_end_and_before_others() {
    let frame = r#"<w:framePr w:w="2400" w:hSpace="141" w:wrap="around" w:vAnchor="text" w:hAnchor="text" w:xAlign="left" w:y="200"/>"#;
    for before in ["one", "other"] {
        let cell = table(&borders(8), &[3900], &row("", &[("", format!("{}{}", p("", before), p(frame, "framed")))]));
        Sheet::body(format!("{cell}{}", p("", "below"))).stands(&[(0, "framed", 55.9, 76.0), (0, "below", 50.0, 90.8)]);
        let cell = table(&borders(8), &[3900], &row("", &[("", format!("{}{}{}", p("", before), p(frame, "framed"), p("", "text")))]));
        Sheet::body(format!("{cell}{}", p("", "below"))).stands(&[(0, "framed", 55.9, 76.0), (0, "text", 55.9, 89.8)]);
    }
}

#[test]
fn raised_text_takes_its_descent_along_and_lowered_text_its_ascent() {
    let raised = |half_points: i32| {
        format!(r#"<w:p><w:r><w:rPr><w:position w:val="{half_points}"/></w:rPr><w:t>up</w:t></w:r></w:p>{}"#, p("", "next"))
    };
    // 13.8 high, 2.6 of it below the baseline.
    for (half_points, height) in [(4, 13.8), (12, 17.2), (24, 23.2), (-8, 13.8), (-16, 13.8)] {
        Sheet::body(raised(half_points)).stands(&[(0, "up", 50.0, 61.2), (0, "next", 50.0, 50.0 + height + 11.2)]);
        let boxed = table(&borders(8), &[3000], &row("", &[("", raised(half_points))]));
        Sheet::body(format!("{boxed}{}", p("", "x"))).stands(&[(0, "next", 55.9, 51.0 + height + 11.2)]);
    }
}

#[test]
fn what_text_goes_around_tightly_is_met_by_the_text_and_not_by_the_space_above_it_in_its_line() {
    let tall = r#"<w:spacing w:line="500" w:lineRule="atLeast"/>"#;
    // From 44 to 84 pt; the second line begins at 75, its text at 86.2.
    for (wrap, second) in [("wrapTight", 50.0), ("wrapSquare", 150.0)] {
        let wrap = format!(r#"<wp:{wrap} wrapText="bothSides"/>"#);
        let float = boxed("paragraph", &wrap, (0.0, -6.0), 0.0);
        let body = format!("{}{}{}", anchored(tall, &float), p(tall, "two"), p(tall, "three"));
        Sheet::body(body).stands(&[(0, "anchor", 150.0, 72.4), (0, "two", second, 97.4), (0, "three", 50.0, 122.4)]);
    }
}
