//! Every preset of the standard is known and holds against any adjustment; the points of a sample are those of its formulas.

use super::*;
use crate::document::model::{GeometryStep, TextArea};

/// ST_ShapeType (20.1.10.56).
const NAMES: &str = "line lineInv triangle rtTriangle rect diamond parallelogram trapezoid nonIsoscelesTrapezoid pentagon hexagon heptagon
    octagon decagon dodecagon star4 star5 star6 star7 star8 star10 star12 star16 star24 star32 roundRect round1Rect round2SameRect
    round2DiagRect snipRoundRect snip1Rect snip2SameRect snip2DiagRect plaque ellipse teardrop homePlate chevron pieWedge pie blockArc donut
    noSmoking rightArrow leftArrow upArrow downArrow stripedRightArrow notchedRightArrow bentUpArrow leftRightArrow upDownArrow leftUpArrow
    leftRightUpArrow quadArrow leftArrowCallout rightArrowCallout upArrowCallout downArrowCallout leftRightArrowCallout upDownArrowCallout
    quadArrowCallout bentArrow uturnArrow circularArrow leftCircularArrow leftRightCircularArrow curvedRightArrow curvedLeftArrow
    curvedUpArrow curvedDownArrow swooshArrow cube can lightningBolt heart sun moon smileyFace irregularSeal1 irregularSeal2 foldedCorner
    bevel frame halfFrame corner diagStripe chord arc leftBracket rightBracket leftBrace rightBrace bracketPair bracePair
    straightConnector1 bentConnector2 bentConnector3 bentConnector4 bentConnector5 curvedConnector2 curvedConnector3 curvedConnector4
    curvedConnector5 callout1 callout2 callout3 accentCallout1 accentCallout2 accentCallout3 borderCallout1 borderCallout2 borderCallout3
    accentBorderCallout1 accentBorderCallout2 accentBorderCallout3 wedgeRectCallout wedgeRoundRectCallout wedgeEllipseCallout cloudCallout
    cloud ribbon ribbon2 ellipseRibbon ellipseRibbon2 leftRightRibbon verticalScroll horizontalScroll wave doubleWave plus
    flowChartProcess flowChartDecision flowChartInputOutput flowChartPredefinedProcess flowChartInternalStorage flowChartDocument
    flowChartMultidocument flowChartTerminator flowChartPreparation flowChartManualInput flowChartManualOperation flowChartConnector
    flowChartPunchedCard flowChartPunchedTape flowChartSummingJunction flowChartOr flowChartCollate flowChartSort flowChartExtract
    flowChartMerge flowChartOfflineStorage flowChartOnlineStorage flowChartMagneticTape flowChartMagneticDisk flowChartMagneticDrum
    flowChartDisplay flowChartDelay flowChartAlternateProcess flowChartOffpageConnector actionButtonBlank actionButtonHome
    actionButtonHelp actionButtonInformation actionButtonForwardNext actionButtonBackPrevious actionButtonEnd actionButtonBeginning
    actionButtonReturn actionButtonDocument actionButtonSound actionButtonMovie gear6 gear9 funnel mathPlus mathMinus mathMultiply
    mathDivide mathEqual mathNotEqual cornerTabs squareTabs plaqueTabs chartX chartStar chartPlus";

/// The adjustments that presets have.
const ADJUSTMENTS: [&str; 11] = ["adj", "adj1", "adj2", "adj3", "adj4", "adj5", "adj6", "adj7", "adj8", "hf", "vf"];

fn adjusted(values: &[(&str, f32)]) -> Adjustments {
    values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
}

fn paths(name: &str, (w, h): (f32, f32), adjustments: &Adjustments) -> Vec<GeometryPath> {
    match preset(name, w, h, adjustments).unwrap_or_else(|| panic!("{name} is unknown")) {
        Geometry::Path(steps) => vec![GeometryPath { steps, fill: PathFill::Normal, stroked: true }],
        Geometry::Paths(paths) => paths,
        _ => Vec::new(),
    }
}

/// Where the steps of a path end, in a shape of this size.
fn points(path: &GeometryPath, (w, h): (f32, f32)) -> Vec<(f32, f32)> {
    let end = |step: &GeometryStep| match *step {
        GeometryStep::Move(x, y) | GeometryStep::Line(x, y) | GeometryStep::Curve(_, _, _, _, x, y) => Some((x * w, y * h)),
        GeometryStep::Close => None,
    };
    path.steps.iter().filter_map(end).collect()
}

fn numbers(step: &GeometryStep) -> Vec<f32> {
    match *step {
        GeometryStep::Move(x, y) | GeometryStep::Line(x, y) => vec![x, y],
        GeometryStep::Curve(a, b, c, d, e, f) => vec![a, b, c, d, e, f],
        GeometryStep::Close => Vec::new(),
    }
}

/// The corners of one path of a shape of 200 by 100 are these.
fn goes(name: &str, adjustments: &[(&str, f32)], path: usize, corners: &[(f32, f32)]) {
    let size = (200.0, 100.0);
    let found = points(&paths(name, size, &adjusted(adjustments))[path], size);
    let near = |(one, other): (&(f32, f32), &(f32, f32))| (one.0 - other.0).abs() < 0.05 && (one.1 - other.1).abs() < 0.05;
    assert!(found.len() == corners.len() && found.iter().zip(corners).all(near), "{name}: {found:?}, not {corners:?}");
}

#[test]
fn every_name_of_the_standard_is_known_20_1_10_56() {
    let names: Vec<&str> = NAMES.split_ascii_whitespace().collect();
    assert_eq!(names.len(), 187);
    for name in &names {
        assert!(preset(name, 200.0, 100.0, &Vec::new()).is_some() && definition(name).is_some(), "{name}");
    }
    let mut known: Vec<&str> = FAMILIES.into_iter().flatten().map(|(name, _)| *name).collect();
    assert_eq!(known.len(), 187, "none is there twice, none is made up");
    known.sort_unstable();
    known.dedup();
    assert_eq!(known.len(), 187);
    assert!(preset("dodecahedron", 200.0, 100.0, &Vec::new()).is_none());
}

#[test]
fn shapes_of_usual_adjustments_lie_about_their_box() {
    for name in NAMES.split_ascii_whitespace() {
        for size in [(200.0, 100.0), (100.0, 100.0), (100.0, 200.0)] {
            let paths = paths(name, size, &Vec::new());
            assert!(paths.iter().all(|path| !path.steps.is_empty()), "{name}");
            let ends: Vec<(f32, f32)> = paths.iter().flat_map(|path| points(path, (1.0, 1.0))).collect();
            // Tails and lines of callouts reach out of it, and the stroke of an inequality.
            let reach = if name.contains("allout") || name == "mathNotEqual" { 0.5 } else { 0.02 };
            let within = |part: &f32| (-reach..=1.0 + reach).contains(part);
            assert!(ends.iter().all(|(x, y)| within(x) && within(y)), "{name}: {ends:?}");
        }
    }
}

#[test]
fn any_adjustment_in_any_size_leaves_finite_numbers() {
    let values = [0.0, -1.0, 1.0, 50_000.0, 100_000.0, 21_600_000.0, -1e9, 1e9, f32::MAX, f32::MIN, f32::INFINITY, f32::NAN];
    let sizes = [(0.0, 0.0), (0.0, 100.0), (1.0, 1e9), (1e9, 1.0), (1e6, 1e6), (-5.0, 5.0), (f32::NAN, f32::INFINITY)];
    for name in NAMES.split_ascii_whitespace() {
        for (w, h) in sizes {
            for (at, value) in values.into_iter().enumerate() {
                // All the same, or each other one another one.
                let other = values[(at + 5) % values.len()];
                for second in [value, other] {
                    let each = ADJUSTMENTS.iter().enumerate();
                    let adjustments: Vec<(&str, f32)> = each.map(|(at, name)| (*name, if at % 2 == 0 { value } else { second })).collect();
                    let adjustments = adjusted(&adjustments);
                    let steps = paths(name, (w, h), &adjustments).into_iter().flat_map(|path| path.steps);
                    let bounded = |number: &f32| number.is_finite() && number.abs() <= 1000.0;
                    let steps: Vec<GeometryStep> = steps.collect();
                    assert!(steps.len() < 1000 && steps.iter().all(|step| numbers(step).iter().all(bounded)), "{name} {w} {h} {value}");
                    let area = TextArea { preset: name.to_owned(), adjustments };
                    let [left, top, right, bottom] = area.shares(w, h);
                    assert!(
                        0.0 <= left && left < right && right <= 1.0 && 0.0 <= top && top < bottom && bottom <= 1.0,
                        "{name} {w} {h} {value}"
                    );
                }
            }
        }
    }
}

#[test]
fn points_are_those_of_the_standard_s_formulas() {
    goes("triangle", &[("adj", 25_000.0)], 0, &[(0.0, 100.0), (50.0, 0.0), (200.0, 100.0)]);
    goes("nonIsoscelesTrapezoid", &[("adj2", 50_000.0)], 0, &[(0.0, 100.0), (25.0, 0.0), (150.0, 0.0), (200.0, 100.0)]);
    // ss is the shorter side; an adjustment is no larger than its shape allows.
    goes("homePlate", &[("adj", 900_000.0)], 0, &[(0.0, 0.0), (0.0, 0.0), (200.0, 50.0), (0.0, 100.0), (0.0, 100.0)]);
    goes("halfFrame", &[], 0, &[(0.0, 0.0), (200.0, 0.0), (133.33, 33.33), (33.33, 33.33), (33.33, 83.33), (0.0, 100.0)]);
    goes("diagStripe", &[("adj", 25_000.0)], 0, &[(0.0, 25.0), (50.0, 0.0), (200.0, 0.0), (0.0, 100.0)]);
    goes(
        "bentUpArrow",
        &[],
        0,
        &[
            (0.0, 75.0),
            (162.5, 75.0),
            (162.5, 25.0),
            (150.0, 25.0),
            (175.0, 0.0),
            (200.0, 25.0),
            (187.5, 25.0),
            (187.5, 100.0),
            (0.0, 100.0),
        ],
    );
    goes("flowChartManualInput", &[], 0, &[(0.0, 20.0), (200.0, 0.0), (200.0, 100.0), (0.0, 100.0)]);
    goes("mathMinus", &[], 0, &[(26.51, 38.24), (173.49, 38.24), (173.49, 61.76), (26.51, 61.76)]);
    goes(
        "bentConnector5",
        &[("adj2", 25_000.0)],
        0,
        &[(0.0, 0.0), (100.0, 0.0), (100.0, 25.0), (100.0, 25.0), (100.0, 100.0), (200.0, 100.0)],
    );
    goes("borderCallout2", &[], 1, &[(-16.67, 18.75), (-33.33, 18.75), (-93.33, 112.5)]);
    goes("wave", &[], 0, &[(0.0, 12.5), (200.0, 12.5), (200.0, 87.5), (0.0, 87.5)]);
    // The band behind goes to the bend on the right, 31.25 high; the one before only to where they cross.
    goes("curvedLeftArrow", &[], 1, &[(200.0, 56.25), (0.0, 25.0), (0.0, 0.0), (200.0, 31.25)]);
    goes("smileyFace", &[], 2, &[(46.01, 71.81), (154.07, 71.81)]);
}

#[test]
fn figures_with_an_odd_count_of_corners_fill_their_box() {
    for name in ["pentagon", "heptagon", "star5", "star7", "star6", "star10"] {
        let ends = points(&paths(name, (200.0, 100.0), &Vec::new())[0], (200.0, 100.0));
        let most = |part: fn(&(f32, f32)) -> f32| ends.iter().map(part).fold((f32::MAX, f32::MIN), |(a, b), c| (a.min(c), b.max(c)));
        let ((left, right), (top, bottom)) = (most(|point| point.0), most(|point| point.1));
        for (side, edge) in [(left, 0.0), (right, 200.0), (top, 0.0), (bottom, 100.0)] {
            assert!((side - edge).abs() < 0.1, "{name}: {left} {top} {right} {bottom}");
        }
    }
    assert_eq!(points(&paths("star24", (9.0, 9.0), &Vec::new())[0], (9.0, 9.0)).len(), 48);
}

#[test]
fn paths_have_the_fill_and_stroke_that_the_standard_gives_them_20_1_9_15() {
    use PathFill::{Darken, DarkenLess, Lighten, LightenLess, None, Normal};
    let kinds = |name: &str| -> Vec<(PathFill, bool)> {
        paths(name, (200.0, 100.0), &Vec::new()).iter().map(|path| (path.fill, path.stroked)).collect()
    };
    let body = (Normal, false);
    let lines = (None, true);
    assert_eq!(kinds("can"), [body, (Lighten, false), lines]);
    assert_eq!(kinds("cube"), [body, (DarkenLess, false), (LightenLess, false), lines]);
    assert_eq!(kinds("bevel"), [body, (LightenLess, false), (DarkenLess, false), (Lighten, false), (Darken, false), lines]);
    assert_eq!(kinds("smileyFace"), [body, (DarkenLess, true), lines, lines]);
    assert_eq!(kinds("callout1"), [body, lines]);
    assert_eq!(kinds("accentBorderCallout1"), [(Normal, true), lines, lines]);
    assert_eq!(kinds("leftBrace"), [body, lines]);
    assert_eq!(kinds("bentConnector3"), [lines]);
    assert_eq!(kinds("actionButtonHelp"), [body, (Darken, false), lines]);
    for name in ["ribbon", "ribbon2", "ellipseRibbon", "ellipseRibbon2", "leftRightRibbon", "verticalScroll", "horizontalScroll"] {
        assert_eq!(kinds(name), [body, (DarkenLess, false), lines], "{name}");
    }
    assert!(matches!(preset("sun", 9.0, 9.0, &Vec::new()), Some(Geometry::Path(_))), "one that is filled and stroked is a path by itself");
}

#[test]
fn text_stands_in_the_rectangle_of_the_standard_20_1_9_22() {
    let area = |name: &str, adjustments: &[(&str, f32)]| {
        let [left, top, right, bottom] = TextArea { preset: name.to_owned(), adjustments: adjusted(adjustments) }.shares(200.0, 100.0);
        [left * 200.0, top * 100.0, right * 200.0, bottom * 100.0]
    };
    for (name, adjustments, expected) in [
        ("rect", &[][..], [0.0, 0.0, 200.0, 100.0]),
        ("roundRect", &[("adj", 50_000.0)][..], [14.64, 14.64, 185.36, 85.36]),
        ("rightArrow", &[][..], [0.0, 25.0, 175.0, 75.0]),
        ("downArrowCallout", &[][..], [0.0, 0.0, 200.0, 64.98]),
        ("quadArrowCallout", &[][..], [51.88, 25.94, 148.12, 74.06]),
        ("leftUpArrow", &[][..], [12.5, 62.5, 175.0, 87.5]),
        ("verticalScroll", &[][..], [12.5, 12.5, 187.5, 93.75]),
        ("ribbon", &[][..], [50.0, 16.67, 150.0, 100.0]),
        ("doubleWave", &[][..], [0.0, 12.5, 200.0, 87.5]),
        ("sun", &[][..], [64.65, 32.32, 135.35, 67.68]),
        ("irregularSeal1", &[][..], [42.84, 29.26, 154.65, 64.52]),
        ("flowChartMultidocument", &[][..], [0.0, 17.01, 172.18, 96.21]),
        ("leftBrace", &[][..], [129.29, 2.44, 200.0, 97.56]),
        ("bracePair", &[][..], [10.77, 10.77, 189.23, 97.56]),
        ("star10", &[][..], [27.64, 25.0, 172.36, 75.0]),
        // From its start at the top to its end at the right it holds the corner between.
        ("arc", &[][..], [100.0, 0.0, 200.0, 50.0]),
        // Adjustments that leave no room: the whole.
        ("frame", &[("adj1", 50_000.0)][..], [0.0, 0.0, 200.0, 100.0]),
    ] {
        let found = area(name, adjustments);
        assert!(found.iter().zip(expected).all(|(one, other)| (one - other).abs() < 0.06), "{name}: {found:?}, not {expected:?}");
    }
}

#[test]
fn expressions_are_worked_out_as_usual() {
    let guides = |definition: &'static str| Guides::new(definition, 200.0, 100.0, &adjusted(&[("adj1", 7.0)]));
    for (expression, value) in [
        ("text w-h/2+3*(2-1) -h ss pin(0,vc,9);", [153.0, -100.0, 100.0, 9.0]),
        ("a = if(w-h, 1, 2); b2 = if(h-w, 1, 2); text a b2 max(a,b2) min(a,b2);", [1.0, 2.0, 2.0, 1.0]),
        ("adj: 1; adj2: 3; text adj adj2 turn(-90) at2(1,1);", [7.0, 3.0, 270.0, 45.0]),
        ("text mod(3,4) sqrt(9) w/0 abs(-2);", [5.0, 3.0, 0.0, 2.0]),
        // The line through the middle meets the ellipse on the side that it goes to.
        ("text meetx(0,0,9,0,4,2) meetx(0,0,-9,0,4,2) meety(0,0,0,9,4,2) meetx(9,0,1,0,4,2);", [4.0, -4.0, 2.0, 4.0]),
    ] {
        let found = guides(expression).rectangle(notation::text(expression).unwrap_or_default());
        assert!(found.iter().zip(value).all(|(one, other)| (one - other).abs() < 0.001), "{expression}: {found:?}");
    }
}
