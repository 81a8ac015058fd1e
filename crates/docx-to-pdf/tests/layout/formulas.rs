//! Formulas as they are stacked: who stands above whom, and how high signs are.

use docx_to_pdf::layout::frame::{Frames, Item, PathStep, Role, Shape};

use crate::breadth::Sheet;
use crate::support::texts;

fn r(content: &str) -> String {
    format!("<m:r><m:t>{content}</m:t></m:r>")
}

fn e(name: &str, content: &str) -> String {
    format!("<m:{name}>{content}</m:{name}>")
}

fn fraction(over: &str, under: &str) -> String {
    format!("<m:f>{}{}</m:f>", e("num", over), e("den", under))
}

fn brackets(content: &str) -> String {
    format!("<m:d>{}</m:d>", e("e", content))
}

fn nary(sign: &str) -> String {
    let properties = format!("<m:naryPr><m:chr m:val=\"{sign}\"/></m:naryPr>");
    format!("<m:nary>{properties}{}{}{}</m:nary>", e("sub", &r("i=1")), e("sup", &r("9")), e("e", &r("k")))
}

/// In a line of text, and by itself.
fn inline(formula: &str) -> Frames {
    laid(&format!("<w:p><w:r><w:t xml:space=\"preserve\">so </w:t></w:r><m:oMath>{formula}</m:oMath></w:p>"))
}

fn display(formula: &str) -> Frames {
    laid(&format!("<w:p><m:oMathPara><m:oMath>{formula}</m:oMath></m:oMathPara></w:p>"))
}

fn laid(body: &str) -> Frames {
    let (frames, warnings) = Sheet::body(body).laid();
    assert!(warnings.is_empty(), "{warnings:?}");
    frames
}

/// Left edge and baseline of a text on the first page.
fn place(frames: &Frames, text: &str) -> (f32, f32) {
    let found = texts(&frames.pages[0]);
    let place = found.iter().find(|(said, ..)| said == text).map(|(_, x, y)| (*x, *y));
    place.unwrap_or_else(|| panic!("no {text:?} in {found:?}"))
}

/// Left, top, right and bottom of the filled strokes on the first page.
fn strokes(frames: &Frames) -> Vec<[f32; 4]> {
    let path = |item: &Item| {
        let Shape::Path(path) = &item.shape else { return None };
        path.fill?;
        let ends = path.steps.iter().filter_map(|step| match *step {
            PathStep::Move(x, y) | PathStep::Line(x, y) => Some((x.0, y.0)),
            _ => None,
        });
        Some(ends.fold([f32::MAX, f32::MAX, f32::MIN, f32::MIN], |[a, b, c, d], (x, y)| [a.min(x), b.min(y), c.max(x), d.max(y)]))
    };
    frames.pages[0].items.iter().filter_map(path).collect()
}

/// How many times as high as wide the signs of the first page are stretched.
fn stretched(frames: &Frames) -> Vec<(String, f32)> {
    let group = |item: &Item| {
        let Shape::Group { transform, items, .. } = &item.shape else { return None };
        let said = items.iter().find_map(|item| if let Shape::Glyphs(run) = &item.shape { Some(run.text.clone()) } else { None });
        Some((said?, transform[3]))
    };
    frames.pages[0].items.iter().filter_map(group).collect()
}

#[test]
fn a_fraction_stands_above_and_below_its_stroke() {
    for frames in [inline(&fraction(&r("15"), &r("17"))), display(&fraction(&r("15"), &r("17")))] {
        let ((x_over, over), (x_under, under)) = (place(&frames, "15"), place(&frames, "17"));
        let [left, top, right, bottom] = strokes(&frames)[0];
        assert!(over < top && bottom < under - 4.0, "{over} {top} {under}");
        assert!((x_over - x_under).abs() < 0.1 && left < x_over && right > x_over + 5.0, "{left} {x_over} {right}");
    }
}

#[test]
fn a_fraction_in_a_line_is_smaller_than_one_by_itself() {
    let size = |frames: &Frames| {
        let sizes = frames.pages[0].items.iter().filter_map(|item| match &item.shape {
            Shape::Glyphs(run) if run.text == "15" => Some(run.size.0),
            _ => None,
        });
        sizes.fold(0.0, f32::max)
    };
    let (small, large) = (size(&inline(&fraction(&r("15"), &r("17")))), size(&display(&fraction(&r("15"), &r("17")))));
    assert!(small > 0.0 && small < large * 0.8, "{small} {large}");
}

#[test]
fn fractions_in_fractions_do_not_meet() {
    let frames = display(&fraction(&fraction(&r("1"), &r("2")), &fraction(&r("3"), &r("4"))));
    let baselines = ["1", "2", "3", "4"].map(|text| place(&frames, text).1);
    assert!(baselines.windows(2).all(|pair| pair[1] > pair[0] + 5.0), "{baselines:?}");
    let mut lines: Vec<f32> = strokes(&frames).iter().map(|stroke| stroke[1]).collect();
    lines.sort_by(f32::total_cmp);
    assert!(lines.len() == 3 && lines[0] > baselines[0] && lines[1] > baselines[1] && lines[2] > baselines[2], "{lines:?}");
}

#[test]
fn a_line_is_as_high_as_its_formula() {
    let below = |formula: &str| {
        let after = "<w:p><w:r><w:t>after</w:t></w:r></w:p>";
        place(&laid(&format!("<w:p><m:oMathPara><m:oMath>{formula}</m:oMath></m:oMathPara></w:p>{after}")), "after").1
    };
    let (plain, once, twice) = (below(&r("x")), below(&fraction(&r("1"), &r("2"))), below(&fraction(&fraction(&r("1"), &r("2")), &r("3"))));
    assert!(once > plain + 8.0 && twice > once + 3.0, "{plain} {once} {twice}");
}

#[test]
fn limits_of_a_sum_stand_below_and_above_it_by_itself_and_beside_it_in_a_line() {
    let (alone, within) = (display(&nary("∑")), inline(&nary("∑")));
    let sum = |frames: &Frames| place(frames, "∑");
    let (low, high) = (place(&alone, "i").1, place(&alone, "9").1);
    assert!(high < sum(&alone).1 - 8.0 && low > sum(&alone).1 + 5.0, "{high} {low}");
    assert!(place(&within, "9").0 > sum(&within).0 + 3.0 && place(&within, "i").0 > sum(&within).0 + 3.0);
    let integral = display(&nary("∫"));
    assert!(place(&integral, "9").0 > place(&integral, "∫").0 + 3.0, "those of an integral stand beside it");
}

#[test]
fn brackets_are_as_high_as_what_they_hold() {
    let height = |formula: &str| stretched(&display(formula)).iter().find(|(said, _)| said == "(").expect("a bracket").1;
    let (plain, high) = (height(&brackets(&r("x"))), height(&brackets(&fraction(&fraction(&r("1"), &r("2")), &r("3")))));
    assert!(plain < 1.4 && high > plain * 2.0, "{plain} {high}");
    let kept = "<m:d><m:dPr><m:grow m:val=\"0\"/></m:dPr><m:e><m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:e></m:d>";
    assert!((height(kept) - plain).abs() < 0.01, "unless they do not grow");
}

#[test]
fn a_root_reaches_over_what_it_is_of() {
    let frames = display(&format!("<m:rad>{}{}</m:rad>", e("deg", &r("3")), e("e", &fraction(&r("15"), &r("17")))));
    let over = strokes(&frames).into_iter().min_by(|a, b| a[1].total_cmp(&b[1])).expect("a stroke");
    let (x, y) = place(&frames, "15");
    assert!(over[0] < x && over[2] > x + 10.0 && over[1] < y - 7.0, "{over:?} {x} {y}");
    let (degree, sign) = (place(&frames, "3"), place(&frames, "√"));
    assert!(degree.1 < y + 12.0 && degree.0 < sign.0 + 6.0, "{degree:?} {sign:?}");
}

#[test]
fn cells_of_a_matrix_and_marks_of_equations_stand_below_each_other() {
    let row = |cells: [&str; 2]| e("mr", &format!("{}{}", e("e", &r(cells[0])), e("e", &r(cells[1]))));
    let frames = display(&brackets(&format!("<m:m>{}{}</m:m>", row(["1", "2"]), row(["3", "4"]))));
    let [one, two, three, four] = ["1", "2", "3", "4"].map(|text| place(&frames, text));
    assert!((one.1 - two.1).abs() < 0.01 && (three.1 - four.1).abs() < 0.01 && three.1 > one.1 + 8.0);
    assert!((one.0 - three.0).abs() < 0.8 && (two.0 - four.0).abs() < 0.8 && two.0 > one.0 + 10.0, "{one:?} {two:?} {three:?} {four:?}");
    let frames = display(&format!("<m:eqArr>{}{}</m:eqArr>", e("e", &r("7&amp;=1")), e("e", &r("1000&amp;=23"))));
    let signs: Vec<(f32, f32)> =
        texts(&frames.pages[0]).into_iter().filter(|(text, ..)| text.starts_with('=')).map(|(_, x, y)| (x, y)).collect();
    assert!(signs.len() == 2 && (signs[0].0 - signs[1].0).abs() < 0.1 && signs[1].1 > signs[0].1 + 8.0, "{signs:?}");
}

#[test]
fn scripts_stand_above_each_other_and_before_what_they_are_at() {
    let both = |name: &str| format!("<m:{name}>{}{}{}</m:{name}>", e("e", &r("X")), e("sub", &r("1")), e("sup", &r("2")));
    let frames = inline(&both("sSubSup"));
    let [base, sub, sup] = ["X", "1", "2"].map(|text| place(&frames, text));
    assert!((sub.0 - sup.0).abs() < 0.1 && sub.1 > base.1 && sup.1 < base.1 && sub.0 > base.0, "{base:?} {sub:?} {sup:?}");
    let frames = inline(&both("sPre"));
    let [base, sub, sup] = ["X", "1", "2"].map(|text| place(&frames, text));
    assert!(sub.0 < base.0 && sup.0 < base.0 && sup.1 < sub.1, "{base:?} {sub:?} {sup:?}");
}

#[test]
fn a_long_formula_ends_its_lines_before_operators() {
    let sum = r(&vec!["abcdefgh"; 20].join("+"));
    let frames = inline(&sum);
    let found = texts(&frames.pages[0]);
    let mut lines: Vec<f32> = found.iter().map(|(.., y)| *y).collect();
    lines.dedup_by(|a, b| (*a - *b).abs() < 0.01);
    assert!(lines.len() > 1, "{found:?}");
    let starts = lines.iter().skip(1).filter_map(|line| found.iter().find(|(.., y)| (y - line).abs() < 0.01));
    assert!(starts.into_iter().all(|(text, ..)| text.starts_with('+')), "{found:?}");
}

#[test]
fn a_formula_is_one_element_that_says_what_it_means() {
    let frames = inline(&fraction(&r("15"), &r("17")));
    let formulas: Vec<usize> = (0..frames.structure.nodes.len()).filter(|at| frames.structure.nodes[*at].role == Role::Formula).collect();
    let [formula] = formulas.as_slice() else { panic!("{formulas:?}") };
    assert_eq!(frames.structure.nodes[*formula].alt.as_deref(), Some("15/17"));
    let of_it = frames.pages[0].items.iter().filter(|item| item.tag.is_some_and(|tag| tag.0 == *formula)).count();
    assert_eq!(of_it, 3, "two numbers and a stroke");
}

#[test]
fn what_does_not_show_keeps_its_room() {
    let phantom = format!("<m:phant><m:phantPr><m:show m:val=\"0\"/></m:phantPr>{}</m:phant>{}", e("e", &r("MMMM")), r("7"));
    let (frames, bare) = (inline(&phantom), inline(&r("7")));
    assert!(place(&frames, "7").0 > place(&bare, "7").0 + 25.0);
    assert!(texts(&frames.pages[0]).iter().all(|(text, ..)| !text.contains('M')));
}
