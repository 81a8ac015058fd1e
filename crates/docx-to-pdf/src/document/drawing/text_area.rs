//! Where the text of a preset shape stands: the `rect` of presetShapeDefinitions (ECMA-376 part 1, 20.1.9.22; LibreOffice and Word agree).

use super::preset::Adjustments;
use crate::document::model::TextArea;

/// The share of a quarter circle's corner that its rectangle leaves out: 1 − cos 45°.
const CORNER: f32 = 0.292_893;
/// cos 45°.
const DIAGONAL: f32 = std::f32::consts::FRAC_1_SQRT_2;

impl TextArea {
    /// Left, top, right and bottom edge of the text in a shape of this size, as shares of its width and height.
    pub fn shares(&self, width: f32, height: f32) -> [f32; 4] {
        text_area(&self.preset, width, height, &self.adjustments)
    }
}

fn text_area(name: &str, w: f32, h: f32, adjustments: &Adjustments) -> [f32; 4] {
    const WHOLE: [f32; 4] = [0.0, 0.0, 1.0, 1.0];
    if w <= 0.0 || h <= 0.0 {
        return WHOLE;
    }
    let area = arrow(name, w, h, adjustments).or_else(|| cut_corners(name, w, h, adjustments)).or_else(|| star(name, adjustments));
    let area = area.or_else(|| polygon(name, w, h, adjustments)).or_else(|| fixed(name)).unwrap_or(WHOLE);
    // Adjustments of any size leave some room.
    let [left, top, right, bottom] = area.map(|share| if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 });
    if right - left < 0.02 || bottom - top < 0.02 { WHOLE } else { [left, top, right, bottom] }
}

/// An adjustment as a share: `names` in the order they are looked for.
fn adjust(adjustments: &Adjustments, names: &[&str], default: f32) -> f32 {
    let found = names.iter().find_map(|name| adjustments.iter().find(|(key, _)| key == name));
    found.map_or(default, |(_, value)| value / 100_000.0)
}

fn within(x: f32, y: f32) -> [f32; 4] {
    [x, y, 1.0 - x, 1.0 - y]
}

/// Rectangles whose corners are rounded, cut or bent.
fn cut_corners(name: &str, w: f32, h: f32, adjustments: &Adjustments) -> Option<[f32; 4]> {
    let short = w.min(h);
    let corner = |names: &[&str], default: f32| short * adjust(adjustments, names, default).clamp(0.0, 0.5);
    let first = |default: f32| corner(&["adj", "adj1"], default);
    let all = |inset: f32| within(inset / w, inset / h);
    Some(match name {
        "roundRect" | "bracketPair" => all(first(0.166_67) * CORNER),
        "wedgeRoundRectCallout" => all(corner(&["adj3"], 0.166_67) * CORNER),
        "flowChartAlternateProcess" => all(short / 6.0 * CORNER),
        "ribbon" | "ribbon2" => {
            let panel = adjust(adjustments, &["adj2"], 0.5).clamp(0.25, 0.75) / 2.0;
            let rise = adjust(adjustments, &["adj1"], 0.166_67).clamp(0.0, 0.333_33);
            let (above, below) = if name == "ribbon2" { (0.0, rise) } else { (rise, 0.0) };
            [0.5 - panel, above, 0.5 + panel, 1.0 - below]
        }
        "plaque" => all(first(0.166_67) * DIAGONAL),
        "bevel" | "frame" => all(first(0.125)),
        "octagon" => all(first(0.292_89) / 2.0),
        "round1Rect" => [0.0, 0.0, 1.0 - first(0.166_67) * CORNER / w, 1.0],
        "round2SameRect" => {
            let (top, bottom) = (corner(&["adj1"], 0.166_67) * CORNER, corner(&["adj2"], 0.0) * CORNER);
            let side = top.max(bottom) / w;
            [side, top / h, 1.0 - side, 1.0 - bottom / h]
        }
        "round2DiagRect" => all(corner(&["adj1"], 0.166_67).max(corner(&["adj2"], 0.0)) * CORNER),
        "snip1Rect" => {
            let cut = first(0.166_67) / 2.0;
            [0.0, cut / h, 1.0 - cut / w, 1.0]
        }
        "snip2SameRect" => {
            let (top, bottom) = (corner(&["adj1"], 0.166_67) / 2.0, corner(&["adj2"], 0.0) / 2.0);
            let side = top.max(bottom) / w;
            [side, top / h, 1.0 - side, 1.0 - bottom / h]
        }
        "snip2DiagRect" => all(corner(&["adj1"], 0.0).max(corner(&["adj2"], 0.166_67)) / 2.0),
        "foldedCorner" => [0.0, 0.0, 1.0, 1.0 - first(0.166_67) / h],
        "plus" => {
            let arm = first(0.25);
            if w > h { [0.0, arm / h, 1.0, 1.0 - arm / h] } else { [arm / w, 0.0, 1.0 - arm / w, 1.0] }
        }
        "cube" => {
            let depth = short * adjust(adjustments, &["adj"], 0.25).clamp(0.0, 1.0);
            [0.0, depth / h, 1.0 - depth / w, 1.0]
        }
        "can" => {
            let lid = first(0.25);
            [0.0, lid / h, 1.0, 1.0 - lid / 2.0 / h]
        }
        _ => return None,
    })
}

/// Polygons that lean on their adjustment.
fn polygon(name: &str, w: f32, h: f32, adjustments: &Adjustments) -> Option<[f32; 4]> {
    let short = w.min(h);
    let first = |default: f32| adjust(adjustments, &["adj", "adj1"], default).max(0.0);
    Some(match name {
        "triangle" => {
            let left = first(0.5).min(1.0) / 2.0;
            [left, 0.5, left + 0.5, 1.0]
        }
        "parallelogram" => {
            let share = (1.0 + 5.0 * (first(0.25) * short / w).min(1.0)) / 12.0;
            within(share, share)
        }
        "trapezoid" => {
            let lean = (first(0.25) * short / w * 2.0).min(1.0) / 3.0;
            [lean, lean, 1.0 - lean, 1.0]
        }
        "hexagon" => {
            let most = w / short / 2.0;
            let lean = first(0.25).min(most);
            let beyond = lean - most / 2.0;
            let (scale, rest) = if beyond > 0.0 { (4.0 - 3.0 * (lean - most / 2.0) / (most / 2.0), 0.0) } else { (2.0, 0.0) };
            let share = if beyond > 0.0 { (8.0 - scale) / 24.0 } else { (scale + 2.0 * lean / (most / 2.0)) / 24.0 } + rest;
            within(share, share)
        }
        "homePlate" => [0.0, 0.0, 1.0 - (first(0.5) * short / w).min(1.0) / 2.0, 1.0],
        "chevron" => {
            let lean = (first(0.5) * short / w).min(1.0);
            if lean < 0.5 { [lean, 0.0, 1.0 - lean, 1.0] } else { [0.0, 0.0, 1.0, 1.0] }
        }
        _ => return None,
    })
}

/// Stars: the rectangle between their inner points.
fn star(name: &str, adjustments: &Adjustments) -> Option<[f32; 4]> {
    let inner = |default: f32| adjust(adjustments, &["adj"], default).clamp(0.0, 0.5);
    let around = |x: f32, y: f32| [0.5 - x, 0.5 - y, 0.5 + x, 0.5 + y];
    Some(match name {
        "star4" => around(inner(0.125) * DIAGONAL, inner(0.125) * DIAGONAL),
        "star5" => {
            // hf 105146 and vf 110557 make the five points touch the box.
            let reach = inner(0.190_98) * 2.0;
            let (x, y) = (0.525_73 * reach, 0.552_785 * reach);
            [0.5 - x * 0.951_06, 0.552_785 - y * 0.809_02, 0.5 + x * 0.951_06, 0.552_785 + y]
        }
        "star6" => around(inner(0.288_68) * 1.154_7, inner(0.288_68) * 0.866_03),
        "star8" => around(inner(0.375) * 0.923_88, inner(0.375) * 0.923_88),
        "star10" => around(inner(0.425_33) * 1.051_46 * 0.951_06, inner(0.425_33) * 0.809_02),
        "star12" | "star16" | "star24" | "star32" => around(inner(0.375) * DIAGONAL, inner(0.375) * DIAGONAL),
        _ => return None,
    })
}

/// Block arrows: the shaft, with as much of the head as is as broad.
fn arrow(name: &str, w: f32, h: f32, adjustments: &Adjustments) -> Option<[f32; 4]> {
    let upright = matches!(name, "upArrow" | "downArrow" | "upDownArrow");
    let both = matches!(name, "leftRightArrow" | "upDownArrow");
    if !upright && !both && !matches!(name, "rightArrow" | "leftArrow" | "notchedRightArrow") {
        return None;
    }
    let length = if upright { h } else { w };
    let shaft = adjust(adjustments, &["adj1"], 0.5).clamp(0.0, 1.0);
    let most = if both { 0.5 } else { 1.0 };
    let head = (w.min(h) * adjust(adjustments, &["adj2"], 0.5) / length).clamp(0.0, most);
    let (low, high) = ((1.0 - shaft) / 2.0, f32::midpoint(1.0, shaft));
    // Within the head the shaft's breadth goes on up to where its slope meets it.
    let blunt = head * (1.0 - shaft);
    let (from, to) = match name {
        "leftArrow" | "upArrow" => (blunt, 1.0),
        "leftRightArrow" | "upDownArrow" => (blunt, 1.0 - blunt),
        "notchedRightArrow" => (head * shaft, 1.0 - head * shaft),
        _ => (0.0, 1.0 - blunt),
    };
    Some(if upright { [low, from, high, to] } else { [from, low, to, high] })
}

/// Shapes whose rectangle is a share of their box.
fn fixed(name: &str) -> Option<[f32; 4]> {
    /// What an ellipse's inscribed rectangle leaves out: (1 − cos 45°) / 2.
    const ROUND: f32 = CORNER / 2.0;
    Some(match name {
        "ellipse" | "flowChartConnector" | "wedgeEllipseCallout" | "donut" | "pie" | "chord" | "teardrop" | "smileyFace" => {
            within(ROUND, ROUND)
        }
        "diamond" | "flowChartDecision" => within(0.25, 0.25),
        "rtTriangle" => [1.0 / 12.0, 7.0 / 12.0, 7.0 / 12.0, 11.0 / 12.0],
        "pentagon" => [0.190_98, 0.236_07, 0.809_02, 1.0],
        "flowChartTerminator" => within(1018.0 / 21_600.0, 3163.0 / 21_600.0),
        "flowChartPredefinedProcess" => within(0.125, 0.0),
        "flowChartInternalStorage" => [0.125, 0.125, 1.0, 1.0],
        "flowChartDocument" => [0.0, 0.0, 1.0, 17_322.0 / 21_600.0],
        "flowChartInputOutput" | "flowChartManualOperation" | "flowChartPreparation" => within(0.2, 0.0),
        "flowChartPunchedCard" => [0.0, 0.2, 1.0, 1.0],
        "flowChartExtract" => [0.25, 0.5, 0.75, 1.0],
        "flowChartMerge" => [0.25, 0.0, 0.75, 0.5],
        "flowChartDelay" => [0.0, ROUND, 1.0 - ROUND, 1.0 - ROUND],
        "flowChartMagneticDisk" => [0.0, 1.0 / 3.0, 1.0, 5.0 / 6.0],
        "heart" => [1.0 / 6.0, 0.25, 5.0 / 6.0, 2.0 / 3.0],
        "cloud" | "cloudCallout" => [2977.0 / 21_600.0, 3262.0 / 21_600.0, 17_087.0 / 21_600.0, 17_337.0 / 21_600.0],
        "irregularSeal1" => [4627.0 / 21_600.0, 6320.0 / 21_600.0, 16_702.0 / 21_600.0, 13_937.0 / 21_600.0],
        "irregularSeal2" => [5372.0 / 21_600.0, 6382.0 / 21_600.0, 14_640.0 / 21_600.0, 15_935.0 / 21_600.0],
        "wave" => [0.0, 0.25, 1.0, 0.75],
        _ => return None,
    })
}
