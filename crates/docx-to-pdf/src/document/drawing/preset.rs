//! Preset shapes worked out as outlines (ECMA-376 part 1, 20.1.10.56; the formulas of presetShapeDefinitions).

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use super::outline::OutlineBuilder;
use crate::document::model::Geometry;

/// A preset's adjustments by name, in 100,000ths.
pub(in crate::document) type Adjustments = Vec<(String, f32)>;

/// A shape of this name and size; `None` when we do not know the name.
pub(in crate::document) fn preset(name: &str, w: f32, h: f32, adjustments: &Adjustments) -> Option<Geometry> {
    let adjust = |name: &str, default: f32| {
        let found = adjustments.iter().find(|(key, _)| key == name).map_or(default, |(_, value)| *value);
        found.clamp(-500_000.0, 500_000.0) / 100_000.0
    };
    let first =
        |default: f32| if adjustments.iter().any(|(key, _)| key == "adj") { adjust("adj", default) } else { adjust("adj1", default) };
    let short = w.min(h);
    let mut path = OutlineBuilder::new(w, h);
    match name {
        "rect"
        | "flowChartProcess"
        | "textNoShape"
        | "actionButtonBlank"
        | "flowChartPredefinedProcess"
        | "flowChartInternalStorage"
        | "bevel" => return Some(Geometry::Rectangle),
        "roundRect" => return Some(Geometry::RoundRectangle(first(16_667.0).clamp(0.0, 0.5))),
        "flowChartAlternateProcess" => return Some(Geometry::RoundRectangle(0.16667)),
        "flowChartTerminator" => return Some(Geometry::RoundRectangle(0.5)),
        "ellipse" | "flowChartConnector" => return Some(Geometry::Ellipse),
        "line" | "straightConnector1" => return Some(Geometry::Line),
        "lineInv" => {
            path.move_to(0.0, h);
            path.line_to(w, 0.0);
        }
        "triangle" | "flowChartExtract" => path.polygon(&[(0.0, h), (w * first(50_000.0), 0.0), (w, h)]),
        "flowChartMerge" => path.polygon(&[(0.0, 0.0), (w, 0.0), (w / 2.0, h)]),
        "rtTriangle" => path.polygon(&[(0.0, h), (0.0, 0.0), (w, h)]),
        "diamond" | "flowChartDecision" => path.polygon(&[(0.0, h / 2.0), (w / 2.0, 0.0), (w, h / 2.0), (w / 2.0, h)]),
        "parallelogram" => {
            let lean = (short * first(25_000.0)).min(w);
            path.polygon(&[(0.0, h), (lean, 0.0), (w, 0.0), (w - lean, h)]);
        }
        "flowChartInputOutput" => path.polygon(&[(0.0, h), (w * 0.2, 0.0), (w, 0.0), (w * 0.8, h)]),
        "trapezoid" => {
            let lean = (short * first(25_000.0)).min(w / 2.0);
            path.polygon(&[(0.0, h), (lean, 0.0), (w - lean, 0.0), (w, h)]);
        }
        "flowChartManualOperation" => path.polygon(&[(0.0, 0.0), (w, 0.0), (w * 0.8, h), (w * 0.2, h)]),
        "hexagon" | "flowChartPreparation" => {
            let corner = if name == "hexagon" { (short * first(25_000.0)).min(w / 2.0) } else { w * 0.2 };
            let m = h / 2.0;
            path.polygon(&[(0.0, m), (corner, 0.0), (w - corner, 0.0), (w, m), (w - corner, h), (corner, h)]);
        }
        "octagon" => {
            let c = short * first(29_289.0);
            path.polygon(&[(0.0, c), (c, 0.0), (w - c, 0.0), (w, c), (w, h - c), (w - c, h), (c, h), (0.0, h - c)]);
        }
        "pentagon" => regular(&mut path, w, h, 5, 1.0),
        "heptagon" => regular(&mut path, w, h, 7, 1.0),
        "decagon" => regular(&mut path, w, h, 10, 1.0),
        "dodecagon" => regular(&mut path, w, h, 12, 1.0),
        "star4" => regular(&mut path, w, h, 4, adjust("adj", 12_500.0) * 2.0),
        "star5" => regular(&mut path, w, h, 5, adjust("adj", 19_098.0) * 2.0),
        "star6" => regular(&mut path, w, h, 6, adjust("adj", 28_868.0) * 2.0),
        "star8" => regular(&mut path, w, h, 8, adjust("adj", 37_500.0) * 2.0),
        "star10" => regular(&mut path, w, h, 10, adjust("adj", 42_533.0) * 2.0),
        "star12" => regular(&mut path, w, h, 12, adjust("adj", 37_500.0) * 2.0),
        "star16" | "star24" | "star32" | "irregularSeal1" | "irregularSeal2" => regular(&mut path, w, h, 16, 0.75),
        "homePlate" => {
            let x = w - (short * first(50_000.0)).min(w);
            path.polygon(&[(0.0, 0.0), (x, 0.0), (w, h / 2.0), (x, h), (0.0, h)]);
        }
        "chevron" => {
            let d = (short * first(50_000.0)).min(w);
            path.polygon(&[(0.0, 0.0), (w - d, 0.0), (w, h / 2.0), (w - d, h), (0.0, h), (d, h / 2.0)]);
        }
        "rightArrow" | "notchedRightArrow" | "stripedRightArrow" | "leftArrow" | "upArrow" | "downArrow" | "leftRightArrow"
        | "upDownArrow" => arrow(&mut path, name, w, h, adjust("adj1", 50_000.0), adjust("adj2", 50_000.0)),
        "plus" | "mathPlus" => {
            let c = short * if name == "plus" { first(25_000.0) } else { 0.38 };
            path.polygon(&[
                (0.0, c),
                (c, c),
                (c, 0.0),
                (w - c, 0.0),
                (w - c, c),
                (w, c),
                (w, h - c),
                (w - c, h - c),
                (w - c, h),
                (c, h),
                (c, h - c),
                (0.0, h - c),
            ]);
        }
        "snip1Rect" | "flowChartPunchedCard" | "foldedCorner" => {
            let c = short * first(16_667.0);
            match name {
                "snip1Rect" => path.polygon(&[(0.0, 0.0), (w - c, 0.0), (w, c), (w, h), (0.0, h)]),
                "foldedCorner" => path.polygon(&[(0.0, 0.0), (w, 0.0), (w, h - c), (w - c, h), (0.0, h)]),
                _ => path.polygon(&[(c, 0.0), (w, 0.0), (w, h), (0.0, h), (0.0, c)]),
            }
        }
        "snip2SameRect" | "snip2DiagRect" => {
            let c = short * adjust(if name == "snip2SameRect" { "adj1" } else { "adj2" }, 16_667.0);
            if name == "snip2SameRect" {
                path.polygon(&[(c, 0.0), (w - c, 0.0), (w, c), (w, h), (0.0, h), (0.0, c)]);
            } else {
                path.polygon(&[(0.0, 0.0), (w - c, 0.0), (w, c), (w, h), (c, h), (0.0, h - c)]);
            }
        }
        "round1Rect" => rounded(&mut path, w, h, [0.0, short * first(16_667.0), 0.0, 0.0]),
        "round2SameRect" => {
            let (top, bottom) = (short * adjust("adj1", 16_667.0), short * adjust("adj2", 0.0));
            rounded(&mut path, w, h, [top, top, bottom, bottom]);
        }
        "round2DiagRect" => {
            let (one, other) = (short * adjust("adj1", 16_667.0), short * adjust("adj2", 0.0));
            rounded(&mut path, w, h, [one, other, one, other]);
        }
        "flowChartDelay" => rounded(&mut path, w, h, [0.0, h.min(w) / 2.0, h.min(w) / 2.0, 0.0]),
        "teardrop" => rounded(&mut path, w, h, [short / 2.0, 0.0, short / 2.0, short / 2.0]),
        "leftBracket" | "rightBracket" | "bracketPair" => {
            brackets(&mut path, name, w, h, short * first(if name == "bracketPair" { 16_667.0 } else { 8_333.0 }));
        }
        "leftBrace" | "rightBrace" => {
            brace(&mut path, name == "leftBrace", w, h, adjust("adj1", 8_333.0) * short, adjust("adj2", 50_000.0) * h);
        }
        "bentConnector2" => {
            path.move_to(0.0, 0.0);
            path.line_to(w, 0.0);
            path.line_to(w, h);
        }
        "bentConnector3" => {
            let x = w * first(50_000.0);
            path.move_to(0.0, 0.0);
            path.line_to(x, 0.0);
            path.line_to(x, h);
            path.line_to(w, h);
        }
        "curvedConnector2" => {
            path.move_to(0.0, 0.0);
            path.curve_to((w / 2.0, 0.0), (w, h / 2.0), (w, h));
        }
        "curvedConnector3" => {
            let x = w * first(50_000.0);
            path.move_to(0.0, 0.0);
            path.curve_to((x / 2.0, 0.0), (x, h / 4.0), (x, h / 2.0));
            path.curve_to((x, h * 0.75), (f32::midpoint(x, w), h), (w, h));
        }
        "arc" => sector(&mut path, w, h, angle(adjustments, "adj1", 270.0), angle(adjustments, "adj2", 0.0), Closing::Open),
        "pie" => sector(&mut path, w, h, angle(adjustments, "adj1", 0.0), angle(adjustments, "adj2", 270.0), Closing::Center),
        "chord" => sector(&mut path, w, h, angle(adjustments, "adj1", 45.0), angle(adjustments, "adj2", 270.0), Closing::Straight),
        "donut" => {
            let ring = (short * first(25_000.0)).clamp(0.0, short / 2.0);
            oval(&mut path, w, h, 0.0, TAU);
            oval(&mut path, w, h, ring, -TAU);
        }
        "can" | "flowChartMagneticDisk" => {
            let lid = (short * first(25_000.0) / 2.0).clamp(0.0, h / 2.0);
            path.move_to(0.0, lid);
            path.arc(w / 2.0, lid, PI, PI);
            path.line_to(w, h - lid);
            path.arc(w / 2.0, lid, 0.0, PI);
            path.close();
        }
        "cube" => {
            let d = short * first(25_000.0);
            path.polygon(&[(0.0, d), (d, 0.0), (w, 0.0), (w, h - d), (w - d, h), (0.0, h)]);
        }
        "flowChartDocument" | "wave" => {
            path.move_to(0.0, 0.0);
            path.line_to(w, 0.0);
            path.line_to(w, h * 0.8);
            path.curve_to((w / 2.0, h * 0.8), (w / 2.0, h * 1.1), (0.0, h * 0.93));
            path.close();
        }
        "wedgeRectCallout" | "wedgeRoundRectCallout" | "wedgeEllipseCallout" => {
            let tip = (w * (0.5 + adjust("adj1", -20_833.0)), h * (0.5 + adjust("adj2", 62_500.0)));
            match name {
                "wedgeRectCallout" => callout(&mut path, (w, h), tip, 0.0),
                "wedgeRoundRectCallout" => callout(&mut path, (w, h), tip, short * adjust("adj3", 16_667.0).clamp(0.0, 0.5)),
                _ => round_callout(&mut path, (w, h), tip),
            }
        }
        "cloud" => cloud(&mut path, w, h),
        "cloudCallout" => {
            cloud(&mut path, w, h);
            bubbles(&mut path, (w, h), (w * adjust("adj1", -20_833.0), h * adjust("adj2", 62_500.0)));
        }
        "ribbon" | "ribbon2" => {
            let (rise, panel) = (h * adjust("adj1", 16_667.0).clamp(0.0, 0.333_33), w * adjust("adj2", 50_000.0).clamp(0.25, 0.75));
            ribbon(&mut path, (w, h), rise, panel, name == "ribbon2");
        }
        "plaque" => {
            let r = short * first(16_667.0).clamp(0.0, 0.5);
            path.move_to(0.0, r);
            path.arc(r, r, FRAC_PI_2, -FRAC_PI_2);
            path.line_to(w - r, 0.0);
            path.arc(r, r, PI, -FRAC_PI_2);
            path.line_to(w, h - r);
            path.arc(r, r, -FRAC_PI_2, -FRAC_PI_2);
            path.line_to(r, h);
            path.arc(r, r, 0.0, -FRAC_PI_2);
            path.close();
        }
        "frame" => {
            let d = short * first(12_500.0).clamp(0.0, 0.5);
            path.polygon(&[(0.0, 0.0), (w, 0.0), (w, h), (0.0, h)]);
            path.polygon(&[(d, d), (d, h - d), (w - d, h - d), (w - d, d)]);
        }
        "heart" => {
            path.move_to(w / 2.0, h / 4.0);
            path.curve_to((w * 0.7, -h * 0.2), (w * 1.4, h / 4.0), (w / 2.0, h));
            path.curve_to((-w * 0.4, h / 4.0), (w * 0.3, -h * 0.2), (w / 2.0, h / 4.0));
            path.close();
        }
        "mathMinus" => path.polygon(&[(w * 0.13, h * 0.38), (w * 0.87, h * 0.38), (w * 0.87, h * 0.62), (w * 0.13, h * 0.62)]),
        "halfFrame" => {
            let d = short / 3.0;
            path.polygon(&[(0.0, 0.0), (w, 0.0), (w - d, d), (d, d), (d, h - d), (0.0, h)]);
        }
        "corner" => {
            let d = short * 0.5;
            path.polygon(&[(0.0, 0.0), (d, 0.0), (d, h - d), (w, h - d), (w, h), (0.0, h)]);
        }
        "diagStripe" => path.polygon(&[(0.0, h / 2.0), (w / 2.0, 0.0), (w, 0.0), (0.0, h)]),
        _ => return None,
    }
    Some(Geometry::Path(path.finish()))
}

/// A regular polygon (`inner` = 1), or a star with its inner points at that share of the radius.
fn regular(path: &mut OutlineBuilder, w: f32, h: f32, corners: u32, inner: f32) {
    let star = inner < 1.0;
    let count = if star { corners * 2 } else { corners };
    let points: Vec<(f32, f32)> = (0..count)
        .map(|at| {
            let angle = -FRAC_PI_2 + TAU * at as f32 / count as f32;
            let reach = if star && at % 2 == 1 { inner } else { 1.0 };
            (w / 2.0 * (1.0 + reach * angle.cos()), h / 2.0 * (1.0 + reach * angle.sin()))
        })
        .collect();
    path.polygon(&points);
}

/// Block arrows: shaft as a share of the breadth, head as a share of the shorter side.
fn arrow(path: &mut OutlineBuilder, name: &str, w: f32, h: f32, shaft: f32, head: f32) {
    let upright = matches!(name, "upArrow" | "downArrow" | "upDownArrow");
    let (length, breadth) = if upright { (h, w) } else { (w, h) };
    let both = matches!(name, "leftRightArrow" | "upDownArrow");
    let head = (w.min(h) * head).clamp(0.0, if both { length / 2.0 } else { length });
    let (low, high) = (breadth * (1.0 - shaft.clamp(0.0, 1.0)) / 2.0, breadth * (1.0 + shaft.clamp(0.0, 1.0)) / 2.0);
    let mid = breadth / 2.0;
    // Along the arrow's length, pointing to its end.
    let mut points = if both {
        vec![(0.0, mid), (head, 0.0), (head, low)]
    } else if name == "notchedRightArrow" {
        vec![(head * (high - low) / breadth.max(1.0), mid), (0.0, low)]
    } else {
        vec![(0.0, low)]
    };
    points.extend([(length - head, low), (length - head, 0.0), (length, mid), (length - head, breadth), (length - head, high)]);
    points.extend(if both { vec![(head, high), (head, breadth)] } else { vec![(0.0, high)] });
    let backwards = matches!(name, "leftArrow" | "upArrow");
    let placed: Vec<(f32, f32)> = points
        .into_iter()
        .map(|(along, across)| {
            let along = if backwards { length - along } else { along };
            if upright { (across, along) } else { (along, across) }
        })
        .collect();
    path.polygon(&placed);
}

/// A rectangle with its own radius at each corner, from the top left clockwise.
fn rounded(path: &mut OutlineBuilder, w: f32, h: f32, radii: [f32; 4]) {
    let [a, b, c, d] = radii.map(|radius| radius.clamp(0.0, w.min(h)));
    path.move_to(a, 0.0);
    path.line_to(w - b, 0.0);
    path.arc(b, b, -FRAC_PI_2, FRAC_PI_2);
    path.line_to(w, h - c);
    path.arc(c, c, 0.0, FRAC_PI_2);
    path.line_to(d, h);
    path.arc(d, d, FRAC_PI_2, FRAC_PI_2);
    path.line_to(0.0, a);
    path.arc(a, a, PI, FRAC_PI_2);
    path.close();
}

fn brackets(path: &mut OutlineBuilder, name: &str, w: f32, h: f32, radius: f32) {
    let reach = if name == "bracketPair" { radius } else { w };
    let radius = radius.min(h / 2.0);
    if name != "rightBracket" {
        path.move_to(reach, 0.0);
        path.arc(reach, radius, -FRAC_PI_2, -FRAC_PI_2);
        path.line_to(0.0, h - radius);
        path.arc(reach, radius, PI, -FRAC_PI_2);
    }
    if name != "leftBracket" {
        path.move_to(w - reach, 0.0);
        path.arc(reach, radius, -FRAC_PI_2, FRAC_PI_2);
        path.line_to(w, h - radius);
        path.arc(reach, radius, 0.0, FRAC_PI_2);
    }
}

fn brace(path: &mut OutlineBuilder, left: bool, w: f32, h: f32, radius: f32, middle: f32) {
    let radius = radius.min(h / 4.0);
    let m = w / 2.0;
    // Drawn as the left one; the right one is its mirror image.
    let x = |value: f32| if left { value } else { w - value };
    path.move_to(x(w), 0.0);
    path.quadratic_to((x(m), 0.0), (x(m), radius));
    path.line_to(x(m), middle - radius);
    path.quadratic_to((x(m), middle), (x(0.0), middle));
    path.quadratic_to((x(m), middle), (x(m), middle + radius));
    path.line_to(x(m), h - radius);
    path.quadratic_to((x(m), h), (x(w), h));
}

/// How an arc's ends are joined.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Closing {
    Open,
    Center,
    Straight,
}

/// A piece of the ellipse between two angles in radians.
fn sector(path: &mut OutlineBuilder, w: f32, h: f32, from: f32, to: f32, closing: Closing) {
    let sweep = (to - from).rem_euclid(TAU);
    let sweep = if sweep == 0.0 { TAU } else { sweep };
    path.move_to(w / 2.0 * (1.0 + from.cos()), h / 2.0 * (1.0 + from.sin()));
    path.arc(w / 2.0, h / 2.0, from, sweep);
    if closing == Closing::Center {
        path.line_to(w / 2.0, h / 2.0);
    }
    if closing != Closing::Open {
        path.close();
    }
}

/// An ellipse so far inside the shape, in one direction or the other.
fn oval(path: &mut OutlineBuilder, w: f32, h: f32, inset: f32, sweep: f32) {
    path.move_to(w - inset, h / 2.0);
    path.arc(w / 2.0 - inset, h / 2.0 - inset, 0.0, sweep);
    path.close();
}

/// A rectangle with corners of this radius and a tail from the nearest side to a tip.
fn callout(path: &mut OutlineBuilder, (w, h): (f32, f32), (x, y): (f32, f32), radius: f32) {
    let (dx, dy) = ((x - w / 2.0) / w.max(1.0), (y - h / 2.0) / h.max(1.0));
    let (from, to) = if dx > 0.0 { (7.0 / 12.0, 5.0 / 6.0) } else { (1.0 / 6.0, 5.0 / 12.0) };
    let (from_y, to_y) = if dy > 0.0 { (7.0 / 12.0, 5.0 / 6.0) } else { (1.0 / 6.0, 5.0 / 12.0) };
    let upright = dy.abs() > dx.abs();
    // Each side, clockwise: whether the tail stands there, where it begins and ends, and the corner behind.
    let sides = [
        (upright && dy <= 0.0, (w * from, 0.0), (w * to, 0.0), (w - radius, 0.0)),
        (!upright && dx > 0.0, (w, h * from_y), (w, h * to_y), (w, h - radius)),
        (upright && dy > 0.0, (w * to, h), (w * from, h), (radius, h)),
        (!upright && dx <= 0.0, (0.0, h * to_y), (0.0, h * from_y), (0.0, radius)),
    ];
    path.move_to(radius, 0.0);
    for (side, (tail, begin, end, corner)) in sides.into_iter().enumerate() {
        if tail {
            path.line_to(begin.0, begin.1);
            path.line_to(x, y);
            path.line_to(end.0, end.1);
        }
        path.line_to(corner.0, corner.1);
        if radius > 0.0 {
            path.arc(radius, radius, FRAC_PI_2 * (side as f32 - 1.0), FRAC_PI_2);
        }
    }
    path.close();
}

/// An ellipse with a tail to a tip, which is 22 degrees wide where it begins.
fn round_callout(path: &mut OutlineBuilder, (w, h): (f32, f32), (x, y): (f32, f32)) {
    let half = 11.0_f32.to_radians();
    let toward = ((y - h / 2.0) * w).atan2((x - w / 2.0) * h);
    let start = toward + half;
    path.move_to(x, y);
    path.line_to(w / 2.0 * (1.0 + start.cos()), h / 2.0 * (1.0 + start.sin()));
    path.arc(w / 2.0, h / 2.0, start, TAU - 2.0 * half);
    path.close();
}

/// A cloud of eleven arcs, in a square of 43,200.
fn cloud(path: &mut OutlineBuilder, w: f32, h: f32) {
    /// Radii, and in 60,000ths of a degree where each begins and how far it goes.
    const ARCS: [(f32, f32, f32, f32); 11] = [
        (6753.0, 9190.0, -11_429_249.0, 7_426_832.0),
        (5333.0, 7267.0, -8_646_143.0, 5_396_714.0),
        (4365.0, 5945.0, -8_748_475.0, 5_983_381.0),
        (4857.0, 6595.0, -7_859_164.0, 7_034_504.0),
        (5333.0, 7273.0, -4_722_533.0, 6_541_615.0),
        (6775.0, 9220.0, -2_776_035.0, 7_816_140.0),
        (5785.0, 7867.0, 37_501.0, 6_842_000.0),
        (6752.0, 9215.0, 1_347_096.0, 6_910_353.0),
        (7720.0, 10_543.0, 3_974_558.0, 4_542_661.0),
        (4360.0, 5918.0, -16_496_525.0, 8_804_134.0),
        (4345.0, 5945.0, -14_809_710.0, 9_151_131.0),
    ];
    let (scale_x, scale_y) = (w / 43_200.0, h / 43_200.0);
    let radians = |angle: f32| (angle / 60_000.0).to_radians();
    path.move_to(3900.0 * scale_x, 14_370.0 * scale_y);
    for (rx, ry, start, sweep) in ARCS {
        path.arc_to((rx, ry), (scale_x, scale_y), radians(start), radians(sweep));
    }
    path.close();
}

/// Three circles from a cloud to a tip, which is given from the cloud's middle; the smallest stands there.
fn bubbles(path: &mut OutlineBuilder, (w, h): (f32, f32), (dx, dy): (f32, f32)) {
    let short = w.min(h);
    let toward = (dy * w).atan2(dx * h);
    // From the tip to the ellipse about the cloud.
    let (x, y) = (w / 2.0 * toward.cos() - dx, h / 2.0 * toward.sin() - dy);
    let length = x.hypot(y);
    let step = (length - short * 6600.0 / 21_600.0) / 3.0;
    for (radius, along) in [(600.0, 0.0), (1200.0, step + short * 1800.0 / 21_600.0), (1800.0, 2.0 * step + short * 4800.0 / 21_600.0)] {
        let radius = short * radius / 21_600.0;
        let share = if length > 0.0 { along / length } else { 0.0 };
        path.move_to(w / 2.0 + dx + x * share + radius, h / 2.0 + dy + y * share);
        path.arc(radius, radius, 0.0, TAU);
        path.close();
    }
}

/// A ribbon: a panel with a folded end on each side, lower or higher than it by `rise`; its curls are drawn as corners.
fn ribbon(path: &mut OutlineBuilder, (w, h): (f32, f32), rise: f32, panel: f32, up: bool) {
    let (left, right, fold) = ((w - panel) / 2.0, f32::midpoint(w, panel), w / 8.0);
    let y = |from_top: f32| if up { from_top } else { h - from_top };
    let notch = f32::midpoint(rise, h);
    path.polygon(&[
        (0.0, y(h)),
        (fold, y(notch)),
        (0.0, y(rise)),
        (left, y(rise)),
        (left, y(0.0)),
        (right, y(0.0)),
        (right, y(rise)),
        (w, y(rise)),
        (w - fold, y(notch)),
        (w, y(h)),
        (right - fold, y(h)),
        (right - fold, y(h - rise)),
        (left + fold, y(h - rise)),
        (left + fold, y(h)),
    ]);
    // The folds behind the panel are lines, there and back: they fill nothing.
    for (outer, inner) in [(left, left + fold), (right, right - fold)] {
        path.polygon(&[
            (outer, y(rise)),
            (outer, y(h - rise)),
            (inner, y(h - rise)),
            (outer, y(h - rise)),
            (inner, y(h)),
            (outer, y(h - rise)),
        ]);
    }
}

/// An angle in 60,000ths of a degree, as radians.
fn angle(adjustments: &Adjustments, name: &str, default: f32) -> f32 {
    let degrees = adjustments.iter().find(|(key, _)| key == name).map_or(default, |(_, value)| value / 60_000.0);
    degrees.to_radians()
}
